"""All steps that notekeep did in the vault, what each changed, and the trash."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from notekeep.markdown.sanitize import clean_line
from notekeep.notes.restore import plan_untrash
from notekeep.storage.trash import list_trash
from notekeep.tui.dialogs.prompts import Choice, Option
from notekeep.tui.keys import bindings
from notekeep.tui.messages import ShowHistory, VaultChanged
from notekeep.tui.notifications import notify_done
from notekeep.tui.render.formatting import plural, size_text
from notekeep.tui.render.plan_lines import shorten_home
from notekeep.tui.render.styled_text import Piece, StyledLine, wrap_line
from notekeep.tui.render.version_lines import changes_lines
from notekeep.tui.screens.vault_screen import PREVIEW_DELAY, OverlayScreen, empty_lines
from notekeep.tui.widgets.row_lists import TimelineList, TimelineRow
from notekeep.tui.workers import WRITE_GROUP, in_background, show_message

if TYPE_CHECKING:
    from datetime import date

    from notekeep.notes.plan import WriteResult
    from notekeep.services.history import Step, StepDetails
    from notekeep.storage.trash import TrashedFile
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.widgets.line_view import ListView
    from notekeep.vault import Vault


MAX_STEPS = 1000
"""How many steps are listed; older ones are what `history` of a note shows."""


class StepsScreen(OverlayScreen):
    """The list that undo goes back through, newest first."""

    BINDINGS = bindings("steps", "over")
    OPENED_BY = "show-steps"

    def __init__(self, vault: Vault, glyphs: Glyphs, today: date) -> None:
        self.moments = TimelineList(glyphs, today)
        super().__init__(vault, glyphs, today, self.moments)
        self._steps: dict[str, Step] = {}

    def place(self) -> str:
        return "steps"

    def vault_changed(self) -> None:
        self.load("steps", lambda: self.vault.history.steps(MAX_STEPS), self._list)

    def _list(self, steps: list[Step]) -> None:
        self._steps = {f"{step.id} {step.time}": step for step in steps}
        self.moments.nothing = empty_lines(
            "Nothing was done yet.",
            "Every change made here",
            "is listed, and can be",
            "taken back.",
        )
        rows = [_moment(key, step) for key, step in self._steps.items()]
        self.moments.show(rows, self.moments.key)
        undone = sum(step.undone for step in steps)
        back = f" · {undone} taken back" if undone else ""
        self.set_status(f"{plural(len(steps), 'step')}{back}")
        self.set_idle_actions(*(() if steps else ("take-back", "step-history", "read-text")))
        if not steps:
            self.text.say()

    @property
    def _step(self) -> Step | None:
        return self._steps.get(self.moments.key)

    # What a step did.

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        step = self._step
        if event.view is not self.moments or step is None:
            return
        if not step.id:
            self.text.show(lambda width: _check_in(step, width))
            return
        self.load(
            "step",
            lambda: self.vault.history.show(step.id),
            partial(self._show, step),
            pause=PREVIEW_DELAY,
        )

    def _show(self, step: Step, details: StepDetails) -> None:
        glyphs = self.glyphs
        self.text.show(
            lambda width: [
                *_head(step, details, width, glyphs),
                *changes_lines(details.changes, width, glyphs),
            ]
        )

    # The way back.

    def action_take_back(self) -> None:
        step = self._step
        if step is None:
            return
        if step.undone:
            show_message(self, "It is taken back already · ctrl+r does the last one again")
        elif not step.id:
            hint = "A check-in is taken back on Habits, or with u when it was the last step"
            show_message(self, hint)
        else:
            undo = partial(self.vault.history.undo_step, step.id)
            in_background(self, undo, self._show_taken_back, group=WRITE_GROUP)

    def _show_taken_back(self, step: Step) -> None:
        show_message(self, f"Took back: {step.verb} {step.label} · ctrl+r does it again")
        self.app.post_message(VaultChanged())

    def action_step_history(self) -> None:
        step = self._step
        paths = sorted(set(step.paths)) if step is not None else []
        if len(paths) == 1:
            self.app.post_message(ShowHistory(paths[0]))
        elif paths:
            options = [Option(path, "", path) for path in paths]
            self.app.push_screen(Choice("History of", options, self.glyphs), self._chosen)
        else:
            show_message(self, "No note is part of this step")

    def _chosen(self, path: str | None) -> None:
        if path is not None:
            self.app.post_message(ShowHistory(path))


def _moment(key: str, step: Step) -> TimelineRow:
    role = "faint struck" if step.undone else ""
    left = [
        Piece(clean_line(step.verb), role or "accent"),
        Piece(f" {clean_line(step.label)}", role),
    ]
    about = "undone" if step.undone else str(len(set(step.paths))) if step.paths else ""
    return TimelineRow(key, step.time, left, [Piece(about, "faint")])


def _head(step: Step, details: StepDetails, width: int, glyphs: Glyphs) -> list[StyledLine]:
    what = [Piece(clean_line(step.verb), "accent"), Piece(f" {clean_line(step.label)}", "title")]
    lines = wrap_line(what, width)
    if details.root:
        lines += wrap_line([Piece(f"in {clean_line(shorten_home(details.root))}", "muted")], width)
    if step.undone:
        lines.append([Piece("taken back", "warn")])
    for path in details.pruned:
        text = f"{glyphs.warning} history no longer holds what {clean_line(path)} was"
        lines += wrap_line([Piece(text, "warn")], width)
    if details.left_out:
        lines.append([Piece(f"and {plural(details.left_out, 'more file')}", "faint")])
    return [*lines, [Piece(glyphs.rule * width, "rule")]]


def _check_in(step: Step, width: int) -> list[StyledLine]:
    return [
        *wrap_line([Piece(clean_line(step.label), "title")], width),
        [],
        *wrap_line(
            [Piece("A line of the habit log. Taking it back adds another.", "muted")], width
        ),
    ]


# The trash as a list to choose from: what is chosen goes back to where it was.


def show_trash(app: NotekeepApp) -> None:
    """List what was deleted, the last one first."""

    def ask(found: list[TrashedFile]) -> None:
        if not found:
            show_message(app, "The trash is empty")
            return
        options = [Option(one.was, _about(one), one.path) for one in found]
        app.push_screen(Choice("Bring back from the trash", options, app.glyphs), answered)

    def answered(path: str | None) -> None:
        if path is not None:
            in_background(app, lambda: restore(path), show_restored, group=WRITE_GROUP)

    def restore(path: str) -> WriteResult:
        vault = app.vault
        return vault.notes.apply(plan_untrash(vault.notes.workspace, vault.history.store, path))

    def show_restored(done: WriteResult) -> None:
        notify_done(app, f"Brought back {', '.join(done.paths)}", done)

    in_background(
        app,
        lambda: list_trash(app.vault.root),
        ask,
        group="trash",
        exclusive=True,
        holds_keys=True,
    )


def _about(one: TrashedFile) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.deleted))
    return f"{size_text(one.size)} · {when}"
