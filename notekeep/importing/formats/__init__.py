"""Readers for files of other programs, one module per program or file type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

from notekeep import extensions
from notekeep.errors import Ambiguous, UsageError
from notekeep.extensions import Extension
from notekeep.importing.extension_formats import check_formats, load_formats
from notekeep.importing.formats.reading import check_count
from notekeep.importing.input_files import InputFiles
from notekeep.importing.other_programs import explain_unknown
from notekeep.importing.records import Format

_BUILT_IN = tuple(
    Extension(extensions.FORMATS, name, f"notekeep.importing.formats.{name}", "FORMATS")
    for name in (
        *("apple_books", "book_lists", "csv_table", "hypothesis", "kindle_clippings"),
        *("kindle_notebook", "kobo", "koreader", "reader", "readwise", "saved_links", "snipd"),
        "pdf",
        *("notes.bear", "notes.evernote", "notes.joplin", "notes.journals", "notes.keep"),
        *("notes.logseq", "notes.notion", "notes.plain_notes"),
        *("habits.loop", "habits.habit_apps"),
        *("habits.habitkit", "habits.habit_databases", "habits.org_habits"),
        *("habits.daily_notes", "habits.own_habits"),
    )
)
FORMATS: dict[str, Format] = {
    form.id: form for built_in in _BUILT_IN for form in built_in.load(partial(check_formats, ()))
}
"""The built-in formats by id."""
_ONLY_ALONE = ("pdf",)
"""Formats of files that exports of other programs contain as attachments."""
_HABIT_NAMES = {"loop": r"\.db$", "org": r"\.org$", "daily": r"\d\D*\.md$"}
"""Formats that `habit import` guesses from file names if the content is not recognized."""


def installed_formats() -> dict[str, Format]:
    """Import the formats of other packages and return them by id."""
    return {form.id: form for _, forms in load_formats(FORMATS.values()) for form in forms}


def find_formats(
    files: InputFiles, format_id: str = "", *, only_habits: bool = False
) -> list[tuple[Format, tuple[str, ...]]]:
    """Return the formats of a path, each with the files that it recognizes.

    With `format_id`, only that format is tried. A single file is then read even if the format does
    not recognize it. Habit formats are tried if no other format recognizes a file, and then the
    formats of other packages. With `only_habits`, only habit formats are tried.

    Raises:
        UsageError: There is no such format, or no file is in a known format.
        Ambiguous: A file could be in several formats, or a path has habits in several formats.
    """
    forms = _choose(FORMATS, only_habits=only_habits)
    if format_id and format_id not in forms:
        forms |= _choose(installed_formats(), only_habits=only_habits)
    if format_id and format_id not in forms:
        hint = f"Formats: {', '.join(sorted(forms))}"
        raise UsageError(f"There is no format {format_id}.", hint)
    if format_id:
        form = forms[format_id]
        found = _recognize(files, [form])
        if not found and (form.is_for_habits or len(files.names) == 1):
            found = [(form, files.names)]
    else:
        found = _detect(files, forms)
        if not found:
            forms |= (added := _choose(installed_formats(), only_habits=only_habits))
            found = _detect(files, added)
    for name, pattern in _HABIT_NAMES.items():
        if only_habits and not found and any(re.search(pattern, file) for file in files.names):
            found = [(FORMATS[name], files.names)]
    if not found and only_habits:
        message = f"{files.path} has no habits in a format that notekeep knows."
        raise UsageError(message, f"Choose one with --from: {', '.join(forms)}")
    if not found:
        raise explain_unknown(files)
    return found


def _choose(forms: Mapping[str, Format], *, only_habits: bool) -> dict[str, Format]:
    return {form.id: form for form in forms.values() if form.is_for_habits or not only_habits}


def _detect(files: InputFiles, forms: Mapping[str, Format]) -> list[tuple[Format, tuple[str, ...]]]:
    habits = [form for form in forms.values() if form.is_for_habits]
    others = [form for form in forms.values() if not form.is_for_habits]
    alone = [form for form in others if form.id in _ONLY_ALONE]
    others = [form for form in others if form.id not in _ONLY_ALONE]
    found = _recognize(files, others) or _recognize(files, habits) or _recognize(files, alone)
    if len(found) > 1 and found[0][0].is_for_habits:
        raise _ambiguous(files.path, [form for form, _ in found])
    return found


def _recognize(files: InputFiles, forms: Sequence[Format]) -> list[tuple[Format, tuple[str, ...]]]:
    found: dict[str, tuple[Format, list[str]]] = {}
    for name in files.names if forms else ():
        head = files.head(name)
        matches = [form for form in forms if form.detect(name, head)]
        if len(matches) > 1:
            raise _ambiguous(name, matches)
        for form in matches:
            _, names = found.setdefault(form.id, (form, []))
            names.append(name)
            check_count(len(names), f"files of {form.title}")
    return [(form, tuple(names)) for form, names in found.values()]


def _ambiguous(name: str, forms: Sequence[Format]) -> Ambiguous:
    listed = [f"{form.id}  {form.title}" for form in forms]
    return Ambiguous(f"{name} could be in several formats.", listed, "Choose one with --from.")
