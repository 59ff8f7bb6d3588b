"""A copy of the vault that holds only public text, and its own index.

All tools that read use this copy. So private text cannot be in a result, a count, a suggestion or a
ranking: it is not there. The copy is in the cache folder, and updated before each call.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property

from notekeep import cache_files
from notekeep.catalog.conditions import LISTED, Condition
from notekeep.catalog.records import load_path
from notekeep.config import VaultPlaces
from notekeep.errors import Failure, NotekeepError
from notekeep.export.privacy.private import COMMENT_OPENING, holds_mark
from notekeep.export.privacy.public_text import PublicNotes
from notekeep.habits.log import format_entry
from notekeep.locks import hold_lock_file
from notekeep.log_folders import HABIT_LOG
from notekeep.services.indexing import IndexService
from notekeep.storage.durability import make_folder
from notekeep.tracking.habit_names import Habit
from notekeep.vault import Vault

STATE_FILE = "public.json"
FORMAT = 1
"""Raise it when the text of the copy changes."""

_LINK_MARKS = ("[[", "](", "/")


class CopiedVault(Vault):
    """The vault in the copy: nothing of it is stored in history."""

    @cached_property
    def indexing(self) -> IndexService:
        """Updates of catalog and full text."""
        return IndexService(
            self.workspace, lambda: self.full_text, lambda: self._history, is_copy=True
        )

    @property
    def meaning(self) -> None:
        """The copy has no vectors."""
        return


class PublicVault:
    """Keeps the copy up to date; for `has_hidden` see `PublicNotes`."""

    def __init__(self, vault: Vault, *, has_hidden: bool = False) -> None:
        self.vault = vault
        self._has_hidden = has_hidden
        name = "assistant-hidden" if has_hidden else "assistant"
        self._folder = os.path.join(vault.places.cache, name)
        self._root = os.path.join(self._folder, "notes")
        self._seen: tuple[object, ...] = ()
        self._seen_log: object = None
        self._copy: CopiedVault | None = None

    def refresh(self, *, words: bool = False, log: bool = False) -> Vault:
        """Update the copy from the vault and return it.

        Its full text is only updated with `words`, and its habit log with `log`.

        Raises Failure or Refused if something may be private that cannot be checked.
        """
        known = self.vault.indexing.refresh(words=False)
        if known.pending:
            raise Failure(
                f"{known.pending} changed notes are still being indexed and may be private.",
                "Try again in a moment.",
            )
        self.vault.habits.refresh()
        seen = (self.vault.catalog.generation, os.path.isdir(self._root))
        if seen != self._seen or self._copy is None:
            with hold_lock_file(os.path.join(self._folder, "lock"), timeout=120):
                make_folder(self._root)
                self._copy_notes()
            self._copy = self._copy or self._open()
            self._copy.indexing.refresh(words=False, forget_missing=True)
            self._seen = (seen[0], True)
        if log:
            self._copy_log()
        if words and (self._copy.catalog.dirty() or self._copy.full_text.generation is None):
            self._copy.indexing.refresh()
        return self._copy

    def _open(self) -> CopiedVault:
        id_, settings = self.vault.places.id, self.vault.settings
        state = os.path.join(self._folder, "state")
        places = VaultPlaces(self._root, id_, self._folder, state, settings)
        return CopiedVault(places, self.vault.person)

    @property
    def withheld(self) -> dict[str, str]:
        """Why notes are not in the copy, by path."""
        notes = cache_files.load_state(self._folder, STATE_FILE).get("notes", {})
        return {path: why for path, (_, why) in notes.items() if why}

    # Notes.

    def _copy_notes(self) -> None:
        catalog = self.vault.catalog
        private = self.vault.publishing.private_paths(catalog)
        paths = [load_path(path) for (path,) in catalog.find("path", Condition(LISTED))]
        excluded = private | self._find_habits_with_private_parts(private)
        digests = catalog.digests(paths)
        rules = self._identify_rules(private)
        state = cache_files.load_state(self._folder, STATE_FILE)
        known = state.get("notes", {}) if state.get("rules") == rules else {}
        changed = {path for path in paths if known.get(path, [""])[0] != digests.get(path)}
        # A link to a heading of a changed note may now lead to a private part, or no longer.
        if known:
            changed |= {link.source for path in changed for link in catalog.backlinks(path)}
        wanted: dict[str, bytes | None] = {}
        notes: dict[str, list[str]] = {}
        with self.vault.publishing.public_notes(has_hidden=self._has_hidden) as public:
            for path in paths:
                if path in excluded or public.source.private_name(path):
                    continue
                if path in changed or not os.path.lexists(os.path.join(self._root, path)):
                    wanted[path], why = _read(public, path)
                    notes[path] = [digests.get(path, ""), why]
                else:
                    notes[path] = known[path]
                    if known[path][1]:
                        wanted[path] = None
        gone = {path for path, (_, why) in notes.items() if why}
        self._remove_others(notes.keys() - gone)
        rows = catalog.rows_of(notes)
        for path in notes.keys() - gone:
            mtime = rows[path].mtime_ns if path in rows else 0
            self._write(path, wanted.get(path), mtime)
        cache_files.store_state(self._folder, STATE_FILE, {"rules": rules, "notes": notes})

    def _identify_rules(self, private: Iterable[str]) -> str:
        """Identify what the text of all notes depends on: settings and private names."""
        catalog, settings = self.vault.catalog, self.vault.settings
        names = self.vault.catalog.names()
        hidden = set(private)
        facts = [
            FORMAT,
            catalog.meta("reader"),
            sorted(one for one in names if one[0] in hidden),
            settings.attachments,
            repr(settings.export),
        ]
        text = json.dumps(facts, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    def _write(self, path: str, data: bytes | None, mtime_ns: int) -> None:
        place = os.path.join(self._root, path)
        if data is not None:
            make_folder(os.path.dirname(place))
            with open(place, "wb", opener=_open_private) as file:
                file.write(data)
        if os.stat(place).st_mtime_ns != mtime_ns:
            os.utime(place, ns=(mtime_ns, mtime_ns))

    def _remove_others(self, paths: Iterable[str]) -> None:
        """Remove the files of the copy that no longer belong to a public note."""
        kept = {os.path.join(self._root, path) for path in paths}
        log = os.path.join(self._root, HABIT_LOG, "log.md")
        for folder, _, files in os.walk(self._root):
            for name in files:
                place = os.path.join(folder, name)
                if place not in kept and place != log:
                    os.unlink(place)

    # Habits: the copy has the lines of habits with a public note, in one file.

    def public_habits(self, private: Iterable[str]) -> list[Habit]:
        """Return the habits with a note that is not private."""
        hidden = set(private)
        return [
            habit
            for habit in self.vault.habits.known()
            if habit.definition.path and not hidden & {habit.definition.path, *habit.others}
        ]

    def _find_habits_with_private_parts(self, private: frozenset[str]) -> set[str]:
        """Return the notes of combined habits that name a habit without a public note."""
        hidden: set[str] = set()
        while True:
            public = {habit.key for habit in self.public_habits({*private, *hidden})}
            more = {
                habit.definition.path
                for habit in self.vault.habits.known()
                if habit.key in public and not public.issuperset(habit.definition.parts)
            }
            if not more:
                return hidden
            hidden |= more

    def _copy_log(self) -> None:
        habits = self.vault.habits
        folder = os.path.join(self.vault.root, HABIT_LOG)
        marks = []
        with suppress(FileNotFoundError), os.scandir(folder) as listing:
            for entry in listing:
                found = entry.stat()
                marks.append((entry.name, found.st_mtime_ns, found.st_size, found.st_ino))
        seen = (sorted(marks), self._seen)
        if seen == self._seen_log:
            return
        copied = [
            habit
            for habit in self.public_habits(())
            if all(
                os.path.lexists(os.path.join(self._root, path))
                for path in (habit.definition.path, *habit.others)
            )
        ]
        lines = [
            format_entry(
                one.entry._replace(
                    habit=habit.definition.id, extra=(), note=_public_remark(one.entry.note)
                )
            )
            for habit in copied
            for one in habits.lines(habit)
        ]
        place = os.path.join(self._root, HABIT_LOG)
        make_folder(place)
        cache_files.write_cache_file(
            place, "log.md", "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
        )
        self._seen_log = seen


def _read(public: PublicNotes, path: str) -> tuple[bytes | None, str]:
    """Return the public text of a note, or why it has none."""
    try:
        return public.read(path), ""
    except NotekeepError as error:
        return None, error.message


def _public_remark(text: str | None) -> str | None:
    """Return the remark of a check-in unless it has a link, a comment or a private mark."""
    if text is None or COMMENT_OPENING.search(text) or holds_mark(text):
        return None
    return None if any(mark in text for mark in _LINK_MARKS) else text


def _open_private(place: str, flags: int) -> int:
    return os.open(place, flags, 0o600)
