"""Edit: one note's text, saved so that nothing but the edited lines changes, and never lost.

What is typed is kept in a swap file until it is saved (`edit_keeping`). What other programs do to
the file meanwhile is merged, or asked about (`edit_meeting`); a file that changed is never saved
over.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.containers import Horizontal

from notekeep.errors import Conflict, NotekeepError, NotFound, Refused
from notekeep.files.folder import NameTaken
from notekeep.markdown.clean import clean
from notekeep.tui.completion import Completer, end_of_front_matter, first_place
from notekeep.tui.jobs import in_background, say, show_error
from notekeep.tui.messages import ShowHistory, VaultChanged
from notekeep.tui.render.words import plural
from notekeep.tui.screens import verbs
from notekeep.tui.screens.base import VaultScreen
from notekeep.tui.screens.edit_attaching import Attaching
from notekeep.tui.screens.edit_dialogs import AGAIN, DISCARD, LEAVE, RESTORE, ask_restore, ask_stuck
from notekeep.tui.screens.edit_keeping import Keeping
from notekeep.tui.screens.edit_meeting import Meeting
from notekeep.tui.screens.leaving import Leaving
from notekeep.tui.widgets.find_bar import FindBar
from notekeep.tui.widgets.note_area import NoteArea

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from textual.app import ComposeResult

    from notekeep.files.swap import Unsaved
    from notekeep.markdown.changes import FieldChange
    from notekeep.tui.editing import Editing
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.vault import Vault
    from notekeep.writing.plan import Done


class EditScreen(Leaving[None], VaultScreen):
    """A note being edited.

    Attributes:
        editing: What its file holds, and what is shown of it.
        path: The note.
        area: The text field.
        label: What the note is called.
        find: Finds what is looked for in the text.
        keeping: What is typed, kept until it is saved.
        restores: Whether a text that was left unsaved is shown without asking.
        is_given_up: Whether the person leaves what could not be saved.
    """

    CSS_PATH = "edit.tcss"
    OPENED_BY = "show-browse"

    def __init__(
        self,
        vault: Vault,
        glyphs: Glyphs,
        today: date,
        editing: Editing,
        line: int | None = None,
    ) -> None:
        """Make the screen.

        Args:
            vault: The vault.
            glyphs: The characters to draw with.
            today: The day it is.
            editing: The note.
            line: The line of the file to begin at, counted from 1.
        """
        super().__init__(vault, glyphs, today)
        self.editing = editing
        self.path = editing.path
        # Held here: when the program fails, its widgets go before what is typed can be asked of
        # them through the screen.
        self.area = NoteArea(editing.lines, editing.stand_ins)
        row = vault.catalog.row(editing.path)
        self.label = row.title if row is not None else editing.path
        self.keeping = Keeping(self)
        self.find = FindBar(self.area)
        self._meeting = Meeting(self)
        self._attaching = Attaching(self)
        self.restores = False
        self.is_given_up = False
        self._line = line
        self._saving = False
        self._offering = False
        self._then: Callable[[], object] | None = None
        self._leaving = False

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="sheet"):
            yield self.area
        yield self.find

    def on_mount(self) -> None:
        super().on_mount()
        self.area.focus()
        place = (self._line - 1, 0) if self._line is not None else first_place(self.area.lines)
        if place != (0, 0):
            self.area.go_to(place)
        self.tell()
        in_background(
            self,
            partial(Completer.of, self.vault, self.path),
            self._know,
            group="completion",
            failed=_ignore,
        )
        if (unsaved := self.keeping.left()) is not None:
            if self.restores:
                self._restore(unsaved)
                self._meeting.look()
            else:
                self._offer_unsaved(unsaved)

    def on_unmount(self) -> None:
        self.keep_unsaved()
        self.keeping.let_go()

    def _know(self, completer: Completer) -> None:
        self.area.completer = completer

    def place(self) -> str:
        return "find" if self.find.has_text_focus else "edit"

    @property
    def opens_as_it_is(self) -> bool:
        return False

    @property
    def is_changed(self) -> bool:
        """Whether something is shown that is not in the file."""
        return self.editing.is_changed(self.area.lines)

    @property
    def is_busy(self) -> bool:
        """Whether it is being saved, or the person asked, so that nothing else may be begun."""
        return self._saving or self._offering or self._meeting.is_asking

    def tell(self) -> None:
        """Say what is edited, how long it is, and where the cursor stands."""
        row, column = self.area.cursor_location
        words = plural(count_words(self.area.lines), "word")
        mark = "unsaved · " if self.is_changed else ""
        self.say(f"{self.label} · {mark}{words} · {row + 1}:{column + 1}")

    # Typing.

    def on_text_area_changed(self) -> None:
        self.tell()
        self.keeping.typed()

    def on_text_area_selection_changed(self) -> None:
        self.tell()

    def keep_unsaved(self) -> None:
        """Write what is typed into the swap file before this returns: the program is ending."""
        # What is offered and not taken yet would be replaced by it.
        if self.is_changed and not self._offering:
            self.keeping.keep_now()

    def _offer_unsaved(self, unsaved: Unsaved) -> None:
        self._offering = True

        def answered(answer: str | None) -> None:
            self._offering = False
            if answer == RESTORE:
                self._restore(unsaved)
            elif answer == DISCARD:
                self.keeping.discard()
            else:
                # What is typed over it would replace it; so nothing is.
                self._leave()

        ask_restore(self, unsaved, self.editing.base, answered)

    def _restore(self, unsaved: Unsaved) -> None:
        on_disk = self.editing.disk
        self.editing.restore(unsaved)
        self.area.put(self.editing.lines)
        self.area.go_to(unsaved.cursor)
        self._meeting.meet(on_disk)

    # Saving.

    def action_save(self) -> None:
        self.save()

    def action_finish(self) -> None:
        self.save(self._leave, leaving=True)

    def action_hand_over(self) -> None:
        self.leave_for(self._edit_outside)

    def action_attach_here(self) -> None:
        self._attaching.ask()

    def on_note_area_pasted(self, event: NoteArea.Pasted) -> None:
        self._attaching.pasted(event.text, event.place)

    def action_fields_here(self) -> None:
        """Show the fields of the text as it is by now; what is changed is typed into it."""
        from notekeep.markdown.changes import apply_changes
        from notekeep.markdown.note import read_note
        from notekeep.tui.fields import fields_of
        from notekeep.tui.screens.dialogs import ask
        from notekeep.tui.screens.form import FormScreen

        schema = self.vault.schema
        before = self.editing.content(self.area.lines)
        note = read_note(self.path, before, schema)

        def check(changes: list[FieldChange]) -> list[FieldChange]:
            apply_changes(before, changes, schema, note.kind)
            return changes

        def put(changes: list[FieldChange]) -> None:
            try:
                content = self.editing.content(self.area.lines)
                self.editing.show(apply_changes(content, changes, schema, note.kind))
            except NotekeepError as error:
                show_error(self, error)
                return
            self.area.put(self.editing.lines)
            self.tell()

        if note.problem is not None:
            line = note.problem.line or 1
            self.area.go_to((line - 1, 0))
            show_error(self, Refused(note.problem.message, f"It is line {line} of the note."))
            return
        fields = fields_of(note, schema)
        form = FormScreen(self.vault, self.label, fields, check, self.glyphs, self.today)
        ask(self, form, check, put, group="check")

    def action_find_here(self) -> None:
        self.find.open()

    def action_history_here(self) -> None:
        self.save(lambda: self.app.post_message(ShowHistory(self.path)))

    def _edit_outside(self) -> None:
        screen = self.app.screen
        if isinstance(screen, VaultScreen):
            verbs.edit(screen, self.path)

    async def open_switcher(self) -> None:
        """Save and leave: what is chosen is shown where one came from."""
        self.leave_for(partial(self.app.run_action, "switch_note"))

    def leave_for(self, then: Callable[[], object]) -> None:
        """Save, leave, and go on with something else once the editor is gone."""
        app = self.app

        def leave() -> None:
            self._leave()
            app.call_later(then)

        self.save(leave, leaving=True)

    def save(self, then: Callable[[], object] | None = None, *, leaving: bool = False) -> None:
        """Save what is shown, and go on when it is saved.

        Args:
            then: What to do afterwards; not done when the person has to be asked first.
            leaving: Whether that leaves the note, so that the person may choose to do it unsaved.
        """
        self._then, self._leaving = then, leaving
        if self.is_busy:
            return
        lines = list(self.area.lines)
        if not self.editing.is_changed(lines):
            self.keeping.discard()
            self._go_on()
            return
        self._saving = True
        plan = self.editing.plan(lines, self.label)
        in_background(
            self,
            partial(self.vault.carry_out, plan),
            partial(self._saved, self.editing.content(lines)),
            group="write",
            failed=self._not_saved,
        )

    def forget_plans(self) -> None:
        """Do nothing after the save that is wanted: the person has to be asked first."""
        self._then = None

    def _saved(self, content: bytes, done: Done) -> None:
        self._saving = False
        for problem in done.refused:
            text = clean(f"{problem.message}\n{problem.hint}")
            self.app.notify(text, severity="error", markup=False)
        if not done.step:
            self._then = None
            self.keeping.keep()
            return
        for remark in done.remarks:
            say(self, remark)
        self.editing.saved(content)
        self.app.post_message(VaultChanged(is_step=True))
        self.tell()
        if self.is_changed:  # typed while it was being saved
            if self._then is not None:
                self.save(self._then, leaving=self._leaving)
            return
        self.keeping.discard()
        self._go_on()

    def _go_on(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()

    def _not_saved(self, error: NotekeepError) -> None:
        self._saving = False
        self.keeping.keep()
        if isinstance(error, Conflict) and error.copy:
            show_error(self, error)
            self.app.post_message(VaultChanged())
        if isinstance(error, (Conflict, NotFound, NameTaken)):
            # Another program was here first: what it wrote is met, and then it goes on.
            self._meeting.look(partial(self._save_again, error, self.editing.disk))
        else:
            self._stuck(error)

    def _save_again(self, error: NotekeepError, before: bytes | None) -> None:
        """Save once more what met something new; else the same would be tried for ever."""
        if isinstance(error, Conflict) or self.editing.disk != before:
            self.save(self._then, leaving=self._leaving)
        else:
            self._stuck(error)

    def _stuck(self, error: NotekeepError) -> None:
        show_error(self, error)
        then, self._then = self._then, None
        if then is not None and self._leaving:
            self._ask_stuck(then)

    def _ask_stuck(self, then: Callable[[], object]) -> None:
        """Let the person go on without what cannot be saved."""
        self._offering = True

        def answered(answer: str | None) -> None:
            self._offering = False
            if answer == AGAIN:
                self.save(then, leaving=True)
            elif answer == LEAVE:
                self.is_given_up = True
                then()

        ask_stuck(self, answered, is_kept=self.keeping.keep_now())

    def _leave(self) -> None:
        if self.is_attached:
            self.dismiss(None)

    def vault_changed(self) -> None:
        if not self._saving:
            self._meeting.look()


def count_words(lines: Sequence[str]) -> int:
    """Count the words of a note's text; its front matter is none."""
    end = end_of_front_matter(lines)
    start = 0 if end is None else end + 1
    return sum(len(line.split()) for line in lines[start:])


def _ignore(_: object) -> None:
    """Take an answer that nothing follows from."""
