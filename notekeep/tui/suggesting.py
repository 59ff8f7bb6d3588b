"""The rest of a word that is typed, offered behind the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.suggester import Suggester, SuggestionReady
from textual.widgets import Input

from notekeep.tui.completion import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.widget import Widget


class WordSuggester(Suggester):
    """Offers the rest of the word that is typed, of those it was told."""

    def __init__(self, begin: Callable[[str], int]) -> None:
        """Prepare.

        Args:
            begin: Gives where in a line the word begins that is typed last.
        """
        super().__init__(use_cache=False, case_sensitive=True)
        self._begin = begin
        self._known = Words(())

    def know(self, words: Sequence[str], box: Widget) -> None:
        """Take what may be typed, and offer it where something is typed in a box already."""
        self._known = Words(words)
        for field in box.query(Input):
            found = self._complete(field.value) if field.suggester is self else None
            if found is not None:
                field.post_message(SuggestionReady(field.value, found))

    async def get_suggestion(self, value: str) -> str | None:
        return self._complete(value)

    def _complete(self, value: str) -> str | None:
        typed = value[self._begin(value) :]
        found = next(self._known.beginning(typed), None) if typed else None
        return None if found is None else value + found[len(typed) :]


def after_blank(line: str) -> int:
    """Where the last of several words begins; signs before it are no part of it."""
    return after_signs(line, line.rfind(" ") + 1)


def after_signs(line: str, start: int = 0) -> int:
    """Where a word begins that may have a sign before it: +, - or #."""
    return start + len(line[start:]) - len(line[start:].lstrip("+-#"))


def after_comma(line: str) -> int:
    """Where the last item of a list begins."""
    start = max(line.rfind(","), line.rfind(";")) + 1
    return start + len(line[start:]) - len(line[start:].lstrip())


def after_comma_and_signs(line: str) -> int:
    """Where the last item of a list begins that may have a sign before it."""
    return after_signs(line, after_comma(line))


def at_once(_: str) -> int:
    """All that is typed is one word."""
    return 0
