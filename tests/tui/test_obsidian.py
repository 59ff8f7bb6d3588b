"""The interface over a vault that Obsidian uses, too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from textual.events import Paste

from notekeep.notes.capture import INBOX, TODAYS_NOTE, Attachment
from notekeep.tui.app import NotekeepApp
from notekeep.tui.messages import OpenNote
from tests.support.obsidian import opened, write
from tests.support.screens import press, seen, shows, until

if TYPE_CHECKING:
    from pathlib import Path


PNG = b"\x89PNG\r\n\x1a\n rest"
APP = {
    "attachmentFolderPath": "./img",
    "newLinkFormat": "relative",
    "useMarkdownLinks": True,
    "newFileLocation": "folder",
    "newFileFolderPath": "In",
    "userIgnoreFilters": ["Old/"],
}
FILES = {
    ".obsidian/app.json": json.dumps(APP),
    ".obsidian/daily-notes.json": '{"folder": "Log", "format": "YYYY/MM/YYYY-MM-DD"}',
    "Trips/Rome.md": "See [[Past]] here.\n\n",
    "Old/Past.md": "It was long ago.\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "v", FILES)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    (tmp_path / "A map.png").write_bytes(PNG)
    return tmp_path / "A map.png"


def started(root: Path) -> NotekeepApp:
    return NotekeepApp(opened(root), "browse")


async def test_a_dropped_picture_is_stored_beside_the_note_and_linked_from_there(
    root: Path, picture: Path
) -> None:
    app = started(root)
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Rome"))
        app.editors.open("Trips/Rome.md")
        await until(pilot, lambda: app.editors.here is not None and app.focused is not None)
        await press(pilot, "ctrl+end")
        app.post_message(Paste(str(picture)))
        await until(pilot, lambda: shows(app, "![](img/A%20map.png)"))
        assert (root / "Trips/img/A map.png").read_bytes() == PNG


async def test_a_link_is_completed_as_obsidian_writes_them(root: Path) -> None:
    app = started(root)
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Rome"))
        app.vault.notes.create("note", "Venice")
        app.editors.open("Trips/Rome.md")
        await until(pilot, lambda: app.editors.here is not None and app.focused is not None)
        await press(pilot, "ctrl+end", "left_square_bracket", "left_square_bracket", "v", "e")
        await until(pilot, lambda: shows(app, "[[venice](../In/Venice.md)"))
        await press(pilot, "tab")
        await until(pilot, lambda: shows(app, "[Venice](../In/Venice.md)"))
        assert not shows(app, "[[Venice]")


@pytest.mark.slow
async def test_a_link_to_what_obsidian_excludes_opens_it(root: Path) -> None:
    app = started(root)
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Rome"))
        await until(pilot, lambda: shows(app, "1 note"))
        # As the link of a preview does it.
        app.post_message(OpenNote("Old/Past.md", read=True))
        await until(pilot, lambda: shows(app, "It was long ago."))


async def test_settings_that_cannot_be_read_are_among_the_problems(root: Path) -> None:
    (root / ".obsidian/app.json").write_text("{", "utf-8")
    app = started(root)
    async with app.run_test(size=(100, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Rome"))
        await press(pilot, "exclamation_mark")
        await until(pilot, lambda: shows(app, ".obsidian/app.json"))
        await until(pilot, lambda: shows(app, "is not JSON (line 1)"))
        # There is no note behind it to be opened or mended.
        await press(pilot, "enter", "f")
        await pilot.pause()
        await until(pilot, lambda: shows(app, ".obsidian/app.json"))


@pytest.mark.parametrize(
    ("place", "text", "note", "file"),
    [
        (TODAYS_NOTE, "A walk", "Log/2026/11/2026-11-24.md", "Log/2026/11/img/A map.png"),
        (TODAYS_NOTE, "", "Log/2026/11/2026-11-24.md", "Log/2026/11/img/A map.png"),
        (INBOX, "A walk", "In/A walk.md", "In/img/A map.png"),
        (INBOX, "", "In/2026-11-24 21.15.md", "In/img/A map.png"),
    ],
)
def test_a_thought_takes_its_picture_along(
    root: Path, picture: Path, place: str, text: str, note: str, file: str
) -> None:
    vault = opened(root)
    done = vault.notes.capture(text, place, Attachment(picture.name, str(picture)))
    assert done.paths == [note, file]
    assert (root / note).read_text("utf-8").endswith("![](img/A%20map.png)\n")
    assert (root / file).read_bytes() == PNG
    vault.history.undo()
    assert not (root / note).exists()
    assert not (root / file).exists()


WEEKLY = {"folder": "Weeks", "enabled": True}
PERIODIC = {
    **FILES,
    ".obsidian/community-plugins.json": '["periodic-notes"]',
    ".obsidian/plugins/periodic-notes/data.json": json.dumps({"weekly": WEEKLY}),
}


async def test_this_weeks_note_is_offered_on_today_and_created(root: Path) -> None:
    app = NotekeepApp(opened(write(root, PERIODIC)), "today")
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "This week"))
        await until(pilot, lambda: shows(app, "2026-W48 "))
        assert shows(app, "enter creates it")
        line = next(at for at, text in enumerate(seen(app)) if "2026-W48" in text)
        await pilot.click(offset=(8, line))
        await until(pilot, lambda: shows(app, "Created Weeks/2026-W48.md"))
        await until(pilot, lambda: app.current_mode == "browse")
        assert (root / "Weeks/2026-W48.md").read_text("utf-8") == "# 2026-W48\n"
        await press(pilot, "f1")
        await until(pilot, lambda: shows(app, "This week") and not shows(app, "creates it"))


async def test_the_palette_names_only_notes_that_are_turned_on(root: Path) -> None:
    app = NotekeepApp(opened(write(root, PERIODIC)), "browse")
    async with app.run_test(size=(90, 24)) as pilot:
        await until(pilot, lambda: shows(app, "Rome"))
        await press(pilot, "ctrl+p", *"note")
        await until(pilot, lambda: shows(app, "This week's note"))
        assert shows(app, "Today's note")
        assert not shows(app, "This month's note")
