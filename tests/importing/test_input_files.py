"""Files, folders and archives that are given to an import: listed first, read one at a time."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import NotekeepError, NotFound, Refused
from notekeep.importing.input_files import InputFiles
from notekeep.vault import Vault
from tests.support.import_samples import SAMPLES, read
from tests.support.import_sources import Book, Marked, write_readwise_json

if TYPE_CHECKING:
    from pathlib import Path

SOIL = Book("Soil", "Ann Example", (Marked(1, "Worms do it."),))


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_folder_is_listed_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.txt", ".git/config", ".kobo/KoboReader.sqlite"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    with InputFiles(str(tmp_path)) as files:
        assert files.names == (".kobo/KoboReader.sqlite", "a/c.txt", "b.txt")


def test_an_archive_within_an_archive_is_a_folder_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    inner = zipped(**{"notes/a.md": b"hello"})
    path.write_bytes(zipped(**{"part-1.zip": inner, "index.html": b"x", "__MACOSX/._a": b""}))
    with InputFiles(str(path)) as files:
        assert files.names == ("index.html", "part-1.zip/notes/a.md")
        assert files.read("part-1.zip/notes/a.md") == b"hello"


def test_an_archive_in_a_folder_is_a_folder_too(tmp_path: Path) -> None:
    (tmp_path / "export.zip").write_bytes(zipped(**{"a.md": b"hello"}))
    with InputFiles(str(tmp_path)) as files:
        assert files.names == ("export.zip/a.md",)


def test_a_tar_as_joplin_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "all.jex"
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo("resources/a.png")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"hello"))
    with InputFiles(str(path)) as files:
        assert files.names == ("resources/a.png",)
        with files.open("resources/a.png") as stream:
            assert stream.read() == b"hello"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfna\xc3\xafve", "naïve"),
        ("naïve".encode("utf-16"), "naïve"),
        ("naïve, and more".encode("latin-1"), "naïve, and more"),
        ("it ends within a ï".encode()[:-1], "it ends within a \ufffd"),
    ],
)
def test_text_in_the_encodings_that_programs_write(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with InputFiles(str(tmp_path)) as files:
        assert files.text("a.txt") == text


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file or folder"):
        InputFiles(str(tmp_path / "none.csv"))
    with InputFiles(str(tmp_path)) as files, pytest.raises(NotFound, match=r"no file a\.csv"):
        files.read("a.csv")


class Cancelled(Exception):
    """Somebody pressed the key."""


def test_an_import_can_be_cancelled_while_it_reads(tmp_path: Path) -> None:
    root = tmp_path / "vault"
    (root / ".notekeep").mkdir(parents=True)
    write_readwise_json(tmp_path / "given", [SOIL])
    names: list[str] = []

    def cancel(name: str) -> None:
        names.append(name)
        raise Cancelled

    with pytest.raises(Cancelled):
        Vault.open(root).imports.plan([str(tmp_path / "given")], on_read=cancel)
    assert names == ["export.json"]
    assert [path.name for path in root.rglob("*")] == [".notekeep"]


def test_how_much_of_a_large_file_was_read_is_told_and_can_be_cancelled(tmp_path: Path) -> None:
    with (tmp_path / "Notes.enex").open("wb") as file:
        file.truncate(5 << 20)
    told: list[str] = []

    def report(name: str) -> None:
        told.append(name)
        if name.endswith("3 MB"):
            raise Cancelled

    with InputFiles(str(tmp_path), report) as files, pytest.raises(Cancelled):
        files.read("Notes.enex")
    assert told == ["Notes.enex", *(f"Notes.enex, {size} MB" for size in (1, 2, 3))]


def test_a_note_that_changes_after_the_plan_is_not_overwritten(tmp_path: Path) -> None:
    root = tmp_path / "vault"
    (root / "books").mkdir(parents=True)
    (root / ".notekeep").mkdir()
    note = root / "books/Soil.md"
    note.write_text("---\ntype: book\n---\n# Soil\n", "utf-8")
    vault = Vault.open(root)
    plan = vault.imports.plan([str(write_readwise_json(tmp_path / "given", [SOIL]))])
    note.write_text("---\ntype: book\n---\n# Soil\n\nmine\n", "utf-8")
    with pytest.raises(NotekeepError):
        vault.notes.apply(plan.plan)
    assert note.read_text("utf-8").endswith("mine\n")
    assert not list((root / ".notekeep").rglob("*.log"))


def test_a_file_larger_than_memory_allows_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(21 << 20)
    with InputFiles(str(tmp_path)) as files:
        with pytest.raises(Refused, match="larger than 3 MB"):
            files.text("a.csv")
        with pytest.raises(Refused, match="larger than 16 MB; split it"):
            files.open_text("a.csv")


def test_a_tar_that_is_cut_off_says_so(tmp_path: Path) -> None:
    whole = (SAMPLES / "joplin/garden.jex").read_bytes()
    (tmp_path / "a.jex").write_bytes(whole[:6000])
    with InputFiles(str(tmp_path / "a.jex")) as files:
        assert files.names
        assert [loss.message for loss in files.losses] == [
            "files at the end of an archive that is cut off"
        ]
    with InputFiles(str(SAMPLES / "joplin/garden.jex")) as files:
        assert files.losses == []


def test_a_compressed_tar_as_takeout_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "takeout.tgz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(SAMPLES / "keep", "Takeout/Keep")
    assert len(read(path).pages) == len(read("keep").pages)
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(Refused, match="damaged"):
        InputFiles(str(path))
    path.write_bytes(gzip.compress(bytes(8 << 20)))
    with pytest.raises(Refused, match="too large when unpacked"):
        InputFiles(str(path))
