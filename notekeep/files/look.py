"""What is at a path of a vault now: the questions that undoing and recovering ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.files.content import READ_FLAGS, Digest, digest_of, read_stable
from notekeep.files.durable import close
from notekeep.files.folder import locate

if TYPE_CHECKING:
    from pathlib import Path


def content_at(root: Path | str, path: str) -> tuple[bytes, Digest] | None:
    """Read what a file holds, links followed.

    Returns:
        Its content and digest; None when nothing is there.

    Raises:
        NotekeepError: It is no file, lies outside the root, or keeps changing.
        OSError: It cannot be read.
    """
    try:
        with locate(root, path) as place:
            fd = place.open(place.name, READ_FLAGS)
            try:
                data = read_stable(fd, path)
            finally:
                close(fd)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return data, digest_of(data)


def digest_at(root: Path | str, path: str) -> Digest | None:
    """Name what a file holds; None when nothing is there. Raises as `content_at` does."""
    found = content_at(root, path)
    return found[1] if found else None


def is_there(root: Path | str, path: str) -> bool:
    """Tell whether a path has anything, a dead link too; "" has nothing.

    Raises:
        Refused: The path lies outside the root.
        OSError: It cannot be looked at.
    """
    if not path:
        return False
    try:
        with locate(root, path, follow=False) as place:
            place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
