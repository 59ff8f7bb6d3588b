"""The person's own commands and the actions of extensions in palette, help and keys."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep import extensions
from notekeep.own_commands import read_commands
from notekeep.tui.screens.vault_screen import VaultScreen
from tests.support.screens import press, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault
    from tests.support.packages import Packages

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (120, 40)

ACTION = """
from notekeep.extend import Action

def run(vault, paths):
    {body}

HERON = Action("heron", "Ask the heron", "f9", run)
"""


def define(vault: Vault, folder: Path, **commands: dict[str, object]) -> None:
    """Define commands in the personal settings."""
    vault.person.commands, wrong = read_commands(commands, str(folder))
    assert wrong == []


def install(packages: Packages, body: str) -> None:
    packages.add("notekeep-heron", extensions.ACTIONS, "heron = {}:HERON", ACTION.format(body=body))


def storing(file: Path) -> list[str]:
    """A command line that stores its input, and its last argument."""
    code = (
        "import json, sys; open(sys.argv[1], 'a').write("
        "json.dumps([json.load(sys.stdin), sys.argv[2:]]) + '\\n'); print('stored it')"
    )
    return [sys.executable, "-c", code, str(file)]


async def open_list(app: NotekeepApp, pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: shows(app, "9 notes") and app.added_actions)


def read(vault: Vault, path: str) -> bytes:
    return Path(vault.absolute(path)).read_bytes()


async def chosen(app: NotekeepApp, pilot: Pilot[Any]) -> str:
    """Wait for the note of the first row, and return its path."""

    def notes() -> list[str]:
        return app.screen.chosen_notes() if isinstance(app.screen, VaultScreen) else []

    await until(pilot, notes)
    return notes()[0]


async def test_a_key_runs_a_command_on_the_selected_note(
    vault: Vault, make_app: MakeApp, tmp_path: Path
) -> None:
    file = tmp_path / "stored"
    define(vault, tmp_path, tell={"run": [*storing(file), "{path}"], "key": "f9"})
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_list(app, pilot)
        path = await chosen(app, pilot)
        await press(pilot, "f9")
        await until(pilot, lambda: shows(app, "stored it"))
    given, arguments = json.loads(file.read_text())
    assert given["event"] == "key"
    assert [note["path"] for note in given["notes"]] == [path]
    assert arguments == [vault.absolute(path)]


async def test_a_command_is_in_the_palette_and_the_help(
    vault: Vault, make_app: MakeApp, tmp_path: Path
) -> None:
    file = tmp_path / "stored"
    define(vault, tmp_path, tell={"run": storing(file), "title": "Tell my friend", "key": "f9"})
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_list(app, pilot)
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "List of notes"))
        await press(pilot, "slash")
        type_text(app, "friend")
        await until(pilot, lambda: shows(app, "Tell my friend") and shows(app, "F9"))
        await press(pilot, "escape", "escape", "ctrl+p")
        await until(pilot, lambda: shows(app, "Commands"))
        type_text(app, "tell my friend")
        await until(pilot, lambda: shows(app, "Tell my friend"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "stored it"))


async def test_a_failed_command_is_told_with_its_code(
    vault: Vault, make_app: MakeApp, tmp_path: Path
) -> None:
    run = [sys.executable, "-c", "import sys; sys.exit(7)"]
    define(vault, tmp_path, push={"run": run, "key": "f9"})
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_list(app, pilot)
        await press(pilot, "f9")
        await until(pilot, lambda: shows(app, 'The command "push" failed with exit code 7.'))


async def test_a_taken_key_stays_what_it_was(
    vault: Vault, make_app: MakeApp, tmp_path: Path
) -> None:
    file = tmp_path / "stored"
    define(vault, tmp_path, tell={"run": storing(file), "key": "question_mark"})
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "The key ? is used by help and tell."))
        await open_list(app, pilot)
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "List of notes"))
    assert not file.exists()


async def test_a_command_runs_after_a_check_in_in_the_app(
    vault: Vault, make_app: MakeApp, tmp_path: Path
) -> None:
    file = tmp_path / "stored"
    define(vault, tmp_path, tell={"run": storing(file), "after": "checkin"})
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_list(app, pilot)
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: shows(app, "Commands"))
        type_text(app, "habit meditate")
        await until(pilot, lambda: shows(app, "enter run"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "stored it"))
    given, _ = json.loads(file.read_text())
    assert (given["event"], given["habit"]) == ("checkin", "meditate")


async def test_a_plan_of_an_extension_is_shown_and_applied_as_one_step(
    vault: Vault, make_app: MakeApp, packages: Packages
) -> None:
    install(packages, "return vault.notes.plan_tag(paths, ['heron'])")
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_list(app, pilot)
        path = await chosen(app, pilot)
        before = read(vault, path)
        await press(pilot, "f9")
        await until(pilot, lambda: shows(app, "heron") and shows(app, "apply"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Ask the heron: 1 note"))
        assert b"heron" in read(vault, path)
        await press(pilot, "u")
        await until(pilot, lambda: read(vault, path) == before)


async def test_a_text_of_an_extension_is_shown(make_app: MakeApp, packages: Packages) -> None:
    install(packages, "return f'{len(paths)} fish'")
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_list(app, pilot)
        await press(pilot, "f9")
        await until(pilot, lambda: shows(app, "fish"))


@pytest.mark.parametrize("body", ["raise KeyError('pond')", "return 7"])
async def test_an_action_that_fails_costs_only_itself(
    make_app: MakeApp, packages: Packages, body: str
) -> None:
    install(packages, body)
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_list(app, pilot)
        await press(pilot, "f9")
        await until(pilot, lambda: shows(app, "notekeep-heron 1.0 does not work"))
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "List of notes"))


async def test_a_broken_extension_is_told(make_app: MakeApp, packages: Packages) -> None:
    packages.add("notekeep-heron", extensions.ACTIONS, "heron = {}:HERON", "HERON = 1\n")
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "notekeep-heron 1.0 does not work"))
        assert app.added_actions == ()
