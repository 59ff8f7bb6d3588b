"""KOReader: `metadata.*.lua`, which lies in a folder of each book's name and `.sdr`.

The file is a Lua program that returns a table. It is read as the literals that KOReader writes, and
never run.
"""

from __future__ import annotations

import json
import re
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeAlias

from notekeep.errors import Refused
from notekeep.importing.formats.reading import (
    Records,
    convert_each,
    each_file,
    isbn13,
    iso_day,
    iso_time,
    plain_text,
    split_names,
)
from notekeep.importing.records import Format, Loss, Passage, Work, clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = re.compile(r"metadata\.[^/]+\.lua")
_STATUS = {"complete": "finished", "reading": "reading", "abandoned": "dropped"}


def _detect(name: str, head: bytes) -> bool:
    return bool(_FILE.fullmatch(name.rpartition("/")[2])) and b"return" in head


def _read_file(name: str, text: str) -> Records:
    """Read a file as a work."""
    table = _read_lua(text)
    props = table.get("doc_props") or {}
    folder = name.rpartition("/")[0].rpartition("/")[2].removesuffix(".sdr")
    title = clean_line(props.get("title")) or folder or name
    identity = clean_line(table.get("partial_md5_checksum")) or title
    work = Work("book", title, (f"koreader:{identity}",), split_names(props.get("authors")))
    for part in str(props.get("identifiers") or "").split():
        if found := isbn13(part.rpartition(":")[2]):
            work.fields["isbn"] = found
    summary = table.get("summary") or {}
    status = _STATUS.get(str(summary.get("status")), "")
    work.fields |= {
        "series": clean_line(props.get("series")),
        "lang": clean_line(props.get("language")),
        "rating": summary.get("rating"),
        "status": status,
        "finished": iso_day(summary.get("modified")) if status == "finished" else "",
    }

    def read_highlight(row: dict[str, Any]) -> Iterator[Loss]:
        is_highlight = bool(row.get("drawer"))
        if not is_highlight and not row.get("note"):
            yield Loss("bookmarks", title, name)
            return
        place = json.dumps([row.get("pos0", row.get("page")), row.get("pos1")], sort_keys=True)
        number = _number(row.get("pageno", row.get("page")))
        work.passages.append(
            Passage(
                key=f"{identity}|{place}",
                # The text of a bookmark is made by KOReader: "in Chapter Eleven".
                text=plain_text(row.get("text")) if is_highlight else "",
                note=plain_text(row.get("note")),
                locator=f"(p. {number:g})" if number else "",
                order=(number, *map(float, re.findall(r"\d+", str(row.get("pos0")))[:9])),
                at=iso_time(row.get("datetime")),
                chapter=clean_line(row.get("chapter")),
                color=clean_line(row.get("color")),
            )
        )

    rows = _items(table.get("annotations")) or _read_old(table)
    yield from convert_each("highlights", name, rows, read_highlight)
    if work.passages or work.fields["rating"] or status == "finished":
        yield work


def _read_old(table: dict[Any, Any]) -> list[dict[str, Any]]:
    """The rows of older files: highlights by page, and their notes among the bookmarks."""
    notes = {
        str(one.get("datetime")): str(one.get("text") or "")
        for one in _items(table.get("bookmarks"))
        if one.get("highlighted")
    }
    rows: list[dict[str, Any]] = []
    for page, found in (table.get("highlight") or {}).items():
        for one in _items(found):
            note = notes.get(str(one.get("datetime")), "")
            # Without a note of the reader, KOReader makes one from the words.
            is_own = bool(note) and str(one.get("text") or "")[:20] not in note
            row = {"pageno": page, "drawer": "lighten", "note": note if is_own else ""}
            rows.append({**row, **one})
    return sorted(rows, key=lambda row: (_number(row["pageno"]), str(row["pageno"])))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _items(value: object) -> list[dict[str, Any]]:
    """The values of a Lua list, which is a table with numbers as keys."""
    table = value if isinstance(value, dict) else {}
    keys = sorted(table, key=lambda key: (_number(key), str(key)))
    return [table[key] for key in keys]


# Lua

_TOKEN = re.compile(
    r"""\s*(?:--[^\n]*\s*)*(?:
        (?P<sign>[{}\[\]=,;]) | (?P<string>"(?:[^"\\]++|\\.)*+"|'(?:[^'\\]++|\\.)*+')
      | (?P<number>-?(?:0x[0-9A-Fa-f]+|\d+\.?\d*(?:[eE][+-]?\d+)?)) | (?P<word>[A-Za-z_]\w*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(\d{1,3}|\r\n|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "", "b": "", "f": "", "v": "", "\r\n": "\n"}
_WORDS = {"true": True, "false": False, "nil": None}
_MAX_DEPTH = 50
_Token: TypeAlias = tuple[str, Any]


def _read_lua(text: str) -> dict[Any, Any]:
    """Read the table that a file returns; Refused for anything but literals."""
    found = re.search(r"(?m)^\s*return\b", text)
    if found is None:
        raise Refused("no table of Lua")
    tokens = _read_tokens(text, found.end())
    value = _read_value(tokens, next(tokens), 0)
    if not isinstance(value, dict):
        raise Refused("no table of Lua")
    return value


def _read_tokens(text: str, at: int) -> Iterator[_Token]:
    """Yield the signs, names and values of a text, then ends."""
    while match := _TOKEN.match(text, at):
        at = match.end()
        if match["string"] is not None:
            yield "value", _ESCAPE.sub(_unescape, match["string"][1:-1])
        elif match["number"] is not None:
            is_hex = "x" in match["number"]
            number = float(int(match["number"], 16)) if is_hex else float(match["number"])
            yield "value", int(number) if number.is_integer() else number
        elif match["word"] in _WORDS:
            yield "value", _WORDS[match["word"]]
        else:
            yield ("sign", match["sign"]) if match["sign"] else ("name", match["word"])
    yield from repeat(("end", "an end, or more than literals"))


def _read_value(tokens: Iterator[_Token], token: _Token, depth: int) -> Any:
    """Read a literal or a table, of which the first token is given."""
    if token[0] == "value":
        return token[1]
    if token != ("sign", "{") or depth > _MAX_DEPTH:
        raise Refused(f"a table of Lua with {clean_line(token[1])[:40]}")
    table: dict[Any, Any] = {}
    while (token := next(tokens)) != ("sign", "}"):
        if token in (("sign", ","), ("sign", ";")):
            continue
        key: Any = len(table) + 1
        if token == ("sign", "["):
            key = _read_value(tokens, next(tokens), depth + 1)
            _expect(tokens, "]")
        if token == ("sign", "[") or token[0] == "name":
            key = key if token[0] == "sign" else token[1]
            _expect(tokens, "=")
            token = next(tokens)
        is_plain = isinstance(key, str | int | float)
        table[key if is_plain else str(key)] = _read_value(tokens, token, depth + 1)
    return table


def _expect(tokens: Iterator[_Token], sign: str) -> None:
    if next(tokens) != ("sign", sign):
        raise Refused("a table of Lua that is cut off")


def _unescape(match: re.Match[str]) -> str:
    sign = match[1]
    return chr(int(sign)) if sign.isdigit() else _ESCAPES.get(sign, sign)


FORMATS = (Format("koreader", "KOReader", "ko", _detect, each_file(_read_file)),)
