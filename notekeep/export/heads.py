"""What stands before the body of a post in a site, read back: any form that targets write it in.

Only for what a person changed there; how a head is written is each target's business.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

_BLOCK = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)^\1[ \t]*(?:\n|\Z)\n?", re.DOTALL | re.MULTILINE)
_NIKOLA = re.compile(r"\A<!--[ \t]*\n((?:\.\. .*\n|[ \t]*\n)*)-->[ \t]*\n\n?")
_LINES = re.compile(r"\ATitle: .*\n(?:[A-Z][\w-]*: ?.*\n)*\n")
_NIKOLA_FIELD = re.compile(r"^\.\. ([\w-]+):[ \t]*(.*)$", re.MULTILINE)
_LINE_FIELD = re.compile(r"^([\w-]+):[ \t]*(.*)$", re.MULTILINE)

NOTE_KEYS = {
    "title": "title",
    "description": "description",
    "summary": "description",
    "tags": "tags",
    "categories": "categories",
    "category": "categories",
    "draft": "draft",
    "status": "draft",
    "lang": "lang",
    "canonical": "canonical",
    "canonicalurl": "canonical",
    "canonical_url": "canonical",
}
"""What a note calls the fields of sites that a person can change there."""

_LISTS = frozenset({"tags", "categories"})


class Parted(NamedTuple):
    """A post's file: what stands before the body, and the body."""

    head: str
    body: str


def part(text: str) -> Parted:
    """Split a post's file; one without a head is all body."""
    for pattern in (_BLOCK, _NIKOLA, _LINES):
        if match := pattern.match(text):
            return Parted(text[: match.end()], text[match.end() :])
    return Parted("", text)


def fields(head: str) -> dict[str, Any]:
    """Return the fields of a head, values as text or lists of it; nothing of one that is broken."""
    if match := _BLOCK.match(head):
        return _toml(match[2]) if match[1] == "+++" else _yaml(match[2])
    pattern = _NIKOLA_FIELD if _NIKOLA.match(head) else _LINE_FIELD
    return {match[1]: match[2].strip() for match in pattern.finditer(head)}


def changed(before: str, after: str) -> tuple[dict[str, Any], list[str]]:
    """Compare two heads.

    Returns:
        The fields of the note that changed, with their values (None for one that went), and the
        keys that a note has no field for.
    """
    old, new = fields(before), fields(after)
    known: dict[str, Any] = {}
    unknown = []
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) == new.get(key):
            continue
        name = NOTE_KEYS.get(key.lower())
        if name is None or _is_teaser(key, old.get(key), new.get(key)):
            unknown.append(key)
        else:
            known[name] = _value(key.lower(), name, new.get(key))
    return known, unknown


def _is_teaser(key: str, *values: Any) -> bool:
    """Whether a summary is HTML made of the author's teaser, which a note has in its body."""
    return key.lower() == "summary" and any(str(value).startswith("<") for value in values)


def _value(key: str, name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _LISTS and isinstance(value, str):
        return [item for part in value.split(",") if (item := part.strip())]
    if key == "status":
        return str(value).lower() == "draft"
    if name == "draft":
        return str(value).lower() in {"true", "yes", "on"}
    return value if isinstance(value, list) else str(value)


def _yaml(text: str) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.load(text, yaml.BaseLoader)  # noqa: S506  # it makes text, lists and mappings only
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _toml(text: str) -> dict[str, Any]:
    import tomllib

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    flat = {key: value for key, value in found.items() if not isinstance(value, dict)}
    for table in found.values():
        flat |= table if isinstance(table, dict) else {}
    return {key: value if isinstance(value, list) else str(value) for key, value in flat.items()}
