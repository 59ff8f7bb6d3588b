"""Verifies that an edit made the intended change and no other.

A front matter edit is accepted only if one span of bytes changed, the body is the same, and the
parsed block differs by exactly that change, in the same order.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import yaml

from notekeep.errors import Refused
from notekeep.markdown.fields.field_values import BareText, Value, format_scalar
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.fields.yaml_reader import PLAIN_STYLE, STRING_TAG, Document

BlockShape: TypeAlias = dict[str, Any]
"""The values of a block by key, in order, as `shape` returns them."""

LIST = "list"
_DICT = "dict"


def block_shape(document: Document) -> BlockShape:
    """Return a representation of a block, to compare its content."""
    seen: dict[int, tuple[Any, ...]] = {}
    return {entry.name: _shape(entry.value, (entry.name,), seen) for entry in document.entries}


def shape(node: yaml.Node) -> tuple[Any, ...]:
    """Return a node in the form used by `block_shape`."""
    return _shape(node, (), {})


def _shape(
    node: yaml.Node, place: tuple[Any, ...], seen: dict[int, tuple[Any, ...]]
) -> tuple[Any, ...]:
    """Return a node as nested tuples; an alias becomes the position of its anchor."""
    if id(node) in seen:
        return ("alias", *seen[id(node)])
    seen[id(node)] = place
    if isinstance(node, yaml.ScalarNode):
        return (node.tag, node.value)
    if isinstance(node, yaml.SequenceNode):
        items = enumerate(node.value)
        return (LIST, tuple(_shape(item, (*place, number), seen) for number, item in items))
    parts = enumerate(part for pair in node.value for part in pair)
    return (_DICT, tuple(_shape(part, (*place, number), seen) for number, part in parts))


def value_shape(value: Value, *, flow: bool = False) -> tuple[Any, ...]:
    """Return the shape that a value has after it is written."""
    if isinstance(value, list):
        return (LIST, tuple(value_shape(item, flow=True) for item in value))
    spelled = format_scalar(value, flow=flow)
    if isinstance(value, str) and not isinstance(value, BareText) and spelled != value:
        return (STRING_TAG, str(value))
    return (PLAIN_STYLE, spelled)


def same_words(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two shapes are equal, ignoring quotes around text."""
    if one == other:
        return True
    if one[0] == other[0] == LIST:
        return len(one[1]) == len(other[1]) and all(map(same_words, one[1], other[1]))
    return {one[0], other[0]} == {PLAIN_STYLE, STRING_TAG} and bool(one[1] == other[1])


def check_bytes(old: bytes, new: bytes, start: int, end: int, length: int) -> None:
    """Check that `new` is `old` with bytes `start` to `end` replaced by `length` others."""
    before, after = split_frontmatter(old), split_frontmatter(new)
    kind = "yaml" if before.kind == "none" else before.kind
    is_contained = (
        old[:start] == new[:start]
        and old[end:] == new[start + length :]
        and old[before.body :] == new[after.body :]
        and (kind, before.bom) == (after.kind, after.bom)
    )
    if not is_contained:
        raise Refused(
            "The change would affect more than the front matter.",
            "Make it in an editor.",
            line=1,
            column=1,
        )


def check_tree(expected: BlockShape, document: Document, key: str, line: int) -> None:
    """Check that a block has the expected values in the expected order."""
    found = block_shape(document)
    if list(found) == list(expected) and all(
        found[name] == expected[name] or (name == key and same_words(found[name], expected[name]))
        for name in expected
    ):
        return
    raise unverified(key, line)


def unverified(key: str, line: int) -> Refused:
    """Return the error for an edit that could not be verified."""
    return Refused(
        f"Changing `{key}` might change other parts of the note.",
        "Make it in an editor.",
        line=line,
        column=1,
    )
