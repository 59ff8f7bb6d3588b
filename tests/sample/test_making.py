"""The scripts that made the sample vault's log and pictures make the same ones again."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PIL import ExifTags, Image, ImageChops, ImageStat

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

WITH_A_PLACE = "two-hours.jpg"


@pytest.fixture(scope="module")
def drawn(vault: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    run(vault / ".make" / "pictures.py", folder)
    return folder


def run(script: Path, folder: Path) -> None:
    subprocess.run([sys.executable, str(script), str(folder)], check=True)


def test_the_log_comes_out_the_same_to_the_byte(vault: Path, tmp_path: Path) -> None:
    run(vault / ".make" / "habit_log.py", tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in (vault / "habits" / "log").iterdir()}


def test_the_pictures_come_out_the_same_to_the_eye(vault: Path, drawn: Path) -> None:
    # Not to the byte: how letters are smoothed and files are packed depends on Pillow's libraries.
    committed = vault / "attachments"
    assert {path.name for path in drawn.iterdir()} == {path.name for path in committed.iterdir()}
    for path in committed.iterdir():
        with Image.open(path) as here, Image.open(drawn / path.name) as there:
            assert here.size == there.size
            between = ImageChops.difference(here.convert("RGB"), there.convert("RGB"))
            assert max(ImageStat.Stat(between).mean) < 3, path.name


def test_the_pictures_are_small(vault: Path) -> None:
    assert sum(path.stat().st_size for path in (vault / "attachments").iterdir()) < 200_000


def test_one_picture_says_where_it_was_taken_so_that_an_export_can_forget_it(vault: Path) -> None:
    with Image.open(vault / "attachments" / WITH_A_PLACE) as picture:
        place = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    assert place[ExifTags.GPS.GPSLatitudeRef] == "N"


def test_one_picture_has_a_name_that_cannot_stand_in_an_address(vault: Path) -> None:
    assert (vault / "attachments" / "My Grid (1).png").is_file()
