"""Makes text safe for the terminal, and Markdown plain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# Safe text
#
# A title, a tag or a body can contain anything, and terminals execute escape sequences: they move
# the cursor, write to the clipboard, or hide the target of a link. Every string from a vault passes
# through here on its way to the screen; the result is never written back.


# C0 except tab and newline, DEL, C1, controls that reorder text, and lone surrogates, which
# represent invalid bytes in file names.
_UNSAFE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
_BREAKS = r"[\n\t\x85\u2028\u2029]+"
# Invisible characters that no script needs: zero-width, fillers, tags, and marks that reorder text.
# Number signs of Arabic are visible, so they stay.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
)
# Invisible characters of emoji, Persian, Mongolian and others, which can hide text, too.
_JOINERS = "\u180b-\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e0fff"

CONTROL_PICTURES: Final = {**{code: 0x2400 + code for code in range(0x20)}, 0x7F: 0x2421}
UNKNOWN: Final = 0xFFFD


def clean(text: str) -> str:
    """Return text without characters that a terminal would execute.

    Control characters become their pictures (ESC is shown as ␛), or U+FFFD if they have none.
    Newlines and tabs stay, and CRLF becomes a newline.
    """
    if text.isprintable() or re.search(_UNSAFE, text) is None:
        return text
    return re.sub(
        _UNSAFE,
        lambda found: chr(CONTROL_PICTURES.get(ord(found[0]), UNKNOWN)),
        text.replace("\r\n", "\n"),
    )


def clean_line(text: str) -> str:
    """Return safe text on one line: like `clean`, with spaces instead of line breaks."""
    if text.isprintable():
        return text
    return clean(re.sub(_BREAKS, " ", text.replace("\r\n", "\n")))


def remove_controls(text: str) -> str:
    """Return pasted text without control characters, with newlines as line breaks."""
    # Terminals paste a line break as a carriage return.
    return re.sub(_UNSAFE, "", re.sub("\r\n?", "\n", text))


def remove_invisible(text: str, *, joiners: bool = False) -> str:
    """Return text without invisible characters, which can hide text from a reader.

    With `joiners`, also remove those that emoji and some scripts need.
    """
    characters = _INVISIBLE + (_JOINERS if joiners else "")
    return re.sub(f"[{characters}]", "", text)


def remove_hidden(text: str, *, joiners: bool = False) -> str:
    """Return text from elsewhere without control characters and invisible characters."""
    return remove_controls(remove_invisible(text, joiners=joiners))


# Markdown of one line as plain text, for titles, lists and search

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
"""Offset that hides escaped characters from the other rules."""

_MARKS: Final = re.compile(r"[%<\[`*_=~^\\]")


def plain_text(text: str) -> str:
    """Return a line of Markdown without markup and comments."""
    if _MARKS.search(text):
        text = _ESCAPED.sub(lambda sign: chr(_HIDING + ord(sign[1])), text)
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
        text = _HIDDEN.sub(lambda sign: chr(ord(sign[0]) - _HIDING), text)
    return " ".join(text.split())


# Passages: a part of a note on one line, with marked ranges

# Markup anywhere and at the start of a line. Compiled on first use.
_COMMENT = r"<!--.*?(?:-->|\Z)|%%.*?(?:%%|\Z)"
_SIGNS = (
    r"<!--|-->|%%|</?[A-Za-z][^<>\n]*>|<?https?://[^\s<>)\]…]+>?|\[!\w+\][-+]?|\[\^[^\]\s]+\]:?"
    r"|\[(?=!\[)"
    r"|(?:^|(?<=\n)|(?<=…))[ \t]*(?:#{1,6}|[-*+]|\d+[.)]|>)[ \t]+(?:\[.\][ \t]+)?"
    r"|\*\*|==|`|!?\[\[|\]\]|(?<!\S)\*(?=\w)|(?<=[\w.,;:!?])\*(?!\w)"
    r"|(?<=\s)\^[A-Za-z0-9-]+(?=[ \t]*(?:\n|\Z))"
)

# A wiki link: its target with a heading or an id, the size of a picture, its text.
_LINK = (
    r"(?P<open>!?\[\[)(?P<target>[^\[\]|#\n]*(?P<id>(?:#\^[\w-]*)?)(?P<hash>#?)[^\[\]|\n]*)"
    r"(?P<size>(?:\|\d+(?:x\d+)?(?=\|))?)(?P<alias>\|[^\[\]\n]*)?(?P<close>\]\])"
)

# A Markdown link; of a linked picture, the part after the picture. The end of a long address may be
# cut off.
_ADDRESSED = (
    r"(?P<open>!?\[)?[^\[\]\n]*(?P<between>\]\()"
    r"(?P<address>(?:[^()\n]|\([^()\n]*\))*?)(?P<close>\)|(?=…?\Z))"
)

# A row of a table, its cells, and the rule below its header.
_TABLE_ROW = r"(?:^|(?<=\n)|(?<=…))[ \t>]*\|[^\n]*"
_CELL_EDGE = r"(?<!\\)\|"
_TABLE_RULE = r"[ \t>|:…-]+"

# The start of a paragraph or list item.
_BLOCK_START = r"\n(?=[ \t\r]*(?:\n|(?:[-*+]|\d+[.)])[ \t]))"
# The line of a heading, without an ellipsis after it.
_HEADING_LINE = r"(?:^|(?<=\n)|(?<=…))[ \t]*#{1,6}[ \t][^\n]*?(?=…?\Z|\n)"


def strip_markup(text: str, marks: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Return a passage on one line without markup, and the new positions of the marked ranges.

    Headings are omitted unless they are marked; ` · ` separates paragraphs, items and table cells.
    """
    dropped: set[int] = set()
    spaced: set[int] = set()
    breaks = {match.start() for match in re.finditer(_BLOCK_START, text)}

    def is_marked(start: int, stop: int) -> bool:
        return any(start < end and begin < stop for begin, end in marks)

    breaks |= _drop_table_lines(text, dropped)
    for match in re.finditer(_LINK, text):
        breaks.difference_update(range(*match.span()))
        # Show the target if the link has no other text, or if only the target is marked.
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
        # Marked text is shown, even in an address.
        is_sign = not match[0].strip("%<!->")
        if is_sign or not is_marked(*match.span()):
            dropped.update(range(*match.span()))
    for match in re.finditer(_HEADING_LINE, text):
        breaks.update(match.span())
        if not is_marked(*match.span()):
            dropped.update(range(*match.span()))
    return _join_visible(text, marks, breaks, dropped, spaced)


def _drop_table_lines(text: str, dropped: set[int]) -> set[int]:
    """Drop the lines of tables; return the positions of cell borders."""
    between: set[int] = set()
    for row in re.finditer(_TABLE_ROW, text):
        edges = {row.start() + edge.start() for edge in re.finditer(_CELL_EDGE, row[0])}
        is_rule = re.fullmatch(_TABLE_RULE, row[0])
        dropped |= {*range(*row.span())} if is_rule else edges
        between |= edges
    return between


def _drop_addresses(
    text: str, marks: Sequence[tuple[int, int]], dropped: set[int], spaced: set[int]
) -> None:
    """Drop link addresses, except the first if all marked ranges are in addresses."""
    links = list(re.finditer(_ADDRESSED, text))
    holding = [
        next((each for each in links if each.start("address") <= at < each.end("address")), None)
        for at, _ in marks
    ]
    shown = () if None in holding else holding[:1]
    for match in links:
        if match in shown:
            spaced.update(range(*match.span("between")))
            parts = ["open", "close"]
        else:
            parts = ["open", "between", "address", "close"]
        dropped.update(*(range(*match.span(part)) for part in parts if match[part]))


def _join_visible(
    text: str,
    marks: Sequence[tuple[int, int]],
    breaks: set[int],
    dropped: set[int],
    spaced: set[int],
) -> tuple[str, list[tuple[int, int]]]:
    """Join the remaining characters, with single spaces, and ` · ` at breaks."""
    characters: list[str] = []
    places: list[int] = []
    is_parted = False  # whether a new block starts before the next character
    for offset, char in enumerate(text):
        is_parted |= offset in breaks
        is_blank = char.isspace() or offset in spaced
        is_visible = offset not in dropped
        if is_visible and is_parted and not is_blank:
            is_parted = False
            if any(map(str.isalnum, characters)) and (char != "…" or offset < len(text) - 1):
                characters += "· " if characters[-1] == " " else " · "
        places.append(len(characters))
        if is_visible and not (is_blank and (not characters or characters[-1] == " ")):
            characters.append(" " if is_blank else char)
    places.append(len(characters))
    shown = ((places[start], places[end]) for start, end in marks)
    return "".join(characters), [(start, end) for start, end in shown if start < end]
