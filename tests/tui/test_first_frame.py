"""What a start costs: what is loaded until the first frame, and what is kept for the next one."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from textual.geometry import Region

from notekeep.cli import main as start
from notekeep.tui.theme import LIGHT
from notekeep.tui.workers import in_background
from tests.support.screens import seen, shows, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.services.overview import Overview
    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

NOT_YET = {
    *("click", "fsrs", "pyromark", "rapidfuzz", "sqlite_utils", "tomlkit"),
    *("watchfiles", "whoosh", "yaml", "hashlib", "hmac"),
    *("notekeep.catalog.indexer", "notekeep.date_formats", "notekeep.export.manifest"),
    *("notekeep.markdown.links", "notekeep.markdown.note", "notekeep.markdown.outline"),
    *("notekeep.services.recall", "notekeep.search.session", "notekeep.search.whoosh_index"),
    *("notekeep.tui.dialogs.form", "notekeep.tui.page.blocks", "notekeep.tui.vault_updates"),
    *("notekeep.tui.render.plan_lines", "notekeep.tui.screens.note_operations"),
    *("notekeep.tui.screens.edit", "notekeep.tui.screens.habits", "notekeep.tui.screens.today"),
    *("notekeep.tui.screens.palette", "notekeep.tui.widgets.note_grid"),
    *("notekeep.tui.widgets.pictures", "notekeep.tui.widgets.sidebar"),
    "notekeep.tui.dialogs.switcher",
}
"""What the program needs no part of until the list of notes is seen."""

NOT_IN_TODAY = (NOT_YET - {"notekeep.tui.screens.today"}) | {
    *("notekeep.tui.screens.browse", "notekeep.tui.widgets.list_pane"),
    *("notekeep.tui.widgets.preview", "notekeep.tracking.habit_details"),
    *("notekeep.services.search", "notekeep.query.grammar"),
}
"""What Today needs no part of until it is seen."""

SHOW = """
import asyncio, json, sys
from notekeep.vault import Vault
vault = Vault.open(sys.argv[1])
from notekeep.tui.app import NotekeepApp
displayed, loaded = NotekeepApp.post_display_hook, []
def watched(app):
    if not app.first_frame.is_set():
        loaded[:] = sys.modules
    displayed(app)
NotekeepApp.post_display_hook = watched
async def show():
    app = NotekeepApp(vault, sys.argv[2])
    async with app.run_test():
        await app.first_frame.wait()
    print(json.dumps(loaded))
asyncio.run(show())
"""


@pytest.mark.parametrize(("screen", "not_yet"), [("browse", NOT_YET), ("today", NOT_IN_TODAY)])
def test_the_first_frame_needs_little(vault: Vault, screen: str, not_yet: set[str]) -> None:
    vault.habits.views()  # so that their files are known, as after the first start
    done = subprocess.run(
        [sys.executable, "-c", SHOW, vault.root, screen],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert f"notekeep.tui.screens.{screen}" in loaded
    assert not_yet & loaded == set()


async def test_the_first_frame_is_laid_out_for_its_size(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("browse")
    displayed, frames = app.post_display_hook, []

    def watched() -> None:
        if not app.first_frame.is_set():
            frames.append(seen(app))
        displayed()

    monkeypatch.setattr(app, "post_display_hook", watched)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        first, later = frames[-1], seen(app)
    assert any("All notes" in line for line in first)
    assert first[2].index("changed") == later[2].index("changed")


@pytest.mark.parametrize("is_read", [True, False], ids=["read before", "logs not read yet"])
async def test_what_is_due_is_in_the_first_frame_of_today(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, *, is_read: bool
) -> None:
    app = make_app("today")
    if is_read:
        app.vault.habits.views()
    first: list[list[str]] = []
    rest = threading.Event()
    gather = app.vault.overview

    def overview(*, only_due: bool = False) -> Overview:
        if not only_due:
            rest.wait(60)
        return gather(only_due=only_due)

    monkeypatch.setattr(app.vault, "overview", overview)
    in_background(app, lambda: None, lambda _: first.append(seen(app)), group="early")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: bool(first))
        for text in ("Tuesday 24 November", "Habits 0 of 2 done", "□ Meditate", "Tasks 1 open"):
            is_shown = any(text in line for line in first[0])
            assert is_shown == (is_read or text == "Tuesday 24 November"), text
        assert not shows(app, "Last changed")
        rest.set()
        await until(pilot, lambda: shows(app, "Last changed") and shows(app, "Reading 1"))


async def test_nothing_begins_in_the_background_before_something_is_seen(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    seen: list[bool] = []
    in_background(app, app.first_frame.is_set, seen.append, group="early")
    async with app.run_test() as pilot:
        await until(pilot, lambda: bool(seen))
    assert seen == [True]


async def test_the_background_changes_with_the_theme(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test() as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        before = app.screen.render_lines(Region(0, 0, 1, 1))[0]
        app.theme = "notekeep-light"
        await until(pilot, lambda: app.screen.render_lines(Region(0, 0, 1, 1))[0] != before)
        assert app.get_css_variables()["background"] == (LIGHT.background or "").upper()


def test_the_interface_alone_needs_no_click(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str | None, bool]] = []

    def open_interface(vault: str | None, *, prelude: bool) -> int:
        opened.append((vault, prelude))
        return 0

    monkeypatch.setattr(start, "open_or_print_today", open_interface)
    monkeypatch.setattr(start, "_run_click", lambda _words: 7)
    assert start.main([]) == start.main(["--vault", "notes", "--no-prelude"]) == 0
    assert opened == [(None, True), ("notes", False)]
    for words in (["--vault"], ["--plain"], ["ls"], ["--vault", "notes", "ls"], ["--help"]):
        assert start.main(words) == 7
