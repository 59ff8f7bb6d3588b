"""Open the vault, update the index, and find the notes of a command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from notekeep.catalog import indexing_process, name_lookup
from notekeep.cli.context import current_context
from notekeep.cli.output import count_noun, terminal_width, write_message
from notekeep.markdown.sanitize import clean_line
from notekeep.vault import Vault


def open_vault() -> Vault:
    """Open the vault for the command without scanning its files."""
    vault = Vault.open(current_context().vault)
    if vault.settings.is_unreadable:
        write_message(f"The vault's settings are ignored: {vault.settings.export_problem}")
    return vault


def open_refreshed(*, words: bool = False, whole: bool = False) -> Vault:
    """Open the vault and update its index; print a message if the index is incomplete.

    Args:
        words: Whether the command needs the full text. If not, Whoosh is not loaded.
        whole: Whether to index all changes first, because an unindexed note may be private, or link
            to a moved note.
    """
    vault = open_vault()
    first_time = vault.catalog.meta("reader") is None
    if current_context().no_refresh:
        if first_time:
            write_message("This vault is not indexed yet. Run `notekeep index`.")
        return vault
    refreshed = None if first_time else vault.indexing.refresh(defer=True, words=words)
    if refreshed is None or (whole and refreshed.pending):
        with show_progress() as progress:
            refreshed = vault.indexing.refresh(words=words, progress=progress)
    if refreshed.unconfirmed:
        missing = count_noun(len(refreshed.unconfirmed), "note")
        write_message(
            f"{missing} missing, and still listed until you confirm with "
            "`notekeep index --forget-missing`."
        )
    if refreshed.pending:
        write_message(
            f"{refreshed.pending} changed notes are not indexed yet. Results may be out of date."
        )
    elif refreshed.deferred:
        write_message(
            f"The full text of {refreshed.pending_words} notes is still being indexed. Results are "
            "incomplete."
        )
    if refreshed.deferred or (words and vault.is_indexing_due):
        indexing_process.start_indexing(vault.root)
    return vault


def find_paths(vault: Vault, words: str) -> list[str]:
    """Return the note with this name, or the notes that match it as a query."""
    rows = name_lookup.select(
        vault.catalog, words, vault.root, lambda: vault.search.rows(words).rows
    )
    return [row.path for row in rows]


@contextmanager
def show_progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show the progress of indexing on a terminal: notes, speed and time left."""
    progress = indexing_process.Progress()
    with show_status() as show:
        yield show and (lambda done, total: show(f"indexing {progress.describe(done, total)}"))


@contextmanager
def show_status() -> Iterator[Callable[[str], None] | None]:
    """Show a status line on a terminal, and clear it at the end."""
    if not sys.stderr.isatty():
        yield None
        return
    room = terminal_width() - 1

    def show(text: str) -> None:
        sys.stderr.write("\r" + clean_line(text).ljust(room)[:room])
        sys.stderr.flush()

    try:
        yield show
    finally:
        show("")
        sys.stderr.write("\r")
