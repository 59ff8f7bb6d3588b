"""Markdown of one line as its words."""

from __future__ import annotations

import pytest

from notekeep.markdown.sanitize import plain_text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain  words", "plain words"), ("*a* **b** _c_ __d__ ~~e~~ ==f==", "a b c d e f"),
        ("[[Note]] [[Note|text]] ![[x|y]]", "Note text y"), ("[text](url) ![alt](x)", "text alt"),
        ("`code` ``a`b``", "code a`b"), ("a_b_c 2 * 3 * 4", "a_b_c 2 * 3 * 4"),
        ("x %%y%% z", "x z"), ("x <!-- y --> z", "x z"), ("\\*not\\*", "*not*"),
        ("end ^id-1", "end"), ("5^2", "5^2"), ("***both***", "both"), ("", ""),
    ],
)  # fmt: skip
def test_marks_go_and_words_stay(text: str, words: str) -> None:
    assert plain_text(text) == words
