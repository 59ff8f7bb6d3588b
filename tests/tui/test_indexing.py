"""While a vault is read for the first time: what lists, searches and Today say of it."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.services import indexing
from notekeep.tui import app as app_module
from notekeep.tui import vault_updates
from notekeep.tui.app import NotekeepApp
from notekeep.tui.dialogs.dialog import Prompt
from notekeep.tui.dialogs.form import NewNoteDialog
from notekeep.tui.messages import OpenNote
from notekeep.tui.screens.palette import Palette
from notekeep.vault import Vault
from tests.support.pdf import pdf_file
from tests.support.screens import browse, press, seen, shows, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from notekeep.catalog.indexer import RefreshResult

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (120, 30)


class Slowly:
    """A vault that nobody has read yet, and whose first refresh waits to be let go on.

    Attributes:
        done: How many of 1,000 notes are said to be indexed.
        may_end: Set when it may go on; see `end`.
    """

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.vault = root, Vault.open(root)
        self.done = 50
        self.may_end = threading.Event()
        self._refresh = self.vault.indexing.refresh
        monkeypatch.setattr(self.vault.indexing, "refresh", self._slowly)
        monkeypatch.setattr(app_module, "PROGRESS_SECONDS", 0.0)
        # To a search the vault is as one with many notes: it does not read them itself.
        monkeypatch.setattr(indexing, "ANSWER_BUDGET", 0)
        self._patches = monkeypatch

    def _slowly(
        self, *, progress: Callable[[int, int], None] | None = None, **options: Any
    ) -> RefreshResult:
        for _ in range(500):  # not for ever, should the test fail meanwhile
            if options.get("for_answer") or self.may_end.wait(0.02):
                break
            if progress is not None:
                progress(self.done, 1000)
        return self._refresh(**options)

    def grow(self) -> None:
        """Have all notes in the catalog, as if another process had indexed them."""
        Vault.open(self.root).indexing.refresh()
        self.done = 400

    def end(self) -> None:
        """Let the refresh go on to its end."""
        self._patches.setattr(indexing, "ANSWER_BUDGET", 500)
        self.may_end.set()

    def app(self, screen: str) -> NotekeepApp:
        return NotekeepApp(self.vault, screen)


@pytest.fixture
def slowly(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slowly]:
    slowly = Slowly(root, monkeypatch)
    yield slowly
    slowly.end()


async def test_search_fills_in_while_the_vault_is_indexed(slowly: Slowly) -> None:
    app = slowly.app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Still indexing, 5 %"))
        await press(pilot, "slash")
        type_text(app, "deep")
        await until(pilot, lambda: shows(app, "No results yet for deep"))
        assert not shows(app, "creates a note")
        await press(pilot, "enter")
        slowly.grow()
        await until(pilot, lambda: shows(app, "1 so far"))
        assert not isinstance(app.screen, NewNoteDialog)
        await until(pilot, lambda: shows(app, "▌ ≡ Deep Work"))
        slowly.end()
        await until(pilot, lambda: not shows(app, "ndexing") and shows(app, "1 of 9 notes"))


@pytest.mark.slow
async def test_a_search_is_repeated_when_the_full_text_was_all_that_lacked(
    slowly: Slowly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_updates, "FEW_NOTES", 2000)  # so few that nothing is told of them
    Vault.open(slowly.root).indexing.refresh(words=False)
    app = slowly.app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "phone")
        await until(pilot, lambda: shows(app, "The full text is not indexed yet"))
        slowly.end()
        await until(pilot, lambda: shows(app, "1 of 9 notes") and shows(app, "Deep Work"))


async def test_a_search_for_nothing_offers_a_note_only_once_all_is_indexed(
    slowly: Slowly,
) -> None:
    app = slowly.app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Still indexing, 5 %"))
        await press(pilot, "slash")
        type_text(app, "qqxyz")
        await until(pilot, lambda: shows(app, "No results yet for qqxyz"))
        slowly.end()
        await until(pilot, lambda: shows(app, "creates a note"))


@cases("way", ["r", "greater_than_sign", "d", "rename Deeper", "mv shelf"], fast=2)
async def test_a_note_stays_in_place_until_all_links_to_it_are_known(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    # Nothing tells the app of a change here, as with a folder on another computer.
    monkeypatch.setattr(vault_updates.VaultUpdates, "start", lambda _updates: None)
    path = "books/Deep Work.md"
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        browse(app).open_note(OpenNote(path))
        await until(pilot, lambda: browse(app).chosen_notes() == [path])
        (root / "inbox/Many.md").write_text("[[books/Deep Work|the book]]\n")
        with monkeypatch.context() as many:
            many.setattr(indexing, "ANSWER_BUDGET", 0)
            if " " in way:
                await press(pilot, "colon")
                await until(pilot, lambda: isinstance(app.screen, Palette) and app.focused)
                type_text(app, way)
                await press(pilot, "enter")
            else:
                await press(pilot, way)
                if way != "d":
                    await until(pilot, lambda: isinstance(app.screen, Prompt))
                    type_text(app, "x")
                    await press(pilot, "enter")
            await until(pilot, lambda: shows(app, "Notes are still being indexed."))
            assert (root / path).exists()
        # What nobody had indexed yet is indexed from here on.
        await until(pilot, lambda: app.vault.catalog.row("inbox/Many.md"))


@pytest.mark.slow
async def test_the_quick_switch_offers_a_note_only_once_all_is_indexed(slowly: Slowly) -> None:
    app = slowly.app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Still indexing, 5 %"))
        await press(pilot, "ctrl+o")
        await until(pilot, lambda: app.focused is not None and app.focused.id is None)
        type_text(app, "qqxyz")
        await until(pilot, lambda: shows(app, "qqxyz") and not shows(app, "New note"))
        await press(pilot, "enter")
        slowly.end()
        await until(pilot, lambda: shows(app, "New note qqxyz"))
        assert not isinstance(app.screen, NewNoteDialog)
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, NewNoteDialog))


@pytest.mark.slow
async def test_the_number_of_notes_grows_while_they_are_indexed(slowly: Slowly) -> None:
    app = slowly.app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "Indexing 50 of 1 000"))
        slowly.grow()
        # While indexing, the header shows the progress and the sidebar the number of notes.
        await until(pilot, lambda: any(re.search(r"All notes +9 ", line) for line in seen(app)))
        await until(pilot, lambda: shows(app, "Deep Work"))
        slowly.end()
        await until(pilot, lambda: not shows(app, "ndexing") and shows(app, "9 notes"))


@pytest.mark.slow
async def test_today_is_not_called_quiet_while_the_vault_is_indexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "other"
    root.mkdir()
    (root / "One.md").write_text("A note.\n")
    slowly = Slowly(root, monkeypatch)
    app = slowly.app("today")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "Still indexing, 5 %"))
        assert not shows(app, "Nothing due today.")
        slowly.end()
        await until(pilot, lambda: shows(app, "Nothing due today."))
        assert not shows(app, "ndexing")


async def test_today_says_how_far_the_index_is_above_what_it_has_by_then(slowly: Slowly) -> None:
    app = slowly.app("today")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "Still indexing, 5 %."))
        slowly.grow()
        await until(pilot, lambda: shows(app, "Still indexing, 40 %.") and shows(app, "Tasks"))
        await until(pilot, lambda: shows(app, "Last changed"))
        slowly.end()
        await until(pilot, lambda: not shows(app, "ndexing") and shows(app, "Tasks"))


async def test_today_shows_habits_before_any_note_is_indexed(slowly: Slowly) -> None:
    slowly.done = 0
    app = slowly.app("today")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "Still indexing, 0 %."))
        await until(pilot, lambda: shows(app, "Habits 0 of 2 done") and shows(app, "□ Meditate"))
        assert not shows(app, "Tasks")
        slowly.end()
        await until(pilot, lambda: shows(app, "Tasks 1 open") and not shows(app, "ndexing"))


@cases("when", ["at once", "when it was read"], fast=1)
async def test_an_empty_vault_says_so_and_n_makes_the_first_note(tmp_path: Path, when: str) -> None:
    root = tmp_path / "empty"
    root.mkdir()
    vault = Vault.open(root)
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: app.focused is not None)
        if when == "when it was read":
            await until(pilot, lambda: shows(app, "No notes yet"))
            await until(pilot, lambda: shows(app, "n  New note"))
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, NewNoteDialog))
        type_text(app, "First")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Created ") and app.editors.here is not None)
        assert [path.name for path in root.rglob("First.md")] == ["First.md"]


@pytest.mark.slow
async def test_a_single_edit_does_not_tell_of_indexing(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        NotekeepApp, "watch_indexing", lambda _app, text: told.append(text), raising=False
    )
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        (root / "New.md").write_text("About kettles.\n")
        await until(pilot, lambda: shows(app, "10 notes"))
        await press(pilot, "slash")
        type_text(app, "kettles")
        await until(pilot, lambda: shows(app, "About kettles"))
        await until(pilot, lambda: not app.vault.catalog.dirty())
        assert not [text for text in told if "Indexing" in text]


@pytest.mark.slow
async def test_enter_in_an_empty_box_over_an_empty_list_makes_no_note(tmp_path: Path) -> None:
    root = tmp_path / "empty"
    root.mkdir()
    vault = Vault.open(root)
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "No notes yet"))
        await press(pilot, "slash")
        await until(pilot, lambda: app.focused is not None and app.focused.id is None)
        await press(pilot, "enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "note-list")
        assert not isinstance(app.screen, NewNoteDialog)


@pytest.mark.slow
async def test_attached_files_are_read_in_the_background(root: Path, make_app: MakeApp) -> None:
    (root / "report.pdf").write_bytes(pdf_file("The northern basin"))
    (root / "inbox/Wind.md").write_text("# Wind\n\n![[report.pdf]]\n", "utf-8")
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.vault.catalog.attached("inbox/Wind.md"))
        await until(pilot, lambda: not app.vault.catalog.dirty())
        await press(pilot, "slash")
        type_text(app, "northern basin")
        await until(pilot, lambda: shows(app, "Wind  report.pdf"))
        assert shows(app, "The northern basin")
