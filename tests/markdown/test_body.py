"""What the scanner finds in a body, each with its place."""

from __future__ import annotations

import pytest

from notekeep.markdown.outline import Link, read_body


def links(text: str) -> list[tuple[str, str, str, str]]:
    return [(link.target, link.heading, link.block, link.text) for link in read_body(text).links]


def tags(text: str) -> list[str]:
    return [tag.name for tag in read_body(text).tags]


LINKS = {
    "[[Note]]": ("Note", "", "", ""),
    "[[Note|text]]": ("Note", "", "", "text"),
    "[[Note#Heading]]": ("Note", "Heading", "", ""),
    "[[Note#A#B]]": ("Note", "A#B", "", ""),
    "[[Note#^block]]": ("Note", "", "block", ""),
    "[[#Heading]]": ("", "Heading", "", ""),
    "[[folder/Note.md|t]]": ("folder/Note.md", "", "", "t"),
    "![[Note#Part]]": ("Note", "Part", "", ""),
    "![[image.png|300]]": ("image.png", "", "", "300"),
    "[[Note|[1] of 2]]": ("Note", "", "", "[1] of 2"),
    "[text](Note.md)": ("Note.md", "", "", "text"),
    "[text](../a/Note%20two.md#Part%20one)": ("../a/Note two.md", "Part one", "", "text"),
    "[text](<a note.md> 'title')": ("a note.md", "", "", "text"),
    "[text](note.md#^id)": ("note.md", "", "id", "text"),
    "[a [b] c](d(e).md)": ("d(e).md", "", "", "a [b] c"),
    "![alt](pics/a.png)": ("pics/a.png", "", "", "alt"),
    "[ref]: Note.md 'title'": ("Note.md", "", "", "ref"),
    "[a](b\\_c.md)": ("b_c.md", "", "", "a"),
}


@pytest.mark.parametrize(("text", "link"), LINKS.items(), ids=LINKS)
def test_a_link_is_found(text: str, link: tuple[str, str, str, str]) -> None:
    assert links(text) == [link]
    found = read_body(f"words\n\n{text}").links[0]
    assert (found.start, found.end, found.line) == (7, 7 + len(text), 2)
    assert found.embed == text.startswith("!")
    assert found.wiki == ("[[" in text)


@pytest.mark.parametrize(
    "text",
    [
        "`[[Note]]`", "``[[a]] ` [[b]]``", "```\n[[Note]]\n```", "~~~\n[[Note]]", "    [[Note]]",
        "- ```\n  [[Note]]\n  ```", "> ~~~\n> [[Note]]\n> ~~~", "%%[[Note]]%%",
        "%%\n[[Note]]\n\n%%", "<!-- [[Note]] -->", "<!--\n[[Note]]\n\n-->",
        "<div>\n[[Note]]\n</div>", "$[[Note]]$", "$$\n[[Note]]\n$$", "\\[[Note]]", "[[No\nte]]",
        "[[]]", "[x](https://example.org/a.md)", "[x](mailto:a@b.c)",
        "<https://example.org/[[x]]>", '<a title="[[Note]]">', "[x](//host/y)", "[x] (y.md)",
        "[x](y.md", "[text][ref]",
    ],
)  # fmt: skip
def test_what_looks_like_a_link_into_the_vault_and_is_none(text: str) -> None:
    assert links(text) == []


def test_links_in_links_and_in_tables() -> None:
    assert [link[0] for link in links("[![a](b.png)](c.md)")] == ["c.md", "b.png"]
    assert [link[0] for link in links("[a [[b]] c](d.md)")] == ["b"], "a link holds no link"
    table = "| a | b |\n|---|---|\n| [[x\\|y]] | `p \\| [[q]]` |\n"
    assert links(table) == [("x", "", "", "y")]


def test_links_in_a_quote_over_lines_have_their_place() -> None:
    text = "> some words `a\n> b` and [[One]]\n> [[Two]] #tag\n"
    body = read_body(text)
    for link in body.links:
        assert text[link.start : link.end] == f"[[{link.target}]]"
    assert [link.line for link in body.links] == [1, 2]
    assert text[body.tags[0].start : body.tags[0].end] == "#tag"


def test_every_place_holds_with_any_line_end() -> None:
    for eol in ("\n", "\r\n", "\r"):
        text = f"# One{eol}{eol}a [[b]]{eol}```{eol}# no{eol}```{eol}## Two ##{eol}"
        body = read_body(text)
        assert body.links == [Link(body.links[0].start, body.links[0].end, 2, "b")]
        assert text[body.links[0].start : body.links[0].end] == "[[b]]"
        assert [(h.text, h.level, h.line) for h in body.headings] == [("One", 1, 0), ("Two", 2, 6)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#tag", ["tag"]), ("a #tag b", ["tag"]), ("#learning/ml", ["learning/ml"]),
        ("#a/b/", ["a/b"]), ("#日本語 #été #to-do_x", ["日本語", "été", "to-do_x"]),
        ("#👍", ["👍"]), ("#y2026", ["y2026"]), ("#2026", []), ("#2026/11", ["2026/11"]),
        ("#tag, #next.", ["tag", "next"]), ("#标签\uff0c更多", ["标签"]), ("a#b", []),
        ("(#b)", ["b"]),
        ("##b", []), ("# b", []), ("\\#b", []), ("https://a.b/#frag", []), ("[x](y.md#frag)", []),
        ("[[y#frag]]", []), ("`#b`", []), ("```\n#b\n```", []), ("$#b$", []), ("%% #b %%", []),
        ("<!-- #b -->", []), ("&#35;", []), ("# Heading #tag", ["tag"]), ("- [ ] do #it", ["it"]),
        (">#b", ["b"]), ("| #b |\n|---|", ["b"]), ("<font color=#fff>", []), ("# ", []),
        ("#", []), ("#a #a", ["a", "a"]),
    ],
)  # fmt: skip
def test_inline_tags(text: str, found: list[str]) -> None:
    assert tags(text) == found


def test_headings() -> None:
    text = "# One\n\nTwo\n===\n\nThree\n---\n\n### Four ###\n\n#no\n\n#### F\\# #\n\n> ## Five\n"
    found = [(head.level, head.text, head.line) for head in read_body(text).headings]
    assert found == [
        (1, "One", 0), (1, "Two", 2), (2, "Three", 5), (3, "Four", 8), (4, "F\\#", 12),
        (2, "Five", 14),
    ]  # fmt: skip
    two = read_body(text).headings[1]
    assert text[two.start : two.end] == "Two\n==="


def test_tasks() -> None:
    text = "- [ ] one\n  - [x] two #t\n1. [-] three\n- [] no\n- [ ](no.md)\n* [/] \nno [ ] x\n"
    tasks = read_body(text).tasks
    assert [(task.mark, task.text, task.line) for task in tasks] == [
        (" ", "one", 0), ("x", "two #t", 1), ("-", "three", 2),
    ]  # fmt: skip
    assert [task.done for task in tasks] == [False, True, True]
    assert [text[task.mark_at] for task in tasks] == [task.mark for task in tasks]
    assert text[tasks[1].start : tasks[1].end] == "- [x] two #t"


def test_tasks_in_code_and_comments_are_none() -> None:
    assert read_body("```\n- [ ] a\n```\n    - [ ] b\n%%\n- [ ] c\n%%\n").tasks == []


QUOTES = {
    "> One\n> two\n": ("One\ntwo", ""),
    "> One\ntwo\n": ("One\ntwo", ""),
    "> One (p. 27)\n": ("One", "p. 27"),
    "> One (pp. 27\u201328) ^id\n": ("One", "pp. 27\u201328"),
    "> One\n> (loc. 412)\n": ("One", "loc. 412"),
    "> One [01:02:33]\n": ("One", "01:02:33"),
    "> One (12:34)\n": ("One", "12:34"),
    "> One (really)\n": ("One (really)", ""),
    "> [!quote] Naval\n> One\n": ("One", ""),
    "> [!cite]-\n> One (ch. 3)\n": ("One", "ch. 3"),
    "> > One\n> > two\n": ("One\ntwo", ""),
    "> - One\n>   two\n": ("- One\ntwo", ""),
    "- > One\n  > two\n": ("One\ntwo", ""),
    ">One\n>\n>two\n": ("One\n\ntwo", ""),
}


@pytest.mark.parametrize(("text", "quote"), QUOTES.items(), ids=map(repr, QUOTES))
def test_a_quote_and_where_it_is_from(text: str, quote: tuple[str, str]) -> None:
    found = read_body(f"{text}\nafter\n").quotes
    assert [(one.text, one.locator) for one in found] == [quote]


def test_what_is_no_quote() -> None:
    assert read_body("> [!note] Mind\n> this\n\n>\n\n```\n> code\n```\n\\> text\n").quotes == []


def test_quotes_have_their_place() -> None:
    text = "a\n\n> one\n> two\n\n> three\n"
    quotes = read_body(text).quotes
    assert [text[quote.start : quote.end] for quote in quotes] == ["> one\n> two", "> three"]
    assert [quote.line for quote in quotes] == [2, 5]


def test_timestamps() -> None:
    text = "[00:12:34] on reading\n- [1:02] short\n- [ ] [02:03:04] to hear\nat [00:01:00] no\n"
    found = [(mark.seconds, mark.text, mark.line) for mark in read_body(text).timestamps]
    assert found == [(754, "on reading", 0), (62, "short", 1), (7384, "to hear", 2)]
    mark = read_body(text).timestamps[2]
    assert text[mark.start : mark.end] == "[02:03:04]"
    assert read_body("[00:12:34](https://x.y/?t=754) linked").timestamps[0].text == "linked"
    assert read_body("`[00:12:34]`\n\n[00:99:00] x\n").timestamps == []


def test_block_ids() -> None:
    text = "A paragraph\nof two lines. ^one\n\n- item ^two\n\n> quote\n\n^three\n\na^b ^no more\n"
    assert [(text[block.start : block.end], block.line) for block in read_body(text).blocks] == [
        ("^one", 1), ("^two", 3), ("^three", 7),
    ]  # fmt: skip


def test_code() -> None:
    text = "a `b` c\n\n```py\nx\n```\n\n    y\n\n    z\n\n- ~~~\n  w\n"
    found = read_body(text).code
    assert [text[code.start : code.end] for code in found] == [
        "`b`", "```py\nx\n```", "y\n\n    z", "~~~\n  w",
    ]  # fmt: skip


def test_comments() -> None:
    text = "a %% b %% c\n\n%%\nd\n\ne\n%%\n<!-- f -->\ng <!-- h --> i\n100%% sure\n"
    found = read_body(text).comments
    assert [text[comment.start : comment.end] for comment in found] == [
        "%% b %%", "%%\nd\n\ne\n%%", "<!-- f -->", "<!-- h -->",
    ]  # fmt: skip


def test_a_comment_that_is_never_closed_hides_the_rest_as_in_obsidian() -> None:
    assert links("[[a]]\n\n%%\n[[b]]\n\n[[c]]\n") == [("a", "", "", "")]


def test_a_callout_is_read_like_any_text() -> None:
    text = "> [!note]- Title with [[a]]\n> text #b\n> > [!tip]\n> > [[c]]\n"
    assert [link[0] for link in links(text)] == ["a", "c"]
    assert tags(text) == ["b"]


def test_nested_lists_set_in_by_tabs() -> None:
    text = "- a\n\t- b [[x]]\n\t\t- [ ] c\n\n\t\t\tmore [[y]]\n"
    body = read_body(text)
    assert [link.target for link in body.links] == ["x", "y"]
    assert [task.text for task in body.tasks] == ["c"]
    assert body.code == []


def test_dollars_in_prose_are_no_math() -> None:
    assert tags("from $5 to $10 #a and $x #b$") == ["a"]
    assert [link[0] for link in links("cost $5 [[a]] and $ 6 [[b]] $")] == ["a", "b"]


def test_an_empty_body() -> None:
    assert read_body("") == read_body("\n\n")
    assert read_body("").links == []
