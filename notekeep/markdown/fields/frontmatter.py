"""Reads front matter: YAML, TOML or JSON, as typed values and source text.

field_edit.py edits it. An unreadable block yields an error with its position and no fields; the
body is not affected.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Final

from notekeep.errors import Problem
from notekeep.markdown.fields.field_values import MAX_NUMBER, Scalar, Value
from notekeep.markdown.fields.frontmatter_block import (
    MAX_BYTES,
    Split,
    UnreadableBlock,
    split_frontmatter,
)

_LEAD: Final = re.compile(
    rb"(?:\s|\xef\xbb\xbf|\xc2\xa0|\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|%%.*?%%|<!--.*?-->)+", re.DOTALL
)
"""Whitespace and comments above front matter; with them, programs do not recognize it."""
_PRIVACY_KEY: Final = re.compile(
    rb"^[\s\"']*(?:private|publish)[\s\"']*[:=]", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter of a file."""

    split: Split
    # values by key, in order: plain scalars are typed, nested values are source text
    fields: dict[str, Value] = field(default_factory=dict)
    # the source text of each value, with LF as line end
    raw: dict[str, str] = field(default_factory=dict)
    # each value as unquoted, untyped text, for text fields
    words: dict[str, str | list[str]] = field(default_factory=dict)
    error: Problem | None = None  # why the block is unreadable, without the path; no values then


def read_frontmatter(data: bytes) -> FrontMatter:
    """Read the front matter of a file. Never raises; errors are in `error`."""
    parts = split_frontmatter(data)
    if parts.kind == "none":
        return FrontMatter(parts, error=find_late_block(data))
    if parts.kind == "unclosed":
        message = "The front matter that starts here is not closed with a line of `---`."
        return FrontMatter(parts, error=_problem(message, 1, 1))
    try:
        return _read_block(data, parts)
    except UnreadableBlock as error:
        above = len(data[: parts.start].splitlines())
        problem = _problem(error.message, above + error.line + 1, error.column + 1)
        return FrontMatter(parts, error=problem)


def _problem(message: str, line: int, column: int) -> Problem:
    hint = "Open the note and fix the line. The rest of the note is not affected."
    return Problem("", line, message, hint, "front-matter", column)


def without_lead(data: bytes) -> bytes:
    """Return a file without blank lines and comments above its front matter."""
    late = split_frontmatter(data).kind == "none" and find_late_block(data) is not None
    lead = _LEAD.match(data) if late else None
    return data[lead.end() :] if lead else data


def find_late_block(data: bytes) -> Problem | None:
    """Return the problem of front matter that is not on the first line, or None."""
    lead = _LEAD.match(data)
    if lead is None:
        return None
    block = data[lead.end() :]
    found = read_frontmatter(block)
    if not found.fields:
        # Text below a rule is not front matter, unless it makes the note private or public.
        end = found.split.body or len(re.split(rb"\r?\n[ \t]*\r?\n|\r\r", block, maxsplit=1)[0])
        if found.error is None or not _PRIVACY_KEY.search(block[:end]):
            return None
    line = len(data[: lead.end()].splitlines()) + data[: lead.end()].endswith((b"\n", b"\r"))
    message = (
        "The front matter must start on the first line, without blank lines or comments above it."
    )
    return _problem(message, max(line, 1), 1)


def _read_block(data: bytes, parts: Split) -> FrontMatter:
    if parts.end - parts.start > MAX_BYTES:
        raise UnreadableBlock(f"The front matter is longer than {MAX_BYTES // 1024} KiB.")
    block = data[parts.start : parts.end]
    try:
        text = block.decode()
    except UnicodeDecodeError as error:
        before = block[: error.start]
        column = len(before) - before.rfind(b"\n") - 1
        raise UnreadableBlock(
            "The front matter is not UTF-8 text.", before.count(b"\n"), column
        ) from error
    if parts.kind == "yaml":
        from notekeep.markdown.fields.yaml_reader import Document

        document = Document(text)
        return FrontMatter(
            parts,
            {entry.name: document.value(entry.value) for entry in document.entries},
            {entry.name: document.raw(entry) for entry in document.entries},
            {entry.name: document.words(entry.value) for entry in document.entries},
        )
    if parts.kind == "toml":
        from notekeep.markdown.fields.toml_edit import read_toml_block

        values, raw = read_toml_block(text)
    else:
        values = _read_json(text)
        raw = {key: _dump(value) for key, value in values.items()}
    fields: dict[str, Value] = {}
    words: dict[str, str | list[str]] = {}
    for key, value in values.items():
        if isinstance(value, list):
            items = [_flat(item) for item in value]
            fields[key], words[key] = items, [_word(item) for item in items]
        else:
            fields[key] = flat = _flat(value)
            words[key] = _word(flat)
    return FrontMatter(parts, fields, raw, words)


def _read_json(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"JSON cannot read it: {error.msg}."
        raise UnreadableBlock(message, error.lineno - 1, error.colno - 1) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableBlock(f"JSON cannot read it: {error}.") from error
    if not isinstance(values, dict):
        raise UnreadableBlock("It is not a set of keys and values.")
    return values


def _flat(value: object) -> Scalar:
    """Return a parsed value as a scalar: dates as ISO text, nested values as JSON."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, (int, float)):
        # Numbers too large for the index stay text, as in YAML.
        return value if abs(value) < MAX_NUMBER else str(value)
    return value.isoformat() if isinstance(value, (date, time)) else _dump(value)


def _word(value: Scalar) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _dump(value)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
