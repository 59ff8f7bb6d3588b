"""Entries that a phone sends: check-ins, notes and ticked tasks. Each has an id and counts once.

A phone sends an entry again when it heard no answer. So the id is stored, durably, before the entry
is applied, with a proof: what is in the vault afterwards and was not before. An entry that a crash
cut short is applied when it is sent again, unless its proof is there.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import os
import re
import sqlite3
import time
from typing import TYPE_CHECKING, Any

from notekeep import cache_files
from notekeep.config import current_time
from notekeep.dates import parse_iso
from notekeep.errors import Conflict, Failure, NotekeepError, NotFound, Refused, UsageError
from notekeep.notes.capture import INBOX, TODAYS_NOTE, Attachment
from notekeep.storage.content import digest_of
from notekeep.storage.open_folder import NameTaken

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.notes.plan import WritePlan
    from notekeep.vault import Vault

FILE = "phone-entries.db"
MOST_AGE = dt.timedelta(days=400)
"""How long ids are kept: no phone is offline for longer."""
MAX_RETRIES = 5
PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".heic", ".avif"})
LONGEST_TEXT = 100_000
LONGEST_NAME = 100
LONGEST_VALUE = 40

_ID = re.compile(r"[\w-]{8,64}", re.ASCII)


class EntryService:
    """Applies what phones send to one vault; used by one thread at a time."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        cache_files.make_cache_folder(vault.places.state)
        path = os.path.join(vault.places.state, FILE)
        os.close(cache_files.open_private(path, os.O_WRONLY | os.O_CREAT))
        self._store = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._store.execute(
            "CREATE TABLE IF NOT EXISTS entries"
            " (id TEXT PRIMARY KEY, begun REAL, proof TEXT, is_done INTEGER)"
        )
        edge = time.time() - MOST_AGE.total_seconds()
        self._store.execute("DELETE FROM entries WHERE begun < ?", (edge,))

    def close(self) -> None:
        """Close the list of ids."""
        self._store.close()

    def apply(self, entry: Any) -> dict[str, Any]:
        """Apply an entry unless it was applied before; tell whether it is, and if not, why.

        With `again` the entry can be sent again; without, it can never be applied as it is.
        """
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not _ID.fullmatch(name):
            return {"id": "", "ok": False, "error": "the entry has no id", "again": False}
        try:
            if not self._is_applied(name):
                self._apply(name, entry)
        except (UsageError, NotFound, Refused) as error:
            return {"id": name, "ok": False, "error": error.message, "again": False}
        except NotekeepError as error:
            return {"id": name, "ok": False, "error": error.message, "again": True}
        return {"id": name, "ok": True}

    def _is_applied(self, name: str) -> bool:
        found = self._store.execute(
            "SELECT begun, proof, is_done FROM entries WHERE id = ?", (name,)
        ).fetchone()
        if found is None:
            return False
        begun, proof, is_done = found
        return bool(is_done) or self._is_proved(begun, proof)

    def _is_proved(self, begun: float, proof: str) -> bool:
        """Whether an entry that was begun took effect before a crash."""
        path, _, content = proof.partition("\n")
        if path.startswith("log:"):
            place = os.path.join(self._vault.root, *path[4:].split("/"))
            try:
                with open(place, encoding="utf-8", errors="surrogateescape") as file:
                    return content in file.read().split("\n")
            except FileNotFoundError:
                return False
        return any(
            record.time >= begun and change.path == path and change.after == content
            for record in self._vault.history.store.records()
            for change in record.changes
        )

    def _begin(self, name: str, proof: str) -> None:
        values = (name, time.time(), proof.encode("utf-8", "backslashreplace").decode())
        self._store.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, 0)", values)

    def _apply(self, name: str, entry: dict[str, Any]) -> None:
        kind = _text(entry, "kind")
        if kind == "habit":
            self._check_in(name, entry)
        elif kind == "note":
            self._write(name, lambda: self._plan_note(entry))
        elif kind == "task":
            self._write(name, lambda: self._plan_task(entry))
        else:
            raise UsageError(f"unknown kind of entry: {kind}")
        self._store.execute("UPDATE entries SET is_done = 1 WHERE id = ?", (name,))

    def _check_in(self, name: str, entry: dict[str, Any]) -> None:
        habit, value, day = _text(entry, "habit"), _text(entry, "value"), _day(entry)
        if len(value) > LONGEST_VALUE or not value.isprintable():
            raise UsageError(f"invalid value: {value[:LONGEST_VALUE]}")
        if day is not None and day > self._vault.today():
            # By the clock of a phone in another time zone; it will come.
            raise Failure(f"{day.isoformat()} is in the future on this computer")
        habits, said = self._vault.habits, _moment(entry) or current_time()
        planned = habits.check_in(habit, value, day, said=said, dry_run=True)
        self._begin(name, f"log:{planned.path}\n{planned.line}")
        habits.check_in(habit, value, day, said=said)

    def _write(self, name: str, plan_it: Callable[[], WritePlan | None]) -> None:
        """Apply a plan as one step; plan again where another program saved at the same moment."""
        for attempt in range(MAX_RETRIES):
            plan = plan_it()
            if plan is None:
                return
            note = plan.changes[-1]
            self._begin(name, f"{note.path}\n{digest_of(note.after or b'')}")
            try:
                done = self._vault.notes.apply(plan)
            except NameTaken:
                if attempt == MAX_RETRIES - 1:
                    raise
            except Conflict as error:
                if error.copy or attempt == MAX_RETRIES - 1:
                    raise
            else:
                if done.refused:
                    raise Refused(done.refused[0].message)
                return

    def _plan_note(self, entry: dict[str, Any]) -> WritePlan:
        text, place = _text(entry, "text").strip(), _text(entry, "to")
        photo = _photo(entry)
        if not text and photo is None:
            raise UsageError("nothing to add")
        if len(text) > LONGEST_TEXT:
            raise UsageError(f"longer than {LONGEST_TEXT:,} characters")
        to = INBOX if place == "inbox" else TODAYS_NOTE
        day, today = _day(entry), self._vault.today()
        if day is not None and not today - MOST_AGE <= day <= today:
            day = None  # the clock of the phone is wrong
        return self._vault.notes.plan_capture(text, to, photo, day)

    def _plan_task(self, entry: dict[str, Any]) -> WritePlan | None:
        path, text = _text(entry, "path"), _text(entry, "text")
        line, is_done = entry.get("line"), bool(entry.get("done"))
        if not isinstance(line, int):
            raise UsageError("the task has no line")
        self._vault.indexing.refresh(words=False)
        tasks = [
            task
            for task in self._vault.search.tasks(done=None)
            if (task.path, task.text) == (path, text)
        ]
        if not tasks:
            raise NotFound(f"the task is no longer there: {text}")
        task = min(tasks, key=lambda one: abs(one.line - line))
        if task.done == is_done:
            return None
        return self._vault.notes.plan_toggle_task(path, task.line, text)


def _text(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"{name} is not a text")
    return value.encode("utf-8", "replace").decode()


def _day(entry: dict[str, Any]) -> dt.date | None:
    written = _text(entry, "day")
    day = parse_iso(written) if written else None
    if written and day is None:
        raise UsageError(f"no such date {written[:20]}")
    return day


def _moment(entry: dict[str, Any]) -> dt.datetime | None:
    """When the entry was made, by the phone's clock."""
    try:
        moment = dt.datetime.fromisoformat(_text(entry, "at")) if entry.get("at") else None
    except ValueError as error:
        raise UsageError("invalid time") from error
    return moment.replace(tzinfo=None) if moment else None


def _photo(entry: dict[str, Any]) -> Attachment | None:
    photo = entry.get("photo")
    if photo is None:
        return None
    if not isinstance(photo, dict):
        raise UsageError("the photo is not a file")
    # A name may be a path, of this system or another.
    name = _text(photo, "name").replace("\\", "/").rpartition("/")[2]
    stem, suffix = os.path.splitext(name)
    if suffix.lower() not in PHOTO_SUFFIXES:
        raise UsageError(f"not a supported picture: {name[:LONGEST_NAME]}")
    try:
        data = base64.b64decode(_text(photo, "data"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageError("the photo is damaged") from error
    if not data:
        raise UsageError("the photo is empty")
    return Attachment((stem[:LONGEST_NAME].lstrip(".") or "photo") + suffix, data=data)
