"""Find the note that a work or page of another program is.

By its id in `source_id`, else by ASIN, ISBN or address, else by title and surnames. The last is a
guess, and said to be one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from notekeep.importing.formats.reading import fold_letters, isbn13, surnames

if TYPE_CHECKING:
    from notekeep.importing.records import Work
    from notekeep.markdown.field_values import Value
    from notekeep.notes.workspace import Workspace

_SERIES = re.compile(r"\([^()]*(?:#\s*|,\s*(?:book|band|tome|vol\.?)\s+)[\d.]+[^()]*\)")
_URL_NOISE = re.compile(r"[?&](?:utm_[^&#]*|fbclid=[^&#]*|gclid=[^&#]*)")
_MAX_TITLE = 300
GUESSED_KINDS = ("book", "podcast")
"""Kinds whose notes are found by title and author. Titles of articles say too little."""


class NoteMatch(NamedTuple):
    """The notes that a work may be: one that is known, or guesses."""

    paths: tuple[str, ...] = ()
    is_guess: bool = False


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
        self._by_id: dict[str, str] = {}
        self._by_number: dict[str, str] = {}
        self._by_title: dict[tuple[str, str], dict[str, _Candidate]] = {}
        for row in workspace.catalog.rows()[1]:
            self.add(row.path, row.kind, row.title, row.fields)

    def add(self, path: str, kind: str, title: str, fields: dict[str, Value]) -> None:
        """Add a note, also one that is only planned."""
        for source_id in _items(fields.get("source_id")):
            self._by_id.setdefault(source_id, path)
        for number in _numbers(fields):
            self._by_number.setdefault(number, path)
        if kind in GUESSED_KINDS:
            names = _items(fields.get("author")) + _items(fields.get("show"))
            head, subtitle = split_title(title)
            known = self._by_title.setdefault((kind, head), {})
            known.setdefault(path, _Candidate(surnames(names), subtitle))

    def find(self, work: Work) -> NoteMatch:
        """Find the note of a work."""
        for source_id in work.ids:
            if source_id in self._by_id:
                return NoteMatch((self._by_id[source_id],))
        for number in _numbers({**work.fields, "ids": list(work.ids)}):
            if number in self._by_number:
                return NoteMatch((self._by_number[number],))
        if work.kind not in GUESSED_KINDS:
            return NoteMatch()
        head, subtitle = split_title(work.title)
        wanted = _Candidate(surnames(work.authors), subtitle)
        found = self._by_title.get((work.kind, head), {})
        paths = [path for path, one in found.items() if one.may_be(wanted)]
        return NoteMatch(tuple(sorted(paths)), is_guess=True)

    def find_id(self, source_id: str) -> str:
        """Return the note that has an id among its `source_id`; "" for none."""
        return self._by_id.get(source_id, "")


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
