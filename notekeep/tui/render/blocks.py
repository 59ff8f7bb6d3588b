"""A long note in blocks that can be drawn one by one.

A preview shows its first screen at once and the rest when there is time, so a body is read in
windows: the blocks of a window are known but for the last, with which the next window begins.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, overload

from notekeep.markdown.parser import find_references, read_blocks
from notekeep.markdown.tree import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from notekeep.markdown.tree import Page

WINDOW: Final = 5_000
"""Characters of a body that are read at a time, which takes less long than a frame."""

_FOOTNOTE: Final = re.compile(r"\[(\^[^\]\s]++)\]:")
_LONGEST_LEAD: Final = 40
"""Characters of blanks and marks of quotes that may stand before the text of a footnote."""

_LABEL: Final = re.compile(r"\[([^\[\]]++)\]")
_SIGN: Final = re.compile(r"[\\<>&]")


class Block(NamedTuple):
    """A part of a body that can be drawn alone.

    Attributes:
        line: Its first line, counted from 0 in the body.
        text: Its source, without the blank lines around it.
        level: The level of the heading that it is, 1 to 6, or 0.
        footnote: The name of the footnote that it is the text of, or "".
        is_quote: Whether it is a quote.
        goes_on: Whether it is the rest of the list that the block before it is the beginning of,
            and stands right below it.
    """

    line: int
    text: str
    level: int = 0
    footnote: str = ""
    is_quote: bool = False
    goes_on: bool = False


def split(text: str) -> list[Block]:
    """Cut a body into blocks that can be drawn one by one, in order."""
    return list(cut(text))


def cut(text: str) -> Iterator[Block]:
    """Yield the blocks of a body as `split` gives them, reading no further than is asked for."""
    at = line = 0
    size = WINDOW
    last_math = text.rfind("$$")
    goes_on = False
    while at < len(text):
        end = text.find("\n", at + size) + 1 or len(text)
        page = read_blocks(text[at:end])
        tops = _tops(page)
        if end == len(text):
            after = len(page.text)
        else:
            after = _end_of_known(page, tops, may_open_math=last_math >= end)
        if not after:
            size *= 2
            continue
        for span, start, stop in tops:
            if start >= after:
                break
            source = page.text[start : min(stop, after)].rstrip()
            yield Block(
                line + page.line_of(start),
                source,
                int(span.info) if span.kind == "heading" else 0,
                span.info if span.kind == "footnote" else "",
                span.kind == "quote",
                goes_on,
            )
            goes_on = stop > after and not page.text.endswith("\n\n", 0, after)
        at, line, size = at + after, line + page.line_of(after), WINDOW


def _tops(page: Page) -> list[tuple[Span, int, int]]:
    """Return the outermost blocks with where their lines begin and end; two on a line are one.

    Definitions right above a block are lines of it: they say what it can be.
    """
    tops: list[tuple[Span, int, int]] = []
    text, starts = page.text, page.starts
    done = 0
    for span in page.spans:
        if span.depth or span.kind == "definition":
            continue
        line = page.line_of(span.start)
        stop = span.start + len(text[span.start : span.end].rstrip())
        if tops and starts[line] < done:
            first, start, _ = tops.pop()
            done = max(done, stop)
            tops.append((first, start, done))
            continue
        while line and starts[line - 1] >= done and text[starts[line - 1] : starts[line]].strip():
            line -= 1
        tops += _between(page, done, starts[line])
        tops.append((span, starts[line], stop))
        done = stop
    return tops + _between(page, done, len(text))


def _between(page: Page, start: int, end: int) -> list[tuple[Span, int, int]]:
    """Return what is no block, as definitions, as one."""
    words = page.text[start:end].strip()
    if not words:
        return []
    start = page.text.index(words, start)
    span = Span("definition", start, start + len(words), 0)
    return [(span, page.starts[page.line_of(start)], span.end)]


def _end_of_known(page: Page, tops: list[tuple[Span, int, int]], *, may_open_math: bool) -> int:
    """Return where the blocks end that nothing below the window changes, 0 if there are none.

    The last block may go on there, and so may math that is begun. A list that fills the window is
    cut before its last item: what is lost is only how its items are spaced.
    """
    if not tops:
        return 0
    span, last, _ = tops[-1]
    if len(tops) == 1 and span.kind == "list":
        items = (found.start for found in page.find("item") if found.depth == 1)
        last = max(items, default=0)
    if may_open_math:
        words = (span.start for span in page.find("text"))
        begun = next((at for at in words if page.text.startswith("$$", at)), last)
        if begun < last:
            last = max((start for _, start, _ in tops if start <= begun), default=0)
    return page.starts[page.line_of(last)]


class Blocks(Sequence[Block]):
    """The blocks of a body that are cut so far, kept as texts and numbers; see `lines` for why."""

    def __init__(self, text: str) -> None:
        self._lines: list[int] = []
        self._kept: list[tuple[Any, ...]] = []
        self._rest: Iterator[Block] | None = cut(text)

    @property
    def is_whole(self) -> bool:
        """Whether all of the body is cut."""
        return self._rest is None

    def more(self) -> Block | None:
        """Cut off the next block; None when there is no more."""
        block = next(self._rest, None) if self._rest is not None else None
        if block is None:
            # With it goes the text.
            self._rest = None
            return None
        self._lines.append(block.line)
        self._kept.append(tuple(block))
        return block

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, index: int) -> Block: ...

    @overload
    def __getitem__(self, index: slice) -> list[Block]: ...

    def __getitem__(self, index: int | slice) -> Block | list[Block]:
        if isinstance(index, slice):
            return [*map(Block._make, self._kept[index])]
        return Block._make(self._kept[index])

    def line(self, index: int) -> int:
        """Return the line of the body at which a block begins."""
        return self._lines[index]

    def at(self, line: int) -> int | None:
        """Return the number of the last block that begins at or before a line."""
        return (
            bisect_right(self._lines, line) - 1 if self._lines and line >= self._lines[0] else None
        )


def definitions(text: str) -> dict[str, str]:
    """Return the definitions of a body's links and footnotes as Markdown, by label.

    Blocks are read apart from each other, so what one defines for another is collected here.
    """
    if "]:" not in text:
        return {}
    found = {
        _folded(label): f"[{label}]: <{_SIGN.sub(_escaped, address)}>\n"
        for label, address in find_references(text).items()
    }
    for note in _FOOTNOTE.finditer(text):
        before = text[max(0, note.start() - _LONGEST_LEAD) : note.start()]
        if not before.rpartition("\n")[2].strip(" \t>"):
            found[_folded(note[1])] = f"[{note[1]}]: x\n\n"
    return found


def definitions_for(text: str, known: Mapping[str, str]) -> str:
    """Return the definitions that a block needs, to be put before it."""
    if not known:
        return ""
    labels = dict.fromkeys(map(_folded, _LABEL.findall(text)))
    found = [known[label] for label in labels if label in known]
    # A footnote would go on in what is set in below it.
    return f"{''.join(found)}\n***\n\n" if found else ""


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()


def _escaped(sign: re.Match[str]) -> str:
    return f"\\{sign[0]}"
