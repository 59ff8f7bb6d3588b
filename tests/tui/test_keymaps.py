"""Key maps: every id is an action's, no key is wanted twice where both would work."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from notekeep.tui.app import NotekeepApp
from notekeep.tui.commands.action import format_key, format_keys, parse_key
from notekeep.tui.commands.registry import (
    ACTIONS,
    ACTIONS_BY_ID,
    action_keys,
    find_key_clashes,
    keymap,
    keymaps,
    wrong_keys,
)
from notekeep.tui.widgets.line_view import ListView
from notekeep.tui.widgets.note_area import NoteArea
from tests.support.screens import press, shows, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.vault import Vault

SIZE = (100, 30)


@pytest.mark.parametrize("name", keymaps())
def test_a_map_has_no_clash_and_no_unknown_action(name: str) -> None:
    assert find_key_clashes(keymap(name, {})) == []
    assert keymap(name, {}).keys() <= ACTIONS_BY_ID.keys()


def test_a_persons_own_keys_are_over_those_of_the_map() -> None:
    assert keymap("vim", {"edit": "ctrl+e"})["edit"] == "ctrl+e"
    assert keymap("nano", {"edit": "x"}) == {"edit": "x"}


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("?", "question_mark"),
        (" ", "space"),
        ("ctrl-d", "ctrl+d"),
        ("Ctrl+D", "ctrl+d"),
        ("C-x", "ctrl+x"),
        ("M-<", "alt+less_than_sign"),
        ("<C-d>", "ctrl+d"),
        ("ctrl+-", "ctrl+minus"),
        ("ctrl--", "ctrl+minus"),
        ("-", "minus"),
        ("+", "plus"),
        ("<", "less_than_sign"),
        ("shift+a", "A"),
        ("S-tab", "shift+tab"),
        ("A", "A"),
        ("Return", "enter"),
        ("PgUp", "pageup"),
        ("F5", "f5"),
        ("shift+ctrl+left", "ctrl+shift+left"),
        ("question_mark", "question_mark"),
        ("ö", "ö"),
        ("F99", None),
        ("ctrl", None),
        ("super+x", None),
        ("ctrl+nothing", None),
        ("ab", None),
    ],
)
def test_a_key_may_be_written_as_one_says_it(said: str, key: str | None) -> None:
    assert parse_key(said) == key


def test_every_key_of_ours_is_written_as_it_is_called() -> None:
    keys = {key for action in ACTIONS for key in action.keys}
    maps = [keymap(name, {}) for name in keymaps()]
    keys |= {key for map_ in maps for action in ACTIONS for key in action_keys(action, map_)}
    assert {parse_key(key) for key in keys} == keys


def test_what_is_wrong_with_a_persons_keys_is_said_once_each() -> None:
    own = {"edit": "f8,ctrl-nothing", "delete": "nonsense", "search": "?", "serch": "s"}
    assert wrong_keys("vi", own) == [
        "There is no key map 'vi'. Use default, emacs, vim.",
        "There is no key 'ctrl-nothing' (set for edit).",
        "There is no key 'nonsense' (set for delete).",
        "There is no action 'serch'.",
        "The key ? is used by search and help.",
    ]
    # What is understood counts, and an action whose keys are not keeps those it had.
    assert keymap("vi", own) == {"edit": "f8", "search": "question_mark", "serch": "s"}


def test_an_empty_text_takes_the_keys_away_so_that_another_may_have_them() -> None:
    own = {"delete": "", "edit": "d"}
    assert wrong_keys("", own) == []
    assert keymap("", own) == {"delete": "", "edit": "d"}


async def test_an_action_without_a_key_gets_one_and_one_with_a_key_loses_it(
    vault: Vault,
) -> None:
    vault.person.keys = {"show-steps": "f9", "delete": "", "edit": ""}
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Deep Work") and app.screen.focused is not None)
        assert not shows(app, "e edit")
        await press(pilot, "d", "e", "f9")
        await until(pilot, lambda: shows(app, "No changes yet"))
        assert app.editors.here is None
        assert vault.catalog.count() == 9
        await press(pilot, "escape", "colon", *"delete")
        await until(pilot, lambda: shows(app, "Move the note to the .trash folder"))


async def test_what_is_wrong_with_the_keys_is_told_at_the_start(vault: Vault) -> None:
    vault.person.keymap = "vi"
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "There is no key map 'vi'"))


def test_a_clash_is_named_once() -> None:
    assert find_key_clashes({"edit": "d"}) == ["The key d is used by edit and delete."]


def test_a_key_is_called_by_the_sign_on_it() -> None:
    assert format_keys(["right_curly_bracket", "ctrl+slash", "f1"]) == "}, ctrl+/, F1"
    keys = {key for action in ACTIONS for key in action.keys}
    assert not [key for key in keys if "_" in format_key(key).strip("_")]


def test_in_emacs_ctrl_g_leaves_what_escape_leaves() -> None:
    map_ = keymap("emacs", {})
    leave = [action for action in ACTIONS if "escape" in action.keys]
    without = {action.id for action in leave if "ctrl+g" not in action_keys(action, map_)}
    # Which saves first: a habit of the hands must not end an edit.
    assert without == {"finish"}


async def test_in_emacs_text_is_moved_in_and_saved_as_the_hands_expect(
    vault: Vault, root: Path
) -> None:
    note = root / "books/Deep Work.md"
    before = note.read_bytes()
    vault.person.keymap = "emacs"
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Deep Work"))
        app.editors.open("books/Deep Work.md")
        await until(pilot, lambda: isinstance(app.focused, NoteArea))
        area = cast("NoteArea", app.focused)
        area.move_cursor((0, 0))
        await press(pilot, *["ctrl+n"] * 3, "ctrl+p", "ctrl+e", "X", "ctrl+b", "ctrl+b", "Y")
        await until(pilot, lambda: "title: Deep WorYkX" in area.lines)
        # ctrl+x cuts nothing: it is the first of two keys.
        await press(pilot, "ctrl+x")
        await until(pilot, lambda: shows(app, "ctrl+s save"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: b"title: Deep WorYkX" in note.read_bytes())
        assert app.editors.here is not None
        # What was typed is taken back, and no step of the vault.
        await press(pilot, "ctrl+underscore", "ctrl+x", "u", "ctrl+g")
        await until(pilot, lambda: "title: Deep Work" in area.lines)
        await press(pilot, "ctrl+s", *"hours", "ctrl+g", "ctrl+x", "k")
        await until(pilot, lambda: app.editors.here is None)
    assert note.read_bytes() == before


@pytest.mark.slow
async def test_in_emacs_the_palette_is_gone_through_and_left(vault: Vault) -> None:
    vault.person.keymap = "emacs"
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "Deep Work"))
        await press(pilot, "alt+x")
        await until(pilot, lambda: shows(app, "Read the note."))
        listed = app.screen.query_one(ListView)
        await press(pilot, "ctrl+n", "ctrl+n", "ctrl+p")
        # The first row is the name of a section.
        await until(pilot, lambda: listed.cursor == 2)
        await press(pilot, "ctrl+g")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_in_vim_two_keys_delete_and_quit_and_one_does_nothing(vault: Vault) -> None:
    vault.person.keymap = "vim"
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "d", "j")
        await until(pilot, lambda: shows(app, "? help"))
        await press(pilot, "d")
        await until(pilot, lambda: shows(app, "d delete"))
        await press(pilot, "d")
        await until(pilot, lambda: shows(app, "8 notes"))
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "i e"))
        await press(pilot, "escape", "Z", "Z")
        await until(pilot, lambda: not app.is_running)


@cases("typed", ["q", "wq", "q!"], fast=1)
async def test_in_vim_its_commands_quit(typed: str, vault: Vault) -> None:
    vault.person.keymap = "vim"
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "colon", *typed)
        await until(pilot, lambda: shows(app, "Quit. Everything is saved"))
        await press(pilot, "enter")
        await until(pilot, lambda: not app.is_running)


@pytest.mark.slow
async def test_in_vim_w_writes_nothing_down_and_e_opens_a_note(vault: Vault) -> None:
    vault.person.keymap = "vim"
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "colon", "w")
        await until(pilot, lambda: shows(app, "Everything is saved"))
        await press(pilot, "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await press(pilot, "colon")
        type_text(app, "e deep work")
        await until(pilot, lambda: shows(app, "Open Deep Work"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Depth needs hours"))


@pytest.mark.slow
async def test_the_sidebar_names_the_keys_of_the_map(vault: Vault) -> None:
    vault.person.keymap = "emacs"
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: shows(app, "alt+s save search"))
        await press(pilot, "ctrl+s", "d", "e", "e", "p")
        await until(pilot, lambda: shows(app, "alt+s save search"))


async def test_the_keys_of_a_map_work(vault: Vault) -> None:
    vault.person.keymap = "emacs"
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "Deep Work"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: shows(app, "esc clear") or app.focused is not None)
        await press(pilot, "d", "e", "e", "p")
        await until(pilot, lambda: not shows(app, "Meditate"))
        await press(pilot, "ctrl+g")
        await until(pilot, lambda: shows(app, "Meditate"))
