"""Bases of Obsidian in the app: as tables in the text of notes, and as a screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from notekeep.tui.app import NotekeepApp
from notekeep.tui.messages import OpenNote, ShowOverlay
from notekeep.tui.screens.links import follow_link
from notekeep.vault import Vault
from tests.support.screens import seen, shows, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from notekeep.tui.screens.vault_screen import VaultScreen

SIZE = (150, 34)
BASE = """\
views:
  - name: Rated
    filters: rating > 0
    order: [file.name, rating, formula.double]
    sort: [{property: rating, direction: DESC}]
  - name: Wrong
    filters: nonsense(1)
  - name: By rating
    filters: rating > 0
    groupBy: rating
    order: [rating, file.name]
formulas:
  double: rating * 2
"""
HUB = """\
# Hub

Above

```base
filters: file.hasLink(this)
```

![[Lists.base]]

![[Lists.base#Wrong]]

![[Missing.base]]
"""
NOTES = {
    "One.md": "---\nrating: 3\n---\nLinks to [[Hub]]\n",
    "Two.md": "---\nrating: 5\n---\n",
    "Hub.md": HUB,
    "Lists.base": BASE,
    "Broken.base": "views: [a",
}


@pytest.fixture
def bases(tmp_path: Path) -> Vault:
    root = tmp_path / "vault"
    (root / ".notekeep").mkdir(parents=True)
    for path, text in NOTES.items():
        (root / path).write_text(text)
    vault = Vault.open(root)
    vault.indexing.refresh()
    return vault


async def read_hub(app: NotekeepApp, pilot: Pilot[None]) -> None:
    await until(pilot, lambda: app.screen.is_mounted)
    app.post_message(OpenNote("Hub.md", read=True))
    await until(pilot, lambda: shows(app, "Above") and shows(app, "h list"))


async def test_bases_are_tables_in_the_text_of_a_note(bases: Vault) -> None:
    app = NotekeepApp(bases)
    async with app.run_test(size=SIZE) as pilot:
        await read_hub(app, pilot)
        await until(pilot, lambda: shows(app, "Lists.base · Rated"), 20)
        # The text is drawn again for the width of the screen without the list.
        await until(pilot, lambda: shows(app, "nonsense() is not supported."), 20)
        text = "\n".join(seen(app))
        assert text.index("Table") < text.index("One") < text.index("Lists.base · Rated")
        rated = text[text.index("Lists.base · Rated") : text.index("Lists.base · Wrong")]
        assert rated.index("Two") < rated.index("One")
        assert [line.strip(" ▐▕").split()[-2:] for line in rated.splitlines() if "Two" in line] == [
            ["5", "10"]
        ]
        assert "Missing.base · base not found" in text


async def test_screen_says_how_many_notes_the_limit_of_a_view_leaves(bases: Vault) -> None:
    (Path(bases.root) / "Short.base").write_text("views: [{name: Few, limit: 2}]\n")
    bases.indexing.refresh()
    app = NotekeepApp(bases)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.screen.is_mounted)
        app.post_message(ShowOverlay("base", "Short.base"))
        await until(pilot, lambda: shows(app, "Few · 2 of 3 notes"), 20)


async def test_screen_of_a_base_shows_its_views_and_opens_notes(bases: Vault) -> None:
    app = NotekeepApp(bases)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.screen.is_mounted)
        app.post_message(ShowOverlay("base", "Lists.base"))
        await until(pilot, lambda: shows(app, "Rated 1/3 · 2 notes"), 20)
        rows = [line.split("│")[0].split() for line in seen(app)]
        at = rows.index(["file", "name", "rating", "double"])
        assert [row[-3:] for row in rows[at + 1 : at + 3]] == [
            ["Two", "5", "10"],
            ["One", "3", "6"],
        ]
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: shows(app, "Wrong 2/3 · 3 notes"), 20)
        await until(pilot, lambda: shows(app, "because nonsense()"), 20)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: shows(app, "By rating 3/3"), 20)
        groups = [line.split()[0] for line in seen(app) if "───" in line.split("│")[0]]
        assert groups == ["3", "5"]
        await pilot.press("enter")
        await until(pilot, lambda: shows(app, "· Two.md"), 20)


async def test_base_opens_from_its_link_and_from_the_palette(bases: Vault) -> None:
    app = NotekeepApp(bases)
    async with app.run_test(size=SIZE) as pilot:
        await read_hub(app, pilot)
        follow_link(cast("VaultScreen", app.screen), "[[Lists.base#By rating]]", "Hub.md")
        await until(pilot, lambda: shows(app, "By rating 3/3"), 20)
        await pilot.press("escape")
        follow_link(cast("VaultScreen", app.screen), "[[Hub.md:5]]", "Hub.md")
        await until(pilot, lambda: shows(app, "Hub.md:5 · Table · 1 note"), 20)
        await pilot.press("escape")
        app.action_show_overlay("bases")
        await until(pilot, lambda: shows(app, "Open a base"), 20)
        await pilot.press(*"rated", "enter")
        await until(pilot, lambda: shows(app, "Rated 1/3"), 20)


async def test_broken_base_shows_its_error(bases: Vault) -> None:
    app = NotekeepApp(bases)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.screen.is_mounted)
        app.post_message(ShowOverlay("base", "Broken.base"))
        await until(pilot, lambda: shows(app, "list is not closed"), 20)
