"""What the first frame does without, and the session does not: imported after it.

A module that is wanted by a key is imported by then, between two looks at the keyboard; one that
is wanted sooner is imported when it is used.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notekeep.tui.app import NotekeepApp

PAUSE = 0.05
"""Seconds between two imports: most take a few milliseconds, and none is in a hurry."""

SOON = (
    "notekeep.tui.widgets.switcher",
    "notekeep.tui.screens.dialogs",
    "notekeep.tui.screens.verbs",
    "notekeep.index.search",
    "notekeep.tui.screens.help",
    "notekeep.tui.commands",
    "notekeep.tui.screens.new_note",
    "notekeep.tui.editing",
    "notekeep.tui.screens.edit",
    "notekeep.tui.screens.today",
    "notekeep.tui.screens.habits",
    "notekeep.tui.screens.publish",
)
"""What keys ask for, likeliest first."""


class Later(ModuleType):
    """A module that is imported when something of it is first used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


def import_soon(app: NotekeepApp) -> None:
    """Import what keys may ask for, one module at a time."""
    left = iter(SOON)

    def step() -> None:
        name = next(left, None)
        if name is None:
            timer.stop()
        else:
            import_module(name)

    timer = app.set_interval(PAUSE, step)
