"""Finds the note for a work or page by id, by ASIN, ISBN or address, or by title and author.

A match by title and author is reported as a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from notekeep.importing.formats.reading import isbn13, letters_of, surnames, web_address
from notekeep.importing.records import Work
from notekeep.markdown.fields.field_values import Value
from notekeep.notes.workspace import Workspace

_SERIES = re.compile(r"\([^()]*(?:#\s*|,\s*(?:book|band|tome|vol\.?)\s+)[\d.]+[^()]*\)")
_URL_NOISE = re.compile(r"[?&](?:utm_[^&#]*|fbclid=[^&#]*|gclid=[^&#]*)")
_MAX_TITLE = 300
GUESSED_KINDS = ("book", "podcast")
"""Kinds to match by title and author. Titles of articles are not distinctive enough."""


class _Candidate(NamedTuple):
    names: frozenset[str]  # surnames of its authors
    subtitle: str  # folded

    def may_be(self, other: _Candidate) -> bool:
        """Whether both may be the same work. A missing surname or subtitle matches any other."""
        is_same_title = self.subtitle == other.subtitle or not (self.subtitle and other.subtitle)
        return is_same_title and (
            not self.names or not other.names or bool(self.names & other.names)
        )


class NoteMatcher:
    """Finds notes of a vault by ids, addresses and titles."""

    def __init__(self, workspace: Workspace) -> None:
        self._by_name: dict[str, str] = {}  # by ids, numbers and addresses
        self._by_title: dict[tuple[str, str], dict[str, _Candidate]] = {}
        for row in workspace.catalog.rows()[1]:
            self.add(row.path, row.kind, row.title, row.fields)

    def add(self, path: str, kind: str, title: str, fields: dict[str, Value]) -> None:
        """Add an existing or planned note."""
        for name in (*_items(fields.get("source_id")), *_numbers(fields)):
            self._by_name.setdefault(name, path)
        if kind in GUESSED_KINDS:
            names = _items(fields.get("author")) + _items(fields.get("show"))
            head, subtitle = split_title(title)
            known = self._by_title.setdefault((kind, head), {})
            known.setdefault(path, _Candidate(surnames(names), subtitle))

    def find(self, ids: Iterable[str], fields: dict[str, Value]) -> str:
        """Return the note with one of the ids, numbers or addresses; "" for none."""
        names = (*ids, *_numbers(fields))
        return next((self._by_name[name] for name in names if name in self._by_name), "")

    def guess(self, work: Work) -> list[str]:
        """Return the notes with the title and authors of a work."""
        if work.kind not in GUESSED_KINDS:
            return []
        head, subtitle = split_title(work.title)
        candidate = _Candidate(surnames(work.authors), subtitle)
        found = self._by_title.get((work.kind, head), {})
        return sorted(path for path, other in found.items() if other.may_be(candidate))


def split_title(title: str) -> tuple[str, str]:
    """Split `The Garden: A Year (Beds #1)` into folded title and subtitle, without the series."""
    plain = _SERIES.sub(" ", unicodedata.normalize("NFKC", title[:_MAX_TITLE]).casefold())
    head, *rest = re.split(r":\s|\s[-–—]\s", plain, maxsplit=1)  # noqa: RUF001 - titles have dashes
    if not letters_of(head):
        return letters_of(plain), ""
    return letters_of(head), letters_of("".join(rest))


def plain_url(url: str) -> str:
    """Return an address without scheme, fragment, tracking parameters and final slash."""
    plain = _URL_NOISE.sub("", url.partition("#")[0].strip())
    if "?" not in plain:
        plain = plain.replace("&", "?", 1)
    return plain.removesuffix("/").removeprefix("https://").removeprefix("http://").casefold()


def _numbers(fields: dict[str, Value]) -> list[str]:
    found = [f"isbn:{isbn13(one)}" for one in _items(fields.get("isbn")) if isbn13(one)]
    found += [f"asin:{one.upper()}" for one in _items(fields.get("asin"))]
    # Obsidian's Web Clipper writes the address into `source`.
    sources = filter(web_address, _items(fields.get("source")))
    found += [f"url:{plain_url(one)}" for one in (*_items(fields.get("url")), *sources)]
    return found


def _items(value: Value) -> list[str]:
    if value is None or value == "":
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
