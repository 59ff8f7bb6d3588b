"""The guard: after a rewrite, everything that was not meant to change reads as before.

A splice can change the meaning of text far from it: a backtick swallows a paragraph, a blank line
ends a list. So the result is parsed and compared with the source, piece by kept piece: the same
words in the same blocks, the same marks, code, links and formulas.
"""

from __future__ import annotations

import textwrap
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Refused
from notekeep.export.nodes import CONTAINERS, LITERAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.export.nodes import Node, Page
    from notekeep.export.passage import Passage, Splice

_WORDS = frozenset({"text", "special"})
_BREAKS = frozenset({"soft_break", "hard_break"})
_WHOLE = LITERAL | {"link", "image", "autolink", "footnote_ref", "em", "strong", "strike", "rule"}
_BLOCKS = CONTAINERS | {"paragraph", "heading", "cell", "fence", "code_block", "math_block"}


class _Kept(NamedTuple):
    """A piece of text that no splice touched: where it stands before and after."""

    before: int
    after: int
    length: int


class _Atom(NamedTuple):
    """One thing that reads the same or does not.

    Attributes:
        piece: The kept piece it lies in.
        block: Where its block begins, which tells the words of neighbours apart.
        blocks: What it stands in, outermost first.
        offset: Where it begins within the piece.
    """

    piece: int
    block: int
    blocks: tuple[str, ...]
    kind: str
    text: str
    offset: int


def check(
    before: Passage,
    after: Passage,
    splices: Sequence[Splice],
    loose: Iterable[tuple[int, int]] = (),
) -> None:
    """Return when what was kept reads as before.

    Args:
        before: The source.
        after: What the splices made of it.
        splices: All that were made.
        loose: Spans of the source whose meaning changes on purpose.

    Raises:
        Refused: Something else changed; the file's line is named.
    """
    kept = _kept(before.text, splices)
    free = sorted(loose)
    old = _atoms(before.page, [(k.before, k.length) for k in kept])
    new = _atoms(after.page, [(k.after, k.length) for k in kept])

    def planned(atom: _Atom) -> bool:
        at = kept[atom.piece].before + atom.offset
        return any(start <= at < end for start, end in free)

    old = [atom for atom in old if not planned(atom)]
    new = [atom for atom in new if not planned(atom)]
    for first, second in zip(old, new, strict=False):
        if _read_alike(first) != _read_alike(second):
            raise _changed(before, kept, min(first, second, key=attrgetter("piece", "offset")))
    if len(old) != len(new):
        longer = old if len(old) > len(new) else new
        raise _changed(before, kept, longer[min(len(old), len(new))])


def check_code(before: Passage, after: Passage) -> None:
    """Return when a new layout left all code what it was.

    Raises:
        Refused: It did not; the first such block's line is named.
    """
    old, new = (page.find("fence", "code_block") for page in (before.page, after.page))
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


def _read_alike(atom: _Atom) -> tuple[int, tuple[str, ...], str, str]:
    return atom.piece, atom.blocks, atom.kind, atom.text


def _changed(before: Passage, kept: list[_Kept], atom: _Atom) -> Refused:
    path, line = before.origin(kept[atom.piece].before + atom.offset)
    return Refused(
        f"{path}: on or after line {line}, rewriting for the site would change"
        f" what {atom.text[:40]!r} is",
        "put blank lines around the block, or write it in a simpler way",
        line=line,
    )


def _kept(text: str, splices: Sequence[Splice]) -> list[_Kept]:
    pieces, at, shift = [], 0, 0
    for splice in sorted(splices, key=attrgetter("start", "end")):
        if splice.start > at:
            pieces.append(_Kept(at, at + shift, splice.start - at))
        shift += len(splice.text) - (splice.end - splice.start)
        at = splice.end
    if at < len(text):
        pieces.append(_Kept(at, at + shift, len(text) - at))
    return pieces


def _atoms(page: Page, pieces: list[tuple[int, int]]) -> list[_Atom]:
    """Return what the kept pieces of a page hold, words joined by block."""
    atoms: list[_Atom] = []
    number = 0
    for node in page.root.walk():
        if node.kind not in _WORDS | _BREAKS | _WHOLE:
            continue
        while number and pieces[number][0] > node.start:
            number -= 1
        while number + 1 < len(pieces) and sum(pieces[number]) <= node.start:
            number += 1
        if node.kind in _WHOLE:
            atoms += _whole(node, number, pieces)
        else:
            _words(page, node, number, pieces, atoms)
    return [_trimmed(atom) for atom in atoms if atom.text.strip()]


def _trimmed(atom: _Atom) -> _Atom:
    return atom._replace(text=" ".join(atom.text.split()))


def _blocks(node: Node) -> tuple[str, ...]:
    kinds = [above.kind for above in node.above() if above.kind in _BLOCKS]
    return tuple(reversed(kinds))


def _whole(node: Node, number: int, pieces: list[tuple[int, int]]) -> list[_Atom]:
    start, length = pieces[number] if pieces else (0, 0)
    if not start <= node.start < node.end <= start + length:
        return []
    text = node.content or node.plain() or node.info or node.kind
    extra = f" {node.info}" if node.kind in {"link", "image", "footnote_ref"} else ""
    return [_Atom(number, node.start, _blocks(node), node.kind, text + extra, node.start - start)]


def _words(
    page: Page, node: Node, number: int, pieces: list[tuple[int, int]], atoms: list[_Atom]
) -> None:
    """Add the words of a node, cut at the ends of pieces, to what its block has said so far."""
    blocks = _blocks(node)
    block = next(
        above.start for above in node.above() if above.kind in _BLOCKS or above.kind == "root"
    )
    for at in range(number, len(pieces)):
        start, length = pieces[at]
        if start >= node.end:
            break
        low, high = max(node.start, start), min(node.end, start + length)
        if low >= high:
            continue
        text = " " if node.kind in _BREAKS else page.text[low:high]
        last = atoms[-1] if atoms else None
        if last is not None and last[:4] == (at, block, blocks, "words"):
            atoms[-1] = last._replace(text=last.text + text)
        else:
            atoms.append(_Atom(at, block, blocks, "words", text, low - start))
