"""Publish: the diff is seen first, and what is written is what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.widgets import Input

from tests.support.screens import press, shows, tree, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.browse import BrowseScreen

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


async def test_a_note_is_exported_from_browse_after_its_diff_is_seen(
    make_app: MakeApp, root: Path
) -> None:
    before, drafts = tree(root), root.with_name("notes-drafts")
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        screen = cast("BrowseScreen", app.screen)
        screen.pane.box.set_text("phone")
        await until(pilot, lambda: screen.note_here == "books/Deep Work.md")
        screen.notes.focus()
        await press(pilot, "p")
        await until(pilot, lambda: shows(app, "+Depth needs hours without a phone."))
        assert shows(app, "new        deep-work.md")
        assert not drafts.exists()
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "Wrote 2 files"))
        assert "Depth needs hours" in (drafts / "deep-work.md").read_text()
        # What was written stays on the screen to be read.
        assert shows(app, "Written")
        assert tree(root) == before
        await press(pilot, "u")
        await until(pilot, lambda: not (drafts / "deep-work.md").exists())


async def test_drafts_and_published_notes_are_listed(make_app: MakeApp) -> None:
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "2 notes to publish"))
        assert shows(app, "A draft")
        assert shows(app, "Deep Work")
        assert not shows(app, "Atomic Habits")


async def test_another_folder_is_chosen_and_a_folder_that_is_no_site_is_said(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app("publish")
    site = tmp_path / "blog"
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "portable"))
        await press(pilot, "f")
        await until(pilot, lambda: shows(app, "The folder of your blog."))
        app.screen.query_one(Input).value = str(site)
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "there is no folder"))
        site.mkdir()
        (site / "hugo.toml").write_text('baseURL = "https://example.org/"\n')
        await press(pilot, "t")
        await until(pilot, lambda: shows(app, "Shape the draft for"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Hugo"))
        assert list(site.rglob("*.md")) == []
