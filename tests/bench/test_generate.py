"""The generator of big vaults: repeatable, and shaped like what people keep."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

from notekeep.habits import log
from notekeep.markdown.fields.schema import role
from notekeep.markdown.note import Note, read_note

pytestmark = pytest.mark.slow

GENERATE = Path(__file__).resolve().parents[2] / "bench" / "generate.py"
NOTES = 400


def generate(folder: Path, seed: int = 1) -> None:
    subprocess.run(
        [sys.executable, str(GENERATE), str(folder), "--notes", str(NOTES), "--seed", str(seed)],
        check=True,
        capture_output=True,
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.md")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "vault"
    generate(folder)
    return folder


@pytest.fixture(scope="module")
def notes(made: Path) -> list[Note]:
    return [
        read_note(path, data)
        for path, data in contents(made).items()
        if role(path) == "note" and not path.startswith("habits/")
    ]


def test_the_same_seed_makes_the_same_vault(made: Path, tmp_path: Path) -> None:
    generate(tmp_path / "again")
    assert contents(tmp_path / "again") == contents(made)


def test_another_seed_makes_another_vault(made: Path, tmp_path: Path) -> None:
    generate(tmp_path / "other", seed=2)
    assert not contents(tmp_path / "other").keys() >= contents(made).keys()


def test_there_are_as_many_notes_as_asked_for_of_all_kinds(notes: list[Note]) -> None:
    assert len(notes) == NOTES
    assert set(Counter(note.kind for note in notes)) == {"note", "daily", "book", "podcast", "post"}


def test_every_note_can_be_read_and_has_a_title_of_its_own(notes: list[Note]) -> None:
    assert not [note.problem for note in notes if note.problem]
    assert len({note.title for note in notes}) == NOTES


def test_half_of_the_notes_are_shorter_than_three_kilobytes(notes: list[Note]) -> None:
    assert 2400 < median(len(note.body) for note in notes) < 3600


def test_words_follow_zipfs_law(notes: list[Note]) -> None:
    counts = Counter(word for note in notes for word in re.findall(r"[a-z]+", note.body.lower()))
    ranked = [count for _, count in counts.most_common()]
    assert 5 < ranked[9] / ranked[99] < 25
    assert sum(count == 1 for count in ranked) > len(ranked) / 3
    assert len(ranked) > 15_000


def test_links_lead_to_notes_of_the_vault(notes: list[Note]) -> None:
    titles = {note.title for note in notes}
    links = [link for note in notes for link in note.spans.links]
    assert len(links) > NOTES
    assert all(link.target in titles for link in links)


def test_the_habit_log_has_no_line_that_is_reported(made: Path) -> None:
    lines = [
        line
        for path in (made / "habits" / "log").iterdir()
        for line in log.parse_file(path.read_text("utf-8"))
    ]
    assert len(lines) > 15_000
    assert not [line for line in lines if line.line.report]


def test_a_folder_with_something_in_it_is_left_alone(made: Path) -> None:
    before = contents(made)
    with pytest.raises(subprocess.CalledProcessError):
        generate(made)
    assert contents(made) == before
