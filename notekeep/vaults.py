"""The list of known vaults: which random id belongs to which folder.

The id names a vault's cache and state folders. It is random and kept outside the vault, so that a
copy of a vault never shares a cache, and a vault that was moved is known again by its inode.

The first export also writes it into the vault's settings, as `id` in `.notekeep/config.toml`. From
then on a copy or a clone is the same vault to every site: see `Rooms.identity`.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from notekeep import kept
from notekeep.errors import Failure, remedy

LIST = "vaults.json"


def vault_id(root: str, state: str) -> str:
    """The id of the vault at `root`, made and written down when it is new.

    Args:
        root: The real path of the vault.
        state: The program's state folder.

    Raises:
        Failure: The list cannot be read or written.
    """
    info = os.stat(root)
    place = {"path": root, "device": info.st_dev, "inode": info.st_ino}
    known = _read(state)
    for identity, entry in known.items():
        if entry == place:
            return identity
    for identity, entry in known.items():
        if entry.get("path") == root or _moved(entry, place):
            return _write(state, identity, place)
    return _write(state, os.urandom(8).hex(), place)


def known_vaults(state: str) -> dict[str, str]:
    """Ids and folders of all vaults that were ever opened, those that still exist."""
    return {
        identity: entry["path"]
        for identity, entry in _read(state).items()
        if os.path.isdir(entry.get("path", ""))
    }


def _moved(entry: dict[str, Any], place: dict[str, Any]) -> bool:
    same = (entry.get("device"), entry.get("inode")) == (place["device"], place["inode"])
    return same and not os.path.exists(entry.get("path", ""))


def _read(state: str) -> dict[str, dict[str, Any]]:
    import json

    path = os.path.join(state, LIST)
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Failure(
            f"{path}: the list of vaults cannot be read: {error}",
            "move it away: history of earlier vaults stays in the folders beside it",
        ) from error
    return data if isinstance(data, dict) else {}


def _write(state: str, identity: str, place: dict[str, Any]) -> str:
    """Add one vault to the list, under a lock, and give the id that the list then has."""
    import json

    path = os.path.join(state, LIST)
    try:
        kept.make_folder(state)
        with open(f"{path}.lock", "a", encoding="utf-8", opener=_private) as lock:
            _lock(lock.fileno())
            known = _read(state)
            for other, entry in known.items():
                if entry == place:
                    return other
            known[identity] = place
            data = json.dumps(known, indent=1, sort_keys=True).encode("ascii")
            kept.write(state, LIST, data, durable=True)
    except OSError as error:
        raise Failure(
            f"{path}: cannot be written: {error.strerror}",
            remedy(error),
        ) from error
    return identity


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read: names of vaults say what somebody does."""
    return os.open(path, flags, 0o600)


def _lock(descriptor: int) -> None:
    """Hold an exclusive lock until the file is closed."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
