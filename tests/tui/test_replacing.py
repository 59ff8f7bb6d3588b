"""Replacing text and linking mentions: every line is shown, some are left out, one undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.screens import (
    browse,
    changed_at_once,
    press,
    shows,
    tree,
    type_text,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


@pytest.fixture
def notes(root: Path, vault: Vault) -> Path:
    """Three notes with the same name in them, and one with the same in conflict."""
    (root / "inbox/Ann one.md").write_text("# One\n\nZelda is here.\n\nAnd Zelda, `Zelda`.\n")
    (root / "inbox/Ann two.md").write_text("zelda, Zelda\n")
    (root / "inbox/Ann three.md").write_text("# Three\n\n<<<<<<< a\nZelda\n=======\nb\n>>>>>>> c\n")
    (root / "inbox/Zelda.md").write_text("A person.\n")
    changed_at_once(root)
    vault.indexing.refresh()
    return root


async def ask_replace(app: NotekeepApp, pilot: Pilot[Any], old: str, new: str) -> None:
    await press(pilot, "R")
    await until(pilot, lambda: shows(app, "show lines"))
    if old:
        type_text(app, old)
        await press(pilot, "tab")
    type_text(app, new)
    await press(pilot, "enter")


async def search(app: NotekeepApp, pilot: Pilot[Any], query: str, count: str) -> None:
    await until(pilot, lambda: shows(app, " notes"))
    await press(pilot, "slash")
    browse(app).pane.box.set_text(query)
    await until(pilot, lambda: shows(app, count))
    await press(pilot, "enter")
    await until(pilot, lambda: browse(app).notes.has_focus)


async def test_lines_of_search_results_are_replaced_without_those_left_out(
    make_app: MakeApp, notes: Path
) -> None:
    before = tree(notes)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await search(app, pilot, "Zelda path:inbox", "4 of ")
        # The words of the search are the text to find.
        await ask_replace(app, pilot, "", "Link")
        await until(pilot, lambda: shows(app, "3 lines in 2 notes would change"))
        assert shows(app, "inbox/Ann three.md:3: The note has Git conflict markers.")
        assert shows(app, "Left unchanged: 1 in code.")
        await press(pilot, "x")
        await until(pilot, lambda: shows(app, "2 lines in 2 notes would change, 1 left out"))
        await press(pilot, "enter")
        await until(pilot, lambda: "Link" in (notes / "inbox/Ann two.md").read_text())
        assert (notes / "inbox/Ann one.md").read_text() == (
            "# One\n\nZelda is here.\n\nAnd Link, `Zelda`.\n"
        )
        assert (notes / "inbox/Ann two.md").read_text() == "zelda, Link\n"
        await until(pilot, lambda: shows(app, "Replaced Zelda -> Link in 2 notes"))
        await press(pilot, "u")
        await until(pilot, lambda: tree(notes).keys() == before.keys() and shows(app, "Undid"))
        assert (notes / "inbox/Ann two.md").read_text() == "zelda, Zelda\n"


async def test_only_marked_notes_are_searched_and_a_wrong_text_can_be_corrected(
    make_app: MakeApp, notes: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await search(app, pilot, 'title:"Ann two"', "1 of ")
        await press(pilot, "m")
        await ask_replace(app, pilot, "ZELDA", "Link")
        await until(pilot, lambda: shows(app, "1 note has it in another case."))
        await press(pilot, "ctrl+t", "enter")
        await until(pilot, lambda: shows(app, "1 line in 1 note would change"))
        await press(pilot, "A")
        await until(pilot, lambda: shows(app, "1 left out"))
        await press(pilot, "A", "enter")
        await until(pilot, lambda: (notes / "inbox/Ann two.md").read_text() == "Link, Link\n")
        assert "Zelda" in (notes / "inbox/Ann one.md").read_text()


async def test_mentions_are_listed_below_a_note_and_linked(make_app: MakeApp, notes: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await search(app, pilot, "title:Zelda", "1 of ")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Mentions\xa04") or shows(app, "Mentions 4"))
        await press(pilot, "L")
        await until(pilot, lambda: shows(app, "3 lines in 2 notes would change"))
        assert shows(app, "inbox/Ann three.md:3: The note has Git conflict markers.")
        await press(pilot, "x", "enter")
        await until(pilot, lambda: "[[Zelda]]" in (notes / "inbox/Ann one.md").read_text())
        assert (notes / "inbox/Ann one.md").read_text() == (
            "# One\n\n[[Zelda]] is here.\n\nAnd [[Zelda]], `Zelda`.\n"
        )
        assert (notes / "inbox/Ann two.md").read_text() == "zelda, Zelda\n"
        await until(pilot, lambda: shows(app, "Linked Zelda in 1 note"))
