"""Entries that a phone sends: check-ins, quick notes and ticked tasks. Each counts once.

A phone sends an entry again when it got no answer. So its id is stored together with what it did:
in the line of a check-in, which all devices get, and in the step of history of any other change.
"""

from __future__ import annotations

import base64
import datetime as dt
import os
import re
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from notekeep import dates
from notekeep.errors import Conflict, Failure, UsageError
from notekeep.notes.capture import INBOX, TODAYS_NOTE, Attachment
from notekeep.storage.content import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.notes.plan import WritePlan
    from notekeep.vault import Vault

MAX_AGE = dt.timedelta(days=400)
PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".heic", ".avif"})
MAX_TEXT = 100_000
MAX_NAME = 100
MAX_VALUE = 40

_ID = re.compile(r"[\w-]{8,64}", re.ASCII)


class EntryService:
    """Applies what phones send to one vault; used by one thread."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @cached_property
    def _applied(self) -> set[str]:
        return {step.request for step in self._vault.history.store.records()}

    def apply(self, entry: Any) -> None:
        """Apply an entry, unless it was applied before; NotekeepError when it cannot be applied.

        It has an `id`, a `kind` ("habit", "note" or "task") and what `page.js` sends for its kind.
        """
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not _ID.fullmatch(name):
            raise UsageError("the entry has no id")
        kind = _text(entry, "kind")
        if kind == "habit":
            self._check_in(name, entry)
        elif kind == "note":
            self._write(name, lambda: self._plan_note(entry))
        elif kind == "task":
            self._write(name, lambda: self._plan_task(entry))
        else:
            raise UsageError(f"unknown kind of entry: {kind}")

    def _check_in(self, name: str, entry: dict[str, Any]) -> None:
        tracker, value = self._vault.habits, _text(entry, "value")
        day = dates.parse_iso(_text(entry, "day"))
        if day is None or len(value) > MAX_VALUE or not value.isprintable():
            raise UsageError(f"invalid day or value: {value[:MAX_VALUE]}")
        if day > tracker.today():
            # By the clock of a phone in another time zone; the day will come.
            raise Failure(f"{day.isoformat()} is in the future on this computer")
        # Every device writes the same line for an entry, so that it counts once after a sync, too.
        mark = ("id", digest_of(name.encode())[:8])
        time = dates.format_clock(_moment(entry), day, self._vault.settings.day_start)
        habit = tracker.resolve(_text(entry, "habit"))
        if all(mark not in one.extra for one in tracker.day_entries(habit, day.toordinal())):
            tracker.check_in(habit.definition.id, value, day, time=time, extra=(mark,))

    def _write(self, name: str, make_plan: Callable[[], WritePlan]) -> None:
        if name in self._applied:
            return
        try:
            self._vault.notes.apply_again(lambda: replace(make_plan(), request=name))
        except Conflict as error:
            if not error.copy:  # with one, the entry is applied
                raise
        self._applied.add(name)

    def _plan_note(self, entry: dict[str, Any]) -> WritePlan:
        text, photo = _text(entry, "text").strip(), _photo(entry)
        if not text and photo is None:
            raise UsageError("nothing to add")
        if len(text) > MAX_TEXT:
            raise UsageError(f"longer than {MAX_TEXT:,} characters")
        today = self._vault.today()
        day = dates.habit_day(_moment(entry), self._vault.settings.day_start)
        if not today - MAX_AGE <= day <= today:
            day = today  # the clock of the phone is wrong
        to = INBOX if _text(entry, "to") == "inbox" else TODAYS_NOTE
        return self._vault.notes.plan_capture(text, to, photo, day)

    def _plan_task(self, entry: dict[str, Any]) -> WritePlan:
        path, text, line = _text(entry, "path"), _text(entry, "text"), entry.get("line")
        if not text or not isinstance(line, int):
            raise UsageError("this is not a task")
        return self._vault.notes.plan_toggle_task(path, line, text, keep_done=True)


def _text(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"{name} is not a text")
    return value.encode("utf-8", "replace").decode()


def _moment(entry: dict[str, Any]) -> dt.datetime:
    """When the entry was made, by the phone's clock."""
    try:
        moment = dt.datetime.fromisoformat(_text(entry, "at"))
        dates.habit_day(moment, dates.LATEST_NIGHT)
    except (ValueError, OverflowError) as error:
        raise UsageError("the entry has no time") from error
    return moment


def _photo(entry: dict[str, Any]) -> Attachment | None:
    photo = entry.get("photo")
    if photo is None:
        return None
    if not isinstance(photo, dict):
        raise UsageError("the photo is not a file")
    stem, suffix = os.path.splitext(_text(photo, "name"))
    if suffix.lower() not in PHOTO_SUFFIXES:
        raise UsageError(f"not a supported picture: {stem[:MAX_NAME]}{suffix[:MAX_NAME]}")
    try:
        data = base64.b64decode(_text(photo, "data"), validate=True)
    except ValueError as error:
        raise UsageError("the photo is damaged") from error
    if not data:
        raise UsageError("the photo is empty")
    return Attachment((stem[:MAX_NAME].lstrip(".") or "photo") + suffix, data=data)
