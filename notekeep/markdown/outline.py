"""Facts of a body for the index: links, tags, tasks, headings.

Every `start` and `end` is an offset in the body in characters; every `line` is a line of the body,
from 0. `body[start:end]` is the source of the element.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, NamedTuple
from urllib.parse import unquote

from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.sanitize import plain_text
from notekeep.markdown.tree import CODE_KINDS, ParsedPage, Span

_MAYBE_TITLE: Final = re.compile(
    r"(?<![^\s>])#(?=\s|\Z)[^\n\r]*|(?<![^\n\r])[ \t>]*=+[ \t]*(?![^\n\r])"
)
"""Where a heading of level 1 may end; most matches are not headings."""

MAX_BEFORE_TITLE = 2_000
"""Maximum length of tags, links and pictures before a title."""

_NO_PROSE: Final = re.compile(
    r"%%.*?%%|<[^>]*>|!?\[\[[^\]]*\]\]|!?\[[^\]]*\]\([^)]*\)|(?<!\S)#[^\s#]+|[\w-]+::", re.DOTALL
)

_LEAD: Final = re.compile(r"[ \t>]*")
_CALLOUT: Final = re.compile(r"\[!([\w-]+)(?:\|[^\]]*)?\][+-]?")
_QUOTES: Final = frozenset(("quote", "cite"))
_BLOCK_ID: Final = re.compile(r"(?:(?<=\s)|\A)\^[A-Za-z0-9-]+\s*\Z")
_CLOCK = r"(?:\d{1,3}:)?\d{1,2}:\d{2}"
_LOCATOR: Final = re.compile(
    r"\s*(?:\(((?:pp?|locs?|ch|chap|chapter|page|pages|location|§)\.?\s*[\w.:–-]+(?:\s*[-–,]\s*\d+)*"  # noqa: RUF001 - ranges use a dash
    rf"|{_CLOCK})\)|\[({_CLOCK})\])\s*\Z",
    re.IGNORECASE,
)
_start = attrgetter("start")
SCHEME_PATTERN: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]+:|//")
"""The start of a URL. A single letter before the colon is a drive, not a scheme."""

_MOMENT_LEAD: Final = re.compile(r"[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*(?:\[.\][ \t]+)?")
"""The markers that may precede a timestamp on its line."""

_AFTER_MOMENT: Final = re.compile(r"(?:\([^)\s]*\))?[ \t]*([^\n]*)")


class Link(NamedTuple):
    """`[[target#heading|text]]` or `[text](target.md#heading)`; embeds start with `!`."""

    start: int
    end: int
    line: int
    target: str  # name or path in the source, without fragment; empty for `[[#Heading]]`
    heading: str = ""  # of the fragment, or ""
    block: str = ""  # block id of the fragment, without `^`, or ""
    text: str = ""  # the text shown instead of the target, or ""; for images the alt text or size
    embed: bool = False  # `![[...]]` or `![...](...)`
    wiki: bool = True  # with double brackets


class InlineTag(NamedTuple):
    """`#learning/ml`; `name` has no `#`."""

    start: int
    end: int
    line: int
    name: str


class Heading(NamedTuple):
    """A heading; `text` is its plain source without marks, `level` is 1 to 6."""

    start: int
    end: int
    line: int
    level: int
    text: str


class Task(NamedTuple):
    """`- [ ] text`; `mark` is the character in the box, at offset `mark_at`."""

    start: int
    end: int
    line: int
    mark: str
    mark_at: int
    text: str

    @property
    def done(self) -> bool:
        """Whether the task is completed: it has any mark except a space."""
        return self.mark != " "


class Quote(NamedTuple):
    """A block quote or a `> [!quote]` callout; `text` has no `>`, `locator` e.g. "p. 27" or ""."""

    start: int
    end: int
    line: int
    text: str
    locator: str = ""


class Timestamp(NamedTuple):
    """`[00:12:34]` at the start of a line, with the text after it."""

    start: int
    end: int
    line: int
    seconds: int
    text: str


class BodyRange(NamedTuple):
    """Code, a comment or a block id."""

    start: int
    end: int
    line: int


@dataclass(slots=True)
class BodyFacts:
    """The facts of a body, in order; `problem` explains why it was read as plain text, or is ""."""

    links: list[Link] = field(default_factory=list)
    tags: list[InlineTag] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    timestamps: list[Timestamp] = field(default_factory=list)
    blocks: list[BodyRange] = field(default_factory=list)  # `^id` at the end of a block
    code: list[BodyRange] = field(default_factory=list)
    # `%%...%%` or `<!--...-->`, inline or over several lines
    comments: list[BodyRange] = field(default_factory=list)
    problem: str = ""


def read_body(text: str) -> BodyFacts:
    """Return the facts of a text, in linear time; never raises."""
    return extract_facts(parse_markdown(text))


def extract_facts(page: ParsedPage) -> BodyFacts:
    """Return the facts of a page."""
    return _Outline(page).body


def body_title(text: str, body: BodyFacts) -> str:
    """Return the title in a body: a heading of level 1 at its start, or ""."""
    first = (each for each in body.headings if each.level == 1 and _is_at_start(text, each.start))
    return next(filter(None, (plain_text(heading.text) for heading in first)), "")


def _is_at_start(text: str, place: int) -> bool:
    """Whether only tags, links, pictures and comments precede a position."""
    return place <= MAX_BEFORE_TITLE and not re.search(r"\w", _NO_PROSE.sub("", text[:place]))


def find_title(text: str) -> str:
    """Return the title of a text; parse only its beginning if possible."""
    first = _MAYBE_TITLE.search(text)
    if first is None or first.start() > MAX_BEFORE_TITLE:
        return ""
    # The rest matters only if it closes a math block that this part opens.
    head = text[: first.end()]
    return ("" if "$$" in head else page_title(parse_markdown(head))) or page_title(
        parse_markdown(text)
    )


def page_title(page: ParsedPage, show: Callable[[str], str] = str) -> str:
    """Return the title of a page; `show` converts the text of a heading."""
    words = (
        plain_text(show(span.words))
        for span in page.plain
        if span.kind == "heading" and span.info == "1" and _is_at_start(page.text, span.start)
    )
    return next(filter(None, words), "")


def _append_to(ranges: list[BodyRange]) -> Callable[[Span, BodyRange], None]:
    return lambda _span, place: ranges.append(place)


class _Outline:
    def __init__(self, page: ParsedPage) -> None:
        self.text = page.text
        self.body = BodyFacts(problem=page.problem)
        self._quote_end = 0
        makers: dict[str, Callable[[Span, BodyRange], None]] = {
            "wikilink": self._wikilink,
            "embed": self._wikilink,
            "link": self._link,
            "image": self._link,
            "definition": self._vault_link,
            "tag": self._tag,
            "heading": self._heading,
            "item": self._item,
            "quote": self._quote,
            "timestamp": self._timestamp,
            "block_id": _append_to(self.body.blocks),
            **dict.fromkeys(CODE_KINDS, _append_to(self.body.code)),
            "comment": _append_to(self.body.comments),
            "html": self._html,
            "html_block": self._html,
        }
        for span in (*page.plain, *page.added):
            if make := makers.get(span.kind):
                make(span, BodyRange(span.start, self._end(span), page.line_of(span.start)))
        for found in (self.body.links, self.body.comments, self.body.timestamps):
            found.sort(key=_start)

    def _end(self, span: Span) -> int:
        """Return the end of a span without trailing whitespace."""
        end = span.end
        while end > span.start and self.text[end - 1] in " \t\n":
            end -= 1
        return end

    def _wikilink(self, span: Span, place: BodyRange) -> None:
        name, _, fragment = span.info.partition("#")
        heading, block = split_fragment(fragment)
        words = span.words.strip()
        self.body.links.append(
            Link(*place, name.strip(), heading, block, words, embed=span.kind == "embed", wiki=True)
        )

    def _link(self, span: Span, place: BodyRange) -> None:
        if self.text[span.end - 1] == ")":  # otherwise the address is in a definition
            self._vault_link(span, place)

    def _vault_link(self, span: Span, place: BodyRange) -> None:
        if link := vault_link(place, span.info, span.words, embed=span.kind == "image"):
            self.body.links.append(link)

    def _tag(self, span: Span, place: BodyRange) -> None:
        self.body.tags.append(InlineTag(*place, span.info))

    def _heading(self, span: Span, place: BodyRange) -> None:
        self.body.headings.append(Heading(*place, int(span.info), span.words))

    def _item(self, span: Span, place: BodyRange) -> None:
        if not span.info:
            return
        end = self.text.find("\n", span.start, span.end)
        end = span.end if end < 0 else end
        while self.text[end - 1] in " \t":
            end -= 1
        mark_at = self.text.index("[", span.start) + 1
        self.body.tasks.append(Task(span.start, end, place.line, span.info, mark_at, span.words))

    def _quote(self, span: Span, place: BodyRange) -> None:
        if span.start < self._quote_end:
            return
        self._quote_end = span.end
        end = span.start + len(self.text[span.start : span.end].rstrip("\n"))
        if quote := _read_quote(self.text, span.start, end, place.line):
            self.body.quotes.append(quote)

    def _timestamp(self, span: Span, place: BodyRange) -> None:
        start, end = span.start, span.end
        if self.text[start] != "[":  # the brackets belong to a link
            start, end = start - 1, end + 1
        first = self.text.rfind("\n", 0, start) + 1
        if not _MOMENT_LEAD.fullmatch(self.text, first, start):
            return
        rest = _AFTER_MOMENT.match(self.text, end)
        words = rest[1].rstrip() if rest else ""
        self.body.timestamps.append(Timestamp(start, end, place.line, int(span.info), words))

    def _html(self, span: Span, place: BodyRange) -> None:
        if self.text.startswith("<!--", span.start):
            self.body.comments.append(place)


def find_locator(quote: str) -> re.Match[str] | None:
    """Match the page or time at the end of a quote."""
    return _LOCATOR.search(quote)


def _read_quote(text: str, start: int, end: int, line: int) -> Quote | None:
    """Read an outermost quote; None for other callouts and empty quotes."""
    parts = [_LEAD.sub("", part, 1).strip() for part in text[start:end].split("\n")]
    if callout := _CALLOUT.match(parts[0]):
        if callout[1].casefold() not in _QUOTES:
            return None
        parts = parts[1:]
    words = _BLOCK_ID.sub("", "\n".join(parts).strip()).rstrip()
    locator = ""
    if found := find_locator(words):
        locator = found[1] or found[2]
        words = words[: found.start()].rstrip()
    return Quote(start, end, line, words, locator) if words else None


def vault_link(place: BodyRange, target: str, label: str, *, embed: bool) -> Link | None:
    """Return a Markdown link; None if its target is outside the vault."""
    if SCHEME_PATTERN.match(target):
        return None
    path, _, fragment = target.partition("#")
    heading, block = split_fragment(unquote(fragment))
    if not (path or fragment):
        return None
    return Link(*place, unquote(path), heading, block, label, embed=embed, wiki=False)


def split_fragment(fragment: str) -> tuple[str, str]:
    """Split a fragment into heading and block id; one is empty."""
    fragment = fragment.strip()
    if fragment.startswith("^"):
        return "", fragment[1:]
    return fragment, ""
