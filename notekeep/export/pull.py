"""Copies edits made in a post on the site back into its note.

The last written post is the merge base. Its differences from the post on the site are edits. Its
differences from the note come from the export. Within a line, both are merged word by word.
Conflicting edits are reported and not copied.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml

from notekeep.markdown.text_merge import MergeRegion, find_regions, merge_texts, normalize_line_ends

# The front matter of a post, in all formats that targets write.

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
"""The note's field for each editable field of a post."""

_LISTS = frozenset({"tags", "categories"})


def split_post(text: str) -> tuple[str, str]:
    """Split a post's file into head and body. Without a head, the entire file is the body."""
    for pattern in (_BLOCK, _NIKOLA, _LINES):
        if match := pattern.match(text):
            return text[: match.end()], text[match.end() :]
    return "", text


def read_head_fields(head: str) -> dict[str, Any]:
    """Return the fields of a head as strings or lists of strings; empty for an invalid head."""
    if match := _BLOCK.match(head):
        return _toml(match[2]) if match[1] == "+++" else _yaml(match[2])
    pattern = _NIKOLA_FIELD if _NIKOLA.match(head) else _LINE_FIELD
    return {match[1]: match[2].strip() for match in pattern.finditer(head)}


def compare_heads(before: str, after: str) -> tuple[dict[str, Any], list[str]]:
    """Return the changed fields of the note (None if deleted), and other changed keys."""
    old, new = read_head_fields(before), read_head_fields(after)
    known: dict[str, Any] = {}
    unknown = []
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) == new.get(key):
            continue
        name = NOTE_KEYS.get(key.lower())
        # A summary in HTML is the teaser, which is part of the note's body.
        texts = (str(fields.get(key)) for fields in (old, new))
        is_teaser = key.lower() == "summary" and any(text.startswith("<") for text in texts)
        if name is None or is_teaser:
            unknown.append(key)
        else:
            known[name] = _value(key.lower(), name, new.get(key))
    return known, unknown


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
    try:
        found = yaml.load(text, yaml.BaseLoader)  # noqa: S506  # only strings, lists and dicts
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _toml(text: str) -> dict[str, Any]:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    flat = {key: value for key, value in found.items() if not isinstance(value, dict)}
    for table in found.values():
        flat |= table if isinstance(table, dict) else {}
    return {key: value if isinstance(value, list) else str(value) for key, value in flat.items()}


_TOKEN = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")


class PulledEdits(NamedTuple):
    """The edits for a note. None deletes a field. `left` lists edits that cannot be copied."""

    body: str
    fields: dict[str, Any]
    left: list[str]


def pull_edits(body: str, base: bytes, site: bytes) -> PulledEdits:
    """Return the note's new body, and the fields edited in the post since `base`."""
    (old_head, old), (new_head, new) = (
        split_post(normalize_line_ends(data).decode("utf-8", "replace")) for data in (base, site)
    )
    known, unknown = compare_heads(old_head, new_head)
    left = [f"the front matter field {key}" for key in unknown]
    merged = _merge_body(body.replace("\r\n", "\n"), old, new, left)
    return PulledEdits(merged.replace("\n", "\r\n") if "\r\n" in body else merged, known, left)


def _merge_body(note: str, base: str, site: str, left: list[str]) -> str:
    lines: list[str] = []
    core = note.strip("\n")
    texts = (text.strip("\n") + "\n" for text in (base, site, core))
    parts = find_regions(*(text.encode("utf-8", "surrogateescape") for text in texts))
    for part in parts:
        if part.side == "site":
            lines += part.site
        elif part.side != "clash":
            lines += part.note
        else:
            both = _merge_words(part.base, part.site, part.note)
            if both is None:
                left.append(_describe_clash(part))
            lines += part.note if both is None else both
    before = note[: len(note) - len(note.lstrip("\n"))]
    return before + "\n".join(lines) + note[len(before) + len(core) :]


def _describe_clash(clash: MergeRegion) -> str:
    known = {*clash.base}
    for number, line in enumerate(clash.site):
        if line.strip() and line not in known:
            return f"line {clash.line + number} of the post's text: {line[:60]!r}"
    removed = next((line for line in clash.base if line.strip() and line not in clash.site), "")
    return f"line {clash.line} of the post's text, where this was removed: {removed[:60]!r}"


def _merge_words(base: Sequence[str], site: Sequence[str], note: Sequence[str]) -> list[str] | None:
    """Merge lines word by word; None if both sides changed the same words."""
    merged = merge_texts(*(_tokens("\n".join(lines)) for lines in (base, site, note)))
    if merged is None:
        return None
    text = "".join(token.replace("\0", "\n") for token in merged.decode("utf-8").split("\n"))
    return text.split("\n")


def _tokens(text: str) -> bytes:
    """Return a text with one token per line, because `merge_texts` compares lines."""
    tokens = [token.replace("\n", "\0") + "\n" for token in _TOKEN.findall(text.replace("\0", ""))]
    return "".join(tokens).encode("utf-8", "replace")
