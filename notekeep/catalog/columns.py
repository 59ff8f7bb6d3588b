"""The columns of notes: for queries, sorting, `ls --cols` and `ls --by`.

`COLUMNS` is the only list. Query conditions, `sort:`, `ls --cols` and `--by`, completion and
`docs/fields.md` use it. To use a value that is not in `Row`, first add it to `catalog/records.py`.
The fields of front matter are described in `markdown/fields/schema.py`. `STATES` lists the values
of `is:`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.markdown.fields.schema import COMMON_FIELDS, Schema, other_names
from notekeep.markdown.note_names import note_stem
from notekeep.query.fields import FieldType, QueryFields
from notekeep.query.folding import fold_key

if TYPE_CHECKING:
    from notekeep.catalog.records import Row


STARTED = "coalesce(start, '') <= today()"
"""The condition for a task whose start date is today, earlier or missing."""


class Column(NamedTuple):
    """A column of notes; its SQL refers to a row of the table `notes`."""

    name: str  # its name in `ls --cols`, queries and `sort:`
    # Text is compared folded, dates as nanoseconds since 1970. None: not usable in queries.
    type: FieldType | None
    description: str  # for the manual
    read: Callable[[Row], Any] | None  # returns its value in a row; None if it has no single value
    aliases: tuple[str, ...] = ()  # other names
    # its SQL expression, for a list over `items`; "" for the front matter field with its name
    sql: str = ""
    items: str = ""  # for a list: a SELECT of the notes with an item; a condition is appended
    has: str = ""  # the condition for `has:`; "" for notes with that field in front matter
    sort: str = ""  # the SQL value to sort by, if it differs from `sql`
    head: str = ""  # its header in the grid, if it differs from `name`

    @property
    def is_computed(self) -> bool:
        """Whether the column is computed, so that it cannot be set as a field."""
        return self.name not in COMMON_FIELDS or self.name == "type"


def _modified(row: Row) -> str:
    moment = dt.datetime.fromtimestamp(row.mtime_ns / 1e9).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M")


# Sort a tag before its children, and its children before other tags with the same prefix.
_FIRST_TAG = (
    "(SELECT replace(tag, '/', char(1)) FROM tags"
    " WHERE note = notes.id AND own ORDER BY rowid LIMIT 1)"
)

_ALL = (
    Column("title", "text", "title", lambda row: row.title, sql="title_folded", sort="sort"),
    Column(
        "path",
        "text",
        "path of the file in the vault",
        lambda row: row.path,
        ("folder",),
        sql="path_folded",
        has="1",
    ),
    Column(
        "file",
        "text",
        "file name without `.md`",
        lambda row: note_stem(row.path),
        sql="name_folded",
        has="1",
    ),
    Column("type", "text", "kind of note", lambda row: row.kind, ("kind",), "kind", head="kind"),
    Column(
        "tags",
        "list",
        "tags, including those in the text",
        lambda row: list(row.tags),
        ("tag", "keywords"),
        sql="tag",
        items="SELECT note FROM tags WHERE own",
        sort=_FIRST_TAG,
    ),
    Column("aliases", "list", "aliases", lambda row: list(row.aliases), ("alias",)),
    Column(
        "modified",
        "date",
        "last change of the file",
        _modified,
        ("mtime",),
        sql="mtime_ns",
        has="1",
        head="changed",
    ),
    Column(
        "words", "number", "number of words", lambda row: row.words, sql="words", has="words > 0"
    ),
    Column(
        "size", "number", "size of the file in bytes", lambda row: row.size, sql="size", has="1"
    ),
    Column(
        "private", "bool", "whether the note is private", lambda row: row.private, sql="private"
    ),
    Column(
        "problem", None, "problem when reading the note; in lists only", lambda row: row.problem
    ),
    *(
        Column(
            name,
            "list",
            f"text of {which} tasks; in queries only",
            None,
            sql="folded",
            items=f"SELECT note FROM tasks WHERE {test}",  # noqa: S608 - one of these
        )
        for name, which, test in (
            ("task", "the", "1"),
            ("task-todo", "open", f"NOT done AND {STARTED}"),
            ("task-done", "completed", "done"),
        )
    ),
)

COLUMNS: dict[str, Column] = {column.name: column for column in _ALL}
"""The columns by name, in the order of the manual."""

THINGS = {
    **{
        name: f"{name} > 0"
        for name in ("links", "embeds", "tasks", "quotes", "headings", "timestamps", "code")
    },
    "backlinks": "id IN (SELECT found FROM links WHERE found <> note)",
}
"""The names that `has:` accepts besides columns and fields, with their SQL."""

STATES = {
    "ambiguous": "id IN (SELECT note FROM links WHERE state = 'ambiguous')",
    "broken": "id IN (SELECT note FROM links WHERE state = 'broken')",
    "conflict": "path IN (SELECT original FROM conflicts)"
    " OR path IN (SELECT path FROM problems WHERE code = 'conflict')",
    "draft": "id IN (SELECT note FROM fields WHERE key = 'draft' AND text = 'true')",
    "excluded": "role = 'excluded'",
    "invalid": "path IN (SELECT path FROM problems WHERE source = 'note' AND code IN"
    " ('front-matter', 'not-utf8', 'unreadable'))",
    "log": "role = 'log'",
    "orphan": "id NOT IN (SELECT found FROM links WHERE found IS NOT NULL AND found <> note)",
    "private": "private",
    "recent": "0",  # replaced with the last opened notes, which are not in the catalog
    "template": "role = 'template'",
    "todo": f"todo > 0 AND id IN (SELECT note FROM tasks WHERE NOT done AND {STARTED})",  # noqa: S608 - a constant
    "untagged": "id NOT IN (SELECT note FROM tags)",
}
"""The states of `is:`, with their SQL."""

_BY_KEY = {fold_key(column.name): column for column in COLUMNS.values() if column.type}


def find_column(field: str) -> Column | None:
    """Return the column for a field of a query; None for other fields."""
    return _BY_KEY.get(fold_key(field))


def column_value(row: Row, name: str) -> Any:
    """Return the value of a column or field in a row, or None."""
    column = COLUMNS.get(name)
    return column.read(row) if column and column.read else row.fields.get(name)


def query_fields(
    kinds: Mapping[str, Mapping[str, str]],
    seen: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> QueryFields:
    """Return the names that a query may use; for the arguments see `QueryFields`."""
    known = [column for column in COLUMNS.values() if column.type]
    common = {**COMMON_FIELDS, **{column.name: column.type for column in known if column.type}}
    others = {other: column.name for column in known for other in column.aliases}
    return QueryFields(kinds, seen or {}, aliases or {}, common, others, STATES)


def known_fields(seen: Mapping[str, str], schema: Schema) -> QueryFields:
    """Return the columns, the fields of all kinds, and the fields `seen` in notes by type."""
    kinds = {kind.id: kind.fields for kind in schema.kinds.values()}
    aliases = {
        other: name for fields in kinds.values() for name in fields for other in other_names(name)
    }
    return query_fields(kinds, {**seen, **schema.types}, aliases)
