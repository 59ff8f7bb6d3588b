"""The attachments of a post.

Only files that a post shows or links to are exported. Each must be a regular file whose real path
is in the vault, but not in a hidden or private folder.
"""

from __future__ import annotations

import os
import stat

from notekeep.errors import NotekeepError, Refused
from notekeep.export.privacy.consent import is_withheld
from notekeep.export.source import VaultSource
from notekeep.markdown.fields.frontmatter import read_frontmatter
from notekeep.storage import file_names
from notekeep.storage.attachments import AttachmentFinder

IMAGES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "svg", "avif", "bmp", "ico"})
_MAX_SIZE = 64 * 1024 * 1024


def suffix(name: str) -> str:
    """Return the file extension in lower case, without the dot."""
    return os.path.splitext(name)[1][1:].lower()


def is_image(name: str) -> bool:
    """Whether browsers show a file with this name as a picture."""
    return suffix(name) in IMAGES


class Attachments(AttachmentFinder):
    """The attachments of a vault, for an export."""

    def __init__(self, source: VaultSource) -> None:
        super().__init__(source.root, source.attachments)
        self.source = source
        self.pictures: dict[str, bytes] = {}
        """Generated pictures, by vault paths that no file has."""
        self.withheld: set[str] = set()  # requested files in private folders

    def read(self, path: str) -> bytes:
        """Read a file for export. Refuse a file that may not be exported."""
        if path in self.pictures:
            return self.pictures[path]
        if any(file_names.is_hidden(part) for part in path.split("/")):
            raise Refused(f"{path}: Hidden files are never exported.")
        if self.source.private_name(path):
            self.withheld.add(path)
            raise Refused(f"{path}: Files in private folders are never exported.")
        data = self.content(path)
        if data.startswith((b"---", b"+++")) and is_withheld(read_frontmatter(data).fields):
            raise Refused(f"{path}: The file is marked private.")
        return data

    def content(self, path: str) -> bytes:
        """Read a file of any type, up to the size limit."""
        place = file_names.resolve_path(self.source.root, path)
        try:
            info = os.stat(place)
            if not stat.S_ISREG(info.st_mode):
                raise Refused(f"{path}: This is not a regular file.")
            if info.st_size > _MAX_SIZE:
                raise Refused(f"{path}: The file is larger than {_MAX_SIZE >> 20} MB.")
            with open(place, "rb") as file:
                data = file.read()
        except OSError as error:
            raise NotekeepError(f"{path}: Cannot read the file: {error.strerror}.") from error
        return data
