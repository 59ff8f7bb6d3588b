"""The habit form, and the dialogs that log an amount or a note; also pauses and the timer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label

from notekeep.errors import NotekeepError, Refused
from notekeep.habits.amounts import pluralize
from notekeep.habits.definition import Definition
from notekeep.habits.schedule import AsParts, ascii_goal, parse_goal, parse_schedule
from notekeep.habits.summary import HabitView
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.habit_notes import (
    FieldError,
    changed_values,
    form_values,
    habit_fields,
    plan_form,
    plan_pause,
    plan_resume,
)
from notekeep.notes.plan import WriteResult
from notekeep.tracking.checkin import CheckInResult
from notekeep.tracking.habit_names import Habit
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
from notekeep.tui.messages import ShowHabit, VaultChanged
from notekeep.tui.program import ProgramPart
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.styled_text import Piece
from notekeep.tui.workers import (
    WRITE_GROUP,
    in_background,
    notify_check_in,
    notify_done,
    show_message,
)


class _FormLine(NamedTuple):
    id: str
    label: str
    value: str
    hint: str


FORM_LINES = (
    _FormLine("title", "Name", "", "what you will do: Meditate, Read, No sugar"),
    _FormLine("schedule", "Schedule", "daily", "daily, mon and thu, twice a week, 1st and 15th"),
    _FormLine("goal", "Goal", "done", "done, 10 minutes, never, under 2 cups, 7 to 9 h"),
    _FormLine("tiny", "Minimum", "", "what still counts on a bad day"),
    _FormLine("group", "Group", "", "a heading, such as Morning"),
)
_APPLIES = "Changes apply from today. Earlier days are judged as before."


class HabitDialog(SubmitDialog[dict[str, str] | None]):
    """A form for a new or an existing habit; `values` are its initial contents.

    Below each input is a hint, an interpretation of the input, or an error.
    """

    VERTICAL_BREAKPOINTS = [*HEIGHT_CLASSES, (22, "-roomy")]  # noqa: RUF012 - typed as in Textual

    def __init__(self, values: Mapping[str, str], habit: Definition | None = None) -> None:
        super().__init__()
        self._values, self._habit = values, habit
        self._lines = {line.id: line for line in FORM_LINES if line.id in values}
        if habit is not None and habit.combines:
            usual = self._lines["schedule"]._replace(value=AsParts().text())
            self._lines["schedule"] = usual

    def compose(self) -> ComposeResult:
        habit = self._habit
        heading, verb = ("Add a habit", "add") if habit is None else (f"Edit {habit.title}", "save")
        with dialog_box(heading, ("tab", "next"), ("enter", verb), ("esc", "cancel")):
            if habit is not None:
                with Horizontal(classes="labelled fixed"):
                    yield Label("Id", markup=False)
                    yield TextLines(f"{habit.id} · its name in the log")
            for line in self._lines.values():
                value = self._values[line.id]
                with Horizontal(classes="labelled"):
                    yield Label(line.label, markup=False)
                    yield Line(value, id=line.id, selects=line.id != "title")
                yield TextLines(line.hint).add_class("hint", line.id)
            yield HintLine("" if habit is None else _APPLIES)

    def on_input_changed(self, event: Input.Changed) -> None:
        line, text = self._lines[event.input.id or ""], event.value.strip()
        try:
            meaning = _describe(line.id, text or line.value)
        except NotekeepError:
            meaning = ""
        if meaning and meaning != text:
            meaning = ascii_goal(meaning) if self.glyphs.is_ascii else meaning
            hint = f"reads as {meaning.removeprefix('as ')}"
        else:
            hint = line.hint
        self.query_one(f".hint.{line.id}", TextLines).show_text(hint)

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
        # The inputs of a new habit are already valid, so its name must be in use.
        line = error.key if isinstance(error, FieldError) else "title"
        if line in self._lines:
            self._show_input_error(line, format_error(error))
            self.query_one(f"#{line}").focus()
        else:
            super().show_problem(error)

    def on_input_submitted(self) -> None:
        typed = {field.id or "": field.value.strip() for field in self.query(Input)}
        values = {line.id: typed[line.id] or line.value for line in self._lines.values()}
        wrong = [line for line, text in values.items() if not self._check(line, text)]
        if values.get("title") == "":
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
    return parse_goal(text).words() or "done" if line == "goal" and text else ""


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

    values = {line.id: line.value for line in FORM_LINES}
    open_dialog(screen, HabitDialog({**values, "title": title}), make, made)


def edit_habit(screen: ProgramPart, name: str) -> None:
    """Ask for changes to a habit and write only what changed.

    For a habit without a note, open the form that adds the habit.
    """
    vault = screen.vault

    def edit(habit: Habit) -> None:
        about = habit.definition
        if not about.path:
            ask_for_habit(screen, about.id)
            return
        shown = form_values(about, vault.habits.today())

        def change(typed: dict[str, str]) -> tuple[str, WriteResult] | None:
            found, today = vault.habits.resolve(about.id), vault.habits.today()
            if found.key != habit.key or not found.definition.path:
                raise Refused(f"No note defines {about.id} any more.", "Press esc to close.")
            changed = changed_values(found.definition, shown, typed)
            if not changed:
                return None
            now = {**shown, **form_values(found.definition, today)}
            for key in changed:
                if now[key] != shown[key]:
                    shown[key] = now[key]  # the error shows it, so the next enter may replace it
                    value = now[key]
                    change_text = f"changed it to {value}" if value else "removed it"
                    message = f"Another program {change_text}."
                    raise FieldError(message, "Press enter to replace it.", key=key)
            plan = plan_form(vault.workspace, found, today, changed)
            *some, last = (line.label.lower() for line in FORM_LINES if line.id in changed)
            names = f"{', '.join(some)} and {last}" if some else last
            done = vault.notes.apply(plan)
            return f"Changed the {names} of {clean_line(about.title)}", done

        dialog = HabitDialog(shown, about)
        open_dialog(screen, dialog, change, lambda answer: notify_done(screen, *answer))

    find = partial(vault.habits.resolve, name)
    in_background(screen, find, edit, group="form", exclusive=True, holds_keys=True)


def ask_and_log(
    screen: ProgramPart,
    habit: HabitView,
    day: date,
    prompt: Prompt,
    parse: Callable[[str], tuple[str, str] | None],
) -> None:
    """Ask for text, and log the value and the note that `parse` returns for it."""

    def log(text: str) -> CheckInResult | None:
        if (entry := parse(text)) is None:
            return None
        value, note = entry
        return screen.vault.habits.check_in(habit.id, value, day, note=note)

    open_dialog(screen, prompt, log, partial(notify_check_in, screen, ""), group="log")


def ask_amount(screen: ProgramPart, habit: HabitView, day: date, typed: str = "") -> None:
    """Ask for an amount and log it; `typed` is the start of the input."""
    unit = habit.unit or "min"
    hint = (
        f'Adds to the total for the day. "= {pluralize(f"30 {unit}")}" replaces, "clear" removes.'
    )
    hours = ", 1h20" if unit in ("min", "h") else ""
    example = f"{pluralize(f'12 {unit}')}{hours}, = 30"
    prompt = Prompt(habit.title, value=typed, example=example, hint=hint)
    ask_and_log(screen, habit, day, prompt, lambda text: (text, "") if text else None)


def toggle_pause(screen: ProgramPart, names: Sequence[str]) -> None:
    """Pause habits from today, or resume them if all are paused, in one step."""

    def change() -> tuple[str, WriteResult]:
        vault, index = screen.vault, screen.vault.habits
        index.refresh()
        found, today = [index.find(name) for name in names], index.today()
        if missing := [habit.definition.id for habit in found if not habit.definition.path]:
            raise Refused(f"No note defines {missing[0]}.", "Press a to add a habit.")
        ends = all(habit.definition.is_paused_on(today.toordinal()) for habit in found)
        if ends:
            plan = plan_resume(vault.workspace, found, today)
        else:
            plan = plan_pause(vault.workspace, found, "", today)
        paths = {change.path for change in plan.changes}
        titles = [habit.definition.title for habit in found if habit.definition.path in paths]
        if len(titles) == 1:
            about = "is no longer paused" if ends else "is paused from today"
            text = f"{clean_line(titles[0])} {about}"
        else:
            about = "are no longer paused" if ends else "are paused from today"
            text = f"{plural(len(titles), 'habit')} {about}"
        return text, vault.notes.apply(plan)

    in_background(screen, change, lambda answer: notify_done(screen, *answer), group=WRITE_GROUP)


def toggle_timer(screen: ProgramPart, name: str) -> None:
    """Stop the running timer and log its minutes; if none is running, start one for the habit."""
    index = screen.vault.habits

    def change() -> tuple[str, CheckInResult | None]:
        index.refresh()
        if index.timer is None:
            timer = index.start_timer(name)
            return f"Timer for {clean_line(timer.habit)} started at {timer.since}", None
        timer, done = index.stop_timer()
        minutes = f"{timer.minutes} min" if done else "less than a minute, nothing was logged"
        return f"{clean_line(timer.habit)}: {minutes}", done

    def changed(answer: tuple[str, CheckInResult | None]) -> None:
        text, done = answer
        if done is not None:
            notify_check_in(screen, text, done)
        else:
            show_message(screen, text)
            screen.app.post_message(VaultChanged())

    in_background(screen, change, changed, group="log")
