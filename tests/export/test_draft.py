"""A draft: links become numbered addresses, embeds what they show, private titles nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Refused
from notekeep.export.draft import Draft, Drafter
from notekeep.export.source import Options

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.source import VaultSource

    Write = Callable[[dict[str, str]], VaultSource]


def draft(source: VaultSource, path: str = "a.md") -> Draft:
    drafter = Drafter(source, Options())
    drafter.check_consent(path, named=True)
    return drafter.draft(path)


def text(made: Draft) -> str:
    """The draft's text with a plain `nk` for its scheme."""
    return made.passage.text.replace(made.refs.scheme, "nk").strip("\n")


@pytest.mark.parametrize(
    ("link", "words", "place"),
    [
        ("[[b]]", "[b](nk:0)", ("", "")),
        ("[[b|its *name*]]", "[its \\*name\\*](nk:0)", ("", "")),
        ("[[folder/b]]", "[b](nk:0)", ("", "")),
        ("[[b#Some Heading]]", "[b > Some Heading](nk:0)", ("Some Heading", "")),
        ("[[b#One#Two|x]]", "[x](nk:0)", ("Two", "")),
        ("[[b#^id|x]]", "[x](nk:0)", ("", "id")),
        ("[x](folder/b.md)", "[x](nk:0)", ("", "")),
        ("[*x*](folder/b.md#some-heading 'T')", '[*x*](nk:0 "T")', ("some-heading", "")),
        ("[x](<folder/b.md>)", "[x](nk:0)", ("", "")),
    ],
)
def test_links_to_notes_get_numbers(
    write_vault: Write, link: str, words: str, place: tuple[str, str]
) -> None:
    made = draft(write_vault({"a.md": link, "folder/b.md": "# b\n"}))
    assert text(made) == words
    (ref,) = made.refs.items
    assert (ref.kind, ref.path, ref.heading, ref.block) == ("note", "folder/b.md", *place)


def test_links_to_elsewhere_stay_as_they_are(write_vault: Write) -> None:
    body = (
        "[x](https://x.org) <https://y.org> [m](mailto:a@b.c) ![](https://x.org/a.png) [p](/about/)"
        " [h](/) [t](/#top)"
    )
    assert text(draft(write_vault({"a.md": body}))) == body


def test_a_link_within_the_note_leads_to_the_note(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "# T\n\n[[#T]] and [x](#t)"}))
    assert [(ref.path, ref.heading) for ref in made.refs.items] == [("a.md", "T"), ("a.md", "t")]


def test_the_title_of_a_private_note_is_never_written(write_vault: Write) -> None:
    source = write_vault(
        {
            "a.md": "[[Diary]], [[private/Diary]], [[Diary|my words]], [[Ada's book]],"
            " [x](private/Diary.md)",
            "private/Diary.md": "---\naliases: [Ada's book]\n---\nsecret",
        }
    )
    made = draft(source)
    assert text(made) == "a private note, a private note, my words, a private note, x"
    assert made.refs.items == []


def test_a_broken_link_becomes_words_and_is_told_with_its_line(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "---\ntitle: A\n---\n\nSee [[Nowhere]] and [y](gone.md)."}))
    assert text(made) == "See Nowhere and y."
    assert made.warnings[0].startswith("a.md, line 5: There is no note 'Nowhere'")


def test_nobody_can_write_the_address_of_a_number(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "[[b]] [x](nk:0) [y](nk000000000000:0)", "b.md": "b"}))
    assert text(made) == "[b](nk:0) x y"
    assert made.refs.get("nk:0") is None
    assert made.refs.get("nk000000000000:0") is None


EMBEDDED = """\
---
publish: true
title: B
---
# B

Start.[^1]

## Part

In the part with [a ref][r], [[c]] and a note[^1]. %%hidden%%

### Below

Deeper. ^deep

## Other

- one ^item
  - child
- two

> quoted
> lines

^quote

> [!hint] T
> words
^hint

[^1]: The note.

[r]: https://x.org "T"
"""


@pytest.mark.parametrize(
    ("embed", "shown"),
    [
        ("![[b#^hint]]", "> [!hint] T\n> words"),
        ("![[b#Below]]", "### Below\n\nDeeper."),
        ("![[b#^deep]]", "Deeper."),
        ("![[b#^item]]", "- one\n  - child"),
        ("![[b#^quote]]", "> quoted\n> lines"),
        ("- x\n\n  ![[b#^quote]]", "- x\n\n  > quoted\n  > lines"),
        ("- ![[b#^item]]", "- one\n  - child"),
        ("> ![[b#Below]]", "> ### Below\n>\n> Deeper."),
        ("before\n![[b#^deep]]\nafter", "before\n\nDeeper.\n\nafter"),
        ("in ![[b#^deep]] line", "in Deeper. line"),
        ("![](b.md#below)", "### Below\n\nDeeper."),
    ],
)
def test_an_embed_becomes_what_it_shows(write_vault: Write, embed: str, shown: str) -> None:
    assert text(draft(write_vault({"a.md": embed, "b.md": EMBEDDED, "c.md": "c"}))) == shown


def test_an_embedded_part_brings_its_footnotes_and_its_links_in_full(write_vault: Write) -> None:
    made = draft(
        write_vault({"a.md": "![[b#Part]]\n\n[^1]: mine[^1]", "b.md": EMBEDDED, "c.md": "c"})
    )
    shown = text(made)
    assert 'with [a ref](<https://x.org> "T"), [c](nk:0) and a note[^b-part-1].' in shown
    assert "[^b-part-1]: The note." in shown
    assert "[r]:" not in shown
    assert "hidden" not in shown


def test_an_embedded_note_leaves_its_title_behind(write_vault: Write) -> None:
    shown = text(draft(write_vault({"a.md": "![[b]]", "b.md": EMBEDDED, "c.md": "c"})))
    assert shown.startswith("Start.")


def test_lines_of_an_embed_are_told_by_the_file_they_stand_in(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "![[b#Below]]", "b.md": EMBEDDED, "c.md": "c"}))
    assert [(o.path, o.line) for o in made.passage.origins][:3] == [
        ("b.md", 13),
        ("b.md", 14),
        ("b.md", 15),
    ]


def test_an_embed_of_a_note_that_is_not_published_is_left_out(write_vault: Write) -> None:
    source = write_vault({"a.md": "x\n\n![[b]]\n\ny", "b.md": "words of b"})
    made = draft(source)
    assert text(made) == "x\n\ny"
    assert "Removed the embed of b" in made.warnings[0]


def test_naming_a_note_is_no_consent_to_show_it_in_another(write_vault: Write) -> None:
    drafter = Drafter(write_vault({"a.md": "![[b]]", "b.md": "words of b"}), Options())
    for path in ("a.md", "b.md"):
        drafter.check_consent(path, named=True)
    assert text(drafter.draft("a.md")) == ""


def test_an_embed_of_a_private_note_is_left_out_without_its_name(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "x ![[Diary]] y", "private/Diary.md": "secret"}))
    assert text(made) == "x  y"
    assert made.warnings == ["a.md, line 1: Removed an embed of a private note."]


def test_a_cycle_is_named_and_becomes_a_link(write_vault: Write) -> None:
    published = "---\npublish: true\n---\n"
    made = draft(
        write_vault(
            {
                "a.md": "![[b]]",
                "b.md": f"{published}in b\n\n![[c]]",
                "c.md": f"{published}in c\n\n![[b]]",
            }
        )
    )
    assert text(made) == "in b\n\nin c\n\n[b](nk:0)"
    assert "a → b → c → b" in made.warnings[0]
    assert made.warnings[0].startswith("c.md, line 6: ")


def test_a_part_that_shows_another_part_of_the_same_note_is_no_cycle(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "# One\n\n![[#Two]]\n\n# Two\n\ntwo"}))
    assert text(made) == "# One\n\n# Two\n\ntwo\n\n# Two\n\ntwo"
    assert made.warnings == []


def test_embeds_go_only_so_deep(write_vault: Write) -> None:
    notes = {f"n{n}.md": f"---\npublish: true\n---\n![[n{n + 1}]]" for n in range(12)}
    made = draft(write_vault(notes | {"n12.md": "end"}), "n0.md")
    assert "is nested more than" in made.warnings[0]


def test_a_private_part_of_an_embedded_note_that_is_not_closed_stops_the_note(
    write_vault: Write,
) -> None:
    source = write_vault({"a.md": "![[b]]", "b.md": "---\npublish: true\n---\nx %% y"})
    with pytest.raises(Refused, match=r"b\.md: The comment") as caught:
        draft(source)
    assert caught.value.line == 4


def test_an_inline_footnote_becomes_a_numbered_one(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "a^[x *y*] b[^1]\n\n[^1]: one\n"}))
    assert text(made) == "a[^2] b[^1]\n\n[^1]: one\n\n[^2]: x *y*"


def test_inline_footnotes_in_each_other_become_numbered_ones(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "a^[b ^[c ^[d]] e] ^[f]\n"}))
    assert text(made) == "a[^1] [^4]\n\n[^1]: b [^2] e\n\n[^2]: c [^3]\n\n[^3]: d\n\n[^4]: f"


def test_what_is_no_utf8_is_refused(write_vault: Write) -> None:
    source = write_vault({"a.md": "x"})
    broken = b"\xe9"
    bad = type(source)(source.root, source.notes, lambda _: broken, source.schema)
    with pytest.raises(Refused, match="UTF-8"):
        draft(bad)


def test_the_size_of_a_picture_of_the_web_is_no_part_of_its_words(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "![a *b*|40x30](https://x.org/p.png 'T')"}))
    assert text(made) == '![a *b*](nk:0 "T")'
    (ref,) = made.refs.items
    assert (ref.kind, ref.path, ref.width, ref.height) == ("web", "https://x.org/p.png", "40", "30")


def test_a_name_that_could_mean_two_notes_is_told(write_vault: Write) -> None:
    made = draft(write_vault({"x/a.md": "[[b]]", "x/b.md": "1", "y/b.md": "2"}), "x/a.md")
    assert [ref.path for ref in made.refs.items] == ["x/b.md"]
    assert made.warnings == ["x/a.md, line 1: 'b' could be x/b.md or y/b.md. Used the first."]


TEMPLATE = """\
# A book

## Summary

Said in short.

## Takeaways

## Ideas

### First

### Second

Words.

## Quotes

### Long ones

## Related

[^1]: A footnote of nothing.
"""


def test_headings_without_text_are_removed_without_a_warning(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": TEMPLATE}))
    assert text(made) == (
        "# A book\n\n## Summary\n\nSaid in short.\n\n## Ideas\n\n### Second\n\nWords."
    )
    assert made.warnings == []
    lines = [one.line for one in made.changes if one.reason == "removed a heading without text"]
    assert lines == [7, 11, 17, 19, 21]


def test_a_heading_over_text_that_is_private_goes_with_it(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "Text\n\n## Notes\n\n%% mine %%\n\n## Rest\n\n- x\n"}))
    assert text(made) == "Text\n\n## Rest\n\n- x"


def test_a_heading_that_a_link_of_the_note_leads_to_stays(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "[[#Long ones]]\n\n## Quotes\n\n### Long ones\n\n## Rest\n"}))
    assert text(made).endswith("\n\n## Quotes\n\n### Long ones")


def test_a_heading_whose_block_id_a_link_leads_to_stays(write_vault: Write) -> None:
    made = draft(write_vault({"a.md": "[[#^abc]]\n\n## Ends ^abc\n\n## Rest\n"}))
    assert "## Ends" in text(made)
    assert "## Rest" not in text(made)


def test_a_rule_below_a_heading_without_text_makes_no_heading_of_the_text(
    write_vault: Write,
) -> None:
    made = draft(write_vault({"a.md": "Some text\n## Related\n---\n## More\n\nx\n"}))
    assert text(made) == "Some text\n\n---\n## More\n\nx"


@pytest.mark.parametrize(
    "body",
    [
        "# A book",
        "## One\n\n```\ncode\n```",
        "## One\n\n| a |\n|---|\n| b |",
        "## One\n\n---\n\nText",
        "## One\n> # Quoted",
        "```\n## One\n## Two\n```",
    ],
)
def test_a_heading_over_anything_stays(write_vault: Write, body: str) -> None:
    made = draft(write_vault({"a.md": f"---\ntitle: A book\n---\n{body}\n"}))
    assert (text(made), made.warnings) == (body, [])
