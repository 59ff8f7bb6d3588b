"""Notes of this day in other years."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from notekeep.catalog.queries import on_this_day

if TYPE_CHECKING:
    from tests.catalog.conftest import Vault


def test_notes_of_earlier_years_newest_year_first(vault: Vault) -> None:
    vault.write("old.md", "---\ncreated: 2019-11-24\n---\n")
    vault.write("book.md", "---\ntype: book\nstarted: 2025-11-24\nfinished: 2025-11-24\n---\n")
    vault.write("today.md", "---\ncreated: 2026-11-24\n---\n")
    vault.write("later.md", "---\ncreated: 2027-11-24\n---\n")
    vault.write("other day.md", "---\ncreated: 2025-11-25\n---\n")
    vault.refresh()
    found = on_this_day(vault.catalog, date(2026, 11, 24))
    # Of two dates of one note in a year, finishing says more than starting.
    assert [(one.year, one.field, one.row.path) for one in found] == [
        (2025, "finished", "book.md"),
        (2019, "created", "old.md"),
    ]


def test_a_leap_day_is_only_itself(vault: Vault) -> None:
    vault.write("leap.md", "---\ncreated: 2024-02-29\n---\n")
    vault.write("march.md", "---\ncreated: 2025-03-01\n---\n")
    vault.refresh()
    assert [one.row.path for one in on_this_day(vault.catalog, date(2028, 2, 29))] == ["leap.md"]
