"""What is told over the screens for a while, and when it goes before its time.

A toast that lies over the next screen hides what the person went there for, and one that offers
what is done already is wrong. Errors stay in the list of problems until they are seen there.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

READ = 0.3
"""The part of its time after which a toast was read, by somebody who goes on to another screen."""
UNDO = "u undo"
"""What a toast ends with that offers to take back what it tells of."""


def put_away(app: App[None], *, after: float = 0.0, offering: str = "") -> None:
    """Take toasts away: what they tell is on the screen, or over.

    Args:
        app: The program.
        after: Only those of whose time this part is over, from 0 to 1.
        offering: Only those that end with this text.
    """
    now = time.time()
    gone = [
        one
        for one in app._notifications  # noqa: SLF001 - Textual only takes all of them away
        if now - one.raised_at >= after * one.timeout and one.message.endswith(offering)
    ]
    for one in gone:
        app._unnotify(one, refresh=False)  # noqa: SLF001 - see above
    if gone:
        app._refresh_notifications()  # noqa: SLF001 - see above


def put_read_away(app: App[None]) -> None:
    """Take away what was there long enough: another screen comes."""
    put_away(app, after=READ)
