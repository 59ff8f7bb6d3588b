"""Dialogs: screens over another one, and small questions: a line, one of several, yes or no.

A dialog can be left with the mouse. A question with a text to type closes when what it asks for is
done (`open_dialog`). An error is shown in it and the text stays, so that it can be corrected.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.dom import DOMNode
from textual.errors import NoWidget
from textual.events import Key
from textual.keys import key_to_character
from textual.screen import ModalScreen
from textual.style import Style
from textual.suggester import Suggester
from textual.widgets import Input
from textual.worker import Worker

from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean, clean_line
from notekeep.tui.clipboard import dropped_files
from notekeep.tui.completion import WordSuggester
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.program import ProgramPart
from notekeep.tui.render.note_rows import gutter
from notekeep.tui.render.styled_text import Piece, StyledLine, section_line, spread_line, wrap_line
from notekeep.tui.textual_compat import PacedScreen
from notekeep.tui.widgets.line_view import LineView, ListView, RowList, TextPage
from notekeep.tui.workers import WRITE_GROUP, in_background, show_error

Answer = TypeVar("Answer")
Result = TypeVar("Result")
HEIGHT_CLASSES = [(0, "-flat"), (10, "-high")]
"""Where there are few rows, none is left free above a dialog."""
LIST_MARGIN = 8  # lines of the screen that are not the list of a dialog
SOON_SECONDS = 0.3  # seconds after which a dialog says that it is at work
KEY_NAMES = {
    "esc": "escape",
    "/": "slash",
    "del": "delete",
    "→": "right",
}  # keys as they are shown, and as Textual calls them


def hints(*keys: tuple[str, str], of: str = "screen") -> Content:
    """Return what keys do, as pairs of a key and a word; a click has screen or app press it."""
    parts: list[Content | str] = []
    for key, does in keys:
        pressed = Style.from_meta({"@click": f"{of}.press_key({KEY_NAMES.get(key, key)!r})"})
        parts += ["  "] if parts else []
        parts += [
            Content.styled(key, "bold $accent").stylize(pressed),
            Content.styled(f" {does}", pressed),
        ]
    return Content.assemble(*parts)


class DialogBox(Vertical):
    """The box of a dialog, with what its keys do in its lower edge."""

    _keys: Sequence[tuple[str, str]] = ()

    def show_keys(self, *keys: tuple[str, str]) -> None:
        """Show the keys that there is room for: the last two always, before them the first."""
        self._keys = keys
        while len(keys) > 2 and hints(*keys).cell_length > self.outer_size.width - 4:
            keys = (*keys[:-3], *keys[-2:])
        self.border_subtitle = hints(*keys)

    def on_resize(self) -> None:
        if self._keys:
            self.show_keys(*self._keys)


def dialog_box(title: str, *keys: tuple[str, str], classes: str = "") -> DialogBox:
    """Return the box of a dialog, with its title above and what its keys do below."""
    box = DialogBox(id="dialog", classes=classes)
    box.border_title = Content(clean_line(title))
    if keys:
        box.show_keys(*keys)
    return box


class Dialog(ModalScreen[Answer], PacedScreen[Answer], ProgramPart):
    """A screen over another one that gets no keys meanwhile; a click beside it is its escape."""

    BINDINGS = bindings("dialog")
    CSS_PATH: ClassVar[Any] = Path(__file__).with_name("dialogs.tcss")
    VERTICAL_BREAKPOINTS = HEIGHT_CLASSES

    def action_apply_dialog(self) -> None:
        self.action_press_key("enter")

    def action_press_key(self, key: str) -> None:
        """Press a key, for whoever clicks on its hint."""
        if self.app.screen_stack[-1:] == [self]:
            event = Key(key, key_to_character(key))
            event.set_sender(self.app)
            self.app.post_message(event)

    def fit(self, view: LineView, margin: int) -> None:
        """Make a view as tall as its lines, as far as the screen has room beside `margin` lines."""
        room = max(1, self.app.size.height - margin)
        view.styles.height = min(room, max(1, view.line_count()))

    def on_click(self, event: events.Click) -> None:
        leave = self.active_bindings.get("escape")
        if self.app.screen_stack[-1:] != [self] or leave is None:
            return
        # Where the terminal was larger when the click was made, nothing is there.
        with suppress(NoWidget):
            if self.get_widget_at(event.screen_x, event.screen_y)[0] is self:
                event.stop()
                self.call_next(self.app.run_action, leave.binding.action, leave.node)


class TextLines(TextPage, can_focus=False):
    """A few lines of text, as tall as they are."""

    def __init__(self, text: str | StyledLine, role: str = "muted") -> None:
        super().__init__()
        self._line = [Piece(clean(text), role)] if isinstance(text, str) else text
        if not text:
            self.styles.height = 0

    def say(self, text: str, role: str = "muted") -> None:
        self.show([Piece(clean(text), role)])

    def show(self, line: StyledLine) -> None:
        self._line = line
        self.lines_changed()
        self.styles.height = self.line_count()

    def line_count(self) -> int:
        has_text = any(one.text for one in self._line)
        return len(wrap_line(self._line, self.inner_width)) if has_text else 0

    def draw_line(self, index: int, width: int) -> StyledLine:
        lines = wrap_line(self._line, width)
        return lines[index] if index < len(lines) else []

    def on_resize(self) -> None:
        super().on_resize()
        self.styles.height = self.line_count()


class HintLine(TextLines):
    """The line of a dialog that says what may be typed, and what is wrong with what was typed."""


class SubmitDialog(Dialog[Answer]):
    """A dialog that can stay open until its answer is applied; see `open_dialog`."""

    _begin: Callable[[Any], Worker[None]] | None = None
    """Begins to do what was asked for; see `open_dialog`."""
    _worker: Worker[None] | None = None
    _is_applied = False

    def on_mount(self) -> None:
        if self.focused is None and (line := self.query_one_optional(Input)) is not None:
            self.set_focus(line)

    def submit(self, answer: Answer) -> None:
        """Close with an answer, once it is applied if `open_dialog` opened the dialog."""
        if self._begin is None:
            self.dismiss(answer)
        elif not self._is_working:
            self.set_timer(SOON_SECONDS, self._show_working)
            self._worker = self._begin(answer)

    @property
    def _is_working(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    def _show_working(self) -> None:
        if self._is_working and self.is_active:
            self.query_one(HintLine).say("Working …")

    def close_applied(self) -> None:
        self._is_applied = True
        self.dismiss(None)

    def on_screen_resume(self) -> None:
        # Something lay over it when its answer was applied.
        if self._is_applied:
            self.dismiss(None)

    def show_problem(self, error: NotekeepError) -> None:
        """Show what is wrong with what was typed, which stays."""
        self.query_one(HintLine).say(format_error(error), "warn")


def open_dialog(
    node: DOMNode,
    dialog: SubmitDialog[Answer | None],
    apply: Callable[[Answer], Result | None],
    then: Callable[[Result], object],
    *,
    group: str = WRITE_GROUP,
) -> None:
    """Open a dialog that closes once its answer is applied; after an error it stays open.

    `apply` does what was asked for, in a thread, and returns None where there is nothing to say
    of it; `then` shows what came of it.
    """

    def applied(result: Result | None) -> None:
        dialog.close_applied()
        if result is not None:
            then(result)

    def failed(error: NotekeepError) -> None:
        if dialog.is_active:
            dialog.show_problem(error)
        else:
            show_error(node, error)

    def begin(answer: Answer) -> Worker[None]:
        # Keys are meant for what comes next, not for the dialog.
        what = partial(apply, answer)
        return in_background(node, what, applied, group=group, holds_keys=True, failed=failed)

    dialog._begin = begin  # noqa: SLF001 - of this module
    node.app.push_screen(dialog)


def ask(node: DOMNode, dialog: Dialog[Answer | None], then: Callable[[Answer], object]) -> None:
    """Open a dialog, and go on with its answer unless the person would rather not."""

    def answered(answer: Answer | None) -> None:
        if answer is not None:
            then(answer)

    node.app.push_screen(dialog, answered)


def format_error(error: NotekeepError) -> str:
    """Return what a dialog says of an error: what is wrong, and below it what to do."""
    return "\n".join(filter(None, (error.message, error.hint)))


class TextLine(Input):
    """A line to type into, in which what is selected is replaced, however soon one types."""

    def insert_text_at_cursor(self, text: str) -> None:
        self.replace(text, *self.selection)

    def on_paste(self, event: events.Paste) -> None:
        # Textual takes the first line only.
        if len(paths := dropped_files(event.text)) > 1:
            event.prevent_default()
            event.stop()
            self.insert_text_at_cursor(shlex.join(paths))


class Prompt(SubmitDialog[str | None]):
    """Asks for one line of text; the answer is None when the person would rather not.

    With `is_selected`, typing replaces what stands there. The `suggester` completes words; `offer`
    gives it the words to choose from.
    """

    def __init__(
        self,
        title: str,
        *,
        value: str = "",
        hint: str = "",
        example: str = "",
        is_selected: bool = False,
        suggester: Suggester | None = None,
    ) -> None:
        super().__init__()
        self._title, self._value, self._hint, self._example = title, value, hint, example
        self._is_selected, self._suggester = is_selected, suggester

    def offer(self, words: Sequence[str]) -> None:
        if isinstance(self._suggester, WordSuggester):
            self._suggester.set_words(words, self)

    def compose(self) -> ComposeResult:
        with dialog_box(self._title, ("enter", "OK"), ("esc", "cancel")):
            yield TextLine(
                clean_line(self._value),
                placeholder=self._example,
                compact=True,
                select_on_focus=False,
                suggester=self._suggester,
            )
            yield HintLine(self._hint)

    def on_mount(self) -> None:
        if self._is_selected:
            self.query_one(Input).select_all()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.submit(event.value.strip())


class Option(NamedTuple):
    """One of several answers; one without a value is a heading."""

    title: str
    about: str
    value: str


class OptionRows(RowList[Option]):
    """Answers to choose from, one to a row, with headings between them."""

    def __init__(self, options: Sequence[Option] = ()) -> None:
        super().__init__()
        self._rows = self._all = options
        self.nothing = [[Piece("No results", "muted")]]

    def show(self, options: Sequence[Option], value: str = "") -> None:
        """Show other answers, with the cursor on that of a value, or near to where it was."""
        self._all = options
        self._show(options, lambda option: option.value == value)

    def begin_at_value(self, value: str) -> None:
        """Have the cursor on the answer with a value, or on the first, before they are shown."""
        values = [option.value for option in self._all]
        row = values.index(value) if value in values and value else 0
        self.set_reactive(ListView.cursor, self._nearest(row, 1))
        # There is a size to scroll in after the next frame, and keys may have moved it by then.
        self.call_after_refresh(lambda: self.rows_changed(self.cursor))

    def go_to_letter(self, letter: str) -> bool:
        """Go to the next answer that begins with a letter; tell whether there is one."""
        first = self.cursor + 1
        for row in (*range(first, len(self._all)), *range(first)):
            if self._all[row].title.casefold().startswith(letter.casefold()):
                self.move_to(row)
                return True
        return False

    def filter_options(self, typed: str) -> None:
        words = typed.casefold().split()
        self._rows = [
            one
            for one in self._all
            if not words
            or (one.value and all(word in f"{one.title} {one.about}".casefold() for word in words))
        ]
        self.rows_changed(0)

    @property
    def value(self) -> str:
        return self.item.value if self.item is not None else ""

    def is_heading(self, item: Option) -> bool:
        return not item.value

    def draw_item(self, item: Option, width: int, *, here: bool) -> StyledLine:
        title = clean_line(item.title)
        if not item.value:
            heading = (title, clean_line(item.about), width - 3, self.glyphs)
            return [Piece("  "), *section_line(*heading)] if title else []
        about = [Piece(clean_line(item.about), "muted"), Piece(" ")]
        return [
            *gutter(self.glyphs, here=here),
            *spread_line([Piece(title, "bright")], about, width - 2),
        ]


class FilterLine(Input):
    """Where options are filtered by typing; its other keys are the dialog's."""

    BINDINGS = bindings("switcher", by_screen=ALL_ACTIONS)


class ListDialog(Dialog[Answer]):
    """A dialog whose keys choose from a list, also while one types into a line above it."""

    rows: ListView[Any]

    def on_resize(self) -> None:
        self.fit(self.rows, LIST_MARGIN)

    def on_list_view_selected(self) -> None:
        self.action_switch()

    def action_switch(self) -> None:
        raise NotImplementedError

    def action_close_switcher(self) -> None:
        self.dismiss(None)

    def action_step(self, rows: int) -> None:
        self.rows.action_step(rows)

    def action_step_page(self, pages: int) -> None:
        self.rows.action_step_page(pages)


class Choice(ListDialog[str | None]):
    """Asks for one of several; the answer is its value, or None.

    It begins at `value`; with `has_filter`, typing filters the options, of which there are many.
    """

    def __init__(
        self, title: str, options: Sequence[Option], value: str = "", *, has_filter: bool = False
    ) -> None:
        super().__init__()
        self._title, self._value, self._has_filter = title, value, has_filter
        self.rows: OptionRows = OptionRows(options)

    def compose(self) -> ComposeResult:
        with dialog_box(self._title, ("enter", "choose"), ("esc", "cancel")):
            if self._has_filter:
                yield FilterLine(placeholder="Type to filter", compact=True)
            yield self.rows

    def on_mount(self) -> None:
        self.rows.begin_at_value(self._value)
        (self.query_one(FilterLine) if self._has_filter else self.rows).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.rows.filter_options(event.value)

    def key_enter(self, event: events.Key) -> None:
        # It must not go on to the screen below, where it may mean something.
        event.stop()
        self.action_switch()

    def action_switch(self) -> None:
        if value := self.rows.value:
            self.dismiss(value)


class Confirm(Dialog["bool | None"]):
    """Asks before what undo cannot take back; enter says yes, escape no."""

    def __init__(self, title: str, text: str, yes: str, no: str = "cancel") -> None:
        super().__init__()
        self._title, self._text, self._yes, self._no = title, text, yes, no

    def compose(self) -> ComposeResult:
        with dialog_box(self._title, ("enter", self._yes), ("esc", self._no)):
            yield TextLines(self._text, "bright")

    def key_enter(self, event: events.Key) -> None:
        event.stop()
        self.dismiss(True)
