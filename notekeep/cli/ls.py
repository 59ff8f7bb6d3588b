"""`ls`: the notes that match a query, in order, with the columns one asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import (
    json_option,
    limit_option,
    no_refresh_option,
    open_vault,
    verb_options,
)
from notekeep.cli.raw import RawCommand, as_query
from notekeep.errors import UsageError
from notekeep.index.rows import FACTS, value
from notekeep.query.fields import COMMON

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from notekeep.index.rows import Row
    from notekeep.vault import Vault

PLAIN_COLUMNS = ("title", "type", "path")
NO_NOTE = 'there is no note yet; `notekeep new note "A title"` makes one'

_NAME = re.compile(r"\{\{|\}\}|\{([\w-]+)\}")


class LsCommand(RawCommand):
    """`ls` takes its query raw."""

    words_metavar = "[QUERY...]"


@click.command(cls=LsCommand, short_help="List the notes that match a query.")
@click.option("--cols", metavar="A,B", help="The columns, by field name.")
@click.option("--by", metavar="FIELD", help="Count instead, by a field, type, tag, folder or year.")
@click.option("--sort", metavar="FIELD", help="The field to sort by; -FIELD turns it round.")
@limit_option()
@click.option(
    "--format", "template", metavar="TEXT", help="A line for each, e.g. '{path} {title}'."
)
@click.option("--null", is_flag=True, help="Paths only, with a NUL after each, for xargs -0.")
@json_option
@no_refresh_option
@verb_options
def ls(
    words: tuple[str, ...],
    *,
    cols: str | None,
    by: str | None,
    sort: str | None,
    limit: int | None,
    template: str | None,
    null: bool,
    as_json: bool,
    no_refresh: bool,
    vault: str | None,
) -> int:
    """List the notes that match QUERY, all when there is none, sorted by title.

    \b
    notekeep ls 'type:book rating>=4' --sort -finished
    notekeep ls is:draft --format '{path}'
    notekeep ls type:book --by author
    """
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    query = as_query(words) + (f" sort:{sort}" if sort else "")
    query = query.strip()
    if by is not None:
        return _count(opened, query, by, limit, as_json=as_json)
    columns = [field_name(opened, name) for name in cols.split(",")] if cols else PLAIN_COLUMNS
    names = names_in(opened, template or "")
    found = opened.rows(query, limit=limit)
    if as_json:
        output.write_json({"total": found.total, "rows": [as_object(row) for row in found.rows]})
    elif null:
        output.write_null(row.path for row in found.rows)
    elif template is not None:
        for row in found.rows:
            output.write(filled(template, row, names))
    else:
        output.table([[cell(value(row, name)) for name in columns] for row in found.rows])
    if not found.total and not as_json:
        output.note("no note matches" if query or no_refresh else NO_NOTE)
    return 0 if found.total else 1


def _count(vault: Vault, query: str, by: str, limit: int | None, *, as_json: bool) -> int:
    """Write how many notes have each value of a field."""
    from notekeep.index.facets import FOLDER, TAG, YEAR, count_by

    field = {"kind": "type", "tags": TAG}.get(by, by)
    name = field_name(vault, field, ("type", FOLDER, TAG, YEAR))
    if name.startswith("task") and name in COMMON:
        raise UsageError(f"notes cannot be counted by {by}", "`notekeep tasks` lists the tasks")
    rows = vault.rows(query).rows
    counts = count_by(rows, name)
    shown = list(counts.items())[:limit]
    if as_json:
        listed = [{"value": text, "notes": count} for text, count in shown]
        output.write_json({"by": name, "total": len(counts), "counts": listed})
    else:
        output.table([(str(count), text) for text, count in shown], stretch=1)
    if not counts and not as_json:
        output.note(f"no note has {by}" if rows else "no note matches")
    return 0 if counts else 1


def field_name(vault: Vault, name: str, others: Container[str] = ()) -> str:
    """The canonical name of a field, in whatever spelling a query would know it.

    Args:
        vault: Whose fields.
        name: As typed.
        others: Names that stand for themselves.

    Raises:
        UsageError: There is no such field.
    """
    name = name.strip()
    if name in others:
        return name
    known = vault.fields()
    field = known.find(name)
    if field is not None:
        return field.name
    if name in FACTS:
        return name
    near = known.nearest_field(name)
    hint = f"did you mean {near!r}?" if near else "`notekeep fields` lists them"
    raise UsageError(f"there is no field {name!r}", hint)


def cell(value: Any) -> str:
    """A value as text in a column."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(cell, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def as_object(row: Row) -> dict[str, Any]:
    """A row as JSON: path, title, kind, tags, private, problem and the note's own fields."""
    return {
        "path": row.path,
        "title": row.title,
        "kind": row.kind,
        "tags": list(row.tags),
        "aliases": list(row.aliases),
        "private": row.private,
        "problem": row.problem,
        "fields": row.fields,
    }


def names_in(vault: Vault, template: str, others: Container[str] = ()) -> dict[str, str]:
    """The names in a template, each with the field it means.

    Args:
        vault: Whose fields.
        template: As for `filled`.
        others: Names that stand for themselves.

    Raises:
        UsageError: There is no such field.
    """
    return {name: field_name(vault, name, others) for name in _NAME.findall(template) if name}


def filled(
    template: str, row: Row, names: Mapping[str, str], more: Mapping[str, str] | None = None
) -> str:
    """Fill `{name}` with facts and fields; `{{` and `}}` are braces, anything else is literal.

    Args:
        template: What to fill.
        row: The note.
        names: The field that each name means.
        more: Values that are not the note's own.
    """
    values = {
        name: more[field] if more and field in more else cell(value(row, field))
        for name, field in names.items()
    }
    return _NAME.sub(lambda match: values[match[1]] if match[1] else match[0][0], template)
