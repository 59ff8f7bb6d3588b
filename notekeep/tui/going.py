"""What is going, a screen or the whole program, and is still asked for its parts: no fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual._context import active_message_pump
from textual.app import ScreenStackError
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.worker import NoActiveWorker, WorkerFailed, get_current_worker

if TYPE_CHECKING:
    from textual.app import App

    Program = App[None]
else:
    # As in `keyboard`: Textual takes its time for each class of its own.
    Program = object


class Going(Program):
    """An app that no screen on its way out brings down.

    A screen that is left before it was drawn gets none of its widgets any more, nor does work find
    them that was begun for it; and when the program ends, keys may still come.
    """

    def _handle_exception(self, error: Exception) -> None:
        is_over = not self.is_running or not any(self._screen_stacks.values())
        if isinstance(error, NoMatches | ScreenStackError) and (is_over or is_going(_pump())):
            return
        if isinstance(error, WorkerFailed) and (is_over or is_going(_worker_node())):
            return
        super()._handle_exception(error)


def _pump() -> object:
    return active_message_pump.get(None)


def _worker_node() -> object:
    try:
        return get_current_worker().node
    except NoActiveWorker:
        return None


def is_going(node: object) -> bool:
    """Tell whether a widget is being taken away, which Textual says nowhere before it is gone."""
    if not isinstance(node, DOMNode):
        return False
    nodes = node.ancestors_with_self
    return any(one._pruning or not one.is_running for one in nodes)  # noqa: SLF001 - see above
