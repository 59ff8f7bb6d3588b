"""Edits one YAML key of a file.

An edit inserts a line, replaces a value or deletes lines; all other text stays unchanged. proof.py
verifies the result.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, NoReturn

import yaml

from notekeep.errors import Refused
from notekeep.markdown import proof
from notekeep.markdown.fields.field_values import (
    Scalar,
    Value,
    format_field,
    format_inline_list,
    format_items,
    format_like,
    format_scalar,
    split_items,
)
from notekeep.markdown.fields.frontmatter_block import Split, UnreadableBlock
from notekeep.markdown.fields.schema import canonical
from notekeep.markdown.fields.yaml_reader import STRING_TAG, Document, YamlEntry
from notekeep.markdown.proof import BlockShape
from notekeep.markdown.text_edit import TextEdit, line_start, next_line

_BLANK: Final = re.compile(r"[ \t]*")
_COLON: Final = re.compile(r"[ \t]*:")
_DASH: Final = re.compile(r"[ \t]*-(?:[ \t]+|\Z)")
_STEP = "  "
# Fields that programs read as lists, even if they are text without a comma.
_JOINED: Final = frozenset(("tags", "aliases"))


class YamlEdit:
    """A file with a YAML block; each method returns new bytes, or None for no change."""

    def __init__(self, data: bytes, parts: Split) -> None:
        self._data = data
        self._parts = parts
        self._eol = parts.eol.decode()
        self._text = data[parts.start : parts.end].decode()
        self._document = Document(self._text)
        self._entries = {entry.name: entry for entry in self._document.entries}
        self._tree = proof.block_shape(self._document)

    def replace(self, key: str, value: Value) -> bytes | None:
        """Set the value of a key."""
        entry = self._entries.get(key)
        shape = proof.value_shape(value)
        if entry is None:
            edit = self._add_key(key, value)
        elif proof.same_words(self._tree[key], shape):
            return None
        else:
            edit = self._set(entry, value)
        return self._apply(edit, {**self._tree, key: shape}, key)

    def add(self, key: str, item: Scalar) -> bytes | None:
        """Add an item to a list."""
        entry = self._entries.get(key)
        if entry is None:
            return self.replace(key, [item])
        name = canonical(key)
        if any(_same_item(name, old, item) for old in self._items(entry)):
            return None
        node = entry.value
        if isinstance(node, yaml.ScalarNode) and self._document.value(node) is not None:
            return self._add_to_text(entry, item)
        edit = self._add_item(entry, item)
        old = self._tree[key]
        items = old[1] if old[0] == proof.LIST else ()
        expected = (proof.LIST, (*items, proof.value_shape(item, flow=True)))
        return self._apply(edit, {**self._tree, key: expected}, key)

    def remove(self, key: str, item: str) -> bytes | None:
        """Remove the first matching item of a list."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        name = canonical(key)
        items = self._items(entry)
        index = next((n for n, old in enumerate(items) if _same_item(name, old, item)), None)
        if index is None:
            return None
        if isinstance(entry.value, yaml.ScalarNode):
            text = str(entry.value.value)
            left = split_items(name, text)
            del left[index]
            return self.replace(key, ("," if "," in text else " ").join(left).strip() or None)
        edit = self._remove_item(entry, index)
        shapes = self._tree[key][1]
        shapes = (*shapes[:index], *shapes[index + 1 :])
        # If a list of lines loses its last item, the key has no value.
        is_list = shapes or _is_flow(entry.value)
        expected = (proof.LIST, shapes) if is_list else proof.value_shape(None)
        return self._apply(edit, {**self._tree, key: expected}, key)

    def replace_item(self, key: str, old: str, item: str) -> bytes | None:
        """Replace the first item that is exactly `old`."""
        entry = self._entries.get(key)
        if entry is None or old == item:
            return None
        items = [one.strip() for one in self._items(entry)]
        if old not in items:
            return None
        index = items.index(old)
        if isinstance(entry.value, yaml.ScalarNode):
            text = str(entry.value.value)
            parts = split_items(canonical(key), text)
            parts[index] = parts[index].replace(old, item)
            return self.replace(key, ("," if "," in text else " ").join(parts))
        node = self._own_list(entry)
        current = node.value[index]
        is_quoted = isinstance(current, yaml.ScalarNode) and current.style in ("'", '"')
        text = (
            format_like(item, current.style)
            if is_quoted
            else format_scalar(item, flow=bool(node.flow_style))
        )
        shapes = self._tree[key][1]
        expected = (*shapes[:index], proof.value_shape(item, flow=True), *shapes[index + 1 :])
        edit = TextEdit(_start(current), _end(current), text)
        return self._apply(edit, {**self._tree, key: (proof.LIST, expected)}, key)

    def delete(self, key: str) -> bytes | None:
        """Delete a key with its lines and the comment at the end of the last line."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        start = line_start(self._text, _start(entry.key))
        if self._text[start : _start(entry.key)].strip(" "):
            _refuse(f"`{key}` is not at the start of its line.", entry.key)
        edit = TextEdit(start, next_line(self._text, self._end_of(entry)), "")
        expected = {old: shape for old, shape in self._tree.items() if old != key}
        return self._apply(edit, expected, key)

    def _items(self, entry: YamlEntry) -> list[str]:
        words = self._document.words(entry.value)
        if isinstance(words, list):
            return words
        return [part.strip() for part in split_items(canonical(entry.name), words)]

    def _add_to_text(self, entry: YamlEntry, item: Scalar) -> bytes | None:
        """Add an item to a scalar: extend text with commas, turn other values into a list."""
        text = str(entry.value.value)
        name = canonical(entry.name)
        parts = split_items(name, text)
        is_spaced = name == "tags" and "," not in text
        joint = " " if is_spaced and len(parts) > 1 else ", "
        joins = len(parts) > 1 or name in _JOINED
        is_block = isinstance(entry.value, yaml.ScalarNode) and entry.value.style in ("|", ">")
        if isinstance(item, str) and joins and is_block and text.strip():
            return self._add_to_block(entry, item, has_own_line=is_spaced)
        if isinstance(item, str) and text and joins and joint[0] not in item:
            return self.replace(entry.name, f"{text.rstrip(' ,')}{joint}{item}")
        old: list[Scalar] = [part.strip() for part in parts]
        if not joins:
            value = self._document.value(entry.value)
            old = [value if not isinstance(value, list) else None]
        return self.replace(entry.name, [*(part for part in old if part != ""), item])

    def _add_to_block(self, entry: YamlEntry, item: str, *, has_own_line: bool) -> bytes:
        """Add an item to a block scalar, on a new line or after a comma."""
        node = entry.value
        text = str(node.value)
        content = text.rstrip("\n")
        end = self._document.end(node)
        if has_own_line:
            last = content.rpartition("\n")[2]
            is_literal = isinstance(node, yaml.ScalarNode) and node.style == "|"
            added = ("\n" if is_literal else " ") + _indent(last) + item
            line = self._text[line_start(self._text, end) : end]
            edit = TextEdit(end, end, f"{self._eol}{_indent(line)}{item}")
        else:
            added = f" {item}" if content.endswith(",") else f", {item}"
            edit = TextEdit(end, end, added)
        whole = content + added + text[len(content) :]
        return self._apply(edit, {**self._tree, entry.name: (STRING_TAG, whole)}, entry.name)

    def _apply(self, edit: TextEdit, expected: BlockShape, key: str) -> bytes:
        text = self._text
        start = self._parts.start + len(text[: edit.start].encode())
        end = start + len(text[edit.start : edit.end].encode())
        added = edit.text.encode()
        new = self._data[:start] + added + self._data[end:]
        proof.check_bytes(self._data, new, start, end, len(added))
        edited = text[: edit.start] + edit.text + text[edit.end :]
        entry = self._entries.get(key)
        line = entry.key.start_mark.line + 2 if entry else 1  # in the file, from 1
        try:
            document = Document(edited)
        except UnreadableBlock:
            raise proof.unverified(key, line) from None
        proof.check_tree(expected, document, key, line)
        return new

    def _add_key(self, key: str, value: Value) -> TextEdit:
        root = self._document.root
        if root is not None and root.flow_style:
            _refuse("The front matter is a { } mapping.", root)
        at = self._end_of_entries()
        indent = ""
        if root is not None and self._document.entries:
            indent = " " * self._document.entries[0].key.start_mark.column
        line = format_field(key, value, eol=self._eol, indent=indent, step=self._step())
        return TextEdit(at, at, line)

    def _set(self, entry: YamlEntry, value: Value) -> TextEdit:
        """Replace a value; text keeps its quotes, and unchanged list items keep their lines."""
        node = entry.value
        _require_own_value(entry)
        listed = value if isinstance(value, list) else []
        text = format_inline_list(value) if isinstance(value, list) else format_scalar(value)
        if isinstance(node, yaml.ScalarNode):
            if _start(node) == _end(node):
                return self._below(entry, listed) if listed else self._fill(entry, text)
            if value is None:
                return TextEdit(self._colon(entry), self._end_of(entry), "")
            if not isinstance(value, list):
                text = format_like(value, node.style)
            return TextEdit(_start(node), self._end_of(entry), text)
        if not isinstance(node, yaml.SequenceNode):
            return self._replace_mapping(entry, text)
        if listed and not node.flow_style:
            return self._replace_items(entry, listed)
        return self._replace_list(entry, node, text)

    def _add_item(self, entry: YamlEntry, item: Scalar) -> TextEdit:
        if isinstance(entry.value, yaml.ScalarNode):
            return self._set(entry, [item])
        node = self._own_list(entry)
        if node.flow_style:
            return self._add_to_flow(node, item)
        last = node.value[-1]
        at = next_line(self._text, self._document.end(last))
        return TextEdit(at, at, format_items([item], self._prefix(entry, last), self._eol))

    def _remove_item(self, entry: YamlEntry, index: int) -> TextEdit:
        node = self._own_list(entry)
        item = node.value[index]
        if node.flow_style:
            return self._remove_from_flow(node, index)
        self._prefix(entry, item)
        start = line_start(self._text, _start(item))
        return TextEdit(start, next_line(self._text, self._document.end(item)), "")

    def _fill(self, entry: YamlEntry, text: str) -> TextEdit:
        """Add a value to an empty key, on its line."""
        at = self._colon(entry)
        blank = _BLANK.match(self._text, at)
        end = blank.end() if blank else at
        stays = self._text[end : end + 1] not in ("", "\n", "\r")
        return TextEdit(at, at if stays else end, f" {text}" if text else "")

    def _below(self, entry: YamlEntry, items: list[Scalar]) -> TextEdit:
        """Add a list to an empty key, one item per line."""
        at = next_line(self._text, self._colon(entry))
        indent = " " * entry.key.start_mark.column + self._step()
        return TextEdit(at, at, format_items(items, indent, self._eol))

    def _replace_list(self, entry: YamlEntry, node: yaml.SequenceNode, text: str) -> TextEdit:
        """Replace a list with a value on the line of the key."""
        if _is_flow(node):
            self._require_no_comments(node)
            return TextEdit(_start(node), _end(node), text)
        colon = self._colon(entry)
        gap = self._text[colon : _start(node)]
        comment = ""
        if "#" in gap:
            comment = gap[: next_line(self._text, colon) - colon].rstrip("\r\n")
            if "#" in gap[len(comment) :]:
                _refuse(f"There is a comment between `{entry.name}` and its list.", node)
        comments = self._comment_lines(node.value).rstrip("\r\n")
        line = f" {text}".rstrip() + comment + (f"{self._eol}{comments}" if comments else "")
        return TextEdit(colon, self._end_of(entry), line)

    def _replace_mapping(self, entry: YamlEntry, text: str) -> TextEdit:
        """Replace a placeholder such as `{{title}}`, a mapping in YAML."""
        node = entry.value
        if not _is_flow(node) or "\n" in self._document.source(node):
            _refuse(f"`{entry.name}` has nested values.", node)
        return TextEdit(_start(node), _end(node), text)

    def _replace_items(self, entry: YamlEntry, items: list[Scalar]) -> TextEdit:
        """Replace the lines of the items that differ."""
        old = self._own_list(entry).value
        same = [
            [
                proof.same_words(proof.shape(one), proof.value_shape(two, flow=True))
                for one, two in pairs
            ]
            for pairs in (zip(old, items, strict=False), zip(old[::-1], items[::-1], strict=False))
        ]
        head = (*same[0], False).index(False)
        tail = min((*same[1], False).index(False), min(len(old), len(items)) - head)
        prefix = self._prefix(entry, old[0])
        if head < len(old) - tail:
            start = line_start(self._text, _start(old[head]))
            end = next_line(self._text, self._document.end(old[len(old) - tail - 1]))
        elif head:
            start = end = next_line(self._text, self._document.end(old[head - 1]))
        else:
            start = end = line_start(self._text, _start(old[0]))
        lines = format_items(items[head : len(items) - tail], prefix, self._eol)
        return TextEdit(start, end, lines + self._comment_lines(old[head : len(old) - tail]))

    def _comment_lines(self, items: list[yaml.Node]) -> str:
        """Return the comment lines between items."""
        comments = ""
        for item, after in pairwise(items):
            at = next_line(self._text, self._document.end(item))
            stop = line_start(self._text, _start(after))
            comments += self._text[at:stop] if "#" in self._text[at:stop] else ""
        return comments

    def _require_no_comments(self, node: yaml.SequenceNode) -> None:
        ends = [_start(node), *(_end(item) for item in node.value)]
        starts = [*(_start(item) for item in node.value), _end(node)]
        if any("#" in self._text[end:start] for end, start in zip(ends, starts, strict=True)):
            _refuse("There is a comment in the list.", node)

    def _add_to_flow(self, node: yaml.SequenceNode, item: Scalar) -> TextEdit:
        spelled = format_scalar(item, flow=True)
        if not node.value:
            at = _start(node) + self._text[_start(node) :].index("[") + 1
            return TextEdit(at, at, spelled)
        last = node.value[-1]
        at = _end(last)
        start = line_start(self._text, _start(last))
        alone = len(node.value) > 1 and not self._text[start : _start(last)].strip(" \t")
        rest = self._text[at : next_line(self._text, at)]
        if alone and "#" not in rest:
            return TextEdit(at, at, f",{self._eol}{self._text[start : _start(last)]}{spelled}")
        return TextEdit(at, at, f", {spelled}")

    def _remove_from_flow(self, node: yaml.SequenceNode, index: int) -> TextEdit:
        items = node.value
        item = items[index]
        spans = []
        if index + 1 < len(items):
            spans.append((_start(item), _start(items[index + 1])))
        if index > 0:
            spans.append((_end(items[index - 1]), _end(item)))
        if len(items) == 1:
            first = self._text.rfind("[", _start(node), _start(item)) + 1
            spans.append((first, _end(node) - 1))
        for start, end in spans:
            around = self._text[start : _start(item)] + self._text[_end(item) : end]
            if "#" not in around:
                return TextEdit(start, end, "")
        return _refuse("There is a comment next to the item.", item)

    def _own_list(self, entry: YamlEntry) -> yaml.SequenceNode:
        node = entry.value
        _require_own_value(entry)
        if not isinstance(node, yaml.SequenceNode):
            _refuse(f"`{entry.name}` is not a list.", node)
        for item in node.value:
            if not _start(node) <= _start(item) <= _end(item) <= _end(node):
                _refuse(f"An item of `{entry.name}` is an alias.", node)
        return node

    def _prefix(self, entry: YamlEntry, item: yaml.Node) -> str:
        line = self._text[line_start(self._text, _start(item)) : _start(item)]
        if not _DASH.fullmatch(line):
            _refuse(f"An item of `{entry.name}` is not at the start of its line.", item)
        return line[: line.index("-")]

    def _step(self) -> str:
        """Return the indentation of lists in this block."""
        for entry in self._document.entries:
            node = entry.value
            own = _start(node) > _start(entry.key)
            if isinstance(node, yaml.SequenceNode) and not node.flow_style and own:
                return " " * max(0, node.start_mark.column - entry.key.start_mark.column)
        return _STEP

    def _colon(self, entry: YamlEntry) -> int:
        colon = _COLON.match(self._text, _end(entry.key))
        if colon is None:
            _refuse(f"notekeep cannot edit the format of `{entry.name}`.", entry.key)
        return colon.end()

    def _end_of_entries(self) -> int:
        """Return the position of a new key: below the last key, or at the end."""
        entries = self._document.entries
        if not entries:
            return len(self._text)
        node = entries[-1].value
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            return len(self._text)
        at = next_line(self._text, self._end_of(entries[-1]))
        return len(self._text) if self._text[at:].strip() else at

    def _end_of(self, entry: YamlEntry) -> int:
        """Return the end of a value without blank lines and comments."""
        if _start(entry.value) < _end(entry.key):  # an alias is on the line of its key
            return self._colon(entry)
        return max(self._document.end(entry.value), self._colon(entry))


def _is_flow(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _start(node: yaml.Node) -> int:
    return int(node.start_mark.index)


def _end(node: yaml.Node) -> int:
    return int(node.end_mark.index)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]


def _require_own_value(entry: YamlEntry) -> None:
    if _start(entry.value) < _end(entry.key):
        _refuse(f"`{entry.name}` is an alias of another value.", entry.key)


def _refuse(message: str, node: yaml.Node) -> NoReturn:
    """Refuse an edit, with the position of a node in the file."""
    mark = node.start_mark
    raise Refused(message, "Change it in an editor.", line=mark.line + 2, column=mark.column + 1)


def _same_item(name: str, old: str, item: Scalar) -> bool:
    """Whether two items are equal; tags ignore case and `#`."""
    new = item if isinstance(item, str) else proof.value_shape(item, flow=True)[1]
    if name == "tags":
        return old.strip().lstrip("#").casefold() == new.strip().lstrip("#").casefold()
    return old.strip() == new.strip()
