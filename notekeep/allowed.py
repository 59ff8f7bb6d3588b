"""What a vault's own settings may say: they travel with it and are never trusted.

Here each key has what its value must be; what is done with a value is not decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

FIELD_TYPES = ("text", "number", "date", "list", "bool")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KIND_FOLDERS = {
    "book": "books",
    "podcast": "podcasts",
    "habit": "habits",
    "post": "posts",
    "daily": "daily",
    "note": "inbox",
}
"""For each kind the folder that new notes of it go to, where a vault names no other."""


def _is_one_of(*words: str) -> Callable[[Any], bool]:
    """What a value must be one of; it may as well be a list, which no set could be asked for."""
    return lambda value: value in words


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_hour(value: Any) -> bool:
    return isinstance(value, int) and not _is_bool(value) and 0 <= value <= 23


def _is_id(value: Any) -> bool:
    is_hex = _is_text(value) and not value.strip("0123456789abcdef")
    return is_hex and 16 <= len(value) <= 64


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return _is_text(value) or (isinstance(value, list) and all(map(_is_text, value)))


def _is_folders(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_stays_inside, value.values()))


def _is_kinds(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(fields, dict) and all(kind in FIELD_TYPES for kind in fields.values())
        for fields in value.values()
    )


def _stays_inside(folder: Any) -> bool:
    if not isinstance(folder, str) or folder.startswith(("/", "\\", "~")) or ":" in folder:
        return False
    return ".." not in folder.replace("\\", "/").split("/")


EXPORT: dict[str, Callable[[Any], bool]] = {
    "unpublished": _is_one_of("text", "strip", "stub"),
    "nested_tags": _is_one_of("keep", "last", "dash"),
    "linebreaks": _is_one_of("keep", "join"),
    "series_links": _is_bool,
    "fields": _is_texts,
    "canaries": _is_texts,
}
"""What `[export]` may say: what becomes of links to notes that are not published, how nested tags
and single newlines are written, whether parts of a series are linked, which keys of the front
matter pass, and words that must never leave."""


def _is_export(value: Any) -> bool:
    return isinstance(value, dict) and all(
        key in EXPORT and EXPORT[key](said) for key, said in value.items()
    )


CHECKS: dict[str, Callable[[Any], bool]] = {
    "id": _is_id,
    "day_start": _is_hour,
    "week_start": _is_one_of(*WEEKDAYS),
    "language": _is_text,
    "folders": _is_folders,
    "kinds": _is_kinds,
    "private": _is_texts,
    "templates": _stays_inside,
    "attachments": _stays_inside,
    "daily_format": _is_text,
    "link_form": _is_one_of("shortest", "relative", "absolute"),
    "markdown_links": _is_bool,
    "excluded": _is_texts,
    "log_links": _is_bool,
    "glyphs": _is_one_of("", "ascii", "unicode"),
    "publish": _is_texts,
    "export": _is_export,
    "saved": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
}
"""What a vault may set, and what each value must be."""
