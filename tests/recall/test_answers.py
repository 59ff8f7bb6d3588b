"""Answers: what they write, how they find their passage, and what two devices make of them."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notekeep.errors import NotFound, UsageError
from notekeep.markdown.note_merge import merge_versions
from notekeep.recall.log import GRADES
from notekeep.recall.schedule import Recall
from tests.recall.conftest import GARDEN, Device
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = "A bed is a promise to somebody you do not know."
VALUES = (*GRADES, "keep", "later 30d", "stop", "clear", "favourite", "no-favourite")


def test_an_answer_is_a_line_of_this_device_and_leaves_the_note_as_it_is(laptop: Device) -> None:
    laptop.say("good")
    key = laptop.item.passage.key
    assert laptop.read("review/log/2026-11.laptop.md") == (
        f"# Answers 2026-11\n\n- 2026-11-24 21:15 good {key} -- {TEXT} [[The Garden]]\n"
    )
    assert laptop.read("The Garden.md") == GARDEN


@pytest.mark.parametrize("value", ["", "bad", "later", "later 0d", "later -3", "later 99999d"])
def test_other_words_are_no_answer(laptop: Device, value: str) -> None:
    with pytest.raises(UsageError):
        laptop.say(value)
    assert not (laptop.root / "review").exists()


def test_the_day_begins_with_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop = Device(tmp_path, "laptop", monkeypatch, day_start=4)
    laptop.say("good", "2026-11-25T00:30")
    assert laptop.log()[0].startswith("- 2026-11-24 24:30 good ")


def test_a_clock_that_was_set_back_does_not_lose_the_last_answer(laptop: Device) -> None:
    laptop.say("again", "2026-11-24T21:15")
    after = laptop.say("easy", "2026-11-24T20:15")
    assert (after.recall.lapses, after.recall.grades) == (0, 1)


def test_a_private_passage_is_not_copied_into_the_log(laptop: Device) -> None:
    laptop.write("The Garden.md", f"---\nprivate: true\n---\n{GARDEN}")
    laptop.say("good")
    assert laptop.log() == [f"- 2026-11-24 21:15 good {laptop.item.passage.key}"]


# A passage that changes.


def test_an_edited_passage_keeps_its_answers(laptop: Device) -> None:
    due = laptop.say("easy").recall.due
    laptop.write("The Garden.md", GARDEN.replace("somebody", "someone"))
    assert (laptop.item.recall.due, laptop.item.is_edited) == (due, True)
    after = laptop.say("good", "2026-12-02T21:15")
    assert after.recall.grades == 2
    laptop.write("The Garden.md", GARDEN.replace("somebody you", "someone we"))
    assert laptop.item.recall.grades == 2, "the text of the last answer is compared"


def test_another_text_has_no_answers(laptop: Device) -> None:
    laptop.say("easy")
    laptop.write("The Garden.md", "# The Garden\n\n> A bed is somewhere to lie down at night.\n")
    assert laptop.item.recall == Recall()
    laptop.write("The Garden.md", GARDEN)
    assert laptop.item.recall.grades == 1, "what was deleted and comes back has its answers"


def test_a_moved_passage_keeps_its_answers(laptop: Device) -> None:
    laptop.say("easy")
    (laptop.root / "The Garden.md").unlink()
    laptop.write("other/Beds.md", f"Before.\n\n> {TEXT.upper()}\n")
    assert (laptop.item.recall.grades, laptop.item.is_edited) == (1, False)


def test_an_edited_passage_of_another_note_has_no_answers(laptop: Device) -> None:
    laptop.say("easy")
    (laptop.root / "The Garden.md").unlink()
    laptop.write("Beds.md", GARDEN.replace("somebody", "someone"))
    assert laptop.item.recall == Recall()


def test_of_a_split_passage_only_the_part_that_is_nearly_the_same_keeps_the_answers(
    laptop: Device,
) -> None:
    laptop.say("easy")
    laptop.write("The Garden.md", "# G\n\n> A bed is a promise to somebody you do not\n\n> know.\n")
    assert [one.recall.grades for one in laptop.items] == [1, 0]


def test_a_block_id_keeps_the_answers_of_any_text(laptop: Device) -> None:
    laptop.write("The Garden.md", "> one\n\n^kd-7f3ab2c1\n")
    laptop.say("easy")
    laptop.write("The Garden.md", "> something else\n\n^kd-7f3ab2c1\n")
    assert (laptop.item.recall.grades, laptop.item.is_edited) == (1, False)


def test_a_block_id_that_is_added_later_keeps_the_answers(laptop: Device) -> None:
    laptop.say("easy")
    laptop.write("The Garden.md", f"{GARDEN}\n^mine\n")
    assert laptop.say("good", "2026-12-02T21:15").recall.grades == 2


def test_the_same_short_id_in_two_notes_is_two_passages(laptop: Device) -> None:
    laptop.write("The Garden.md", "> one ^1\n")
    laptop.say("easy")
    laptop.write("Other.md", "> two ^1\n")
    assert [one.recall.grades for one in laptop.items] == [0, 1] or [
        one.recall.grades for one in laptop.items
    ] == [1, 0]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "note",
    [GARDEN, f"{GARDEN}\nText below.\n", f"- item\n\n  > {TEXT}\n- other\n", f"> {TEXT}\n# Next\n"],
    ids=["at the end", "in the middle", "in a list", "above a heading"],
)
def test_adopting_writes_an_id_that_survives_every_edit(
    laptop: Device, note: str, end: str
) -> None:
    note = note.replace("\n", end)
    laptop.write("The Garden.md", note)
    key = laptop.say("easy").passage.key
    laptop.vault.notes.apply(laptop.vault.recall.plan_adopt())
    adopted = laptop.read("The Garden.md")
    assert f"^q-{key[1:]}{end}" in adopted
    assert [line for line in adopted.split(end) if line.strip() and "^q-" not in line] == [
        line for line in note.split(end) if line.strip()
    ]
    laptop.write("The Garden.md", adopted.replace(TEXT, "Nothing is left of it."))
    assert (laptop.item.recall.grades, laptop.item.passage.key) == (1, key)


def test_only_answered_passages_are_adopted(laptop: Device) -> None:
    assert laptop.vault.recall.plan_adopt().changes == []


def test_of_equal_passages_in_a_note_only_one_gets_the_id(laptop: Device) -> None:
    note = f"> {TEXT}\n\nBetween.\n\n> {TEXT}\n"
    laptop.write("The Garden.md", note)
    key = laptop.items[0].passage.key
    laptop.vault.recall.answer(key, "easy")
    laptop.vault.notes.apply(laptop.vault.recall.plan_adopt())
    assert laptop.read("The Garden.md") == note.replace("\n\nB", f"\n\n^q-{key[1:]}\n\nB")
    assert [one.recall.grades for one in laptop.items] == [1, 1]
    assert laptop.vault.recall.plan_adopt().changes == []


# Undo.


@pytest.mark.parametrize("value", VALUES)
def test_every_answer_can_be_undone_and_redone(laptop: Device, value: str) -> None:
    laptop.say("hard", "2026-11-20T21:15")
    laptop.say("favourite" if value == "no-favourite" else "easy", "2026-11-24T21:15")
    before = laptop.item.recall
    after = laptop.say(value, "2026-11-24T21:16").recall
    laptop.vault.history.undo()
    assert laptop.item.recall == before
    laptop.vault.history.redo()
    assert laptop.item.recall == after
    laptop.vault.history.undo(2)
    assert laptop.item.recall.grades == 1


def test_undo_takes_answers_and_changes_of_notes_in_the_order_in_which_they_were_made(
    laptop: Device,
) -> None:
    laptop.say("hard")
    laptop.vault.notes.add("a line", "The Garden")
    laptop.say("favourite")
    verbs = [step.verb for step in laptop.vault.history.undo(3)]
    assert verbs == ["recall", "add", "recall"]
    assert laptop.read("The Garden.md") == GARDEN
    with pytest.raises(NotFound):
        laptop.vault.history.undo()


# Two devices.


HISTORY = st.lists(
    st.tuples(st.booleans(), st.sampled_from((*VALUES, "undo")), st.integers(0, 30)), max_size=12
)


@settings(
    max_examples=sized(20, 500),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=HISTORY, merges_by_git=st.booleans())
def test_two_devices_have_the_same_days_after_any_merge(
    make_device: Callable[[str], Device],
    history: list[tuple[bool, str, int]],
    *,
    merges_by_git: bool,
) -> None:
    devices = make_device("laptop"), make_device("desk")
    try:
        for is_second, value, day in sorted(history, key=lambda one: one[2]):
            now = f"2026-{11 + day // 30:02}-{day % 30 + 1:02}T21:15"
            device = devices[is_second]
            if value == "undo":
                with suppress(NotFound):
                    device.vault.recall.undo()
            else:
                device.say(value, now)
        _merge(*devices, merges_by_git=merges_by_git)
        first, second = (one.item for one in devices)
        assert first.recall == second.recall
        assert first.as_object() == second.as_object()
    finally:
        for device in devices:
            device.vault.catalog.close()
            shutil.rmtree(device.root.parent)


def _merge(first: Device, second: Device, *, merges_by_git: bool) -> None:
    """Give both the lines of both: in the same file, or as the conflict copy of a sync program."""
    logs = []
    for device in (first, second):
        folder = device.root / "review" / "log"
        found = folder.glob("*") if folder.exists() else ()
        logs.append({file.name.split(".")[0]: file.read_bytes() for file in found})
    for month in {*logs[0], *logs[1]}:
        ours, theirs = (log.get(month, b"") for log in logs)
        for device, (mine, other) in ((first, (ours, theirs)), (second, (theirs, ours))):
            name = f"review/log/{month}.{device.name}"
            if merges_by_git:
                merged = merge_versions(f"{name}.md", None, mine, other)
                assert merged is not None
                device.write_only(f"{name}.md", merged.decode())
            else:
                copy = f"{name}.sync-conflict-20261124-211500-ABCDEFG.md"
                device.write_only(copy, other.decode())
