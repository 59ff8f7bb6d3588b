"""The content of lists: pages of rows, groups, sort orders, query conditions, sidebar counts."""

from __future__ import annotations

import operator
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.dates import parse_iso, start_of_week
from notekeep.errors import NotekeepError, UsageError
from notekeep.markdown.sanitize import clean_line
from notekeep.query.description import quote_word, write_query
from notekeep.query.tree import And, Term, is_fact
from notekeep.tui.render.note_rows import modified_day

if TYPE_CHECKING:
    from notekeep.catalog.queries import Facets
    from notekeep.catalog.records import Row
    from notekeep.services.search import RowPage
    from notekeep.vault import Vault


class PagedRows:
    """The rows of a query, read from the catalog a page at a time."""

    def __init__(self, vault: Vault, query: str, first: RowPage) -> None:
        self.total = first.total
        self._vault, self._query, self._first = vault, query, first

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        if offset == 0 and len(self._first.rows) >= min(limit, self.total):
            return self._first.rows
        rows = self._vault.search.page(self._query, limit, offset)
        self._vault.search.distinguish_titles(rows)
        return rows

    def paths(self) -> Iterable[str]:
        return self._vault.search.paths(self._query)

    def find(self, path: str) -> int | None:
        """Return the row of a note on the first page; other rows are not sorted yet."""
        found = (number for number, row in enumerate(self._first.rows) if row.path == path)
        return next(found, None)


LATER = "Later"
NO_DATE = "No date"


class Folded(NamedTuple):
    """Daily notes folded into one row."""

    notes: int  # the number of notes
    changed: int  # the latest modification time among them, in nanoseconds


class Inserted(NamedTuple):
    """A row between notes."""

    notes: int  # the number of notes before the row
    name: str = ""  # the name of a group; "" for a blank row
    folded: Folded | None = None
    file: str = ""  # the path of a file with the searched name


def _first_days(today: date, week_start: int) -> list[tuple[str, date]]:
    """Return the groups before the groups of years, newest first, each with its first day."""
    days = [
        (LATER, today + timedelta(1)),
        ("Today", today),
        ("This week", start_of_week(today, week_start)),
        ("This month", today.replace(day=1)),
    ]
    return [
        group for number, group in enumerate(days) if not number or group[1] < days[number - 1][1]
    ]


def group_rows(
    values: Sequence[Any],
    today: date,
    week_start: int,
    *,
    has_gaps: bool,
    folded: Folded | None = None,
) -> list[Inserted]:
    """Return the group headings for a list sorted by date, newest first.

    The sort values are nanoseconds, days as text, or None.
    """
    values, place = list(values), len(values) + 1
    if folded is not None:
        place = bisect_right(values, -folded.changed, key=lambda value: -value)
        values.insert(place, folded.changed)
    end = len(values)
    while end and not isinstance(values[end - 1], int | str):
        end -= 1
    inserted: list[Inserted] = []
    starts = _first_days(today, week_start)
    at = 0
    while at < len(values):
        after, name = len(values), NO_DATE
        if at < end:
            name, first = _group_of(values[at], starts)
            bound = _as_value(first, values[at])
            after = bisect_right(values, 0, at, end, key=partial(operator.gt, bound))
        notes = at - (at > place)  # without the folded row
        if has_gaps and at:
            inserted.append(Inserted(notes))
        inserted.append(Inserted(notes, name))
        after = max(after, at + 1)
        if at <= place < after and folded is not None:
            inserted.append(Inserted(place, folded=folded))
        at = after
    return inserted


def _group_of(value: Any, starts: list[tuple[str, date]]) -> tuple[str, date]:
    for name, first in starts:
        # A modification time is never "Later", even if `today` is outdated after midnight.
        if value >= _as_value(first, value) and not (name == LATER and isinstance(value, int)):
            return name, first
    day = modified_day(value) if isinstance(value, int) else parse_iso(str(value)[:10])
    if day is None:
        return NO_DATE, date(1, 1, 1)
    return str(day.year), date(day.year, 1, 1)


def _as_value(day: date, like: Any) -> Any:
    """Return the start of a day as a sort value of the same type as `like`."""
    if not isinstance(like, int):
        return day.isoformat()
    return int(datetime.combine(day, time()).timestamp()) * 1_000_000_000


SORT = "sort:"
BEST_MATCH = "best match"  # the default order of results
ORDERS = ("-modified", "-created", "-rating", "title")
"""The sort keys to cycle through; the first is the default order of a list."""
DEFAULT_ORDER = ORDERS[0]


def next_order(order: str, *, is_search: bool) -> str:
    """Return the sort key that follows `order`; "" is the default order of the list."""
    orders: list[str] = ["", *(ORDERS if is_search else ORDERS[1:])]
    at = orders.index(order) + 1 if order in orders else 0
    return orders[at % len(orders)]


def by_field(name: str, order: str) -> str:
    """Return the next sort key for a field: ascending, then descending, then ""."""
    return {name: f"-{name}", f"-{name}": ""}.get(order, name)


def find_sort_key(vault: Vault, query: str) -> str:
    """Return the first sort key of a query, or ""."""
    keys = vault.search.parse(query, typing=True).order if SORT in query else ()
    return f"{'-' if keys[0].descending else ''}{keys[0].field}" if keys else ""


KIND = "type:"
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_TERM = re.compile(rf'[^\s"]*{_QUOTED.pattern}|\S+')
_NAME = re.compile(r'[-+"]*([^\s:<>=!,()"]+)')
_NO_WORD = re.compile(r"[:<>=#/\[\](){}!]|^[-+]|^(?:OR|AND|NOT)$")


def find_terms(typed: str) -> list[str]:
    """Split a query into its conditions."""
    return _TERM.findall(typed)


def find_words(typed: str) -> str:
    """Return the words of a query without its conditions and quotes."""
    return " ".join(term.strip('"') for term in find_terms(typed) if not _NO_WORD.search(term))


def folder_query(folder: str) -> str:
    """Return the query for the notes in a folder and its subfolders."""
    return f"path:{quote_word(f'/{folder}/')}"


def toggle_term(typed: str, term: str) -> str:
    """Add a condition to a query, or remove it."""
    found = find_terms(typed)
    if term in found:
        found.remove(term)
        return " ".join(found)
    return f"{_grouped(typed)} {term}".strip()


def correct_slip(typed: str, error: UsageError) -> str:
    """Return a query corrected by the suggestion of an error, or "" without a suggestion."""
    found = _NAME.match(typed, error.position or 0) if error.near else None
    return typed[: found.start(1)] + error.near + typed[found.end(1) :] if found else ""


def is_title(vault: Vault, typed: str) -> bool:
    """Whether a query consists only of words and can be the title of a new note."""
    try:
        root = vault.search.parse(typed, pasted=True).root
    except UsageError:
        return False
    parts = root.parts if isinstance(root, And) else (root,)
    return all(isinstance(part, Term) for part in parts)


def narrow_to_scope(scope: str, typed: str) -> str:
    """Return the query that searches for `typed` within `scope`."""
    if not scope or not typed:
        return scope or typed
    return f"{scope} {_grouped(typed)}"


def replace_sort(typed: str, field: str) -> str:
    """Return a query with its order replaced by a field; unchanged if the field is ""."""
    if not field:
        return typed
    others = [term for term in find_terms(typed) if not term.startswith(SORT)]
    return " ".join([*others, f"{SORT}{quote_word(field)}"])


def _grouped(typed: str) -> str:
    """Put parentheses around a query that contains OR, so that conditions can be added."""
    depth = 0
    for word in _TERM.findall(typed):
        if word == "OR" and depth == 0:
            return f"({typed})"
        bare = _QUOTED.sub("", word)
        depth += bare.count("(") - bare.count(")")
    return typed


PINNED_QUERY = "pinned:yes sort:title"
MAX_PINNED = 30


class SavedQuery(NamedTuple):
    """A saved query."""

    name: str
    query: str  # the text as saved
    # The query in a form that can be searched within; "" for an invalid query, and for a query with
    # words, which is put into the search box instead.
    scope: str
    notes: int | None  # the number of matching notes; None for an invalid query


class SidebarModel(NamedTuple):
    """The content of the sidebar."""

    facets: Facets
    pinned: Sequence[tuple[str, str]]  # path and title, by title
    saved: Sequence[SavedQuery]  # in the order of the settings
    has_own_folders: bool  # whether there are folders other than the folders of kinds


def load_sidebar(vault: Vault) -> SidebarModel:
    """Read the content of the sidebar from a vault; safe in a thread."""
    rows = vault.search.rows(PINNED_QUERY, limit=MAX_PINNED).rows
    pinned = [(row.path, clean_line(row.title)) for row in rows]
    saved = [_saved(vault, name, query) for name, query in vault.search.saved.items()]
    facets = vault.search.facets()
    has_own_folders = any(not vault.schema.is_folder_of_kind(name) for name in facets.folders)
    return SidebarModel(facets, pinned, saved, has_own_folders)


def _saved(vault: Vault, name: str, text: str) -> SavedQuery:
    try:
        query = vault.search.parse(text)
        listed = query.root is None or is_fact(query.root)
        count = vault.search.rows(text, limit=1).total
        return SavedQuery(name, text, write_query(query) if listed else "", count)
    except NotekeepError:
        return SavedQuery(name, text, "", None)
