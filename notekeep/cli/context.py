"""The options that all commands have. This module does not load click, for fast check-ins."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import click


class CommandContext(NamedTuple):
    """The options that may come before or after a command."""

    vault: str | None = None
    plain: bool = False
    no_refresh: bool = False
    is_json: bool = False


def current_context() -> CommandContext:
    """Return the options of the running command, or the defaults if click is not loaded."""
    click = sys.modules.get("click")
    return options_of(click.get_current_context(silent=True) if click else None)


def options_of(context: click.Context | None) -> CommandContext:
    """Return the options stored in `meta`; `obj` is the vault, for commands of extensions."""
    found: CommandContext | None = context.meta.get(CommandContext.__name__) if context else None
    return found or CommandContext()


def store_option(context: click.Context, name: str, value: Any) -> None:
    """Set an option for a context and its subcommands."""
    options = {name: value}
    context.meta[CommandContext.__name__] = options_of(context)._replace(**options)


def is_json() -> bool:
    """Whether to print JSON."""
    return current_context().is_json


def cron_command(root: str, *words: str, keep: str) -> list[str]:
    """Return a command for cron, with the environment variables that it needs, such as `keep`."""
    pairs = [f"{name}={os.environ[name]}" for name in ("NOTEKEEP_HOME", keep) if os.getenv(name)]
    environment = ["/usr/bin/env", *pairs] if pairs else []
    return [*environment, sys.executable, "-m", "notekeep", "--vault", root, *words]
