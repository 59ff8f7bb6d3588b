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
from notekeep.tui.screens.dialogs import Prompt
from notekeep.writing.capture import read_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.document._document import Location

    from notekeep.errors import NotekeepError
    from notekeep.tui.screens.edit import EditScreen
    from notekeep.writing.plan import Done

Place: TypeAlias = "tuple[Location, Location, str]"
"""Where a text stands: its start, its end, and the text."""
File: TypeAlias = tuple[str, bytes]
"""A file's name and its content."""


class Attaching:
    """Attaches files to the note of one editor."""

    def __init__(self, screen: EditScreen) -> None:
        self._screen = screen

    def ask(self) -> None:
        """Ask for a file, and link it at the cursor."""
        hint = "A copy goes into the attachments. Empty takes the picture on the clipboard."
        prompt = Prompt("Attach a file", example="~/Pictures/map.png", hint=hint)
        self._screen.app.push_screen(prompt, self._answered)

    def _answered(self, file: str | None) -> None:
        if file is None:
            return
        here = self._screen.area.cursor_location
        place = (here, here, "")
        if file:
            path = pasted_picture(file) or os.path.expanduser(file)
            self._store(partial(_of_file, path), place)
        else:
            self._store(clipboard_file, place)

    def pasted(self, text: str, place: Place) -> None:
        """Attach the picture whose path was pasted, in the place of the path; other text stays."""
        path = pasted_picture(text)
        if path:
            self._store(partial(_of_file, path), place, is_sure=False)

    def _store(self, read: Callable[[], File], place: Place, *, is_sure: bool = True) -> None:
        screen = self._screen

        def store() -> tuple[str, str, Done]:
            name, data = read()
            plan = screen.vault.plan.store(name, data, screen.path)
            link = screen.vault.plan.link_to(plan.changes[0].path, screen.path)
            return plan.label, link, screen.vault.carry_out(plan)

        def stored(answer: tuple[str, str, Done]) -> None:
            name, link, done = answer
            for problem in done.refused:
                screen.app.notify(clean_line(problem.message), severity="error", markup=False)
            if done.step:
                self._link(name, link, place)
                screen.app.post_message(VaultChanged(is_step=True))

        def failed(error: NotekeepError) -> None:
            # A path that names nothing here is just text.
            if is_sure or not isinstance(error, NotFound):
                show_error(screen, error)

        in_background(screen, store, stored, group="write", failed=failed)

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


def _of_file(path: str) -> File:
    return os.path.basename(path), read_file(path)
