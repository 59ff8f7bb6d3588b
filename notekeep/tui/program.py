"""The program that a screen, a dialog or a widget is part of, and what they ask of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, TypeVar, cast

from textual.dom import DOMNode

from notekeep.tui.workers import in_background, show_error

if TYPE_CHECKING:
    from notekeep.errors import NotekeepError
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.vault import Vault

T = TypeVar("T")


def program(part: DOMNode) -> NotekeepApp:
    """Return the program that a screen or widget is part of."""
    return cast("NotekeepApp", part.app)


class ProgramPart(DOMNode):
    """A screen or a dialog, with what the program shows and how."""

    @property
    def vault(self) -> Vault:
        return program(self).vault

    @property
    def glyphs(self) -> Glyphs:
        return program(self).glyphs

    @property
    def today(self) -> date:
        return program(self).today

    def load(
        self,
        group: str,
        what: Callable[[], T],
        then: Callable[[T], object],
        *,
        pause: float = 0.0,
        is_quiet: bool = False,
    ) -> None:
        """Ask the vault in a thread, and show its answer unless the group was asked again since."""
        failed = (lambda _error: None) if is_quiet else self.show_problem
        in_background(self, what, then, group=group, exclusive=True, pause=pause, failed=failed)

    def show_problem(self, error: NotekeepError) -> None:
        show_error(self, error)
