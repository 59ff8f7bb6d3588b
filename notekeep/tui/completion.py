"""Where to start writing in a note, and suggestions in inputs."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from contextlib import suppress

from textual.suggester import Suggester, SuggestionReady
from textual.widget import Widget
from textual.widgets import Input

from notekeep.services.completion import WordIndex, find_frontmatter_end
from notekeep.vault import Vault

_PLACEHOLDER = re.compile(r"(?:[-*+] )?(?:\[[\d:]+\])? *\Z")
"""A line without words: empty, or only a bullet or timestamp."""


def first_text_position(lines: Sequence[str]) -> tuple[int, int]:
    """Return the row and column to start writing: below the front matter and the title.

    In a note without text, this is below the heading of the first section, or at the end. After a
    heading, it is below a blank line if there is space.
    """
    end = find_frontmatter_end(lines)
    if end is None or end + 1 == len(lines):
        return 0, 0
    is_written = has_text(lines)
    if is_written and not lines[end + 1].startswith("# "):
        return end + 1, 0
    sections = (row for row in range(end + 1, len(lines) - 1) if lines[row].startswith("##"))
    first = end + 1 if is_written else next(sections, None)
    if first is None:
        return len(lines) - 1, len(lines[-1])
    row = next((row for row in range(first + 1, len(lines)) if lines[row].strip()), first)
    if not lines[row].startswith("#"):
        return row, 0 if is_written else len(lines[row])  # after its bullet or timestamp
    has_room = len(lines) > first + 3 and not any(lines[first + 1 : first + 4])
    return first + (2 if has_room else 1), 0


def has_text(lines: Sequence[str]) -> bool:
    """Return whether a note contains more than front matter, headings and placeholders."""
    end = find_frontmatter_end(lines)
    body = lines if end is None else lines[end + 1 :]
    return not all(line.startswith("#") or _PLACEHOLDER.match(line) for line in body)


# Suggestions in inputs.


def known_values(vault: Vault, field: str) -> list[str]:
    """Return the values of a field in all notes, most frequent first; safe in a thread."""
    return list(vault.catalog.tag_counts()) if field == "tags" else vault.search.values(field)


class WordSuggester(Suggester):
    """Completes the last typed word, which may follow a `+`, `-` or `#`."""

    def __init__(self, separators: str = "") -> None:
        """`separators` are the characters between words; if empty, the input is one word."""
        super().__init__(use_cache=False, case_sensitive=True)
        self._separators = separators
        self._known = WordIndex(())

    def set_words(self, words: Sequence[str], box: Widget) -> None:
        """Set the words to suggest, also for text already typed into the inputs of a box."""
        self._known = WordIndex(words)
        for field in box.query(Input):
            found = self._complete(field.value) if field.suggester is self else None
            if found is not None:
                field.post_message(SuggestionReady(field.value, found))

    async def get_suggestion(self, value: str) -> str | None:
        return self._complete(value)

    def _complete(self, value: str) -> str | None:
        start = max((value.rfind(sign) + 1 for sign in self._separators), default=0)
        typed = value[start:].lstrip(" +-#")
        found = next(self._known.find(typed), None) if typed else None
        return None if found is None else value + found[len(typed) :]


class PathSuggester(Suggester):
    """Completes a file name: the complete input, or its last word."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(_complete_path, value)


def _complete_path(line: str) -> str | None:
    for start in (0, line.rfind(" ") + 1):
        folder, name = os.path.split(os.path.expanduser(line[start:].lstrip("'\"")))
        with suppress(OSError):
            for entry in sorted(os.scandir(folder or "."), key=lambda entry: entry.name):
                if name and entry.name.startswith(name):
                    end = os.sep if entry.is_dir() else ""
                    return f"{line}{entry.name[len(name) :]}{end}"
    return None
