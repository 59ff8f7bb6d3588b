"""KOReader: `metadata.*.lua`, which lies in a folder of each book's name and `.sdr`.

The file is a Lua program that returns a table. It is read as the literals that KOReader writes, and
never run.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from notekeep.errors import Refused
from notekeep.importing.formats.reading import (
    convert_each,
    isbn13,
    iso_day,
    iso_time,
    read_each,
    split_names,
)
from notekeep.importing.records import Format, Loss, Passage, Work, clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_FILE = re.compile(r"metadata\.[^/]+\.lua")
_STATUS = {"complete": "finished", "reading": "reading", "abandoned": "dropped"}
_MAX_DEPTH = 50


def detect(name: str, head: bytes) -> bool:
    """Whether a file is KOReader's about a book."""
    return bool(_FILE.fullmatch(name.rpartition("/")[2])) and b"return" in head


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read each file as a work."""
    yield from read_each(given, _read_file)


def _read_file(name: str, text: str) -> Iterator[Record | Loss]:
    table = read_lua(text)
    props = table.get("doc_props") or {}
    folder = name.rpartition("/")[0].rpartition("/")[2].removesuffix(".sdr")
    title = clean_line(props.get("title")) or folder or name
    identity = clean_line(table.get("partial_md5_checksum")) or title
    work = Work("book", title, (f"koreader:{identity}",), split_names(props.get("authors")))
    for part in re.split(r"\s+", str(props.get("identifiers") or "")):
        if found := isbn13(part.rpartition(":")[2]):
            work.fields["isbn"] = found
    work.fields["series"] = clean_line(props.get("series"))
    work.fields["lang"] = clean_line(props.get("language"))
    summary = table.get("summary") or {}
    work.fields["rating"] = summary.get("rating")
    status = _STATUS.get(str(summary.get("status")), "")
    work.fields["status"] = status
    work.fields["finished"] = iso_day(summary.get("modified")) if status == "finished" else ""

    def convert(row: dict[str, Any]) -> Iterator[Loss]:
        is_highlight = bool(row.get("drawer"))
        if not is_highlight and not row.get("note"):
            yield Loss("bookmarks", title, name)
            return
        place = json.dumps([row.get("pos0", row.get("page")), row.get("pos1")], sort_keys=True)
        page = row.get("pageno", row.get("page"))
        number = float(page) if isinstance(page, int | float) else 0.0
        work.passages.append(
            Passage(
                key=f"{identity}|{place}",
                # The text of a bookmark is made by KOReader: "in Chapter Eleven".
                text=clean_text(row.get("text")).strip() if is_highlight else "",
                note=clean_text(row.get("note")).strip(),
                locator=f"(p. {number:g})" if number else "",
                order=(number, *map(float, re.findall(r"\d+", str(row.get("pos0")))[:9])),
                at=iso_time(row.get("datetime")),
                chapter=clean_line(row.get("chapter")),
                color=clean_line(row.get("color")),
            )
        )

    rows = _items(table.get("annotations")) or _read_old(table)
    yield from convert_each(rows, convert, name, "highlight")
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
    for page, found in sorted((table.get("highlight") or {}).items(), key=lambda one: str(one[0])):
        for one in _items(found):
            note = notes.get(str(one.get("datetime")), "")
            # Without a note of the reader, KOReader makes one from the words.
            is_own = bool(note) and str(one.get("text") or "")[:20] not in note
            rows.append(
                {"pageno": page, "drawer": "lighten", "note": note if is_own else "", **one}
            )
    return sorted(rows, key=lambda row: float(row["pageno"]) if _is_number(row["pageno"]) else 0.0)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _items(value: object) -> list[dict[str, Any]]:
    """The values of a Lua list, which is a table with numbers as keys."""
    table = value if isinstance(value, dict) else {}
    return [
        one for key, one in sorted(table.items(), key=lambda pair: (str(type(pair[0])), pair[0]))
    ]


# Lua

_TOKEN = re.compile(
    r"""\s*(?:--[^\n]*\s*)*(?:
        (?P<sign>[{}\[\]=,;]) | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>-?(?:0x[0-9A-Fa-f]+|\d+\.?\d*(?:[eE][+-]?\d+)?)) | (?P<word>[A-Za-z_]\w*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(\d{1,3}|\r\n|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "", "b": "", "f": "", "v": ""}
_WORDS = {"true": True, "false": False, "nil": None}


def read_lua(text: str) -> dict[Any, Any]:
    """Read the table that a file returns; Refused for anything but literals."""
    found = re.search(r"(?m)^\s*return\b", text)
    if found is None:
        raise Refused("no table of Lua")
    value = _LuaReader(text, found.end()).value(0)
    if not isinstance(value, dict):
        raise Refused("no table of Lua")
    return value


class _LuaReader:
    def __init__(self, text: str, at: int) -> None:
        self._tokens = _TOKEN.finditer(text, at)
        self._end = at
        self._ahead: re.Match[str] | None = None
        self._advance()

    def _advance(self) -> re.Match[str]:
        token = self._ahead
        self._ahead = next(self._tokens, None)
        if self._ahead is not None:
            if self._ahead.start() != self._end:
                raise Refused("a table of Lua with more than literals")
            self._end = self._ahead.end()
        return token  # type: ignore[return-value]

    def _is_sign(self, sign: str) -> bool:
        return self._ahead is not None and self._ahead["sign"] == sign

    def value(self, depth: int) -> Any:
        """Read a literal or a table."""
        if self._ahead is None or depth > _MAX_DEPTH:
            raise Refused("a table of Lua that is cut off, or too deep")
        if self._is_sign("{"):
            return self._table(depth + 1)
        token = self._advance()
        if token["string"] is not None:
            return _ESCAPE.sub(_unescape, token["string"][1:-1])
        if token["number"] is not None:
            number = (
                float(int(token["number"], 16))
                if "x" in token["number"]
                else float(token["number"])
            )
            return int(number) if number.is_integer() else number
        if token["word"] in _WORDS:
            return _WORDS[token["word"]]
        raise Refused(f"a table of Lua with {clean_line(token[0])[:20]}")

    def _table(self, depth: int) -> dict[Any, Any]:
        self._advance()
        table: dict[Any, Any] = {}
        while not self._is_sign("}"):
            key: Any = len(table) + 1
            if self._is_sign("["):
                self._advance()
                key = self.value(depth)
                self._expect("]")
                self._expect("=")
            elif self._ahead is not None and self._ahead["word"] not in (None, *_WORDS):
                key = self._advance()["word"]
                self._expect("=")
            value = self.value(depth)
            table[key if isinstance(key, str | int | float) else str(key)] = value
            if self._is_sign(",") or self._is_sign(";"):
                self._advance()
        self._advance()
        return table

    def _expect(self, sign: str) -> None:
        if not self._is_sign(sign):
            raise Refused("a table of Lua that is cut off")
        self._advance()


def _unescape(match: re.Match[str]) -> str:
    sign = match[1]
    if sign.isdigit():
        return chr(int(sign))
    return "\n" if sign in ("\n", "\r\n") else _ESCAPES.get(sign, sign)


FORMAT = Format("koreader", "KOReader", "ko", detect, read)
