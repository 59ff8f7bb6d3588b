"""The line at the top: which vault, which screens there are, what is shown, what is amiss."""

from __future__ import annotations

from textual.reactive import reactive

from notekeep.markdown.clean import clean_line
from notekeep.tui.actions import BY_ID
from notekeep.tui.actions.spelling import key_name
from notekeep.tui.render.pieces import ACTION_LINK, Line, Piece, cells, fit, spread
from notekeep.tui.widgets.bar import Bar

SCREENS = ("show-today", "show-browse", "show-habits", "show-publish")
BETWEEN = " · "
GAPS = 5
"""Cells between the name of the vault and the screens, and before what stands at the right."""


class StatusLine(Bar):
    """Vault, screens, and at the right what the screen says of itself."""

    DEFAULT_CSS = """
    StatusLine { background: $panel; color: $foreground; padding: 0 1; }
    """

    says: reactive[str] = reactive("")
    says_shortly: reactive[str] = reactive("")
    """What matters most of that, where there is no room for all; "" is its last part."""
    conflicts: reactive[int] = reactive(0)
    """How many notes have two versions."""
    wrong: reactive[int] = reactive(0)
    """How many errors have not been looked at."""

    def __init__(self, vault: str, active: str) -> None:
        """Make the line.

        Args:
            vault: The vault's name.
            active: The id of the action that opens the screen the line is on.
        """
        super().__init__()
        self._vault = clean_line(vault)
        self._active = active

    def draw(self, width: int) -> Line:
        tabs: Line = []
        for action_id in SCREENS:
            action = BY_ID[action_id]
            role = "active" if action_id == self._active else "muted"
            link = ACTION_LINK + action_id
            if width >= 100:
                tabs.append(Piece(f"{key_name(action.keys[0])} ", "faint", link))
            tabs.extend([Piece(action.title, role, link), Piece("  ")])
        badge = self._badges(width)
        room = width - cells(tabs) - cells(badge) - 2 * (2 if badge else 1)
        said = self._said(room)
        right = [*badge, *([Piece("  ")] if badge and said else []), *said]
        if cells(tabs) + cells(right) + 2 > width:
            right = []
        room = width - cells(tabs) - cells(right) - GAPS
        vault = Piece(self._vault, "title", ACTION_LINK + "switch-vault")
        # A few letters of a name say nothing.
        name = fit([vault], min(room, 24)) if room >= min(cells([vault]), 8) else []
        return spread([*name, *([Piece("   ")] if name else []), *tabs], right, width)

    def _said(self, room: int) -> Line:
        """Return what the screen says, without its first parts where there is no room for them."""
        parts = clean_line(self.says).split(BETWEEN)
        ways = [BETWEEN.join(parts[first:]) for first in range(len(parts))]
        if self.says_shortly:
            ways[1:] = [clean_line(self.says_shortly)]
        fitting = next((text for text in ways if cells([Piece(text)]) <= room), "")
        return [Piece(fitting, "muted")] if fitting else []

    def _badges(self, width: int) -> Line:
        """Say that there are errors or conflicts; a click lists them."""
        found = [
            (self.wrong, "show-problems", "error"),
            (self.conflicts, "show-conflicts", "conflict"),
        ]
        line: Line = []
        # Side by side they have to be told apart, also where there is less room.
        is_named = width >= 100 or (self.wrong and self.conflicts and width >= 70)
        for count, action_id, name in found:
            if count:
                word = f" {name}{'s' if count > 1 else ''}" if is_named else ""
                line += [Piece("  ")] if line else []
                line.append(Piece(f"! {count}{word}", "warn", ACTION_LINK + action_id))
        return line
