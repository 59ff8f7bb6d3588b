"""What was changed in the site comes back into the note, and nothing else of the note changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.export.pull import compare_heads, pull_edits, read_head_fields, split_post
from tests.support.blog import POST, Blog

if TYPE_CHECKING:
    from collections.abc import Callable

NOTE = """\
# A title

One line with a [[b|link]] and ==a mark==.

%% a private comment %%

- first
- second

> [!note] Mind
> what is said

The end of it.
"""


@pytest.fixture
def written(blog: Blog) -> Blog:
    blog.put("A title.md", POST + NOTE)
    blog.put("b.md", f"{POST}words")
    blog.export("A title.md", "b.md")
    return blog


def pulled(blog: Blog, edit: Callable[[str], str]) -> tuple[str, list[str]]:
    """Edit the post in the site and pull; gives the note's body and what was left."""
    base = blog.text("a-title")
    site = edit(base)
    assert site != base
    found = pull_edits(NOTE, base.encode(), site.encode())
    return found.body, found.left


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The end of it.", "The very end of it."),
        ("- second", "- second\n- third"),
        ("- first\n", ""),
        ("One line with", "One longer line with"),
        ("what is said", "what is said here"),
        ("The end of it.\n", "The end of it.\n\nAnd one more thing.\n"),
    ],
)
def test_an_edit_of_the_post_is_the_same_edit_of_the_note(
    written: Blog, old: str, new: str
) -> None:
    body, left = pulled(written, lambda text: text.replace(old, new))
    assert body == NOTE.replace(old, new)
    assert left == []


def test_an_edit_of_the_first_line_is_copied_past_the_title_and_the_teaser(blog: Blog) -> None:
    note = "# A title\n\nA line with a tpyo.\n\nMore words.\n"
    blog.put("A title.md", POST + note)
    blog.export("A title.md")
    base = blog.text("a-title")
    assert "tpyo.\n\n<!--more-->\n\nMore" in base
    assert "# A title" not in base
    found = pull_edits(note, base.encode(), base.replace("tpyo", "typo").encode())
    assert (found.body, found.left) == (note.replace("tpyo", "typo"), [])


def test_an_edit_of_what_the_export_wrote_itself_is_told_and_not_guessed(written: Blog) -> None:
    assert "<!--more-->" in written.text("a-title")
    body, left = pulled(written, lambda text: text.replace('relref "/posts/b"', 'relref "/x"'))
    assert body == NOTE
    assert len(left) == 1


def test_what_is_not_brought_back_is_told_by_the_line_that_the_person_wrote(written: Blog) -> None:
    base = written.text("a-title")
    note = NOTE.replace("The end of it.", "Another end.\n\n![[c]]")
    found = pull_edits(note, base.encode(), base.replace("The end of it", "A halt").encode())
    (left,) = found.left
    assert "'A halt.'" in left
    went = base.replace("The end of it.\n", "")
    (left,) = pull_edits(note, base.encode(), went.encode()).left
    assert "where this was removed: 'The end of it.'" in left


def test_the_note_may_have_changed_elsewhere_since(written: Blog) -> None:
    base = written.text("a-title")
    later = NOTE.replace("- first", "- the first")
    found = pull_edits(later, base.encode(), base.replace("The end", "An end").encode())
    assert found.body == later.replace("The end", "An end")
    clash = pull_edits(
        later.replace("The end of it", "A stop"),
        base.encode(),
        base.replace("end", "halt").encode(),
    )
    assert clash.body == later.replace("The end of it", "A stop")
    assert "halt" in clash.left[0]


def test_line_ends_of_the_note_stay(written: Blog) -> None:
    base = written.text("a-title").encode()
    note = NOTE.replace("\n", "\r\n")
    found = pull_edits(note, base, base.replace(b"The end", b"An end").replace(b"\n", b"\r\n"))
    assert found.body == note.replace("The end", "An end")


HEADS = {
    "hugo": "---\ntitle: 'A'\ndate: 2026-03-04\ndraft: true\ntags: ['a', 'b']\n---\n\n",
    "nikola": "<!--\n.. title: A\n.. date: 2026-03-04\n.. tags: a, b\n.. status: draft\n-->\n\n",
    "pelican": "Title: A\nDate: 2026-03-04\nTags: a, b\nStatus: draft\n\n",
    "zola": '+++\ntitle = "A"\ndate = 2026-03-04\ndraft = true\n\n[taxonomies]\ntags = ["a", "b"]\n'
    "+++\n\n",
    "portable": "",
}


@pytest.mark.parametrize("target", HEADS)
def test_heads_of_every_form_are_told_from_the_body(target: str) -> None:
    body = "Words: as they are\n\n---\n\nmore\n"
    assert split_post(HEADS[target] + body) == (HEADS[target], body)


@pytest.mark.parametrize("target", list(HEADS)[:4])
def test_fields_that_a_note_has_come_back_and_others_are_named(target: str) -> None:
    before = HEADS[target]
    after = before.replace("A", "B", 1).replace("2026-03-04", "2026-03-05")
    after = after.replace("['a', 'b']", "['a', 'c']").replace('"b"', '"c"').replace("a, b", "a, c")
    after = after.replace("draft: true", "draft: false").replace("draft = true", "draft = false")
    after = after.replace("status: draft", "status: published").replace(
        "Status: draft", "Status: x"
    )
    known, unknown = compare_heads(before, after)
    assert known == {"title": "B", "tags": ["a", "c"], "draft": False}
    assert [key.lower() for key in unknown] == ["date"]


def test_a_teaser_in_the_head_is_no_description() -> None:
    before = "Title: A\nSummary: <p>The teaser.</p>\n\n"
    assert compare_heads(before, before.replace("teaser", "start")) == ({}, ["Summary"])
    described = "Title: A\nSummary: A line.\n\n"
    assert compare_heads(described, described.replace("line", "word")) == (
        {"description": "A word."},
        [],
    )


def test_a_head_that_is_broken_has_no_fields() -> None:
    assert read_head_fields("---\na: [\n---\n\n") == {}
    assert read_head_fields("+++\na = \n+++\n") == {}


LINES = st.lists(st.sampled_from(["one two", "three", "", "- four", "**five** six"]), max_size=8)


@given(note=LINES, at=st.integers(0, 8), word=st.sampled_from(["new", "new words here"]))
def test_a_line_put_into_a_post_that_reads_as_its_note_is_put_into_the_note(
    note: list[str], at: int, word: str
) -> None:
    text = "\n".join(["first", *note, "last"]) + "\n"
    lines = text.splitlines()
    at = min(at, len(lines))
    edited = "\n".join([*lines[:at], word, *lines[at:]]) + "\n"
    found = pull_edits(text, text.encode(), edited.encode())
    assert (found.body, found.left) == (edited, [])
