"""The two halves of making a file: writing it under a temporary name, and giving it its own.

The name is given in one step that refuses a name that is taken; two names that differ only in case
or accents count as one, because they are on Windows and macOS.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notekeep.files import paths, points
from notekeep.files.folder import NameTaken, Place, locate, unmake_folders
from notekeep.files.rename import rename_free
from notekeep.files.staging import write_temp

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.files.durable import Flush


@dataclass(slots=True)
class StagedNew:
    """A new file that has no name of its own yet.

    Attributes:
        path: What it will be called, below its root.
        temp: Its temporary name in the same folder.
        made: The folders that were made for it, outermost first.
    """

    path: str
    temp: str
    made: list[str] = field(default_factory=list)


def stage_new(
    root: Path | str,
    path: Path | str,
    data: bytes,
    *,
    flush: Flush | None = None,
    any_name: bool = False,
) -> StagedNew:
    """Write a new file beside the place where it will be, making the folders on the way.

    Args:
        root: The vault or site.
        path: Where, as `folder.locate` takes it.
        data: What it holds.
        flush: When given, it is on the disk only after its next wait.
        any_name: Whether the name may be one that does not travel.

    Raises:
        NameTaken: The name, or a twin of it, is there.
        Refused: The name does not travel or lies outside the root.
        OSError: It could not be written; nothing is left of it.
    """
    with locate(root, path, follow=False, make=True, flush=flush) as place:
        try:
            if not any_name:
                paths.check_travels(place.name)
            check_free(place)
            temp = write_temp(place, data, flush=flush)
        except BaseException:
            unmake_folders(root, place.made)
            raise
        return StagedNew(place.path, temp, place.made)


def place_new(root: Path | str, staged: StagedNew, *, flush: Flush | None = None) -> None:
    """Give a staged file its name.

    Raises:
        NameTaken: It has been taken meanwhile; the staged file is gone.
        OSError: It could not be done; the staged file is gone.
    """
    with locate(root, staged.path, follow=False) as place:
        try:
            check_free(place)
            rename_free(place.entry(staged.temp), place.entry())
        except FileExistsError:
            discard_new(root, staged)
            raise taken(place, place.name) from None
        except BaseException:
            discard_new(root, staged)
            raise
        points.reached("swapped")
        if flush is None:
            place.sync()
        elif place.fd is not None:
            flush.later(place.fd)
        points.reached("settled")


def discard_new(root: Path | str, staged: StagedNew) -> None:
    """Remove a staged file that will get no name, and the folders that were made for it."""
    with suppress(OSError), locate(root, staged.path, follow=False) as place:
        place.unlink(staged.temp)
    unmake_folders(root, staged.made)


def check_free(place: Place, but: str = "") -> None:
    """Refuse a name that is taken in its folder, also by a twin.

    Args:
        place: The name.
        but: A name that does not count, because it is the file that is to be renamed.

    Raises:
        NameTaken: It is taken.
    """
    for twin in paths.twins(place.names(), place.name):
        if twin != but:
            raise taken(place, twin)


def taken(place: Place, twin: str) -> NameTaken:
    """Make the error for a name that is taken, by itself or by a twin."""
    if twin == place.name:
        return NameTaken(f"'{place.shown}' is there already.", "Choose another name.")
    return NameTaken(
        f"'{place.shown}' cannot be made: '{place.beside(twin)}' is there, which is the same name"
        " on Windows and macOS.",
        "Choose another name.",
    )
