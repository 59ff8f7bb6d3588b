"""Habits in figures: `habit year`, `stats`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from notekeep import dates
from notekeep.cli import offers, output
from notekeep.cli.context import dry_run_option, json_option, vault_places, verb_options
from notekeep.cli.habit_show import as_object, glyphs, percent
from notekeep.errors import UsageError
from notekeep.habits.frame import FUTURE, GAP, MISSED, OFF, STATUSES
from notekeep.habits.heatmap import year_bounds
from notekeep.habits.streak import best_runs, rate, recovery
from notekeep.habits.view import count, streak_text
from notekeep.habits.weekday import best_weekday, counts
from notekeep.index.habit_detail import SPANS
from notekeep.index.habits import HabitIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.habits.heatmap import Calendar, Square
    from notekeep.habits.marks import Glyphs
    from notekeep.habits.timeline import Timeline
    from notekeep.habits.view import HabitView
    from notekeep.index.habits import Habit


@click.command("year", short_help="A year as a heatmap.")
@click.argument("habit", required=False, shell_complete=offers.habits)
@click.argument("year", required=False)
@click.option("--draft", is_flag=True, help="Begin a post about it, with the year as a picture.")
@dry_run_option
@json_option
@verb_options
def year_(
    habit: str | None,
    year: str | None,
    *,
    draft: bool,
    dry_run: bool,
    as_json: bool,
    vault: str | None,
) -> int:
    """Show a year of HABIT as a heatmap; of all habits, how each month went.

    YEAR is this one when left out. In any note, ![[habits/meditate#year]] shows it in the preview
    and as a picture in a post, ![[habits/meditate#year 2025]] another year.
    """
    index = HabitIndex(vault_places(vault))
    if habit and year is None and habit.isdecimal() and len(habit) == 4:
        habit, year = None, habit
    wanted = _year(year, index.today())
    if draft:
        return _draft(habit, wanted, dry_run=dry_run, vault=vault)
    if habit is None:
        return _months(index, wanted, as_json=as_json)
    found = index.resolve(habit)
    first, last = map(date.fromordinal, year_bounds(wanted))
    line = index.timeline(found, last=last)
    squares = index.calendar(found, first, last)
    if as_json:
        output.write_json({"id": found.definition.id, "year": wanted, "days": _days(squares)})
        return 0
    output.write_styled([(f"{found.definition.title}  {wanted}", "bold")])
    _heatmap(squares, glyphs(index.places.settings))
    kept = _rate_between(line, first.toordinal(), last.toordinal())
    output.write(f"met {kept[0]}, missed {kept[1]}, {percent(kept[2])}")
    return 0


def _draft(name: str | None, year: int, *, dry_run: bool, vault: str | None) -> int:
    """Begin a post about a year of one habit, or of all."""
    from notekeep.cli.context import open_vault
    from notekeep.cli.writing import carry_out
    from notekeep.writing.yearly import plan_year

    opened = open_vault(vault)
    habits = opened.habit_index
    habits.refresh()
    chosen = [habits.find(name)] if name else habits.known()
    plan = plan_year(opened.plan, habits, chosen, year)
    return carry_out(opened, plan, dry_run=dry_run, done=str)


@click.command("stats", short_help="Streaks, rates and weekdays.")
@click.argument("habit", required=False, shell_complete=offers.habits)
@click.argument("other", required=False, shell_complete=offers.habits)
@click.option("--pairs", "by_pairs", is_flag=True, help="Which habits go together.")
@json_option
@verb_options
def stats_(
    habit: str | None, other: str | None, *, by_pairs: bool, as_json: bool, vault: str | None
) -> int:
    """Show HABIT in figures; without it, a row for each; with OTHER, how both go together.

    Pairs are compared on days on which both were due and something was logged, within weekdays and
    within weekends, against the same weeks in another order. What stands out is worth a try; that
    one makes the other is more than any log can say.
    """
    index = HabitIndex(vault_places(vault))
    if by_pairs or other:
        from notekeep.cli.habit_pairs import show_pair, show_pairs

        if habit and other:
            return show_pair(index, habit, other, as_json=as_json)
        return show_pairs(index, as_json=as_json)
    if habit is None:
        return _all_stats(index, as_json=as_json)
    found = index.resolve(habit)
    figures = _figures(index, found)
    if as_json:
        output.write_json(figures)
        return 0
    view = index.view(found)
    output.write_styled([(view.title, "bold"), (f"  {view.schedule}, {view.goal}", "dim")])
    streak = streak_text(view) or "not counted"
    if view.streak_unit == "weeks":
        streak += f", weeks {dates.week_span(index.places.settings.week_start)}"
    rows = [("strength", percent(view.strength)), ("streak", streak)]
    rows += [
        (f"last {span} days" if span else "all days", percent(figures["rates"][str(span or "all")]))
        for span in (*SPANS, 0)
    ]
    missed = figures["never_miss_twice"]
    if missed["followed"]:
        rows.append(
            ("after a miss", f"{missed['recovered']} of {missed['followed']} times back at once")
        )
    if figures["best_weekday"]:
        rows.append(("best weekday", figures["best_weekday"]))
    rows += [
        (
            "best streaks" if place == 0 else "",
            f"{count(run['length'], view.streak_unit)}, {run['first']} to {run['last']}",
        )
        for place, run in enumerate(figures["best_streaks"][:5])
    ]
    output.table(rows, stretch=1)
    return 0


def _figures(index: HabitIndex, found: Habit) -> dict[str, Any]:
    line = index.timeline(found)
    missed = recovery(line)
    by_weekday = counts(found.definition, line)
    best = best_weekday(by_weekday)
    rates: dict[str, float | None] = {str(span): rate(line, span).value for span in SPANS}
    rates["all"] = rate(line).value
    return {
        **as_object(index.view(found)),
        "rates": rates,
        "met": rate(line).met,
        "missed": rate(line).missed,
        "never_miss_twice": {
            "followed": missed.followed,
            "recovered": missed.recovered,
            "longest_gap": missed.longest_gap,
        },
        "weekdays": {
            name[:3]: {"done": done, "due": due}
            for name, (done, due) in zip(dates.WEEKDAYS, by_weekday, strict=True)
        },
        "best_weekday": "" if best is None else dates.WEEKDAYS[best],
        "best_streaks": [
            {"first": _iso(run.first), "last": _iso(run.last), "length": run.length}
            for run in best_runs(line)
        ],
    }


def _all_stats(index: HabitIndex, *, as_json: bool) -> int:
    habits = [view for view in index.habits() if not view.is_archived]
    figures = [_figures(index, index.find(view.id)) for view in habits]
    if as_json:
        output.write_json({"total": len(figures), "habits": figures})
        return 0 if figures else 1
    rows = [
        (
            view.title,
            percent(view.strength),
            streak_text(view),
            percent(one["rates"]["30"]),
            percent(one["rates"]["365"]),
            one["best_weekday"],
        )
        for view, one in zip(habits, figures, strict=True)
    ]
    heads = ("habit", "strength", "streak", "30 days", "365 days", "best weekday")
    return _table(rows, heads, habits)


def _months(index: HabitIndex, year: int, *, as_json: bool) -> int:
    """How much of each month was met, a row for each habit."""
    views = [view for view in index.habits() if not view.is_archived]
    bounds = [(date(year, month, 1), _month_end(year, month)) for month in range(1, 13)]
    found = []
    for view in views:
        line = index.timeline(index.find(view.id))
        found.append([_rate_between(line, a.toordinal(), b.toordinal())[2] for a, b in bounds])
    if as_json:
        habits = [
            {"id": view.id, "months": months} for view, months in zip(views, found, strict=True)
        ]
        output.write_json({"year": year, "habits": habits})
        return 0 if views else 1
    rows = [
        (view.title, *("" if share is None else f"{share * 100:.0f}" for share in months))
        for view, months in zip(views, found, strict=True)
    ]
    return _table(rows, (f"% met in {year}", *dates.MONTHS), views)


def _table(rows: Sequence[Sequence[str]], heads: Sequence[str], habits: Sequence[HabitView]) -> int:
    """Write a row for each habit; how the first one is made where there is none."""
    if not rows:
        from notekeep.cli.habit_lists import say_when_none

        say_when_none(habits)
        return 1
    output.table(rows, heads=heads)
    return 0


def _heatmap(squares: Calendar, signs: Glyphs) -> None:
    """Weeks in columns, months above, and a letter for each level."""
    heading = [" "] * len(squares.columns)
    for column, month in squares.months:
        for place, letter in enumerate(dates.MONTHS[month - 1]):
            if column + place < len(heading):
                heading[column + place] = letter
    output.write_styled([("    " + "".join(heading), "dim")])
    for row in range(7):
        name = dates.WEEKDAYS[(squares.week_start + row) % 7][:2].capitalize()
        marks = "".join(_letter(column[row], signs) for column in squares.columns)
        output.write_styled([(f"{name}  ", "dim"), (marks, "blue")])


def _letter(square: Square | None, signs: Glyphs) -> str:
    if square is None or square.status in (FUTURE, OFF):
        return " "
    if square.status in (MISSED, GAP) and not square.level:
        return signs.marks["missed"]
    return signs.levels[square.level]


def _days(squares: Calendar) -> list[dict[str, Any]]:
    return [
        {
            "date": _iso(square.day),
            "level": square.level,
            "status": STATUSES[square.status],
        }
        for column in squares.columns
        for square in column
        if square is not None
    ]


def _rate_between(line: Timeline, first: int, last: int) -> tuple[int, int, float | None]:
    """Met and missed units of a range of days, and the share that was met."""
    found = rate(line._replace(today=min(last, line.today)), min(last, line.today) - first + 1)
    return found.met, found.missed, found.value if first <= line.today else None


def _year(text: str | None, today: date) -> int:
    if text is None:
        return today.year
    if not (text.isdecimal() and 1900 <= int(text) <= 2199):
        raise UsageError(f"not a year: {text}", "write it with four digits, as 2026")
    return int(text)


def _month_end(year: int, month: int) -> date:
    after = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(after.toordinal() - 1)


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
