"""Tasks as rows: grouped by their notes, with the day they are due."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.clean import clean_line
from notekeep.markdown.due import due_of, without_due
from notekeep.markdown.plain import plain
from notekeep.query.fold import fold
from notekeep.tui.render.pieces import Line, Piece, spread
from notekeep.tui.render.words import short_date

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from notekeep.index.rows import TaskRow
    from notekeep.tui.render.glyphs import Glyphs


class Group(NamedTuple):
    """A note above its tasks: its title, its path, and how many are open."""

    title: str
    path: str
    open: int


class Ranked(NamedTuple):
    """The rows of a list, and the tasks among them, as they stand."""

    rows: list[Group | TaskRow | None]
    open: int
    done: int


def task_words(task: TaskRow) -> str:
    """Return what a task says, without its marks and its day."""
    return clean_line(plain(without_due(task.text)) or task.text)


def ranked(
    tasks: Sequence[TaskRow], wanted: str, *, with_done: bool, kept: Collection[tuple[str, int]]
) -> Ranked:
    """Return tasks in groups, those of a note together: the one first where one is due first.

    Notes without open tasks stand last.

    Args:
        tasks: All tasks, by title of their notes, then line.
        wanted: Words that a task, its note or its path must have.
        with_done: Whether ticked ones are shown.
        kept: Path and line of ticked ones that are shown in any case: they were ticked just now.
    """
    words = fold(wanted).split()
    groups: dict[str, list[TaskRow]] = {}
    for task in tasks:
        about = fold(f"{task.text} {task.title} {task.path}") if words else ""
        if all(word in about for word in words):
            groups.setdefault(task.path, []).append(task)
    # What was ticked just now keeps its row: rows never jump under the cursor.
    is_left = {t[:3]: not t.done or (t.path, t.line) in kept for t in tasks}

    def place(group: list[TaskRow]) -> tuple[bool, date]:
        left = [task for task in group if is_left[task[:3]]]
        days = [day for task in left if (day := due_of(task.text)) is not None]
        return not left, min(days, default=date.max)

    ordered = sorted(groups.values(), key=place)
    rows: list[Group | TaskRow | None] = []
    for group in ordered:
        shown = [task for task in group if with_done or is_left[task[:3]]]
        if not shown:
            continue
        shown.sort(key=lambda task: not is_left[task[:3]])
        rows += [None] if rows else []
        rows.append(Group(shown[0].title, shown[0].path, sum(not t.done for t in group)))
        rows += shown
    done = sum(task.done for group in ordered for task in group)
    return Ranked(rows, sum(map(len, ordered)) - done, done)


def group_line(group: Group, width: int) -> Line:
    """Return the line of a note above its tasks."""
    count = f"{group.open} open" if group.open else "all done"
    return spread([Piece(clean_line(group.title), "section")], [Piece(count, "faint")], width)


def task_line(task: TaskRow, width: int, glyphs: Glyphs, today: date) -> Line:
    """Return the line of a task in `width` cells."""
    due = due_of(task.text)
    box = Piece(
        glyphs.task_done if task.done else glyphs.task_open, "good" if task.done else "accent"
    )
    text = task_words(task)
    left = [box, Piece("  "), Piece(text, "finished" if task.done else "")]
    return spread(left, [] if due is None else [_due(due, today, is_done=task.done)], width)


def _due(due: date, today: date, *, is_done: bool) -> Piece:
    if is_done:
        return Piece(short_date(due, today), "faint")
    if due < today:
        return Piece(f"late, {short_date(due, today)}", "bad")
    return Piece("today", "warn") if due == today else Piece(short_date(due, today), "muted")
