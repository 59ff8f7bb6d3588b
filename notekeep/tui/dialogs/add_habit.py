"""A new habit: what it is, how often, and what is asked for; its note is made of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.containers import Horizontal
from textual.widgets import Input

from notekeep.errors import NotekeepError, Refused
from notekeep.habits.schedule import parse_goal, parse_schedule
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.habit_notes import begin_pause, end_pause, habit_fields
from notekeep.tui.dialogs.dialog import (
    HintLine,
    SubmitDialog,
    TextLine,
    TextLines,
    dialog_box,
    format_error,
    open_dialog,
)
from notekeep.tui.messages import ShowHabit
from notekeep.tui.notifications import notify_done
from notekeep.tui.workers import WRITE_GROUP, in_background

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from notekeep.notes.plan import WriteResult
    from notekeep.tui.screens.vault_screen import VaultScreen


class _FormLine(NamedTuple):
    """A line of the dialog: its id, what stands before it, and what may be typed there."""

    id: str
    label: str
    value: str
    about: str


SCHEDULE_EXAMPLES = "daily, weekdays, mon,wed,fri, 3/week, every 2d, after 5d..7d, none"
FORM_LINES = (
    _FormLine("title", "Habit", "", "what you will do: Meditate, Read, No sugar"),
    _FormLine("schedule", "How often", "daily", SCHEDULE_EXAMPLES),
    _FormLine("goal", "Goal", "done", "done, >= 10 min, >= 8 glass, <= 2 cup, >= 150 page/week"),
)


class AddHabitDialog(SubmitDialog[dict[str, str] | None]):
    """Asks for the title, schedule and goal of a habit; what cannot be read is said below each."""

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        keys = ("enter", "adds it"), ("tab", "next line"), ("esc", "closes")
        with dialog_box("Add a habit", *keys):
            for line in FORM_LINES:
                value = clean_line(self._title) if line.id == "title" else line.value
                with Horizontal(classes="labelled"):
                    yield TextLines(line.label)
                    selects = bool(line.value)
                    yield TextLine(value, id=line.id, compact=True, select_on_focus=selects)
                yield TextLines("", "warn").add_class("wrong", line.id)
            yield HintLine(FORM_LINES[0].about, "faint")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        about = {line.id: line.about for line in FORM_LINES}.get(event.widget.id or "")
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
        typed = {field.id: field.value.strip() for field in self.query(Input)}
        values = {line.id: typed[line.id] or line.value for line in FORM_LINES}
        wrong = {} if values["title"] else {"title": "Name the habit."}
        for name, parse in (("schedule", parse_schedule), ("goal", parse_goal)):
            try:
                parse(values[name])
            except NotekeepError as error:
                wrong[name] = format_error(error)
        for line in FORM_LINES:
            self._say_wrong(line.id, wrong.get(line.id, ""))
        if wrong:
            self.query_one(f"#{next(iter(wrong))}").focus()
        else:
            self.submit(values)


def ask_for_habit(screen: VaultScreen, title: str = "") -> None:
    """Ask for a new habit, make its note, and show it among the others."""
    vault = screen.vault

    def make(typed: dict[str, str]) -> tuple[str, WriteResult]:
        name, schedule, goal = typed["title"], typed["schedule"], typed["goal"]
        fields = habit_fields(vault.habits.tracker, name, schedule=schedule, goal=goal)
        done = vault.notes.apply(vault.notes.plan_new("habit", name, fields=fields))
        return str(fields["habit"]), done

    def made(answer: tuple[str, WriteResult]) -> None:
        habit, done = answer
        notify_done(screen, f"Made {', '.join(done.paths)}", done)
        screen.post_message(ShowHabit(habit))

    open_dialog(screen, AddHabitDialog(title), make, made)


def toggle_pause(screen: VaultScreen, name: str) -> None:
    """Pause a habit from today on, or end the pause that it is in."""

    def change() -> tuple[str, WriteResult]:
        index = screen.vault.habits.tracker
        habit, today = index.resolve(name), index.today()
        if not habit.definition.path:
            raise Refused(f"no note defines {name}", "a adds a habit")
        ends = habit.definition.is_paused_on(today.toordinal())
        changes = end_pause(habit, today) if ends else begin_pause("", today)
        about = "counts again" if ends else "is paused from today"
        text = f"{clean_line(habit.definition.title)} {about}"
        return text, screen.vault.notes.set_fields([habit.definition.path], changes)

    in_background(screen, change, lambda answer: notify_done(screen, *answer), group=WRITE_GROUP)
