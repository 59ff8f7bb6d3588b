"""Reads HTML as a sequence of tags, each with the text after it, without nesting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import NamedTuple, TextIO

from notekeep.errors import Refused
from notekeep.importing.formats.reading import MAX_RECORDS, check_count
from notekeep.importing.records import clean_text

_CHUNK = 1 << 20
_MAX_TAG = 4 << 20
_NO_TAG = re.compile(r"(?s)<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)")
_BARE_SIGN = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});)")


def plain_html(html: str) -> str:
    """Return HTML without comments, declarations, bare `&` and a truncated last tag.

    Python's parser is slow or fails with them.
    """
    html = _BARE_SIGN.sub("&amp;", _NO_TAG.sub("", clean_text(html)))
    end = html.rfind(">") + 1
    return html[:end] + html[end:].replace("<", "&lt;")


class HtmlTag(NamedTuple):
    """A tag and the text after it."""

    name: str  # "a"; "/a" for an end tag
    attributes: dict[str, str]
    line: int
    words: list[str]

    @property
    def text(self) -> str:
        """The text up to the next selected tag."""
        return "".join(self.words)


def read_tags(html: TextIO, is_needed: Callable[[str, dict[str, str]], bool]) -> Iterator[HtmlTag]:
    """Yield the tags selected by `is_needed`, reading the file in parts."""
    parser = _TagParser(is_needed)
    count = 0
    for part in _split_html(html):
        count += part.count("<")
        check_count(count, "tags", 10 * MAX_RECORDS)
        parser.feed(plain_html(part))
        yield from parser.found[:-1]
        del parser.found[:-1]
    parser.close()
    yield from parser.found


def _split_html(html: TextIO) -> Iterator[str]:
    """Yield parts that end outside of tags and comments."""
    rest = ""
    while part := html.read(_CHUNK):
        rest += part
        start = rest.rfind("<!--")
        is_comment = start >= 0 and rest.find("-->", start + 4) < 0
        end = start if is_comment else rest.rfind(">") + 1
        if len(rest) - end > _MAX_TAG:
            raise Refused(f"a tag of more than {_MAX_TAG >> 20} MB")
        yield rest[:end]
        rest = rest[end:]
    yield rest


class _TagParser(HTMLParser):
    def __init__(self, is_needed: Callable[[str, dict[str, str]], bool]) -> None:
        super().__init__()
        self.found: list[HtmlTag] = []
        self._is_needed = is_needed

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if self._is_needed(tag, attributes):
            self.found.append(HtmlTag(tag, attributes, self.getpos()[0], []))

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(f"/{tag}", [])

    def handle_data(self, data: str) -> None:
        if self.found:
            self.found[-1].words.append(data)
