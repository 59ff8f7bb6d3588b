"""What an edit of one key must leave alone, found without notekeep's own reading of a file."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import yaml

from notekeep.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK = re.compile(rb"(\xef\xbb\xbf)?(---|\+\+\+)[ \t]*(\r\n|\n|\r)")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")


def parts(data: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Cut a file into its opening fence, the lines of its front matter, and the rest."""
    bom = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    nothing: tuple[bytes, list[bytes], bytes] = (bom, [], data[len(bom) :])
    opened = _BLOCK.match(data)
    if opened is None:
        return nothing
    at = opened.end()
    lines: list[bytes] = []
    closing = (b"+++",) if opened[2] == b"+++" else (b"---", b"...")
    while at < len(data):
        line = _LINE.match(data, at)
        assert line is not None
        if line[0].rstrip() in closing:
            return data[: opened.end()], lines, data[at:]
        lines.append(line[0])
        at = line.end()
    return nothing  # a rule on the first line


def others(data: bytes, *keys: str) -> list[bytes]:
    """The lines of a file that belong to none of these keys: values, comments, blank lines."""
    head, lines, tail = parts(data)
    kept = [head]
    mine = False
    margin = min((len(line) - len(line.lstrip(b" ")) for line in lines if line.strip()), default=0)
    for line in lines:
        text = line[margin:]
        if text[:1] not in (b" ", b"\t", b"-", b"]", b"#", b"") and text.strip():
            name = re.split(rb"\s*[:=](?=\s|$)", text, maxsplit=1)[0].strip(b"\"' \r\n")
            mine = name.decode() in keys
        elif text[:1] == b"#" or not text.strip():
            kept.append(line)  # a remark between two keys is nobody's
            continue
        if not mine:
            kept.append(line)
    return [*kept, tail]


def tried(edit: Callable[[bytes], bytes], data: bytes) -> bytes | Refused:
    """What an edit makes of a file, or why it does not."""
    try:
        return edit(data)
    except Refused as error:
        return error


def said(data: bytes) -> list[tuple[str, Any]]:
    """Keys and values of front matter in order, all of it as text, without any typing."""
    head, lines, _ = parts(data)
    text = b"".join(lines).decode().replace("\r\n", "\n").replace("\r", "\n")
    if b"+++" in head:
        return [
            (key, _as_text(value)) for key, value in tomllib.loads(text, parse_float=str).items()
        ]
    node = yaml.compose(text, Loader=yaml.BaseLoader)
    if node is None:
        return []
    assert isinstance(node, yaml.MappingNode)
    return [(str(_plain(key)), _plain(value)) for key, value in node.value]


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    return str(value)


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return [(_plain(key), _plain(value)) for key, value in node.value]
    return node.value
