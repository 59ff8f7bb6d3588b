"""Steps: all that notekeep did in the vault, what each changed, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.markdown.clean import clean_line
from notekeep.tui.jobs import in_background, say
from notekeep.tui.keys import bindings
from notekeep.tui.messages import ShowHistory, VaultChanged
from notekeep.tui.render.diff import home_path
from notekeep.tui.render.pieces import Line, Piece, wrap
from notekeep.tui.render.versions import changes_lines
from notekeep.tui.render.words import plural
from notekeep.tui.screens.dialogs import Choice, Option
from notekeep.tui.screens.over import PAUSE, OverScreen
from notekeep.tui.widgets.moment_list import Moment, MomentList

if TYPE_CHECKING:
    from datetime import date

    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.widgets.line_view import ListView
    from notekeep.vault import Vault
    from notekeep.writing.steps import Past, Taken

SHOWN = 1000
"""How many steps are listed; older ones are what `history` of a note shows."""


class StepsScreen(OverScreen):
    """The list that undo goes back through, newest first."""

    BINDINGS = bindings("steps", "over")
    OPENED_BY = "show-steps"

    def __init__(self, vault: Vault, glyphs: Glyphs, today: date) -> None:
        self.moments = MomentList(glyphs, today)
        super().__init__(vault, glyphs, today, self.moments)
        self._steps: dict[str, Taken] = {}

    def place(self) -> str:
        return "steps"

    def vault_changed(self) -> None:
        in_background(
            self, lambda: self.vault.steps.listed(SHOWN), self._list, group="steps", exclusive=True,
            failed=self.cannot,
        )  # fmt: skip

    def _list(self, steps: list[Taken]) -> None:
        self._steps = {f"{step.id} {step.time}": step for step in steps}
        self.moments.nothing = _nothing()
        rows = [_moment(key, step) for key, step in self._steps.items()]
        self.moments.show(rows, self.moments.key)
        undone = sum(step.undone for step in steps)
        back = f" · {undone} taken back" if undone else ""
        self.say(f"{plural(len(steps), 'step')}{back}")
        self.rest(*(() if steps else ("take-back", "step-history", "read-text")))
        if not steps:
            self.text.say()

    @property
    def _step(self) -> Taken | None:
        return self._steps.get(self.moments.key)

    # What a step did.

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        step = self._step
        if event.view is not self.moments or step is None:
            return
        if not step.id:
            self.text.show(lambda width: _check_in(step, width))
            return
        in_background(
            self, lambda: self.vault.steps.look(step.id), lambda past: self._show(step, past),
            group="look", exclusive=True, pause=PAUSE, failed=self.cannot,
        )  # fmt: skip

    def _show(self, step: Taken, past: Past) -> None:
        glyphs = self.glyphs

        def lines(width: int) -> list[Line]:
            return [*_head(step, past, width, glyphs), *changes_lines(past.changes, width, glyphs)]

        self.text.show(lines)

    # The way back.

    def action_take_back(self) -> None:
        step = self._step
        if step is None:
            return
        if step.undone:
            say(self, "It is taken back already · ctrl+r does the last one again")
            return
        if not step.id:
            say(self, "A check-in is taken back on Habits, or with u when it was the last step")
            return

        def take_back() -> Taken:
            taken = self.vault.steps.undo_one(step.id)
            self.vault.refresh(words=False)
            return taken

        in_background(self, take_back, self._taken_back, group="write")

    def _taken_back(self, step: Taken) -> None:
        say(self, f"Took back: {step.verb} {step.label} · ctrl+r does it again")
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
            say(self, "No note is part of this step")

    def _chosen(self, path: str | None) -> None:
        if path is not None:
            self.app.post_message(ShowHistory(path))


def _moment(key: str, step: Taken) -> Moment:
    role = "faint struck" if step.undone else ""
    left = [
        Piece(clean_line(step.verb), role or "accent"),
        Piece(f" {clean_line(step.label)}", role),
    ]
    about = "undone" if step.undone else str(len(set(step.paths))) if step.paths else ""
    return Moment(key, step.time, left, [Piece(about, "faint")])


def _head(step: Taken, past: Past, width: int, glyphs: Glyphs) -> list[Line]:
    what = [Piece(clean_line(step.verb), "accent"), Piece(f" {clean_line(step.label)}", "title")]
    lines = wrap(what, width)
    if past.root:
        lines += wrap([Piece(f"in {clean_line(home_path(past.root))}", "muted")], width)
    if step.undone:
        lines.append([Piece("taken back", "warn")])
    for path in past.pruned:
        text = f"{glyphs.warning} history no longer holds what {clean_line(path)} was"
        lines += wrap([Piece(text, "warn")], width)
    if past.left_out:
        lines.append([Piece(f"and {plural(past.left_out, 'more file')}", "faint")])
    return [*lines, [Piece(glyphs.rule * width, "rule")]]


def _check_in(step: Taken, width: int) -> list[Line]:
    return [
        *wrap([Piece(clean_line(step.label), "title")], width),
        [],
        *wrap([Piece("A line of the habit log. Taking it back adds another.", "muted")], width),
    ]


def _nothing() -> list[Line]:
    return [
        [],
        [Piece("Nothing was done yet.", "title")],
        [],
        [Piece("Every change made here", "muted")],
        [Piece("is listed, and can be", "muted")],
        [Piece("taken back.", "muted")],
    ]
