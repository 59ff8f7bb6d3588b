"""Conditions that only a note's text can answer: one line, one section, a regular expression.

What the words index and the catalog know narrows the notes down first; only those are read. The
answer is a tree without such conditions, in which they have become the notes that meet them.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from notekeep.background import yield_to_ui
from notekeep.catalog.conditions import condition
from notekeep.catalog.records import load_path
from notekeep.errors import NotekeepError, UsageError
from notekeep.query.tree import (
    And,
    Block,
    KnownPaths,
    Line,
    Node,
    Not,
    Or,
    Prefix,
    Regex,
    Section,
    Tag,
    Term,
    Wildcard,
    is_fact,
)
from notekeep.search.results import read_file_start

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.catalog.catalog import Catalog
    from notekeep.catalog.records import Row
    from notekeep.search.regex_search import Spans
    from notekeep.search.whoosh_index import WhooshIndex

LEAST_SECONDS = 0.1
"""So long may a regular expression take where others of the same query took all the time."""

CUT_SHORT = (
    "/{}/ takes too long and was stopped: it was looked for in {} of {} notes. "
    "Add a word that the note must have."
)

_WORD = re.compile(r"[\w*?]+")
_LINE_ENDS = re.compile("\n")
_BLOCK_ENDS = re.compile(r"\n[ \t\r>]*\n")

MAX_READ_BYTES = 5 << 20
"""How much of a note is looked at, in bytes; as much as the index reads of a large one."""


class SearchDropped(NotekeepError):
    """Nobody waits for an answer any more, and it was not worked out to its end."""


def always() -> bool:
    """Somebody waits for the answer."""
    return True


def needs_text(node: Node) -> bool:
    """Whether a tree has a condition that only a note's text can answer."""
    match node:
        case And(parts) | Or(parts):
            return any(map(needs_text, parts))
        case Not(part):
            return needs_text(part)
        case _:
            return isinstance(node, Section | Line | Regex)


class TextFilter:
    """Answers such conditions for one query.

    Attributes:
        text: The query as typed, for what is said of it.
        spans: Where the regular expressions match, by path, in characters of the whole file.
        cut_short: What is to be said of regular expressions that were stopped before their end.

    Args:
        catalog: The vault's facts.
        words: Its words.
        root: The vault.
        text: The query as typed.
        in_part: Whether the notes that a regular expression has found until it is stopped are an
            answer; else it is an error.
        wanted: Asked between two notes, whether somebody still waits for the answer.
    """

    def __init__(
        self,
        catalog: Catalog,
        words: WhooshIndex,
        root: str,
        text: str = "",
        *,
        in_part: bool = False,
        wanted: Callable[[], bool] = always,
    ) -> None:
        self.catalog, self.words, self.root, self.text = catalog, words, root, text
        self.spans: dict[str, Spans] = {}
        self.cut_short: list[str] = []
        self._in_part = in_part
        self._wanted = wanted
        self._spent = 0.0

    def answered(self, node: Node, within: frozenset[str] | None = None) -> Node:
        """The same tree with only words and known notes in it.

        Args:
            node: Any tree.
            within: The notes that can still be found; others need not be looked at.

        Raises:
            UsageError: A regular expression takes too long.
            Unusable: There is no words index, and the tree needs one.
        """
        if isinstance(node, Tag) and self._words_know_tags:
            return node
        if is_fact(node):
            return KnownPaths(self.catalog.paths(node))
        match node:
            case And(parts):
                return self._all(parts, within)
            case Or(parts):
                return Or(tuple(self.answered(part, within) for part in parts))
            case Not(part):
                # Of what was not looked at nobody can say that it does not match.
                in_part, self._in_part = self._in_part, False
                inner = self.answered(part, within)
                self._in_part = in_part
                return Not(inner)
            case Regex():
                found = self._matching(node, within)
                for path, spans in found.items():
                    self.spans.setdefault(path, []).extend(spans)
                return KnownPaths(frozenset(found))
            case Section(inside) | Line(inside):
                return self._in_one(node, inside, within)
            case _:
                return node

    @cached_property
    def _words_know_tags(self) -> bool:
        """Whether the words index has every note as it is: then it knows their tags, too."""
        return not self.catalog.dirty()

    def _matching(self, node: Regex, within: frozenset[str] | None) -> dict[str, Spans]:
        from notekeep.search import regex_search

        paths = self._candidates(within)
        seconds = max(LEAST_SECONDS, regex_search.CPU_SECONDS - self._spent)
        try:
            looked = regex_search.find_regex_matches(node.pattern, self.root, paths, seconds)
            self._spent += looked.seconds
            if not looked.whole and not (self._in_part and looked.found):
                raise regex_search.too_slow(node.pattern)
        except UsageError as error:
            place = node.span[0] if self.text else None
            raise UsageError(error.message, error.hint, text=self.text, position=place) from None
        if not looked.whole:
            self.cut_short.append(CUT_SHORT.format(node.pattern, looked.done, looked.total))
        return looked.found

    def paths(self, tree: Node) -> frozenset[str]:
        """The notes that an answered tree finds; words are only asked when it has any."""
        if is_fact(tree):
            return self.catalog.paths(tree)
        return frozenset(self.words.scores(tree))

    def _all(self, parts: tuple[Node, ...], within: frozenset[str] | None) -> Node:
        """Conditions that must all hold: those that need no text say which notes to read."""
        known = [self.answered(part, within) for part in parts if not needs_text(part)]
        reading = [part for part in parts if needs_text(part)]
        if known and reading:
            found = self.paths(And(tuple(known)))
            within = found if within is None else found & within
        for part in reading:
            answer = self.answered(part, within)
            known.append(answer)
            within = _narrower(answer, within)
        return And(tuple(known))

    def _in_one(self, unit: Section | Line, inside: Node, within: frozenset[str] | None) -> Node:
        wanted = drop_negations(inside)
        if wanted is not None and (word := _one_word(inside)):
            found = frozenset(self.words.scores(word))  # no text knows better where one word stands
            return And((wanted, KnownPaths(found if within is None else found & within)))
        candidates = self._candidates(within)
        if wanted is not None:
            candidates &= frozenset(self.words.scores(wanted))
        holds = self._holding(unit, inside, candidates)
        docs = KnownPaths(
            frozenset(row.path for row in self.catalog.rows_of(candidates).values() if holds(row))
        )
        return docs if wanted is None else And((wanted, docs))

    def _candidates(self, within: frozenset[str] | None) -> frozenset[str]:
        return self.catalog.paths(None) if within is None else within

    def _holding(
        self, unit: Section | Line, inside: Node, paths: frozenset[str]
    ) -> Callable[[Row], bool]:
        """What tells whether one line or section of a note has all that is asked for.

        Raises:
            Dropped: When it is asked and nobody wants the answer any more.
        """
        matcher = self.words.matcher(inside)
        ends = _BLOCK_ENDS if isinstance(unit, Block) else _LINE_ENDS
        lines = self._headings(paths) if isinstance(unit, Section) else None

        def holds(row: Row) -> bool:
            yield_to_ui()
            if not self._wanted():
                raise SearchDropped("Nobody waits for this answer any more")
            text = read_file_start(self.root, row.path, MAX_READ_BYTES)
            if text is None:
                return False
            body = text.whole[text.body :]
            starts = [0]
            if lines is None or row.path in lines:
                starts += [found.end() for found in ends.finditer(body)]
            if lines and row.path in lines:
                first = text.line_of(text.body)
                heads = sorted(line - first for line in lines[row.path])
                starts = [0, *(starts[line] for line in heads if 0 < line < len(starts))]
            return matcher.holds_in_one(body, starts, row.language)

        return holds

    def _headings(self, paths: frozenset[str]) -> dict[str, set[int]]:
        """The lines of the headings of some notes; one question is a tenth of one for each note."""
        found: dict[str, set[int]] = {}
        join = "JOIN headings h ON h.note = notes.id"
        for path, line in self.catalog.find(
            "path, h.line", condition(KnownPaths(paths)), join=join
        ):
            found.setdefault(load_path(path), set()).add(line)
        return found


def _narrower(answer: Node, within: frozenset[str] | None) -> frozenset[str] | None:
    """Those of some notes that can still be found, where all of an answer must hold."""
    for part in answer.parts if isinstance(answer, And) else (answer,):
        if isinstance(part, KnownPaths):
            within = part.paths if within is None else part.paths & within
    return within


def _one_word(node: Node) -> Node | None:
    """The same to be looked for in bodies, if it is one word: that stands in one line anyway."""
    match node:
        case Term(text, "any") | Prefix(text, "any") | Wildcard(text, "any") if _WORD.fullmatch(
            text
        ):
            return type(node)(text, "body")
        case _:
            return None


def drop_negations(node: Node) -> Node | None:
    """What a whole note must have when a line of it must match; None when that is nothing.

    A line without a word may stand in a note that has the word elsewhere, so what is under a Not
    says nothing about the note.
    """
    match node:
        case And(parts):
            kept = tuple(part for one in parts if (part := drop_negations(one)) is not None)
            return And(kept) if kept else None
        case Or(parts):
            all_parts = [drop_negations(part) for part in parts]
            kept = tuple(part for part in all_parts if part is not None)
            return Or(kept) if len(kept) == len(all_parts) else None
        case Not():
            return None
        case _:
            return node
