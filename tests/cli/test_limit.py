"""`-n 5` is five rows, wherever rows can be limited, in front of the words and behind them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

ASKED = {
    "ls": ["ls", "type:book"],
    "search": ["search", "habit"],
    "tasks": ["tasks", "path:daily"],
    "related": ["related", "Deep Work"],
    "links": ["links", "Deep Work"],
    "backlinks": ["backlinks", "Deep Work"],
}


def rows(capsys: pytest.CaptureFixture[str], sample: Path, verb: str, *words: str) -> list[Any]:
    assert main(["--vault", str(sample), verb, "--json", *words]) == 0
    answer = json.loads(capsys.readouterr().out)
    found: list[Any] = next(value for value in answer.values() if isinstance(value, list))
    return found


@pytest.mark.parametrize("verb", ASKED)
def test_so_many_rows(sample: Path, capsys: pytest.CaptureFixture[str], verb: str) -> None:
    first, *words = ASKED[verb]
    everything = rows(capsys, sample, first, *words)
    assert len(everything) > 2
    for limited in (
        ["-n", "2", *words],
        [*words, "-n", "2"],
        [*words, "-n2"],
        [*words, "--limit", "2"],
        [*words, "--limit=2"],
    ):
        assert rows(capsys, sample, first, *limited) == everything[:2]


def test_versions_are_limited_too(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for rating in "123":
        assert main(["--vault", str(sample), "set", f"rating={rating}", "--", "Deep Work"]) == 0
    capsys.readouterr()
    assert len(rows(capsys, sample, "history", "Deep Work", "-n", "2")) == 2


def test_without_a_number_a_query_may_still_leave_a_word_out(
    sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sample / "n.md").write_text("Zebra n 5\n", "utf-8")
    (sample / "m.md").write_text("Zebra m 5\n", "utf-8")
    found = rows(capsys, sample, "search", "zebra", "-n")
    assert [hit["path"] for hit in found] == ["m.md"]
    found = rows(capsys, sample, "search", "zebra", "--", "-n", "5")
    assert [hit["path"] for hit in found] == ["m.md"]


def test_tasks_count_all_however_many_are_shown(
    sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    totals = []
    for limit in (["-n", "2"], []):
        assert main(["--vault", str(sample), "tasks", "--json", *limit]) == 0
        answer = json.loads(capsys.readouterr().out)
        totals.append((answer["total"], len(answer["tasks"])))
    assert totals[0] == (totals[1][0], 2)
    assert totals[1][0] == totals[1][1] > 2
