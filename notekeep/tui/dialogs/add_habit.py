"""Dialogs to add a habit, to log an amount or a note, and pausing a habit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label

from notekeep.errors import NotekeepError, Refused
from notekeep.habits.amounts import pluralize
from notekeep.habits.schedule import (
    ascii_goal,
    parse_goal,
    parse_schedule,
)
from notekeep.habits.summary import HabitView
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.habit_notes import begin_pause, end_pause, habit_fields
from notekeep.notes.plan import WriteResult
from notekeep.tracking.checkin import CheckInResult
from notekeep.tui.dialogs.dialog import (
    HEIGHT_CLASSES,
    HintLine,
    Line,
    Prompt,
    SubmitDialog,
    TextLines,
    dialog_box,
    format_error,
    open_dialog,
)
from notekeep.tui.messages import ShowHabit
from notekeep.tui.program import ProgramPart
from notekeep.tui.render.styled_text import Piece
from notekeep.tui.workers import WRITE_GROUP, in_background, notify_check_in, notify_done


class _FormLine(NamedTuple):
    id: str
    label: str
    value: str
    hint: str


FORM_LINES = (
    _FormLine("title", "Name", "", "what you will do: Meditate, Read, No sugar"),
    _FormLine("schedule", "Schedule", "daily", "daily, mon and thu, twice a week, every other day"),
    _FormLine("goal", "Goal", "done", "done, 10 minutes, never, at most 2 cups, 150 pages a week"),
    _FormLine("tiny", "Minimum", "", "on bad days: what still counts"),
    _FormLine("group", "Group", "", "a heading, such as Morning"),
)


class AddHabitDialog(SubmitDialog[dict[str, str] | None]):
    """Asks for a habit; below each input is a hint, its meaning in words, or an error."""

    VERTICAL_BREAKPOINTS = [*HEIGHT_CLASSES, (22, "-roomy")]  # noqa: RUF012 - as Textual has it

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        keys = ("tab", "next"), ("enter", "add"), ("esc", "cancel")
        with dialog_box("Add a habit", *keys):
            for line in FORM_LINES:
                value = self._title if line.id == "title" else line.value
                with Horizontal(classes="labelled"):
                    yield Label(line.label, markup=False)
                    yield Line(value, id=line.id, selects=bool(line.value))
                yield TextLines(line.hint).add_class("hint", line.id)
            yield HintLine("")

    def on_input_changed(self, event: Input.Changed) -> None:
        line, text = event.input.id or "", event.value.strip()
        try:
            meaning = _describe(line, text)
        except NotekeepError:
            meaning = ""
        if meaning and meaning != text:
            hint = f"reads as {ascii_goal(meaning) if self.glyphs.is_ascii else meaning}"
        else:
            hint = next(one.hint for one in FORM_LINES if one.id == line)
        self.query_one(f".hint.{line}", TextLines).say(hint)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if isinstance(field := event.widget, Input) and field.id and self.is_current:
            self._check(field.id, field.value.strip())

    def _check(self, line: str, text: str) -> bool:
        """Return whether an input is valid; else show the error below it."""
        try:
            _describe(line, text)
        except NotekeepError as error:
            example = " Try daily or 3/week." if line == "schedule" else ""
            self._show_input_error(line, f"{error.message}{example}")
            return False
        return True

    def _show_input_error(self, line: str, text: str) -> None:
        pieces = [Piece(f"{self.glyphs.error} ", "bad"), Piece(clean_line(text))]
        self.query_one(f".hint.{line}", TextLines).show(pieces)

    def show_problem(self, error: NotekeepError) -> None:
        # Every input is valid, so a habit or a note of that name exists.
        self._show_input_error("title", format_error(error))
        self.query_one("#title").focus()

    def on_input_submitted(self) -> None:
        typed = {field.id or "": field.value.strip() for field in self.query(Input)}
        values = {line.id: typed[line.id] or line.value for line in FORM_LINES}
        wrong = [line.id for line in FORM_LINES if not self._check(line.id, values[line.id])]
        if not values["title"]:
            self._show_input_error("title", "Type a name.")
            wrong.insert(0, "title")
        if wrong:
            self.query_one(f"#{wrong[0]}").focus()
        else:
            self.submit(values)


def _describe(line: str, text: str) -> str:
    """Describe a schedule or a goal in words; raise NotekeepError if it is invalid."""
    if line == "schedule" and text:
        return parse_schedule(text).words()
    return parse_goal(text).words() if line == "goal" and text else ""


def ask_for_habit(screen: ProgramPart, title: str = "") -> None:
    """Ask for a new habit, create its note and show it on Habits."""
    vault = screen.vault

    def make(typed: dict[str, str]) -> tuple[str, WriteResult]:
        name, schedule, goal = typed["title"], typed["schedule"], typed["goal"]
        fields = habit_fields(vault.habits, name, schedule=schedule, goal=goal)
        fields.update({key: typed[key] for key in ("group", "tiny") if typed[key]})
        done = vault.notes.apply(vault.notes.plan_new("habit", name, fields=fields))
        return str(fields["habit"]), done

    def made(answer: tuple[str, WriteResult]) -> None:
        habit, done = answer
        notify_done(screen, f"Created {', '.join(done.paths)}", done)
        screen.post_message(ShowHabit(habit))

    open_dialog(screen, AddHabitDialog(title), make, made)


def ask_and_log(
    screen: ProgramPart,
    habit: HabitView,
    day: date,
    prompt: Prompt,
    parse: Callable[[str], tuple[str, str] | None],
) -> None:
    """Ask for a text, and log the value and the note that `parse` returns for it."""

    def log(text: str) -> CheckInResult | None:
        if (entry := parse(text)) is None:
            return None
        value, note = entry
        return screen.vault.habits.check_in(habit.id, value, day, note=note)

    open_dialog(screen, prompt, log, partial(notify_check_in, screen, ""), group="log")


def ask_amount(screen: ProgramPart, habit: HabitView, day: date, typed: str = "") -> None:
    """Ask for an amount, which may be typed in part already, and log it."""
    unit = habit.unit or "min"
    hint = f'Adds to the day. "= {pluralize(f"30 {unit}")}" replaces, "clear" removes.'
    hours = ", 1h20" if unit in ("min", "h") else ""
    example = f"{pluralize(f'12 {unit}')}{hours}, = 30"
    prompt = Prompt(habit.title, value=typed, example=example, hint=hint)
    ask_and_log(screen, habit, day, prompt, lambda text: (text, "") if text else None)


def toggle_pause(screen: ProgramPart, name: str) -> None:
    """Pause a habit from today, or resume it."""

    def change() -> tuple[str, WriteResult]:
        index = screen.vault.habits
        habit, today = index.resolve(name), index.today()
        if not habit.definition.path:
            raise Refused(f"No note defines {name}.", "Press a to add a habit.")
        ends = habit.definition.is_paused_on(today.toordinal())
        changes = end_pause(habit, today) if ends else begin_pause("", today)
        about = "counts again" if ends else "is paused from today"
        text = f"{clean_line(habit.definition.title)} {about}"
        return text, screen.vault.notes.set_fields([habit.definition.path], changes)

    in_background(screen, change, lambda answer: notify_done(screen, *answer), group=WRITE_GROUP)
