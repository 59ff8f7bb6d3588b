"""Every example of the query language finds something in the sample vault, and none is left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from notekeep.catalog.columns import STATES
from notekeep.query.fields import COUNTED_THINGS

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).resolve().parents[2] / "docs" / "queries.md"


def test_every_query_finds_a_note(failing: Callable[[str], list[str]]) -> None:
    assert failing("queries.md") == []


def test_every_state_and_thing_that_can_be_asked_for_is_named() -> None:
    page = PAGE.read_text("utf-8")
    assert [name for name in (*STATES, *COUNTED_THINGS.values()) if f"`{name}`" not in page] == []
