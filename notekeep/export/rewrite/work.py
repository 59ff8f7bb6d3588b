"""What rewriters share: the body at hand, the engine it is for, and the splices made so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notekeep.export.passage import Splice

if TYPE_CHECKING:
    from notekeep.export.dialect import Dialect
    from notekeep.export.passage import Passage
    from notekeep.export.remarks import Remarks
    from notekeep.markdown.nodes import Node, Tree


@dataclass(slots=True)
class Work:
    """One body on its way to a generator.

    Attributes:
        passage: The body; nothing in it is changed until all splices are known.
        dialect: How the generator reads.
        remarks: What the person should know.
        splices: What is to be replaced.
        claimed: Nodes that one rewriter replaces whole, so that the others leave them alone.
        tags: Pictures that are written as HTML.
        heads: Lines that a block's new first line takes the place of.
        loose: Spans whose meaning a rewriter changes on purpose, which the guard skips.
    """

    passage: Passage
    dialect: Dialect
    remarks: Remarks
    splices: list[Splice] = field(default_factory=list)
    claimed: set[Node] = field(default_factory=set)
    loose: list[tuple[int, int]] = field(default_factory=list)
    tags: set[Node] = field(default_factory=set)
    heads: set[int] = field(default_factory=set)

    @property
    def tree(self) -> Tree:
        """The body, parsed."""
        return self.passage.tree

    def put(self, start: int, end: int, text: str, reason: str = "") -> None:
        """Replace a span."""
        self.splices.append(Splice(start, end, text, reason))

    def replace(self, node: Node, text: str, reason: str = "") -> None:
        """Replace a node whole."""
        self.claimed.update(node.walk())
        self.put(node.start, node.end, text, reason)

    def free(self, node: Node) -> bool:
        """Whether no rewriter has claimed a node or what it stands in."""
        return node not in self.claimed

    def remark(self, node: Node, what: str) -> None:
        """Tell the person something about the line of a node."""
        self.remarks.add(self.passage.origin(node.start), what)

    def marks(self, line: int) -> str:
        """Return what has to stand before a further line of the block that a line belongs to."""
        here = self.tree.lines[line]
        written = self.passage.text[
            here.start : here.start if here.content is None else here.content
        ]
        return "".join(char if char in "> \t" else " " for char in written)


def lone(node: Node) -> bool:
    """Whether a node is all that its paragraph holds."""
    parent = node.parent
    return parent is not None and parent.kind == "paragraph" and parent.children == [node]
