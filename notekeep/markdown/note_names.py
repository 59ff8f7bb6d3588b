"""What a note is called, and which note a name in a link means."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from posixpath import normpath
from typing import Final

FIELD_LINK: Final = re.compile(r"\[\[([^\[\]|#^]+)([^\[\]]*)\]\]")
"""A wiki link in a value of front matter: its target, then what follows that."""


def fold_name(name: str) -> str:
    """Return a name as it is compared: NFC, case-folded."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def note_stem(path: str) -> str:
    """Return what a note's file is called without folder and suffix, however that is spelt."""
    name = path.rsplit("/", 1)[-1]
    return name[:-3] if name[-3:].lower() == ".md" else name


# Which note a link means.
#
# Exact path first, then file name, then title, then alias; among several, the one nearest to the
# note that links. Names compare under NFC and case-folded. Nothing is guessed: what could mean
# several notes gives them all, best first, for the caller to list.


class Resolver:
    """The names of a vault's notes and files; a file that is no note has an empty title."""

    def __init__(self, notes: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        """Take in (path, title, aliases) of every note."""
        self._paths: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        self._titles: dict[str, list[str]] = defaultdict(list)
        self._aliases: dict[str, list[str]] = defaultdict(list)
        for path, title, aliases in notes:
            self.add(path, title, aliases)

    def add(self, path: str, title: str, aliases: Sequence[str]) -> None:
        """Take in one note more."""
        self._paths[fold_name(path)].append(path)
        self._names[fold_name(path.rsplit("/", 1)[-1])].append(path)
        if title:
            self._titles[fold_name(title)].append(path)
        for alias in aliases:
            self._aliases[fold_name(alias)].append(path)

    def resolve(self, target: str, from_path: str = "") -> list[str]:
        """Return the notes that a target may mean, best first; empty for a broken link.

        The target is a path or a name, with or without ".md", without fragment. "./" and "../"
        start at `from_path`, and an empty target is that note.
        """
        if not target:
            return [from_path] if fold_name(from_path) in self._paths else []
        wanted = fold_name(target.replace("\\", "/"))
        folder = fold_name(from_path.rpartition("/")[0])
        if wanted.startswith("/"):
            found = self._at(wanted[1:])
        elif wanted.startswith(("./", "../")):
            found = self._at(f"{folder}/{wanted}")
        else:
            found = (
                self._at(wanted)
                or (self._at(f"{folder}/{wanted}") if "/" in wanted or ".md" in wanted else [])
                or self._named(wanted)
                or self._titles.get(wanted, [])
                or self._aliases.get(wanted, [])
            )
        if len(found) < 2:
            return list(found)
        return sorted(set(found), key=lambda path: (_distance(path, from_path), path))

    def _at(self, place: str) -> list[str]:
        """The files at a path from the vault's root; none where it leads out of the vault."""
        path = normpath(place.lstrip("/"))
        return self._paths.get(path) or self._paths.get(f"{path}.md") or []

    def _named(self, wanted: str) -> list[str]:
        """The files of a name; `folder/Note` is the end of a path, as Obsidian shortens one."""
        name = wanted.rsplit("/", 1)[-1]
        found = self._names.get(name, []) + self._names.get(f"{name}.md", [])
        if "/" not in wanted:
            return found
        ends = (f"/{wanted}", f"/{wanted}.md")
        return [path for path in found if f"/{fold_name(path)}".endswith(ends)]


def _distance(path: str, other: str) -> int:
    """How many steps lead from the folder of one path to that of another."""
    one, two = path.split("/")[:-1], other.split("/")[:-1]
    shared = 0
    for left, right in zip(one, two, strict=False):
        if fold_name(left) != fold_name(right):
            break
        shared += 1
    return len(one) + len(two) - 2 * shared
