"""A review: figures and words of a week, written once, and taken back by undo."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from notekeep.cli.main import main
from notekeep.errors import Refused, UsageError
from notekeep.notes.habit_reviews import plan_review, plan_year
from notekeep.vault import Vault

WEEK = "reviews/Review 2026-11-16.md"
LOG = """\
- 2026-11-15 med: done
- 2026-11-16 med: done
- 2026-11-17 med: miss
- 2026-11-18 med: miss -- overslept
- 2026-11-20 med: done
- 2026-11-21 med: skip reason=flu -- in bed
- 2026-11-22 med: done
- 2026-11-16 gym: done
- 2026-11-19 gym: done
- 2026-11-17 read: 40 page -- [[Dune]] again
- 2026-11-21 read: 35 page
- 2026-11-20 odd: done
"""


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """Three habits and a week of them, seen on the Tuesday after."""
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    root = tmp_path / "notes"
    (root / "habits/log").mkdir(parents=True)
    (root / ".notekeep").mkdir()
    head = "since: 2026-11-01\n---\n"
    med = (
        "---\nhabit: med\ntitle: Sit | breathe\nidentity: someone who sits\ntiny: three breaths\n"
        'when: after coffee\nsource: "[[Atomic Habits]]"\n'
    )
    (root / "habits/Meditate.md").write_text(med + head)
    (root / "habits/Gym.md").write_text(f"---\nhabit: gym\nschedule: 3/week\n{head}")
    (root / "habits/Read.md").write_text(f'---\nhabit: read\ngoal: ">= 100 page/week"\n{head}')
    (root / "habits/log/2026-11.phone.md").write_text(LOG)
    opened = Vault.open(root)
    opened.indexing.refresh()
    return opened


def review(vault: Vault, words: str) -> list[str]:
    (path,) = vault.notes.apply(plan_review(vault.workspace, vault.habits, words)).paths
    return vault.workspace.read(path).decode().splitlines()


def test_the_week_that_is_over_is_reviewed(vault: Vault) -> None:
    lines = review(vault, "week")
    assert lines[:8] == [
        "---",
        "type: note",
        "title: Review of 16 Nov to 22 Nov 2026",
        "created: 2026-11-24",
        "tags: [review]",
        "period: 2026-11-16..2026-11-22",
        "---",
        "# Review of 16 Nov to 22 Nov 2026",
    ]
    table = {line.split(" | ")[0]: line.split(" | ")[1:4] for line in lines if line[:1] == "|"}
    assert table["| [[Meditate]]"] == ["3 (50%)", "6", "2 days"]
    assert table["| [[Gym]]"] == ["2 (67%)", "3", "0 weeks"]
    assert table["| [[Read]]"] == ["75 pages (75%)", "100 pages", "0 weeks"]
    assert table["| `odd`"] == ["0", "", ""]


def test_misses_skips_and_remarks_are_listed_with_their_days(vault: Vault) -> None:
    text = "\n".join(review(vault, "week"))
    assert "- [[Meditate]]: 3 days in a row, Tue 17 Nov to Thu 19 Nov\n" in text
    assert "## Skipped\n\n- [[Meditate]] Sat 21 Nov: flu, in bed\n" in text
    assert "- [[Meditate]] Wed 18 Nov: overslept\n" in text
    assert "- [[Read]] Tue 17 Nov: [[Dune]] again\n" in text


def test_each_habit_has_four_ways_to_go_on_and_links_to_its_book(vault: Vault) -> None:
    lines = review(vault, "week")
    start = lines.index("### Sit | breathe")
    assert lines[start : start + 8] == [
        "### Sit | breathe",
        "",
        "[[Meditate]], someone who sits; from [[Atomic Habits]]",
        "",
        "- Keep it",
        "- Make it easier: three breaths, or `notekeep habit edit med --schedule 5/week`",
        "- Change the cue (now: after coffee)",
        "- Archive it: `notekeep habit archive med`",
    ]


@pytest.mark.parametrize(
    ("schedule", "goal", "smaller"),
    [
        ("daily", ">= 10 min", '--goal ">= 5 min"'),
        ("daily", ">= 15 min", '--goal ">= 8 min"'),
        ("daily", ">= 1.5 h", '--goal ">= 1 h"'),
        ("mon,thu", ">= 150 page/week", '--goal ">= 75 page/week"'),
        ("daily", "done", "--schedule 5/week"),
        ("3/week", "done", "--schedule 2/week"),
        ("3/week", ">= 5 km", '--goal ">= 3 km"'),
        ("3/day", "done", "--schedule 2/day"),
        ("2/day", "done", "--schedule daily"),
        ("daily", ">= 1 page", "--schedule 5/week"),
        ("daily", "7-9 h", "--schedule 5/week"),
        ("mon,thu", "done", "--schedule 1/week"),
        ("mon", "done", '--schedule "every 14d"'),
        ("once a week", "done", '--schedule "every 14d"'),
        ("once a month", "done", '--schedule "every 2 months"'),
        ("1st,15th", "done", "--schedule 1/month"),
        ("last day", "done", '--schedule "every 2 months"'),
        ("3/7d", "done", "--schedule 2/7d"),
        ("1/7d", "done", "--schedule 1/14d"),
        ("every 2d from 2026-11-01", "done", '--schedule "every 3d from 2026-11-01"'),
        ("every 2 months", "done", '--schedule "every 3 months"'),
        ("after 2d..4d", "done", '--schedule "after 3d..5d"'),
        ("every year", "done", '--schedule "every 18 months"'),
        ("5 nov", "done", ""),
        ("every 120 months", "done", ""),
        ("1/366d", "done", ""),
        ("none", "done", ""),
        ("daily", "<= 2 cup", ""),
        ("mon,thu", ">= 1 page/week", ""),
    ],
)
def test_a_smaller_habit_is_one_command(
    vault: Vault, schedule: str, goal: str, smaller: str
) -> None:
    vault.notes.set_fields(["habits/Meditate.md"], [f"schedule={schedule}", f"goal={goal}"])
    lines = review(vault, "week 2026-W45" if schedule == "5 nov" else "week")
    (line,) = (line for line in lines if "three breaths" in line)
    offered = line.partition("three breaths, or ")[2].strip("`")
    assert offered == (f"notekeep habit edit med {smaller}" if smaller else "")
    if smaller:
        option, rule = shlex.split(smaller)
        assert main([*shlex.split(offered)[1:], "--vault", str(vault.root)]) == 0
        vault.indexing.refresh()
        found = vault.habits.resolve("med").definition
        today = vault.habits.today().toordinal()
        now = found.goal_on(today) if option == "--goal" else found.schedule_on(today)
        assert now.text() == rule


def test_a_habit_without_a_note_gets_no_command_that_needs_one(vault: Vault) -> None:
    lines = review(vault, "week")
    start = lines.index("### odd")
    assert lines[start : start + 8] == [
        "### odd",
        "",
        "`odd`",
        "",
        "- Keep it",
        "- Make it easier",
        "- Change the cue",
        "- Give it a note, with a schedule: `notekeep habit add odd`",
    ]
    assert main(["habit", "add", "odd", "--vault", str(vault.root)]) == 0
    assert vault.habits.resolve("odd").definition.path == "habits/odd.md"


def test_a_review_adds_no_tasks(vault: Vault) -> None:
    before = vault.search.tasks()
    review(vault, "week")
    vault.indexing.refresh()
    assert vault.search.tasks() == before


def test_a_review_is_written_once_and_undone_whole(vault: Vault) -> None:
    review(vault, "week")
    with pytest.raises(Refused, match="already a review of that week: reviews/Review 2026-11-16"):
        plan_review(vault.workspace, vault.habits, "week")
    vault.history.undo()
    with pytest.raises(FileNotFoundError):
        open(vault.absolute(WEEK), "rb").close()


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("", WEEK),
        ("week", WEEK),
        ("week today", "reviews/Review 2026-11-23.md"),
        ("week 11-03", "reviews/Review 2026-11-02.md"),
        ("month", "reviews/Review 2026-10.md"),
        ("month yesterday", "reviews/Review 2026-11.md"),
        ("month 2026-09", "reviews/Review 2026-09.md"),
        ("october", "reviews/Review 2026-10.md"),
        ("2026-W45", "reviews/Review 2026-11-02.md"),
        ("last week", WEEK),
    ],
)
def test_any_week_or_month_can_be_named(vault: Vault, words: str, path: str) -> None:
    assert [
        change.path for change in plan_review(vault.workspace, vault.habits, words).changes
    ] == [path]


@pytest.mark.parametrize("words", ["year", "week never", "month 2026-02-30", "2026", "yesterday"])
def test_what_is_no_week_and_no_month_is_said(vault: Vault, words: str) -> None:
    with pytest.raises(UsageError):
        plan_review(vault.workspace, vault.habits, words)


def test_a_week_that_has_not_begun_has_no_review(vault: Vault) -> None:
    with pytest.raises(UsageError, match="is in the future"):
        plan_review(vault.workspace, vault.habits, "week 2026-12-01")


# A span that is over is judged with its last day: on the Tuesday after, as on the screen.

NO_SUNDAY = [f"- 2026-11-{day} h: done" for day in range(10, 22)]


@pytest.mark.parametrize(
    ("fields", "lines", "row"),
    [
        ("", NO_SUNDAY, ["6 (86%)", "7", "0 days"]),
        ("unlogged: met\n", [], ["7 (100%)", "7", "14 days"]),
        ('goal: "<= 2 cup"\n', ["- 2026-11-20 h: 1 cup"], ["7 (100%)", "7", "14 days"]),
        ('goal: "<= 3 drink/week"\n', [], ["0 drinks (100%)", "3 drinks", "2 weeks"]),
        ("schedule: 3/week\n", [*NO_SUNDAY[:3], NO_SUNDAY[-1]], ["1 (33%)", "3", "0 weeks"]),
        ("schedule: every 2d\n", NO_SUNDAY[:8], ["3 (50%)", "4", "0 in a row"]),
        # Of a week with two kinds of schedule, the days or weeks of the later one.
        ("schedule: [2/week, 2026-11-18 daily]\n", NO_SUNDAY, ["4 (80%)", "5", "0 days"]),
        ("schedule: [daily, 2026-11-18 2/week]\n", NO_SUNDAY, ["4 (100%)", "2", "1 week"]),
        ("schedule: [every 2 months, 2026-11-10 daily]\n", NO_SUNDAY, ["6 (86%)", "7", "0 days"]),
    ],
)
def test_the_last_day_of_a_week_that_is_over_counts(
    fields: str, lines: list[str], row: list[str], vault: Vault
) -> None:
    _write_habit(vault, fields, "2026-11-09", lines)
    table = [line.strip("| ").split(" | ") for line in review(vault, "week 2026-11-16")]
    (found,) = (cells for cells in table if cells[0] == "[[H]]" and len(cells) == 5)
    assert found[1:4] == row


def test_two_days_missed_at_the_end_of_a_week_are_listed(vault: Vault) -> None:
    _write_habit(vault, "", "2026-11-09", NO_SUNDAY[:-1])
    text = "\n".join(review(vault, "week 2026-11-16"))
    assert "- [[H]]: 2 days in a row, Sat 21 Nov to Sun 22 Nov" in text


def test_a_review_of_a_week_that_goes_on_says_so_and_leaves_out_what_is_open(vault: Vault) -> None:
    _write_habit(vault, "", "2026-11-09", ["- 2026-11-23 h: done"])
    lines = review(vault, "week today")
    assert "This week is not over yet, so open days are left out." in lines
    assert any(line.startswith("| [[H]] | 1 (100%) | 1 | 1 day |") for line in lines)
    assert any(line.startswith("| [[Gym]] | 0 | 3 |") for line in lines)


def test_the_year_in_a_post_has_its_last_day_and_the_shell_says_the_same(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [f"- 2026-12-{day:02} h: done" for day in range(1, 31)]
    _write_habit(vault, "", "2026-12-01", days)
    monkeypatch.setenv("NOTEKEEP_NOW", "2027-02-10T08:00")
    vault.habits.refresh()
    (change,) = plan_year(vault.workspace, vault.habits, [vault.habits.find("h")], 2026).changes
    text = (change.after or b"").decode()
    assert "H in 2026: kept 30 of 31 days; the longest streak was 30 days." in text
    assert "| December | 97% |" in text


def test_the_year_of_a_habit_with_days_and_weeks_counts_times(vault: Vault) -> None:
    days = [f"- 2026-11-{day:02} h: done" for day in (1, 2, 3, 5, 9, 10, 16)]
    _write_habit(vault, "schedule: [daily, 2026-11-09 2/week]\n", "2026-11-01", days)
    (change,) = plan_year(vault.workspace, vault.habits, [vault.habits.find("h")], 2026).changes
    text = (change.after or b"").decode()
    assert "H in 2026 so far: kept 5 of 10 times; the longest streak was 1 week." in text


def _write_habit(vault: Vault, fields: str, since: str, lines: list[str]) -> None:
    for path, text in (
        ("habits/H.md", f"---\nhabit: h\n{fields}since: {since}\n---\n"),
        ("habits/log/h.md", "\n".join(lines) + "\n"),
    ):
        Path(vault.absolute(path)).write_text(text, "utf-8")
    vault.habits.refresh()
