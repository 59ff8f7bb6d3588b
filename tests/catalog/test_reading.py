"""A file into what the index keeps of it, whatever the file is like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.documents import read_word_doc, record
from notekeep.catalog.records import Row, link_key, load_path, sort_key, store_path
from notekeep.markdown.fields.schema import DEFAULT_SCHEMA
from notekeep.storage.content import Content, read_content
from notekeep.storage.scan import Fingerprint

if TYPE_CHECKING:
    from pathlib import Path

MARK = Fingerprint(1, 2, 3, 4)


def test_what_cannot_be_read_says_why_and_keeps_its_place(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    content = read_content(str(tmp_path), "folder.md")
    assert content is not None
    assert content.problem is not None
    assert content.problem.code == "unreadable"
    assert "Is a directory" in content.problem.message
    note = record("private/folder.md", MARK, content, DEFAULT_SCHEMA).note
    assert (note.title, note.private, note.problem) == ("folder", True, content.problem)
    assert read_word_doc(str(tmp_path), "folder.md", DEFAULT_SCHEMA) is None


def test_what_is_gone_is_none(tmp_path: Path) -> None:
    assert read_content(str(tmp_path), "gone.md") is None
    assert read_word_doc(str(tmp_path), "gone.md", DEFAULT_SCHEMA) is None


def test_the_words_of_a_note_are_told_by_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\ntitle: T\naliases: [B]\ntags: [x]\nlang: de\nauthor: [Ann, Bo Li]\nshelf: third\n"
        "source: '[[Book#^part|it]]'\n"
        "status: finished\nstarted: 2026-03-05\nrating: 4\nurl: https://example.org\n---\n"
        "# Head\n> quoted (p. 3)\n#y\n"
    )
    doc = read_word_doc(str(tmp_path), "a.md", DEFAULT_SCHEMA)
    assert doc is not None
    assert (doc.title, doc.aliases) == ("T", ("B", "a"))
    assert (doc.headings, doc.tags) == (("Head",), ("x", "y"))
    assert doc.matter == ("Ann", "Bo Li", "third", "Book", "20260305", "4")
    assert doc.quotes[0].startswith("quoted")
    assert doc.language == "de"
    assert "# Head" in doc.body


def _row(tags: list[str], aliases: list[str], fields: dict[str, object]) -> Row:
    facts = json.dumps({"tags": tags, "aliases": aliases, "fields": fields})
    return Row(
        path="a.md",
        title="A",
        kind="note",
        mtime_ns=0,
        size=0,
        private=False,
        problem=None,
        words=0,
        facts=facts,
    )


@pytest.mark.parametrize("aliases", [[], ["B"], ["[]", '"aliases": []']])
@pytest.mark.parametrize("tags", [[], ["aliases"], ['aliases": []', "[]"]])
def test_a_row_knows_its_aliases_whatever_its_tags_and_fields_are_called(
    tags: list[str], aliases: list[str]
) -> None:
    assert _row(tags, aliases, {}).aliases == aliases
    assert _row(tags, aliases, {"aliases": []}).aliases == aliases


def test_an_error_of_the_front_matter_goes_before_that_of_a_merge() -> None:
    data = b"---\na: [\n---\n<<<<<<< a\n=======\n>>>>>>> b\n"
    found = record("a.md", MARK, Content(data, "x"), DEFAULT_SCHEMA).note.problem
    assert found is not None
    assert found.code == "front-matter"


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("Note", "note"),
        ("folder/Note", "note"),
        ("../Note.md", "note"),
        ("a\\Note.MD", "note"),
        ("Cafe\u0301", "caf\u00e9"),
        ("folder/", "folder"),
        ("node.js", "node.js"),
    ],
)
def test_links_are_known_by_the_name_they_end_in(target: str, key: str) -> None:
    assert link_key(target) == key


def test_titles_sort_as_people_read_them() -> None:
    titles = ["Episode 10", "episode 2", "Ämter", "zebra", '"About"', "Épée", "-"]
    assert sorted(titles, key=sort_key) == [
        "-",
        '"About"',
        "Ämter",
        "Épée",
        "episode 2",
        "Episode 10",
        "zebra",
    ]


@pytest.mark.parametrize("path", ["a/b.md", "é.md", "\udce9\udcff.md", "組/\ufdd0\udc80.md"])
def test_any_path_survives_the_database(path: str) -> None:
    assert load_path(store_path(path)) == path
    store_path(path).encode()
