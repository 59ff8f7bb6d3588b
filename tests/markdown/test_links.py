"""Links that follow their notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.links import retarget
from notekeep.markdown.note_names import Resolver
from notekeep.markdown.outline import read_body
from notekeep.markdown.text_edit import apply

if TYPE_CHECKING:
    from notekeep.markdown.outline import Link

OLD, NEW = "books/Old Name.md", "shelf/New (2) Name.md"


def follow(text: str, *, unique: bool = True, source: str = "books/Index.md") -> str:
    """A body whose links to OLD lead to NEW."""
    resolver = Resolver([(OLD, "Old title", ("Old",)), (source, "Index", ())])

    def moved(link: Link) -> tuple[str, str] | None:
        found = resolver.resolve(link.target, source)
        return (OLD, NEW) if found == [OLD] else None

    links = read_body(text).links
    edits = retarget(
        text, links, moved, from_old=source, from_new=source, unique=lambda _stem: unique
    )
    return apply(text, edits)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[[Old Name]]", "[[New (2) Name]]"),
        ("[[Old Name|text]]", "[[New (2) Name|text]]"),
        ("[[old name#Part|text]]", "[[New (2) Name#Part|text]]"),
        ("![[Old Name#^id]]", "![[New (2) Name#^id]]"),
        ("[[Old Name.md]]", "[[New (2) Name.md]]"),
        ("[[books/Old Name]]", "[[shelf/New (2) Name]]"),
        ("[[books/Old Name.md|x]]", "[[shelf/New (2) Name.md|x]]"),
        ("[[Old]]", "[[New (2) Name]]"),
        ("[[Old title#A|x]]", "[[New (2) Name#A|x]]"),
        ("[[./Old Name]]", "[[../shelf/New (2) Name]]"),
        ("| a |\n|---|\n| [[Old Name\\|x]] |", "| a |\n|---|\n| [[New (2) Name\\|x]] |"),
        ("[t](Old%20Name.md)", "[t](../shelf/New%20%282%29%20Name.md)"),
        ("[t](<Old Name.md> 'title')", "[t](<../shelf/New (2) Name.md> 'title')"),
        ("[t](books/Old%20Name.md#Part)", "[t](shelf/New%20%282%29%20Name.md#Part)"),
        ("[t](/books/Old%20Name.md)", "[t](/shelf/New%20%282%29%20Name.md)"),
        ("![alt](Old%20Name.md)", "![alt](../shelf/New%20%282%29%20Name.md)"),
        ("[ref]: Old%20Name.md 'x'", "[ref]: ../shelf/New%20%282%29%20Name.md 'x'"),
        ("> [a\n> b](Old%20Name.md)", "> [a\n> b](../shelf/New%20%282%29%20Name.md)"),
        ("[[Other]] `[[Old Name]]`", "[[Other]] `[[Old Name]]`"),
        ("[[#Part]]", "[[#Part]]"),
    ],
)
def test_a_link_follows_and_keeps_its_form(before: str, after: str) -> None:
    assert follow(before) == after


def test_a_bare_name_becomes_a_path_where_the_name_is_not_the_only_one() -> None:
    assert follow("[[Old Name|x]]", unique=False) == "[[shelf/New (2) Name|x]]"


def test_a_note_that_moves_takes_its_relative_links_along() -> None:
    text = "[a](pic.png) [b](../x/y.md) [[Bare]] [[./z]] ![c](/root.png)"
    places = {
        "pic.png": "a/pic.png", "../x/y.md": "x/y.md", "Bare": "q/Bare.md", "./z": "a/z.md",
        "/root.png": "root.png",
    }  # fmt: skip

    def moved(link: Link) -> tuple[str, str]:
        return places[link.target], places[link.target]

    edits = retarget(text, read_body(text).links, moved, from_old="a/n.md", from_new="b/c/n.md")
    assert apply(text, edits) == (
        "[a](../../a/pic.png) [b](../../x/y.md) [[Bare]] [[../../a/z]] ![c](/root.png)"
    )


def test_an_edit_says_what_it_does() -> None:
    text = "a\n\n[[Old Name]]"
    edits = retarget(
        text, read_body(text).links, lambda _link: (OLD, NEW), from_old="a.md", from_new="a.md"
    )
    assert edits[0].line == 2
    assert edits[0].reason == "Old Name → New (2) Name"


def test_a_name_that_no_wiki_link_can_hold_is_left() -> None:
    text = "[[Old]] [t](Old.md)"
    edits = retarget(
        text,
        read_body(text).links,
        lambda _link: ("Old.md", "C# [1].md"),
        from_old="a.md",
        from_new="a.md",
    )
    assert apply(text, edits) == "[[Old]] [t](C%23%20[1].md)"


SCRAPS = st.sampled_from(
    ["[[a]]", "[[a|b]]", "[x](a.md)", "![[a#h]]", "text ", "`[[a]]`", "\n", "> ", "[y](<a.md> 't')"]
)


@given(st.lists(SCRAPS, max_size=12).map("".join))
def test_links_that_follow_there_and_back_are_as_they_were(text: str) -> None:
    def go(body: str, old: str, new: str) -> str:
        edits = retarget(
            body, read_body(body).links, lambda _link: (old, new), from_old="i.md", from_new="i.md"
        )
        return apply(body, edits)

    there = go(text, "a.md", "b/c d.md")
    assert [link.text for link in read_body(there).links] == [
        link.text for link in read_body(text).links
    ]
    assert all(link.target.startswith(("b/c d", "c d")) for link in read_body(there).links)
    assert go(there, "b/c d.md", "a.md") == text
