"""Text made safe to show; Markdown as plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# Text of a vault made safe to show.
#
# A title, a tag or a body can hold anything, and a terminal obeys what it is sent: an escape
# sequence moves the cursor, writes the clipboard, or hides what a link points to. Every string
# that comes from a vault passes through here on its way to a screen; nothing here is ever
# written back.


# C0 but for tab and newline, DEL, C1, the controls that reorder text, and lone surrogates, which
# stand for bytes of a file name that are not UTF-8 and cannot be encoded at all.
_UNSAFE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
_BREAKS = r"[\n\t\x85\u2028\u2029]+"

_DELETE = 0x7F
_DELETE_PICTURE = "\u2421"
_PICTURES = 0x2400
_REPLACEMENT = "\ufffd"


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(_PICTURES + code)
    return _DELETE_PICTURE if code == _DELETE else _REPLACEMENT


def clean(text: str) -> str:
    """Return `text` with nothing left in it that a terminal would obey.

    Controls become their pictures (ESC is shown as ␛) and everything that has no picture becomes
    U+FFFD, so that a person sees that something is there. Newlines and tabs stay, and a CRLF is
    the newline it means. Text without any of these is returned as it is, which is nearly all.
    """
    if text.isprintable() or re.search(_UNSAFE, text) is None:
        return text
    return re.sub(_UNSAFE, _visible, text.replace("\r\n", "\n"))


def clean_line(text: str) -> str:
    """Return `text` safe to show in one row of a list: as `clean`, each run of breaks a space."""
    if text.isprintable():
        return text
    return clean(re.sub(_BREAKS, " ", text.replace("\r\n", "\n")))


def remove_controls(text: str) -> str:
    """Return pasted text as it can be shown and kept: without controls, each break a newline."""
    # Terminals paste a line break as the key that makes one.
    return re.sub(_UNSAFE, "", re.sub("\r\n?", "\n", text))


# Markdown of one line as the words a reader sees: for titles, lists and search.


_RULES: Final = (
    (re.compile(r"%%.*?%%|<!--.*?-->"), ""),
    (re.compile(r"!?\[\[(?:[^\]|]*\|)?([^\]|]*)\]\]"), r"\1"),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"(`+)(.+?)\1"), r"\2"),
    (re.compile(r"(\*\*|__|==|~~)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"(?:^|\s)\^[A-Za-z0-9-]+\s*$"), ""),
)
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_HIDDEN: Final = re.compile("[\ue021-\ue07e]")
_HIDING = 0xE000
"""Where signs that a backslash makes plain text wait while the others are read."""

_MARKS: Final = re.compile(r"[%<\[`*_=~^\\]")


def plain_text(text: str) -> str:
    """Return the words of a line of Markdown, without marks of links, emphasis, code, comments."""
    if _MARKS.search(text):
        text = _ESCAPED.sub(lambda sign: chr(_HIDING + ord(sign[1])), text)
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
        text = _HIDDEN.sub(lambda sign: chr(ord(sign[0]) - _HIDING), text)
    return " ".join(text.split())


# A passage of a note in one line: of several lines, cut anywhere, with places that are marked.

# Marks of headings and lists at the start of a line, of emphasis, code and links anywhere; compiled
# when the first hit is shown, since no list at the start has one.
_COMMENT = r"<!--.*?(?:-->|\Z)|%%.*?(?:%%|\Z)"
_SIGNS = (
    r"<!--|-->|%%|</?[A-Za-z][^<>\n]*>|<?https?://[^\s<>)\]…]+>?|\[!\w+\][-+]?|\[\^[^\]\s]+\]:?"
    r"|!?\[(?=[^\[\]\n]*…\Z)"
    r"|(?:^|(?<=\n)|(?<=…))[ \t]*(?:#{1,6}|[-*+]|\d+[.)]|>)[ \t]+(?:\[.\][ \t]+)?"
    r"|\*\*|==|`|!?\[\[|\]\]|(?<!\S)\*(?=\w)|(?<=[\w.,;:!?])\*(?!\w)"
    r"|(?<=\s)\^[A-Za-z0-9-]+(?=[ \t]*(?:\n|\Z))"
)

# A wiki link: its target with a heading or an id, the size of a picture, its text.
_LINK = (
    r"(?P<open>!?\[\[)(?P<target>[^\[\]|#\n]*(?P<id>(?:#\^[\w-]*)?)(?P<hash>#?)[^\[\]|\n]*)"
    r"(?P<size>(?:\|\d+(?:x\d+)?(?=\|))?)(?P<alias>\|[^\[\]\n]*)?(?P<close>\]\]|\Z)"
)

# A Markdown link, of which the beginning or the end may be cut off.
_ADDRESSED = (
    r"(?P<open>!?\[)?[^\[\]\n]*(?P<between>\]\()(?P<address>[^()\n]*?)(?P<close>\)|(?=…?\Z))"
)

# Where a paragraph or an item of a list begins.
_BLOCK_START = r"\n(?=[ \t\r]*(?:\n|(?:[-*+]|\d+[.)])[ \t]))"
# The line of a heading, without the mark of a cut behind it.
_HEADING_LINE = r"(?:^|(?<=\n)|(?<=…))[ \t]*#{1,6}[ \t][^\n]*?(?=…?\Z|\n)"


def strip_markup(text: str, marks: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Return a passage in one line without the signs of Markdown, and its marks in their places.

    Headings are left out unless they are marked; ` · ` stands between paragraphs and items.
    """
    dropped: set[int] = set()
    spaced: set[int] = set()
    breaks = {match.start() for match in re.finditer(_BLOCK_START, text)}

    def is_marked(start: int, stop: int) -> bool:
        return any(start < end and begin < stop for begin, end in marks)

    for match in re.finditer(_LINK, text):
        # The target is shown where it has no other text, or only it has what was looked for.
        hidden = match.span("alias") if match["alias"] else (0, 0)
        if match["alias"] and (is_marked(*hidden) or not is_marked(*match.span("target"))):
            hidden = match.start("target"), match.start("alias") + 1
        spaced.update(range(*match.span("hash")))
        dropped.update(range(*hidden))
        dropped.update(*(range(*match.span(part)) for part in ("open", "id", "size", "close")))
    _drop_addresses(text, marks, dropped, spaced)
    for match in re.finditer(_COMMENT, text, re.DOTALL):
        if not is_marked(*match.span()):
            dropped.update(range(*match.span()))
    for match in re.finditer(_SIGNS, text):
        # What was looked for is shown, be it in an address.
        is_sign = not match[0].strip("%<!->")
        if is_sign or not is_marked(*match.span()):
            dropped.update(range(*match.span()))
    for match in re.finditer(_HEADING_LINE, text):
        breaks.update(match.span())
        if not is_marked(*match.span()):
            dropped.update(range(*match.span()))
    return _join_kept(text, marks, breaks, dropped, spaced)


def _drop_addresses(
    text: str, marks: Sequence[tuple[int, int]], dropped: set[int], spaced: set[int]
) -> None:
    """Drop the addresses of links, but for one that alone has what was looked for."""
    links = list(re.finditer(_ADDRESSED, text))
    holding = [
        next((each for each in links if each.start("address") <= at < each.end("address")), None)
        for at, _ in marks
    ]
    shown = () if None in holding else holding
    for match in links:
        parts = ["open", "between", "address", "close"]
        if match in shown:
            # One that is cut off is no link any more.
            parts = [] if match["open"] and match["close"] else ["open", "close"]
            spaced.update(range(*match.span("between")) if parts else ())
        dropped.update(*(range(*match.span(part)) for part in parts if match[part]))


def _join_kept(
    text: str,
    marks: Sequence[tuple[int, int]],
    breaks: set[int],
    dropped: set[int],
    spaced: set[int],
) -> tuple[str, list[tuple[int, int]]]:
    """Join what is not dropped, with single blanks, and ` · ` before what follows a break."""
    kept: list[str] = []
    places: list[int] = []
    is_parted = False  # whether another block begins before what is kept next
    for offset, char in enumerate(text):
        is_parted |= offset in breaks
        is_blank = char.isspace() or offset in spaced
        is_kept = offset not in dropped
        if is_kept and is_parted and not is_blank:
            is_parted = False
            if any(map(str.isalnum, kept)) and (char != "…" or offset < len(text) - 1):
                kept += "· " if kept[-1] == " " else " · "
        places.append(len(kept))
        if is_kept and not (is_blank and (not kept or kept[-1] == " ")):
            kept.append(" " if is_blank else char)
    places.append(len(kept))
    shown = ((places[start], places[end]) for start, end in marks)
    return "".join(kept), [(start, end) for start, end in shown if start < end]
