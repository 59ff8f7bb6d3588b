"""Lists that are long: any page of them, whichever was looked at before."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, cast

import pytest

from notekeep.tui.app import NotekeepApp
from notekeep.tui.list_model import PagedRows
from notekeep.tui.messages import OpenNote
from notekeep.tui.widgets import list_pane
from notekeep.vault import Vault
from tests.support.screens import press, shows, type_text, until

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.tui.screens.browse import BrowseScreen

NOTES = 2077
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


def test_a_page_is_the_same_whatever_was_seen_before(vault: Vault) -> None:
    rows = vault.search.rows().rows
    source = PagedRows(vault, "", vault.search.rows(limit=LIMIT))
    starts = [*range(0, NOTES, LIMIT), *range(33, NOTES, LIMIT)]
    random.Random(7).shuffle(starts)
    for start in starts:
        assert list(source.page(start, LIMIT)) == rows[start : start + LIMIT]


def test_a_list_in_another_order_or_with_a_limit_ends_where_it_should(vault: Vault) -> None:
    for query in ("sort:-modified", f"limit:{NOTES - 5}"):
        source = PagedRows(vault, query, vault.search.rows(query, limit=LIMIT))
        rows = vault.search.rows(query).rows
        assert list(source.page(len(rows) - 30, LIMIT)) == rows[-30:]


def test_the_row_of_any_note_is_known(vault: Vault) -> None:
    source = vault.search.ordered()
    rows = vault.search.rows().rows
    for number in (0, 1, 699, 1000, 2001, len(rows) - 1):
        assert source.find(rows[number].path) == number
    assert source.find("nowhere.md") is None
    turned = vault.search.rows("sort:-title").rows
    assert vault.search.ordered("sort:-title").find(turned[-2].path) == len(turned) - 2
    assert vault.search.ordered("type:book").find(rows[0].path) is None


async def test_a_note_far_down_is_gone_to(vault: Vault) -> None:
    paths = vault.search.ordered("sort:-modified").paths()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, f"2 0{len(paths) % 100} notes"))
        browse = cast("BrowseScreen", app.screen)
        app.post_message(OpenNote(paths[-3]))
        await until(pilot, lambda: browse.note_under_cursor == paths[-3])
        # Names of groups are rows as well.
        assert browse.notes.cursor == browse.notes.row_count() - 3


@pytest.mark.slow
async def test_a_long_list_begins_at_its_top_when_it_is_sorted(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_pane, "MAX_SORTED_ROWS", 1_000)  # longer lists come in two steps
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, "notes"))
        browse = cast("BrowseScreen", app.screen)
        for name in ("title", "title", "title"):  # up, down, and as before
            await press(pilot, "G")
            browse.pane.sort_by(name)
            await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
            await pilot.pause()
            assert browse.notes.cursor < 5


@pytest.mark.slow
async def test_after_a_search_a_note_far_down_a_long_list_keeps_the_cursor(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_pane, "MAX_SORTED_ROWS", 1_000)  # longer lists come in two steps
    last = vault.search.ordered("sort:-modified").paths()[-1]
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, "notes"))
        browse = cast("BrowseScreen", app.screen)
        await press(pilot, "slash")
        type_text(app, f"path:{last}")
        await until(pilot, lambda: browse.notes.is_search and browse.note_under_cursor == last)
        await press(pilot, "escape")
        await until(pilot, lambda: not browse.notes.is_search and browse.notes.cursor > 2_000)
        assert browse.note_under_cursor == last
