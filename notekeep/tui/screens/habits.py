"""Habits: the days to log, the year of the habit at the cursor, and the page of one habit."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from operator import attrgetter

from textual import events, getters
from textual.app import ComposeResult

from notekeep.config import end_of_day
from notekeep.habits.amounts import pluralize
from notekeep.habits.day_shares import find_day_shares
from notekeep.habits.summary import HabitView, count_habits
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.habit_reviews import parse_bounds, plan_review, review_path
from notekeep.notes.plan import WriteResult
from notekeep.tracking.habit_details import Detail, load_habit_details
from notekeep.tui.dialogs.dialog import Prompt, ask
from notekeep.tui.dialogs.habits import (
    ask_amount,
    ask_and_log,
    ask_for_habit,
    edit_habit,
    toggle_pause,
    toggle_timer,
)
from notekeep.tui.messages import EditNote, OpenNote
from notekeep.tui.render.formatting import list_some, plural
from notekeep.tui.render.habit_rows import find_unlogged_yesterday, share_line
from notekeep.tui.render.styled_text import (
    ACTION_LINK,
    Piece,
    StyledLine,
    line_width,
    spread_line,
)
from notekeep.tui.screens.vault_screen import WIDTHS, VaultScreen
from notekeep.tui.widgets.calendars import HabitPage, HabitYear
from notekeep.tui.widgets.line_view import ListView
from notekeep.tui.widgets.week_grid import GROUPS_FROM, WIDE_TILES, WeekGrid
from notekeep.tui.workers import in_background, notify_done, show_message

NEXT_VALUE = {"done": "miss", "ok": "miss", "missed": "skip", "skipped": "clear"}
"""The next value of a logged day after a click; any other day becomes done."""
VALUE_OF_MARK = {"skipped": "skip", "missed": "miss"}
"""The log value of a marked day; `done` for any other mark."""
HABIT_ACTIONS = ("done", "amount", "skip", "miss", "next-span", "change-habit", "show-detail")
"""Actions in the footer that need a habit."""
HEIGHT_CLASSES = [(0, "-low"), (10, "-short"), (22, "-tall")]
WIDTH_CLASSES = [*WIDTHS, (WIDE_TILES, "-huge")]


class HabitsScreen(VaultScreen):
    """All habits; keys act on the chosen day of the habit at the cursor."""

    CSS_PATH = "habits.tcss"
    HORIZONTAL_BREAKPOINTS = WIDTH_CLASSES
    VERTICAL_BREAKPOINTS = HEIGHT_CLASSES
    OPENED_BY = "show-habits"

    grid = getters.query_one(WeekGrid)
    year = getters.query_one("#year", HabitYear)
    detail = getters.query_one(HabitPage)

    _filter = ""
    _next_habit = ""  # the habit to select once it is listed
    _open_yesterday: tuple[str, ...] = ()

    def compose_body(self) -> ComposeResult:
        yield WeekGrid()
        yield HabitYear(id="year")
        yield HabitPage()

    def on_mount(self) -> None:
        self.grid.focus()
        self.vault_changed()

    def place(self) -> str:
        return "habit-detail" if self.has_class("-detail") else "habits"

    @property
    def opens_without_reload(self) -> bool:
        return super().opens_without_reload and not self.has_class("-detail")

    def vault_changed(self) -> None:
        if self.defer_reload():
            return
        tracker, today = self.vault.habits, self.today
        first, last = self.grid.first_shown, self.grid.last_day

        def load() -> tuple[list[HabitView], list[HabitView], int]:
            shown = tracker.views(today, first=first, last=last)
            recent = tracker.views(today, first=today - timedelta(7), last=today)
            return shown, recent, tracker.count_problems()

        self.load("habits", load, lambda loaded: self._show(*loaded))
        if self.has_class("-detail") and self.detail.detail is not None:
            self._load_detail(self.detail.detail.view.id, self.detail.detail.year)

    def _show(self, habits: list[HabitView], recent: list[HabitView], problems: int) -> None:
        """Show habits with the days of the grid; `recent` has the last eight days of each."""
        completion = self._completion(habits, recent)
        active = [habit for habit in habits if not habit.is_archived]
        recent = [habit for habit in recent if not habit.is_archived]
        words = self._filter.casefold()
        shown = [each for each in active if words in f"{each.title} {each.group}".casefold()]
        is_on_today = self.grid.day == self.today
        self._open_yesterday = tuple(habit.id for habit in find_unlogged_yesterday(recent))
        above = self._banner(recent, completion, is_on_today=is_on_today)
        if problems:
            link = f"{ACTION_LINK}show-problems"
            text = f" {plural(problems, 'problem')} in the habit log and notes"
            above.append([Piece("  "), Piece("!", "key", link), Piece(text, "", link)])
        self.grid.show(shown or active, above)
        if self._next_habit:
            self.grid.go_to_habit(self._next_habit)
            self._next_habit = ""
        self.set_idle_actions(*(() if active else HABIT_ACTIONS))
        done, due, _ = count_habits(active)
        day = self.grid.day
        when = f"{day:%a} {day.day} {day:%b}"
        if is_on_today:
            has_room = self.size.width >= GROUPS_FROM
            ends = end_of_day(day, self.vault.settings.day_start) if has_room else ""
            count = f"{done} of {due} done · " if due else ""
            self.set_status(f"{count}{when}{ends}")
        else:
            self.set_status(f"{when} {day.year}", when)

    def _completion(self, habits: list[HabitView], recent: list[HabitView]) -> StyledLine:
        """Return the completion of the last seven days, or of the visible week or month."""
        room = self.grid.inner_width // 2
        if self.grid.day == self.today and self.grid.shown in ("day", "week"):
            days = find_day_shares(recent)[:-1]
            return share_line("last 7 days", days, self.glyphs, room)
        first, last = self.grid.first_day, self.grid.last_day
        days = [share for share in find_day_shares(habits) if first <= share.day <= last]
        names = {"month": f"{first:%B}", "year": "12 months"}
        return share_line(names.get(self.grid.shown, "that week"), days, self.glyphs, room)

    def _banner(
        self, recent: list[HabitView], completion: StyledLine, *, is_on_today: bool
    ) -> list[StyledLine]:
        """Return a row about yesterday, or with a link back to today, and the completion."""
        width = self.grid.inner_width
        if not is_on_today:
            link, day = f"{ACTION_LINK}to-today", self.grid.day
            is_yesterday = day == self.today - timedelta(1)
            name = "Yesterday" if is_yesterday else f"{day:%A} {day.day} {day:%b}"
            back = [Piece("   t", "key", link), Piece(" today", "muted", link)]
            return [spread_line([Piece(f"  {name}"), *back], completion, width)]
        habits = find_unlogged_yesterday(recent)
        if not habits:
            return [spread_line([], completion, width)]
        link = f"{ACTION_LINK}to-yesterday"
        begin = [Piece(f"  Yesterday: {len(habits)} not logged", "", link)]
        end = [Piece("   y", "key", link), Piece(" open", "muted", link)]
        titles = [clean_line(habit.title) for habit in habits]
        room = width - line_width([*begin, *end, *completion]) - 4
        names = list_some(titles, room)
        if names.isdecimal():
            return [spread_line([*begin, *end], completion, width)]
        return [spread_line([*begin, Piece(f"  {names}", "muted"), *end], completion, width)]

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        habit = self.grid.habit
        if event.view is not self.grid or habit is None or self.has_class("-detail"):
            return
        tracker, year = self.vault.habits, self.grid.day.year
        load = partial(load_habit_details, tracker, habit.id, year)

        def show(found: Detail) -> None:
            self.year.show_detail(found)
            if self.has_class("-huge") and not self.has_class("-detail"):
                self.detail.show_detail(found)

        self.load("year", load, show)

    def on_week_grid_day_changed(self) -> None:
        self.vault_changed()

    def on_habit_year_picked(self, event: HabitYear.Picked) -> None:
        self.action_close_detail()
        self.grid.go_to_day(event.day)

    def show_habit(self, habit: str) -> None:
        """Put the cursor on a habit, which may not be listed yet."""
        self._next_habit, self._filter = habit, ""
        self.action_close_detail()
        self.vault_changed()

    # The chosen day and habit.

    def action_move_days(self, days: int) -> None:
        self.grid.go_to_day(self.grid.day + timedelta(days))

    def action_to_today(self) -> None:
        self.grid.go_to_day(self.today)

    def action_to_yesterday(self) -> None:
        self.grid.go_to_day(self.today - timedelta(1))
        if self._open_yesterday:
            self.grid.go_to_habit(self._open_yesterday[0])

    action_next_span = property(attrgetter("grid.next_span"))

    def action_filter_habits(self) -> None:
        def filtered(text: str) -> None:
            self._filter = text
            self.vault_changed()

        hint = "Part of a title or a group. Empty shows all."
        ask(self, Prompt("Filter habits", value=self._filter, hint=hint), filtered)

    # One habit.

    def action_show_detail(self) -> None:
        if (habit := self.grid.habit) is not None:
            self._load_detail(habit.id, self.grid.day.year)

    def _load_detail(self, name: str, year: int) -> None:
        load = partial(load_habit_details, self.vault.habits, name, year)
        self.load("detail", load, self._show_detail)

    def _show_detail(self, found: Detail) -> None:
        self.detail.show_detail(found)
        if not self.has_class("-detail"):
            self.detail.scroll_to_line(0)
        self.add_class("-detail")
        # Not `focus`, which would wait: the next key must go to the page.
        self.set_focus(self.detail)

    def action_close_detail(self) -> None:
        self.remove_class("-detail")
        self.set_focus(self.grid)

    def action_turn_habit(self, by: int) -> None:
        self.grid.action_step(by)
        self.action_show_detail()

    def action_turn_year(self, years: int) -> None:
        if (found := self.detail.detail) is not None and found.year + years <= self.today.year:
            self._load_detail(found.view.id, found.year + years)

    def action_open_habit(self) -> None:
        if (path := self._path()) is not None:
            self.post_message(OpenNote(path, read=True))

    def action_edit_habit(self) -> None:
        if (path := self._path()) is not None:
            self.post_message(EditNote(path))

    def action_change_habit(self) -> None:
        if (habit := self._shown_habit()) is not None:
            edit_habit(self, habit.id)

    def _shown_habit(self) -> HabitView | None:
        found = self.detail.detail if self.has_class("-detail") else None
        return found.view if found is not None else self.grid.habit

    def _path(self) -> str | None:
        """Return the note of the current habit, or report that there is none."""
        habit = self._shown_habit()
        if habit is not None and not habit.path:
            show_message(self, f"No note defines {clean_line(habit.id)} yet")
        return habit.path if habit is not None and habit.path else None

    # Log a day; add or pause a habit.

    def on_week_grid_pressed(self) -> None:
        """Change the chosen day to its next value after a click."""
        if (cell := self.grid.cell) is not None:
            is_logged = cell.is_logged and not cell.is_cleared
            value = NEXT_VALUE.get(cell.mark, "done") if is_logged else "done"
            self._log_or_ask("ask" if cell.amount else value)

    def on_key(self, event: events.Key) -> None:
        # A digit starts an amount.
        if event.character is not None and event.character.isdigit():
            event.stop()
            self.action_amount(event.character)

    def action_log(self, value: str) -> None:
        if (habit := self.grid.habit) is not None:
            self.check_in(partial(self.vault.habits.check_in, habit.id, value, self.grid.day))

    def action_done(self) -> None:
        if (cell := self.grid.cell) is not None:
            self._log_or_ask(cell.toggled)

    def _log_or_ask(self, value: str) -> None:
        """Log a value; "ask" opens the prompt for an amount, because the day has an amount."""
        if value == "ask":
            self.action_amount()
        else:
            self.action_log(value)

    def action_skip_because(self) -> None:
        if (habit := self.grid.habit) is None:
            return
        hint = "The day does not count. A review shows the reason."
        prompt = Prompt(f"Skip {habit.title}", example="flu, travel, rest", hint=hint)
        ask_and_log(self, habit, self.grid.day, prompt, lambda text: ("skip", text))

    def action_amount(self, typed: str = "") -> None:
        if (habit := self.grid.habit) is not None:
            ask_amount(self, habit, self.grid.day, typed)

    def action_habit_note(self) -> None:
        habit, cell = self.grid.habit, self.grid.cell
        if habit is None:
            self.action_add_habit()
        if habit is None or cell is None:
            return
        value = f"= {cell.amount}" if cell.amount else VALUE_OF_MARK.get(cell.mark, "done")
        hint = f"Saved with the day, which counts as {pluralize(cell.amount) or value}."
        prompt = Prompt(f"Note on {habit.title}", hint=hint)
        day = self.grid.day
        ask_and_log(self, habit, day, prompt, lambda text: (value, text) if text else None)

    def action_add_habit(self) -> None:
        ask_for_habit(self)

    def action_pause_habit(self) -> None:
        current = [] if self.grid.habit is None else [self.grid.habit.id]
        if names := sorted(self.grid.marked) or current:
            toggle_pause(self, names)

    def action_mark_habit(self) -> None:
        self.grid.toggle_mark()
        self.show_mark_count(len(self.grid.marked))

    def action_mark_all_habits(self) -> None:
        self.grid.mark_all()
        self.show_mark_count(len(self.grid.marked))

    def action_timer(self) -> None:
        if self.grid.habit is not None:
            toggle_timer(self, self.grid.habit.id)

    # Reviews of the last week and month.

    def action_review(self, span: str) -> None:
        vault = self.vault

        def write() -> tuple[str, WriteResult | None]:
            path = review_path(parse_bounds(vault.habits, span))
            if vault.catalog.row(path) is not None:
                return path, None
            return path, vault.notes.apply(plan_review(vault.workspace, vault.habits, span))

        def written(answer: tuple[str, WriteResult | None]) -> None:
            path, done = answer
            if done is not None:
                notify_done(self, f"Created {path}", done)
            self.post_message(OpenNote(path, read=True))

        in_background(self, write, written, group="review")
