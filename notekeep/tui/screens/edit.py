"""Edit: the text of one note. A save changes only the edited lines.

Unsaved text is stored in an autosave file. Changes by other programs are merged; in a conflict,
the user decides (`edit_conflicts`). A save never overwrites a changed file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Literal, NamedTuple, TypeAlias

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from notekeep.errors import Conflict, NotekeepError, NotFound, Refused
from notekeep.markdown.fields.field_changes import FieldChange, apply_changes
from notekeep.markdown.note import read_note
from notekeep.notes.capture import (
    Attachment,
    make_attachment_link,
    plan_attachment,
    plan_quote,
    quote_location,
)
from notekeep.notes.plan import WriteResult
from notekeep.services.completion import Completer, CompletionOffer, find_frontmatter_end
from notekeep.storage.atomic import add_conflict_copy
from notekeep.storage.autosave import AutosaveFile, UnsavedText
from notekeep.storage.open_folder import NameExists
from notekeep.tui.clipboard import attach_clipboard_picture, pasted_picture
from notekeep.tui.completion import first_text_position, has_text
from notekeep.tui.dialogs.dialog import Option, OptionRows, Prompt, open_dialog
from notekeep.tui.dialogs.form import FormScreen, QuoteDialog
from notekeep.tui.messages import ShowOverlay, VaultChanged
from notekeep.tui.render.formatting import plural
from notekeep.tui.screens.edit_conflicts import (
    BOTH_KEPT,
    DISCARD,
    KEEP_MINE,
    KEEP_THEIRS,
    LEAVE,
    RESTORE,
    TRY_AGAIN,
    EditSession,
    ask_leave_unsaved,
    ask_restore,
    ask_which_version,
    read_if_exists,
)
from notekeep.tui.screens.note_operations import edit_outside
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.widgets.note_area import FindBar, NoteArea
from notekeep.tui.workers import WRITE_GROUP, in_background, notify_done, show_error, show_message

LinkPlace: TypeAlias = tuple[tuple[int, int], tuple[int, int], str]
"""The start and end of a text, each as line and column, and the text."""
# A crash loses at most the keys of this time or this many keys, whichever comes first.
AUTOSAVE_SECONDS = 2.0
AUTOSAVE_KEYS = 200


MAX_LISTED = 8
MAX_LIST_WIDTH = 48


class CompletionList(OptionRows, can_focus=False):
    """The suggestions below the cursor, or above it if there is no room."""

    opening_clicks = 1

    def show_offers(self, area: NoteArea) -> None:
        offers = area.listed_offers
        self.display = bool(offers)
        if not offers:
            return
        options = [_make_option(offer, number) for number, offer in enumerate(offers)]
        self.show(options, str(area.chosen_offer))
        place, screen = area.cursor_screen_offset, self.app.size
        longest = max(len(option.title) + len(option.about) for option in options)
        width = min(longest + 8, MAX_LIST_WIDTH, screen.width)
        height = min(len(options), MAX_LISTED)
        self.styles.width, self.styles.height = width, height + 2
        typed = area.cursor_location[1] - offers[0].start
        is_above = place.y + height + 3 > screen.height and place.y > height + 2
        y = place.y - height - 2 if is_above else place.y + 1
        self.styles.offset = max(0, min(place.x - typed - 3, screen.width - width)), y


def _make_option(offer: CompletionOffer, number: int) -> Option:
    target, _, title = offer.text.removesuffix("]]").removesuffix(": ").partition("|")
    return Option(title or target, target if title else "", str(number))


EditState: TypeAlias = Literal["open", "saving", "asking", "offering", "given up"]
"""The state of the editor. While it is `offering` text that exists only in the autosave file,
nothing may overwrite that file. Text that is `given up` needs no save."""


class SaveGoal(NamedTuple):
    """The callback after a save, and whether it leaves the editor."""

    then: Callable[[], object]
    leaves: bool


class EditScreen(VaultScreen):
    """A note being edited."""

    CSS_PATH = "edit.tcss"
    OPENED_BY = "show-browse"

    state: EditState = "open"
    _goal: SaveGoal | None = None
    _autosave_due: Timer | None = None
    _keys = 0  # the number of changes since the last autosave

    def __init__(
        self, editing: EditSession, line: int | None = None, *, restores: bool = False
    ) -> None:
        super().__init__()
        self.editing = editing
        self.path = editing.path
        # Not queried, because a crash removes the widgets before the autosave.
        self.area = NoteArea(editing.lines, editing.stand_ins)
        row = self.vault.catalog.row(editing.path)
        self.label = row.title if row is not None else editing.path
        self.offers = CompletionList()
        self._autosave = AutosaveFile(self.vault.places.state, self.path)
        self.find = FindBar(self.area)
        self._line, self._restores = line, restores

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="sheet"):
            yield self.area
        yield self.find
        yield self.offers

    def on_mount(self) -> None:
        self.area.focus()
        place = first_text_position(self.area.lines) if self._line is None else (self._line - 1, 0)
        if place != (0, 0):
            self.area.go_to(place)
        self.show_state()

        def set_completer(completer: Completer) -> None:
            self.area.completer = completer

        complete = partial(Completer.of, self.vault.search, self.path)
        self.load("completion", complete, set_completer, is_quiet=True)
        while (unsaved := self._autosave.claim()) is not None:
            if unsaved.data == self.editing.disk:
                self._autosave.discard()
                continue
            if self._restores:
                self._restore(unsaved)
                self._check_file()
            else:
                self._offer_unsaved(unsaved)
            return

    def on_unmount(self) -> None:
        self.autosave_unsaved()
        self._autosave.release()  # so that the next editor can claim it

    def place(self) -> str:
        return "find" if self.find.has_text_focus else "edit"

    @property
    def opens_without_reload(self) -> bool:
        return False

    @property
    def is_changed(self) -> bool:
        return self.editing.is_changed(self.area.lines)

    @property
    def is_busy(self) -> bool:
        """Whether a save or a question must finish before anything else starts."""
        return self.state in ("saving", "asking", "offering")

    def show_state(self) -> None:
        row, column = self.area.cursor_location
        lines, mark = self.area.lines, "unsaved · " if self.is_changed else ""
        words = f"{plural(count_note_words(lines), 'word')} · " if has_text(lines) else ""
        self.set_status(f"{self.label} · {mark}{words}{row + 1}:{column + 1}")

    def on_text_area_changed(self) -> None:
        self.show_state()
        self._keys += 1
        if self._keys >= AUTOSAVE_KEYS:
            self._start_autosave()
        elif self._autosave_due is None:
            self._autosave_due = self.set_timer(AUTOSAVE_SECONDS, self._start_autosave)

    def on_text_area_selection_changed(self) -> None:
        self.show_state()

    def autosave_unsaved(self) -> None:
        """Write unsaved text to the autosave file, without a thread, because the app is ending."""
        if self.is_changed and self.state != "offering":
            self._autosave_now()

    def _start_autosave(self) -> None:
        """Write unsaved text to the autosave file, in a thread."""
        self._keys = 0
        if self._autosave_due is not None:
            self._autosave_due.stop()
            self._autosave_due = None
        if self.is_changed:
            write = partial(self._autosave.write, self._unsaved())
            in_background(self, write, lambda _: None, group="swap")
        else:
            self._autosave.discard()

    def _autosave_now(self) -> bool:
        """Write unsaved text to the autosave file, without a thread; return False on errors."""
        try:
            self._autosave.write(self._unsaved(), durable=True)
        except NotekeepError as error:
            show_error(self, error)
            return False
        return True

    def _unsaved(self) -> UnsavedText:
        content = self.editing.content(self.area.lines)
        return UnsavedText.of(self.path, content, self.editing.base, self.area.cursor_location)

    def on_note_area_offered(self) -> None:
        self.offers.show_offers(self.area)
        self.labels = {"finish": "close list"} if self.area.listed_offers else {}
        self.refresh_bindings()

    def on_list_view_selected(self, event: CompletionList.Selected) -> None:
        self.area.accept_offer(event.row)

    def _offer_unsaved(self, unsaved: UnsavedText) -> None:
        def answered(answer: str | None) -> None:
            self.state = "open"
            if answer == RESTORE:
                self._restore(unsaved)
            elif answer == DISCARD:
                self._autosave.discard()
            else:
                self._leave()  # new text would overwrite the unsaved text

        self.state = "offering"
        ask_restore(self, unsaved, self.editing.base, answered)

    def _restore(self, unsaved: UnsavedText) -> None:
        on_disk = self.editing.disk
        self.editing.restore(unsaved)
        self.area.put(self.editing.lines)
        self.area.go_to(unsaved.cursor)
        self._merge(on_disk)

    action_find_here = property(attrgetter("find.open"))

    def action_finish(self) -> None:
        self.save(self._leave, leaves=True)

    def action_hand_over(self) -> None:
        def edit() -> None:
            screen = self.app.screen
            if isinstance(screen, VaultScreen):
                edit_outside(screen, self.path)

        self.leave_then(edit)

    # An attached file is stored as a step of the history; its link is inserted like typed text.

    def action_attach_here(self) -> None:
        hint = "The file is copied into the attachments. Empty: the picture in the clipboard."
        prompt = Prompt("Attach file", example="~/Pictures/map.png", hint=hint)
        cursor = self.area.cursor_location

        def store(file: str) -> tuple[str, str, WriteResult]:
            return self._store(pasted_picture(file) or os.path.expanduser(file))

        open_dialog(self, prompt, store, partial(self._put_link, (cursor, cursor, "")))

    def on_note_area_pasted(self, event: NoteArea.Pasted) -> None:
        """Replace a pasted picture path with a link to its copy; leave other text."""
        path = pasted_picture(event.text)
        if not path:
            return

        def failed(error: NotekeepError) -> None:
            # A path to a missing file is only text.
            if not isinstance(error, NotFound):
                show_error(self, error)

        store, then = partial(self._store, path), partial(self._put_link, event.place)
        in_background(self, store, then, group=WRITE_GROUP, failed=failed)

    def _store(self, file: str) -> tuple[str, str, WriteResult]:
        """Store a file, or the picture on the clipboard; return its name, a link, and the step."""
        if file:
            attachment = Attachment(os.path.basename(file), file)
        else:
            attachment = attach_clipboard_picture()
        workspace = self.vault.workspace
        plan = plan_attachment(workspace, attachment, self.path)
        link = make_attachment_link(workspace, plan.copies[0].path, self.path)
        return plan.label, link, self.vault.notes.apply(plan)

    def _put_link(self, place: LinkPlace, stored: tuple[str, str, WriteResult]) -> None:
        """Replace the path with a link, or insert it at the cursor if the path has changed."""
        name, link, done = stored
        notify_done(self, "", done)
        if not done.step:
            return
        area = self.area
        start, end, text = place
        if area.get_text_range(start, end) != text:
            start = end = area.cursor_location
        area.history.checkpoint()
        area.replace(link, start, end, maintain_selection_offset=True)
        if not text:
            area.move_cursor((start[0], start[1] + len(link)))
        area.history.checkpoint()
        show_message(self, f"Copied {name} to the attachments · ctrl+z removes the link")

    # Fields and quotes, inserted like typed text.

    def action_fields_here(self) -> None:
        """Show the fields of the current text; changes are inserted like typed text."""
        schema = self.vault.schema
        before = self.editing.content(self.area.lines)
        note = read_note(self.path, before, schema)

        def check(changes: list[FieldChange]) -> list[FieldChange]:
            apply_changes(before, changes, schema, note.kind)
            return changes

        def put(changes: list[FieldChange]) -> None:
            # Raises an error, which is shown, if the changes no longer fit the text.
            content = self.editing.content(self.area.lines)
            self._put(apply_changes(content, changes, schema, note.kind))

        if note.problem is not None:
            line = note.problem.line or 1
            self.area.go_to((line - 1, 0))
            show_error(self, Refused(note.problem.message, f"It is line {line} of the note."))
            return
        form = FormScreen(note, check)
        open_dialog(self, form, check, put, group="check")

    def action_quote_here(self) -> None:
        """Ask for a quote, and add it under the heading for quotes."""
        before = self.editing.content(self.area.lines)

        def add(content: bytes, quote: tuple[str, str]) -> bytes:
            text, page = quote
            plan = plan_quote(self.path, content, text, **quote_location(page))
            return plan.changes[0].after or b""

        def check(quote: tuple[str, str]) -> tuple[str, str]:
            add(before, quote)
            return quote

        def put(quote: tuple[str, str]) -> None:
            self._put(add(self.editing.content(self.area.lines), quote))

        open_dialog(self, QuoteDialog(self.label), check, put, group="check")

    def _put(self, content: bytes) -> None:
        """Replace the text like typed text, so that undo works."""
        self.editing.show(content)
        self.area.put(self.editing.lines)
        self.show_state()

    def action_history_here(self) -> None:
        self.save(lambda: self.app.post_message(ShowOverlay("history", self.path)))

    # Saving, and the callbacks after it.

    def leave_then(self, then: Callable[[], object]) -> None:
        """Save, close the editor, and then call `then`."""
        app = self.app

        def leave() -> None:
            self._leave()
            app.call_later(then)

        self.save(leave, leaves=True)

    def save(self, then: Callable[[], object] | None = None, *, leaves: bool = False) -> None:
        self._goal = SaveGoal(then, leaves) if then is not None else None
        self._save()

    action_save = save

    def _save(self) -> None:
        if self.is_busy:
            return
        lines = list(self.area.lines)
        if not self.editing.is_changed(lines):
            self._finish_save()
            return
        self.state = "saving"
        plan = self.editing.plan(lines, self.label)
        apply = partial(self.vault.notes.apply, plan)
        saved = partial(self._on_saved, self.editing.content(lines))
        in_background(self, apply, saved, group=WRITE_GROUP, failed=self._on_save_failed)

    def _on_saved(self, content: bytes, done: WriteResult) -> None:
        self.state = "open"
        notify_done(self, "", done)
        if not done.step:
            self._goal = None
            self._start_autosave()
            return
        self.editing.show_file(content)
        self.show_state()
        if not self.is_changed:
            self._finish_save()
        elif self._goal is not None:  # the text was edited during the save
            self._save()

    def _finish_save(self) -> None:
        self._autosave.discard()
        goal, self._goal = self._goal, None
        if goal is not None:
            goal.then()

    @property
    def is_closing(self) -> bool:
        return self._goal is not None and self._goal.leaves

    def _on_save_failed(self, error: NotekeepError) -> None:
        self.state = "open"
        self._start_autosave()
        if isinstance(error, Conflict) and error.copy:
            show_error(self, error)
            self.app.post_message(VaultChanged())
        before = self.editing.disk

        def save_again() -> None:
            # Saving the same text over the same file would fail again.
            if isinstance(error, Conflict) or self.editing.disk != before:
                self._save()
            else:
                self._give_up(error)

        if isinstance(error, (Conflict, NotFound, NameExists)):
            self._check_file(save_again)  # another program changed the file first
        else:
            self._give_up(error)

    def _give_up(self, error: NotekeepError) -> None:
        goal, self._goal = self._goal, None
        if goal is not None and goal.leaves and self._autosave_now():
            self.state = "given up"
            hint = "Your text is kept. Press e on the note, or run Unsaved text (ctrl+p)."
            not_saved = f"{self.label} was not saved: {error.message}"
            show_error(self.app, NotekeepError(not_saved, hint))
            goal.then()
            return
        show_error(self, error)
        if goal is None or not goal.leaves:
            return

        def answered(answer: str | None) -> None:
            self.state = "given up" if answer == LEAVE else "open"
            if answer == TRY_AGAIN:
                self.save(goal.then, leaves=True)
            elif answer == LEAVE:
                goal.then()

        self.state = "offering"  # the text is not stored anywhere, so closing now would lose it
        ask_leave_unsaved(self, answered)

    def _leave(self) -> None:
        if self.is_attached:
            self.dismiss(None)

    # Changes of the file by other programs.

    def vault_changed(self) -> None:
        if self.state != "saving":
            self._check_file()

    def _check_file(self, then: Callable[[], object] | None = None) -> None:
        """Merge with the file, and call `then` unless there is a conflict."""

        def merge(theirs: bytes | None) -> None:
            if self._merge(theirs) and then is not None:
                then()

        self.load("file", partial(read_if_exists, self.vault, self.path), merge)

    def _merge(self, theirs: bytes | None) -> bool:
        """Merge with the content of the file; False if there is a conflict."""
        if self.is_busy:
            return False
        was_there = self.editing.disk is not None
        outcome = self.editing.merge_with_file(theirs, self.area.lines)
        if outcome == "conflict":
            self._ask_which_version(theirs or b"")
            return False
        if outcome in {"reloaded", "merged"}:
            self.area.put(self.editing.lines)
        if outcome == "merged":
            show_message(self, "Merged with changes by another program · ctrl+z undo")
            self._start_autosave()
        elif outcome == "deleted" and was_there:
            show_message(self, f"{self.path} was deleted · ctrl+s creates it again")
        self.show_state()
        return True

    def _ask_which_version(self, theirs: bytes) -> None:
        if self.is_closing:
            self._keep_theirs(theirs, BOTH_KEPT, beside=True)
            return
        self._goal = None
        self.state = "asking"
        self._autosave_now()

        def answered(answer: str | None) -> None:
            self.state = "open"
            if answer == KEEP_MINE:
                self.editing.keep_own_text(theirs, self.area.lines)
                show_message(self, "Kept yours: ctrl+s saves it. The history keeps theirs")
                self._check_file()  # the file may have changed during the question
            elif answer == KEEP_THEIRS:
                self._keep_theirs(theirs, "Kept theirs. The history keeps yours")
            elif answer is not None:
                self._keep_theirs(theirs, "Kept theirs. Yours is in {copy}", beside=True)
            self.show_state()

        ask_which_version(self, theirs, self.editing.content(self.area.lines), answered)

    def _keep_theirs(self, theirs: bytes, message: str, *, beside: bool = False) -> None:
        """Store our text in history or in a file next to the note, then show theirs."""
        ours = self.editing.content(self.area.lines)

        def keep() -> str:
            self.vault.history.store.record_version(self.path, ours)
            return add_conflict_copy(self.vault.root, self.path, ours) if beside else ""

        def failed(error: NotekeepError) -> None:
            self.state, self._goal = "open", None
            show_error(self, error)

        def kept(copy: str) -> None:
            self.state = "open"
            self.editing.show_file(theirs)
            self.area.put(self.editing.lines)
            self.show_state()
            show_message(self.app, message.format(copy=copy))
            if copy:
                self.app.post_message(VaultChanged())
            if self.is_closing:
                self._finish_save()
            else:
                self._autosave.discard()
                self._check_file()

        self.state = "asking"
        in_background(self, keep, kept, group=WRITE_GROUP, holds_keys=True, failed=failed)


def count_note_words(lines: Sequence[str]) -> int:
    """Count the words of a note without its front matter and the `#` of headings."""
    end = find_frontmatter_end(lines)
    start = 0 if end is None else end + 1
    lines_of_words = (line.split() for line in lines[start:])
    return sum(len(words) - (bool(words) and not words[0].strip("#")) for words in lines_of_words)
