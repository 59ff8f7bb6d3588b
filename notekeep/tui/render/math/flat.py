"""A formula in one line of text."""

from __future__ import annotations

import re

from notekeep.tui.render.math import signs
from notekeep.tui.render.math.tree import (
    ALIGNED,
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

# A number, a letter with what is raised and lowered beside it, or a word.
_SINGLE = re.compile(
    "\\d[\\d.]*%?|[^\\W\\d_][\u0300-\u036f\u1d2c-\u1d6a\u2032\u2070-\u209f\u20d7\xb2\xb3\xb9]*"
    "|[A-Za-z]{3,}|\u221e"
)
_TIGHT_AFTER = frozenset("([{⟨⌊⌈|∥,;:")


def flat(node: Node) -> str:
    """Return a part of a formula in one line."""
    match node:
        case Sign(text):
            return text
        case Row(nodes):
            return beside([(flat(one), kind_of(one)) for one in nodes])
        case Fraction(above, below):
            top, bottom = flat(above), flat(below)
            return signs.FRACTIONS.get((top, bottom)) or f"{_grouped(top)}/{_grouped(bottom)}"
        case Scripts(base, up, down):
            return flat(base) + marks(up, down)
        case Root(inner, index):
            sign = {"": "√", "3": "∛", "4": "∜"}.get(index) or f"{signs.raised(index) or index}√"
            text = flat(inner)
            return f"{sign}{text}" if _is_single(text) else f"{sign}({text})"
        case Fenced(left, inner, right):
            return f"{left}{flat(inner)}{right}"
        case Grid(name, rows):
            left, right = MATRICES[name]
            if name in ALIGNED or not (left or right):
                return "; ".join(" ".join(" ".join(map(flat, row)).split()) for row in rows)
            return f"{left}{'; '.join(', '.join(map(flat, row)) for row in rows)}{right}"


def kind_of(node: Node) -> str:
    """Return what a part of a formula is to its neighbours, as `Sign.kind` says it."""
    if isinstance(node, Sign):
        return node.kind
    if isinstance(node, Scripts):
        return kind_of(node.base)
    if isinstance(node, Row) and len(node.nodes) == 1:
        return kind_of(node.nodes[0])
    return "plain"


def beside(parts: list[tuple[str, str]]) -> str:
    """Put texts beside each other, with blanks around what has two sides."""
    out = ""
    before = ""
    for text, kind in parts:
        if not text:
            continue
        if kind in ("relation", "operator"):
            # A sign at the beginning, or after another, belongs to what follows it.
            single = kind == "operator" and (
                not out.strip() or before in ("relation", "operator") or out[-1] in _TIGHT_AFTER
            )
            out = f"{out}{text}" if single else f"{out.rstrip()} {text} "
            before = "single" if single else kind
            continue
        word = kind in ("function", "big", "unknown")
        if (word and out and (out[-1].isalnum() or out[-1] in ")]")) or (
            before in ("function", "big") and (text[0] not in "([{ ⟨|," or out[-1] == ")")
        ):
            out = f"{out.rstrip()} "
        elif before == "unknown" and text[0].isalnum():
            out = f"{out} "
        out += text
        before = kind
    return out


def marks(up: Row | None, down: Row | None) -> str:
    """Return what is lowered and raised, as signs of their own where there are any."""
    out = ""
    if down is not None and (text := flat(down).strip()):
        out += signs.lowered(tight(text)) or f"_{_grouped(tight(text))}"
    if up is not None and (text := flat(up).strip()):
        out += signs.raised(tight(text)) or f"^{_grouped(tight(text))}"
    return out


def tight(text: str) -> str:
    """Return a text without its blanks."""
    return text.replace(" ", "")


def _grouped(text: str) -> str:
    """Put text in parentheses unless nobody could take its parts for anything else."""
    return text if _is_single(text) else f"({text})"


def _is_single(text: str) -> bool:
    bare = text[1:] if text[:1] == MINUS else text
    return not bare or _SINGLE.fullmatch(bare) is not None or _is_wrapped(bare)


def _is_wrapped(text: str) -> bool:
    """Tell whether a text is one pair of parentheses, perhaps with a name before: f(x)."""
    match = re.match(r"[^\W\d_]{0,3}\(", text)
    if match is None or not text.endswith(")"):
        return False
    depth = 0
    for offset, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0 and char == ")" and offset < len(text) - 1:
            return False
    return True
