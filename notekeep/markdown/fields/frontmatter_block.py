"""Finds where the front matter of a file ends and its body begins, in bytes."""

from __future__ import annotations

import json
import re
from typing import Final, Literal, NamedTuple, TypeAlias

BlockKind: TypeAlias = Literal["yaml", "toml", "json", "none", "unclosed"]

_BOM: Final = b"\xef\xbb\xbf"
_OPEN: Final = re.compile(rb"---[ \t]*(\r\n|\n|\r)")
_CLOSE: Final = re.compile(rb"^(?:---|\.\.\.)[ \t]*(?=\r?\n|\r?\Z)", re.MULTILINE)
# In a file with lone CRs `^` never matches.
_CLOSE_CR: Final = re.compile(rb"(?:(?<=\r)|(?<=\n))(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)")
_KEY_LINE: Final = re.compile(
    rb"\s*(?:#[^\r\n]*[\r\n]+\s*)*[^\s#:>*\-][^\r\n:]{0,80}:(?:[ \t\r\n]|\Z)"
)
_FENCES: Final[tuple[tuple[bytes, Literal["toml", "json"]], ...]] = (
    (b"+++", "toml"),
    (b";;;", "json"),
)
_JSON: Final = re.compile(rb"\{\s*\"")
# Number of bytes to examine for the line end.
_SAMPLE = 65536


class Split(NamedTuple):
    """The parts of a file, as byte offsets."""

    kind: BlockKind  # the format; if "unclosed", the whole file is body
    bom: bool  # with a UTF-8 byte order mark
    start: int  # first byte after the fence
    end: int  # first byte of the closing fence
    body: int
    eol: bytes  # LF, CR LF or CR


def split_frontmatter(data: bytes) -> Split:
    """Find the front matter of a file.

    The first line must be three dashes and nothing else. The next line of three dashes or dots
    closes the block. A rule followed by prose without a second rule is not front matter.
    """
    bom = data.startswith(_BOM)
    at = 3 if bom else 0
    opened = _OPEN.match(data, at)
    if opened:
        return _split_yaml(data, at, opened)
    for fence, kind in _FENCES:
        if data.startswith(fence, at):
            found = _split_fenced(data, at, fence, kind)
            if found:
                return found
    if data.startswith(b"{", at) and _JSON.match(data, at):
        end = _json_end(data, at)
        if end:
            return Split("json", bom, at, end, _line_after(data, end), _eol(data))
    return Split("none", bom, at, at, at, _eol(data))


def find_key_line(data: bytes, key: str) -> int:
    """Return the line of a key in the front matter, from 1."""
    block = data[: split_frontmatter(data).end].decode("utf-8", "replace")
    for number, line in enumerate(block.splitlines(), 1):
        if line.lstrip("\"' ").startswith(key):
            return number
    return 1


def _split_yaml(data: bytes, at: int, opened: re.Match[bytes]) -> Split:
    bom, eol = at > 0, opened[1]
    close = (_CLOSE_CR if eol == b"\r" else _CLOSE).search(data, opened.end())
    if close:
        body = _line_after(data, close.end())
        return Split("yaml", bom, opened.end(), close.start(), body, eol)
    kind: BlockKind = "unclosed" if _KEY_LINE.match(data, opened.end()) else "none"
    return Split(kind, bom, at, at, at, eol)


def _split_fenced(
    data: bytes, at: int, fence: bytes, kind: Literal["toml", "json"]
) -> Split | None:
    first = re.compile(re.escape(fence) + rb"[ \t]*(\r\n|\n|\r)").match(data, at)
    if not first:
        return None
    close = re.compile(rb"(?:(?<=\n)|(?<=\r))" + re.escape(fence) + rb"[ \t]*(?=[\r\n]|\Z)")
    last = close.search(data, first.end())
    if not last:
        return None
    return Split(kind, at > 0, first.end(), last.start(), _line_after(data, last.end()), first[1])


def _json_end(data: bytes, at: int) -> int:
    """Return the end of a JSON object at `at` that ends its line; 0 if there is none."""
    try:
        text = data[at:].decode()
        value, length = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return 0
    end = at + len(text[:length].encode())
    return end if isinstance(value, dict) and data[end : end + 1] in b"\r\n" else 0


def _line_after(data: bytes, at: int) -> int:
    if data[at : at + 2] == b"\r\n":
        return at + 2
    return at + 1 if data[at : at + 1] in (b"\n", b"\r") else at


def _eol(data: bytes) -> bytes:
    crlf = data.count(b"\r\n", 0, _SAMPLE)
    lf = data.count(b"\n", 0, _SAMPLE)
    if crlf * 2 > lf:
        return b"\r\n"
    return b"\r" if not lf and b"\r" in data[:_SAMPLE] else b"\n"


MAX_BYTES = 256 * 1024
"""Longer blocks are not parsed."""


class UnreadableBlock(Exception):
    """The block cannot be parsed; `line` and `column` are positions in it, from 0."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
