"""The text of attached PDF files, which is indexed with the notes that link to them.

A damaged file may hang the reader or fill the memory, so the indexing process starts a process
for each new or changed file (`pdf_text.py`). Files with unchanged size and time are skipped.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep.catalog.pdf_text import run_reader
from notekeep.catalog.records import load_path, store_path
from notekeep.errors import Problem, Refused
from notekeep.storage.attachments import AttachmentFinder
from notekeep.storage.content import READ_FLAGS
from notekeep.storage.file_names import is_hidden, resolve_path

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog
    from notekeep.settings import VaultSettings

_LINKS = (
    "SELECT DISTINCT n.path, l.target FROM links l JOIN notes n ON n.id = l.note"
    " WHERE l.state = 'file' AND l.target LIKE '%.pdf' AND n.role = 'note'"
)


class FileLink(NamedTuple):
    """A link from a note to an attached file, with paths as stored."""

    note: str
    target: str
    path: str


class AttachedTexts:
    """The attached PDF files of a vault, as stored in its catalog."""

    def __init__(self, root: str, settings: VaultSettings, catalog: Catalog) -> None:
        self._root, self._settings, self._catalog = root, settings, catalog

    def is_outdated(self) -> bool:
        """Whether any file must be read or is no longer linked."""
        return self._find() != self._stored()

    def refresh(self) -> bool:
        """Read new and changed files; return whether the text of any note changed."""
        marks, links = found = self._find()
        known, _ = stored = self._stored()
        if found == stored:
            return False
        with self._catalog.writing() as writer:
            writer.set_attached(links)
        for path, mark in sorted(marks.items()):
            if known.get(path) != mark:
                text, problem = self._read(load_path(path))
                # Store one file at a time, so that no work is lost if this process is stopped.
                with self._catalog.writing() as writer:
                    writer.store_attached(path, mark, text, problem)
        return True

    def problems(self) -> list[Problem]:
        """Return the files that could not be read."""
        rows = self._catalog.ask(
            "SELECT path, problem FROM attached WHERE problem <> '' ORDER BY path"
        )
        hint = "Only its name is searched. Replace it with an undamaged copy without a password."
        return [Problem(load_path(path), None, message, hint, "attached") for path, message in rows]

    def _stored(self) -> tuple[dict[str, str], set[FileLink]]:
        links = map(FileLink._make, self._catalog.ask("SELECT note, target, path FROM attached_to"))
        return dict(self._catalog.ask("SELECT path, mark FROM attached")), {*links}

    def _find(self) -> tuple[dict[str, str], set[FileLink]]:
        """Return the size and time of each existing file, and the links to them."""
        finder = AttachmentFinder(self._root, self._settings.attachments)
        marks: dict[str, str] = {}
        links: set[FileLink] = set()
        for note, target in self._catalog.ask(_LINKS) if self._settings.search_pdf else ():
            with suppress(Refused, OSError, ValueError):
                path = finder.find(target, load_path(note))
                if path is None or any(map(is_hidden, path.split("/"))):
                    continue
                info = os.stat(resolve_path(self._root, path))
                if stat.S_ISREG(info.st_mode):
                    stored = store_path(path)
                    marks[stored] = f"{info.st_size} {info.st_mtime_ns}"
                    links.add(FileLink(note, target, stored))
        return marks, links

    def _read(self, path: str) -> tuple[str, str]:
        """Return the text of a file, and the reason if it is missing or incomplete."""
        try:
            place = resolve_path(self._root, path)
            with open(place, "rb", opener=lambda name, _: os.open(name, READ_FLAGS)) as file:
                return run_reader("notekeep.catalog.pdf_text", file)
        except (OSError, Refused) as error:
            reason = error.strerror if isinstance(error, OSError) else error.message
            return "", f"Cannot read the file: {reason}."
