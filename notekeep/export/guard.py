"""The guard: after a rewrite, everything that was not meant to change reads as before.

An edit can change the meaning of text far from it: a backtick swallows a paragraph, a blank line
ends a list. So the result is parsed and compared with the source, piece by kept piece: the same
words in the same blocks, the same marks, code, links and formulas.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_right
from itertools import accumulate, zip_longest
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Refused
from notekeep.markdown.nodes import CONTAINER_NODES, LITERAL_NODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.export.source_map import MappedText, SourceEdit
    from notekeep.markdown.nodes import Node

_WORDS = frozenset({"text", "special"})
_BREAKS = frozenset({"soft_break", "hard_break"})
_WHOLE = LITERAL_NODES | {
    *("link", "image", "autolink", "footnote_ref", "em", "strong", "strike", "rule"),
}
_COMPARED = _WORDS | _BREAKS | _WHOLE
_BLOCKS = CONTAINER_NODES | {"paragraph", "heading", "cell"}


class _KeptPiece(NamedTuple):
    """A piece of text that no edit touched: where it stands before and after."""

    before: int
    after: int
    length: int


class _Unit(NamedTuple):
    """One thing that reads the same or does not.

    Attributes:
        piece: The kept piece it lies in, and where: `offset`.
        block: Where its block begins, which tells the words of neighbours apart.
        blocks: What it stands in, outermost first.
    """

    piece: int
    block: int
    blocks: tuple[str, ...]
    kind: str
    text: str
    offset: int

    def reads_like(self, other: _Unit) -> bool:
        """How words are parted by blanks and line ends is no matter."""
        return (
            self.piece == other.piece
            and self.blocks == other.blocks
            and self.kind == other.kind
            and (self.text == other.text or self.text.split() == other.text.split())
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
    free = sorted(loose)
    starts = [start for start, _ in free]
    reach = [*accumulate((end for _, end in free), max)]

    def is_loose(unit: _Unit) -> bool:
        at = kept[unit.piece].before + unit.offset
        number = bisect_right(starts, at) - 1
        return number >= 0 and reach[number] > at

    old = [one for one in _units(before, [(p.before, p.length) for p in kept]) if not is_loose(one)]
    new = [one for one in _units(after, [(p.after, p.length) for p in kept]) if not is_loose(one)]
    for first, second in zip_longest(old, new):
        if first is None or second is None:
            raise _changed(before, kept, first or second)
        if not first.reads_like(second):
            raise _changed(before, kept, min(first, second, key=attrgetter("piece", "offset")))


def check_code(before: MappedText, after: MappedText) -> None:
    """Refuse a new layout that left some code not what it was."""
    old, new = (tree.find("fence", "code_block") for tree in (before.tree, after.tree))
    for number, node in enumerate(old):
        same = number < len(new) and _code(node) == _code(new[number])
        if not same:
            path, line = before.origin(node.start)
            raise Refused(
                f"{path}: the code on line {line} cannot be laid out for the site",
                "put blank lines around it, or move it out of its list",
                line=line,
            )


def _code(node: Node) -> str:
    """Return code without the line that names its language, and at the margin."""
    # How far all of it is indented is a question of the engine that nests by four spaces.
    lines = node.content.strip("\n").split("\n")
    kept = [line.rstrip() for line in lines if not line.lstrip().startswith(":::")]
    return textwrap.dedent("\n".join(kept).strip("\n"))


def _changed(before: MappedText, kept: list[_KeptPiece], unit: _Unit) -> Refused:
    path, line = before.origin(kept[unit.piece].before + unit.offset)
    shown = " ".join(unit.text.split())[:40]
    return Refused(
        f"{path}: on or after line {line}, rewriting for the site would change what {shown!r} is",
        "put blank lines around the block, or write it in a simpler way",
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
    units: list[_Unit] = []
    starts = [start for start, _ in pieces]
    contexts: dict[int, tuple[int, tuple[str, ...]]] = {}
    for node in passage.tree.nodes if pieces else ():
        if node.kind not in _COMPARED:
            continue
        number = max(0, bisect_right(starts, node.start) - 1)
        parent = id(node.parent)
        if parent not in contexts:
            contexts[parent] = _context(node)
        block, blocks = contexts[parent]
        if node.kind not in _WHOLE:
            _add_words(passage.text, node, number, pieces, units, block, blocks)
            continue
        start, length = pieces[number]
        if start <= node.start < node.end <= start + length:
            if node.kind == "math_block" and blocks[-1:] == ("paragraph",):
                blocks = blocks[:-1]  # a blank line before it makes it no other thing
            text = node.content or node.plain() or node.info or node.kind
            extra = f" {node.info}" if node.kind in {"link", "image", "footnote_ref"} else ""
            offset = node.start - start
            units.append(_Unit(number, node.start, blocks, node.kind, text + extra, offset))
    return [unit for unit in units if unit.text and not unit.text.isspace()]


def _context(node: Node) -> tuple[int, tuple[str, ...]]:
    """Return where the block begins that a node stands in, and its kinds, outermost first."""
    above = list(node.above())
    kinds = tuple(one.kind for one in reversed(above) if one.kind in _BLOCKS)
    block = next(one.start for one in above if one.kind in _BLOCKS or one.kind == "root")
    return block, kinds


def _add_words(
    source: str,
    node: Node,
    number: int,
    pieces: list[tuple[int, int]],
    units: list[_Unit],
    block: int,
    blocks: tuple[str, ...],
) -> None:
    """Add the words of a node, cut at the ends of pieces, to what its block has said so far."""
    for at in range(number, len(pieces)):
        start, length = pieces[at]
        if start >= node.end:
            break
        low, high = max(node.start, start), min(node.end, start + length)
        if low >= high:
            continue
        text = " " if node.kind in _BREAKS else source[low:high]
        last = units[-1] if units else None
        if last is not None and last[:4] == (at, block, blocks, "words"):
            units[-1] = last._replace(text=last.text + text)
        else:
            units.append(_Unit(at, block, blocks, "words", text, low - start))
