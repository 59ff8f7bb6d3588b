"""Files that go with a post: found in the vault, never outside it.

A file leaves only when a post shows or links it. It must be a regular file whose real place is in
the vault, in no hidden and no private folder.
"""

from __future__ import annotations

import os
import stat

from notekeep.errors import NotekeepError, Refused
from notekeep.export.consent import is_withheld
from notekeep.export.source import VaultSource
from notekeep.markdown.frontmatter import read_frontmatter
from notekeep.storage import file_names
from notekeep.storage.attachments import AttachmentFinder

IMAGES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "svg", "avif", "bmp", "ico"})
_LARGEST = 64 * 1024 * 1024


def suffix(name: str) -> str:
    """Return what follows the last dot of a name, in lower case."""
    return os.path.splitext(name)[1][1:].lower()


def is_image(name: str) -> bool:
    """Whether a browser shows a file of this name as a picture."""
    return suffix(name) in IMAGES


class Attachments(AttachmentFinder):
    """The files of a vault that are no notes, as an export takes them along."""

    def __init__(self, source: VaultSource) -> None:
        super().__init__(source.root, source.attachments)
        self.source = source
        self.drawn: dict[str, bytes] = {}
        """Pictures that were drawn for a post, by the paths they would have as files."""
        self.withheld: set[str] = set()  # files of private folders that were asked for

    def read(self, path: str) -> bytes:
        """Read a file that is to leave."""
        if path in self.drawn:
            return self.drawn[path]
        if any(file_names.is_hidden(part) for part in path.split("/")):
            raise Refused(f"{path}: hidden files are never exported")
        place = file_names.resolve_path(self.source.root, path)
        if self.source.private_name(path):
            self.withheld.add(path)
            raise Refused(f"{path}: files of private folders are never exported")
        try:
            info = os.stat(place)
            if not stat.S_ISREG(info.st_mode):
                raise Refused(f"{path}: not a regular file")
            if info.st_size > _LARGEST:
                raise Refused(f"{path}: larger than {_LARGEST >> 20} MB")
            with open(place, "rb") as file:
                data = file.read()
        except OSError as error:
            raise NotekeepError(f"{path}: cannot read the file: {error.strerror}") from error
        if data.startswith((b"---", b"+++")) and is_withheld(read_frontmatter(data).fields):
            raise Refused(f"{path}: it is marked private")
        return data
