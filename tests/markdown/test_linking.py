"""Links as a vault writes them, and that they lead to what they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.links import LinkStyle
from notekeep.markdown.note_names import Resolver
from notekeep.markdown.outline import read_body


@pytest.mark.parametrize(
    ("form", "is_markdown", "link"),
    [
        ("shortest", False, "[[Deep Work]]"),
        ("relative", False, "[[../books/Deep Work|Deep Work]]"),
        ("absolute", False, "[[books/Deep Work|Deep Work]]"),
        ("shortest", True, "[Deep Work](Deep%20Work.md)"),
        ("relative", True, "[Deep Work](../books/Deep%20Work.md)"),
        ("absolute", True, "[Deep Work](books/Deep%20Work.md)"),
    ],
)
def test_a_note_is_linked_in_each_style(form: str, link: str, *, is_markdown: bool) -> None:
    style = LinkStyle(form, is_markdown)
    assert style.link("books/Deep Work.md", "daily/today.md", text="Deep Work") == link


def test_a_title_that_is_no_file_name_stands_behind_it() -> None:
    style = LinkStyle()
    assert style.link("a/deep.md", "x.md", text="Deep Work") == "[[deep|Deep Work]]"
    assert style.link("a/deep.md", "x.md", text="DEEP") == "[[DEEP]]"
    assert style.link("a/deep.md", "x.md") == "[[deep]]"


def test_a_name_that_others_have_is_written_with_its_folder() -> None:
    style = LinkStyle()
    assert style.link("a/deep.md", "x.md", text="deep", is_only=False) == "[[a/deep|deep]]"
    assert style.link("a/map.png", "x.md", is_only=False, embed=True) == "![[a/map.png]]"


def test_what_a_wiki_link_cannot_hold_becomes_a_link_of_markdown() -> None:
    assert LinkStyle().link("a [b].md", "x.md", text="it") == "[it](a%20[b].md)"
    assert LinkStyle().link("a.md", "x.md", text="[it]") == r"[\[it\]](a.md)"


FOLDERS = st.lists(st.sampled_from(["a", "b c", "Ü", "d (1)"]), max_size=3)
NAMES = st.text("abc XÜ()%?&'!,.-_~\u3042", min_size=1, max_size=8).filter(
    lambda name: name.strip(" .") == name
)


@given(
    FOLDERS,
    NAMES,
    FOLDERS,
    st.sampled_from(["shortest", "relative", "absolute"]),
    st.booleans(),
    st.booleans(),
)
def test_every_link_leads_to_its_note(
    folders: list[str],
    name: str,
    source: list[str],
    form: str,
    is_markdown: bool,  # noqa: FBT001
    has_text: bool,  # noqa: FBT001
) -> None:
    path = "/".join([*folders, f"{name}.md"])
    note = "/".join([*source, "here.md"])
    link = LinkStyle(form, is_markdown).link(path, note, text="some text" if has_text else "")
    (found,) = read_body(f"See {link} there.").links
    assert Resolver([(path, "", ())]).resolve(found.target, note) == [path]
    assert not has_text or found.text == "some text"
