"""Formats from other packages, checked when they are loaded and while they read.

Errors name the package. Records are checked field by field, because a wrong type might fail only in
a planner, or not at all: a string is also a sequence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields
from typing import Any

from notekeep import extensions
from notekeep.errors import NotekeepError
from notekeep.extensions import Extension, ExtensionFailed
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import (
    Bookmark,
    Format,
    ImportedHabit,
    Loss,
    Page,
    Passage,
    Record,
    Work,
)

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PREFIX = re.compile(r"([a-z]{2})?")


def load_formats(built_in: Iterable[Format]) -> Iterator[tuple[Extension, tuple[Format, ...]]]:
    """Import the formats of other packages. Their errors are reported later."""
    known = [*built_in]

    def check(value: object) -> tuple[Format, ...]:
        return check_formats(known, value)

    for extension, forms in extensions.load_working(extensions.FORMATS, check):
        known += forms
        yield extension, tuple(_guard_format(extension, form) for form in forms)


def check_formats(known: Iterable[Format], value: object) -> tuple[Format, ...]:
    """Check a format or a tuple of formats, also for conflicts with known formats."""
    found = (value,) if isinstance(value, Format) or not isinstance(value, tuple) else value
    for form in found:
        if not isinstance(form, Format):
            raise TypeError(f"{form!r} is not a Format")
        if not (_ID.fullmatch(form.id) and form.title and _PREFIX.fullmatch(form.prefix)):
            raise ValueError(
                f"the id {form.id!r} must be lower-case words joined by dashes, the prefix"
                f" {form.prefix!r} two letters or empty, and the title not empty"
            )
        for other in known:
            if form.prefix and form.prefix == other.prefix:
                raise ValueError(f"the prefix {form.prefix!r} is in use by {other.title}")
            if form.id.partition("-")[0] == other.id.partition("-")[0]:
                raise ValueError(f"the id {form.id!r} starts like {other.id!r} of {other.title}")
    return found


def _guard_format(extension: Extension, form: Format) -> Format:
    """Wrap the functions of a format, so that errors name the extension."""
    failed: list[ExtensionFailed] = []

    def detect(name: str, head: bytes) -> bool:
        try:
            with extension.guard():
                return not failed and bool(form.detect(name, head))
        except ExtensionFailed as error:
            failed.append(error)
            extensions.report_later(error)
            return False

    def read(files: InputFiles) -> Iterator[Record | Loss]:
        passages: dict[str, tuple[str, Passage]] = {}
        with extension.guard(NotekeepError):
            for record in form.read(files):
                _check_record(form, record)
                if isinstance(record, Work):
                    _check_keys(record, passages)
                yield record

    return form._replace(detect=detect, read=read)


def _check_record(form: Format, record: object) -> None:
    """Raise TypeError if a record or one of its fields has the wrong type."""
    kinds = (ImportedHabit, Loss) if form.is_for_habits else (Work, Page, Bookmark, Loss)
    if not isinstance(record, kinds):
        raise TypeError(f"{form.id} yielded {str(record)[:80]!r}, which is not a record")
    if isinstance(record, (Work, Page)):
        _check_fields(record)
    if isinstance(record, Work):
        ids: tuple[object, ...] = record.ids
        if not ids or not all(isinstance(value, str) and ":" in value for value in ids):
            raise TypeError(f"ids must have texts such as '{form.id}:12'. Got {ids!r}")
        for passage in record.passages:
            _check_fields(passage)


def _check_keys(work: Work, known: dict[str, tuple[str, Passage]]) -> None:
    """Raise ValueError if two passages have the same key: one would replace the other."""
    for passage in work.passages:
        title, other = known.setdefault(passage.key, (work.title, passage))
        if other is not passage:
            raise ValueError(
                f'the key {passage.key!r} is in two passages, of "{title}" and "{work.title}", but'
                " keys must be unique in all works"
            )


def _check_fields(record: Work | Page | Passage) -> None:
    for field in fields(record):
        default: Any = () if field.name == "ids" else ""
        if field.default is not MISSING:
            default = field.default
        elif field.default_factory is not MISSING:
            default = field.default_factory()
        value = getattr(record, field.name)
        if not isinstance(value, type(default)):
            raise TypeError(
                f"{field.name} of a {type(record).__name__} must be a {type(default).__name__}."
                f" Got {str(value)[:80]!r}"
            )
