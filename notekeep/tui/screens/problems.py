"""Problems: errors in files and conflicts, each with its fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from textual import events
from textual.app import ComposeResult
from textual.content import Content

from notekeep.errors import SETTINGS, Problem
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.conflict_pairs import CONFLICT_PROBLEM, find_conflict_problems
from notekeep.notes.habit_notes import offer_repair
from notekeep.notes.plan import WriteResult
from notekeep.tracking.habit_problems import read_problem_lines
from notekeep.tui.dialogs.dialog import Dialog, dialog_box
from notekeep.tui.messages import OpenNote, ShowOverlay
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.note_rows import gutter
from notekeep.tui.render.styled_text import Piece, StyledLine, spread_line, wrap_line
from notekeep.tui.widgets.line_view import ListView
from notekeep.tui.workers import in_background, notify_done, show_message

FIX_PREFIX = "write: "  # starts a hint that is the corrected line
FRONTMATTER_FENCES = ("---", "+++")
"""Delimiter lines of front matter; problems are reported at the first one."""
MAX_TEXT_LINES = 6  # the maximum number of lines of a message and its hint
MAX_MEASURED = 200  # problems to measure for the row height; most have the same text


class _Problems(ListView[Problem]):
    texts: Sequence[str] = ()

    def show(self, problems: Sequence[Problem], texts: Sequence[str]) -> None:
        """Show problems, each with the text of its line, or ""."""
        self._rows, self.texts = problems, texts
        self.placeholder = [[Piece("No problems.", "muted")]]
        self._measure()

    def on_resize(self) -> None:
        self._measure()

    def _measure(self) -> None:
        """Make all rows as high as the highest row, so that no hint is truncated."""
        shown = self._rows[:MAX_MEASURED]
        heights = (len(_about(problem, self.inner_width, self.glyphs)) for problem in shown)
        self.row_height = 2 + max(heights) if shown else 1
        self.rows_changed(self.cursor)

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        if not self._rows:
            return super().draw_row(row, width)
        problem = self._rows[row]
        first = spread_line(
            [Piece(clean_line(problem.place))], [Piece(problem.code, "faint")], width - 3
        )
        line: StyledLine = [Piece(clean_line(self.texts[row]), "faint")]
        # The corrected line follows the wrong one.
        if fix := _fix(problem):
            line += [Piece(f"  {self.glyphs.arrow}  ", "muted"), Piece(clean_line(fix))]
        about = _about(problem, width, self.glyphs)
        lines = [first, *about, [Piece("  "), *line] if line[0].text else []]
        lines += [[] for _ in range(self.row_height - len(lines))]
        head = gutter(self.glyphs, here=row == self.cursor)
        return [[*head, *line] for line in lines]


def _fix(problem: Problem) -> str:
    """Return the corrected line of a hint, or ""."""
    return problem.hint.removeprefix(FIX_PREFIX) if problem.hint.startswith(FIX_PREFIX) else ""


def _about(problem: Problem, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return the message and the hint in a list of `width` cells."""
    hint = "" if _fix(problem) else problem.hint
    gap = " " if problem.message.endswith((".", "?")) else f" {glyphs.dot} "
    text = clean_line(problem.message + (gap + hint if hint else ""))
    return wrap_line([Piece(text, "muted")], width - 3)[:MAX_TEXT_LINES]


class ProblemsScreen(Dialog[None]):
    """The problems of the vault, and unread errors."""

    def __init__(self, errors: Sequence[Problem]) -> None:
        super().__init__()
        self._errors = errors
        self._list = _Problems()

    def compose(self) -> ComposeResult:
        keys = ("enter", "open note"), ("f", "fix"), ("esc", "close")
        with dialog_box("Problems", *keys, classes="-tall-box"):
            yield self._list

    def on_mount(self) -> None:
        self._list.focus()
        self._load()

    def _load(self) -> None:
        self.load("problems", self._find_all, self._show)

    def _find_all(self) -> tuple[list[Problem], list[str]]:
        habits = self.vault.habits
        copies = find_conflict_problems(self.vault.workspace, "Press enter to compare.")
        found = [*copies, *self.vault.search.problems(), *habits.problems()]
        return found, [
            "in the front matter" if text.strip() in FRONTMATTER_FENCES else text
            for text in read_problem_lines(self.vault.root, found)
        ]

    def _show(self, found: tuple[list[Problem], list[str]]) -> None:
        problems = [*reversed(self._errors), *found[0]]
        self._list.show(problems, [""] * len(self._errors) + found[1])
        title = plural(len(problems), "problem").capitalize()
        self.query_one("#dialog").border_title = Content(title)

    def key_enter(self, event: events.Key) -> None:
        event.stop()
        self.on_list_view_selected()

    def _can_open(self, problem: Problem | None) -> TypeGuard[Problem]:
        """Whether the problem is in a file that can be opened and fixed from this screen."""
        return problem is not None and problem not in self._errors and problem.code != SETTINGS

    def on_list_view_selected(self) -> None:
        problem = self._list.item
        if self._can_open(problem):
            self.dismiss(None)
            if problem.code == CONFLICT_PROBLEM:
                self.app.post_message(ShowOverlay("conflicts", problem.path))
            else:
                self.app.post_message(OpenNote(problem.path, line=problem.line))

    def key_f(self, event: events.Key) -> None:
        event.stop()
        problem = self._list.item
        if not self._can_open(problem):
            return

        def fix() -> tuple[str, WriteResult] | None:
            offer = offer_repair(self.vault.workspace, self.vault.habits, problem)
            return (offer.label, self.vault.notes.apply(offer.plan)) if offer is not None else None

        def fixed(answer: tuple[str, WriteResult] | None) -> None:
            if answer is None:
                show_message(self, "No automatic fix. Press enter to open it")
                return
            label, done = answer
            notify_done(self, f"Fixed: {label}", done)
            self._load()

        in_background(self, fix, fixed, group="fix")
