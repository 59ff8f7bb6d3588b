"""Plan habit reviews as new notes, and a year of habits as a draft post.

An existing review is never overwritten. Reviews link to the habits and their books.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple, assert_never

from notekeep import dates
from notekeep.errors import NotFound, Refused, UsageError
from notekeep.habits import amounts
from notekeep.habits.calendar import month_bounds, year_bounds
from notekeep.habits.day_shares import SpanShare, describe_share, find_day_shares, sum_shares
from notekeep.habits.definition import Definition
from notekeep.habits.evaluation import Timeline
from notekeep.habits.measures import rate
from notekeep.habits.review import (
    Bounds,
    HabitReview,
    ReviewSpan,
    last_ended,
    review_habit,
    span_before,
)
from notekeep.habits.schedule import (
    MAX_DAYS,
    MAX_MONTHS,
    AfterLast,
    AsParts,
    ChosenDates,
    ChosenDays,
    EverySlot,
    InDays,
    PerPeriod,
    Schedule,
    Untracked,
    goal_of,
    parse_schedule,
)
from notekeep.habits.summary import describe_year, format_count, format_run
from notekeep.habits.totals import add_up, describe_total
from notekeep.markdown.fields.field_values import Value
from notekeep.notes.capture import plan_new
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.notes.workspace import Workspace
from notekeep.tracking.habit_details import find_span, parse_span
from notekeep.tracking.habit_names import Habit
from notekeep.tracking.habit_table import LogLine
from notekeep.tracking.tracker import HabitIndex

FOLDER = "reviews"
SPANS: dict[str, ReviewSpan] = {"week": "week", "month": "month"}
REASON = "reason"


class _Part(NamedTuple):
    habit: Definition
    review: HabitReview
    lines: list[LogLine]
    total: str  # total of the amounts; "" if there are none


def parse_bounds(habits: HabitIndex, words: str) -> Bounds:
    """Parse a week or month: `week`, `month`, `2026-10`, `week 2026-W40`, `month october`."""
    today, week_start = habits.today(), habits.places.settings.week_start
    name, _, rest = words.strip().partition(" ")
    span = SPANS.get(name.casefold() or "week")
    if span is None:
        found = find_span(words, today, week_start)
        if found is None:
            raise UsageError(
                f"{words.strip()} is neither a week nor a month.",
                "Write `review week` or `review month`, optionally with a week, a month or a day:"
                " 2026-W40, 2026-10, 2026-10-03.",
                text=words.strip(),
                position=0,
            )
        return found
    return (
        parse_span(span, rest, today, week_start) if rest else last_ended(span, today, week_start)
    )


def review_path(when: Bounds) -> str:
    """Return the vault path of the review for a week or month."""
    if when.span == "month":
        return f"{FOLDER}/Review {when.first:%Y-%m}.md"
    return f"{FOLDER}/Review {when.first.isoformat()}.md"


def plan_review(workspace: Workspace, habits: HabitIndex, words: str = "week") -> WritePlan:
    """Plan a review of a week or month, such as `week`, `month yesterday` or `week 11-03`."""
    when = parse_bounds(habits, words)
    path = review_path(when)
    today = habits.today()
    if when.first > today:
        raise UsageError(f"{dates.format_short_day(when.first, today)} is in the future.")
    if os.path.exists(os.path.join(workspace.root, path)):
        raise Refused(
            f"There is already a review of that {when.span}: {path}",
            f"`notekeep open '{path}'` opens it.",
        )
    habits.refresh()
    if not habits.known():
        raise NotFound(
            "There is no habit to review.",
            '`notekeep habit add "Meditate" --schedule daily` adds one.',
        )
    text = "\n".join(_note(habits, when, min(today, when.last)))
    return WritePlan("review", review_title(when), [NoteChange(path, None, f"{text}\n".encode())])


def review_title(when: Bounds) -> str:
    """Return the title of a review."""
    if when.span == "month":
        return f"Review of {when.first:%B %Y}"
    first, last = when.first, when.last
    return f"Review of {first.day} {first:%b} to {last.day} {last:%b %Y}"


def _note(habits: HabitIndex, when: Bounds, end: date) -> Iterator[str]:
    parts = []
    for habit in habits.known():
        timeline = habits.timeline(habit)
        review = review_habit(habit.definition, habits.days(habit), timeline, when)
        lines = [line for line in habits.lines(habit, when.first, when.last) if line.counts]
        is_due = review.need and not review.is_over and not habit.definition.is_archived
        if lines or is_due:
            total = _total(habits, habit, timeline, when)
            parts.append(_Part(habit.definition, review, lines, total))
    yield from (
        "---",
        "type: note",
        f"title: {review_title(when)}",
        f"created: {habits.today().isoformat()}",
    )
    yield from ("tags: [review]", f"period: {when.first}..{when.last}", "---")
    yield f"# {review_title(when)}"
    yield ""
    if not parts:
        yield "Nothing was due and nothing was logged."
        return
    if when.last >= habits.today():
        yield f"This {when.span} is not over yet, so open days are left out."
        yield ""
    whole, before = (_share(habits, each) for each in (when, span_before(when)))
    if whole.due:
        then = f". The {when.span} before: {describe_share(before)}" if before.due else ""
        yield from (f"All habits: {describe_share(whole)}{then}.", "")
    yield from _table(parts)
    amounts = (f"- {_link(part.habit)}: {part.total}" for part in parts if part.total)
    yield from _section("Amounts", amounts)
    yield from _section("Missed twice or more", _gaps(parts, end))
    yield from _section("Skipped", _remarks(parts, end, of_skips=True))
    yield from _section("Notes", _remarks(parts, end, of_skips=False))
    yield from ("", f"## Next {when.span}", "", "Keep one line for each habit.")
    for part in parts:
        yield from _choices(part.habit, habits.today().toordinal())
    yield from ("", "## In my own words", "")
    yield "What helped? What got in the way? What comes next?"


def _share(habits: HabitIndex, when: Bounds) -> SpanShare:
    return sum_shares(find_day_shares(habits.views(first=when.first, last=when.last)))


def _total(habits: HabitIndex, habit: Habit, timeline: Timeline, when: Bounds) -> str:
    logged = habits.amounts(habit, when.first - timedelta(31))
    week_start = habits.places.settings.week_start
    total = add_up(logged, timeline, when.span, when.first, week_start)
    has_any = total.amount or total.left_out or total.change
    return ", ".join(describe_total(total, logged.unit)) if has_any else ""


def _table(parts: Sequence[_Part]) -> Iterator[str]:
    yield "| habit | done | target | streak | strength |"
    yield "|---|---:|---:|---|---:|"
    for habit, review, *_ in parts:
        share = f"{review.met}" if review.share is None else f"{review.met} ({review.share:.0%})"
        current, unit = review.streak.current, review.streak.unit
        streak = format_run(current, unit) if unit else ""
        strength = "" if review.strength is None else "new"
        if review.strength is not None and not review.is_new:
            gained = "" if review.gained is None else f" ({review.gained * 100:+.0f})"
            strength = f"{review.strength:.0%}{gained}"
        cells = (_link(habit), share, review.need, streak, strength)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield from ("", f"## {title}", "", *found)


def _gaps(parts: Sequence[_Part], end: date) -> Iterator[str]:
    for habit, review, *_ in parts:
        for first, last, length in review.gaps:
            count = format_count(length, review.streak.unit or "days")
            days = f"{dates.format_short_day(first, end)} to {dates.format_short_day(last, end)}"
            yield f"- {_link(habit)}: {count} in a row, {days}"


def _remarks(parts: Sequence[_Part], end: date, *, of_skips: bool) -> Iterator[str]:
    for habit, _, lines, _ in parts:
        for line in lines:
            is_skip = line.entry.kind == "skip"
            texts = [line.entry.note]
            if is_skip:
                texts.insert(0, dict(line.entry.extra).get(REASON, ""))
            text = ", ".join(filter(None, texts)) or ("no reason given" if is_skip else "")
            if text and is_skip == of_skips:
                day = dates.format_short_day(date.fromordinal(line.entry.day), end)
                yield f"- {_link(habit)} {day}: {text}"


def _choices(habit: Definition, today: int) -> Iterator[str]:
    """Yield the choices for a habit as bullets, because checkboxes would be open tasks."""
    yield from ("", f"### {_plain(habit.title)}", "")
    about = [f"{_link(habit)}, {_plain(habit.identity)}" if habit.identity else _link(habit)]
    about += [f"from {habit.source}"] if habit.source else []
    yield "; ".join(about)
    yield ""
    yield "- Keep it"
    smaller = ", or ".join(filter(None, (_plain(habit.tiny), _smaller_command(habit, today))))
    yield f"- Make it easier: {smaller}" if smaller else "- Make it easier"
    cue = _plain(habit.when) or (f"after {_plain(habit.after)}" if habit.after else "")
    yield f"- Change the cue{f' (now: {cue})' if cue else ''}"
    if habit.path:
        yield f"- Archive it: `notekeep habit archive {habit.id}`"
    else:
        yield f"- Give it a note, with a schedule: `notekeep habit add {habit.id}`"


def _smaller_command(habit: Definition, day: int) -> str:
    """Return a command that halves a daily goal or reduces the number of times, or ""."""
    goal, schedule = habit.goal_on(day), habit.schedule_on(day)
    option = ""
    # A schedule such as `2/day` also sets the goal.
    if goal.kind == "least" and goal != goal_of(schedule):
        half = amounts.from_base_unit(goal.target, goal.unit) / 2 / amounts.MILLI
        target = amounts.to_base_unit(ceil(half) * amounts.MILLI, None, goal.unit) or goal.target
        if target < goal.target:
            option = f'--goal "{goal._replace(target=target).text()}"'
    if (
        not option
        and goal.kind != "most"
        and goal.per == "day"
        and (fewer := _easier_schedule(schedule))
    ):
        option = f'--schedule "{fewer}"' if " " in fewer else f"--schedule {fewer}"
    return f"`notekeep habit edit {habit.id} {option}`" if option else ""


def _easier_schedule(schedule: Schedule) -> str:
    """Return an easier schedule, with fewer times, or ""."""
    match schedule:
        case ChosenDays(weekdays):
            times = sum(weekdays)
            return "5/week" if times == 7 else f"{times - 1}/week" if times > 1 else "every 14d"
        case ChosenDates(month_days):
            times = 0 if any(one.month for one in month_days) else len(month_days)
            return f"{times - 1}/month" if times > 1 else "every 2 months" if times else ""
        case PerPeriod(1, period):
            return "every 14d" if period == "week" else "every 2 months"
        case PerPeriod(times):
            return parse_schedule(schedule._replace(times=times - 1).text()).text()
        case InDays(times, days):
            less = schedule._replace(times=times - 1) if times > 1 else InDays(1, 2 * days)
            return less.text() if less.days <= MAX_DAYS else ""
        case EverySlot(length):
            most = MAX_DAYS if schedule.unit == "day" else MAX_MONTHS
            longer = schedule._replace(length=length + max(1, length // 2))
            return longer.text() if longer.length <= most else ""
        case AfterLast(low, high):
            later = AfterLast(low + max(1, low // 2), high + max(1, low // 2))
            return later.text() if later.high <= MAX_DAYS else ""
        case AsParts() | Untracked():
            return ""
        case _:
            assert_never(schedule)


def _link(habit: Definition) -> str:
    """Return a link to a habit's note, or its id if that is impossible."""
    stem = habit.path.rpartition("/")[2].removesuffix(".md")
    return f"[[{stem}]]" if stem and not set("[]|#^") & set(stem) else f"`{habit.id}`"


def _plain(text: str) -> str:
    return " ".join(text.split())


def plan_year(
    workspace: Workspace, habits: HabitIndex, chosen: Sequence[Habit], year: int
) -> WritePlan:
    """Plan a draft about a year of the selected habits."""
    parts: list[str] = []
    for habit in chosen:
        parts += _year_part(habits, habit, year, is_alone=len(chosen) == 1)
    if not parts:
        raise Refused(
            f"There is nothing to write about {year}.",
            "Choose a habit with a note, and a year in which it was due.",
        )
    title = f"{chosen[0].definition.title} in {year}" if len(chosen) == 1 else f"Habits in {year}"
    sources = dict.fromkeys(habit.definition.source for habit in chosen)
    fields: dict[str, Value] = {
        "date": habits.today().isoformat(),
        "draft": True,
        "tags": ["habit"],
        "sources": [source for source in sources if source],
    }
    return plan_new(workspace, "post", title, fields=fields, body="\n".join(parts))


def _year_part(habits: HabitIndex, habit: Habit, year: int, *, is_alone: bool) -> Iterator[str]:
    definition = habit.definition
    whole = habits.timeline(habit)
    line = whole.between(*year_bounds(year))
    if not definition.path or rate(line).value is None:
        return
    if not is_alone:
        yield from (f"## {definition.title}", "")
    sentence = describe_year(definition, year, line)
    logged = habits.amounts(habit, date(year - 1, 1, 1))
    total = add_up(logged, whole, "year", date(year, 12, 31))
    has_amounts = total.amount or total.left_out
    if has_amounts:
        sentence += f" In total {', '.join(describe_total(total, logged.unit))}."
    yield from (sentence, "", f"![[{definition.path.removesuffix('.md')}#year {year}]]", "")
    yield from (
        ("| month | kept | amount |", "|---|---:|---:|")
        if has_amounts
        else ("| month | kept |", "|---|---:|")
    )
    for month in range(1, 13):
        share = rate(line.between(*month_bounds(year, month))).value
        of_month = add_up(logged, whole, "month", date(year, month, 1))
        if share is not None or of_month.amount:
            cells = [f"{date(year, month, 1):%B}", "" if share is None else f"{share:.0%}"]
            cells += describe_total(of_month, logged.unit)[:1] if has_amounts else []
            yield f"| {' | '.join(cells)} |"
    yield ""
    if definition.source:
        yield from (f"It began with {definition.source}.", "")
