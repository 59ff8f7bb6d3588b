"""Hypothesis: annotations of web pages, as its client exports them or its API lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notekeep.importing.formats.reading import (
    convert_each,
    head_text,
    iso_time,
    read_each,
    read_json,
)
from notekeep.importing.records import Format, Loss, Passage, Work, clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record


def detect(name: str, head: bytes) -> bool:
    """Whether a file is an export of annotations."""
    text = head_text(head)
    is_list = '"annotations"' in text or '"rows"' in text
    return name.casefold().endswith(".json") and is_list and '"uri"' in text and '"user"' in text


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the annotations, a work for each page."""
    yield from read_each(given, _read_file)


def _read_file(name: str, text: str) -> Iterator[Record | Loss]:
    value = read_json(name, text)
    rows = value.get("annotations", value.get("rows"))
    works: dict[str, Work] = {}
    passages: dict[str, Passage] = {}

    def read_annotation(row: dict[str, Any]) -> Iterator[Loss]:
        if row.get("references"):
            return
        uri = clean_line(row["uri"])
        work = works.setdefault(uri, Work("note", _title(row) or uri, (f"hypothesis:{uri}",)))
        work.fields["url"] = uri if uri.startswith("http") else ""
        selectors = [one for part in row.get("target") or () for one in part.get("selector") or ()]
        exact, start = "", -1.0
        for selector in selectors:
            exact = exact or clean_text(selector.get("exact")).strip()
            if selector.get("type") == "TextPositionSelector":
                start = float(selector["start"])
        passage = Passage(
            key=str(row["id"]),
            text=exact,
            note=clean_text(row.get("text")).strip(),
            order=(start,),
            at=iso_time(row.get("created")),
            tags=tuple(clean_line(tag) for tag in row.get("tags") or ()),
        )
        passages[passage.key] = passage
        work.passages.append(passage)
        yield from ()

    def read_reply(row: dict[str, Any]) -> Iterator[Loss]:
        if not row.get("references"):
            return
        parent = next((passages[one] for one in row["references"] if one in passages), None)
        if parent is None:
            yield Loss(
                "replies to annotations that are not in the file", place=f"{name}, {row['id']}"
            )
            return
        user = clean_line(row.get("user")).removeprefix("acct:").partition("@")[0]
        reply = f"{user}: {clean_text(row.get('text')).strip()}"
        parent.note = "\n".join(filter(None, (parent.note, reply)))

    yield from convert_each(rows, read_annotation, name, "annotation")
    yield from convert_each(rows, read_reply, name, "annotation")
    yield from works.values()


def _title(row: dict[str, Any]) -> str:
    titles = (row.get("document") or {}).get("title") or [""]
    return clean_line(titles[0] if isinstance(titles, list) else titles)


FORMAT = Format("hypothesis", "Hypothesis", "hy", detect, read)
