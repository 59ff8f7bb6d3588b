"""Inline footnotes, `text^[a note]`, written as the two-part ones that every generator reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.export.passage import Splice

if TYPE_CHECKING:
    from notekeep.export.passage import Change, Passage

_AT_END = "notes of inline footnotes stand at the end"


def spelled_out(passage: Passage) -> tuple[Passage, list[Change]]:
    """Return the passage with each inline footnote as a numbered one, and what was done.

    The notes stand at its end.
    """
    page = passage.page
    inline = [node for node in page.find("footnote_ref") if page.source(node).startswith("^[")]
    if not inline:
        return passage, []
    taken = {node.info for node in page.find("footnote")}
    splices, notes = [], []
    number = 0
    for node in inline:
        number += 1
        while str(number) in taken:
            number += 1
        words = " ".join(page.source(node)[2:-1].split())
        reason = "an inline footnote becomes a numbered one"
        splices.append(Splice(node.start, node.end, f"[^{number}]", reason))
        notes.append((f"[^{number}]: {words}", passage.origin(node.start)))
    body = passage.text.rstrip("\n")
    text = "".join(f"\n\n{note}" for note, _ in notes) + "\n"
    first = passage.origin(len(body))
    origins = [first, *(origin for _, origin in notes for _ in range(2)), notes[-1][1]]
    splices.append(Splice(len(body), len(passage.text), text, _AT_END, tuple(origins)))
    return passage.splice(splices), passage.changes(splices)
