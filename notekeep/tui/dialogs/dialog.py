"""Dialogs: a line of text, a choice, a confirmation, and base classes for larger dialogs.

A click outside a dialog closes it. A dialog with an input stays open until its answer is applied
(`open_dialog`); after an error, it stays open so that the input can be corrected.
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
from notekeep.tui.commands.action import parse_key
from notekeep.tui.completion import WordSuggester
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.program import ProgramPart
from notekeep.tui.render.note_rows import gutter
from notekeep.tui.render.styled_text import Piece, StyledLine, section_line, spread_line, wrap_line
from notekeep.tui.textual_compat import PacedScreen
from notekeep.tui.widgets.line_view import LineView, ListView, TextPage
from notekeep.tui.workers import WRITE_GROUP, in_background, show_error

Answer = TypeVar("Answer")
Result = TypeVar("Result")
HEIGHT_CLASSES = [(0, "-flat"), (10, "-high")]
"""Below 10 rows, a dialog has no padding above its content."""
LIST_MARGIN = 8  # screen lines around the list of a dialog
SOON_SECONDS = 0.3  # seconds until a dialog shows that it is working


def hints(*keys: tuple[str, str], of: str = "screen") -> Content:
    """Return key hints from pairs of key and label; clicking a hint presses its key."""
    parts: list[Content | str] = []
    for key, label in keys:
        click = Style.from_meta({"@click": f"{of}.press_key({parse_key(key)!r})"})
        parts += ["  "] if parts else []
        parts += [
            Content.styled(key, "bold $accent").stylize(click),
            Content.styled(f" {label}", click),
        ]
    return Content.assemble(*parts)


class DialogBox(Vertical):
    """The box of a dialog, with key hints in its lower border."""

    _keys: Sequence[tuple[str, str]] = ()

    def show_keys(self, *keys: tuple[str, str]) -> None:
        """Show the hints that fit: always the last two, then as many of the first as fit."""
        self._keys = keys
        while len(keys) > 2 and hints(*keys).cell_length > self.outer_size.width - 4:
            keys = (*keys[:-3], *keys[-2:])
        self.border_subtitle = hints(*keys)

    def on_resize(self) -> None:
        if self._keys:
            self.show_keys(*self._keys)


def dialog_box(title: str, *keys: tuple[str, str], classes: str = "") -> DialogBox:
    """Return a box with a title and key hints."""
    box = DialogBox(id="dialog", classes=classes)
    box.border_title = Content(clean_line(title))
    if keys:
        box.show_keys(*keys)
    return box


class Dialog(ModalScreen[Answer], PacedScreen[Answer], ProgramPart):
    """A modal screen; a click outside its box is the same as escape."""

    BINDINGS = bindings("dialog")
    CSS_PATH: ClassVar[Any] = Path(__file__).with_name("dialogs.tcss")
    VERTICAL_BREAKPOINTS = HEIGHT_CLASSES

    def action_press_key(self, key: str) -> None:
        """Press a key, after a click on its hint."""
        if self.app.screen_stack[-1:] == [self]:
            event = Key(key, key_to_character(key))
            event.set_sender(self.app)
            self.app.post_message(event)

    def fit(self, view: LineView, margin: int) -> None:
        """Make a view as tall as its lines, but leave `margin` lines of the screen free."""
        room = max(1, self.app.size.height - margin)
        view.styles.height = min(room, max(1, view.line_count()))

    def on_click(self, event: events.Click) -> None:
        leave = self.active_bindings.get("escape")
        if self.app.screen_stack[-1:] != [self] or leave is None:
            return
        # The click may be outside the screen if the terminal has just been made smaller.
        with suppress(NoWidget):
            if self.get_widget_at(event.screen_x, event.screen_y)[0] is self:
                event.stop()
                self.call_next(self.app.run_action, leave.binding.action, leave.node)


class TextLines(TextPage, can_focus=False):
    """Text as tall as its wrapped lines."""

    def __init__(self, text: str | StyledLine, role: str = "muted") -> None:
        super().__init__()
        self._line = [Piece(clean(text), role)] if isinstance(text, str) else text
        if not text:
            self.styles.height = 0

    def show_text(self, text: str, role: str = "muted") -> None:
        self.show([Piece(clean(text), role)])

    def show(self, line: StyledLine) -> None:
        self._line = line
        self.lines_changed()
        self.styles.height = self.line_count()

    def line_count(self) -> int:
        has_text = any(piece.text for piece in self._line)
        return len(wrap_line(self._line, self.inner_width)) if has_text else 0

    def draw_line(self, index: int, width: int) -> StyledLine:
        lines = wrap_line(self._line, width)
        return lines[index] if index < len(lines) else []

    def on_resize(self) -> None:
        super().on_resize()
        self.styles.height = self.line_count()


class HintLine(TextLines):
    """The line of a dialog that explains its input, or shows an error."""


class SubmitDialog(Dialog[Answer]):
    """A dialog that can stay open until its answer is applied."""

    start_applying: Callable[[Any], Worker[None]] | None = None  # set by `open_dialog`
    _worker: Worker[None] | None = None
    _is_applied = False

    def on_mount(self) -> None:
        if self.focused is None and (line := self.query_one_optional(Input)) is not None:
            self.set_focus(line)

    def submit(self, answer: Answer) -> None:
        """Close with an answer; if `open_dialog` opened the dialog, apply the answer first."""
        if self.start_applying is None:
            self.dismiss(answer)
        elif not self._is_working:
            self.set_timer(SOON_SECONDS, self._show_working)
            self._worker = self.start_applying(answer)

    @property
    def _is_working(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    def _show_working(self) -> None:
        if self._is_working and self.is_active:
            self.query_one(HintLine).show_text("Working …")

    def close_applied(self) -> None:
        self._is_applied = True
        self.dismiss(None)

    def on_screen_resume(self) -> None:
        # Another screen was on top while the answer was applied.
        if self._is_applied:
            self.dismiss(None)

    def show_problem(self, error: NotekeepError) -> None:
        self.query_one(HintLine).show_text(format_error(error), "warn")


def open_dialog(
    node: DOMNode,
    dialog: SubmitDialog[Answer | None],
    apply: Callable[[Answer], Result | None],
    then: Callable[[Result], object],
    *,
    group: str = WRITE_GROUP,
) -> None:
    """Open a dialog that closes once its answer is applied; after an error it stays open.

    `apply` runs in a thread; `then` shows its result, unless that is None.
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

    def start(answer: Answer) -> Worker[None]:
        # Keys pressed meanwhile are held for the screen below.
        work = partial(apply, answer)
        return in_background(node, work, applied, group=group, holds_keys=True, failed=failed)

    dialog.start_applying = start
    node.app.push_screen(dialog)


def ask(node: DOMNode, dialog: Dialog[Answer | None], then: Callable[[Answer], object]) -> None:
    """Open a dialog, and call back with the answer unless it is cancelled."""

    def answered(answer: Answer | None) -> None:
        if answer is not None:
            then(answer)

    node.app.push_screen(dialog, answered)


def format_error(error: NotekeepError) -> str:
    """Return the message of an error, and its hint on the next line."""
    return "\n".join(filter(None, (error.message, error.hint)))


class Line(Input):
    """A one-line input; typing replaces the selection."""

    def __init__(
        self,
        value: str = "",
        example: str = "",
        *,
        selects: bool = False,
        suggester: Suggester | None = None,
        id: str | None = None,
    ) -> None:
        """Show a value, selected if `selects`, or an example while it is empty."""
        super().__init__(
            clean_line(value),
            example,
            compact=True,
            select_on_focus=selects,
            suggester=suggester,
            id=id,
        )

    def insert_text_at_cursor(self, text: str) -> None:
        self.replace(text, *self.selection)

    def on_paste(self, event: events.Paste) -> None:
        # Textual inserts only the first line of a paste.
        if len(paths := dropped_files(event.text)) > 1:
            event.prevent_default()
            event.stop()
            self.insert_text_at_cursor(shlex.join(paths))


class Prompt(SubmitDialog[str | None]):
    """Asks for one line of text; None if cancelled.

    With `is_selected`, typing replaces the value. `offer` sets the completions of `suggester`.
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
            yield Line(self._value, self._example, suggester=self._suggester)
            yield HintLine(self._hint)

    def on_mount(self) -> None:
        if self._is_selected:
            self.query_one(Input).select_all()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.submit(event.value.strip())


class Option(NamedTuple):
    """A possible answer; a heading if it has no value."""

    title: str
    about: str
    value: str


class OptionRows(ListView[Option]):
    """Options, one per row, with headings."""

    def __init__(self, options: Sequence[Option] = ()) -> None:
        super().__init__()
        self._rows = self._all = options
        self.placeholder = [[Piece("No results", "muted")]]

    def show(self, options: Sequence[Option], value: str = "") -> None:
        """Show other options, with the cursor on the option with `value`, or near its old row."""
        self._all = options
        self._show(options, lambda option: option.value == value)

    def begin_at_value(self, value: str) -> None:
        """Set the initial cursor to the option with `value`, or else to the first option."""
        values = [option.value for option in self._all]
        row = values.index(value) if value in values and value else 0
        self.set_reactive(ListView.cursor, self._nearest(row, 1))
        # Scroll after the next frame, which sets the size. Keys may have moved the cursor by then.
        self.call_after_refresh(lambda: self.rows_changed(self.cursor))

    def go_to_letter(self, letter: str) -> bool:
        """Go to the next option that starts with a letter; return whether there is one."""
        first = self.cursor + 1
        for row in (*range(first, len(self._all)), *range(first)):
            if self._all[row].title.casefold().startswith(letter.casefold()):
                self.move_to(row)
                return True
        return False

    def filter_options(self, typed: str) -> None:
        words = typed.casefold().split()
        self._rows = [
            option
            for option in self._all
            if not words
            or (
                option.value
                and all(word in f"{option.title} {option.about}".casefold() for word in words)
            )
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


class ListDialog(Dialog[Answer]):
    """A dialog whose keys select from a list, even while an input above it has the focus."""

    BINDINGS = bindings("switcher", priority=ALL_ACTIONS)

    rows: ListView[Any]

    def on_resize(self) -> None:
        self.fit(self.rows, LIST_MARGIN)

    def on_list_view_selected(self) -> None:
        self.action_switch()

    def action_switch(self) -> None:
        raise NotImplementedError

    def action_step(self, rows: int) -> None:
        self.rows.action_step(rows)

    def action_step_page(self, pages: int) -> None:
        self.rows.action_step_page(pages)


class Choice(ListDialog[str | None]):
    """Asks for one of several options; the answer is its value, None if cancelled.

    The cursor starts at `value`; with `has_filter`, typing filters the options.
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
                yield Line(example="Type to filter")
            yield self.rows

    def on_mount(self) -> None:
        self.rows.begin_at_value(self._value)
        (self.query_one(Line) if self._has_filter else self.rows).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.rows.filter_options(event.value)

    def action_switch(self) -> None:
        if value := self.rows.value:
            self.dismiss(value)


class Confirm(Dialog["bool | None"]):
    """Asks for yes (enter) or no (escape)."""

    def __init__(self, title: str, text: str, yes: str, no: str = "cancel") -> None:
        super().__init__()
        self._title, self._text, self._yes, self._no = title, text, yes, no

    def compose(self) -> ComposeResult:
        with dialog_box(self._title, ("enter", self._yes), ("esc", self._no)):
            yield TextLines(self._text, "bright")

    def key_enter(self, event: events.Key) -> None:
        event.stop()
        self.dismiss(True)
