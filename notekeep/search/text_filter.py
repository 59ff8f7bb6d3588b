"""Conditions on the text of notes: same line, same section, regular expressions.

The full-text index and the catalog select candidates, and only these notes are read. The result
contains the matching notes in place of the conditions.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.background import yield_to_ui
from notekeep.errors import NotekeepError, UsageError
from notekeep.query import tree
from notekeep.query.tree import Node, Query, is_fact, needs_text
from notekeep.search.results import FileStart, Spans, read_file_start
from notekeep.storage.content import HEAD, LARGE

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog
    from notekeep.catalog.records import Row
    from notekeep.search.meaning import MeaningIndex
    from notekeep.search.planner import PlanMatcher
    from notekeep.search.whoosh_index import WhooshIndex

CPU_SECONDS = 1.5
"""CPU limit of an expression over all notes, so that a search takes at most two seconds. Unlike
clock time, CPU time does not depend on the load of the machine."""

CLOCK_SECONDS = 6.0 if hasattr(signal, "setitimer") else CPU_SECONDS
"""Clock limit, for slow disks and for systems without a CPU timer."""

REPLACE_SECONDS, REPLACE_CLOCK_SECONDS = 10.0, 30.0
"""The same limits for a replacement, which needs all matches of all notes."""

START_SECONDS = 10.0
"""Time to start the process, on a busy machine."""

MIN_REGEX_SECONDS = 0.1
"""Minimum time for an expression if the query's other expressions used up the limit."""

REGEX_STOPPED = "/{}/ was too slow and was stopped after {} of {} notes. Add a word to search for."

_INVALID = {
    "pattern": ("The regular expression /{}/ could not be searched: {}.", ""),
    "template": (
        "The new text is not valid for /{}/: {}.",
        r"`$1` is the first group. Write `$$` for a dollar sign and `\\` for a backslash.",
    ),
    "matches": (
        "The regular expression /{}/ matches empty text everywhere.",
        "Use `+` instead of `*`, or name the place with `^`, `$` or `\\b`.",
    ),
}
"""Messages and hints for the invalid parts that the child process reports."""

_WORD = re.compile(r"[\w*?]+")
_LINE_END = re.compile("\n")
_BLOCK_END = re.compile(r"\n[ \t\r>]*\n")


class SearchCanceled(NotekeepError):
    """The search was canceled."""


class SearchSources:
    """The sources of a search: facts, full text, files.

    `wanted` returns whether the result is still needed; it is called while notes are read.
    `open_meaning` returns the meaning index, or None if it is not to be used.
    """

    def __init__(
        self,
        catalog: Catalog,
        open_words: Callable[[], WhooshIndex],
        root: str,
        times_opened: Callable[[str], float] = lambda _path: 0.0,
        wanted: Callable[[], bool] = lambda: True,
        open_meaning: Callable[[], MeaningIndex | None] = lambda: None,
    ) -> None:
        self.catalog, self.root = catalog, root
        self.open_meaning = open_meaning
        self.times_opened, self.wanted = times_opened, wanted
        self._open_words = open_words
        self._texts: dict[str, FileStart | None] = {}

    @cached_property
    def words(self) -> WhooshIndex:
        """The full-text index, opened on first use."""
        return self._open_words()

    @cached_property
    def are_tags_indexed(self) -> bool:
        """Whether the index is up to date, including the tags."""
        return not self.catalog.dirty()

    def text(self, path: str) -> FileStart | None:
        """Return the beginning of a note from a cache; None if it cannot be read."""
        if path not in self._texts:
            self._texts[path] = read_file_start(self.root, path)
        return self._texts[path]

    def pop_text(self, path: str) -> FileStart | None:
        """Return the same as `text`, and remove it from the cache."""
        text = self.text(path)
        self._texts.pop(path, None)
        return text


class TextFilter:
    """Evaluates conditions on texts for one query; `text` is the query, for error messages.

    `spans` contains the matches of regular expressions by path, as offsets in the file. `stopped`
    contains a message for each expression that took too long: with `allow_partial`, its results so
    far are used; otherwise an error is raised. With `typing`, the last word is unfinished.
    """

    def __init__(
        self,
        sources: SearchSources,
        text: str = "",
        *,
        allow_partial: bool = False,
        typing: bool = False,
    ) -> None:
        self.spans: dict[str, Spans] = {}
        self.stopped: list[str] = []
        self._sources, self._text, self._allow_partial = sources, text, allow_partial
        self._typing = typing
        self._spent = 0.0

    def resolve(self, node: Node, within: frozenset[str] | None = None) -> Node:
        """Reduce a tree to words, tags and known notes; only notes in `within` are read."""
        if isinstance(node, tree.Tag) and self._sources.are_tags_indexed:
            return node
        if is_fact(node):
            return tree.KnownPaths(self._sources.catalog.paths(node))
        match node:
            case tree.And(parts):
                return self._resolve_all(parts, within)
            case tree.Or(parts):
                return type(node)(tuple(self.resolve(part, within) for part in parts))
            case tree.Not(part):
                # Unread notes must not count as notes without a match.
                allow_partial, self._allow_partial = self._allow_partial, False
                inner = self.resolve(part, within)
                self._allow_partial = allow_partial
                return tree.Not(inner)
            case tree.Regex():
                return self._match_regex(node, within)
            case tree.Within(inside):
                return self._find_in_one(node, inside, within)
            case _:
                return node

    def paths(self, node: Node, within: frozenset[str] | None = None) -> frozenset[str]:
        """Return the notes that match a tree; the full-text index is used only for words."""
        resolved = self.resolve(node, within)
        if within is not None:
            resolved = tree.And((resolved, tree.KnownPaths(within)))
        return self._paths(resolved)

    def _paths(self, resolved: Node) -> frozenset[str]:
        if is_fact(resolved):
            return self._sources.catalog.paths(resolved)
        return frozenset(self._sources.words.scores(resolved, typing=self._typing))

    def _resolve_all(self, parts: tuple[Node, ...], within: frozenset[str] | None) -> Node:
        """Evaluate an And: conditions that need no text select the notes to read."""
        known = [self.resolve(part, within) for part in parts if not needs_text(part)]
        reading = [part for part in parts if needs_text(part)]
        if known and reading:
            found = self._paths(tree.And(tuple(known)))
            within = found if within is None else found & within
        for part in reading:
            answer = self.resolve(part, within)
            known.append(answer)
            # Only these notes can still match all conditions.
            for part_of in answer.parts if isinstance(answer, tree.And) else (answer,):
                if isinstance(part_of, tree.KnownPaths):
                    within = part_of.paths if within is None else part_of.paths & within
        return tree.And(tuple(known))

    def _match_regex(self, node: tree.Regex, within: frozenset[str] | None) -> Node:
        paths = self._candidates(within)
        seconds = max(MIN_REGEX_SECONDS, CPU_SECONDS - self._spent)
        try:
            matches = find_regex_matches(node.text, self._sources.root, paths, seconds)
        except UsageError as error:
            raise self._regex_error(node, error.message) from None
        self._spent += matches.seconds
        if not matches.is_complete:
            if not (self._allow_partial and matches.found):
                raise self._regex_error(
                    node,
                    f"The regular expression /{node.text}/ was too slow and was stopped.",
                    "Avoid nested repetitions such as (a+)+, or add a word to search for.",
                )
            self.stopped.append(REGEX_STOPPED.format(node.text, matches.done, matches.total))
        for path, spans in matches.found.items():
            self.spans.setdefault(path, []).extend(spans)
        return tree.KnownPaths(frozenset(matches.found))

    def _regex_error(self, node: tree.Regex, message: str, hint: str = "") -> UsageError:
        place = node.span[0] if self._text else None
        return UsageError(message, hint, text=self._text, position=place)

    def _find_in_one(self, unit: tree.Within, inside: Node, within: frozenset[str] | None) -> Node:
        words = self._sources.words
        required = drop_negations(inside)
        if required is not None and (word := _one_word(inside)):
            found = frozenset(words.scores(word))  # the index is exact for a single word
            return tree.And(
                (required, tree.KnownPaths(found if within is None else found & within))
            )
        candidates = self._candidates(within)
        if required is not None:
            candidates &= frozenset(words.scores(required))
        matcher = words.matcher(inside)
        rows = self._sources.catalog.rows_of(candidates).values()
        known = tree.KnownPaths(
            frozenset(row.path for row in rows if self._matches(unit, matcher, row))
        )
        return known if required is None else tree.And((required, known))

    def _candidates(self, within: frozenset[str] | None) -> frozenset[str]:
        return self._sources.catalog.paths(None) if within is None else within

    def _matches(self, unit: tree.Within, matcher: PlanMatcher, row: Row) -> bool:
        """Whether one line, block or section of a note matches."""
        yield_to_ui()
        if not self._sources.wanted():
            raise SearchCanceled("The search was canceled.")
        text = read_file_start(self._sources.root, row.path, LARGE)
        if text is None:
            return False
        body = text.whole[text.body :]
        ends = _BLOCK_END if isinstance(unit, tree.Block) else _LINE_END
        starts = [0, *(found.end() for found in ends.finditer(body))]
        if isinstance(unit, tree.Section):
            first = text.line_of(text.body)
            lines = [line - first for line, _, _ in self._sources.catalog.headings(row.path)]
            starts = [0, *(starts[line] for line in lines if 0 < line < len(starts))]
        return matcher.matches_one_part(body, starts, row.language)


def _one_word(node: Node) -> Node | None:
    """Return a single word, restricted to bodies; such a word is always on one line."""
    if isinstance(node, tree.Term | tree.Prefix | tree.Wildcard) and node.scope == "any":
        return type(node)(node.text, "body") if _WORD.fullmatch(node.text) else None
    return None


def list_notes(
    query: Query, sources: SearchSources, *, limit: int | None = None, offset: int = 0
) -> tuple[int, list[Row]]:
    """Return the number of matching notes and a page of them, by default sorted by title."""
    node = resolve_words(query, sources)
    total, rows = sources.catalog.rows(node, query.order, query.at_most(limit), offset)
    return query.at_most(total) or 0, rows


def resolve_words(query: Query, sources: SearchSources) -> Node | None:
    """Replace the words of a query with the matching notes, for lists, changes and exports.

    Attached files are not searched, so that no note is changed or published because of a file.
    """
    node = query.root
    if node is None or is_fact(node):
        return node
    own = tree.replace_leaves(node, _in_note)
    return tree.KnownPaths(TextFilter(sources, query.text).paths(own))


def _in_note(leaf: Node) -> Node:
    match leaf:
        case tree.Fuzzy(text, distance, "any"):
            return tree.Fuzzy(text, distance, "note", leaf.span)
        case tree.Term() | tree.Phrase() | tree.Prefix() | tree.Wildcard() if leaf.scope == "any":
            return type(leaf)(leaf.text, "note", leaf.span)
        case _:
            return leaf


def drop_negations(node: Node) -> Node | None:
    """Return the conditions that a note must meet if one of its lines matches; None if none.

    Negations are dropped, because the excluded word may be on another line.
    """
    match node:
        case tree.And(parts):
            found = tuple(part for one in parts if (part := drop_negations(one)) is not None)
            return tree.And(found) if found else None
        case tree.Or(parts):
            all_parts = [drop_negations(part) for part in parts]
            found = tuple(part for part in all_parts if part is not None)
            return tree.Or(found) if len(found) == len(all_parts) else None
        case tree.Not():
            return None
        case _:
            return node


# The user's regular expressions run in a child process that can be killed: `(a+)+$` would keep
# Python busy for years, and nothing in the same process can stop it.


class RegexMatches(NamedTuple):
    """The matches of an expression."""

    found: dict[str, Spans]  # the first matches of each note, as offsets in the file
    done: int  # number of searched notes, or slightly fewer
    total: int
    seconds: float  # CPU time

    @property
    def is_complete(self) -> bool:
        """Whether the search was completed."""
        return self.done == self.total


class FileReplacements(NamedTuple):
    """The matches of an expression in a file, with their replacements."""

    matches: list[tuple[int, int, str]]  # offsets in the file; replacements have LF as line end
    checksum: int  # CRC-32 of the file


def find_regex_matches(
    pattern: str, root: str, paths: Iterable[str], seconds: float = CPU_SECONDS
) -> RegexMatches:
    """Find the notes that match a regular expression, ignoring case."""
    ordered = sorted(paths)
    answers, done, spent = _run_child(pattern, root, ordered, seconds, CLOCK_SECONDS)
    found = {path: [(start, end) for start, end in spans] for path, spans in answers}
    return RegexMatches(found, done, len(ordered), spent)


def find_regex_replacements(
    pattern: str,
    template: str,
    root: str,
    paths: Iterable[str],
    *,
    ignore_case: bool,
) -> dict[str, FileReplacements]:
    """Find all matches of a regular expression, with replacements from an `re` template.

    Raises UsageError if the expression or the template is invalid, or the expression is too slow.
    """
    ordered = sorted(paths)
    limits = REPLACE_SECONDS, REPLACE_CLOCK_SECONDS
    answers, done, _ = _run_child(
        pattern, root, ordered, *limits, template, ignore_case=ignore_case
    )
    if done < len(ordered):
        raise UsageError(
            f"The regular expression /{pattern}/ was too slow and was stopped.",
            "Avoid nested repetitions such as (a+)+, or name fewer notes with a query.",
        )
    return {
        path: FileReplacements([(start, end, new) for start, end, new in spans], checksum)
        for path, spans, checksum in answers
    }


def _run_child(
    pattern: str,
    root: str,
    paths: list[str],
    seconds: float,
    clock: float,
    template: str | None = None,
    *,
    ignore_case: bool = True,
) -> tuple[list[list[Any]], int, float]:
    """Return the results for files with matches, the number of searched files, and CPU time."""
    if not paths:
        return [], 0, 0.0
    request = {
        "pattern": pattern,
        "template": template,
        "ignore_case": ignore_case,
        "root": root,
        "paths": paths,
        "large": LARGE,
        "head": HEAD,
        "cpu_seconds": seconds,
        "clock_seconds": clock,
    }
    # The last line may be cut off when the process is killed.
    started, *answers = _ask_child(request, clock).split(b"\n")[:-1] or [b""]
    problem = json.loads(started or '{"pattern": "its process ended"}')
    if isinstance(problem, dict):
        [(part, reason)] = problem.items()
        message, hint = _INVALID[part]
        raise UsageError(message.format(pattern, reason), hint)
    found: list[list[Any]] = []
    done = 0
    for line in answers:
        answer = json.loads(line)
        if isinstance(answer, float):
            return found, len(paths), answer
        if len(answer) == 1:
            [done] = answer
        else:
            found.append(answer)
    return found, done, seconds


def _ask_child(request: Mapping[str, object], clock: float) -> bytes:
    import subprocess

    script = os.path.join(os.path.dirname(__file__), "regex_child.py")
    try:
        return subprocess.run(
            [sys.executable, "-I", "-S", script],
            input=json.dumps(request).encode("ascii"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=START_SECONDS + clock,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as error:
        return error.stdout or b""
