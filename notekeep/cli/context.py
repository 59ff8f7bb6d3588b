"""What was said before the verb; apart from `context`, because a check-in runs without click."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from notekeep.config import VaultPlaces


class CommandContext(NamedTuple):
    """What was said before the verb: `notekeep --vault DIR --plain VERB`."""

    vault: str | None = None
    plain: bool = False
    debug: bool = False


def current_context() -> CommandContext:
    """What was said before the verb that runs; nothing where none runs under click."""
    click = sys.modules.get("click")
    context = click.get_current_context(silent=True) if click else None
    found: CommandContext | None = context.find_object(CommandContext) if context else None
    return found or CommandContext()


def vault_places(vault: str | None = None) -> VaultPlaces:
    """The vault that is meant, without opening it; all that a check-in needs.

    Args:
        vault: What the verb's own `--vault` said; None takes the one before the verb.

    Raises:
        NotFound: There is no such vault, or none at all.
    """
    import os

    from notekeep import config

    places = config.Places.for_machine()
    person = config.person_settings(places)
    root = config.find_vault(vault or current_context().vault, os.environ, os.getcwd(), person)
    return config.vault_places(root, places)
