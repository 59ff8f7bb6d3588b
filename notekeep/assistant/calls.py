"""The calls of a client: tools and notes, with their limits, their log and their errors.

Nothing here imports the SDK, and a call never raises.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from notekeep.assistant.answers import CallLimit, make_answer
from notekeep.assistant.call_log import log_call
from notekeep.assistant.public_vault import PublicVault
from notekeep.assistant.read_tools import ReadTools
from notekeep.assistant.tools import APPLY, PROPOSE, READ_TOOLS, check_arguments
from notekeep.errors import NotekeepError, NotFound, UsageError
from notekeep.services.proposals import (
    NeedsPerson,
    Proposal,
    client_name,
    plan_change,
    read_arguments,
)
from notekeep.vault import Vault

RESOURCE = "resource"
"""The name in the log of a note that was read by its address, or of the list of notes."""


class Answer(NamedTuple):
    """The JSON for a client, and whether it is an error."""

    text: str
    is_error: bool


class Calls:
    """The calls that a client may make."""

    def __init__(
        self,
        vault: Vault,
        *,
        proposes: bool = False,
        applies: bool = False,
        has_hidden: bool = False,
        limit: CallLimit | None = None,
    ) -> None:
        self._vault = vault
        self._public = PublicVault(vault, has_hidden=has_hidden)
        self._reads = ReadTools(self._public)
        self._limit = limit or CallLimit()
        self.tools = dict(READ_TOOLS)
        if proposes:
            self.tools["propose"] = PROPOSE
        if proposes and applies:
            self.tools["apply_proposal"] = APPLY

    def warm_up(self) -> None:
        """Update the copy of the notes before the first call."""
        try:
            self._public.refresh(words=True)
        except NotekeepError:
            return  # the first call reports it

    def call_tool(self, client: str, name: str, arguments: dict[str, Any]) -> Answer:
        """Call a tool."""
        shown = name if name in self.tools else "unknown"
        return self._answer(client, shown, lambda: self._call_tool(client, name, arguments))

    def read_note(self, client: str, path: str) -> Answer:
        """Read a note by its path."""
        return self._answer(client, RESOURCE, lambda: self._reads.get(path))

    def list_notes(self, client: str, limit: int) -> Answer:
        """List the notes that changed last."""
        return self._answer(client, RESOURCE, lambda: self._reads.recent(limit))

    def _answer(self, client: str, name: str, call: Callable[[], dict[str, Any]]) -> Answer:
        error = ""
        try:
            self._limit.check()
            found = call()
        except NotekeepError as refused:
            error = type(refused).__name__
            found = {"error": refused.message, "hint": refused.hint}
        except Exception as failed:  # noqa: BLE001 - a client must not stop the server
            error = type(failed).__name__
            found = {"error": "An internal error of notekeep.", "hint": "Try something else."}
        answer = make_answer(found.get("uri") or f"notekeep:{name}", found)
        text = json.dumps(answer, ensure_ascii=False)
        log_call(self._vault.places.state, client_name(client), name, len(text.encode()), error)
        return Answer(text, bool(error))

    def _call_tool(self, client: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        tool = self.tools.get(name)
        if tool is None:
            raise NotFound("There is no such tool.", f"Tools: {', '.join(self.tools)}.")
        given = check_arguments(tool, arguments)
        if name == "propose":
            return self._propose(client, **given)
        if name == "apply_proposal":
            return self._apply(client, given["plan"])
        found: dict[str, Any] = getattr(self._reads, name)(**given)
        return found

    def _propose(self, client: str, *, kind: str, **arguments: Any) -> dict[str, Any]:
        copy, named = self._reads.name_paths(read_arguments(kind, arguments))
        # Planned in the copy, so that neither the diff nor an error reveals anything private.
        request = Proposal("", client_name(client), 0.0, kind, named)
        plan = plan_change(copy.notes, lambda: copy.habits, request)
        plan.raise_if_nothing_left()
        if not plan.changes:
            raise UsageError("Nothing would change.")
        proposal = self._vault.proposals.add(client, kind, named)
        return {
            "plan": proposal.id,
            "files": len(plan.changes),
            "remarks": [*plan.remarks, *(one.message for one in plan.refused)],
            "state": "It waits for the person, who sees it with `notekeep proposals`.",
            "diff": "\n".join(plan.diff()),
        }

    def _apply(self, client: str, name: str) -> dict[str, Any]:
        waiting = self._vault.proposals.find(name)
        if waiting.client != client_name(client):
            raise NotFound("No proposal of yours has this plan id.")
        try:
            result = self._vault.proposals.apply(waiting, by_client=True)
        except NeedsPerson:
            raise
        except NotekeepError:
            # The reason may name a private note.
            raise NeedsPerson("It cannot be applied here.") from None
        return {"plan": waiting.id, "applied": True, "files": len(result.paths)}
