"""What a person changed in a post of the site, brought back into its note.

A note and its post say the same in two ways. What was written last is the base of both: where the
site differs from it, a person changed something, and that is put into the note, whose own
differences from the base are only how Markdown is written there. Within a line both are told
apart word by word; where both sides say something else in the same place, nothing is done, and it
is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from notekeep.export import heads
from notekeep.export.bases import plain_ends
from notekeep.export.threeway import Stretch, stretches
from notekeep.files.merge import merge

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")


@dataclass(slots=True)
class Pulled:
    """What comes back into a note.

    Attributes:
        body: The note's body with what was changed in the site.
        fields: Fields of the front matter to set; None deletes one.
        left: What could not be brought back, one sentence each.
    """

    body: str
    fields: dict[str, Any] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def pull(body: str, base: bytes, site: bytes) -> Pulled:
    """Bring what a person changed in a post back.

    Args:
        body: The note's body; its line ends stay as they are.
        base: The post as it was written last.
        site: The post as it is.
    """
    old, new = (heads.part(plain_ends(data).decode("utf-8", "replace")) for data in (base, site))
    known, unknown = heads.changed(old.head, new.head)
    pulled = Pulled("", known)
    pulled.left = [f"{key}: in the post's head has no field in a note" for key in unknown]
    crlf = "\r\n" in body
    pulled.body = _body(body.replace("\r\n", "\n"), old.body, new.body, pulled.left)
    if crlf:
        pulled.body = pulled.body.replace("\n", "\r\n")
    return pulled


def _body(note: str, base: str, site: str, left: list[str]) -> str:
    lines: list[str] = []
    core = note.strip("\n")
    texts = (text.strip("\n") + "\n" for text in (base, site, core))
    parts = stretches(*(text.encode("utf-8", "surrogateescape") for text in texts))
    for one in parts:
        if one.side == "site":
            lines += one.site
        elif one.side != "clash":
            lines += one.note
        else:
            both = _word_by_word(one.base, one.site, one.note)
            if both is None:
                left.append(_told(one))
            lines += one.note if both is None else both
    before = note[: len(note) - len(note.lstrip("\n"))]
    return before + "\n".join(lines) + note[len(before) + len(core) :]


def _told(clash: Stretch) -> str:
    """Say which line a person wrote where both sides differ, the first that was not written so."""
    known = {*clash.base}
    for number, line in enumerate(clash.site):
        if line.strip() and line not in known:
            return f"line {clash.line + number} of the post's text: {line[:60]!r}"
    gone = next((line for line in clash.base if line.strip() and line not in clash.site), "")
    return f"line {clash.line} of the post's text, from which this went: {gone[:60]!r}"


def _word_by_word(
    base: Sequence[str], site: Sequence[str], note: Sequence[str]
) -> list[str] | None:
    """Merge lines that both sides wrote differently; None when they did in the same words."""
    merged = merge(*(_tokens("\n".join(lines)) for lines in (base, site, note)))
    if merged is None:
        return None
    text = "".join(token.replace("\0", "\n") for token in merged.decode("utf-8").split("\n"))
    return text.split("\n")


def _tokens(text: str) -> bytes:
    """Write a text with a token on each line, as `merge` compares lines."""
    tokens = [token.replace("\n", "\0") + "\n" for token in _TOKEN.findall(text.replace("\0", ""))]
    return "".join(tokens).encode("utf-8", "replace")
