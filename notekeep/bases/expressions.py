"""Parses expressions in Obsidian Bases, such as `file.hasTag("book") && rating >= 4`.

The syntax is documented at help.obsidian.md/bases/syntax. Regular expressions and objects are not
supported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final, TypeAlias


class ExpressionError(Exception):
    """An expression that is invalid or not supported; the message is part of a sentence."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, `true`, `false` or `null`."""

    value: float | str | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A property, or `file`, `this`, `note`, `formula`, `value`."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A property or item of a value: `file.name`, `note["first name"]`, `tags[0]`."""

    owner: Expression
    key: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function call, or with `owner` a method call: `today()`, `file.hasTag("book")`."""

    name: str
    arguments: tuple[Expression, ...]
    owner: Expression | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator with one or two operands."""

    sign: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list: `["a", "b"]`."""

    items: tuple[Expression, ...]


Expression: TypeAlias = Literal | Name | Member | Call | Operation | Items

MAX_LENGTH: Final = 10_000
MAX_DEPTH: Final = 100
MAX_INTEGER: Final = 2**53
"""Larger numbers are not exact, as in Obsidian."""
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<name>[^\W\d]\w*)
    | (?P<sign>===?|!==?|<=|>=|&&|\|\||[-+*/%!<>()\[\],.])
    | (?P<end>\Z))""",
    re.VERBOSE | re.DOTALL,
)
_LEVELS: Final = {
    **dict.fromkeys(("||",), 1),
    **dict.fromkeys(("&&",), 2),
    **dict.fromkeys(("==", "!=", "===", "!=="), 3),
    **dict.fromkeys(("<", ">", "<=", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
"""The precedence of the binary operators; higher levels bind more tightly."""
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}


def parse_expression(text: str) -> Expression:
    """Parse an expression. Raises ExpressionError if it is invalid."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError("it is too long")
    try:
        whole = _Parser(text).parse()
    except RecursionError as error:
        raise ExpressionError("it is nested too deeply") from error
    level: list[Expression] = [whole]
    for _ in range(MAX_DEPTH):
        level = [part for expression in level for part in parts_of(expression)]
        if not level:
            return whole
    raise ExpressionError("it is nested too deeply")


def parts_of(expression: Expression) -> Iterator[Expression]:
    """Yield the operands, arguments and owner of an expression."""
    for each in fields(expression):
        value = getattr(expression, each.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Expression):
                yield part


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and all its subexpressions."""
    yield expression
    for part in parts_of(expression):
        yield from walk(part)


class _Parser:
    """Parses one expression by recursive descent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._kind = self._word = ""
        self._advance()

    def parse(self) -> Expression:
        whole = self._binary(1)
        if self._kind != "end":
            raise self._unexpected()
        return whole

    def _advance(self) -> None:
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            sign = self._text[self._at :].lstrip()[:1]
            raise ExpressionError(f"`{sign}` is not supported")
        self._kind = found.lastgroup or ""
        self._word, self._at = found[self._kind], found.end()

    def _accept(self, sign: str) -> bool:
        if self._kind != "sign" or self._word != sign:
            return False
        self._advance()
        return True

    def _expect(self, sign: str) -> None:
        if not self._accept(sign):
            raise ExpressionError(f"`{sign}` is missing")

    def _unexpected(self) -> ExpressionError:
        if self._kind == "end":
            return ExpressionError("it ends too early")
        return ExpressionError(f"`{self._word}` is not expected there")

    def _binary(self, least: int) -> Expression:
        left = self._unary()
        while self._kind == "sign" and (level := _LEVELS.get(self._word, 0)) >= least:
            sign = self._word
            self._advance()
            left = Operation(sign[:2], (left, self._binary(level + 1)))
        return left

    def _unary(self) -> Expression:
        for sign in ("!", "-"):
            if self._accept(sign):
                return Operation(sign, (self._unary(),))
        return self._postfix()

    def _postfix(self) -> Expression:
        found = self._operand()
        while True:
            if self._accept("["):
                found = Member(found, self._binary(1))
                self._expect("]")
            elif self._accept("."):
                name = self._word
                if self._kind != "name":
                    raise self._unexpected()
                self._advance()
                if self._accept("("):
                    found = Call(name, self._list(")"), found)
                else:
                    found = Member(found, Literal(name))
            else:
                return found

    def _operand(self) -> Expression:
        kind, word = self._kind, self._word
        if kind not in ("number", "text", "name") and word not in ("(", "["):
            if word == "/":
                raise ExpressionError("regular expressions are not supported")
            raise self._unexpected()
        self._advance()
        if kind == "number":
            number = float(word)
            if number == math.inf:
                raise ExpressionError("it has a number that is too large")
            return Literal(int(number) if number <= MAX_INTEGER and "." not in word else number)
        if kind == "text":
            return Literal(_ESCAPE.sub(lambda one: _ESCAPES.get(one[1], one[1]), word[1:-1]))
        if kind == "name":
            if word in _CONSTANTS:
                return Literal(_CONSTANTS[word])
            return Call(word, self._list(")")) if self._accept("(") else Name(word)
        if word == "[":
            return Items(self._list("]"))
        inner = self._binary(1)
        self._expect(")")
        return inner

    def _list(self, end: str) -> tuple[Expression, ...]:
        """Parse expressions separated by commas, up to the closing bracket."""
        found: list[Expression] = []
        if self._accept(end):
            return ()
        while True:
            found.append(self._binary(1))
            if not self._accept(","):
                self._expect(end)
                return tuple(found)
