"""The search box: filters the list while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.containers import Horizontal
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input

from notekeep.markdown.clean import clean_line
from notekeep.tui.keys import bindings
from notekeep.tui.render.pieces import Line, Piece, cells, fit
from notekeep.tui.widgets.bar import Bar

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from notekeep.tui.narrowing import Slip
    from notekeep.tui.widgets.list_pane import ListPane


class _Typed(Input):
    """The text itself; the keys that leave it are the registry's."""

    BINDINGS = bindings("search", priority=("explain",), by_screen=("explain",))

    # Textual lays the whole screen out for each other length of the text; the box stays as it is.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0))

    def action_clear_search(self) -> None:
        if self.value:
            self.post_message(SearchBox.Cleared())
        else:
            self.query_ancestor(SearchBox).leave()

    def action_to_results(self) -> None:
        self.query_ancestor(SearchBox).accept()


class _Scope(Bar):
    """What the search is limited to."""

    DEFAULT_CSS = """
    _Scope { width: auto; max-width: 50%; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.name_shown = ""

    def draw(self, width: int) -> Line:
        return fit(self._line(), width)

    def _line(self) -> Line:
        scope = [Piece(f"{self.name_shown} ", "section")] if self.name_shown else []
        return [*scope, Piece("/ ", "key")]

    def get_content_width(self, *_args: object) -> int:
        return cells(self._line())


class Correction(Bar):
    """Below the box: the field that was meant by one there is not."""

    DEFAULT_CSS = """
    Correction { padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._slip: Slip | None = None

    def show(self, slip: Slip | None) -> None:
        """Name what was meant; None hides the line."""
        if slip != self._slip:
            self._slip = slip
            self.display = slip is not None
            self.refresh()

    @property
    def corrected(self) -> str:
        """The query as it was meant, or ""."""
        return self._slip.corrected if self._slip is not None else ""

    def draw(self, width: int) -> Line:
        if self._slip is None:
            return []
        about = Piece(f"{clean_line(self._slip.name)}? Did you mean {self._slip.near}", "warn")
        return fit([about, Piece("  tab", "key"), Piece(" corrects it", "muted")], width)

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Accepted())

    class Accepted(Message):
        """The person means the field that is named."""


class SearchBox(Horizontal):
    """A line to type a query into, with the name of what is searched before it."""

    DEFAULT_CSS = """
    SearchBox { height: 1; padding: 0 1; }
    SearchBox Input { border: none; height: 1; padding: 0; width: 1fr; background: transparent; }
    SearchBox Input:focus { border: none; background-tint: transparent; }
    SearchBox Input > .input--placeholder { color: $text-disabled; }
    """

    class Changed(Message):
        """Another query is in the box."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Accepted(Changed):
        """The person is done typing."""

    class Cleared(Message):
        """The query was cleared."""

    class Left(Message):
        """The person leaves the box."""

    def compose(self) -> ComposeResult:
        yield _Scope()
        yield _Typed(placeholder="search", select_on_focus=False)

    @property
    def text(self) -> str:
        """The query as typed."""
        return self.query_one(_Typed).value

    def set_text(self, text: str) -> None:
        """Put a query into the box; it is answered as if it had been typed."""
        field = self.query_one(_Typed)
        field.value = text
        field.cursor_position = len(text)

    def type_on(self, text: str) -> None:
        """Type a text where the cursor is."""
        self.query_one(_Typed).insert_text_at_cursor(text)

    def put(self, text: str) -> None:
        """Put a query in the place of what was typed, and say nothing of it."""
        field = self.query_one(_Typed)
        with field.prevent(Input.Changed):
            field.value = text
            field.cursor_position = len(text)

    @property
    def scope(self) -> str:
        """What the search is said to be limited to, or ""."""
        return self.query_one(_Scope).name_shown

    def set_scope(self, name: str) -> None:
        """Say what the search is limited to; "" for all notes."""
        scope = self.query_one(_Scope)
        scope.name_shown = clean_line(name)
        scope.refresh(layout=True)

    def focus_text(self) -> None:
        """Give the focus to the text."""
        # At once, so that the next key is typed here and not taken for a command.
        self.screen.set_focus(self.query_one(_Typed))

    @property
    def has_text_focus(self) -> bool:
        """Whether the person is typing here."""
        return self.query_one(_Typed).has_focus

    def on_click(self) -> None:
        # All of the line is the box, also what stands before the text.
        self.focus_text()

    # The list has the focus at once, so that the next key is for it and is not typed here.

    def accept(self) -> None:
        """Be done with typing: go to what was found."""
        notes = cast("ListPane", self.parent).notes
        if notes.note_count or not self.text.strip():
            self.screen.set_focus(notes)
        self.post_message(self.Accepted(self.text))

    def leave(self) -> None:
        """Go back to the list."""
        self.screen.set_focus(cast("ListPane", self.parent).notes)
        self.post_message(self.Left())

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))
