"""Reads the front matter that nearly all notes have, without a YAML parser.

Only forms whose meaning leaves no doubt: `key: value` at the margin, quoted text without escapes,
one-line lists, and lists of one item a line. Anything else is left to yamlread.py; where both can
read a block they must agree, which a property test holds.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from notekeep.markdown.values import Value, core


class Fields(NamedTuple):
    """A block, read.

    Attributes:
        values: Typed values by key, in order.
        raw: The source text of each value.
        words: Each value as text before typing, unquoted.
    """

    values: dict[str, Value]
    raw: dict[str, str]
    words: dict[str, str | list[str]]


# Every repeat is possessive: a line that does not fit is given up in one pass.
_START = r"[^\x00-\x23\x25-\x27\x29\x2a\x2c\x2d:-@\[-^`{-}\x7f-\xa0]"
_PLAIN = _START + r"[^\n:#]*+(?:(?::(?=[^ \n])|(?<=[^ ])\#)[^\n:#]*+)*+"
_QUOTED = r'"[^"\\\n]*+"|' + r"'[^'\n]*+'"
_ITEM = rf"(?:[^\W_][\w ./()+-]*+|(?:{_QUOTED})[ ]*+)"
_FLOW = rf"\[[ ]*+(?:{_ITEM}(?:,[ ]*+{_ITEM})*+)?\]"
_END = r"[ ]*+(?:(?<=[ ])\#[^\n]*+)?\n"
_LINE: Final = re.compile(
    rf"""
    (?P<key>[^\W\d_][\w-]{{0,60}}+(?:[ ][\w-]{{1,20}}+){{0,4}}+):
        (?:[ ]++(?:(?P<quoted>{_QUOTED})|(?P<flow>{_FLOW})|(?P<plain>{_PLAIN}))?+)?+ {_END}
    | [ ]*+(?:\#[^\n]*+)?\n
    """,
    re.VERBOSE,
)
_LIST_LINE: Final = re.compile(
    rf"(?P<indent>[ ]*+)-(?:[ ]++(?:(?P<quoted>{_QUOTED})|(?P<plain>{_PLAIN}))?+)?+{_END}"
)
_FLOW_ITEM: Final = re.compile(rf"{_QUOTED}|[^\W_][\w ./()+-]*+")
# What YAML does not allow in a line, tabs, and the breaks that only Unicode knows.
_ODD: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def read(text: str) -> Fields | None:
    """Read a block whose only line ends are newlines; None when this reader cannot."""
    if _ODD.search(text):
        return None
    fields = Fields({}, {}, {})
    at = 0
    while at < len(text):
        line = _LINE.match(text, at)
        if line is None:
            return None
        at = line.end()
        key, quoted, flow, plain = line.group("key", "quoted", "flow", "plain")
        if key is None:
            continue
        if key in fields.values:
            return None
        if plain is not None:
            source = fields.raw[key] = fields.words[key] = plain.rstrip(" ")
            fields.values[key] = core(source)
        elif quoted is not None:
            fields.raw[key] = quoted
            fields.values[key] = fields.words[key] = quoted[1:-1]
        elif flow is not None:
            fields.raw[key] = flow
            _set_list(fields, key, _FLOW_ITEM.findall(flow))
        else:
            at = _read_list(text, at, key, fields)
    return fields


def _read_list(text: str, start: int, key: str, fields: Fields) -> int:
    """Read the items below a key that has no value of its own; return where they end."""
    at = start
    items: list[str] = []
    first = last = 0
    indent = ""
    while line := _LIST_LINE.match(text, at):
        if not items:
            indent = line["indent"]
            first = line.end("indent")
        elif line["indent"] != indent:
            break
        name = "quoted" if line["quoted"] is not None else "plain"
        source = (line[name] or "").rstrip(" ")
        last = line.start(name) + len(source) if source else line.end("indent") + 1
        items.append(source)
        at = line.end()
    if items:
        fields.raw[key] = text[first:last]
        _set_list(fields, key, items)
    else:
        fields.raw[key] = fields.words[key] = ""
        fields.values[key] = None
    return at


def _set_list(fields: Fields, key: str, sources: list[str]) -> None:
    """Give a key a list, its items quoted or plain as they were written."""
    values: list[str | int | float | bool | None] = []
    words: list[str] = []
    for source in sources:
        if source[:1] in ('"', "'"):
            words.append(source[1:-1])
            values.append(words[-1])
        else:
            words.append(source.rstrip(" "))
            values.append(core(words[-1]))
    fields.values[key] = values
    fields.words[key] = words
