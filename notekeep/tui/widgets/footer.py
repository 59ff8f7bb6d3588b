"""The line at the bottom: the keys that work here, and what notekeep is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.reactive import reactive

from notekeep.markdown.clean import clean_line
from notekeep.tui.actions import BY_ID, keys_of
from notekeep.tui.actions.spelling import key_name
from notekeep.tui.keys import UNBOUND
from notekeep.tui.render.pieces import ACTION_LINK, Line, Piece, cells, pad
from notekeep.tui.widgets.bar import Bar

if TYPE_CHECKING:
    from textual.screen import Screen

    from notekeep.tui.app import NotekeepApp

ALWAYS = ("help", "palette")
"""What stays at the right end, whatever has the focus."""
GAP = 2
_ORDER = {action_id: number for number, action_id in enumerate(BY_ID)}


class Footer(Bar):
    """Keys from the registry, as the person has set them; a click presses them."""

    DEFAULT_CSS = """
    Footer { dock: bottom; background: $panel; color: $foreground; padding: 0 1; }
    """

    doing: reactive[str] = reactive("")
    """What is going on in the background; it takes the place of keys while it lasts."""

    idle: reactive[frozenset[str]] = reactive(frozenset())
    """Actions that have nothing to be about here: shown faintly, and asked for they say why."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)

    def _bindings_updated(self, _screen: Screen[object]) -> None:
        self.refresh()

    def draw(self, width: int) -> Line:
        keys = self._keys()
        right: Line = []
        if self.doing:
            right.append(Piece(clean_line(self.doing), "accent"))
        else:
            for action_id in ALWAYS:
                if action_id in keys:
                    right.extend([*([Piece(" " * GAP)] if right else []), *keys[action_id]])
        if cells(right) > width // 2:
            right = right[: 2 if not self.doing else 1]
        room = width - cells(right) - GAP
        left: Line = []
        for action_id, pieces in keys.items():
            if action_id in ALWAYS:
                continue
            if cells(left) + cells(pieces) + GAP > room:
                break
            left.extend([*pieces, Piece(" " * GAP)])
        return [*pad(left, max(0, width - cells(right))), *right]

    def _keys(self) -> dict[str, Line]:
        """Return the buttons to show by the id of their action, nearest to the focus first.

        What is said of one place is in the order of the registry, and what works goes before what
        has nothing to be about.
        """
        shown: dict[str, Line] = {}
        own_keys = cast("NotekeepApp", self.app).own_keys
        bindings = self.screen.active_bindings.values()
        focused = self.screen.focused
        typing = focused is not None and focused.check_consume_key("a", "a")
        here = getattr(self.screen, "OPENED_BY", "")
        bound: dict[str, set[str]] = {}
        for active in bindings:
            bound.setdefault(active.binding.id or "", set()).add(active.binding.key)
        for active in bindings:
            action = BY_ID.get(active.binding.id or "")
            if action is None or not action.label or action.id in shown:
                continue
            if active.binding.key.startswith(UNBOUND) or action.id == here:
                continue  # no key of the person's, or the way to where one is
            if typing and len(key_name(active.binding.key)) == 1 and not active.binding.priority:
                continue  # the letter would be typed
            link = ACTION_LINK + action.id if active.enabled else ""
            works = active.enabled and action.id not in self.idle
            roles = ("key", "muted") if works else ("faint", "faint")
            usual = (key for key in keys_of(action, own_keys) if key in bound[action.id])
            key = next(usual, active.binding.key)
            shown[action.id] = [
                Piece(key_name(key), roles[0], link),
                Piece(f" {action.label}", roles[1], link),
            ]
        places: dict[str, int] = {}
        for action_id in shown:
            places.setdefault(BY_ID[action_id].context, len(places))
        return {
            action_id: shown[action_id]
            for action_id in sorted(
                shown,
                key=lambda one: (one in self.idle, places[BY_ID[one].context], _ORDER[one]),
            )
        }
