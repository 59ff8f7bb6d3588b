"""The registry of actions: complete, unambiguous, and free of Textual."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from notekeep.tui.commands.action import GO_KEYS, SECOND_KEYS, format_key
from notekeep.tui.commands.registry import (
    ACTION_PLACES,
    ACTIONS,
    ACTIONS_BY_ID,
    CONTEXTS,
    SHADOWED_ACTIONS,
    action_keys,
    actions_in_context,
    find_key_clashes,
    keymap,
    keymaps,
)
from notekeep.tui.widgets.bars import ALWAYS_SHOWN

if TYPE_CHECKING:
    from notekeep.tui.commands.action import Action


def test_every_action_has_its_own_id_and_says_what_it_does() -> None:
    assert len(ACTIONS_BY_ID) == len(ACTIONS)
    for action in ACTIONS:
        assert action.context in CONTEXTS
        assert action.title
        assert action.help.endswith(".")


def test_a_key_means_one_thing_at_each_place() -> None:
    assert find_key_clashes({}) == []


@pytest.mark.parametrize(
    ("own_keys", "said"),
    [
        ({"search": "ctrl+y"}, []),
        ({"search": "ctrl+f"}, ["The key ctrl+f is used by page-down and search."]),
        ({"serch": "/"}, ["There is no action 'serch'."]),
        ({"edit": "d", "delete": "e,ctrl+d"}, []),
    ],
)
def test_a_persons_key_map_is_checked(own_keys: dict[str, str], said: list[str]) -> None:
    assert find_key_clashes(own_keys) == said


def test_what_takes_over_a_key_says_so_in_one_place() -> None:
    maps = [keymap(name, {}) for name in keymaps()]
    for nearer, wider in (
        (nearer, one) for nearer, all_ in SHADOWED_ACTIONS.items() for one in all_
    ):
        had = (
            [set(action_keys(ACTIONS_BY_ID[one], map_)) for one in (nearer, wider)] for map_ in maps
        )
        assert any(first & second for first, second in had), (nearer, wider)


def test_keys_that_old_terminals_cannot_tell_apart_are_not_used() -> None:
    colliding = {"ctrl+i", "ctrl+m", "ctrl+h", "ctrl+j"}
    # What old terminals send as enter is a new line there, and ctrl+s still saves.
    used = {key for action in ACTIONS if action.id != "new-line" for key in action.keys}
    assert not colliding & used


def test_the_footer_has_room_for_every_place() -> None:
    """At 80 cells the first three keys of a place stand beside those that are always there."""
    inside, gap = 80 - 2, 2

    def wide(actions: list[Action]) -> int:
        return sum(cell_len(f"{format_key(a.keys[0])} {a.label}") + gap for a in actions)

    always = [ACTIONS_BY_ID[one] for one in ALWAYS_SHOWN]
    for place, contexts in ACTION_PLACES.items():
        known = [
            a for context in contexts for a in actions_in_context(context) if a.label and a.keys
        ]
        first = [action for action in known if action not in always][:3]
        assert first, place
        assert wide(first) + wide(always) <= inside, place


def test_the_go_menu_leads_to_actions_that_exist() -> None:
    assert SECOND_KEYS["go"] is GO_KEYS
    for first, seconds in SECOND_KEYS.items():
        assert {one.action for one in seconds} | {first} <= set(ACTIONS_BY_ID)
        assert len({one.key for one in seconds}) == len(seconds)


def test_reading_the_registry_loads_neither_textual_nor_rich() -> None:
    code = (
        "import sys, notekeep.tui.commands.registry; print(*{'textual', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
