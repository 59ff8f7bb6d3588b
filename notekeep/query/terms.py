"""Parses one condition: a word, or a field with its value."""

from __future__ import annotations

import re
import unicodedata
import warnings

from notekeep.errors import UsageError
from notekeep.query import tree
from notekeep.query.fields import (
    CLEAR_LIKENESS,
    COUNTED_THINGS,
    SCOPES,
    TermContext,
    Token,
    nearest_word,
)
from notekeep.query.tree import Node, WordScope
from notekeep.query.values import ValueParser

MAX_REGEX = 1000
"""Maximum length of a regular expression; compiling longer ones can take seconds."""

MAX_TEXT = 1000
"""Maximum length of a word or phrase; longer ones were probably pasted by mistake."""

WORD_SCOPES: dict[str, WordScope] = {
    "title": "title",
    "body": "body",
    "content": "body",
    "heading": "heading",
    "quote": "quote",
    "ignore-case": "any",
}

_FUZZY = re.compile(r"(.*[^~])~(\d*)")


def parse_bare_term(token: Token, context: TermContext) -> Node | None:
    """Parse a condition without a field; None for a word without letters, such as `&`."""
    span = (token.start, token.end)
    if len(token.text) > MAX_TEXT and token.kind in ("word", "phrase"):
        raise context.error(
            f"A word or phrase can have {MAX_TEXT:,} characters. This has {len(token.text):,}.",
            at=token.start,
        )
    if token.kind == "phrase":
        is_empty = context.pasted and not token.text.strip()
        return None if is_empty else parse_phrase(token, context, "any")
    if token.kind == "regex":
        return parse_regex(token, context)
    if token.kind == "tag":
        return parse_tag(token, context)
    if token.kind == "link":
        return tree.LinkTo(token.text, span) if token.text else None
    if token.kind == "bracket":
        return parse_has(token, context)
    if not any(char.isalnum() for char in token.text):
        return parse_symbol(token)
    return parse_word(token, context, "any")


def parse_symbol(token: Token) -> Node | None:
    """Parse a word of symbols: `*` matches every note; an emoji is found in texts and paths."""
    span = (token.start, token.end)
    if set(token.text) == {"*"}:
        return tree.Path("", span)
    if all(char.isascii() or unicodedata.category(char)[0] == "P" for char in token.text):
        return None
    return tree.Or((tree.Regex(re.escape(token.text), span), tree.Path(token.text, span)))


def parse_word(token: Token, context: TermContext, scope: WordScope) -> Node:
    """Parse `naval`, `lever*`, `fu*on`, `nawal~`; an unfinished word is a prefix."""
    span = (token.start, token.end)
    text = token.text.rstrip("?")  # a question mark; as a wildcard, it is inside a word
    if found := _FUZZY.fullmatch(text):
        distance = int(found[2][:2] or 1)
        if distance not in (1, 2):
            raise context.error(
                f"{token.text} allows {found[2]} typos. The maximum is 2.",
                f"Write {found[1]}~ or {found[1]}~2.",
                at=token.start,
            )
        return tree.Fuzzy(found[1], distance, scope, span)
    stem = text.rstrip("*")
    if "*" in stem or "?" in stem:
        return tree.Wildcard(text, scope, span)
    if stem != text or (context.unfinished(token) and token.text[-1].isalnum()):
        return tree.Prefix(stem, scope, span)
    return tree.Term(text, scope, span)


def parse_phrase(token: Token, context: TermContext, scope: WordScope) -> Node:
    """Parse a phrase; an unclosed phrase ends with a prefix."""
    span = (token.start, token.end)
    if not token.text.strip():
        context.check_unfinished(token, [token.text])
        raise context.error("These quotes are empty.", at=token.start)
    if not any(char.isalnum() for char in token.text):
        return tree.Regex(re.escape(token.text), span)
    text = " ".join(token.text.split())
    before, _, last = text.rpartition(" ")
    if token.closed or token.text[-1].isspace():
        return tree.Phrase(text, scope, span)
    if not before:
        return tree.Prefix(last, scope, span)
    return tree.And((tree.Phrase(before, scope, span), tree.Prefix(last, scope, span)))


def parse_regex(token: Token, context: TermContext) -> tree.Regex:
    """Parse a regular expression."""
    if len(token.text) > MAX_REGEX:
        raise context.error(
            f"A regular expression can have {MAX_REGEX} characters. This has {len(token.text)}.",
            at=token.start,
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about syntax that Python may change
            re.compile(token.text)
    except (re.error, RecursionError, OverflowError) as error:
        place = getattr(error, "pos", None) or 0
        raise context.error(
            f"The regular expression /{token.text}/ is invalid: {error}.",
            at=token.start + 1 + place,
        ) from None
    return tree.Regex(token.text, (token.start, token.end))


def parse_tag(token: Token, context: TermContext) -> Node:
    """Parse `#learning/ml` or `tag:learning`, including children; partial tags while typing."""
    span = (token.start, token.end)
    text = token.text.removeprefix("#").rstrip(".,;:!?").removesuffix("/*").strip("/")
    if not text:
        context.check_unfinished(token, [token.text])
        raise context.error("The tag is missing.", "Write tag:habit or #habit.", at=token.start)
    if text.endswith("*") or context.unfinished(token):
        return tree.Compare("tags", ":", text.rstrip("*"), span=span)
    return tree.Tag(text, span)


def parse_has(token: Token, context: TermContext, start: int | None = None) -> tree.Has:
    """Parse `has:cover` (a field that is not empty) or `has:tasks`."""
    found = COUNTED_THINGS.get(token.text.casefold())
    if found is None and (field := context.fields.find(token.text)):
        found = field.name
    name = found or context.known(
        token, context.fields.things(), "field or thing", "List all fields: notekeep fields."
    )
    begin = token.start if start is None else start
    return tree.Has(COUNTED_THINGS.get(name, name), (begin, token.end))


def parse_field_term(field: Token, value: Token, context: TermContext) -> Node:
    """Parse a condition on a field: `type:book`, `rating>=4`, `title:"atomic habits"`."""
    name, op = field.text.casefold(), field.op
    span = (field.start, value.end)
    if not is_known_field(field.text, context):
        raise unknown_field_error(field, context, value.end)
    if not value.text and value.kind != "link":
        context.check_unfinished(value, [""])
        raise context.error(
            f"{field.text}{op} needs a value.",
            f"Write no:{field.text} for notes without it.",
            at=value.start,
        )
    if name in WORD_SCOPES and op == ":":
        return _scoped(value, context, WORD_SCOPES[name])
    if reader := _SPECIAL.get(name):
        if op not in (":", "="):
            raise context.error(
                f"{field.text} cannot be compared with {op}.",
                f"Write {field.text}:{value.text}.",
                at=field.start,
            )
        return reader(field, value, context)
    found = context.fields.find(name)
    if found is None:
        raise unknown_field_error(field, context, value.end)
    if found.name == "path" and op == ":":
        return tree.Path(value.text.removesuffix("*"), span)
    if found.name == "tags" and op == ":":
        return parse_tag(value, context)
    if value.kind == "word" and value.text.casefold() in ("null", "none") and op == ":":
        return tree.Not(tree.Has(found.name, span))
    return ValueParser(found, field, value, context).read()


def is_known_field(name: str, context: TermContext) -> bool:
    """Whether a name before a colon is a field or a scope."""
    name = name.casefold()
    known = name in SCOPES or name in WORD_SCOPES or name in _SPECIAL
    return known or context.fields.find(name) is not None


def unknown_field_error(field: Token, context: TermContext, end: int) -> UsageError:
    """Return the error for an unknown field in a condition that ends at `end`."""
    fields, name = context.fields, field.text.casefold()
    near = None if name in SCOPES else fields.nearest(name)
    quoted = f'To search for the text, use quotes: "{context.text[field.start : end]}".'
    suggestion = f"Did you mean {near}?" if near else "List all fields: notekeep fields."
    if name in SCOPES:
        suggestion = f"{name}: needs words to search for, e.g. {name}:word."
    return context.error(
        f'There is no field "{field.text}".',
        f"{suggestion} {quoted}",
        at=field.start,
        near=(near and fields.nearest(name, CLEAR_LIKENESS)) or "",
    )


def _scoped(value: Token, context: TermContext, scope: WordScope) -> Node:
    if value.kind == "phrase":
        return parse_phrase(value, context, scope)
    if not any(char.isalnum() for char in value.text):
        if scope == "title":
            return tree.Compare("title", ":", value.text, span=(value.start, value.end))
        if found := parse_symbol(value):
            return found
        context.check_unfinished(value, [value.text])
        raise context.error(
            f"{value.text} has no words.",
            "Words need letters or digits. For other characters use /text/.",
            at=value.start,
        )
    return parse_word(value, context, scope)


def _case(_field: Token, value: Token, context: TermContext) -> Node:
    """Parse `match-case:HappyCat`, as in Obsidian: case-sensitive text."""
    pattern = value._replace(text=f"(?-i:{re.escape(value.text)})")
    return parse_regex(pattern, context)


def _kind(field: Token, value: Token, context: TermContext) -> Node:
    span = (field.start, value.end)
    kinds = context.fields.kinds
    matches = [kind for kind in kinds if kind.startswith(value.text.casefold())]
    if context.unfinished(value) and len(matches) > 1:
        return tree.Or(tuple(tree.Compare("type", "=", kind, span=span) for kind in matches))
    return tree.Compare("type", "=", context.known(value, kinds, "kind"), span=span)


def _flag(field: Token, value: Token, context: TermContext) -> Node:
    kinds = context.fields.kinds
    states, hint = context.fields.states, ""
    if value.text in kinds:
        hint = f"For a kind, write type:{value.text}."
    elif nearest_word(value.text, states) is None:
        hint = f"For a status, write status:{value.text}. The states are {', '.join(states)}."
    state = context.known(value, states, "state", hint)
    return tree.Is(state, (field.start, value.end))


def _has(field: Token, value: Token, context: TermContext) -> Node:
    found = parse_has(value, context, field.start)
    return tree.Not(found) if field.text.casefold() == "no" else found


def _link(field: Token, value: Token, context: TermContext) -> Node:
    context.check_unfinished(value, [value.text.casefold()])
    if not value.text:
        raise context.error(f"{field.text}: needs the name of a note.", at=value.start)
    span = (field.start, value.end)
    kind = tree.LinkTo if field.text.casefold() == "to" else tree.LinkFrom
    return kind(value.text, span)


_SPECIAL = {
    "match-case": _case,
    "type": _kind,
    "kind": _kind,
    "is": _flag,
    "has": _has,
    "no": _has,
    "to": _link,
    "from": _link,
}
