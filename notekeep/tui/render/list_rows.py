"""Tasks and posts as rows, and the messages of empty lists."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.markdown.sanitize import clean_line, plain_text
from notekeep.markdown.task_fields import find_fields, find_value, strip_fields
from notekeep.markdown.task_rule import describe_rule, parse_rule
from notekeep.query.folding import fold_text
from notekeep.tui.render.formatting import short_date
from notekeep.tui.render.note_rows import distinguished_title
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    fit_line,
    line_text,
    line_width,
    section_line,
    spread_line,
    wrap_line,
)

if TYPE_CHECKING:
    from notekeep.catalog.records import TaskRow
    from notekeep.errors import NotekeepError, UsageError
    from notekeep.export.plan import StateName
    from notekeep.services.publishing import SiteStatus
    from notekeep.tui.render.glyphs import Glyphs


class TaskGroup(NamedTuple):
    """The heading above the tasks of a note, with the number of open tasks."""

    title: str
    path: str
    open: int


class TaskRows(NamedTuple):
    """The rows of a list, and the numbers of open and completed tasks."""

    rows: list[TaskGroup | TaskRow | None]
    open: int
    done: int


_HEADING_OF_LINK = re.compile(r"(?<=[^\[|])#[^\[\]|]*(?=\]\])")


def task_text(task: TaskRow) -> str:
    """Return the text of a task, without its marks, dates and recurrence rule."""
    text = _HEADING_OF_LINK.sub("", strip_fields(task.text))
    return clean_line(plain_text(text) or task.text)


def match_tasks(tasks: Iterable[TaskRow], text: str) -> Iterator[TaskRow]:
    """Yield the tasks that match all words of `text` in their text, note title or path."""
    words = fold_text(text).split()
    for task in tasks:
        about = fold_text(f"{task.text} {task.title} {task.path}") if words else ""
        if all(word in about for word in words):
            yield task


def was_ticked(task: TaskRow, ticked: Collection[tuple[str, str]]) -> bool:
    """Whether a task was ticked while it was shown; `ticked` are the keys of such tasks."""
    return any(path == task.path for path, _ in ticked) and task.key in ticked


def group_tasks(
    tasks: Iterable[TaskRow],
    text: str,
    today: date,
    *,
    with_done: bool,
    ticked: Collection[tuple[str, str]],
) -> TaskRows:
    """Return matching tasks by note and due date; notes without open tasks come last.

    Tasks whose keys are in `ticked` keep their rows, so that no row moves under the cursor.
    `with_done` includes completed tasks and tasks that start later.
    """
    groups: dict[str, list[TaskRow]] = {}
    for task in match_tasks(tasks, text):
        if with_done or not task.is_waiting(today):
            groups.setdefault(task.path, []).append(task)

    def is_listed(task: TaskRow) -> bool:
        return not task.done or was_ticked(task, ticked)

    def sort_key(task: TaskRow) -> tuple[bool, date]:
        return not is_listed(task), task.planned or date.max

    def first(group: list[TaskRow]) -> tuple[bool, date]:
        return min(map(sort_key, filter(is_listed, group)), default=(True, date.max))

    ordered = sorted(groups.values(), key=first)
    rows: list[TaskGroup | TaskRow | None] = []
    for group in ordered:
        shown = sorted((task for task in group if with_done or is_listed(task)), key=sort_key)
        if not shown:
            continue
        rows += [None] if rows else []
        rows.append(TaskGroup(shown[0].title, shown[0].path, sum(not t.done for t in group)))
        rows += shown
    done = sum(task.done for group in ordered for task in group)
    return TaskRows(rows, sum(map(len, ordered)) - done, done)


def group_line(group: TaskGroup, width: int, glyphs: Glyphs) -> StyledLine:
    """Return the heading of a group: the note's title and the number of open tasks."""
    count = f"{group.open} open" if group.open else "all done"
    title = fit_line([Piece(clean_line(group.title))], width - len(count) - 1)
    return section_line(line_text(title), count, width, glyphs)


def task_line(
    task: TaskRow, width: int, glyphs: Glyphs, today: date, *, names_note: bool = False
) -> StyledLine:
    """Return a task as one line of `width` cells; with `names_note`, its note too if it fits."""
    due = task.planned
    right = [] if due is None else _due(due, today, glyphs, is_done=task.done)
    right += repeat_sign(task, glyphs, gap=bool(right))
    left = [*task_box(task, glyphs), Piece(task_text(task), "finished" if task.done else "")]
    room = width - line_width(right) - 2
    note = Piece(f"  {clean_line(task.title)}", "muted")
    if names_note and line_width([*left, note]) <= room:
        left.append(note)
    return spread_line(left, right, width)


def task_box(task: TaskRow, glyphs: Glyphs) -> StyledLine:
    """Return the box before a task."""
    box = Piece(glyphs.task_done, "good") if task.done else Piece(glyphs.task_open)
    return [box, Piece(" ")]


def repeat_sign(
    task: TaskRow, glyphs: Glyphs, *, with_rule: bool = False, gap: bool = False
) -> StyledLine:
    """Return the sign of a recurring task, `with_rule` after its rule; empty for other tasks."""
    rule = find_value(find_fields(task.text), "repeat")
    if rule is None or parse_rule(rule.value) is None:
        return []
    words = f"{clean_line(describe_rule(rule.value))} " if with_rule else ""
    return [Piece(f"{'  ' if gap else ''}{words}{glyphs.repeats}", "muted")]


def late_date(task: TaskRow, today: date, glyphs: Glyphs) -> StyledLine:
    """Return the date of a task, unless it is listed under that date."""
    day = task.planned
    if day is None or (day >= today and day == task.day(today)):
        return []
    due = _due(day, today, glyphs, is_done=task.done)
    return due if day < today else [Piece("due ", "muted"), *due]


def _due(due: date, today: date, glyphs: Glyphs, *, is_done: bool) -> StyledLine:
    if is_done:
        return [Piece(short_date(due, today), "muted")]
    if due < today:
        return [Piece(f"{glyphs.warning} ", "warn"), Piece(short_date(due, today))]
    return [Piece("today" if due == today else short_date(due, today), "muted")]


STATE_SIGNS = {
    "new": Piece("+ ", "added"),
    "changed": Piece("~ ", "accent"),
    "unchanged": Piece("= ", "faint"),
    "conflict": Piece("! ", "warn"),
    "orphan": Piece("? ", "warn"),
    "refused": Piece("x ", "bad"),
    "removed": Piece("- ", "removed"),
}
"""The signs for posts and for the files of an export."""
_WORDS = {"unchanged": "up to date", "conflict": "edited on site"}


class ListedTitle(NamedTuple):
    """A title and, if several notes share it, part of the path."""

    title: str
    title_suffix: str = ""


class PostRow(NamedTuple):
    """A draft or post in the list."""

    path: str
    title: ListedTitle
    # One for each site, in the same order; "" if unknown.
    states: tuple[StateName | str, ...] = ()


def post_rows(
    titles: Mapping[str, ListedTitle], site_statuses: Sequence[SiteStatus]
) -> list[PostRow]:
    """Return rows for drafts and posts by title, with their state in each site."""
    states = [{post.note: post.state for post in site.posts} for site in site_statuses]
    ordered = sorted(titles.items(), key=lambda item: (item[1].title.casefold(), item[0]))
    return [
        PostRow(path, title, tuple(known.get(path, "") for known in states))
        for path, title in ordered
    ]


def post_line(row: PostRow, width: int, site: int, glyphs: Glyphs) -> StyledLine:
    """Return a post as one line: title, signs for the other sites, and the state in one site."""
    right = [STATE_SIGNS[state] for at, state in enumerate(row.states) if at != site and state]
    state = row.states[site] if site < len(row.states) else ""
    right.append(Piece(_WORDS.get(state, state), "" if state == "conflict" else "muted"))
    if line_width(right) > width // 2:
        right = right[-1:]
    sign = STATE_SIGNS[state] if state else Piece(f"{glyphs.kinds['post']} ", "muted")
    room = width - line_width([sign, *right]) - 1
    name = Piece(clean_line(row.title.title), "muted" if state == "unchanged" else "")
    title = distinguished_title([name], row.title.title_suffix, room)
    return spread_line([sign, *title], right, width, gap=1)


def key_hint(key: str, text: str) -> StyledLine:
    """Return a key and its action."""
    return [Piece(f"{key:>6}", "key"), Piece(f"  {text}", "muted")]


def counts_text(rows: Sequence[PostRow], site: int) -> str:
    """Return the numbers of posts by state: "3 changed · 1 edited on site"."""
    found = [row.states[site] for row in rows if site < len(row.states)]
    parts = [
        f"{found.count(state)} {_WORDS.get(state, state)}"
        for state in ("conflict", "refused", "orphan", "changed", "new")
        if state in found
    ]
    return " · ".join(parts)


ORPHANED_POST_HINT: Final[Sequence[StyledLine]] = (
    [Piece("The note of this post was deleted.", "title")],
    [],
    key_hint("x", "show what would be removed from the site"),
)
_FOLDER_KEYS: Final[Sequence[StyledLine]] = (
    key_hint("f", "choose the folder of your site"),
    key_hint("t", "choose its generator"),
)
OTHER_STARTS: Final[Sequence[StyledLine]] = (
    key_hint("gi", "import from other apps"),
    key_hint("gd", "try the sample vault"),
)
NO_DRAFTS_HINT: Final[Sequence[StyledLine]] = (
    [Piece("Nothing to publish yet.", "title")],
    [],
    [Piece("Posts with draft: true appear here,", "muted")],
    [Piece("and every note with publish: true.", "muted")],
    [],
    key_hint("p", "on any note (F2): show its draft"),
    *_FOLDER_KEYS,
    *OTHER_STARTS,
)
NO_FOLDER_HINT: Final[Sequence[StyledLine]] = (
    [Piece("No site folder yet.", "title")],
    [],
    [Piece("Choose the folder of your site to see", "muted")],
    [Piece("what would be written into it.", "muted")],
    [],
    *_FOLDER_KEYS,
)


# The messages of empty lists, with the next steps.


def empty_lines(title: str, *about: str) -> list[StyledLine]:
    """Return the message for an empty list: a title and an explanation."""
    return [[], [Piece(title, "title")], [], *([Piece(line, "muted")] for line in about)]


def error_lines(error: NotekeepError, width: int, hint: str = "") -> list[StyledLine]:
    """Return an error and its hint, wrapped."""
    line = getattr(error, "line", None)
    message = clean_line(error.message)
    if line and f"line {line}" not in message:
        message = f"{message.removesuffix('.')}, line {line}."
    lines = wrap_line([Piece(message, "warn")], width)
    return [*lines, *wrap_muted(hint or error.hint, width)]


def no_results(title: str, remarks: Sequence[str], width: int) -> list[StyledLine]:
    """Return the message for a search without results, which offers to create a note `title`."""
    about = [line for text in remarks for line in [*wrap_muted(text, width), []]]
    creates = [key_hint("enter", f'creates a note "{clean_line(title)}"')] if title else []
    keys = [*creates, key_hint("esc", "clears the search")]
    return [[], [Piece("No results", "title")], [], *about, *keys]


def wrap_muted(text: str, width: int) -> list[StyledLine]:
    """Return a text as muted lines, wrapped."""
    return wrap_line([Piece(clean_line(text), "muted")], width) if text else []


def query_error(error: UsageError, glyphs: Glyphs) -> list[StyledLine]:
    """Return a query error or its suggestion, in several lengths, longest first."""
    sign = Piece(f"{glyphs.warning} ", "warn")
    about = Piece(clean_line(error.message).replace("There is no ", "No ", 1))
    if not error.near:
        return [[sign, about]]
    near = Piece(error.near, "title")
    accept = [Piece("  tab", "key"), Piece(" accept", "muted")]
    return [
        [sign, about, Piece(" Did you mean "), near, Piece("?"), *accept],
        [sign, about, Piece(" Try "), near, Piece("."), *accept],
        [sign, Piece("Did you mean "), near, Piece("?"), *accept],
        [sign, near, Piece("?"), *accept],
    ]


def format_share(share: float) -> str:
    """Return the indexed share as a percentage: "5 %"."""
    return f"{min(99, int(100 * share))} %"


def indexing_progress(share: float) -> StyledLine:
    """Return the progress of indexing as a sentence."""
    return [Piece(f"Still indexing, {format_share(share)}.", "title")]


def no_indexed_results(typed: str, share: float) -> list[StyledLine]:
    """Return the message for a search without results while indexing."""
    about = [Piece("No results yet for ", "muted"), Piece(clean_line(typed), "title")]
    more = [Piece("More results may appear.", "muted")]
    return [[], indexing_progress(share), about, more, [], key_hint("esc", "clears the search")]


def search_running(typed: str) -> list[StyledLine]:
    """Return the message for a running search."""
    return [[Piece("Searching for ", "muted"), Piece(clean_line(typed), "title")]]


_FIRST_STEPS = (
    ("new-note", "n", "New note", "needs only a title"),
    ("capture", "ctrl+n", "Quick note", "one line in today's note"),
    ("import-files", "gi", "Import", "Kindle, Goodreads, Joplin and more"),
    ("open-sample", "gd", "Sample vault", "70 notes to look around in"),
    ("switch-vault", "gv", "Other vault", "choose another folder"),
)
EMPTY_ACTIONS = tuple(step[0] for step in _FIRST_STEPS)
"""The actions offered in an empty vault; see `first_steps`."""


def first_steps() -> list[StyledLine]:
    """Return a line for each of `EMPTY_ACTIONS`, its key first."""
    return [
        [Piece(f"{key:>6}", "key"), Piece(f"  {title:<14}"), Piece(about, "muted")]
        for _, key, title, about in _FIRST_STEPS
    ]


def no_notes(indexed: float | None, folder: str = "") -> list[StyledLine]:
    """Return the message for a `folder` without notes, or without indexed notes."""
    if indexed is not None:
        return [[], indexing_progress(indexed)]
    return [
        [],
        [Piece("No notes yet", "title")],
        [Piece(f"This vault is an empty folder: {clean_line(folder)}" if folder else "", "muted")],
        [],
        *first_steps(),
    ]
