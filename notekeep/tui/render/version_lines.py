"""Versions of notes as lines: one below the other or side by side, and what a step changed."""

from __future__ import annotations

from itertools import groupby, islice, zip_longest
from typing import TYPE_CHECKING

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    break_source,
    cut_line,
    fit_line,
    line_width,
    mark_spans,
    pad_line,
    wrap_line,
)
from notekeep.tui.render.text_diff import LinePair, TextComparison, VersionLine, compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from notekeep.notes.plan import NoteChange
    from notekeep.tui.render.glyphs import Glyphs

MAX_VERSION_LINES = 4000
"""Lines that are shown; what is longer is read in an editor."""
MIN_SPLIT_WIDTH = 100
"""From this width on two versions have room side by side."""
BINARY_MARK = b"\0"

_CHANGED_WORDS = "highlight"
_SAME: StyledLine = [Piece("They are the same.", "muted")]
_ROLES = {"-": "removed", "+": "added", " ": "muted"}


def unified(comparison: TextComparison, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Lay two versions out one below the other: what went first, then what came."""
    lines = _unified(comparison.pairs, _digits(comparison), max(8, width), glyphs)
    return _at_most(iter([_SAME]) if comparison.is_empty else lines, width, glyphs)


def side_by_side(
    comparison: TextComparison, width: int, glyphs: Glyphs, heads: tuple[str, str] = ("", "")
) -> list[StyledLine]:
    """Lay two versions out beside each other, each line with what became of it."""
    half = max(8, (width - 3) // 2)
    top: list[StyledLine] = []
    if any(heads):
        titles = [[Piece(clean_line(head), "title")] for head in heads]
        top = [_beside(titles[0], titles[1], half, glyphs), [Piece(glyphs.rule * width, "rule")]]
    lines = _columns(comparison.pairs, _digits(comparison), half, glyphs)
    return [*top, *_at_most(iter([_SAME]) if comparison.is_empty else lines, width, glyphs)]


def changes_lines(changes: Sequence[NoteChange], width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Say what became of some files, each with its diff."""
    lines: list[StyledLine] = []
    for change in changes:
        lines += [[]] if lines else []
        lines += _file(change, width, glyphs)
    return lines


def change_counts(comparison: TextComparison) -> StyledLine:
    """Say how much changed: +3 -1."""
    if comparison.is_empty:
        return [Piece("no change", "faint")]
    return [Piece(f"+{comparison.added}", "added"), Piece(f" -{comparison.removed}", "removed")]


def _file(change: NoteChange, width: int, glyphs: Glyphs) -> Iterator[StyledLine]:
    head = [Piece(clean_line(change.path), "title")]
    if change.target:
        head += [Piece(f" {glyphs.arrow} ", "faint"), Piece(clean_line(change.target), "title")]
    if change.before is None and change.after is not None:
        head.append(Piece("  new", "added"))
    elif change.after is None and change.before is not None:
        head.append(Piece("  to the trash", "removed"))
    yield from wrap_line(head, width)
    before, after = change.before or b"", change.after or b""
    if change.after is None or before == after:
        return
    if BINARY_MARK in before or BINARY_MARK in after:
        yield [Piece(f"{plural(len(after), 'byte')}, not text", "faint")]
        return
    yield from unified(compare(before, after), width, glyphs)


def _unified(
    pairs: Iterable[LinePair], digits: int, width: int, glyphs: Glyphs
) -> Iterator[StyledLine]:
    for same, group in groupby(pairs, key=lambda pair: pair.same):
        block = list(group)
        for pair in block:
            if pair.skipped:
                yield _skipped(pair, digits, glyphs)
            elif same:
                yield from _line(pair.after, " ", digits, width)
            else:
                yield from _line(pair.before, "-", digits, width)
        for pair in block if not same else ():
            yield from _line(pair.after, "+", digits, width)


def _skipped(pair: LinePair, digits: int, glyphs: Glyphs) -> StyledLine:
    text = f"{' ' * digits} {glyphs.ellipsis} {plural(pair.skipped, 'line')} the same"
    return [Piece(text, "faint")]


def _line(side: VersionLine | None, sign: str, digits: int, width: int) -> Iterator[StyledLine]:
    """Yield a line with its number and its sign; what is too long goes on below."""
    if side is None:
        return
    role = _ROLES[sign]
    head: StyledLine = [Piece(f"{side.number:>{digits}} ", "faint"), Piece(f"{sign} ", role)]
    room = max(4, width - line_width(head))
    line = mark_spans([Piece(side.text, role)], side.spans, _CHANGED_WORDS)
    rows = cut_line(line, break_source(side.text, room))
    if side.end:
        rows[-1].append(Piece(f"  {side.end}", "faint"))
    for row in rows:
        yield [*head, *row]
        head = [Piece(" " * line_width(head))]


def _columns(
    pairs: Iterable[LinePair], digits: int, half: int, glyphs: Glyphs
) -> Iterator[StyledLine]:
    for pair in pairs:
        if pair.skipped:
            yield _skipped(pair, digits, glyphs)
            continue
        left = _line(pair.before, " " if pair.same else "-", digits, half)
        right = _line(pair.after, " " if pair.same else "+", digits, half)
        for before, after in zip_longest(left, right, fillvalue=list[Piece]()):
            yield _beside(before, after, half, glyphs)


def _beside(left: StyledLine, right: StyledLine, half: int, glyphs: Glyphs) -> StyledLine:
    return [*pad_line(left, half), Piece(f" {glyphs.column} ", "rule"), *pad_line(right, half)]


def _digits(comparison: TextComparison) -> int:
    sides = (side for pair in comparison.pairs for side in pair[:2] if side is not None)
    return max((len(str(side.number)) for side in sides), default=1)


def _at_most(lines: Iterator[StyledLine], width: int, glyphs: Glyphs) -> list[StyledLine]:
    shown = [fit_line(line, width) for line in islice(lines, MAX_VERSION_LINES)]
    if next(lines, None) is not None:
        shown.append([Piece(f"{glyphs.ellipsis} and more; an editor shows the rest", "faint")])
    return shown
