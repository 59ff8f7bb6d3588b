"""What the vault cannot hold of a source, counted by what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.habits.imports.source import Loss

if TYPE_CHECKING:
    from notekeep.habits.imports.source import Taken


class Losses:
    """Losses that show while an import is planned."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], int] = {}

    def add(self, message: str, habit: Taken, times: int = 1) -> None:
        """Name a loss; the same one again is counted."""
        key = message, habit.name
        self._found[key] = self._found.get(key, 0) + times

    def found(self) -> tuple[Loss, ...]:
        """All of them, in the order in which they showed."""
        return tuple(
            Loss(message, habit, "", times) for (message, habit), times in self._found.items()
        )
