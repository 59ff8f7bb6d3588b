"""Pictures and embedded notes of a vault, for display."""

from __future__ import annotations

import os
import stat
import warnings
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import INSTALL_IMAGES, Failure, NotekeepError, NotFound, Refused
from notekeep.markdown.note import Note, read_note
from notekeep.storage import file_names
from notekeep.storage.attachments import AttachmentFinder
from notekeep.storage.content import TooLarge, read_content

if TYPE_CHECKING:
    from PIL.Image import Image

    from notekeep.catalog.records import Row
    from notekeep.notes.workspace import Workspace

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")  # the formats that are opened, as Pillow names them
MOST_BYTES = 64 * 1024 * 1024
MOST_PIXELS = 50_000_000
"""A picture with more is not decoded: a file of a few kilobytes can unfold into gigabytes."""


class VaultPicture(NamedTuple):
    """A picture of the vault: its path, its width and height in pixels, when it was changed."""

    path: str
    width: int
    height: int
    mtime_ns: int


class MediaService:
    """Notes and pictures, read only as far as they are shown."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._attachments: tuple[int, AttachmentFinder] | None = None

    def read_known(self, row: Row) -> Note:
        """Read a note with the title and tags that its row has, without its body."""
        try:
            data = self.workspace.read(row.path)
        except TooLarge:
            content = read_content(self.workspace.root, row.path)
            data = content.data if content else b""
        note = read_note(row.path, data, self.workspace.schema, in_body=False)
        note.title, note.tags = row.title, list(row.tags)
        return note

    def picture(self, target: str, from_path: str) -> VaultPicture:
        """Find the picture that a note names by `target`, and its size; it is not decoded."""
        path = self._files().find(target, from_path)
        if path is None:
            raise NotFound(f"{target}: file not found")
        with self._opened(path) as image:
            return VaultPicture(path, *image.size, os.stat(self._place(path)).st_mtime_ns)

    def pixels(self, path: str, width: int, height: int) -> bytes:
        """Decode a picture at a size: four bytes a pixel, red, green, blue and opacity."""
        with self._opened(path) as image:
            try:
                # A JPEG can be decoded at a fraction of its size, which is ten times as fast.
                image.draft("RGB", (2 * width, 2 * height))
                small = image.convert("RGBA").resize((width, height))
            except (OSError, ValueError, SyntaxError, MemoryError) as error:
                raise Failure(f"{path}: cannot decode the picture") from error
            return small.tobytes()

    def picture_place(self, path: str) -> str:
        """Return where a picture is on disk, for another program that shows it."""
        with self._opened(path):
            return self._place(path)

    def _files(self) -> AttachmentFinder:
        generation = self.workspace.catalog.generation
        if self._attachments is None or self._attachments[0] != generation:
            folder = self.workspace.settings.attachments
            self._attachments = generation, AttachmentFinder(self.workspace.root, folder)
        return self._attachments[1]

    def _place(self, path: str) -> str:
        if any(file_names.is_hidden(part) for part in path.split("/")):
            raise Refused(f"{path}: in a hidden folder")
        place = file_names.resolve_path(self.workspace.root, path)
        try:
            info = os.stat(place)
        except OSError as error:
            raise NotFound(f"{path}: file not found") from error
        if not stat.S_ISREG(info.st_mode):
            raise Refused(f"{path}: not a file")
        if info.st_size > MOST_BYTES:
            raise Refused(f"{path}: larger than {MOST_BYTES >> 20} MB")
        return place

    def _opened(self, path: str) -> Image:
        try:
            from PIL import Image, UnidentifiedImageError
        except ImportError as error:
            message = f"{path}: pictures need the extra notekeep[images]"
            raise Failure(message, INSTALL_IMAGES) from error

        too_large = Refused(f"{path}: more than {MOST_PIXELS // 1_000_000} million pixels")
        place = self._place(path)
        try:
            with warnings.catch_warnings():
                # What Pillow warns of is refused here anyway.
                warnings.simplefilter("ignore")
                image = Image.open(place, formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise too_large from error
        except (UnidentifiedImageError, ValueError) as error:
            raise Refused(f"{path}: not a supported picture") from error
        except (OSError, SyntaxError) as error:
            raise Failure(f"{path}: cannot read the file") from error
        width, height = image.size
        if not 0 < width * height <= MOST_PIXELS:
            image.close()
            raise too_large
        return image


def picture_error(error: NotekeepError) -> str:
    """Return in a few words why a picture is not shown."""
    return error.message.rpartition(": ")[2]
