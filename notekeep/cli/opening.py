"""What `notekeep` does without a verb: the interface on a terminal, an overview otherwise."""

from __future__ import annotations

import os
import sys

from notekeep.errors import NotFound

NO_VAULT = (
    "notekeep keeps notes, habits and drafts in one folder of Markdown, and there is none yet.\n"
    "`notekeep init DIR` makes a folder a vault, also one that Obsidian made.\n"
    "`notekeep demo` opens a sample vault to look around in."
)


def start(vault: str | None, *, plain: bool = False, prelude: bool = True) -> int:
    """Open a vault the way the place we run in allows.

    Args:
        vault: The vault as given on the command line; None finds it.
        plain: Never the interface.
        prelude: Whether the interface may show its last frame while it starts.

    Returns:
        The exit code; 2 when there is no vault and nobody to ask.
    """
    from notekeep import config

    places = config.Places.of_machine()
    is_terminal = _is_terminal()
    person = config.person_settings(places)
    try:
        root = config.find_vault(vault, os.environ, os.getcwd(), person)
    except NotFound:
        if vault:
            raise
        if is_terminal and not plain:
            return run_interface(None)
        sys.stdout.write(NO_VAULT + "\n")
        return 2
    if is_terminal and not plain:
        return run_interface(root, prelude=prelude)
    from notekeep.cli.today import print_today
    from notekeep.vault import Vault

    opened = Vault.open(root)
    opened.refresh(for_answer=True, words=False)
    print_today(opened)
    return 0


def _is_terminal() -> bool:
    """Whether the interface can be shown: on a terminal, or on a page that `serve` opened."""
    if "TEXTUAL_DRIVER" in os.environ:
        return True
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def run_interface(root: str | None, *, prelude: bool = True) -> int:
    """Start the interface on a vault; None opens it on its welcome."""
    from notekeep.tui import run

    if sys.__stderr__ is not None and not sys.__stderr__.isatty():
        # Textual draws there; errors that go into a file leave the screen to the output.
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]
    return run(root, prelude=prelude)
