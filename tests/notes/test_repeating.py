"""Tasks that repeat: ticking one adds the next one, as Obsidian's plug-in Tasks does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from notekeep.vault import Vault

TODAY = date(2026, 11, 28)
TABLE = Path(__file__).parents[1] / "vectors" / "repeating-tasks.md"
SIGNS = {"due": "📅", "scheduled": "⏳", "start": "🛫", "done": "✅"}
NOTATIONS: dict[str, Callable[[str, str], str]] = {
    "signs": lambda name, day: f"{SIGNS[name]} {day}",
    "brackets": lambda name, day: f"[{name.replace('done', 'completion')}:: {day}]",
    "parentheses": lambda name, day: f"({name.replace('done', 'completion')}:: {day})",
    "words": lambda name, day: f"{name}:{day}",
}


class Case(NamedTuple):
    rule: str
    dates: str  # "due 2021-02-21, start 2021-02-20"
    done_on: str
    following: str

    def written(self, dates: str, notation: str) -> str:
        """Return the task with these dates."""
        write = NOTATIONS[notation]
        repeat = {
            "signs": f"🔁 {self.rule}",
            "words": f"every:{self.rule.replace(' ', '-')}",
            "brackets": f"[repeat:: {self.rule}]",
            "parentheses": f"(repeat:: {self.rule})",
        }[notation]
        days = [write(*one.split()) for one in dates.split(",")] if dates else []
        return " ".join(["I repeat", repeat, *days])


def cases() -> Iterator[Case]:
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith("|") and not line.startswith(("|--", "| rule")):
            yield Case(*map(str.strip, line.strip("|").split("|")))


def tick(vault: Vault, text: str, line: int = 1, day: date = TODAY) -> str:
    """Return a note after the task on a line is ticked."""
    Path(vault.root, "Note.md").write_bytes(text.encode())
    (change,) = vault.notes.plan_toggle_task("Note.md", line, day=day).changes
    return (change.after or b"").decode()


@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_next_task_is_the_one_that_obsidian_adds(vault: Vault, notation: str) -> None:
    known = list(cases())
    assert len(known) > 70
    for case in known:
        if notation == "words" and not case.rule.startswith("every"):
            continue
        task = case.written(case.dates, notation)
        day = date.fromisoformat(case.done_on) if case.done_on else TODAY
        *added, ticked = tick(vault, f"- [ ] {task}\n", day=day).splitlines()
        done = NOTATIONS[notation]("done", day.isoformat())
        assert re.sub(" +", " ", ticked) == f"- [x] {task} {done}", case
        expected = [] if case.following == "-" else [case.written(case.following, notation)]
        assert added == [f"- [ ] {one}" for one in expected], case


@pytest.mark.parametrize(
    "written",
    [
        # the place in a list, other fields, and ids that belong to one task only
        (
            "> 1. [ ] Mow ⏫ 🔁 every week 🆔 a1 ⛔ b2,c3 PLUS 2026-11-01 📅 2026-11-30 #home ^mow",
            "> 1. [ ] Mow ⏫ 🔁 every week PLUS 2026-11-28 📅 2026-12-07 #home",
            "> 1. [x] Mow ⏫ 🔁 every week 🆔 a1 ⛔ b2,c3 PLUS 2026-11-01 📅 2026-11-30 #home"  # noqa: ISC004
            " ✅ 2026-11-28 ^mow",
        ),
        # the rule before a date in another notation
        (
            "- [ ] Pay 🔁 every month due:2026-11-28",
            "- [ ] Pay 🔁 every month due:2026-12-28",
            "- [x] Pay 🔁 every month due:2026-11-28 ✅ 2026-11-28",
        ),
        (
            "- [ ] Gym every:mon,thu due:2026-11-26",
            "- [ ] Gym every:mon,thu due:2026-11-30",
            "- [x] Gym every:mon,thu due:2026-11-26 done:2026-11-28",
        ),
        (
            "- [ ] Gym every:3d when done due:2026-11-26",
            "- [ ] Gym every:3d when done due:2026-12-01",
            "- [x] Gym every:3d when done due:2026-11-26 done:2026-11-28",
        ),
        # variation selectors
        (
            "- [ ] Pay \U0001f5d3\ufe0f 2026-11-26 🔁\ufe0f every day",
            "- [ ] Pay \U0001f5d3\ufe0f 2026-11-27 🔁\ufe0f every day",
            "- [x] Pay \U0001f5d3\ufe0f 2026-11-26 🔁\ufe0f every day ✅ 2026-11-28",
        ),
        # A task that does not repeat gets a date only where the note has one.
        ("- [ ] Buy milk 📅 2026-11-28", "- [x] Buy milk 📅 2026-11-28"),
    ],
)
def test_the_lines_of_a_ticked_task(vault: Vault, written: tuple[str, ...]) -> None:
    before, *after = (line.replace("PLUS", "\N{HEAVY PLUS SIGN}") for line in written)
    for end in ("", "\n", "\r\n", "\r\n  - a note\r\n"):
        eol = end[:2] if end else "\n"
        ticked = tick(vault, before + end)
        assert ticked == eol.join(after) + end
        # Ticked again, it is as it was: the next task is removed.
        assert tick(vault, ticked, len(after)) == before + end


@pytest.mark.parametrize(
    ("task", "done"),
    [
        ("Buy milk", "Buy milk ✅ 2026-11-28"),
        ("Buy milk 📅 2026-11-28", "Buy milk 📅 2026-11-28 ✅ 2026-11-28"),
        ("Buy milk (due:: 2026-11-28)", "Buy milk (due:: 2026-11-28)  (completion:: 2026-11-28)"),
        ("Buy milk due:2026-11-28", "Buy milk due:2026-11-28 done:2026-11-28"),
    ],
)
def test_a_note_whose_tasks_have_the_day_they_were_done(vault: Vault, task: str, done: str) -> None:
    old = "- [x] Old ✅ 2026-11-01\n"
    ticked = tick(vault, f"- [ ] {task}\n{old}")
    assert ticked == f"- [x] {done}\n{old}"
    assert tick(vault, ticked) == f"- [ ] {task}\n{old}"
    # A cancelled task is opened without its date.
    assert tick(vault, f"- [-] {task} ❌ 2026-11-02\n") == f"- [ ] {task}\n"


def test_a_reopened_task_leaves_a_next_one_that_changed(vault: Vault) -> None:
    ticked = tick(vault, "- [ ] Mow every:1w due:2026-11-28\n").replace("Mow", "Mow all", 1)
    assert tick(vault, ticked, 2) == (
        "- [ ] Mow all every:1w due:2026-12-05\n- [ ] Mow every:1w due:2026-11-28\n"
    )


def test_ticking_is_one_step_that_undo_reverts(vault: Vault) -> None:
    before = "- [ ] Mow 🔁 every week 📅 2026-11-24\n"
    note = Path(vault.root, "Note.md")
    note.write_text(before, "utf-8")
    vault.notes.toggle_task("Note.md", 1)
    assert note.read_text("utf-8") == (
        "- [ ] Mow 🔁 every week 📅 2026-12-01\n"
        "- [x] Mow 🔁 every week 📅 2026-11-24 ✅ 2026-11-24\n"
    )
    vault.history.undo()
    assert note.read_text("utf-8") == before


def test_a_rule_that_is_not_understood_is_reported(vault: Vault) -> None:
    Path(vault.root, "Note.md").write_text("- [ ] Mow 🔁 every blue moon\n", "utf-8")
    remarks = vault.notes.toggle_task("Note.md", 1).remarks
    assert remarks == [
        '"every blue moon" is not a rule that notekeep understands, so no next task was added.'
    ]


def test_tasks_below_are_found_by_their_text_after_a_line_was_added(vault: Vault) -> None:
    note = Path(vault.root, "Note.md")
    texts = ["Mow every:1w due:2026-11-24", "Rake due:2026-11-24", "Dig due:2026-11-24"]
    note.write_text("".join(f"- [ ] {text}\n" for text in texts), "utf-8")
    for line, text in enumerate(texts, 1):
        vault.notes.toggle_task("Note.md", line, text)
    # The first one has a date now, and is still the same task.
    vault.notes.toggle_task("Note.md", 1, texts[0])
    assert note.read_text("utf-8") == (
        "- [ ] Mow every:1w due:2026-11-24\n"
        "- [x] Rake due:2026-11-24 done:2026-11-24\n"
        "- [x] Dig due:2026-11-24 done:2026-11-24\n"
    )
