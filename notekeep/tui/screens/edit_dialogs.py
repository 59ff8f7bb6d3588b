"""What the editor asks: whether to restore what was not saved, and whose version should stay."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.containers import Vertical

from notekeep.tui.keys import bindings
from notekeep.tui.render.compare import compare
from notekeep.tui.render.versions import unified
from notekeep.tui.screens.dialogs import Choice, Option
from notekeep.tui.screens.leaving import Dialog, hints
from notekeep.tui.widgets.diff_view import DiffView

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from notekeep.files.swap import Unsaved
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.screens.base import VaultScreen

    Answered = Callable[[str | None], None]

RESTORE, DIFF, DISCARD = "restore", "diff", "discard"
MINE, THEIRS, BOTH = "mine", "theirs", "both"
AGAIN, LEAVE = "again", "leave"


def ask_restore(screen: VaultScreen, unsaved: Unsaved, on_disk: bytes, answered: Answered) -> None:
    """Ask what to do with a text that was typed and not saved; None leaves it for later."""
    options = [
        Option("Restore", "it is in the editor, and not saved yet", RESTORE),
        Option("Show the difference", "to the file as it is", DIFF),
        Option("Discard", "the file stays as it is", DISCARD),
    ]
    title = f"Unsaved text from {clock(unsaved.when)}"
    _ask(screen, title, options, (on_disk, unsaved.data), answered)


def ask_whose(screen: VaultScreen, theirs: bytes, ours: bytes, answered: Answered) -> None:
    """Ask which of two versions stays, when both changed the same lines."""
    options = [
        Option("Keep mine", "theirs goes to history when you save", MINE),
        Option("Keep theirs", "mine goes to history", THEIRS),
        Option("Keep both", "mine becomes a file beside it", BOTH),
        Option("Show the difference", "from theirs to mine", DIFF),
    ]
    title = "Another program changed the same lines"
    _ask(screen, title, options, (theirs, ours), answered)


def ask_stuck(screen: VaultScreen, answered: Answered, *, is_kept: bool) -> None:
    """Ask whether to leave a text that cannot be saved; None stays with it.

    Args:
        screen: Where it is edited.
        answered: Takes the answer.
        is_kept: Whether the text is kept where the next start finds it.
    """
    fate = "the text is kept, and offered again" if is_kept else "what was typed is lost"
    options = [
        Option("Try again", "to save the note", AGAIN),
        Option("Leave without saving", fate, LEAVE),
    ]
    question = Choice("The note could not be saved", options, screen.glyphs)
    screen.app.push_screen(question, answered)


def clock(when: float) -> str:
    """Tell a moment as one says it: the time, and the day when it was not today."""
    then, now = time.localtime(when), time.localtime()
    return time.strftime("%H:%M" if then[:3] == now[:3] else "%Y-%m-%d %H:%M", then)


def _ask(
    screen: VaultScreen,
    title: str,
    options: list[Option],
    versions: tuple[bytes, bytes],
    answered: Answered,
) -> None:
    def chosen(answer: str | None) -> None:
        if answer == DIFF:
            screen.app.push_screen(Difference(*versions, screen.glyphs), lambda _: ask())
        else:
            answered(answer)

    def ask() -> None:
        screen.app.push_screen(Choice(title, options, screen.glyphs), chosen)

    ask()


class Difference(Dialog[None]):
    """Two versions of a text as a diff."""

    BINDINGS = bindings("dialog")
    CSS_PATH = "dialogs.tcss"

    def __init__(self, before: bytes, after: bytes, glyphs: Glyphs) -> None:
        super().__init__()
        self._comparison = compare(before, after)
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-tall-box") as box:
            box.border_title = "Difference"
            box.border_subtitle = hints(("esc", "back"))
            yield DiffView(self._glyphs)

    def on_mount(self) -> None:
        view = self.query_one(DiffView)
        view.show(lambda width: unified(self._comparison, width, self._glyphs))
        view.focus()
