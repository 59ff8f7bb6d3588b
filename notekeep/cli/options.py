"""Options of every verb; sweep before answers, progress."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from notekeep.catalog import indexing_process
from notekeep.catalog.indexing_process import Pace
from notekeep.cli import output
from notekeep.cli.context import CommandContext, current_context
from notekeep.errors import NotekeepError

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.catalog.indexer import Refreshed
    from notekeep.vault import Vault


# What every verb needs: the vault it is about, and options that all verbs share.


Wrapped = TypeVar("Wrapped", bound="Callable[..., Any]")


def open_vault(vault: str | None = None) -> Vault:
    """Open the vault that is meant.

    Raises:
        NotFound: There is no such vault, or none at all.
    """
    from notekeep.vault import Vault

    opened = Vault.open(vault or current_context().vault)
    if opened.settings.is_unread:
        from notekeep.cli import output

        output.write_message(f"the vault's settings are ignored: {opened.settings.unsure}")
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
        context.obj = (context.find_object(CommandContext) or CommandContext())._replace(plain=True)


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


# What verbs that answer have in common: the sweep before the answer.


def refresh_first(
    vault: Vault, *, skip: bool = False, words: bool = False, whole: bool = False
) -> None:
    """Look at the files before answering, and say on stderr what could not be taken in.

    Args:
        vault: The vault.
        skip: Answer from what is there.
        words: Whether the answer needs the full text; without, Whoosh is not even loaded.
        whole: Whether no changed note may be left for later: one that nobody has read may be
            private.
    """
    first_time = vault.catalog.meta("reader") is None
    if skip:
        if first_time:
            output.write_message("this vault is not indexed yet; `notekeep index` indexes it")
        return
    refreshed = None if first_time else vault.refresh(defer=True, words=words)
    if refreshed is None or (whole and refreshed.pending):
        refreshed = _read_all(vault, words=words)
    if refreshed.held:
        output.write_message(
            f"{len(refreshed.held)} notes are gone at once; they are still listed until "
            "`notekeep index --forget-missing` says that this is meant"
        )
    if refreshed.pending:
        output.write_message(
            f"{refreshed.pending} changed notes are not in the index yet; this answers from what "
            "is there while they are taken in"
        )
    elif refreshed.deferred:
        output.write_message(
            f"the full text of {refreshed.pending_words} notes is being indexed; this answers from "
            "what is there"
        )
    if refreshed.deferred or (words and vault.words.should_merge):
        indexing_process.start_indexing(vault.root)


def _read_all(vault: Vault, *, words: bool) -> Refreshed:
    """Read all that changed, however long it takes, and say how far that is."""
    if not sys.stderr.isatty():
        return vault.refresh(words=words)

    progress = Progress()
    try:
        return vault.refresh(words=words, progress=progress)
    finally:
        progress.end()


# How far indexing is, on a terminal; and indexing that gives way to other programs.


NICENESS = 10

STOPPED = 130


class Progress:
    """A line on stderr: how many notes are done, how fast, and how long it may take."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._width = shutil.get_terminal_size().columns

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` notes of `total` are indexed."""
        text = f"indexing {self._pace.describe(done, total)}"
        sys.stderr.write("\r" + text.ljust(self._width - 1)[: self._width - 1])
        sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        sys.stderr.write("\r" + " " * (self._width - 1) + "\r")
        sys.stderr.flush()


def index_at_low_priority(
    vault: Vault, *, tell: bool, full: bool = False, verify: bool = False, forget: bool = False
) -> int:
    """Take in what changed, with low priority, and merge what saves left behind.

    When another process is at it: wait for it if somebody follows this one, else leave it to it.

    Args:
        vault: The vault.
        tell: Whether somebody follows: notes done and to do go to stdout, a line each.
        full: Build everything anew.
        verify: Read every file.
        forget: It is meant that many notes are gone.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # As an exception, so that processes and files that belong to this one go with it.
    signal.signal(signal.SIGTERM, _stop)
    with indexing_process.turn(vault.places.cache, wait=tell) as ours:
        if not ours:
            return 0
        vault.refresh(
            full=full, verify=verify, forget_missing=forget, progress=_told if tell else None
        )
        try:
            vault.words.merge()
        except NotekeepError:
            return 0  # another is writing: the next quiet moment comes
        vault.tidy()
    return 0


def _told(done: int, total: int) -> None:
    sys.stdout.write(f"{done} {total}\n")
    sys.stdout.flush()


def _stop(_signal: int, _frame: object) -> NoReturn:
    sys.exit(STOPPED)
