"""Carrying out a plan: one step in history, whole where its parts need each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.files.content import digest_of
from notekeep.writing.plan import Done, refusal

if TYPE_CHECKING:
    from notekeep.files.history import History
    from notekeep.writing.plan import WritePlan

WHOLE = frozenset({"rename", "mv", "attach", "conflicts", "import", "rename habit"})
"""Verbs whose changes make no sense one without the other."""

BACK = frozenset({"restore"})
"""Verbs that give a file the name it had, also one that does not travel."""


def carry_out(plan: WritePlan, root: str, history: History) -> Done:
    """Write what a plan says.

    Args:
        plan: The plan; a file is written only if it is what the plan was made from.
        root: The vault.
        history: Where earlier versions are kept, and the step is noted.

    Returns:
        What was written, and what was left out with its reason.

    Raises:
        Conflict: The only file, or one that the others need, has changed since; nothing is lost.
        Failure: The system did not let us; nothing is half-written.
    """
    if not plan.changes:
        return Done("", [], plan.refused, plan.remarks)
    any_name = plan.verb in BACK
    renames = plan.verb == "lint" and any(change.target for change in plan.changes)
    whole = plan.verb in WHOLE or renames  # a note that moves needs the links to it to follow
    with history.step(plan.verb, plan.label, root=root, whole=whole) as step:
        for change in plan.changes:
            if change.before is None:
                step.create(change.path, change.after or b"", any_name=any_name)
                continue
            if change.after is None:
                step.trash(change.path)
                continue
            if change.after != change.before:
                # A change of front matter can be planned again from what the file holds then.
                step.edit(change.path, change.after, digest_of(change.before), keep_ours=False)
            if change.target:
                step.move(change.path, change.target, any_name=any_name)
    refused = [*plan.refused, *(refusal(path, error) for path, error in step.failed.items())]
    done = {change.path for change in step.done}
    remarks = [
        *plan.remarks,
        *(f"{path} was saved by another program; see {copy}" for path, copy in step.copies.items()),
    ]
    paths = [change.target or change.path for change in plan.changes if change.path in done]
    return Done(step.id if done else "", paths, refused, remarks)
