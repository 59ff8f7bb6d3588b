"""What a parsed text says, in a form that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notekeep.export.nodes import nodes_of

if TYPE_CHECKING:
    from notekeep.export.nodes import Page


def told(page: Page) -> list[Any]:
    """Return all that a page says, its nodes by their number."""
    nodes = nodes_of([page.root])
    number: dict[int, int] = {id(node): at for at, node in enumerate(nodes)}
    blocks = [
        (
            *(node.kind, node.start, node.end, node.first, node.last, node.content, node.info),
            *(node.title, node.level, node.embed, node.tight),
            node.parent and number[id(node.parent)],
        )
        for node in nodes
    ]
    lines = [(*line[:3], line.leaf and number[id(line.leaf)]) for line in page.lines]
    return [*blocks, *lines]
