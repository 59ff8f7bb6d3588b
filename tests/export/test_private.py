"""What is private goes, whatever stands around it; what cannot be told apart is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.errors import Refused
from notekeep.export.privacy.private import strip_private
from notekeep.export.source_map import MappedText


def public(text: str) -> str:
    return strip_private(MappedText.of_file("n.md", text, 1)).passage.text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a %%b%% c", "a c"),
        ("a %%b%%.", "a."),
        ("%%b%% c", "c"),
        ("a%%b%%c", "ac"),
        ("a <!-- b --> c", "a c"),
        ("a\n\n%%\nb\n%%\n\nc", "a\n\nc"),
        ("a\n\n%% x\n\n- y\n%%\n\nc", "a\n\nc"),
        ("a\n\n%%\n```\n%% in code\n```\nb\n%%\n\nc", "a\n\nc"),
        ("- a\n- %% x %%\n- b", "- a\n- b"),
        ("- a\n- %% x %%\n  - c", "- a\n-\n  - c"),
        ("> a\n> %% x\n> y %%\n> b", "> a\n> b"),
        ("| a %%x%% | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("<!-->x<!--->y", "xy"),
        ("%% a\nb %% text %% c %% more", "text more"),
        ("<!-- a\n  b --> text <!-- c --> more", "text more"),
        ("- a\n\n%% b %%\n\n    text %% c %%", "- a\n\n    text"),
        ("a\n%%\nuse ` here\n%%\nand `x`", "a\nand `x`"),
        ("%% private %%\na\n\n%% b %%\n%% /private %%\nc", "c"),
        ("%%PRIVATE%%a%%/Private%%c", "c"),
        ("a\n\n> [!private] x\n> y\nlazy\n\nb", "a\n\nb"),
        ("a\n\n> [!PRIVATE]- x\n\nb", "a\n\nb"),
        ("a\n\n> [!private|wide] x\n\nb", "a\n\nb"),
        ("- a\n  > [!private]\n  > x\n- b", "- a\n- b"),
        ("> > [!private] x\n>\n> a", "> a"),
        ("# A\n\na\n\n## B #private\n\nb\n\n### C\n\nc\n\n## D\n\nd", "# A\n\na\n\n## D\n\nd"),
        ("B #private\n=\n\nb\n\n# C", "# C"),
        ("## B #private\n\nto the end", ""),
        ("> # A #private\n> a\n\nb", "b"),
        ("a\n\n```dataview\nLIST\n```\n\nb", "a\n\nb"),
    ],
)
def test_private_things_go(text: str, left: str) -> None:
    assert public(text).strip("\n") == left


@pytest.mark.parametrize(
    "text",
    [
        "`%% code %%` and ``<!-- code -->``",
        "```\n%% code %%\n<!-- code -->\n```",
        "    %% code",
        "```mermaid\n%%{init: {'theme': 'dark'}}%%\nA-->B\n```",
        "$a \\% b$",
        "100\\%% sure",
        "`#private` and [!note]",
        "#privately and word#private",
        "```\n# A #private\n```",
    ],
)
def test_what_only_looks_private_stays(text: str) -> None:
    assert public(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n\nb %% c\n\nd", 3),
        ("a\n<!-- b\n\nc", 2),
        ("%% private %%\na", 1),
        ("a\n%% /private %%", 2),
        ("%% private %%\n%% private %%\n%% /private %%", 2),
        ("> a\n> [!private] b", 2),
        ("call her #private about it", 1),
        ("%% a `code %% in it` b", 1),
    ],
)
def test_what_cannot_be_told_apart_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Refused) as caught:
        public(text)
    assert caught.value.line == line
    assert caught.value.exit_code == 4
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a <!-- more --> b", "a\n\n<!-- more -->\n\nb"),
        ("a\n\n%% more %%\n\nb", "a\n\n<!-- more -->\n\nb"),
        ("a\n\n<!--more-->\n\nb", "a\n\n<!-- more -->\n\nb"),
        ("a\n\n<!-- TEASER_END -->\n\nb", "a\n\n<!-- more -->\n\nb"),
    ],
)
def test_the_mark_of_a_teaser_is_no_comment(text: str, left: str) -> None:
    assert public(text) == left


def test_what_goes_is_handed_to_the_audit() -> None:
    stripped = strip_private(MappedText.of_file("n.md", "a %%one%%\n\n> [!private] two\n", 1))
    assert "one" in stripped.removed
    assert any("two" in part for part in stripped.removed)
    assert {(change.line, change.path) for change in stripped.changes} == {
        (1, "n.md"),
        (3, "n.md"),
    }


PARTS = st.sampled_from(
    [
        "SECRET",
        "SECRET\n",
        "\n\nSECRET\n\n",
        "- SECRET\n",
        "```\nSECRET\n```\n",
        "`SECRET`",
        "> SECRET",
    ]
)
AROUND = st.sampled_from(
    [
        "word ",
        "\n",
        "\n\n",
        "- ",
        "> ",
        "`code` ",
        "*em* ",
        "\n```\nx\n```\n",
        "# H\n",
        "| a |",
        "$x$ ",
    ]
)


@given(st.lists(AROUND, max_size=6).map("".join), PARTS, st.lists(AROUND, max_size=6).map("".join))
def test_a_private_part_never_survives(before: str, part: str, after: str) -> None:
    text = f"{before}\n\n%% private %%\n{part}\n%% /private %%\n\n{after}"
    try:
        left = public(text)
    except Refused:
        return
    assert "SECRET" not in left
