"""Hypothesis: annotations of web pages, from an export or the API."""

from __future__ import annotations

from typing import Any, TextIO

from notekeep.importing.formats.json_items import read_items
from notekeep.importing.formats.reading import (
    Records,
    convert_each,
    each_text,
    has_words,
    iso_time,
    source_text,
    web_address,
)
from notekeep.importing.records import Format, Loss, Passage, Work, one_line


def _read_file(name: str, text: TextIO) -> Records:
    works: dict[str, Work] = {}
    passages: dict[str, Passage] = {}
    replies: list[tuple[list[str], str, str]] = []  # ids of annotations, text, place

    def read_annotation(row: dict[str, Any]) -> None:
        if row.get("references"):
            # A reply may precede its annotation.
            user = one_line(row.get("user")).removeprefix("acct:").partition("@")[0]
            reply = f"{user}: {source_text(row.get('text'))}"
            replies.append((list(row["references"]), reply, f"{name}, {row['id']}"))
            return
        uri = one_line(row["uri"])
        titles = (row.get("document") or {}).get("title") or [""]
        title = one_line(titles[0] if isinstance(titles, list) else titles)
        work = works.setdefault(uri, Work("note", title or uri, (f"hypothesis:{uri}",)))
        work.fields["url"] = web_address(uri)
        exact, start = "", -1.0
        for part in row.get("target") or ():
            for selector in part.get("selector") or ():
                exact = exact or source_text(selector.get("exact"))
                if selector.get("type") == "TextPositionSelector":
                    start = float(selector["start"])
        passage = Passage(
            key=str(row["id"]),
            text=exact,
            note=source_text(row.get("text")),
            order=(start,),
            at=iso_time(row.get("created")),
            tags=tuple(one_line(tag) for tag in row.get("tags") or ()),
        )
        passages[passage.key] = passage
        work.passages.append(passage)

    rows = read_items(name, text, "annotations", "rows")
    yield from convert_each("annotations", name, rows, read_annotation)
    for references, reply, place in replies:
        parent = next((passages[key] for key in references if key in passages), None)
        if parent is None:
            yield Loss("replies to annotations that are not in the file", place=place)
        else:
            parent.note = "\n".join(filter(None, (parent.note, reply)))
    yield from works.values()


_DETECT = has_words(".json", ('"annotations"', '"rows"'), '"uri"', '"user"')
FORMATS = (Format("hypothesis", "Hypothesis", "hy", _DETECT, each_text(_read_file)),)
