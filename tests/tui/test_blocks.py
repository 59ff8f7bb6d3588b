"""A body cut into blocks that can be drawn one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notekeep.tui.render.blocks import LONG_BLOCK, Block, definitions, split

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


def test_paragraphs_headings_and_quotes_are_blocks_of_their_own() -> None:
    assert split("# Title\n\nOne\ntwo\n\n> three\n") == [
        Block(0, "# Title"),
        Block(2, "One\ntwo"),
        Block(5, "> three"),
    ]


def test_a_fence_is_one_block_whatever_is_in_it() -> None:
    code = "```python\na\n\n- b\n\n# c\n```"
    assert split(f"before\n\n{code}\n\nafter") == [
        Block(0, "before"),
        Block(2, code),
        Block(10, "after"),
    ]


def test_a_longer_fence_holds_a_shorter_one() -> None:
    assert len(split("````\n```\n\nx\n```\n\ny\n````\n\nz")) == 2


def test_mathematics_and_comments_over_several_lines_stay_whole() -> None:
    assert [block.text for block in split("$$\na\n\nb\n$$\n\n%%\nc\n\nd %%\n\ne")] == [
        "$$\na\n\nb\n$$",
        "%%\nc\n\nd %%",
        "e",
    ]


def test_a_list_with_gaps_and_inner_paragraphs_stays_whole() -> None:
    text = "1. one\n\n   inside\n\n2. two"
    assert split(f"{text}\n\nafter") == [Block(0, text), Block(6, "after")]


def test_a_very_long_list_is_cut_between_items() -> None:
    blocks = split("\n".join(f"- item {number}\n  more" for number in range(LONG_BLOCK)))
    assert len(blocks) == 2
    assert blocks[1].text.startswith(f"- item {LONG_BLOCK // 2}\n")


def test_an_unclosed_fence_takes_the_rest() -> None:
    assert split("```\na\n\nb") == [Block(0, "```\na\n\nb")]


@given(body_lines)
def test_nothing_is_dropped_and_lines_are_counted_right(lines: list[str]) -> None:
    rebuilt = [""] * len(lines)
    for block in split("\n".join(lines)):
        for offset, line in enumerate(block.text.split("\n")):
            rebuilt[block.line + offset] = line
    assert [line.strip() for line in rebuilt] == [line.strip() for line in lines]


def test_definitions_are_found_wherever_they_stand() -> None:
    text = "[a][home]\n\n[Home]: https://example.org 'x'\n  [b  c]: <a b>\n[^1]: a footnote\n"
    assert definitions(text) == {"HOME": "https://example.org", "B C": "a b"}
