"""Key maps: what the hands of vim and Emacs expect, and a person's own keys on top.

A map is a TOML file of action ids and their keys, and names only what differs from the actions'
own. Letters stay as they are wherever they can, so that help, manual and footer read the same.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "default"
FOLDER = Path(__file__).parent


@cache
def keymaps() -> tuple[str, ...]:
    """Return the names of the maps that come with notekeep."""
    return (DEFAULT, *sorted(path.stem for path in FOLDER.glob("*.toml")))


def keymap(name: str, own: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of a map with a person's own over them; an unknown name is the default."""
    if name in {"", DEFAULT} or name not in keymaps():
        return dict(own)
    import tomllib

    map_: dict[str, str] = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    return {**map_, **own}
