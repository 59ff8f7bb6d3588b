"""Names of notes, and link resolution."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from posixpath import normpath
from typing import Final

FIELD_LINK: Final = re.compile(r"\[\[([^\[\]|#^]+)([^\[\]]*)\]\]")
"""A wiki link in a front matter value: its target, then the rest."""

WEB_ADDRESS: Final = re.compile(
    r"(?:https?|ftp|mailto|file):\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
)
"""A bare web or mail address in text."""


def fold_name(name: str) -> str:
    """Return a name for comparison: NFC-normalized and case-folded."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def note_stem(path: str) -> str:
    """Return the file name of a note without folder and suffix."""
    name = path.rsplit("/", 1)[-1]
    return name[:-3] if name[-3:].lower() == ".md" else name


# Resolving links
#
# The exact path comes first, then file name, title and alias. For an ambiguous name, all notes are
# returned, those nearest to the linking note first.


class Resolver:
    """The names of all notes and other files of a vault; only notes have a title."""

    def __init__(self, notes: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        """Add the path, title and aliases of all notes."""
        self._paths: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        self._titles: dict[str, list[str]] = defaultdict(list)
        self._aliases: dict[str, list[str]] = defaultdict(list)
        for path, title, aliases in notes:
            self.add(path, title, aliases)

    def add(self, path: str, title: str, aliases: Sequence[str]) -> None:
        """Add a note."""
        self._paths[fold_name(path)].append(path)
        self._names[fold_name(path.rsplit("/", 1)[-1])].append(path)
        if title:
            self._titles[fold_name(title)].append(path)
        for alias in aliases:
            self._aliases[fold_name(alias)].append(path)

    def resolve(self, target: str, from_path: str = "") -> list[str]:
        """Return the possible notes for a target, best first; empty for a broken link.

        The target is a path or a name, with or without ".md", without fragment. "./" and "../"
        start at `from_path`; an empty target is that note.
        """
        if not target:
            return [from_path] if fold_name(from_path) in self._paths else []
        folded = fold_name(target.replace("\\", "/"))
        folder = fold_name(from_path.rpartition("/")[0])
        if folded.startswith("/"):
            found = self._at(folded[1:])
        elif folded.startswith(("./", "../")):
            found = self._at(f"{folder}/{folded}")
        else:
            found = (
                self._at(folded)
                or (self._at(f"{folder}/{folded}") if "/" in folded or ".md" in folded else [])
                or self._named(folded)
                or self._titles.get(folded, [])
                or self._aliases.get(folded, [])
            )
        if len(found) < 2:
            return list(found)
        return sorted(set(found), key=lambda path: (_distance(path, from_path), path))

    def _at(self, place: str) -> list[str]:
        """Return the files at a path from the vault's root."""
        path = normpath(place.lstrip("/"))
        return self._paths.get(path) or self._paths.get(f"{path}.md") or []

    def _named(self, folded: str) -> list[str]:
        """Return the files with a name; `folder/Note` matches the end of a path, as in Obsidian."""
        name = folded.rsplit("/", 1)[-1]
        found = self._names.get(name, []) + self._names.get(f"{name}.md", [])
        if "/" not in folded:
            return found
        ends = (f"/{folded}", f"/{folded}.md")
        return [path for path in found if f"/{fold_name(path)}".endswith(ends)]


def _distance(path: str, other: str) -> int:
    one, two = path.split("/")[:-1], other.split("/")[:-1]
    shared = 0
    for left, right in zip(one, two, strict=False):
        if fold_name(left) != fold_name(right):
            break
        shared += 1
    return len(one) + len(two) - 2 * shared
