"""The dates of tasks, in the three notations that people use."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from notekeep.catalog.records import TaskRow
from notekeep.vault import Vault

DUE = date(2026, 12, 8)
TODAY = date(2026, 11, 28)


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setenv("NOTEKEEP_NOW", f"{TODAY}T12:00")
    return Vault.open(tmp_path)


def read(vault: Vault, *texts: str, done: bool | None = False) -> list[TaskRow]:
    """Return the tasks of a note."""
    note = Path(vault.root, "Note.md")
    note.write_text("".join(f"- [ ] {text}\n" for text in texts), "utf-8")
    vault.indexing.refresh(words=False)
    return vault.search.tasks(done=done)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pay 📅 2026-12-08", DUE),
        ("pay 📅2026-12-08", DUE),
        ("pay 📆 2026-12-08 soon", DUE),
        ("pay \U0001f5d3\ufe0f 2026-12-08 #home ^id", DUE),
        ("pay [due:: 2026-12-08] now", DUE),
        ("pay [due::2026-12-08]", DUE),
        ("pay (due:: 2026-12-08)", DUE),
        ("pay due: 2026-12-08", DUE),
        ("pay due:2026-12-08.", DUE),
        ("pay 🔁 every week due:2026-12-08", DUE),
        ("📅 2026-12-08 pay 📅 2026-12-09", DUE),
        ("on 2026-12-08", None),
        ("overdue:2026-12-08", None),
        ("due: 2026-13-08", None),
        ("[due:: tomorrow]", None),
    ],
)
def test_the_due_day_of_a_task(vault: Vault, text: str, expected: date | None) -> None:
    assert [task.due for task in read(vault, text)] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "plan ⏫ ⏳ 2026-12-05 🛫 2026-11-20 📅 2026-12-08 🔁 every week",
        "plan 🔁 every week \u231b 2026-12-05 📅 2026-12-08 🛫 2026-11-20 ⏫\ufe0f",
        "plan [priority:: high] [scheduled:: 2026-12-05] (start:: 2026-11-20) [due:: 2026-12-08]",
        "plan ⏫ scheduled:2026-12-05 start:2026-11-20 due:2026-12-08 every:1w",
    ],
)
def test_all_dates_and_the_priority_of_a_task(vault: Vault, text: str) -> None:
    (task,) = read(vault, text)
    found = (task.due, task.scheduled, task.start, task.priority)
    assert found == (DUE, date(2026, 12, 5), date(2026, 11, 20), 1)


def test_a_task_is_no_open_work_before_its_start(vault: Vault) -> None:
    texts = ["later 🛫 2026-11-29 📅 2026-12-01", "now 🛫 2026-11-28 📅 2026-12-01", "any day"]
    assert [task.text for task in read(vault, *texts)] == texts[1:]
    assert [task.text for task in read(vault, *texts, done=None)] == texts
    assert vault.overview().tasks.open == 2
    assert [due.task.text for due in vault.overview().tasks.week] == [texts[1]]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("late 📅 2026-11-27", "2026-11-27"),
        ("late ⏳ 2026-11-20 📅 2026-11-27", "2026-11-27"),
        ("planned for a day that is over ⏳ 2026-11-27", "2026-11-27"),
        ("today, because it was planned and is not done ⏳ 2026-11-20 📅 2026-12-01", "2026-11-28"),
        ("on the day it is planned for ⏳ 2026-11-30 📅 2026-12-01", "2026-11-30"),
        ("when it is due 📅 2026-12-01", "2026-12-01"),
        ("never", None),
    ],
)
def test_the_day_to_list_a_task_on(vault: Vault, text: str, day: str | None) -> None:
    (task,) = read(vault, text)
    assert task.day(TODAY) == (day and date.fromisoformat(day))
