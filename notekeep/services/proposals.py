"""Changes that an assistant has proposed, and that wait for the person.

A proposal is a file in the state folder that stores a request and not its result. Its plan is made
when it is shown or applied, so it is never outdated. It names notes by path, and private notes are
refused.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from notekeep import cache_files
from notekeep.dates import parse_iso
from notekeep.errors import NotFound, Refused, UsageError
from notekeep.locks import hold_lock_file
from notekeep.log_folders import HABIT_LOG
from notekeep.markdown.fields.field_changes import FieldChange
from notekeep.markdown.note import read_note
from notekeep.markdown.sanitize import remove_hidden
from notekeep.notes.capture import INBOX, TODAYS_NOTE
from notekeep.notes.plan import NoteChange, WritePlan, WriteResult, encode

if TYPE_CHECKING:
    from notekeep.services.notes import NoteService
    from notekeep.tracking.tracker import HabitIndex

Arguments: TypeAlias = Mapping[str, Any]

KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "capture": (("text",), ("to",)),
    "add": (("note", "text"), ("section",)),
    "set": (("notes", "fields"), ()),
    "tag": (("notes",), ("add", "remove")),
    "quote": (("note", "text"), ("page", "location", "time")),
    "checkin": (("habit",), ("value", "day", "remark")),
    "new": (("title",), ("type", "fields", "tags", "text")),
}
"""The kinds of proposals: the arguments that each needs, and the others."""

MAX_WAITING = 50
"""The number of proposals that may wait; more are refused."""

MAX_LETTERS = 60_000
"""Maximum length of the arguments of a proposal."""

MAX_NOTES = 20
"""The number of notes that a proposal may name."""

MAX_UNSEEN = 5
"""The number of files that a proposal may change without the person (`mcp --apply`)."""

_LISTS, _TABLES = ("notes", "add", "remove", "tags"), ("fields",)
_ID = re.compile(r"[0-9a-f]{6}")
_CLIENT = re.compile(r"[^\w.-]+")
_CONSENT = ("private", "publish", "draft")
"""Fields that decide who may read a note: only the person changes them."""


class Proposal(NamedTuple):
    """A proposal that waits."""

    id: str
    client: str  # the program that sent it, by its own account
    time: float
    kind: str
    arguments: Arguments

    @property
    def notes(self) -> list[str]:
        """The paths of the notes that it names."""
        named = self.arguments.get("notes", [self.arguments.get("note")])
        return [path for path in named if path]

    @property
    def about(self) -> str:
        """What it would do, in a few words."""
        given = self.arguments
        shown = given.get("title") or given.get("habit") or ", ".join(self.notes)
        return " · ".join(filter(None, (shown, str(given.get("text", "")).partition("\n")[0])))

    def as_object(self) -> dict[str, Any]:
        """Return it as JSON; the keys are stable."""
        return {**self._asdict(), "about": self.about}


class NeedsPerson(Refused):
    """Only the person may apply a proposal."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "The proposal waits for the person: `notekeep proposals`.")


class ProposalService:
    """The proposals for one vault."""

    def __init__(
        self,
        state: str,
        notes: NoteService,
        open_habits: Callable[[], HabitIndex],
        check_public: Callable[[Sequence[str]], None],
    ) -> None:
        """`check_public` raises Refused if one of some notes may not be seen by an assistant."""
        self._folder = os.path.join(state, "proposals")
        self._notes = notes
        self._open_habits = open_habits
        self._check_public = check_public

    def waiting(self) -> list[Proposal]:
        """Return the proposals that wait, oldest first."""
        found: list[Proposal] = []
        with suppress(FileNotFoundError), os.scandir(self._folder) as listing:
            for name in [entry.name for entry in listing if entry.name.endswith(".json")]:
                data = cache_files.load_state(self._folder, name)
                with suppress(TypeError, ValueError):
                    found.append(Proposal(**data))
        return sorted(found, key=lambda one: (one.time, one.id))

    def find(self, name: str) -> Proposal:
        """Return a proposal by its id; NotFound if it does not wait."""
        for one in self.waiting():
            if one.id == name.strip().lower():
                return one
        raise NotFound(f'No proposal is called "{name}".', "`notekeep proposals` lists them.")

    def add(self, client: str, kind: str, arguments: Arguments) -> Proposal:
        """Store a proposal. Its arguments are those of `read_arguments`, with paths for names."""
        if len(self.waiting()) >= MAX_WAITING:
            raise Refused(
                f"{MAX_WAITING} proposals are waiting, so no more are accepted.",
                "Apply or reject them first: see `notekeep proposals`.",
            )
        proposal = Proposal(
            secrets.token_hex(3), client_name(client), time.time(), kind, dict(arguments)
        )
        cache_files.make_cache_folder(self._folder)
        data = json.dumps(proposal._asdict()).encode()
        cache_files.write_cache_file(self._folder, f"{proposal.id}.json", data, durable=True)
        return proposal

    def plan(self, proposal: Proposal) -> WritePlan:
        """Plan a proposal as the vault is now; Refused if it names a private note."""
        self._check_public([*proposal.notes, *self._find_habit_note(proposal)])
        plan = plan_change(self._notes, self._open_habits, proposal)
        plan.verb, plan.whole = f"mcp:{proposal.client}", True
        return plan

    def _find_habit_note(self, proposal: Proposal) -> list[str]:
        if "habit" not in proposal.arguments:
            return []
        path = self._open_habits().resolve(proposal.arguments["habit"]).definition.path
        return [path] if path else []

    def apply(self, proposal: Proposal, *, by_client: bool = False) -> WriteResult:
        """Write a proposal as one step of history, and remove it.

        With `by_client`, refuse what only the person may decide: many files, deletions, private
        notes, and changes to who may read a note.
        """
        with hold_lock_file(os.path.join(self._folder, "lock")):
            self.find(proposal.id)  # another program may have applied it
            plan = self.plan(proposal)
            plan.raise_if_nothing_left()
            if by_client:
                self._check_small(plan)
            result = self._notes.apply(plan)
            if result.refused:
                raise Refused(result.refused[0].message, result.refused[0].hint)
            self.reject(proposal)
        return result

    def reject(self, proposal: Proposal) -> None:
        """Remove a proposal without applying it; NotFound if it was applied or rejected before."""
        try:
            os.unlink(os.path.join(self._folder, f"{proposal.id}.json"))
        except FileNotFoundError as error:
            raise NotFound("This proposal was applied or rejected before.") from error

    def forget(self, paths: Iterable[str]) -> None:
        """Remove the proposals that name one of some notes."""
        named = set(paths)
        for one in self.waiting():
            if named.intersection(one.notes):
                with suppress(NotFound):
                    self.reject(one)

    def _check_small(self, plan: WritePlan) -> None:
        if len(plan.changes) + len(plan.copies) > MAX_UNSEEN or plan.refused:
            raise NeedsPerson(f"Only the person can change more than {MAX_UNSEEN} files.")
        settings = self._notes.workspace.settings
        for change in plan.changes:
            if change.after is None or change.target:
                raise NeedsPerson("Only the person can delete or move files.")
            before, after = (
                read_note(change.path, data or b"", self._notes.workspace.schema)
                for data in (change.before, change.after)
            )
            is_same = all(before.fields.get(key) == after.fields.get(key) for key in _CONSENT)
            if change.before is None:
                is_same = not any(key in after.fields for key in _CONSENT[:2])
            is_same = is_same and before.private == after.private
            if not is_same or (settings.publish and before.tags != after.tags):
                raise NeedsPerson("Only the person can change who may read a note.")
        known = [one.path for one in plan.changes if one.before is not None]
        self._check_public([path for path in known if not path.startswith(f"{HABIT_LOG}/")])


def client_name(name: str) -> str:
    """Return the name of a client for history: letters, digits, `.`, `_` and `-`."""
    return _CLIENT.sub("-", name.encode("ascii", "ignore").decode()).strip("-.")[:40] or "client"


def read_arguments(kind: str, arguments: Arguments) -> dict[str, Any]:
    """Check the arguments of a proposal, and return their text without controls.

    Raises UsageError.
    """
    if kind not in KINDS:
        raise UsageError(f'There is no kind "{kind}".', f"Use {', '.join(KINDS)}.")
    needed, others = KINDS[kind]
    given = {key: value for key, value in arguments.items() if value not in (None, "", [], {})}
    if missing := [key for key in needed if key not in given]:
        raise UsageError(f"{kind} needs {' and '.join(missing)}.")
    if extra := [key for key in given if key not in (*needed, *others)]:
        raise UsageError(f"{kind} has no {extra[0]}.", f"It has {', '.join((*needed, *others))}.")
    if len(json.dumps(given, default=str)) > MAX_LETTERS:
        raise UsageError(f"The proposal is longer than {MAX_LETTERS} characters.", "Split it.")
    found = {key: _read_value(key, value) for key, value in given.items()}
    if kind == "tag" and not (found.get("add") or found.get("remove")):
        raise UsageError("tag needs add or remove.")
    for key in found.get("fields", {}):
        if key.casefold() in _CONSENT[:2]:
            raise UsageError(f"Only the person can set {key}.", "Propose the other fields.")
    return found


def _read_value(key: str, value: object) -> Any:
    if key in _LISTS:
        if not isinstance(value, (list, tuple)):
            raise UsageError(f"{key} is a list.")
        if len(value) > MAX_NOTES:
            raise UsageError(f"{key} has more than {MAX_NOTES} items.", "Split the proposal.")
        return [_read_text(key, one) for one in value]
    if key in _TABLES:
        if not isinstance(value, Mapping):
            raise UsageError(f"{key} has names and values.")
        return {_read_text(key, name): _read_field(one) for name, one in value.items()}
    return _read_text(key, value)


def _read_field(value: object) -> Any:
    if isinstance(value, (list, tuple)):
        return [_read_field(one) for one in value]
    return value if isinstance(value, (bool, int, float)) else _read_text("A field", value)


def _read_text(key: str, value: object) -> str:
    if not isinstance(value, (str, int, float)):
        raise UsageError(f"{key} is text.")
    try:
        str(value).encode()
    except UnicodeEncodeError:
        raise UsageError(f"{key} is not valid Unicode.") from None
    return remove_hidden(str(value), joiners=True)


def plan_change(
    notes: NoteService, open_habits: Callable[[], HabitIndex], proposal: Proposal
) -> WritePlan:
    """Plan a proposal in the vault of some services."""
    given = proposal.arguments
    match proposal.kind:
        case "capture":
            place = given.get("to", "today")
            if place not in ("today", "inbox"):
                raise UsageError(
                    "A quick note goes to today or inbox.", "Use add for another note."
                )
            return notes.plan_capture(given["text"], INBOX if place == "inbox" else TODAYS_NOTE)
        case "add":
            section = f"#{given['section']}" if given.get("section") else ""
            return notes.plan_add(given["text"], f"{given['note']}{section}")
        case "set":
            edits = [FieldChange(key, "=", value) for key, value in given["fields"].items()]
            return notes.plan_set(given["notes"], edits)
        case "tag":
            return notes.plan_tag(given["notes"], given.get("add", ()), given.get("remove", ()))
        case "quote":
            return notes.plan_quote(
                given["note"],
                given["text"],
                page=given.get("page", ""),
                loc=given.get("location", ""),
                at=given.get("time", ""),
            )
        case "checkin":
            return _plan_check_in(notes, open_habits(), proposal)
        case "new":
            return notes.plan_new(
                given.get("type", "note"),
                given["title"],
                fields=given.get("fields"),
                tags=given.get("tags", ()),
                body=given.get("text", ""),
            )
    raise UsageError(f'There is no kind "{proposal.kind}".')


def _plan_check_in(notes: NoteService, habits: HabitIndex, proposal: Proposal) -> WritePlan:
    """Plan a line in the client's own log file, so that a check-in is a step like any other."""
    from notekeep.tracking.checkin import CheckIn, append_check_in, parse_typed_value

    given = proposal.arguments
    habit = habits.resolve(given["habit"])
    if not habit.definition.path:
        raise NotFound(f'No habit is called "{given["habit"]}".')
    day: date | None = None
    if given.get("day") and (day := parse_iso(given["day"])) is None:
        raise UsageError(f'"{given["day"]}" is not a date.', "Write it as 2026-11-24.")
    value = parse_typed_value(given.get("value", "done"), habit.definition.unit)
    request = CheckIn(habit, value, day, note=given.get("remark", ""))
    line = append_check_in(habits, request, dry_run=True).line
    path = f"{HABIT_LOG}/{proposal.client}.md"
    before = notes.workspace.read_if_exists(path)
    ended = b"" if before is None or before.endswith(b"\n") or not before else b"\n"
    plan = WritePlan("checkin", f"{habit.definition.title} {given.get('value', 'done')}")
    plan.changes.append(NoteChange(path, before, (before or b"") + ended + encode(f"{line}\n")))
    return plan
