"""An editor that dies while somebody types in it, and the next one, which brings the text back.

The editor is the real one, in a process of its own that is killed; what it had shown is then
restored and saved by another, and held against the bytes that it has to be.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from notekeep.markdown.editor_text import BOM, EditorText
from notekeep.storage.autosave import AutosaveFile
from notekeep.tui.screens.edit import EditScreen
from notekeep.vault import Vault
from reliability.house import close

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from reliability.board import Result

TYPED = "typed é日 "
TIMEOUT_SECONDS = 120.0
"""Seconds after which an editor counts as one that does not do what is asked."""

KEEPS = """
from notekeep.tui.screens import edit
edit.AUTOSAVE_SECONDS = 0.05
"""

PROGRAM = """
import asyncio, json, os, signal, sys
from notekeep.tui.app import NotekeepApp
from notekeep.vault import Vault
from reliability.crashing import typed_into

async def main():
    app = NotekeepApp(Vault.open(sys.argv[1]), "browse")
    async with app.run_test(size=(100, 30)) as pilot:
        for path, rows in json.loads(sys.argv[2]).items():
            await typed_into(app, pilot, path, rows)
            print(path, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def typed_into(app: Any, pilot: Any, path: str, rows: Sequence[int]) -> None:
    """Open a note, type at the beginning of some lines, and wait until a crash would keep it."""
    screen = await _opened(app, pilot, path)
    for row in rows:
        screen.area.go_to((row, 0))
        screen.area.insert(TYPED)
    wanted = screen.editing.content(screen.area.lines).decode("utf-8", "surrogateescape")
    swap = AutosaveFile(app.vault.places.state, path)

    def is_kept() -> bool:
        kept = swap.read()
        return kept is not None and kept.text == wanted

    await _until(pilot, is_kept)


def crash(
    result: Result, folder: Path, notes: Mapping[str, tuple[bytes, Sequence[int]]], how: str = KEEPS
) -> None:
    """Type into notes, kill the editor, restore and save; every byte has to be right.

    Args:
        result: Where it is told.
        folder: An empty folder.
        notes: By path what each holds, and the lines that are typed into.
        how: What the editor that dies does first.
    """
    root = folder / "typed"
    for path, (data, _) in notes.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    edits = json.dumps({path: list(rows) for path, (_, rows) in notes.items()})
    command = [sys.executable, "-c", how + PROGRAM, str(root), edits]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    for path, (data, _) in notes.items():
        if (root / path).read_bytes() != data:
            result.damage(f"{path} was written though nobody saved it")
    asyncio.run(_restored(root, list(notes), result))
    for path, (data, rows) in notes.items():
        result.count += len(rows)
        now = (root / path).read_bytes()
        if now == data:
            result.lose(f"what was typed into {path}")
        elif now != typed(data, rows):
            result.damage(f"{path} came back as {now[:120]!r}")


def typed(data: bytes, rows: Sequence[int]) -> bytes:
    """What a file holds when something was typed at the beginning of some of its lines."""
    mark = BOM.encode() if data.startswith(BOM.encode()) else b""
    lines = data.removeprefix(mark).split(b"\n")
    for row in rows:
        lines[row] = TYPED.encode() + lines[row]
    return mark + b"\n".join(lines)


def can_be_shown(data: bytes) -> bool:
    """Whether the editor takes a file; what it does not take it leaves to others."""
    from notekeep.errors import Refused

    try:
        EditorText.checked(data)
    except Refused:
        return False
    return True


async def _restored(root: Path, paths: Sequence[str], result: Result) -> None:
    """Open each note again, take what is offered, save and leave."""
    from notekeep.tui.app import NotekeepApp

    vault = Vault.open(root)
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(100, 30)) as pilot:
        for path in paths:
            if AutosaveFile(vault.places.state, path).read() is None:
                continue
            await _restored_one(app, pilot, path)
            result.expect(
                AutosaveFile(vault.places.state, path).read() is None,
                f"{path}: the swap file stays",
            )
    close(vault)


async def _restored_one(app: Any, pilot: Any, path: str) -> None:
    screen = await _opened(app, pilot, path, offered=True)
    await pilot.press("enter")
    await _until(pilot, lambda: screen.is_changed and not screen.is_busy)
    screen.save()
    await _until(pilot, lambda: not screen.is_changed and not screen.is_busy)
    await pilot.press("escape")
    await _until(pilot, lambda: app.editors.here is None)


async def _opened(app: Any, pilot: Any, path: str, *, offered: bool = False) -> EditScreen:
    """Open a note in the editor; give its screen when it, or what it asks first, is there."""
    found: list[EditScreen] = []

    def is_there() -> bool:
        found[:] = [
            one for one in app.screen_stack if isinstance(one, EditScreen) and one.path == path
        ]
        if not found:
            return False
        # What was typed before is offered in a dialog above the editor.
        return app.screen is not found[0] if offered else app.focused is found[0].area

    app.editors.open(path)
    await _until(pilot, is_there)
    return found[0]


async def _until(pilot: Any, what: Callable[[], bool]) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: It never was.
    """
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not what():
            await pilot.pause(0.01)
