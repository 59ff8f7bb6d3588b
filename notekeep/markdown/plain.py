"""Markdown of one line as the words a reader sees: for titles, lists and search."""

from __future__ import annotations

import re
from typing import Final

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


def plain(text: str) -> str:
    """The words of a line of Markdown, without the marks for links, emphasis, code or comments."""
    if _MARKS.search(text):
        text = _ESCAPED.sub(lambda sign: chr(_HIDING + ord(sign[1])), text)
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
        text = _HIDDEN.sub(lambda sign: chr(ord(sign[0]) - _HIDING), text)
    return " ".join(text.split())
