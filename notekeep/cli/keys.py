"""`keys`: the keys of the interface, as they are for this person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from notekeep import config
from notekeep.cli import output
from notekeep.cli.context import debug_option, json_option
from notekeep.tui.actions import CONTEXTS, keys_of, of_context
from notekeep.tui.actions.keymaps import keymap, keymaps, wrong_keys
from notekeep.tui.actions.spelling import key_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from notekeep.tui.actions import Action


@click.command(short_help="The keys of the interface.")
@click.option("--map", "name", type=click.Choice(keymaps()), help="Those of another map.")
@json_option
@debug_option
def keys(*, name: str | None, as_json: bool) -> int:
    """List what can be done in the interface, by place: the keys, the action's id, what it does.

    The id is what `[keys]` in your settings gives other keys to; `keymap = "vim"` there, or
    `"emacs"`, starts from another map.
    """
    person = config.person_settings(config.Places.of_machine())
    said = (name, {}) if name else (person.keymap, person.keys)
    own, wrong = keymap(*said), wrong_keys(*said)
    if as_json:
        rows = [
            {"id": action.id, "place": action.context, "title": action.title, "keys": list(had)}
            for context in CONTEXTS
            for action, had in _of(context, own)
        ]
        output.write_json({"total": len(rows), "keys": rows, "clashes": wrong})
    else:
        for context, title in CONTEXTS.items():
            output.write_styled([(title, "bold")])
            output.table(
                [(key_names(had), a.id, a.title) for a, had in _of(context, own)],
                stretch=2,
            )
            output.write("")
    for clash in wrong if not as_json else ():
        output.note(clash)
    return 0


def _of(context: str, own: Mapping[str, str]) -> Iterator[tuple[Action, tuple[str, ...]]]:
    for action in of_context(context):
        yield action, keys_of(action, own)
