"""How far indexing is, on a terminal; and indexing that gives way to other programs."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from notekeep.errors import NotekeepError
from notekeep.index import background
from notekeep.index.pace import Pace

if TYPE_CHECKING:
    from notekeep.vault import Vault

NICENESS = 10

STOPPED = 130


class Progress:
    """A line on stderr: how many notes are done, how fast, and how long it may take."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._width = shutil.get_terminal_size().columns

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` notes of `total` are indexed."""
        text = f"indexing {self._pace.said(done, total)}"
        sys.stderr.write("\r" + text.ljust(self._width - 1)[: self._width - 1])
        sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        sys.stderr.write("\r" + " " * (self._width - 1) + "\r")
        sys.stderr.flush()


def give_way(
    vault: Vault, *, tell: bool, full: bool = False, verify: bool = False, forget: bool = False
) -> int:
    """Take in what changed, with low priority, and merge what saves left behind.

    When another process is at it: wait for it if somebody follows this one, else leave it to it.

    Args:
        vault: The vault.
        tell: Whether somebody follows: notes done and to do go to stdout, a line each.
        full: Build everything anew.
        verify: Read every file.
        forget: It is meant that many notes are gone.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # As an exception, so that processes and files that belong to this one go with it.
    signal.signal(signal.SIGTERM, _stop)
    with background.turn(vault.places.cache, wait=tell) as ours:
        if not ours:
            return 0
        vault.refresh(
            full=full, verify=verify, forget_missing=forget, progress=_told if tell else None
        )
        try:
            vault.words.merge()
        except NotekeepError:
            return 0  # another is writing: the next quiet moment comes
        vault.tidy()
    return 0


def _told(done: int, total: int) -> None:
    sys.stdout.write(f"{done} {total}\n")
    sys.stdout.flush()


def _stop(_signal: int, _frame: object) -> NoReturn:
    sys.exit(STOPPED)
