"""Small files of notekeep's own, outside of every vault, each whole and for its owner alone."""

from __future__ import annotations

import os
from contextlib import suppress


def write(folder: str, name: str, data: bytes, *, durable: bool = False) -> None:
    """Put a file in the place of the one before.

    Args:
        folder: A folder of notekeep's own, which is there.
        name: The file.
        data: What it holds.
        durable: Whether to wait for the disk; else it may be the one before after a power cut.

    Raises:
        OSError: It was not written; the one before is still there.
    """
    path = os.path.join(folder, name)
    draft = f"{path}.{os.getpid()}"  # two programs that start together write one each
    try:
        with open(draft, "wb", opener=_private) as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
