"""What keys write on Habits: a day done, missed or skipped, an amount, a note; a habit more.

Not responsible for which days are shown, nor for where the cursor is; see `habits`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import getters

from notekeep.tui.jobs import in_background
from notekeep.tui.screens.dialogs import Prompt, ask
from notekeep.tui.telling import tell_check_in
from notekeep.tui.widgets.week_grid import WeekGrid

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

    from notekeep.index.checkin import Logged
    from notekeep.tui.screens.base import VaultScreen
else:
    # See `Keyboard`: one class of Textual's kind is enough for one screen.
    VaultScreen = object

_NEXT = {"done": "miss", "ok": "miss", "missed": "skip", "skipped": "clear"}
"""What a click makes of a day that was logged; all others become done."""


class CheckIns(VaultScreen):
    """A screen with a grid of habits, whose keys log the chosen day of the one under the cursor."""

    grid = getters.query_one(WeekGrid)

    def on_week_grid_pressed(self) -> None:
        """Go round what a day can be, as a click does on the day that is chosen already."""
        cell = self.grid.cell
        if cell is not None:
            is_said = cell.is_logged and not cell.is_cleared
            self._log(_NEXT.get(cell.mark, "done") if is_said else "done")

    def on_key(self, event: events.Key) -> None:
        # A digit is the beginning of an amount.
        if event.character is not None and event.character.isdigit():
            event.stop()
            self._ask_amount(event.character)

    def _log(self, value: str) -> None:
        habit = self.grid.habit
        if habit is None:
            return
        day = self.grid.day
        in_background(
            self,
            lambda: self.vault.habit_index.log(habit.id, value, day),
            partial(tell_check_in, self, ""),
            group="log",
        )

    def _ask_and_log(self, prompt: Prompt, said: Callable[[str], tuple[str, str] | None]) -> None:
        """Ask for a text, and log the value and the note that it stands for."""
        habit, day = self.grid.habit, self.grid.day
        if habit is None:
            return

        def log(text: str) -> Logged | None:
            entry = said(text)
            if entry is None:
                return None
            value, note = entry
            return self.vault.habit_index.log(habit.id, value, day, note=note)

        ask(self, prompt, log, partial(tell_check_in, self, ""), group="log")

    def action_done(self) -> None:
        cell = self.grid.cell
        if cell is not None:
            is_done = cell.is_logged and cell.mark in {"done", "ok"}
            self._log("clear" if is_done else "done")

    def action_miss(self) -> None:
        self._log("miss")

    def action_skip(self) -> None:
        self._log("skip")

    def action_skip_because(self) -> None:
        habit = self.grid.habit
        if habit is None:
            return
        hint = "The day does not count; a review shows why."
        prompt = Prompt(f"Skip {habit.title}", example="flu, travel, rest", hint=hint)
        self._ask_and_log(prompt, lambda text: ("skip", text))

    def action_amount(self) -> None:
        self._ask_amount("")

    def _ask_amount(self, begun: str) -> None:
        habit = self.grid.habit
        if habit is None:
            return
        unit = habit.unit or "min"
        hint = f"It is added to the day; = 30 {unit} sets it."
        prompt = Prompt(habit.title, value=begun, example=f"12 {unit}, 1h20, = 30", hint=hint)
        self._ask_and_log(prompt, lambda text: (text, "") if text else None)

    def action_habit_note(self) -> None:
        habit, cell = self.grid.habit, self.grid.cell
        if habit is None:
            self.action_add_habit()
        if habit is None or cell is None:
            return
        value = f"= {cell.amount}" if cell.amount else _said(cell.mark)
        hint = f"It is written with the day, which counts as {value}."
        prompt = Prompt(f"Note on {habit.title}", hint=hint)
        self._ask_and_log(prompt, lambda text: (value, text) if text else None)

    def action_add_habit(self) -> None:
        from notekeep.tui.screens.add_habit import ask_for_habit

        ask_for_habit(self)

    def action_pause_habit(self) -> None:
        from notekeep.tui.screens.add_habit import pause_or_go_on

        if self.grid.habit is not None:
            pause_or_go_on(self, self.grid.habit.id)


def _said(mark: str) -> str:
    """Return the value that a day with a mark stands for in the log."""
    return {"skipped": "skip", "missed": "miss"}.get(mark, "done")
