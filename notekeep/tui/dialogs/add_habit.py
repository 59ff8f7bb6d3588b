"""A new habit: what it is, how often, and what is asked for; its note is made of that."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from notekeep.errors import NotekeepError
from notekeep.habits.schedule import parse_goal, parse_schedule
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.dialogs.dialog import hints
from notekeep.tui.dialogs.prompts import (
    HintLine,
    TextDialog,
    TextLine,
    TextLines,
    format_error,
    open_dialog,
)
from notekeep.tui.keys import bindings
from notekeep.tui.messages import VaultChanged
from notekeep.tui.workers import in_background, show_message

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from notekeep.notes.plan import WriteResult
    from notekeep.tui.screens.vault_screen import VaultScreen
    from notekeep.vault import Vault


class NewHabit(NamedTuple):
    """A habit as it was typed: its title, its schedule and its goal."""

    title: str
    schedule: str
    goal: str


class _Line(NamedTuple):
    """A line of the dialog: its id, what stands before it, and what may be typed there."""

    id: str
    label: str
    value: str
    about: str


LINES = (
    _Line("title", "Habit", "", "what you will do: Meditate, Read, No sugar"),
    _Line(
        "schedule",
        "How often",
        "daily",
        "daily, weekdays, mon,wed,fri, 3/week, every 2d, after 5d..7d, none",
    ),
    _Line(
        "goal",
        "Goal",
        "done",
        "done, >= 10 min, >= 8 glass, <= 2 cup, >= 150 page/week",
    ),
)


class AddHabitDialog(TextDialog[NewHabit | None]):
    """Asks for a habit; what cannot be read is said below its line, and nothing typed is lost."""

    BINDINGS = bindings("dialog")
    CSS_PATH = "dialogs.tcss"

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = "Add a habit"
            box.border_subtitle = hints(
                ("enter", "adds it"), ("tab", "next line"), ("esc", "closes")
            )
            for line in LINES:
                value = clean_line(self._title) if line.id == "title" else line.value
                with Horizontal(classes="labelled"):
                    yield TextLines(line.label)
                    yield TextLine(
                        value, id=line.id, compact=True, select_on_focus=bool(line.value)
                    )
                yield TextLines("", "warn").add_class("wrong", line.id)
            yield HintLine(LINES[0].about, "faint")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        about = {line.id: line.about for line in LINES}.get(event.widget.id or "")
        if about:
            self.query_one(HintLine).say(about, "faint")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._say_wrong(event.input.id or "", "")

    def _say_wrong(self, line: str, text: str) -> None:
        self.query_one(f".wrong.{line}", TextLines).say(text, "warn")

    def show_problem(self, error: NotekeepError) -> None:
        # What was typed can be read, so there is a habit or a note of that name.
        self._say_wrong("title", format_error(error))
        self.query_one("#title").focus()

    def on_input_submitted(self) -> None:
        values = {field.id: field.value.strip() for field in self.query(Input)}
        typed = NewHabit(values["title"], values["schedule"] or "daily", values["goal"] or "done")
        wrong = {}
        if not typed.title:
            wrong["title"] = "Name the habit."
        for name, read, text in (
            ("schedule", parse_schedule, typed.schedule),
            ("goal", parse_goal, typed.goal),
        ):
            try:
                read(text)
            except NotekeepError as error:
                wrong[name] = format_error(error)
        for line in LINES:
            self._say_wrong(line.id, wrong.get(line.id, ""))
        if wrong:
            self.query_one(f"#{next(iter(wrong))}").focus()
        else:
            self.submit(typed)


def ask_for_habit(screen: VaultScreen, title: str = "") -> None:
    """Ask for a new habit, make its note, and show it among the others."""
    open_dialog(screen, AddHabitDialog(title), partial(_make, screen.vault), partial(_made, screen))


def _make(vault: Vault, typed: NewHabit) -> tuple[str, WriteResult]:
    """Make the note of a habit; give its id, and what was written."""
    from notekeep.notes.habit_notes import habit_fields

    fields = habit_fields(vault.habit_index, typed.title, schedule=typed.schedule, goal=typed.goal)
    done = vault.carry_out(vault.plan.new("habit", typed.title, fields=fields))
    return str(fields["habit"]), done


def _made(screen: VaultScreen, answer: tuple[str, WriteResult]) -> None:
    from notekeep.tui.messages import ShowHabit

    habit, done = answer
    for path in done.paths[:1]:
        show_message(screen, f"Made {path} · u undo")
    screen.post_message(VaultChanged(is_step=True))
    screen.post_message(ShowHabit(habit))


def toggle_pause(screen: VaultScreen, habit: str) -> None:
    """Pause a habit from today on, or end the pause that it is in."""
    in_background(
        screen, partial(_pause, screen.vault, habit), partial(_paused, screen), group="write"
    )


def _pause(vault: Vault, name: str) -> tuple[str, bool, WriteResult]:
    """Begin or end a pause; give the title, whether it is paused by now, and what was written."""
    from notekeep.errors import Refused
    from notekeep.notes.habit_notes import begin_pause, end_pause, is_paused

    index = vault.habit_index
    found, today = index.resolve(name), index.today()
    if not found.definition.path:
        raise Refused(f"no note defines {name}", "a adds a habit")
    ends = is_paused(found, today)
    changes = end_pause(found, today) if ends else begin_pause("", today)
    return found.definition.title, not ends, vault.set_fields([found.definition.path], changes)


def _paused(screen: VaultScreen, answer: tuple[str, bool, WriteResult]) -> None:
    from notekeep.tui.notifications import notify_done

    title, is_paused, done = answer
    about = "is paused from today" if is_paused else "counts again"
    notify_done(screen, f"{clean_line(title)} {about}", done)
