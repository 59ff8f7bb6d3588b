"""Markdown that anyone may write or send and that a careless reader takes minutes over.

Index, preview and export read the same table, and `make bench` measures it.
"""

from __future__ import annotations

import gc
import math
import time
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL: Final = 4_000
TIMES: Final = 8
SLACK: Final = 3
LEAST: Final = 0.005
"""Seconds below which the clock and not the text decides how long a reading takes."""


def _repeated(piece: str, size: int) -> str:
    return piece * (size // len(piece))


def _nested(opening: str, closing: str, size: int) -> str:
    count = size // (len(opening) + len(closing))
    return opening * count + closing * count


def _numbered(pattern: str, size: int) -> str:
    """Return a pattern repeated, with a number of its own in each place."""
    return "".join(pattern.replace("N", str(at)) for at in range(size // (len(pattern) + 3)))


# fmt: off
PIECES: Final = {
    # "Inputs that hang", as the design has them
    "items on a line": "- ", "links begun": "[a](", "highlights begun": "==a ",
    "wikilinks begun": "[[a|", "inline notes begun": "^[",
    # brackets, links and embeds
    "brackets begun": "[", "words in brackets": "[a ", "images begun": "![a](",
    "images ended": "](a)", "wikilinks": "[[b]] ", "embeds": "![[b]]\n\n",
    "picture embeds": "![[a.png]]\n", "references": "[a][b] ", "addresses": "<http://a.b> ",
    "addresses begun": "<http://a",
    # marks
    "stars": "*a **b ", "stars and words": "*a**b", "lines below words": "_a __b ",
    "strikes": "~~a ", "highlights": "==a== ", "backticks": "`a ``b ", "empty code": "` `` ",
    "escapes": "\\*", "backslashes": "\\", "entities": "&amp;", "ampersands": "&",
    # math and comments
    "dollars": "$a ", "formulas": "$a$ ", "double dollars": "$$a ", "lines of dollars": "$$\n",
    "formulas begun": "$$ a\n\n", "blocks of math": "$$\na\n$$\n\n", "comments begun": "%%a ",
    "comments": "%% a %% b ", "comments on lines": "%%\na\n%%\n\n",
    "comments on lines begun": "x %% a\n\n", "comments and code": "%%`",
    "private blocks": "%% private %%\na\n%% /private %%\n\n",
    # HTML
    "tags of HTML": "<b>x ", "tags begun": "<a ", "blocks of HTML": "<div>\n\n",
    "blocks on a line of HTML": "<div>\n", "blocks and tags": "<div><b>\n\n",
    "HTML comments": "a <!-- b --> ", "HTML comments begun": "<!-- ", "instructions": "<? ",
    "declarations": "<!a ", "HTML comments and code": "`a` <!-- ` -->\n\n",
    "HTML comments over blocks": "`x` a <!-- b\n\nc --> d\n\n",
    # blocks
    "quotes": "> ", "marks of quotes": ">", "numbers on a line": "1. ", "plus signs": "+ ",
    "quotes and items": "> - ", "items": "- a\n\n", "tasks": "- [ ] a\n",
    "callouts": "> [!note] a\n> b\n\n", "lines of a callout": "> [!note] a\n",
    "private callouts": "> [!private]\n> a\n\n", "headings": "# a\n\n",
    "headings without blank lines": "# a\n", "headings with a line below": "a\n===\n",
    "fences": "```\na\n```\n\n", "fences begun": "```\n", "fences on a line": "``` ",
    "tables": "| a | b |\n|---|---|\n", "cells": "| a ",
    "rows with highlights": "|a|b|\n|-|-|\n|==c==|\n\n",
    # definitions and what Obsidian adds
    "one definition again": "[a]: /u\n", "definitions begun": "[a]: \n",
    "titles begun": '[a]: b "c\n', "footnote references": "[^1] ",
    "footnotes with references": "[^1]: a[^1]\n", "signs of tags": "#a ",
    "block names": "a ^b1\n\n", "block names on a line": " ^a", "timestamps": "[00:12] ",
    # words
    "one word": "é", "words": "word ", "lines": "a\n", "hard breaks": "a  \n", "blanks": " ",
    "tabs": "\t", "newlines": "\n", "lines of Windows": "a \r\n", "surrogates": "\ud800",
}
"""What each text repeats."""

TEXTS: Final[dict[str, Callable[[int], str]]] = {
    **{name: partial(_repeated, piece) for name, piece in PIECES.items()},
    "items on a line and a word": lambda size: "- " * (size // 2) + "word",
    "images begun and ended": partial(_nested, "![", "](a)"),
    "brackets in brackets": partial(_nested, "[", "]"),
    "inline notes in each other": partial(_nested, "^[a ", "]"),
    "quotes in quotes": lambda size: "> " * (size // 2) + "word",
    "lists in lists": lambda size: "".join(f"{'  ' * at}- a\n" for at in range(int(size**0.5))),
    "callouts in a callout": lambda size: "> [!a] b\n" + "> > [!a] b\n" * (size // 11),
    "code marks of all lengths": lambda size: " ".join("`" * at for at in range(int(size**0.5))),
    "marks in code in a comment": lambda size: "%%\n```\n" + "%%\n" * (size // 3),
    "a wide table": lambda size: "".join(
        cell * (size // 8) + "|\n" for cell in ("|a", "|-", "|x", "|y")
    ),
    "a long table": lambda size: "|a|b|\n|-|-|\n" + "|x|y|\n" * (size // 6),
    "definitions": partial(_numbered, "[aN]: /u\n"),
    "definitions and references": partial(_numbered, "[aN]: /u\n\nSee [aN] and [b].\n\n"),
    "footnotes": partial(_numbered, "x[^N]\n\n[^N]: y\n\n"),
    "sections with a comment": partial(_numbered, "# Part N\n\na\n\n%%\nb\n%%\n\nc\n\n"),
}
# fmt: on
"""Texts of about as many characters as are asked for."""


ROUNDS = 6


def seconds(run: Callable[[str], object], text: str, times: int = 3) -> float:
    """Return the least processor time that `run` takes with a text."""
    took = []
    for _ in range(times):
        gc.disable()  # what other tests left in memory is not looked through meanwhile
        began = time.process_time()
        run(text)
        took.append(time.process_time() - began)
        gc.enable()
    return min(took)


def assert_linear(run: Callable[[str], object], make: Callable[[int], str]) -> None:
    """Assert that `run` takes time in proportion to the length of a text.

    Eight times the text may take twenty-four times as long, since caches and memory have their say;
    what is quadratic takes sixty-four.
    """
    run(make(100))  # what is imported for the first text is no part of its time
    small = large = math.inf
    for _ in range(ROUNDS):  # a busy machine makes some of them slow
        small = min(small, seconds(run, make(SMALL)))
        large = min(large, seconds(run, make(SMALL * TIMES), 1))
        if large < max(LEAST, small) * TIMES * SLACK:
            return
    raise AssertionError(f"{TIMES} times the text took {large / small:.0f} times as long")
