"""Habits as CSV: a line for each entry that counts, with no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

from notekeep.habits import units
from notekeep.habits.imports.own import CSV_HEAD, GUARDED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.habits.log import Entry


def write_csv(rows: Iterable[tuple[str, str, Entry]]) -> str:
    """Write entries.

    Args:
        rows: The id and the unit of a habit with each of its entries.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEAD)
    for identity, unit, entry in rows:
        is_amount = entry.kind == "amount"
        writer.writerow(
            [
                date.fromordinal(entry.day).isoformat(),
                guarded(identity),
                "set" if entry.is_set else entry.kind,
                units.number(entry.amount) if is_amount else "",
                guarded(entry.unit or unit) if is_amount else "",
                entry.time or "",
                guarded(entry.note or ""),
            ]
        )
    return text.getvalue()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `own` takes the guard off again."""
    return f"'{cell}" if cell.startswith(GUARDED) else cell
