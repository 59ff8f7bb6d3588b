"""A thought written down: a line of today's note, or a note in the inbox."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep import config
from notekeep.writing.capture import read_file

if TYPE_CHECKING:
    from notekeep.vault import Vault
    from notekeep.writing.plan import Done, WritePlan

TODAY, INBOX = "Today's note", "Inbox"
PLACES = (TODAY, INBOX)
TITLE = 60
"""Letters that a title has at most, when it is taken from a text."""

_MARKS = re.compile(r"^(?:#+|>|[-*+]|\d+[.)])\s+(?:\[.\]\s+)?")
_UNFIT = re.compile(r'[\\/:*?"<>|#^\[\]]+')


class Attachment(NamedTuple):
    """A file that goes along: its name, and where it is or, from the clipboard, what it holds."""

    name: str
    path: str = ""
    data: bytes = b""


def title_of(text: str) -> str:
    """Return a title for a text: its first line, cut after a word."""
    first = _MARKS.sub("", text.strip().partition("\n")[0]).strip()
    bare = " ".join(_UNFIT.sub(" ", first).split()).strip(". ")
    if len(bare) <= TITLE:
        return bare
    return bare[: TITLE + 1].rpartition(" ")[0] or bare[:TITLE]


def capture(vault: Vault, text: str, place: str, attachment: Attachment | None = None) -> Done:
    """Write a text down, as one step; touches no widget, so that a thread may do it.

    Args:
        vault: Where.
        text: What was typed; it may have several lines.
        place: TODAY or INBOX.
        attachment: A file that is stored along with it and linked below it.

    Raises:
        NotekeepError: It cannot be written; nothing is.
    """
    if attachment is None:
        return vault.carry_out(_planned(vault, text, "", place))
    # Where the file goes may depend on the note, which is named by its text.
    if place == TODAY:
        note = vault.plan.daily_path()
    else:
        note = _planned(vault, text, "", place).changes[0].path
    stored = _stored(vault, attachment, note)
    link = vault.plan.link_to(stored.changes[0].path, note)
    plan = _planned(vault, text, link, place)
    plan.changes.insert(0, stored.changes[0])
    return vault.carry_out(plan)


def _planned(vault: Vault, text: str, link: str, place: str) -> WritePlan:
    if place == TODAY:
        return vault.plan.add("\n".join(filter(None, (text, link))))
    title = title_of(text) or f"{config.now():%Y-%m-%d %H.%M}"
    body = "" if title == text.strip() else text
    return vault.plan.new("note", title, body="\n\n".join(filter(None, (body, link))))


def _stored(vault: Vault, attachment: Attachment, note: str) -> WritePlan:
    data = attachment.data or read_file(attachment.path)
    return vault.plan.store(attachment.name, data, note)


def attachment_of(path: str) -> Attachment:
    """Return a file on this machine as an attachment."""
    return Attachment(os.path.basename(path), path)


def attachment_of_clipboard() -> Attachment:
    """Return the picture on the clipboard.

    Raises:
        Failure: There is none, or no program here that could read it.
    """
    from notekeep.tui.pictures import clipboard_file

    name, data = clipboard_file()
    return Attachment(name, data=data)
