"""`Vault`, the object that the commands, the interface and Python programs open.

Its stores and services are created on first use, so that a command imports only what it needs.
"""

from __future__ import annotations

import os
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from notekeep import config
from notekeep.dates import habit_day
from notekeep.storage.file_names import resolve_path

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from notekeep.catalog.catalog import Catalog
    from notekeep.catalog.open_counts import OpenCounts
    from notekeep.config import PersonSettings, Places, VaultPlaces
    from notekeep.markdown.fields.schema import Schema
    from notekeep.notes.workspace import Workspace
    from notekeep.search.meaning import MeaningIndex
    from notekeep.search.whoosh_index import WhooshIndex
    from notekeep.services.agenda import Agenda
    from notekeep.services.bases import BaseService
    from notekeep.services.history import HistoryService
    from notekeep.services.imports import ImportService
    from notekeep.services.indexing import IndexService
    from notekeep.services.media import MediaService
    from notekeep.services.notes import NoteService
    from notekeep.services.overview import Overview
    from notekeep.services.post_notes import PostNotes
    from notekeep.services.proposals import ProposalService
    from notekeep.services.publishing import PublishingService
    from notekeep.services.recall import RecallService
    from notekeep.services.search import SearchService
    from notekeep.services.sync import SyncService
    from notekeep.settings import VaultSettings
    from notekeep.storage.history import History
    from notekeep.tracking.tracker import HabitIndex


class Vault:
    """A folder of notes and its services; `name` is its name in the personal settings."""

    def __init__(self, places: VaultPlaces, person: PersonSettings) -> None:
        self.root = places.root
        self.settings: VaultSettings = places.settings
        self.person = person
        self.places = places
        self.name = person.vault_name(self.root)
        self._indexing: IndexService | None = None
        self._indexing_lock = threading.Lock()

    @classmethod
    def open(
        cls, path: str | os.PathLike[str] | None = None, *, places: Places | None = None
    ) -> Self:
        """Open a vault by folder or name, by default as `config.find_vault` finds it."""
        places = places or config.Places.for_machine()
        person = config.person_settings(places)
        root = config.find_vault(None if path is None else os.fspath(path), person)
        return cls(config.vault_places(root, places), person)

    def today(self) -> dt.date:
        """Return the current day; it starts at the vault's `day_start`."""
        return habit_day(config.current_time(), self.settings.day_start)

    def absolute(self, path: str) -> str:
        """Return the absolute path of a vault path; raise Refused if it is outside the vault."""
        return resolve_path(self.root, path)

    def overview(self, *, only_due: bool = False) -> Overview:
        """Return today's overview: habits and tasks due, books in progress, drafts, problems.

        With `only_due`, return only the habits, the tasks and today's note.
        """
        from notekeep.services.overview import gather_due, gather_overview

        if only_due:
            return gather_due(self.workspace, self.habits, self.today())
        return gather_overview(self.search, self.habits, self.recall, self.today())

    def agenda(self, days: int = 14) -> Agenda:
        """Return the tasks and habits of the next days, starting today."""
        from notekeep.services.agenda import plan_days, plan_habits

        today = self.today()
        return plan_days(self.search.tasks(), plan_habits(self.habits, today, days), today, days)

    def _queue_commands(self, event: str, paths: Iterable[str] = (), **result: Any) -> None:
        """Queue the user's own commands for an event; they run after it has been reported."""
        for command in self.person.commands.values():
            if command.after == event:
                from notekeep.own_commands import QueuedCommand, queue_command

                queue_command(QueuedCommand(command, self.root, event, tuple(paths), result))

    # Services.

    @property
    def indexing(self) -> IndexService:
        """Updates of catalog and full text; one object for all threads."""
        from notekeep.services.indexing import IndexService

        with self._indexing_lock:
            if self._indexing is None:
                self._indexing = IndexService(
                    self.workspace, lambda: self.full_text, lambda: self._history
                )
            return self._indexing

    @cached_property
    def search(self) -> SearchService:
        """Lists, searches and facts about notes."""
        from notekeep.services.search import SearchService

        return SearchService(
            self.workspace,
            lambda: self.full_text,
            lambda: self.indexing,
            self.open_counts,
            lambda: self.meaning,
        )

    @cached_property
    def notes(self) -> NoteService:
        """Changes to notes."""
        from notekeep.services.notes import NoteService

        return NoteService(
            self.workspace, self.indexing, lambda: self._history, self._queue_commands
        )

    @cached_property
    def habits(self) -> HabitIndex:
        """Habits and their check-ins."""
        from notekeep.tracking.tracker import HabitIndex

        return HabitIndex(
            self.places,
            lambda path, change: bool(self.notes.set_fields([path], [change]).step),
            self._queue_commands,
        )

    @cached_property
    def proposals(self) -> ProposalService:
        """Changes proposed by assistants."""
        from notekeep.services.proposals import ProposalService

        return ProposalService(
            self.places.state, self.notes, lambda: self.habits, self._check_public
        )

    def _check_public(self, paths: Sequence[str]) -> None:
        """Refuse notes that an assistant may not read."""
        if paths:
            with self.publishing.public_notes() as notes:
                for path in paths:
                    notes.read(path)

    @cached_property
    def recall(self) -> RecallService:
        """Passages, and the user's answers to them."""
        from notekeep.services.recall import RecallService

        return RecallService(
            self.workspace, self.indexing, lambda: self.search, lambda: self.habits
        )

    @cached_property
    def imports(self) -> ImportService:
        """Imports from other programs."""
        from notekeep.services.imports import ImportService

        return ImportService(self.workspace, self.indexing, self.habits, lambda: self._history)

    @cached_property
    def history(self) -> HistoryService:
        """Steps of notes and habits, undo and redo."""
        from notekeep.services.history import HistoryService

        return HistoryService(self.root, self._history, self.habits, self.recall, self.indexing)

    def make_sync(self, *, is_alone: bool = False) -> SyncService:
        """Return the service for sync; with `is_alone`, git cannot prompt."""
        from notekeep.services.sync import SyncService

        return SyncService(
            self.root,
            self.places.state,
            lambda: self._history,
            lambda: self.notes.merge_copies(),  # noqa: PLW0108 - lazy: `sync status` needs no notes
            is_alone=is_alone,
            on_event=self._queue_commands,
        )

    @property
    def has_opened_history(self) -> bool:
        """Whether history was opened in this process."""
        return "_history" in vars(self)

    @property
    def _sites_name(self) -> str:
        """The key of this vault's sites in the personal settings: its name or folder."""
        is_by_folder = self.root in self.person.sites and not self.person.sites.get(self.name)
        return self.root if is_by_folder else self.name

    def remember_site(self, target: str, folder: str) -> bool:
        """Make a site the default in the personal settings; return whether it is new."""
        site = config.Site(target, folder)
        if site in self.publishing.sites:
            return False
        config.remember_site(self.person, self._sites_name, site)
        self.publishing.sites = self.person.sites[self._sites_name]
        return True

    @cached_property
    def publishing(self) -> PublishingService:
        """Exports to sites."""
        from notekeep.services.publishing import PublishingService

        return PublishingService(
            self.places,
            self.person.sites.get(self._sites_name, ()),
            self.workspace,
            self.indexing,
            self._history,
            lambda: self.search,
            lambda: self.habits,
            self._queue_commands,
        )

    @cached_property
    def post_notes(self) -> PostNotes:
        """Changes to notes for their posts: edits pulled from a site, slugs, new posts."""
        from notekeep.services.post_notes import PostNotes

        return PostNotes(self.publishing, self.notes)

    @cached_property
    def media(self) -> MediaService:
        """Pictures and embedded notes, for display."""
        from notekeep.services.media import MediaService

        return MediaService(self.workspace)

    @cached_property
    def bases(self) -> BaseService:
        """Obsidian's bases, as tables."""
        from notekeep.services.bases import BaseService

        return BaseService(self.workspace)

    # Stores.

    @cached_property
    def workspace(self) -> Workspace:
        """The state of the vault that plans for changes need."""
        from notekeep.notes.workspace import Workspace

        return Workspace(self.root, self.settings, self.schema, self.catalog, self.places.state)

    @cached_property
    def schema(self) -> Schema:
        """The vault's kinds and folders, which the parser of notes needs."""
        from notekeep.markdown.fields.schema import Schema

        return Schema.of(self.settings)

    @cached_property
    def catalog(self) -> Catalog:
        """The metadata of all notes."""
        from notekeep.catalog.catalog import Catalog

        return Catalog(self.places.cache, self.today)

    @cached_property
    def full_text(self) -> WhooshIndex:
        """The full-text index."""
        from pathlib import Path  # slow to import

        from notekeep.search.whoosh_index import WhooshIndex

        return WhooshIndex(Path(self.places.cache, "words"), self.settings.language)

    @cached_property
    def meaning(self) -> MeaningIndex | None:
        """The index of meanings; None without the extra `meaning`."""
        from notekeep.search.meaning import MeaningIndex, is_installed

        if not is_installed():
            return None
        return MeaningIndex(self.places.cache, self.catalog, self.root)

    @property
    def is_indexing_due(self) -> bool:
        """Whether a background indexing process has work to do."""
        is_outdated = self.meaning is not None and self.meaning.is_outdated()
        return self.indexing.needs_process or is_outdated

    @cached_property
    def open_counts(self) -> OpenCounts:
        """How often each note was opened on this device."""
        from notekeep.catalog.open_counts import OpenCounts

        return OpenCounts(self.places.state)

    @cached_property
    def _history(self) -> History:
        """The history; opening it finishes interrupted steps."""
        from notekeep.storage.history import History

        history = History(self.places.state)
        history.recover(self.root)
        return history
