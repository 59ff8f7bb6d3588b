"""Which note a link means."""

from __future__ import annotations

import pytest

from notekeep.markdown.note_names import Resolver

NOTES: list[tuple[str, str, tuple[str, ...]]] = [
    ("books/Atomic Habits.md", "Atomic Habits: a summary", ("Atomic", "The four laws")),
    ("books/Notes.md", "Notes on books", ()),
    ("podcasts/2026/Notes.md", "Notes on talks", ()),
    ("podcasts/Notes.md", "Notes", ()),
    ("people/Cafe\u0301.md", "Café", ()),
    ("inbox/other.md", "Atomic", ()),
    ("inbox/v1.2.md", "Version", ("Notes on talks",)),
    ("Root.md", "Root", ()),
    ("deep/Root.md", "Deep root", ()),
    ("attachments/pic.png", "", ()),
]


@pytest.mark.parametrize(
    ("target", "source", "found"),
    [
        ("Atomic Habits", "", ["books/Atomic Habits.md"]),
        ("atomic habits", "", ["books/Atomic Habits.md"]),
        ("books/Atomic Habits", "", ["books/Atomic Habits.md"]),
        ("books/Atomic Habits.md", "", ["books/Atomic Habits.md"]),
        ("Atomic Habits: A Summary", "", ["books/Atomic Habits.md"]),
        ("the four laws", "", ["books/Atomic Habits.md"]),
        ("Atomic", "", ["inbox/other.md"]),
        ("café", "", ["people/Cafe\u0301.md"]),
        ("v1.2", "", ["inbox/v1.2.md"]),
        ("pic.png", "", ["attachments/pic.png"]),
        ("pic", "", []),
        ("nowhere", "", []),
        ("", "books/Notes.md", ["books/Notes.md"]),
        ("", "nowhere.md", []),
        ("Notes", "books/a.md", ["books/Notes.md", "podcasts/Notes.md", "podcasts/2026/Notes.md"]),
        (
            "Notes",
            "podcasts/2026/a.md",
            ["podcasts/2026/Notes.md", "podcasts/Notes.md", "books/Notes.md"],
        ),
        ("2026/Notes", "", ["podcasts/2026/Notes.md"]),
        ("Root", "deep/a.md", ["Root.md"]),
        ("./Root", "deep/a.md", ["deep/Root.md"]),
        ("Root.md", "inbox/a.md", ["Root.md"]),
        ("/Root", "deep/a.md", ["Root.md"]),
        ("../Root.md", "deep/a.md", ["Root.md"]),
        ("../../Root.md", "deep/a.md", []),
        ("../people/Café.md", "books/a.md", ["people/Cafe\u0301.md"]),
        ("2026/Notes.md", "podcasts/a.md", ["podcasts/2026/Notes.md"]),
        ("other.md", "inbox/a.md", ["inbox/other.md"]),
        ("notes on talks", "", ["podcasts/2026/Notes.md"]),
        ("books\\Notes", "", ["books/Notes.md"]),
    ],
)
def test_a_target_and_the_notes_it_may_mean(target: str, source: str, found: list[str]) -> None:
    assert Resolver(NOTES).resolve(target, source) == found
