"""ls, saved, random, onthisday."""

from __future__ import annotations

import random as chance
import re
from typing import TYPE_CHECKING, Any

import click

from notekeep.catalog.columns import COLUMNS, column_value
from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import RawCommand, join_query
from notekeep.cli.confirmation import apply_plan
from notekeep.cli.options import (
    dry_run_option,
    json_option,
    limit_option,
    no_refresh_option,
    open_vault,
    refresh_first,
    verb_options,
)
from notekeep.dates import parse_day
from notekeep.errors import NotekeepError, NotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from click.shell_completion import CompletionItem

    from notekeep.catalog.records import Row
    from notekeep.vault import Vault


# `ls`: the notes that match a query, in order, with the columns one asks for.


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
    query = join_query(words) + (f" sort:{sort}" if sort else "")
    query = query.strip()
    if by is not None:
        return _count(opened, query, by, limit, as_json=as_json)
    columns = [canonical_field(opened, name) for name in cols.split(",")] if cols else PLAIN_COLUMNS
    names = template_fields(opened, template or "")
    found = opened.rows(query, limit=limit)
    if as_json:
        output.write_json({"total": found.total, "rows": [row_object(row) for row in found.rows]})
    elif null:
        output.write_null(row.path for row in found.rows)
    elif template is not None:
        for row in found.rows:
            output.write(fill_template(template, row, names))
    else:
        output.table(
            [[cell_text(column_value(row, name)) for name in columns] for row in found.rows]
        )
    if not found.total and not as_json:
        output.write_message("no note matches" if query or no_refresh else NO_NOTE)
    return 0 if found.total else 1


def _count(vault: Vault, query: str, by: str, limit: int | None, *, as_json: bool) -> int:
    """Write how many notes have each value of a field."""
    from notekeep.catalog.queries import FOLDER, TAG, YEAR, count_by

    field = {"kind": "type", "tags": TAG}.get(by, by)
    name = canonical_field(vault, field, ("type", FOLDER, TAG, YEAR))
    rows = vault.rows(query).rows
    counts = count_by(rows, name)
    shown = list(counts.items())[:limit]
    if as_json:
        listed = [{"value": text, "notes": count} for text, count in shown]
        output.write_json({"by": name, "total": len(counts), "counts": listed})
    else:
        output.table([(str(count), text) for text, count in shown], stretch=1)
    if not counts and not as_json:
        output.write_message(f"no note has {by}" if rows else "no note matches")
    return 0 if counts else 1


def canonical_field(vault: Vault, name: str, others: Container[str] = ()) -> str:
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
    canonical = field.name if field is not None else name
    if canonical in COLUMNS and COLUMNS[canonical].read is None:
        raise UsageError(f"notes have no column {name}", "`notekeep tasks` lists the tasks")
    if field is not None or name in COLUMNS:
        return canonical
    near = known.nearest_field(name)
    hint = f"did you mean {near!r}?" if near else "`notekeep fields` lists them"
    raise UsageError(f"there is no field {name!r}", hint)


def cell_text(value: Any) -> str:
    """A value as text in a column."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(cell_text, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def row_object(row: Row) -> dict[str, Any]:
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


def template_fields(vault: Vault, template: str, others: Container[str] = ()) -> dict[str, str]:
    """The names in a template, each with the field it means.

    Args:
        vault: Whose fields.
        template: As for `fill_template`.
        others: Names that stand for themselves.

    Raises:
        UsageError: There is no such field.
    """
    return {name: canonical_field(vault, name, others) for name in _NAME.findall(template) if name}


def fill_template(
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
        name: more[field] if more and field in more else cell_text(column_value(row, field))
        for name, field in names.items()
    }
    return _NAME.sub(lambda match: values[match[1]] if match[1] else match[0][0], template)


# `saved`: queries kept by name.


class AddSavedCommand(RawCommand):
    """`saved add` takes its query raw."""

    words_metavar = "NAME QUERY..."


class SavedGroup(click.Group):
    """`saved` alone lists; any other first word that is no command is the name of a query."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let a name stand where a command could."""
        first = next((word for word in args if not word.startswith("-")), None)
        if first is not None and first not in self.commands:
            return super().parse_args(ctx, ["run", *args])
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The saved queries that begin so, and the commands: what stands first may be either."""
        from click.shell_completion import CompletionItem

        names = map(CompletionItem, shell_completion.complete_saved_query(ctx, None, incomplete))
        return [*names, *super().shell_complete(ctx, incomplete)]


@click.group(
    cls=SavedGroup,
    invoke_without_command=True,
    short_help="Queries kept by name.",
    subcommand_metavar="[NAME | add | rm]",
)
@json_option
@no_refresh_option
@verb_options
@click.pass_context
def saved(ctx: click.Context, *, as_json: bool, no_refresh: bool, vault: str | None) -> int:
    """List the saved queries with how many notes each finds, or the notes that one finds.

    \b
    notekeep saved add to-read 'type:book status:to-read'
    notekeep saved to-read
    """
    if ctx.invoked_subcommand is not None:
        ctx.obj = ctx.obj._replace(vault=vault or ctx.obj.vault)
        return 0
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    rows: list[tuple[str, str, str]] = []
    for name, query in opened.saved.items():
        try:
            count = str(opened.rows(query, limit=1).total)
        except NotekeepError as error:
            count = "?"
            output.write_message(f"{name}: {error.message}")
        rows.append((count, name, query))
    if as_json:
        found = [
            {"name": name, "query": query, "notes": int(count) if count != "?" else None}
            for count, name, query in rows
        ]
        output.write_json({"total": len(found), "saved": found})
    else:
        output.table(rows, stretch=2)
    if not rows and not as_json:
        output.write_message("no query is saved; `notekeep saved add NAME QUERY` keeps one")
    return 0 if rows else 1


@saved.command("run", hidden=True)
@click.argument(
    "name", nargs=-1, required=True, shell_complete=shell_completion.complete_saved_query
)
@click.option("--null", is_flag=True, help="Paths only, with a NUL after each, for xargs -0.")
@json_option
@no_refresh_option
@verb_options
def run(
    name: tuple[str, ...], *, null: bool, as_json: bool, no_refresh: bool, vault: str | None
) -> int:
    """List the notes that the saved query NAME finds."""
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    asked = " ".join(name)
    query = opened.saved.get(asked)
    if query is None:
        raise NotFound(f"there is no saved query {asked!r}", "`notekeep saved` lists them")
    found = opened.rows(query)
    if as_json:
        rows = [row_object(row) for row in found.rows]
        output.write_json({"query": query, "total": found.total, "rows": rows})
    elif null:
        output.write_null(row.path for row in found.rows)
    else:
        output.table([(row.title, row.kind, row.path) for row in found.rows])
    return 0 if found.total else 1


@saved.command("add", cls=AddSavedCommand, short_help="Keep a query under a name.")
@dry_run_option
@verb_options
def add(words: tuple[str, ...], *, dry_run: bool, vault: str | None) -> int:
    """Keep QUERY under NAME; one of that name is replaced."""
    opened = open_vault(vault)
    query = join_query(words[1:])
    if not words or not query.strip():
        raise UsageError("which query, under which name?", "notekeep saved add NAME QUERY")
    refresh_first(opened)
    opened.query(query)
    plan = opened.plan.save_query(words[0], query)
    return apply_plan(opened, plan, dry_run=dry_run, done=lambda _path: f"saved {words[0]}")


@saved.command("rm", short_help="Forget a saved query.")
@click.argument(
    "name", nargs=-1, required=True, shell_complete=shell_completion.complete_saved_query
)
@dry_run_option
@verb_options
def rm(name: tuple[str, ...], *, dry_run: bool, vault: str | None) -> int:
    """Forget the query NAME; the notes stay as they are."""
    opened = open_vault(vault)
    plan = opened.plan.save_query(" ".join(name), "")
    return apply_plan(opened, plan, dry_run=dry_run, done=lambda _path: f"forgot {' '.join(name)}")


# Coming upon notes again: `random`, `onthisday`.


class RandomCommand(RawCommand):
    """`random` takes its query raw."""

    words_metavar = "[QUERY...]"


@click.command(cls=RandomCommand, short_help="A note by chance.")
@click.option("--format", "template", metavar="TEXT", help="A line for it, e.g. '{path} {title}'.")
@json_option
@no_refresh_option
@verb_options
def random(
    words: tuple[str, ...],
    *,
    template: str | None,
    as_json: bool,
    no_refresh: bool,
    vault: str | None,
) -> int:
    """Name a note by chance, of those that QUERY finds when there is one.

    \b
    notekeep show "$(notekeep random type:book --format '{path}')"
    """
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    names = template_fields(opened, template or "")
    found = opened.rows(join_query(words)).rows
    row = chance.choice(found) if found else None  # noqa: S311 - nothing depends on it
    if as_json:
        output.write_json({"total": len(found), "row": row_object(row) if row else None})
    elif row is None:
        output.write_message("no note matches")
    elif template is not None:
        output.write(fill_template(template, row, names))
    else:
        output.write_styled([(row.title, "bold"), ("  ", ""), (row.path, "dim")])
    return 0 if row else 1


@click.command(short_help="Notes of this day in other years.")
@click.argument("day", nargs=-1)
@click.option("--null", is_flag=True, help="Paths only, with a NUL after each, for xargs -0.")
@json_option
@no_refresh_option
@verb_options
def onthisday(
    day: tuple[str, ...], *, null: bool, as_json: bool, no_refresh: bool, vault: str | None
) -> int:
    """List the notes created, finished, listened to or started on DAY in earlier years.

    DAY is today when it is not given; it is written as for habits: yesterday, mon, 11-03.
    """
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    asked = parse_day(" ".join(day), opened.today()) if day else opened.today()
    found = opened.on_this_day(asked)
    if as_json:
        rows = [
            {"year": one.year, "field": one.field, "path": one.row.path, "title": one.row.title}
            for one in found
        ]
        output.write_json({"day": asked.isoformat(), "total": len(rows), "notes": rows})
    elif null:
        output.write_null(dict.fromkeys(one.row.path for one in found))
    else:
        output.table(
            [(str(one.year), one.field, one.row.title, one.row.path) for one in found], stretch=2
        )
    if not found and not as_json:
        output.write_message(f"nothing from {asked:%d %B} in other years")
    return 0 if found else 1
