"""From a folder to a running interface, in the order in which a person sees it.

The catalog opens and the first page is read in a thread while Textual is imported, which takes
longer: neither waits for the other.
"""

from __future__ import annotations

import gc
import logging
import os
import shutil
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notekeep.vault import Rows, Vault

FIRST_ROWS = 200
LOG = "tui.log"


def launch(root: str | None) -> int:
    """Run the interface until the person leaves.

    Args:
        root: The vault's folder, or None when there is no vault yet.

    Returns:
        The exit code.
    """
    # Importing makes a hundred thousand objects that stay: nothing to collect until it is done.
    gc.disable()
    if root is None:
        root = _welcome()
        if root is None:
            return 0
    from notekeep.tui import place, prelude
    from notekeep.vault import Vault

    vault = Vault.open(root)
    left = place.load(vault.places.state)
    screen = left.opens_with(vault.today())
    theme = vault.person.theme or left.theme
    size = shutil.get_terminal_size()
    look = prelude.Look.of(
        vault.today().isoformat(), screen, theme, (size.columns, size.lines), os.environ
    )
    with prelude.painted(vault.places.cache, look):
        first = FirstPage(vault)
        _log_to(vault.places.state)
        from notekeep.tui.app import APPS

        app = APPS[screen](vault, first.rows(), _collect_again)
        app.run()
    vault.tidy()
    if app.next_vault:
        vault.catalog.close()
        return launch(app.next_vault)
    return app.return_code or 0


class FirstPage:
    """The first page of a vault's notes, read in a thread from the moment this is made."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._rows: Rows | None = None
        self._thread = threading.Thread(target=self._read, name="first page", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        from notekeep.errors import NotekeepError
        from notekeep.vault import Rows

        try:
            # Straight from the catalog: all notes by title need no query to be read.
            self._rows = Rows(*self._vault.catalog.rows(limit=FIRST_ROWS))
        except NotekeepError:
            # The interface asks again, and shows what is wrong.
            self._rows = None

    def rows(self) -> Rows | None:
        """Wait for the page; None when it could not be read."""
        self._thread.join()
        return self._rows


def _collect_again() -> None:
    gc.freeze()
    gc.enable()


def _welcome() -> str | None:
    from notekeep.tui.welcome import WelcomeApp

    return WelcomeApp().run()


def _log_to(folder: str) -> None:
    """Send what our code logs to a file: on the terminal it would destroy the screen."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handler = logging.FileHandler(os.path.join(folder, LOG), encoding="utf-8", delay=True)
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("notekeep")
    for before in logger.handlers[:]:
        # That of the vault which was open before this one.
        logger.removeHandler(before)
        before.close()
    logger.addHandler(handler)
    logger.propagate = False
