"""What is offered while typing: titles after [[, tags after #, keys between the fences."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, overload

import pytest

from notekeep.services.completion import Completer, CompletionWords, is_in_frontmatter
from notekeep.tui.screens.edit import count_note_words
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import SupportsIndex

COMPLETER = Completer(
    CompletionWords(
        titles=["Deep Work", "Deep Work for Two", "Ünder", "a [[b"],
        tags=["learning", "learning/behaviour"],
        keys=["rating", "reading-time", "status"],
        values={"status": ["reading", "finished"], "author": ["Cal Newport", "Camus"]},
    ),
    headings=lambda name: ["Rules", "Rest", "a [bracket]"] if name == "Deep Work" else [],
)


def test_the_title_that_is_typed_whole_goes_before_those_that_contain_it() -> None:
    completer = Completer(CompletionWords(titles=["Naval", "The Naval Book"]))
    for typed in ("[[Nav", "[[Naval", "[[naval"):
        offers = completer.offers([typed], 0, len(typed))
        assert [offer.text for offer in offers] == ["Naval]]", "The Naval Book]]"]


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
        assert not offer.rest or offer.start + len(offer.text) - len(offer.rest) == len(before)
    return [before[: offer.start] + offer.text + behind for offer in offers]


@pytest.mark.parametrize(
    ("typed", "offers"),
    [
        ("see [[de|", ["see [[Deep Work]]", "see [[Deep Work for Two]]"]),
        ("[[deep work f|]] here", ["[[Deep Work for Two]] here"]),
        ("[[ün|", ["[[Ünder]]"]),
        ("see [[WOR|", ["see [[Deep Work]]", "see [[Deep Work for Two]]"]),
        ("[[work for|]] here", ["[[Deep Work for Two]] here"]),
        ("[[ork|", []),
        ("[[|", []),
        ("[[Deep Work|", ["[[Deep Work]]", "[[Deep Work for Two]]"]),
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


def test_what_begins_a_title_is_offered_before_what_begins_another_word_of_it() -> None:
    completer = Completer(CompletionWords(titles=["A work", "Workshops of the North", "Works"]))
    offers = completer.offers(["[[work"], 0, 6)
    assert [offer.text for offer in offers] == ["Works]]", "Workshops of the North]]", "A work]]"]


def test_the_front_matter_ends_at_its_fence() -> None:
    lines = ["---", "a: b", "---", "text"]
    assert [is_in_frontmatter(lines, row) for row in range(4)] == [False, True, True, False]


def test_front_matter_that_is_being_typed_has_no_end_yet() -> None:
    lines = ["---", "a: b", "text"]
    assert [is_in_frontmatter(lines, row) for row in range(3)] == [False, True, True]
    assert count_note_words(lines) == 4


def test_words_are_counted_below_the_front_matter() -> None:
    assert count_note_words(["---", "a: b", "---", "two words", ""]) == 2
    assert count_note_words(["---", "..."]) == 0
    assert count_note_words(["no fence", "---"]) == 3
    assert count_note_words(["# A title", "", "## Ideas", "#tag #1", "####### seven"]) == 6


def test_a_long_text_that_begins_with_a_rule_is_no_front_matter_all_the_way() -> None:
    lines = Counting(["---", *["a line of five words"] * 20_000])
    assert count_note_words(lines) == 100_001
    assert [is_in_frontmatter(lines, row) for row in (900, 19_000)] == [True, False]
    assert lines.read < 50_000


class Counting(list[str]):
    """Lines of a text.

    Attributes:
        read: How many were looked at so far.
    """

    read = 0

    @overload
    def __getitem__(self, at: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: SupportsIndex | slice) -> str | list[str]:
        found = super().__getitem__(at)
        self.read += len(found) if isinstance(at, slice) else 1
        return found


def test_what_the_notes_of_a_vault_have_is_offered(tmp_path: Path) -> None:
    vault = made(tmp_path, 3)
    completer = Completer.of(vault.search)
    line = ["---", "author: an"]
    assert [offer.text for offer in completer.offers(line, 1, 10)] == ["Ann 0", "Ann 1", "Ann 2"]
    assert completer.offers(["---", f"genre: {LONG[:8]}"], 1, 15) == []
    for typed, meant in (("[[note", "2|Note 2]]"), ("[[other", "1|Other 1]]"), ("#dee", "deep")):
        assert meant in [offer.text for offer in completer.offers([typed], 0, len(typed))]
    assert completer.offers(["---", "shelfm"], 1, 6)[0].text == "shelfmark: "


@pytest.mark.parametrize(
    ("settings", "typed", "taken"),
    [
        ("", "see [[na|", "see [[Naval]]"),
        ("", "[[the al|", "[[almanack-2020|The Almanack]]"),
        ("", "[[sa|", "[[b/Same|Same]]"),
        ("", "see [[alm|", "see [[almanack-2020|The Almanack]]"),
        ("markdown_links = true", "see [[alm|", "see [The Almanack](almanack-2020.md)"),
        ('link_form = "absolute"', "[[na|", "[[books/Naval|Naval]]"),
        ('link_form = "relative"', "[[na|]]", "[[../books/Naval|Naval]]"),
        ("markdown_links = true", "see [[na|", "see [Naval](Naval.md)"),
        ("markdown_links = true", "see [[the|", "see [The Almanack](almanack-2020.md)"),
        ("markdown_links = true", "see [[na|]]", "see [[Naval]]"),
        ("markdown_links = true", "---\nfrom: [[na|\n---", "from: [[Naval]]"),
        ('markdown_links = true\nlink_form = "relative"', "[[na|", "[Naval](../books/Naval.md)"),
    ],
)
def test_links_are_written_as_the_vault_has_them_and_lead_to_files(
    tmp_path: Path, settings: str, typed: str, taken: str
) -> None:
    for path, text in {
        ".notekeep/config.toml": settings,
        "books/Naval.md": "x",
        "x/almanack-2020.md": "---\ntitle: The Almanack\n---\n",
        "b/Same.md": "",
        "c/d/Same.md": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    vault = Vault.open(tmp_path)
    vault.indexing.refresh()
    lines = typed.replace("|", "").split("\n")
    row = next(number for number, line in enumerate(typed.split("\n")) if "|" in line)
    column = typed.split("\n")[row].index("|")
    offer = Completer.of(vault.search, "b/here.md").offers(lines, row, column)[0]
    assert offer.text.endswith(offer.rest)
    assert lines[row][: offer.start] + offer.text + lines[row][column:] == taken


def test_for_what_is_offered_not_all_notes_come_into_memory(tmp_path: Path) -> None:
    vault = made(tmp_path, 300)

    def most(work: Callable[[], object]) -> int:
        tracemalloc.start()
        kept = work()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert kept
        return peak

    Completer.of(vault.search)  # what is imported for it is no part of it
    rows = most(lambda: [row.fields for row in vault.catalog.rows()[1]])
    assert most(lambda: Completer.of(vault.search)) < rows / 3


LONG = "a genre that is so long that nobody wants to have it typed again by itself"


def made(folder: Path, notes: int) -> Vault:
    """A vault of so many notes with long front matter."""
    root = folder / "vault"
    root.mkdir()
    more = "".join(f"field{number}: {'text ' * 20}\n" for number in range(20))
    for number in range(notes):
        (root / f"{number}.md").write_text(
            f"---\ntype: book\ntitle: Note {number}\naliases: [Other {number}]\ntags: [deep]\n"
            f"author: [Ann {number}]\ngenre: {LONG}\nshelfmark: x\n{more}---\n",
            "utf-8",
        )
    vault = Vault.open(root)
    vault.indexing.refresh(words=False)
    return vault
