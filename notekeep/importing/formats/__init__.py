"""Readers of the files of other programs, one module for each program or kind of file."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from notekeep.errors import Ambiguous, UsageError
from notekeep.importing.formats.reading import check_count
from notekeep.importing.input_files import InputFiles
from notekeep.importing.other_programs import explain_unknown
from notekeep.importing.records import Format

_MODULES = (
    *("apple_books", "book_lists", "csv_table", "evernote", "hypothesis", "joplin", "keep"),
    *("kindle_clippings", "kindle_notebook", "kobo", "koreader", "logseq", "notion", "reader"),
    *("readwise", "saved_links", "snipd"),
    *("loop", "habit_apps", "org_habits", "daily_notes", "own_habits"),
)
FORMATS: dict[str, Format] = {
    form.id: form
    for name in _MODULES
    for form in import_module(f"notekeep.importing.formats.{name}").FORMATS
}
"""The formats by their ids."""
_HABIT_ENDINGS = {".db": "loop", ".org": "org", ".md": "daily"}
"""Formats that `habit import` assumes from the ending where no file starts like a known format."""


def find_formats(
    given: InputFiles, format_id: str = "", *, only_habits: bool = False
) -> list[tuple[Format, tuple[str, ...]]]:
    """Return the formats of a path, each with the files that it recognizes.

    With `format_id`, only that format is tried; it also reads a single file that it does not
    recognize. Formats of habits are tried if no other format recognizes a file. `only_habits`
    tries only them.

    Raises:
        UsageError: There is no such format, or no file is in a known format.
        Ambiguous: A file could be in several formats, or a path has habits in several formats.
    """
    forms = {form.id: form for form in FORMATS.values() if form.is_of_habits or not only_habits}
    if format_id and format_id not in forms:
        hint = f"Formats: {', '.join(sorted(forms))}"
        raise UsageError(f"There is no format {format_id}.", hint)
    habits = [form for form in forms.values() if form.is_of_habits]
    if format_id:
        form = forms[format_id]
        found = _recognize(given, [form])
        if not found and (form.is_of_habits or len(given.names) == 1):
            found = [(form, given.names)]
    else:
        others = [form for form in forms.values() if not form.is_of_habits]
        found = _recognize(given, others) or _recognize(given, habits)
        if len(found) > 1 and found[0][0].is_of_habits:
            raise _ambiguous(given.path, [form for form, _ in found])
    for ending, name in _HABIT_ENDINGS.items():
        if only_habits and not found and any(one.endswith(ending) for one in given.names):
            found = [(FORMATS[name], given.names)]
    if not found and only_habits:
        message = f"{given.path} has no habits in a format that notekeep knows."
        raise UsageError(message, f"Choose one with --from: {', '.join(forms)}")
    if not found:
        raise explain_unknown(given)
    return found


def _recognize(given: InputFiles, forms: Sequence[Format]) -> list[tuple[Format, tuple[str, ...]]]:
    found: dict[str, list[str]] = {}
    for name in given.names if forms else ():
        head = given.head(name)
        matches = [form for form in forms if form.detect(name, head)]
        if len(matches) > 1:
            raise _ambiguous(name, matches)
        for form in matches:
            found.setdefault(form.id, []).append(name)
            check_count(len(found[form.id]), f"files of {form.title}")
    return [(FORMATS[form_id], tuple(names)) for form_id, names in found.items()]


def _ambiguous(name: str, forms: Sequence[Format]) -> Ambiguous:
    listed = [f"{form.id}  {form.title}" for form in forms]
    return Ambiguous(f"{name} could be in several formats.", listed, "Choose one with --from.")
