"""A post begun from notes: facts, an outline, quotes with where they stand, nothing private."""

from __future__ import annotations

import re

import pytest

from notekeep.errors import Problem, Refused
from notekeep.export.scaffold import outline_note, write_scaffold
from notekeep.markdown.links import link_to_second
from notekeep.markdown.note import Note, read_note

BOOK = """\
---
type: book
title: Small Things
author: [Ann Author, "[[Bo Writer|Bo]]"]
publisher: Press
published: 2018
rating: 5
tags: [habit, work]
---
# Small Things

> A quote without a place.

## Ideas

> [!quote] Said well
> Two lines
> of it (p. 27)

%% > a private quote (p. 1) %%

> [!private] mine
> > hidden words (p. 2)

## Secrets #private

> kept here (p. 3)

## Ends

Words of mine.
"""
EPISODE = """\
---
type: podcast
title: A talk
show: The Show
guest: Cy Guest
url: https://www.youtube.com/watch?v=abc
---
[00:12:34] What was said. ^x

> Word by word [01:02:03]
"""


def body(*texts: str, headings: tuple[str, ...] = ()) -> str:
    materials = [
        outline_note(read_note(f"n/Note {number}.md", text.encode()))
        for number, text in enumerate(texts, 1)
    ]
    return write_scaffold(materials, "A post", headings)


def test_a_summary_becomes_the_beginning_of_a_post() -> None:
    assert body(BOOK) == (
        """\
# A post

%% What is this post about? One paragraph. %%

> [!info] Small Things
> - By: Ann Author, Bo
> - Published: 2018
> - Publisher: Press

%% Your rating: 5 %%

<!-- more -->

%% from [[Note 1]] %%

> A quote without a place.[^1]

## Ideas

%% from [[Note 1#Ideas]] %%

> Two lines
> of it[^2]

## Ends

%% from [[Note 1#Ends]] %%

Words of mine.

## What I take from it

%% In your own words: what will you do? %%

[^1]: Ann Author, Bo, *Small Things* (Press, 2018).

[^2]: Ann Author, Bo, *Small Things* (Press, 2018), p. 27.
"""
    )


def test_seconds_of_an_episode_lead_to_its_address() -> None:
    text = body(EPISODE)
    assert "What was said.[^1]" in text
    assert "> Word by word[^2]" in text
    assert (
        "[^1]: Cy Guest, *A talk*, The Show,"
        " [00:12:34](<https://www.youtube.com/watch?v=abc&t=754>).\n" in text
    )
    assert "01:02:03](<https://www.youtube.com/watch?v=abc&t=3723>)" in text


def test_several_notes_are_told_one_after_the_other() -> None:
    text = body(BOOK, EPISODE)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# A post",
        "## Small Things",
        "### Ideas",
        "### Ends",
        "## A talk",
        "## What they have in common",
    ]
    assert "## What they have in common" in text
    assert [line for line in text.splitlines() if line.startswith("[^")][-1].startswith("[^4]: Cy")


def test_only_the_sections_that_are_wanted_are_taken() -> None:
    text = body(BOOK, headings=("ideas",))
    assert "> of it[^1]" in text
    assert "without a place" not in text
    assert "## Ends" not in text


@pytest.mark.parametrize("word", ["private quote", "hidden words", "kept here", "Secrets", "5"])
def test_nothing_private_of_a_note_comes_along(word: str) -> None:
    told = re.sub("%%.*%%|2018", "", body(BOOK).replace("[^", ""))  # comments are never exported
    assert word not in told


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\nprivate: true\n---\nx", "The note is private"),
        ("%% not closed", "n.md"),
        ("---\na: [\n---\nx", "front matter is invalid"),
        ("---\npublish: false\n---\nx", "publish: false prevents export"),
        ("---\npublish: perhaps\n---\nx", "must be true or false"),
        ("---\ntags: [privat]\n---\nx", "privat"),
        ("---\ntype: note\n---\n---\nprivate: true\n---\n\nx", "Line 5 marks the note private"),
    ],
)
def test_a_note_that_cannot_be_told_apart_is_refused(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        outline_note(read_note("n.md", text.encode()))


def test_a_note_that_the_parser_fails_on_is_refused_for_that() -> None:
    problem = Problem("n.md", None, "The Markdown parser failed (x).", code="markdown")
    with pytest.raises(Refused, match=r"^n\.md: The Markdown parser failed \(x\)\."):
        outline_note(Note("n.md", "n", problem=problem))


@pytest.mark.parametrize(
    ("address", "second", "expected"),
    [
        (
            "https://open.spotify.com/episode/a?si=b",
            2460,
            "https://open.spotify.com/episode/a?si=b&t=2460",
        ),
        ("https://youtu.be/x?t=5", 60, "https://youtu.be/x?t=60"),
        ("https://vimeo.com/1", 7, "https://vimeo.com/1?t=7"),
        ("https://example.org/x.mp3", 754, "https://example.org/x.mp3#t=754"),
    ],
)
def test_an_address_begins_at_a_second_where_its_host_can(
    address: str, second: int, expected: str
) -> None:
    assert link_to_second(address, second) == expected


NOTE = """\
---
type: book
---
# A book

[00:00:00]

## Quick summary

A sentence of mine.[^1] It links to [[Other]]. ^why

> [!note] A box
> of mine

## Takeaways

## Parts

### Empty

### Full

    code

- [ ] a task
  - below it

## Related

[^1]: My footnote.
"""


def test_the_text_of_a_note_is_taken_over_and_sections_without_text_are_not() -> None:
    text = body(NOTE)
    assert text == (
        """\
# A post

%% What is this post about? One paragraph. %%

## Quick summary

%% from [[Note 1#Quick summary]] %%

A sentence of mine. It links to [[Other]].

> [!note] A box
> of mine

## Parts

%% from [[Note 1#Parts]] %%

### Full

%% from [[Note 1#Full]] %%

    code

- [ ] a task
  - below it

## What I take from it

%% In your own words: what will you do? %%
"""
    )


def test_a_section_without_text_is_taken_if_it_is_wanted() -> None:
    assert "## Takeaways\n" in body(NOTE, headings=("takeaways",))


def test_of_a_list_with_a_quote_the_other_items_are_taken_over() -> None:
    text = body(
        "- [00:12:34] a moment\n- mine\n- also mine\n\n[a site][ref]\n\n[ref]: https://a.example\n"
    )
    assert "a moment" in text
    assert "\n- mine\n" in text
    assert "\n- also mine\n" in text
    assert "\n[ref]: https://a.example\n" in text


def test_a_heading_that_would_end_the_comment_is_not_named_in_it() -> None:
    text = body("# A\n\n## 50 \\%% off\n\nmine\n")
    assert "## 50 \\%% off\n\nmine\n" in text
