"""The audit: nothing private is in what leaves. It trusts nothing that made the files.

What must not be seen is looked for in every byte of every file. What an exported note says in
public itself is no leak, so that a private note called "Money" does not forbid the word.
"""

from __future__ import annotations

import html
import re
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from notekeep.errors import Refused
from notekeep.export.private_terms import (
    PrivateTerm,
    collect_private_terms,
    collect_public_text,
    normalize_for_audit,
    read_private_parts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from notekeep.export.draft import Draft
    from notekeep.export.source import VaultSource

_LONG = 20_000
"""How many characters few posts have, and all pictures."""
_LETTERS = r"\w#;\x80-\ufffc\U00010000-\U0010ffff"
_ESCAPED = re.compile(rf"(?<![{_LETTERS}%&\\])[{_LETTERS}]*+[%&\\][{_LETTERS}%&\\]*+")
"""Letters with the beginning of an escape among them, which read as other words than they show."""
_PATH = r"(?i:(?<!\w){0}\.md(?!\w))|(?<![\w/]){0}(?!\w|[-/]|\.\w)"
"""A path: with its ending in any case, or without as it is spelt, as a word of its own."""
_SLASHES = re.compile(r"[\\/]+")
_QUOTED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_JSON_BLANK = re.compile(r"\\[nrt]")


class OutgoingFile(NamedTuple):
    """A file that is to leave: its path, its bytes, and the note whose post it is, if it is one."""

    path: str
    data: bytes
    post: str = ""


class Audit:
    """What an export must not show, gathered when it is first needed.

    Attributes:
        source: The vault.
        drafts: What is exported.
        own: Gives the words that the exporter writes itself.
        listed: What the site's manifest names already: notes that may not leave any more are in it
            until their posts are pruned.
    """

    def __init__(
        self,
        source: VaultSource | None,
        drafts: Sequence[Draft],
        own: Callable[[], Iterable[str]] = tuple,
        listed: Iterable[str] = (),
    ) -> None:
        self.source = source
        self.drafts = drafts
        self.own = own
        self.listed = listed
        self._parts = None if source is None else cache(partial(read_private_parts, source))
        self._asked: list[PrivateTerm] = []
        self._by_word: _ByWord = {}
        self._looked: dict[tuple[str, str], tuple[bytes, list[PrivateTerm]]] = {}
        self._known: dict[str, bool] = {}

    @cached_property
    def needles(self) -> list[PrivateTerm]:
        """What must be in no file."""
        if self.source is None or self._parts is None:
            return []
        return collect_private_terms(self.source, self.drafts, self._parts)

    @cached_property
    def said(self) -> str:
        """What the exported notes say in public."""
        if self.source is None or self._parts is None:
            return ""
        said = collect_public_text(self.source, self.drafts, self._parts, self.own())
        self._forget_parts()
        return said

    def _forget_parts(self) -> None:
        """Let go of the texts of all notes, which are read again when they are needed."""
        if self._parts is not None:
            self._parts.cache_clear()

    def check(self, files: Iterable[OutgoingFile]) -> None:
        """Return when no file holds anything it must not.

        Raises:
            Refused: One does.
        """
        if found := self.find(files):
            raise self.refusal(found)

    def refusal(self, found: Sequence[tuple[OutgoingFile, PrivateTerm]]) -> Refused:
        """Return the error for what was found.

        The text itself is not in it, as it may be logged.
        """
        file, needle = found[0]
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        line = self.line_of(file, needle)
        where = f" (line {line} of {file.post})" if line else ""
        return Refused(
            f"{file.path} would show {needle.what}{where}{more}; nothing was written",
            "look at the note's links, embeds and comments, and at the words around them",
            line=line or None,
        )

    def find(self, files: Iterable[OutgoingFile]) -> list[tuple[OutgoingFile, PrivateTerm]]:
        """Return each file that holds something it must not, and what."""
        if self._asked != self.needles:
            self._asked, self._looked = [*self.needles], {}
            self._by_word = _by_longest_word(self._asked)
        hits = [(file, needle) for file in files for needle in self._in(file)]
        if not hits:
            self._forget_parts()
            return []
        found = _unsaid([hit for hit in hits if hit[0].post], self._is_said)
        others = [hit for hit in hits if not hit[0].post]
        return found + _unsaid(others, self._is_listed, may_list=True)

    def line_of(self, file: OutgoingFile, needle: PrivateTerm) -> int:
        """Return the line of a post's own note that has what was found in it; 0 for none."""
        if self.source is None or not file.post:
            return 0
        text = self.source.read(file.post).decode("utf-8", "replace")
        said = normalize_for_audit(needle.text)
        for number, line in enumerate(text.splitlines(), 1):
            if _is_in(needle, said, line, f" {normalize_for_audit(line)} "):
                return number
        return 0

    def _is_said(self, text: str) -> bool:
        """Whether an exported note says a text in public, looked for once in all that is said."""
        if text not in self._known:
            self._known[text] = _within(text, self.said)
        return self._known[text]

    def _is_listed(self, text: str) -> bool:
        """Whether a text is said in public, or in the site's manifest already."""
        return self._is_said(text) or _within(text, self._listed)

    @cached_property
    def _listed(self) -> str:
        return normalize_for_audit(" ".join(self.listed))

    def _in(self, file: OutgoingFile) -> list[PrivateTerm]:
        """Return what is in a file, looked for once in the same bytes."""
        key = file.path, file.post
        if key not in self._looked or self._looked[key][0] != file.data:
            self._looked[key] = file.data, _found_in(file, self._by_word)
        return self._looked[key][1]


def make_empty_audit() -> Audit:
    """Return the audit of an export of nothing."""
    return Audit(None, ())


def find_leaks(
    files: Iterable[OutgoingFile], unseen: Iterable[PrivateTerm], said: str
) -> list[tuple[str, PrivateTerm]]:
    """Return every file that holds something it must not, and what.

    Args:
        files: What is to leave.
        unseen: What must not be seen.
        said: What the notes say in public, from `collect_public_text`.
    """
    found = _unsaid(_hits(files, unseen), lambda text: _within(text, said))
    return [(file.path, needle) for file, needle in found]


_ByWord: TypeAlias = "dict[str, dict[str, list[tuple[str, PrivateTerm]]]]"
"""Needles by the note whose post they must not be in, then by a word of theirs: what notes have of
one template is asked of each one's own post."""


def _hits(
    files: Iterable[OutgoingFile], unseen: Iterable[PrivateTerm]
) -> list[tuple[OutgoingFile, PrivateTerm]]:
    """Return which needles are in which files."""
    by_word = _by_longest_word(unseen)
    return [(file, needle) for file in files for needle in _found_in(file, by_word)]


def _by_longest_word(unseen: Iterable[PrivateTerm]) -> _ByWord:
    """Sort needles by a word that they need.

    A file is asked for a needle only when it has the longest word of it, so that thousands of
    private lines cost no more than the words of the file.
    """
    by_word: _ByWord = {}
    for needle in unseen:
        text = normalize_for_audit(needle.text)
        if text:
            text = needle.text if text == needle.text else text
            known = by_word.setdefault(needle.post, {})
            known.setdefault(max(text.split(), key=len), []).append((text, needle))
    return by_word


def _found_in(file: OutgoingFile, by_word: _ByWord) -> list[PrivateTerm]:
    text = file.data.decode("utf-8", "replace")
    shown = normalize_for_audit(f"{file.path} {text}")
    # All of a picture read in each way takes a quarter of a second a megabyte, and says nothing.
    part = text if len(text) < _LONG else "\n".join(_ESCAPED.findall(text))
    read = "\n".join(_readings(part))
    meant = normalize_for_audit(read)
    known = {*shown.split(), *meant.split()}
    likely = [
        (said, needle)
        for post in dict.fromkeys(("", file.post))
        if (wanted := by_word.get(post)) is not None
        for word in wanted.keys() & known
        for said, needle in wanted[word]
    ]
    if not likely:
        return []
    if part is not text:
        read = "\n".join(_readings(text))
        meant = normalize_for_audit(read)
    plain, words = f"{text}\n{read}", f" {shown} {meant} "
    return [needle for said, needle in likely if _is_in(needle, said, plain, words)]


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


def _unsaid(
    hits: Iterable[tuple[OutgoingFile, PrivateTerm]],
    is_said: Callable[[str], bool],
    *,
    may_list: bool = False,
) -> list[tuple[OutgoingFile, PrivateTerm]]:
    """Return the hits that no exported note says in public, in the order of the files.

    Args:
        hits: What was found.
        is_said: Whether a text is said in public.
        may_list: Whether the files may name paths that are said.
    """
    found = [
        (file, needle)
        for file, needle in hits
        if needle.always
        or (needle.is_path and not may_list)
        or not is_said(normalize_for_audit(needle.text))
    ]
    return sorted(found, key=lambda hit: (hit[0].path, hit[1].what))


def _is_in(needle: PrivateTerm, text: str, plain: str, words: str) -> bool:
    if needle.is_path:
        path = _PATH.format(re.escape(needle.text))
        return re.search(path, _SLASHES.sub("/", plain)) is not None
    return ("/" in needle.text and needle.text in plain) or _within(text, words)


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
