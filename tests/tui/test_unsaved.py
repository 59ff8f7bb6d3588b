"""Text that was left unsaved: the next start tells of it, and nothing of it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.storage.autosave import AutosaveFile, UnsavedText, find_unsaved
from tests.support.screens import press, seen, shows, tree, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

DRAFT, BOOK = "posts/A draft.md", "books/Deep Work.md"


def content(path: Path) -> bytes:
    return path.read_bytes()


def remove(path: Path) -> None:
    path.unlink()


def leave(vault: Vault, path: str, data: bytes, base: bytes) -> None:
    """Leave a text as a program does that is killed."""
    swap = AutosaveFile(vault.places.state, path)
    swap.write(UnsavedText.of(path, data, base, (0, 0)))
    swap.release()


def kept(vault: Vault, path: str, end: bytes) -> bool:
    """Whether history has a version of a note that ends so."""
    versions = vault.history.store.versions(path)
    return any(vault.history.store.blobs.read(one.digest).endswith(end) for one in versions)


@pytest.fixture
def left(root: Path, vault: Vault) -> bytes:
    """Unsaved text of a note."""
    base = content(root / DRAFT)
    leave(vault, DRAFT, base + b"- three\n", base)
    return base + b"- three\n"


def test_what_a_living_editor_types_is_not_left(tmp_path: Path) -> None:
    one, other = AutosaveFile(str(tmp_path), "a.md"), AutosaveFile(str(tmp_path), "b.md")
    one.write(UnsavedText.of("a.md", b"x", b"", (0, 0)))
    other.write(UnsavedText.of("b.md", b"y", b"", (0, 0)))
    assert find_unsaved(str(tmp_path)) == []
    one.release()
    assert [unsaved.path for unsaved in find_unsaved(str(tmp_path))] == ["a.md"]
    other.discard()
    assert [unsaved.data for unsaved in find_unsaved(str(tmp_path))] == [b"x"]
    assert find_unsaved(str(tmp_path / "nowhere")) == []


async def test_a_start_tells_of_unsaved_text_and_restores_it(
    make_app: MakeApp, root: Path, left: bytes
) -> None:
    before = content(root / DRAFT)
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Unsaved text"))
        await until(pilot, lambda: shows(app, DRAFT))
        await press(pilot, "v")
        await until(pilot, lambda: shows(app, "+ - three"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "enter restore"))
        await press(pilot, "enter")
        await until(pilot, lambda: app.editors.here is not None and shows(app, "- three"))
        assert content(root / DRAFT) == before
        await press(pilot, "escape")
        await until(pilot, lambda: content(root / DRAFT) == left)
        await until(pilot, lambda: app.editors.here is None)
        await press(pilot, "u")
        await until(pilot, lambda: content(root / DRAFT) == before)


@pytest.mark.slow
async def test_text_that_is_let_go_is_in_history(
    make_app: MakeApp, root: Path, vault: Vault, left: bytes
) -> None:
    before = tree(root)
    base = content(root / BOOK)
    leave(vault, BOOK, base + b"too\n", base)
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, DRAFT) and shows(app, BOOK))
        await press(pilot, "delete")
        await until(pilot, lambda: kept(vault, BOOK, b"too\n"))
        await until(pilot, lambda: not any(BOOK in line for line in seen(app)[:8]))
        await press(pilot, "delete")
        await until(pilot, lambda: kept(vault, DRAFT, b"- three\n"))
        await until(pilot, lambda: not shows(app, "Unsaved text"))
    assert find_unsaved(vault.places.state) == []
    assert tree(root) == before
    assert left.endswith(b"- three\n")


@pytest.mark.usefixtures("left")
async def test_it_can_wait_and_is_asked_for_by_name(make_app: MakeApp, vault: Vault) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Unsaved text"))
        row = next(row for row, line in enumerate(seen(app)) if "esc later" in line)
        await pilot.click(offset=(seen(app)[row].index("later"), row))
        await until(pilot, lambda: not shows(app, "Unsaved text"))
        assert len(find_unsaved(vault.places.state)) == 1
        await app.run_action("show_unsaved")
        await until(pilot, lambda: shows(app, "Unsaved text"))
        await press(pilot, "delete")
        await until(pilot, lambda: not shows(app, "Unsaved text"))
        await app.run_action("show_unsaved")
        await until(pilot, lambda: shows(app, "There is no unsaved text."))


@pytest.mark.slow
@pytest.mark.usefixtures("left")
async def test_who_types_already_is_not_interrupted(make_app: MakeApp) -> None:
    app = make_app("browse")
    app.keyboard.has_typed = True
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Unsaved text in 1 note"))
        await press(pilot, "slash")
        type_text(app, "phone")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))


async def test_unsaved_text_of_a_note_that_is_gone_makes_it_again(
    make_app: MakeApp, root: Path, left: bytes
) -> None:
    remove(root / DRAFT)
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Unsaved text"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "was deleted · ctrl+s"))
        await press(pilot, "ctrl+s")
        await until(pilot, (root / DRAFT).exists)
    assert content(root / DRAFT) == left


@pytest.mark.slow
async def test_text_that_was_saved_after_all_is_no_news(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    leave(vault, BOOK, content(root / BOOK), b"other")
    app = make_app("browse")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await app.run_action("show_unsaved")
        await pilot.pause()
        assert not shows(app, "Unsaved text")
