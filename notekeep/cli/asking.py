"""What verbs that answer have in common: the sweep before the answer, and names of notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.cli import output

if TYPE_CHECKING:
    from notekeep.vault import Vault


def refresh_first(vault: Vault, *, skip: bool = False) -> None:
    """Look at the files before answering, and say on stderr what could not be taken in."""
    if skip:
        return
    refreshed = vault.refresh(for_answer=True)
    if refreshed.pending:
        output.note(
            f"{refreshed.pending} changed notes are not in the index yet; this answers from what "
            "is there; `notekeep index` takes them in"
        )
