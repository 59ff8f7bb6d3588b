"""Archives that nobody should unpack: each is refused whole, and an honest one is read."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Refused
from notekeep.importing import input_files
from notekeep.importing.input_files import InputFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_files, "MAX_FILES", 50)


def read_all(path: Path) -> dict[str, bytes]:
    with InputFiles(str(path)) as files:
        return {name: files.read(name) for name in files.names}


def made(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """An archive with these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def special(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o644) << 16
    return info


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """The same archive with a name that zipfile would not write."""
    assert len(old) == len(new)
    return data.replace(old, new)


def with_a_password() -> bytes:
    data = bytearray(made(("a.csv", b"x")))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    return bytes(data)


def sharing_bytes() -> bytes:
    """Two entries of the directory that both mean the first one's bytes."""
    data = bytearray(made(("a.csv", b"one" * 100), ("b.csv", b"one" * 100)))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def saying_too_little() -> bytes:
    """An entry that holds more than it says."""
    data = bytearray(made(("a.csv", b"x" * 10_000)))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = struct.pack("<I", 10)
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(made(("a.csv", bytes(range(256)) * 40)))
    data[60] ^= 0xFF
    return bytes(data)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "climbs": (lambda: made(("../../evil.csv", b"x")), "outside of it"),
    "climbs in the middle": (lambda: made(("a/../../evil.csv", b"x")), "outside of it"),
    "absolute": (lambda: made(("/etc/evil.csv", b"x")), "outside"),
    "a drive": (lambda: made(("C:/evil.csv", b"x")), "outside"),
    "backslashes": (lambda: renamed(made(("..|evil.csv", b"x")), b"..|", b"..\\"), "character"),
    "a NUL": (lambda: renamed(made(("a|b.csv", b"x")), b"a|b", b"a\0b"), "character"),
    "a link": (lambda: made((special("a.csv", stat.S_IFLNK), b"/etc/passwd")), "link or a device"),
    "a device": (lambda: made((special("a.csv", stat.S_IFCHR), b"")), "link or a device"),
    "a pipe": (lambda: made((special("a.csv", stat.S_IFIFO), b"")), "link or a device"),
    "case twins": (lambda: made(("A.csv", b"1"), ("a.csv", b"2")), "twice"),
    "Unicode twins": (lambda: made(("\u00e9.csv", b"1"), ("e\u0301.csv", b"2")), "twice"),
    "a file and a folder": (lambda: made(("a", b"1"), ("a/", b"")), "twice"),
    "a bomb": (lambda: made(("a.csv", bytes(4 << 20))), "100 times its size"),
    "many files": (lambda: made(*((f"{n}.csv", b"") for n in range(51))), "51 files"),
    "shared bytes": (sharing_bytes, "overlap"),
    "more than it says": (saying_too_little, "damaged"),
    "a password": (with_a_password, "password"),
    "damaged": (damaged, "damaged"),
    "cut off": (lambda: made(("a.csv", b"x" * 500))[:-30], "is truncated"),
    "no archive": (lambda: b"PK\x03\x04" + b"\0" * 100, "not an archive"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_refused_whole(tmp_path: Path, case: str) -> None:
    build, reason = HOSTILE[case]
    path = tmp_path / "export.zip"
    path.write_bytes(build())
    with pytest.raises(Refused, match=reason):
        read_all(path)
    assert [file.name for file in tmp_path.iterdir()] == ["export.zip"]


def test_an_honest_archive_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(made(("Habits.csv", b"1"), ("001 Läufe/", b""), ("001 Läufe/a.csv", b"2")))
    found = read_all(path)
    assert found == {"Habits.csv": b"1", "001 Läufe/a.csv": b"2"}


def test_only_what_is_asked_for_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    data = bytearray(made(("a.csv", b"1"), ("photo.jpg", b"pixels" * 50)))
    start = data.index(b"photo.jpg") + len(b"photo.jpg")
    data[start : start + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    with InputFiles(str(path)) as files:
        assert files.read("a.csv") == b"1"
        with pytest.raises(Refused, match="damaged"):
            files.read("photo.jpg")
