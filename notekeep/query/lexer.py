"""A query's text into tokens, each with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.query.tree import Operator

TokenKind: TypeAlias = Literal[
    "(", ")", "or", "and", "not", "word", "phrase", "regex", "tag", "link", "field", "bracket"
]


class Token(NamedTuple):
    """One piece of a query, and where it stands: first character, one past the last.

    A "bracket" is `[key]` without a value. `text` comes without quotes, slashes, `#` and brackets;
    `op` is a field's operator; `closed` says whether what opens here closes.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    op: Operator | None = None
    closed: bool = True


_SPACE = re.compile(r"\s*+")
_REGEX = re.compile(r"/(?!\s)((?:[^/\\\n]|\\.)+)/(?=[\s)]|$)")
_TAG = re.compile(r'#([^\s()"#]++)')
_LINK = re.compile(r"\[\[([^\[\]]*+)(\]\]|$)")
_BRACKET = re.compile(
    r'\[\s*+("[^"]+"|[^\W\d][\w -]{0,60})\s*+'
    r'(?:(\])|:(>=|<=|>|<|=)?((?:"[^"]*"|[^\]\["])*+)(\]|$))'
)
_FIELD = re.compile(
    r"([^\W\d][\w-]*+)"
    r"(?::(?!//|:)(>=|<=|>|<|=)?|\s*+(>=|<=|>|<|=))"  # rating:>4 and rating >= 4 are both typed
)
_WORD = re.compile(r'[^\s()"]++')
_OPERATORS: dict[str, TokenKind] = {"OR": "or", "|": "or", "AND": "and", "NOT": "not"}
_CURLY_QUOTES = str.maketrans("“”„", '"""')


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a query, from left to right.

    A field's value is the token after it: a phrase, a link, a word, or "(" for a group; `[key:a b]`
    comes as `key:(a b)`. A minus is a "not" when something follows it at once, and a word
    when it stands alone.
    """
    return _tokens(text.translate(_CURLY_QUOTES), 0)


def _tokens(text: str, at: int) -> Iterator[Token]:
    while (at := _skip_space(text, at)) < len(text):
        if (
            text[at] == "["
            and not text.startswith("[[", at)
            and (found := _BRACKET.match(text, at))
        ):
            yield from _bracket(text, found)
            at = found.end()
            continue
        token = _next(text, at)
        at = token.end
        yield token
        if token.kind == "field" and (value := _value(text, at)):
            yield value
            at = value.end


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _next(text: str, at: int) -> Token:
    char = text[at]
    if char in "()":
        return Token("(" if char == "(" else ")", char, at, at + 1)
    if char == "-" and at + 1 < len(text) and not text[at + 1].isspace() and text[at + 1] != ")":
        return Token("not", "-", at, at + 1)
    if char == '"':
        return _phrase(text, at)
    if char == "/" and (found := _REGEX.match(text, at)):
        return Token("regex", found[1].replace("\\/", "/"), at, found.end())
    if char == "#" and (found := _TAG.match(text, at)) and not found[1].isdigit():
        return Token("tag", found[1], at, found.end())
    if char == "[" and (found := _LINK.match(text, at)):
        return Token("link", found[1].strip(), at, found.end(), closed=found[2] != "")
    if found := _FIELD.match(text, at):
        operator = cast("Operator", found[2] or found[3] or ":")
        return Token("field", found[1], at, found.end(), operator)
    return _word(text, at)


def _phrase(text: str, at: int) -> Token:
    end = at + 1
    while end < len(text) and text[end] != '"':
        end += 2 if text[end] == "\\" else 1
    inner = re.sub(r'\\(["\\])', r"\1", text[at + 1 : end])
    closed = end < len(text)
    return Token("phrase", inner, at, end + 1 if closed else len(text), closed=closed)


def _bracket(text: str, found: re.Match[str]) -> Iterator[Token]:
    """`[key]` as it is; `[key:value]` as a field and its value in parentheses."""
    name, bare, op, _value, close = found.groups()
    start, name = found.start(), name.strip('"').strip()
    if bare:
        yield Token("bracket", name, start, found.end())
        return
    begin, end = found.span(4)
    yield Token("field", name, start, begin, cast("Operator", op or ":"))
    yield Token("(", "[", start, start + 1)
    yield from _tokens(text[:end], begin)
    if close:
        yield Token(")", "]", end, end + 1)


def _word(text: str, at: int) -> Token:
    found = _WORD.match(text, at)
    word = found[0] if found else text[at]
    return Token(_OPERATORS.get(word, "word"), word, at, at + len(word))


def _value(text: str, at: int) -> Token | None:
    """What follows a field's operator, blanks between allowed, or None when nothing does."""
    begin = _skip_space(text, at)
    if begin >= len(text) or text[begin] == ")":
        return None
    if text[begin] == "(":
        return Token("(", "(", begin, begin + 1)
    if text[begin] == '"':
        return _phrase(text, begin)
    if text.startswith("[[", begin) and (found := _LINK.match(text, begin)):
        return Token("link", found[1].strip(), begin, found.end(), closed=found[2] != "")
    word = _word(text, begin)
    if begin > at and (word.kind != "word" or _FIELD.match(text, begin)):
        return None
    return word._replace(kind="word")
