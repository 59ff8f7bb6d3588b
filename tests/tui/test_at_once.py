"""Two who save one note at the same moment: both versions stay, and the person is told where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.storage import durability
from notekeep.tui.screens.edit import EditScreen
from tests.support.screens import press, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

DRAFT = "posts/A draft.md"


async def test_the_editor_tells_where_the_other_version_is(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = root / DRAFT
    theirs = note.read_bytes().replace(b"in the open", b"in the dark")
    waiting = [note]

    def reached(point: str) -> None:
        if point == "synced" and waiting:
            waiting.pop().write_bytes(theirs)

    app = make_app("browse")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        app.editors.open(DRAFT)
        await until(pilot, lambda: isinstance(app.screen, EditScreen) and app.focused is not None)
        await press(pilot, "ctrl+end")
        type_text(app, "- three")
        await until(pilot, lambda: shows(app, "- three"))
        monkeypatch.setattr(durability, "reach_failpoint", reached)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: shows(app, "its version is in"))
        await press(pilot, "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: len(app.conflicts) == 1)
    assert note.read_bytes().endswith(b"- three")
    (copy,) = note.parent.glob("A draft (conflict *).md")
    assert copy.read_bytes() == theirs
