"""Text that looks like the markup of the interface is shown as it is written, on every screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import notekeep
from notekeep.tui.app import NotekeepApp
from notekeep.vault import Vault
from tests.support.screens import NOW, press, seen, shows, tree, until
from tests.support.terminal_output import markup

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

INTERFACE = sorted(Path(notekeep.__file__).parent.glob("tui/**/*.py"))

HOSTILE = "[/nope] [bold]b[/bold] [@click=app.quit]x[/] [link='https://x.example']l[/link] \\[red]"
QUOTED = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
VISIBLE = "[/nope] [bold]b[/"
"""As much of it as fits everywhere."""


def fill(root: Path) -> None:
    for kind in ("note", "book", "post", "daily"):
        (root / f"{kind}.md").write_text(
            f'---\ntype: {kind}\ntitle: "{QUOTED}"\ntags: ["{QUOTED}"]\nauthor: "{QUOTED}"\n'
            f"status: reading\ndate: 2026-11-24\npublish: true\n---\n"
            f"# {HOSTILE}\n\n{HOSTILE} [[{HOSTILE}]]\n\n"
            f"- [ ] {HOSTILE}\n",
            "utf-8",
        )
    (root / "broken.md").write_text(f"---\ntitle: a: {HOSTILE}\n---\n", "utf-8")
    (root / "[@click=app.quit]name.md").write_text("a word\n", "utf-8")
    (root / "habits").mkdir()
    (root / "habits/h.md").write_text(
        f'---\nhabit: h\ntitle: "{QUOTED}"\nschedule: daily\nsince: 2026-11-01\n'
        f'group: "{QUOTED}"\nwhen: "{QUOTED}"\n---\n',
        "utf-8",
    )


@pytest.fixture
def vault(root: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)
    monkeypatch.setenv("TERM", "xterm-256color")
    fill(root)
    vault = Vault.open(root)
    vault.indexing.refresh()
    return vault


@pytest.mark.parametrize("place", ["browse", "today", "habits", "publish"])
async def test_every_place_shows_it_as_written(place: str, vault: Vault) -> None:
    app = NotekeepApp(vault, place)
    async with app.run_test(size=(150, 50), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, VISIBLE))
        await click(app, pilot)
        assert app.is_running
        assert app.return_code is None


async def click(app: App[None], pilot: Pilot[None]) -> None:
    """Click on an `x` that would end the program, were the markup obeyed."""
    for y, line in enumerate(seen(app)):
        at = line.find("[@click=app.quit]x")
        if at >= 0:
            await pilot.click(offset=(at + len("[@click=app.quit]"), y))
            return


async def test_dialogs_and_notes_that_are_opened_show_it_as_written(vault: Vault) -> None:
    before = tree(Path(vault.root))
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(150, 50), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, VISIBLE))
        depth = len(app.screen_stack)
        for key in ("r", "t", "o", "exclamation_mark", "ctrl+p"):
            await press(pilot, key)
            await pilot.pause()
            assert app.is_running, key
            await click(app, pilot)
            while len(app.screen_stack) > depth:
                await press(pilot, "escape")
                await pilot.pause()
        await press(pilot, "enter")
        await pilot.pause()
        await click(app, pilot)
        assert app.return_code is None
    assert tree(Path(vault.root)) == before


def test_the_interface_hands_no_text_to_what_reads_markup() -> None:
    assert INTERFACE
    found = {str(path): markup(path.read_text("utf-8")) for path in INTERFACE}
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    "code",
    [
        "from textual.widgets import Static",
        "from textual.widgets import Input, Static",
        "Label(title)",
        "from textual.widgets.option_list import Option",
        "import textual.widgets",
        "from rich.markup import escape",
        "app.notify(title)",
        "app.notify(title, markup=True)",
        "self.app.notify(title, markup=flag)",
        "box.border_title = note.title",
        "box.border_title = f'{n} notes'",
        "box.border_subtitle = '[b]x[/b]'",
        "widget.tooltip = title",
        "Text.from_markup(title)",
        "Content.from_markup(title)",
        "else_ = 0 if TYPE_CHECKING else app.notify(title)",
    ],
)
def test_code_that_would_is_found(code: str) -> None:
    (found,) = markup(f"\n{code}\n")
    assert found.startswith("line 2: ")


@pytest.mark.parametrize(
    "code",
    [
        "from textual.widgets import Input, TextArea",
        "app.notify(title, markup=False)",
        "box.border_title = 'Help'",
        "box.border_title = Content(title)",
        "box.border_title = Content.styled(title, '$warning')",
        "box.border_title = None",
        "box.border_subtitle = hints(('esc', title))",
        "if TYPE_CHECKING:\n    from textual.widgets import Button",
    ],
)
def test_code_that_would_not_is_let_through(code: str) -> None:
    assert markup(code) == []
