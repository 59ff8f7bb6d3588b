"""A parser that is told what its rules begin with makes the same tokens as one that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from notekeep.export import rules
from notekeep.export.quick import hasten
from tests.support.markdown_pieces import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

SLOW = rules.located()


def told(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    """Return all that tokens say but how deep they stand, which nobody here asks."""
    found = []
    for token in tokens:
        said = dict(token.as_dict(children=False))
        del said["level"]
        found.append(said | {"children": told(token.children or [])})
    return found


@given(texts())
def test_the_same_tokens_come_out(text: str) -> None:
    slow: dict[str, Any] = {}
    quick: dict[str, Any] = {}
    assert told(rules.parser().parse(text, quick)) == told(SLOW.parse(text, slow))
    assert quick.get("references") == slow.get("references")
    assert quick.get("definitions") == slow.get("definitions")


def test_links_within_links_words_and_marks_nest_without_end() -> None:
    for text in ("[" * 60 + "x" + "](y)" * 60, "> " * 40 + "x", "*" * 200, "==a " * 50 + "=="):
        assert told(rules.parser().parse(text, {})) == told(SLOW.parse(text, {}))


def test_a_rule_that_nobody_told_of_is_refused() -> None:
    parser = rules.located()
    parser.inline.ruler.push("shout", lambda _state, _silent: False)
    with pytest.raises(ValueError, match="shout"):
        hasten(parser)
