"""Key maps: what the hands of vim and Emacs expect, and a person's own keys on top.

A map is a TOML file of action ids and their keys, and names only what differs from the actions'
own. Letters stay as they are wherever they can, so that help, manual and footer read the same.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from notekeep.tui.actions import BY_ID, clashes
from notekeep.tui.actions.spelling import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFAULT = "default"
FOLDER = Path(__file__).parent


@cache
def keymaps() -> tuple[str, ...]:
    """Return the names of the maps that come with notekeep."""
    return (DEFAULT, *sorted(path.stem for path in FOLDER.glob("*.toml")))


def keymap(name: str, own: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of a map with a person's own over them, each key by its one name.

    An unknown map is the default, an unknown key is left out, and an action with no key that is
    known keeps those it had; an empty text takes its keys from an action.

    Args:
        name: The map.
        own: Action ids and the keys they are given, as the person wrote them.
    """
    return {**_map(name), **dict(_read(own))}


def wrong_keys(name: str, own: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a person's keys, one sentence each; see `keymap`."""
    found = []
    if name and name not in keymaps():
        found.append(f"There is no key map {name!r}; known are {', '.join(keymaps())}.")
    for action, keys in own.items():
        found += [f"There is no key {key!r}, which {action} should have." for key in _unknown(keys)]
    return [*found, *clashes(keymap(name, own))]


def _map(name: str) -> dict[str, str]:
    if name in {"", DEFAULT} or name not in keymaps():
        return {}
    import tomllib

    map_: dict[str, str] = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    return map_


def _read(own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for action, keys in own.items():
        known = [key for key in map(key_of, _said(keys)) if key is not None]
        if known or not keys.strip() or action not in BY_ID:
            yield action, ",".join(dict.fromkeys(known))


def _said(keys: str) -> list[str]:
    """Part keys that are written with commas between; a comma alone is a key itself."""
    if keys.strip() == ",":
        return [","]
    return [key for key in keys.split(",") if key.strip()]


def _unknown(keys: str) -> list[str]:
    return [key.strip() for key in _said(keys) if key_of(key) is None]
