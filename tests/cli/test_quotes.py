"""`notekeep quotes`: the passages of notes, wherever they came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

BOOK = "---\ntype: book\nauthor: [Mira Lind]\ntags: [craft]\n---\n# The Garden\n\n"


def test_a_quote_that_was_added_is_listed_with_its_source(shell: Shell) -> None:
    shell.write("The Garden.md", BOOK)
    shell("quote", "The Garden", "A bed is a promise.", "--page", "27")
    ran = shell("quotes")
    assert ran.out == ("A bed is a promise.\n— The Garden · Mira Lind · p. 27  The Garden.md:10\n")


def test_a_quote_with_tasks_is_no_passage(shell: Shell) -> None:
    shell.write("n.md", "> To do:\n>\n> - [ ] one\n\n> A quote.\n\n- [ ] two\n\n> Another.\n")
    found = json.loads(shell("quotes", "--json").out)["quotes"]
    assert [one["text"] for one in found] == ["A quote.", "Another."]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("quote", "text", "locator", "block"),
    {
        "an id below, as imports write it": (
            "> one\n> two (p. 3)\n\n^kd-7f3ab2c1", "one\ntwo", "p. 3", "kd-7f3ab2c1",
        ),
        "an id at its end": ("> one [12:34] ^abc", "one", "12:34", "abc"),
        "a callout": ("> [!quote] Mira\n> one [12:34]", "one", "12:34", ""),
        "no id, but one follows": ("> one\n\nOther text ^abc", "one", "", ""),
    }.values(),
)  # fmt: skip
def test_a_block_quote_is_a_passage(
    shell: Shell, quote: str, text: str, locator: str, block: str, end: str
) -> None:
    note = f"# The Garden\n\n## Beds\n\n{quote}\n\n> [!tip] Not a quote\n"
    shell.write("The Garden.md", note.replace("\n", end))
    [found] = json.loads(shell("quotes", "--json").out)["quotes"]
    assert (found["text"], found["locator"], found["block"]) == (text, locator, block)
    assert (found["heading"], found["line"]) == ("Beds", 5)


def test_words_of_a_query_are_in_the_quote_or_name_its_source(shell: Shell) -> None:
    shell.write("The Garden.md", BOOK + "> Beds are promises.\n\n> Rain is a guest.\n")
    shell.write("Other.md", "# Rain\n\n> Nothing else.\n\nA bed.\n")

    def found(*query: str) -> list[str]:
        return [one["text"] for one in json.loads(shell("quotes", *query, "--json").out)["quotes"]]

    assert found("promise") == ["Beds are promises."]
    assert found("mira lind") == ["Beds are promises.", "Rain is a guest."]
    assert found("rain OR promise") == ["Nothing else.", "Beds are promises.", "Rain is a guest."]
    assert found("rain", "type:book") == ["Rain is a guest."]
    assert found("garden -promise") == []
    assert found("tag:craft") == ["Beds are promises.", "Rain is a guest."]


def test_random_shows_one_quote(shell: Shell) -> None:
    shell.write("n.md", "> one\n\n> two\n")
    shown = json.loads(shell("quotes", "--random", "--json").out)
    assert shown["total"] == 2
    assert [one["text"] for one in shown["quotes"]] in (["one"], ["two"])


def test_without_quotes_it_names_the_command_that_adds_one(shell: Shell) -> None:
    ran = shell("quotes")
    assert (ran.code, ran.out) == (1, "")
    assert "`notekeep quote NOTE" in ran.err
    assert shell("quotes", "type:book").err == "No quotes found.\n"


def test_an_edited_note_has_its_new_quotes(shell: Shell) -> None:
    shell.write("n.md", "> one\n")
    shell("quotes")
    shell.write("n.md", "> two\n\n> three\n")
    assert [line for line in shell("quotes").out.splitlines() if "n.md" not in line] == [
        "two", "", "three",
    ]  # fmt: skip
