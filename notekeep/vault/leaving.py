"""The last look at a vault before anything leaves it: is a plan still what its notes say?

A plan is made of what is known of the vault. Between it and the person's yes, notes can change; and
many that changed at once may not have been read at all, so that nobody knows yet which of them are
private.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import Conflict, Failure

if TYPE_CHECKING:
    from notekeep.export import Plan
    from notekeep.vault.publishing import Publishing


def look_again(vault: Publishing, plan: Plan) -> None:
    """Read all that changed, and return when the plan still is what an export would do.

    Raises:
        Conflict: An export would do something else by now.
        Refused: Its only note may not leave any more.
        Failure: Another program is writing, so that what changed could not be read.
    """
    known = vault.refresh(words=False)
    if known.pending:
        raise Failure(
            f"{known.pending} changed notes could not be read while another program is taking notes"
            " in, and any of them may be private; nothing was written",
            "export again in a moment",
        )
    if plan.again is None or vault.catalog.generation == plan.generation:
        return
    if _does(plan.again()) != _does(plan):
        raise Conflict(
            "notes changed after this was planned, and an export would do something else by now;"
            " nothing was written",
            "look at what it would do now, and export again",
        )


def _does(plan: Plan) -> list[tuple[str, str, bytes | None]]:
    """Return what a plan does to each file."""
    return [(file.path, file.status, file.after) for file in plan.files]
