"""Coming upon notes again: `random`, `onthisday`."""

from __future__ import annotations

import random as chance

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import json_option, no_refresh_option, open_vault, verb_options
from notekeep.cli.ls import as_object, filled, names_in
from notekeep.cli.raw import RawCommand, as_query
from notekeep.dates import parse_day


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
    names = names_in(opened, template or "")
    found = opened.rows(as_query(words)).rows
    row = chance.choice(found) if found else None  # noqa: S311 - nothing depends on it
    if as_json:
        output.write_json({"total": len(found), "row": as_object(row) if row else None})
    elif row is None:
        output.note("no note matches")
    elif template is not None:
        output.write(filled(template, row, names))
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
        output.note(f"nothing from {asked:%d %B} in other years")
    return 0 if found else 1
