"""`tag` and `set`: what they change in a note, and what they refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from notekeep.vault import Vault

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

BLOCKS = {
    "list": ("tags:\n  - a\n  - b\n", "tags:\n  - a\n  - b\n  - new\n"),
    "literal": ("tags: |\n  a\n  b\n", "tags: |\n  a\n  b\n  new\n"),
    "literal of one": ("tags: |-\n  a\nx: 1\n", "tags: |-\n  a\n  new\nx: 1\n"),
    "literal with a comment": ("tags: | # c\n a\n# d\n", "tags: | # c\n a\n new\n# d\n"),
    "literal with lines kept": ("tags: |+\n  a\n\n\n", "tags: |+\n  a\n  new\n\n\n"),
    "literal set in further": ("tags: |\n  a\n    b\n", "tags: |\n  a\n    b\n    new\n"),
    "folded": ("tags: >\n  a\n  b\n", "tags: >\n  a\n  b\n  new\n"),
    "with commas": ("tags: |\n  a,\n  b\n", "tags: |\n  a,\n  b, new\n"),
    "with a last comma": ("tags: |\n  a,\n  b,\n", "tags: |\n  a,\n  b, new\n"),
}


@pytest.mark.parametrize(("before", "after"), BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize("eol", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_tags_in_a_block_keep_their_style(shell: Shell, before: str, after: str, eol: str) -> None:
    shell.write("n.md", f"---\n{before}---\n# n\n".replace("\n", eol))
    assert shell("tag", "+new", "--", "n").code == 0
    assert shell.read("n.md") == f"---\n{after}---\n# n\n".replace("\n", eol)
    assert shell("ls", "tag:new", "--format", "{tags}").out.endswith(", new\n")


EDITS = {
    "items that are equal": ("genre:\n- a\n- a\n", "genre=a, a, a", "genre:\n- a\n- a\n- a\n"),
    "fewer items": ("genre:\n- a\n- b\n- a # c\n", "genre=a, a", "genre:\n- a\n- a # c\n"),
    "key below kept lines": ("x: >+\n  a\n\n", "mood=good", "x: >+\n  a\n\nmood: good\n"),
    "key with a space": ("x: 1\n", "last seen=here", "x: 1\nlast seen: here\n"),
    "list beside an alias": (
        "x:\n  k: &all\n      - a\ny: *all\n",
        "genre=b",
        "x:\n  k: &all\n      - a\ny: *all\ngenre:\n  - b\n",
    ),
}


@pytest.mark.parametrize(("before", "change", "after"), EDITS.values(), ids=EDITS)
def test_field_is_set_and_the_rest_stays(
    shell: Shell, before: str, change: str, after: str
) -> None:
    shell.write("n.md", f"---\n{before}---\n# n\n")
    ran = shell("set", change, "--", "n")
    assert ran.code == 0, ran.err
    assert shell.read("n.md") == f"---\n{after}---\n# n\n"


@pytest.fixture
def books(shell: Shell) -> Shell:
    """Two books, a podcast and a note, with ratings and states that are right."""
    shell.write("books/Emma.md", "---\nstatus: reading\nrating: 4\n---\n")
    shell.write("books/Ulysses.md", "---\nstatus: reading\nrating: 3\n---\n")
    shell.write("podcasts/Pod.md", "---\nstatus: listening\nrating: 2\n---\n")
    shell.write("Note.md", "---\nstatus: someday\n---\n")
    return shell


REFUSED = {
    "rating above": ("rating=9", "rating must be between 0 and 5. Got 9."),
    "rating below": ("rating=-1", "rating must be between 0 and 5. Got -1."),
    "rating by another name": ("my_rate=6", "rating must be between 0 and 5. Got 6."),
    "status": (
        "status=finishd",
        "status must be to-read, reading, finished or dropped. Got finishd.",
    ),
}


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED)
def test_value_outside_its_field_is_refused(books: Shell, change: str, said: str) -> None:
    before = books.read("books/Emma.md")
    ran = books("set", change, "--", "Emma")
    assert (ran.code, ran.out) == (4, "")
    assert said in ran.err
    assert "--force" in ran.err
    assert books.read("books/Emma.md") == before
    assert books("set", "--force", change, "--", "Emma").code == 0
    assert change.partition("=")[2] in books.read("books/Emma.md")


def test_refused_status_names_the_nearest_choice(books: Shell) -> None:
    assert "Did you mean finished?" in books("set", "status=finishd", "--", "Emma").err
    assert "Did you mean" not in books("set", "status=zzz", "--", "Emma").err


@pytest.mark.parametrize(
    "change", ["rating=0", "rating=4.5", "rating=5", "rating=★★★", "status=Dropped", "status="]
)
def test_value_that_fits_its_field_is_written(books: Shell, change: str) -> None:
    assert books("set", change, "--", "Emma").code == 0


def test_status_is_free_in_notes_of_other_kinds(books: Shell) -> None:
    assert books("set", "status=finishd", "--", "Note").code == 0


def test_value_refused_in_every_note_is_said_once(books: Shell) -> None:
    ran = books("set", "--yes", "rating=9", "--", "type:book")
    assert (ran.code, ran.err.count("Got 9.")) == (4, 1)


def test_value_refused_in_some_notes_is_written_in_the_others(books: Shell) -> None:
    ran = books("set", "--yes", "status=reading", "--", "rating>1")
    assert ran.code == 4
    assert "podcasts/Pod.md: not changed: status must be to-listen" in ran.err
    assert "status: listening" in books.read("podcasts/Pod.md")
    ran = books("set", "--yes", "status=dropped", "--", "rating>1")
    assert ran.code == 0


def test_value_outside_its_field_makes_no_new_note(books: Shell) -> None:
    ran = books("new", "book", "Dune", "--set", "rating=9")
    assert (ran.code, "rating must be between 0 and 5" in ran.err) == (4, True)
    assert not (books.root / "books/Dune.md").exists()


def test_vault_sets_the_best_rating(books: Shell) -> None:
    books.write(".notekeep/config.toml", "rating_max = 7\n")
    assert books("set", "rating=7", "--", "Emma").code == 0
    assert "rating must be between 0 and 7. Got 8." in books("set", "rating=8", "--", "Emma").err
    books.write(".notekeep/config.toml", "rating_max = -1\n")
    assert "rating must be between 0 and 5" in books("set", "rating=7", "--", "Emma").err


def test_lint_lists_values_outside_their_fields(books: Shell) -> None:
    books("set", "--force", "rating=9", "status=finishd", "--", "Emma")
    before = books.read("books/Emma.md")
    ran = books("lint")
    assert "books/Emma.md:2: status must be to-read, reading, finished or dropped." in ran.out
    assert "Did you mean finished?" in ran.out
    assert "books/Emma.md:3: rating must be between 0 and 5. Got 9." in ran.out
    assert "Ulysses" not in ran.out
    books("lint", "--fix")
    assert books.read("books/Emma.md") == before
    found = json.loads(books("lint", "--json").out)["problems"]
    assert [(one["code"], one["fixable"]) for one in found] == [("value", False)] * 2


def test_plan_names_fields_that_no_note_had(books: Shell) -> None:
    books("set", "mood=good", "--", "Note")
    vault = Vault.open(books.root)
    plan = vault.notes.plan_set(
        ["books/Emma.md"], ["nosuch=1", "mood=bad", "rating=3", "ratng=2", "gone="]
    )
    assert [text.split()[0] for text in plan.new_fields] == ["nosuch", "ratng"]


STARTED = "---\ntype: book\nstatus: to-read\nstarted:\nfinished:\n---\n# B\n"


@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("finished", "status: finished\nstarted:\nfinished: 2026-11-24\n"),
        ("reading", "status: reading\nstarted: 2026-11-24\nfinished:\n"),
    ],
)
def test_a_terminal_offers_the_date_of_a_new_status(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, status: str, after: str
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    shell.write("B.md", STARTED)
    assert shell("set", f"status={status}", "--", "B", typed="\n").code == 0
    assert shell.read("B.md") == f"---\ntype: book\n{after}---\n# B\n"
    assert shell("undo").code == 0
    assert shell.read("B.md") == STARTED


@pytest.mark.parametrize(
    ("note", "filled"),
    [
        ("type: podcast\nstatus: listening\nlistened:\n", "listened: 2026-11-24\n"),
        ("type: book\nstatus: reading\nfinishReadDate:\n", "finishReadDate: 2026-11-24\n"),
        ("type: book\nstatus: reading\n", "finished: 2026-11-24\n"),
    ],
    ids=["podcast", "another name", "no key yet"],
)
def test_the_date_goes_into_the_field_that_the_note_has(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, note: str, filled: str
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    shell.write("N.md", f"---\n{note}---\n")
    assert shell("set", "status=finished", "--", "N", typed="y\n").code == 0
    assert filled in shell.read("N.md")


def test_many_notes_are_asked_about_once(shell: Shell) -> None:
    for name in "ABC":
        shell.write(f"{name}.md", STARTED.replace("# B", f"# {name}"))
    ran = shell("set", "status=finished", "--", "type:book", typed="y\n")
    assert ran.err.count("Also set") == 1
    assert "in 3 notes" in ran.err
    assert all("finished: 2" in shell.read(f"{name}.md") for name in "ABC")


def test_a_date_that_is_not_wanted_is_not_set(shell: Shell) -> None:
    shell.write("B.md", STARTED)
    assert shell("set", "status=finished", "--", "B", typed="n\n").code == 0
    assert shell.read("B.md") == STARTED.replace("to-read", "finished")


def test_without_a_terminal_the_empty_date_is_only_named(shell: Shell) -> None:
    shell.write("B.md", STARTED)
    ran = shell("set", "status=finished", "--", "B")
    assert "`notekeep set finished=today -- B`" in ran.err
    assert shell.read("B.md") == STARTED.replace("to-read", "finished")


@pytest.mark.parametrize(
    ("note", "change"),
    [
        ("type: book\nstatus: reading\nfinished: 2020-01-01\n", "status=finished"),
        ("type: book\nstatus: finished\n", "status=finished"),
        ("type: book\nstatus: reading\n", "status=dropped"),
        ("status: reading\n", "status=finished"),
    ],
    ids=["there already", "no new status", "no date goes with it", "no such field"],
)
def test_no_date_is_offered_where_none_is_missing(shell: Shell, note: str, change: str) -> None:
    shell.write("B.md", f"---\n{note}---\n# B\n")
    ran = shell("set", change, "--", "B", typed="")
    assert ran.code == 0
    assert "Also set" not in ran.err
    assert "is empty" not in ran.err


def test_several_notes_are_named_one_by_one(books: Shell) -> None:
    assert books("set", "rating=1", "--", "Emma", "Ulysses", "podcasts/Pod.md").code == 0
    written = ("books/Emma.md", "books/Ulysses.md", "podcasts/Pod.md")
    assert all("rating: 1\n" in books.read(path) for path in written)
    assert books("tag", "+seen", "--", "Emma", "Note").code == 0
    assert "seen" in books.read("books/Emma.md")
    assert "seen" not in books.read("books/Ulysses.md")


def test_words_that_are_not_all_names_are_one_name_or_query(books: Shell) -> None:
    books.write("Emma and Note.md", "---\nstatus: someday\n---\n")
    assert books("set", "mood=good", "--", "Emma", "and", "Note").code == 0
    assert "mood: good" in books.read("Emma and Note.md")
    assert books("set", "--yes", "mood=bad", "--", "type:book", "rating>3").code == 0
    assert "mood: bad" in books.read("books/Emma.md")
    assert "mood" not in books.read("books/Ulysses.md")
