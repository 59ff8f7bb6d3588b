"""Key maps: every id is an action's, no key is wanted twice where both would work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.tui.actions import ACTIONS, BY_ID, clashes
from notekeep.tui.actions.keymaps import keymap, keymaps, wrong_keys
from notekeep.tui.actions.spelling import key_name, key_names, key_of
from notekeep.tui.app import APPS
from tests.support.screens import shows, until

if TYPE_CHECKING:
    from notekeep.vault import Vault

SIZE = (100, 30)


@pytest.mark.parametrize("name", keymaps())
def test_a_map_has_no_clash_and_no_unknown_action(name: str) -> None:
    assert clashes(keymap(name, {})) == []
    assert keymap(name, {}).keys() <= BY_ID.keys()


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
    assert key_of(said) == key


def test_every_key_of_ours_is_written_as_it_is_called() -> None:
    keys = {key for action in ACTIONS for key in action.keys}
    keys |= {
        key for name in keymaps() for said in keymap(name, {}).values() for key in said.split(",")
    }
    assert {key_of(key) for key in keys} == keys


def test_what_is_wrong_with_a_persons_keys_is_said_once_each() -> None:
    own = {"edit": "f8,ctrl-nothing", "delete": "nonsense", "search": "?", "serch": "s"}
    assert wrong_keys("vi", own) == [
        "There is no key map 'vi'; known are default, emacs, vim.",
        "There is no key 'ctrl-nothing', which edit should have.",
        "There is no key 'nonsense', which delete should have.",
        "There is no action 'serch' to give keys to.",
        "The key ? is that of search, and of help.",
        "The key ? is that of explain, and of search.",
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
    app = APPS["browse"](vault)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Deep Work") and app.screen.focused is not None)
        assert not shows(app, "e edit")
        await pilot.press("d", "e", "f9")
        await until(pilot, lambda: shows(app, "Nothing was done yet"))
        assert app.editors.here is None
        assert vault.catalog.count() == 9
        await pilot.press("escape", "colon", *"delete")
        await until(pilot, lambda: shows(app, "Move the note to the vault's .trash"))


async def test_what_is_wrong_with_the_keys_is_told_at_the_start(vault: Vault) -> None:
    vault.person.keymap = "vi"
    app = APPS["browse"](vault)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "There is no key map 'vi'"))


def test_a_clash_is_named_once() -> None:
    assert clashes({"edit": "d"}) == ["The key d is that of edit, and of delete."]


def test_a_key_is_called_by_the_sign_on_it() -> None:
    assert key_names(["right_curly_bracket", "ctrl+slash", "f1"]) == "} ctrl+/ F1"
    keys = {key for action in ACTIONS for key in action.keys}
    assert not [key for key in keys if "_" in key_name(key).strip("_")]


async def test_the_keys_of_a_map_work(vault: Vault) -> None:
    vault.person.keymap = "emacs"
    app = APPS["browse"](vault)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "Deep Work"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shows(app, "esc clear") or app.focused is not None)
        await pilot.press("d", "e", "e", "p")
        await until(pilot, lambda: not shows(app, "Meditate"))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: shows(app, "Meditate"))
