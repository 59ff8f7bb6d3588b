"""Steps are done whole, taken back and done again, by any process, and merge with later changes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Conflict, Failure, NotFound, Refused
from notekeep.storage import atomic, scan
from notekeep.storage.content import digest_of
from notekeep.storage.history import History
from notekeep.storage.operation_log import ChangeRecord, StepRecord, make_step_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from reliability import nursery as nurseries

A, B = b"a one\na two\na three\n", b"b one\n"


@pytest.fixture
def vault(vault: Path) -> Path:
    (vault / "books").mkdir()
    (vault / "a.md").write_bytes(A)
    (vault / "books" / "b.md").write_bytes(B)
    return vault


def tree(vault: Path) -> dict[str, str]:
    """The vault as a person sees it: folders and files with what they hold, the trash left out."""
    return {
        str(path.relative_to(vault)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in vault.rglob("*")
        if ".trash" not in path.parts
    }


def edit(history: History, vault: Path, path: str, data: bytes) -> None:
    with history.step("edit", f"edit {path}", root=vault) as step:
        step.edit(path, data, digest_of((vault / path).read_bytes()))


def do_edit(history: History, vault: Path) -> None:
    edit(history, vault, "a.md", b"new\n")


def do_create(history: History, vault: Path) -> None:
    with history.step("new", "new x", root=vault) as step:
        step.create("deep/er/x.md", b"x")


def do_move(history: History, vault: Path) -> None:
    with history.step("mv", "mv a", root=vault) as step:
        step.move("a.md", "elsewhere/A new name.md")


def do_respell(history: History, vault: Path) -> None:
    with history.step("rename", "rename a", root=vault) as step:
        step.move("a.md", "A.md")


def do_trash(history: History, vault: Path) -> None:
    with history.step("rm", "rm b", root=vault) as step:
        step.trash("books/b.md")


def do_rename_with_links(history: History, vault: Path) -> None:
    with history.step("rename", "rename a", root=vault, whole=True) as step:
        step.edit("books/b.md", b"see [[c]]\n", digest_of(B))
        step.edit("a.md", A + b"itself\n", digest_of(A))
        step.move("a.md", "c.md")


def do_many(history: History, vault: Path) -> None:
    with history.step("import", "import 3", root=vault) as step:
        step.create("in/one.md", b"1")
        step.create("in/two.md", b"2")
        step.edit("a.md", b"index\n", digest_of(A))
        step.trash("books/b.md")


ACTIONS = [do_edit, do_create, do_move, do_respell, do_trash, do_rename_with_links, do_many]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__[3:])
def test_undo_gives_the_vault_back_as_it_was_and_redo_does_it_again(
    history: History, vault: Path, action: Callable[[History, Path], None]
) -> None:
    before = tree(vault)
    action(history, vault)
    after = tree(vault)
    assert after != before

    for _ in range(3):
        undone = History(history.folder).undo(vault)  # as another process would
        assert tree(vault) == before
        assert History(history.folder).redo(vault) == undone
        assert tree(vault) == after
    assert scan.sweep(vault, {}).temps == []


def test_steps_are_taken_back_newest_first(history: History, vault: Path) -> None:
    states = [tree(vault)]
    for number in range(4):
        edit(history, vault, "a.md", b"%d\n" % number)
        states.append(tree(vault))

    assert [history.undo(vault).label for _ in range(3)] == ["edit a.md"] * 3
    assert tree(vault) == states[1]
    history.redo(vault)
    assert tree(vault) == states[2]
    assert [one.undone for one in history.steps()] == [True, True, False, False]


def test_a_new_step_ends_what_can_be_done_again(history: History, vault: Path) -> None:
    edit(history, vault, "a.md", b"1\n")
    history.undo(vault)
    edit(history, vault, "books/b.md", b"2\n")

    with pytest.raises(NotFound, match="nothing to redo"):
        history.redo(vault)
    assert [one.undone for one in history.steps()] == [False, True]
    history.undo(vault)
    with pytest.raises(NotFound, match="nothing to undo"):
        history.undo(vault)


class TestChangedSince:
    """Somebody changed the file after our step."""

    def test_lines_elsewhere_stay_changed(self, history: History, vault: Path) -> None:
        edit(history, vault, "a.md", A.replace(b"one", b"ONE"))
        (vault / "a.md").write_bytes(A.replace(b"one", b"ONE").replace(b"three", b"THREE"))
        history.undo(vault)
        assert (vault / "a.md").read_bytes() == A.replace(b"three", b"THREE")
        history.redo(vault)
        assert (vault / "a.md").read_bytes() == b"a ONE\na two\na THREE\n"

    def test_the_same_lines_are_a_conflict_and_nothing_is_done(
        self, history: History, vault: Path
    ) -> None:
        with history.step("tag", "tag", root=vault) as step:
            step.edit("books/b.md", b"tagged\n", digest_of(B))
            step.edit("a.md", A.replace(b"one", b"ONE"), digest_of(A))
        (vault / "a.md").write_bytes(A.replace(b"one", b"Eins"))
        before = tree(vault)

        with pytest.raises(Conflict, match=r"a\.md"):
            history.undo(vault)
        assert tree(vault) == before
        assert [one.undone for one in history.steps()] == [False]

    def test_a_note_that_is_gone_is_a_conflict(self, history: History, vault: Path) -> None:
        edit(history, vault, "a.md", b"new\n")
        (vault / "a.md").unlink()
        with pytest.raises(Conflict, match="no longer exists"):
            history.undo(vault)

    def test_a_new_note_that_was_written_in_is_not_taken_away(
        self, history: History, vault: Path
    ) -> None:
        do_create(history, vault)
        (vault / "deep/er/x.md").write_bytes(b"x and more")
        with pytest.raises(Conflict, match="changed since it was created"):
            history.undo(vault)
        assert (vault / "deep/er/x.md").read_bytes() == b"x and more"

    def test_a_new_note_that_is_gone_has_nothing_to_take_back(
        self, history: History, vault: Path
    ) -> None:
        do_create(history, vault)
        shutil.rmtree(vault / "deep")
        history.undo(vault)
        assert [one.undone for one in history.steps()] == [True]

    def test_a_moved_note_goes_back_with_what_was_written_in_it(
        self, history: History, vault: Path
    ) -> None:
        do_move(history, vault)
        (vault / "elsewhere/A new name.md").write_bytes(b"more\n")
        history.undo(vault)
        assert (vault / "a.md").read_bytes() == b"more\n"

    def test_a_place_that_is_taken_again_is_a_conflict(self, history: History, vault: Path) -> None:
        do_move(history, vault)
        (vault / "a.md").write_bytes(b"another\n")
        with pytest.raises(Conflict, match="exists again"):
            history.undo(vault)
        assert (vault / "elsewhere/A new name.md").read_bytes() == A

    def test_a_moved_note_that_was_moved_back_by_hand_is_fine(
        self, history: History, vault: Path
    ) -> None:
        do_move(history, vault)
        (vault / "elsewhere/A new name.md").rename(vault / "a.md")
        history.undo(vault)
        assert (vault / "a.md").read_bytes() == A
        assert [one.undone for one in history.steps()] == [True]

    def test_a_moved_note_that_was_moved_back_and_edited_is_a_conflict(
        self, history: History, vault: Path
    ) -> None:
        do_move(history, vault)
        (vault / "elsewhere/A new name.md").unlink()
        (vault / "a.md").write_bytes(b"another\n")
        with pytest.raises(Conflict, match="exists again"):
            history.undo(vault)
        assert (vault / "a.md").read_bytes() == b"another\n"

    def test_a_moved_note_that_moved_on_is_a_conflict(self, history: History, vault: Path) -> None:
        do_move(history, vault)
        (vault / "elsewhere/A new name.md").rename(vault / "third.md")
        with pytest.raises(Conflict, match="no longer exists"):
            history.undo(vault)

    def test_a_trashed_note_comes_back_though_the_trash_was_emptied(
        self, history: History, vault: Path
    ) -> None:
        before = tree(vault)
        do_trash(history, vault)
        shutil.rmtree(vault / ".trash")
        history.undo(vault)
        assert tree(vault) == before

    def test_a_trashed_note_that_is_there_again_just_the_same_is_fine(
        self, history: History, vault: Path
    ) -> None:
        before = tree(vault)
        do_trash(history, vault)
        shutil.rmtree(vault / ".trash")
        (vault / "books/b.md").write_bytes(B)
        history.undo(vault)
        assert tree(vault) == before


class TestManyFiles:
    def test_a_conflict_in_one_leaves_the_others_done(self, history: History, vault: Path) -> None:
        with history.step("tag", "tag", root=vault) as step:
            step.edit("a.md", b"tagged\n", digest_of(b"not this"), keep_ours=False)
            step.edit("books/b.md", b"tagged\n", digest_of(B))
            step.edit("none.md", b"tagged\n", None, keep_ours=False)
        assert {path: type(error) for path, error in step.failed.items()} == {
            "a.md": Conflict,
            "none.md": Conflict,
        }
        assert [change.path for change in step.done] == ["books/b.md"]
        assert (vault / "a.md").read_bytes() == A
        history.undo(vault)
        assert (vault / "books/b.md").read_bytes() == B

    def test_a_conflict_in_a_whole_step_leaves_all_as_they_were(
        self, history: History, vault: Path
    ) -> None:
        before = tree(vault)
        step = history.step("rename", "", root=vault, whole=True)
        step.edit("books/b.md", b"new\n", digest_of(B))
        step.create("deep/x.md", b"x")
        step.move("a.md", "books/B.md")
        with pytest.raises(Refused, match="same name"):
            step.commit()
        assert tree(vault) == before
        assert history.steps() == []

    def test_a_whole_step_that_fails_midway_is_taken_back(
        self, history: History, vault: Path, at_point: Callable[..., None]
    ) -> None:
        """Somebody takes the new name after everything was checked."""
        at_point("journaled", lambda: (vault / "c.md").write_bytes(b"theirs"))
        step = history.step("rename", "", root=vault, whole=True)
        step.edit("books/b.md", b"see c\n", digest_of(B))
        step.create("deep/x.md", b"x")
        step.move("a.md", "c.md")
        with pytest.raises(Refused, match="already exists"):
            step.commit()
        (vault / "c.md").unlink()
        assert (vault / "books/b.md").read_bytes() == B
        assert (vault / "a.md").read_bytes() == A
        assert not (vault / "deep/x.md").exists()
        assert history.steps() == []
        assert history.recover(vault) == []

    def test_an_undo_that_fails_midway_is_not_noted_as_one(
        self, history: History, vault: Path, at_point: Callable[..., None]
    ) -> None:
        with history.step("move", "", root=vault, whole=True) as step:
            step.move("a.md", "c.md")
            step.move("books/b.md", "d.md")
        at_point("journaled", lambda: (vault / "a.md").write_bytes(b"theirs"))
        with pytest.raises(Refused, match="already exists"):
            history.undo(vault)
        assert (vault / "d.md").read_bytes() == B
        (vault / "a.md").unlink()
        history.undo(vault)
        assert (vault / "a.md").read_bytes() == A
        assert (vault / "books/b.md").read_bytes() == B

    def test_a_step_where_nothing_changes_is_not_noted(self, history: History, vault: Path) -> None:
        with history.step("tag", "tag", root=vault) as step:
            step.edit("a.md", A, digest_of(A))
            step.edit("books/b.md", B, digest_of(B))
        assert (step.done, step.failed, history.steps()) == ([], {}, [])

    def test_many_more_files_than_may_be_open(self, history: History, vault: Path) -> None:
        import resource

        count = 150
        for number in range(count):
            (vault / f"n{number}.md").write_bytes(b"%d" % number)
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        used = len(os.listdir("/dev/fd"))
        history.displaced.folder = os.devnull + "/aside"  # nothing can be moved there
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + 90, limits[1]))
        try:
            with history.step("tag", "tag", root=vault) as step:
                for number in range(count):
                    step.edit(f"n{number}.md", b"tagged %d" % number, digest_of(b"%d" % number))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            history.close()
        assert len(step.done) == count
        assert step.failed == {}

    def test_two_deleted_notes_of_one_name_both_find_a_place_in_the_trash(
        self, history: History, vault: Path
    ) -> None:
        (vault / "B.md").write_bytes(b"other")
        with history.step("rm", "rm", root=vault) as step:
            paths = [step.trash("books/b.md"), step.trash("a.md")]
        (vault / "a.md").write_bytes(b"again")
        with history.step("rm", "rm", root=vault) as step:
            paths.append(step.trash("a.md"))
        assert paths == [".trash/books/b.md", ".trash/a.md", ".trash/a 2.md"]


def test_steps_in_a_site_are_undone_there(history: History, vault: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    with history.step("export", "export a", root=site, in_site=True) as step:
        step.create("posts/a.md", b"post")
    history.undo(vault)
    assert not (site / "posts").exists()
    assert (vault / "a.md").read_bytes() == A


def test_a_vault_that_moved_can_be_undone(history: History, vault: Path) -> None:
    edit(history, vault, "a.md", b"new\n")
    moved = vault.rename(vault.with_name("moved"))
    history.undo(moved)
    assert (moved / "a.md").read_bytes() == A


def test_paths_that_are_not_text_are_undone_as_well(history: History, vault: Path) -> None:
    name = os.fsdecode(b"ros\xe9 \n.md")
    (vault / name).write_bytes(A)
    edit(history, vault, name, B)
    with history.step("rm", "rm", root=vault) as step:
        step.trash(name)
    history.undo(vault)
    history.undo(vault)
    assert (vault / name).read_bytes() == A


class TestKeeping:
    def test_a_content_is_kept_once_and_given_back(self, history: History) -> None:
        digest = history.blobs.store(A)
        assert history.blobs.store(A) == digest
        assert history.blobs.read(digest) == A
        assert len(list(history.blobs)) == 1

    def test_what_was_never_kept_is_not_found(self, history: History) -> None:
        for digest in (digest_of(b"?"), "../../../etc/passwd", ""):
            with pytest.raises(NotFound):
                history.blobs.read(digest)

    def test_a_damaged_content_is_told_and_replaced_by_the_next_of_its_kind(
        self, history: History
    ) -> None:
        digest = history.blobs.store(A)
        file = next(path for path in Path(history.blobs.folder).rglob("*") if path.is_file())
        for damage in (b"", A[::-1]):
            file.write_bytes(damage)
            with pytest.raises(Failure, match="damaged"):
                history.blobs.read(digest)
            history.blobs.store(A)
            assert history.blobs.read(digest) == A

    def test_only_its_owner_can_read_it_whatever_the_umask(
        self, history: History, vault: Path
    ) -> None:
        before = os.umask(0)
        try:
            do_many(history, vault)
            (vault / "twin.md").hardlink_to(vault / "a.md")
            edit(history, vault, "a.md", b"in place\n")
            history.undo(vault)
        finally:
            os.umask(before)
        for path in Path(history.folder).rglob("*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            if path.parent.name == "aside":
                continue  # moved there as they are, into a folder nobody else may enter
            assert mode == (0o700 if path.is_dir() else 0o600), path


class TestTheLog:
    def records(self, history: History) -> list[StepRecord]:
        return History(history.folder).records()

    def test_a_line_torn_by_a_power_cut_is_passed_over(self, history: History, vault: Path) -> None:
        edit(history, vault, "a.md", b"1\n")
        log = Path(history.log.path)
        whole = log.read_bytes()
        log.write_bytes(whole + whole.splitlines()[-1][:40])
        assert len(self.records(history)) == 1
        edit(history, vault, "a.md", b"2\n")
        assert len(self.records(history)) == 2
        history.undo(vault)
        history.undo(vault)
        assert (vault / "a.md").read_bytes() == A

    def test_lines_it_does_not_know_stay_and_do_no_harm(
        self, history: History, vault: Path
    ) -> None:
        edit(history, vault, "a.md", b"1\n")
        log = Path(history.log.path)
        odd = [b'{"new": "thing"}', b"[1, 2]", b"null", b'{"changes": [{"kind": 3}]}', b"\xff"]
        log.write_bytes(log.read_bytes() + b"\n".join(odd) + b"\n")
        edit(history, vault, "a.md", b"2\n")
        history.forget("books/b.md")
        assert len(self.records(history)) == 2
        history.undo(vault)
        history.undo(vault)

    def test_a_newer_format_is_refused_and_left_as_it_is(
        self, history: History, vault: Path
    ) -> None:
        edit(history, vault, "a.md", b"1\n")
        log = Path(history.log.path)
        first, rest = log.read_bytes().split(b"\n", 1)
        log.write_bytes(json.dumps(json.loads(first) | {"format": 2}).encode() + b"\n" + rest)
        before = log.read_bytes()
        contents = list(history.blobs)

        later = History(history.folder)
        for action in (
            later.records,
            lambda: later.undo(vault),
            lambda: later.forget("a.md"),
            lambda: later.prune_daily(now=time.time() + 400 * 86_400, max_bytes=0),
            lambda: edit(later, vault, "a.md", b"2\n"),
        ):
            with pytest.raises(Refused, match="newer notekeep"):
                action()
        assert (vault / "a.md").read_bytes() == b"1\n"
        assert log.read_bytes() == before
        assert {blob.digest for blob in contents} <= {blob.digest for blob in history.blobs}
        assert scan.sweep(vault, {}).temps == []

    def test_a_step_that_version_0_1_0_took_back_from_the_log_is_not_undone(
        self, history: History, vault: Path
    ) -> None:
        edit(history, vault, "a.md", b"1\n")
        edit(history, vault, "a.md", b"2\n")
        log = Path(history.log.path)
        last = json.loads(log.read_bytes().splitlines()[-1])
        unmade = last | {"id": "ffffffffffff0000000000", "label": "never made"}
        lines = [json.dumps(unmade), json.dumps({"void": unmade["id"]})]
        log.write_bytes(log.read_bytes() + "\n".join([*lines, ""]).encode())

        assert "never made" not in [one.record.label for one in history.steps()]
        history.undo(vault)
        assert (vault / "a.md").read_bytes() == b"1\n"

    def test_an_entry_of_a_newer_journal_is_left_alone(self, history: History, vault: Path) -> None:
        folder = Path(history.journal.folder)
        folder.mkdir(parents=True)
        for name, text in (("1.json", '{"format": 99, "step": {}}'), ("2.json", "torn {")):
            (folder / name).write_text(text, encoding="utf-8")
        assert history.recover(vault) == []
        assert len(list(folder.iterdir())) == 2

    def test_what_others_did_is_noted_and_not_undone(self, history: History, vault: Path) -> None:
        edit(history, vault, "a.md", b"1\n")
        (vault / "books/b.md").write_bytes(b"theirs\n")
        history.record_version("books/b.md", b"theirs\n")

        assert [one.record.verb for one in history.steps()] == ["edit"]
        history.undo(vault)
        assert (vault / "a.md").read_bytes() == A
        assert (vault / "books/b.md").read_bytes() == b"theirs\n"
        assert [one.digest for one in history.versions("books/b.md")] == [digest_of(b"theirs\n")]


class TestRecovering:
    def test_a_step_whose_maker_lives_is_left_alone(
        self, history: History, vault: Path, at_point: Callable[..., None]
    ) -> None:
        seen: list[int] = []

        def look() -> None:
            other = History(history.folder)
            seen.append(len(other.recover(vault)))

        at_point("swapped", look)
        do_many(history, vault)
        assert seen == [0]
        assert len(history.steps()) == 1

    def test_a_file_somebody_changed_since_is_left_as_it_is(
        self, history: History, vault: Path, nursery: nurseries.Nursery
    ) -> None:
        code = (
            "with history.step('tag', 'tag', root=root) as step:\n"
            "    step.edit('a.md', b'tagged a', None)\n"
            "    step.edit('books/b.md', b'tagged b', None)\n"
        )
        nursery.run(code, vault, Path(history.folder), die_at="journaled")
        (vault / "a.md").write_bytes(b"theirs\n")

        (recovered,) = history.recover(vault)

        assert [change.path for change in recovered.changes] == ["books/b.md"]
        assert (vault / "a.md").read_bytes() == b"theirs\n"
        assert (vault / "books/b.md").read_bytes() == b"tagged b"
        history.undo(vault)
        assert (vault / "a.md").read_bytes() == b"theirs\n"
        assert (vault / "books/b.md").read_bytes() == B

    def test_a_hard_linked_note_that_is_half_written_is_completed_by_the_next_start(
        self, history: History, vault: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (vault / "twin.md").hardlink_to(vault / "a.md")

        def torn(fd: int, data: bytes) -> None:
            os.pwrite(fd, data[:2], 0)
            raise OSError(errno.EIO, "no")

        with monkeypatch.context() as patch:
            patch.setattr(atomic, "overwrite", torn)
            with pytest.raises(Failure, match="could not be saved") as failure:
                edit(history, vault, "a.md", b"new text\n")
            assert "notekeep starts next" in failure.value.hint
            assert history.recover(vault) == []  # the disk is still in trouble
        assert history.steps() == []

        (recovered,) = history.recover(vault)

        assert [change.path for change in recovered.changes] == ["a.md"]
        assert (vault / "twin.md").read_bytes() == b"new text\n"
        history.undo(vault)
        assert (vault / "twin.md").read_bytes() == A

    def test_a_note_another_program_deleted_is_still_the_last_step(
        self, history: History, vault: Path
    ) -> None:
        do_create(history, vault)
        (made,) = history.records()
        folder = vault / "deep/er"
        (folder / "x.md").unlink()
        while folder.stat().st_mtime <= made.time:  # the clock of disks is a coarse one
            (folder / "y.md").touch()
            (folder / "y.md").unlink()

        History(history.folder).recover(vault)

        assert [one.digest for one in history.versions("deep/er/x.md")] == [digest_of(b"x")]
        assert history.blobs.read(digest_of(b"x")) == b"x"

    def test_an_edit_another_program_took_back_is_still_the_last_step(
        self, history: History, vault: Path
    ) -> None:
        do_edit(history, vault)
        (made,) = history.records()
        (vault / "a.md").write_bytes(A)
        while (vault / "a.md").stat().st_ctime <= made.time:
            (vault / "a.md").write_bytes(A)

        History(history.folder).recover(vault)

        assert digest_of(b"new\n") in [one.digest for one in history.versions("a.md")]

    def test_a_step_in_a_site_that_is_away_waits_for_it(
        self, history: History, vault: Path, nursery: nurseries.Nursery
    ) -> None:
        site, away = vault.parent / "site", vault.parent / "away"
        site.mkdir()
        code = (
            "with history.step('export', 'export', root=root, in_site=True) as step:\n"
            "    step.create('one.md', b'1')\n"
            "    step.create('two.md', b'2')\n"
        )
        nursery.run(code, site, Path(history.folder), die_at="journaled")
        site.rename(away)
        before = tree(vault)

        assert history.recover(vault) == []
        assert tree(vault) == before
        away.rename(site)
        (recovered,) = history.recover(vault)

        assert [change.path for change in recovered.changes] == ["one.md", "two.md"]
        assert (site / "two.md").read_bytes() == b"2"


def journal(history: History, vault: Path, *changes: ChangeRecord) -> None:
    """Leave a step as a program does that was killed before it made the changes."""
    record = StepRecord(make_step_id(), time.time(), "edit", "edit a.md", changes)
    history.journal.begin(record, str(vault), logged=True).release()


class TestUnfinishedSteps:
    """What a start does with steps that were cut short."""

    def test_one_of_a_newer_format_is_not_carried_out(self, history: History, vault: Path) -> None:
        (vault / "a.md").write_bytes(b"a\n")
        journal(history, vault, ChangeRecord("move", "a.md", digest_of(b"a\n"), to="b.md"))
        (entry,) = Path(history.journal.folder).glob("*.json")
        newer = json.loads(entry.read_bytes())
        newer["format"] += 1
        entry.write_text(json.dumps(newer), "utf-8")
        assert history.recover(vault) == []
        assert (vault / "a.md").exists()
        newer["format"] -= 1
        entry.write_text(json.dumps(newer), "utf-8")
        assert len(history.recover(vault)) == 1
        assert (vault / "b.md").exists()

    def test_only_temporary_files_of_the_step_are_removed(
        self, history: History, vault: Path
    ) -> None:
        (vault / "a.md").write_bytes(b"old\n")
        before, after = (history.blobs.store(data) for data in (b"old\n", b"new\n"))
        journal(history, vault, ChangeRecord("edit", "a.md", before, after))
        own, other = vault / ".nk-tmp-own", vault / ".nk-tmp-other"
        own.write_bytes(b"ne")
        other.write_bytes(b"of another program\n")
        history.recover(vault)
        assert (vault / "a.md").read_bytes() == b"new\n"
        assert not own.exists()
        assert other.read_bytes() == b"of another program\n"

    def test_a_file_with_one_name_that_changed_since_is_left(
        self, history: History, vault: Path
    ) -> None:
        mixed = b"new line\nold line\n"  # as a write in place looks that was cut short
        (vault / "a.md").write_bytes(mixed)
        before = history.blobs.store(b"old line\nold line\n")
        after = history.blobs.store(b"new line\nnew line\n")
        journal(history, vault, ChangeRecord("edit", "a.md", before, after))
        history.recover(vault)
        assert (vault / "a.md").read_bytes() == mixed

    def test_the_versions_it_needs_are_not_pruned(self, history: History, vault: Path) -> None:
        needed, other = (history.blobs.store(data) for data in (b"needed\n", b"other\n"))
        journal(history, vault, ChangeRecord("edit", "a.md", needed, None))
        history.prune(now=time.time() + 400 * 86_400, max_bytes=0)
        assert (history.blobs.has(needed), history.blobs.has(other)) == (True, False)


def test_a_temporary_file_made_just_now_is_left_whatever_time_it_carries(
    history: History, vault: Path
) -> None:
    """A copy keeps the time of its original; the program that makes it may still be writing."""
    copy = vault / ".nk-tmp-copy"
    copy.write_bytes(b"half")
    os.utime(copy, (0, 0))
    assert history.sweep_temps(vault) == []
    assert copy.exists()


def test_what_another_program_wrote_last_on_a_day_is_not_pruned(history: History) -> None:
    ours, theirs, later = (history.blobs.store(data) for data in (b"ours\n", b"theirs\n", b"now\n"))
    unused = history.blobs.store(b"unused\n")
    for when, before, after in ((9.0, None, ours), (86_409.0, theirs, later)):
        change = ChangeRecord("edit", "a.md", before, after)
        history.log.append(StepRecord(make_step_id(), when, "edit", "edit a.md", (change,)))
    history.prune(now=time.time() + 400 * 86_400, max_bytes=0)
    assert [history.blobs.has(one) for one in (ours, theirs, later)] == [True, True, True]
    assert not history.blobs.has(unused)
