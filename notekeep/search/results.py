"""What a search finds: hits, each with the passage of the note that shows best why.

A passage is made from the file's own text, of which only the beginning is read: an index need not
store bodies, and a passage is found faster by looking than by asking a highlighter.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from notekeep.catalog.records import Row
from notekeep.markdown.frontmatter_block import split_frontmatter
from notekeep.markdown.sanitize import strip_markup
from notekeep.query.tree import Query
from notekeep.storage.content import note_size

if TYPE_CHECKING:
    from notekeep.search.planner import PlanMatcher

HEAD_BYTES = 64 << 10
"""How many bytes of a note are read."""

SNIPPET_WIDTH = 200
"""About how many characters a passage has."""

CONTEXT_BEFORE = 50
"""How many of them stand before the first word that was found, where there are so many."""

_EDGE = re.compile(r"\s")
_LINE = re.compile(r"[^\n]++")
_FIRST_HEADING = re.compile(r"\s*+#[ \t]([^\n]*+)")
_HEADING_MARK = re.compile(r"[ \t]*#{1,6}[ \t]")
_NO_TEXT = re.compile(r"\s*(?:#{1,6}\s|```|~~~|%%|<|!\[)")
_MARKS = re.compile(r"(?:\s|>|[-*+]\s(?:\[.\]\s)?|\[!\w+\][-+]?|\d+[.)]\s)*")

Spans: TypeAlias = list[tuple[int, int]]
"""Where something stands in a text: first character, one past the last."""


class Snippet(NamedTuple):
    """A passage of a note."""

    text: str  # as it stands in the file, "…" where it is cut
    marks: tuple[tuple[int, int], ...] = ()  # where the words stand that were looked for
    is_of_fields: bool = False  # it stands in the front matter, as YAML

    def plain(self) -> Snippet:
        """Return it in one line, as it is read: without the signs of Markdown."""
        if self.is_of_fields:
            return self._replace(text=self.text.replace("\n", " "))
        text, marks = strip_markup(self.text, self.marks)
        return Snippet(text, tuple(marks))


class HitReason(NamedTuple):
    """Why a note was found, and why it stands where it does."""

    conditions: tuple[str, ...]  # those that it meets, in words
    words: tuple[str, ...] = ()  # those in it that were hit, as they stand there
    # What each term adds to the score of the words in each field: term, field, score.
    fields: tuple[tuple[str, str, float], ...] = ()
    parts: tuple[tuple[str, float], ...] = ()  # of its score: that of its words, and each boost
    called: bool = False  # it comes first because it is called what was asked for


class Hit(NamedTuple):
    """A note that was found."""

    row: Row
    score: float  # only good for comparing hits of one answer; 0 for facts alone
    snippet: Snippet  # the passage that shows best why
    line: int | None = None  # of the file, from 1: where the first word of the passage stands
    headings: tuple[str, ...] = ()  # those above the passage, the outermost first
    why: HitReason | None = None  # only when that was asked for

    @property
    def heading(self) -> str:
        """The heading right above the passage, or ""."""
        return self.headings[-1] if self.headings else ""


class SearchResults(NamedTuple):
    """An answer."""

    total: int  # how many notes match in all
    hits: list[Hit]  # the first of them, best first or in the order that was asked for
    explanation: str = ""  # how the query was read, when that was asked for
    remarks: tuple[str, ...] = ()  # what a person should know about the answer, a sentence each
    instead: str = ""  # the query that this answers, where the one that was asked found nothing
    relaxed: bool = False  # it has notes that are only near what was asked
    query: Query | None = None  # the query that was asked, as it was read
    matcher: PlanMatcher | None = None  # finds the words that were answered in a text, if any


class Passage(NamedTuple):
    """A snippet and the line of the file, from 1, on which its first mark stands."""

    snippet: Snippet
    line: int | None = None


NO_PASSAGE = Passage(Snippet(""))


class FileStart(NamedTuple):
    """The beginning of a file, front matter included, and at which character its body begins."""

    whole: str
    body: int

    def line_of(self, at: int) -> int:
        """The line of the file, from 1, on which a character of `whole` stands."""
        return self.whole.count("\n", 0, at) + 1


def read_file_start(root: str, path: str, size: int = HEAD_BYTES) -> FileStart | None:
    """Read the beginning of a note; None when it is gone or cannot be read."""
    try:
        with open(os.path.join(root, path), "rb") as file:
            data = file.read(min(size, note_size(file.fileno())))
    except OSError:
        return None
    start = split_frontmatter(data).body
    head = data[:start].decode("utf-8", "replace")
    return FileStart(head + data[start:].decode("utf-8", "replace"), len(head))


def choose_passage(
    text: FileStart, spans: Sequence[tuple[int, int]], title: str = "", *, is_named: bool = False
) -> Passage:
    """Return the passage with the most different words, or the beginning of the body without any.

    The spans of words are in order; those of the front matter count only when there are no others.
    The title, which stands above a passage wherever one is shown, is not shown again as the
    heading of the body. A note that `is_named` what was asked for is found at its beginning.
    """
    if is_named:
        return body_opening(text)
    heading = _FIRST_HEADING.match(text.whole, text.body)
    start = heading.end() if heading and heading[1].strip() == title else text.body
    shown = [span for span in spans if span[0] >= start]
    if not shown and (in_title := [span for span in spans if span[0] >= text.body]):
        return Passage(body_opening(text).snippet, text.line_of(in_title[0][0]))
    shown = shown or list(spans)
    if not shown:
        return body_opening(text)
    begin, end = _window(text, shown, start)
    cut = text.whole[begin:end]
    before = text.whole[start if begin >= start else 0 : begin]
    lead, tail = ("…" if before.strip() else ""), ("…" if end < len(text.whole) else "")
    marks = tuple(
        (max(start, begin) - begin + len(lead), min(stop, end) - begin + len(lead))
        for start, stop in join_spans(shown)
        if start < end and stop > begin
    )
    first = next(start for start, stop in shown if start < end and stop > begin)
    return Passage(Snippet(lead + cut + tail, marks, first < text.body), text.line_of(first))


def body_opening(text: FileStart) -> Passage:
    """Return how a body begins, headings, pictures and the marks of lists and quotes left out."""
    lines = (line for line in _LINE.finditer(text.whole, text.body) if not _NO_TEXT.match(line[0]))
    first = next((line for line in lines if any(map(str.isalnum, line[0]))), None)
    if first is None:
        return NO_PASSAGE
    marks = _MARKS.match(first[0])
    start = first.start() + (marks.end() if marks else 0)
    end = _shrunk(text.whole, start, min(len(text.whole), start + SNIPPET_WIDTH))
    cut = text.whole[start:end].rstrip()
    more = text.whole[end:].strip()
    return Passage(Snippet(cut + ("…" if more else "")))


def _window(text: FileStart, spans: Sequence[tuple[int, int]], body: int) -> tuple[int, int]:
    """The part of the text with the most different words; among equals with most, then first."""
    words = [text.whole[start:end].casefold() for start, end in spans]
    best, score, last = 0, (0, 0), 0
    for first, (start, _) in enumerate(spans):
        while last < len(spans) and spans[last][1] <= start + SNIPPET_WIDTH - CONTEXT_BEFORE:
            last += 1
        inside = words[first : max(last, first + 1)]
        if (found := (len(set(inside)), len(inside))) > score:
            best, score = first, found
    start, stop = spans[best]
    lowest = body if start >= body else 0
    begin = max(lowest, start - CONTEXT_BEFORE)
    end = min(len(text.whole), max(begin + SNIPPET_WIDTH, stop))
    begin = _grown(text.whole, max(lowest, min(begin, end - SNIPPET_WIDTH)), start)
    # A part of a heading would read as text of the note.
    line = max(lowest, text.whole.rfind("\n", 0, begin) + 1)
    if begin - line < CONTEXT_BEFORE and _HEADING_MARK.match(text.whole, line, begin):
        begin = line
    return begin, max(stop, _shrunk(text.whole, begin, end))


def _grown(text: str, begin: int, limit: int) -> int:
    """The first word's beginning at or after `begin`, at most `limit`; blanks left out."""
    if begin and not text[begin - 1].isspace():
        edge = _EDGE.search(text, begin, limit)
        begin = edge.end() if edge else begin
    while begin < limit and text[begin].isspace():
        begin += 1
    return begin


def _shrunk(text: str, begin: int, end: int) -> int:
    """The last word's end before `end`, unless that word is all there is."""
    if end < len(text) and not text[end].isspace():
        space = max(text.rfind(blank, begin, end) for blank in " \n\t")
        end = space if space > begin else end
    return end


def join_spans(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, as one where one reaches into the next."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return apart
