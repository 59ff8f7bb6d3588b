"""Text made safe to show; Markdown as plain words."""

from __future__ import annotations

import re
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
