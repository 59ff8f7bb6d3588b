"""How notes hang together: `links`, `backlinks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import json_option, no_refresh_option, open_vault, verb_options

if TYPE_CHECKING:
    from notekeep.vault import Vault


def _note(vault: str | None, name: tuple[str, ...], *, no_refresh: bool) -> tuple[Vault, str]:
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    return opened, opened.resolve(" ".join(name)).path


@click.command(short_help="What a note links to.")
@click.argument("note", nargs=-1, required=True)
@json_option
@no_refresh_option
@verb_options
def links(note: tuple[str, ...], *, as_json: bool, no_refresh: bool, vault: str | None) -> int:
    """List what NOTE links to, with the line; a broken link has no path."""
    opened, path = _note(vault, note, no_refresh=no_refresh)
    found = opened.links(path)
    if as_json:
        output.write_json({"total": len(found), "links": [link._asdict() for link in found]})
    else:
        output.table(
            [(str(link.line), link.target, link.path or _why(link.state)) for link in found],
            stretch=2,
        )
    return 0 if found else 1


@click.command(short_help="What links to a note.")
@click.argument("note", nargs=-1, required=True)
@json_option
@no_refresh_option
@verb_options
def backlinks(note: tuple[str, ...], *, as_json: bool, no_refresh: bool, vault: str | None) -> int:
    """List the notes that link to NOTE, with the line."""
    opened, path = _note(vault, note, no_refresh=no_refresh)
    found = opened.backlinks(path)
    if as_json:
        output.write_json({"total": len(found), "links": [link._asdict() for link in found]})
    else:
        output.table([(f"{link.source}:{link.line}", link.title) for link in found], stretch=1)
    return 0 if found else 1


def _why(state: str) -> str:
    return {"broken": "no such note", "ambiguous": "could be several notes"}.get(state, state)
