"""The sample vault is what its readers count on: newcomers, the manual, and the other tests."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from notekeep.markdown.kinds import role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from notekeep.markdown.note import Note
    from notekeep.markdown.spans import Body, Link

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


def spans(note: Note) -> Body:
    assert note.spans is not None
    return note.spans


def links(notes: dict[str, Note]) -> Iterator[tuple[str, Link]]:
    for path, note in notes.items():
        for link in spans(note).links:
            yield path, link


def names(notes: dict[str, Note]) -> dict[str, set[str]]:
    """Every name a note answers to, folded, and the notes that answer."""
    found: dict[str, set[str]] = {}
    for path, note in notes.items():
        stem = path.removesuffix(".md")
        for name in (stem, stem.rsplit("/", 1)[-1], note.title, *note.aliases):
            found.setdefault(name.casefold(), set()).add(path)
    return found


def test_there_are_notes_of_every_kind(notes: dict[str, Note]) -> None:
    assert Counter(note.kind for note in notes.values()) == {
        "book": 14,
        "podcast": 8,
        "note": 24,
        "daily": 14,
        "habit": 8,
        "post": 2,
    }


def test_every_kind_has_a_template_that_is_filled_with_its_title_and_day(vault: Path) -> None:
    for kind in ("book", "podcast", "habit", "post", "daily", "note"):
        text = (vault / "templates" / f"{kind}.md").read_text("utf-8")
        assert "{{title}}" in text
        assert "{{date}}" in text
        assert role(f"templates/{kind}.md") == "template"


def test_only_the_broken_link_is_broken(vault: Path, notes: dict[str, Note]) -> None:
    known = names(notes)
    files = {path.name for path in (vault / "attachments").iterdir()}
    lost = {
        (path, link.target)
        for path, link in links(notes)
        if link.target and link.target.casefold() not in known and link.target not in files
    }
    assert lost == BROKEN


def test_no_link_is_ambiguous(notes: dict[str, Note]) -> None:
    known = names(notes)
    unclear = {
        link.target for _, link in links(notes) if len(known.get(link.target.casefold(), ())) > 1
    }
    assert not unclear


def test_headings_and_blocks_that_are_linked_to_exist(notes: dict[str, Note]) -> None:
    known = names(notes)
    missing = []
    for path, link in links(notes):
        for target in known.get(link.target.casefold(), set()) if link.target else {path}:
            there = spans(notes[target])
            headings = {heading.text for heading in there.headings}
            blocks = {block.name for block in there.blocks}
            if (link.heading and link.heading not in headings) or (
                link.block and link.block not in blocks
            ):
                missing.append((path, target, link.heading or f"^{link.block}"))
    assert not missing


def test_front_matter_links_and_covers_resolve(vault: Path, notes: dict[str, Note]) -> None:
    known = names(notes)
    files = {path.name for path in (vault / "attachments").iterdir()}
    for note in notes.values():
        for value in note.raw.values():
            for target in re.findall(r"\[\[([^\]#|]+)", value):
                assert target in files or target.casefold() in known


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


def test_one_note_is_an_orphan(notes: dict[str, Note]) -> None:
    known = names(notes)
    pointed_at = {
        target
        for path, link in links(notes)
        for target in known.get(link.target.casefold(), ())
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
