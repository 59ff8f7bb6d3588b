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
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)
_MARKS: Final = re.compile(r"[%<\[`*_=~^\\]")


def plain(text: str) -> str:
    """The words of a line of Markdown, without the marks for links, emphasis, code or comments."""
    if _MARKS.search(text):
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
    return " ".join(text.split())
