"""Quick capture: one line, from wherever one is, into today's note or the inbox."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from textual.widgets import Input

from notekeep import config
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.capture import make_attachment_link, plan_attachment, read_file
from notekeep.tui.clipboard import name_clipboard_picture, pasted_picture
from notekeep.tui.dialogs.dialog import HintLine, SubmitDialog, TextLines, dialog_box
from notekeep.tui.keys import bindings
from notekeep.tui.widgets.bars import CLOSE_BUTTON, SUBMIT_ACTION, Button, Buttons, ChoiceBar
from notekeep.tui.workers import in_background

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from notekeep.notes.plan import WritePlan, WriteResult
    from notekeep.vault import Vault


TODAYS_NOTE, INBOX = "Today's note", "Inbox"
CAPTURE_TARGETS = (TODAYS_NOTE, INBOX)
LINE_END = "⏎"  # stands for the end of a line, of which a box has only one
MAX_TITLE_LENGTH = 60  # letters that a title has at most, when it is taken from a text

_MARKS = re.compile(r"^(?:#+|>|[-*+]|\d+[.)])\s+(?:\[.\]\s+)?")
_UNFIT = re.compile(r'[\\/:*?"<>|#^\[\]]+')


class Attachment(NamedTuple):
    """A file that goes along: its name, and where it is or, from the clipboard, what it holds."""

    name: str
    path: str = ""
    data: bytes = b""


def make_title(text: str) -> str:
    """Return a title for a text: its first line, cut after a word."""
    first = _MARKS.sub("", text.strip().partition("\n")[0]).strip()
    bare = " ".join(_UNFIT.sub(" ", first).split()).strip(". ")
    if len(bare) <= MAX_TITLE_LENGTH:
        return bare
    return bare[: MAX_TITLE_LENGTH + 1].rpartition(" ")[0] or bare[:MAX_TITLE_LENGTH]


def write_capture(
    vault: Vault, text: str, place: str, attachment: Attachment | None = None
) -> WriteResult:
    """Write a text down, as one step; touches no widget, so that a thread may do it."""
    if attachment is None:
        return vault.notes.apply(_plan_capture(vault, text, "", place))
    workspace = vault.workspace
    # Where the file goes may depend on the note, which is named by its text.
    note = _plan_capture(vault, text, attachment.name, place).changes[0].path
    data = attachment.data or read_file(attachment.path)
    stored = plan_attachment(workspace, attachment.name, data, note).changes[0]
    link = make_attachment_link(workspace, stored.path, note)
    plan = _plan_capture(vault, text, link, place)
    plan.changes.insert(0, stored)
    return vault.notes.apply(plan)


def _plan_capture(vault: Vault, text: str, link: str, place: str) -> WritePlan:
    if place == TODAYS_NOTE:
        return vault.notes.plan_add("\n".join(filter(None, (text, link))))
    title = make_title(text) or f"{config.current_time():%Y-%m-%d %H.%M}"
    body = "" if title == text.strip() else text
    return vault.notes.plan_new("note", title, body="\n\n".join(filter(None, (body, link))))


class CaptureRequest(NamedTuple):
    """What is to be kept: the text, one of CAPTURE_TARGETS, and what goes along."""

    text: str
    place: str
    attachment: Attachment | None


class _Box(Input):
    """A line to type into; what is pasted keeps its lines, and a dropped picture is attached."""

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        path = pasted_picture(event.text)
        if path and isinstance(self.screen, CaptureScreen):
            self.screen.attach(Attachment(os.path.basename(path), path))
        else:
            self.insert_text_at_cursor(LINE_END.join(event.text.strip("\r\n").splitlines()))


class CaptureScreen(SubmitDialog[CaptureRequest | None]):
    """Asks for a thought; the answer is what is to be kept, or None."""

    BINDINGS = bindings("capture", priority=("next-place",))

    def __init__(self, place: str = TODAYS_NOTE) -> None:
        super().__init__()
        self._place = place if place in CAPTURE_TARGETS else TODAYS_NOTE
        self._attachment: Attachment | None = None

    def compose(self) -> ComposeResult:
        with dialog_box("Write down"):
            yield ChoiceBar(CAPTURE_TARGETS, self._place)
            yield _Box(placeholder="A thought, - [ ] a task, > a quote", compact=True)
            yield TextLines("").add_class("attached")
            yield HintLine("")
            yield Buttons(
                Button("enter", "keeps it", SUBMIT_ACTION),
                Button("tab", "elsewhere", "next-place"),
                Button("ctrl+l", "picture", "attach-picture"),
                CLOSE_BUTTON,
            )

    def attach(self, attachment: Attachment) -> None:
        self._attachment = attachment
        text = f"With {clean_line(attachment.name)}"
        self.query_one(".attached", TextLines).say(text, "accent")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.replace(LINE_END, "\n").strip()
        if text or self._attachment is not None:
            self.submit(CaptureRequest(text, self.query_one(ChoiceBar).chosen, self._attachment))

    def action_next_place(self) -> None:
        self.query_one(ChoiceBar).step(1)

    def action_attach_picture(self) -> None:
        def read() -> Attachment:
            name, data = name_clipboard_picture()
            return Attachment(name, data=data)

        in_background(self, read, self.attach, group="clipboard")
