"""What verbs that answer have in common: the sweep before the answer, and names of notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.cli import output

if TYPE_CHECKING:
    from notekeep.vault import Vault


def refresh_first(vault: Vault, *, skip: bool = False, words: bool = False) -> None:
    """Look at the files before answering, and say on stderr what could not be taken in.

    Args:
        vault: The vault.
        skip: Answer from what is there.
        words: Whether the answer needs the full text; without, Whoosh is not even loaded.
    """
    if skip:
        return
    first_time = not vault.catalog.generation
    refreshed = vault.refresh(for_answer=not first_time, words=words)
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
        _index_in_background(vault.root)


def _index_in_background(root: str) -> None:
    """Start a process of its own that brings the index up to date and outlives this one."""
    import subprocess
    import sys

    subprocess.Popen(
        # -P: no module is taken from the current folder, which may be a vault.
        [sys.executable, "-P", "-m", "notekeep", "--vault", root, "index", "--nice"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
