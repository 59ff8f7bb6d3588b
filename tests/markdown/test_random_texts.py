"""Any text is read: random pieces of Markdown and random signs, each text from its own number.

`NOTEKEEP_TEXTS` says how many; `make texts` reads 500,000.
"""

from __future__ import annotations

import os
import random

from notekeep.markdown.nodes import build_tree
from notekeep.markdown.outline import extract_facts
from notekeep.markdown.parser import parse_markdown
from tests.support.markdown_pieces import BLOCKS, FAR, MARKS
from tests.support.sizes import sized

COUNT = int(os.environ.get("NOTEKEEP_TEXTS", sized(300, 3000)))
SIGNS = [*"*_~=`$%^|[]()<>!#-+.:\\&\"' \t\n\r\v\0aé中1", "\r\n", "😀", "\ud800", "\u00a0", "\u2028"]


def _random_text(number: int) -> str:
    chance = random.Random(number)
    pieces = SIGNS if number % 3 == 0 else [*BLOCKS, *MARKS, *FAR]
    return "".join(chance.choices(pieces, k=chance.randint(1, 40)))


def test_random_texts_are_read_and_each_span_lies_in_its_text() -> None:
    for number in range(COUNT):
        text = _random_text(number)
        page = parse_markdown(text)
        assert not page.problem, (number, text)
        assert len(page.text) == len(text), (number, text)
        for span in page.spans:
            assert 0 <= span.start <= span.end <= len(text), (number, text)
        assert all(link.end <= len(text) for link in extract_facts(page).links), (number, text)
        assert build_tree(page).root.end == len(text), (number, text)
