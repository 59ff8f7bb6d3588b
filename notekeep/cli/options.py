"""Options that commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from notekeep.cli import shell_completion
from notekeep.cli.context import CommandContext

if TYPE_CHECKING:
    from collections.abc import Callable

Wrapped = TypeVar("Wrapped", bound="Callable[..., Any]")


def store_option(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep an option in the context, so that it counts before the verb and behind it."""
    if value:
        found = context.find_object(CommandContext) or CommandContext()
        options: dict[str, Any] = {parameter.name or "": value}
        context.obj = found._replace(**options)


vault_option = click.option(
    "--vault",
    metavar="DIR",
    expose_value=False,
    callback=store_option,
    help="The vault: a folder, or a name from `vaults`.",
)
debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, help="Show the traceback when it breaks."
)
plain_option = click.option(
    "--plain",
    is_flag=True,
    expose_value=False,
    callback=store_option,
    help="Text only: no colour, no box drawing.",
)
no_refresh_option = click.option(
    "--no-refresh",
    is_flag=True,
    expose_value=False,
    callback=store_option,
    help="Answer from the index; do not look at the files first.",
)
json_option = click.option(
    "--json",
    "is_json",
    is_flag=True,
    expose_value=False,
    callback=store_option,
    help="Answer as JSON.",
)
dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Say what would be done; write nothing."
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
null_option = click.option(
    "--null", is_flag=True, help="Paths only, with a NUL after each, for xargs -0."
)
template_option = click.option(
    "--format",
    "template",
    metavar="TEXT",
    help="Output template for each note, e.g. '{path} {title}'.",
)


note_argument = click.argument(
    "note", nargs=-1, required=True, shell_complete=shell_completion.complete_note
)
habit_argument = click.argument("habit", shell_complete=shell_completion.complete_habit)


def limit_option(most: int | None = None) -> Callable[[Wrapped], Wrapped]:
    """Return the option `-n N`; without it there are `most`, or all."""
    return click.option(
        "-n",
        "--limit",
        type=click.IntRange(min=1),
        metavar="N",
        default=most,
        show_default=most is not None,
        help="Maximum number of results.",
    )


def verb_options(command: Wrapped) -> Wrapped:
    """Add the options of every verb: `--vault`, `--plain` and `--debug`."""
    return vault_option(plain_option(debug_option(command)))


def answer_options(command: Wrapped) -> Wrapped:
    """Add the options of every verb that answers from the index."""
    return json_option(no_refresh_option(verb_options(command)))


def change_options(command: Wrapped) -> Wrapped:
    """Add the options of every verb that writes."""
    return dry_run_option(verb_options(command))
