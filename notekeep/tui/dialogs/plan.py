"""Dialogs that show a plan and ask for confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import getters
from textual.app import ComposeResult

from notekeep.markdown.sanitize import clean_line
from notekeep.markdown.text_edit import LineEdit
from notekeep.notes.plan import WritePlan
from notekeep.tui.dialogs.dialog import Dialog, HintLine, dialog_box
from notekeep.tui.keyboard import bindings
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.note_rows import gutter
from notekeep.tui.render.plan_lines import notes_plan_lines, summarize_plan
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    add_role,
    cut_line,
    fit_line,
    mark_spans,
    pad_line,
    wrap_line,
)
from notekeep.tui.widgets.line_view import DiffView, ListView

CONFIRM_FROM = 20  # more files than this need a second confirmation
PLAN_MARGIN = 6  # screen lines around the plan
MIN_LEAD = 20  # characters before a change in a long line


class PlanScreen(Dialog["bool | None"], inherit_bindings=False):
    """Shows a plan and asks for confirmation."""

    BINDINGS = bindings("plan")

    text = getters.query_one(DiffView)

    def __init__(self, title: str, plan: WritePlan, paths: Sequence[str]) -> None:
        super().__init__()
        self._title, self._plan, self._paths = title, plan, paths
        self._is_confirming = False

    def compose(self) -> ComposeResult:
        with dialog_box(self._title, ("enter", "apply"), ("esc", "cancel")):
            yield DiffView()
            yield HintLine(summarize_plan(self._plan, self._paths))

    def on_mount(self) -> None:
        self.text.show(lambda width: notes_plan_lines(self._plan, width, self.glyphs))
        self.text.focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self.fit, self.text, PLAN_MARGIN)

    def action_do_plan(self) -> None:
        count = len(self._plan.changes)
        if count > CONFIRM_FROM and not self._is_confirming:
            self._is_confirming = True
            question = f"{count} files would change. Press enter again to apply."
            self.query_one(HintLine).show_text(question, "warn")
            return
        self.dismiss(True if count else None)

    def action_drop_plan(self) -> None:
        self.dismiss(None)


HEADING = "section"  # the role of a path shown above its lines


class PlanHeading(NamedTuple):
    """A heading row: the path of a note, or a message about the plan."""

    text: str
    role: str


class LineRows(ListView["LineEdit | PlanHeading"]):
    """The lines that a plan changes, by note, before and after; each line can be left out."""

    row_height = 2

    def __init__(self, plan: WritePlan, lines: Sequence[LineEdit]) -> None:
        super().__init__()
        self.excluded: set[LineEdit] = set()
        changed = {change.path for change in plan.changes}
        self.lines = [line for line in lines if line.path in changed]
        rows: list[LineEdit | PlanHeading] = []
        rows += [PlanHeading(f"{each.place}: {each.message}", "warn") for each in plan.refused]
        rows += [PlanHeading(" ".join(plan.remarks), "muted")] * bool(plan.remarks)
        path = ""
        for line in self.lines:
            if line.path != path:
                path = line.path
                rows.append(PlanHeading(path, HEADING))
            rows.append(line)
        self._rows = rows

    def on_mount(self) -> None:
        self.rows_changed(0)

    def is_heading(self, item: LineEdit | PlanHeading) -> bool:
        return isinstance(item, PlanHeading)

    def toggle(self) -> None:
        """Leave out the line at the cursor, or include it again."""
        if isinstance(item := self.item, LineEdit):
            self.excluded ^= {item}
            self.lines_changed()
            self.action_step(1)

    def toggle_all(self) -> None:
        """Leave out all lines, or include all again if any line is left out."""
        self.excluded = set() if self.excluded else {*self.lines}
        self.lines_changed()

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        item = self._rows[row]
        if isinstance(item, PlanHeading):
            text = [Piece(clean_line(item.text), item.role)]
            lines = wrap_line(text, width - 2) if item.role != HEADING else [[], text]
            return [
                fit_line([Piece("  "), *line], width, self.glyphs.ellipsis) for line in lines[:2]
            ]
        head = gutter(self.glyphs, here=row == self.cursor)
        if item in self.excluded:
            text = [*head, Piece(f"  {clean_line(item.before)}", "faint")]
            about = [*head, Piece("  left out", "muted")]
            return [fit_line(text, width, self.glyphs.ellipsis), about]
        before, after = item.spans
        return [
            [*head, *self._draw_side("-", item.before, before, "removed", width - 2)],
            [*head, *self._draw_side("+", item.after, after, "added", width - 2)],
        ]

    def _draw_side(
        self, sign: str, text: str, spans: Sequence[tuple[int, int]], name: str, width: int
    ) -> StyledLine:
        """Return a line before or after the change; a long line starts near its first change."""
        line: StyledLine = [Piece(clean_line(text).replace("\t", " "))]
        line = mark_spans(line, spans, f"{name}-words")
        room = width - 2
        first = max(0, min(spans[0][0] - MIN_LEAD, len(text) - room)) if len(text) > room else 0
        if first:
            [line] = cut_line(line, [(first + 1, len(text))])
            line = [Piece(self.glyphs.ellipsis, "faint"), *line]
        line = [Piece(f"{sign} ", name), *fit_line(line, room, self.glyphs.ellipsis)]
        return add_role(pad_line(line, width), f"{name}-line")


class LinePlanScreen(Dialog["list[LineEdit] | None"], inherit_bindings=False):
    """Shows the lines that a plan changes; the answer is the list of included lines, or None."""

    BINDINGS = bindings("plan", "plan-lines")

    def __init__(self, title: str, plan: WritePlan, lines: Sequence[LineEdit]) -> None:
        super().__init__()
        self._title, self.rows = title, LineRows(plan, lines)

    def compose(self) -> ComposeResult:
        keys = (("x", "leave out"), ("A", "all or none"), ("enter", "apply"), ("esc", "cancel"))
        with dialog_box(self._title, *keys, classes="-tall-box"):
            yield self.rows
            yield HintLine("")

    def on_mount(self) -> None:
        self.rows.focus()
        self._show_count()

    @property
    def included(self) -> list[LineEdit]:
        return [line for line in self.rows.lines if line not in self.rows.excluded]

    def _show_count(self) -> None:
        notes = plural(len({line.path for line in self.included}), "note")
        text = f"{plural(len(self.included), 'line')} in {notes} would change"
        out = len(self.rows.excluded)
        self.query_one(HintLine).show_text(f"{text}, {out} left out" if out else text)

    def action_leave_out_line(self) -> None:
        self.rows.toggle()
        self._show_count()

    def action_leave_out_all(self) -> None:
        self.rows.toggle_all()
        self._show_count()

    def action_do_plan(self) -> None:
        self.dismiss(self.included or None)

    def action_drop_plan(self) -> None:
        self.dismiss(None)
