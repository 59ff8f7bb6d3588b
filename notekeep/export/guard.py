"""The guard: after a rewrite, everything that was not meant to change reads as before.

A splice can change the meaning of text far from it: a backtick swallows a paragraph, a blank line
ends a list. So the result is parsed and compared with the source, piece by kept piece: the same
words in the same blocks, the same marks, code, links and formulas.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_right
from itertools import accumulate
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
    "link",
    "image",
    "autolink",
    "footnote_ref",
    "em",
    "strong",
    "strike",
    "rule",
}
_TOLD = _WORDS | _BREAKS | _WHOLE
_BLOCKS = CONTAINER_NODES | {"paragraph", "heading", "cell"}


class _KeptPiece(NamedTuple):
    """A piece of text that no splice touched: where it stands before and after."""

    before: int
    after: int
    length: int


class _ReadingUnit(NamedTuple):
    """One thing that reads the same or does not."""

    piece: int
    block: int
    blocks: tuple[str, ...]
    kind: str
    text: str
    offset: int


def check_rewrite(
    before: MappedText,
    after: MappedText,
    splices: Sequence[SourceEdit],
    loose: Iterable[tuple[int, int]] = (),
) -> None:
    """Return when what was kept reads as before."""
    if before is after:
        return
    ordered = sorted(splices, key=attrgetter("start", "end"))
    kept = _kept(len(before.text), ordered)
    old = _atoms(before, kept, 0)
    new = _atoms(after, kept, 1)
    free = sorted(loose)

    starts = [start for start, _ in free]
    reach = [*accumulate((end for _, end in free), max)]

    def planned(atom: _ReadingUnit) -> bool:
        at = kept[atom.piece].before + atom.offset
        number = bisect_right(starts, at) - 1
        return number >= 0 and reach[number] > at

    if free:
        old = [atom for atom in old if not planned(atom)]
        new = [atom for atom in new if not planned(atom)]
    for first, second in zip(old, new, strict=False):
        if not _read_alike(first, second):
            raise _changed(before, kept, min(first, second, key=attrgetter("piece", "offset")))
    if len(old) != len(new):
        longer = old if len(old) > len(new) else new
        raise _changed(before, kept, longer[min(len(old), len(new))])


def check_code(before: MappedText, after: MappedText) -> None:
    """Return when a new layout left all code what it was."""
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
    """Return code without the line that names its language, and at the margin.

    How far all of it is indented is a question of the engine that nests by four spaces.
    """
    lines = node.content.strip("\n").split("\n")
    kept = [line.rstrip() for line in lines if not line.lstrip().startswith(":::")]
    return textwrap.dedent("\n".join(kept).strip("\n"))


def _read_alike(first: _ReadingUnit, second: _ReadingUnit) -> bool:
    """Whether two atoms are the same; how words are parted by blanks and line ends is no matter."""
    return (
        first.piece == second.piece
        and first.blocks == second.blocks
        and first.kind == second.kind
        and (first.text == second.text or first.text.split() == second.text.split())
    )


def _changed(before: MappedText, kept: list[_KeptPiece], atom: _ReadingUnit) -> Refused:
    path, line = before.origin(kept[atom.piece].before + atom.offset)
    shown = " ".join(atom.text.split())[:40]
    return Refused(
        f"{path}: on or after line {line}, rewriting for the site would change what {shown!r} is",
        "put blank lines around the block, or write it in a simpler way",
        line=line,
    )


def _kept(end: int, splices: Sequence[SourceEdit]) -> list[_KeptPiece]:
    """Return the pieces of a text of `end` characters that stay."""
    pieces, at, shift = [], 0, 0
    for splice in splices:
        if splice.start > at:
            pieces.append(_KeptPiece(at, at + shift, splice.start - at))
        shift += len(splice.text) - (splice.end - splice.start)
        at = splice.end
    if at < end:
        pieces.append(_KeptPiece(at, at + shift, end - at))
    return pieces


def _atoms(passage: MappedText, kept: list[_KeptPiece], side: int) -> list[_ReadingUnit]:
    """Return what the kept pieces hold before (0) or after (1), words joined by block."""
    pieces = [(piece[side], piece.length) for piece in kept]
    atoms: list[_ReadingUnit] = []
    stands: dict[int, tuple[int, tuple[str, ...]]] = {}
    number = 0
    for node in passage.tree.nodes:
        if node.kind not in _TOLD:
            continue
        while number and pieces[number][0] > node.start:
            number -= 1
        while number + 1 < len(pieces) and sum(pieces[number]) <= node.start:
            number += 1
        above = id(node.parent)
        if above not in stands:
            stands[above] = _stands_in(node)
        if node.kind in _WHOLE:
            kinds = stands[above][1]
            if node.kind == "math_block" and kinds[-1:] == ("paragraph",):
                kinds = kinds[:-1]  # a blank line before it makes it no other thing
            atoms += _whole(node, number, pieces, kinds)
        else:
            _words(passage.text, node, number, pieces, atoms, *stands[above])
    return [atom for atom in atoms if atom.text and not atom.text.isspace()]


def _stands_in(node: Node) -> tuple[int, tuple[str, ...]]:
    """Return where the block begins that a node stands in, and its kinds, outermost first."""
    above = list(node.above())
    kinds = tuple(one.kind for one in reversed(above) if one.kind in _BLOCKS)
    block = next(one.start for one in above if one.kind in _BLOCKS or one.kind == "root")
    return block, kinds


def _whole(
    node: Node, number: int, pieces: list[tuple[int, int]], blocks: tuple[str, ...]
) -> list[_ReadingUnit]:
    start, length = pieces[number] if pieces else (0, 0)
    if not start <= node.start < node.end <= start + length:
        return []
    text = node.content or node.plain() or node.info or node.kind
    extra = f" {node.info}" if node.kind in {"link", "image", "footnote_ref"} else ""
    return [_ReadingUnit(number, node.start, blocks, node.kind, text + extra, node.start - start)]


def _words(
    source: str,
    node: Node,
    number: int,
    pieces: list[tuple[int, int]],
    atoms: list[_ReadingUnit],
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
        last = atoms[-1] if atoms else None
        if last is not None and last[:4] == (at, block, blocks, "words"):
            atoms[-1] = last._replace(text=last.text + text)
        else:
            atoms.append(_ReadingUnit(at, block, blocks, "words", text, low - start))
