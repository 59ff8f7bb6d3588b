"""Scans a body into spans: links, tags, headings, tasks, quotes, timestamps, code, comments.

One pass, for the index and for edits by span; no tree is built and nothing is rendered (parse.py
does that for preview and export, and a test holds both to the same reading).
"""

from __future__ import annotations

from operator import attrgetter

from notekeep.markdown.blocks import Scanner
from notekeep.markdown.spans import Body

__all__ = ["Body", "scan"]

_by_start = attrgetter("start")


def scan(text: str) -> Body:
    """Find everything a body holds. Takes linear time and never raises.

    Args:
        text: The body, with line ends of any kind; offsets in the result count its characters.
    """
    if "\r" in text:
        # Same length, so that every offset is one of the text given.
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    body = Scanner(text).run()
    # A link is found at its end and may hold an image; a quote, too, is known only when it ends.
    body.links.sort(key=_by_start)
    body.code.sort(key=_by_start)
    body.comments.sort(key=_by_start)
    return body
