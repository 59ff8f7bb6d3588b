"""Where the front matter of a file ends and its body begins, in bytes."""

from __future__ import annotations

import json
import re
from typing import Final, Literal, NamedTuple, TypeAlias

BlockKind: TypeAlias = Literal["yaml", "toml", "json", "none", "unclosed"]

_BOM: Final = b"\xef\xbb\xbf"
_OPEN: Final = re.compile(rb"---[ \t]*(\r\n|\n|\r)")
_CLOSE: Final = re.compile(rb"^(?:---|\.\.\.)[ \t]*(?=\r?\n|\r?\Z)", re.MULTILINE)
# A file whose lines end in a lone CR has no place where `^` matches.
_CLOSE_CR: Final = re.compile(rb"(?:(?<=\r)|(?<=\n))(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)")
_KEY_LINE: Final = re.compile(
    rb"\s*(?:#[^\r\n]*[\r\n]+\s*)*[^\s#:>*\-][^\r\n:]{0,80}:(?:[ \t\r\n]|\Z)"
)
_FENCES: Final[tuple[tuple[bytes, Literal["toml", "json"]], ...]] = (
    (b"+++", "toml"),
    (b";;;", "json"),
)
_JSON: Final = re.compile(rb"\{\s*\"")
# As much of a file as is looked at to learn how its lines end.
_SAMPLE = 65536


class Split(NamedTuple):
    """The parts of a file, as byte offsets."""

    # what the front matter is written in; "none" without any, "unclosed" when it is opened and
    # never closed (everything is body then)
    kind: BlockKind
    bom: bool  # whether a UTF-8 byte order mark stands first
    start: int  # first byte of the metadata, its fence excluded
    end: int  # one past its last byte; the closing fence begins there
    body: int  # first byte of the body
    eol: bytes  # how the file's lines end: LF, CR LF or CR


def split_frontmatter(data: bytes) -> Split:
    """Find the front matter of a file.

    The opening fence must be the first line: three dashes and nothing else. The closing one is
    the next line of three dashes or three dots, as YAML ends a document. A file that opens with a
    rule, followed by prose and no second rule, has no front matter.
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
    """Return the line of a file that a key of its front matter stands on, from 1."""
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
    """Where a JSON object that starts at `at` and ends its line ends; 0 when there is none."""
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
"""A longer block is not read."""


class SuspiciousBlock(Exception):
    """The block is not read; `line` and `column` are counted from 0 in it."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
