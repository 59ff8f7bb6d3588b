"""Key maps: every id is an action's, no key is wanted twice where both would work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.tui.actions import ACTIONS, BY_ID, clashes
from notekeep.tui.actions.keymaps import keymap, keymaps
from notekeep.tui.actions.spelling import key_name, key_names
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
