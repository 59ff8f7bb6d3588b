"""Small questions over a screen: one line of text, one of several, yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from notekeep.markdown.clean import clean, clean_line
from notekeep.tui.keys import bindings
from notekeep.tui.render.pieces import Line, Piece, spread, wrap
from notekeep.tui.screens.leaving import Dialog, hints
from notekeep.tui.widgets.line_view import ListView, Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from notekeep.tui.render.glyphs import Glyphs


FLAT = [(0, "-flat"), (10, "-high")]
"""Where there are few rows, none is left free above a dialog."""

Answer = TypeVar("Answer")


class Words(Page, can_focus=False):
    """A few lines of text, as tall as they are."""

    def __init__(self, text: str | Line, role: str = "muted") -> None:
        super().__init__()
        self._line = [Piece(clean(text), role)] if isinstance(text, str) else text

    def say(self, text: str, role: str = "muted") -> None:
        """Say something else."""
        self._line = [Piece(clean(text), role)]
        self.lines_changed()
        self.styles.height = self.line_count()

    def lines_in(self, width: int) -> int:
        """Return how many lines it takes in `width` cells."""
        return len(self._lines(max(1, width)))

    def _lines(self, width: int) -> list[Line]:
        return wrap(self._line, width)

    def line_count(self) -> int:
        return len(self._lines(max(1, self.inner_width)))

    def draw_line(self, index: int, width: int) -> Line:
        lines = self._lines(width)
        return lines[index] if index < len(lines) else []

    def on_resize(self) -> None:
        super().on_resize()
        self.styles.height = self.line_count()


class TextDialog(Dialog[Answer]):
    """A dialog with one line to type into; what is typed before it is there is not lost."""

    VERTICAL_BREAKPOINTS = FLAT

    _early = ""

    def type_early(self, character: str) -> None:
        """Take a character that was typed before the line had the focus."""
        field = self.query_one_optional(Input)
        if field is not None and field.is_mounted:
            field.insert_text_at_cursor(character)
        else:
            self._early += character

    def on_mount(self) -> None:
        field = self.query_one(Input)
        self.set_focus(field)
        field.insert_text_at_cursor(self._early)
        self._early = ""


class Prompt(TextDialog[str | None]):
    """Asks for one line of text; the answer is None when the person would rather not."""

    BINDINGS = bindings("dialog")
    CSS_PATH = "dialogs.tcss"

    def __init__(self, title: str, *, value: str = "", hint: str = "", example: str = "") -> None:
        """Ask.

        Args:
            title: What is asked for.
            value: What stands there already.
            hint: One sentence below it.
            example: What is shown while nothing is typed.
        """
        super().__init__()
        self._title, self._value, self._hint, self._example = title, value, hint, example

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = Content(clean_line(self._title))
            box.border_subtitle = hints(("enter", "takes it"), ("esc", "closes"))
            yield Input(
                clean_line(self._value),
                placeholder=self._example,
                compact=True,
                select_on_focus=False,
            )
            if self._hint:
                yield Words(self._hint)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())


class Option(NamedTuple):
    """One of several answers: what it is called, what is said of it, and what it stands for."""

    title: str
    about: str
    value: str


class _Options(ListView):
    def __init__(self, options: Sequence[Option], glyphs: Glyphs) -> None:
        super().__init__()
        self._options, self._glyphs = options, glyphs

    def row_count(self) -> int:
        return len(self._options)

    def is_selectable(self, row: int) -> bool:
        return bool(self._options[row].value)

    def draw_row(self, row: int, width: int) -> list[Line]:
        option = self._options[row]
        bar = Piece(self._glyphs.cursor if row == self.cursor else " ", "cursor-bar")
        if not option.value:
            return [[Piece(" "), Piece(clean_line(option.title), "section")]]
        about = [Piece(clean_line(option.about), "faint"), Piece(" ")]
        return [[bar, Piece(" "), *spread([Piece(clean_line(option.title))], about, width - 2)]]


class Choice(Dialog[str | None]):
    """Asks for one of several; the answer is its value, or None."""

    BINDINGS = bindings("dialog")
    CSS_PATH = "dialogs.tcss"

    def __init__(self, title: str, options: Sequence[Option], glyphs: Glyphs, at: int = 0) -> None:
        super().__init__()
        self._title, self._options, self._glyphs, self._at = title, options, glyphs, at

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = Content(clean_line(self._title))
            box.border_subtitle = hints(("enter", "chooses"), ("esc", "closes"))
            yield _Options(self._options, self._glyphs)

    def on_mount(self) -> None:
        view = self.query_one(_Options)
        view.styles.height = min(len(self._options), max(3, self.app.size.height - 8))
        view.begin_at(self._at)
        view.focus()

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self._answer()

    def key_enter(self, event: events.Key) -> None:
        # It must not go on to the screen below, where it may mean something.
        event.stop()
        self._answer()

    @property
    def chosen(self) -> str:
        """The value under the cursor; "" where there is none."""
        return self._options[self.query_one(_Options).cursor].value if self._options else ""

    def _answer(self) -> None:
        if self._options:
            self.dismiss(self.chosen or None)


class Confirm(Dialog[bool]):
    """Asks before what undo cannot take back; enter says yes, escape no."""

    BINDINGS = bindings("dialog")
    CSS_PATH = "dialogs.tcss"

    def __init__(self, title: str, text: str, yes: str) -> None:
        super().__init__()
        self._title, self._text, self._yes = title, text, yes

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = Content(clean_line(self._title))
            box.border_subtitle = hints(("enter", self._yes), ("esc", "leave it"))
            yield Words(self._text, "bright")

    def key_enter(self, event: events.Key) -> None:
        event.stop()
        self.dismiss(True)
