"""What notes can be asked for, listed by, sorted by and shown with, besides their own fields.

`COLUMNS` is the one table of what is known of every note. Query conditions, `sort:`, `ls --cols`
and `--by`, completion and `docs/fields.md` read it; what a `Row` does not hold is added to
`catalog/records.py` first. The fields of front matter are described in `markdown/schema.py`;
`STATES` is what `is:` knows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.markdown.note_names import note_stem
from notekeep.markdown.schema import COMMON_FIELDS, Schema, other_names
from notekeep.query.fields import FieldType, QueryFields
from notekeep.query.folding import fold_key

if TYPE_CHECKING:
    from notekeep.catalog.records import Row


class Column(NamedTuple):
    """Something that is known of every note; its SQL is about a row of the table `notes`."""

    name: str  # what `ls --cols`, a query and `sort:` call it
    # How a query reads what it is compared with: a text is compared folded, a date as nanoseconds
    # since 1970. None is a column that queries do not know, so that front matter may have a field
    # of that name.
    type: FieldType | None
    holds: str  # what it is, for the manual
    read: Callable[[Row], Any] | None  # its value in a row; None where a note has no single one
    spellings: tuple[str, ...] = ()  # its other names
    # What a condition compares; "" is the field of that name in front matter. Of a list it is an
    # expression about the rows that `items` selects.
    sql: str = ""
    items: str = ""  # of a list, a SELECT of the notes that have an item; a condition continues it
    has: str = ""  # which notes have it; "" are those with that field in front matter
    sort: str = ""  # what `sort:` goes by where that is not `sql`
    head: str = ""  # what stands above it in the grid where that is not its name

    @property
    def is_computed(self) -> bool:
        """Whether it says what a note is, and is no field that can be written."""
        return self.name not in COMMON_FIELDS or self.name == "type"


def _modified(row: Row) -> str:
    moment = dt.datetime.fromtimestamp(row.mtime_ns / 1e9).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M")


# A tag goes before those below it, and these before any other that begins with its letters.
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
            ("task-todo", "open", "NOT done"),
            ("task-done", "completed", "done"),
        )
    ),
)

COLUMNS: dict[str, Column] = {column.name: column for column in _ALL}
"""By name, in the order of the manual."""

THINGS = {
    **{
        name: f"{name} > 0"
        for name in ("links", "embeds", "tasks", "quotes", "headings", "timestamps", "code")
    },
    "backlinks": "id IN (SELECT found FROM links WHERE found <> note)",
}
"""What `has:` knows besides columns and fields: which notes have such a thing."""

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
    "template": "role = 'template'",
    "todo": "todo > 0",
    "untagged": "id NOT IN (SELECT note FROM tags)",
}
"""What `is:` knows: which notes are in such a state."""

_BY_KEY = {fold_key(column.name): column for column in COLUMNS.values() if column.type}


def find_column(field: str) -> Column | None:
    """Return the column that a field of a query names; None for any other field."""
    return _BY_KEY.get(fold_key(field))


def column_value(row: Row, name: str) -> Any:
    """Return what a row has in a column, or in the field of that name; None for nothing."""
    column = COLUMNS.get(name)
    return column.read(row) if column and column.read else row.fields.get(name)


def query_fields(
    kinds: Mapping[str, Mapping[str, str]],
    seen: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> QueryFields:
    """Gather what a query may name; `QueryFields` describes the arguments."""
    known = [column for column in COLUMNS.values() if column.type]
    common = {**COMMON_FIELDS, **{column.name: column.type for column in known if column.type}}
    others = {other: column.name for column in known for other in column.spellings}
    return QueryFields(kinds, seen or {}, aliases or {}, common, others, STATES)


def known_fields(seen: Mapping[str, str], schema: Schema) -> QueryFields:
    """Return the columns, the fields of all kinds, and the fields `seen` in notes by type."""
    kinds = {kind.id: kind.fields for kind in schema.kinds.values()}
    kin = {
        other: name for fields in kinds.values() for name in fields for other in other_names(name)
    }
    return query_fields(kinds, {**seen, **schema.types}, kin)
