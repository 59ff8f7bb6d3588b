"""Small files that are kept for the next start, each whole and for its owner alone."""

from __future__ import annotations

import os


def write(folder: str, name: str, data: bytes) -> None:
    """Put a file in the place of the one before; after a power cut it may be the one before.

    Args:
        folder: A folder of notekeep's own, which is there.
        name: The file.
        data: What it holds.

    Raises:
        OSError: It was not written; the one before is still there.
    """
    path = os.path.join(folder, name)
    draft = f"{path}.{os.getpid()}"  # two programs that start together write one each
    with open(draft, "wb", opener=_private) as file:
        file.write(data)
    os.replace(draft, path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
