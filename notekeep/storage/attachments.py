"""Find attachments by the target of a link."""

from __future__ import annotations

import os
import re
from functools import cached_property
from urllib.parse import unquote

from notekeep.storage import file_names
from notekeep.storage.scan import NOTE_SUFFIXES


class AttachmentFinder:
    """Finds the attachments of a vault; a `folder` with "./" is relative to the note."""

    def __init__(self, root: str, folder: str) -> None:
        self.root = root
        self.folder = folder

    def find(self, target: str, from_path: str) -> str | None:
        """Return the path of a linked file; raise Refused if the link leads outside the vault.

        The order is: the folder of the note, the vault's root, the attachment folder, and then any
        file with that name, nearest to the note first.
        """
        target = target.strip()
        folder = os.path.dirname(from_path)
        for name in dict.fromkeys((target, unquote(target))):
            if not name or name.startswith("~") or re.match(r"[A-Za-z]:|[\\/]{2}", name):
                raise file_names.outside_error(target)
            plain = name.lstrip("/")
            attached = self.folder
            if attached.split("/")[0] == ".":
                attached = os.path.join(folder, attached)
            candidates = [plain, os.path.join(attached, plain)]
            if not name.startswith("/"):
                candidates.insert(0, os.path.join(folder, name))
            for candidate in candidates:
                if found := self._existing(candidate):
                    return found
            if "/" not in plain and (found := self._by_name(plain, folder)):
                return found
        if target.startswith("/") or os.path.normpath(os.path.join(folder, target)).startswith(
            ".."
        ):
            raise file_names.outside_error(target)
        return None

    def exists(self, path: str) -> bool:
        """Whether a vault path exists."""
        return self._existing(path.lstrip("/")) is not None

    def _existing(self, path: str) -> str | None:
        normal = os.path.normpath(path)
        if normal.startswith(("..", os.sep)):
            return None
        found = os.path.lexists(os.path.join(self.root, normal))
        return normal.replace(os.sep, "/") if found else None

    def _by_name(self, name: str, folder: str) -> str | None:
        below = f"{folder}/" if folder else ""
        found = self._names.get(file_names.name_key(name), [])
        return min(
            found,
            key=lambda path: (not path.startswith(below), path.count("/"), path),
            default=None,
        )

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for base, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if not file_names.is_skipped_folder(name)]
            for name in files:
                if not name.endswith(NOTE_SUFFIXES) and not file_names.is_skipped(name):
                    path = os.path.relpath(os.path.join(base, name), self.root)
                    names.setdefault(file_names.name_key(name), []).append(
                        path.replace(os.sep, "/")
                    )
        return names
