"""Conflicts: both versions are seen, one is chosen or both are merged, and undo takes it back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.tui.messages import ErrorReported
from tests.support.screens import press, seen, shows, until

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
mine
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
@pytest.mark.parametrize("size", [(20, 5), (40, 12), (40, 24), (80, 24), (200, 60)])
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
        await until(pilot, lambda: shows(app, "2  keep copy"))
        await press(pilot, "escape")
        await click(app, pilot, "copy of books")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "2  keep copy"))


@pytest.mark.usefixtures("copy")
async def test_errors_and_conflicts_are_told_apart_at_80_columns(make_app: MakeApp) -> None:
    app = make_app("today")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: shows(app, "! 1"))
        assert not shows(app, "! 1 conflict"), "alone it needs no name"
        app.post_message(ErrorReported("It could not be done."))
        await until(pilot, lambda: shows(app, "! 1 error  ! 1 conflict"))


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
        await until(pilot, lambda: shows(app, "1 or 2 keeps one of them"))
        await press(pilot, "1")
        await until(pilot, lambda: shows(app, "No conflicts."))
        await until(pilot, lambda: not shows(app, "1 or 2 keeps one of them"), 5)
