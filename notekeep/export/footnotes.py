"""Footnotes and link definitions: those that nothing refers to, and footnotes within a line.

Inline footnotes, `text^[a note]`, are written as the two-part ones that every generator reads.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.export.passage import Splice

if TYPE_CHECKING:
    from notekeep.export.passage import Change, Passage
    from notekeep.markdown.nodes import Node, Tree

_LABEL = re.compile(r"\[((?:\\.|[^\[\]\\])*)\](?:\[\])?\Z", re.DOTALL)
_QUOTE_MARKS = re.compile(r"\n[ \t>]*")

_AT_END = "notes of inline footnotes stand at the end"


def spelled_out(passage: Passage) -> tuple[Passage, list[Change]]:
    """Return the passage with each inline footnote as a numbered one, and what was done.

    The notes stand at its end.
    """
    tree = passage.tree
    inline = [node for node in tree.find("footnote_ref") if tree.source(node).startswith("^[")]
    if not inline:
        return passage, []
    taken = {node.info for node in tree.find("footnote")}
    numbers: dict[Node, int] = {}
    number = 0
    for node in inline:
        number += 1
        while str(number) in taken:
            number += 1
        numbers[node] = number
    outer, within = _nested(inline)
    reason = "an inline footnote becomes a numbered one"
    splices = [Splice(node.start, node.end, f"[^{numbers[node]}]", reason) for node in outer]
    notes = []
    for node in inline:
        words, at = "", node.start + 2
        for note in within.get(node, []):
            words += f"{passage.text[at : note.start]}[^{numbers[note]}]"
            at = note.end
        words = " ".join(f"{words}{passage.text[at : node.end - 1]}".split())
        notes.append((f"[^{numbers[node]}]: {words}", passage.origin(node.start)))
    body = passage.text.rstrip("\n")
    text = "".join(f"\n\n{note}" for note, _ in notes) + "\n"
    first = passage.origin(len(body))
    origins = [first, *(origin for _, origin in notes for _ in range(2)), notes[-1][1]]
    splices.append(Splice(len(body), len(passage.text), text, _AT_END, tuple(origins)))
    return passage.splice(splices), passage.changes(splices)


def _nested(notes: list[Node]) -> tuple[list[Node], dict[Node, list[Node]]]:
    """Return the notes that stand in no other, and those right within each of the others."""
    outer: list[Node] = []
    within: dict[Node, list[Node]] = {}
    open_: list[Node] = []
    for note in notes:
        while open_ and open_[-1].end <= note.start:
            open_.pop()
        (within.setdefault(open_[-1], []) if open_ else outer).append(note)
        open_.append(note)
    return outer, within


def unused_definitions(passage: Passage) -> list[tuple[Node, int, str]]:
    """Return the footnotes and link definitions that nothing refers to, each as it is removed.

    A footnote that only such footnotes refer to is one of them.

    Returns:
        The node, the line after it, and the reason.
    """
    if "]:" not in passage.text:
        return []
    tree = passage.tree
    wanted = _wanted_footnotes(tree)
    found = [
        (node, node.last, "a footnote that nothing refers to is left out")
        for node in tree.find("footnote")
        if node.info not in wanted
    ]
    links = {_label(tree.source(node)) for node in tree.find("link", "image")}
    for node in tree.find("definition"):
        label = _folded(node.info)
        if label not in links:
            found.append((node, node.last, "an address that no link uses is left out"))
        links.discard(label)  # of several with one label the first is meant
    return sorted(found, key=lambda one: one[0].first)


def _wanted_footnotes(tree: Tree) -> set[str]:
    """Return the labels of the footnotes that the text refers to, and those they refer to."""
    refs: dict[str | None, set[str]] = {}
    for ref in tree.find("footnote_ref"):
        note = next((node.info for node in ref.above() if node.kind == "footnote"), None)
        refs.setdefault(note, set()).add(ref.info)
    wanted, new = set[str](), refs.get(None, set())
    while new:
        wanted |= new
        new = set().union(*(refs.get(label, set()) for label in new)) - wanted
    return wanted


def _label(source: str) -> str:
    """Return the label of the definition that a link uses; "" for none."""
    match = _LABEL.search(_QUOTE_MARKS.sub(" ", source))
    return _folded(match[1]) if match else ""


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()
