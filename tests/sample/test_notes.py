"""The sample vault is what its readers count on: newcomers, the manual, and the other tests."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from notekeep.markdown.fields.schema import role
from notekeep.markdown.note import Note, read_note
from notekeep.markdown.note_names import Resolver
from notekeep.markdown.templates import new_note

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from notekeep.markdown.outline import BodyFacts, Link

CANARY = b"heliotrope-7319"
BROKEN = {("inbox/Garden sensor.md", "Sensor wiring")}
INVALID = "inbox/Talk notes.md"
ORPHAN = "inbox/A word I keep looking up.md"
PUBLISHED = {
    "books/Atomic Habits.md",
    "learning/A star.md",
    "learning/Activation maximisation.md",
    "learning/Bayes' theorem.md",
    "learning/GKE service accounts.md",
    "learning/Neural style transfer.md",
    "learning/Object detection 1.md",
    "learning/Object detection 2.md",
    "learning/Object detection 3.md",
    "learning/Object detection 4.md",
    "podcasts/Naval Ravikant on JRE.md",
}


def spans(note: Note) -> BodyFacts:
    return note.spans


def links(notes: dict[str, Note]) -> Iterator[tuple[str, Link]]:
    for path, note in notes.items():
        for link in spans(note).links:
            yield path, link


@pytest.fixture(scope="module")
def resolver(notes: dict[str, Note]) -> Resolver:
    return Resolver((path, note.title, note.aliases) for path, note in notes.items())


@pytest.fixture(scope="module")
def files(vault: Path) -> set[str]:
    """The names of the attached files."""
    return {path.name for path in (vault / "attachments").iterdir()}


def test_there_are_notes_of_every_kind(notes: dict[str, Note]) -> None:
    assert Counter(note.kind for note in notes.values()) == {
        "book": 14,
        "podcast": 8,
        "note": 24,
        "daily": 14,
        "habit": 8,
        "post": 2,
    }


@pytest.mark.parametrize("kind", ["book", "podcast", "habit", "post", "daily", "note"])
def test_every_kind_has_a_template_that_makes_a_note_of_it(vault: Path, kind: str) -> None:
    template = (vault / "templates" / f"{kind}.md").read_text("utf-8")
    assert role(f"templates/{kind}.md") == "template"
    now = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
    made = new_note(kind, 'Colon: and "quotes"', now=now, template=template)
    note = read_note("new.md", made.encode())
    assert note.problem is None
    assert (note.kind, note.title) == (kind, 'Colon: and "quotes"')
    assert "{{" not in made
    assert "2026-11-24" in made or kind == "habit", "a habit starts with its first entry"
    assert not re.search(r"(?m)^- \[ \]\s*$", made), "a task without text"


def test_every_link_leads_to_one_place_and_only_the_broken_one_to_none(
    notes: dict[str, Note], resolver: Resolver, files: set[str]
) -> None:
    places = {
        (path, link.target): resolver.resolve(link.target, path)
        for path, link in links(notes)
        if link.target and link.target not in files
    }
    assert {link for link, found in places.items() if not found} == BROKEN
    assert not [link for link, found in places.items() if len(found) > 1]


def test_headings_and_blocks_that_are_linked_to_exist(
    notes: dict[str, Note], resolver: Resolver
) -> None:
    missing = []
    for path, link in links(notes):
        for target in resolver.resolve(link.target, path) if link.target else [path]:
            there, body = spans(notes[target]), notes[target].body
            headings = {heading.text for heading in there.headings}
            blocks = {body[block.start + 1 : block.end] for block in there.blocks}
            if (link.heading and link.heading not in headings) or (
                link.block and link.block not in blocks
            ):
                missing.append((path, target, link.heading or f"^{link.block}"))
    assert not missing


def test_front_matter_links_and_covers_resolve(
    notes: dict[str, Note], resolver: Resolver, files: set[str]
) -> None:
    targets = {
        (path, target)
        for path, note in notes.items()
        for value in note.raw.values()
        for target in re.findall(r"\[\[([^\]#|]+)", value)
    }
    assert len(targets) > 10
    assert not [
        (path, target)
        for path, target in targets
        if target not in files and len(resolver.resolve(target, path)) != 1
    ]


def test_the_series_is_linked_by_heading_and_by_block(notes: dict[str, Note]) -> None:
    parts = [f"learning/Object detection {part}.md" for part in (1, 2, 3, 4)]
    assert [notes[path].fields["part"] for path in parts] == [1, 2, 3, 4]
    for path in parts:
        siblings = [
            link
            for link in spans(notes[path]).links
            if link.target.startswith("Object detection") and link.target not in path
        ]
        assert any(link.heading for link in siblings)
    assert sum(bool(link.block) for path in parts for link in spans(notes[path]).links) >= 3


def test_one_note_has_broken_front_matter_and_keeps_its_text(notes: dict[str, Note]) -> None:
    broken = {path: note.problem for path, note in notes.items() if note.problem}
    assert list(broken) == [INVALID]
    problem = broken[INVALID]
    assert problem is not None
    assert (problem.code, problem.line) == ("front-matter", 2)
    assert "A name is a promise" in notes[INVALID].body


def test_one_note_is_an_orphan(notes: dict[str, Note], resolver: Resolver) -> None:
    pointed_at = {
        target
        for path, link in links(notes)
        for target in resolver.resolve(link.target, path)
        if target != path
    }
    assert ORPHAN not in pointed_at
    assert not spans(notes[ORPHAN]).links


def test_the_notes_that_became_posts_are_the_published_ones(notes: dict[str, Note]) -> None:
    assert {path for path, note in notes.items() if note.fields.get("publish") is True} == PUBLISHED
    assert notes["posts/Blogging philosophy.md"].fields["draft"] is True


def test_published_notes_say_what_they_are_about(notes: dict[str, Note]) -> None:
    for path in PUBLISHED:
        assert notes[path].fields["description"]
        assert notes[path].fields["slug"]


def test_the_canary_sits_in_the_private_folder_and_nowhere_else(vault: Path) -> None:
    holders = [path for path in vault.rglob("*") if path.is_file() and CANARY in path.read_bytes()]
    assert [path.relative_to(vault).parts[0] for path in holders] == ["private"]


def test_private_things_of_every_sort_stand_in_the_draft(notes: dict[str, Note]) -> None:
    draft = notes["posts/Blogging philosophy.md"]
    assert draft.body.count("%%") == 4
    assert "> [!private]" in draft.body
    assert any(link.target == "Letter to my old manager" for link in spans(draft).links)
    assert notes["private/Letter to my old manager.md"].private


def test_no_note_names_a_place_on_somebodys_machine(vault: Path) -> None:
    found = re.compile(rb"(?<![\w.:/])/(?:home|Users|root|work|tmp|var|opt)/|[A-Z]:\\\\|localhost")
    for path in vault.rglob("*"):
        if path.is_file():
            assert not found.search(path.read_bytes()), path


def test_the_days_are_a_fortnight_without_a_gap(notes: dict[str, Note]) -> None:
    days = [note for path, note in notes.items() if path.startswith("daily/")]
    assert [note.fields["date"] for note in days] == [f"2026-11-{day}" for day in range(11, 25)]
    assert all("daily" in note.tags for note in days)
    assert sum(bool(spans(note).tasks) for note in days) == 14
    assert {tag for note in days for tag in note.tags} >= {"idea/post", "writing", "habit/miss"}


def test_books_have_ratings_and_states_worth_sorting_by(notes: dict[str, Note]) -> None:
    books = [note.fields for note in notes.values() if note.kind == "book"]
    assert {fields["status"] for fields in books} == {"finished", "reading", "to-read", "dropped"}
    assert len({fields.get("rating") for fields in books}) >= 5
    assert {fields["title"] for fields in books if fields.get("rating") == 5} == {
        "The Pragmatic Programmer",
        "The Dispossessed",
    }


def test_names_used_elsewhere_are_read_under_their_own_field(notes: dict[str, Note]) -> None:
    book = notes["books/The Checklist Manifesto.md"].fields
    assert (book["author"], book["rating"]) == (["Atul Gawande"], 3.5)
    assert (book["started"], book["finished"]) == ("2026-09-21", "2026-09-30")
    talk = notes["podcasts/In Our Time - Probability.md"].fields
    assert (talk["show"], talk["published"]) == ("In Our Time", "2008-05-29")


def test_the_podcast_has_timestamps_in_order_and_somebody_who_speaks(
    notes: dict[str, Note],
) -> None:
    talk = notes["podcasts/Naval Ravikant on JRE.md"]
    at = [stamp.seconds for stamp in spans(talk).timestamps]
    assert len(at) == 12
    assert at == sorted(at)
    assert at[-1] < 2 * 3600 + 12 * 60
    assert (talk.fields["host"], talk.fields["guest"]) == (["Joe Rogan"], ["Naval Ravikant"])


def test_what_exporters_trip_over_is_there(notes: dict[str, Note]) -> None:
    body = {path: note.body for path, note in notes.items()}
    for text in ("{{ include", "{% if", "${{ github", "{{% aside %}}", "{{< note >}}"):
        assert text in body["learning/GKE service accounts.md"]
    assert "```mermaid" in body["learning/A star.md"]
    assert r"`((a \| b) ^ (a & b)).bit_count()`" in body["learning/A star.md"]
    assert "Would you pay $5 to win $10" in body["learning/Bayes' theorem.md"]
    assert "\n$$\n" in body["learning/Bayes' theorem.md"]
    assert "[^erhan]:" in body["learning/Activation maximisation.md"]
    pictures = (
        r"!\[\[style-content\.png\|300\]\] !\[\[style-result\.jpg\|300\]\]\n\*.*Image credit:"
    )
    assert re.search(pictures, body["learning/Neural style transfer.md"])
    assert "Three things follow:\n- " in body["learning/Neural style transfer.md"]
    assert "<!-- more -->" in body["books/Atomic Habits.md"]


def test_the_words_of_the_tour_stand_in_a_heading_of_the_book(notes: dict[str, Note]) -> None:
    book = notes["books/Atomic Habits.md"]
    assert "Cue, craving, response, reward" in [heading.text for heading in spans(book).headings]
    for word in ("cue", "craving"):
        counts = {
            path: len(re.findall(rf"\b{word}s?\b", note.body, re.IGNORECASE))
            for path, note in notes.items()
        }
        assert max(counts, key=lambda path: counts[path]) == "books/Atomic Habits.md"
