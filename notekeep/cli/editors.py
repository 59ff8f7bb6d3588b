"""`lsp`: the language server that editors start."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import click

from notekeep.cli import output
from notekeep.cli.arguments import verb_options
from notekeep.cli.context import current_context
from notekeep.errors import INSTALL_LSP, Failure


@click.command(short_help="Serve your editor: completion, links, problems.")
@verb_options
def lsp() -> int:
    """Start the language server. Your editor runs this command and ends it.

    It completes links, headings, tags, fields and habits, follows links, lists backlinks, and
    reports problems of open notes. Each note belongs to the vault above it; with --vault, all notes
    belong to that vault. Files outside a vault are ignored.

    Needs `pip install 'notekeep[lsp]'`.
    """
    if find_spec("pygls") is None:
        raise Failure("The packages of the language server are not installed.", INSTALL_LSP)
    from notekeep.editor.server import EditorServer  # slow to import

    if sys.stdin.isatty():
        output.write_message("This server talks to an editor, not to a terminal. ctrl+c stops it.")
    EditorServer(current_context().vault).run()
    return 0
