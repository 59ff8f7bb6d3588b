"""Quick note: adds text to today's note, the inbox or any other note, from any screen."""

from __future__ import annotations

import os
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.widgets import Input, TextArea

from notekeep.catalog.records import Row
from notekeep.errors import UsageError
from notekeep.markdown.sanitize import clean_line, remove_controls
from notekeep.notes.capture import INBOX, TODAYS_NOTE, Attachment
from notekeep.search.results import SearchResults
from notekeep.tui.clipboard import attach_clipboard_picture, pasted_picture
from notekeep.tui.dialogs.dialog import (
    HintLine,
    Line,
    Option,
    OptionRows,
    SubmitDialog,
    TextLines,
    dialog_box,
)
from notekeep.tui.keyboard import bindings
from notekeep.tui.program import TitleSearch
from notekeep.tui.widgets.bars import ChoiceBar
from notekeep.tui.workers import in_background

OTHER_NOTE = "Another note"
CAPTURE_TARGETS = (TODAYS_NOTE, INBOX, OTHER_NOTE)
KEYS = (
    ("tab", "switch note"),
    ("ctrl+j", "new line"),
    ("ctrl+l", "picture"),
    ("enter", "save"),
    ("esc", "cancel"),
)
MAX_TITLES = 5
MAX_NAME = 24  # the maximum length of the current note's title in the bar


class CaptureRequest(NamedTuple):
    """The text to save, the target and a picture."""

    text: str
    place: str  # TODAYS_NOTE, INBOX or a path
    attachment: Attachment | None


class _Box(TextArea):
    """The text; enter saves it, and a dropped picture is attached."""

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter" and isinstance(self.screen, CaptureScreen):
            event.stop()
            event.prevent_default()
            self.screen.save_note()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        path = pasted_picture(event.text)
        if path and isinstance(self.screen, CaptureScreen):
            self.screen.attach(Attachment(os.path.basename(path), path))
        else:
            self.insert(remove_controls(event.text).strip("\n"))


class CaptureScreen(SubmitDialog[CaptureRequest | None]):
    """Asks for a text and its target note; the answer is None if cancelled."""

    BINDINGS = bindings("capture", priority=("next-place",))

    def __init__(self, place: str = TODAYS_NOTE, note: Row | None = None) -> None:
        """`place` is the preselected target; `note` is the visible note."""
        super().__init__()
        self._place = place if place in CAPTURE_TARGETS else TODAYS_NOTE
        self._notes: dict[str, str] = {}
        if note is not None:
            is_long = len(note.title) > MAX_NAME
            name = note.title[: MAX_NAME - 1] + self.glyphs.ellipsis if is_long else note.title
            self._notes[f"This note ({name})"] = note.path
        self._attachment: Attachment | None = None
        self._bar = ChoiceBar((TODAYS_NOTE, *self._notes, INBOX, OTHER_NOTE), self._place)
        self._box = _Box(placeholder="Text, - [ ] a task, > a quote", compact=True)
        self._title = Line(example="Title of the note")
        self._titles = OptionRows()
        self._search = TitleSearch(self, self._show_titles, MAX_TITLES)

    def compose(self) -> ComposeResult:
        with dialog_box("Quick note", *KEYS):
            yield self._bar
            yield self._title
            yield self._titles
            yield self._box
            yield TextLines("").add_class("attached")
            yield HintLine("")

    def on_mount(self) -> None:
        self._titles.can_focus = False
        self.watch(self._bar, "chosen", self._choose_place)

    def _choose_place(self, place: str) -> None:
        is_other = place == OTHER_NOTE
        self._title.display = self._titles.display = is_other
        self.set_focus(self._title if is_other else self._box)
        if is_other:
            self._search.ask_titles(self._title.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._search.drop()
        self._search.ask_titles(event.value)

    def _show_titles(self, _typed: str, found: SearchResults) -> None:
        rows = [hit.row for hit in found.hits]
        self._titles.show(
            [Option(row.title, row.path, row.path) for row in rows], rows[0].path if rows else ""
        )
        self._titles.styles.height = max(1, len(rows))

    def on_key(self, event: events.Key) -> None:
        if self._title.has_focus and event.key in {"up", "down"}:
            event.stop()
            self._titles.move_to(self._titles.cursor + (1 if event.key == "down" else -1))

    def attach(self, attachment: Attachment) -> None:
        self._attachment = attachment
        text = f"With {clean_line(attachment.name)}"
        self.query_one(".attached", TextLines).show_text(text, "accent")

    def on_input_submitted(self) -> None:
        if self._box.text.strip() or self._attachment is not None:
            self.save_note()
        else:
            self.set_focus(self._box)

    def save_note(self) -> None:
        """Save the text to the selected note; wait until the search for titles is done."""
        text, place = self._box.text.strip(), self._bar.chosen
        if not text and self._attachment is None:
            return
        if place == OTHER_NOTE:
            if not self._search.is_done:
                self._search.when_ready(self.save_note)
                return
            place = self._titles.value
            if not place:
                self.show_problem(
                    UsageError("No note has this title.", "Type a part of its title.")
                )
                self.set_focus(self._title)
                return
        self.submit(CaptureRequest(text, self._notes.get(place, place), self._attachment))

    def action_next_place(self) -> None:
        self._bar.step(1)

    def action_new_line(self) -> None:
        if self._box.has_focus:
            self._box.insert("\n")

    def action_attach_picture(self) -> None:
        in_background(self, attach_clipboard_picture, self.attach, group="clipboard")
