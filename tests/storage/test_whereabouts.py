"""Folders of our own are told apart by where they lie: here, on another machine, or synced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.storage import filesystem
from notekeep.storage.filesystem import remote_reason

if TYPE_CHECKING:
    from pathlib import Path

MOUNTS = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:5 / /proc rw - proc proc rw
41 22 0:44 / /home/ann/server rw,relatime - nfs4 host:/export rw,vers=4.2
42 22 0:45 / /mnt/My\040Share rw shared:9 - cifs //host/share rw
43 42 8:2 / /mnt/My\040Share/disk rw - ext4 /dev/sdb1 rw
44 22 0:46 / /home/ann/ssh rw master:2 - fuse.sshfs host:/home rw
"""


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS, "utf-8")
    monkeypatch.setattr(filesystem, "MOUNTS", str(mounts))


@pytest.mark.parametrize(
    ("folder", "where"),
    [
        ("/home/ann/.cache/notekeep/0123", ""),
        ("/home/ann/serverside/cache", ""),
        ("/home/ann/server", "on another machine (nfs4)"),
        ("/home/ann/server/.cache/notekeep", "on another machine (nfs4)"),
        ("/mnt/My Share/cache", "on another machine (cifs)"),
        ("/mnt/My Share/disk/cache", ""),
        ("/home/ann/ssh/cache", "on another machine (fuse.sshfs)"),
        ("/home/ann/Dropbox/cache", "in a folder synced by Dropbox"),
        ("/home/ann/Dropbox (Personal)/a/b", "in a folder synced by Dropbox"),
        ("/home/ann/OneDrive - Company/a", "in a folder synced by OneDrive"),
        ("/Users/ann/Library/Mobile Documents/x/a", "in a folder synced by iCloud"),
        ("/Users/ann/Library/CloudStorage/x/a", "in a folder synced by a cloud"),
        ("/home/ann/onedriver/a", ""),
        ("/home/ann/my dropbox notes/a", ""),
    ],
)
def test_a_path_tells_where_it_lies(mounted: None, folder: str, where: str) -> None:
    assert remote_reason(folder) == where


@pytest.mark.parametrize(
    ("place", "remote"),
    [
        ("/home/ann/vault", False),
        ("/home/ann/server/vault", True),
        ("/mnt/My Share/vault", True),
        ("/mnt/My Share/disk/vault", False),
        ("/mnt/My Shared", False),
        ("/home/ann/ssh", True),
    ],
)
def test_a_vault_on_a_disk_of_another_machine_is_looked_at_at_intervals(
    mounted: None, place: str, *, remote: bool
) -> None:
    assert filesystem.is_remote(place) is remote


def test_a_system_without_a_list_of_disks_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesystem, "MOUNTS", str(tmp_path / "none"))
    assert remote_reason("/home/ann/server") == ""
    assert not filesystem.is_remote("/home/ann/server")


def test_syncthing_is_known_by_the_mark_it_leaves(tmp_path: Path) -> None:
    (tmp_path / "synced" / ".stfolder").mkdir(parents=True)
    assert "Syncthing" in remote_reason(str(tmp_path / "synced/deep/cache"))
    assert remote_reason(str(tmp_path / "beside/cache")) == ""


def test_a_link_is_followed_to_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "cache").symlink_to(tmp_path / "Dropbox")
    assert "Dropbox" in remote_reason(str(tmp_path / "cache"))
