"""Base classes of screens: with the top and bottom line, and with a list and a text."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, getters
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from notekeep.tui.messages import ShowOverlay
from notekeep.tui.program import ProgramPart, program
from notekeep.tui.render.list_rows import error_lines
from notekeep.tui.textual_compat import PacedScreen
from notekeep.tui.widgets.bars import FocusEdge, Footer, StatusLine
from notekeep.tui.widgets.line_view import DiffView, LineView, ListView
from notekeep.tui.workers import WRITE_GROUP, in_background, notify_check_in, notify_done

if TYPE_CHECKING:
    from notekeep.errors import NotekeepError
    from notekeep.notes.plan import WritePlan, WriteResult
    from notekeep.tracking.checkin import CheckInResult
    from notekeep.tui.widgets.preview import Preview

# One pane, two, three: see the screens' styles.
WIDTHS = [(0, "-narrow"), (80, "-normal"), (110, "-wide")]
HEIGHTS = [(0, "-short"), (31, "-tall")]
PREVIEW_DELAY = 0.05
"""Seconds on a row before its text is loaded, because the next key may leave the row."""


class VaultScreen(PacedScreen[None], ProgramPart):
    """A screen of the vault, between the top and bottom lines."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS: ClassVar[str | None] = ""

    labels: Mapping[str, str] = {}
    """Other names of actions in the bottom line, by the action's id."""
    OPENED_BY: ClassVar[str] = ""  # the id of the action that opens the screen
    PLACE: ClassVar[str] = ""  # the constant result of `place`

    _has_missed = False

    def compose(self) -> ComposeResult:
        # Textual sets these classes only after the first frame.
        breakpoints = (self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS)
        for cells, classes in zip(self.app.size, breakpoints, strict=True):
            _, name = max(one for one in classes or () if one[0] <= cells)
            self.add_class(name)
        # Before the screen reads anything, so that it misses no change.
        program(self).vault_signal.subscribe(self, lambda _: self.vault_changed())
        yield StatusLine(self.OPENED_BY)
        yield FocusEdge()
        yield from self.compose_body()
        yield Footer()

    def compose_body(self) -> ComposeResult:
        """Yield the widgets between the two lines."""
        raise NotImplementedError

    def vault_changed(self) -> None:
        """Reload after the vault or the day changed; the cursor stays."""

    def place(self) -> str:
        """Return the place of the focus, a key of `ACTION_PLACES`."""
        return self.PLACE

    @property
    def opens_without_reload(self) -> bool:
        """Whether the screen will look the same when it opens again."""
        return True

    # The focus if its pane is hidden in a narrow window.

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        """Focus a visible pane if the focused one was hidden."""
        # While the terminal has no focus, Textual restores the old focus later.
        if self.focused is not None or not self.app.app_focus:
            return
        views = [one for one in self.focus_chain if isinstance(one, LineView)]
        if views:
            min(views, key=lambda view: view.id == "sidebar").focus()

    # A covered screen loads nothing until it is visible again.

    @property
    def is_covered(self) -> bool:
        """Whether another main screen is visible; overlays do not count."""
        return self not in self.app.screen_stack

    def is_unseen(self) -> bool:
        """Whether the screen is covered; `vault_changed` then runs again when it is not."""
        self._has_missed = self.is_covered
        return self._has_missed

    def on_screen_resume(self) -> None:
        if self._has_missed:
            self._has_missed = False
            self.vault_changed()

    # The top and bottom lines. A screen that is being removed has none.

    def set_status(self, text: str, shortly: str = "") -> None:
        """Set the text at the top right; in a narrow window, `shortly` or the last part."""
        if (line := self.query_one_optional(StatusLine)) is not None:
            line.text, line.short_text = text, shortly

    def set_idle_actions(self, *actions: str) -> None:
        """Dim actions in the bottom line that have no row to act on."""
        if (footer := self.query_one_optional(Footer)) is not None:
            footer.idle = frozenset(actions)

    def set_unlisted_actions(self, *actions: str) -> None:
        """Hide actions in the bottom line; their keys work."""
        if (footer := self.query_one_optional(Footer)) is not None:
            footer.unlisted = frozenset(actions)

    def show_mark_count(self, count: int) -> None:
        if (footer := self.query_one_optional(Footer)) is not None:
            footer.marked = count

    def chosen_notes(self) -> list[str]:
        """Return the notes that a typed command changes."""
        return []

    @property
    def has_marks(self) -> bool:
        return False

    def follow_plan(self, plan: WritePlan) -> None:
        """Keep marks and the open note right after a plan was applied."""

    def write(
        self, what: Callable[[], WriteResult], text: str = "", *, holds_keys: bool = False
    ) -> None:
        """Change notes in a thread, then show the result and the key that undoes it."""
        then = partial(notify_done, self, text)
        in_background(self, what, then, group=WRITE_GROUP, holds_keys=holds_keys)

    def check_in(self, what: Callable[[], CheckInResult], text: str = "") -> None:
        in_background(self, what, partial(notify_check_in, self, text), group="log")

    def on_paste(self, event: events.Paste) -> None:
        """Offer to import dropped files, outside of inputs."""
        from notekeep.tui.clipboard import dropped_files

        is_typing = self.focused is not None and self.focused.check_consume_key("a", "a")
        if not is_typing and (paths := dropped_files(event.text)):
            self.post_message(ShowOverlay("ask-import", shlex.join(paths)))


class ListAndText(VaultScreen):
    """A screen with a list, and the text of the row at the cursor."""

    CSS_PATH: ClassVar[Any] = "over.tcss"
    ROW_ACTIONS: ClassVar[tuple[str, ...]] = ()  # actions in the bottom line that need a row

    text = getters.query_one("#text", DiffView)

    def __init__(self, listed: LineView) -> None:
        super().__init__()
        self.listed = listed

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="over-panes"):
            with Vertical(id="over-list"):
                yield from self.compose_list()
            with Vertical(id="over-text"):
                yield from self.compose_text()

    def compose_list(self) -> ComposeResult:
        yield self.listed

    def compose_text(self) -> ComposeResult:
        yield DiffView(id="text")

    def on_mount(self) -> None:
        # Set at once, because `focus` would wait, and an early escape would only move the focus.
        self.set_focus(self.listed)
        self.vault_changed()

    @property
    def reading(self) -> DiffView | Preview:
        return self.text

    def show_problem(self, error: NotekeepError) -> None:
        self.reading.show_lines(*error_lines(error, self.reading.text_width))

    def show_list(self, status: str, shortly: str = "", *, is_empty: bool) -> None:
        """Show the status of a new list; without rows, there is no text."""
        self.set_status(status, shortly)
        self.set_idle_actions(*(self.ROW_ACTIONS if is_empty else ()))
        if is_empty:
            self.reading.show_lines()

    def show_row(self) -> None:
        """Show the text of the row at the cursor."""

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        if event.view is self.listed:
            self.show_row()

    def on_list_view_selected(self) -> None:
        self.action_read_text()

    def action_read_text(self) -> None:
        self.reading.focus()


class OverlayScreen(ListAndText):
    """A list and a text over another screen."""

    subject = ""  # tells screens of the same class apart

    @property
    def opens_without_reload(self) -> bool:
        return False

    def action_leave_over(self) -> None:
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
            self.listed.focus()
        elif self.focused is not self.listed:
            self.listed.focus()
        elif self.is_current:
            self.dismiss(None)

    def action_page_text(self) -> None:
        self.reading.action_step_page(1)

    def action_zoom_text(self) -> None:
        self.toggle_class("-zoomed")
        (self.reading if self.has_class("-zoomed") else self.listed).focus()
