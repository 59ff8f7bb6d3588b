"""Read and import files of habits, and show what was found as lines of the log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, Protocol
from unittest.mock import patch

from notekeep.habits.log import LogEntry, format_entry
from notekeep.importing.formats import FORMATS, find_formats
from notekeep.importing.formats.habits.habit_data import HabitSource
from notekeep.importing.import_state import ImportOptions
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, ImportedHabit, Loss

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from notekeep.importing.import_plan import ImportPlan
    from notekeep.vault import Vault


class Habits(NamedTuple):
    """The habits and losses of a file or folder."""

    format: str
    habits: list[ImportedHabit]
    losses: list[Loss]


class _HasLosses(Protocol):
    @property
    def losses(self) -> Sequence[Loss]: ...


def read_habits(path: Path | str, format_id: str = "") -> Habits:
    with InputFiles(str(path)) as given:
        ((form, given.detected),) = find_formats(given, format_id, only_habits=True)
        records = list(form.read(given))
    habits = [one for one in records if isinstance(one, ImportedHabit)]
    return Habits(form.id, habits, [one for one in records if isinstance(one, Loss)])


def plan_habits(vault: Vault, path: Path | str) -> ImportPlan:
    """Plan what `habit import` would do."""
    return vault.imports.plan([str(path)], options=ImportOptions(only_habits=True))


def plan_source(vault: Vault, habits: Iterable[ImportedHabit], form: str = "loop") -> ImportPlan:
    """Plan habits that a file in a format might have."""
    source = HabitSource()
    for habit in habits:
        source.add(habit)
    known = {form: Format(form, form, "", lambda *_: False, lambda _: source)}
    with patch.dict(FORMATS, known):
        return vault.imports.plan([vault.root], form)


def lines(habit: ImportedHabit) -> list[str]:
    """The entries of a habit: `2026-01-05 done -- note`."""
    return [
        format_entry(
            LogEntry(
                said.day,
                "h",
                said.value.kind,
                said.value.amount,
                said.value.unit,
                said.value.is_set,
                said.time or None,
                0,
                said.extra,
                said.note or None,
            )
        )
        .removeprefix("- ")
        .replace(" h:", "", 1)
        for said in habit.entries
    ]


def losses(source: _HasLosses) -> dict[str, int]:
    """What does not come along, and how often: `Stretch: the star` is one of a habit."""
    counts: Counter[str] = Counter()
    for loss in source.losses:
        counts[f"{loss.title}: {loss.message}" if loss.title else loss.message] += loss.times
    return dict(counts)
