"""A quote added to a note: a block quote with its locator, under the heading for quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.errors import UsageError
from notekeep.writing.capture import plan_add

if TYPE_CHECKING:
    from notekeep.writing.plan import WritePlan

SECTIONS = ("Quotes", "Highlights", "Quotations")
"""Headings that quotes go under when a note has one, the first that is there."""

_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})")


def plan_quote(
    path: str, before: bytes, text: str, *, page: str = "", loc: str = "", at: str = ""
) -> WritePlan:
    """Plan a quote at the end of a note, or of its section of quotes.

    Args:
        path: The note.
        before: Its bytes.
        text: The words, as typed.
        page: The page they are on, or "".
        loc: Their location in an electronic book, or "".
        at: The second they are said at, as `12:34` or `1:02:33`, or "".

    Raises:
        UsageError: There are no words, several places, or `at` is no time.
    """
    lines = text.strip().splitlines()
    if not lines:
        raise UsageError("the quote has no words", 'notekeep quote NOTE "the words"')
    if sum(map(bool, (page, loc, at))) > 1:
        raise UsageError("a quote stands in one place", "say --page, --loc or --at")
    locator = (
        f"(p. {page})" if page else f"(loc. {loc})" if loc else f"[{_clock(at)}]" if at else ""
    )
    lines[-1] = f"{lines[-1]} {locator}".rstrip()
    quote = "\n".join(f"> {line}".rstrip() for line in lines)
    plan = plan_add(path, before, quote, _section(before))
    plan.verb = "quote"
    return plan


def _clock(text: str) -> str:
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[2]) > 59 or int(match[3]) > 59:
        raise UsageError(f"{text!r} is no time of an episode", "write 12:34 or 1:02:33")
    return f"{int(match[1] or 0):02d}:{int(match[2]):02d}:{match[3]}"


def _section(before: bytes) -> str:
    from notekeep.markdown.outline import read_body
    from notekeep.markdown.split import split

    body = before[split(before).body :].decode("utf-8", "surrogateescape")
    there = {heading.text.casefold() for heading in read_body(body).headings}
    return next((name for name in SECTIONS if name.casefold() in there), "")
