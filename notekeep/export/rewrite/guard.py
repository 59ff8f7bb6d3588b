"""The guard: after a rewrite, everything that was not meant to change reads as before.

An edit can change the meaning of text far from it: a backtick swallows a paragraph, a blank line
ends a list. So the result is parsed and compared with the source, piece by kept piece: the same
words in the same blocks, the same marks, code, links and formulas.
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


class _KeptPiece(NamedTuple):
    """A piece of text that no edit touched: where it stands before and after."""

    before: int
    after: int
    length: int


class _Unit(NamedTuple):
    """One thing that reads the same or does not."""

    piece: int  # the kept piece it lies in
    block: int  # where its block begins, which tells the words of neighbours apart
    blocks: str  # what it stands in, outermost first
    kind: str
    parts: list[str]  # what it says, in parts
    offset: int  # where in the piece it begins

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def reads_like(self, other: _Unit) -> bool:
        """How words are parted by blanks and line ends is no matter."""
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
    """Refuse a rewrite of which what was kept reads in another way; `loose` spans may."""
    if before is after:
        return
    kept = _kept_pieces(len(before.text), sorted(edits, key=attrgetter("start", "end")))
    old = _units(before, [(piece.before, piece.length) for piece in kept])
    new = _units(after, [(piece.after, piece.length) for piece in kept])
    if free := sorted(loose):
        old, new = (_outside(units, kept, free) for units in (old, new))
    for first, second in zip_longest(old, new):
        if first is None or second is None:
            raise _changed(before, kept, first or second)
        if not first.reads_like(second):
            raise _changed(before, kept, min(first, second, key=attrgetter("piece", "offset")))


def _outside(
    units: list[_Unit], kept: list[_KeptPiece], free: list[tuple[int, int]]
) -> list[_Unit]:
    """Return the units that begin in none of the spans that may read in another way."""
    starts = [start for start, _ in free]
    reach = [*accumulate((end for _, end in free), max)]

    def is_free(unit: _Unit) -> bool:
        at = kept[unit.piece].before + unit.offset
        number = bisect_right(starts, at) - 1
        return number >= 0 and reach[number] > at

    return [unit for unit in units if not is_free(unit)]


def check_code(before: MappedText, after: MappedText) -> None:
    """Refuse a new layout that left some code not what it was."""
    old, new = (passage.find("fence", "code_block") for passage in (before, after))
    for first, second in zip_longest(old, new[: len(old)]):
        if second is None or _code(first) != _code(second):
            path, line = before.origin(first.start)
            raise Refused(
                f"{path}: the code on line {line} cannot be converted for this site",
                "put blank lines around it, or move it out of the list",
                line=line,
            )


def _code(block: Span) -> str:
    """Return code without the line that names its language, and at the margin."""
    # How far all of it is indented is a question of the engine that nests by four spaces.
    lines = block.words.strip("\n").split("\n")
    kept = [line.rstrip() for line in lines if not line.lstrip().startswith(":::")]
    return textwrap.dedent("\n".join(kept).strip("\n"))


def _changed(before: MappedText, kept: list[_KeptPiece], unit: _Unit) -> Refused:
    path, line = before.origin(kept[unit.piece].before + unit.offset)
    said = unit.text if unit.kind == "words" else unit.parts[0]
    shown = " ".join(said.split())[:40]
    return Refused(
        f"{path}: on or after line {line}, the conversion for the site would change {shown!r}",
        "put blank lines around the block, or simplify it",
        line=line,
    )


def _kept_pieces(end: int, edits: Sequence[SourceEdit]) -> list[_KeptPiece]:
    """Return the pieces of a text of `end` characters that stay."""
    pieces, at, shift = [], 0, 0
    for edit in edits:
        if edit.start > at:
            pieces.append(_KeptPiece(at, at + shift, edit.start - at))
        shift += len(edit.text) - (edit.end - edit.start)
        at = edit.end
    if at < end:
        pieces.append(_KeptPiece(at, at + shift, end - at))
    return pieces


def _units(passage: MappedText, pieces: list[tuple[int, int]]) -> list[_Unit]:
    """Return what the kept pieces hold, each given by start and length; words joined by block."""
    text, units = passage.text, list[_Unit]()
    places = [(start, start + length) for start, length in pieces]
    contexts = [(0, "")]  # for each depth, where the block begins there, and what it stands in
    number = 0  # the last piece that begins before the span, or at it
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
                blocks = blocks.removesuffix(" paragraph")  # a blank line before it is no matter
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
    """Add words, cut at the ends of pieces, to what their block has said so far."""
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
