"""Files that go with a post: from within the vault only, under names that travel."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import NotekeepError, Refused
from notekeep.export.addresses import name_assets, web_name
from notekeep.export.assets import Attachments

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.source import VaultSource

    Write = Callable[[dict[str, str]], VaultSource]


@pytest.fixture
def attachments(write_vault: Write) -> Attachments:
    source = write_vault(
        {
            "notes/a.md": "a",
            "notes/beside.png": "1",
            "attachments/here.png": "2",
            "deep/down/only.png": "3",
            "notes/twin.png": "4",
            "deep/twin.png": "5",
            "with space (1).png": "6",
            "private/hidden.png": "7",
            ".obsidian/icon.png": "8",
        }
    )
    return Attachments(source)


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("beside.png", "notes/beside.png"),
        ("here.png", "attachments/here.png"),
        ("only.png", "deep/down/only.png"),
        ("Only.PNG", "deep/down/only.png"),
        ("twin.png", "notes/twin.png"),
        ("deep/twin.png", "deep/twin.png"),
        ("../deep/twin.png", "deep/twin.png"),
        ("/deep/twin.png", "deep/twin.png"),
        ("with%20space%20(1).png", "with space (1).png"),
        ("gone.png", None),
        ("icon.png", None),
    ],
)
def test_a_file_is_found_as_obsidian_finds_it(
    attachments: Attachments, target: str, found: str | None
) -> None:
    assert attachments.find(target, "notes/a.md") == found


@pytest.mark.parametrize(
    "target",
    ["../../.ssh/id_rsa", "/etc/passwd", "~/x.png", "C:\\x.png", "\\\\host\\x.png", "//host/x.png"],
)
def test_a_path_out_of_the_vault_is_refused(attachments: Attachments, target: str) -> None:
    with pytest.raises(Refused):
        attachments.find(target, "notes/a.md")


def test_a_link_out_of_the_vault_is_not_read(attachments: Attachments, tmp_path: Path) -> None:
    (tmp_path / "outside.png").write_text("CANARY")
    root = Path(attachments.source.root)
    (root / "link.png").symlink_to(tmp_path / "outside.png")
    (root / "folder").symlink_to(tmp_path)
    for path in ("link.png", "folder/outside.png"):
        with pytest.raises(Refused):
            attachments.read(path)


def test_a_link_into_a_private_folder_is_not_read(attachments: Attachments) -> None:
    root = Path(attachments.source.root)
    (root / "innocent.png").symlink_to(root / "private" / "hidden.png")
    with pytest.raises(Refused, match="private"):
        attachments.read("innocent.png")


@pytest.mark.parametrize("path", ["private/hidden.png", ".obsidian/icon.png", "notes"])
def test_what_may_not_leave_is_not_read(attachments: Attachments, path: str) -> None:
    with pytest.raises(Refused):
        attachments.read(path)


def test_a_pipe_is_no_picture(attachments: Attachments) -> None:
    os.mkfifo(Path(attachments.source.root) / "pipe.png")
    with pytest.raises(Refused, match="regular"):
        attachments.read("pipe.png")


def test_a_missing_file_is_an_error_that_names_it(attachments: Attachments) -> None:
    with pytest.raises(NotekeepError, match=r"gone\.png"):
        attachments.read("gone.png")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("attachments/My Grid (1).PNG", "my-grid-1.png"),
        ("a/100% #1?.jpeg", "100-1.jpeg"),
        ("CON.png", "con-note.png"),
        ("a/Überblick.svg", "uberblick.svg"),
        ("no-suffix", "no-suffix"),
    ],
)
def test_a_file_gets_a_name_that_travels(path: str, name: str) -> None:
    assert web_name(path) == name


def test_files_that_would_share_a_name_all_get_a_hash() -> None:
    names = name_assets(["a/Pic.png", "b/pic.PNG", "c/other.png"])
    assert names["c/other.png"] == "other.png"
    assert names["a/Pic.png"] != names["b/pic.PNG"]
    assert names == name_assets(["c/other.png", "b/pic.PNG", "a/Pic.png"])
