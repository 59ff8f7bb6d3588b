"""Files that are attached while a note is edited: stored as a step, linked as typed text."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from notekeep.errors import NotFound
from notekeep.markdown.clean import clean_line
from notekeep.tui.jobs import in_background, say, show_error
from notekeep.tui.messages import VaultChanged
from notekeep.tui.pictures import clipboard_file, pasted_picture
from notekeep.tui.screens.dialogs import Prompt, ask
from notekeep.writing.capture import read_file

if TYPE_CHECKING:
    from notekeep.errors import NotekeepError
    from notekeep.tui.screens.edit import EditScreen
    from notekeep.writing.plan import Done

Place: TypeAlias = tuple[tuple[int, int], tuple[int, int], str]
"""Where a text is, as line and column of its start and its end; and the text."""
_Stored: TypeAlias = "tuple[str, str, Done]"
"""A file that was stored: its name, a link to it, and what was written."""


class Attaching:
    """Attaches files to the note of one editor."""

    def __init__(self, screen: EditScreen) -> None:
        self._screen = screen

    def ask(self) -> None:
        """Ask for a file, and link it at the cursor."""
        hint = "A copy goes into the attachments. Empty takes the picture on the clipboard."
        prompt = Prompt("Attach a file", example="~/Pictures/map.png", hint=hint)
        here = self._screen.area.cursor_location

        def store(file: str) -> _Stored:
            if not file:
                return self._store(*clipboard_file())
            return self._store(*_read(pasted_picture(file) or os.path.expanduser(file)))

        ask(self._screen, prompt, store, partial(self._stored, (here, here, "")))

    def pasted(self, text: str, place: Place) -> None:
        """Attach the picture whose path was pasted, in the place of the path; other text stays."""
        path = pasted_picture(text)
        if not path:
            return

        def failed(error: NotekeepError) -> None:
            # A path that names nothing here is just text.
            if not isinstance(error, NotFound):
                show_error(self._screen, error)

        in_background(
            self._screen,
            lambda: self._store(*_read(path)),
            partial(self._stored, place),
            group="write",
            failed=failed,
        )

    def _store(self, name: str, data: bytes) -> _Stored:
        """Copy a file into the attachments; touches no widget, so that a thread may do it."""
        screen = self._screen
        plan = screen.vault.plan.store(name, data, screen.path)
        link = screen.vault.plan.link_to(plan.changes[0].path, screen.path)
        return plan.label, link, screen.vault.carry_out(plan)

    def _stored(self, place: Place, answer: _Stored) -> None:
        name, link, done = answer
        for problem in done.refused:
            self._screen.app.notify(clean_line(problem.message), severity="error", markup=False)
        if done.step:
            self._link(name, link, place)
            self._screen.app.post_message(VaultChanged(is_step=True))

    def _link(self, name: str, link: str, place: Place) -> None:
        """Put the link where the path stands, unless something else stands there by now."""
        area = self._screen.area
        start, end, text = place
        if area.get_text_range(start, end) != text:
            start = end = area.cursor_location
        area.history.checkpoint()
        area.replace(link, start, end, maintain_selection_offset=True)
        if not text:
            area.move_cursor((start[0], start[1] + len(link)))
        area.history.checkpoint()
        say(self._screen, f"Copied {name} into the attachments · ctrl+z takes the link out")


def _read(path: str) -> tuple[str, bytes]:
    """Give a file's name and its content."""
    return os.path.basename(path), read_file(path)
