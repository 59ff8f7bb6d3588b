"""Search results: hits, each with the most relevant passage.

Passages come from the beginning of the file, so the index does not store bodies. This is faster
than Whoosh's highlighter.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from notekeep.catalog.records import Row
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.sanitize import strip_markup
from notekeep.query.tree import Query
from notekeep.storage.content import note_size

if TYPE_CHECKING:
    from notekeep.search.planner import PlanMatcher

HEAD_BYTES = 64 << 10
"""Number of bytes to read from a note."""

SNIPPET_WIDTH = 200
"""Approximate length of a passage in characters."""

CONTEXT_BEFORE = 50
"""Characters before the first match in a passage."""

MAX_UNCUT = 500
"""Number of characters around a passage to search for links that it would cut."""

STEM_LETTERS = 5
"""Words that share this many letters count as the same word: `version`, `versions`."""

NEAR_IN_MEANING = "near in meaning"
"""The reason shown for a note that may contain none of the words."""

_EDGE = re.compile(r"\s")
_LINE = re.compile(r"[^\n]++")
_FIRST_HEADING = re.compile(r"\s*+#[ \t]([^\n]*+)")
_HEADING_MARK = re.compile(r"[ \t]*#{1,6}[ \t]")
_NO_TEXT = re.compile(r"\s*(?:#{1,6}\s|```|~~~|%%|<|!\[)")
_UNCUT = re.compile(
    r"!?\[\[[^\[\]\n]*\]\]|<[^<>\n]*>|%%[^%]*%%"
    r"|!?\[(?:[^\[\]\n]|!\[[^\[\]\n]*\](?:\([^()\n]*\))?)*\]\((?:[^()\n]|\([^()\n]*\))*\)"
)
"""Links, HTML tags and comments; a passage contains them completely or not at all."""
_UNSEEN = re.compile(r"\]\([^\n()\]]*\)?|<[^<>\n]*>|%%[^%]*%%")
"""Link addresses, HTML tags and comments."""
_MARKS = re.compile(r"(?:\s|>|[-*+]\s(?:\[.\]\s)?|\[!\w+\][-+]?|\d+[.)]\s)*")

Spans: TypeAlias = list[tuple[int, int]]
"""Positions in a text: start and end."""


class Snippet(NamedTuple):
    """A passage of a note."""

    text: str  # as in the file, with "…" where it is cut
    marks: tuple[tuple[int, int], ...] = ()  # the positions of matches
    is_of_fields: bool = False  # whether it is YAML from the front matter

    def plain(self) -> Snippet:
        """Return the snippet on one line, without Markdown."""
        if self.is_of_fields:
            return self._replace(text=self.text.replace("\n", " "))
        text, marks = strip_markup(self.text, self.marks)
        return Snippet(text, tuple(marks))


class HitReason(NamedTuple):
    """Why a note was found, and how it was ranked."""

    conditions: tuple[str, ...]  # descriptions of the conditions that it meets
    words: tuple[str, ...] = ()  # the matched words, as in the note
    # The score of each term in each field: term, field, score.
    fields: tuple[tuple[str, str, float], ...] = ()
    parts: tuple[tuple[str, float], ...] = ()  # the parts of its score: words and boosts
    is_named: bool = False  # whether it comes first because its name equals the query


class Passage(NamedTuple):
    """A snippet and its position."""

    snippet: Snippet
    line: int | None = None  # of the first match in the file, from 1
    headings: tuple[str, ...] = ()  # the headings above it, outermost first
    attachment: str = ""  # the path of the attached file that contains it, or ""


NO_PASSAGE = Passage(Snippet(""))


@dataclass
class Hit:
    """A note in the results."""

    row: Row
    score: float  # comparable within one search; 0 if found by facts alone
    find_passage: Callable[[], Passage]
    why: HitReason | None = None  # only on request
    near: str = ""  # "meaning" if found by meaning instead of words

    @cached_property
    def passage(self) -> Passage:
        """The most relevant passage. Read on first use, because most hits are never displayed."""
        return self.find_passage()

    def read_passage(self) -> Passage:
        """Return the passage, which may read a file. Can be called in a thread."""
        return self.passage

    @property
    def has_passage(self) -> bool:
        """Whether the passage has been read."""
        return "passage" in vars(self)

    @property
    def snippet(self) -> Snippet:
        """The text of the passage."""
        return self.passage.snippet

    @property
    def line(self) -> int | None:
        """The line of its first match in the file, from 1."""
        return self.passage.line

    @property
    def heading(self) -> str:
        """The heading directly above the passage, or ""."""
        return self.passage.headings[-1] if self.passage.headings else ""

    def as_object(self) -> dict[str, Any]:
        """Return it as JSON; the keys are stable."""
        answer: dict[str, Any] = {
            "path": self.row.path,
            "title": self.row.title,
            "kind": self.row.kind,
            "score": round(self.score, 4),
            "snippet": self.snippet.text,
            "line": self.line,
            "heading": self.heading,
            "headings": list(self.passage.headings),
        }
        if self.passage.attachment:
            answer["attachment"] = self.passage.attachment
        if self.near:
            answer["near"] = self.near
        if self.why is not None:
            answer["why"] = {
                "conditions": list(self.why.conditions),
                "words": list(self.why.words),
                "called_so": self.why.is_named,
                "score": {name: round(share, 4) for name, share in self.why.parts},
                "score_of_words": [
                    {"term": term, "field": field, "score": round(share, 4)}
                    for term, field, share in self.why.fields
                ],
            }
        return answer


class SearchResults(NamedTuple):
    """The results of a search."""

    total: int  # the number of matching notes
    hits: list[Hit]  # the first of them, best first or in the sort order of the query
    explanation: str = ""  # how the query was interpreted, on request
    remarks: tuple[str, ...] = ()  # messages for the user
    answered_query: str = ""  # the alternative query that was run, or ""
    is_relaxed: bool = False  # whether it includes notes that match only partly
    partial: int = 0  # the number of notes that match only partly; they are the last hits
    is_sentence: bool = False  # whether the query is a sentence, which is also searched by meaning
    files: tuple[str, ...] = ()  # paths of files with all words in their names; not in `hits`
    query: Query | None = None  # the query that found the hits, except the partial ones
    matcher: PlanMatcher | None = None  # finds the matched words in a text, if any

    def as_object(self, query: str) -> dict[str, Any]:
        """Return them as JSON; the keys are stable."""
        answer: dict[str, Any] = {"query": query, "total": self.total}
        if self.is_relaxed:
            answer["relaxed"] = True
        if self.answered_query:
            answer["instead"] = self.answered_query
        if self.remarks:
            answer["remarks"] = list(self.remarks)
        if self.explanation:
            answer["read_as"] = self.explanation.splitlines()
        return answer | {"hits": [hit.as_object() for hit in self.hits]}


class FileStart(NamedTuple):
    """The beginning of a file, including front matter, and the offset of its body."""

    whole: str
    body: int

    def line_of(self, at: int) -> int:
        """Return the line in the file, from 1, of an offset in `whole`."""
        return self.whole.count("\n", 0, at) + 1


def read_file_start(root: str, path: str, size: int = HEAD_BYTES) -> FileStart | None:
    """Read the beginning of a note; None if it is missing or unreadable."""
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
    """Return the passage with the most different words, or the beginning of the body.

    `spans` are sorted. Spans in link addresses count only if there are no others, and spans in the
    front matter only if there are none in the body. A heading that repeats the title is skipped. If
    the note's name equals the query (`is_named`), the beginning of the body is returned.
    """
    if is_named:
        return body_opening(text, spans)
    heading = _FIRST_HEADING.match(text.whole, text.body)
    start = heading.end() if heading and heading[1].strip() == title else text.body
    unseen = [place.span() for place in _UNSEEN.finditer(text.whole, start)]
    in_body = [span for span in spans if span[0] >= start]
    shown = [span for span in in_body if not _is_inside(span[0], unseen)] or in_body
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


def find_passage(text: str, matcher: PlanMatcher, language: str) -> Snippet | None:
    """Return the first passage with matches in the text of an attached file."""
    for begin in range(0, len(text), HEAD_BYTES):
        part = text[begin : begin + HEAD_BYTES]
        if spans := matcher.spans(part, language, scoped=True):
            return choose_passage(FileStart(part, 0), spans).snippet
    return None


def body_opening(text: FileStart, spans: Iterable[tuple[int, int]] = ()) -> Passage:
    """Return the beginning of a body, without headings, pictures, and list and quote markers.

    The `spans` inside it are marked.
    """
    lines = (line for line in _LINE.finditer(text.whole, text.body) if not _NO_TEXT.match(line[0]))
    first = next((line for line in lines if any(map(str.isalnum, line[0]))), None)
    if first is None:
        return NO_PASSAGE
    marks = _MARKS.match(first[0])
    start = first.start() + (marks.end() if marks else 0)
    end = min(len(text.whole), start + SNIPPET_WIDTH)
    end = _last_word_end(text.whole, start, _extend_end(text.whole, start, end))
    _, end = _avoid_cuts(text.whole, start, end, ())
    marks_in_it = ((begin - start, stop - start) for begin, stop in join_spans(spans))
    cut = text.whole[start:end].rstrip()
    more = text.whole[end:].strip()
    shown = tuple((begin, stop) for begin, stop in marks_in_it if 0 <= begin < stop <= len(cut))
    return Passage(Snippet(cut + ("…" if more else ""), shown))


def _extend_end(text: str, begin: int, end: int) -> int:
    """Move the end of a passage to make up for hidden addresses, tags and comments."""
    unseen = sum(len(found[0]) for found in _UNSEEN.finditer(text, begin, end + MAX_UNCUT))
    return min(len(text), end + unseen, end + MAX_UNCUT)


def passage_at(text: FileStart, start: int) -> Passage:
    """Return the passage that begins at an offset of the body."""
    if not text.whole[text.body : start].strip():
        return body_opening(text)
    end = min(len(text.whole), start + SNIPPET_WIDTH)
    end = _last_word_end(text.whole, start, _extend_end(text.whole, start, end))
    start, end = _avoid_cuts(text.whole, start, end, ())
    tail = "…" if text.whole[end:].strip() else ""
    return Passage(Snippet(f"…{text.whole[start:end].rstrip()}{tail}"), text.line_of(start))


def _window(text: FileStart, spans: Sequence[tuple[int, int]], body: int) -> tuple[int, int]:
    """Return the range with the most different words, then the most words, then the first."""
    words = [text.whole[start:end].casefold()[:STEM_LETTERS] for start, end in spans]
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
    begin = _first_word_start(text.whole, max(lowest, min(begin, end - SNIPPET_WIDTH)), start)
    end = _extend_end(text.whole, begin, end)
    # A partial heading would look like text.
    line = max(lowest, text.whole.rfind("\n", 0, begin) + 1)
    if begin - line < CONTEXT_BEFORE and _HEADING_MARK.match(text.whole, line, begin):
        begin = line
    elif text.whole.startswith("|", line):
        begin = max(line, text.whole.rfind("|", line, begin + 1))  # a whole cell of a table
    end = max(stop, _last_word_end(text.whole, begin, end))
    return _avoid_cuts(text.whole, begin, end, spans)


def _is_inside(at: int, ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether a position is inside one of these sorted ranges."""
    before = bisect_right(ranges, (at, at))
    return before > 0 and at < ranges[before - 1][1]


def _avoid_cuts(
    text: str, begin: int, end: int, spans: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """Move the ends of a passage so that no link, tag or comment is cut; keep matches."""
    for found in _UNCUT.finditer(text, max(0, begin - MAX_UNCUT), end + MAX_UNCUT):
        start, stop = found.span()
        is_shown = any(start < last and first < stop for first, last in spans)
        if start < begin < stop:
            begin = start if is_shown else stop
        if start < end < stop:
            end = stop if is_shown or start <= begin else start
    return begin, end


def _first_word_start(text: str, begin: int, limit: int) -> int:
    """Return the start of the first word between `begin` and `limit`."""
    if begin and not text[begin - 1].isspace():
        edge = _EDGE.search(text, begin, limit)
        begin = edge.end() if edge else begin
    while begin < limit and text[begin].isspace():
        begin += 1
    return begin


def _last_word_end(text: str, begin: int, end: int) -> int:
    """Return the end of the last word before `end`, unless it is the only word."""
    if end < len(text) and not text[end].isspace():
        space = max(text.rfind(blank, begin, end) for blank in " \n\t")
        end = space if space > begin else end
    return end


def join_spans(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort spans, and join those that overlap."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return apart
