"""What is reached from everywhere in the interface: capture, tasks, commands, other vaults."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from notekeep import config
from notekeep.tui import place as places
from notekeep.tui.over import Over
from notekeep.tui.telling import tell_done

if TYPE_CHECKING:
    from notekeep.markdown.problem import Problem
    from notekeep.tui.messages import ShowHabit, WentWrong
    from notekeep.tui.place import Place
    from notekeep.tui.screens.capture import Captured
    from notekeep.writing.plan import Done


MOST_WRONG = 50
"""So many errors are kept until they are seen."""


class Reaching(Over):
    """An app with ways to everything.

    Attributes:
        place: Where the person is, kept for the next start.
        next_vault: The vault to open when this program ends, or "".
    """

    place: Place
    next_vault = ""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._wrong: list[Problem] = []

    # What went wrong.

    def on_went_wrong(self, event: WentWrong) -> None:
        from notekeep.markdown.problem import Problem

        clock = f"{config.now():%H:%M}"
        self._wrong.append(Problem(clock, None, event.message, event.hint, "went wrong"))
        del self._wrong[:-MOST_WRONG]
        self._tell_unseen(len(self._wrong))

    def _tell_unseen(self, count: int) -> None:
        self.unseen = count
        for screen in self.standing_screens():
            screen.tell_wrong(count)

    def action_show_problems(self) -> None:
        from notekeep.tui.screens.problems import ProblemsScreen

        wrong, self._wrong = self._wrong, []
        self._tell_unseen(0)
        self.clear_notifications()  # what they tell is on that screen
        self.push_screen(ProblemsScreen(self.vault, self.glyphs, wrong))

    # Quick capture.

    def action_capture(self) -> None:
        # At once: what is typed next is the thought.
        from notekeep.tui.screens.capture import CaptureScreen
        from notekeep.tui.screens.dialogs import ask

        ask(self, CaptureScreen(self.place.capture), self._capture, self._captured)

    def _capture(self, captured: Captured) -> Done:
        from notekeep.tui.capturing import capture

        self.place.capture = captured.place
        return capture(self.vault, *captured)

    def _captured(self, done: Done) -> None:
        tell_done(self, f"Kept in {done.paths[-1]}" if done.paths else "", done)

    # Tasks.

    def action_show_tasks(self) -> None:
        self.show_tasks("")

    def show_tasks(self, query: str) -> None:
        """List the tasks of the notes that a query finds, of all when it is empty."""
        from notekeep.tui.screens.tasks import TasksScreen

        if not isinstance(self.screen, TasksScreen):
            self.open_over(TasksScreen(self.vault, self.glyphs, self.today, query))

    # Habits.

    def on_show_habit(self, event: ShowHabit) -> None:
        self.show_on(places.HABITS, lambda habits: habits.show_habit(event.habit))

    # Other vaults.

    def action_switch_vault(self) -> None:
        from notekeep.tui.screens.vaults import choose_vault

        choose_vault(self)

    async def leave_for(self, root: str) -> None:
        """Leave this vault in order, and open another one."""
        if self.editors.saved_for(partial(self.leave_for, root)):
            return
        self.next_vault = root
        await self.run_action("quit")
