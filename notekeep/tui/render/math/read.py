"""A formula in LaTeX, read into a tree.

What is not known is kept as a sign of its own, so that it is shown as it was typed.
"""

# ruff: noqa: RUF001 - the signs of mathematics look like letters

from __future__ import annotations

import re
import unicodedata

from notekeep.tui.render.math import signs
from notekeep.tui.render.math.flat import flat
from notekeep.tui.render.math.tree import (
    MATRICES,
    MINUS,
    Fenced,
    Fraction,
    Grid,
    Node,
    Root,
    Row,
    Scripts,
    Sign,
)

LONGEST = 4_000
"""Characters of a formula that are read; a longer one is shown as typed."""
DEEPEST = 24

_TOKEN = re.compile(r"\\(?:operatorname\*|[A-Za-z]+|.)|[{}^_&]|\s+|\d+(?:\.\d+)?|.", re.DOTALL)


class Unreadable(Exception):
    """It is no formula that we understand."""


class _Reader:
    def __init__(self, source: str) -> None:
        self._tokens = _TOKEN.findall(source)
        self._at = 0
        self._depth = 0

    @property
    def next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self) -> str:
        word = self.next
        self._at += 1
        return word

    def row(self, *ends: str) -> Row:
        """Read up to one of `ends`, which is left; up to the end when none is given."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable
        nodes: list[Node] = []
        while self.next not in ends:
            if not self.next:
                if ends:
                    raise Unreadable
                break
            if (node := self._node(nodes)) is not None:
                nodes.append(node)
        self._depth -= 1
        return Row(tuple(nodes))

    def _node(self, before: list[Node]) -> Node | None:
        word = self.take()
        if word and word in "^_":
            base = before.pop() if before else Sign("")
            return self._scripts(base, word)
        if word == "{":
            inner = self.row("}")
            self.take()
            return inner
        if word in "}&":
            raise Unreadable
        if word.isspace():
            return None
        if word == "'":
            base = before.pop() if before else Sign("")
            return Scripts(base, Row((Sign("′"),)), None)
        if word.startswith("\\"):
            return self._command(word[1:])
        return _sign(word)

    def _scripts(self, base: Node, mark: str) -> Node:
        up = down = None
        if isinstance(base, Scripts):
            base, up, down = base
        argument = self._argument()
        if mark == "^":
            up = argument if up is None else Row((*up.nodes, *argument.nodes))
        else:
            down = argument if down is None else Row((*down.nodes, *argument.nodes))
        return Scripts(base, up, down)

    def _argument(self) -> Row:
        while self.next.isspace():
            self.take()
        if self.next == "{":
            self.take()
            inner = self.row("}")
            self.take()
            return inner
        if not self.next or self.next in "}&^_":
            raise Unreadable
        # x^23 raises the 2 alone.
        if self.next[0].isdigit() and len(self.next) > 1:
            digits = self.next
            self._tokens[self._at : self._at + 1] = [digits[0], digits[1:]]
        node = self._node([])
        return Row((node,)) if node is not None else Row(())

    def _raw(self) -> str:
        """Read an argument as text, braces inside it kept."""
        while self.next.isspace():
            self.take()
        if self.next != "{":
            return self.take()
        depth, parts = 0, []
        while self.next:
            word = self.take()
            depth += (word == "{") - (word == "}")
            parts.append(word)
            if depth == 0:
                return "".join(parts[1:-1])
        raise Unreadable

    def _command(self, name: str) -> Node | None:  # noqa: C901, PLR0912 - one branch a form
        if name == "tfrac":
            return Sign(flat(Fraction(self._argument(), self._argument())))
        if name in ("frac", "dfrac", "cfrac"):
            return Fraction(self._argument(), self._argument())
        if name == "binom":
            above, below = self._argument(), self._argument()
            return Fenced("(", Row((Grid("matrix", ((above,), (below,))),)), ")")
        if name == "sqrt":
            return self._root()
        if name == "left":
            return self._fenced()
        if name == "begin":
            return self._grid(self._raw())
        if name in signs.UPRIGHT:
            text = self._raw().replace("\\ ", " ")
            return Sign(text, "function" if name.startswith("operatorname") else "plain")
        if name in signs.ALPHABETS:
            inner = flat(self._argument())
            return Sign(signs.in_alphabet(inner, name))
        if name in signs.ACCENTS:
            return self._accented(name)
        if name == "not":
            return Sign(unicodedata.normalize("NFC", flat(self._argument()) + "\u0338"), "relation")
        if name in ("right", "end", "\\") or name == "":
            raise Unreadable
        if name in signs.IGNORED:
            return None
        if name == "pmod":
            return Row((Sign("(mod "), *self._argument().nodes, Sign(")")))
        if name in ("tag", "label"):
            self._raw()
            return None
        sign = _named(name)
        if sign.kind == "unknown" and self.next == "{":
            # What it does with its argument is not known either.
            return Sign(f"{sign.text}{{{self._raw()}}}", "unknown")
        return sign

    def _root(self) -> Root:
        index = ""
        if self.next == "[":
            self.take()
            index = flat(self.row("]"))
            self.take()
        return Root(self._argument(), index)

    def _delimiter(self) -> str:
        while self.next.isspace():
            self.take()
        word = self.take()
        if word == ".":
            return ""
        if word.startswith("\\"):
            return signs.ESCAPED.get(word[1:]) or signs.PLAIN.get(word[1:], word)
        return word

    def _fenced(self) -> Fenced:
        left = self._delimiter()
        inner = self.row("\\right")
        self.take()
        return Fenced(left, inner, self._delimiter())

    def _grid(self, name: str) -> Grid:
        if name not in MATRICES:
            raise Unreadable
        if name == "array":
            self._raw()
        rows: list[tuple[Row, ...]] = []
        cells: list[Row] = []
        while True:
            cells.append(self.row("&", "\\\\", "\\end"))
            word = self.take()
            if word == "&":
                continue
            rows.append(tuple(cells))
            cells = []
            if word == "\\end":
                if self._raw() != name:
                    raise Unreadable
                break
        filled = [row for row in rows if any(cell.nodes for cell in row)]
        return Grid(name, tuple(filled))

    def _accented(self, name: str) -> Sign:
        inner = flat(self._argument())
        mark = signs.ACCENTS[name]
        if name in ("overline", "underline", "bar") and len(inner) > 1:
            return Sign("".join(char + mark for char in inner))
        if len(inner) != 1:
            return Sign(f"{inner}{mark}" if inner else "")
        return Sign(unicodedata.normalize("NFC", inner + mark))


def parse(source: str) -> Row:
    """Read a formula.

    Raises:
        Unreadable: It is none that we understand.
    """
    if len(source) > LONGEST:
        raise Unreadable
    reader = _Reader(source)
    if "\\\\" in source and "\\begin" not in source:
        # Lines below each other without an environment, as some write them.
        reader = _Reader(f"\\begin{{gathered}}{source}\\end{{gathered}}")
    return reader.row()


def _sign(word: str) -> Sign:
    if word in "=<>":
        return Sign(word, "relation")
    if word in "+-":
        return Sign(MINUS if word == "-" else word, "operator")
    if word == "*":
        return Sign("∗", "operator")
    if word == ",":
        return Sign(", ")
    return Sign({"~": " "}.get(word, word))


def _named(name: str) -> Sign:
    for table, kind in (
        (signs.PLAIN, "plain"),
        (signs.RELATIONS, "relation"),
        (signs.OPERATORS, "operator"),
        (signs.BIG, "big"),
        (signs.ESCAPED, "plain"),
    ):
        if name in table:
            return Sign(table[name], kind)
    if name in signs.SPACES:
        return Sign(signs.SPACES[name], "space")
    if name in signs.FUNCTIONS:
        return Sign(name, "function")
    return Sign(f"\\{name}", "unknown")
