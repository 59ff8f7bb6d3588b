"""Lists that are long: any page of them, whichever was looked at before."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, cast

import pytest

from notekeep.tui.app import APPS
from notekeep.tui.list_model import FAR, PagedRows
from notekeep.tui.messages import OpenNote
from notekeep.vault import Vault
from tests.support.screens import shows, until

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.catalog.records import Row
    from notekeep.search.listing import PageCursor
    from notekeep.tui.screens.browse import BrowseScreen

NOTES = 2 * FAR + 77
LIMIT = 100


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("many")
    for number in range(NOTES):
        (root / f"{number}.md").write_text(f"---\ntitle: Note {number % 700}\n---\n")
    Vault.open(root).indexing.refresh(words=False)
    return root


@pytest.fixture
def vault(many: Path) -> Vault:
    opened = Vault.open(many)
    opened.indexing.refresh(words=False)
    return opened


@pytest.fixture
def passed(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were passed over for each page of the vault's lists."""
    found: list[int] = []
    page = vault.search.page

    def counted(query: str, limit: int, way: int | PageCursor) -> list[Row]:
        found.append(way if isinstance(way, int) else way.passed)
        return page(query, limit, way)

    monkeypatch.setattr(vault.search, "page", counted)
    return found


def test_a_page_is_the_same_whatever_was_seen_before(vault: Vault) -> None:
    rows = vault.search.rows().rows
    source = PagedRows(vault, "", vault.search.rows(limit=LIMIT))
    starts = [*range(0, NOTES, LIMIT), *range(33, NOTES, LIMIT)]
    random.Random(7).shuffle(starts)
    for start in starts:
        assert list(source.page(start, LIMIT)) == rows[start : start + LIMIT]


def test_little_is_passed_over_on_the_way_down_and_up_again(
    vault: Vault, passed: list[int]
) -> None:
    source = PagedRows(vault, "", vault.search.rows(limit=LIMIT))
    pages = range(0, NOTES, LIMIT)
    for start in (*pages, *reversed(pages)):
        source.page(start, LIMIT)
    assert max(passed) <= FAR
    passed.clear()
    PagedRows(vault, "", vault.search.rows(limit=LIMIT)).page(pages[-1], LIMIT)
    assert passed == [0]


def test_a_note_that_went_away_leads_nowhere_and_nothing_is_lost(
    vault: Vault, passed: list[int], many: Path
) -> None:
    source = PagedRows(vault, "", vault.search.rows(limit=LIMIT))
    start = FAR + LIMIT
    before = source.page(start, LIMIT)
    (many / before[-1].path).unlink()
    vault.indexing.refresh(words=False)
    rows = vault.search.rows().rows
    assert list(source.page(start + LIMIT, LIMIT)) == rows[start + LIMIT : start + 2 * LIMIT]


def test_a_list_in_another_order_or_with_a_limit_is_counted_from_its_first_row(
    vault: Vault, passed: list[int]
) -> None:
    for query in ("sort:-modified", f"limit:{NOTES - 5}"):
        first = vault.search.rows(query, limit=LIMIT)
        rows = vault.search.rows(query).rows
        source = PagedRows(vault, query, first)
        start = len(rows) - 30
        assert list(source.page(start, LIMIT)) == rows[start:]
        assert passed[-1] == start


def test_the_row_of_any_note_is_known(vault: Vault) -> None:
    source = PagedRows(vault, "", vault.search.rows(limit=LIMIT))
    rows = vault.search.rows().rows
    for number in (0, 1, 699, FAR, 2 * FAR + 1, len(rows) - 1):
        assert source.find(rows[number].path) == number
    assert source.find("nowhere.md") is None
    turned = vault.search.rows("sort:-title").rows
    source = PagedRows(vault, "sort:-title", vault.search.rows("sort:-title", limit=LIMIT))
    assert source.find(turned[-2].path) == len(turned) - 2
    assert PagedRows(vault, "is:orphan", vault.search.rows(limit=LIMIT)).find(rows[0].path) is None


async def test_a_note_far_down_is_gone_to(vault: Vault) -> None:
    total, rows = vault.search.rows()
    app = APPS["browse"](vault)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, f"2 0{total % 100} notes"))
        browse = cast("BrowseScreen", app.screen)
        app.post_message(OpenNote(rows[-3].path))
        await until(pilot, lambda: browse.note_under_cursor == rows[-3].path)
        assert browse.notes.cursor == total - 3
