"""What is offered while typing: titles after [[, tags after #, keys between the fences."""

from __future__ import annotations

import pytest

from notekeep.tui.completion import Completer, in_front_matter

COMPLETER = Completer(
    titles=["Deep Work", "Deep Work for Two", "Ünder", "a [[b"],
    tags=["learning", "learning/behaviour"],
    keys=["rating", "reading-time", "status"],
    values={"status": ["reading", "finished"], "author": ["Cal Newport", "Camus"]},
    headings=lambda name: ["Rules", "Rest", "a [bracket]"] if name == "Deep Work" else [],
)


NEWPORT = ["authors: [Cal Newport, Cal Newport"]


def offered(text: str) -> list[str]:
    """What could stand in the last line, whose cursor is at the bar."""
    lines = text.split("\n")
    row = next(number for number, line in enumerate(lines) if "|" in line)
    before, _, behind = lines[row].partition("|")
    lines[row] = before + behind
    offers = COMPLETER.offers(lines, row, len(before))
    for offer in offers:
        # What is shown behind the cursor is the end of what is taken.
        assert offer.text.endswith(offer.rest)
        assert offer.start + len(offer.text) - len(offer.rest) == len(before)
    return [before[: offer.start] + offer.text + behind for offer in offers]


@pytest.mark.parametrize(
    ("typed", "offers"),
    [
        ("see [[de|", ["see [[Deep Work]]", "see [[Deep Work for Two]]"]),
        ("[[deep work f|]] here", ["[[Deep Work for Two]] here"]),
        ("[[ün|", ["[[Ünder]]"]),
        ("[[|", []),
        ("[[Deep Work|", ["[[Deep Work for Two]]"]),
        ("[[Deep Work#se|", []),
        ("[[Deep Work#|", ["[[Deep Work#Rules]]", "[[Deep Work#Rest]]"]),
        ("[[deep work#|", []),
        ("see [[Deep Work#RE|]]", ["see [[Deep Work#Rest]]"]),
        ("# Here\n## There #\n[[#|", ["[[#Here]]", "[[#There]]"]),
        ("# Here\n[[#h|", ["[[#Here]]"]),
        ("[[Deep Work]] de|", []),
        ("#le|", ["#learning", "#learning/behaviour"]),
        ("a (#learning/|", ["a (#learning/behaviour"]),
        ("page#le|", []),
        ("#le|ss", []),
        ("ra|", []),
        ("---\nra|", ["rating: "]),
        ("---\nRE|: 3\n---", ["reading-time: 3"]),
        ("---\ntitle: ra|\n---", []),
        ("---\nstatus: re|\n---", ["status: reading"]),
        ("---\nauthors: [Cal Newport, ca|\n---", ["authors: [Cal Newport, Camus", *NEWPORT]),
        ("---\ntags: le|\n---", ["tags: learning", "tags: learning/behaviour"]),
        ("---\ntags:\n  - x\n  - learning/|\n---", ["  - learning/behaviour"]),
        ("---\nstatus: |\n---", []),
        ("status: re|", []),
        ("---\ntags: x\n---\nra|", []),
    ],
)
def test_what_is_offered(typed: str, offers: list[str]) -> None:
    assert offered(typed) == offers


def test_the_front_matter_ends_at_its_fence() -> None:
    lines = ["---", "a: b", "---", "text"]
    assert [in_front_matter(lines, row) for row in range(4)] == [False, True, True, False]
