"""Habits as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from notekeep import dates
from notekeep.cli import output
from notekeep.habits.amounts import pluralize
from notekeep.habits.calendar import ASCII_MARKS, UNICODE_MARKS, Mark, MarkGlyphs
from notekeep.habits.day_shares import DayShare, sum_shares
from notekeep.habits.schedule import ascii_goal
from notekeep.habits.summary import HabitView, format_streak, format_strength

if TYPE_CHECKING:
    from notekeep.settings import VaultSettings
    from notekeep.tracking.checkin import CheckInResult, UndoResult
    from notekeep.tracking.timer import Timer
    from notekeep.tracking.tracker import HabitIndex

NO_HABIT = 'No habits yet. `notekeep habit add "Meditate" --schedule daily` creates one.'
MARK_STYLES: dict[Mark, str] = {
    "done": "blue",
    "partial": "blue",
    "ok": "blue",
    "missed": "red",
    "at risk": "yellow",
    "skipped": "dim",
    "paused": "dim",
    "open": "dim",
}


def glyphs(settings: VaultSettings) -> MarkGlyphs:
    """Return the characters chosen in the settings, or those that the terminal can show."""
    if settings.glyphs:
        return ASCII_MARKS if settings.glyphs == "ascii" else UNICODE_MARKS
    shown = "".join((*UNICODE_MARKS.marks.values(), UNICODE_MARKS.levels))
    return UNICODE_MARKS if output.replace_unencodable(shown) == shown else ASCII_MARKS


def percent(share: float | None) -> str:
    """Format a share: `72 %`, or `no data` for None."""
    return "no data" if share is None else f"{share * 100:.0f} %"


def timer_object(timer: Timer) -> dict[str, Any]:
    """Return a running timer as JSON data."""
    start = timer.start.isoformat(timespec="minutes")
    return {"habit": timer.habit, "since": start, "minutes": timer.minutes}


def write_check_in(done: CheckInResult, index: HabitIndex) -> None:
    """Print a line about a check-in."""
    habit, cell = done.habit, done.cell
    is_today = cell.day == index.today()
    note = habit.note if is_today else habit.period_note
    amount = "" if note and is_today else pluralize(cell.amount)
    parts = [amount, note, format_streak(habit), _strength(habit)]
    _write_line(done, [*parts, "" if done.is_written else "dry run"], index)


def write_undo(done: UndoResult, index: HabitIndex) -> None:
    """Print one line for an undone entry."""
    habit, cell = done.habit, done.cell
    parts = [pluralize(cell.amount) or cell.status, format_streak(habit), _strength(habit)]
    _write_line(done, [*parts, f"undid: {done.undone.partition(': ')[2]}"], index)


def _strength(habit: HabitView) -> str:
    return "" if habit.strength is None or habit.is_new else f"strength {format_strength(habit)}"


def _write_line(done: CheckInResult | UndoResult, parts: Sequence[str], index: HabitIndex) -> None:
    signs, cell = glyphs(index.places.settings), done.cell
    day = dates.format_short_day(cell.day, index.today())
    between = " · " if signs is UNICODE_MARKS else " - "
    text = between.join(part for part in (done.habit.id, day, *parts) if part)
    style = MARK_STYLES.get(cell.mark, "")
    output.write_styled([(signs.marks[cell.mark].strip() or "-", style), (f" {text}", "")])
    if done.warning:
        output.write_message(done.warning)


def aim(habit: HabitView, signs: MarkGlyphs) -> str:
    """Return the goal and schedule of a habit in words."""
    return ascii_goal(habit.aim) if signs is ASCII_MARKS else habit.aim


def share_mark(day: DayShare, signs: MarkGlyphs) -> str:
    """Return the level for all habits on a day, or a blank if the day is open or none was due."""
    share = day.share
    if share is None:
        return " "
    return signs.levels[4 if share == 1 else int(share * 3) + (share > 0)]


def shares_object(days: Sequence[DayShare]) -> dict[str, Any]:
    """Return the results for all habits by day as JSON data."""

    def rounded(share: float | None) -> float | None:
        return None if share is None else round(share, 6)

    whole = sum_shares(days)
    return {
        **whole._asdict(),
        "share": rounded(whole.share),
        "days": [
            {
                "date": day.day.isoformat(),
                "met": day.met,
                "due": day.due,
                "open": day.open,
                "share": rounded(day.share),
            }
            for day in days
        ],
    }


def check_in_object(done: CheckInResult) -> dict[str, Any]:
    """Return a check-in as JSON data."""
    return {
        **done.habit.summary(),
        "date": done.cell.day.isoformat(),
        "day": done.cell.as_object(),
        "line": done.line,
        "file": done.path,
        "written": done.is_written,
        "warning": done.warning,
    }


def undo_object(done: UndoResult) -> dict[str, Any]:
    """Return an undo as JSON."""
    day = done.cell.as_object()
    return {**done.habit.summary(), "day": day, "gone": done.undone, "lines": list(done.lines)}
