"""Completions while a note is typed: notes, headings, blocks, tags, fields and values."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from itertools import islice, takewhile
from typing import NamedTuple

from notekeep.catalog.name_lookup import resolve_link, resolve_link_names
from notekeep.errors import NotekeepError
from notekeep.markdown.fields.schema import FIELD_CHOICES, Schema, canonical
from notekeep.services.search import SearchService

MAX_OFFERS = 20

_LINK = re.compile(r"\[\[([^\[\]|#\n]*)\Z")
_TAG = re.compile(r"(?:^|(?<=[\s(,]))#([^\s#.,;:!?()\[\]]*)\Z")
_KEY = re.compile(r"\A((?:[^\W\d][\w-]*)?)\Z")
_HEADING = re.compile(r"\[\[([^\[\]|#\n]*)#([^\[\]|#^\n]*)\Z")
_BLOCK = re.compile(r"\[\[([^\[\]|#\n]*)#\^([\w-]*)\Z")
_BLOCK_ID = re.compile(r"(?:\A|\s)\^([A-Za-z0-9-]+)\s*\Z")
_TITLE = re.compile(r"#{1,6} +(.*?)(?: +#+)? *\Z")
_FIELD = re.compile(r"\A([^\W\d][\w-]*):(?= |\Z)")
_ITEM = re.compile(r"(?:\A[^\W\d][\w-]*: +\[?|\A *- +|, *)((?:[^\s\"'\[\],][^\"'\[\],]*)?)\Z")
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
    word: str  # the completed word, without what is added around it
    kind: str  # "note", "heading", "block", "tag", "field" or "value"


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
        """Yield longer words that start with the text, in order."""
        folded = typed.casefold()
        for key, word in self._words[bisect_left(self._words, (folded, "")) :]:
            if not key.startswith(folded):
                return
            # If folding changes the length, the rest is unknown.
            if len(key) == len(word) and len(word) > len(typed):
                yield word


class CompletionWords:
    """The titles, tags, field names and values of a vault, as of one moment."""

    def __init__(
        self,
        titles: Iterable[str] = (),
        tags: Iterable[str] = (),
        keys: Iterable[str] = (),
        values: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """Use these words; `values` are by canonical field."""
        self.titles, self.tags, self.keys = WordIndex(titles), WordIndex(tags), WordIndex(keys)
        self.values = {name: WordIndex(found) for name, found in (values or {}).items()}
        self.values["tags"] = self.tags

    @classmethod
    def of(cls, search: SearchService) -> CompletionWords:
        """Read the words of a vault; safe in a thread."""
        kinds = search.schema.kinds
        keys = {key for kind in kinds.values() for key in kind.fields}
        return cls(
            search.catalog.titles(),
            search.catalog.tag_counts(),
            keys | set(search.catalog.field_names()),
            {"type": list(kinds), **_usual_values(search)},
        )


class Completer:
    """Completes the text of one note."""

    def __init__(
        self,
        words: CompletionWords | None = None,
        headings: Callable[[str], Sequence[str]] = lambda _name: (),
        blocks: Callable[[str], Sequence[str]] = lambda _name: (),
        values: Callable[[str], Sequence[str]] = lambda _field: (),
        links: Callable[[tuple[str, ...], bool], list[str]] | None = None,
        recent: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        """Use these words and functions.

        Args:
            words: The words of the vault.
            headings: Returns the headings of the note with a name.
            blocks: Returns the ids of its blocks.
            values: Returns the values of a field that is not in `words`.
            links: Returns links to titles; whether they must be wiki links is the second argument.
            recent: Returns the titles to list before a letter is typed. Without it, nothing is
                listed before the first letter.
        """
        self._words = words or CompletionWords()
        self._headings, self._blocks, self._links = headings, blocks, links
        self._values, self._recent = values, recent

    @classmethod
    def of(cls, search: SearchService, source: str = "") -> Completer:
        """Read the words of a vault, for a note; safe in a thread."""
        return cls(
            CompletionWords.of(search),
            lru_cache(64)(partial(find_headings, search)),
            lru_cache(64)(partial(find_blocks, search)),
            lru_cache(64)(partial(find_values, search)),
            lru_cache(64)(partial(write_links, search, source)),
        )

    def offers(self, lines: Sequence[str], row: int, column: int) -> list[CompletionOffer]:
        """Return the completions at a line and column, counted from 0, best first."""
        before, behind = lines[row][:column], lines[row][column:]
        end = "" if behind.startswith("]]") else "]]"
        if block := _BLOCK.search(before):
            return self._of_blocks(lines, block, end)
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
                end = "" if behind.lstrip().startswith(":") else ": "
                return self._of_words(self._words.keys, key, end, "field")
            return self._of_values(lines, row, before)
        if tag := _TAG.search(before):
            return self._of_words(self._words.tags, tag, "", "tag")
        return []

    def _of_words(
        self, words: WordIndex, typed: re.Match[str], end: str, kind: str
    ) -> list[CompletionOffer]:
        if not typed[1] and self._recent is None:
            return []
        return _offers(words, typed, end, kind)

    def _of_titles(self, typed: re.Match[str], end: str, *, is_wiki: bool) -> list[CompletionOffer]:
        """Return links to titles with a word that starts with the text, which Obsidian follows."""
        if not typed[1]:
            recent = self._recent() if self._recent else ()
            plain = [CompletionOffer(typed.start(1), word, word, word, "note") for word in recent]
        else:
            plain = _offers(self._words.titles, typed, "", "note")
        if typed[1] and (later := _offers_inside(self._words.titles, typed)):
            # Matches of a later word never come before an equal title.
            listed = {offer.text for offer in plain}
            whole = [w for w in self._words.titles.spellings(typed[1]) if w not in listed]
            at = typed.start(1)
            plain = [*(CompletionOffer(at, word, "", word, "note") for word in whole), *plain]
            plain += later
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
                offers.append(offer._replace(text=f"{inner}{end}", rest=rest))
            elif not is_wiki:
                end_of_link = link[link.rindex("](") :]
                rest = f"{offer.rest}{end_of_link}" if _begins_with(title, typed) else ""
                offers.append(offer._replace(start=typed.start(), text=link, rest=rest))
        return offers

    def _of_headings(
        self, lines: Sequence[str], typed: re.Match[str], end: str
    ) -> list[CompletionOffer]:
        """Return the headings of the linked note, in order."""
        name = typed[1].strip()
        if name:
            known = self._headings(name)
        else:
            known = [found[1] for line in lines if (found := _TITLE.match(line))]
        # A bracket or bar would end the link, and a hash start a subheading.
        plain = [text for text in known if not set(text) & set("[]|#^")]
        return _offers_of(plain, typed, end, "heading")

    def _of_blocks(
        self, lines: Sequence[str], typed: re.Match[str], end: str
    ) -> list[CompletionOffer]:
        """Return the ids of the blocks of the linked note, in order."""
        name = typed[1].strip()
        if name:
            known = self._blocks(name)
        else:
            known = [found[1] for line in lines if (found := _BLOCK_ID.search(line))]
        return _offers_of(known, typed, end, "block")

    def _of_values(self, lines: Sequence[str], row: int, before: str) -> list[CompletionOffer]:
        """Return values from other notes for the field on this line."""
        typed = _ITEM.search(before)
        field = next(
            (found for line in reversed(lines[: row + 1]) if (found := _FIELD.match(line))), None
        )
        if typed is None or field is None:
            return []
        name = canonical(field[1])
        words = self._words.values.get(name) or WordIndex(self._values(name))
        return self._of_words(words, typed, "", "value")


def field_choices(schema: Schema, name: str) -> list[str]:
    """Return the only values of a field, if it has such."""
    if schema.type_of("", name) == "bool":
        return ["true", "false"]
    return [one for (_, field), some in FIELD_CHOICES.items() if field == name for one in some]


def find_values(search: SearchService, name: str) -> list[str]:
    """Return the values to offer for a field: its choices, today's date, or those of other notes.

    A field that belongs to no kind has the values of other notes. Texts such as a description are
    different in each note, so they have none.
    """
    if choices := field_choices(search.schema, name):
        return choices
    kind = search.schema.type_of("", name)
    if kind == "date":
        today = search.workspace.today()
        return [day.isoformat() for day in (today, today - dt.timedelta(days=1))]
    if kind is not None and name not in search.schema.types:
        return []
    return _short_values(search, name)


def _usual_values(search: SearchService) -> dict[str, set[str]]:
    found = {name: set(_short_values(search, name)) for name in VALUES}
    for (_, name), choices in FIELD_CHOICES.items():
        found[name].update(choices)
    return found


def _short_values(search: SearchService, name: str) -> list[str]:
    values = search.values(name, limit=MAX_VALUES)
    return [text for text in values if len(text) <= MAX_VALUE_LENGTH]


def write_links(
    search: SearchService,
    source: str,
    titles: tuple[str, ...],
    is_wiki: bool,  # noqa: FBT001 - part of the key of a cache
) -> list[str]:
    """Return links from a note in the vault's style; a title without a note becomes a wiki link."""
    style = search.workspace.link_style
    if is_wiki:
        style = replace(style, is_markdown=False)
    found = resolve_link_names(search.catalog, titles, source)
    return [
        style.link(found[title][0], source, text=title, is_only=found[title][1])
        if title in found
        else f"[[{title}]]"
        for title in titles
    ]


def find_headings(search: SearchService, name: str) -> Sequence[str]:
    """Return the headings of the note with a name."""
    row = resolve_link(search.catalog, name, "")
    return [text for _, _, text in search.catalog.headings(row.path)] if row is not None else ()


def find_blocks(search: SearchService, name: str) -> Sequence[str]:
    """Return the block ids of the note with a name."""
    row = resolve_link(search.catalog, name, "")
    if row is None:
        return ()
    with suppress(NotekeepError):
        return search.workspace.note(row.path, search.workspace.read(row.path)).block_ids
    return ()


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


def _offers_of(
    known: Iterable[str], typed: re.Match[str], end: str, kind: str
) -> list[CompletionOffer]:
    """Return the parts of a note that start with the second group, in order."""
    start, prefix, length = typed.start(2), typed[2].casefold(), len(typed[2])
    fitting = [text for text in known if text.casefold().startswith(prefix) and text != typed[2]]
    return [
        CompletionOffer(start, f"{text}{end}", f"{text[length:]}{end}", text, kind)
        for text in list(dict.fromkeys(fitting))[:MAX_OFFERS]
    ]


def _offers(words: WordIndex, typed: re.Match[str], end: str, kind: str) -> list[CompletionOffer]:
    """Return the words with the typed prefix, the shortest first; the prefix may be a word."""
    start, length = typed.start(1), len(typed[1])
    found = sorted(islice(words.find(typed[1]), 10 * MAX_OFFERS), key=len)[:MAX_OFFERS]
    if typed[1] in words and (end or found):
        found.insert(0, typed[1])
    return [
        CompletionOffer(start, f"{word}{end}", f"{word[length:]}{end}", word, kind)
        for word in found
    ]


def _offers_inside(words: WordIndex, typed: re.Match[str]) -> list[CompletionOffer]:
    """Return the entries in which a later word has the typed prefix, the shortest first."""
    found = sorted(islice(words.find_inside(typed[1]), 10 * MAX_OFFERS), key=len)
    return [CompletionOffer(typed.start(1), word, "", word, "note") for word in found]


def _begins_with(title: str, typed: re.Match[str]) -> bool:
    return title.casefold().startswith(typed[1].casefold())
