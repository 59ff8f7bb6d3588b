"""What was given before the verb; without click, which a check-in does not load."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple


class CommandContext(NamedTuple):
    """The options that may stand before a verb or behind it."""

    vault: str | None = None
    plain: bool = False
    no_refresh: bool = False
    is_json: bool = False


def current_context() -> CommandContext:
    """Return the options of the verb that runs; the defaults where none runs under click."""
    click = sys.modules.get("click")
    context = click.get_current_context(silent=True) if click else None
    found: CommandContext | None = context.find_object(CommandContext) if context else None
    return found or CommandContext()


def is_json() -> bool:
    """Whether the answer is wanted as JSON."""
    return current_context().is_json


def cron_command(root: str, *words: str, keep: str) -> list[str]:
    """Return the words of a command for cron, with what it needs to know of this session."""
    pairs = [f"{name}={os.environ[name]}" for name in ("NOTEKEEP_HOME", keep) if os.getenv(name)]
    environment = ["/usr/bin/env", *pairs] if pairs else []
    return [*environment, sys.executable, "-m", "notekeep", "--vault", root, *words]
