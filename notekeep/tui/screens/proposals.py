"""Proposals: the changes that assistants propose, to apply or to reject."""

from __future__ import annotations

from functools import partial

from notekeep.errors import NotekeepError
from notekeep.notes.plan import WritePlan, WriteResult
from notekeep.services.proposals import Proposal
from notekeep.tui.dialogs.dialog import Option, OptionRows
from notekeep.tui.keyboard import bindings
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.list_rows import empty_lines
from notekeep.tui.render.plan_lines import notes_plan_lines
from notekeep.tui.render.styled_text import Piece
from notekeep.tui.screens.vault_screen import PREVIEW_DELAY, OverlayScreen
from notekeep.tui.workers import (
    WRITE_GROUP,
    in_background,
    notify_done,
    show_error,
    show_message,
)
from notekeep.vault import Vault


class ProposalsScreen(OverlayScreen):
    """The proposals at the top, and the changes of one below."""

    BINDINGS = bindings("proposals", "over")
    OPENED_BY = "show-proposals"
    PLACE = "proposals"
    ROW_ACTIONS = "apply-proposal", "reject-proposal"

    def __init__(self) -> None:
        self.rows = OptionRows()
        super().__init__(self.rows)
        self.add_class("-stacked")
        self._found: list[Proposal] = []

    @property
    def here(self) -> Proposal | None:
        return self._found[int(self.rows.value)] if self._found else None

    def vault_changed(self) -> None:
        self.load("proposals", self.vault.proposals.waiting, self._list)

    def _list(self, found: list[Proposal]) -> None:
        here = self.here
        self._found = found
        self.rows.placeholder = empty_lines(
            "No proposals.", "Changes that an assistant proposes (`notekeep mcp`) wait here."
        )
        at = next((n for n, one in enumerate(found) if here and one.id == here.id), 0)
        rows = [
            Option(f"{one.kind}  {one.about}", one.client, str(n)) for n, one in enumerate(found)
        ]
        self.rows.show(rows, str(at) if found else "")
        room = min(len(found), max(2, self.app.size.height // 3))
        self.query_one("#over-list").styles.height = room if found else "1fr"
        text = plural(len(found), "proposal") if found else "no proposals"
        self.show_list(text, is_empty=not found)

    def show_row(self) -> None:
        if (here := self.here) is not None:
            self.load("plan", partial(_plan, self.vault, here), self._show, pause=PREVIEW_DELAY)

    def _show(self, plan: WritePlan | NotekeepError) -> None:
        if isinstance(plan, NotekeepError):
            text = f"{plan.message} {plan.hint}".strip()
            self.text.show(lambda _width: [[Piece(text, "warn")]])
            return
        self.text.show(lambda width: notes_plan_lines(plan, width, self.glyphs))

    def action_apply_proposal(self) -> None:
        if (here := self.here) is not None:
            apply = partial(self.vault.proposals.apply, here)
            done = partial(self._applied, here)
            in_background(self, apply, done, group=WRITE_GROUP, failed=self._failed)

    def _applied(self, proposal: Proposal, result: WriteResult) -> None:
        notify_done(self, f"Applied {proposal.kind} of {proposal.client}", result)
        self.vault_changed()

    def action_reject_proposal(self) -> None:
        if (here := self.here) is not None:
            reject = partial(self.vault.proposals.reject, here)
            done = partial(self._rejected, here)
            in_background(self, reject, done, group=WRITE_GROUP, failed=self._failed)

    def _failed(self, error: NotekeepError) -> None:
        show_error(self, error)
        self.vault_changed()

    def _rejected(self, proposal: Proposal, _: None) -> None:
        show_message(self, f"Rejected {proposal.kind} of {proposal.client}. No note was changed.")
        self.vault_changed()


def _plan(vault: Vault, proposal: Proposal) -> WritePlan | NotekeepError:
    try:
        return vault.proposals.plan(proposal)
    except NotekeepError as error:
        return error
