"""`replace`: the plan, the question, and the answer as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


@pytest.fixture
def notes(shell: Shell) -> Shell:
    shell.write("a.md", "# A\n\nAnn and Anna.\n")
    shell.write("b.md", "---\nby: Ann\n---\n`Ann` [[Ann]]\n")
    shell.write("c.md", "<<<<<<< a\nAnn\n=======\nb\n>>>>>>> c\n")
    return shell


def test_it_asks_for_confirmation_and_writes_nothing_without(notes: Shell) -> None:
    ran = notes("replace", "Ann", "Eve")
    assert ran.code == 4
    assert "This would change 2 lines in 2 notes." in ran.err
    assert "-Ann and Anna.\n+Eve and Evea.\n" in ran.out
    assert "c.md:1: not changed: The note has Git conflict markers." in ran.err
    assert notes.read("a.md") == "# A\n\nAnn and Anna.\n"


def test_the_confirmed_lines_are_written_and_one_undo_reverts_them(notes: Shell) -> None:
    ran = notes("replace", "--word", "Ann", "Eve", "--yes")
    assert ran.code == 4  # c.md
    assert notes.read("a.md") == "# A\n\nEve and Anna.\n"
    assert notes.read("b.md") == "---\nby: Eve\n---\n`Ann` [[Ann]]\n"
    assert "Left unchanged: 1 in code, 1 in links and addresses." in ran.err
    assert notes("undo").out == "Undid: replace Ann -> Eve\n"
    assert notes.read("b.md") == "---\nby: Ann\n---\n`Ann` [[Ann]]\n"


def test_json_lists_each_line(notes: Shell) -> None:
    ran = notes("replace", "Ann", "Eve", "b", "--dry-run", "--json")
    assert json.loads(ran.out) == {
        "written": False,
        "total": 1,
        "lines": [{"path": "b.md", "line": 2, "before": "by: Ann", "after": "by: Eve"}],
        "unchanged": {"code": 1, "links and addresses": 1},
        "refused": [],
        "remarks": ["Left unchanged: 1 in code, 1 in links and addresses."],
    }
    assert notes("replace", "Ann", "Eve", "b", "--json").code == 4
    assert json.loads(notes("replace", "Ann", "Eve", "b", "--json", "--yes").out)["written"]
    assert notes.read("b.md").startswith("---\nby: Eve\n")


def test_texts_may_start_with_dashes(notes: Shell) -> None:
    notes.write("d.md", "a --old b -x\n")
    assert notes("replace", "--yes", "--", "--old", "--new").code == 0
    assert notes("replace", "-x", "", "--yes").code == 0
    assert notes.read("d.md") == "a --new b \n"


def test_only_what_stays_is_said(notes: Shell) -> None:
    ran = notes("replace", "Ann", "Eve", "title:zzz")
    assert ran.code == 1
    notes.write("e.md", "#only-tag\n")
    ran = notes("replace", "only-tag", "x")
    assert ran.code == 0
    assert "Left unchanged: 1 in tags.\n`notekeep tags rename` renames a tag.\n" in ran.err


@pytest.mark.parametrize("words", [["Anna", "Anna"], ["--regex", "A(nna)", "A$1"]])
def test_a_text_that_would_stay_the_same_is_not_called_missing(
    notes: Shell, words: list[str]
) -> None:
    ran = notes("replace", *words)
    assert (ran.code, ran.out) == (1, "")
    assert "The new text is the same as the old one.\nType another text." in ran.err
