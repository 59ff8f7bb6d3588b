"""What a start costs: what is loaded until the first frame, and what is kept for the next one."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from textual.geometry import Region

from notekeep.cli import main as start
from notekeep.tui.theme import LIGHT
from notekeep.tui.workers import in_background
from tests.support.screens import shows, until

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

NOT_YET = {
    *("click", "pyromark", "rapidfuzz", "sqlite_utils", "tomlkit"),
    *("watchfiles", "whoosh", "yaml", "hashlib", "hmac"),
    *("notekeep.catalog.indexer", "notekeep.date_formats", "notekeep.export.manifest"),
    *("notekeep.markdown.links", "notekeep.markdown.note", "notekeep.markdown.outline"),
    *("notekeep.notes.plan", "notekeep.search.session", "notekeep.search.whoosh_index"),
    *("notekeep.tui.dialogs.form", "notekeep.tui.page.blocks", "notekeep.tui.vault_updates"),
    *("notekeep.tui.render.plan_lines", "notekeep.tui.screens.note_operations"),
    *("notekeep.tui.screens.edit", "notekeep.tui.screens.habits", "notekeep.tui.screens.today"),
    *("notekeep.tui.screens.palette", "notekeep.tui.widgets.note_grid"),
    "notekeep.tui.dialogs.switcher",
}
"""What the program needs no part of until the list of notes is seen."""

SHOW = """
import json, sys
from notekeep.vault import Vault
vault = Vault.open(sys.argv[1])
from notekeep.tui.app import NotekeepApp
app = NotekeepApp(vault, "browse")
print(json.dumps(list(sys.modules)))
"""


def test_the_first_frame_of_the_list_needs_little(vault: Vault) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW, vault.root],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert NOT_YET & set(loaded) == set()


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
    monkeypatch.setattr(start, "_run_verb", lambda _words: 7)
    assert start.main([]) == start.main(["--vault", "notes", "--no-prelude"]) == 0
    assert opened == [(None, True), ("notes", False)]
    for words in (["--vault"], ["--plain"], ["ls"], ["--vault", "notes", "ls"], ["--help"]):
        assert start.main(words) == 7
