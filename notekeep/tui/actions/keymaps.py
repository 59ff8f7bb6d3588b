"""Key maps: what the hands of vim and Emacs expect, and a person's own keys on top.

A map names only what differs from the actions' own keys. Letters stay as they are wherever they
can, so that help, manual and footer read the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "default"

KEYMAPS: dict[str, dict[str, str]] = {
    DEFAULT: {},
    "vim": {
        "page-up": "pageup,ctrl+u,ctrl+b",
        "page-down": "pagedown,ctrl+d,ctrl+f",
        "edit": "i,e",
        "note-before": "ctrl+t,backspace,alt+left",
        "quit": "Z,ctrl+q",
    },
    "emacs": {
        "line-up": "up,ctrl+p",
        "line-down": "down,ctrl+n",
        "page-up": "pageup,alt+v",
        "page-down": "pagedown,ctrl+v",
        "first-line": "home,alt+less_than_sign",
        "last-line": "end,alt+greater_than_sign",
        "search": "ctrl+s,slash",
        "palette": "alt+x,colon",
        "undo": "u,ctrl+underscore",
        "back": "escape,ctrl+g",
        "clear-search": "escape,ctrl+g",
        "close-switcher": "escape,ctrl+g,ctrl+o",
        "leave-over": "escape,ctrl+g,h,left",
        "dismiss": "escape,ctrl+g",
        "finish": "escape,ctrl+g",
    },
}
"""For each map, by the id of an action, the keys it has, separated by commas."""


def keymap(name: str, own: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of a map with a person's own over them; an unknown name is the default."""
    return {**KEYMAPS.get(name, {}), **own}
