"""Scans a body into spans: links, tags, headings, tasks, quotes, timestamps, code, comments.

One pass, for the index and for edits by span; no tree is built and nothing is rendered (parse.py
does that for preview and export, and a test holds both to the same reading).
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from notekeep.markdown.blocks import Scanner
from notekeep.markdown.plain import plain
from notekeep.markdown.spans import Body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.markdown.spans import Heading

__all__ = ["Body", "scan", "title_in", "title_of"]

_by_start = attrgetter("start")


def scan(text: str) -> Body:
    """Find everything a body holds. Takes linear time and never raises.

    Args:
        text: The body, with line ends of any kind; offsets in the result count its characters.
    """
    body = Scanner(_with_newlines(text)).run()
    # A link is found at its end and may hold an image; a quote, too, is known only when it ends.
    body.links.sort(key=_by_start)
    body.code.sort(key=_by_start)
    body.comments.sort(key=_by_start)
    return body


def title_in(text: str) -> str:
    """Return the title that a body gives, or ""; it is read only as far as that.

    Args:
        text: The body, with line ends of any kind.
    """
    scanner = Scanner(_with_newlines(text))
    return _title(scanner.run(until=lambda body: bool(_title(body.headings[-1:]))).headings)


def title_of(body: Body) -> str:
    """Return the title that a body gives: its first heading of level 1 with words, or ""."""
    return _title(body.headings)


def _title(headings: Iterable[Heading]) -> str:
    words = (plain(heading.text) for heading in headings if heading.level == 1)
    return next(filter(None, words), "")


def _with_newlines(text: str) -> str:
    """Return a text with newlines as its only line ends, and every character in its place."""
    if "\r" in text:
        return text.replace("\r\n", " \n").replace("\r", "\n")
    return text
