"""Find the note that a work or page of another program is.

By its id in `source_id`, else by ASIN, ISBN or address, else by title and surnames. The last is a
guess, and said to be one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from notekeep.importing.formats.reading import fold_letters, isbn13, surnames
from notekeep.importing.records import Work
from notekeep.markdown.field_values import Value
from notekeep.notes.workspace import Workspace

_SERIES = re.compile(r"\([^()]*(?:#\s*|,\s*(?:book|band|tome|vol\.?)\s+)[\d.]+[^()]*\)")
_URL_NOISE = re.compile(r"[?&](?:utm_[^&#]*|fbclid=[^&#]*|gclid=[^&#]*)")
_MAX_TITLE = 300
GUESSED_KINDS = ("book", "podcast")
"""Kinds whose notes are found by title and author. Titles of articles say too little."""


class _Candidate(NamedTuple):
    names: frozenset[str]  # surnames of its authors
    subtitle: str  # folded

    def may_be(self, other: _Candidate) -> bool:
        """Whether both may be one work: what only one of them says does not count."""
        is_same_title = self.subtitle == other.subtitle or not (self.subtitle and other.subtitle)
        return is_same_title and (
            not self.names or not other.names or bool(self.names & other.names)
        )


class NoteMatcher:
    """The notes of a vault by what tells that they are a work."""

    def __init__(self, workspace: Workspace) -> None:
        self._by_name: dict[str, str] = {}  # by ids, numbers and addresses
        self._by_title: dict[tuple[str, str], dict[str, _Candidate]] = {}
        for row in workspace.catalog.rows()[1]:
            self.add(row.path, row.kind, row.title, row.fields)

    def add(self, path: str, kind: str, title: str, fields: dict[str, Value]) -> None:
        """Add a note, also one that is only planned."""
        for name in (*_items(fields.get("source_id")), *_numbers(fields)):
            self._by_name.setdefault(name, path)
        if kind in GUESSED_KINDS:
            names = _items(fields.get("author")) + _items(fields.get("show"))
            head, subtitle = split_title(title)
            known = self._by_title.setdefault((kind, head), {})
            known.setdefault(path, _Candidate(surnames(names), subtitle))

    def find(self, ids: Iterable[str], fields: dict[str, Value]) -> str:
        """Return the note that has one of the ids, or the same number or address; "" for none."""
        names = (*ids, *_numbers(fields))
        return next((self._by_name[name] for name in names if name in self._by_name), "")

    def guess(self, work: Work) -> list[str]:
        """Return the notes that a work may be by its title and authors."""
        if work.kind not in GUESSED_KINDS:
            return []
        head, subtitle = split_title(work.title)
        wanted = _Candidate(surnames(work.authors), subtitle)
        found = self._by_title.get((work.kind, head), {})
        return sorted(path for path, one in found.items() if one.may_be(wanted))


def split_title(title: str) -> tuple[str, str]:
    """Fold a title into its head and its subtitle: `The Garden: A Year (Beds #1)`.

    The name of a series does not count.
    """
    plain = _SERIES.sub(" ", unicodedata.normalize("NFKC", title[:_MAX_TITLE]).casefold())
    head, *rest = re.split(r":\s|\s[-–—]\s", plain, maxsplit=1)  # noqa: RUF001 - titles have dashes
    if not fold_letters(head):
        return fold_letters(plain), ""
    return fold_letters(head), fold_letters("".join(rest))


def plain_url(url: str) -> str:
    """Return an address without fragment, marks of campaigns and a slash at its end."""
    plain = _URL_NOISE.sub("", url.partition("#")[0].strip())
    if "?" not in plain:
        plain = plain.replace("&", "?", 1)
    return plain.removesuffix("/").removeprefix("https://").removeprefix("http://").casefold()


def _numbers(fields: dict[str, Value]) -> list[str]:
    found = [f"isbn:{isbn13(one)}" for one in _items(fields.get("isbn")) if isbn13(one)]
    found += [f"asin:{one.upper()}" for one in _items(fields.get("asin"))]
    found += [f"url:{plain_url(one)}" for one in _items(fields.get("url"))]
    return found


def _items(value: Value) -> list[str]:
    if value is None or value == "":
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
