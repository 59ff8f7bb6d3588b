"""Base classes of screens: a screen with a header and footer, and one with a list and a text."""

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

# For one, two or three panes; see the style sheets of the screens.
WIDTHS = [(0, "-narrow"), (80, "-normal"), (110, "-wide")]
HEIGHTS = [(0, "-short"), (31, "-tall")]
PREVIEW_DELAY = 0.05
"""Seconds before the text of a row is loaded, because the next key may leave the row."""


class VaultScreen(PacedScreen[None], ProgramPart):
    """A screen of the vault, with a status line at the top and a footer."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS: ClassVar[str | None] = ""

    labels: Mapping[str, str] = {}
    """Labels in the footer that replace the default labels, by action ID."""
    OPENED_BY: ClassVar[str] = ""  # the ID of the action that opens the screen
    PLACE: ClassVar[str] = ""  # the constant result of `place`

    _needs_reload = False

    def compose(self) -> ComposeResult:
        # Textual sets these classes only after the first frame.
        breakpoints = (self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS)
        for cells, classes in zip(self.app.size, breakpoints, strict=True):
            _, name = max(item for item in classes or () if item[0] <= cells)
            self.add_class(name)
        # Subscribe before the screen reads anything, so that it misses no change.
        program(self).vault_signal.subscribe(self, lambda _: self.vault_changed())
        yield StatusLine(self.OPENED_BY)
        yield FocusEdge()
        yield from self.compose_body()
        yield Footer()

    def compose_body(self) -> ComposeResult:
        """Yield the widgets between the status line and the footer."""
        raise NotImplementedError

    def vault_changed(self) -> None:
        """Reload after a change of the vault or the day; keep the cursor."""

    def place(self) -> str:
        """Return the place of the focus, a key of `ACTION_PLACES`."""
        return self.PLACE

    @property
    def opens_without_reload(self) -> bool:
        """Whether the screen will look the same when it opens again."""
        return True

    # Moving the focus when its pane is hidden, as in a narrow window.

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        """Focus a visible pane if the focused pane was hidden."""
        # If the terminal has no focus, Textual restores the old focus later.
        if self.focused is not None or not self.app.app_focus:
            return
        views = [view for view in self.focus_chain if isinstance(view, LineView)]
        if views:
            min(views, key=lambda view: view.id == "sidebar").focus()

    # A covered screen does not load anything until it is visible again.

    @property
    def is_covered(self) -> bool:
        """Whether another main screen is visible; overlays do not count."""
        return self not in self.app.screen_stack

    def defer_reload(self) -> bool:
        """Return whether the screen is covered; if so, run `vault_changed` again when it is not."""
        self._needs_reload = self.is_covered
        return self._needs_reload

    def on_screen_resume(self) -> None:
        if self._needs_reload:
            self._needs_reload = False
            self.vault_changed()

    # The status line and the footer; a screen that is being removed has neither.

    def set_status(self, text: str, short_text: str = "") -> None:
        """Set the text at the top right; narrow windows show `short_text` or the last part."""
        if (line := self.query_one_optional(StatusLine)) is not None:
            line.text, line.short_text = text, short_text

    def set_idle_actions(self, *actions: str) -> None:
        """Dim actions in the footer that have no row to act on."""
        if (footer := self.query_one_optional(Footer)) is not None:
            footer.idle = frozenset(actions)

    def set_unlisted_actions(self, *actions: str) -> None:
        """Hide actions in the footer; their keys still work."""
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
        """Update marks and the open note after a plan was applied."""

    def write(
        self, what: Callable[[], WriteResult], text: str = "", *, holds_keys: bool = False
    ) -> None:
        """Change notes in a thread, then show the result and the undo key."""
        then = partial(notify_done, self, text)
        in_background(self, what, then, group=WRITE_GROUP, holds_keys=holds_keys)

    def check_in(self, what: Callable[[], CheckInResult], text: str = "") -> None:
        in_background(self, what, partial(notify_check_in, self, text), group="log")

    def on_paste(self, event: events.Paste) -> None:
        """Offer to import dropped files, unless an input has the focus."""
        from notekeep.tui.clipboard import dropped_files

        is_typing = self.focused is not None and self.focused.check_consume_key("a", "a")
        if not is_typing and (paths := dropped_files(event.text)):
            self.post_message(ShowOverlay("ask-import", shlex.join(paths)))


class ListAndText(VaultScreen):
    """A screen with a list and the text of the row at the cursor."""

    CSS_PATH: ClassVar[Any] = "over.tcss"
    ROW_ACTIONS: ClassVar[tuple[str, ...]] = ()  # actions in the footer that need a row

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
        # Not `focus`, which would wait: an early escape would then only move the focus.
        self.set_focus(self.listed)
        self.vault_changed()

    @property
    def reading(self) -> DiffView | Preview:
        return self.text

    def show_problem(self, error: NotekeepError) -> None:
        self.reading.show_lines(*error_lines(error, self.reading.text_width))

    def show_list(self, status: str, short_text: str = "", *, is_empty: bool) -> None:
        """Show the status of a new list, and clear the text if the list is empty."""
        self.set_status(status, short_text)
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

    subject = ""  # distinguishes screens of the same class
    request: tuple[str, ...] = ()  # the arguments of `Navigation.open_overlay`

    def save_state(self) -> Any:
        """Return what the list shows, for `restore_state` of a new screen."""
        return None

    def restore_state(self, state: Any) -> None:
        """Show the same list and row as another screen; called before the first load."""

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
