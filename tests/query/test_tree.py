"""The nodes of a query's tree are values."""

from __future__ import annotations

from notekeep.query.tree import Block, Line, Node, Term


def test_two_trees_that_ask_the_same_are_equal_wherever_their_words_stood() -> None:
    assert Term("a", span=(3, 4)) == Term("a")
    assert hash(Term("a", span=(3, 4))) == hash(Term("a"))
    assert Term("a", span=(3, 4)).span == (3, 4)


def test_a_block_is_not_the_line_with_the_same_words() -> None:
    block: Node = Block(Term("a"))
    assert block != Line(Term("a"))
