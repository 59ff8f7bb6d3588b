"""Two versions of a note: found whatever left them, and settled without losing either."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Ambiguous, Conflict, NotFound
from notekeep.notes.conflict_pairs import (
    ConflictPair,
    find_conflict,
    list_conflicts,
    mark_lines,
    plan_keep,
    plan_merge,
    plan_merge_all,
    plan_show,
    read_sides,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.notes.conflict_pairs import Choice
    from notekeep.notes.plan import WritePlan
    from notekeep.vault import Vault

MINE = "one\n\ntwo\n\nthree\n"
COPY = "inbox/Plan.sync-conflict-20261120-101010-ABCDEFG.md"
NOTE = "inbox/Plan.md"


def write(vault: Vault, path: str, text: str) -> None:
    place = Path(vault.root, path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text.encode())
    vault.indexing.refresh(words=False)


def pair(vault: Vault, theirs: str, mine: str = MINE) -> ConflictPair:
    write(vault, NOTE, mine)
    write(vault, COPY, theirs)
    return find_conflict(vault.workspace, "Plan")


def merge(vault: Vault, one: ConflictPair) -> WritePlan:
    return plan_merge(vault.workspace, vault.history.store, one)


def held(vault: Vault, path: str) -> str | None:
    place = Path(vault.root, path)
    return place.read_bytes().decode() if place.exists() else None


@pytest.mark.parametrize(
    "copy",
    [
        "Plan.sync-conflict-20261120-101010-ABCDEFG.md",
        "Plan (Mia's conflicted copy 2026-11-20).md",
        "Plan (conflicted copy 2026-11-20 101010).md",
        "Plan (conflict laptop 2026-11-20 101010).md",
        "Plan (conflict laptop abc1234).md",
        "Plan (1).md",
        "Plan--conflicted-copy.md",
    ],
    ids=["Syncthing", "Dropbox", "Nextcloud", "notekeep", "sync", "Drive", "nb"],
)
def test_a_copy_is_listed_with_its_note_whatever_tool_left_it(vault: Vault, copy: str) -> None:
    write(vault, NOTE, MINE)
    write(vault, f"inbox/{copy}", MINE)
    assert list_conflicts(vault.workspace) == [ConflictPair(f"inbox/{copy}", NOTE, "copy")]
    assert [row.path for row in vault.search.rows("is:conflict").rows] == [NOTE]
    assert vault.search.rows("file:Plan").total == 1
    for name in (f"inbox/{copy}", copy, NOTE, "Plan"):
        assert find_conflict(vault.workspace, name).copy == f"inbox/{copy}"


def test_marks_of_git_are_found_outside_of_code(vault: Vault) -> None:
    marks = "<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> other\n"
    write(vault, "inbox/Marks.md", f"a\n\n{marks}")
    write(vault, "inbox/Code.md", f"```\n{marks}```\n")
    write(vault, "inbox/Head.md", f"---\ntitle: x\n{marks}---\nText\n")
    assert list_conflicts(vault.workspace) == [
        ConflictPair("inbox/Head.md", "inbox/Head.md", "marks"),
        ConflictPair("inbox/Marks.md", "inbox/Marks.md", "marks"),
    ]
    assert {row.path for row in vault.search.rows("is:conflict").rows} == {
        "inbox/Head.md",
        "inbox/Marks.md",
    }


def test_copies_of_logs_and_marks_in_them_are_listed(vault: Vault) -> None:
    write(vault, "habits/log/2026-11.laptop.md", "- 2026-11-20 med: done\n")
    copy = "habits/log/2026-11.laptop.sync-conflict-20261120-101010-ABCDEFG.md"
    write(vault, copy, "- 2026-11-21 med: done\n")
    write(
        vault,
        "habits/log/2026-10.laptop.md",
        "<<<<<<< a\n- 2026-10-20 med: done\n=======\n- 2026-10-21 med: done\n>>>>>>> b\n",
    )
    assert [(one.copy, one.kind) for one in list_conflicts(vault.workspace)] == [
        ("habits/log/2026-10.laptop.md", "marks"),
        (copy, "log"),
    ]


def test_two_copies_of_one_note_are_told_apart(vault: Vault) -> None:
    pair(vault, "x")
    write(vault, "inbox/Plan (conflicted copy 2026-11-20 101010).md", "y")
    with pytest.raises(Ambiguous):
        find_conflict(vault.workspace, "Plan")
    assert find_conflict(vault.workspace, COPY).copy == COPY
    with pytest.raises(NotFound, match="No conflict"):
        find_conflict(vault.workspace, "Nobody")


def test_the_difference_is_that_from_the_note_to_the_copy(vault: Vault) -> None:
    shown = list(plan_show(vault.workspace, pair(vault, "one\n\n2\n\nthree\n")).diff())
    assert "-two" in shown
    assert "+2" in shown


@pytest.mark.parametrize(
    ("choice", "note", "beside"),
    [("mine", MINE, None), ("theirs", "theirs\n", None), ("both", MINE, "theirs\n")],
)
def test_what_goes_is_in_the_trash_or_in_history(
    vault: Vault,
    texts: Callable[[], dict[str, bytes]],
    choice: Choice,
    note: str,
    beside: str | None,
) -> None:
    one = pair(vault, "theirs\n")
    before = texts()

    vault.notes.apply(plan_keep(vault.workspace, one, choice))

    assert held(vault, NOTE) == note
    assert held(vault, "inbox/Plan 2.md") == beside
    assert list_conflicts(vault.workspace) == []
    if choice != "both":
        assert held(vault, f".trash/{COPY}") == "theirs\n"
    if choice == "theirs":
        assert MINE.encode() in [
            vault.history.store.blobs.read(version.digest)
            for version in vault.history.store.versions(NOTE)
        ]
    vault.history.undo()
    assert texts() == before


@pytest.mark.parametrize("choice", ["theirs", "both"])
def test_a_copy_of_a_note_that_is_gone_takes_its_place(vault: Vault, choice: Choice) -> None:
    write(vault, COPY, "theirs\n")
    vault.notes.apply(plan_keep(vault.workspace, find_conflict(vault.workspace, "Plan"), choice))
    assert held(vault, NOTE) == "theirs\n"
    assert held(vault, COPY) is None


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        ("mine", "a\nmine\nb\n"),
        ("theirs", "a\ntheirs\nb\n"),
        ("both", "a\nmine\ntheirs\nb\n"),
    ],
)
@pytest.mark.parametrize("base", ["", "||||||| merged\nold\n"])
def test_marks_of_git_give_way_to_the_side_that_is_kept(
    vault: Vault, choice: Choice, wanted: str, base: str
) -> None:
    write(vault, NOTE, f"a\n<<<<<<< HEAD\nmine\n{base}=======\ntheirs\n>>>>>>> x\nb\n")
    vault.notes.apply(plan_keep(vault.workspace, find_conflict(vault.workspace, "Plan"), choice))
    assert held(vault, NOTE) == wanted
    vault.history.undo()
    assert "<<<<<<< HEAD" in (held(vault, NOTE) or "")


class TestMerge:
    def test_with_a_base_in_history_both_changes_are_made(
        self, vault: Vault, texts: Callable[[], dict[str, bytes]]
    ) -> None:
        vault.notes.create("note", "Plan", fields={"rating": 1}, body=f"- [ ] call\n\n{MINE}")
        made = held(vault, NOTE) or ""
        vault.notes.set_fields([NOTE], ["rating=5"])
        one = pair(vault, made.replace("[ ]", "[x]"), held(vault, NOTE) or "")
        before = texts()
        vault.notes.apply(merge(vault, one))
        assert held(vault, NOTE) == made.replace("[ ]", "[x]").replace("rating: 1", "rating: 5")
        assert list_conflicts(vault.workspace) == []
        vault.history.undo()
        assert texts() == before

    def test_a_version_that_the_copy_knows_is_a_base(self, vault: Vault) -> None:
        write(vault, NOTE, f"---\nrating: 1\n---\n{MINE}")
        vault.notes.set_fields([NOTE], ["rating=2"])
        copied = held(vault, NOTE) or ""
        vault.notes.set_fields([NOTE], ["rating=3"])
        one = pair(vault, f"{copied}four\n", held(vault, NOTE) or "")
        vault.notes.apply(merge(vault, one))
        assert held(vault, NOTE) == f"{copied}four\n".replace(": 2", ": 3")

    @pytest.mark.parametrize("is_copy", [True, False], ids=["copy", "note"])
    @pytest.mark.parametrize(
        ("changes", "other"),
        [
            (["rating=4"], "---\nrating: 2\n---\none\n\nthree\n"),
            (["status=done"], "---\nrating: 1\n---\none\n\nthree\nfour\n"),
        ],
        ids=["the same field", "another field"],
    )
    def test_what_this_machine_wrote_stays_whichever_file_has_it(
        self, vault: Vault, changes: list[str], other: str, *, is_copy: bool
    ) -> None:
        write(vault, NOTE, f"---\nrating: 1\n---\n{MINE}")  # where "two" is new
        vault.notes.set_fields([NOTE], changes)
        mine = held(vault, NOTE) or ""
        one = pair(vault, *((mine, other) if is_copy else (other, mine)))
        if changes == ["rating=4"]:
            with pytest.raises(Conflict):
                merge(vault, one)
            return
        vault.notes.apply(merge(vault, one))
        assert {*mine.splitlines(), "four"} == set((held(vault, NOTE) or "").splitlines())

    def test_a_note_that_two_machines_made_has_what_both_wrote(self, vault: Vault) -> None:
        vault.notes.create("note", "Plan", body="# Plan\n\n- buy milk\n")
        mine = held(vault, NOTE) or ""
        one = pair(vault, mine.replace("buy milk", "call Ann"), mine)
        with pytest.raises(Conflict):
            merge(vault, one)

    def test_a_paragraph_that_was_pasted_from_the_copy_is_no_proof_of_a_base(
        self, vault: Vault
    ) -> None:
        write(vault, NOTE, MINE)
        vault.notes.apply(vault.notes.plan_add("mine", NOTE))
        vault.notes.apply(vault.notes.plan_add("theirs", NOTE))
        one = pair(vault, f"{MINE}theirs\n", held(vault, NOTE) or "")
        vault.notes.apply(merge(vault, one))
        assert {"mine", "theirs"} <= {
            line.removeprefix("- ") for line in (held(vault, NOTE) or "").splitlines()
        }

    def test_what_was_written_before_history_began_is_not_taken_out(self, vault: Vault) -> None:
        parted = f"---\nrating: 1\n---\n{MINE}"
        write(vault, NOTE, parted.replace("three", "A paragraph of mine.\n\nthree"))
        vault.notes.set_fields([NOTE], ["rating=5"])
        one = pair(vault, f"{parted}four\n", held(vault, NOTE) or "")
        vault.notes.apply(merge(vault, one))
        merged = held(vault, NOTE) or ""
        assert "A paragraph of mine." in merged
        assert "four" in merged
        assert "rating: 5" in merged

    def test_nor_is_an_edit_turned_back(self, vault: Vault) -> None:
        parted = f"---\nrating: 1\n---\n{MINE}"
        write(vault, NOTE, parted.replace("two", "two, edited here"))
        vault.notes.set_fields([NOTE], ["rating=5"])
        one = pair(vault, f"{parted}four\n", held(vault, NOTE) or "")
        with pytest.raises(Conflict):
            merge(vault, one)

    def test_without_a_base_every_line_of_both_is_kept(self, vault: Vault) -> None:
        one = pair(vault, "zero\none\n\ntwo\n\nthree\n", "one\n\ntwo\n\nthree\nfour\n")
        vault.notes.apply(merge(vault, one))
        assert held(vault, NOTE) == "zero\none\n\ntwo\n\nthree\nfour\n"

    def test_a_merge_that_was_undone_can_be_made_again(self, vault: Vault) -> None:
        vault.notes.create("note", "Plan", body=MINE)
        made = held(vault, NOTE) or ""
        one = pair(vault, f"{made}four\n", made)
        for _ in range(2):
            vault.notes.apply(merge(vault, one))
            assert held(vault, NOTE) == f"{made}four\n"
            vault.history.undo()
            assert held(vault, NOTE) == made

    def test_where_it_cannot_be_done_both_versions_stay(
        self, vault: Vault, texts: Callable[[], dict[str, bytes]]
    ) -> None:
        one = pair(vault, "one\n\n2\n\nthree\n")
        before = texts()
        with pytest.raises(Conflict, match="Both versions changed the same lines"):
            merge(vault, one)
        assert texts() == before

    def test_marks_that_know_their_base_are_merged(self, vault: Vault) -> None:
        write(
            vault,
            NOTE,
            "<<<<<<< a\nONE\nx\ntwo\n||||||| base\none\nx\ntwo\n=======\none\nx\nTWO\n>>>>>>> b\n",
        )
        vault.notes.apply(merge(vault, find_conflict(vault.workspace, "Plan")))
        assert held(vault, NOTE) == "ONE\nx\nTWO\n"

    def test_logs_are_joined_line_by_line(self, vault: Vault) -> None:
        note = "habits/log/2026-11.laptop.md"
        copy = "habits/log/2026-11.laptop.sync-conflict-20261120-101010-ABCDEFG.md"
        write(vault, note, "# Log\n\n- 2026-11-20 med: done\n  went well\n- 2026-11-22 med: done")
        write(vault, copy, "# Log\n\n- 2026-11-20 med: done\n  went well\n- 2026-11-21 med: skip\n")
        vault.notes.apply(merge(vault, find_conflict(vault.workspace, copy)))
        assert held(vault, note) == (
            "# Log\n\n- 2026-11-20 med: done\n  went well\n- 2026-11-22 med: done\n"
            "- 2026-11-21 med: skip\n"
        )
        assert held(vault, copy) is None

    def test_no_mark_is_ever_written(self, vault: Vault) -> None:
        versions = ["a\nb\nc\n", "a\nB\nc\n", "a\nb\nC\nd\n", "", "x\n", "a\nb\nc"]
        for mine in versions:
            for theirs in versions:
                one = pair(vault, theirs, mine)
                try:
                    plan = merge(vault, one)
                except Conflict:
                    continue
                after = b"".join(change.after or b"" for change in plan.changes)
                assert b"<<<<" not in after
                assert b">>>>" not in after


def test_all_that_can_be_merged_is_merged_in_one_step(
    vault: Vault, texts: Callable[[], dict[str, bytes]]
) -> None:
    vault.notes.create("note", "Plan", body="- [ ] one\n- [ ] two\n")
    plan = held(vault, NOTE) or ""
    vault.notes.create("note", "Other", body="text\n")
    other = held(vault, "inbox/Other.md") or ""
    write(vault, NOTE, plan.replace("[ ] one", "[x] one"))
    write(vault, COPY, plan.replace("[ ] two", "[x] two"))
    write(vault, "inbox/Other.md", other.replace("text", "mine"))
    copy = COPY.replace("Plan", "Other")
    write(vault, copy, other.replace("text", "theirs"))
    before = texts()

    merged = plan_merge_all(vault.workspace, vault.history.store)
    assert [problem.path for problem in merged.refused] == [copy]
    vault.notes.apply(merged)

    assert held(vault, NOTE) == plan.replace("[ ]", "[x]")
    assert [pair.copy for pair in list_conflicts(vault.workspace)] == [copy]
    vault.history.undo()
    assert texts() == before


def test_the_lines_of_gits_marks_are_told(vault: Vault) -> None:
    root = Path(vault.root)
    mark = "<<<<<<< a\nmine\n=======\ntheirs\n>>>>>>> b\n"
    (root / "inbox/Marked.md").write_text(f"---\ntitle: x\n---\none\n{mark}two\n{mark}")
    vault.indexing.refresh(words=False)
    (pair,) = [one for one in list_conflicts(vault.workspace) if one.kind == "marks"]
    assert mark_lines(vault.workspace, pair) == [5, 11]
    mine, theirs = read_sides(vault.workspace, pair)
    assert mine is not None
    assert (b"mine" in mine, b"theirs" in mine, b"theirs" in theirs) == (True, False, True)
