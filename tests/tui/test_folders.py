"""Folders in the sidebar: a tree with counts, and notes listed, created and moved there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notekeep.tui.app import NotekeepApp
from notekeep.tui.dialogs.plan import PlanScreen
from tests.support.indexed_vaults import open_indexed
from tests.support.screens import browse, press, seen, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 44)
NOTES = (
    "areas/garden/beds/beans.md",
    "areas/garden/beds/deep/er/five.md",
    "areas/garden/compost.md",
    "areas/money.md",
    'My "quoted" 📚 folder/a note.md',
    "old/areas/hidden.md",
)


@pytest.fixture
def folders(root: Path, notes_indexed: Vault) -> Vault:
    """The small vault with folders of its own."""
    for name in NOTES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Text.\n")
    vault = open_indexed(root, notes_indexed)
    vault.indexing.refresh()
    return vault


def sidebar(app: NotekeepApp) -> list[str]:
    """Return the lines of the sidebar."""
    return [line[:21].strip(" ▌") for line in seen(app)[2:]]


def folder_lines(app: NotekeepApp) -> list[str]:
    """Return the lines of the folders in the sidebar, with single spaces."""
    lines = sidebar(app)
    if "Folders" not in lines:
        return []
    rest = lines[lines.index("Folders") + 1 :]
    return [" ".join(line.split()) for line in rest[: rest.index("")]]


async def go_to(app: NotekeepApp, pilot: Pilot[Any], *names: str) -> None:
    """Move the cursor of the sidebar to a folder, and open the folders around it."""
    browse(app).sidebar.focus()
    await until(pilot, lambda: folder_lines(app) and browse(app).place() == "sidebar")
    for number, name in enumerate(names):
        while browse(app).sidebar.entry.folder != name:
            await press(pilot, "down")
        if number < len(names) - 1:
            await press(pilot, "right")


async def test_the_tree_opens_and_closes_with_arrows(folders: Vault) -> None:
    app = NotekeepApp(folders, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: "▸ areas 4" in folder_lines(app))
        closed = folder_lines(app)
        assert "books 2" in closed
        assert "▸ old 1" in closed
        await go_to(app, pilot, "areas", "areas/garden", "areas/garden/beds")
        await until(pilot, lambda: "▸ beds 2" in folder_lines(app))
        place = folder_lines(app).index("▾ areas 4")
        assert folder_lines(app)[place : place + 3] == ["▾ areas 4", "▾ garden 3", "▸ beds 2"]
        # The first arrow goes up to the parent folder, the second closes it.
        await press(pilot, "left")
        assert browse(app).sidebar.entry.folder == "areas/garden"
        await press(pilot, "left")
        await until(pilot, lambda: "▸ garden 3" in folder_lines(app))
        await press(pilot, "left", "left")
        await until(pilot, lambda: folder_lines(app) == closed)
        await press(pilot, "left")
        await until(pilot, lambda: browse(app).place() == "list")


@pytest.mark.parametrize(
    ("names", "notes"),
    [
        # Not the folder of the same name in another one.
        (("areas",), {"areas/garden/beds/beans.md", "areas/money.md"}),
        (('My "quoted" 📚 folder',), {'My "quoted" 📚 folder/a note.md'}),
        (
            (
                *("areas", "areas/garden", "areas/garden/beds", "areas/garden/beds/deep"),
                "areas/garden/beds/deep/er",
            ),
            {"areas/garden/beds/deep/er/five.md"},
        ),
    ],
)
async def test_a_chosen_folder_limits_the_list(
    folders: Vault, names: tuple[str, ...], notes: set[str]
) -> None:
    app = NotekeepApp(folders, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await go_to(app, pilot, *names)
        count = browse(app).sidebar.entry.notes
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, f"{count} of 15") or shows(app, f"{count} note"))
        listed = set(folders.search.paths(browse(app).pane.scope))
        assert notes <= listed
        assert len(listed) == count
        assert all(path.startswith(f"{names[-1]}/") for path in listed)
        assert browse(app).place() == "list"


async def test_a_search_counts_its_results_by_folder(folders: Vault) -> None:
    app = NotekeepApp(folders, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: "▸ areas 4" in folder_lines(app))
        await press(pilot, "slash")
        type_text(app, "money OR beans OR hidden")
        await until(pilot, lambda: folder_lines(app) == ["▸ areas 2", "▸ old 1"])
        browse(app).sidebar.focus()
        await go_to(app, pilot, "areas")
        await press(pilot, "enter")
        await until(pilot, lambda: folder_lines(app) == ["▸ areas 2"])
        assert browse(app).pane.typed == "(money OR beans OR hidden) path:/areas/"


async def test_a_vault_with_the_folders_of_kinds_shows_them_on_request(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: "Tags" in sidebar(app))
        assert "Folders" not in sidebar(app)
        await press(pilot, "O")
        await until(pilot, lambda: "books 2" in folder_lines(app))
        await press(pilot, "O")
        await until(pilot, lambda: "Folders" not in sidebar(app))
        # The vault may change meanwhile.
        await press(pilot, "O", "f5")
        await until(pilot, lambda: "books 2" in folder_lines(app))


async def test_folders_open_with_a_click_on_their_sign(folders: Vault) -> None:
    app = NotekeepApp(folders, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: "▸ areas 4" in folder_lines(app))
        row = next(n for n, line in enumerate(seen(app)) if "▸ areas" in line[:21])
        await pilot.click(offset=(seen(app)[row].index("▸"), row))
        await until(pilot, lambda: "▸ garden 3" in folder_lines(app))
        assert not browse(app).pane.scope
        await pilot.click(offset=(seen(app)[row].index("areas"), row))
        await until(pilot, lambda: browse(app).pane.scope == "path:/areas/")


async def test_n_creates_a_note_in_the_chosen_folder(folders: Vault, root: Path) -> None:
    app = NotekeepApp(folders, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await go_to(app, pilot, "areas", "areas/garden")
        await press(pilot, "n")
        await until(pilot, lambda: shows(app, "In the folder areas/garden."))
        type_text(app, "Seeds")
        await press(pilot, "enter")
        await until(pilot, (root / "areas/garden/Seeds.md").exists)
        await press(pilot, "escape")
        # Also from the list of the folder.
        await go_to(app, pilot, "books")
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).place() == "list")
        await press(pilot, "n")
        await until(pilot, lambda: shows(app, "In the folder books."))
        type_text(app, "Emma")
        await press(pilot, "enter")
        await until(pilot, (root / "books/Emma.md").exists)
        assert "type: book" in (root / "books/Emma.md").read_text()


async def test_marked_notes_move_to_the_folder_under_the_cursor(folders: Vault, root: Path) -> None:
    app = NotekeepApp(folders, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "15 notes"))
        browse(app).notes.mark({"areas/money.md", "old/areas/hidden.md"})
        await go_to(app, pilot, "areas", "areas/garden")
        await press(pilot, "greater_than_sign")
        await until(pilot, lambda: shows(app, "Move 2 notes to a folder"))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, PlanScreen))
        await press(pilot, "enter")
        await until(pilot, (root / "areas/garden/money.md").exists)
        assert (root / "areas/garden/hidden.md").exists()
        await until(pilot, lambda: "▾ areas 5" in folder_lines(app))
