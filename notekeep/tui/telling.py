"""What is said after a change: what was done, how to take it back, what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.markdown.clean import clean_line
from notekeep.tui.jobs import say
from notekeep.tui.messages import CheckedIn, VaultChanged

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from notekeep.index.checkin import Logged
    from notekeep.writing.plan import Done


def tell_done(node: DOMNode, text: str, done: Done) -> None:
    """Say what was done, and have it shown.

    Args:
        node: Where it was asked for.
        text: What was done, in a few words; "" where the screen shows it.
        done: What was written.
    """
    for problem in done.refused:
        told = clean_line(f"{problem.path}: {problem.message}")
        node.app.notify(told, severity="warning", markup=False)
    if text and done.paths:
        say(node, f"{text} · u undo" if done.step else text)
    node.app.post_message(VaultChanged(is_step=bool(done.step)))


def tell_check_in(node: DOMNode, text: str, logged: Logged) -> None:
    """Say what was said of a habit, and have it shown.

    Args:
        node: Where it was said.
        text: What was said, in a few words; "" where the screen shows it.
        logged: What was written; a line that is there already is not written again.
    """
    if logged.warning:
        say(node, logged.warning)
    if not logged.is_written:
        return
    if text:
        say(node, f"Checked in: {text} · u undo")
    node.app.post_message(CheckedIn())
