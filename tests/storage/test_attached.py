"""A file that a note names is found where Obsidian finds it, the nearest to the note first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Refused
from notekeep.storage.attachments import AttachmentFinder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def attached(tmp_path: Path) -> AttachmentFinder:
    for path in (
        "books/img/deep/own.png",
        "books-old/own.png",
        "attachments/own.png.txt",
        "far/UPPER.MD",
        "far/only.png",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return AttachmentFinder(str(tmp_path), "attachments")


def test_below_the_notes_folder_comes_before_a_folder_whose_name_begins_alike(
    attached: AttachmentFinder,
) -> None:
    assert attached.find("own.png", "books/b.md") == "books/img/deep/own.png"
    assert attached.find("own.png", "b.md") == "books-old/own.png"


def test_a_note_is_no_attached_file_however_its_suffix_is_written(
    attached: AttachmentFinder,
) -> None:
    assert attached.find("upper.md", "b.md") is None
    assert attached.find("only.png", "b.md") == "far/only.png"


@pytest.mark.parametrize("target", ["../../etc/passwd", "~/x.png", "C:/x.png", "//host/x.png", ""])
def test_what_leads_out_of_the_vault_is_refused(attached: AttachmentFinder, target: str) -> None:
    with pytest.raises(Refused):
        attached.find(target, "books/b.md")
