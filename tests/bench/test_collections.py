"""Graded questions about public collections: reading collections and generating questions."""

from __future__ import annotations

import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bench import judge, personal, questions
from bench.public_notes import COLLECTIONS, Collection, write

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_collection_is_read_as_it_was_at_its_commit(tmp_path: Path) -> None:
    clone = tmp_path / "clones" / "small"
    (clone / "notes" / "old").mkdir(parents=True)
    for name in ("README.md", "notes/README.md", "notes/a.md", "notes/a.png", "notes/old/b.md"):
        (clone / name).write_text("before", "utf-8")
    git(clone, "init", "--quiet")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "notes")
    commit = git(clone, "rev-parse", "HEAD")
    (clone / "notes" / "a.md").write_text("after", "utf-8")
    git(clone, "commit", "--quiet", "-am", "change")

    write(Collection("small", "", commit, "notes", (), "de", ""), clone.parent, tmp_path / "all")
    write(
        Collection("small", "", commit, "notes", ("old",), "de", ""), clone.parent, tmp_path / "old"
    )

    read = {page.path: page.raw for page in questions.read(tmp_path / "all")}
    assert read == {"a.md": "before", "old/b.md": "before"}
    assert [page.path for page in questions.read(tmp_path / "old")] == ["old/b.md"]
    assert (tmp_path / "all/.notekeep/config.toml").read_text("utf-8") == 'language = "de"\n'


def test_a_collection_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "small")
    with pytest.raises(RuntimeError, match=r"git .* failed"):
        write(
            Collection("small", "", "HEAD", "missing", (), "en", ""), tmp_path, tmp_path / "vault"
        )


def test_questions_are_of_every_kind_and_language() -> None:
    generated = [
        one for collection in COLLECTIONS for one in judge.collection_questions(collection.name)
    ]
    assert len({(one.over, one.text) for one in generated}) == len(generated) >= 200
    assert len({collection.language for collection in COLLECTIONS}) >= 3
    kinds = Counter(one.kind for one in generated)
    wanted = {kind for counts in questions.COUNTS.values() for kind in counts}
    assert kinds.keys() == wanted | {"paraphrase"}
    assert min(kinds.values()) >= 20
    for one in generated:
        assert all(path.endswith(".md") for path in one.answers), one.text
        assert 1 <= len(one.answers) <= questions.MAX_ANSWERS, one.text


def test_the_same_texts_make_the_same_questions_with_their_answers(tmp_path: Path) -> None:
    personal.write(tmp_path, 200)
    generated = questions.generate("til", "en", tmp_path)
    assert generated == questions.generate("til", "en", tmp_path)
    words_of_the_note = [
        one for one in generated if one.kind in {"first sentence", "words far apart"}
    ]
    assert words_of_the_note
    for one in words_of_the_note:
        [path] = one.answers
        text = (tmp_path / path).read_text("utf-8").lower()
        assert all(word in text for word in one.text.split()), one.text
    assert all(one.typing == (one.kind == "beginning") for one in generated)


@pytest.mark.parametrize(
    ("answers", "expected"), [({"b.md"}, 2), ({"c.md", "b.md"}, 2), ({"d.md"}, 0)]
)
def test_the_place_of_the_first_answer_counts(answers: set[str], expected: int) -> None:
    assert judge.first_rank(["a.md", "b.md", "c.md"], answers) == expected
