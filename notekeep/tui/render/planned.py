"""What a verb would write, as lines: how many notes, which are left out and why, what changes."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from notekeep.markdown.clean import clean, clean_line
from notekeep.tui.render.pieces import Line, Piece, fit, wrap
from notekeep.tui.render.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.writing.plan import FileChange, WritePlan

MOST = 500
"""So many notes are listed; of more the number is said."""
MOST_LINES = 12
"""So many changed lines of a note are shown."""
_CLOSE = 400
"""Lines between the first and the last change that are compared one by one."""


def planned_lines(plan: WritePlan, width: int, glyphs: Glyphs) -> list[Line]:
    """Return a plan as lines: what is left out first, since it is what a person must know."""
    lines: list[Line] = []
    for problem in plan.refused:
        text = f"{glyphs.warning} {clean_line(problem.place)}: {clean_line(problem.message)}"
        lines += wrap([Piece(text, "warn")], width)
        if problem.hint:
            lines += wrap([Piece(f"  {clean_line(problem.hint)}", "muted")], width)
    for name in plan.new_fields:
        text = f"{glyphs.warning} {clean_line(name)}: new field"
        lines += wrap([Piece(text, "warn")], width)
    for remark in plan.remarks[:MOST_LINES]:
        lines += wrap([Piece(clean_line(remark), "muted")], width)
    if lines and plan.changes:
        lines.append([])
    for change in plan.changes[:MOST]:
        lines += _change(change, width, glyphs)
    if len(plan.changes) > MOST:
        lines.append([Piece(f"{glyphs.ellipsis} and {plural(len(plan.changes) - MOST, 'more')}")])
    return lines


def summary(plan: WritePlan, paths: Sequence[str] = ()) -> str:
    """Return in one sentence what a plan does.

    Args:
        plan: The plan.
        paths: The notes it was made for.
    """
    touched = {change.path for change in plan.changes} | {one.path for one in plan.refused}
    same = sum(path not in touched for path in paths)
    parts = [f"{plural(len(plan.changes), 'file')} would change" if plan.changes else "No change"]
    if plan.refused:
        parts.append(f"{len(plan.refused)} left as {_is(len(plan.refused))}")
    if same:
        parts.append(f"{same} {'is' if same == 1 else 'are'} so already")
    return ", ".join(parts)


def _is(count: int) -> str:
    return "it is" if count == 1 else "they are"


def _change(change: FileChange, width: int, glyphs: Glyphs) -> Iterator[Line]:
    where = ".trash" if change.after is None else change.target
    line = [Piece(clean_line(change.path), "bright")]
    if where:
        line.append(Piece(f" {glyphs.arrow} {clean_line(where)}", "accent"))
    yield from wrap(line, width)
    changed = changed_lines(change.before or b"", change.after or b"") if change.after else []
    for sign, text in changed[:MOST_LINES]:
        shown = Piece(f"  {sign} {clean_line(text)}", "added" if sign == "+" else "removed")
        yield fit([shown], width, glyphs.ellipsis)
    if len(changed) > MOST_LINES:
        yield [Piece(f"  {glyphs.ellipsis} {len(changed) - MOST_LINES} more lines", "faint")]


def changed_lines(before: bytes, after: bytes) -> list[tuple[str, str]]:
    """Return the lines that go ("-") and come ("+"), in the order they stand in the file."""
    old, new = _lines(before), _lines(after)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(old), len(new)) > _CLOSE:
        return [*(("-", line) for line in old), *(("+", line) for line in new)]
    return _compared(old, new)


def _compared(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, first, last, begin, stop in matcher.get_opcodes():
        if tag != "equal":
            found += [("-", line) for line in old[first:last]]
            found += [("+", line) for line in new[begin:stop]]
    return found


def _lines(data: bytes) -> list[str]:
    return clean(data.decode("utf-8", "replace")).splitlines()
