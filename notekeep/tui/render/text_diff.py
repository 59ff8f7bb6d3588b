"""Two versions of a text, line by line: what is the same, what changed, and which words of it.

Drawn one below the other or side by side. Lines are equal when all their bytes are; what is shown
of them is clean.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, islice, zip_longest
from typing import NamedTuple

from notekeep.markdown.sanitize import clean_line
from notekeep.markdown.text_merge import best_pairs, split_lines
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

CONTEXT_LINES = 2  # how many lines stand around what changed
MAX_COMPARED_WORDS = 600  # with more words than this in a line, it is only said that it changed
MAX_ALIGNED_PAIRS = 400
MAX_COMPARED_LETTERS = 400
"""How many pairs of lines, and how much of each, are looked at to say which became which."""
MIN_LIKENESS = 0.35  # from which likeness on two lines are taken for one line that was changed

_COMPARED_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_NO_BLANK = re.compile(r"\w+|[^\w\s]")
_ENDS = {"\n": "line end", "\r\n": "Windows line end", "": "no line end"}

Spans = tuple[tuple[int, int], ...]


class VersionLine(NamedTuple):
    """A line of one of the versions."""

    number: int  # which line of the file it is, counted from 1
    text: str
    spans: Spans = ()  # where it differs from its other version, as characters of the text
    end: str = ""  # what must be said of its end, when nothing else differs


class LinePair(NamedTuple):
    """One row: a line before and after; None where there is none."""

    before: VersionLine | None
    after: VersionLine | None
    same: bool = False
    skipped: int = 0  # how many equal lines are left out in its place; then both sides are None


class TextComparison(NamedTuple):
    """What differs between two versions."""

    pairs: list[LinePair]  # the rows, changes with a few lines around them
    added: int
    removed: int

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed)


def compare(before: bytes, after: bytes, *, context: int = CONTEXT_LINES) -> TextComparison:
    """Compare two versions of a text."""
    old, new = (
        [line.decode("utf-8", "replace") for line in split_lines(data.removeprefix(BOM_UTF8))]
        for data in (before, after)
    )
    pairs: list[LinePair] = []
    blocks = _blocks(old, new)
    for index, (is_same, gone, came) in enumerate(blocks):
        if is_same:
            is_last = index + 1 == len(blocks)
            pairs += _around(old, gone, came, context, first=not index, last=is_last)
        else:
            pairs += _changed(old, new, gone, came)
    added = sum(len(came) for is_same, _, came in blocks if not is_same)
    removed = sum(len(gone) for is_same, gone, _ in blocks if not is_same)
    return TextComparison(pairs, added, removed)


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[tuple[bool, range, range]]:
    # What is equal at both ends, most of a long note as a rule, is not looked at twice.
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    rest = shorter - head
    tail = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    a, c = len(old) - tail, len(new) - tail
    blocks = [(True, range(head), range(head))] if head else []
    matcher = SequenceMatcher(None, old[head:a], new[head:c], autojunk=len(old) > 2000)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        blocks.append((tag == "equal", range(i1 + head, i2 + head), range(j1 + head, j2 + head)))
    if tail:
        blocks.append((True, range(a, len(old)), range(c, len(new))))
    return blocks


def _around(
    old: Sequence[str], before: range, after: range, context: int, *, first: bool, last: bool
) -> Iterator[LinePair]:
    """Yield the equal lines that are worth showing: those next to a change."""
    size = len(before)
    ahead, behind = (0 if first else context), (0 if last else context)
    skipped = size - ahead - behind
    if first and last:
        return
    if skipped <= 1:
        ahead, behind, skipped = size, 0, 0
    for place in (*range(ahead), *range(size - behind, size)):
        if skipped and place == size - behind:
            yield LinePair(None, None, same=True, skipped=skipped)
        side = _side(old, before[place])
        yield LinePair(side, side._replace(number=after[place] + 1), same=True)
    if skipped and not behind:
        yield LinePair(None, None, same=True, skipped=skipped)


def _side(lines: Sequence[str], index: int) -> VersionLine:
    text = lines[index].removesuffix("\n").removesuffix("\r").expandtabs(4)
    return VersionLine(index + 1, clean_line(text))


def _changed(
    old: Sequence[str], new: Sequence[str], gone: range, came: range
) -> Iterator[LinePair]:
    """Pair the lines of a block that changed: one that was changed with what became of it."""
    for i, j in _aligned([old[i] for i in gone], [new[j] for j in came]):
        before = _side(old, gone[i]) if i is not None else None
        after = _side(new, came[j]) if j is not None else None
        if before is None or after is None:
            yield LinePair(before, after)
        elif before.text == after.text:
            # Only their ends differ, or characters that are shown alike.
            was, is_now = _end(old[before.number - 1]), _end(new[after.number - 1])
            yield LinePair(before._replace(end=was), after._replace(end=is_now))
        else:
            spans = _words(before.text, after.text)
            yield LinePair(before._replace(spans=spans[0]), after._replace(spans=spans[1]))


def _aligned(gone: Sequence[str], came: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield which line became which: the pairs that are alike, in order, as alike as can be."""
    # Of large blocks the lines are paired as they come.
    if len(gone) == len(came) == 1 or len(gone) * len(came) > MAX_ALIGNED_PAIRS:
        yield from zip_longest(range(len(gone)), range(len(came)))
        return
    old, new = (
        [_NO_BLANK.findall(line[:MAX_COMPARED_LETTERS]) for line in lines] for lines in (gone, came)
    )
    likeness = [
        [SequenceMatcher(None, left, right, autojunk=False).quick_ratio() for right in new]
        for left in old
    ]
    done_i = done_j = 0
    for i, j in best_pairs([[n if n >= MIN_LIKENESS else 0.0 for n in row] for row in likeness]):
        yield from zip_longest(range(done_i, i), range(done_j, j))
        yield i, j
        done_i, done_j = i + 1, j + 1
    yield from zip_longest(range(done_i, len(gone)), range(done_j, len(came)))


def _end(line: str) -> str:
    end = "\r\n" if line.endswith("\r\n") else "\n" if line.endswith("\n") else ""
    return _ENDS[end]


def _words(left: str, right: str) -> tuple[Spans, Spans]:
    """Find the words that two versions of a line do not share; nothing when they share little."""
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
    places = [0]
    for word in words:
        places.append(places[-1] + len(word))
    return tuple((places[start], places[end]) for start, end in ranges if start < end)


MAX_VERSION_LINES = 4000  # lines that are shown; what is longer is read in an editor
MIN_SPLIT_WIDTH = 100  # from this width on two versions have room side by side
BINARY_MARK = b"\0"

_SAME: StyledLine = [Piece("No differences.", "muted")]
_ROLES = {"-": "removed", "+": "added", " ": "muted", "@": "hunk"}
_LINES = {"-": "removed-line", "+": "added-line"}
_WORDS = {"-": "removed-words", "+": "added-words"}
"""What a sign looks like, the line behind it, and the words of it that changed."""


def unified(comparison: TextComparison, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Lay two versions out one below the other: what went first, then what came."""
    lines = _unified(comparison.pairs, _digits(comparison), max(8, width), glyphs)
    return _at_most(iter([_SAME]) if comparison.is_empty else lines, width, glyphs)


def side_by_side(
    comparison: TextComparison, width: int, glyphs: Glyphs, heads: tuple[str, str] = ("", "")
) -> list[StyledLine]:
    """Lay two versions out beside each other, each line with what became of it."""
    half = max(8, (width - 3) // 2)
    top: list[StyledLine] = []
    if any(heads):
        titles = [[Piece(clean_line(head), "title")] for head in heads]
        top = [_beside(titles[0], titles[1], half, glyphs), [Piece(glyphs.rule * width, "rule")]]
    lines = _columns(comparison.pairs, _digits(comparison), half, glyphs)
    return [*top, *_at_most(iter([_SAME]) if comparison.is_empty else lines, width, glyphs)]


def changes_lines(changes: Sequence[NoteChange], width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Say what became of some files, each with its diff."""
    lines: list[StyledLine] = []
    for change in changes:
        lines += [[]] if lines else []
        lines += _file(change, width, glyphs)
    return lines


def change_counts(comparison: TextComparison) -> StyledLine:
    """Say how much changed: +3 -1."""
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


def _unified(
    pairs: Iterable[LinePair], digits: int, width: int, glyphs: Glyphs
) -> Iterator[StyledLine]:
    pairs = list(pairs)
    is_tinted = _is_tinted(pairs)
    for same, group in groupby(pairs, key=lambda pair: pair.same):
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


def _is_tinted(pairs: Sequence[LinePair]) -> bool:
    """Tell whether there are two versions: where all is new, a tint would say nothing."""
    return any(pair.before is not None or pair.skipped for pair in pairs)


def _skipped(pair: LinePair, digits: int, glyphs: Glyphs) -> StyledLine:
    rule = Piece(f"{' ' * digits} {glyphs.rule * 6} ", "rule")
    return [rule, Piece(f"{plural(pair.skipped, 'line')} the same", "muted")]


def _line(
    side: VersionLine | None, sign: str, digits: int, width: int, *, is_tinted: bool = False
) -> Iterator[StyledLine]:
    """Yield a line with its number and its sign; what is too long goes on below."""
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
        whole = [*head, *row]
        yield add_role(pad_line(whole, width), _LINES[sign]) if is_tinted else whole
        head = [Piece(" " * line_width(head))]


def _columns(
    pairs: Iterable[LinePair], digits: int, half: int, glyphs: Glyphs
) -> Iterator[StyledLine]:
    pairs = list(pairs)
    is_tinted = _is_tinted(pairs)
    for pair in pairs:
        if pair.skipped:
            yield _skipped(pair, digits, glyphs)
            continue
        tint = is_tinted and not pair.same
        left = _line(pair.before, " " if pair.same else "-", digits, half, is_tinted=tint)
        right = _line(pair.after, " " if pair.same else "+", digits, half, is_tinted=tint)
        for before, after in zip_longest(left, right, fillvalue=list[Piece]()):
            yield _beside(before, after, half, glyphs)


def _beside(left: StyledLine, right: StyledLine, half: int, glyphs: Glyphs) -> StyledLine:
    return [*pad_line(left, half), Piece(f" {glyphs.column} ", "rule"), *pad_line(right, half)]


def _digits(comparison: TextComparison) -> int:
    sides = (side for pair in comparison.pairs for side in pair[:2] if side is not None)
    return max((len(str(side.number)) for side in sides), default=1)


def _at_most(lines: Iterator[StyledLine], width: int, glyphs: Glyphs) -> list[StyledLine]:
    shown = [fit_line(line, width) for line in islice(lines, MAX_VERSION_LINES)]
    if next(lines, None) is not None:
        shown.append(
            [Piece(f"{glyphs.ellipsis} more; open it in an editor to see the rest", "faint")]
        )
    return shown


# A unified diff as lines: what is added and removed in its colour, broken between words.


def wrap_patch(diff: Iterable[str], width: int) -> Iterator[StyledLine]:
    """Yield the lines of a diff; what a line is goes on under its first letter, not its sign."""
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
