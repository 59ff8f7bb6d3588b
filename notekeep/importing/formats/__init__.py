"""Readers of the files of other programs, one module a format, and how a file finds its reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import Ambiguous, UsageError
from notekeep.importing.formats import (
    apple_books,
    bookmarks,
    csv_table,
    evernote,
    goodreads,
    hypothesis,
    instapaper,
    joplin,
    keep,
    kindle_clippings,
    kindle_notebook,
    kobo,
    koreader,
    librarything,
    logseq,
    notion,
    pocket,
    raindrop,
    reader,
    readwise,
    snipd,
    storygraph,
)

if TYPE_CHECKING:
    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Format

FORMATS: dict[str, Format] = {
    module.FORMAT.id: module.FORMAT
    for module in (
        apple_books,
        bookmarks,
        csv_table,
        evernote,
        goodreads,
        hypothesis,
        instapaper,
        joplin,
        keep,
        kindle_clippings,
        kindle_notebook,
        kobo,
        koreader,
        librarything,
        logseq,
        notion,
        pocket,
        raindrop,
        reader,
        readwise,
        snipd,
        storygraph,
    )
}
"""The formats by their ids."""


def find_formats(given: InputFiles, format_id: str = "") -> list[tuple[Format, tuple[str, ...]]]:
    """Find the formats of what was given, each with the files that it recognizes.

    With a format named, it alone is asked; a single file is then read by it, recognized or not.

    Raises:
        UsageError: There is no such format, or no file is of a known one.
        Ambiguous: A file could be of several formats.
    """
    if format_id and format_id not in FORMATS:
        raise UsageError(f"There is no format {format_id}.", f"One of {', '.join(FORMATS)}")
    asked = [FORMATS[format_id]] if format_id else list(FORMATS.values())
    found: dict[str, list[str]] = {}
    for name in given.names:
        head = given.head(name)
        ids = [one.id for one in asked if one.detect(name, head)]
        if len(ids) > 1:
            raise Ambiguous(
                f"{name} could be of several formats",
                [f"{one}  {FORMATS[one].title}" for one in ids],
                "Name it with --from.",
            )
        for one in ids:
            found.setdefault(one, []).append(name)
    if format_id and not found and len(given.names) == 1:
        found[format_id] = list(given.names)
    if not found:
        raise UsageError(
            f"{given.path} is in no format that notekeep knows.",
            "Name it with --from. `notekeep import --help` lists the formats.",
        )
    return [(FORMATS[one], tuple(names)) for one, names in found.items()]
