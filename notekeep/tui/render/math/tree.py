"""What a formula is made of, once it is read."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

MINUS = "\u2212"
MATRICES = {
    "matrix": ("", ""),
    "smallmatrix": ("", ""),
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "cases": ("{", ""),
    "array": ("", ""),
    "aligned": ("", ""),
    "align": ("", ""),
    "align*": ("", ""),
    "split": ("", ""),
    "gathered": ("", ""),
    "gather": ("", ""),
    "equation": ("", ""),
    "equation*": ("", ""),
}
ALIGNED = frozenset(("aligned", "align", "align*", "split"))


class Sign(NamedTuple):
    """Text as it is shown.

    Attributes:
        text: The text.
        kind: What it is to its neighbours: "plain", "relation", "operator", "function", "big",
            "space" or "unknown".
    """

    text: str
    kind: str = "plain"


class Fraction(NamedTuple):
    """One thing over another."""

    above: Row
    below: Row


class Scripts(NamedTuple):
    """Something with what is raised and lowered beside it."""

    base: Node
    up: Row | None
    down: Row | None


class Root(NamedTuple):
    """A root; the degree is "" for a square root."""

    inner: Row
    degree: str


class Grid(NamedTuple):
    """A matrix, cases, or equations below each other."""

    name: str
    rows: tuple[tuple[Row, ...], ...]


class Fenced(NamedTuple):
    """Something between delimiters that grow with it."""

    left: str
    inner: Row
    right: str


class Row(NamedTuple):
    """Things beside each other."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Sign | Fraction | Scripts | Root | Grid | Fenced | Row
