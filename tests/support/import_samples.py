"""Read a sample of another program's files as `notekeep import` does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from notekeep.importing.formats import find_formats
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Bookmark, Loss, Page, Work

if TYPE_CHECKING:
    from notekeep.importing.records import Record

SAMPLES = Path(__file__).parents[1] / "importing/samples"


class Read(NamedTuple):
    """What was read of a path."""

    formats: list[str]
    records: list[Record | Loss]

    @property
    def works(self) -> dict[str, Work]:
        return {one.title: one for one in self.records if isinstance(one, Work)}

    @property
    def pages(self) -> dict[str, Page]:
        return {one.title: one for one in self.records if isinstance(one, Page)}

    @property
    def bookmarks(self) -> list[Bookmark]:
        return [one for one in self.records if isinstance(one, Bookmark)]

    @property
    def losses(self) -> list[tuple[str, str]]:
        """What does not come along, and where."""
        return [(one.message, one.place) for one in self.records if isinstance(one, Loss)]


def read(
    path: Path | str,
    format_id: str = "",
    *,
    columns: dict[str, str] | None = None,
    id_column: str = "",
) -> Read:
    with InputFiles(str(SAMPLES / path)) as files:
        files.columns, files.id_column = columns or {}, id_column
        found = find_formats(files, format_id)
        records: list[Record | Loss] = []
        for form, names in found:
            files.detected = names
            records += form.read(files)
    return Read([form.id for form, _ in found], records)
