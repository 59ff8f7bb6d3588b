"""A body cut into blocks that can be drawn one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notekeep.tui.page.note_text import WINDOW, split_blocks

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
    return [(block.line, block.text) for block in split_blocks(text)]


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
    assert len(split_blocks("````\n```\n\nx\n```\n\ny\n````\n\nz")) == 2


def test_mathematics_and_comments_over_several_lines_stay_whole() -> None:
    assert [block.text for block in split_blocks("$$\na\n\nb\n$$\n\n%%\nc\n\nd %%\n\ne")] == [
        "$$\na\n\nb\n$$",
        "%%\nc\n\nd %%",
        "e",
    ]


def test_a_list_with_gaps_and_inner_paragraphs_stays_whole() -> None:
    text = "1. one\n\n   inside\n\n2. two"
    assert blocks(f"{text}\n\nafter") == [(0, text), (6, "after")]


def test_a_list_longer_than_a_window_is_cut_between_items() -> None:
    items = [f"- item {number}\n  more" for number in range(WINDOW // 8)]
    found = split_blocks("\n".join(items))
    assert len(found) > 1
    assert all(block.text.startswith("- item ") for block in found)
    assert all(block.goes_on for block in found[1:])
    assert "\n".join(block.text for block in found) == "\n".join(items)


def test_math_and_comments_longer_than_a_window_stay_whole() -> None:
    filling = "\n\n".join(["some words"] * (WINDOW // 10))
    for sign in ("$$", "%%"):
        text = f"{sign}\n{filling}\n{sign}"
        assert [block.text for block in split_blocks(f"before\n\n{text}\n\nafter")] == [
            *("before", text, "after")
        ]


def test_an_unclosed_fence_takes_the_rest() -> None:
    assert blocks("```\na\n\nb") == [(0, "```\na\n\nb")]


@given(body_lines)
def test_nothing_is_dropped_and_lines_are_counted_right(lines: list[str]) -> None:
    rebuilt = [""] * len(lines)
    for block in split_blocks("\n".join(lines)):
        for offset, line in enumerate(block.text.split("\n")):
            rebuilt[block.line + offset] = line
    assert [line.strip() for line in rebuilt] == [line.strip() for line in lines]
