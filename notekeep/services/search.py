"""Read a vault: lists, searches, notes and their metadata.

Methods with a query raise UsageError if it is invalid.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from notekeep.catalog import name_lookup, queries
from notekeep.catalog.columns import known_fields
from notekeep.catalog.queries import (
    Anniversary,
    Facets,
    OrderedList,
    distinguish_titles,
    order_list,
)
from notekeep.errors import SETTINGS, NotekeepError, Problem, UsageError
from notekeep.query import tree
from notekeep.query.fields import CLEAR_LIKENESS, FIELD_SIGNS, NO_FIELDS, QueryFields, nearest_word
from notekeep.query.folding import fold_text
from notekeep.query.grammar import parse_query
from notekeep.query.tree import Is, KnownPaths, Node, Or, Order, Query, is_fact, replace_leaves
from notekeep.search.text_filter import SearchSources, TextFilter, list_notes, resolve_words
from notekeep.settings import vault_settings
from notekeep.storage.scan import NOTE_SUFFIXES, list_files

if TYPE_CHECKING:
    from notekeep.catalog.open_counts import OpenCounts
    from notekeep.catalog.records import Backlink, LinkRow, PassageRow, Row, TaskRow
    from notekeep.markdown.note import Note
    from notekeep.notes.workspace import Workspace
    from notekeep.search.meaning import MeaningIndex
    from notekeep.search.related import RelatedNote
    from notekeep.search.results import SearchResults
    from notekeep.search.session import QueryPart
    from notekeep.search.whoosh_index import WhooshIndex
    from notekeep.services.indexing import IndexService


# While typing, a query is parsed by the search box, the title search and the full-text search.
_parse = lru_cache(maxsize=8)(parse_query)


RECENT = Is("recent")

MAX_RECENT = 50
"""The maximum number of notes that `is:recent` finds."""


MAX_FILES = 20
"""The maximum number of files whose names match a query."""

MAX_NAMED_FILES = 3
"""The maximum number of such files to name in a remark."""


class RowPage(NamedTuple):
    """A page of a list."""

    total: int  # the number of rows in the list
    rows: list[Row]
    remarks: Sequence[str] = ()  # about an empty list


class SearchService:
    """Reads the notes of one vault."""

    def __init__(
        self,
        workspace: Workspace,
        full_text: Callable[[], WhooshIndex],
        indexing: Callable[[], IndexService],
        open_counts: OpenCounts,
        meaning: Callable[[], MeaningIndex | None],
    ) -> None:
        self.workspace = workspace
        self.root, self.settings = workspace.root, workspace.settings
        self.schema, self.catalog = workspace.schema, workspace.catalog
        self._state = workspace.state
        self._full_text = full_text
        self._indexing = indexing
        self.open_counts = open_counts
        self._meaning = meaning
        self._fields: tuple[int, QueryFields] | None = None

    def rows(self, query: str = "", *, limit: int | None = None, offset: int = 0) -> RowPage:
        """List the notes that match a query, by default sorted by title."""
        parsed = self._query(query)
        total, rows = list_notes(parsed, self._sources, limit=limit, offset=offset)
        return RowPage(total, rows, () if total else self._suggest_values(parsed))

    def page(self, query: str, limit: int, offset: int) -> list[Row]:
        """Return a page of a list in the order of `rows`, without counting the list."""
        parsed = self._query(query)
        left = limit if parsed.limit is None else min(limit, max(0, parsed.limit - offset))
        return self.catalog.page(self._facts(parsed), parsed.order, left, offset)

    def ordered(self, query: str = "") -> OrderedList:
        """Return a list from which many pages will be read."""
        parsed = self._query(query)
        return order_list(self.catalog, self._facts(parsed), parsed)

    def paths(self, query: str = "") -> frozenset[str]:
        """Return the paths of all matching notes."""
        parsed = self._query(query)
        if parsed.limit is not None:
            return frozenset(row.path for row in self.rows(query).rows)
        return self.catalog.paths(self._facts(parsed))

    def distinguish_titles(self, rows: Sequence[Row]) -> None:
        """Set `title_suffix` of rows with the same title."""
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
        """Search for a query; return hits with snippets, best first.

        Args:
            query: The query.
            limit: The maximum number of hits.
            typing: The last word may be unfinished. An error in the query becomes a remark; if it
                prevents the search, there are no hits.
            relax: Be lenient, and add a remark: without hits, search for the nearest query; for
                finished sentences, also find notes near in meaning; after the time limit of a
                regular expression, return the hits so far; search for an unknown field that
                resembles no other as text; accept an incomplete bracket, quote or operator.
            explain: Also explain the query and the rank of each hit.
            wanted: Called while notes are read. If it returns False, `Dropped` is raised.
        """
        from notekeep.search.session import run_search  # slow to import

        self._indexing().index_few_saved()
        parsed = self._query(query, typing=typing, pasted=relax)
        found = run_search(
            parsed,
            SearchSources(
                self.catalog,
                self._full_text,
                self.root,
                self.open_counts.times,
                wanted or (lambda: True),
                self._meaning if relax and not typing else lambda: None,
            ),
            limit=limit,
            typing=typing,
            relax=relax,
            explain=explain,
        )
        if not found.total:
            found = found._replace(remarks=(*found.remarks, *self._suggest_values(parsed)))
        if relax and (found.is_relaxed or not found.total):
            found = found._replace(files=self._named_files(query))
        if not typing:
            return found._replace(remarks=(*found.remarks, *_remark_on_files(found.files)))
        self.distinguish_titles([hit.row for hit in found.hits])
        try:
            remarks = self.parse(query, pasted=relax).remarks
        except UsageError as error:
            about = f"{error.message} {error.hint}" if parsed.error else error.message
            remarks = (about.strip(),)
        return found._replace(remarks=tuple(dict.fromkeys((*remarks, *found.remarks))))

    def suggest(self, typed: str, *, limit: int = 50) -> SearchResults:
        """Find notes by title, alias and tag for an unfinished query, without the full text."""
        from notekeep.search.suggestions import suggest_notes  # not needed for lists

        query = self._query(typed, typing=True)
        found = suggest_notes(query, self.catalog, opened=self.open_counts, limit=limit)
        with suppress(NotekeepError):  # optional
            self.distinguish_titles([hit.row for hit in found.hits])
        return found

    def parse(self, text: str, *, typing: bool = False, pasted: bool = False) -> Query:
        """Parse a query with this vault's fields and today's date, as `parse_query` does."""
        return _parse(
            text,
            # The fields are slow to read.
            NO_FIELDS if FIELD_SIGNS.isdisjoint(text) else self.fields(),
            today=self.workspace.today(),
            week_start=self.settings.week_start,
            typing=typing,
            pasted=pasted or typing,
        )

    def read(self, name: str) -> Note:
        """Read a note by its name."""
        return self._note(self.workspace.resolve(name).path)

    def links(self, name: str) -> list[LinkRow]:
        """Return the links of a note."""
        return self.catalog.links(self.workspace.resolve(name).path)

    def backlinks(self, name: str) -> list[Backlink]:
        """Return the links to a note."""
        return self.catalog.backlinks(self.workspace.resolve(name).path)

    def facets(self) -> Facets:
        """Count all notes by kind, tag, year and folder."""
        return queries.facets(self.catalog, None)

    def facets_of(self, found: SearchResults | None) -> Facets:
        """Count the results of a search while typing, as `facets` does; None is no results."""
        paths = frozenset(hit.row.path for hit in found.hits) if found else frozenset()
        if found and found.query and len(paths) < found.total:
            texts = TextFilter(self._sources, found.query.text, typing=True)
            paths |= texts.paths(found.query.root) if found.query.root else self.catalog.paths(None)
        return queries.facets(self.catalog, KnownPaths(paths))

    def explain_parts(self, typed: str) -> list[QueryPart]:
        """Return the parts of a query, and the number of notes that each part alone matches."""
        from notekeep.search.session import measure_parts

        return measure_parts(self._query(typed, typing=True), self._sources)

    def values(self, field: str, *, limit: int = 500) -> list[str]:
        """Return the values of a field by its canonical name, most frequent first."""
        return queries.list_field_values(self.catalog, field, limit)

    def tasks(self, query: str = "", *, done: bool | None = False) -> list[TaskRow]:
        """Return the tasks of matching notes: open tasks, completed tasks (True), or all (None).

        Open tasks that start after today are only returned with all tasks.
        """
        node = self._facts(self._query(query))
        return queries.list_tasks(self.catalog, node, done=done)

    def passages(self, query: str = "") -> list[PassageRow]:
        """Return the passages of matching notes that contain the words of a query.

        A word can also be in the title or the author of the note.
        """
        parsed = self._query(query)
        found = queries.list_passages(self.catalog, self._facts(parsed))
        words = _text_part(parsed.root)
        if words is None or not found:
            return found
        matcher = self._words().matcher(words)
        return [
            one
            for one in found
            if matcher.matches_one_part(
                f"{one.text}\n{one.author}\n{one.source.title}", [0], one.source.language
            )
        ]

    def fields(self) -> QueryFields:
        """Return the fields, kinds and flags for queries in this vault."""
        generation = self.catalog.generation
        if self._fields is None or self._fields[0] != generation:
            self._fields = generation, known_fields(self.catalog.field_names(), self.schema)
        return self._fields[1]

    def _query(self, text: str, *, typing: bool = False, pasted: bool = False) -> Query:
        """Parse a query, and replace states that are not in the catalog.

        `is:conflict` includes git's unmerged notes. `is:recent` is the last opened notes, sorted by
        time unless there are words or `sort:`.
        """
        query = self.parse(text, typing=typing, pasted=pasted)
        if query.root is None:
            return query
        order = query.order
        if not order and is_fact(query.root) and RECENT in tree.positive_leaves(query.root):
            order = (Order("opened", paths=tuple(self._last_opened())),)
        return query._replace(
            root=replace_leaves(query.root, self._replace_local_state), order=order
        )

    def _last_opened(self) -> list[str]:
        return self.open_counts.latest(lambda: self.catalog.paths(None), MAX_RECENT)

    def _named_files(self, query: str) -> tuple[str, ...]:
        """Return the files, linked or not, whose names contain the words of a query."""
        words = fold_text(query.replace('"', " ")).split()
        found = (
            path
            for path in (list_files(self.root) if words else ())
            if not path.endswith(NOTE_SUFFIXES)
            and all(word in fold_text(os.path.basename(path)) for word in words)
        )
        return tuple(islice(found, MAX_FILES))

    def _suggest_values(self, query: Query) -> list[str]:
        """Return suggestions for field values that no note has."""
        remarks: list[str] = []
        for leaf in tree.positive_leaves(query.root):
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

    def _replace_local_state(self, leaf: Node) -> Node:
        """Replace a state that only this machine knows."""
        if leaf == RECENT:
            return KnownPaths(frozenset(self._last_opened()))
        if leaf != Is("conflict"):
            return leaf
        from notekeep.storage.git import find_unmerged  # rarely needed

        unmerged = find_unmerged(self.root, self._state)
        return Or((leaf, KnownPaths(frozenset(unmerged)))) if unmerged else leaf

    def _facts(self, query: Query) -> Node | None:
        """Return the tree of a query, with words replaced by the matching notes."""
        return resolve_words(query, self._sources)

    @property
    def _sources(self) -> SearchSources:
        return SearchSources(self.catalog, self._words, self.root)

    def _words(self) -> WhooshIndex:
        return self._indexing().refresh_for_search()

    def related(self, name: str, *, limit: int = 10) -> list[RelatedNote]:
        """Return similar notes and their common properties, best first."""
        from notekeep.search.related import find_related  # not needed for lists

        path = self.workspace.resolve(name).path
        return find_related(self._sources, path, limit=limit, meaning=self._meaning())

    def mentions(self, name: str) -> list[name_lookup.Mention]:
        """Return the places where other notes mention a note without linking to it."""
        return name_lookup.mentions(
            self.catalog, self._words(), self.workspace.resolve(name), self._note
        )

    def _note(self, path: str) -> Note:
        return self.workspace.note(path, self.workspace.read(path))

    @property
    def saved(self) -> dict[str, str]:
        """The saved queries by name, from the current settings of the vault."""
        return vault_settings(self.root).saved

    def on_this_day(self, day: dt.date | None = None) -> list[Anniversary]:
        """Return notes with a date on this day of another year; by default, today."""
        return queries.on_this_day(self.catalog, day or self.workspace.today())

    def problems(self) -> list[Problem]:
        """Return the problems of settings and notes."""
        hint = "`notekeep config` shows the files that are read"
        parts = [warning.partition(": ") for warning in self.settings.warnings]
        settings = [Problem(file, None, text, hint, SETTINGS) for file, _, text in parts]
        return [*settings, *self.catalog.problems()]


def _text_part(node: Node | None) -> Node | None:
    """Return the part of a query that consists of words, or None."""
    if isinstance(node, tree.And):
        parts = tuple(part for one in node.parts if (part := _text_part(one)) is not None)
        return tree.And(parts) if parts else None
    if node is None or tree.needs_text(node) or any(map(is_fact, tree.positive_leaves(node))):
        return None
    return node


def _remark_on_files(paths: Sequence[str]) -> Iterator[str]:
    """Yield a remark about files whose names match a query."""
    if paths:
        more = " and others" if len(paths) > MAX_NAMED_FILES else ""
        yield f"Files have such a name: {', '.join(paths[:MAX_NAMED_FILES])}{more}."
