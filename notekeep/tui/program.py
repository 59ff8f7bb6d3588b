"""The program that a screen, a dialog or a widget is part of, and what they ask of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.message_pump import MessagePump

if TYPE_CHECKING:
    from datetime import date

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.vault import Vault


def program(part: MessagePump) -> NotekeepApp:
    """Return the program that a screen or widget is part of."""
    return cast("NotekeepApp", part.app)


class ProgramPart(MessagePump):
    """A screen or a dialog, with what the program shows and how."""

    @property
    def vault(self) -> Vault:
        return program(self).vault

    @property
    def glyphs(self) -> Glyphs:
        return program(self).glyphs

    @property
    def today(self) -> date:
        """The day that the program shows."""
        return program(self).today
