"""`serve`: the interface in a browser."""

from __future__ import annotations

import sys

import click

from notekeep.cli import output
from notekeep.cli.context import open_vault, verb_options

PORT = 8765


@click.command(short_help="Show the interface in a browser.")
@click.option("--host", default="localhost", show_default=True, help="Where to listen.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
@verb_options
def serve(host: str, port: int, *, vault: str | None) -> int:
    """Show the interface in a browser, at an address with a key that changes at each start.

    Whoever has the address can read and change the notes, so do not pass it on. Elsewhere than on
    this machine it is seen only with --host, and then unencrypted: put a proxy with TLS before it.
    Needs `pip install 'notekeep[serve]'`. ctrl+c ends it.
    """
    from notekeep.tui.serving import serve_vault

    serve_vault(open_vault(vault).root, host, port, _tell)
    return 0


def _tell(address: str) -> None:
    output.write(address)
    output.note("ctrl+c ends it")
    sys.stdout.flush()
