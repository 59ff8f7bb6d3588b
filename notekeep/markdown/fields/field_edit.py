"""Verified edits of one key of the front matter, in the bytes of a file.

Each function returns new bytes, or the same object if nothing changes. Comments, quotes, order,
line ends and the body stay; an edit that cannot be verified is refused, with the line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.markdown import proof
from notekeep.markdown.fields.field_values import Scalar, Value, format_field
from notekeep.markdown.fields.frontmatter import find_late_block
from notekeep.markdown.fields.frontmatter_block import (
    MAX_BYTES,
    Split,
    UnreadableBlock,
    split_frontmatter,
)
from notekeep.markdown.fields.yaml_edit import YamlEdit
from notekeep.markdown.fields.yaml_reader import Document

if TYPE_CHECKING:
    from notekeep.markdown.fields.toml_edit import TomlEdit


def set_field(data: bytes, key: str, value: Value) -> bytes:
    """Set the value of a key; BareText is not quoted, None is an empty value."""
    return _edit(data, lambda edit: edit.replace(key, value), {key: value})


def add_item(data: bytes, key: str, item: Scalar) -> bytes:
    """Add an item to a list that does not contain it; text with commas stays text."""
    return _edit(data, lambda edit: edit.add(key, item), {key: [item]})


def remove_item(data: bytes, key: str, item: str) -> bytes:
    """Remove all occurrences of an item from a list or from text with commas."""
    while True:
        left = _edit(data, lambda edit: edit.remove(key, item), {})
        if left is data:
            return data
        data = left


def replace_item(data: bytes, key: str, old: str, item: str) -> bytes:
    """Replace the first item that equals `old`; quotes stay."""
    return _edit(data, lambda edit: edit.replace_item(key, old, item), {})


def delete_key(data: bytes, key: str) -> bytes:
    """Delete a key with its lines and trailing comment."""
    return _edit(data, lambda edit: edit.delete(key), {})


def _edit(
    data: bytes,
    change: Callable[[YamlEdit | TomlEdit], bytes | None],
    fresh: dict[str, Value],
) -> bytes:
    """Apply one change; `fresh` is the content of new front matter."""
    parts = split_frontmatter(data)
    _require_editable(data, parts)
    if parts.kind == "none":
        if late := find_late_block(data):
            raise Refused(late.message, "Move it to the first line in an editor.", line=late.line)
        return _create(data, parts, fresh) if fresh else data
    # The fence is line 1.
    try:
        if parts.kind == "toml":
            from notekeep.markdown.fields.toml_edit import TomlEdit

            return change(TomlEdit(data, parts)) or data
        return change(YamlEdit(data, parts)) or data
    except UnreadableBlock as error:
        raise Refused(
            error.message,
            "Fix the front matter in an editor first.",
            line=error.line + 2,
            column=error.column + 1,
        ) from error


def _require_editable(data: bytes, parts: Split) -> None:
    message, place = "", 0
    if (nul := data.find(b"\0")) >= 0:
        message, place = "The file contains a NUL byte, so it is not plain text.", nul
    elif parts.kind == "unclosed":
        message = "The front matter is not closed with a line of `---`."
    elif parts.kind == "json":
        message = "JSON front matter can be read but not edited."
    elif parts.end - parts.start > MAX_BYTES:
        message = f"The front matter is longer than {MAX_BYTES // 1024} KiB."
    else:
        # A body may contain invalid bytes. Without front matter, the whole file is checked.
        end = len(data) if parts.kind == "none" else parts.end
        try:
            data[:end].decode()
        except UnicodeDecodeError as error:
            message, place = "The file is not valid UTF-8.", error.start
    if message:
        line = data.count(b"\n", 0, place) + 1
        column = place - (data.rfind(b"\n", 0, place) + 1) + 1
        raise Refused(message, "Change the file in an editor.", line=line, column=column)


def _create(data: bytes, parts: Split, fields: dict[str, Value]) -> bytes:
    eol = parts.eol.decode()
    lines = "".join(format_field(key, value, eol=eol) for key, value in fields.items())
    block = f"---{eol}{lines}---{eol}".encode()
    new = data[: parts.start] + block + data[parts.start :]
    proof.check_bytes(data, new, parts.start, parts.start, len(block))
    expected = {key: proof.value_shape(value) for key, value in fields.items()}
    proof.check_tree(expected, Document(lines), next(iter(fields)), 1)
    return new
