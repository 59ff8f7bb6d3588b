"""One list of steps: changes of notes and check-ins, taken back newest first."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep import cache_files
from notekeep.errors import Conflict, NotFound
from notekeep.tracking import device_log
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

MED = "---\nhabit: med\ngoal: 10 min\n---\n"
DAY = dt.date(2026, 11, 24)


@pytest.fixture
def habits(vault: Vault) -> Vault:
    """The vault with a habit in it."""
    Path(vault.root, "habits/med.md").write_text(MED, "utf-8")
    vault.indexing.refresh(words=False)
    return vault


def minutes(vault: Vault, day: dt.date = DAY) -> float:
    """How long the habit was done on a day, as all lines of it say together."""
    index = vault.habits
    index.refresh()
    return index.days(index.find("med")).day(day.toordinal()).amount / 1000


def rating(vault: Vault) -> object:
    return vault.search.read("Deep Work").fields["rating"]


def verbs(vault: Vault) -> list[tuple[str, bool]]:
    return [(step.verb, step.undone) for step in vault.history.steps()]


def test_undo_takes_back_whatever_was_last(habits: Vault) -> None:
    habits.habits.check_in("med", "10 min")
    habits.notes.set_fields(["books/Deep Work.md"], ["rating=5"])
    habits.habits.check_in("med", "skip", DAY - dt.timedelta(days=3))

    assert [step.verb for step in habits.history.undo(2)] == ["check-in", "set"]

    assert rating(habits) == 4
    assert minutes(habits) == 10
    assert verbs(habits) == [("check-in", True), ("set", True), ("check-in", False)]
    assert habits.history.undo()[0].label == "med 10 min · Tue 24 Nov"
    with pytest.raises(NotFound, match="nothing to undo"):
        habits.history.undo()


def test_a_day_is_what_it_was_when_its_check_ins_are_taken_back(habits: Vault) -> None:
    habits.habits.check_in("med", "4 min")
    habits.habits.check_in("med", "5 min")
    habits.habits.check_in("med", "= 30 min")
    assert minutes(habits) == 30
    habits.history.undo()
    assert minutes(habits) == 9
    habits.history.undo()
    assert minutes(habits) == 4


def test_redo_goes_forward_through_both_kinds(habits: Vault) -> None:
    habits.habits.check_in("med", "4 min")
    habits.habits.check_in("med", "5 min")
    habits.notes.set_fields(["books/Deep Work.md"], ["rating=5"])
    habits.history.undo(3)

    assert habits.history.redo().verb == "check-in"
    assert habits.history.redo().verb == "check-in"
    assert habits.history.redo().verb == "set"

    assert minutes(habits) == 9
    assert rating(habits) == 5
    with pytest.raises(NotFound, match="nothing to redo"):
        habits.history.redo()


def test_what_was_done_again_is_taken_back_again(habits: Vault) -> None:
    habits.habits.check_in("med", "4 min")
    habits.history.undo()
    habits.history.redo()
    assert minutes(habits) == 4
    habits.history.undo()
    assert minutes(habits) == 0
    habits.history.redo()
    assert minutes(habits) == 4
    habits.history.undo()
    assert minutes(habits) == 0


def test_a_check_in_ends_what_could_be_done_again(habits: Vault) -> None:
    habits.notes.set_fields(["books/Deep Work.md"], ["rating=5"])
    habits.history.undo()
    habits.habits.check_in("med", "4 min")
    with pytest.raises(NotFound, match="nothing to redo"):
        habits.history.redo()


def test_a_change_ends_what_could_be_done_again(habits: Vault) -> None:
    habits.habits.check_in("med", "4 min")
    habits.history.undo()
    habits.notes.set_fields(["books/Deep Work.md"], ["rating=5"])
    with pytest.raises(NotFound, match="nothing to redo"):
        habits.history.redo()


def test_what_would_be_taken_back_is_said_without_doing_it(
    habits: Vault, texts: Callable[[], dict[str, bytes]]
) -> None:
    habits.notes.set_fields(["books/Deep Work.md"], ["rating=5"])
    habits.habits.check_in("med", "4 min")
    before = texts()
    assert [step.verb for step in habits.history.undo(9, dry_run=True)] == ["check-in", "set"]
    assert texts() == before
    habits.history.undo(2)
    before = texts()
    assert habits.history.redo(dry_run=True).verb == "set"
    assert texts() == before


def test_the_time_of_an_old_day_does_not_count(habits: Vault) -> None:
    habits.notes.set_fields(["books/Deep Work.md"], ["rating=5"])
    habits.habits.check_in("med", "4 min", DAY - dt.timedelta(days=300))
    assert habits.history.undo()[0].verb == "check-in"


def test_without_its_moments_a_line_has_the_time_it_names(habits: Vault) -> None:
    habits.habits.check_in("med", "4 min", DAY - dt.timedelta(days=300))
    habits.notes.set_fields(["books/Deep Work.md"], ["rating=5"])
    Path(habits.places.state, device_log.TIMES_FILE).unlink()
    assert [step.verb for step in habits.history.undo(2)] == ["set", "check-in"]


def test_moments_are_few_and_private(habits: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_files, "MAX_APPENDED", 200)
    for count in range(1, 30):
        habits.habits.check_in("med", f"{count} min")
    path = Path(habits.places.state, device_log.TIMES_FILE)
    assert path.stat().st_size <= 240
    assert path.stat().st_mode & 0o077 == 0
    assert b"med" not in path.read_bytes()
    assert len(habits.history.undo(29)) == 29


def test_another_process_sees_the_same_list(habits: Vault) -> None:
    habits.notes.set_fields(["books/Deep Work.md"], ["rating=5"])
    habits.habits.check_in("med", "4 min")
    other = Vault.open(habits.root)
    assert [step.verb for step in other.history.undo(2)] == ["check-in", "set"]
    assert rating(habits) == 4


def test_one_step_is_taken_back_alone(vault: Vault) -> None:
    vault.notes.set_fields(["books/Deep Work.md"], ["rating=5"])
    vault.notes.add("More.", "Deep Work")
    older = vault.history.steps()[1]

    assert vault.history.undo_step(older.id).label == "rating=5 in Deep Work"

    vault.indexing.refresh(words=False)
    assert rating(vault) == 4
    assert vault.search.read("Deep Work").body.endswith("More.\n")
    assert verbs(vault) == [("add", False), ("set", True)]
    with pytest.raises(NotFound, match="already undone"):
        vault.history.undo_step(older.id)
    # It is what was taken back last, so it is done again first.
    assert vault.history.redo().label == "rating=5 in Deep Work"
    assert rating(vault) == 5


def test_a_step_in_whose_place_something_else_is_stays(vault: Vault) -> None:
    vault.notes.set_fields(["books/Deep Work.md"], ["rating=5"])
    vault.notes.set_fields(["books/Deep Work.md"], ["rating=3"])
    before = Path(vault.root, "books/Deep Work.md").read_bytes()
    with pytest.raises(Conflict, match="same lines"):
        vault.history.undo_step(vault.history.steps()[1].id)
    assert Path(vault.root, "books/Deep Work.md").read_bytes() == before
    assert verbs(vault) == [("set", False), ("set", False)]


def test_a_step_shows_what_it_did_file_by_file(vault: Vault) -> None:
    vault.notes.rename("Deep Work", "Deeper Work")
    vault.notes.delete("inbox/List.md")
    trashed, renamed = (vault.history.show(step.id) for step in vault.history.steps())

    (gone,) = trashed.changes
    assert (gone.path, gone.after) == ("inbox/List.md", None)
    assert gone.before == b"# List\n\n## Open\n\n- one\n- two\n\n## Done\n\nNothing yet.\n"
    by_path = {change.path: change for change in renamed.changes}
    book = by_path["books/Deep Work.md"]
    assert book.target == "books/Deeper Work.md"
    assert b"title: Deeper Work" in (book.after or b"")
    assert b"title: Deep Work" in (book.before or b"")
    assert b"[[Deeper Work]]" in (by_path["books/Other.md"].after or b"")
    assert renamed.more == 0
    short = vault.history.show(vault.history.steps()[1].id, most=1)
    assert (len(short.changes), short.more) == (1, len(renamed.changes) - 1)


def test_what_history_let_go_of_is_said(vault: Vault) -> None:
    vault.notes.set_fields(["books/Deep Work.md"], ["rating=5"])
    step = vault.history.steps()[0]
    for blob in list(vault.history.store.blobs):
        vault.history.store.blobs.remove(blob.digest)
    past = vault.history.show(step.id)
    assert (past.changes, past.pruned) == ([], ["books/Deep Work.md"])
    with pytest.raises(NotFound, match="no longer in history"):
        vault.history.show("no such step")
