"""What Obsidian adds to Markdown, found in the words that the parser leaves over.

Tags, block ids, timestamps, `==highlights==`, `^[inline notes]`; and definitions of links, of which
the parser tells nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from notekeep.markdown.tree import Span, find_place_at

if TYPE_CHECKING:
    from notekeep.markdown.hidden import ParserPass

# Each way begins with a sign of its own, by which `re` skips the words between.
_EXTENSION_SIGN: Final = re.compile(r"#|==+|\^|\[(?=[\d:]{4,9}\])")
_SIGN_OR_BRACKET: Final = re.compile(r"#|==+|\^|\[|\]")
_BEFORE_TAG: Final = frozenset("([{,;")
_TAG: Final = re.compile(
    # No ASCII punctuation but - _ /, none of Unicode's general punctuation, and none of the
    # full-width signs that end a clause in Chinese and Japanese.
    r"#([^\u2000-\u206F\u2E00-\u2E7F\u3000-\u3003\u3008-\u3011\u3014-\u301F"
    r"\uFF01\uFF08\uFF09\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F"
    r"'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\\s]++)"
)
_BLOCK_ID: Final = re.compile(r"\^([A-Za-z0-9-]+)[ \t]*(?=\n|\Z)")
_TIMESTAMP: Final = re.compile(r"\[(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)\]")
_DEFINITION: Final = re.compile(
    r"\[((?:[^\[\]\\]|\\.)++)\]:[ \t]*+\n?[ \t>]*+(<(?:[^<>\\\n]|\\.)*+>|[^\s<]\S*+)"
    r"(?:[ \t]*+\n?[ \t>]*+(\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\))"
    r"(?=[ \t]*+(?:\n|\Z)))?",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BLANKS: Final = re.compile(r"[ \t]*")


def find_extensions(text: str, reading: ParserPass, hidden: Sequence[Span]) -> list[Span]:
    """Find Obsidian's additions in the words of a text, outside its comments and math."""
    finder = _ExtensionFinder(text, reading, hidden)
    finder.run()
    return finder.found


class _ExtensionFinder:
    """Goes over the signs in words from left to right."""

    def __init__(self, text: str, reading: ParserPass, hidden: Sequence[Span]) -> None:
        self.text = text
        self.leaves = reading.leaves
        self.spans = reading.spans
        self.words = [span[1:3] for span in reading.spans if span[0] == "text"]
        self.hidden = [(span.start, span.end) for span in hidden]
        self.found: list[Span] = []
        self._leaf = (0, 0)
        self._highlight = -1  # where an open highlight begins
        self._brackets: list[int] = []  # open brackets; those of notes are negative

    def run(self) -> None:
        """Find everything."""
        pattern = _SIGN_OR_BRACKET if "^[" in self.text else _EXTENSION_SIGN
        for sign in pattern.finditer(self.text):
            at = sign.start()
            words = find_place_at(self.words, at)
            if words is None or find_place_at(self.hidden, at) is not None:
                continue
            leaf = find_place_at(self.leaves, at)
            if leaf is not None:
                if leaf != self._leaf:
                    self._leaf = leaf
                    self._highlight = -1
                    self._brackets.clear()
                self._read(sign[0], at, words[1])
        for span in self.spans:
            if span.kind == "link" and span.words[:1].isdigit():
                self._timestamp(span.start, is_label=True)

    def _read(self, sign: str, at: int, end: int) -> None:
        """Read what a sign begins or ends, in words that end at `end`."""
        if sign == "#":
            self._tag(at, end)
        elif sign == "^":
            self._block_id(at)
        elif sign == "[":
            is_note = at and self.text[at - 1] == "^" and find_place_at(self.words, at - 1)
            self._brackets.append(-at if is_note else at)
            self._timestamp(at)
        elif sign == "]":
            self._close_bracket(at)
        else:
            self._mark(at, at + len(sign))

    def _add(self, kind: str, start: int, end: int, info: str = "", words: str = "") -> None:
        self.found.append(Span(kind, start, end, 0, info, words))

    def _tag(self, at: int, end: int) -> None:
        """Read a tag, which begins its block or stands behind a blank or an opening sign."""
        before = self.text[at - 1 : at]
        if at != self._leaf[0] and not before.isspace() and before not in _BEFORE_TAG:
            return
        match = _TAG.match(self.text, at, end)
        name = match[1].rstrip("/") if match else ""
        if name and not name.isdigit():
            self._add("tag", at, at + 1 + len(name), name)

    def _block_id(self, at: int) -> None:
        """Read the name of a block, which ends it."""
        if at and self.text[at - 1] not in " \t\n":
            return
        match = _BLOCK_ID.match(self.text, at)
        if match and not self.text[match.end() : self._leaf[1]].strip(" \t\n#=-"):
            self._add("block_id", at, match.end(1), match[1])

    def _timestamp(self, at: int, *, is_label: bool = False) -> None:
        """Read a timestamp; of one that is the label of a link the brackets are the link's."""
        match = _TIMESTAMP.match(self.text, at)
        if match is not None:
            hours, minutes, seconds = match.groups()
            total = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
            self._add("timestamp", at + is_label, match.end() - is_label, str(total))

    def _close_bracket(self, at: int) -> None:
        if not self._brackets:
            return
        start = self._brackets.pop()
        if start < 0 and self.text[-start + 1 : at].strip():
            self._add("note", -start - 1, at + 1)

    def _mark(self, start: int, end: int) -> None:
        """Read the signs that begin or end a highlight: two, neither fewer nor more."""
        if end - start != 2:
            return
        text = self.text
        opened = self._highlight
        if opened >= 0 and start > opened + 2 and not text[start - 1].isspace():
            self._add("highlight", opened, end)
            self._highlight = -1
        elif opened < 0 and not text[end : end + 1].isspace() and end < self._leaf[1]:
            self._highlight = start


def find_definitions(text: str, reading: ParserPass, found: Sequence[Span]) -> list[Span]:
    """Find the definitions of links, also the second of a label; the parser takes them out."""
    leaves = reading.leaves
    hidden = [(span.start, span.end) for span in found if span.kind in {"comment", "math_block"}]
    literal = sorted([*reading.literal, *hidden])
    spans = []
    at = 0
    while (at := text.find("[", at)) >= 0:
        if (leaf := find_place_at(leaves, at)) is not None:
            at = leaf[1]
            continue
        if (inside := find_place_at(literal, at)) is not None:
            at = inside[1]
            continue
        match = None if text.startswith("[^", at) else _DEFINITION.match(text, at)
        if match is None:
            at += 1
            continue
        blanks = _BLANKS.match(text, match.end())
        end = blanks.end() if blanks else match.end()
        address = match[2][1:-1] if match[2].startswith("<") else match[2]
        title = unescape(match[3][1:-1]) if match[3] else ""
        spans.append(Span("definition", at, end, 0, unescape(address), match[1], title))
        at = end
    return spans


def unescape(text: str) -> str:
    """Return an address or a title without its backslashes, its entities as what they mean."""
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text
