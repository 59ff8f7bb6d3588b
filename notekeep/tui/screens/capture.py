"""Quick capture: one line, from wherever one is, into today's note or the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.containers import Vertical
from textual.widgets import Input

from notekeep.markdown.clean import clean_line
from notekeep.tui.capturing import (
    PLACES,
    TODAY,
    Attachment,
    attachment_of,
    attachment_of_clipboard,
)
from notekeep.tui.jobs import in_background
from notekeep.tui.keys import bindings
from notekeep.tui.screens.dialogs import Hint, TextDialog, Words
from notekeep.tui.widgets.buttons import CLOSE, SUBMIT, Button, Buttons
from notekeep.tui.widgets.choice_bar import ChoiceBar

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

LINE_END = "⏎"
"""Stands for the end of a line, of which a box has only one."""


class Captured(NamedTuple):
    """What is to be kept: the text, one of `capturing.PLACES`, and what goes along."""

    text: str
    place: str
    attachment: Attachment | None


class _Box(Input):
    """A line to type into; what is pasted keeps its lines, and a dropped picture is attached."""

    def on_paste(self, event: events.Paste) -> None:
        from notekeep.tui.pictures import pasted_picture

        event.stop()
        event.prevent_default()
        path = pasted_picture(event.text)
        if path and isinstance(self.screen, CaptureScreen):
            self.screen.attach(attachment_of(path))
        else:
            self.insert_text_at_cursor(LINE_END.join(event.text.strip("\r\n").splitlines()))


class CaptureScreen(TextDialog[Captured | None]):
    """Asks for a thought; the answer is what is to be kept, or None."""

    BINDINGS = bindings("capture", "dialog", priority=("next-place",))
    CSS_PATH = "dialogs.tcss"

    def __init__(self, place: str = TODAY) -> None:
        """Ask.

        Args:
            place: Where it goes unless the person chooses otherwise.
        """
        super().__init__()
        self._place = place if place in PLACES else TODAY
        self._attachment: Attachment | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = "Write down"
            yield ChoiceBar(PLACES, self._place)
            yield _Box(placeholder="A thought, - [ ] a task, > a quote", compact=True)
            yield Words("").add_class("attached")
            yield Hint("")
            yield Buttons(
                Button("enter", "keeps it", SUBMIT),
                Button("tab", "elsewhere", "next-place"),
                Button("ctrl+l", "picture", "attach-picture"),
                CLOSE,
            )

    def attach(self, attachment: Attachment) -> None:
        """Let a file go along."""
        self._attachment = attachment
        told = f"With {clean_line(attachment.name)}"
        self.query_one(".attached", Words).say(told, "accent")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.replace(LINE_END, "\n").strip()
        if text or self._attachment is not None:
            self.submit(Captured(text, self.query_one(ChoiceBar).chosen, self._attachment))

    def action_next_place(self) -> None:
        self.query_one(ChoiceBar).step(1)

    def action_attach_picture(self) -> None:
        in_background(self, attachment_of_clipboard, self.attach, group="clipboard")
