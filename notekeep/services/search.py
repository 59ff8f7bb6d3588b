"""Lists, searches, notes and facts of a vault; nothing in it is written.

Whatever takes a query raises UsageError where it cannot be understood.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from notekeep.catalog import name_lookup, queries
from notekeep.catalog.columns import known_fields
from notekeep.catalog.queries import Facets, OnThisDay, OrderedList, distinguish_titles, order_list
from notekeep.errors import SETTINGS, NotekeepError, Problem, UsageError
from notekeep.query import tree
from notekeep.query.fields import CLEAR_LIKENESS, FIELD_SIGNS, NO_FIELDS, QueryFields, nearest_word
from notekeep.query.grammar import parse_query
from notekeep.query.tree import Is, KnownPaths, Node, Or, Query, replace_leaves
from notekeep.search.text_filter import SearchSources, list_notes, resolve_words
from notekeep.settings import vault_settings

if TYPE_CHECKING:
    from notekeep.catalog.open_counts import OpenCounts
    from notekeep.catalog.records import Backlink, LinkRow, Row, TaskRow
    from notekeep.markdown.note import Note
    from notekeep.notes.workspace import Workspace
    from notekeep.search.related import RelatedNote
    from notekeep.search.results import SearchResults
    from notekeep.search.session import QueryPart
    from notekeep.search.whoosh_index import WhooshIndex
    from notekeep.services.indexing import IndexService


# The box, the titles and the texts each parse the query that is typed.
_parse = lru_cache(maxsize=8)(parse_query)


class RowPage(NamedTuple):
    """A page of a list: how many rows there are in all, and those of the page."""

    total: int
    rows: list[Row]
    remarks: Sequence[str] = ()  # what a person should know where there are none


class SearchService:
    """Questions about the notes of one vault."""

    def __init__(
        self,
        workspace: Workspace,
        full_text: Callable[[], WhooshIndex],
        indexing: Callable[[], IndexService],
        open_counts: OpenCounts,
    ) -> None:
        self.workspace = workspace
        self.root, self.settings, self.schema, self.catalog, self._state = workspace
        self._full_text = full_text
        self._indexing = indexing
        self.open_counts = open_counts
        self._fields: tuple[int, QueryFields] | None = None

    def rows(self, query: str = "", *, limit: int | None = None, offset: int = 0) -> RowPage:
        """List the notes that match a query, sorted by title unless it says `sort:`."""
        parsed = self._query(query)
        total, rows = list_notes(parsed, self._sources, limit=limit, offset=offset)
        return RowPage(total, rows, () if total else self._near_values(parsed))

    def page(self, query: str, limit: int, offset: int) -> list[Row]:
        """Return a page of a list that was counted before, sorted as `rows` sorts."""
        parsed = self._query(query)
        left = limit if parsed.limit is None else min(limit, max(0, parsed.limit - offset))
        return self.catalog.page(self._facts(parsed), parsed.order, left, offset)

    def ordered(self, query: str = "") -> OrderedList:
        """Return the whole order of a list, of which many pages will be shown."""
        parsed = self._query(query)
        return order_list(self.catalog, self._facts(parsed), parsed)

    def paths(self, query: str = "") -> frozenset[str]:
        """Return the paths of the notes that a query matches, however many they are."""
        parsed = self._query(query)
        if parsed.limit is not None:
            return frozenset(row.path for row in self.rows(query).rows)
        return self.catalog.paths(self._facts(parsed))

    def distinguish_titles(self, rows: Sequence[Row]) -> None:
        """Set on rows which share their title what tells them apart."""
        distinguish_titles(self.catalog, rows)

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        typing: bool = False,
        relax: bool = True,
        explain: bool = False,
        wanted: Callable[[], bool] | None = None,
    ) -> SearchResults:
        """Find what a query is about, best first, each hit with a snippet.

        Args:
            query: The query.
            limit: The most hits.
            typing: The last word may be unfinished. What the query lacks is only remarked on, and
                one that cannot be read finds nothing.
            relax: Where nothing is found, answer the nearest query, and say so; of a regular
                expression that takes too long, answer what it has found, and say that. What has the
                form of a field but is near none is text.
            explain: Also say how the query was read, and why each hit stands where it does.
            wanted: Asked while notes are read: whether somebody waits; if not, `Dropped` is raised.
        """
        from notekeep.search.session import run_search  # with the full text, half of a start

        self._indexing().index_saved()
        asked = self._query(query, typing=typing, pasted=relax)
        found = run_search(
            asked,
            SearchSources(
                self.catalog,
                self._full_text,
                self.root,
                self.open_counts.times,
                wanted or (lambda: True),
            ),
            limit=limit,
            typing=typing,
            relax=relax,
            explain=explain,
        )
        if not found.total:
            found = found._replace(remarks=(*found.remarks, *self._near_values(asked)))
        if not typing:
            return found
        self.distinguish_titles([hit.row for hit in found.hits])
        try:
            self.parse(query, pasted=relax)
        except UsageError as error:
            about = f"{error.message} {error.hint}" if asked.error else error.message
            return found._replace(remarks=(about.strip(), *found.remarks))
        return found

    def suggest(self, typed: str, *, limit: int = 50) -> SearchResults:
        """Find notes by title, alias and tag while a query is typed, from the catalog alone."""
        from notekeep.search.suggestions import suggest_notes  # a list of notes needs none

        query = self.parse(typed, typing=True)
        found = suggest_notes(query, self.catalog, opened=self.open_counts, limit=limit)
        with suppress(NotekeepError):  # the titles do without
            self.distinguish_titles([hit.row for hit in found.hits])
        return found

    def parse(self, text: str, *, typing: bool = False, pasted: bool = False) -> Query:
        """Parse a query with this vault's fields and today's date, as `parse_query` does."""
        return _parse(
            text,
            # To gather them takes its time.
            NO_FIELDS if FIELD_SIGNS.isdisjoint(text) else self.fields(),
            today=self.workspace.today(),
            week_start=self.settings.week_start,
            typing=typing,
            pasted=pasted or typing,
        )

    def read(self, name: str) -> Note:
        """Read the note that a name means, body and all."""
        return self._note(self.workspace.resolve(name).path)

    def links(self, name: str) -> list[LinkRow]:
        """Return what a note links to."""
        return self.catalog.links(self.workspace.resolve(name).path)

    def backlinks(self, name: str) -> list[Backlink]:
        """Return what links to a note."""
        return self.catalog.backlinks(self.workspace.resolve(name).path)

    def facets(self, query: str = "", *, typing: bool = False) -> Facets:
        """Count the notes that a query matches by kind, tag and year."""
        return queries.facets(self.catalog, self._facts(self._query(query, typing=typing)))

    def facets_of_paths(self, paths: Iterable[str]) -> Facets:
        """Count some notes by kind, tag and year."""
        return queries.facets(self.catalog, KnownPaths(frozenset(paths)))

    def explain_parts(self, typed: str) -> list[QueryPart]:
        """Return the parts of a query, and how many notes each part alone matches."""
        from notekeep.search.session import measure_parts

        return measure_parts(self._query(typed, typing=True), self._sources)

    def values(self, field: str, *, limit: int = 500) -> list[str]:
        """Return what notes have in a field (by its canonical name), most used first."""
        return queries.list_field_values(self.catalog, field, limit)

    def tasks(self, query: str = "", *, done: bool | None = False) -> list[TaskRow]:
        """Return the tasks of matching notes: open ones, those that are `done`, or both (None)."""
        return queries.list_tasks(self.catalog, self._facts(self._query(query)), done=done)

    def fields(self) -> QueryFields:
        """Return the fields, kinds and flags that a query may name in this vault."""
        generation = self.catalog.generation
        if self._fields is None or self._fields[0] != generation:
            self._fields = generation, known_fields(self.catalog.field_names(), self.schema)
        return self._fields[1]

    def _query(self, text: str, *, typing: bool = False, pasted: bool = False) -> Query:
        """Parse a query; what git left unmerged, which only git knows, is in it as known notes."""
        query = self.parse(text, typing=typing, pasted=pasted)
        if query.root is None:
            return query
        return query._replace(root=replace_leaves(query.root, self._with_unmerged))

    def _near_values(self, query: Query) -> list[str]:
        """Say which values of fields no note has, where one that notes may have is near."""
        remarks: list[str] = []
        for leaf in tree.wanted_leaves(query.root):
            if (
                isinstance(leaf, tree.Compare)
                and isinstance(leaf.low, str)
                and leaf.op in (":", "=")
            ):
                near = nearest_word(leaf.low, self.values(leaf.field), CLEAR_LIKENESS)
                if near and not self.catalog.count(leaf):
                    about = f'No note has the {leaf.field} "{leaf.low}".'
                    remarks.append(f"{about} Did you mean {near}?")
        return remarks

    def _with_unmerged(self, leaf: Node) -> Node:
        if leaf != Is("conflict"):
            return leaf
        from notekeep.storage.git import find_unmerged  # which no other query needs

        unmerged = find_unmerged(self.root, self._state)
        return Or((leaf, KnownPaths(frozenset(unmerged)))) if unmerged else leaf

    def _facts(self, query: Query) -> Node | None:
        """A query as a tree of facts: what its words find is in it as the notes that are found."""
        return resolve_words(query, self._sources)

    @property
    def _sources(self) -> SearchSources:
        return SearchSources(self.catalog, self._words, self.root)

    def _words(self) -> WhooshIndex:
        return self._indexing().ready_for_search()

    def related(self, name: str, *, limit: int = 10) -> list[RelatedNote]:
        """Return notes about the same as one, best first, with what they share."""
        from notekeep.search.related import find_related  # a list of notes needs none

        return find_related(self._sources, self.workspace.resolve(name).path, limit=limit)

    def mentions(self, name: str) -> list[name_lookup.Mention]:
        """Return where other notes name a note without linking to it."""
        return name_lookup.mentions(
            self.catalog, self._words(), self.workspace.resolve(name), self._note
        )

    def _note(self, path: str) -> Note:
        return self.workspace.note(path, self.workspace.read(path))

    @property
    def saved(self) -> dict[str, str]:
        """The saved queries by name, as the vault's settings have them by now."""
        return vault_settings(self.root).saved

    def on_this_day(self, day: dt.date | None = None) -> list[OnThisDay]:
        """Return notes of other years with a day, today by default, in one of their dates."""
        return queries.on_this_day(self.catalog, day or self.workspace.today())

    def problems(self) -> list[Problem]:
        """Return what could not be read whole, settings first, with reason and remedy."""
        hint = "`notekeep config` shows the files that are read"
        parts = [warning.partition(": ") for warning in self.settings.warnings]
        settings = [Problem(file, None, text, hint, SETTINGS) for file, _, text in parts]
        return [*settings, *self.catalog.problems()]
