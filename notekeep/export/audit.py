"""The audit: checks that exported files contain nothing private, without trusting other code.

Every byte of every file is searched for private terms. A term that also appears in the public text
of an exported note is not a leak: a private note called "Money" does not forbid the word.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property, partial
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote

from notekeep.errors import Refused
from notekeep.export.plan import ExportPlan
from notekeep.export.privacy.private_terms import (
    PrivateTerm,
    collect_private_terms,
    collect_public_text,
    normalize_for_audit,
    read_private_parts,
    words_for_audit,
)
from notekeep.export.source import VaultSource

_LONG = 20_000
"""In characters. Longer files are mostly pictures."""
_LETTERS = r"\w#;\x80-\ufffc\U00010000-\U0010ffff"
_ESCAPED = re.compile(rf"(?<![{_LETTERS}%&\\])[{_LETTERS}]*+[%&\\][{_LETTERS}%&\\]*+")
"""Words with an escape sequence, which must be decoded before the search."""
_PATH = r"(?i:(?<!\w){0}\.md(?!\w))|(?<![\w/]){0}(?!\w|[-/]|\.\w)"
"""A path as a whole word. With `.md`, case is ignored."""
_INNER_MARKS = re.compile(
    r"[][*_~=`\u00ad\u200b-\u200f\u2060\ufeff]+|(?<=\])\([^)\s]*\)|</?[a-z][^<>]*>|\\(?=[^\w\s])",
    re.IGNORECASE,
)
"""Marks within a word that are not visible on the page."""
_SLASHES = re.compile(r"[\\/]+")
_JSON_BLANK = re.compile(r"\\[nrt]")

_ByWord: TypeAlias = "dict[str, dict[str, list[tuple[str, PrivateTerm]]]]"
"""Terms by the post to search (its note, or "" for all files), then by their longest word."""


class OutgoingFile(NamedTuple):
    """A file to export. `post` is the path of a post's note, "" for other files."""

    path: str
    data: bytes
    post: str = ""


class Hit(NamedTuple):
    """A private term in a file."""

    file: OutgoingFile
    term: PrivateTerm


class Audit:
    """Searches the files of an export for private text. Terms are collected on first use."""

    def __init__(self, source: VaultSource, plan: ExportPlan) -> None:
        self._source = source
        self._plan = plan
        self._parts = cache(partial(read_private_parts, source))

    @cached_property
    def private_terms(self) -> list[PrivateTerm]:
        """The terms that no file may contain."""
        return collect_private_terms(self._source, self._plan.drafts, self._parts)

    @cached_property
    def public_text(self) -> str:
        """The public text of the exported notes."""
        own = self._plan.own_words
        text = collect_public_text(self._source, self._plan.drafts, self._parts, own)
        self._parts.cache_clear()  # frees the texts of all notes
        return text

    def check(self, files: Iterable[OutgoingFile]) -> None:
        """Refuse files with private text."""
        if hits := self.find(files):
            raise self.refusal(hits)

    def find(self, files: Iterable[OutgoingFile]) -> list[Hit]:
        """Return the private terms in files."""
        hits = [Hit(file, term) for file in files for term in self._terms_in(file)]
        if not hits:
            self._parts.cache_clear()
            return []
        slugs = normalize_for_audit(" ".join(self._plan.known_slugs))
        is_public = self._is_public
        posts = _private_hits([hit for hit in hits if hit.file.post], is_public)
        others = _private_hits(
            [hit for hit in hits if not hit.file.post],
            # The manifest may contain the slugs of notes that are now private.
            lambda text: is_public(text) or _within(text, slugs),
            may_name_paths=True,
        )
        return posts + others

    def refusal(self, hits: Sequence[Hit]) -> Refused:
        """Return the error for private terms. It omits their text, because errors may be logged."""
        file, term = hits[0]
        more = f", and {len(hits) - 1} more" if len(hits) > 1 else ""
        line = self._line_of(hits[0])
        where = f" (line {line} of {file.post})" if line else ""
        return Refused(
            f"{file.path} would reveal {term.what}{where}{more}. Nothing was written.",
            "Check the links, embeds and comments of the note, and the text around them.",
            line=line or None,
        )

    # Results are cached, because the same bytes are searched again when they are read back. The
    # cached functions do not reference this object, so that it can be freed.

    @cached_property
    def _terms_in(self) -> Callable[[OutgoingFile], list[PrivateTerm]]:
        terms = self.private_terms
        canaries = [term for term in terms if term.always]
        by_word = _by_longest_word(terms)
        return cache(partial(_find_terms, by_word=by_word, canaries=canaries))

    @cached_property
    def _is_public(self) -> Callable[[str], bool]:
        return cache(partial(_within, words=self.public_text))

    def _line_of(self, hit: Hit) -> int:
        """Return the line of the note that contains the term; 0 for none."""
        if not hit.file.post:
            return 0
        text = self._source.read(hit.file.post).decode("utf-8", "replace")
        words = normalize_for_audit(hit.term.text)
        for number, line in enumerate(text.splitlines(), 1):
            if _is_in(hit.term, words, line, f" {normalize_for_audit(line)} "):
                return number
        return 0


def find_leaks(
    files: Iterable[OutgoingFile], terms: Iterable[PrivateTerm], public_text: str
) -> list[Hit]:
    """Return the terms in files that are not in `public_text`."""
    by_word = _by_longest_word(terms)
    hits = [Hit(file, term) for file in files for term in _find_terms(file, by_word)]
    return _private_hits(hits, partial(_within, words=public_text))


def _by_longest_word(terms: Iterable[PrivateTerm]) -> _ByWord:
    """Index terms by their longest word, to search a file only for terms that it may contain."""
    by_word: _ByWord = {}
    for term in terms:
        if text := normalize_for_audit(term.text):
            known = by_word.setdefault(term.post, {})
            known.setdefault(max(text.split(), key=len), []).append((text, term))
    return by_word


def _find_terms(
    file: OutgoingFile, by_word: _ByWord, canaries: Sequence[PrivateTerm] = ()
) -> list[PrivateTerm]:
    text = file.data.decode("utf-8", "replace")
    return [*dict.fromkeys([*find_canaries(text, canaries), *_find_in_words(file, text, by_word)])]


def find_canaries(text: str, canaries: Sequence[PrivateTerm]) -> list[PrivateTerm]:
    """Return the forbidden words that appear in a text with marks, as in `bi**rd**`."""
    if not canaries or "\0" in text[:8192]:
        return []
    shown = f" {normalize_for_audit(_INNER_MARKS.sub('', html.unescape(text)))} "
    return [term for term in canaries if _within(normalize_for_audit(term.text), shown)]


def _find_in_words(file: OutgoingFile, text: str, by_word: _ByWord) -> list[PrivateTerm]:
    shown = words_for_audit(f"{file.path} {text}")
    # Decoding a whole picture takes a quarter of a second per megabyte, and finds nothing.
    part = text if len(text) < _LONG else "\n".join(_ESCAPED.findall(text))
    decoded = _decode(part)
    further = _words_of_each(decoded)
    known = {*shown, *further}
    likely = [
        (words, term)
        for post in dict.fromkeys(("", file.post))
        if (indexed := by_word.get(post)) is not None
        for word in indexed.keys() & known
        for words, term in indexed[word]
    ]
    if not likely:
        return []
    if part is not text:
        decoded = _decode(text)
        further = _words_of_each(decoded)
    plain, joined = "\n".join([text, *decoded]), " ".join(["", *shown, *further, ""])
    return [term for words, term in likely if _is_in(term, words, plain, joined)]


def _words_of_each(texts: Iterable[str]) -> list[str]:
    """Return the words of all texts, separated by "|", which no term contains."""
    return [word for text in texts for word in ("|", *words_for_audit(text))]


def _decode(text: str) -> list[str]:
    """Return the decoded versions of a text with JSON, URL or HTML escapes."""
    found = {text}
    blank = _JSON_BLANK.sub(" ", text) if "\\" in text else text
    found.add(blank)
    if "%" in blank:
        found.add(unquote(blank))
    if "&" in blank:
        found.add(html.unescape(blank))
    return [*(found - {text})]


def _private_hits(
    hits: Iterable[Hit], is_public: Callable[[str], bool], *, may_name_paths: bool = False
) -> list[Hit]:
    """Return the hits that are not public, in the order of the files."""
    found = [
        hit
        for hit in hits
        if hit.term.always
        or (hit.term.is_path and not may_name_paths)
        or not is_public(normalize_for_audit(hit.term.text))
    ]
    return sorted(found, key=lambda hit: (hit.file.path, hit.term.what))


def _is_in(term: PrivateTerm, text: str, plain: str, words: str) -> bool:
    if term.is_path:
        path = _PATH.format(re.escape(term.text))
        return re.search(path, _SLASHES.sub("/", plain)) is not None
    return ("/" in term.text and term.text in plain) or _within(text, words)


def _within(text: str, words: str) -> bool:
    """Whether a text occurs in `words`, but not within a longer word."""
    at = words.find(text)
    while at >= 0:
        before = words[at - 1] if at else " "
        after = words[at + len(text)] if at + len(text) < len(words) else " "
        if not (before.isalnum() and text[0].isalnum()) and not (
            after.isalnum() and text[-1].isalnum()
        ):
            return True
        at = words.find(text, at + 1)
    return False
