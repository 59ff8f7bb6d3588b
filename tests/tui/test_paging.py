"""Lists that are long: any page of them, whichever was looked at before."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from notekeep.tui.paging import FAR, Source
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.index.listing import Way
    from notekeep.index.row import Row

NOTES = 2 * FAR + 77
LIMIT = 100


class Counting(Vault):
    """A vault that notes how many rows were passed over for each page."""

    passed: list[int]

    def page(self, query: str, limit: int, way: int | Way) -> list[Row]:
        self.passed.append(way if isinstance(way, int) else way.passed)
        return super().page(query, limit, way)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("many")
    for number in range(NOTES):
        (root / f"{number}.md").write_text(f"---\ntitle: Note {number % 700}\n---\n")
    Vault.open(root).refresh(words=False)
    return root


@pytest.fixture
def vault(many: Path) -> Counting:
    opened = Counting.open(many)
    opened.refresh(words=False)
    opened.passed = []
    return opened


def test_a_page_is_the_same_whatever_was_seen_before(vault: Counting) -> None:
    rows = vault.rows().rows
    source = Source(vault, "", vault.rows(limit=LIMIT))
    starts = [*range(0, NOTES, LIMIT), *range(33, NOTES, LIMIT)]
    random.Random(7).shuffle(starts)
    for start in starts:
        assert list(source.page(start, LIMIT)) == rows[start : start + LIMIT]


def test_little_is_passed_over_on_the_way_down_and_up_again(vault: Counting) -> None:
    source = Source(vault, "", vault.rows(limit=LIMIT))
    pages = range(0, NOTES, LIMIT)
    for start in (*pages, *reversed(pages)):
        source.page(start, LIMIT)
    assert max(vault.passed) <= FAR
    vault.passed.clear()
    Source(vault, "", vault.rows(limit=LIMIT)).page(pages[-1], LIMIT)
    assert vault.passed == [0]


def test_a_note_that_went_away_leads_nowhere_and_nothing_is_lost(
    vault: Counting, many: Path
) -> None:
    source = Source(vault, "", vault.rows(limit=LIMIT))
    start = FAR + LIMIT
    before = source.page(start, LIMIT)
    (many / before[-1].path).unlink()
    vault.refresh(words=False)
    rows = vault.rows().rows
    assert list(source.page(start + LIMIT, LIMIT)) == rows[start + LIMIT : start + 2 * LIMIT]


def test_a_list_in_another_order_or_with_a_limit_is_counted_from_its_first_row(
    vault: Counting,
) -> None:
    for query in ("sort:-modified", f"limit:{NOTES - 5}"):
        first = vault.rows(query, limit=LIMIT)
        rows = vault.rows(query).rows
        source = Source(vault, query, first)
        start = len(rows) - 30
        assert list(source.page(start, LIMIT)) == rows[start:]
        assert vault.passed[-1] == start
