from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.habits import amounts as units
from notekeep.habits import log
from notekeep.habits.log import LogEntry

LINES = json.loads((Path(__file__).parent / "vectors/log_lines.json").read_text("utf-8"))["lines"]


@pytest.mark.parametrize("case", LINES, ids=lambda case: case["line"])
def test_a_line_says_what_the_vectors_say(case: dict[str, Any]) -> None:
    entry, report = log.parse_line(case["line"])
    expected = dict(case["parsed"])
    warning = expected.pop("warn", None)
    if expected["kind"] == "text":
        assert (entry, report) == (None, None)
    elif expected["kind"] == "bad":
        assert entry is None
        assert report is not None
        assert (report.code, report.message) == (expected["code"], expected["msg"])
    else:
        assert entry is not None
        assert (report.code if report else None) == warning
        assert expected == {
            "kind": "entry",
            "date": date.fromordinal(entry.day).isoformat(),
            "habit": entry.habit,
            "value": entry.kind,
            "amount": units.format_number(entry.amount) if entry.kind == "amount" else None,
            "unit": entry.unit,
            "set": entry.is_set,
            "time": entry.time,
            "rev": entry.revision,
            "extra": dict(entry.extra),
            "note": entry.note,
        }


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("+ 2026-11-24 med: YES", "done"),
        ("- 2026-11-24 med: ✓", "done"),
        ("- 2026-11-24 med: x", "done"),
        ("- 2026-11-24 med: no", "miss"),
        ("- 2026-11-24 med: ✗", "miss"),
        ("- 2026-11-24 med: s", "skip"),
        ("- [X] 2026-11-24 med: -- late", "done"),
        ("- 2026-11-24 schön.7-a_b: done", "done"),
    ],
)
def test_values_have_short_forms(line: str, kind: str) -> None:
    entry = log.parse_line(line).entry
    assert entry is not None
    assert entry.kind == kind


@pytest.mark.parametrize(
    ("line", "code", "fix"),
    [
        ("- 24/11/2026 med: done", "H001", "- 2026-11-24 med: done"),
        ("- 2026-11-24  med: done", "H001", "- 2026-11-24 med: done"),
        ("- 2026-11-24 med done", "H001", "- 2026-11-24 med: done"),
        ("- 2026-11-24 med:done", "H001", "- 2026-11-24 med: done"),
        ("-  [x]  2026-1-5 med: 3 km", "H001", "- [x] 2026-01-05 med: 3 km"),
        (
            "\t- 2026-11-24 [[habits/med|Med]]: done",
            "H001",
            "- 2026-11-24 [[habits/med|Med]]: done",
        ),
        ("- 04/05/2026 med: done", "H001", ""),  # 4 May, or April 5?
        ("- 2026-11-24", "H001", ""),
        ("- 2026-11-24 a]b: done", "H001", ""),  # no name a habit can have
        ("- 0206-11-24 med: done", "H002", ""),
        ("- 2026-11-24 med: 5,5 km", "H004", "- 2026-11-24 med: 5.5 km"),
        ("- 2026-11-24 med: = maybe", "H004", ""),
        ("- 2026-11-24 med: 1234567890123 km", "H004", ""),
        ("- 2026-11-24 med: done @7:10", "H005", ""),
        ("- 2026-11-24 med: skip flu ~1 -- bed", "W101", "- 2026-11-24 med: skip ~1 -- flu bed"),
        ("- [x] 2026-11-24 [[med]]: 5 km slow", "W101", "- [x] 2026-11-24 [[med]]: 5 km -- slow"),
    ],
)
def test_a_report_offers_the_line_as_it_should_be(line: str, code: str, fix: str) -> None:
    report = log.parse_line(line).report
    assert report is not None
    assert (report.code, report.fix) == (code, fix)
    if fix:
        assert log.parse_line(fix).report is None


@pytest.mark.parametrize(
    "line",
    ["", "# 2026-11-24", "2026-11-24 med: done", "- [ ] 2026-11-24 med: done", "=======", "- 3.11"],
)
def test_other_lines_are_text(line: str) -> None:
    assert log.parse_line(line) is log.TEXT


names = st.text("az09_.-éß日", min_size=1, max_size=8)
words = st.text("az09=~@-—✓:[]|#", min_size=1, max_size=8)
notes = st.lists(words, min_size=1, max_size=4).map(" ".join)
unit_names = st.sampled_from(["p", "km", "glass", "km/h", "m²", "%", "°C", "reps.", "sit-ups"])
times = st.builds("{:02}:{:02}".format, st.integers(0, 35), st.integers(0, 59))
entries = st.builds(
    LogEntry,
    day=st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(date.toordinal),
    habit=names,
    kind=st.sampled_from(["done", "miss", "skip", "clear"]),
    amount=st.just(0),
    unit=st.none(),
    is_set=st.just(False),
    time=st.none() | times,
    revision=st.integers(0, 10**9 - 1),
    extra=st.lists(st.tuples(st.sampled_from(["mood", "reason", "a-1"]), words)).map(tuple),
    note=st.none() | notes,
)
amounts = st.builds(
    lambda entry, amount, unit, is_set: entry._replace(
        kind="amount", amount=amount, unit=unit, is_set=is_set
    ),
    entries,
    st.integers(0, 10**15 - 1),
    st.none() | unit_names,
    st.booleans(),
)


@given(entries | amounts)
def test_a_written_entry_is_read_back(entry: LogEntry) -> None:
    for is_link in (True, False):
        line = log.format_entry(entry, is_link=is_link)
        assert log.parse_line(line) == log.ParsedLine(entry), line


@given(st.text() | st.text().map("- 2026-11-24 med: ".__add__))
def test_no_line_breaks_the_parser(text: str) -> None:
    found = log.parse_file(text)
    assert [placed.number for placed in found] == sorted({placed.number for placed in found})


@given(st.lists(st.sampled_from(["- 2026-11-24 med: 5 km", "text", "", "  more", "\u2028 x"])))
def test_lines_are_numbered_by_their_newlines(lines: list[str]) -> None:
    for placed in log.parse_file("\r\n".join(lines)):
        assert lines[placed.number - 1] == placed.text


def test_lines_indented_under_an_entry_belong_to_it() -> None:
    first = "- 2026-11-24 med: done\n  calm,\n\tthen not\n\n  not this\n"
    text = first + "- 2026-11-24 run: done\nnor this"
    calm, run = log.parse_file(text)
    assert calm.more == "  calm,\n\tthen not"
    assert run.more == ""


def test_a_conflict_leaves_both_sides_read_and_is_reported() -> None:
    text = "<<<<<<< HEAD\n- 2026-11-24 a: done\n=======\n- 2026-11-24 b: done\n>>>>>>> other\n"
    found = log.parse_file(text)
    assert [placed.line.entry.habit for placed in found if placed.line.entry] == ["a", "b"]
    reports = [(placed.number, placed.line.report.code) for placed in found if placed.line.report]
    assert reports == [(1, "W106"), (3, "W106"), (5, "W106")]


def test_a_note_over_several_lines_is_written_on_one() -> None:
    entry = LogEntry(
        date(2026, 11, 24).toordinal(), "med", "done", note="one\n- 2026-11-24 x: done "
    )
    assert log.format_entry(entry) == "- 2026-11-24 med: done -- one - 2026-11-24 x: done"


NAMES = st.one_of(
    st.sampled_from(["med", "a.b-c", "été", "_", "a b", "[[habits/med|m]]", "", "x:y"]), st.text()
)
DATES = st.sampled_from(
    ["2026-11-24", "2026-02-29", "24/11/2026", "1899-01-01", "2026-1-1", "٢٠٢٦-11-24", "2026-11-2a"]
)


@given(DATES, NAMES, st.sampled_from([":", ": ", ":  ", " "]), st.text(max_size=12))
def test_the_bullet_of_a_line_makes_no_difference(
    day: str, name: str, between: str, rest: str
) -> None:
    """Lines with the usual bullet are read without a pattern, which must not be seen."""
    line = f" {day} {name}{between}{rest}".replace("\n", " ")
    usual, other = log.parse_line(f"-{line}"), log.parse_line(f"*{line}")
    assert usual.entry == other.entry
    codes = [found.report and found.report.code for found in (usual, other)]
    assert codes[0] == codes[1]
