"""What is deleted is in the trash, comes back from it, and is gone only when that is emptied."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Failure
from notekeep.storage import trash
from notekeep.storage.content import digest_of
from notekeep.storage.open_folder import NameExists

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.storage.history import History


@pytest.fixture
def vault(vault: Path) -> Path:
    (vault / "books").mkdir()
    (vault / "books" / "b.md").write_bytes(b"b")
    return vault


def delete(history: History, vault: Path, path: str) -> str:
    with history.step("rm", f"rm {path}", root=vault) as step:
        return step.trash(path)


def restore(history: History, vault: Path, path: str) -> str:
    """Bring a file back from the trash to where it was."""
    to = trash.original_path(history, path)
    with history.step("restore", f"restore {to}", root=vault) as step:
        step.move(path, to, any_name=True)
    return to


def test_a_deleted_note_lies_in_the_trash_under_its_path(history: History, vault: Path) -> None:
    assert delete(history, vault, "books/b.md") == ".trash/books/b.md"
    (one,) = trash.list_trash(vault)
    assert (one.path, one.old_path, one.size) == (".trash/books/b.md", "books/b.md", 1)
    assert not (vault / "books/b.md").exists()


def test_a_second_one_of_the_same_path_gets_a_number_and_goes_back_to_its_place(
    history: History, vault: Path
) -> None:
    delete(history, vault, "books/b.md")
    (vault / "books/B.md").write_bytes(b"second")
    assert delete(history, vault, "books/B.md") == ".trash/books/B 2.md"

    assert restore(history, vault, ".trash/books/B 2.md") == "books/B.md"
    assert (vault / "books/B.md").read_bytes() == b"second"
    with pytest.raises(NameExists):
        restore(history, vault, ".trash/books/b.md")


def test_bringing_back_can_be_undone(history: History, vault: Path) -> None:
    delete(history, vault, "books/b.md")
    restore(history, vault, ".trash/books/b.md")
    history.undo(vault)
    assert [one.old_path for one in trash.list_trash(vault)] == ["books/b.md"]
    history.undo(vault)
    assert (vault / "books/b.md").read_bytes() == b"b"


def test_what_obsidian_deleted_can_be_brought_back_too(history: History, vault: Path) -> None:
    (vault / ".trash").mkdir()
    (vault / ".trash" / "theirs.md").write_bytes(b"t")
    assert restore(history, vault, ".trash/theirs.md") == "theirs.md"


def test_emptied_it_is_gone_but_for_its_last_version(history: History, vault: Path) -> None:
    delete(history, vault, "books/b.md")
    outside = vault.parent / "outside"
    outside.mkdir()
    (outside / "mine.md").write_bytes(b"mine")
    (vault / ".trash" / "link").symlink_to(outside)
    (vault / ".trash" / "theirs.md").write_bytes(b"t")

    assert sorted(trash.empty_trash(vault, history)) == [
        ".trash/books/b.md",
        ".trash/link",
        ".trash/theirs.md",
    ]
    assert list((vault / ".trash").iterdir()) == []
    assert (outside / "mine.md").read_bytes() == b"mine"
    assert history.blobs.read(digest_of(b"t")) == b"t"
    assert [one.digest for one in history.versions("theirs.md")] == [digest_of(b"t")]
    history.undo(vault)
    assert (vault / "books/b.md").read_bytes() == b"b"


def test_nothing_is_emptied_of_which_history_could_not_keep_the_last_version(
    history: History, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (vault / ".trash").mkdir()
    (vault / ".trash" / "theirs.md").write_bytes(b"t")

    def full(_data: bytes) -> str:
        raise OSError(errno.ENOSPC, "disk is full")

    monkeypatch.setattr(history.blobs, "store", full)
    with pytest.raises(
        Failure, match=r"'\.trash/theirs\.md' could not be removed: the disk is full"
    ):
        trash.empty_trash(vault, history)
    assert (vault / ".trash" / "theirs.md").read_bytes() == b"t"


def test_a_vault_without_trash_has_nothing_in_it(history: History, vault: Path) -> None:
    assert trash.list_trash(vault) == []
    assert trash.empty_trash(vault, history) == []


def test_links_and_folders_are_deleted_as_what_they_are(history: History, vault: Path) -> None:
    outside = vault.parent / "outside.md"
    outside.write_bytes(b"mine")
    (vault / "link.md").symlink_to(outside)
    assert delete(history, vault, "link.md") == ".trash/link.md"
    assert (vault / ".trash" / "link.md").is_symlink()
    assert outside.read_bytes() == b"mine"
    history.undo(vault)
    assert (vault / "link.md").is_symlink()


def test_unfinished_files_in_the_trash_are_not_listed(history: History, vault: Path) -> None:
    delete(history, vault, "books/b.md")
    (vault / ".trash/.nk-tmp-0123").write_bytes(b"unfinished")
    assert [one.path for one in trash.list_trash(vault)] == [".trash/books/b.md"]


def test_a_move_in_a_site_says_nothing_of_the_trash(
    history: History, vault: Path, tmp_path: Path
) -> None:
    delete(history, vault, "books/b.md")
    (tmp_path / "c.md").write_bytes(b"c")
    with history.step("export", "export", root=tmp_path, in_site=True) as step:
        step.move("c.md", ".trash/books/b.md")
    assert trash.original_path(history, ".trash/books/b.md") == "books/b.md"
    assert trash.original_path(history, ".trash/books/c.md") == "books/c.md"
