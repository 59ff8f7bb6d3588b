"""External changes while editing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.containers import Vertical

from notekeep.errors import NotFound
from notekeep.tui.dialogs.dialog import Dialog, hints
from notekeep.tui.dialogs.prompts import Choice, Option
from notekeep.tui.keys import bindings
from notekeep.tui.messages import VaultChanged
from notekeep.tui.render.text_diff import compare
from notekeep.tui.render.version_lines import unified
from notekeep.tui.widgets.line_view import DiffView
from notekeep.tui.workers import in_background, show_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from notekeep.storage.autosave import UnsavedText
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.screens.edit import EditScreen
    from notekeep.tui.screens.vault_screen import VaultScreen

    OnAnswer = Callable[[str | None], None]


# What the editor asks: whether to restore what was not saved, and whose version should stay.


RESTORE, DIFF, DISCARD = "restore", "diff", "discard"
KEEP_MINE, KEEP_THEIRS, KEEP_BOTH = "mine", "theirs", "both"
TRY_AGAIN, LEAVE = "again", "leave"


def ask_restore(
    screen: VaultScreen, unsaved: UnsavedText, on_disk: bytes, answered: OnAnswer
) -> None:
    """Ask what to do with a text that was typed and not saved; None leaves it for later."""
    options = [
        Option("Restore", "it is in the editor, and not saved yet", RESTORE),
        Option("Show the difference", "to the file as it is", DIFF),
        Option("Discard", "the file stays as it is", DISCARD),
    ]
    title = f"Unsaved text from {format_moment(unsaved.when)}"
    _ask(screen, title, options, (on_disk, unsaved.data), answered)


def ask_which_version(screen: VaultScreen, theirs: bytes, ours: bytes, answered: OnAnswer) -> None:
    """Ask which of two versions stays, when both changed the same lines."""
    options = [
        Option("Keep mine", "theirs goes to history when you save", KEEP_MINE),
        Option("Keep theirs", "mine goes to history", KEEP_THEIRS),
        Option("Keep both", "mine becomes a file beside it", KEEP_BOTH),
        Option("Show the difference", "from theirs to mine", DIFF),
    ]
    title = "Another program changed the same lines"
    _ask(screen, title, options, (theirs, ours), answered)


def ask_leave_unsaved(screen: VaultScreen, answered: OnAnswer, *, is_kept: bool) -> None:
    """Ask whether to leave a text that cannot be saved; None stays with it."""
    fate = "the text is kept, and offered again" if is_kept else "what was typed is lost"
    options = [
        Option("Try again", "to save the note", TRY_AGAIN),
        Option("Leave without saving", fate, LEAVE),
    ]
    question = Choice("The note could not be saved", options, screen.glyphs)
    screen.app.push_screen(question, answered)


def format_moment(when: float) -> str:
    """Tell a moment as one says it: the time, and the day when it was not today."""
    then, now = time.localtime(when), time.localtime()
    return time.strftime("%H:%M" if then[:3] == now[:3] else "%Y-%m-%d %H:%M", then)


def _ask(
    screen: VaultScreen,
    title: str,
    options: list[Option],
    versions: tuple[bytes, bytes],
    answered: OnAnswer,
) -> None:
    def chosen(answer: str | None) -> None:
        if answer == DIFF:
            screen.app.push_screen(DiffDialog(*versions, screen.glyphs), lambda _: ask())
        else:
            answered(answer)

    def ask() -> None:
        screen.app.push_screen(Choice(title, options, screen.glyphs), chosen)

    ask()


class DiffDialog(Dialog[None]):
    """Two versions of a text as a diff."""

    BINDINGS = bindings("dialog")
    CSS_PATH = "../dialogs/dialogs.tcss"

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


# What other programs do to a note that is being edited: taken in, merged, or asked about.


class ExternalEdits:
    """Brings an editor together with what its file holds."""

    def __init__(self, screen: EditScreen) -> None:
        self._screen = screen
        self.is_asking = False

    def look(self, then: Callable[[], object] | None = None) -> None:
        """Read the file, and bring the screen together with it."""
        screen = self._screen

        def read() -> bytes | None:
            try:
                return screen.vault.bytes_of(screen.path)
            except NotFound:
                return None

        def met(theirs: bytes | None) -> None:
            if self.meet(theirs) and then is not None:
                then()

        in_background(screen, read, met, group="look", exclusive=True)

    def meet(self, theirs: bytes | None) -> bool:
        """Meet what the file holds; False when the person has to be asked."""
        screen = self._screen
        if screen.is_busy:
            return False
        editing, area = screen.editing, screen.area
        gone_before = editing.disk is None
        met = editing.meet(theirs, area.lines)
        if met == "conflict":
            self._ask_whose(theirs or b"")
            return False
        if met in {"reloaded", "merged"}:
            area.put(editing.lines)
        if met == "merged":
            show_message(screen, "Merged with what another program saved · ctrl+z takes that out")
            screen.keeping.keep()
        elif met == "gone" and not gone_before:
            show_message(screen, f"{screen.path} is gone from the vault; ctrl+s makes it again")
        screen.tell()
        return True

    def _ask_whose(self, theirs: bytes) -> None:
        screen = self._screen
        screen.cancel_after_save()
        self.is_asking = True
        screen.keeping.autosave_now()

        def answered(answer: str | None) -> None:
            self.is_asking = False
            if answer == KEEP_MINE:
                screen.editing.keep_own_text(theirs, screen.area.lines)
                show_message(screen, "Yours stays: ctrl+s saves it, and theirs is kept in history")
                self.look()  # what came while the person was asked
            elif answer == KEEP_THEIRS:
                self._take(theirs, "Theirs is shown; yours is kept in history")
            elif answer is not None:
                self._take(theirs, "Theirs is shown; yours is in {copy}", beside=True)
            screen.tell()

        ask_which_version(screen, theirs, screen.editing.content(screen.area.lines), answered)

    def _take(self, theirs: bytes, told: str, *, beside: bool = False) -> None:
        """Show theirs once ours is kept, in history or in a file beside the note."""
        screen = self._screen
        ours = screen.editing.content(screen.area.lines)

        def keep() -> str:
            from notekeep.storage.atomic import add_conflict_copy

            vault = screen.vault
            vault.history.record_changed_outside([(screen.path, ours)])
            return add_conflict_copy(vault.root, screen.path, ours) if beside else ""

        def kept(copy: str) -> None:
            screen.editing.take_file_text(theirs)
            screen.area.put(screen.editing.lines)
            screen.keeping.discard()
            show_message(screen, told.format(copy=copy))
            screen.tell()
            if copy:
                screen.app.post_message(VaultChanged())
            self.look()

        in_background(screen, keep, kept, group="write")
