"""Completions: notes, headings, tags, fields and values in the editor; words in an input."""

from __future__ import annotations

import asyncio
import os
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from itertools import islice, takewhile
from typing import NamedTuple

from textual.suggester import Suggester, SuggestionReady
from textual.widget import Widget
from textual.widgets import Input

from notekeep.catalog.name_lookup import resolve_link, resolve_link_names
from notekeep.errors import NotekeepError
from notekeep.markdown.schema import FIELD_CHOICES, canonical
from notekeep.vault import Vault

MAX_OFFERS = 20

_LINK = re.compile(r"\[\[([^\[\]|#\n]+)\Z")
_TAG = re.compile(r"(?:^|(?<=[\s(,]))#([^\s#.,;:!?()\[\]]+)\Z")
_KEY = re.compile(r"\A([^\W\d][\w-]*)\Z")
_HEADING = re.compile(r"\[\[([^\[\]|#\n]*)#([^\[\]|#^\n]*)\Z")
_TITLE = re.compile(r"#{1,6} +(.*?)(?: +#+)? *\Z")
_FIELD = re.compile(r"\A([^\W\d][\w-]*):(?= |\Z)")
_ITEM = re.compile(r"(?:\A[^\W\d][\w-]*: +\[?|\A *- +|, *)([^\s\"'\[\],][^\"'\[\],]*)\Z")
_PLACEHOLDER = re.compile(r"(?:[-*+] )?(?:\[[\d:]+\])? *\Z")
"""A line without words: empty, or only a bullet or timestamp."""
_FENCE = "---"
MAX_FIELD_LINES = 1_000
"""The longest front matter: a long text may start with a rule that looks like the fence."""

VALUES = frozenset(
    {"author", "genre", "series", "publisher", "show", "host", "guest", "status", "source", "lang"}
)
"""Fields with completed values: the same values are typed often, with one spelling."""
MAX_VALUE_LENGTH = 60
MAX_VALUES = 5_000  # of a field, most used first


class CompletionOffer(NamedTuple):
    """A completion."""

    start: int  # column
    text: str  # the new text between that column and the cursor
    rest: str  # the part after the typed text, shown after the cursor; "" if the start differs


class WordIndex:
    """Words found by prefix, ignoring case."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted({(word.casefold(), word) for word in words if "\n" not in word})

    def __contains__(self, word: str) -> bool:
        at = bisect_left(self._words, (word.casefold(), word))
        return self._words[at : at + 1] == [(word.casefold(), word)]

    def spellings(self, typed: str) -> list[str]:
        """Return the words equal to the typed one, ignoring case."""
        folded = typed.casefold()
        at = bisect_left(self._words, (folded, ""))
        return [word for _, word in takewhile(lambda one: one[0] == folded, self._words[at:])]

    def find_inside(self, typed: str) -> Iterator[str]:
        """Yield entries in which a word other than the first starts with the text."""
        folded = typed.casefold()
        pattern = re.compile(rf"(?<!\w){re.escape(folded)}")
        for key, word in self._words:
            if folded in key and not key.startswith(folded) and pattern.search(key):
                yield word

    def find(self, typed: str) -> Iterator[str]:
        folded = typed.casefold()
        for key, word in self._words[bisect_left(self._words, (folded, "")) :]:
            if not key.startswith(folded):
                return
            # If folding changes the length, the rest is unknown.
            if len(key) == len(word) and len(word) > len(typed):
                yield word


class Completer:
    """Completes from a snapshot of titles, tags, field names and values of a vault."""

    def __init__(
        self,
        titles: Iterable[str] = (),
        tags: Iterable[str] = (),
        keys: Iterable[str] = (),
        values: Mapping[str, Iterable[str]] | None = None,
        headings: Callable[[str], Sequence[str]] = lambda _name: (),
        links: Callable[[tuple[str, ...], bool], list[str]] | None = None,
    ) -> None:
        """Use these words: `values` are by canonical field, `headings` by note."""
        self._titles, self._tags, self._keys = WordIndex(titles), WordIndex(tags), WordIndex(keys)
        self._values = {name: WordIndex(found) for name, found in (values or {}).items()}
        self._values["tags"] = self._tags
        self._headings = headings
        self._links = links

    @classmethod
    def of(cls, vault: Vault, source: str = "") -> Completer:
        """Read the words of a vault, for a note; safe in a thread."""
        kinds = vault.schema.kinds
        keys = {key for kind in kinds.values() for key in kind.fields}
        return cls(
            vault.catalog.titles(),
            vault.catalog.tag_counts(),
            keys | set(vault.catalog.field_names()),
            {"type": list(kinds), **_values(vault)},
            lru_cache(64)(partial(_headings_of, vault)),
            lru_cache(64)(partial(_write_links, vault, source)),
        )

    def offers(self, lines: Sequence[str], row: int, column: int) -> list[CompletionOffer]:
        """Return the completions at a line and column, counted from 0, best first."""
        before, behind = lines[row][:column], lines[row][column:]
        end = "" if behind.startswith("]]") else "]]"
        if heading := _HEADING.search(before):
            return self._of_headings(lines, heading, end)
        if link := _LINK.search(before):
            # Links that are already closed, and properties, are wiki links.
            is_wiki = not end or is_in_frontmatter(lines, row)
            return self._of_titles(link, end, is_wiki=is_wiki)
        if behind[:1].isalnum():
            return []
        if is_in_frontmatter(lines, row):
            if key := _KEY.search(before):
                return _offers(self._keys, key, "" if behind.lstrip().startswith(":") else ": ")
            return self._of_values(lines, row, before)
        if tag := _TAG.search(before):
            return _offers(self._tags, tag, "")
        return []

    def _of_titles(self, typed: re.Match[str], end: str, *, is_wiki: bool) -> list[CompletionOffer]:
        """Return links to titles with a word that starts with the text, which Obsidian follows."""
        plain = _offers(self._titles, typed, "")
        if later := _offers_inside(self._titles, typed):
            # Matches of a later word never come before an equal title.
            listed = {offer.text for offer in plain}
            whole = [word for word in self._titles.spellings(typed[1]) if word not in listed]
            at = typed.start(1)
            plain = [*(CompletionOffer(at, word, "") for word in whole), *plain, *later]
        plain = plain[:MAX_OFFERS]
        titles = tuple(offer.text for offer in plain)
        links = [f"[[{title}]]" for title in titles]
        if self._links is not None:
            with suppress(NotekeepError):
                links = self._links(titles, is_wiki)
        offers: list[CompletionOffer] = []
        for offer, title, link in zip(plain, titles, links, strict=True):
            if link.startswith("[["):
                inner = link.removeprefix("[[").removesuffix("]]")
                rest = f"{offer.rest}{end}" if _begins_with(title, typed) else ""
                offers.append(CompletionOffer(offer.start, f"{inner}{end}", rest))
            elif not is_wiki:
                end_of_link = link[link.rindex("](") :]
                rest = f"{offer.rest}{end_of_link}" if _begins_with(title, typed) else ""
                offers.append(CompletionOffer(typed.start(), link, rest))
        return offers

    def _of_headings(
        self, lines: Sequence[str], typed: re.Match[str], end: str
    ) -> list[CompletionOffer]:
        """Return the headings of the linked note, in order."""
        name, prefix = typed[1].strip(), typed[2].casefold()
        if name:
            known = self._headings(name)
        else:
            known = [found[1] for line in lines if (found := _TITLE.match(line))]
        fitting = [
            text for text in known if text.casefold().startswith(prefix) and text != typed[2]
        ]
        # A bracket or bar would end the link, and a hash start a subheading.
        plain = [text for text in dict.fromkeys(fitting) if not set(text) & set("[]|#^")]
        length = len(typed[2])
        return [
            CompletionOffer(typed.start(2), f"{text}{end}", f"{text[length:]}{end}")
            for text in plain[:MAX_OFFERS]
        ]

    def _of_values(self, lines: Sequence[str], row: int, before: str) -> list[CompletionOffer]:
        """Return values from other notes for the field on this line."""
        typed = _ITEM.search(before)
        field = next(
            (found for line in reversed(lines[: row + 1]) if (found := _FIELD.match(line))), None
        )
        if typed is None or field is None:
            return []
        words = self._values.get(canonical(field[1]))
        return _offers(words, typed, "") if words is not None else []


def _values(vault: Vault) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in VALUES}
    for (_, name), choices in FIELD_CHOICES.items():
        found[name].update(choices)
    for name in VALUES:
        values = vault.search.values(name, limit=MAX_VALUES)
        found[name].update(text for text in values if len(text) <= MAX_VALUE_LENGTH)
    return found


def _write_links(vault: Vault, source: str, titles: tuple[str, ...], is_wiki: bool) -> list[str]:  # noqa: FBT001 - part of the key of a cache
    """Return links from a note in the vault's style; a title without a note becomes a wiki link."""
    style = vault.notes.workspace.link_style
    if is_wiki:
        style = replace(style, is_markdown=False)
    found = resolve_link_names(vault.catalog, titles, source)
    return [
        style.link(found[title][0], source, text=title, is_only=found[title][1])
        if title in found
        else f"[[{title}]]"
        for title in titles
    ]


def _headings_of(vault: Vault, name: str) -> Sequence[str]:
    row = resolve_link(vault.catalog, name, "")
    return [text for _, _, text in vault.catalog.headings(row.path)] if row is not None else ()


def find_frontmatter_end(lines: Sequence[str]) -> int | None:
    """Return the row of the closing fence of the front matter, or None."""
    if lines[0].rstrip() != _FENCE:
        return None
    rows = range(1, min(len(lines), MAX_FIELD_LINES))
    return next((row for row in rows if lines[row].rstrip() in {_FENCE, "..."}), None)


def is_in_frontmatter(lines: Sequence[str], row: int) -> bool:
    """Return whether a row is in the front matter, even in an unclosed one."""
    if row == 0 or lines[0].rstrip() != _FENCE:
        return False
    end = find_frontmatter_end(lines)
    return row < MAX_FIELD_LINES if end is None else row <= end


def first_text_position(lines: Sequence[str]) -> tuple[int, int]:
    """Return the row and column to start writing: below the front matter and the title.

    In a note without text it is below the first section's heading, or at the end. After a heading
    it is behind a blank line, if there is room.
    """
    end = find_frontmatter_end(lines)
    if end is None or end + 1 == len(lines):
        return 0, 0
    is_written = has_text(lines)
    if is_written and not lines[end + 1].startswith("# "):
        return end + 1, 0
    sections = (row for row in range(end + 1, len(lines) - 1) if lines[row].startswith("##"))
    first = end + 1 if is_written else next(sections, None)
    if first is None:
        return len(lines) - 1, len(lines[-1])
    row = next((row for row in range(first + 1, len(lines)) if lines[row].strip()), first)
    if not lines[row].startswith("#"):
        return row, 0 if is_written else len(lines[row])  # after its bullet or timestamp
    has_room = len(lines) > first + 3 and not any(lines[first + 1 : first + 4])
    return first + (2 if has_room else 1), 0


def has_text(lines: Sequence[str]) -> bool:
    """Return whether a note contains more than front matter, headings and placeholders."""
    end = find_frontmatter_end(lines)
    body = lines if end is None else lines[end + 1 :]
    return not all(line.startswith("#") or _PLACEHOLDER.match(line) for line in body)


def _offers(words: WordIndex, typed: re.Match[str], end: str) -> list[CompletionOffer]:
    """Return the words with the typed prefix, the shortest first; the prefix may be a word."""
    start, length = typed.start(1), len(typed[1])
    found = sorted(islice(words.find(typed[1]), 10 * MAX_OFFERS), key=len)[:MAX_OFFERS]
    if typed[1] in words and (end or found):
        found.insert(0, typed[1])
    return [CompletionOffer(start, f"{word}{end}", f"{word[length:]}{end}") for word in found]


def _offers_inside(words: WordIndex, typed: re.Match[str]) -> list[CompletionOffer]:
    """Return the entries in which a later word has the typed prefix, the shortest first."""
    found = sorted(islice(words.find_inside(typed[1]), 10 * MAX_OFFERS), key=len)
    return [CompletionOffer(typed.start(1), word, "") for word in found]


def _begins_with(title: str, typed: re.Match[str]) -> bool:
    return title.casefold().startswith(typed[1].casefold())


# Suggestions in inputs.


def known_values(vault: Vault, field: str) -> list[str]:
    """Return the values of a field in all notes, the most frequent first; safe in a thread."""
    return list(vault.catalog.tag_counts()) if field == "tags" else vault.search.values(field)


class WordSuggester(Suggester):
    """Completes the last typed word, which may follow a `+`, `-` or `#`."""

    def __init__(self, separators: str = "") -> None:
        """`separators` are the characters between words; without any, the input is one word."""
        super().__init__(use_cache=False, case_sensitive=True)
        self._separators = separators
        self._known = WordIndex(())

    def set_words(self, words: Sequence[str], box: Widget) -> None:
        """Suggest these words from now on, even for text already typed into the inputs of a box."""
        self._known = WordIndex(words)
        for field in box.query(Input):
            found = self._complete(field.value) if field.suggester is self else None
            if found is not None:
                field.post_message(SuggestionReady(field.value, found))

    async def get_suggestion(self, value: str) -> str | None:
        return self._complete(value)

    def _complete(self, value: str) -> str | None:
        start = max((value.rfind(sign) + 1 for sign in self._separators), default=0)
        typed = value[start:].lstrip(" +-#")
        found = next(self._known.find(typed), None) if typed else None
        return None if found is None else value + found[len(typed) :]


class PathSuggester(Suggester):
    """Completes a file name: the whole input, or its last word."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(_complete_path, value)


def _complete_path(line: str) -> str | None:
    for start in (0, line.rfind(" ") + 1):
        folder, name = os.path.split(os.path.expanduser(line[start:].lstrip("'\"")))
        with suppress(OSError):
            for entry in sorted(os.scandir(folder or "."), key=lambda entry: entry.name):
                if name and entry.name.startswith(name):
                    end = os.sep if entry.is_dir() else ""
                    return f"{line}{entry.name[len(name) :]}{end}"
    return None
