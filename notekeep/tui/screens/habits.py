"""Habits: a week to fill in, and the year of the habit under the cursor."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from textual import getters

from notekeep.markdown.clean import clean_line
from notekeep.tui.jobs import in_background, say
from notekeep.tui.messages import CheckedIn, OpenNote
from notekeep.tui.render.habits import goal_text, tally
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.screens.base import VaultScreen
from notekeep.tui.screens.dialogs import Prompt
from notekeep.tui.widgets.week_grid import WeekGrid
from notekeep.tui.widgets.year_grid import YearGrid

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from notekeep.habits.heatmap import Calendar
    from notekeep.habits.view import HabitView
    from notekeep.index.checkin import Logged
    from notekeep.tui.widgets.line_view import ListView


class HabitsScreen(VaultScreen):
    """The habits of a week; each key acts on the chosen day of the habit under the cursor."""

    CSS_PATH = "habits.tcss"
    OPENED_BY = "show-habits"

    grid = getters.query_one(WeekGrid)
    year = getters.query_one(YearGrid)

    def compose_body(self) -> ComposeResult:
        yield WeekGrid(self.glyphs, self.today, self.vault.settings.week_start)
        yield YearGrid(self.glyphs, self.today)

    def on_mount(self) -> None:
        super().on_mount()
        self.grid.focus()
        self.vault_changed()

    def place(self) -> str:
        return "habits"

    def vault_changed(self) -> None:
        first = self.grid.first_day
        in_background(
            self,
            lambda: self.vault.habit_index.habits(
                self.today, first=first, last=first + timedelta(6)
            ),
            self._show,
            group="habits",
            exclusive=True,
        )

    def _show(self, habits: list[HabitView]) -> None:
        shown = [habit for habit in habits if not habit.is_archived]
        self.grid.show(shown)
        done, asked = tally(shown)
        day = self.grid.day
        self.say(f"{done}/{asked} today · {day:%a} {day.day} {day:%b %Y}")

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        habit = self.grid.habit
        if event.view is not self.grid or habit is None:
            return
        year = self.grid.day.year
        in_background(
            self,
            lambda: self.vault.habit_index.year(habit.id, year, self.today),
            partial(self._show_year, habit, year),
            group="year",
            exclusive=True,
        )

    def _show_year(self, habit: HabitView, year: int, calendar: Calendar) -> None:
        self.year.show(_heading(habit, year), calendar)

    def on_week_grid_day_changed(self) -> None:
        self.vault_changed()

    def on_week_grid_pressed(self) -> None:
        self.action_done()

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()

    def on_key(self, event: events.Key) -> None:
        # A digit is the beginning of an amount.
        if event.character is not None and event.character.isdigit():
            event.stop()
            self._ask_amount(event.character)

    # Check-ins.

    def _log(self, value: str, note: str = "") -> None:
        habit = self.grid.habit
        if habit is None:
            return
        day = self.grid.day
        in_background(
            self,
            lambda: self.vault.habit_index.log(habit.id, value, day, note=note),
            self._logged,
            group="log",
        )

    def _logged(self, logged: Logged) -> None:
        if logged.warning:
            say(self, logged.warning)
        self.post_message(CheckedIn())

    def action_done(self) -> None:
        cell = self.grid.cell
        if cell is not None:
            is_done = cell.is_logged and cell.mark in {"done", "ok"}
            self._log("clear" if is_done else "done")

    def action_miss(self) -> None:
        self._log("miss")

    def action_skip(self) -> None:
        self._log("skip")

    def action_amount(self) -> None:
        self._ask_amount("")

    def _ask_amount(self, begun: str) -> None:
        habit = self.grid.habit
        if habit is None:
            return

        def answered(text: str | None) -> None:
            if text:
                self._log(text)

        unit = habit.unit or "min"
        hint = f"It is added to the day; = 30 {unit} sets it."
        prompt = Prompt(habit.title, value=begun, example=f"12 {unit}, 1h20, = 30", hint=hint)
        self.app.push_screen(prompt, answered)

    def action_habit_note(self) -> None:
        habit, cell = self.grid.habit, self.grid.cell
        if habit is None or cell is None:
            return
        value = f"= {cell.amount}" if cell.amount else _said(cell.mark)

        def answered(text: str | None) -> None:
            if text:
                self._log(value, text)

        hint = f"It is written with the day, which counts as {value}."
        self.app.push_screen(Prompt(f"Note on {habit.title}", hint=hint), answered)

    # Where keys act.

    def action_day_before(self) -> None:
        self.grid.go_to_day(self.grid.day - timedelta(1))

    def action_day_after(self) -> None:
        self.grid.go_to_day(self.grid.day + timedelta(1))

    def action_to_today(self) -> None:
        self.grid.go_to_day(self.today)

    def action_open_habit(self) -> None:
        habit = self.grid.habit
        if habit is None:
            return
        if habit.path:
            self.post_message(OpenNote(habit.path, read=True))
        else:
            say(self, f"No note defines {clean_line(habit.id)} yet")


def _said(mark: str) -> str:
    """Return the value that a day with a mark stands for in the log."""
    return {"skipped": "skip", "missed": "miss"}.get(mark, "done")


def _heading(habit: HabitView, year: int) -> Line:
    return [
        Piece(clean_line(habit.title), "title"),
        Piece(f"  {year}  ", "muted"),
        Piece(goal_text(habit), "faint"),
    ]
