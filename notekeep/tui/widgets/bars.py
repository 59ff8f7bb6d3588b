"""Clickable lines: the status line, the footer, choices."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.containers import Horizontal
from textual.filter import LineFilter
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.commands.action import format_key
from notekeep.tui.commands.registry import ACTIONS_BY_ID, action_keys
from notekeep.tui.keyboard import UNBOUND_PREFIX
from notekeep.tui.program import ProgramPart, program
from notekeep.tui.render.formatting import thousands
from notekeep.tui.render.styled_text import (
    ACTION_LINK,
    Piece,
    StyledLine,
    fit_line,
    line_width,
    pad_line,
    spread_line,
)
from notekeep.tui.styles import drop_color_filter, get_role_styles, paint


class ButtonLine(Widget, ProgramPart):
    """A line of pieces; clicking an action's link runs the action."""

    DEFAULT_CSS = """
    ButtonLine { height: 1; width: 1fr; }
    """

    def draw(self, width: int) -> StyledLine:
        raise NotImplementedError

    def _redraw(self, _: object) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        del y
        width = max(0, self.size.width)
        return paint(self.draw(width), width, get_role_styles(self.app), self.rich_style)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return drop_color_filter(super().get_line_filters())

    async def on_click(self, event: events.Click) -> None:
        link = str(event.style.meta.get("link", ""))
        if link.startswith(ACTION_LINK):
            event.stop()
            await run_action(self, link.removeprefix(ACTION_LINK))


class PieceLabel(ButtonLine):
    """A label as wide as its pieces."""

    DEFAULT_CSS = """
    PieceLabel { width: auto; }
    """

    def __init__(self, *pieces: Piece, id: str | None = None) -> None:
        super().__init__(id=id)
        self._line: StyledLine = list(pieces)

    def show(self, *pieces: Piece) -> None:
        self._line = list(pieces)
        self.refresh(layout=True)

    def draw(self, width: int) -> StyledLine:
        return fit_line(self._line, width)

    def get_content_width(self, *_args: object) -> int:
        return line_width(self._line)


def _draw_button(key: str, text: str, link: str, *, works: bool = True) -> StyledLine:
    """Return a key and a label; clicking them follows the link."""
    roles = ("key", "muted") if works else ("faint", "faint")
    return [Piece(format_key(key), roles[0], link), Piece(f" {text}", roles[1], link)]


async def run_action(widget: Widget, action_id: str) -> None:
    """Run an action as its key would at the current focus."""
    for active in widget.screen.active_bindings.values():
        if active.binding.id == action_id and active.enabled:
            await widget.app.run_action(active.binding.action, active.node)
            return
    action = ACTIONS_BY_ID[action_id]
    if not action.keys:
        await widget.app.run_action(action.call, widget.app)


SCREEN_ACTIONS = ("show-today", "show-browse", "show-habits", "show-publish")
STATUS_SEPARATOR = " · "
TAB_GAP = 2  # cells between the name of the vault and the screens
MIN_KEY_WIDTH = 60  # on narrower screens, tabs have no keys
MAX_NAME = 24  # the maximum width of a vault's name
PROGRESS_CELLS = 6


class StatusLine(ButtonLine):
    """The vault, tabs of the screens, and the status of the screen."""

    DEFAULT_CSS = """
    StatusLine { background: $panel; color: $foreground; padding: 0 1; }
    """

    text: reactive[str] = reactive("")
    short_text: reactive[str] = reactive("")
    """The text for narrow screens; "" for the last part of `text`."""

    def __init__(self, active: str) -> None:
        super().__init__()
        self._active = active

    def on_mount(self) -> None:
        for state in ("indexed", "indexing", "conflicts", "sync_mark", "unseen"):
            self.watch(self.app, state, self._redraw, init=False)

    def draw(self, width: int) -> StyledLine:
        tabs = self._tabs(with_keys=width >= MIN_KEY_WIDTH)
        badge = self._badges(width)
        room = width - line_width(tabs) - line_width(badge) - 2 * (2 if badge else 1)
        status = self._status_text(room)
        right = [*badge, *([Piece("  ")] if badge and status else []), *status]
        if line_width(tabs) + line_width(right) + 2 > width:
            right = []
        room = width - line_width(tabs) - line_width(right) - TAB_GAP - bool(right)
        vault = Piece(clean_line(self.vault.name), "title", ACTION_LINK + "switch-vault")
        is_named = room >= min(line_width([vault]), 8)
        name = fit_line([vault], min(room, MAX_NAME)) if is_named else []
        return spread_line(
            [*name, *([Piece(" " * TAB_GAP)] if name else []), *tabs], right, width, gap=1
        )

    def _tabs(self, *, with_keys: bool) -> StyledLine:
        tabs: StyledLine = []
        for action_id in SCREEN_ACTIONS:
            action, link = ACTIONS_BY_ID[action_id], ACTION_LINK + action_id
            is_active = action_id == self._active
            key = f" {format_key(action.keys[0])}" if with_keys else ""
            tabs.append(Piece(key, "tab-key-active" if is_active else "tab-key", link))
            tabs.append(Piece(f" {action.title} ", "tab" if is_active else "muted", link))
        return tabs

    def _status_text(self, room: int) -> StyledLine:
        """Return the status of the screen; omit its first parts if they do not fit."""
        if (app := program(self)).indexing:
            return self._progress(app.indexing, app.indexed or 0.0, room)
        parts = clean_line(self.text).split(STATUS_SEPARATOR)
        ways = [STATUS_SEPARATOR.join(parts[first:]) for first in range(len(parts))]
        if self.short_text:
            ways[1:] = [clean_line(self.short_text)]
        name: StyledLine = []
        if self._active and self._active not in SCREEN_ACTIONS:
            name = [Piece(ACTIONS_BY_ID[self._active].title, "active")]
        separator = [Piece(STATUS_SEPARATOR, "muted")] if name else []
        lines = [[*name, *separator, Piece(text, "muted")] if text else name for text in ways]
        # Without space for both, the status is more important than the name.
        lines += [[Piece(ways[-1], "muted")] if ways[-1] else name, name]
        return next((line for line in lines if line_width(line) <= room), [])

    def _progress(self, words: str, share: float, room: int) -> StyledLine:
        text = [Piece(clean_line(words), "bright")]
        done = round(share * PROGRESS_CELLS)
        bar = [
            Piece(f" {self.glyphs.full * done}", "partial"),
            Piece(self.glyphs.empty * (PROGRESS_CELLS - done), "rule"),
        ]
        return [*text, *bar] if line_width([*text, *bar]) <= room else fit_line(text, max(0, room))

    def _badges(self, width: int) -> StyledLine:
        app = program(self)
        conflicts = len(app.conflicts)
        found = (app.unseen, "show-problems", "error"), (conflicts, "show-conflicts", "conflict")
        line: StyledLine = []
        # If both are shown, they need names even on narrower screens.
        is_named = width >= 100 or (app.unseen and conflicts and width >= 70)
        for count, action_id, name in found:
            if count:
                word = f" {name}{'s' if count > 1 else ''}" if is_named else ""
                line += [Piece("  ")] if line else []
                line.append(Piece(f"! {count}{word}", "warn", ACTION_LINK + action_id))
        if app.sync_mark:
            line += [Piece("  ")] if line else []
            line.append(Piece(app.sync_mark, "muted", ACTION_LINK + "sync"))
        return line


class FocusEdge(ButtonLine):
    """The row below the status line, which marks the focused pane."""

    _last_span: tuple[int, int] | None = None

    def on_mount(self) -> None:
        self.watch(self.screen, "focused", self._update, init=False)
        self.screen.screen_layout_refresh_signal.subscribe(self, self._update)

    def _update(self, _: object) -> None:
        if self._span != self._last_span:
            self.refresh()

    @property
    def _span(self) -> tuple[int, int]:
        """The first cell of the focused pane, and the first cell after it."""
        if (focused := self.screen.focused) is None:
            return 0, 0
        nodes = [node for node in focused.ancestors_with_self if node is not self.app]
        *inside, body = [node for node in nodes if isinstance(node, Widget)][:-1] or [focused]
        pane = inside[-1] if inside and isinstance(body, Horizontal) else body
        return pane.region.x, min(pane.region.right, self.size.width)

    def draw(self, width: int) -> StyledLine:
        del width
        self._last_span = start, end = self._span
        return [Piece(" " * start), Piece(self.glyphs.edge * (end - start), "focus")]


ALWAYS_SHOWN = ("help", "palette")  # at the right end
FOOTER_GAP = 2
_ORDER = {action_id: number for number, action_id in enumerate(ACTIONS_BY_ID)}
FIRST_ACTIONS = ("open", "search", "new-note", "edit", "edit-tags", "mark", "export")
"""The most common actions for notes, in order."""

BULK_ACTIONS = {
    "edit-tags": "tags",
    "set-field": "fields",
    "move-note": "move",
    "export": "publish",
    "may-publish": "public",
    "copy": "copy",
    "delete": "delete",
    "back": "unmark",
}
"""The actions for marked notes, with their labels."""


class Footer(ButtonLine):
    """The configured keys of actions; clicking a key runs its action."""

    DEFAULT_CSS = """
    Footer { dock: bottom; background: $panel; color: $foreground; padding: 0 1; }
    """

    idle: reactive[frozenset[str]] = reactive(frozenset())
    """Actions without a target. They are dimmed, and running them shows the reason."""
    unlisted: reactive[frozenset[str]] = reactive(frozenset())
    """Actions that work on the visible note but are unusual for it, and are not shown."""
    marked: reactive[int] = reactive(0)
    """The number of marked notes; if there are any, only actions for all of them are shown."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._redraw)
        self.watch(self.app, "working", self._redraw, init=False)

    def draw(self, width: int) -> StyledLine:
        keys = self._keys()
        ends = [keys.pop(action_id) for action_id in ALWAYS_SHOWN if action_id in keys]
        left: StyledLine = []
        if self.marked:
            keys = keys if self._is_typing else self._bulk_keys()
            left = [Piece(f" {thousands(self.marked)} marked ", "badge"), Piece(" ")]
        right = ends[0] if ends else []
        if working := program(self).working:
            right = [Piece(clean_line(working), "bright")]
        elif len(ends) > 1:
            both = [*right, Piece(" " * FOOTER_GAP), *ends[1]]
            right = both if line_width(both) <= width // 2 else right
        room = width - line_width(right) - FOOTER_GAP
        for pieces in keys.values():
            if line_width(left) + line_width(pieces) + FOOTER_GAP > room:
                break
            left.extend([*pieces, Piece(" " * FOOTER_GAP)])
        return [*pad_line(left, max(0, width - line_width(right))), *right]

    @property
    def _is_typing(self) -> bool:
        focused = self.screen.focused
        return focused is not None and focused.check_consume_key("a", "a")

    def _bulk_keys(self) -> dict[str, StyledLine]:
        bound = {active.binding.id for active in self.screen.active_bindings.values()}
        own_keys = program(self).own_keys
        shown: dict[str, StyledLine] = {}
        for action_id, label in BULK_ACTIONS.items():
            keys = action_keys(ACTIONS_BY_ID[action_id], own_keys)
            if action_id in bound and keys:
                shown[action_id] = _draw_button(keys[0], label, ACTION_LINK + action_id)
        return shown

    def _keys(self) -> dict[str, StyledLine]:
        """Return buttons by action ID, nearest to the focus first."""
        shown: dict[str, StyledLine] = {}
        own_keys = program(self).own_keys
        bindings = self.screen.active_bindings.values()
        typing = self._is_typing
        opened_by = getattr(self.screen, "OPENED_BY", "")
        labels = getattr(self.screen, "labels", {})
        bound = {(active.binding.id, active.binding.key) for active in bindings}
        for active in bindings:
            action = ACTIONS_BY_ID.get(active.binding.id or "")
            if action is None or not action.label or action.id in {*shown, *self.unlisted}:
                continue
            if active.binding.key.startswith(UNBOUND_PREFIX) or action.id == opened_by:
                continue  # no configured key, or the key of this screen
            if typing and len(format_key(active.binding.key)) == 1 and not active.binding.priority:
                continue  # the letter would be typed as text
            link = ACTION_LINK + action.id if active.enabled else ""
            works = active.enabled and action.id not in self.idle
            usual = (key for key in action_keys(action, own_keys) if (action.id, key) in bound)
            key = next(usual, active.binding.key)
            shown[action.id] = _draw_button(
                key, labels.get(action.id, action.label), link, works=works
            )
        contexts = [*dict.fromkeys(ACTIONS_BY_ID[action_id].context for action_id in shown)]

        # Actions with a target come first; within a context, the order is that of the registry.
        def order(action_id: str) -> tuple[bool, int, int]:
            if "open" in shown and action_id in FIRST_ACTIONS:
                return action_id in self.idle, -1, FIRST_ACTIONS.index(action_id)
            place = contexts.index(ACTIONS_BY_ID[action_id].context)
            return action_id in self.idle, place, _ORDER[action_id]

        return {action_id: shown[action_id] for action_id in sorted(shown, key=order)}


CHOICE_LINK = "choice:"


class ChoiceBar(ButtonLine):
    """A row of choices; a click selects a choice."""

    chosen: reactive[str] = reactive("")

    def __init__(self, choices: Sequence[str], chosen: str) -> None:
        super().__init__()
        self._choices = choices
        self.set_reactive(ChoiceBar.chosen, chosen)

    def draw(self, width: int) -> StyledLine:
        first, at = 0, self._choices.index(self.chosen)
        # Hide the first choices until the selected one is visible.
        while first < at and sum(len(name) + 3 for name in self._choices[first : at + 1]) > width:
            first += 1
        line: StyledLine = []
        for choice in self._choices[first:]:
            role = "active chosen" if choice == self.chosen else "muted"
            line.extend([Piece(f" {clean_line(choice)} ", role, CHOICE_LINK + choice), Piece(" ")])
        return line

    async def on_click(self, event: events.Click) -> None:
        link = str(event.style.meta.get("link", ""))
        if link.startswith(CHOICE_LINK):
            event.stop()
            self.chosen = link.removeprefix(CHOICE_LINK)

    def step(self, by: int) -> None:
        at = self._choices.index(self.chosen)
        self.chosen = self._choices[(at + by) % len(self._choices)]
