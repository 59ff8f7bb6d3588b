"""Small questions over a screen: one line of text, one of several, yes or no.

A question with a text to type closes when what it asks for is done (`ask`). An error is shown in it
and the text stays, so that it can be corrected.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from notekeep.markdown.sanitize import clean, clean_line
from notekeep.tui.dialogs.dialog import Dialog, hints
from notekeep.tui.keys import ALL_ACTIONS, bindings
from notekeep.tui.render.styled_text import Piece, StyledLine, spread_line, wrap_line
from notekeep.tui.widgets.line_view import ListView, TextPage
from notekeep.tui.workers import WRITE_GROUP, in_background, show_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.dom import DOMNode
    from textual.worker import Worker

    from notekeep.errors import NotekeepError
    from notekeep.tui.render.glyphs import Glyphs


HEIGHT_CLASSES = [(0, "-flat"), (10, "-high")]
"""Where there are few rows, none is left free above a dialog."""

SOON = 0.3
"""Seconds after which a dialog says that it is at work."""

Answer = TypeVar("Answer")
Result = TypeVar("Result")


class TextLines(TextPage, can_focus=False):
    """A few lines of text, as tall as they are."""

    def __init__(self, text: str | StyledLine, role: str = "muted") -> None:
        super().__init__()
        self._line = [Piece(clean(text), role)] if isinstance(text, str) else text
        if not text:
            self.styles.height = 0

    def say(self, text: str, role: str = "muted") -> None:
        """Say something else."""
        self._line = [Piece(clean(text), role)]
        self.lines_changed()
        self.styles.height = self.line_count()

    def lines_in(self, width: int) -> int:
        """Return how many lines it takes in `width` cells."""
        return len(self._lines(max(1, width)))

    def _lines(self, width: int) -> list[StyledLine]:
        return wrap_line(self._line, width)

    def line_count(self) -> int:
        if not any(piece.text for piece in self._line):
            return 0
        return len(self._lines(max(1, self.inner_width)))

    def draw_line(self, index: int, width: int) -> StyledLine:
        lines = self._lines(width)
        return lines[index] if index < len(lines) else []

    def on_resize(self) -> None:
        super().on_resize()
        self.styles.height = self.line_count()


class HintLine(TextLines):
    """The line of a dialog that says what may be typed, and what is wrong with what was typed."""


class SubmitDialog(Dialog[Answer]):
    """A dialog that can stay open until its answer is applied; see `ask`."""

    _work: _DialogJob | None = None
    _worker: Worker[None] | None = None
    _is_applied = False

    def submit(self, answer: Answer) -> None:
        """Close with an answer, once it is applied if `ask` opened the dialog."""
        if self._work is None:
            self.dismiss(answer)
        elif not self._is_working:
            self.set_timer(SOON, self._show_working)
            work = self._work
            self._worker = in_background(
                work.node,
                partial(work.apply, answer),
                partial(self._applied, work),
                group=work.group,
                # They are meant for what comes next, not for this dialog.
                holds_keys=True,
                failed=partial(self._not_applied, work),
            )

    @property
    def _is_working(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    def _show_working(self) -> None:
        if self._is_working and self.is_active:
            self.query_one(HintLine).say("Working …")

    def _applied(self, work: _DialogJob, result: object) -> None:
        self._is_applied = True
        self.dismiss(None)
        if result is not None:
            work.then(result)

    def on_screen_resume(self) -> None:
        # Something lay over it when its answer was applied.
        if self._is_applied:
            self.dismiss(None)

    def _not_applied(self, work: _DialogJob, error: NotekeepError) -> None:
        self._worker = None
        if self.is_active:
            self.show_problem(error)
        else:
            show_error(work.node, error)

    def show_problem(self, error: NotekeepError) -> None:
        """Show what is wrong with what was typed, which stays."""
        self.query_one(HintLine).say(format_error(error), "warn")


class _DialogJob(NamedTuple):
    """What is done with the answer of a dialog; see `ask`."""

    node: DOMNode
    apply: Callable[[Any], Any]
    then: Callable[[Any], object]
    group: str


def open_dialog(
    node: DOMNode,
    dialog: SubmitDialog[Answer | None],
    apply: Callable[[Answer], Result | None],
    then: Callable[[Result], object],
    *,
    group: str = WRITE_GROUP,
) -> None:
    """Open a dialog that closes once its answer is applied; after an error it stays open."""
    dialog._work = _DialogJob(node, apply, then, group)  # noqa: SLF001 - of this module
    node.app.push_screen(dialog)


def format_error(error: NotekeepError) -> str:
    """Return what a dialog says of an error: what is wrong, and below it what to do."""
    return "\n".join(filter(None, (error.message, error.hint)))


class TextDialog(SubmitDialog[Answer]):
    """A dialog with one line to type into."""

    VERTICAL_BREAKPOINTS = HEIGHT_CLASSES

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))


class TextLine(Input):
    """A line to type into, in which what is selected is replaced, however soon one types."""

    def insert_text_at_cursor(self, text: str) -> None:
        self.replace(text, *self.selection)


class Prompt(TextDialog[str | None]):
    """Asks for one line of text; the answer is None when the person would rather not."""

    BINDINGS = bindings("dialog")
    CSS_PATH = "dialogs.tcss"

    def __init__(
        self,
        title: str,
        *,
        value: str = "",
        hint: str = "",
        example: str = "",
        is_selected: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._value, self._hint, self._example = title, value, hint, example
        self._is_selected = is_selected

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = Content(clean_line(self._title))
            box.border_subtitle = hints(("enter", "takes it"), ("esc", "closes"))
            yield TextLine(
                clean_line(self._value),
                placeholder=self._example,
                compact=True,
                select_on_focus=False,
            )
            yield HintLine(self._hint)

    def on_mount(self) -> None:
        if self._is_selected:
            self.query_one(Input).select_all()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.submit(event.value.strip())


class Option(NamedTuple):
    """One of several answers: what it is called, what is said of it, and what it stands for."""

    title: str
    about: str
    value: str


class _Options(ListView):
    def __init__(self, options: Sequence[Option], glyphs: Glyphs) -> None:
        super().__init__()
        self._all, self._options, self._glyphs = options, options, glyphs

    def narrow(self, typed: str) -> None:
        """Show only the options that have what was typed in them."""
        words = typed.casefold().split()
        self._options = self._all
        if words:
            texts = {one: f"{one.title} {one.about}".casefold() for one in self._all if one.value}
            self._options = [one for one in texts if all(word in texts[one] for word in words)]
        self.rows_changed(0)

    @property
    def value(self) -> str:
        """The value under the cursor; "" where there is none."""
        return self._options[self.cursor].value if self._options else ""

    def row_count(self) -> int:
        return len(self._options) or 1

    def is_selectable(self, row: int) -> bool:
        return bool(self._options and self._options[row].value)

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        if not self._options:
            return [[Piece("  "), Piece("No results", "muted")]]
        option = self._options[row]
        bar = Piece(self._glyphs.cursor if row == self.cursor else " ", "cursor-bar")
        if not option.value:
            return [[Piece(" "), Piece(clean_line(option.title), "section")]]
        about = [Piece(clean_line(option.about), "faint"), Piece(" ")]
        return [
            [bar, Piece(" "), *spread_line([Piece(clean_line(option.title))], about, width - 2)]
        ]


class _Filter(Input):
    """Where options are filtered by typing; its other keys are the dialog's."""

    BINDINGS = bindings("switcher", by_screen=ALL_ACTIONS)


class Choice(Dialog[str | None]):
    """Asks for one of several; the answer is its value, or None."""

    BINDINGS = bindings("dialog")
    CSS_PATH = "dialogs.tcss"

    def __init__(
        self,
        title: str,
        options: Sequence[Option],
        glyphs: Glyphs,
        at: int = 0,
        *,
        has_filter: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._at, self._has_filter = title, at, has_filter
        self._options = _Options(options, glyphs)
        self._count = len(options)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = Content(clean_line(self._title))
            box.border_subtitle = hints(("enter", "chooses"), ("esc", "closes"))
            if self._has_filter:
                yield _Filter(placeholder="Type to filter", compact=True)
            yield self._options

    def on_mount(self) -> None:
        view = self._options
        view.styles.height = min(self._count, max(3, self.app.size.height - 8))
        view.begin_at(self._at)
        (self.query_one(_Filter) if self._has_filter else view).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._options.narrow(event.value)

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self._answer()

    def key_enter(self, event: events.Key) -> None:
        # It must not go on to the screen below, where it may mean something.
        event.stop()
        self._answer()

    def action_switch(self) -> None:
        self._answer()

    def action_close_switcher(self) -> None:
        self.dismiss(None)

    def action_switcher_down(self) -> None:
        self._options.action_line_down()

    def action_switcher_up(self) -> None:
        self._options.action_line_up()

    @property
    def chosen(self) -> str:
        """The value under the cursor; "" where there is none."""
        return self._options.value

    def _answer(self) -> None:
        if self.chosen:
            self.dismiss(self.chosen)


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
            yield TextLines(self._text, "bright")

    def key_enter(self, event: events.Key) -> None:
        event.stop()
        self.dismiss(True)
