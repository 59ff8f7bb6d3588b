"""Stopped and gone on with: what a shell does with ctrl+z and `fg`, and anybody with a signal.

Textual starts its terminal once more whenever a process goes on. Where nobody told it before, there
are two threads then that read keys, and most of the screen stays empty.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from notekeep.tui.days import Days
from notekeep.tui.jobs import say

if TYPE_CHECKING:
    from collections.abc import Iterator

HAS_JOBS = hasattr(signal, "SIGTSTP")
"""Whether this system can stop a process; Windows cannot."""


class Stopping(Days):
    """An app that leaves the terminal in order when it is stopped, and takes it back in order."""

    _gave_terminal = False
    _went_on = False

    def on_ready(self) -> None:
        if HAS_JOBS and not self.is_headless:
            signal.signal(signal.SIGTSTP, self._be_stopped)
            signal.signal(signal.SIGCONT, self._be_continued)

    def on_unmount(self) -> None:
        if HAS_JOBS and not self.is_headless:
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            signal.signal(signal.SIGCONT, signal.SIG_DFL)

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Give the terminal away for as long as this lasts."""
        self._gave_terminal = True
        try:
            with super().suspend():
                yield
        finally:
            self._gave_terminal = False

    def action_suspend(self) -> None:
        """Stop, with all that was started along with notekeep, until the shell goes on with it."""
        if not HAS_JOBS:
            say(self, "There is no shell here to go to")
            return
        self.editors.keep()
        self._went_on = False
        try:
            with self.suspend():
                # The system itself stops nobody whom no shell could wake again.
                signal.signal(signal.SIGTSTP, signal.SIG_DFL)
                os.killpg(os.getpgrp(), signal.SIGTSTP)
                signal.signal(signal.SIGTSTP, self._be_stopped)
        except SuspendNotSupported:  # no terminal: the message below says so
            pass
        self.look_at_day()
        if not self._went_on:
            say(self, "There is no shell here to go to")

    def _be_stopped(self, *_: object) -> None:
        if self._gave_terminal:
            # An editor that has the terminal was stopped, and takes those along that wait for it.
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            asyncio.get_running_loop().call_soon_threadsafe(self.action_suspend)

    def _be_continued(self, *_: object) -> None:
        self._went_on = True
        if not self._gave_terminal:
            asyncio.get_running_loop().call_soon_threadsafe(self._appear_again)

    def _appear_again(self) -> None:
        """Begin anew with a terminal that somebody else may have used meanwhile."""
        with self.suspend():
            pass
        self.look_at_day()
