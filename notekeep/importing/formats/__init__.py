"""Readers of the files of other programs, by program, and how a file finds its reader."""

from __future__ import annotations

from importlib import import_module

from notekeep.errors import Ambiguous, UsageError
from notekeep.importing.formats.reading import check_count
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format

_MODULES = (
    *("apple_books", "book_lists", "csv_table", "evernote", "hypothesis", "joplin", "keep"),
    *("kindle_clippings", "kindle_notebook", "kobo", "koreader", "logseq", "notion", "reader"),
    *("readwise", "saved_links", "snipd"),
)
FORMATS: dict[str, Format] = {
    form.id: form
    for name in _MODULES
    for form in import_module(f"notekeep.importing.formats.{name}").FORMATS
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
        raise UsageError(f"There is no format {format_id}.", f"One of {', '.join(sorted(FORMATS))}")
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
            check_count(len(found[one]), f"files of {FORMATS[one].title}")
    if format_id and not found and len(given.names) == 1:
        found[format_id] = list(given.names)
    if not found:
        # It imports the formats of habits, which use this folder.
        from notekeep.importing.other_programs import explain_unknown

        raise explain_unknown(given)
    return [(FORMATS[one], tuple(names)) for one, names in found.items()]
