"""Alignment and merging of texts with a common base, and git's conflict markers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from io import StringIO
from itertools import accumulate, takewhile
from typing import Final, Literal, NamedTuple, TypeVar

from notekeep.markdown.text_edit import TextEdit

T = TypeVar("T")
Line = TypeVar("Line", str, bytes)


# Alignment
#
# Lines that are unique in both texts are paired first ("patience diff"), so that blank lines or
# closing brackets are not paired by mistake. difflib pairs the longest equal run first and may
# pair distant blank lines.


def match_lines(old: Sequence[Line], new: Sequence[Line]) -> dict[int, int]:
    """Return the numbers of equal lines, old to new, both increasing."""
    found: dict[int, int] = {}
    stack = [(0, len(old), 0, len(new))]
    while stack:
        low, high, new_low, new_high = stack.pop()
        while low < high and new_low < new_high and old[low] == new[new_low]:
            found[low] = new_low
            low, new_low = low + 1, new_low + 1
        while low < high and new_low < new_high and old[high - 1] == new[new_high - 1]:
            high, new_high = high - 1, new_high - 1
            found[high] = new_high
        if low == high or new_low == new_high:
            continue
        anchors = _pair_unique_lines(old, new, low, high, new_low, new_high)
        for one, other in anchors:
            stack.append((low, one, new_low, other))
            found[one] = other
            low, new_low = one + 1, other + 1
        if anchors:
            stack.append((low, high, new_low, new_high))
    return found


def align_lines(old: Sequence[str], new: Sequence[str]) -> list[tuple[range, range]]:
    """Return pairs of old and new ranges in order: equal lines, and changed parts."""
    pairs: list[tuple[range, range]] = []
    at = new_at = 0
    for i, k in [*sorted(match_lines(old, new).items()), (len(old), len(new))]:
        pairs += _pair_between(old, new, range(at, i), range(new_at, k))
        at, new_at = i + 1, k + 1
        pairs.append((range(i, min(at, len(old))), range(k, min(new_at, len(new)))))
    return pairs


def find_edits(before: str, after: str) -> list[TextEdit]:
    """Return the edits that turn one text into the other: parts of lines, or whole lines."""
    old, new = ([*StringIO(text, newline="\n")] for text in (before, after))
    starts = [0, *accumulate(map(len, old))]
    edits = []
    for here, there in align_lines(old, new):
        pairs = [(here, there)]
        if len(here) == len(there):
            pairs = [(range(i, i + 1), range(k, k + 1)) for i, k in zip(here, there, strict=True)]
        for lines, others in pairs:
            one, other = (
                "".join(text[at] for at in place) for text, place in ((old, lines), (new, others))
            )
            if one != other:
                edits.append(_narrow(one, other, starts[lines.start]))
    return edits


def _narrow(old: str, new: str, at: int) -> TextEdit:
    r"""Return an edit without the common start and end; it does not split a "\r\n"."""
    head = _count_common(old, new)
    head -= old[head - 1 : head + 1] == "\r\n"
    tail = _count_common(reversed(old[head:]), reversed(new[head:]))
    end = len(old) - tail
    tail -= old[end - 1 : end + 1] == "\r\n"
    return TextEdit(at + head, at + len(old) - tail, new[head : len(new) - tail])


def _count_common(one: Iterable[str], other: Iterable[str]) -> int:
    """Return the number of equal characters at the start."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _pair_unique_lines(
    old: Sequence[Line], new: Sequence[Line], low: int, high: int, new_low: int, new_high: int
) -> list[tuple[int, int]]:
    """Return the longest sequence of pairs of unique lines without crossings."""
    once, once_new = _unique_lines(old, low, high), _unique_lines(new, new_low, new_high)
    pairs = [(index, once_new[line]) for line, index in once.items() if line in once_new]
    # Blank lines are paired only if there are no others.
    pairs = [pair for pair in pairs if old[pair[0]].strip()] or pairs
    # The longest increasing sequence: `ends[n]` is the end of the best sequence of n + 1 pairs.
    ends: list[int] = []
    best: list[int] = []
    before: list[int] = []
    for number, (_, k) in enumerate(pairs):
        length = bisect_left(ends, k)
        before.append(best[length - 1] if length else -1)
        ends[length : length + 1] = [k]
        best[length : length + 1] = [number]
    chosen: list[tuple[int, int]] = []
    at = best[-1] if best else -1
    while at >= 0:
        chosen.append(pairs[at])
        at = before[at]
    return chosen[::-1]


def _unique_lines(lines: Sequence[Line], low: int, high: int) -> dict[Line, int]:
    count = Counter(lines[low:high])
    return {lines[index]: index for index in range(low, high) if count[lines[index]] == 1}


def _pair_between(
    old: Sequence[str], new: Sequence[str], here: range, there: range
) -> Iterator[tuple[range, range]]:
    if len(here) == len(there):
        yield here, there  # equal numbers of lines: assume that each was changed
        return
    parts = old[here.start : here.stop], new[there.start : there.stop]
    for _, i, j, k, m in SequenceMatcher(None, *parts, autojunk=False).get_opcodes():
        yield (
            range(here.start + i, here.start + j),
            range(there.start + k, there.start + m),
        )


def best_pairs(likeness: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pair rows with columns, both in order, for the highest total similarity.

    Rows and columns with a similarity of 0 are not paired.
    """
    rows, columns = len(likeness), len(likeness[0]) if likeness else 0
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        for k in reversed(range(columns)):
            paired = likeness[i][k] + best[i + 1][k + 1] if likeness[i][k] else 0.0
            best[i][k] = max(paired, best[i + 1][k], best[i][k + 1])
    pairs: list[tuple[int, int]] = []
    i = k = 0
    while i < rows and k < columns:
        if likeness[i][k] and best[i][k] == likeness[i][k] + best[i + 1][k + 1]:
            pairs.append((i, k))
            i, k = i + 1, k + 1
        elif best[i][k] == best[i + 1][k]:
            i += 1
        else:
            k += 1
    return pairs


# Merging
#
# A line is the bytes up to and including "\n", so unchanged text stays identical. Two changes are
# separate only if there is unchanged text between them.


class _Stretch(NamedTuple):
    """A part of the base and of both sides; `start` is its line number in ours, from 0."""

    base: Sequence[bytes]
    ours: Sequence[bytes]
    theirs: Sequence[bytes]
    start: int


def changed_side(base: T, ours: T, theirs: T) -> T | None:
    """Return the changed version; None if both sides changed in different ways."""
    if theirs in (ours, base):
        return ours
    return theirs if ours == base else None


def _match_early(base: Sequence[bytes], side: Sequence[bytes]) -> dict[int, int]:
    """Align two texts so that added lines start as late as possible.

    An addition between equal lines is ambiguous; both sides must be aligned in the same way.
    """
    found = match_lines(base, side)
    for index in sorted(found):
        place = found.get(index - 1, -1) + 1
        if (index == 0 or index - 1 in found) and base[index] == side[place]:
            found[index] = place
    return found


def _stretches(
    base: Sequence[bytes], ours: Sequence[bytes], theirs: Sequence[bytes]
) -> Iterator[_Stretch]:
    """Split three versions at their common lines."""
    in_ours, in_theirs = _match_early(base, ours), _match_early(base, theirs)
    at = at_ours = at_theirs = 0
    for anchor in [*sorted(in_ours.keys() & in_theirs.keys()), len(base)]:
        to_ours = in_ours.get(anchor, len(ours))
        to_theirs = in_theirs.get(anchor, len(theirs))
        yield _Stretch(base[at:anchor], ours[at_ours:to_ours], theirs[at_theirs:to_theirs], at_ours)
        line = base[anchor : anchor + 1]
        yield _Stretch(line, line, line, to_ours)
        at, at_ours, at_theirs = anchor + 1, to_ours + 1, to_theirs + 1


def merge_texts(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Apply the changes of both sides to the base; None if they touch or overlap."""
    if (merged_whole := changed_side(base, ours, theirs)) is not None:
        return merged_whole
    merged: list[bytes] = []
    for old, mine, other, _ in _stretches(*map(split_lines, (base, ours, theirs))):
        lines = changed_side(old, mine, other)
        if lines is None:
            return None
        merged += lines
    return b"".join(merged)


def common_lines(one: bytes, other: bytes) -> bytes:
    """Return the common lines of two texts, in order."""
    lines = split_lines(one)
    return b"".join(lines[index] for index in sorted(match_lines(lines, split_lines(other))))


_WORDS: Final = re.compile(rb"\s*\S+\s*")


def merge_words(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Apply the changes of both sides to a paragraph, word by word; None if they touch."""
    sides: list[bytes] = []
    for text in (base, ours, theirs):
        # With a trailing space, the last word stays equal if a word is added after it.
        words = _WORDS.findall(text.rstrip() + b" ")
        sides.append(b"".join(word.replace(b"\n", b"\0") + b"\n" for word in words))
    merged = merge_texts(*sides)
    if merged is None:
        return None
    return merged.replace(b"\n", b"").replace(b"\0", b"\n").rstrip()


def split_lines(text: bytes) -> list[bytes]:
    """Split a text after each line feed, and at no other character."""
    parts = text.split(b"\n")
    lines = [part + b"\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def normalize_line_ends(data: bytes) -> bytes:
    r"""Return text with "\n" as line end; binary data is unchanged."""
    return data if b"\0" in data[:8192] else data.replace(b"\r\n", b"\n")


_OPENING: Final = "<<<<<<< "

_LINES: Final = r"(?:(?!<{7} |\|{7}|={7}\r?$|>{7} )[^\n]*\n)*+"
_HUNK: Final = re.compile(
    rf"^<{{7}} [^\n]*\n(?P<ours>{_LINES})(?:\|{{7}}[^\n]*\n(?P<base>{_LINES}))?"
    rf"={{7}}\r?\n(?P<theirs>{_LINES})>{{7}} [^\n]*(?:\n|\Z)",
    re.MULTILINE,
)


class Hunk(NamedTuple):
    """One conflict; `base` is None if the markers do not include the base."""

    start: int
    end: int
    ours: str
    theirs: str
    base: str | None


class ConflictedNote(NamedTuple):
    """The text of a file (surrogates for invalid bytes), the start of its body, and conflicts."""

    text: str
    body: int
    hunks: list[Hunk]


def find_hunks(text: str, code: Collection[tuple[int, int]] = ()) -> list[Hunk]:
    """Find conflict markers in a file, except in `code`."""
    if _OPENING not in text:
        return []
    return [
        Hunk(found.start(), found.end(), found["ours"], found["theirs"], found["base"])
        for found in _HUNK.finditer(text)
        if not any(start <= found.start() < end for start, end in code)
    ]


def find_note_hunks(data: bytes) -> ConflictedNote:
    """Find conflict markers in a note, except in code."""
    from notekeep.markdown.fields.frontmatter_block import split_frontmatter
    from notekeep.markdown.outline import read_body

    text = data.decode("utf-8", "surrogateescape")
    body = len(data[: split_frontmatter(data).body].decode("utf-8", "surrogateescape"))
    if _OPENING not in text:
        return ConflictedNote(text, body, [])
    # The body of a `Note` has other offsets: one U+FFFD may replace several bytes.
    code = [(span.start + body, span.end + body) for span in read_body(text[body:]).code]
    return ConflictedNote(text, body, find_hunks(text, code))


def choose_side(text: str, found: Collection[Hunk], name: str) -> str:
    """Resolve conflicts to "ours", "theirs", "base" or "both"."""
    parts: list[str] = []
    done = 0
    for hunk in found:
        chosen = {
            "ours": hunk.ours,
            "theirs": hunk.theirs,
            "base": hunk.base or "",
            "both": hunk.ours + hunk.theirs,
        }[name]
        parts += (text[done : hunk.start], chosen)
        done = hunk.end
    return "".join([*parts, text[done:]])


# Three-way comparison with a site
#
# The base is the last export. One side is the file in the site, which may have been edited; the
# other is the current export of the note.

Side = Literal["same", "site", "note", "both", "clash"]
"""Which side changed the lines: none, one, both in the same way, or both differently."""

_AROUND = 2
"""Lines of context around a change."""


class MergeRegion(NamedTuple):
    """Lines of the base and of both sides; `line` is the line number in the site's file, from 1."""

    side: Side
    line: int
    base: list[str]
    site: list[str]
    note: list[str]


def find_regions(base: bytes, site: bytes, note: bytes) -> list[MergeRegion]:
    """Compare three versions by lines."""
    found: list[MergeRegion] = []
    versions = (normalize_line_ends(data).splitlines(keepends=True) for data in (base, site, note))
    for in_base, in_site, in_note, start in _stretches(*versions):
        old, there, here = (
            [line.decode("utf-8", "replace").rstrip("\n") for line in lines]
            for lines in (in_base, in_site, in_note)
        )
        side: Side = "clash"
        if there == here:
            side = "same" if there == old else "both"
        elif there == old:
            side = "note"
        elif here == old:
            side = "site"
        if found and side == "same" == found[-1].side:
            found[-1].base.extend(old)
            found[-1].site.extend(there)
            found[-1].note.extend(here)
        elif old or there or here:
            found.append(MergeRegion(side, start + 1, old, there, here))
    return found


def merge_with_site(base: bytes, site: bytes, note: bytes) -> bytes | None:
    """Merge both changes, with the line ends of the site; None if the changes overlap."""
    found = merge_texts(*map(normalize_line_ends, (base, site, note)))
    if found is None or normalize_line_ends(site) == site:
        return found
    return found.replace(b"\n", b"\r\n")


def has_changes_of(text: bytes, other: bytes, base: bytes) -> bool:
    """Whether a text contains all changes from the base to the other text."""
    versions = (split_lines(normalize_line_ends(side)) for side in (base, text, other))
    for old, mine, theirs, _ in _stretches(*versions):
        merged = changed_side(old, mine, theirs)
        if merged is None:
            if merge_words(*map(b"".join, (old, mine, theirs))) != b"".join(mine).rstrip():
                return False
        elif merged != mine:
            return False
    return True


def three_way_diff(path: str, base: bytes, site: bytes, note: bytes) -> Iterator[str]:
    """Yield the changes of both sides as a diff with context."""
    yield f"--- {path}, last export"
    yield f"+++ {path}, in the site and in the note"
    found = find_regions(base, site, note)
    heads = {
        "site": "changed in the site",
        "note": "changed in the note",
        "both": "same change in both",
        "clash": "changed in both",
    }
    for number, one in enumerate(found):
        if one.side == "same":
            # Context: the lines after the previous change and before the next.
            head = one.base[:_AROUND] if number else []
            rest = one.base[len(head) :] if number + 1 < len(found) else []
            yield from (f" {line}" for line in [*head, *rest[-_AROUND:]])
            continue
        yield f"@@ line {one.line}: {heads[one.side]} @@"
        yield from (f"-{line}" for line in one.base)
        if one.side == "clash":
            yield from (f"+site: {line}" for line in one.site)
            yield from (f"+note: {line}" for line in one.note)
        else:
            yield from (f"+{line}" for line in (one.note if one.side == "note" else one.site))
