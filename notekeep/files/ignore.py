"""What a person keeps out of the vault's lists with `.notekeepignore`, in the syntax of .gitignore.

A file of that name counts for its own folder and everything below it; the deepest one that says
anything about a path wins, as in git. It hides files from the sweep and touches none of them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep.files.paths import is_skipped_folder

if TYPE_CHECKING:
    import pathspec

IGNORE_FILE = ".notekeepignore"


class Rules(NamedTuple):
    """The rules of one ignore file.

    Attributes:
        prefix: The vault path of its folder, with a "/" at the end; "" for the vault itself.
        spec: The patterns, read.
    """

    prefix: str
    spec: pathspec.GitIgnoreSpec


def read_rules(folder: str, prefix: str) -> Rules:
    """Read the ignore file of a folder.

    Args:
        folder: The folder on disk.
        prefix: Its vault path, with a "/" at the end; "" for the vault itself.

    Raises:
        OSError: The file cannot be read.
        ValueError: A line of it is not a pattern.
    """
    import pathspec

    with open(
        os.path.join(folder, IGNORE_FILE), encoding="utf-8", errors="surrogateescape"
    ) as file:
        return Rules(prefix, pathspec.GitIgnoreSpec.from_lines(file.read().splitlines()))


def is_left_out(root: str, path: str) -> bool:
    """Tell whether the sweep leaves out a folder of the vault: hidden ones, and what rules hide.

    Args:
        root: The vault.
        path: The folder's vault path; it need not be there.
    """
    rules: tuple[Rules, ...] = ()
    prefix = ""
    for part in path.split("/"):
        if part == ".":
            return False
        with suppress(OSError, ValueError):
            rules = (*rules, read_rules(os.path.join(root, prefix), prefix))
        if is_skipped_folder(part) or ignores(rules, f"{prefix}{part}", folder=True):
            return True
        prefix += f"{part}/"
    return False


def ignores(rules: tuple[Rules, ...], path: str, *, folder: bool) -> bool:
    """Tell whether rules hide a path.

    Args:
        rules: From the vault's own down to the deepest.
        path: The vault path, below the folders of all the rules.
        folder: Whether it is a folder: what a pattern with a "/" at its end needs to know.
    """
    for rule in reversed(rules):
        verdict = rule.spec.check_file(path[len(rule.prefix) :] + ("/" if folder else "")).include
        if verdict is not None:
            return bool(verdict)
    return False
