"""Entries without revisions and what they replaced mean the same days."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from notekeep.habits.days import reduce_entries
from notekeep.habits.log import LogEntry, format_entry, parse_line
from notekeep.importing.formats.habits.own_habits import simplify_entries

ENTRIES = st.lists(
    st.builds(
        LogEntry,
        day=st.integers(739_000, 739_003),
        habit=st.just("h"),
        kind=st.sampled_from(["done", "miss", "skip", "clear", "amount"]),
        amount=st.integers(0, 90_000),
        unit=st.sampled_from([None, "min", "h", "cup"]),
        is_set=st.booleans(),
        time=st.sampled_from([None, "07:00", "07:01"]),
        revision=st.integers(0, 2),
        extra=st.sampled_from([(), (("size", "tiny"),), (("undo", "07:00"),)]),
        note=st.sampled_from([None, "a note"]),
    ).map(
        lambda entry: (
            entry if entry.kind == "amount" else entry._replace(amount=0, unit=None, is_set=False)
        )
    ),
    max_size=10,
)


@settings(deadline=None)
@given(entries=ENTRIES, unit=st.sampled_from(["", "min", "h", "cup"]), pairs=st.booleans())
def test_every_day_is_what_it_was(entries: list[LogEntry], unit: str, *, pairs: bool) -> None:
    plain = simplify_entries(entries, unit, pairs=pairs)
    assert [entry.day for entry in plain] == sorted(entry.day for entry in plain)
    assert all(entry.revision == 0 and entry.kind != "clear" for entry in plain)
    assert all(parse_line(format_entry(entry)).entry == entry for entry in plain)
    for day in {entry.day for entry in entries}:
        was = reduce_entries((entry for entry in entries if entry.day == day), unit)
        now = reduce_entries((entry for entry in plain if entry.day == day), unit)
        assert now[:3] == was[:3]
        assert (now.value != "none") == (was.value != "none")


def test_what_takes_a_line_back_is_not_exported() -> None:
    line = "- 2026-01-05 h: done @07:00 ~1 undo=06:00 mood=2 -- well"
    entry = parse_line(line).entry
    assert entry is not None
    assert [format_entry(each) for each in simplify_entries([entry], "", pairs=True)] == [
        "- 2026-01-05 h: done @07:00 mood=2 -- well"
    ]
