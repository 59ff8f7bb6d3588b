"""What can be asked of a vault: lists, searches, notes, facts; nothing in it is written."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.errors import NotekeepError, NotFound, UsageError
from notekeep.services.indexing import IndexService
from notekeep.settings import vault_settings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from notekeep.catalog.name_lookup import Mention
    from notekeep.catalog.queries import Facets, OnThisDay
    from notekeep.catalog.records import Backlink, LinkRow, Row, TaskRow
    from notekeep.errors import Problem
    from notekeep.markdown.note import Note
    from notekeep.query.tree import Node, Query
    from notekeep.search.listing import OrderedList, PageCursor
    from notekeep.search.related import RelatedNote
    from notekeep.search.results import SearchResults
    from notekeep.search.score_explanation import QueryPart
    from notekeep.search.text_filter import SearchSources


LONGEST_TYPED = 2_000
"""Characters up to which a query may be unfinished; more were pasted, and mean what they say."""


class RowPage(NamedTuple):
    """A page of a list: how many rows there are in all, and those of the page."""

    total: int
    rows: list[Row]


class SearchService(IndexService):
    """The questions."""

    def rows(self, query: str = "", *, limit: int | None = None, offset: int = 0) -> RowPage:
        """List the notes that match a query, sorted by title unless it says `sort:`.

        Raises:
            UsageError: The query cannot be understood; it says where and what is near.
        """
        from notekeep.search.listing import list_notes

        return RowPage(*list_notes(self.query(query), self._sources(), limit=limit, offset=offset))

    def page(self, query: str, limit: int, way: int | PageCursor) -> list[Row]:
        """A page of a list that was counted before; sorted as `rows` sorts.

        Args:
            query: The list.
            limit: How many rows at most.
            way: How many rows to leave out first; or, in a list by title, how to get there.

        Raises:
            UsageError: The query cannot be understood.
        """
        from notekeep.search.listing import read_page

        asked = self.query(query)
        return read_page(asked, self._facts(asked), self.catalog, limit, way)

    def listed(self, query: str = "") -> OrderedList:
        """The whole order of a list, for those who will look at many pages of it.

        Raises:
            UsageError: The query cannot be understood; it says where and what is near.
        """
        from notekeep.search.listing import order_list

        asked = self.query(query)
        return order_list(asked, self._facts(asked), self.catalog)

    def paths(self, query: str = "") -> frozenset[str]:
        """The paths of the notes that a query matches, however many they are.

        Raises:
            UsageError: The query cannot be understood; it says where and what is near.
        """
        if self.query(query).limit is not None:
            return frozenset(row.path for row in self.rows(query).rows)
        return self.catalog.paths(self._facts(self.query(query)))

    def tell_apart(self, rows: Sequence[Row]) -> None:
        """Say of the rows of a page which share their title what tells them apart."""
        from notekeep.catalog.queries import distinguish_titles

        distinguish_titles(self.catalog, rows)

    def known(self, paths: Iterable[str]) -> set[str]:
        """Those of some paths at which there is a note."""
        from notekeep.catalog.name_lookup import known

        return known(self.catalog, paths)

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
            query: What is asked for.
            limit: How many hits at most.
            typing: The query may be unfinished: its last word is the beginning of one, and what it
                lacks is only remarked on.
            relax: Where nothing is found, answer the nearest query, and say so; of a regular
                expression that takes too long, answer what it has found until then, and say that.
            explain: Also say how the query was read, and why each hit stands where it does.
            wanted: Asked while many notes are read: whether somebody still waits for the answer.

        Raises:
            UsageError: The query cannot be understood; it says where and what is near.
            Dropped: Nobody waits for the answer any more.
        """
        from notekeep.search.session import run_search
        from notekeep.search.text_filter import SearchSources

        self._take_saved_in()
        found = run_search(
            self.query(query, typing=typing and len(query) <= LONGEST_TYPED),
            SearchSources(
                self.catalog,
                lambda: self.words,
                self.root,
                self.opened.times,
                wanted or (lambda: True),
            ),
            limit=limit,
            typing=typing,
            relax=relax,
            explain=explain,
        )
        if not typing:
            return found
        self.tell_apart([hit.row for hit in found.hits])
        return found._replace(remarks=(*self._lacks(query), *found.remarks))

    def _lacks(self, query: str) -> tuple[str, ...]:
        """What would be wrong with a query if it were finished."""
        try:
            self.query(query)
        except UsageError as error:
            return (error.message,)
        return ()

    def suggest(self, typed: str, *, limit: int = 50) -> SearchResults:
        """Find notes while a query is being typed: by title, alias and tag, from the catalog alone.

        Never raises on what is typed: an unfinished query is treated kindly.
        """
        from notekeep.search.suggestions import suggest_notes

        query = self.query(typed, typing=True)
        found = suggest_notes(query, self.catalog, opened=self.opened, limit=limit)
        with suppress(NotekeepError):
            self.tell_apart([hit.row for hit in found.hits])
        return found

    def query(self, text: str, *, typing: bool = False) -> Query:
        """Read a query with this vault's fields and today's date.

        Raises:
            UsageError: It cannot be understood; never while typing.
        """
        from notekeep.query import fields
        from notekeep.query.grammar import parse_query

        return parse_query(
            text,
            self.fields() if fields.may_name_field(text) else fields.NO_FIELDS,
            today=self.today(),
            week_start=self.settings.week_start,
            typing=typing,
        )

    def resolve(self, name: str) -> Row:
        """Find the one note that a name means: a path, title, alias, or a unique beginning.

        Raises:
            NotFound: No note has that name.
            Ambiguous: Several have it.
        """
        from notekeep.catalog.name_lookup import resolve

        return resolve(self.catalog, name, self.root)

    def linked(self, target: str, source: str) -> Row | None:
        """Find the note that a link leads to, if there is one; see `names.linked`."""
        from notekeep.catalog.name_lookup import resolve_link

        return resolve_link(self.catalog, target, source)

    def select(self, words: str) -> list[Row]:
        """The notes that words mean: one note by its name, else all that a query matches.

        Raises:
            NotFound: Neither a name nor a query finds any.
            Ambiguous: The words are the beginning of several names, and no query.
            UsageError: The words are no name, and no query that can be understood.
        """
        from notekeep.catalog.name_lookup import select

        return select(self.catalog, words, self.root, lambda: self.rows(words).rows)

    def read(self, name: str) -> Note:
        """Read the note that a name means, body and all.

        Raises:
            NotFound: No note has that name, or its file is gone.
        """
        from notekeep.markdown.note import read_note

        path = self.resolve(name).path
        return read_note(path, self.bytes_of(path), self.schema)

    def bytes_of(self, path: str) -> bytes:
        """The bytes of a file of the vault, read while nobody was writing it.

        Raises:
            NotFound: It is gone.
            Failure: It cannot be read.
        """
        from notekeep.storage.content import read_file

        return read_file(self.absolute(path), path)[0]

    def count(self) -> int:
        """How many notes the catalog knows."""
        return self.catalog.count()

    def kinds(self) -> dict[str, int]:
        """How many notes each kind has."""
        return self.catalog.kind_counts()

    def tags(self) -> dict[str, int]:
        """How many notes have each tag, its children included, sorted by tag."""
        return self.catalog.tag_counts()

    def links(self, name: str) -> list[LinkRow]:
        """What a note links to."""
        return self.catalog.links(self.resolve(name).path)

    def backlinks(self, name: str) -> list[Backlink]:
        """What links to a note."""
        return self.catalog.backlinks(self.resolve(name).path)

    def facets(self, query: str = "", *, typing: bool = False) -> Facets:
        """How the notes that a query matches are spread: by kind, tag and year.

        Args:
            query: Which notes; all when it is empty.
            typing: The query may be unfinished, as in `search`.

        Raises:
            UsageError: The query cannot be understood; it says where and what is near.
        """
        from notekeep.catalog.queries import facets

        return facets(self.catalog, self._facts(self.query(query, typing=typing)))

    def facets_of_paths(self, paths: Iterable[str]) -> Facets:
        """How some notes are spread: by kind, tag and year."""
        from notekeep.catalog.queries import facets
        from notekeep.query.tree import KnownPaths

        return facets(self.catalog, KnownPaths(frozenset(paths)))

    def measure(self, query: str, *, typing: bool = False) -> list[QueryPart]:
        """How a query is read, part by part, and how many notes each part alone matches.

        Args:
            query: What is asked for.
            typing: The query may be unfinished, as in `search`.

        Raises:
            UsageError: The query cannot be understood; it says where and what is near.
        """
        from notekeep.search.score_explanation import measure_parts

        return measure_parts(self.query(query, typing=typing), self._sources())

    def values(self, field: str, *, limit: int = 500) -> list[str]:
        """What notes have in a field, as they write it, most used first.

        Args:
            field: Its canonical name.
            limit: How many values at most.
        """
        from notekeep.catalog.queries import list_field_values

        return list_field_values(self.catalog, field, limit)

    def tasks(self, query: str = "", *, done: bool | None = False) -> list[TaskRow]:
        """The tasks of the notes that a query matches, by title, then line.

        Args:
            query: Which notes; all when it is empty.
            done: Only those that are open (False) or ticked (True); None for both.

        Raises:
            UsageError: The query cannot be understood; it says where and what is near.
        """
        from notekeep.catalog.queries import list_tasks

        return list_tasks(self.catalog, self._facts(self.query(query)), done=done)

    def _facts(self, asked: Query) -> Node | None:
        """A query as a tree of facts: what its words find is in it as the notes that are found."""
        from notekeep.search.listing import resolve_words

        return resolve_words(asked, self._sources())

    def _sources(self) -> SearchSources:
        from notekeep.search.text_filter import SearchSources

        return SearchSources(self.catalog, self._ready_words, self.root)

    def related(self, name: str, *, limit: int = 10) -> list[RelatedNote]:
        """Notes about the same as the one that a name means, best first, with what they share."""
        from notekeep.search.related import find_related

        return find_related(self._sources(), self.resolve(name).path, limit=limit)

    def mentions(self, name: str) -> list[Mention]:
        """Where other notes say a note's title, alias or file name without linking to it."""
        from notekeep.catalog.name_lookup import mentions

        return mentions(self.catalog, self._ready_words(), self.resolve(name), self._note)

    def _note(self, path: str) -> Note | None:
        from notekeep.markdown.note import read_note

        try:
            return read_note(path, self.bytes_of(path), self.schema)
        except NotFound:
            return None

    @property
    def saved(self) -> dict[str, str]:
        """The saved queries by name, as the vault's settings have them by now."""
        return vault_settings(self.root).saved

    def on_this_day(self, day: dt.date | None = None) -> list[OnThisDay]:
        """Notes of other years with a day, today by default, in one of their dates."""
        from notekeep.catalog.queries import on_this_day

        return on_this_day(self.catalog, day or self.today())

    def problems(self) -> list[Problem]:
        """What could not be read whole, settings first, each with its line, reason and remedy."""
        from notekeep.errors import SETTINGS, Problem

        hint = "`notekeep config` says which files count"
        told = [warning.partition(": ") for warning in self.settings.warnings]
        settings = [Problem(file, None, text, hint, SETTINGS) for file, _, text in told]
        return [*settings, *self.catalog.problems()]

    def sql(self, query: str, timeout: float = 10) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Ask the catalog one question in SQL, read-only: column names and rows.

        Args:
            query: The question, a SELECT.
            timeout: For how many seconds it may run.

        Raises:
            UsageError: SQLite does not understand it, it would write, or it takes too long.
        """
        return self.catalog.sql(query, timeout)
