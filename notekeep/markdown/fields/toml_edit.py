"""TOML front matter: reading, and verified edits of one key through tomlkit."""

from __future__ import annotations

from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError, TOMLKitError
from tomlkit.items import Item

from notekeep.errors import Refused
from notekeep.markdown.fields.field_values import BareText, Scalar, Value
from notekeep.markdown.fields.frontmatter_block import Split, UnreadableBlock, split_frontmatter


def read_toml_block(text: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values of a block, and the source text of each."""
    document = _parse(text)
    values = document.unwrap()
    raw = {key: _source(document.item(key)) for key in values}
    return values, raw


class TomlEdit:
    """A file with a TOML block; each method returns new bytes, or None for no change."""

    def __init__(self, data: bytes, parts: Split) -> None:
        self._data = data
        self._parts = parts
        self._text = data[parts.start : parts.end].decode()
        self._document = _parse(self._text)
        self._values: dict[str, Any] = self._document.unwrap()

    def replace(self, key: str, value: Value) -> bytes | None:
        """Set a value; None deletes the key, because TOML has no null."""
        if value is None:
            return self.delete(key)
        if isinstance(self._values.get(key), dict):
            raise _refused(f"`{key}` has nested values.")
        expected = [_toml(item) for item in value] if isinstance(value, list) else _toml(value)
        written = _parse_item(value) if isinstance(value, BareText) else None
        if (
            key in self._values
            and _same(self._values[key], expected)
            # 1.1 and 1.10 are equal as numbers, but not as text.
            and (written is None or written.as_string() == _source(self._document.item(key)))
        ):
            return None
        self._document[key] = expected if written is None else written
        if key in self._values:
            return self._apply({**self._values, key: expected}, key)
        # Keys below a table header belong to the table, so a new key goes before the first table.
        tables = [name for name, old in self._values.items() if _is_table(old)]
        plain = {name: old for name, old in self._values.items() if name not in tables}
        return self._apply(
            {**plain, key: expected, **{name: self._values[name] for name in tables}}, key
        )

    def add(self, key: str, item: Scalar) -> bytes | None:
        """Add an item to a list; a single value becomes a list."""
        old = self._values.get(key)
        new = _toml(item)
        if old is None:
            return self.replace(key, [item])
        if isinstance(old, list):
            if any(_same(one, new) for one in old):
                return None
            self._document[key].append(new)
            return self._apply({**self._values, key: [*old, new]}, key)
        return None if _same(old, new) else self.replace(key, [old, item])

    def remove(self, key: str, item: str) -> bytes | None:
        """Remove an item from a list."""
        old = self._values.get(key)
        if isinstance(old, list):
            index = next((n for n, one in enumerate(old) if str(one) == item), None)
            if index is None:
                return None
            del self._document[key][index]
            return self._apply({**self._values, key: old[:index] + old[index + 1 :]}, key)
        return self.delete(key) if old is not None and str(old) == item else None

    def replace_item(self, key: str, old: str, item: str) -> bytes | None:
        """Replace the first item that is exactly `old`."""
        listed = self._values.get(key)
        if not isinstance(listed, list):
            return self.replace(key, item) if listed == old else None
        if old not in listed or old == item:
            return None
        index = listed.index(old)
        self._document[key][index] = item
        return self._apply(
            {**self._values, key: [*listed[:index], item, *listed[index + 1 :]]}, key
        )

    def delete(self, key: str) -> bytes | None:
        """Delete a key."""
        if key not in self._values:
            return None
        del self._document[key]
        return self._apply({k: v for k, v in self._values.items() if k != key}, key)

    def _apply(self, expected: dict[str, Any], key: str) -> bytes:
        """Return the file with tomlkit's text; refuse it if other lines changed, too."""
        text = self._in_lines_of_file(self._document)
        new = self._data[: self._parts.start] + text.encode() + self._data[self._parts.end :]
        parts = split_frontmatter(new)
        try:
            found = _parse(text).unwrap()
        except UnreadableBlock as error:
            raise _refused(f"Changing `{key}` would make invalid TOML.") from error
        proven = (
            parts.kind == "toml"
            and new[parts.body :] == self._data[self._parts.body :]
            and list(found) == list(expected)
            and all(_same(found[name], expected[name]) for name in expected)
            and self._changes_only(text, key)
        )
        if not proven:
            raise _refused(f"Changing `{key}` might change other parts of the note.")
        return new

    def _in_lines_of_file(self, document: tomlkit.TOMLDocument) -> str:
        text = document.as_string()
        eol = self._parts.eol.decode()
        return text if eol == "\n" else text.replace("\r\n", "\n").replace("\n", eol)

    def _changes_only(self, text: str, key: str) -> bool:
        """Whether a text differs from the old one only in the lines of a key."""
        head, tail = _common_lines(self._text, text)
        size = len(self._text.splitlines(keepends=True))
        if key not in self._values:
            return head + tail >= size
        without = _parse(self._text)
        del without[key]
        first, last = _common_lines(self._text, self._in_lines_of_file(without))
        return head >= first and tail >= min(last, size - first)


def _is_table(value: object) -> bool:
    """Whether a value has a header such as `[extra]`; inline tables count too."""
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict) for item in value)
    )


def _common_lines(old: str, new: str) -> tuple[int, int]:
    """Return the number of common lines at the start and at the end."""
    one, other = old.splitlines(keepends=True), new.splitlines(keepends=True)
    size = min(len(one), len(other))
    head = next((n for n in range(size) if one[n] != other[n]), size)
    rest = size - head
    tail = next((n for n in range(rest) if one[-1 - n] != other[-1 - n]), rest)
    return head, tail


def _parse(text: str) -> tomlkit.TOMLDocument:
    try:
        # TOML does not allow lone CRs.
        return tomlkit.parse(text if "\n" in text else text.replace("\r", "\n"))
    except ParseError as error:
        message = f"TOML cannot read it: {str(error).split(' at line')[0]}."
        raise UnreadableBlock(message, error.line - 1, error.col) from error
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise UnreadableBlock(f"TOML cannot read it: {error}.") from error


def _toml(value: Scalar) -> Any:
    """Return a scalar for TOML; BareText is parsed, for example as a date."""
    if isinstance(value, BareText):
        item = _parse_item(value)
        return str(value) if item is None else item.unwrap()
    return "" if value is None else value


def _parse_item(value: BareText) -> Item | None:
    """Parse a TOML value that keeps its spelling (`1.10`); None if it is not valid TOML."""
    try:
        return tomlkit.value(str(value))
    except TOMLKitError:
        return None


def _source(item: object) -> str:
    """Return the source of an item; for a table defined in several places, its content."""
    text = item.as_string() if isinstance(item, Item) else str(item)
    return text.strip().replace("\r\n", "\n")


def _same(one: object, other: object) -> bool:
    """Whether two values and their types are equal."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other


def _refused(message: str) -> Refused:
    return Refused(message, "Change it in an editor.", line=1, column=1)
