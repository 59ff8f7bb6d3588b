"""What a verb would do with many notes, shown before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import getters
from textual.content import Content

from notekeep.tui.commands.registry import ACTIONS_BY_ID
from notekeep.tui.dialogs.dialog import Dialog, dialog_box
from notekeep.tui.keys import bindings
from notekeep.tui.render.plan_lines import notes_plan_lines, summarize_plan
from notekeep.tui.widgets.bars import ActionButtons
from notekeep.tui.widgets.line_view import DiffView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from notekeep.notes.plan import WritePlan
    from notekeep.tui.render.glyphs import Glyphs

CONFIRM_FROM = 20
"""More files than this are asked about once more."""
PLAN_MARGIN = 7
"""Lines of the screen that are not the plan."""


BUTTONS = ("do-plan", "drop-plan")


class PlanScreen(Dialog[bool], inherit_bindings=False):
    """A plan to look over; its answer is whether to do it."""

    BINDINGS = bindings("plan")

    text = getters.query_one(DiffView)

    def __init__(
        self, title: str, plan: WritePlan, glyphs: Glyphs, paths: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self._title, self._plan, self._glyphs, self._paths = title, plan, glyphs, paths
        self._was_asked = False

    def compose(self) -> ComposeResult:
        with dialog_box(self._title) as box:
            box.border_subtitle = Content(summarize_plan(self._plan, self._paths))
            yield DiffView(self._glyphs)
            yield ActionButtons(*((button, ACTIONS_BY_ID[button].label) for button in BUTTONS))

    def on_mount(self) -> None:
        self.text.show(lambda width: notes_plan_lines(self._plan, width, self._glyphs))
        self.text.focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self.fit, self.text, PLAN_MARGIN)

    def action_do_plan(self) -> None:
        count = len(self._plan.changes)
        if count > CONFIRM_FROM and not self._was_asked:
            self._was_asked = True
            question = f"{count} files at once: enter once more does it"
            self.query_one("#dialog").border_subtitle = Content.styled(question, "$warning")
            return
        self.dismiss(bool(count))

    def action_drop_plan(self) -> None:
        self.dismiss(False)
