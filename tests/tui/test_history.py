"""History: what a note was, what was done in the vault, and the way back from both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from notekeep.tui.messages import ShowOverlay
from notekeep.tui.render.styled_text import Piece, line_text
from notekeep.tui.screens.history import SINCE_VIEW, VIEWS, _ViewTabs
from notekeep.tui.widgets.note_list import NoteList
from notekeep.vault import Vault
from tests.support.screens import press, seen, shows, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.history import HistoryScreen

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)
BOOK = "books/Deep Work.md"


@pytest.fixture
def book(root: Path, vault: Vault) -> Path:
    """A note with three versions: as it was found, rated, and with another line."""
    vault.notes.set_fields([BOOK], ["rating=5"])
    vault.notes.add("A last line.", "Deep Work")
    return root / BOOK


def content(path: Path) -> bytes:
    return path.read_bytes()


async def history(app: NotekeepApp, pilot: Pilot[Any], path: str = BOOK) -> HistoryScreen:
    """Open the history of a note, and wait until its versions are there."""
    await until(pilot, lambda: shows(app, " notes"))
    app.post_message(ShowOverlay("history", path))
    await until(pilot, lambda: shows(app, "version"))
    return cast("HistoryScreen", app.screen)


async def click(app: NotekeepApp, pilot: Pilot[Any], text: str, *, times: int = 1) -> None:
    """Click on a text that is on the screen."""
    await until(pilot, lambda: shows(app, text))
    row = next(row for row, line in enumerate(seen(app)) if text in line)
    await pilot.click(offset=(seen(app)[row].index(text) + 1, row), times=times)


async def test_h_lists_the_versions_of_a_note_and_what_each_changed(
    make_app: MakeApp, book: Path
) -> None:
    app = make_app("browse")
    before = content(book)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "phone")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.focused, NoteList))
        await press(pilot, "H")
        await until(pilot, lambda: shows(app, "Deep Work · 3 versions"))
        await until(pilot, lambda: shows(app, "+ A last line."))
        await until(pilot, lambda: shows(app, "set rating=5"))
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "+ rating: 5"))
        await until(pilot, lambda: shows(app, "- rating: 4"))
        # What changed since, and the version as it reads.
        await press(pilot, "v")
        await until(pilot, lambda: shows(app, "+ A last line.") and not shows(app, "+ rating"))
        await press(pilot, "v")
        await until(pilot, lambda: shows(app, "Depth needs hours") and shows(app, "★★★★★"))
        assert not shows(app, "A last line.")
        # Step by step back to where one came from.
        await press(pilot, "enter", "escape", "escape")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))
    assert content(book) == before


async def test_a_version_is_restored_and_undo_brings_back_every_byte(
    make_app: MakeApp, book: Path
) -> None:
    before = content(book)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await history(app, pilot)
        await press(pilot, "end")
        await until(pilot, lambda: shows(app, "+ rating: 4"))
        await press(pilot, "r")
        await until(pilot, lambda: shows(app, f"Restored {BOOK} · u undo"))
        restored = content(book)
        assert b"rating: 4\n" in restored
        assert b"A last line." not in restored
        # The step is a version of its own.
        await until(pilot, lambda: shows(app, "4 versions"))
        await press(pilot, "u")
        await until(pilot, lambda: content(book) == before)
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: content(book) == restored)


@pytest.mark.slow
async def test_history_by_mouse_alone(make_app: MakeApp, book: Path) -> None:
    app = make_app("browse")
    before = content(book)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await history(app, pilot)
        await click(app, pilot, "first seen")
        await until(pilot, lambda: shows(app, "+ rating: 4"))
        await click(app, pilot, "Since then")
        await until(pilot, lambda: shows(app, "- rating: 4") and shows(app, "+ rating: 5"))
        await click(app, pilot, "Text")
        await until(pilot, lambda: shows(app, "★★★★·"))
        await click(app, pilot, "r restore")
        await until(pilot, lambda: b"rating: 4\n" in content(book))
        await click(app, pilot, "esc back")
        await until(pilot, lambda: shows(app, "9 notes"))
    assert content(book) != before


async def test_a_note_that_is_gone_is_made_again(
    make_app: MakeApp, book: Path, vault: Vault
) -> None:
    before = content(book)
    vault.notes.delete(BOOK)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await history(app, pilot)
        await until(pilot, lambda: shows(app, "deleted; r restores it"))
        await press(pilot, "r")
        await until(pilot, book.exists)
        assert content(book) == before


async def test_a_note_without_history_says_what_will_stand_there(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await history(app, pilot, "habits/water.md")
        # The file as it is, and nothing before it.
        await until(pilot, lambda: shows(app, "no earlier version") and shows(app, "current"))
        await until(pilot, lambda: shows(app, "+ habit: water"))
        await press(pilot, "r")
        await until(pilot, lambda: shows(app, "There is no earlier version to restore"))


@pytest.mark.slow
async def test_a_name_that_nobody_knows_is_said_and_left(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.post_message(ShowOverlay("history", "no/such note.md"))
        await until(pilot, lambda: shows(app, "no/such note.md"))
        await press(pilot, "r", "v", "enter", "escape", "escape")
        await until(pilot, lambda: shows(app, "9 notes"))


@pytest.mark.usefixtures("book")
async def test_a_damaged_version_is_told_and_the_others_are_shown(
    make_app: MakeApp, vault: Vault
) -> None:
    blobs = vault.history.store.blobs
    digest = vault.history.store.versions(BOOK)[1].digest
    (file,) = [
        place
        for place in vault_files(blobs.folder)
        if place.name == digest[2:] and place.parent.name == digest[:2]
    ]
    file.write_bytes(b"something else")
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await history(app, pilot)
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "in history is damaged"))
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "+ rating: 4"))


def vault_files(folder: str) -> list[Path]:
    from pathlib import Path

    return [path for path in Path(folder).rglob("*") if path.is_file()]


async def test_forget_asks_and_then_no_version_is_left(
    make_app: MakeApp, book: Path, vault: Vault
) -> None:
    before = content(book)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await history(app, pilot)
        await press(pilot, "X")
        await until(pilot, lambda: shows(app, "This cannot be undone."))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "3 versions"))
        assert len(vault.history.store.versions(BOOK)) == 3
        await press(pilot, "X")
        await until(pilot, lambda: shows(app, "This cannot be undone."))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Deleted 3 versions of"))
        await until(pilot, lambda: shows(app, "no earlier version"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "9 notes"))
    assert content(book) == before
    assert vault.history.store.versions(BOOK) == []


async def test_history_of_a_note_that_is_edited(make_app: MakeApp, book: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.editors.open(BOOK)
        await until(pilot, lambda: app.editors.here is not None and shows(app, "esc save"))
        type_text(app, "typed ")
        await until(pilot, lambda: shows(app, "typed Depth"))
        await press(pilot, "ctrl+t")
        # What was typed is saved first, and is a version itself.
        await until(pilot, lambda: shows(app, "4 versions") and shows(app, "+ typed Depth"))
        assert b"# Deep Work\n\ntyped Depth needs" in content(book)
        await press(pilot, "down", "r")
        await until(pilot, lambda: b"typed Depth" not in content(book))
        await press(pilot, "escape")
        # The editor shows what was restored.
        await until(pilot, lambda: app.editors.here is not None)
        await until(pilot, lambda: not shows(app, "typed Depth") and shows(app, "rating: 5"))


@cases("size", [(20, 5), (40, 12), (40, 24), (80, 24), (200, 60)], fast=1)
async def test_history_and_steps_have_room_at_any_size(
    make_app: MakeApp, book: Path, size: tuple[int, int]
) -> None:
    before = content(book)
    app = make_app("browse")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.post_message(ShowOverlay("history", BOOK))
        await until(pilot, lambda: shows(app, "Today") or shows(app, ":"))
        await press(pilot, "down", "v", "v", "v", "z", "z", "enter", "pagedown", "escape")
        app.post_message(ShowOverlay("steps"))
        await until(pilot, lambda: app.screen.query("TimelineList"))
        await press(pilot, "down", "enter", "z", "escape", "escape", "escape")
    assert content(book) == before


# Steps.


async def test_undo_names_a_step_that_was_not_made_here_before_it_undoes_it(
    make_app: MakeApp, vault: Vault, root: Path
) -> None:
    before = content(root / BOOK)
    other = Vault.open(root)
    other.notes.set_fields([BOOK], ["rating=5"])
    rated = content(root / BOOK)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        vault.notes.add("A line from here.", "Atomic Habits")
        other.notes.add("A line from elsewhere.", "Deep Work")
        # Another program did something since, so it is named and stays.
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "Press u again to undo: add books/Deep Work.md ("))
        assert b"from elsewhere" in content(root / BOOK)
        await press(pilot, "u")
        await until(pilot, lambda: content(root / BOOK) == rated)
        # What was done here is undone at once.
        await press(pilot, "u")
        await until(pilot, lambda: b"from here" not in content(root / "books/Atomic Habits.md"))
        # What is older than this start is named, and can be left alone.
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "Press u again to undo: set rating=5 in Deep Work ("))
        assert content(root / BOOK) == rated
        await press(pilot, "u")
        await until(pilot, lambda: content(root / BOOK) == before)
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: content(root / BOOK) == rated)
        await press(pilot, "u")
        await until(pilot, lambda: content(root / BOOK) == before)


@pytest.mark.slow
async def test_undo_on_habits_names_a_check_in_of_another_program(
    make_app: MakeApp, vault: Vault, root: Path
) -> None:
    other = Vault.open(root)
    other.habits.check_in("meditate", "done")
    other.notes.set_fields([BOOK], ["rating=5"])

    def is_done() -> bool:
        return next(one for one in vault.habits.views() if one.id == "meditate").call == "done"

    app = make_app("habits")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "Press u again to undo: check-in Meditate done"))
        assert is_done()
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "Undid: check-in Meditate"))
        assert not is_done()


async def test_the_list_of_steps_says_what_each_did_and_takes_any_of_them_back(
    make_app: MakeApp, book: Path, vault: Vault
) -> None:
    vault.habits.check_in("meditate", "done")
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "g", "s")
        await until(pilot, lambda: shows(app, "3 steps"))
        await until(pilot, lambda: shows(app, "A line in a log."))
        await until(pilot, lambda: shows(app, "check-in Meditate done · Tue 24 Nov"))
        await press(pilot, "down", "down")
        await until(pilot, lambda: shows(app, "+ rating: 5"))
        await press(pilot, "t")
        await until(pilot, lambda: shows(app, "Undid: set rating=5 in Deep Work"))
        text = content(book).decode()
        assert "rating: 4\n" in text
        assert text.endswith("A last line.\n")
        await until(pilot, lambda: shows(app, "3 steps · 1 undone"))
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: "rating: 5\n" in content(book).decode())
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "9 notes"))


@pytest.mark.slow
async def test_a_step_leads_to_the_history_of_its_note_and_back(
    make_app: MakeApp, book: Path, vault: Vault
) -> None:
    vault.notes.rename("Atomic Habits", "Tiny Habits")
    vault.notes.delete(BOOK)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.post_message(ShowOverlay("steps"))
        await until(pilot, lambda: shows(app, "books/Deep Work.md to the trash"))
        await press(pilot, "H")
        await until(pilot, lambda: shows(app, "deleted; r restores it"))
        await press(pilot, "escape", "down")
        # A step of several notes asks which one.
        await until(pilot, lambda: shows(app, "Tiny Habits.md"))
        await press(pilot, "H")
        await until(pilot, lambda: shows(app, "History of"))
        await press(pilot, "escape", "up", "t")
        await until(pilot, book.exists)


@pytest.mark.slow
async def test_steps_by_mouse_alone(make_app: MakeApp, book: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.post_message(ShowOverlay("steps"))
        await click(app, pilot, "rating=5")
        await until(pilot, lambda: shows(app, "+ rating: 5"))
        await click(app, pilot, "t undo step")
        await until(pilot, lambda: "rating: 4\n" in content(book).decode())
        await click(app, pilot, "H versions")
        await until(pilot, lambda: shows(app, "Deep Work · 4 versions"))
        # The name of a screen leads out of all of them.
        await click(app, pilot, "Browse")
        await until(pilot, lambda: shows(app, "9 notes"))


@pytest.mark.slow
async def test_where_nothing_was_done_the_list_says_so(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.post_message(ShowOverlay("steps"))
        await until(pilot, lambda: shows(app, "No changes yet."))
        await press(pilot, "t", "H", "enter", "escape", "escape")
        await until(pilot, lambda: shows(app, "9 notes"))


async def test_a_step_that_cannot_be_taken_back_says_why_and_changes_nothing(
    make_app: MakeApp, book: Path, vault: Vault
) -> None:
    vault.notes.set_fields([BOOK], ["rating=2"])
    before = content(book)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.post_message(ShowOverlay("steps"))
        await until(pilot, lambda: shows(app, "3 steps"))
        await press(pilot, "end", "t")
        await until(pilot, lambda: shows(app, "changed since in the same"))
    assert content(book) == before


# The trash.


async def test_what_was_deleted_is_brought_back_from_the_trash(
    make_app: MakeApp, book: Path, vault: Vault
) -> None:
    before = content(book)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        await app.run_action("show_overlay('trash')")
        await until(pilot, lambda: shows(app, "The trash is empty"))
        vault.notes.delete(BOOK)
        await app.run_action("show_overlay('trash')")
        await until(pilot, lambda: shows(app, "Restore from trash"))
        await until(pilot, lambda: shows(app, BOOK))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, f"Restored {BOOK}"))
        assert content(book) == before
        await press(pilot, "u")
        await until(pilot, lambda: not book.exists())


@pytest.mark.parametrize(
    ("width", "named"),
    [
        (60, ["This change", "Since then", "Text"]),
        (44, ["Change", "Since", "Text"]),
    ],
)
def test_views_are_named_whole_beside_large_counts(width: int, named: list[str]) -> None:
    views = _ViewTabs(list(VIEWS), SINCE_VIEW)
    views.set_reactive(_ViewTabs.about, [Piece("+12345"), Piece(" -12345")])
    line = line_text(views.draw(width))
    assert line.endswith("+12345 -12345")
    assert (
        line.removesuffix("+12345 -12345").replace("   ", "  ").split("  ")[: len(named)] == named
    )
