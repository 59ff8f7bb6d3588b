"""The grammar of queries: parses text into a tree, and reports errors with positions.

`NOT` binds most tightly, then adjacent conditions, then `OR`. Unfinished queries can be parsed,
too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeAlias, cast

from notekeep.errors import UsageError
from notekeep.query import tree
from notekeep.query.fields import (
    CLEAR_LIKENESS,
    QueryFields,
    TermContext,
    Token,
    TokenKind,
    Unfinished,
    nearest_word,
)
from notekeep.query.folding import as_unicode
from notekeep.query.terms import (
    is_known_field,
    parse_bare_term,
    parse_field_term,
    unknown_field_error,
)
from notekeep.query.tree import Node, Operator, Order, Query

MAX_LENGTH = 10_000
"""Maximum length of a query in characters."""
MAX_DEPTH = 50
"""Maximum nesting depth of parentheses."""
MAX_CONDITIONS = 200
"""Maximum number of conditions, so that a search does not take seconds."""
MAX_PATTERNS = 8
"""Maximum number of conditions that match up to a thousand words each or read notes."""

_SPACE = re.compile(r"\s*+")
_REGEX = re.compile(r"/(?!\s)((?:[^/\\\n]|\\.)+)/(?=[\s)]|$)")
_TAG = re.compile(r'#(?=[\w/*]|[^\x00-\x7f])([^\s()"#]++)')
_LINK = re.compile(r"\[\[([^\[\]]*+)(\]\]|$)")
_BRACKET = re.compile(
    r'\[\s*+("[^"]+"|[^\W\d][\w -]{0,60})\s*+'
    r'(?:(\])|:(>=|<=|>|<|=)?((?:"[^"]*"|[^\]\["])*+)(\]|$))'
)
_FIELD = re.compile(
    r"([^\W\d](?:[\w-]*\w)?)(?![\w-])"
    # rating:>4 and rating >= 4 are both used, a->b and << are code
    r"(?::(?!//|:)(>=|<=|>|<|=)?|\s*+(>=|<=|>|<|=)(?![<>=]))"
)
_WORD = re.compile(r'(?!(?:AND|OR|NOT|-|\|)\()[^\s()"]++(?:\([^\s()"]*+(?:\)|$))*+|[^\s()"]++')
_OPERATORS: dict[str, TokenKind] = {"OR": "or", "|": "or", "AND": "and", "NOT": "not"}
_CURLY_QUOTE = re.compile(r"(\\.)|[“”„]", re.DOTALL)

_VALUES = ("word", "phrase", "link", "(")
_ORDER_ONLY = ("score", "random")
_PATTERNS = (tree.Prefix, tree.Wildcard, tree.Fuzzy, tree.Regex, tree.Within)
_UNITS: dict[str, type[tree.Within]] = {
    "section": tree.Section,
    "line": tree.Line,
    "block": tree.Block,
}


def parse_query(
    text: str,
    fields: QueryFields,
    *,
    today: date,
    week_start: int = 0,
    typing: bool = False,
    pasted: bool = False,
) -> Query:
    """Return a query as a tree.

    With `typing`, the last word is a prefix, incomplete conditions are skipped, and an invalid
    query does not raise: it finds nothing and has an `error`. With `pasted` or `typing`, unknown
    fields are text unless they are similar to a known field, and remarks report incomplete
    brackets, quotes and operators. Weeks start on `week_start`, 0 for Monday. Raises UsageError
    with the position of the mistake.
    """
    text = as_unicode(text)
    context = TermContext(text, fields, today, week_start, typing, pasted or typing)
    try:
        if len(text) > MAX_LENGTH:
            raise context.error(
                f"The query is longer than {MAX_LENGTH:,} characters.", at=MAX_LENGTH
            )
        return _Parser(context).parse()
    except UsageError as error:
        if not typing:
            raise
        return Query(text, tree.Or(()), error=error)


class _Parser:
    """Recursive descent over the tokens; MAX_DEPTH limits the depth."""

    def __init__(self, context: TermContext) -> None:
        self.context = context
        self.remarks: dict[str, None] = {}
        text = _CURLY_QUOTE.sub(lambda found: found[1] or '"', context.text)
        self.tokens = list(_tokens(text, 0, self._is_text))
        self.at = 0
        self.depth = 0
        self.group: Token | None = None  # the field of the current group `title:(a b)`
        self.order: list[Order] = []
        self.limit: int | None = None
        self.conditions = 0
        self.first_excess: Token | None = None
        self.patterns = 0
        self.symbol: Token | None = None  # a word without letters or digits

    def parse(self) -> Query:
        if self.tokens and not self.tokens[-1].closed and self.tokens[-1].kind == "phrase":
            hint = 'Close them, or write \\" for a quote.'
            self._complain("These quotes are not closed.", hint, self.tokens[-1])
        root = self._either()
        while token := self._peek():  # only ")" is possible here
            self._complain("This bracket has no opening bracket.", "Remove it.", token)
            self.at += 1
            root = _joined(tree.And, [root, self._either()])
        if root is None and self.symbol and not self.order and self.limit is None:
            self._complain(
                f"{self.context.text[self.symbol.start : self.symbol.end]} has no words.",
                "Words need letters or digits. For other characters use /text/.",
                self.symbol,
            )
        parts = root.parts if isinstance(root, tree.And) else ()
        only_words = parts and all(isinstance(part, tree.Term | tree.Prefix) for part in parts)
        if (excess := self.first_excess) and not (self.context.pasted and only_words):
            raise self.context.error(
                f"The query has more than {MAX_CONDITIONS} conditions.", at=excess.start
            )
        return Query(self.context.text, root, tuple(self.order), self.limit, tuple(self.remarks))

    def _is_text(self, name: str, *, in_brackets: bool) -> bool:
        """Whether a name that looks like a field is text; adds a remark."""
        fields = self.context.fields
        things = fields.things() if in_brackets else ()
        if is_known_field(name, self.context) or name.casefold() in things:
            return False
        near = fields.nearest(name, CLEAR_LIKENESS) or nearest_word(name, things, CLEAR_LIKENESS)
        if near or not self.context.pasted:
            return False
        self.remarks[f'There is no field "{name}". It was searched for as text.'] = None
        return True

    def _peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _complain(self, message: str, hint: str, token: Token) -> None:
        """Raise an error, unless the query is being typed, or a symbol may be pasted text."""
        if self.context.typing:
            return
        is_sign = token.kind not in ("field", "word") and token is not self.symbol
        if not (self.context.pasted and is_sign):
            raise self.context.error(message, hint, at=token.start)
        self.remarks[message] = None

    def _lacks(self, what: str, operator: Token) -> None:
        hint = f'To search for the word, use quotes: "{operator.text}".'
        self._complain(f"{operator.text} needs {what}.", hint, operator)

    def _either(self) -> Node | None:
        """Parse `a OR b`."""
        parts = [self._all()]
        while (token := self._peek()) and token.kind == "or":
            self.at += 1
            if parts[-1] is None:
                self._lacks("something before it", token)
            parts.append(self._all())
            if parts[-1] is None and not ((after := self._peek()) and after.kind == "or"):
                self._lacks("something after it", token)
        return _joined(tree.Or, parts)

    def _all(self) -> Node | None:
        """Parse `a b` or `a AND b`."""
        parts: list[Node | None] = []
        while (token := self._peek()) and token.kind not in ("or", ")"):
            if token.kind == "and":
                self.at += 1
                after = self._peek()
                if not parts or after is None or after.kind in ("or", ")", "and"):
                    self._lacks("something on both sides", token)
            else:
                parts.append(self._not())
        return _joined(tree.And, parts)

    def _not(self) -> Node | None:
        """Parse `-a` or `NOT a`; two of them cancel each other."""
        sign: Token | None = None
        negative = False
        while (token := self._peek()) and token.kind == "not":
            sign, negative = token, not negative
            self.at += 1
        before, ordering = self.at, (len(self.order), self.limit)
        part = self._atom(negated=sign is not None)
        if sign and self.at == before:
            self._lacks("something after it", sign)
        if sign and ordering != (len(self.order), self.limit):
            self._complain("sort: and limit: cannot be negated.", "", sign)
        return tree.Not(part) if negative and part is not None else part

    def _atom(self, *, negated: bool) -> Node | None:
        token = self._peek()
        if token is None or token.kind in ("or", "and", ")"):
            return None
        if token.kind == "(":
            return self._bracketed()
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            self.first_excess = self.first_excess or token
        self.at += 1
        try:
            leaf = self._leaf(token, negated=negated)
        except Unfinished:
            return None
        if isinstance(leaf, _PATTERNS):
            self.patterns += 1
            if self.patterns > MAX_PATTERNS:
                raise self.context.error(
                    f"The query has more than {MAX_PATTERNS} prefixes, patterns and passages.",
                    "Each of them is slow to search.",
                    at=token.start,
                )
        return leaf

    def _leaf(self, token: Token, *, negated: bool) -> Node | None:
        if token.kind == "field":
            return self._field(token, negated=negated)
        if self.group:
            return self._grouped(self.group, token, negated=negated)
        leaf = parse_bare_term(token, self._context(negated=negated))
        if leaf is None:
            self.symbol = token
        return leaf

    def _bracketed(self) -> Node | None:
        opening = self.tokens[self.at]
        self.at += 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.context.error(f"More than {MAX_DEPTH} nested brackets.", at=opening.start)
        inner = self._either()
        self.depth -= 1
        closing = self._peek()
        if closing is None:
            self._complain("This bracket is not closed.", "", opening)
        elif inner is None:
            self._complain("These brackets are empty.", "", opening)
        self.at += 1
        return inner

    def _context(self, *, negated: bool) -> TermContext:
        """Return the context of a leaf; words under NOT are never prefixes."""
        return self.context._replace(typing=False) if negated else self.context

    def _field(self, field: Token, *, negated: bool) -> Node | None:
        value = self._peek()
        if self.group:
            self._complain(
                f"{self.group.text}:( ) can contain only words, not {field.text}:.",
                f"Put {field.text}: outside the brackets.",
                field,
            )
        if value is None or value.kind not in _VALUES:
            if not is_known_field(field.text, self.context):
                raise unknown_field_error(field, self.context, field.end)
            self._complain(
                f"{field.text}{field.op} needs a value.",
                f"Write no:{field.text} for notes without it, or put the text in quotes.",
                field,
            )
            return None
        name = field.text.casefold()
        if value.kind == "(":
            return self._group(field)
        self.at += 1
        if name == "sort":
            self._sort(value)
            return None
        if name == "limit":
            self._limit(value)
            return None
        return self._grouped(field, value, negated=negated)

    def _group(self, field: Token) -> Node | None:
        """Parse `title:(a b)`, `tag:(a OR b)` or `line:(a b)`."""
        if field.text.casefold() in ("sort", "limit"):
            self._complain(f"{field.text}: cannot have brackets.", "", field)
        outer, self.group = self.group, field
        inner = self._bracketed()
        self.group = outer
        is_open = self.at > len(self.tokens)
        unit = _UNITS.get(field.text.casefold())
        words = self._words(inner, field) if unit and inner else None
        if unit is None or words is None:
            return None if unit else inner
        if is_open:  # while typing, reading texts would delay the next key press
            return words
        return unit(words, (field.start, self.tokens[min(self.at, len(self.tokens)) - 1].end))

    def _words(self, node: Node, field: Token) -> Node | None:
        """Return the words within a part of a text; other conditions are errors."""
        match node:
            case tree.And(parts) | tree.Or(parts):
                return _joined(type(node), [self._words(part, field) for part in parts])
            case tree.Not(part):
                return tree.Not(inner) if (inner := self._words(part, field)) else None
            case tree.Within(inside):
                return self._words(inside, field)
            case tree.Term() | tree.Phrase() | tree.Prefix() | tree.Wildcard() | tree.Fuzzy():
                return node
        if isinstance(node, tree.KnownPaths | tree.Terms):
            return None
        raise self.context.error(_only_words(field), at=node.span[0])

    def _grouped(self, field: Token, value: Token, *, negated: bool) -> Node | None:
        context = self._context(negated=negated)
        unit = _UNITS.get(field.text.casefold())
        if value.kind in ("regex", "bracket") or (unit and value.kind in ("tag", "link")):
            raise context.error(_only_words(field), at=value.start)
        if unit is None:
            return parse_field_term(field, value, context)
        leaf = parse_bare_term(value, context)
        if leaf is None or self.group:
            return leaf
        words = self._words(leaf, field)
        if context.unfinished(value):
            return words  # as in `_group`
        return words and unit(words, (field.start, value.end))

    def _sort(self, value: Token) -> None:
        at = value.start
        for key in value.text.split(","):
            name = key.strip().removeprefix("-")
            found = self.context.fields.find(name)
            if name.casefold() in _ORDER_ONLY:
                self._order(name.casefold(), key)
            elif found:
                self._order(found.name, key)
            else:
                if at + len(key) == value.end:
                    names = [*_ORDER_ONLY, *self.context.fields.names()]
                    self.context.check_unfinished(value._replace(text=name), names)
                near = self.context.fields.nearest_field(name)
                slip = near and self.context.fields.nearest_field(name, CLEAR_LIKENESS)
                raise self.context.error(
                    f'There is no field "{name}" to sort by.',
                    f"Did you mean {near}?" if near else "List all fields: notekeep fields.",
                    at=at,
                    near=slip or "",
                )
            at += len(key) + 1

    def _order(self, name: str, key: str) -> None:
        self.order.append(Order(name, descending=key.strip().startswith("-")))

    def _limit(self, value: Token) -> None:
        if re.fullmatch(r"[1-9][0-9]{0,8}", value.text):
            self.limit = int(value.text)
        else:
            raise self.context.error(
                "limit: needs a number, at least 1.", "Write limit:20.", at=value.start
            )


def _only_words(field: Token) -> str:
    return f"{field.text}: can contain only words."


def _joined(kind: type[tree.And | tree.Or], parts: list[Node | None]) -> Node | None:
    """Join parts under one node; nested nodes of the same kind are flattened."""
    flat: list[Node] = []
    for part in parts:
        if isinstance(part, kind):
            flat.extend(part.parts)
        elif part is not None:
            flat.append(part)
    if len(flat) > 1:
        return kind(tuple(flat))
    return flat[0] if flat else None


IsText: TypeAlias = Callable[..., bool]
"""Whether a name that looks like a field is text."""


def _tokens(text: str, at: int, is_text: IsText) -> Iterator[Token]:
    # The value of a field is the next token: a phrase, a link, a word, or "(" for a group; `[key:a
    # b]` becomes `key:(a b)`. A minus is "not" if something follows it directly, and a word if it
    # stands alone.
    while (at := _skip_space(text, at)) < len(text):
        if (
            text[at] == "["
            and not text.startswith("[[", at)
            and (found := _BRACKET.match(text, at))
            and not is_text(found[1].strip('"').strip(), in_brackets=True)
        ):
            yield from _bracket(text, found, is_text)
            at = found.end()
            continue
        token = _next(text, at, is_text)
        at = token.end
        yield token
        if token.kind == "field" and (value := _value(text, at)):
            yield value
            at = value.end


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _next(text: str, at: int, is_text: IsText) -> Token:
    char = text[at]
    field = _FIELD.match(text, at + (char == "-"))
    if field and is_text(field[1], in_brackets=False):
        return _word(text, at)
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
    if field:
        operator = cast("Operator", field[2] or field[3] or ":")
        return Token("field", field[1], at, field.end(), operator)
    return _word(text, at)


def _phrase(text: str, at: int) -> Token:
    end = at + 1
    while end < len(text) and text[end] != '"':
        end += 2 if text[end] == "\\" else 1
    inner = re.sub(r'\\(["“”„\\])', r"\1", text[at + 1 : end])
    closed = end < len(text)
    return Token("phrase", inner, at, end + 1 if closed else len(text), closed=closed)


def _bracket(text: str, found: re.Match[str], is_text: IsText) -> Iterator[Token]:
    """Yield `[key]` as a bracket, `[key:value]` as a field with its value in parentheses."""
    name, bare, op, _value, close = found.groups()
    start, name = found.start(), name.strip('"').strip()
    if bare:
        yield Token("bracket", name, start, found.end())
        return
    begin, end = found.span(4)
    yield Token("field", name, start, begin, cast("Operator", op or ":"))
    yield Token("(", "[", start, start + 1)
    yield from _tokens(text[:end], begin, is_text)
    if close:
        yield Token(")", "]", end, end + 1)


def _word(text: str, at: int) -> Token:
    found = _WORD.match(text, at)
    word = found[0] if found else text[at]
    return Token(_OPERATORS.get(word, "word"), word, at, at + len(word))


def _value(text: str, at: int) -> Token | None:
    """Return the value after a field and optional spaces, or None."""
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
