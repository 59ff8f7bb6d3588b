"""Two devices tick the same tasks, in any order, and merge: nothing is there twice."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from notekeep.markdown.note_merge import merge_versions
from notekeep.markdown.outline import read_body
from notekeep.vault import Vault
from tests.support.sizes import sized

FIRST = date(2026, 11, 1)
RULES = [
    "🔁 every week 📅 2026-11-02",
    "🔁 every week when done 📅 2026-11-02",
    "🔁 every month on the 2nd 🛫 2026-11-01 📅 2026-11-02",
    "every:2d due:2026-11-02",
    "every:3d when done due:2026-11-02",
    "[repeat:: every 2 weeks]  [created:: 2026-11-01]  [due:: 2026-11-02]",
]


PAID = (
    "- [ ] Pay 🔁 every month 📅 2026-12-{0}\n- [x] Pay 🔁 every month 📅 2026-11-{0} ✅ 2026-11-16"
)


class Device:
    """A copy of a note, and the version of the server that it last had."""

    def __init__(self, vault: Vault, text: bytes) -> None:
        self.vault = vault
        self.text = self.synced = text

    def tick(self, line: int, day: date) -> None:
        Path(self.vault.root, "Note.md").write_bytes(self.text)
        (change,) = self.vault.notes.plan_toggle_task("Note.md", line, day=day).changes
        self.text = change.after or b""

    def sync(self, server: bytes) -> bytes:
        """Merge with the server and return its new version."""
        merged = merge_versions("Note.md", self.synced, self.text, server)
        assert merged is not None, f"\n{self.text.decode()}\n{server.decode()}"
        swapped = merge_versions("Note.md", self.synced, server, self.text)
        assert swapped is not None
        assert sorted(swapped.splitlines()) == sorted(merged.splitlines())
        self.text = self.synced = merged
        return merged


def open_lines(text: bytes) -> list[int]:
    return [task.line + 1 for task in read_body(text.decode()).tasks if not task.done]


def test_any_order_of_ticks_and_merges_gives_the_same_tasks(tmp_path: Path) -> None:
    for number in range(sized(60, 500)):
        chance = Random(number)
        rules = chance.sample(RULES, chance.randint(1, 3))
        tasks = [f"- [ ] Task {at} {rule}" for at, rule in enumerate(rules)]
        once = ["- [ ] Buy milk", "- [ ] Call 📅 2026-11-09", "- [x] Old ✅ 2026-10-01"]
        lines = ["# Note", "", "A text above the tasks.", "", *tasks, *once, ""]
        server = ("\r\n" if chance.random() < 0.2 else "\n").join(lines).encode()
        vault = Vault.open(tmp_path)
        devices = [Device(vault, server) for _ in range(chance.choice([2, 2, 3]))]
        day = FIRST
        for _ in range(chance.randint(2, 12)):
            device = chance.choice(devices)
            day += timedelta(chance.randint(1, 5))
            if chance.random() < 0.3:
                server = device.sync(server)
            elif chance.random() < 0.2:
                device.text = device.text.replace(b"A text above", b"A long text above")
            elif found := open_lines(device.text):
                device.tick(chance.choice(found), day)
        for device in [*devices, *devices]:
            server = device.sync(server)
        assert {device.text for device in devices} == {server}
        known = Counter(server.decode().splitlines())
        twice = [line for line, count in known.items() if line.strip() and count > 1]
        assert not twice, f"{number}\n{server.decode()}"
        for at in range(len(rules)):
            shown = [line for line in known if f"Task {at} " in line]
            days = [re.findall(r"(?:due:+ ?|📅 )([\d-]+)", line)[0] for line in shown]
            # Each is there for one day only, and the last one is open.
            assert len(set(days)) == len(shown)
            last = max(days)
            assert [day for day, line in zip(days, shown, strict=True) if "[ ]" in line] == [last]


@pytest.mark.parametrize("days", [(3, 3), (3, 5), (5, 3)])
@pytest.mark.parametrize("rule", RULES)
def test_a_copy_of_a_sync_program_has_the_same_next_task(
    tmp_path: Path, rule: str, days: tuple[int, int]
) -> None:
    vault = Vault.open(tmp_path)
    before = f"# Note\n\n- [ ] Mow {rule}\n- [ ] Buy milk\n".encode()
    devices = [Device(vault, before) for _ in days]
    for device, day in zip(devices, days, strict=True):
        device.tick(3, FIRST + timedelta(day))
    ours, theirs = (device.text for device in devices)
    # Without a common version, too.
    for base in (before, None):
        merged = merge_versions("Note.md", base, ours, theirs)
        assert merged == max(ours, theirs)
    Path(vault.root, "Note.md").write_bytes(ours)
    Path(vault.root, "Note.sync-conflict-20261128-101112-ABCDEFG.md").write_bytes(theirs)
    vault.indexing.refresh(words=False)
    vault.notes.merge_copies()
    assert [path.name for path in Path(vault.root).glob("*.md")] == ["Note.md"]
    assert Path(vault.root, "Note.md").read_bytes() == max(ours, theirs)


def test_a_task_that_does_not_repeat_keeps_the_later_day() -> None:
    note = "Text.\n\n- [{}] Call Ann{}\n- [x] Old ✅ 2026-11-01\n"
    base, ours, theirs = (
        note.format(mark, done).encode()
        for mark, done in [(" ", ""), ("x", " ✅ 2026-11-03"), ("x", " ✅ 2026-11-04")]
    )
    assert merge_versions("Note.md", base, ours, theirs) == theirs
    assert merge_versions("Note.md", base, theirs, ours) == theirs
    # Done on one side and cancelled on the other is a conflict.
    cancelled = note.format("-", " ❌ 2026-11-04").encode()
    assert merge_versions("Note.md", base, ours, cancelled) is None


def test_two_tasks_that_repeat_alike_are_both_ticked() -> None:
    base = "- [ ] Pay 🔁 every month 📅 2026-11-15\n- [ ] Pay 🔁 every month 📅 2026-11-01\n"
    first = base.replace("- [ ] Pay 🔁 every month 📅 2026-11-01", PAID.format("01"))
    second = base.replace("- [ ] Pay 🔁 every month 📅 2026-11-15", PAID.format("15"))
    merged = merge_versions("Note.md", base.encode(), first.encode(), second.encode())
    assert merged is not None
    assert merged.decode() == f"{PAID.format('15')}\n{PAID.format('01')}\n"
