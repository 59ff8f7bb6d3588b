"""Problems: what could not be read whole, and notes with two versions, each with its remedy."""

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
from notekeep.tui.widgets.line_view import RowList
from notekeep.tui.workers import in_background, notify_done, show_message

FIX_PREFIX = "write: "  # what a hint begins with that is the line as it should be


FRONTMATTER_FENCES = ("---", "+++")
"""Lines around a front matter, the first of which stands for all of it."""
MAX_TEXT_LINES = 6
"""So many lines are taken by what is wrong and what to do, however little room there is."""
MAX_MEASURED = 200
"""So many problems are looked at for how many lines they take; few are worded on their own."""


class _Problems(RowList[Problem]):
    texts: Sequence[str] = ()

    def show(self, problems: Sequence[Problem], texts: Sequence[str]) -> None:
        """Show problems, and the line of its file that each is about, or ""."""
        self._rows, self.texts = problems, texts
        self.nothing = [[Piece("No problems.", "muted")]]
        self._measure()

    def on_resize(self) -> None:
        self._measure()

    def _measure(self) -> None:
        """Make all rows as high as the one that takes most lines: a hint that is cut is none."""
        shown = self._rows[:MAX_MEASURED]
        heights = (len(_about(one, self.inner_width, self.glyphs)) for one in shown)
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
        # What to write instead stands behind what it replaces.
        if fix := _fix(problem):
            line += [Piece(f"  {self.glyphs.arrow}  ", "muted"), Piece(clean_line(fix))]
        about = _about(problem, width, self.glyphs)
        lines = [first, *about, [Piece("  "), *line] if line[0].text else []]
        lines += [[] for _ in range(self.row_height - len(lines))]
        head = gutter(self.glyphs, here=row == self.cursor)
        return [[*head, *one] for one in lines]


def _fix(problem: Problem) -> str:
    """Return the line as it should be, where the hint is that, else ""."""
    return problem.hint.removeprefix(FIX_PREFIX) if problem.hint.startswith(FIX_PREFIX) else ""


def _about(problem: Problem, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return what is wrong and what to do, in a list of so many cells."""
    hint = "" if _fix(problem) else problem.hint
    gap = " " if problem.message.endswith((".", "?")) else f" {glyphs.dot} "
    text = clean_line(problem.message + (gap + hint if hint else ""))
    return wrap_line([Piece(text, "muted")], width - 3)[:MAX_TEXT_LINES]


class ProblemsScreen(Dialog[None]):
    """What is wrong in the vault, and where."""

    def __init__(self, wrong: Sequence[Problem]) -> None:
        super().__init__()
        self._wrong = wrong
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
        problems = [*reversed(self._wrong), *found[0]]
        self._list.show(problems, [""] * len(self._wrong) + found[1])
        title = plural(len(problems), "problem").capitalize()
        self.query_one("#dialog").border_title = Content(title)

    def on_list_view_selected(self) -> None:
        self._open()

    def key_enter(self, event: events.Key) -> None:
        event.stop()
        self._open()

    def _is_of_a_note(self, problem: Problem | None) -> TypeGuard[Problem]:
        """Whether there is a file behind it that can be shown and mended here."""
        return problem is not None and problem not in self._wrong and problem.code != SETTINGS

    def _open(self) -> None:
        problem = self._list.item
        if self._is_of_a_note(problem):
            self.dismiss(None)
            if problem.code == CONFLICT_PROBLEM:
                self.app.post_message(ShowOverlay("conflicts", problem.path))
            else:
                self.app.post_message(OpenNote(problem.path, line=problem.line))

    def key_f(self, event: events.Key) -> None:
        event.stop()
        problem = self._list.item
        if not self._is_of_a_note(problem):
            return

        def mend() -> tuple[str, WriteResult] | None:
            offer = offer_repair(self.vault.workspace, self.vault.habits, problem)
            return (offer.label, self.vault.notes.apply(offer.plan)) if offer is not None else None

        def mended(answer: tuple[str, WriteResult] | None) -> None:
            if answer is None:
                show_message(self, "No automatic fix. Press enter to open it")
                return
            label, done = answer
            notify_done(self, f"Fixed: {label}", done)
            self._load()

        in_background(self, mend, mended, group="mend")
