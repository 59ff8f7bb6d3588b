"""The guard refuses each kind of change: each row is a rewrite that one condition alone refuses."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from notekeep.errors import Refused
from notekeep.export.rewrite import guard
from notekeep.export.source_map import MappedText, SourceEdit

_EDIT = re.compile(r"⟦(.*?)→(.*?)⟧", re.DOTALL)


class Rewrite(NamedTuple):
    """A text in which `⟦old→new⟧` is replaced.

    Attributes:
        line: The line that the refusal names.
        loose: The words of the text that are to change on purpose.
    """

    text: str
    line: int
    loose: str = ""


REFUSED = {
    # Words are to stay in the block that they were in.
    "words become a heading": Rewrite("⟦→# ⟧Words.\n", 1),
    "words become a quote": Rewrite("⟦→> ⟧Words.\n", 1),
    "words become an item": Rewrite("⟦→- ⟧Words.\n", 1),
    "words become a footnote": Rewrite("A[^1].\n\n⟦→[^1]: ⟧Words.\n\n[^1]: Note.\n", 3),
    "words become a cell": Rewrite("⟦→| ⟧a⟦→ |\n| - |⟧\n", 1),
    # They are to stay where they were among what was replaced.
    "other words of the same letters are hidden": Rewrite(
        "z ⟦<!-- →⟧a⟦ -->→⟧ ⟦→<!-- ⟧a⟦→ -->⟧\n", 1
    ),
    # They are to be as many as before, and the same.
    "words in the middle are lost": Rewrite("Words <b⟦→>⟧ go on.\n", 1),
    "words of a later block are lost": Rewrite("- one⟦→ more⟧\n- Words <b⟦→>⟧ go on.\n", 2),
    "something at the end is lost": Rewrite("Words ⟦→<!-- ⟧<b>⟦→ -->⟧\n", 1),
    "something at the end is new": Rewrite("Words ⟦<!-- →⟧<b>⟦ -->→⟧\n", 1),
    # What is not words is to be of the kind that it was.
    "code becomes HTML": Rewrite("-⟦→  ⟧ x\n\n      <div>\n", 3),
    "emphasis becomes strong": Rewrite("A ⟦→*⟧*word*⟦→*⟧.\n", 1),
    # Links and pictures are to lead where they led.
    "a link leads elsewhere": Rewrite("See [it][r].\n\n[r]: /x⟦→y⟧\n", 1),
    "a picture shows another file": Rewrite("See ![it][r].\n\n[r]: /x⟦→y⟧\n", 1),
    # Each place that was edited is looked at.
    "a second place": Rewrite("One⟦→ more⟧.\n\n⟦→# ⟧Words.\n", 3),
    # What changes on purpose frees nothing beside it.
    "words behind what may change": Rewrite("a\n⟦→\n# ⟧Words.\n", 2, "a\n"),
    "words before what may change": Rewrite("⟦→# ⟧Words. b\n", 1, "ords"),
    "words of the block behind it": Rewrite("- a\n- Words <b⟦→>⟧\n", 2, "a"),
}
"""The edits, the line that is named, and what may change."""
LOST = {
    "code in a line": "`x`",
    "HTML in a line": "<b>",
    "an address": "<http://a.example>",
    "a picture": "![](x.png)",
    "a formula": "$x$",
    "a formula on its own": "$$x$$",
    "a mark of a footnote": "[^1]",
    "a link without words": "[](/x)",
    "an entity": "&amp;",
    "a line across": "\n\n***\n",
    "a fence": "\n\n```\nx\n```\n",
    "indented code": "\n\n    x\n",
    "a block of HTML": "\n\n<div>\n",
    "a block of TeX": "\n\n$$\nx\n$$\n",
}
CODE = {
    "is lost": ("```\nx\n```\n\n    y\n", "```\nx\n```\n\ny\n", 5),
    "is other code": ("```\nx\n```\n", "```\ny\n```\n", 1),
    "is indented otherwise": ("Words.\n\n```\nif x:\n    y\n```\n", "```\nif x:\ny\n```\n", 3),
}
"""Code before and after a new layout, and the line that is named."""


def rewritten(text: str) -> tuple[MappedText, MappedText, list[SourceEdit]]:
    """Give the passage before and after the edits that are marked in a text."""
    splices, before, at = [], "", 0
    for match in _EDIT.finditer(text):
        before += text[at : match.start()]
        splices.append(SourceEdit(len(before), len(before) + len(match[1]), match[2], "why"))
        before += match[1]
        at = match.end()
    passage = MappedText.of_file("n.md", before + text[at:], 1)
    return passage, passage.splice(splices), splices


@pytest.mark.parametrize("what", REFUSED)
def test_a_rewrite_that_changes_more_is_refused_with_its_line(what: str) -> None:
    text, line, loose = REFUSED[what]
    before, after, splices = rewritten(text)
    start = before.text.index(loose) if loose else 0
    spans = [(start, start + len(loose))] if loose else []
    with pytest.raises(Refused) as error:
        guard.check_rewrite(before, after, splices, spans)
    assert error.value.line == line


@pytest.mark.parametrize("what", LOST)
def test_a_rewrite_that_hides_something_is_refused(what: str) -> None:
    words = LOST[what].lstrip("\n")
    apart = LOST[what].removesuffix(words)
    note = "\n\n[^1]: N\n" if what == "a mark of a footnote" else "\n"
    text = f"Words {apart}⟦→<!-- ⟧{words}⟦→ -->⟧{note}"
    if apart:
        text = f"Words {apart}⟦→<!--\n⟧{words}⟦→-->\n⟧{note}"
    with pytest.raises(Refused):
        guard.check_rewrite(*rewritten(text))


@pytest.mark.parametrize("what", CODE)
def test_a_layout_that_changes_code_is_refused_with_its_line(what: str) -> None:
    before, after, line = CODE[what]
    with pytest.raises(Refused) as error:
        guard.check_code(
            MappedText.of_file("n.md", before, 1), MappedText.of_file("n.md", after, 1)
        )
    assert error.value.line == line


def test_a_layout_may_indent_all_of_a_block_of_code() -> None:
    before = MappedText.of_file("n.md", "- a\n\n  ```\n  if x:\n      y\n  ```\n", 1)
    after = MappedText.of_file("n.md", "-   a\n\n        if x:\n            y   \n", 1)
    guard.check_code(before, after)
