"""Screens that answer once, however often they are asked to go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen

Answer = TypeVar("Answer")

if TYPE_CHECKING:
    _Left = Screen
else:
    # Textual asks the first of a widget's bases that is a widget for all it inherits: this is none.
    _Left = Generic


class Leaving(_Left[Answer]):
    """A screen that leaves itself and no other.

    Textual takes away whatever lies on top. So a key that is pressed twice, or a click after it,
    would also close what lies below, and give the answer a second time.
    """

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Leave with an answer, unless that was done already or something lies above."""
        if self.app.screen_stack[-1:] == [self]:
            return super().dismiss(result)
        return AwaitComplete()


class Dialog(Leaving[Answer], ModalScreen[Answer]):
    """A screen over another one that gets no keys meanwhile."""
