"""The guard checks that a rewrite does not change the meaning of the text around its edits.

An edit can affect distant text: a backtick swallows a paragraph, a blank line ends a list. So the
result is parsed, and each unedited piece is compared with the source. It must have the same words
in the same blocks, and the same marks, code, links and formulas.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, zip_longest
from operator import attrgetter
from typing import NamedTuple

from notekeep.errors import Refused
from notekeep.export.source_map import MappedText, SourceEdit
from notekeep.markdown.nodes import CONTAINER_NODES
from notekeep.markdown.tree import CODE_KINDS, Span

_WORDS = frozenset({"text", "special", "comment"})
_BREAKS = frozenset({"soft_break", "hard_break"})
_WHOLE = CODE_KINDS | {
    *("html", "html_block", "math", "math_block", "em", "strong", "strike", "rule"),
    *("link", "image", "autolink", "footnote_ref"),
}
_BLOCKS = CONTAINER_NODES | {"paragraph", "heading", "cell"}


class _Unedited(NamedTuple):
    """An unedited piece of text: its offsets before and after the rewrite."""

    before: int
    after: int
    length: int


class _Unit(NamedTuple):
    piece: int  # the index of its unedited piece
    block: int  # the offset of its block, to separate the words of adjacent blocks
    blocks: str  # the kinds of its containers, outermost first
    kind: str
    parts: list[str]  # of its text
    offset: int  # in the piece

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def reads_like(self, other: _Unit) -> bool:
        """Whether both units are equal except for whitespace."""
        return (
            self.piece == other.piece
            and self.blocks == other.blocks
            and self.kind == other.kind
            and (self.parts == other.parts or self.text.split() == other.text.split())
        )


def check_rewrite(
    before: MappedText,
    after: MappedText,
    edits: Sequence[SourceEdit],
    loose: Iterable[tuple[int, int]] = (),
) -> None:
    """Refuse a rewrite that changes the meaning of unedited text outside of `loose` spans."""
    if before is after:
        return
    pieces = _unedited_pieces(len(before.text), sorted(edits, key=attrgetter("start", "end")))
    old = _units(before, [(piece.before, piece.length) for piece in pieces])
    new = _units(after, [(piece.after, piece.length) for piece in pieces])
    if free := sorted(loose):
        old, new = (_outside(units, pieces, free) for units in (old, new))
    for first, second in zip_longest(old, new):
        if first is None or second is None:
            raise _changed(before, pieces, first or second)
        if not first.reads_like(second):
            raise _changed(before, pieces, min(first, second, key=attrgetter("piece", "offset")))


def _outside(
    units: list[_Unit], pieces: list[_Unedited], free: list[tuple[int, int]]
) -> list[_Unit]:
    """Return the units that do not start in a span in `free`."""
    starts = [start for start, _ in free]
    ends = [*accumulate((end for _, end in free), max)]

    def is_free(unit: _Unit) -> bool:
        at = pieces[unit.piece].before + unit.offset
        number = bisect_right(starts, at) - 1
        return number >= 0 and ends[number] > at

    return [unit for unit in units if not is_free(unit)]


def check_code(before: MappedText, after: MappedText) -> None:
    """Refuse a rewrite that changes code."""
    old, new = (passage.find("fence", "code_block") for passage in (before, after))
    for first, second in zip_longest(old, new[: len(old)]):
        if second is None or _code(first) != _code(second):
            path, line = before.origin(first.start)
            raise Refused(
                f"{path}: The code on line {line} cannot be converted for this site.",
                "Put blank lines around it, or move it out of the list.",
                line=line,
            )


def _code(block: Span) -> str:
    """Return code without its language line and indentation."""
    # The common indentation depends on the engine.
    lines = [line.rstrip() for line in block.words.strip("\n").split("\n")]
    code = "\n".join(line for line in lines if not line.lstrip().startswith(":::"))
    return textwrap.dedent(code.strip("\n"))


def _changed(before: MappedText, pieces: list[_Unedited], unit: _Unit) -> Refused:
    path, line = before.origin(pieces[unit.piece].before + unit.offset)
    text = unit.text if unit.kind == "words" else unit.parts[0]
    shown = " ".join(text.split())[:40]
    return Refused(
        f"{path}: On or after line {line}, the conversion for the site would change {shown!r}.",
        "Put blank lines around the block, or simplify it.",
        line=line,
    )


def _unedited_pieces(end: int, edits: Sequence[SourceEdit]) -> list[_Unedited]:
    """Return the pieces between edits, in a text of `end` characters."""
    pieces, at, shift = [], 0, 0
    for edit in edits:
        if edit.start > at:
            pieces.append(_Unedited(at, at + shift, edit.start - at))
        shift += len(edit.text) - (edit.end - edit.start)
        at = edit.end
    if at < end:
        pieces.append(_Unedited(at, at + shift, end - at))
    return pieces


def _units(passage: MappedText, pieces: list[tuple[int, int]]) -> list[_Unit]:
    """Return the units in pieces (start and length). The words of a block are joined."""
    text, units = passage.text, list[_Unit]()
    places = [(start, start + length) for start, length in pieces]
    contexts = [(0, "")]  # by depth: the offset of the block and the kinds of its containers
    number = 0  # the last piece that starts at or before the span
    for kind, start, end, depth, info, words, title in passage.page.structure if pieces else ():
        while number + 1 < len(places) and places[number + 1][0] <= start:
            number += 1
        del contexts[depth + 1 :]
        block, blocks = context = contexts[-1]
        if kind in _WORDS or kind in _BREAKS:
            _add_words(text, (kind, start, end), number, places, units, block, blocks)
            continue
        contexts.append((start, f"{blocks} {kind}") if kind in _BLOCKS else context)
        if kind not in _WHOLE:
            continue
        first, last = places[number]
        source = text[start:end].rstrip()
        if first <= start and start + len(source) <= last:
            if kind == "math_block":
                blocks = blocks.removesuffix(" paragraph")  # ignores a blank line before it
            parts = [words or source, " ", info, " ", title]
            units.append(_Unit(number, start, blocks, kind, parts, start - first))
    return [unit for unit in units if unit.text.strip()]


def _add_words(
    source: str,
    span: tuple[str, int, int],
    number: int,
    places: list[tuple[int, int]],
    units: list[_Unit],
    block: int,
    blocks: str,
) -> None:
    """Add words to the unit of their block, split at the ends of pieces."""
    kind, start, end = span
    for at in range(number, len(places)):
        first, last = places[at]
        if first >= end:
            break
        low, high = max(start, first), min(end, last)
        if low >= high:
            continue
        words = " " if kind in _BREAKS else source[low:high]
        before = units[-1] if units else None
        if (
            before is not None
            and before.piece == at
            and before.block == block
            and before.kind == "words"
            and before.blocks == blocks
        ):
            before.parts.append(words)
        else:
            units.append(_Unit(at, block, blocks, "words", [words], low - first))
