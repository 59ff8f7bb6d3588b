"""Two texts of one note: what other programs do while it is edited, and what was left unsaved.

What others write is taken in, merged or asked about; text that a crash left is restored, compared
or discarded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from notekeep.errors import NotekeepError, NotFound
from notekeep.markdown.editor_text import EditorText
from notekeep.markdown.note_merge import merge_versions
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.storage.atomic import add_conflict_copy
from notekeep.storage.autosave import AutosaveFile, UnsavedText, find_unsaved
from notekeep.tui.dialogs.dialog import Choice, Dialog, Option, OptionRows, dialog_box
from notekeep.tui.keyboard import bindings
from notekeep.tui.messages import VaultChanged
from notekeep.tui.render.text_diff import compare, unified
from notekeep.tui.widgets.line_view import DiffView
from notekeep.tui.workers import WRITE_GROUP, in_background, show_error, show_message

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from notekeep.tui.screens.edit import EditScreen
    from notekeep.tui.screens.vault_screen import VaultScreen
    from notekeep.vault import Vault

    OnAnswer = Callable[[str | None], None]


MergeOutcome: TypeAlias = Literal["same", "reloaded", "merged", "gone", "conflict"]
"""What came of a merge: nothing, theirs, both, no file, or a question to the person."""


class EditSession:
    """A note being edited: what its file holds, what is on the screen, and how the two merge.

    Nothing here draws or writes. A note that cannot be shown without changing it is Refused.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.disk: bytes | None = data
        """What the file holds, as far as is known: what a save expects there; None for no file."""
        self.base = data
        """What the text was made from, for a merge: the file as it was known last.

        A file that is gone may come back as it was, with the drive it is on.
        """
        self._text = EditorText.checked(data)
        self.stand_ins = self._text.stand_ins

    @property
    def lines(self) -> list[str]:
        """What the screen should show, after the methods below changed it."""
        return self._text.lines

    def content(self, lines: Sequence[str]) -> bytes:
        if lines == self._text.lines:
            return self._text.data
        return self._text.joined(lines)

    def is_changed(self, lines: Sequence[str]) -> bool:
        return self.content(lines) != self.disk

    def plan(self, lines: Sequence[str], label: str) -> WritePlan:
        """Plan a save: it is carried out only if the file still holds what is known of it."""
        change = NoteChange(self.path, self.disk, self.content(lines))
        return WritePlan("edit", label, [change])

    def show(self, data: bytes) -> None:
        """Show a text in the place of what is typed, as if it had been typed."""
        self._text = EditorText(data, self.stand_ins)

    def show_file(self, data: bytes) -> None:
        """Show what the file holds by now: what was saved, or what another program wrote."""
        self.disk = self.base = data
        self.show(data)

    def merge_with_file(self, theirs: bytes | None, lines: Sequence[str]) -> MergeOutcome:
        """Bring the screen together with what the file holds by now; None when it is gone."""
        if theirs == self.disk:
            return "same"
        if theirs is None:
            self.disk = None
            return "gone"
        ours = self.content(lines)
        if (merged := merge_versions(self.path, self.base, ours, theirs)) is None:
            return "conflict"
        was_changed = ours not in (self.disk, theirs)
        self.disk = self.base = theirs
        self.show(merged)
        return "merged" if was_changed else "reloaded"

    def keep_own_text(self, theirs: bytes, lines: Sequence[str]) -> None:
        """Let the screen replace what another program wrote, at the next save."""
        ours = self.content(lines)
        self.disk = self.base = theirs
        self.show(ours)

    def restore(self, unsaved: UnsavedText) -> None:
        """Show a text that was not saved; what the file holds has to be merged afterwards."""
        self.disk = self.base = unsaved.base_data
        self.show(unsaved.data)


# What the editor asks: whether to restore what was not saved, and whose version should stay.

RESTORE, DIFF, DISCARD = "restore", "diff", "discard"
KEEP_MINE, KEEP_THEIRS, KEEP_BOTH = "mine", "theirs", "both"
TRY_AGAIN, LEAVE = "again", "leave"
BOTH_KEPT = "Another program changed the same lines. Your text is in {copy} · g c compares"


def ask_restore(
    screen: VaultScreen, unsaved: UnsavedText, on_disk: bytes, answered: OnAnswer
) -> None:
    """Ask what to do with a text that was typed and not saved; None leaves it for later."""
    options = [
        Option("Restore", "open it in the editor", RESTORE),
        Option("Show difference", "to the saved note", DIFF),
        Option("Discard", "keep the saved note", DISCARD),
    ]
    title = f"Unsaved text from {format_moment(unsaved.when)}"
    _ask(screen, title, options, answered, (on_disk, unsaved.data))


def ask_leave_unsaved(screen: VaultScreen, answered: OnAnswer) -> None:
    """Ask whether to lose a text that can be saved nowhere; None stays with it."""
    options = [
        Option("Try again", "save the note", TRY_AGAIN),
        Option("Close without saving", "your changes are lost", LEAVE),
    ]
    _ask(screen, "The note could not be saved", options, answered)


def format_moment(when: float) -> str:
    """Tell a moment as one says it: the time, and the day when it was not today."""
    then, now = time.localtime(when), time.localtime()
    return time.strftime("%H:%M" if then[:3] == now[:3] else "%Y-%m-%d %H:%M", then)


def _ask(
    screen: VaultScreen,
    title: str,
    options: list[Option],
    answered: OnAnswer,
    versions: tuple[bytes, bytes] = (b"", b""),
) -> None:
    """Ask, once more after the difference between two versions was shown."""

    def chosen(answer: str | None) -> None:
        if answer == DIFF:
            screen.app.push_screen(DiffDialog(*versions), lambda _: ask())
        else:
            answered(answer)

    def ask() -> None:
        screen.app.push_screen(Choice(title, options), chosen)

    ask()


class DiffDialog(Dialog[None]):
    """Two versions of a text as a diff."""

    def __init__(self, before: bytes, after: bytes) -> None:
        super().__init__()
        self._comparison = compare(before, after)

    def compose(self) -> ComposeResult:
        with dialog_box("Difference", ("esc", "back"), classes="-tall-box"):
            yield DiffView()

    def on_mount(self) -> None:
        view = self.query_one(DiffView)
        view.show(lambda width: unified(self._comparison, width, self.glyphs))
        view.focus()


class ExternalEdits:
    """Brings an editor together with what its file holds."""

    def __init__(self, screen: EditScreen) -> None:
        self._screen = screen
        self.is_asking = False  # whether the person is asked whose version stays

    def check(self, then: Callable[[], object] | None = None) -> None:
        screen = self._screen

        def merge(theirs: bytes | None) -> None:
            if self.merge(theirs) and then is not None:
                then()

        screen.load("file", partial(_content, screen.vault, screen.path), merge)

    def merge(self, theirs: bytes | None) -> bool:
        """Merge with what the file holds; False when the person has to be asked."""
        screen = self._screen
        if screen.is_busy:
            return False
        editing, area = screen.editing, screen.area
        gone_before = editing.disk is None
        outcome = editing.merge_with_file(theirs, area.lines)
        if outcome == "conflict":
            self._ask_whose(theirs or b"")
            return False
        if outcome in {"reloaded", "merged"}:
            area.put(editing.lines)
        if outcome == "merged":
            show_message(screen, "Merged with changes by another program · ctrl+z undo")
            screen.autosave.keep()
        elif outcome == "gone" and not gone_before:
            show_message(screen, f"{screen.path} was deleted · ctrl+s creates it again")
        screen.show_state()
        return True

    def _ask_whose(self, theirs: bytes) -> None:
        screen = self._screen
        if screen.is_closing:
            self._keep_theirs(theirs, BOTH_KEPT, beside=True)
            return
        screen.after_save = None  # the person has to be asked first
        self.is_asking = True
        screen.autosave.keep_now()

        def answered(answer: str | None) -> None:
            self.is_asking = False
            if answer == KEEP_MINE:
                screen.editing.keep_own_text(theirs, screen.area.lines)
                show_message(screen, "Kept yours: ctrl+s saves it. The history keeps theirs")
                self.check()  # what came while the person was asked
            elif answer == KEEP_THEIRS:
                self._keep_theirs(theirs, "Kept theirs. The history keeps yours")
            elif answer is not None:
                self._keep_theirs(theirs, "Kept theirs. Yours is in {copy}", beside=True)
            screen.show_state()

        options = [
            Option("Keep mine", "the history keeps theirs", KEEP_MINE),
            Option("Keep theirs", "the history keeps mine", KEEP_THEIRS),
            Option("Keep both", "mine becomes a copy beside it", KEEP_BOTH),
            Option("Show difference", "from theirs to mine", DIFF),
        ]
        versions = theirs, screen.editing.content(screen.area.lines)
        _ask(screen, "Another program changed the same lines", options, answered, versions)

    def _keep_theirs(self, theirs: bytes, message: str, *, beside: bool = False) -> None:
        """Show theirs once ours is kept, in history or in a file beside the note."""
        screen = self._screen
        ours = screen.editing.content(screen.area.lines)

        def keep() -> str:
            vault = screen.vault
            vault.history.store.record_version(screen.path, ours)
            return add_conflict_copy(vault.root, screen.path, ours) if beside else ""

        def failed(error: NotekeepError) -> None:
            self.is_asking, screen.after_save = False, None
            show_error(screen, error)

        def kept(copy: str) -> None:
            self.is_asking = False
            screen.editing.show_file(theirs)
            screen.area.put(screen.editing.lines)
            screen.autosave.file.discard()
            show_message(screen.app, message.format(copy=copy))
            screen.show_state()
            if copy:
                screen.app.post_message(VaultChanged())
            if screen.is_closing:
                screen.go_on()
            else:
                self.check()

        self.is_asking = True  # nothing else begins meanwhile
        in_background(screen, keep, kept, group=WRITE_GROUP, holds_keys=True, failed=failed)


# Text that was typed and never saved, as a crash leaves it.


def find_unsaved_texts(vault: Vault) -> list[UnsavedText]:
    """Find the texts that were left and are not what their notes hold; reads and never writes."""
    unsaved = find_unsaved(vault.places.state)
    return [one for one in unsaved if _content(vault, one.path) != one.data]


def _content(vault: Vault, path: str) -> bytes | None:
    try:
        return vault.workspace.read(path)
    except NotFound:
        return None


def _discard(vault: Vault, unsaved: UnsavedText) -> None:
    vault.history.store.record_version(unsaved.path, unsaved.data)
    swap = AutosaveFile(vault.places.state, unsaved.path)
    if swap.claim() == unsaved:
        swap.discard()
    swap.release()


class UnsavedScreen(Dialog["UnsavedText | None"]):
    """The texts that were left; the answer is the one to restore, or None."""

    BINDINGS = bindings("unsaved")

    def __init__(self, texts: Sequence[UnsavedText]) -> None:
        super().__init__()
        self._texts = list(texts)
        self._list = OptionRows()

    def compose(self) -> ComposeResult:
        keys = ("enter", "restore"), ("del", "discard"), ("v", "difference"), ("esc", "later")
        with dialog_box("Unsaved text", *keys):
            yield self._list

    def on_mount(self) -> None:
        self._list.focus()
        self._list_texts()

    def _list_texts(self) -> None:
        texts = enumerate(self._texts)
        self._list.show([Option(one.path, format_moment(one.when), str(n)) for n, one in texts])
        self.fit(self._list, margin=7)

    @property
    def _here(self) -> UnsavedText | None:
        return self._texts[int(self._list.value)] if self._texts else None

    def on_list_view_selected(self) -> None:
        self.action_restore_unsaved()

    def action_restore_unsaved(self) -> None:
        self.dismiss(self._here)

    def action_compare_unsaved(self) -> None:
        if (unsaved := self._here) is None:
            return

        def show(content: bytes | None) -> None:
            self.app.push_screen(DiffDialog(content or b"", unsaved.data))

        in_background(self, lambda: _content(self.vault, unsaved.path), show, group="compare")

    def action_discard_unsaved(self) -> None:
        if (unsaved := self._here) is None:
            return

        def discarded(_: object) -> None:
            show_message(self, f"Discarded. It stays in the history of {unsaved.path}")
            self._texts.remove(unsaved)
            if self._texts:
                self._list_texts()
            else:
                self.dismiss(None)

        discard = partial(_discard, self.vault, unsaved)
        in_background(self, discard, discarded, group=WRITE_GROUP, exclusive=True)
