"""Whether a key waits for its answer: what is only nice to have by then goes after it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

LATELY = 0.1
"""Seconds after a key in which what is painted is likely what it asked for."""
PATIENCE = 0.03
"""Seconds after which nothing is held back any more: some keys change nothing that is seen."""


def is_answering(app: App[Any]) -> bool:
    """Tell whether a key was pressed a moment ago; of a program without a `Keyboard`, no."""
    return time.monotonic() - _pressed(app) < LATELY


def is_waited_for(app: App[Any]) -> bool:
    """Tell whether nothing was painted since a key was pressed, a moment ago."""
    return last_paint(app) < _pressed(app) > time.monotonic() - PATIENCE


def note_paint(app: App[Any]) -> None:
    """Note that a screen was painted now."""
    vars(app)["last_paint"] = time.monotonic()


def last_paint(app: App[Any]) -> float:
    """Return when a screen was painted last, as `time.monotonic` says it; 0 is long ago."""
    return getattr(app, "last_paint", 0.0)


def _pressed(app: App[Any]) -> float:
    return getattr(app, "last_key", 0.0)
