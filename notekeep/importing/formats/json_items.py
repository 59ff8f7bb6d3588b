"""Reads JSON: small files at once, large lists item by item."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from notekeep.errors import Refused

MAX_VALUES = 1_000_000
"""Maximum number of values in a file or item. Each needs much more memory than its text."""

_MAX_ITEM = 8 << 20
_CHUNK = 1 << 20
_SPACES = re.compile(r"\s*")
_DECODER = json.JSONDecoder()


def read_json(name: str, text: str) -> Any:
    """Return the value of a JSON file. Raises Refused if it is invalid or has too many values."""
    _check_values(name, text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(_explain(error, error)) from error


def _explain(error: Exception, words: object) -> str:
    if isinstance(error, json.JSONDecodeError):
        at_end = error.pos >= len(error.doc.rstrip())
        if at_end or error.msg.startswith("Unterminated"):
            return "the JSON is cut off"
    return f"not JSON: {words}"


def read_items(name: str, text: TextIO, *lists: str) -> Iterator[Any]:
    """Yield the items of a JSON list, or of an object's list with one of the names."""
    file = _JsonFile(name, text)
    is_found = file.take("[")
    try:
        if is_found:
            yield from file.items()
        elif file.take("{"):
            is_more = True
            while is_more:
                key = file.value()
                file.expect(":")
                if key in lists and file.take("["):
                    is_found = True
                    yield from file.items()
                else:
                    file.value()
                is_more = file.take(",")
            file.expect("}")
        if is_found:
            file.expect_end()
    except (ValueError, RecursionError) as error:
        raise Refused(_explain(error, getattr(error, "msg", error))) from error
    if not is_found:
        raise Refused(f"there is no list of {' or '.join(lists)}")


class _JsonFile:
    """A JSON file, read value by value."""

    def __init__(self, name: str, file: TextIO) -> None:
        self._name = name
        self._file = file
        self._text = ""
        self._at = 0

    def take(self, sign: str) -> bool:
        self._skip_spaces()
        is_next = self._text.startswith(sign, self._at)
        self._at += is_next
        return is_next

    def expect(self, sign: str) -> None:
        """Skip a character. Raises ValueError for other characters."""
        if not self.take(sign):
            raise json.JSONDecodeError(f"no {sign}", self._text, self._at)

    def expect_end(self) -> None:
        """Skip spaces at the end. Raises ValueError for other text."""
        self._skip_spaces()
        if self._at < len(self._text):
            raise ValueError("more text after its end")

    def items(self) -> Iterator[Any]:
        is_more = not self.take("]")
        while is_more:
            yield self.value()
            is_more = self.take(",")
            if not is_more:
                self.expect("]")

    def value(self) -> Any:
        self._skip_spaces()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except ValueError:
                if not self._fill():
                    raise
                continue
            # A number may continue in the next part, even after `1e+`.
            if end + 2 < len(self._text) or not self._fill():
                self._at = end
                return value

    def _skip_spaces(self) -> None:
        is_more = True
        while is_more:
            spaces = _SPACES.match(self._text, self._at)
            self._at = spaces.end() if spaces else self._at
            is_more = self._at == len(self._text) and self._fill()

    def _fill(self) -> bool:
        """Read the next part of the file. Return False at the end."""
        size = len(self._text) - self._at
        if size > _MAX_ITEM:
            raise Refused(f"{self._name} has a value of more than {_MAX_ITEM >> 20} MB")
        part = self._file.read(max(_CHUNK, size))
        if part:
            self._text, self._at = self._text[self._at :] + part, 0
            _check_values(self._name, self._text)
        return bool(part)


def _check_values(name: str, text: str) -> None:
    if text.count(",") + text.count("[") + text.count("{") > MAX_VALUES:
        raise Refused(f"{name} has more than {MAX_VALUES} values")
