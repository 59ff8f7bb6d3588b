"""`tag` and `set`: what they change in a note, and what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

BLOCKS = {
    "list": ("tags:\n  - a\n  - b\n", "tags:\n  - a\n  - b\n  - new\n"),
    "literal": ("tags: |\n  a\n  b\n", "tags: |\n  a\n  b\n  new\n"),
    "literal of one": ("tags: |-\n  a\nx: 1\n", "tags: |-\n  a\n  new\nx: 1\n"),
    "literal with a comment": ("tags: | # c\n a\n# d\n", "tags: | # c\n a\n new\n# d\n"),
    "literal with lines kept": ("tags: |+\n  a\n\n\n", "tags: |+\n  a\n  new\n\n\n"),
    "literal set in further": ("tags: |\n  a\n    b\n", "tags: |\n  a\n    b\n    new\n"),
    "folded": ("tags: >\n  a\n  b\n", "tags: >\n  a\n  b\n  new\n"),
    "with commas": ("tags: |\n  a,\n  b\n", "tags: |\n  a,\n  b, new\n"),
    "with a last comma": ("tags: |\n  a,\n  b,\n", "tags: |\n  a,\n  b, new\n"),
}


@pytest.mark.parametrize(("before", "after"), BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize("eol", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_tags_in_a_block_keep_their_style(shell: Shell, before: str, after: str, eol: str) -> None:
    shell.write("n.md", f"---\n{before}---\n# n\n".replace("\n", eol))
    assert shell("tag", "+new", "--", "n").code == 0
    assert shell.read("n.md") == f"---\n{after}---\n# n\n".replace("\n", eol)
    assert shell("ls", "tag:new", "--format", "{tags}").out.endswith(", new\n")


EDITS = {
    "items that are equal": ("genre:\n- a\n- a\n", "genre=a, a, a", "genre:\n- a\n- a\n- a\n"),
    "fewer items": ("genre:\n- a\n- b\n- a # c\n", "genre=a, a", "genre:\n- a\n- a # c\n"),
    "key below kept lines": ("x: >+\n  a\n\n", "mood=good", "x: >+\n  a\n\nmood: good\n"),
    "list beside an alias": (
        "x:\n  k: &all\n      - a\ny: *all\n",
        "genre=b",
        "x:\n  k: &all\n      - a\ny: *all\ngenre:\n  - b\n",
    ),
}


@pytest.mark.parametrize(("before", "change", "after"), EDITS.values(), ids=EDITS)
def test_field_is_set_and_the_rest_stays(
    shell: Shell, before: str, change: str, after: str
) -> None:
    shell.write("n.md", f"---\n{before}---\n# n\n")
    ran = shell("set", change, "--", "n")
    assert ran.code == 0, ran.err
    assert shell.read("n.md") == f"---\n{after}---\n# n\n"
