"""What is said after a change: what was done, how to take it back, what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.habits.amounts import pluralize
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.messages import VaultChanged
from notekeep.tui.render.formatting import plural
from notekeep.tui.workers import LONG, show_message

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from notekeep.notes.plan import WriteResult
    from notekeep.tracking.checkin import CheckInResult

MAX_NAMED_NOTES = 4
"""So many notes that were left out are named in a toast; of more the number is said."""


def notify_done(node: DOMNode, text: str, done: WriteResult, *, left: int = 0) -> None:
    """Say what was done and how to take it back, and which notes were left out and why."""
    if done.remarks:
        node.app.notify(
            "\n".join(map(clean_line, done.remarks[:MAX_NAMED_NOTES])), timeout=LONG, markup=False
        )
    lines = [f"{problem.place}: {problem.message}" for problem in done.refused[:MAX_NAMED_NOTES]]
    if len(done.refused) > MAX_NAMED_NOTES:
        lines.append(f"and {plural(len(done.refused) - MAX_NAMED_NOTES, 'more note')}")
    if lines:
        hints = dict.fromkeys(problem.hint for problem in done.refused if problem.hint)
        lines = [*lines, *list(hints)[:1]]
        node.app.notify(
            "\n".join(map(clean_line, lines)), severity="warning", timeout=LONG, markup=False
        )
    if text and done.paths:
        rest = f" · {left} unchanged" if left else ""
        show_message(node, f"{text}{rest} · u undo" if done.step else f"{text}{rest}")
    node.app.post_message(VaultChanged())


def cleared_text(amount: str) -> str:
    """Return what to say when a day is cleared that had an amount; "" where it had none."""
    return f"Cleared {pluralize(amount)}" if amount else ""


def notify_check_in(node: DOMNode, text: str, logged: CheckInResult) -> None:
    """Say what was said of a habit, and have it shown."""
    if logged.warning:
        show_message(node, logged.warning)
    if not logged.is_written:
        return
    if text:
        show_message(node, f"{text} · u undo")
    node.app.post_message(VaultChanged())
