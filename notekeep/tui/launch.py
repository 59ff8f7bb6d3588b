"""Starts the app on a vault: last frame, Textual, log, and finally sync.

Importing this module is fast; `launch` imports Textual.
"""

from __future__ import annotations

import gc
import logging
import os
import shutil
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from notekeep import cache_files
from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean
from notekeep.tui import location
from notekeep.tui.prelude import frame_key, show_last_frame
from notekeep.vault import Vault

if TYPE_CHECKING:
    from textual.pilot import Pilot


LOG = "tui.log"

BY_SIGNAL = 128  # higher exit codes mean a signal, for example from a closed terminal

FRAMES = 120
"""Frames per second. A change is painted with the next frame. At 60 frames, many keys are painted
a full frame late, although drawing the cursor takes only a quarter of a frame."""

ESCAPE_MILLISECONDS = 25
"""A letter within this time after `esc` is alt with that letter; people type more slowly."""


def launch(
    vault: Vault | None,
    *,
    prelude: bool = True,
    auto_pilot: Callable[[Pilot[Any]], Coroutine[Any, Any, None]] | None = None,
) -> int:
    """Run the app on a vault, or the welcome screen if it is None; return the exit code."""
    # Imports create 100,000 permanent objects, so garbage collections would be useless.
    gc.disable()
    if vault is None:
        _set_up_textual()
        from notekeep.tui.screens.welcome import WelcomeApp

        root = WelcomeApp().run()
        if root is None:
            return 0
        vault = _open(root)
    place, today = location.load_place(vault.places.state), vault.today()
    screen = place.screen_to_open(today)
    theme = vault.person.theme or place.theme
    size = shutil.get_terminal_size()
    key = frame_key(today.isoformat(), screen, theme, size, os.environ)
    is_enabled = vault.person.prelude if prelude else False
    with show_last_frame(vault.places.cache, key, is_enabled=is_enabled):
        _set_up_textual()
        _log_to(vault.places.state)
        from notekeep.tui.app import NotekeepApp
        from notekeep.tui.textual_compat import run_app

        app = NotekeepApp(vault, screen)
        run_app(app, auto_pilot=auto_pilot)
    code = app.return_code or 0
    if code > BY_SIGNAL:  # no time to prune and sync
        from notekeep.services.demo import delete_copy

        delete_copy(vault.root)
        return code
    vault.history.prune()
    if vault.person.sync_on_close:
        _sync(vault)
    if app.next_vault:
        vault.catalog.close()
        return launch(_open(app.next_vault), prelude=prelude)
    return code


def _open(root: str) -> Vault:
    from notekeep.services.demo import use_home_of

    use_home_of(root)
    return Vault.open(root)


def _set_up_textual() -> None:
    """Import Textual's constants, which are read once from the environment."""
    settings = {"TEXTUAL_FPS": str(FRAMES), "ESCDELAY": str(ESCAPE_MILLISECONDS)}
    unset = {name: value for name, value in settings.items() if name not in os.environ}
    os.environ.update(unset)
    import textual.constants  # noqa: F401

    for name in unset:
        del os.environ[name]  # so that programs run by the app do not inherit it


def _sync(vault: Vault) -> None:
    """Sync a closed vault and print the result in one line."""
    from notekeep.storage.git import is_set_up

    if not is_set_up(vault.places.state):
        return
    sys.stderr.write("Syncing …\r")
    sys.stderr.flush()
    try:
        result = vault.make_sync().sync()
    except NotekeepError as error:
        text = f"{error.message} {error.hint}"
    else:
        text = f"{result.problem} {result.hint}" if result.problem else f"Synced: {result}"
    sys.stderr.write(f"{clean(text).strip()}\n")


def _log_to(folder: str) -> None:
    """Log to a file, because messages on the terminal would destroy the screen."""
    try:
        cache_files.make_cache_folder(folder)
        handler = logging.FileHandler(os.path.join(folder, LOG), encoding="utf-8", delay=True)
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("notekeep")
    for before in logger.handlers[:]:
        # The handler belongs to the log of the previous vault.
        logger.removeHandler(before)
        before.close()
    logger.addHandler(handler)
    logger.propagate = False
