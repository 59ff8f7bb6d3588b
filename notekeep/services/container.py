"""The rooms of one vault, each opened when it is first asked.

Here it is decided where each keeps its things, and what a room is told when it opens.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from notekeep import config
from notekeep.errors import NotekeepError, Refused
from notekeep.settings import vault_settings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from notekeep.catalog.catalog import Catalog
    from notekeep.catalog.indexer import Indexer
    from notekeep.catalog.open_counts import OpenCounts
    from notekeep.config import PersonSettings, Site, VaultPlaces
    from notekeep.errors import Problem
    from notekeep.export.embeds import HeatmapPicture
    from notekeep.export.source import VaultSource
    from notekeep.markdown.schema import Schema
    from notekeep.notes.workspace import Workspace
    from notekeep.query.fields import QueryFields
    from notekeep.search.whoosh_index import WhooshIndex
    from notekeep.services.history import StepHistory
    from notekeep.settings import VaultSettings
    from notekeep.storage.history import History, OutsideVersion
    from notekeep.tracking.tracker import HabitIndex


def as_list(said: str | Sequence[str]) -> tuple[str, ...]:
    """One text or several as several: settings may say either."""
    return (said,) if isinstance(said, str) else tuple(said)


class ServiceContainer:
    """What a vault consists of.

    Attributes:
        root: The folder's real path.
        name: What the person calls it.
        settings: What the vault says of itself.
        person: What the person chose.
        places: Where its cache and state are.
    """

    def __init__(self, places: VaultPlaces, person: PersonSettings) -> None:
        self.root = places.root
        self.settings: VaultSettings = places.settings
        self.person = person
        self.places = places
        names = {os.path.realpath(path): name for name, path in person.vaults.items()}
        self.name = names.get(self.root, os.path.basename(self.root))
        self._making_indexer = threading.Lock()
        self._indexer: Indexer | None = None
        self._withheld: tuple[int, frozenset[str]] | None = None
        self._fields: tuple[int, QueryFields] | None = None

    @cached_property
    def schema(self) -> Schema:
        """The vault's kinds and folders, as notes are read by them."""
        from notekeep.markdown.schema import Schema

        return Schema.of(self.settings)

    @cached_property
    def catalog(self) -> Catalog:
        """The facts of all notes."""
        from notekeep.catalog.catalog import Catalog

        return Catalog(self.places.cache)

    @cached_property
    def words(self) -> WhooshIndex:
        """The full text of all notes."""
        from pathlib import Path

        from notekeep.search.whoosh_index import WhooshIndex

        return WhooshIndex(Path(self.places.cache, "words"), self.settings.language)

    @property
    def indexer(self) -> Indexer:
        """What brings the catalog and the full text up to date; one for all threads."""
        from notekeep.catalog.indexer import Indexer

        with self._making_indexer:
            if self._indexer is None:
                self._indexer = Indexer(
                    self.root, self.catalog, self.words, self.schema, self.keep_outside
                )
            return self._indexer

    def keep_outside(self, met: list[OutsideVersion]) -> list[Problem]:
        """Keep what other programs wrote; an index must not wait for a history that is in need."""
        from notekeep.errors import Problem

        try:
            self.history.record_outside_versions(met)
        except NotekeepError as error:
            message = f"What it holds could not be kept in history: {error.message}"
            return [Problem(one.path, None, message, error.hint, "history") for one in met]
        return []

    @cached_property
    def opened(self) -> OpenCounts:
        """How often each note was opened on this device."""
        from notekeep.catalog.open_counts import OpenCounts

        return OpenCounts(self.places.state)

    @cached_property
    def history(self) -> History:
        """Earlier versions and steps; what a crash cut short is finished when it opens."""
        from notekeep.storage.history import History

        history = History(self.places.state)
        history.recover(self.root)
        return history

    @cached_property
    def habit_index(self) -> HabitIndex:
        """The rows of habits."""
        from notekeep.query.tree import Compare
        from notekeep.tracking.tracker import HabitIndex

        habits = HabitIndex(self.places)
        habits.know(self.catalog.paths(Compare("type", "=", "habit")))
        return habits

    @cached_property
    def plan(self) -> Workspace:
        """What a verb would write, without writing it."""
        from pathlib import Path

        from notekeep.notes.workspace import Workspace

        return Workspace(Path(self.root), self.settings, self.schema, self.catalog)

    @cached_property
    def steps(self) -> StepHistory:
        """All that notekeep did here, check-ins included, and the way back."""
        from notekeep.services.history import StepHistory

        return StepHistory(self.root, self.history, self.habit_index)

    @property
    def identity(self) -> str:
        """The vault's id where others know it by that: the one in it, else that of its folder.

        The first is written by the first export and is the second one then, so that a vault that
        cannot be written keeps its posts as well. It is read anew, as another device may have
        written one since the vault was opened.
        """
        return vault_settings(self.root, self.places.cache).id or self.places.id

    def site(self, target: str, site: str) -> tuple[str, str]:
        """A target and a site's folder as said, or those of the person's settings."""
        known = self.sites()
        if site or not known:
            return target, site
        right = next((one for one in known if one.target == target), known[0])
        return target or right.target, right.folder

    def sites(self) -> tuple[Site, ...]:
        """The sites that the person's settings name for this vault, the usual one first."""
        named = self.person.sites
        return named.get(self.name) or named.get(self.root) or ()

    @contextmanager
    def source(self) -> Iterator[VaultSource]:
        """The vault as an export sees it: its notes as of the last refresh, until the end of it.

        What is asked of it afterwards is answered as of then.

        Raises:
            Refused: The vault's settings, which say what may leave, cannot be understood.
            Failure: What is known of the notes cannot be read.
        """
        if self.settings.unsure:
            raise Refused(
                "what may leave this vault cannot be told from its settings: "
                + self.settings.unsure,
                "correct them and export again; nothing was written",
            )
        from notekeep.catalog.name_lookup import NamesOfNotes
        from notekeep.export.source import VaultSource
        from notekeep.storage.content import read_file

        with self.catalog.reading() as catalog:
            notes = NamesOfNotes(catalog, self.withheld)
            try:
                yield VaultSource(
                    root=self.root,
                    notes=notes,
                    read=lambda path: read_file(os.path.join(self.root, path))[0],
                    schema=self.schema,
                    attachments=self.settings.attachments,
                    canaries=as_list(self.settings.export.get("canaries", ())),
                    drawn=self._drawn,
                )
            finally:
                notes.catalog = self.catalog

    def withheld(self, catalog: Catalog) -> frozenset[str]:
        """The notes whose names must not be shown, as a catalog knows them.

        They are kept until the catalog changes, since to find them it looks at every note.
        """
        from notekeep.catalog.name_lookup import withheld
        from notekeep.export.consent import CONSENT_FIELDS
        from notekeep.export.consent import is_withheld as judge

        generation = catalog.generation
        kept = self._withheld
        if kept is None or kept[0] != generation:
            kept = self._withheld = generation, withheld(catalog, CONSENT_FIELDS, judge)
        return kept[1]

    def _drawn(self, path: str, heading: str) -> HeatmapPicture | None:
        """What an embed of a part of a note shows as a picture: the year of a habit."""
        from notekeep.export.embeds import picture

        return picture(self.habit_index, path, heading)

    def fields(self) -> QueryFields:
        """The fields, kinds and flags that a query may name in this vault."""
        generation = self.catalog.generation
        if self._fields is None or self._fields[0] != generation:
            from notekeep.catalog.columns import known_fields

            self._fields = generation, known_fields(self.catalog, self.schema)
        return self._fields[1]

    def absolute(self, path: str) -> str:
        """Where a vault path is on this machine.

        Raises:
            Refused: The path leads out of the vault.
        """
        from pathlib import Path

        from notekeep.storage.file_names import resolve_path

        return str(resolve_path(Path(self.root), path))

    def today(self) -> dt.date:
        """The day it is, by the hour at which the vault's days start."""
        from notekeep.dates import habit_day

        return habit_day(config.current_time(), self.settings.day_start)
