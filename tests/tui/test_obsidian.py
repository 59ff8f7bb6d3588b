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
from tests.support.screens import press, shows, until

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
