"""Pieces that texts of any Markdown come together of, for properties of the parser."""

from __future__ import annotations

from hypothesis import strategies as st

BLOCKS = [
    *("\n\n", "\n\nSome words.", "\n\n- a\n- b\n\n", "\n", "\n- ", "\n  - ", "\n1. ", "\n10) x"),
    *("\n> ", "\n   > q", "\n# ", "\n===\n", "\n---\n", "\n```\ncode\n```\n", "\n~~~\n", "\n```"),
    *("\n    indented\n", "\n\t- x", "| a | b |\n|---|---|\n| `x\\|y` | c |\n", "\n|-|\n", "a|b"),
    *("\n<div>\n", "<!-- c -->", "\n<!-- c\n\nd -->\n", "\n<!-- ", "+ ", "- ", "\t", "  \n"),
    *("$$y$$", "\n$$\nx\n$$\n", "\n\n$$\nx\n\ny\n$$\n\n", "\n$$\n", "\n- $$\n", " $$\n"),
]
MARKS = [
    *("word", "two words", " ", "*em*", "**strong**", "**a*b**", "~~s~~", "==m==", "`code`", "*"),
    *("``a ` b``", "$x_1$", "\\*", "\\\n", "[[Note]]", "[[Note|text]]", "![[a.png|30]]", "_", "__"),
    *("[t](u 'v')", "[a [b](c) d](e)", "![i](u)", "<https://x.org>", "&amp;", "<b>", "[", "]", "("),
    *("^[in]", "^id", "%%", "!", "~", "=", "`", "$", "\\", "&", "<", ":", "#tag", "a_b_c", "é"),
    *("[[Note]]: said", "\n[[Note]]: /x\n", "]]: ", "\n[a[b]]: /x\n", "\u00a0", "\n\u00a0\n"),
]
FAR = [*("\n[^1]: note\n", "[^1]", "\n[r]: http://x\n", "[r]")]
FAR += ["\n[q\\]]: http://x\n", "[q\\]]", "\n[s\n]: /x\n", "[s]"]


def texts(*, far: bool = True) -> st.SearchStrategy[str]:
    """Texts of up to thirty pieces, with those that reach far beyond their block or without."""
    pieces = [*BLOCKS, *MARKS, *(FAR if far else [])]
    return st.lists(st.sampled_from(pieces), max_size=30).map("".join)
