"""What the folder of an index says of itself, without Whoosh."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from notekeep.search.index_folder import CommitStamp, IndexFolder
from notekeep.search.whoosh_index import WhooshIndex

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_asking_how_far_an_index_is_imports_no_whoosh(
    indexed: Callable[..., WhooshIndex],
) -> None:
    folder = indexed("lever").folder
    code = (
        "import sys; from pathlib import Path;"
        "from notekeep.search.whoosh_index import WhooshIndex;"
        "from notekeep.catalog.documents import WordDoc;"
        "words = WhooshIndex(Path(sys.argv[1])); print(words.generation, words.count);"
        "print({'whoosh', 'rapidfuzz', 'sqlite3'} & {*sys.modules})"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, folder], capture_output=True, text=True, check=True
    )
    assert told.stdout == "1 1\nset()\n"


def test_a_commit_counts_only_when_its_table_of_contents_is_there(tmp_path: Path) -> None:
    folder = IndexFolder(tmp_path / "words")
    folder.create("en")
    assert folder.newest_commit() is None
    assert folder.read_stamp() is None
    folder.write_stamp(1, CommitStamp(5, 10))
    assert folder.read_stamp() is None
    (folder.path / "_MAIN_1.toc").touch()
    assert folder.read_stamp() == CommitStamp(5, 10)
    folder.write_stamp(2, CommitStamp(6, 11, ("de",)))
    assert folder.read_stamp() == CommitStamp(5, 10)
    (folder.path / "_MAIN_2.toc").touch()
    assert folder.read_stamp() == CommitStamp(6, 11, ("de",))


def test_the_newest_table_of_contents_is_told_whatever_was_seen_before(tmp_path: Path) -> None:
    folder, other = IndexFolder(tmp_path / "words"), IndexFolder(tmp_path / "words")
    folder.create("en")

    def commit(number: int, *gone: int) -> None:
        (folder.path / f"_MAIN_{number}.toc").touch()
        for old in gone:
            (folder.path / f"_MAIN_{old}.toc").unlink()

    commit(4)
    assert folder.newest_commit() == other.newest_commit() == 4
    commit(5)
    assert folder.newest_commit() == 5
    commit(6, 4, 5)
    assert folder.newest_commit() == other.newest_commit() == 6
    folder.create("en")
    assert folder.newest_commit() is None
    commit(1)
    assert folder.newest_commit() == other.newest_commit() == 1


@pytest.mark.parametrize("said", ["", "{", "[]", '{"generation": "x"}', '{"generation": 1}'])
def test_a_damaged_note_of_what_was_reached_means_unusable(tmp_path: Path, said: str) -> None:
    folder = IndexFolder(tmp_path / "words")
    folder.create("en")
    (folder.path / "_MAIN_1.toc").touch()
    (folder.path / "reached-1").write_text(said, "utf-8")
    assert folder.read_stamp() is None


def test_an_index_that_others_may_write_into_is_not_opened(
    indexed: Callable[..., WhooshIndex],
) -> None:
    words = indexed("lever")
    words.folder.chmod(0o770)
    assert words.generation is None
    words.folder.chmod(0o700)
    assert words.generation == 1


def test_a_link_to_another_folder_is_not_opened(
    indexed: Callable[..., WhooshIndex], tmp_path: Path
) -> None:
    folder = indexed("lever").folder
    (tmp_path / "link").symlink_to(folder)
    assert WhooshIndex(tmp_path / "link").generation is None


def test_another_language_or_version_means_build_again(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("lever")
    assert WhooshIndex(words.folder, "de").generation is None
    version = words.folder / "schema-version"
    version.write_text(f"0{version.read_text('utf-8')}", "utf-8")
    assert words.generation is None


def test_what_was_reached_is_text_that_a_person_can_read(
    indexed: Callable[..., WhooshIndex],
) -> None:
    (reached,) = indexed("lever", "pulley").folder.glob("reached-*")
    assert json.loads(reached.read_text("utf-8")) == {
        "generation": 1,
        "notes": 2,
        "languages": [],
    }


def test_one_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    old, new = IndexFolder(tmp_path / "words"), IndexFolder(tmp_path / "words.new")
    old.create("en")
    new.create("de")
    state = old.state()
    old.replace_with(new)
    assert old.is_ours("de")
    assert old.state() != state
    assert [path.name for path in tmp_path.iterdir()] == ["words"]


def test_on_windows_a_mode_says_nothing_of_who_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = IndexFolder(tmp_path / "words")
    made.create("en")
    (tmp_path / "words").chmod(0o777)
    assert not made.is_ours("en")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr(os, "geteuid")
    assert made.is_ours("en")
    assert not made.is_ours("de")
