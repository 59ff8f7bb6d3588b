"""Diffs of two versions of a text, unified or side by side, with changed words marked."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, chain, groupby, islice, zip_longest
from operator import attrgetter
from typing import NamedTuple

from notekeep.markdown.sanitize import clean_line
from notekeep.markdown.text_merge import align_lines, best_pairs, split_lines
from notekeep.notes.plan import NoteChange
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    add_role,
    break_source,
    cut_line,
    fit_line,
    line_width,
    mark_spans,
    pad_line,
    wrap_line,
)

CONTEXT_LINES = 2  # lines around a change
MAX_COMPARED_WORDS = 600  # in longer lines, changed words are not marked
MAX_ALIGNED_PAIRS = 400  # pairs of lines to compare; larger blocks are paired line by line
MAX_COMPARED_LETTERS = 400  # characters of a line to compare
MIN_LIKENESS = 0.35  # less similar lines are not versions of the same line

_COMPARED_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_NO_BLANK = re.compile(r"\w+|[^\w\s]")
_ENDS = {"\n": "LF line ending", "\r\n": "CRLF line ending", "": "no line ending"}

Spans = tuple[tuple[int, int], ...]


class VersionLine(NamedTuple):
    """A line in one version."""

    number: int  # of the line in the file, from 1
    text: str
    spans: Spans = ()  # the characters of the text that differ from the other version
    end: str = ""  # the name of its line ending, if nothing else differs


class LinePair(NamedTuple):
    """A row of a diff: the old and the new line; either can be None."""

    before: VersionLine | None
    after: VersionLine | None
    same: bool = False
    skipped: int = 0  # the number of omitted equal lines; both sides are then None


class TextComparison(NamedTuple):
    """The differences between two versions."""

    pairs: list[LinePair]  # the rows, changes with a few lines around them

    @property
    def added(self) -> int:
        return sum(pair.after is not None and not pair.same for pair in self.pairs)

    @property
    def removed(self) -> int:
        return sum(pair.before is not None and not pair.same for pair in self.pairs)

    @property
    def is_empty(self) -> bool:
        return all(pair.same for pair in self.pairs)

    @property
    def is_tinted(self) -> bool:
        """Whether changed lines are tinted; if all lines are new, a tint has no meaning."""
        return any(pair.before is not None or pair.skipped for pair in self.pairs)

    @property
    def digits(self) -> int:
        """The width of the line numbers."""
        sides = (side for pair in self.pairs for side in (pair.before, pair.after) if side)
        return max((len(str(side.number)) for side in sides), default=1)


def compare(before: bytes, after: bytes, *, context: int = CONTEXT_LINES) -> TextComparison:
    """Compare two versions of a text."""
    old, new = (
        [line.decode("utf-8", "replace") for line in split_lines(data.removeprefix(BOM_UTF8))]
        for data in (before, after)
    )
    parts = (_pair_lines(old, new, removed, added) for removed, added in align_lines(old, new))
    groups = [[*group] for _, group in groupby(chain.from_iterable(parts), attrgetter("same"))]
    for number, group in enumerate(groups):
        first = context if number else 0
        last = len(group) - (context if number + 1 < len(groups) else 0)
        if group[0].same and last - first > 1:
            group[first:last] = [LinePair(None, None, same=True, skipped=last - first)]
    return TextComparison([pair for group in groups for pair in group])


def _side(lines: Sequence[str], index: int) -> VersionLine:
    text = lines[index].removesuffix("\n").removesuffix("\r").expandtabs(4)
    return VersionLine(index + 1, clean_line(text))


def _pair_lines(
    old: Sequence[str], new: Sequence[str], removed: range, added: range
) -> Iterator[LinePair]:
    """Pair the old and the new lines of one part."""
    for i, j in _align_similar([old[i] for i in removed], [new[j] for j in added]):
        before = _side(old, removed[i]) if i is not None else None
        after = _side(new, added[j]) if j is not None else None
        if before is None or after is None:
            yield LinePair(before, after)
            continue
        old_line, new_line = old[before.number - 1], new[after.number - 1]
        if old_line == new_line:
            yield LinePair(before, after, same=True)
        elif before.text == after.text:
            # Only the line endings differ, or characters that look the same.
            yield LinePair(before._replace(end=_end(old_line)), after._replace(end=_end(new_line)))
        else:
            spans = _words(before.text, after.text)
            yield LinePair(before._replace(spans=spans[0]), after._replace(spans=spans[1]))


def _align_similar(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[int | None, int | None]]:
    """Yield pairs of line numbers in both versions; similar lines are paired, in order."""
    if len(old) == len(new) == 1 or len(old) * len(new) > MAX_ALIGNED_PAIRS:
        yield from zip_longest(range(len(old)), range(len(new)))
        return
    words, new_words = (
        [_NO_BLANK.findall(line[:MAX_COMPARED_LETTERS]) for line in lines] for lines in (old, new)
    )
    alike = [[_likeness(left, right) for right in new_words] for left in words]
    done_i = done_j = 0
    for i, j in best_pairs(alike):
        yield from zip_longest(range(done_i, i), range(done_j, j))
        yield i, j
        done_i, done_j = i + 1, j + 1
    yield from zip_longest(range(done_i, len(old)), range(done_j, len(new)))


def _likeness(left: Sequence[str], right: Sequence[str]) -> float:
    """Return the share of common words of two lines, from 0 to 1; 0 if it is too small."""
    share = SequenceMatcher(None, left, right, autojunk=False).quick_ratio()
    return share if share >= MIN_LIKENESS else 0.0


def _end(line: str) -> str:
    end = "\r\n" if line.endswith("\r\n") else "\n" if line.endswith("\n") else ""
    return _ENDS[end]


def _words(left: str, right: str) -> tuple[Spans, Spans]:
    """Return the changed words of two versions of a line; none if they share few words."""
    old, new = _COMPARED_WORD.findall(left), _COMPARED_WORD.findall(right)
    if len(old) > MAX_COMPARED_WORDS or len(new) > MAX_COMPARED_WORDS:
        return (), ()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.quick_ratio() < MIN_LIKENESS or matcher.ratio() < MIN_LIKENESS:
        return (), ()
    opcodes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return (
        _spans(old, [(i1, i2) for _, i1, i2, _, _ in opcodes]),
        _spans(new, [(j1, j2) for _, _, _, j1, j2 in opcodes]),
    )


def _spans(words: Sequence[str], ranges: Sequence[tuple[int, int]]) -> Spans:
    places = [0, *accumulate(map(len, words))]
    return tuple((places[start], places[end]) for start, end in ranges if start < end)


MAX_VERSION_LINES = 4000  # maximum lines of a diff
MIN_SPLIT_WIDTH = 100  # from this width, two versions fit side by side
BINARY_MARK = b"\0"

_SAME: StyledLine = [Piece("No differences.", "muted")]
_ROLES = {"-": "removed", "+": "added", " ": "muted", "@": "hunk"}
_LINES = {"-": "removed-line", "+": "added-line"}
_WORDS = {"-": "removed-words", "+": "added-words"}
"""The roles of a sign, of the line after it, and of its changed words."""


def unified(comparison: TextComparison, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return a unified diff: removed lines, then added lines."""
    lines = _unified(comparison, max(8, width), glyphs)
    return _limit_lines(iter([_SAME]) if comparison.is_empty else lines, width, glyphs)


def side_by_side(
    comparison: TextComparison, width: int, glyphs: Glyphs, heads: tuple[str, str] = ("", "")
) -> list[StyledLine]:
    """Return a diff side by side, each line next to its new version."""
    half = max(8, (width - 3) // 2)
    top: list[StyledLine] = []
    if any(heads):
        titles = [[Piece(clean_line(head), "title")] for head in heads]
        top = [
            _halves(titles[0], titles[1], half, glyphs),
            [Piece(glyphs.rule * width, "rule")],
        ]
    lines = _columns(comparison, half, glyphs)
    return [*top, *_limit_lines(iter([_SAME]) if comparison.is_empty else lines, width, glyphs)]


def changes_lines(changes: Sequence[NoteChange], width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return the diffs of files, each below its path."""
    lines: list[StyledLine] = []
    for change in changes:
        lines += [[]] if lines else []
        lines += _file(change, width, glyphs)
    return lines


def change_counts(comparison: TextComparison) -> StyledLine:
    """Return the number of changed lines: +3 -1."""
    if comparison.is_empty:
        return [Piece("no change", "faint")]
    return [Piece(f"+{comparison.added}", "added"), Piece(f" -{comparison.removed}", "removed")]


def _file(change: NoteChange, width: int, glyphs: Glyphs) -> Iterator[StyledLine]:
    head = [Piece(clean_line(change.path), "title")]
    if change.target:
        head += [Piece(f" {glyphs.arrow} ", "faint"), Piece(clean_line(change.target), "title")]
    if change.before is None and change.after is not None:
        head.append(Piece("  new", "added"))
    elif change.after is None and change.before is not None:
        head.append(Piece("  to the trash", "removed"))
    yield from wrap_line(head, width)
    before, after = change.before or b"", change.after or b""
    if change.after is None or before == after:
        return
    if BINARY_MARK in before or BINARY_MARK in after:
        yield [Piece(f"{plural(len(after), 'byte')}, not text", "faint")]
        return
    yield from unified(compare(before, after), width, glyphs)


def _unified(comparison: TextComparison, width: int, glyphs: Glyphs) -> Iterator[StyledLine]:
    digits, is_tinted = comparison.digits, comparison.is_tinted
    for same, group in groupby(comparison.pairs, key=lambda pair: pair.same):
        block = list(group)
        for pair in block:
            if pair.skipped:
                yield _skipped(pair, digits, glyphs)
            elif same:
                yield from _line(pair.after, " ", digits, width)
            else:
                yield from _line(pair.before, "-", digits, width, is_tinted=is_tinted)
        for pair in block if not same else ():
            yield from _line(pair.after, "+", digits, width, is_tinted=is_tinted)


def _skipped(pair: LinePair, digits: int, glyphs: Glyphs) -> StyledLine:
    rule = Piece(f"{' ' * digits} {glyphs.rule * 6} ", "rule")
    return [rule, Piece(f"{plural(pair.skipped, 'line')} the same", "muted")]


def _line(
    side: VersionLine | None, sign: str, digits: int, width: int, *, is_tinted: bool = False
) -> Iterator[StyledLine]:
    """Yield a line with its number and its sign, wrapped."""
    if side is None:
        return
    head: StyledLine = [
        Piece(f"{side.number:>{digits}} ", "muted"),
        Piece(f"{sign} ", _ROLES[sign]),
    ]
    room = max(4, width - line_width(head))
    line: StyledLine = [Piece(side.text, "muted" if sign == " " else "")]
    if sign in _WORDS:
        line = mark_spans(line, side.spans, _WORDS[sign])
    rows = cut_line(line, break_source(side.text, room))
    if side.end:
        rows[-1].append(Piece(f"  {side.end}", "muted"))
    for row in rows:
        full = [*head, *row]
        yield add_role(pad_line(full, width), _LINES[sign]) if is_tinted else full
        head = [Piece(" " * line_width(head))]


def _columns(comparison: TextComparison, half: int, glyphs: Glyphs) -> Iterator[StyledLine]:
    digits, is_tinted = comparison.digits, comparison.is_tinted
    for pair in comparison.pairs:
        if pair.skipped:
            yield _skipped(pair, digits, glyphs)
            continue
        tint = is_tinted and not pair.same
        left = _line(pair.before, " " if pair.same else "-", digits, half, is_tinted=tint)
        right = _line(pair.after, " " if pair.same else "+", digits, half, is_tinted=tint)
        for before, after in zip_longest(left, right, fillvalue=list[Piece]()):
            yield _halves(before, after, half, glyphs)


def _halves(left: StyledLine, right: StyledLine, half: int, glyphs: Glyphs) -> StyledLine:
    return [*pad_line(left, half), Piece(f" {glyphs.column} ", "rule"), *pad_line(right, half)]


def _limit_lines(lines: Iterator[StyledLine], width: int, glyphs: Glyphs) -> list[StyledLine]:
    shown = [fit_line(line, width) for line in islice(lines, MAX_VERSION_LINES)]
    if next(lines, None) is not None:
        shown.append(
            [Piece(f"{glyphs.ellipsis} more; open it in an editor to see the rest", "faint")]
        )
    return shown


def wrap_patch(diff: Iterable[str], width: int) -> Iterator[StyledLine]:
    """Yield the lines of a unified diff, wrapped; continuation rows have no sign."""
    lines = list(diff)
    is_tinted = any(line[:1] in {"-", " "} for line in lines)
    for source in lines:
        text = source.expandtabs(4)
        sign = text[:1]
        role, ground = _ROLES.get(sign, "muted"), _LINES.get(sign)
        for start, end in break_source(text[1:], width - 1):
            row = text[1:][start:end].rstrip()
            line = [Piece(sign, role), Piece(row, "" if ground else role)]
            yield add_role(pad_line(line, width), ground) if ground and is_tinted else line
            sign = " "
