"""Pictures and files come into a note by their path, by a drop on the terminal, or by clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import Paste
from textual.widgets import Input

from notekeep.errors import Failure
from notekeep.tui.clipboard import clipboard_picture, pasted_picture
from tests.support.screens import press, shows, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

DAILY = "daily/2026-11-24.md"
PNG = b"\x89PNG\r\n\x1a\n rest"


def content(path: Path) -> bytes:
    return path.read_bytes()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "my pictures" / "A map (1).PNG"
    path.parent.mkdir()
    path.write_bytes(PNG)
    return path


@pytest.mark.parametrize(
    ("pasted", "path"),
    [
        ("/tmp/a map.png", "/tmp/a map.png"),
        ("'/tmp/a map.png' ", "/tmp/a map.png"),
        ("/tmp/a\\ map\\ \\(1\\).JPG", "/tmp/a map (1).JPG"),
        ("file:///tmp/a%20map.webp\n", "/tmp/a map.webp"),
        ("a.png", ""),
        ("see /tmp/a.png", ""),
        ("/tmp/a.png\n/tmp/b.png", ""),
        ("/tmp/a.txt", ""),
        ("", ""),
        ("/" + "x" * 5000 + ".png", ""),
    ],
)
def test_what_a_terminal_pastes_for_a_dropped_file(pasted: str, path: str) -> None:
    assert pasted_picture(pasted) == path


async def test_a_dropped_picture_is_stored_and_linked_in_the_place_of_its_path(
    make_app: MakeApp, root: Path, picture: Path
) -> None:
    before = content(root / DAILY)
    app = make_app("browse")
    async with app.run_test(size=(160, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.editors.open(DAILY)
        await until(pilot, lambda: app.editors.here is not None and app.focused is not None)
        await press(pilot, "ctrl+end")
        app.post_message(Paste(str(picture)))
        await until(pilot, lambda: shows(app, "![[A map (1).png]]"))
        assert content(root / "attachments/A map (1).png") == PNG
        # One key takes the link out, and the path is the text that it is.
        await press(pilot, "ctrl+z")
        await until(pilot, lambda: shows(app, "my pictures"))
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: shows(app, "![[A map (1).png]]"))
        await press(pilot, "escape")
        await until(pilot, lambda: content(root / DAILY) == before + b"![[A map (1).png]]")
        await until(pilot, lambda: app.editors.here is None)
        await press(pilot, "u")
        await until(pilot, lambda: content(root / DAILY) == before)
        await press(pilot, "u")
        await until(pilot, lambda: not (root / "attachments/A map (1).png").exists())


async def test_a_path_that_names_nothing_is_text(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.editors.open(DAILY)
        await until(pilot, lambda: app.editors.here is not None and app.focused is not None)
        app.post_message(Paste("/no/such/map.png"))
        await until(pilot, lambda: shows(app, "/no/such/map.png- [ ]"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: b"---\n/no/such/map.png- [ ]" in content(root / DAILY))
        assert not shows(app, "There is no file")


async def test_a_file_is_attached_by_its_path_and_a_wrong_one_is_said(
    make_app: MakeApp, root: Path, tmp_path: Path
) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF")
    app = make_app("browse")
    async with app.run_test(size=(90, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.editors.open(DAILY)
        await until(pilot, lambda: app.editors.here is not None and app.focused is not None)
        await press(pilot, "ctrl+end", "ctrl+l")
        await until(pilot, lambda: shows(app, "Attach file"))
        line = app.screen.query_one(Input)
        line.value = f"{paper}.no"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "There is no file"))
        assert line.value == f"{paper}.no"
        line.value = str(paper)
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "[[paper.pdf]]"))
        assert content(root / "attachments/paper.pdf") == b"%PDF"


def program(folder: Path, name: str, script: str) -> dict[str, str]:
    """Put a program into a folder, and give an environment that finds only that."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "WAYLAND_DISPLAY": "wayland-0"}


def test_the_picture_on_the_clipboard_is_asked_of_the_systems_program(tmp_path: Path) -> None:
    found = program(tmp_path / "bin", "wl-paste", r"printf '\211PNG\r\n\032\n rest'")
    assert clipboard_picture(found) == PNG
    empty = program(tmp_path / "bin", "wl-paste", "echo nothing copied >&2; exit 1")
    with pytest.raises(Failure, match="no picture on the clipboard"):
        clipboard_picture(empty)
    with pytest.raises(Failure, match="No program found to read a picture"):
        clipboard_picture({"PATH": str(tmp_path / "nowhere")})
