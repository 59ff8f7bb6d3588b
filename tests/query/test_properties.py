"""What holds for every query."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.catalog.columns import query_fields
from notekeep.errors import UsageError
from notekeep.query.description import explain_tree, write_query
from notekeep.query.grammar import parse_query
from notekeep.query.tree import (
    And,
    Compare,
    Fuzzy,
    Has,
    Is,
    Line,
    LinkFrom,
    LinkTo,
    Node,
    Not,
    Or,
    Path,
    Phrase,
    Prefix,
    Query,
    Regex,
    Section,
    Tag,
    Term,
    Wildcard,
)

TODAY = date(2026, 11, 24)
FIELDS = query_fields(
    {"book": {"author": "list", "rating": "number", "finished": "date"}, "post": {"draft": "bool"}}
)
PIECES = [
    *['"', "(", ")", "[", "]", "[[", "]]", "-", "/", "#", ":", "..", "~", "*", "?", "\\", " ", "|"],
    *["OR", "AND", "NOT", "title:", "rating>=", "type:", "line:(", "sort:", "created:", "is:"],
    *["book", "naval", "4", "2026-03", "é", "🚀", "組"],
]
QUERIES = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES)).map("".join))


@given(QUERIES)
def test_whatever_is_typed_is_a_query_or_an_error_with_its_place(text: str) -> None:
    query, error = read(text)
    if query:
        assert query.text == text
        assert explain_tree(query.root)
    else:
        assert error is not None
        assert 0 <= error <= len(text)


def read(text: str) -> tuple[Query | None, int | None]:
    """The query, or where it is wrong; any other exception is a bug."""
    try:
        return parse_query(text, FIELDS, today=TODAY), None
    except UsageError as error:
        return None, error.position


@given(QUERIES)
def test_while_typing_nothing_is_an_error(text: str) -> None:
    for end in range(len(text) + 1):
        assert parse_query(text[:end], FIELDS, today=TODAY, typing=True).text == text[:end]


NAMES = st.from_regex(r"[a-z]{1,6}", fullmatch=True).filter(
    lambda name: name not in ("null", "none")
)
TEXTS = st.from_regex(r"[a-z]{1,6}( [a-z\"\\]{0,3}[a-z]){0,2}", fullmatch=True)
SCOPE = st.sampled_from(("any", "title", "body", "heading", "quote"))
DAYS = st.dates(date(1000, 1, 1)).map(date.isoformat)
NUMBERS = st.integers(0, 10_000).map(float)
WORD_LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(Term, NAMES, SCOPE),
    st.builds(Phrase, TEXTS, SCOPE),
    st.builds(Prefix, NAMES, SCOPE),
    st.builds(Wildcard, st.from_regex(r"[a-z]{1,3}[*?][a-z]{1,3}", fullmatch=True), SCOPE),
    st.builds(Fuzzy, NAMES, st.sampled_from((1, 2)), SCOPE),
)
FACT_LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(Compare, st.just("author"), st.sampled_from((":", "=")), TEXTS),
    st.builds(Compare, st.just("rating"), st.sampled_from((":", "=", ">", "<=")), NUMBERS),
    st.builds(Compare, st.just("finished"), st.sampled_from((">", ">=", "<", "<=")), DAYS),
    st.tuples(DAYS, DAYS).map(lambda days: Compare("finished", ":", min(days), max(days))),
    st.builds(Compare, st.just("draft"), st.just("="), st.booleans()),
    st.builds(Compare, st.just("type"), st.just("="), st.sampled_from(("book", "post"))),
    st.builds(Path, TEXTS),
    st.builds(Tag, NAMES),
    st.builds(Is, st.sampled_from(("draft", "orphan"))),
    st.builds(Has, st.sampled_from(("cover", "tasks"))),
    st.builds(LinkTo, TEXTS),
    st.builds(LinkFrom, TEXTS),
    st.builds(Regex, st.sampled_from((r"a/b", r"x(y|z)", r"\d+ \w"))),
)


def joined(leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Trees as the parser makes them: no And in an And, no Or in an Or, no Not of a Not."""

    def parts(children: st.SearchStrategy[Node], kind: type[And | Or]) -> st.SearchStrategy[Node]:
        others = children.filter(lambda node: not isinstance(node, kind))
        return st.lists(others, min_size=2, max_size=3).map(lambda found: kind(tuple(found)))

    return st.recursive(
        leaves,
        lambda children: st.one_of(
            parts(children, And),
            parts(children, Or),
            children.filter(lambda node: not isinstance(node, Not)).map(Not),
        ),
        max_leaves=8,
    )


UNITS = joined(WORD_LEAVES.filter(lambda node: getattr(node, "scope", "any") == "any")).flatmap(
    lambda node: st.sampled_from((Section(node), Line(node)))
)


@given(joined(st.one_of(WORD_LEAVES, FACT_LEAVES, UNITS)))
def test_a_tree_written_out_reads_back_as_itself(tree: Node) -> None:
    written = write_query(Query("", tree))
    assert parse_query(written, FIELDS, today=TODAY).root == tree


@given(st.lists(st.sampled_from(("AND", "OR")), min_size=1, max_size=8), st.data())
def test_not_binds_before_and_before_or(operators: list[str], data: st.DataObject) -> None:
    """The tree of `a OP -b OP c` agrees with Python's own `and`, `or` and `not`."""
    names = [f"w{index}" for index in range(len(operators) + 1)]
    negated = [data.draw(st.booleans()) for _ in names]
    truth = {name: data.draw(st.booleans()) for name in names}
    text = code = ""
    for index, name in enumerate(names):
        operator = operators[index - 1] if index else ""
        shown = "" if operator == "AND" else operator  # conditions side by side
        text += f" {shown} {'-' if negated[index] else ''}{name}"
        code += f" {operator.lower()} {'not ' if negated[index] else ''}{name}"
    root = parse_query(text, FIELDS, today=TODAY).root
    assert holds(root, truth) == eval(code.strip(), {}, truth)  # noqa: S307 - Python is the oracle


def holds(node: Node | None, truth: dict[str, bool]) -> bool:
    """Whether a tree of terms is true."""
    match node:
        case Term(text=text):
            return truth[text]
        case Not(part=part):
            return not holds(part, truth)
        case And(parts=parts):
            return all(holds(part, truth) for part in parts)
        case Or(parts=parts):
            return any(holds(part, truth) for part in parts)
    pytest.fail(f"no part of logic: {node}")
