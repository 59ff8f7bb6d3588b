"""Bases of screens: the two bars, and work behind them; a list beside a text."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, getters
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

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
"""Seconds on a row before its text is made, so that the next key can make it unnecessary."""


class VaultScreen(PacedScreen[None], ProgramPart):
    """A screen over a vault, seen on a day."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS: ClassVar[str | None] = ""

    labels: Mapping[str, str] = {}
    """What the bottom line calls actions that do something else here, by the action's id."""
    OPENED_BY: ClassVar[str] = ""  # the id of the action that opens the screen
    PLACE: ClassVar[str] = ""  # what `place` returns, where that is always the same

    _has_missed = False

    def compose(self) -> ComposeResult:
        # Textual sets them after a first frame, which would be that of another size.
        breakpoints = (self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS)
        for cells, classes in zip(self.app.size, breakpoints, strict=True):
            _, name = max(one for one in classes or () if one[0] <= cells)
            self.add_class(name)
        # Before the screen reads anything: what changes from then on is shown again.
        program(self).vault_signal.subscribe(self, lambda _: self.vault_changed())
        yield StatusLine(self.OPENED_BY)
        yield FocusEdge()
        yield from self.compose_body()
        yield Footer()

    def compose_body(self) -> ComposeResult:
        """Yield what stands between the two lines."""
        raise NotImplementedError

    def vault_changed(self) -> None:
        """Show the vault as it is by now and on this day, with the cursor where it was."""

    def place(self) -> str:
        """Return where the focus is, by its name in the registry of actions."""
        return self.PLACE

    @property
    def opens_without_reload(self) -> bool:
        """Whether the screen will look as it does now when it opens next time."""
        return True

    # The focus, where the pane that has it goes for want of room.

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        """Give the focus that a hidden pane lost to one that is seen: keys would go nowhere."""
        # While another window has it, Textual keeps in mind who is to have it again.
        if self.focused is not None or not self.app.app_focus:
            return
        views = [one for one in self.focus_chain if isinstance(one, LineView)]
        if views:
            min(views, key=lambda view: view.id == "sidebar").focus()

    # Screens that are not seen show nothing new; it would be another by the time they are.

    @property
    def is_covered(self) -> bool:
        """Whether another screen is in its place; what only lies over it leaves it where it is."""
        return self not in self.app.screen_stack

    def is_unseen(self) -> bool:
        """Tell whether nobody sees the screen; `vault_changed` is called again when one does."""
        self._has_missed = self.is_covered
        return self._has_missed

    def on_screen_resume(self) -> None:
        if self._has_missed:
            self._has_missed = False
            self.vault_changed()

    # The two lines; a screen that is being removed has none.

    def set_status(self, text: str, shortly: str = "") -> None:
        """Write what the screen says of itself; `shortly` or the last part where room is scarce."""
        if (line := self.query_one_optional(StatusLine)) is not None:
            line.says, line.says_shortly = text, shortly

    def set_idle_actions(self, *actions: str) -> None:
        """Show at the bottom which actions have nothing to be about; none by default."""
        if (footer := self.query_one_optional(Footer)) is not None:
            footer.idle = frozenset(actions)

    def set_unlisted_actions(self, *actions: str) -> None:
        """Leave actions out at the bottom; their keys work."""
        if (footer := self.query_one_optional(Footer)) is not None:
            footer.unlisted = frozenset(actions)

    def show_mark_count(self, count: int) -> None:
        if (footer := self.query_one_optional(Footer)) is not None:
            footer.marked = count

    def chosen_notes(self) -> list[str]:
        """Return the notes that a typed command changes, where the screen chooses some."""
        return []

    @property
    def has_marks(self) -> bool:
        return False

    def follow_plan(self, plan: WritePlan) -> None:
        """Keep marks and the open note right after a plan was applied."""

    def write(
        self, what: Callable[[], WriteResult], text: str = "", *, holds_keys: bool = False
    ) -> None:
        """Change notes in a thread, then say what was done and how to take it back."""
        then = partial(notify_done, self, text)
        in_background(self, what, then, group=WRITE_GROUP, holds_keys=holds_keys)

    def check_in(self, what: Callable[[], CheckInResult], text: str = "") -> None:
        in_background(self, what, partial(notify_check_in, self, text), group="log")

    def on_paste(self, event: events.Paste) -> None:
        """Offer to import files that are dropped where nothing is typed."""
        from notekeep.tui.clipboard import dropped_files

        is_typing = self.focused is not None and self.focused.check_consume_key("a", "a")
        if not is_typing and (paths := dropped_files(event.text)):
            program(self).action_import_files(shlex.join(paths))


class OverlayScreen(VaultScreen):
    """A list over another screen, and the text of what is under the cursor; escape leads back."""

    CSS_PATH = "over.tcss"

    text = getters.query_one("#text", DiffView)
    ROW_ACTIONS: ClassVar[tuple[str, ...]] = ()  # actions of the bottom line that need a row
    subject = ""  # what it is about, where there may be one screen of its kind over another

    def __init__(self, listed: ListView[Any]) -> None:
        super().__init__()
        self.listed = listed

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="over-panes"):
            yield self.listed
            with Vertical(id="over-text"):
                yield from self.compose_text()

    def compose_text(self) -> ComposeResult:
        yield DiffView(id="text")

    def on_mount(self) -> None:
        # At once, where `focus` would wait: an escape that comes first would only move the focus.
        self.set_focus(self.listed)
        self.vault_changed()

    @property
    def opens_without_reload(self) -> bool:
        return False

    @property
    def reading(self) -> DiffView | Preview:
        return self.text

    def show_problem(self, error: NotekeepError) -> None:
        self.reading.say(*error_lines(error, self.reading.text_width))

    def show_list(self, status: str, shortly: str = "", *, is_empty: bool) -> None:
        """Show the status of a new list; without rows there is no text."""
        self.set_status(status, shortly)
        self.set_idle_actions(*(self.ROW_ACTIONS if is_empty else ()))
        if is_empty:
            self.reading.say()

    def show_row(self) -> None:
        """Show the text of the row at the cursor."""

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        if event.view is self.listed:
            self.show_row()

    def on_list_view_selected(self) -> None:
        self.action_read_text()

    def action_leave_over(self) -> None:
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
            self.listed.focus()
        elif self.focused is not self.listed:
            self.listed.focus()
        elif self.is_current:
            self.dismiss(None)

    def action_read_text(self) -> None:
        self.reading.focus()

    def action_page_text(self) -> None:
        self.reading.action_step_page(1)

    def action_zoom_text(self) -> None:
        self.toggle_class("-zoomed")
        (self.reading if self.has_class("-zoomed") else self.listed).focus()
