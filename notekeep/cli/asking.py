"""What verbs that answer have in common: the sweep before the answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from notekeep.cli import output

if TYPE_CHECKING:
    from notekeep.index.indexer import Refreshed
    from notekeep.vault import Vault


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
            output.note("this vault is not indexed yet; `notekeep index` indexes it")
        return
    refreshed = None if first_time else vault.refresh(defer=True, words=words)
    if refreshed is None or (whole and refreshed.pending):
        refreshed = _read_all(vault, words=words)
    if refreshed.held:
        output.note(
            f"{len(refreshed.held)} notes are gone at once; they are still listed until "
            "`notekeep index --forget-missing` says that this is meant"
        )
    if refreshed.pending:
        output.note(
            f"{refreshed.pending} changed notes are not in the index yet; this answers from what "
            "is there while they are taken in"
        )
    elif refreshed.deferred:
        output.note(
            f"the full text of {refreshed.pending_words} notes is being indexed; this answers from "
            "what is there"
        )
    if refreshed.deferred or (words and vault.words.crowded):
        from notekeep.index import background

        background.start(vault.root)


def _read_all(vault: Vault, *, words: bool) -> Refreshed:
    """Read all that changed, however long it takes, and say how far that is."""
    if not sys.stderr.isatty():
        return vault.refresh(words=words)
    from notekeep.cli.indexing import Progress

    progress = Progress()
    try:
        return vault.refresh(words=words, progress=progress)
    finally:
        progress.end()
