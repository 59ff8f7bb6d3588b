"""The same vault asked five ways gives the same facts: app, shell, review, phone page, post."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest

from notekeep.cli.main import main
from notekeep.errors import Refused
from notekeep.export.heatmap import draw_habit_year
from notekeep.habits.amounts import from_base_unit
from notekeep.habits.summary import HabitView, format_strength
from notekeep.habits.totals import describe_total
from notekeep.notes.habit_reviews import plan_review, plan_year
from notekeep.phone.server import gather_days
from notekeep.tui.app import NotekeepApp
from notekeep.vault import Vault
from tests.support.screens import seen, shows, until
from tests.support.sizes import sized

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.tracking.habit_details import Detail
    from notekeep.tui.screens.habits import HabitsScreen

SCHEDULES = [
    *("daily", "weekdays", "weekends", "mon,thu", "3/week", "1/week", "4/month", "3/7d", "2/5d"),
    *("every 2d", "every 3d from 2026-09-01", "after 2d", "after 2d..4d", "none"),
    *("1st,15th", "last day", "first mon,last fri", "22 nov", "first sun of nov"),
    *("every 2 months", "every 3 months from 2026-08", "every 12 months", "2/day", "3/day"),
]
GOALS = [
    *("done", "done", "done", ">= 10 min", ">= 100 min/week", "<= 2 cup", "never"),
    *(
        "<= 5 cup/week",
        "1h30",
        ">= 300 min/month",
        "at most 2 cups",
        "under 2 cups",
        "< 8 cup/week",
    ),
    *("7-9 h", "5 to 12 min", "20-40 min/week", "2 times"),
]
MORE_GOALS = {
    "min": [">= 5 min", "5-20 min", "<= 1 h/week", "done"],
    "cup": ["under 6 cups", "never"],
}
"""Later goals, by the unit of the first."""
CHANGES = ["2026-10-12", "2026-11-05", "2026-11-12", "2026-11-18"]
PAUSES = ["2026-10-10..2026-10-20", "2026-11-18..2026-11-19", "2026-11-22", "2026-11-20.."]
VALUES = ["done", "done", "done", "missed", "skip", "x", "clear ~1", "5", "12", "1h30"]
FIRST = date(2026, 9, 21)
LAST = date(2026, 11, 22)
"""A Sunday: the week that is reviewed ends here, and one of the days after it is today."""


def rule(chance: Random, first: str, later: list[str]) -> str:
    """A schedule or a goal as a field, at times with others from some days on."""
    if chance.random() < 0.7:
        return json.dumps(first)
    days = sorted(chance.sample(CHANGES, chance.randint(1, 2)))
    return json.dumps([first, *(f"{day} {chance.choice(later)}" for day in days)])


def make_habit(chance: Random, number: int, pauses: list[str]) -> dict[str, str]:
    """The fields of a habit, or of one that is combined from those before it."""
    fields = {"habit": f"h{number}"}
    if number > 1 and chance.random() < 0.3:
        parts = chance.sample(range(number), chance.randint(1, min(number, 3)))
        fields[chance.choice(["any of", "all of"])] = json.dumps([f"h{part}" for part in parts])
        if chance.random() < 0.2:
            fields["schedule"] = "3/week"
    else:
        goal = chance.choice(GOALS)
        fields["schedule"] = rule(chance, chance.choice(SCHEDULES), SCHEDULES)
        fields["goal"] = rule(chance, goal, MORE_GOALS.get(goal.split()[-1].rstrip("s"), [goal]))
    if chance.random() < 0.7:
        fields["since"] = (FIRST + timedelta(chance.randint(0, 60))).isoformat()
    if chance.random() < 0.2:
        pauses = [*pauses, chance.choice(PAUSES)]
    if pauses:
        fields["paused"] = json.dumps(pauses)
    if chance.random() < 0.1:
        fields["unlogged"] = "met"
    if chance.random() < 0.1:
        fields["private"] = "true"
    return fields


def make_vault(root: Path, chance: Random, today: date) -> None:
    """Write habits of any kind, their log, tasks, notes, and a private one."""
    (root / "habits/log").mkdir(parents=True)
    (root / ".notekeep").mkdir()
    start = chance.choice(["mon", "mon", "sun"])
    (root / ".notekeep/config.toml").write_text(f'week_start = "{start}"\n')
    (root / "Note.md").write_text("# A note\n\n- [ ] a task\n- [x] another\n\n[[Habit 1]]\n")
    (root / "Secret.md").write_text("---\nprivate: true\n---\n# Secret\n")
    rows = []
    holiday = ["2026-11-14..2026-11-17"] if chance.random() < 0.2 else []
    for number in range(chance.randint(2, 6)):
        fields = make_habit(chance, number, holiday)
        lines = [f"{key}: {value}" for key, value in fields.items()]
        text = "\n".join(["---", *lines, "---", f"# Habit {number}", ""])
        (root / f"habits/Habit {number}.md").write_text(text)
        kept = chance.random()
        for day in range((today - FIRST).days + 1):
            if chance.random() < kept:
                when = FIRST + timedelta(day)
                rows.append(f"- {when} h{number}: {chance.choice(VALUES)}\n")
    chance.shuffle(rows)
    (root / "habits/log/any.md").write_text("".join(rows))


class Facts(NamedTuple):
    """What every place has to agree on, of one habit."""

    marks: tuple[str, ...]  # of a week, today at its end
    statuses: tuple[str, ...]
    streak: int
    best: int
    strength: float | None
    note: str


def facts_of(view: HabitView) -> Facts:
    strength = None if view.strength is None else round(view.strength, 6)
    marks, statuses = zip(*((cell.mark, cell.status) for cell in view.cells[-7:]), strict=True)
    return Facts(marks, statuses, view.streak, view.best, strength, view.note)


def facts_in(found: dict[str, Any]) -> Facts:
    marks, statuses = zip(*((day["mark"], day["status"]) for day in found["days"]), strict=True)
    return Facts(marks, statuses, found["streak"], found["best"], found["strength"], found["note"])


class Shell:
    """The commands of habits, on one vault."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> str:
        main(["habit", *words])
        return self._capsys.readouterr().out

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))


def has_row(app: NotekeepApp, *texts: str) -> bool:
    """Whether one line of the screen has all texts."""
    return any(all(text in row for text in texts) for row in seen(app))


def is_page_of(screen: HabitsScreen, name: str) -> bool:
    """Whether the page of a habit is what is loaded."""
    return screen.detail.detail is not None and screen.detail.detail.view.id == name


async def asked_in_app(
    vault: Vault, names: list[str]
) -> tuple[dict[str, tuple[HabitView, Detail]], list[str]]:
    """What the Habits screen has in its rows and on the page of each habit, and its first lines."""
    app = NotekeepApp(vault, "habits")
    found = {}
    async with app.run_test(size=(200, 50)) as pilot:
        await until(pilot, lambda: shows(app, "Habit 0"))
        screen = cast("HabitsScreen", app.screen)
        banner = [row for row in seen(app) if "last 7 days" in row]
        for name in names:
            screen.grid.go_to_habit(name)
            view = screen.grid.habit
            assert view is not None
            assert view.id == name
            await until(pilot, partial(has_row, app, view.title, format_strength(view)))
            screen.action_show_detail()
            await until(pilot, partial(is_page_of, screen, name))
            assert screen.detail.detail is not None
            found[name] = (view, screen.detail.detail)
            screen.action_close_detail()
    return found, banner


def review_text(vault: Vault) -> str:
    """The review of the week that ended last."""
    (change,) = plan_review(vault.workspace, vault.habits, f"week {LAST}").changes
    assert change.after is not None
    return change.after.decode()


def review_rows(text: str) -> dict[str, list[str]]:
    """The table of a review, by the titles of habits."""
    lines = text.splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("[]"): row[1:] for row in cells if len(row) == 5}


def compare_year(vault: Vault, shell: Shell, found: tuple[HabitView, Detail]) -> None:
    """A year is the same in the app, in the shell, in a picture and in a post."""
    view, detail = found
    squares = [one for column in detail.calendar.columns for one in column if one]
    days = shell.json("year", view.id, "2026")["days"]
    assert [square.status for square in squares] == [day["status"] for day in days]
    kept = detail.of_year.rate
    counted = re.findall("met ([0-9]+), missed ([0-9]+)", shell("year", view.id, "2026"))
    assert counted == [(str(kept.met), str(kept.missed))]
    picture = draw_habit_year(vault.habits, view.path, "year 2026")
    assert picture is not None
    habit = vault.habits.find(view.id)
    if kept.value is None:
        assert picture.alt.endswith("nothing yet.")
        with pytest.raises(Refused):
            plan_year(vault.workspace, vault.habits, [habit], 2026)
        return
    assert f"kept {kept.met} of {kept.met + kept.missed} " in picture.alt
    (change,) = plan_year(vault.workspace, vault.habits, [habit], 2026).changes
    assert change.after is not None
    post = change.after.decode()
    assert picture.alt in post
    (months,) = (
        one["months"] for one in shell.json("year", "2026")["habits"] if one["id"] == view.id
    )
    shares = re.findall(r"\| [A-Z][a-z]+ \| ([0-9]+)% \|", post)
    assert shares == [f"{share:.0%}"[:-1] for share in months if share is not None]


def compare_totals(vault: Vault, shell: Shell, detail: Detail, reviewed: str) -> None:
    """The amounts of the page are those of the shell, of the review and of the post."""
    told = shell.json("stats", detail.view.id)["totals"]
    assert [one.span for one in detail.totals] == list(told)
    for one in detail.totals:
        of_shell = told[one.span]
        amount = from_base_unit(one.amount, detail.total_unit) / 1000
        assert (of_shell["amount"], of_shell["times"]) == (amount, one.times)
        share = None if one.change is None else round(one.change.share, 6)
        assert of_shell["change"] == share
        text = ", ".join(describe_total(one, detail.total_unit))
        assert text in shell("stats", detail.view.id)
        if one.span == "year" and (one.amount or one.left_out) and detail.of_year.rate.value:
            habit = vault.habits.find(detail.view.id)
            (change,) = plan_year(vault.workspace, vault.habits, [habit], 2026).changes
            assert f"In total {text}." in (change.after or b"").decode()
    # The amounts of the days of the week add up to that of the review.
    days = shell.json("week", str(LAST))["habits"]
    (cells,) = (one["days"] for one in days if one["id"] == detail.view.id)
    summed = sum(float(day["amount"].split()[0]) for day in cells if day["amount"])
    if detail.definition.unit and summed:
        amounts = reviewed.partition("## Amounts\n\n")[2].partition("\n\n")[0].splitlines()
        (line,) = (row for row in amounts if row.startswith(amount_row(detail)))
        assert float(line.removeprefix(amount_row(detail)).split()[0]) == pytest.approx(summed)


def amount_row(detail: Detail) -> str:
    return f"- [[{detail.definition.stem}]]: "


def compare_shares(shell: Shell, banner: list[str], reviewed: str, phone: list[Any]) -> None:
    """A day as a whole is the sum of its habits, in the shell, the app, a review, on the phone."""
    week = shell.json("week", str(LAST))
    for place, share in enumerate(week["all"]["days"]):
        results = [habit["days"][place]["result"] for habit in week["habits"]]
        assert share["met"] == results.count(True)
        assert share["due"] == results.count(True) + results.count(False)
    whole = week["all"]
    if whole["due"]:
        text = f"All habits: {whole['met']} of {whole['due']} ({whole['share'] * 100:.0f} %)"
        assert text in shell("week", str(LAST))
        assert text in reviewed
    months = {phone[0]["day"], phone[1]["day"]}
    listed = [one for day in sorted(months) for one in shell.json("month", day)["all"]["days"]]
    by_date = {one["date"]: one for one in listed}
    for day in phone:
        found = by_date[day["day"]]
        assert day["all"] == {key: found[key] for key in ("met", "due", "open")}
    before = date.fromisoformat(phone[1]["day"])
    last = [by_date.get((before - timedelta(back)).isoformat()) for back in range(7)]
    known = [one for one in last if one is not None]
    due = sum(one["due"] for one in known)
    if len(known) == 7 and due:
        share = sum(one["met"] for one in known) / due
        assert any(
            f" {share * 100:.0f} %" in row or f"({share * 100:.0f} %)" in row for row in banner
        )


def compare_day(said: dict[str, Any], phone: dict[str, Any], view: HabitView) -> None:
    """The phone has the mark, the note and the words of the app and the shell."""
    assert phone["mark"] == said["days"][-1]["mark"]
    assert (phone["note"], phone["aim"]) == (said["note"], view.aim)


def compare_review(row: list[str], days: list[dict[str, Any]], view: HabitView) -> None:
    """A review counts what the days of its week are in the shell."""
    done, target = row[:2]
    today = view.today.day.isoformat()
    statuses = [day["status"] for day in days if day["date"] <= today]
    results = [day["result"] for day in days if day["result"] is not None]
    if view.streak_unit == "weeks" and results and target != "0":
        assert ("(100%)" in done) == results[-1]
    if view.streak_unit in ("days", "due days"):
        met = statuses.count("done") + statuses.count("covered")
        closed = met + statuses.count("missed") + statuses.count("gap")
        assert int(done.split()[0]) == met
        assert target == (str(closed) if closed else "")


@pytest.mark.parametrize("seed", range(sized(4, 200)))
async def test_five_ways_to_ask_give_the_same_facts(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = Random(seed)
    is_fresh = chance.random() < 0.4  # the day after the week, and nothing was said of it
    today = LAST + timedelta(1 if is_fresh else chance.randint(1, 9))
    make_vault(tmp_path / "notes", chance, LAST if is_fresh else today)
    monkeypatch.setenv("NOTEKEEP_VAULT", str(tmp_path / "notes"))
    monkeypatch.setenv("NOTEKEEP_NOW", f"{today}T{chance.choice(['07:00', '22:00'])}")
    vault, shell = Vault.open(tmp_path / "notes"), Shell(capsys)
    vault.indexing.refresh()
    listed = {one["id"]: one for one in shell.json("list")["habits"]}
    assert listed
    app, banner = await asked_in_app(vault, list(listed))
    phone, before = (
        {one["id"]: one for one in day["habits"]} for day in gather_days(vault, {})["days"]
    )
    week = {one["id"]: one["days"] for one in shell.json("week", str(LAST))["habits"]}
    text = review_text(vault)
    reviewed = review_rows(text)
    compare_shares(shell, banner, text, gather_days(vault, {})["days"])
    for name, said in listed.items():
        view, detail = app[name]
        assert facts_of(detail.view) == facts_in(said)
        shown = {cell.day.isoformat(): cell.mark for cell in view.cells}
        assert [shown[day["date"]] for day in said["days"]] == [day["mark"] for day in said["days"]]
        assert before[name]["mark"] == said["days"][-2]["mark"]
        compare_day(said, phone[name], view)
        compare_year(vault, shell, (view, detail))
        compare_totals(vault, shell, detail, text)
        stats = shell.json("stats", name)
        assert [kept.value for kept in detail.rates] == list(stats["rates"].values())
        runs = [run["length"] for run in stats["best_streaks"]]
        assert [run.length for run in detail.runs] == runs
        rules = (*detail.definition.schedules, *detail.definition.goals)
        changes = {date.fromordinal(start).isoformat() for start, _ in rules if start}
        # A week in which a rule changed has days of both, and a review only those of the later one.
        if view.title not in reviewed or changes & {day["date"] for day in week[name][1:]}:
            continue
        row = reviewed[view.title]
        compare_review(row, week[name], view)
        # What a week came to is what the screens show on the morning after it.
        if is_fresh and vault.settings.week_start == 0:
            assert row[3].split(" (")[0].replace("%", " %") == format_strength(view)
            # A span of `3/7d` covers the morning as well.
            if view.streak_unit and "d" not in view.schedule.rpartition("/")[2]:
                assert int(row[2].split()[0]) == view.streak
