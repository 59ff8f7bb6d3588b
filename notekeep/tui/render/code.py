"""The lines of a code block, with roles from Pygments."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from notekeep.tui.render.pieces import Line, Piece

if TYPE_CHECKING:
    from pygments.lexer import Lexer

# Colours help to read a screen of code; beyond this a block is data, and colouring it takes long.
LONGEST = 20_000

_ROLES = (
    ("Comment", "code code-comment"),
    ("Keyword", "code code-keyword"),
    ("Name.Tag", "code code-keyword"),
    ("Name.Function", "code code-name"),
    ("Name.Class", "code code-name"),
    ("Name.Attribute", "code code-name"),
    ("Name.Builtin", "code code-name"),
    ("Literal.String", "code code-string"),
    ("Literal.Number", "code code-number"),
    ("Generic.Deleted", "code removed"),
    ("Generic.Inserted", "code added"),
)


def code_lines(text: str, language: str) -> list[Line]:
    """Return each line of `text` as pieces; a language that is not known is shown plain."""
    lexer = _lexer(language.lower()) if language and len(text) <= LONGEST else None
    if lexer is None:
        return [[Piece(line, "code")] for line in text.split("\n")]
    lines: list[Line] = [[]]
    for kind, value in lexer.get_tokens(text):
        role = _role(str(kind))
        first, *others = value.split("\n")
        if first:
            lines[-1].append(Piece(first, role))
        lines.extend([Piece(other, role)] if other else [] for other in others)
    return lines


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=256)
def _role(kind: str) -> str:
    """Return the role of a Pygments token, such as "Token.Literal.String.Double"."""
    name = kind.removeprefix("Token.")
    return next((role for prefix, role in _ROLES if name.startswith(prefix)), "code")
