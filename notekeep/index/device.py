"""The name of this device: each appends to log files of its own, so that git never conflicts.

Machines often have the same host name, so a name that is made ends in a few random characters.
"""

from __future__ import annotations

import os
import re
import unicodedata

from notekeep import kept
from notekeep.errors import Failure, UsageError, remedy

FILE = "device"
LONGEST = 40

_RANDOM = "abcdefghijkmnpqrstuvwxyz23456789"
"""Letters and digits that are not taken for each other."""
_RANDOM_LENGTH = 4
_NAMELESS = frozenset({"", "localhost", "unknown"})


def device_name(state: str) -> str:
    """The name of this device, made from the host's when there is none yet: `laptop-k3f9`.

    Args:
        state: The state folder of the vault.

    Raises:
        Failure: The name cannot be kept; it must not change from one entry to the next.
    """
    try:
        with open(os.path.join(state, FILE), encoding="utf-8") as file:
            name = file.read().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        name = ""
    except OSError as error:
        raise _failure(state, error) from error
    is_plain = name.isascii() and name.replace("-", "").isalnum()
    return name if is_plain else set_device_name(state, name if slug(name) else _new_name())


def set_device_name(state: str, name: str) -> str:
    """Give this device another name; lines it wrote before keep counting.

    Returns:
        The name as it is used in file names.

    Raises:
        UsageError: Nothing of the name can be used.
        Failure: It cannot be kept.
    """
    found = slug(name)
    if not found:
        raise UsageError(f"not a name for a device: {name}", "use letters and digits")
    try:
        kept.make_folder(state)
        kept.write(state, FILE, f"{found}\n".encode("ascii"))
    except OSError as error:
        raise _failure(state, error) from error
    return found


def slug(name: str) -> str:
    """A name as it can stand in a file's name on every system: `mias-laptop`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:LONGEST].strip("-")


def _new_name() -> str:
    """The host's name without its domain, and four random characters."""
    name = os.environ.get("COMPUTERNAME", "") if os.name == "nt" else os.uname().nodename
    host = slug(name.partition(".")[0])[: LONGEST - _RANDOM_LENGTH - 1].strip("-")
    ending = "".join(_RANDOM[byte % len(_RANDOM)] for byte in os.urandom(_RANDOM_LENGTH))
    return f"{'device' if host in _NAMELESS else host}-{ending}"


def _failure(state: str, error: OSError) -> Failure:
    return Failure(
        f"{os.path.join(state, FILE)}: the name of this device cannot be kept: {error.strerror}",
        remedy(error),
    )
