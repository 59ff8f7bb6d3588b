"""The tasks of all notes, by note or by day; ticking a task edits only its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar, TypeAlias

from textual.app import ComposeResult
from textual.widgets import Input

from notekeep.catalog.records import TaskRow
from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean_line
from notekeep.services.agenda import Agenda, PlannedHabit, plan_days, plan_habits
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.messages import EditNote, OpenNote
from notekeep.tui.render.day_rows import day_rows
from notekeep.tui.render.formatting import day_and_month, plural
from notekeep.tui.render.list_rows import (
    OTHER_STARTS,
    TaskRows,
    empty_lines,
    error_lines,
    group_tasks,
    key_hint,
    match_tasks,
    was_ticked,
)
from notekeep.tui.render.styled_text import Piece, StyledLine
from notekeep.tui.screens.preview_loader import PreviewLoader
from notekeep.tui.screens.vault_screen import OverlayScreen
from notekeep.tui.widgets.line_view import PLACEHOLDER_INDENT
from notekeep.tui.widgets.preview import Preview
from notekeep.tui.widgets.row_lists import TaskList

AGENDA_DAYS = 14
HabitDays: TypeAlias = Mapping[date, list[PlannedHabit]]


class TaskFilter(Input):
    """Filters tasks by words."""

    BINDINGS = bindings("task-filter", run_on_screen=ALL_ACTIONS)


class TasksScreen(OverlayScreen):
    """Tasks by note, with the note on the right."""

    BINDINGS = bindings("tasks")
    CSS_PATH: ClassVar[Any] = ["over.tcss", "tasks.tcss"]
    OPENED_BY = "show-tasks"
    ROW_ACTIONS = ("tick-task", "open-task", "edit-task")

    def __init__(self, query: str = "") -> None:
        self.tasks = TaskList(id="tasks")
        self.filter = TaskFilter(placeholder="Filter by words of a task or its note", compact=True)
        self.preview = Preview(id="task-preview")
        super().__init__(self.tasks)
        self._query = self.subject = query
        self._tasks: Sequence[TaskRow] = ()
        self._with_done = False
        self._ticked: set[tuple[str, str]] = set()

    def compose_list(self) -> ComposeResult:
        yield self.filter
        yield self.tasks

    def compose_text(self) -> ComposeResult:
        yield self.preview

    def on_mount(self) -> None:
        self.loader = PreviewLoader(self, self.preview)

    def save_state(self) -> Any:
        return self.filter.value, self._with_done, self.tasks.current

    def restore_state(self, state: Any) -> None:
        self.filter.value, self._with_done, self.tasks.start = state
        self.set_class(bool(self.filter.value), "-filtering")

    def place(self) -> str:
        if self.filter.has_focus:
            return "task-filter"
        return "preview" if self.preview.has_focus else "tasks"

    def chosen_notes(self) -> list[str]:
        return [] if self.tasks.current is None else [self.tasks.current.path]

    def show_problem(self, error: NotekeepError) -> None:
        self.tasks.placeholder = [
            [],
            *error_lines(error, self.tasks.inner_width - PLACEHOLDER_INDENT),
        ]
        self.tasks.show([])

    def vault_changed(self) -> None:
        self.load("tasks", lambda: self.vault.search.tasks(self._query, done=None), self._list)

    def _list(self, tasks: Sequence[TaskRow]) -> None:
        self._tasks = tasks
        self._rank()

    def _rank(self) -> None:
        """Group the tasks in a thread, because there may be thousands."""
        words, ticked = self.filter.value.strip(), frozenset(self._ticked)
        options: dict[str, Any] = {"with_done": self._with_done, "ticked": ticked}
        group = partial(group_tasks, self._tasks, words, self.today, **options)
        self.load("rank", group, partial(self._show, words))

    def _show(self, words: str, found: TaskRows) -> None:
        self.tasks.placeholder = _nothing(words, found.done)
        self.tasks.show(found.rows)
        scope = f"{clean_line(self._query)} · " if self._query else ""
        count = f"{found.open} open"
        status = f"{scope}{count} · {found.done} done"
        self.show_list(status, count, is_empty=not found.rows)
        if not found.rows:
            self.loader.row = None

    def show_row(self) -> None:
        if (task := self.tasks.current) is not None:
            self.loader.show(self.vault.catalog.row(task.path), line=task.line)

    @property
    def reading(self) -> Preview:
        return self.preview

    def on_preview_widened(self) -> None:
        self.loader.reload()

    action_link_mentions = property(attrgetter("loader.link_mentions"))

    def action_tick_task(self) -> None:
        if (task := self.tasks.current) is not None:
            self._ticked.add(task.key)
            # Its line may have moved, for example if its next repetition was added above it.
            self.write(lambda: self.vault.notes.toggle_task(task.path, task.line, task.text))

    def action_open_task(self) -> None:
        if (task := self.tasks.current) is not None:
            self.app.post_message(OpenNote(task.path, line=task.line, read=True))

    action_read_text = action_open_task

    def action_edit_task(self) -> None:
        if (task := self.tasks.current) is not None:
            self.app.post_message(EditNote(task.path, task.line))

    def action_show_done(self) -> None:
        self._with_done = not self._with_done
        self._rank()

    def action_filter_tasks(self) -> None:
        self.add_class("-filtering")
        self.set_focus(self.filter)

    def on_input_changed(self) -> None:
        self._rank()

    def action_clear_filter(self) -> None:
        if self.filter.value:
            self.filter.value = ""
        else:
            self.action_to_tasks()

    def action_to_tasks(self) -> None:
        if not self.filter.value:
            self.remove_class("-filtering")
        self.set_focus(self.tasks)

    def action_leave(self) -> None:
        self.tasks.focus()

    def action_leave_tasks(self) -> None:
        if self.filter.value:
            self.filter.value = ""
            self.remove_class("-filtering")
        elif self.is_current:
            self.dismiss(None)


class AgendaScreen(TasksScreen):
    """Tasks and habits of the coming days, with the note on the right."""

    OPENED_BY = "show-agenda"

    def __init__(self) -> None:
        super().__init__()
        self.subject = self.OPENED_BY
        self._habits: HabitDays = {}

    def vault_changed(self) -> None:
        def read() -> tuple[HabitDays, Sequence[TaskRow]]:
            habits = plan_habits(self.vault.habits, self.today, AGENDA_DAYS)
            return habits, self.vault.search.tasks(done=None)

        self.load("tasks", read, self._plan)

    def _plan(self, found: tuple[HabitDays, Sequence[TaskRow]]) -> None:
        self._habits, tasks = found
        self._list(tasks)

    def _rank(self) -> None:
        words, today = self.filter.value.strip(), self.today

        def is_shown(task: TaskRow) -> bool:
            if not task.done or was_ticked(task, self._ticked):
                return not task.is_waiting(today)
            day = task.day(today)
            return self._with_done and day is not None and day >= today

        def plan() -> Agenda:
            tasks = filter(is_shown, match_tasks(self._tasks, words))
            return plan_days(tasks, {} if words else self._habits, today, AGENDA_DAYS)

        self.load("rank", plan, partial(self._show_days, words))

    def _show_days(self, words: str, agenda: Agenda) -> None:
        self.tasks.placeholder = _nothing(words, 0) if words else _no_days()
        rows = day_rows(agenda)
        self.tasks.show(rows)
        span = f"{day_and_month(agenda.today)} to {day_and_month(agenda.end)}"
        self.show_list(span, span, is_empty=not rows)
        if self.tasks.current is None:
            self.loader.row = None


def _no_days() -> list[StyledLine]:
    example = [Piece("- [ ] water the basil due:2026-12-01", "code-string")]
    none = empty_lines("Nothing is due in the next days.", "A date in a task sets its day:")
    return [*none, example, [], key_hint("T", "all tasks"), key_hint("ctrl+n", "quick note")]


def _nothing(words: str, done: int) -> list[StyledLine]:
    if words:
        about = [Piece("No open task has ", "muted"), Piece(clean_line(words), "title")]
        return [[], about, [], key_hint("esc", "show all tasks")]
    if done:
        hint = key_hint("v", f"show {plural(done, 'done task')}")
        return [*empty_lines("All tasks are done."), hint]
    example = [Piece("- [ ] water the basil", "code-string")]
    hint = key_hint("ctrl+n", "quick note")
    none = empty_lines("No tasks yet.", "A task is a line in any note:")
    return [*none, example, [], hint, *OTHER_STARTS]
