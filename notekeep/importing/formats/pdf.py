"""Annotations in PDF files: highlights, underlines, strike-outs and notes.

The file itself is not imported. It is read in a separate process (`pdf_annotations.py`).
"""

from __future__ import annotations

import json
import re
from typing import Any

from notekeep.catalog.pdf_text import run_reader
from notekeep.importing.formats.reading import (
    Records,
    convert_each,
    each_file,
    iso_time,
    letters_of,
    source_text,
    split_people,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, Loss, Passage, Work, one_line

_READER = "notekeep.importing.pdf_annotations"
_MARKS = ("Highlight", "Underline", "Squiggly", "StrikeOut")
_UNDERLINES = ("Underline", "Squiggly")
_TAIL = 2048
_NO_TITLE = re.compile(r"(?i)untitled|microsoft \w+ - |.*\.(docx?|odt|tex|dvi|indd|pdf|rtf)$")


def _detect(name: str, head: bytes) -> bool:
    return name.casefold().endswith(".pdf") and b"%PDF-" in head[:1024]


def _read_file(files: InputFiles, name: str) -> Records:
    with files.on_disk(name) as file:
        output, problem = run_reader(_READER, file)
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _TAIL))
        is_cut_off = b"%%EOF" not in file.read()
    lines = output.split("\n")
    if problem:
        yield Loss(f"annotations that cannot be read: {problem.removesuffix('.')}", place=name)
    elif is_cut_off:
        yield Loss("annotations at the end of a file that is cut off", place=name)
    elif lines[-1]:
        yield Loss("annotations at the end of a file with too many", place=name)
    if len(lines) > 1:
        yield from _read_document(name, json.loads(lines[0]), lines[1:-1])


def _read_document(name: str, facts: dict[str, Any], lines: list[str]) -> Records:
    work = _make_work(name, facts)
    passages: dict[str, Passage] = {}  # by place
    replies: list[tuple[str, str]] = []  # parent and text

    def read_annotation(line: str) -> Records:
        item = json.loads(line)
        if item["state"]:
            yield Loss("states of comments", work.title, name)
        elif item["parent"] is not None and item["kind"] == "Text":
            reply = f"{item['by']}: {source_text(item['note'])}"
            replies.append((f"{item['page']}|{item['parent']}", reply))
        else:
            passage = _make_passage(item)
            if lost := _find_loss(item["kind"], passage):
                yield Loss(lost, work.title, name)
            place = f"{item['page']}|{item['place']}"
            while place in passages:
                place += "'"
            if passage.text or passage.note:
                passage.key = f"{work.ids[0]}|{place}"
                passages[place] = passage

    yield from convert_each("annotations", name, lines, read_annotation)
    for parent, reply in replies:
        yield from _add_reply(passages.get(parent), reply, name)
    work.passages += passages.values()
    if passages:
        yield work
    elif not lines:
        yield Loss("PDF files without annotations", place=name)


def _make_work(name: str, facts: dict[str, Any]) -> Work:
    stem = name.rpartition("/")[2].rpartition(".")[0]
    title = one_line(facts["title"])
    work = Work(
        "note",
        stem if not letters_of(title) or _NO_TITLE.match(title) else title,
        (f"pdf:{facts['id'] or stem}",),
        split_people(facts["author"]),
    )
    if doi := re.search(r"10\.\d{4,}/\S+", facts["doi"]):
        work.fields["url"] = f"https://doi.org/{doi[0]}"
    return work


def _add_reply(passage: Passage | None, reply: str, name: str) -> Records:
    if passage is None:
        yield Loss("replies to annotations that are not in the file", place=name)
    else:
        passage.note = "\n".join(filter(None, (passage.note, reply)))


def _make_passage(item: dict[str, Any]) -> Passage:
    note, text = source_text(item["note"]), source_text(item["text"])
    if text and letters_of(note) == letters_of(text):
        note = ""  # some programs write the text into the note
    return Passage(
        key="",
        text=f"~~{text}~~" if text and item["kind"] == "StrikeOut" else text,
        note=note,
        locator=f"(p. {one_line(item['label'])})",
        order=(float(item["page"]), *map(float, item["order"])),
        at=iso_time(item["at"]),
        color=item["color"],
    )


def _find_loss(kind: str, passage: Passage) -> str:
    if kind in _MARKS and not passage.text:
        return "highlights whose text is not readable, as in scans"
    if kind in _UNDERLINES:
        return "underlines, which look like highlights here"
    return "" if passage.text or passage.note else "drawings, shapes, stamps and empty notes"


FORMATS = (Format("pdf", "PDF annotations", "pd", _detect, each_file(_read_file)),)
