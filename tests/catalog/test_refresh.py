"""Changed files reach the index, and nothing else does."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.catalog.indexer import Indexer
from notekeep.errors import Failure, Problem
from notekeep.markdown.fields.schema import DEFAULT_SCHEMA, Kind, Schema
from notekeep.storage import content
from notekeep.storage.content import OutsideVersion, digest_of
from notekeep.storage.scan import Fingerprint

if TYPE_CHECKING:
    from notekeep.catalog.indexer import RefreshResult
    from tests.catalog.conftest import Vault


def test_new_changed_and_deleted_notes_are_found(vault: Vault) -> None:
    vault.write("a.md", "one")
    vault.write("b.md", "two")
    vault.write("c.md", "three")
    assert vault.refresh().indexed == 3
    vault.write("a.md", "---\ntitle: Z\n---\none and more")
    vault.write("d/new.md", "four")
    vault.remove("b.md")
    done = vault.refresh()
    assert done.indexed == 2
    assert done.changes.removed == ["b.md"]
    assert vault.ls() == ["c", "d/new", "a"]


def test_nothing_changed_writes_nothing(vault: Vault) -> None:
    vault.write("a.md", "one [[b]]")
    vault.refresh()
    before = vault.catalog.generation
    assert vault.refresh().indexed == 0
    assert vault.catalog.generation == before


def test_a_touched_file_is_not_read_as_changed(vault: Vault) -> None:
    vault.write("a.md", "one")
    vault.refresh()
    generation = vault.catalog.generation
    os.utime(vault.root / "a.md", (1_000_000_000, 1_000_000_000))
    done = vault.refresh()
    assert list(done.changes.modified) == ["a.md"]
    assert done.indexed == 0
    assert vault.catalog.generation == generation
    assert vault.catalog.marks()["a.md"][1] == 1_000_000_000 * 10**9
    assert vault.refresh().indexed == 0


def test_verify_finds_a_change_that_stat_hides(vault: Vault) -> None:
    vault.write("a.md", "one")
    vault.refresh()
    known = Fingerprint._make(vault.catalog.marks()["a.md"])
    with vault.catalog.writing() as writer:
        writer.touch({"a.md": known})
    vault.write("a.md", "two #x")
    stat = os.stat(vault.root / "a.md")
    with vault.catalog.writing() as writer:  # as a system would that tells nothing apart
        mark = known._replace(
            size=stat.st_size,
            mtime_ns=stat.st_mtime_ns,
            ctime_ns=stat.st_ctime_ns,
            inode=stat.st_ino,
        )
        writer.touch({"a.md": mark})
    assert vault.refresh().indexed == 0
    assert vault.refresh(verify=True).indexed == 1
    assert vault.ls("#x") == ["a"]


def test_links_follow_notes_that_come_and_go(vault: Vault) -> None:
    vault.write("a.md", "[[b]] [[Title]]")
    vault.refresh()
    assert [link.state for link in vault.catalog.links("a.md")] == ["broken", "broken"]
    vault.write("deep/b.md", "---\ntitle: Title\n---\n")
    vault.refresh()
    assert [link.path for link in vault.catalog.links("a.md")] == ["deep/b.md"] * 2
    vault.write("b.md")
    vault.write("other/c.md", "---\ntitle: title\n---\n")
    vault.refresh()
    first, second = vault.catalog.links("a.md")
    assert (first.path, first.state) == ("b.md", "ok")
    assert (second.path, second.state) == ("deep/b.md", "ambiguous")
    vault.remove("b.md")
    vault.remove("deep/b.md")
    vault.refresh()
    assert [link.state for link in vault.catalog.links("a.md")] == ["broken", "ok"]


def test_a_renamed_title_moves_its_links(vault: Vault) -> None:
    vault.write("a.md", "[[Old]]")
    vault.write("b.md", "---\ntitle: Old\n---\n")
    vault.refresh()
    assert [link.source for link in vault.catalog.backlinks("b.md")] == ["a.md"]
    vault.write("b.md", "---\ntitle: New\n---\n")
    vault.refresh()
    assert vault.catalog.backlinks("b.md") == []
    assert vault.ls("is:broken") == ["a"]


def test_what_a_link_names_may_be_a_file_or_the_web(vault: Vault) -> None:
    vault.write(
        "a.md", "---\nsources: ['[[b|B]]']\n---\n![[x.png]] [[y.pdf]] [[node.js]] ![[gone]]"
    )
    vault.write("b.md")
    vault.write("node.js.md")
    vault.refresh()
    assert [(one.target, one.state) for one in vault.catalog.links("a.md")] == [
        ("b", "ok"),
        ("x.png", "file"),
        ("y.pdf", "file"),
        ("node.js", "ok"),
        ("gone", "broken"),
    ]


def test_many_notes_gone_at_once_are_held_until_that_is_meant(vault: Vault) -> None:
    for number in range(10):
        vault.write(f"{number}.md", "x")
    vault.refresh()
    for number in range(5):
        vault.remove(f"{number}.md")
    vault.write("new.md", "x")
    done = vault.refresh()
    assert sorted(done.unconfirmed) == [f"{number}.md" for number in range(5)]
    assert len(vault.ls()) == 11
    assert vault.refresh(forget_missing=True).unconfirmed == []
    assert len(vault.ls()) == 6


def test_many_notes_gone_at_once_leave_nothing_to_read_later(vault: Vault) -> None:
    for number in range(5):
        vault.write(f"{number}.md", "x")
    vault.refresh()
    for number in range(5):
        vault.remove(f"{number}.md")
    done = vault.refresh(budget=2)
    assert (done.pending, done.deferred, len(done.unconfirmed)) == (0, False, 5)


def test_notes_that_notekeep_removed_are_not_held_with_those_that_vanished(vault: Vault) -> None:
    for number in range(20):
        vault.write(f"{number}.md", "x")
    vault.refresh()
    own = {"0.md", "1.md", "2.md"}
    for number in range(12):
        vault.remove(f"{number}.md")
    indexer = Indexer(str(vault.root), vault.catalog, find_own=lambda paths: own & {*paths})
    assert sorted(indexer.refresh().unconfirmed) == sorted(
        f"{number}.md" for number in range(3, 12)
    )
    assert len(vault.ls()) == 17


def test_a_vault_that_is_not_there_is_not_an_empty_one(vault: Vault) -> None:
    vault.write("a.md", "x")
    vault.refresh()
    shutil.rmtree(vault.root)
    with pytest.raises(Failure):
        vault.refresh()
    assert vault.ls() == ["a"]


def test_over_the_budget_nothing_is_read(vault: Vault) -> None:
    for number in range(4):
        vault.write(f"{number}.md", "x")
    done = vault.refresh(budget=3)
    assert (done.pending, done.indexed) == (4, 0)
    assert vault.ls() == []
    assert vault.refresh(budget=4).pending == 0
    assert len(vault.ls()) == 4


def test_logs_are_no_notes_but_their_changes_are_told(vault: Vault) -> None:
    vault.write("habits/log/2026-11.laptop.md", "- 2026-11-01 read: 1\n")
    assert vault.refresh().logs == ["habits/log/2026-11.laptop.md"]
    assert vault.refresh().logs == []
    vault.write("habits/log/2026-11.laptop.md", "- 2026-11-01 read: 1\n- 2026-11-02 read: 1\n")
    assert vault.refresh().logs == ["habits/log/2026-11.laptop.md"]
    vault.remove("habits/log/2026-11.laptop.md")
    assert vault.refresh(forget_missing=True).logs == ["habits/log/2026-11.laptop.md"]
    assert vault.catalog.dirty() == {}


def test_a_note_that_could_not_be_read_for_a_moment_is_read_again(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.write("a.md", "---\ntags: [old]\n---\n")
    vault.refresh()

    def refuse(_root: str, path: str) -> content.Content:
        return content.Content(b"", "", content.unreadable_problem(path, "busy"))

    with monkeypatch.context() as held:
        held.setattr("notekeep.catalog.indexer.read_content", refuse)
        vault.refresh(verify=True)
    assert [one.path for one in vault.catalog.problems()] == ["a.md"]
    assert vault.ls("tag:old") == ["a"]
    vault.refresh()
    assert vault.catalog.problems() == []


def test_a_link_that_leads_out_is_named_and_hides_nothing(vault: Vault) -> None:
    vault.write("a.md", "x")
    os.symlink("/etc/hostname", vault.root / "out.md")
    done = vault.refresh()
    assert [(one.path, one.code) for one in done.problems] == [("out.md", "unreadable")]
    assert vault.ls() == ["a"]
    assert [one.path for one in vault.catalog.problems()] == ["out.md"]
    vault.remove("out.md")
    vault.refresh()
    assert vault.catalog.problems() == []


def test_a_file_name_that_is_no_utf8_is_kept_exactly(vault: Vault) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    vault.write(name, "---\ntype: book\n---\n[[x]]")
    vault.refresh()
    vault.refresh()
    (row,) = vault.catalog.rows()[1]
    assert row.path == name
    assert row.title == "caf\ufffd"
    assert vault.catalog.paths(vault.query("type:book").root) == {name}
    assert list(vault.catalog.marks()) == [name]
    assert [one.path for one in vault.catalog.problems()] == [name]


def test_of_a_huge_file_only_the_head_is_read(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "LARGE", 4000)
    monkeypatch.setattr(content, "HEAD", 1000)
    vault.write("big.md", "#first\n" + "words and words\n" * 400 + "#last\n")
    done = vault.refresh()
    assert [one.code for one in done.problems] == ["large"]
    assert vault.ls("#first") == ["big"]
    assert vault.ls("#last") == []
    assert vault.ls("is:invalid") == []


def test_other_kinds_and_folders_have_all_notes_read_again(vault: Vault) -> None:
    vault.write("films/a.md", "---\ntype: film\nstars: 4\n---\n")
    vault.refresh()
    assert [row.kind for row in vault.catalog.rows()[1]] == ["note"]
    schema = Schema(kinds={"film": Kind("film", {})}, private_folders=("films",))
    assert vault.refresh(schema=schema).indexed == 1
    assert [row.kind for row in vault.catalog.rows()[1]] == ["film"]
    assert vault.ls("is:private") == ["films/a"]
    assert vault.refresh(schema=schema).indexed == 0


def test_progress_counts_up_to_all(vault: Vault) -> None:
    for number in range(3):
        vault.write(f"{number}.md", "x")
    seen: list[tuple[int, int]] = []
    vault.refresh(progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (3, 3)


def test_an_interrupted_refresh_is_taken_up(vault: Vault) -> None:
    vault.write("a.md", "[[b]]")
    vault.write("b.md")
    vault.refresh()
    with vault.catalog.writing() as writer:  # killed before the links were settled
        writer.connection.execute("UPDATE links SET state = 'unsettled', found = NULL")
    vault.refresh()
    assert [link.path for link in vault.catalog.links("a.md")] == ["b.md"]


def test_notes_of_the_vault_are_never_written(vault: Vault) -> None:
    vault.write("a.md", "one")
    before = os.stat(vault.root / "a.md"), os.listdir(vault.root)
    vault.refresh()
    vault.refresh(full=True)
    after = os.stat(vault.root / "a.md"), os.listdir(vault.root)
    assert (before[0].st_mtime_ns, before[0].st_ctime_ns, before[1]) == (
        after[0].st_mtime_ns,
        after[0].st_ctime_ns,
        after[1],
    )


def test_files_that_are_only_looked_at_again_do_not_use_up_the_budget(vault: Vault) -> None:
    for number in range(5):
        vault.write(f"{number}.md", "new a moment ago")
    vault.refresh()
    done = vault.refresh(budget=2)
    assert len(done.changes.modified) == 5  # they could have changed within one tick of the clock
    assert (done.pending, done.deferred) == (0, False)
    for number in range(5):
        vault.write(f"{number}.md", "changed")
    assert vault.refresh(budget=2).pending == 5


class TestKeepingWhatOthersWrote:
    """History is given the notes that changed, before the catalog forgets what they were."""

    @pytest.fixture
    def told(self) -> list[OutsideVersion]:
        return []

    def refresh(self, vault: Vault, told: list[OutsideVersion], **options: Any) -> RefreshResult:
        def keep(met: list[OutsideVersion]) -> list[Problem]:
            told.extend(met)
            return []

        return vault.refresh(keep=keep, **options)

    def test_a_changed_note_is_given_with_what_it_was(
        self, vault: Vault, told: list[OutsideVersion]
    ) -> None:
        vault.write("a.md", "one")
        vault.refresh()
        vault.write("a.md", "two")
        self.refresh(vault, told)
        assert told == [OutsideVersion("a.md", b"two", digest_of(b"two"), digest_of(b"one"))]

    def test_a_new_note_is_given_and_a_touched_one_is_not(
        self, vault: Vault, told: list[OutsideVersion]
    ) -> None:
        vault.write("a.md", "one")
        vault.refresh()
        os.utime(vault.root / "a.md", (1, 1))
        vault.write("b.md", "new")
        self.refresh(vault, told)
        assert [(one.path, one.before) for one in told] == [("b.md", None)]

    def test_an_index_that_is_built_or_read_anew_gives_nothing(
        self, vault: Vault, told: list[OutsideVersion]
    ) -> None:
        vault.write("a.md", "one")
        self.refresh(vault, told)
        self.refresh(vault, told, full=True)
        self.refresh(vault, told, verify=True)
        kinds = {"poem": Kind("poem", {}), **DEFAULT_SCHEMA.kinds}
        assert self.refresh(vault, told, schema=Schema(kinds=kinds)).indexed == 1
        assert told == []

    def test_a_note_that_changed_is_given_also_when_all_are_read_anew(
        self, vault: Vault, told: list[OutsideVersion]
    ) -> None:
        vault.write("a.md", "one")
        vault.write("b.md", "one")
        vault.refresh()
        vault.write("b.md", "two")
        kinds = {"poem": Kind("poem", {}), **DEFAULT_SCHEMA.kinds}
        assert self.refresh(vault, told, schema=Schema(kinds=kinds)).indexed == 2
        assert [one.path for one in told] == ["b.md"]

    def test_logs_are_left_out_for_they_only_grow(
        self, vault: Vault, told: list[OutsideVersion]
    ) -> None:
        vault.write("a.md", "one")
        vault.refresh()
        vault.write("habits/log/2026.desk.md", "- 2026-11-24 run: done\n")
        self.refresh(vault, told)
        assert told == []

    def test_files_that_are_new_by_the_hundred_are_a_copy_and_no_writing(
        self, vault: Vault, told: list[OutsideVersion], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("notekeep.catalog.indexer.BATCH", 3)
        vault.write("a.md", "one")
        vault.refresh()
        vault.write("a.md", "two")
        for number in range(4):
            vault.write(f"copied/{number}.md", "new")
        self.refresh(vault, told)
        assert [one.path for one in told] == ["a.md"]

    def test_what_could_not_be_kept_is_told_and_the_index_goes_on(self, vault: Vault) -> None:
        vault.write("a.md", "one")
        vault.refresh()
        vault.write("a.md", "two #x")
        problem = Problem("a.md", None, "no room", "make room", "history")
        done = vault.refresh(keep=lambda _met: [problem])
        assert done.problems == [problem]
        assert vault.ls("#x") == ["a"]


def test_a_conflict_copy_that_comes_or_goes_is_news_although_it_is_no_note(vault: Vault) -> None:
    vault.write("a.md", "one")
    vault.refresh()
    for copies in ({"a.sync-conflict-20261120-101112-ABCDEFG.md": "a.md"}, {}):
        before = vault.catalog.generation
        if copies:
            vault.write(next(iter(copies)), "two")
        else:
            vault.remove("a.sync-conflict-20261120-101112-ABCDEFG.md")
        vault.refresh()
        assert vault.catalog.conflicts() == copies
        assert vault.catalog.generation > before
        assert vault.ls() == ["a"]
        settled = vault.catalog.generation
        vault.refresh()
        assert vault.catalog.generation == settled
