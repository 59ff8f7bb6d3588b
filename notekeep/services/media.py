"""Pictures and embedded notes, for display."""

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

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")  # Pillow's names
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
"""The file extensions of pictures."""
DOCUMENTS = (".pdf", ".epub", ".txt", ".csv", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp")
SOUNDS = (".mp3", ".m4a", ".ogg", ".wav", ".flac", ".mp4", ".webm", ".mov", ".mkv")
MAX_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 50_000_000
"""Larger pictures are not decoded, because a few kilobytes can expand to gigabytes."""


class VaultPicture(NamedTuple):
    """A picture in the vault, with its size in pixels."""

    path: str
    width: int
    height: int
    mtime_ns: int


class MediaService:
    """Reads notes and pictures for display."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._attachments: tuple[int, AttachmentFinder] | None = None

    def read_from_row(self, row: Row) -> Note:
        """Read a note without parsing its body; title and tags come from the row."""
        try:
            data = self.workspace.read(row.path)
        except TooLarge:
            content = read_content(self.workspace.root, row.path)
            data = content.data if content else b""
        note = read_note(row.path, data, self.workspace.schema, in_body=False)
        note.title, note.tags = row.title, list(row.tags)
        return note

    def picture(self, target: str, from_path: str) -> VaultPicture:
        """Find a linked picture and its size, without decoding it."""
        path = self._files().find(target, from_path)
        if path is None:
            raise NotFound(f"{target}: The file was not found.")
        with self._opened(path) as image:
            return VaultPicture(path, *image.size, os.stat(self._place(path)).st_mtime_ns)

    def pixels(self, path: str, width: int, height: int) -> bytes:
        """Decode and resize a picture; return RGBA bytes, four for each pixel."""
        with self._opened(path) as image:
            try:
                # Decode a JPEG at a fraction of its size, which is ten times as fast.
                image.draft("RGB", (2 * width, 2 * height))
                small = image.convert("RGBA").resize((width, height))
            except (OSError, ValueError, SyntaxError, MemoryError) as error:
                raise Failure(f"{path}: The picture cannot be decoded.") from error
            return small.tobytes()

    def picture_path(self, path: str) -> str:
        """Return the absolute path of a picture, for a viewer."""
        with self._opened(path):
            return self._place(path)

    def document_path(self, path: str) -> str:
        """Return the absolute path of a document, sound or film, for a viewer.

        Raises Refused for other files, because opening them might run a program.
        """
        if not path.lower().endswith(DOCUMENTS + SOUNDS):
            raise Refused(
                f"{path}: This kind of file is not opened, because it might run a program.",
                "Open it in your file manager.",
            )
        return self._place(path, most=None)

    def find_file(self, target: str, from_path: str) -> str | None:
        """Return the vault path of the file that a link in a note leads to, or None."""
        try:
            return self._files().find(target, from_path)
        except Refused:
            return None

    def _files(self) -> AttachmentFinder:
        generation = self.workspace.catalog.generation
        if self._attachments is None or self._attachments[0] != generation:
            folder = self.workspace.settings.attachments
            self._attachments = generation, AttachmentFinder(self.workspace.root, folder)
        return self._attachments[1]

    def _place(self, path: str, *, most: int | None = MAX_BYTES) -> str:
        if any(file_names.is_hidden(part) for part in path.split("/")):
            raise Refused(f"{path}: The file is in a hidden folder.")
        place = file_names.resolve_path(self.workspace.root, path)
        try:
            info = os.stat(place)
        except OSError as error:
            raise NotFound(f"{path}: The file was not found.") from error
        if not stat.S_ISREG(info.st_mode):
            raise Refused(f"{path}: This is not a file.")
        if most is not None and info.st_size > most:
            raise Refused(f"{path}: The file is larger than {most >> 20} MB.")
        return place

    def _opened(self, path: str) -> Image:
        try:
            from PIL import Image, UnidentifiedImageError
        except ImportError as error:
            message = f"{path}: Pictures need the extra notekeep[images]."
            raise Failure(message, INSTALL_IMAGES) from error

        too_large = Refused(
            f"{path}: The picture has over {MAX_PIXELS // 1_000_000} million pixels."
        )
        place = self._place(path)
        try:
            with warnings.catch_warnings():
                # Large pictures are refused below.
                warnings.simplefilter("ignore")
                image = Image.open(place, formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise too_large from error
        except (UnidentifiedImageError, ValueError) as error:
            raise Refused(f"{path}: This is not a supported picture.") from error
        except (OSError, SyntaxError) as error:
            raise Failure(f"{path}: The file cannot be read.") from error
        width, height = image.size
        if not 0 < width * height <= MAX_PIXELS:
            image.close()
            raise too_large
        return image


def picture_error(error: NotekeepError) -> str:
    """Return the reason why a picture is not shown, without its path."""
    return error.message.rpartition(": ")[2]
