"""Statistics of habits: `habit year`, `habit stats` and `review`."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import Any

import click

from notekeep import dates
from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import (
    RawCommand,
    change_options,
    dry_run_option,
    json_options,
    parse_year,
)
from notekeep.cli.confirmation import apply_plan
from notekeep.cli.context import is_json
from notekeep.cli.habits.output import NO_HABIT, glyphs, percent
from notekeep.cli.opening import open_refreshed, open_vault
from notekeep.habits import amounts
from notekeep.habits.calendar import MarkGlyphs, month_bounds
from notekeep.habits.measures import rate
from notekeep.habits.stats import (
    LAGS,
    MAX_SHUFFLES,
    MIN_DAYS,
    MIN_DAYS_IN_ROW,
    HabitPair,
    compare_pairs,
    find_logged_days,
)
from notekeep.habits.summary import Cell, format_rate, format_run, format_streak, format_strength
from notekeep.habits.totals import Total, describe_total, total_name
from notekeep.notes.habit_reviews import plan_review, plan_year
from notekeep.tracking.habit_details import RATE_SPANS, Calendar, Detail, load_habit_details
from notekeep.tracking.habit_names import Habit
from notekeep.tracking.tracker import HabitIndex

LAG_WORDS = {0: "the same day", 1: "the next day"}


@click.command("year", short_help="Show a year as a heatmap.")
@click.argument("habit", required=False, shell_complete=shell_completion.complete_habit)
@click.argument("year", required=False)
@click.option("--draft", is_flag=True, help="Start a post about the year, with the heatmap.")
@dry_run_option
@json_options
def year_(habit: str | None, year: str | None, *, draft: bool, dry_run: bool) -> int:
    """Show a year of HABIT as a heatmap, or the results of each month for all habits.

    YEAR is the current year by default. In any note, ![[habits/meditate#year]] shows it in the
    preview and as a picture in a post; ![[habits/meditate#year 2025]] shows another year.
    """
    vault = open_vault()
    index = vault.habits
    if habit and year is None and habit.isdecimal() and len(habit) == 4:
        habit, year = None, habit
    number = parse_year(year, index.today())
    if draft:
        index.refresh()
        chosen = [index.find(habit)] if habit else index.known()
        plan = plan_year(vault.workspace, index, chosen, number)
        return apply_plan(vault, plan, dry_run=dry_run)
    if habit is None:
        return _months(index, number)
    detail = load_habit_details(index, habit, number)
    found = detail.of_year.rate
    if is_json():
        days = [
            {"date": day.day.isoformat(), "level": day.level, "status": day.status}
            for column in detail.calendar.columns
            for day in column
            if day is not None
        ]
        output.write_json({"id": detail.view.id, "year": number, "days": days})
        return 0
    output.write_styled([(f"{detail.view.title}  {number}", "bold")])
    _heatmap(detail.calendar, glyphs(index.places.settings))
    output.write(f"met {found.met}, missed {found.missed}, {percent(found.value)}")
    return 0


@click.command("stats", short_help="Show streaks, rates and weekdays.")
@click.argument("habit", required=False, shell_complete=shell_completion.complete_habit)
@click.argument("other", required=False, shell_complete=shell_completion.complete_habit)
@click.option("--pairs", "by_pairs", is_flag=True, help="Show which habits go together.")
@json_options
def stats_(habit: str | None, other: str | None, *, by_pairs: bool) -> int:
    """Show statistics for HABIT, for all habits, or for how HABIT and OTHER go together.

    For a pair, the days when both were due and something was logged are compared with the same
    weeks in random order, separately for weekdays and weekends. A pair that stands out is worth a
    try, but does not prove that one habit causes the other.
    """
    index = open_vault().habits
    if habit and other:
        return _show_pair(index, habit, other)
    if by_pairs:
        return _show_pairs(index)
    if habit is None:
        return _all_stats(index)
    detail = load_habit_details(index, habit)
    view = detail.view
    if is_json():
        output.write_json(_figures(detail))
        return 0
    output.write_styled([(view.title, "bold"), (f"  {view.schedule}, {view.goal}", "dim")])
    streak = format_streak(view) or "not counted"
    if view.streak_unit == "weeks":
        streak += f", weeks {dates.week_span(index.places.settings.week_start)}"
    strength = format_strength(view)
    rows = [("strength", strength)] if strength else []
    rows.append(("streak", streak))
    spans = [*(f"last {span} days" for span in RATE_SPANS), "all days"]
    shares = [format_rate(found, view.streak_unit) for found in detail.rates]
    rows += zip(spans, shares, strict=True)
    rows += [
        (total_name(one, index.today()), ", ".join(describe_total(one, detail.total_unit)))
        for one in detail.totals
    ]
    if detail.recovery.followed:
        missed = detail.recovery
        rows.append(
            ("after a miss", f"{missed.recovered} of {missed.followed} recovered next time")
        )
    if weekdays := _weekdays(detail):
        name = "best weekday" if len(weekdays) == 1 else "best weekdays"
        rows.append((name, ", ".join(weekdays)))
    for place, run in enumerate(detail.runs[:5]):
        length = format_run(run.length, view.streak_unit)
        days = f"{dates.format_iso(run.first)} to {dates.format_iso(run.last)}"
        rows.append(("" if place else "best streaks", f"{length}, {days}"))
    output.table(rows, stretch=1)
    return 0


def _figures(detail: Detail) -> dict[str, Any]:
    spans = [*map(str, RATE_SPANS), "all"]
    return {
        **detail.view.as_object(),
        "rates": {span: found.value for span, found in zip(spans, detail.rates, strict=True)},
        "met": detail.rates[-1].met,
        "missed": detail.rates[-1].missed,
        "never_miss_twice": detail.recovery._asdict(),
        "weekdays": {
            name[:3]: {"done": done, "due": due}
            for name, (done, due) in zip(dates.WEEKDAYS, detail.weekdays, strict=True)
        },
        "best_weekday": "".join(_weekdays(detail)[:1])[:3],
        "best_weekdays": [name[:3] for name in _weekdays(detail)],
        "best_streaks": [
            {
                "first": dates.format_iso(run.first),
                "last": dates.format_iso(run.last),
                "length": run.length,
            }
            for run in detail.runs
        ],
        "totals": {one.span: _total_object(one, detail.total_unit) for one in detail.totals},
    }


def _total_object(total: Total, unit: str) -> dict[str, Any]:
    def number(amount: int) -> float:
        return amounts.from_base_unit(amount, unit) / amounts.MILLI

    average, change = total.average(unit), total.change
    return {
        "first": total.first.isoformat(),
        "last": total.last.isoformat(),
        "amount": number(total.amount),
        "unit": unit,
        "times": total.times,
        "average": None if average is None else average / amounts.MILLI,
        "left_out": total.left_out,
        "change": None if change is None else round(change.share, 6),
        "compared": None
        if change is None
        else {
            "last": change.last.isoformat(),
            "amount": number(change.amount),
            "first_before": change.first_before.isoformat(),
            "last_before": change.last_before.isoformat(),
            "amount_before": number(change.amount_before),
        },
    }


def _weekdays(detail: Detail) -> list[str]:
    return [dates.WEEKDAYS[day] for day in detail.best_weekdays]


def _all_stats(index: HabitIndex) -> int:
    habits = [load_habit_details(index, view.id) for view in index.views() if not view.is_archived]
    rows = [
        (
            detail.view.title,
            format_strength(detail.view),
            format_streak(detail.view),
            *(percent(detail.rates[RATE_SPANS.index(span)].value) for span in (30, 365)),
            ", ".join(_weekdays(detail)),
        )
        for detail in habits
    ]
    heads = ("habit", "strength", "streak", "30 days", "365 days", "best weekday")
    answer = {"total": len(habits), "habits": [_figures(detail) for detail in habits]}
    return output.write_answer(rows, json=answer, heads=heads, empty=NO_HABIT)


def _months(index: HabitIndex, year: int) -> int:
    habits: list[dict[str, Any]] = []
    rows: list[tuple[str, ...]] = []
    for view in index.views():
        if view.is_archived:
            continue
        line = index.timeline(index.find(view.id))
        shares = [rate(line.between(*month_bounds(year, n))).value for n in range(1, 13)]
        habits.append({"id": view.id, "months": shares})
        rows.append(
            (view.title, *("" if share is None else f"{share * 100:.0f}" for share in shares))
        )
    heads = (f"% met in {year}", *dates.MONTHS)
    answer = {"year": year, "habits": habits}
    return output.write_answer(rows, json=answer, heads=heads, empty=NO_HABIT)


def _heatmap(squares: Calendar, signs: MarkGlyphs) -> None:
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


def _letter(square: Cell | None, signs: MarkGlyphs) -> str:
    if square is None or square.status in ("future", "off"):
        return " "
    if square.mark == "missed":
        return signs.marks["missed"]
    return signs.levels[square.level]


def _show_pair(index: HabitIndex, first: str, second: str) -> int:
    """Compare the second habit with the first, on the same day and on the next day."""
    index.refresh()
    chosen = [index.find(first), index.find(second)]
    names = [habit.definition.id for habit in chosen]
    found = _compare(index, chosen, [(names[0], names[1], lag) for lag in LAGS])
    if is_json():
        output.write_json({"total": len(found), "pairs": [_object(pair) for pair in found]})
        return 0
    for pair in sorted(found, key=lambda pair: pair.lag):
        output.write_styled([(f"{pair.first}, {pair.second} {LAG_WORDS[pair.lag]}", "bold")])
        for row in _pair_table(pair):
            output.write(f"  {row}")
        output.write(f"  {_verdict(pair)}")
    output.write_message("With many pairs, some match at random. Compare all with `--pairs`.")
    return 0


def _show_pairs(index: HabitIndex) -> int:
    index.refresh()
    habits = [
        habit
        for habit in index.known()
        if habit.definition.path
        and not habit.definition.is_archived
        and not habit.definition.combines  # it always goes together with its parts
    ]
    names = [habit.definition.id for habit in habits]
    pairs = [(one, other, 0) for one, other in combinations(names, 2)]
    pairs += [(one, other, 1) for one, other in permutations(names, 2)]
    found = _compare(index, habits, pairs)
    worth = [pair for pair in found if pair.is_worth_a_try]
    if is_json():
        output.write_json({"total": len(found), "pairs": [_object(pair) for pair in worth]})
        return 0 if worth else 1
    for pair in worth:
        output.write(f"{_sentence(pair)}; worth a try")
    compared = sum(pair.chance is not None for pair in found)
    output.write_message(f"Compared {compared} pairs with enough days. {len(worth)} stand out.")
    return 0 if worth else 1


def _compare(
    index: HabitIndex, habits: list[Habit], pairs: list[tuple[str, str, int]]
) -> list[HabitPair]:
    lines = {habit.definition.id: index.timeline(habit) for habit in habits}
    logged = find_logged_days(
        index.days(habit) for habit in index.known() if not habit.definition.combines
    )
    return compare_pairs(lines, logged, pairs)


def _sentence(pair: HabitPair) -> str:
    with_first, without = percent(pair.table.rate_with), percent(pair.table.rate_without)
    when = " the day after" if pair.lag else ""
    return (
        f"{pair.second} on {with_first} of days{when or ' with'} {pair.first}, "
        f"{without} without (n={pair.table.days})"
    )


def _pair_table(pair: HabitPair) -> list[str]:
    both, only_first, only_second, neither = pair.table
    return [
        _sentence(pair),
        f"{'':14}{'done':>8}{'not':>8}",
        f"{f'with {pair.first}':14.14}{both:>8}{only_first:>8}",
        f"{'without':14}{only_second:>8}{neither:>8}",
        *([] if pair.table.phi is None else [f"φ {pair.table.phi:+.2f}"]),
    ]


def _verdict(pair: HabitPair) -> str:
    if pair.chance is None:
        return (
            f"not enough data: needs {MIN_DAYS} days, "
            f"with at least {MIN_DAYS_IN_ROW} done and {MIN_DAYS_IN_ROW} not"
        )
    if pair.chance <= 1 / MAX_SHUFFLES:
        return "unlikely to be chance; worth a try"
    share = f"{pair.chance * 100:.0f} of 100 random orders of the weeks show as much"
    return f"{share}; {'worth a try' if pair.is_worth_a_try else 'may be chance'}"


def _object(pair: HabitPair) -> dict[str, Any]:
    return {
        "first": pair.first,
        "second": pair.second,
        "lag": pair.lag,
        **pair.table._asdict(),
        "rate_with": pair.table.rate_with,
        "rate_without": pair.table.rate_without,
        "phi": pair.table.phi,
        "chance": pair.chance,
        "worth_a_try": pair.is_worth_a_try,
    }


@click.command(
    "review",
    cls=RawCommand,
    metavar="[week | month] [WEEK | MONTH | DAY]",
    short_help="Create a review note for a week or month of habits.",
)
@change_options
def review(words: tuple[str, ...], *, dry_run: bool) -> int:
    """Write a note about the last week or month of habits, for you to finish.

    Lists results and targets, habits missed twice, skips with reasons, and choices for each habit:
    keep, make easier, change the cue, archive. Links to the habits and their source books. Choose
    another week or month with `2026-W40`, `2026-10`, `october` or a day in it. An existing review
    is never overwritten.
    """
    vault = open_refreshed()
    plan = plan_review(vault.workspace, vault.habits, " ".join(words))
    return apply_plan(vault, plan, dry_run=dry_run)
