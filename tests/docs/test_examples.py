"""The other pages' examples work, one after the other, in a copy of the sample vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "page",
    [
        *("index.md", "interface.md", "notes.md", "habits.md", "habits-elsewhere.md"),
        *("export.md", "safety.md", "coming-from-obsidian.md"),
    ],
)
def test_every_example_works(page: str, failing: Callable[[str], list[str]]) -> None:
    assert failing(page) == []
