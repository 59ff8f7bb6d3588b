"""Giving a file another name or folder, and never the name of another file.

The bytes are not touched. Links to the file in other notes are the business of who renames it.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from notekeep.errors import Conflict
from notekeep.files import paths, points
from notekeep.files.content import READ_FLAGS, read_stable
from notekeep.files.durable import close
from notekeep.files.folder import Place, locate, unmake_folders
from notekeep.files.newfile import check_free, taken
from notekeep.files.reasons import explained
from notekeep.files.rename import rename_free, rename_over
from notekeep.files.staging import write_temp

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.files.durable import Flush


def rename(
    path: Path | str,
    to: Path | str,
    *,
    root: Path | str,
    made: list[str] | None = None,
    flush: Flush | None = None,
    any_name: bool = False,
) -> None:
    """Rename or move a file; a link is moved itself, not what it leads to.

    Args:
        path: The file, relative to the root, or absolute and inside it.
        to: Its new path; missing folders are made.
        root: The vault or site that must not be left.
        made: When given, gets the folders that were made, relative to the root, outermost first.
        flush: When given, the change is on the disk only after its next wait.
        any_name: Whether the new name may be one that does not travel, as when a file gets back the
            name it had.

    Raises:
        NotFound: The file is not there.
        NameTaken: The new name is taken, or a twin of it is.
        Refused: The new name does not travel, or a path lies outside the root.
        Failure: The system could not do it; the file has its old name.
    """
    with (
        explained(os.fspath(path), "moved"),
        locate(root, path, follow=False) as source,
    ):
        source.stat()
        with locate(root, to, follow=False, make=True) as target:
            try:
                if not any_name:
                    paths.check_travels(target.name)
                _rename(source, target)
            except FileExistsError:
                unmake_folders(root, target.made)
                raise taken(target, target.name) from None
            except BaseException:
                unmake_folders(root, target.made)
                raise
            points.reached("swapped")
            for folder in (target, source):
                if flush is None:
                    folder.sync()
                elif folder.fd is not None:
                    flush.later(folder.fd)
            points.reached("settled")
            if made is not None:
                made += target.made


def _rename(source: Place, target: Place) -> None:
    same_folder = source.folder == target.folder
    check_free(target, but=source.name if same_folder else "")
    if same_folder and _is_same_file(source, target):
        _respell(source, target)
        return
    try:
        rename_free(source.entry(), target.entry())
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _carry(source, target)


def _is_same_file(source: Place, target: Place) -> bool:
    """Tell whether the disk takes both names for one file, as APFS and NTFS do."""
    if source.name == target.name:
        return True
    try:
        return os.path.samestat(source.stat(), target.stat())
    except FileNotFoundError:
        return False


def _respell(source: Place, target: Place) -> None:
    """Change only how a name is spelt, where the disk takes both spellings for one.

    A file system that ignores such a rename is led over a third name. That one is a visible note's,
    so that a power cut in between hides nothing.
    """
    rename_over(source.entry(), target.entry())
    if target.name in target.names():
        return
    stem, dot, suffix = target.name.rpartition(".")
    between = source.entry(f"{stem or suffix} {os.urandom(3).hex()}{dot if stem else ''}{suffix}")
    rename_free(source.entry(), between)
    rename_free(between, target.entry())


def _carry(source: Place, target: Place) -> None:
    """Move a file to another disk inside the root: copy, check, and only then remove."""
    fd = source.open(source.name, READ_FLAGS)
    try:
        data = read_stable(fd, source.shown)
        temp = write_temp(target, data, like=fd)
        try:
            rename_free(target.entry(temp), target.entry())
        except BaseException:
            target.unlink(temp)
            raise
        target.sync()
        if read_stable(fd, source.shown) != data:
            raise Conflict(
                f"'{source.shown}' was changed by another program while it was moved.",
                f"What it held before is in '{target.shown}'. Look at both.",
            )
    finally:
        close(fd)
    source.unlink(source.name)
