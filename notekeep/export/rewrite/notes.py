"""Footnotes for engines that know none: a raised number, and a list of the notes at the end.

Two passes over a body. `mark` writes the numbers, and in each note a place to come to and a link
that leads back; `gather` then takes the notes from where they stand and makes the list of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.export.passage import apart, dedented, whole_lines

if TYPE_CHECKING:
    from notekeep.export.rewrite.work import Work
    from notekeep.markdown.nodes import Node, Tree

_LABEL = re.compile(r"\[\^[^\]]+\]:[ \t]*")
_REASON = "the site knows no footnotes: they are a list at the end"


def mark(work: Work) -> None:
    """Write each reference as a raised number, and a link back at the end of its note."""
    numbers = _numbers(work.tree)
    seen: dict[str, int] = {}
    for ref in work.tree.find("footnote_ref"):
        number = numbers[ref.info]
        seen[ref.info] = seen.get(ref.info, 0) + 1
        again = f"-{seen[ref.info]}" if seen[ref.info] > 1 else ""
        text = f'<sup id="fnref-{number}{again}"><a href="#fn-{number}">{number}</a></sup>'
        work.replace(ref, text, _REASON)
    for note in reversed(work.tree.find("footnote")):
        if number := numbers.pop(note.info, 0):  # of two with one label the last counts
            _lead_back(work, note, number)


def gather(work: Work) -> None:
    """Take the notes out of the text and list them at its end; one that nothing means goes."""
    tree, text = work.tree, work.passage.text
    noted = tree.find("footnote")
    if not noted:
        return
    for note in noted:
        work.claimed.update(note.walk())
        work.splices.append(whole_lines(work.passage, note.first, note.last, _REASON))
    work.splices = apart(work.splices)
    listed = [note for note in noted if _PLACE.search(tree.source(note))]
    listed.sort(key=lambda note: _number(tree, note))
    if listed:
        items = "\n".join(_item(work, note) for note in listed)
        section = f'\n\n<section class="footnotes">\n\n{items}\n\n</section>\n'
        work.put(len(text), len(text), section, _REASON)


_PLACE = re.compile(r'<a id="fn-(\d+)"></a>')


def _number(tree: Tree, note: Node) -> int:
    match = _PLACE.search(tree.source(note))
    return int(match[1]) if match else 0


def _numbers(tree: Tree) -> dict[str, int]:
    """Return the number of each note that something refers to, in the order of the references.

    References within notes count behind those of the text, as engines with footnotes do it.
    """
    refs = tree.find("footnote_ref")
    outside = [ref.info for ref in refs if not ref.inside("footnote")]
    inside = [ref.info for ref in refs if ref.inside("footnote")]
    labels = dict.fromkeys([*outside, *inside])
    return {label: number for number, label in enumerate(labels, 1)}


def _lead_back(work: Work, note: Node, number: int) -> None:
    place = f'<a id="fn-{number}"></a>'
    back = f'<a href="#fnref-{number}">↩</a>'
    first, last = (note.children[at] if note.children else None for at in (0, -1))
    label = _LABEL.match(work.passage.text, note.start)
    start = label.end() if label else note.start
    if first is None or first.kind != "paragraph":
        marks = work.marks(note.first)[: note.start - work.tree.lines[note.first].start] + "    "
        work.put(start, start, f"{place}\n{marks.rstrip()}\n{marks}" if first else place)
    else:
        work.put(start, start, place)
    if last is not None and last.kind == "paragraph":
        work.put(last.end, last.end, f" {back}")
        return
    end = work.tree.lines[note.last - 1].end
    further = work.marks(note.first)[: note.start - work.tree.lines[note.first].start] + "    "
    work.put(end, end, f"\n{further.rstrip()}\n{further}{back}" if last else f" {back}")


def _item(work: Work, note: Node) -> str:
    """Return a note as an item of a numbered list, its further lines below its first words."""
    lines, _ = dedented(work.passage, note, note.first, note.last)
    number = f"{_number(work.tree, note)}. "
    further = " " * len(number)
    first = number + _LABEL.sub("", lines[0], count=1)
    rest = [line[4:] if line.startswith("    ") else line.lstrip() for line in lines[1:]]
    return "\n".join([first, *(further + line if line.strip() else "" for line in rest)]).rstrip()
