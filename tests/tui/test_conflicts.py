"""Conflicts: both versions are seen, one is chosen or both are merged, and undo takes it back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.storage.file_names import host
from notekeep.tui.messages import ErrorReported
from tests.support.screens import press, seen, shows, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)
BOOK = "books/Deep Work.md"
COPIES = (
    "books/Deep Work.sync-conflict-20261120-101112-ABCDEFG.md",
    "books/Deep Work (Ann's conflicted copy 2026-11-21).md",
    "books/Deep Work (conflicted copy 2026-11-21 101112).md",
    "books/Deep Work (conflict here 2026-11-21 101112).md",
)
"""As Syncthing, Dropbox, Nextcloud and notekeep name them."""
MARKED = """\
---
title: Marked
---
before
<<<<<<< HEAD
mine
=======
theirs
>>>>>>> other
after
"""


def content(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def remove(path: Path) -> None:
    path.unlink()


def bytes_of(root: Path) -> dict[str, bytes]:
    """Every note and copy with its bytes; what is in the trash is aside."""
    folders = [folder for folder in root.iterdir() if folder.is_dir() and folder.name != ".trash"]
    files = [path for folder in folders for path in folder.rglob("*.md")]
    return {str(path.relative_to(root)): path.read_bytes() for path in files if path.exists()}


@pytest.fixture
def copy(root: Path, vault: Vault) -> Path:
    """Another version of a note, with other words in one line."""
    path = root / COPIES[0]
    path.write_bytes((root / BOOK).read_bytes().replace(b"without a phone", b"with no phone"))
    vault.indexing.refresh()
    return path


@pytest.fixture
def marked(root: Path, vault: Vault) -> Path:
    """A note with git's marks in it."""
    path = root / "inbox" / "marked.md"
    path.write_text(MARKED)
    vault.indexing.refresh()
    return path


async def conflicts(app: NotekeepApp, pilot: Pilot[Any]) -> None:
    """Open the conflicts, and wait until both versions of the first are there."""
    await until(pilot, lambda: shows(app, " notes"))
    await press(pilot, "g", "c")
    await until(
        pilot,
        lambda: (
            (shows(app, "1  the ") and shows(app, "2  the "))
            or (shows(app, "1  first side") and shows(app, "2  second side"))
        ),
    )


async def click(app: NotekeepApp, pilot: Pilot[Any], text: str) -> None:
    """Click on a text that is on the screen."""
    await until(pilot, lambda: shows(app, text))
    row = next(row for row, line in enumerate(seen(app)) if text in line)
    await pilot.click(offset=(seen(app)[row].index(text) + 1, row))


@pytest.mark.usefixtures("copy")
async def test_two_versions_stand_side_by_side_or_below_each_other(
    make_app: MakeApp, root: Path
) -> None:
    before = bytes_of(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        # The list and the line at the top say that there is something to settle.
        await until(pilot, lambda: shows(app, "Deep Work !") and shows(app, "! 1 conflict"))
        await conflicts(app, pilot)
        await until(pilot, lambda: shows(app, COPIES[0].rpartition("/")[2]))
        line = next(line for line in seen(app) if "- Depth needs hours without" in line)
        assert "+ Depth needs hours with no" in line
        await press(pilot, "v")
        await until(
            pilot, lambda: not any("a phone" in ln and "no phone" in ln for ln in seen(app))
        )
        await until(pilot, lambda: shows(app, "- 1  the note"))
        await until(pilot, lambda: shows(app, "+ 2  the copy"))
        await press(pilot, "enter", "escape", "escape")
        await until(pilot, lambda: shows(app, "9 notes"))
    assert bytes_of(root) == before


@pytest.mark.parametrize("key", ["1", "2", "b", "m"])
async def test_whatever_is_chosen_undo_puts_every_byte_back(
    make_app: MakeApp, root: Path, vault: Vault, copy: Path, key: str
) -> None:
    note = root / BOOK
    mine = content(note)
    if key == "m":  # only what stands in different lines can be merged
        write(copy, mine + b"A line of the other device.\n")
        vault.indexing.refresh()
    theirs, before = content(copy), bytes_of(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await conflicts(app, pilot)
        await press(pilot, key)
        await until(pilot, lambda: shows(app, "· u undo"))
        await until(pilot, lambda: shows(app, "No conflicts."))
        assert COPIES[0] not in bytes_of(root)
        if key == "b":
            assert content(note) == mine
            assert content(root / "books/Deep Work 2.md") == theirs
        else:
            assert content(note) == {"1": mine, "2": theirs, "m": theirs}[key]
        # Nothing is left to settle, and nothing says so.
        await until(pilot, lambda: not shows(app, "! 1"))
        await press(pilot, "u")
        await until(pilot, lambda: bytes_of(root) == before)
        await until(pilot, lambda: shows(app, "! 1 conflict"))


@pytest.mark.usefixtures("copy")
async def test_changes_of_the_same_line_are_not_merged_but_said(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    """The note has changed that line too, since both were one."""
    vault.notes.apply(vault.notes.plan_add("Later.", "Deep Work"))
    note = root / BOOK
    note.write_bytes(content(note).replace(b"Depth needs hours", b"Depth wants hours"))
    vault.indexing.refresh()
    before = bytes_of(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await conflicts(app, pilot)
        await press(pilot, "m")
        await until(pilot, lambda: shows(app, "1 or 2 keeps one,"))
    assert bytes_of(root) == before


async def test_marks_of_git_are_told_by_line_and_opened_in_the_editor(
    make_app: MakeApp, marked: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await conflicts(app, pilot)
        await until(pilot, lambda: shows(app, "git conflict, line 5"))
        await until(pilot, lambda: shows(app, "- mine"))
        await press(pilot, "e")
        await until(pilot, lambda: app.editors.here is not None)
        await until(pilot, lambda: shows(app, "<<<<<<< HEAD") and shows(app, "5:1"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "10 notes"))
        await conflicts(app, pilot)
        await press(pilot, "b")
        await until(pilot, lambda: content(marked).endswith(b"before\nmine\ntheirs\nafter\n"))
        await press(pilot, "u")
        await until(pilot, lambda: content(marked) == MARKED.encode())


async def test_copies_of_all_tools_are_settled_one_after_the_other_by_mouse(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    note = root / BOOK
    text = content(note)
    for number, name in enumerate(COPIES):
        (root / name).write_bytes(text + b"copy %d\n" % number)
    vault.indexing.refresh()
    before = bytes_of(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await click(app, pilot, "! 4 conflicts")
        for left in range(len(COPIES), 0, -1):
            await until(pilot, partial(shows, app, f"! {left} conflict"))
            await click(app, pilot, "Deep Work.sync" if left == 4 else "books/Deep Work.md")
            await click(app, pilot, "1 keep note")
        await until(pilot, lambda: shows(app, "No conflicts."))
        assert content(note) == text
        for _ in COPIES:
            await press(pilot, "u")
        await until(pilot, lambda: bytes_of(root) == before)


async def test_a_copy_whose_note_is_gone_becomes_the_note(
    make_app: MakeApp, root: Path, copy: Path
) -> None:
    note, theirs = root / BOOK, content(copy)
    note.unlink()
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "8 notes"))
        await press(pilot, "g", "c")
        await until(pilot, lambda: shows(app, "The note was deleted."))
        await press(pilot, "2")
        await until(pilot, note.exists)
        assert content(note) == theirs
        await press(pilot, "u")
        await until(pilot, lambda: copy.exists() and not note.exists())


@pytest.mark.slow
async def test_a_copy_that_goes_while_it_is_looked_at_is_no_fault(
    make_app: MakeApp, copy: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await conflicts(app, pilot)
        remove(copy)
        await press(pilot, "2")
        await until(pilot, lambda: shows(app, "No conflicts.") or shows(app, "gone"))
        await press(pilot, "f5")
        await until(pilot, lambda: shows(app, "No conflicts."))
        await press(pilot, "1", "2", "b", "m", "e", "v", "escape")
        await until(pilot, lambda: shows(app, "9 notes"))


@pytest.mark.usefixtures("copy", "marked")
@cases("size", [(20, 5), (40, 12), (40, 24), (80, 24), (200, 60)], fast=1)
async def test_conflicts_have_room_at_any_size(
    make_app: MakeApp, root: Path, size: tuple[int, int]
) -> None:
    before = bytes_of(root)
    app = make_app("browse")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await press(pilot, "g", "c")
        await until(pilot, lambda: app.screen.query("#text") and shows(app, "Deep"))
        await press(pilot, "v", "down", "v", "z", "z", "enter", "pagedown", "escape", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert bytes_of(root) == before


@pytest.mark.usefixtures("copy", "marked")
async def test_problems_and_today_lead_to_the_conflict(make_app: MakeApp) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "copy of books/Deep Work.md"))
        await press(pilot, "exclamation_mark")
        await until(pilot, lambda: shows(app, "Conflict copy of books/Deep Work.md."))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "2  the copy"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "Needs a look"))
        await click(app, pilot, "copy of books")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "2  the copy"))


@pytest.mark.slow
@pytest.mark.usefixtures("copy")
async def test_errors_and_conflicts_are_told_apart_at_80_columns(make_app: MakeApp) -> None:
    app = make_app("today")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: shows(app, "! 1"))
        assert not shows(app, "! 1 conflict"), "alone it needs no name"
        app.post_message(ErrorReported("It could not be done."))
        await until(pilot, lambda: shows(app, "! 1 error  ! 1 conflict"))


@pytest.mark.slow
@pytest.mark.usefixtures("copy")
async def test_why_two_versions_could_not_be_merged_is_gone_once_one_is_chosen(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    note = root / BOOK
    vault.notes.apply(vault.notes.plan_add("Later.", "Deep Work"))
    note.write_bytes(content(note).replace(b"Depth needs hours", b"Depth wants hours"))
    vault.indexing.refresh()
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await conflicts(app, pilot)
        await press(pilot, "m")
        await until(pilot, lambda: shows(app, "1 or 2 keeps one,"))
        await press(pilot, "1")
        await until(pilot, lambda: shows(app, "No conflicts."))
        await until(pilot, lambda: not shows(app, "1 or 2 keeps one,"), 5)
        assert not shows(app, "! 1")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("machine", "shown"), [("laptop", "from laptop"), (host(), "from this computer")]
)
async def test_the_machine_that_wrote_a_copy_is_named(
    make_app: MakeApp, root: Path, vault: Vault, machine: str, shown: str
) -> None:
    write(root / f"books/Deep Work (conflict {machine} 1a2b3c4).md", b"other\n")
    vault.indexing.refresh()
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await conflicts(app, pilot)
        await until(pilot, lambda: shows(app, f"2  the copy, {shown}"))
