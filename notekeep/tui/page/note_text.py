"""The text of a note, cut into blocks that can be drawn one by one.

A preview shows its first screen at once and the rest when there is time, so a body is read in
windows: the blocks of a window are known but for the last, with which the next window begins.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.markdown.outline import read_body
from notekeep.markdown.parser import find_references, parse_blocks
from notekeep.markdown.sanitize import clean
from notekeep.markdown.tree import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from notekeep.markdown.outline import BodyFacts
    from notekeep.markdown.tree import ParsedPage

MAX_BODY_LENGTH = 2_000_000
"""Characters of a body that are shown; no one reads on from there in a preview."""
BLOCKS_PER_STEP = 16
"""Blocks that are cut off at a time where none of them is drawn."""
WINDOW: Final = 5_000
"""Characters of a body that are read at a time, which takes less long than a frame."""

_FOOTNOTE: Final = re.compile(r"\[(\^[^\]\s]++)\]:")
_MAX_LEAD: Final = 40
"""Characters of blanks and marks of quotes that may stand before the text of a footnote."""

_LABEL: Final = re.compile(r"\[([^\[\]]++)\]")
_SIGN: Final = re.compile(r"[\\<>&]")


class BodyBlock(NamedTuple):
    """A part of a body that can be drawn alone."""

    line: int  # its first line, counted from 0 in the body
    text: str  # without the blank lines around it
    level: int = 0  # of the heading that it is, 1 to 6, or 0
    footnote: str = ""  # the name of the footnote that it is the text of
    is_quote: bool = False
    goes_on: bool = False  # whether it goes on with the list that the block before it begins


def split_blocks(text: str) -> list[BodyBlock]:
    """Cut a body into blocks that can be drawn one by one, in order."""
    return list(iterate_blocks(text))


def iterate_blocks(text: str) -> Iterator[BodyBlock]:
    """Yield the blocks of a body as `split` gives them, reading no further than is asked for."""
    at = line = 0
    size = WINDOW
    last_math = text.rfind("$$")
    goes_on = False
    while at < len(text):
        end = text.find("\n", at + size) + 1 or len(text)
        page = parse_blocks(text[at:end])
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
            yield BodyBlock(
                line + page.line_of(start),
                source,
                int(span.info) if span.kind == "heading" else 0,
                span.info if span.kind == "footnote" else "",
                span.kind == "quote",
                goes_on,
            )
            goes_on = stop > after and not page.text.endswith("\n\n", 0, after)
        at, line, size = at + after, line + page.line_of(after), WINDOW


def _tops(page: ParsedPage) -> list[tuple[Span, int, int]]:
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


def _between(page: ParsedPage, start: int, end: int) -> list[tuple[Span, int, int]]:
    """Return what is no block, as definitions, as one."""
    words = page.text[start:end].strip()
    if not words:
        return []
    start = page.text.index(words, start)
    span = Span("definition", start, start + len(words), 0)
    return [(span, page.starts[page.line_of(start)], span.end)]


def _end_of_known(
    page: ParsedPage, tops: list[tuple[Span, int, int]], *, may_open_math: bool
) -> int:
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


def find_definitions(text: str) -> dict[str, str]:
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
        before = text[max(0, note.start() - _MAX_LEAD) : note.start()]
        if not before.rpartition("\n")[2].strip(" \t>"):
            found[_folded(note[1])] = f"[{note[1]}]: x\n\n"
    return found


def select_definitions(text: str, known: Mapping[str, str]) -> str:
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


class NoteText:
    """A body, clean, cut into blocks little by little; its lines are counted from 0.

    Attributes:
        blocks: The blocks that are known.
        headings: The numbers of those that are headings, each with the key that folds its section.
        references: The body's definitions, as `find_definitions` gives them.
        line_count: How many lines it has.
        is_cut: Whether all of its blocks are known.
    """

    def __init__(self, body: str) -> None:
        text = clean(body[:MAX_BODY_LENGTH].replace("\r\n", "\n").replace("\r", "\n"))
        self.references = find_definitions(text)
        self.line_count = text.count("\n") + 1
        self.blocks: list[BodyBlock] = []
        self.headings: dict[int, str] = {}
        self.is_cut = False
        self._rest = iterate_blocks(text)
        self._counts: Counter[str] = Counter()

    def cut_to(self, count: int) -> bool:
        """Cut until `count` blocks are known, or there are no more; tell whether there are."""
        while len(self.blocks) < count and not self.is_cut:
            block = next(self._rest, None)
            if block is None:
                self.is_cut = True
                break
            if block.level:
                self._counts[block.text] += 1
                key = f"heading {self._counts[block.text]} {block.text}"
                self.headings[len(self.blocks)] = key
            self.blocks.append(block)
        return len(self.blocks) >= count

    def cut_more(self) -> None:
        self.cut_to(len(self.blocks) + BLOCKS_PER_STEP)

    def cut_all(self) -> None:
        while not self.is_cut:
            self.cut_more()

    def cut_for(self, seconds: float, is_enough: Callable[[], bool] | None = None) -> None:
        """Cut for about as long, or until it is enough."""
        end = perf_counter() + seconds
        while not self.is_cut and perf_counter() < end and not (is_enough and is_enough()):
            self.cut_more()

    def knows(self, line: int) -> bool:
        """Tell whether it is known in which block and section a line is."""
        return self.is_cut or (bool(self.blocks) and self.blocks[-1].line > line)

    def block_at(self, line: int) -> int | None:
        """Return the number of the last known block that begins at or before a line."""
        number = bisect_right(self.blocks, line, key=lambda block: block.line) - 1
        return number if number >= 0 else None

    # Sections: a heading and all blocks below it up to the next of its level.

    def can_fold(self, heading: int) -> bool:
        """Tell whether a block is a heading with something below it, as far as is known."""
        if heading not in self.headings or heading + 1 >= len(self.blocks):
            return False
        below = self.blocks[heading + 1]
        return not 0 < below.level <= self.blocks[heading].level

    def section_end(self, heading: int) -> int | None:
        """Return the block after the last of a section; None while that is not known."""
        level = self.blocks[heading].level
        for number in range(heading + 1, len(self.blocks)):
            if 0 < self.blocks[number].level <= level:
                return number
        return len(self.blocks) if self.is_cut else None

    # What stands where.

    def footnote(self, name: str) -> int | None:
        """Return the line at which the text of a footnote stands."""
        self.cut_all()
        return next((block.line for block in self.blocks if block.footnote == name), None)

    def reference(self, name: str) -> int | None:
        """Return the line at which a footnote is referred to first."""
        self.cut_all()
        mark = f"[^{name}]"
        for block in self.blocks:
            if block.footnote != name and mark in block.text:
                return block.line + block.text[: block.text.index(mark)].count("\n")
        return None

    def quote_at(self, line: int) -> tuple[str, str] | None:
        """Return the words and the locator of the quote that begins at a line."""
        begin, facts = self._facts_at(line)
        for quote in facts.quotes:
            if begin + quote.line == line:
                return quote.text, quote.locator
        return None

    def task_at(self, line: int) -> str:
        """Return what the task on a line says, or ""."""
        begin, facts = self._facts_at(line)
        return next((task.text for task in facts.tasks if begin + task.line == line), "")

    def _facts_at(self, line: int) -> tuple[int, BodyFacts]:
        """Return the first line of the block with a line, and what is in that block alone."""
        number = self.block_at(line)
        block = self.blocks[number] if number is not None else BodyBlock(0, "")
        return block.line, read_body(block.text)
