"""What every verb needs: the vault it is about, and options that all verbs share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from notekeep.cli.scene import Scene, scene, vault_places

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.vault import Vault

__all__ = ["Scene", "scene", "vault_places"]

Wrapped = TypeVar("Wrapped", bound="Callable[..., Any]")


def open_vault(vault: str | None = None) -> Vault:
    """Open the vault that is meant.

    Raises:
        NotFound: There is no such vault, or none at all.
    """
    from notekeep.vault import Vault

    opened = Vault.open(vault or scene().vault)
    if opened.settings.is_unread:
        from notekeep.cli import output

        output.note(f"the vault's settings are ignored: {opened.settings.unsure}")
    return opened


def vault_option(command: Wrapped) -> Wrapped:
    """`--vault DIR`, also after the verb."""
    return click.option(
        "--vault", metavar="DIR", help="The vault: a folder, or a name from `vaults`."
    )(command)


def debug_option(command: Wrapped) -> Wrapped:
    """`--debug`, also after the verb; the main function looks for it by itself."""
    return click.option(
        "--debug", is_flag=True, expose_value=False, help="Show the traceback when it breaks."
    )(command)


def plain_option(command: Wrapped) -> Wrapped:
    """`--plain`, also after the verb."""
    return click.option(
        "--plain",
        is_flag=True,
        expose_value=False,
        callback=_keep_plain,
        help="Text only: no colour, no box drawing.",
    )(command)


def _keep_plain(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        context.obj = (context.find_object(Scene) or Scene())._replace(plain=True)


def json_option(command: Wrapped) -> Wrapped:
    """`--json`: the answer as JSON with stable keys."""
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")(command)


def dry_run_option(command: Wrapped) -> Wrapped:
    """`--dry-run`: say what would be done, and write nothing."""
    return click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")(
        command
    )


def no_refresh_option(command: Wrapped) -> Wrapped:
    """`--no-refresh`: answer from the index as it is, without looking at the files."""
    return click.option(
        "--no-refresh", is_flag=True, help="Answer from the index; do not look at the files first."
    )(command)


def limit_option(most: int | None = None) -> Callable[[Wrapped], Wrapped]:
    """`-n N`, `--limit N`: at most so many, as `head` and `git log` take it.

    Args:
        most: How many there are without it; None for all.
    """
    return click.option(
        "-n",
        "--limit",
        type=click.IntRange(min=1),
        metavar="N",
        default=most,
        show_default=most is not None,
        help="At most so many.",
    )


def verb_options(command: Wrapped) -> Wrapped:
    """The options of every verb: `--vault`, `--plain` and `--debug`."""
    return vault_option(plain_option(debug_option(command)))
