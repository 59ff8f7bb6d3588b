"""What a person changed in a post of the site, brought back into its note.

A note and its post say the same in two ways. What was written last is the base of both: where the
site differs from it, a person changed something, and that is put into the note, whose own
differences from the base are only how Markdown is written there. Within a line both are told apart
word by word; where both sides say something else in the same place, nothing is done, and it is
told.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml

from notekeep.markdown.text_merge import MergeRegion, find_regions, merge_texts, plain_ends

# What stands before the body of a post, read back: any form that targets write it in.

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


def split_post(text: str) -> tuple[str, str]:
    """Split a post's file into head and body; one without a head is all body."""
    for pattern in (_BLOCK, _NIKOLA, _LINES):
        if match := pattern.match(text):
            return text[: match.end()], text[match.end() :]
    return "", text


def read_head_fields(head: str) -> dict[str, Any]:
    """Return the fields of a head, values as text or lists of it; nothing of one that is broken."""
    if match := _BLOCK.match(head):
        return _toml(match[2]) if match[1] == "+++" else _yaml(match[2])
    pattern = _NIKOLA_FIELD if _NIKOLA.match(head) else _LINE_FIELD
    return {match[1]: match[2].strip() for match in pattern.finditer(head)}


def compare_heads(before: str, after: str) -> tuple[dict[str, Any], list[str]]:
    """Return the note's fields that changed, None for one that went, and keys without a field."""
    old, new = read_head_fields(before), read_head_fields(after)
    known: dict[str, Any] = {}
    unknown = []
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) == new.get(key):
            continue
        name = NOTE_KEYS.get(key.lower())
        # A summary that is HTML is made of the author's teaser, which a note has in its body.
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
        found = yaml.load(text, yaml.BaseLoader)  # noqa: S506  # it makes text, lists and mappings only
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
    """What comes back into a note: None deletes a field; `left` could not be brought back."""

    body: str
    fields: dict[str, Any]
    left: list[str]


def pull_edits(body: str, base: bytes, site: bytes) -> PulledEdits:
    """Bring back what a person changed in a post, which was written last as `base`."""
    (old_head, old), (new_head, new) = (
        split_post(plain_ends(data).decode("utf-8", "replace")) for data in (base, site)
    )
    known, unknown = compare_heads(old_head, new_head)
    left = [f"{key}: in the post's front matter has no matching field in notes" for key in unknown]
    merged = _merge_body(body.replace("\r\n", "\n"), old, new, left)
    return PulledEdits(merged.replace("\n", "\r\n") if "\r\n" in body else merged, known, left)


def _merge_body(note: str, base: str, site: str, left: list[str]) -> str:
    lines: list[str] = []
    core = note.strip("\n")
    texts = (text.strip("\n") + "\n" for text in (base, site, core))
    parts = find_regions(*(text.encode("utf-8", "surrogateescape") for text in texts))
    for one in parts:
        if one.side == "site":
            lines += one.site
        elif one.side != "clash":
            lines += one.note
        else:
            both = _merge_words(one.base, one.site, one.note)
            if both is None:
                left.append(_describe_clash(one))
            lines += one.note if both is None else both
    before = note[: len(note) - len(note.lstrip("\n"))]
    return before + "\n".join(lines) + note[len(before) + len(core) :]


def _describe_clash(clash: MergeRegion) -> str:
    """Say which line a person wrote where both sides differ, the first that was not written so."""
    known = {*clash.base}
    for number, line in enumerate(clash.site):
        if line.strip() and line not in known:
            return f"line {clash.line + number} of the post's text: {line[:60]!r}"
    gone = next((line for line in clash.base if line.strip() and line not in clash.site), "")
    return f"line {clash.line} of the post's text, where this was removed: {gone[:60]!r}"


def _merge_words(base: Sequence[str], site: Sequence[str], note: Sequence[str]) -> list[str] | None:
    """Merge lines that both sides wrote differently; None when they did in the same words."""
    merged = merge_texts(*(_tokens("\n".join(lines)) for lines in (base, site, note)))
    if merged is None:
        return None
    text = "".join(token.replace("\0", "\n") for token in merged.decode("utf-8").split("\n"))
    return text.split("\n")


def _tokens(text: str) -> bytes:
    """Write a text with a token on each line, as `merge` compares lines."""
    tokens = [token.replace("\n", "\0") + "\n" for token in _TOKEN.findall(text.replace("\0", ""))]
    return "".join(tokens).encode("utf-8", "replace")
