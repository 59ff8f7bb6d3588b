"""KOReader: a file `metadata.*.lua` in a folder `TITLE.sdr` for each book.

The file is a Lua program that returns a table. Only literals are parsed, and nothing is run.
"""

from __future__ import annotations

import json
import re
from typing import Any

from notekeep.errors import Refused
from notekeep.importing.formats.reading import (
    Records,
    convert_each,
    each_file,
    isbn13,
    iso_day,
    iso_time,
    read_number,
    source_text,
    split_people,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, Loss, Passage, Work, one_line

_FILE = re.compile(r"metadata\.[^/]+\.lua")
_STATUS = {"complete": "finished", "reading": "reading", "abandoned": "dropped"}


def _detect(name: str, head: bytes) -> bool:
    return bool(_FILE.fullmatch(name.rpartition("/")[2])) and b"return" in head


def _read_file(files: InputFiles, name: str) -> Records:
    table = _read_lua(files.text(name))
    props = table.get("doc_props") or {}
    folder = name.rpartition("/")[0].rpartition("/")[2].removesuffix(".sdr")
    title = one_line(props.get("title")) or folder or name
    identity = one_line(table.get("partial_md5_checksum")) or title
    work = Work("book", title, (f"koreader:{identity}",), split_people(props.get("authors")))
    for part in str(props.get("identifiers") or "").split():
        if found := isbn13(part.rpartition(":")[2]):
            work.fields["isbn"] = found
    summary = table.get("summary") or {}
    status = _STATUS.get(str(summary.get("status")), "")
    work.fields |= {
        "series": one_line(props.get("series")),
        "lang": one_line(props.get("language")),
        "rating": summary.get("rating"),
        "status": status,
        "finished": iso_day(summary.get("modified")) if status == "finished" else "",
    }

    def read_highlight(row: dict[str, Any]) -> Records:
        is_highlight = bool(row.get("drawer"))
        if not is_highlight and not row.get("note"):
            yield Loss("bookmarks", title, name)
            return
        place = json.dumps([row.get("pos0", row.get("page")), row.get("pos1")], sort_keys=True)
        number = read_number(row.get("pageno", row.get("page")))
        work.passages.append(
            Passage(
                key=f"{identity}|{place}",
                # KOReader generates the text of bookmarks, such as "in Chapter Eleven".
                text=source_text(row.get("text")) if is_highlight else "",
                note=source_text(row.get("note")),
                locator=f"(p. {number:g})" if number else "",
                order=(number, *map(float, re.findall(r"\d+", str(row.get("pos0")))[:9])),
                at=iso_time(row.get("datetime")),
                chapter=one_line(row.get("chapter")),
                color=one_line(row.get("color")),
            )
        )

    rows = _items(table.get("annotations")) or _read_old(table)
    yield from convert_each("highlights", name, rows, read_highlight)
    if work.passages or work.fields["rating"] or status == "finished":
        yield work


def _read_old(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of older files: highlights by page, with notes in bookmarks."""
    notes = {
        str(mark.get("datetime")): str(mark.get("text") or "")
        for mark in _items(table.get("bookmarks"))
        if mark.get("highlighted")
    }
    rows: list[dict[str, Any]] = []
    for page, found in (table.get("highlight") or {}).items():
        for highlight in _items(found):
            note = notes.get(str(highlight.get("datetime")), "")
            # If there is no note, KOReader generates a note from the text.
            is_own = bool(note) and str(highlight.get("text") or "")[:20] not in note
            row = {"pageno": page, "drawer": "lighten", "note": note if is_own else ""}
            rows.append({**row, **highlight})
    return sorted(rows, key=lambda row: (read_number(row["pageno"]), str(row["pageno"])))


def _items(value: object) -> list[dict[str, Any]]:
    """Return the values of a Lua list, which is a table with numeric keys."""
    table = value if isinstance(value, dict) else {}
    keys = sorted(table, key=lambda key: (read_number(key), str(key)))
    return [table[key] for key in keys]


# Lua literals, converted to JSON

_TOKEN = re.compile(
    r"""\s*(?:--[^\n]*\s*)*(?:
        (?P<sign>[{}\[\]=,;]) | (?P<string>"(?:[^"\\]++|\\.)*+"|'(?:[^'\\]++|\\.)*+')
      | (?P<number>-?(?:0x[0-9A-Fa-f]+|\d+\.?\d*(?:[eE][+-]?\d+)?))
      | (?P<word>true|false|nil)\b | (?P<name>[A-Za-z_]\w*)(?=\s*=) | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(\d{1,3}|\r\n|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "", "b": "", "f": "", "v": "", "\r\n": "\n"}


def _read_lua(text: str) -> dict[str, Any]:
    """Read the table that a file returns. Raises Refused if it contains more than literals."""
    begin = re.search(r"(?m)^\s*return\b", text)
    at = begin.end() if begin else len(text)
    found: list[str] = []
    while (match := _TOKEN.match(text, at)) and match["end"] is None:
        at = match.end()
        _add_token(found, match)
    try:
        table: object = json.loads("".join(found)) if match else None
    except (ValueError, RecursionError):  # a missing key or bracket
        table = None
    if not isinstance(table, dict):
        raise Refused("not a Lua table, or one with more than literals")
    return table


def _add_token(found: list[str], match: re.Match[str]) -> None:
    if match["string"] is not None:
        found.append(json.dumps(_ESCAPE.sub(_unescape, match["string"][1:-1])))
    elif number := match["number"]:
        value = float(int(number, 16)) if "x" in number else float(number)
        found.append(json.dumps(int(value) if value.is_integer() else value))
    elif match["word"]:
        found.append(match["word"].replace("nil", "null"))
    elif match["name"]:
        found.append(f'"{match["name"]}"')
    elif match["sign"] == "=" and found:
        found[-1:] = [found[-1] if found[-1].startswith('"') else f'"{found[-1]}"', ":"]
    elif match["sign"] not in "[]":
        if match["sign"] == "}" and found[-1:] == [","]:
            found.pop()
        found.append(match["sign"].replace(";", ","))


def _unescape(match: re.Match[str]) -> str:
    sign = match[1]
    return chr(int(sign)) if sign.isdigit() else _ESCAPES.get(sign, sign)


FORMATS = (Format("koreader", "KOReader", "ko", _detect, each_file(_read_file)),)
