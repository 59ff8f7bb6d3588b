"""The audit: nothing private is in what leaves. It trusts nothing that made the files.

What must not be seen is looked for in every byte of every file. What an exported note says in
public itself is no leak, so that a private note called "Money" does not forbid the word.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property, partial
from typing import NamedTuple, TypeAlias

from notekeep.errors import Refused
from notekeep.export.plan import ExportPlan
from notekeep.export.private_terms import (
    PrivateTerm,
    collect_private_terms,
    collect_public_text,
    normalize_for_audit,
    read_private_parts,
    words_for_audit,
)
from notekeep.export.source import VaultSource

_LONG = 20_000
"""How many characters few posts have, and all pictures."""
_LETTERS = r"\w#;\x80-\ufffc\U00010000-\U0010ffff"
_ESCAPED = re.compile(rf"(?<![{_LETTERS}%&\\])[{_LETTERS}]*+[%&\\][{_LETTERS}%&\\]*+")
"""Letters with the beginning of an escape among them, which read as other words than they show."""
_PATH = r"(?i:(?<!\w){0}\.md(?!\w))|(?<![\w/]){0}(?!\w|[-/]|\.\w)"
"""A path: with its ending in any case, or without as it is spelt, as a word of its own."""
_INNER_MARKS = re.compile(
    r"[][*_~=`\u00ad\u200b-\u200f\u2060\ufeff]+|(?<=\])\([^)\s]*\)|</?[a-z][^<>]*>|\\(?=[^\w\s])",
    re.IGNORECASE,
)
"""What can stand within a word that shows without it."""
_SLASHES = re.compile(r"[\\/]+")
_QUOTED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_JSON_BLANK = re.compile(r"\\[nrt]")

_ByWord: TypeAlias = "dict[str, dict[str, list[tuple[str, PrivateTerm]]]]"
"""Terms by the note whose post they must not be in, then by a word of theirs: what notes have of
one template is asked of each one's own post."""


class OutgoingFile(NamedTuple):
    """A file that is to leave: its path, its bytes, and the note whose post it is, if it is one."""

    path: str
    data: bytes
    post: str = ""


class Hit(NamedTuple):
    """A private term that a file holds."""

    file: OutgoingFile
    term: PrivateTerm


class Audit:
    """What an export must not show, and what it may, gathered when it is first needed."""

    def __init__(self, source: VaultSource, plan: ExportPlan) -> None:
        self._source = source
        self._plan = plan
        self._parts = cache(partial(read_private_parts, source))

    @cached_property
    def private_terms(self) -> list[PrivateTerm]:
        """What must be in no file."""
        return collect_private_terms(self._source, self._plan.drafts, self._parts)

    @cached_property
    def public_text(self) -> str:
        """What the exported notes say in public."""
        own = self._plan.own_words
        said = collect_public_text(self._source, self._plan.drafts, self._parts, own)
        self._parts.cache_clear()  # the texts of all notes
        return said

    def check(self, files: Iterable[OutgoingFile]) -> None:
        """Refuse files that hold anything they must not."""
        if hits := self.find(files):
            raise self.refusal(hits)

    def find(self, files: Iterable[OutgoingFile]) -> list[Hit]:
        """Return each file that holds something it must not, and what."""
        hits = [Hit(file, term) for file in files for term in self._terms_in(file)]
        if not hits:
            self._parts.cache_clear()
            return []
        listed = normalize_for_audit(" ".join(self._plan.known_slugs))
        is_public = self._is_public
        posts = _private_hits([hit for hit in hits if hit.file.post], is_public)
        others = _private_hits(
            [hit for hit in hits if not hit.file.post],
            # The site's manifest names notes that may not leave any more.
            lambda text: is_public(text) or _within(text, listed),
            may_name_paths=True,
        )
        return posts + others

    def refusal(self, hits: Sequence[Hit]) -> Refused:
        """Return the error for what was found, without the text itself, as it may be logged."""
        file, term = hits[0]
        more = f", and {len(hits) - 1} more" if len(hits) > 1 else ""
        line = self._line_of(hits[0])
        where = f" (line {line} of {file.post})" if line else ""
        return Refused(
            f"{file.path} would reveal {term.what}{where}{more}; nothing was written",
            "check the links, embeds and comments of the note, and the text around them",
            line=line or None,
        )

    # What is asked again of the same bytes, as of those read back, is answered at once. Neither
    # holds this audit, which with its vault is gone when nobody has it any more.

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
        """Return the line of a post's own note that has what was found in it; 0 for none."""
        if not hit.file.post:
            return 0
        text = self._source.read(hit.file.post).decode("utf-8", "replace")
        wanted = normalize_for_audit(hit.term.text)
        for number, line in enumerate(text.splitlines(), 1):
            if _is_in(hit.term, wanted, line, f" {normalize_for_audit(line)} "):
                return number
        return 0


def find_leaks(
    files: Iterable[OutgoingFile], terms: Iterable[PrivateTerm], public_text: str
) -> list[Hit]:
    """Return every file that holds a term that `public_text` does not say, and the term."""
    by_word = _by_longest_word(terms)
    hits = [Hit(file, term) for file in files for term in _find_terms(file, by_word)]
    return _private_hits(hits, partial(_within, words=public_text))


def _by_longest_word(terms: Iterable[PrivateTerm]) -> _ByWord:
    """Sort terms by their longest word, so that a file is asked only for terms that it can have."""
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
    return [*dict.fromkeys([*_find_canaries(text, canaries), *_find_in_words(file, text, by_word)])]


def _find_canaries(text: str, canaries: Sequence[PrivateTerm]) -> list[PrivateTerm]:
    """Return the words that must never leave which show with marks in them, as in `bi**rd**`."""
    if not canaries or "\0" in text[:8192]:
        return []
    shown = f" {normalize_for_audit(_INNER_MARKS.sub('', html.unescape(text)))} "
    return [term for term in canaries if _within(normalize_for_audit(term.text), shown)]


def _find_in_words(file: OutgoingFile, text: str, by_word: _ByWord) -> list[PrivateTerm]:
    shown = words_for_audit(f"{file.path} {text}")
    # All of a picture read in each way takes a quarter of a second a megabyte, and says nothing.
    part = text if len(text) < _LONG else "\n".join(_ESCAPED.findall(text))
    read = "\n".join(_readings(part))
    meant = words_for_audit(read)
    known = {*shown, *meant}
    likely = [
        (words, term)
        for post in dict.fromkeys(("", file.post))
        if (wanted := by_word.get(post)) is not None
        for word in wanted.keys() & known
        for words, term in wanted[word]
    ]
    if not likely:
        return []
    if part is not text:
        read = "\n".join(_readings(text))
        meant = words_for_audit(read)
    plain, words = f"{text}\n{read}", " ".join(["", *shown, *meant, ""])
    return [term for wanted_words, term in likely if _is_in(term, wanted_words, plain, words)]


def _readings(text: str) -> list[str]:
    """Return what a browser or a reader of JSON makes of a text, where that is another."""
    found = {text}
    blank = _JSON_BLANK.sub(" ", text) if "\\" in text else text
    found.add(blank)
    if "%" in blank:
        found.add(_QUOTED.sub(_unquoted, blank))
    if "&" in blank:
        found.add(html.unescape(blank))
    return [*(found - {text})]


def _unquoted(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace")


def _private_hits(
    hits: Iterable[Hit], is_public: Callable[[str], bool], *, may_name_paths: bool = False
) -> list[Hit]:
    """Return the hits that no exported note says in public, in the order of the files."""
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
    """Whether words hold a text, not as part of longer words."""
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
