"""A body cut into blocks that can be drawn one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notekeep.tui.page.page import NoteText

body_lines = st.lists(
    st.sampled_from(
        [
            "",
            "text",
            "  more",
            "- item",
            "1. one",
            "```",
            "~~~~",
            "$$",
            "%%",
            "# Head",
            "> quote",
            "\t",
        ]
    ),
    max_size=30,
)


def blocks(text: str) -> list[tuple[int, str]]:
    read = NoteText(text)
    lines = text.split("\n")
    return [
        (block.line, "\n".join(lines[block.line : block.line + block.height]))
        for block in read.blocks
    ]


def test_paragraphs_headings_and_quotes_are_blocks_of_their_own() -> None:
    assert blocks("# Title\n\nOne\ntwo\n\n> three\n") == [
        (0, "# Title"),
        (2, "One\ntwo"),
        (5, "> three"),
    ]


def test_a_fence_is_one_block_whatever_is_in_it() -> None:
    code = "```python\na\n\n- b\n\n# c\n```"
    assert blocks(f"before\n\n{code}\n\nafter") == [(0, "before"), (2, code), (10, "after")]


def test_a_longer_fence_holds_a_shorter_one() -> None:
    assert len(blocks("````\n```\n\nx\n```\n\ny\n````\n\nz")) == 2


def test_mathematics_and_comments_over_several_lines_stay_whole() -> None:
    assert [text for _, text in blocks("$$\na\n\nb\n$$\n\n%%\nc\n\nd %%\n\ne")] == [
        "$$\na\n\nb\n$$",
        "%%\nc\n\nd %%",
        "e",
    ]


def test_a_list_with_gaps_and_inner_paragraphs_stays_whole() -> None:
    text = "1. one\n\n   inside\n\n2. two"
    assert blocks(f"{text}\n\nafter") == [(0, text), (6, "after")]


def test_an_unclosed_fence_takes_the_rest() -> None:
    assert blocks("```\na\n\nb") == [(0, "```\na\n\nb")]


@given(body_lines)
def test_nothing_is_dropped_and_lines_are_counted_right(lines: list[str]) -> None:
    rebuilt = [""] * len(lines)
    for first, text in blocks("\n".join(lines)):
        for offset, line in enumerate(text.split("\n")):
            rebuilt[first + offset] = line
    assert [line.strip() for line in rebuilt] == [line.strip() for line in lines]
