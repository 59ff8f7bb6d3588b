"""Saves: one commit each, from one process at a time, and never half a one."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.catalog.documents import WordDoc
from notekeep.errors import IndexBusy, IndexUnusable
from notekeep.query.tree import Term
from notekeep.search.index_folder import FEW_SEGMENTS, IndexFolder
from notekeep.search.whoosh_format import SMALL_SEGMENT
from notekeep.search.whoosh_index import WhooshIndex

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def doc(path: str, body: str) -> WordDoc:
    return WordDoc(path, "", body=body)


def segments(words: WhooshIndex) -> list[int]:
    return sorted(part.size for part, _, _ in words._current().parts)


def test_a_save_adds_replaces_and_deletes_in_one_commit(
    indexed: Callable[..., WhooshIndex],
) -> None:
    words = indexed("lever", "pulley", "wedge")
    words.update([doc("1.md", "screw"), doc("4.md", "lever")], ["2.md", "never.md"], 2)
    assert words.generation == 2
    assert words.count == 3
    assert [*words.scores(Term("lever"))] == ["4.md"]
    assert [*words.scores(Term("screw"))] == ["1.md"]
    assert not words.scores(Term("pulley"))


def test_of_two_documents_with_one_path_the_later_counts(
    indexed: Callable[..., WhooshIndex],
) -> None:
    words = indexed("lever")
    words.update([doc("1.md", "first"), doc("1.md", "second")], ["1.md"], 2)
    assert words.count == 1
    assert not words.scores(Term("first"))
    assert words.scores(Term("second"))


def test_a_save_of_nothing_only_moves_the_generation(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("lever")
    before = words._folder.newest_commit()
    words.update([], [], 7)
    assert words.generation == 7
    assert words._folder.newest_commit() == before


def test_all_notes_may_go(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("lever", "pulley")
    words.update([], ["1.md", "2.md"], 2)
    assert words.count == 0
    assert not words.scores(Term("lever"))
    words.update([doc("3.md", "lever")], [], 3)
    assert [*words.scores(Term("lever"))] == ["3.md"]


def test_saves_merge_nothing_until_it_is_quiet(
    words: WhooshIndex, notes: Callable[..., list[WordDoc]]
) -> None:
    large = SMALL_SEGMENT + 10
    words.build(notes(large), 1)
    for at in range(FEW_SEGMENTS):
        words.update([doc(f"{at}.md", f"lever {at}")], [], at + 2)
    assert segments(words) == [1] * FEW_SEGMENTS + [large]
    assert words._folder.count_segments() > FEW_SEGMENTS
    before = words.scores(Term("lever"))
    words.merge()
    assert segments(words) == [FEW_SEGMENTS, large]
    assert words.scores(Term("lever")) == before
    assert (words.generation, words.count) == (FEW_SEGMENTS + 1, FEW_SEGMENTS + large)


def test_a_merge_without_need_changes_nothing(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("lever")
    words.update([doc("2.md", "pulley")], [], 2)
    before = words._folder.newest_commit()
    words.merge()
    assert words._folder.newest_commit() == before


def test_where_it_is_never_quiet_a_save_merges(
    indexed: Callable[..., WhooshIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notekeep.search.whoosh_index.MANY_SEGMENTS", 4)
    words = indexed("lever")
    for at in range(3):
        words.update([doc(f"new {at}.md", f"lever {at}")], [], at + 2)
    assert segments(words) == [1, 1, 1, 1]
    words.update([doc("last.md", "lever")], [], 5)
    assert segments(words) == [5]
    assert len(words.scores(Term("lever"))) == 5


def test_a_segment_whose_notes_are_all_replaced_is_dropped(
    indexed: Callable[..., WhooshIndex],
) -> None:
    words = indexed("lever", "pulley")
    for at in range(5):
        words.update([doc("1.md", f"lever {at}")], [], at + 2)
    assert segments(words) == [1, 2]


def test_without_an_index_there_is_nothing_to_save_into(words: WhooshIndex) -> None:
    with pytest.raises(IndexUnusable):
        words.update([doc("1.md", "lever")], [], 1)
    assert not words.folder.exists()


def test_a_path_that_no_unicode_can_hold_stops_nothing(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("lever")
    words.update([doc("\udce9.md", "wedge \ud800 screw"), doc("2.md", "screw")], [], 2)
    assert "2.md" in words.scores(Term("screw"))


HOLD = """
    import sys
    from pathlib import Path
    from notekeep.catalog.documents import WordDoc
    from notekeep.search.whoosh_index import WhooshIndex

    def docs():
        yield WordDoc("5.md", "", body="lever")
        print("holding", flush=True)
        sys.stdin.readline()

    WhooshIndex(Path(sys.argv[1])).build(docs(), 9)
"""


def test_two_processes_one_writes_and_the_other_is_told(
    indexed: Callable[..., WhooshIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BUILD_WAIT", "UPDATE_WAIT"):
        monkeypatch.setattr(f"notekeep.search.whoosh_index.{name}", 0.2)
    words = indexed("lever", "pulley")
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD), words.folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "holding\n"
        with pytest.raises(IndexBusy):
            words.update([doc("3.md", "wedge")], [], 2)
        with pytest.raises(IndexBusy):
            words.build([], 2)
        assert words.generation == 1
        assert [*words.scores(Term("lever"))] == ["1.md"]
        other.communicate("go on\n")
    assert other.returncode == 0
    assert words.generation == 9
    assert [*words.scores(Term("lever"))] == ["5.md"]
    words.update([doc("3.md", "wedge")], [], 10)
    assert words.scores(Term("wedge"))


# -- killed at any moment -----------------------------------------------------------------------

CHANGES_FILES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}
EXPECTED = re.compile(
    r"MAIN_WRITELOCK|MAIN_\w{16}\..+|_MAIN_\d+\.toc|reached-\d+|schema-version|vocabulary(-new)?"
)


def run_and_kill(action: Callable[[], None], at: int) -> bool:
    """Do something in a child that is killed before its `at`-th step on files; False: it ended."""
    child = os.fork()
    if child == 0:
        steps = 0

        def kill(event: str, _: Any) -> None:
            nonlocal steps
            if event in CHANGES_FILES:
                steps += 1
                if steps > at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(kill)
        try:
            action()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.slow
def test_a_save_killed_at_any_step_is_whole_or_was_never_made(
    indexed: Callable[..., WhooshIndex], tmp_path: Path
) -> None:
    words = indexed("lever", "pulley", "wedge")
    words.update([doc("1.md", "lever one")], ["3.md"], 2)
    words.close()
    change = [doc("1.md", "screw"), doc("4.md", "lever")]
    step = 0
    seen = set()
    killed = True
    while killed:
        copied = WhooshIndex(tmp_path / f"copy-{step}")
        shutil.copytree(words.folder, copied.folder)
        killed = run_and_kill(lambda to=copied: to.update(change, ["2.md"], 3), step)  # type: ignore[misc]
        generation = copied.generation
        seen.add(generation)
        found = {*copied.scores(Term("lever")), *copied.scores(Term("pulley"))}
        assert found == ({"4.md"} if generation == 3 else {"1.md", "2.md"}), step
        copied.update(change, ["2.md"], 3)
        assert [*copied.scores(Term("lever"))] == ["4.md"]
        assert [n for n in os.listdir(copied.folder) if not EXPECTED.fullmatch(n)] == []
        assert sum(name.startswith("reached-") for name in os.listdir(copied.folder)) == 1
        copied.close()
        step += 1
    assert step > 20
    assert seen == {2, 3}


def test_a_build_killed_at_any_step_leaves_the_old_index_or_the_new_one(
    indexed: Callable[..., WhooshIndex], tmp_path: Path
) -> None:
    words = indexed("lever", "pulley", "wedge")
    words.close()
    step = 0
    killed = True
    while killed:
        copied = WhooshIndex(tmp_path / "copies" / str(step))
        shutil.copytree(words.folder, copied.folder)
        killed = run_and_kill(lambda to=copied: to.build([doc("9.md", "lever")], 2), step)  # type: ignore[misc]
        if copied.generation is None:
            # Between the two renames there is no index for a moment; then it is built again.
            assert not copied.folder.exists()
        else:
            found = [*copied.scores(Term("lever"))]
            assert found == ["1.md" if copied.generation == 1 else "9.md"]
        copied.build([doc("9.md", "lever")], 2)
        assert [*copied.scores(Term("lever"))] == ["9.md"]
        beside = {path.name for path in (tmp_path / "copies").glob(f"{step}*")}
        assert beside <= {str(step), f"{step}.lock"}
        copied.close()
        step += 2
    assert step > 20


SAVE_FOR_EVER = """
    import sys
    from itertools import count
    from pathlib import Path
    from notekeep.catalog.documents import WordDoc
    from notekeep.search.whoosh_index import WhooshIndex

    words = WhooshIndex(Path(sys.argv[1]))
    for at in count(words.generation + 1):
        words.update([WordDoc(f"{at % 7}.md", "", body=f"lever {at}")], [], at)
        print(at, flush=True)
"""


@pytest.mark.slow
def test_killed_at_random_what_was_said_to_be_saved_is_saved(words: WhooshIndex) -> None:
    words.build([doc(f"{at}.md", "lever") for at in range(7)], 0)
    dice = random.Random(3)
    for _ in range(10):
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SAVE_FOR_EVER), words.folder],
            stdout=subprocess.PIPE,
            text=True,
        ) as saving:
            assert saving.stdout is not None
            said = [int(saving.stdout.readline()) for _ in range(dice.randint(1, 6))]
            saving.kill()
        assert words.generation is not None
        assert words.generation >= said[-1]
        assert len(words.scores(Term("lever"))) == words.count == 7
        assert words.scores(Term(str(words.generation)))


def test_the_folder_is_private(indexed: Callable[..., WhooshIndex]) -> None:
    assert indexed("lever").folder.stat().st_mode & 0o777 == 0o700


def test_a_sweep_keeps_what_is_in_use(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("lever")
    before = sorted(os.listdir(words.folder))
    for name in ("_MAIN_9.toc.123.4", "reached-8", "vocabulary.tmp"):
        (words.folder / name).write_text("left behind", "utf-8")
    (words.folder / "MAIN.tmp").mkdir()
    (words.folder / "MAIN.tmp" / "x.run").write_text("left behind", "utf-8")
    IndexFolder(words.folder).remove_leftovers()
    assert sorted(os.listdir(words.folder)) == before
