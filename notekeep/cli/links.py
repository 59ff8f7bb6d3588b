"""How notes hang together: `links`, `backlinks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from notekeep.cli import offers, output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import (
    dry_run_option,
    json_option,
    limit_option,
    no_refresh_option,
    open_vault,
    verb_options,
)
from notekeep.cli.writing import carry_out

if TYPE_CHECKING:
    from notekeep.vault import Vault


def _note(
    vault: str | None, name: tuple[str, ...], *, no_refresh: bool, words: bool = False
) -> tuple[Vault, str]:
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh, words=words)
    return opened, opened.resolve(" ".join(name)).path


@click.command(short_help="What a note links to.")
@click.argument("note", nargs=-1, required=True, shell_complete=offers.notes)
@limit_option()
@json_option
@no_refresh_option
@verb_options
def links(
    note: tuple[str, ...],
    *,
    limit: int | None,
    as_json: bool,
    no_refresh: bool,
    vault: str | None,
) -> int:
    """List what NOTE links to, with the line; a broken link has no path.

    \b
    notekeep links "Deep Work"
    """
    opened, path = _note(vault, note, no_refresh=no_refresh)
    found = opened.links(path)
    shown = found[:limit]
    if as_json:
        output.write_json({"total": len(found), "links": [link._asdict() for link in shown]})
    else:
        output.table(
            [(str(link.line), link.target, link.path or _why(link.state)) for link in shown],
            stretch=1,
            whole=2,
        )
    return 0 if found else 1


@click.command(short_help="What links to a note.")
@click.argument("note", nargs=-1, required=True, shell_complete=offers.notes)
@click.option("--mentions", is_flag=True, help="Where its name is said without a link.")
@click.option("--link", is_flag=True, help="With --mentions: make links of them, in one step.")
@limit_option()
@dry_run_option
@json_option
@no_refresh_option
@verb_options
def backlinks(
    note: tuple[str, ...],
    *,
    mentions: bool,
    link: bool,
    limit: int | None,
    dry_run: bool,
    as_json: bool,
    no_refresh: bool,
    vault: str | None,
) -> int:
    """List the notes that link to NOTE, with the line.

    \b
    notekeep backlinks "Deep Work"
    """
    opened, path = _note(vault, note, no_refresh=no_refresh, words=mentions)
    if mentions or link:
        return _mentions(opened, path, limit, link=link, dry_run=dry_run, as_json=as_json)
    found = opened.backlinks(path)
    shown = found[:limit]
    if as_json:
        output.write_json({"total": len(found), "links": [link._asdict() for link in shown]})
    else:
        rows = [(f"{link.source}:{link.line}", link.title) for link in shown]
        output.table(rows, stretch=1, whole=0)
    return 0 if found else 1


def _mentions(
    vault: Vault, path: str, limit: int | None, *, link: bool, dry_run: bool, as_json: bool
) -> int:
    found = vault.mentions(path)
    shown = found[:limit]
    if link and found:
        plan = vault.plan.link_mentions(vault.resolve(path), shown)
        return carry_out(vault, plan, dry_run=dry_run, done=str)
    if as_json:
        rows = [
            {"path": one.path, "title": one.title, "line": one.line, "text": one.text}
            for one in shown
        ]
        output.write_json({"total": len(found), "mentions": rows})
    else:
        output.table([(f"{one.path}:{one.line}", one.text) for one in shown], stretch=1, whole=0)
    if not found and not as_json:
        output.note("no note says its name without linking to it")
    return 0 if found else 1


def _why(state: str) -> str:
    return {"broken": "no such note", "ambiguous": "could be several notes"}.get(state, state)
