"""Every example of the query language finds something in the sample vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def test_every_query_finds_a_note(failing: Callable[[str], list[str]]) -> None:
    assert failing("queries.md") == []
