"""The clippings of an Otter reader: a line for each book, and below it a line for each clipping."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from notekeep.extend import Format, Loss, Passage, Record, Work, each_text, head_text, one_line

NOTEKEEP_API = 1


def detect(name: str, head: bytes) -> bool:
    """Whether a file is from an Otter, by its name and its first 4096 bytes."""
    return name.endswith(".otter") and head_text(head).startswith("Otter clippings")


def read(name: str, text: TextIO) -> Iterator[Record | Loss]:
    """Yield each book with its clippings, and a loss for each line that is not understood."""
    book: Work | None = None
    for number, line in enumerate(text, 1):
        kind, *cells = line.rstrip("\n").split("\t")
        if kind == "book" and len(cells) == 3:
            if book:
                yield book
            book_id, title, author = cells
            book = Work("book", one_line(title), (f"otter:{book_id}",), authors=(author,))
        elif kind == "clip" and len(cells) == 4 and book and cells[1].isdecimal():
            clip_id, page, day, quote = cells
            key = f"{book.ids[0]}:{clip_id}"  # each book counts its clippings from 1
            clip = Passage(key, quote, locator=f"(p. {page})", order=(int(page),), at=day)
            book.passages.append(clip)
        elif kind == "note" and len(cells) == 1 and book and book.passages:
            book.passages[-1].note = cells[0]
        elif number > 1 and line.strip():
            yield Loss("lines that are not understood", place=f"{name}:{number}")
    if book:
        yield book


OTTER = Format("otter", "Otter", "oc", detect, each_text(read))
