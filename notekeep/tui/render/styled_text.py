"""Lines of text whose parts have roles, and how they are fitted into columns of cells.

A `Line` says what each part is ("title", "faint", "mark"), never how it looks: a theme decides
that when the line is painted. Widths are cells of a terminal, so that wide characters line up.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rich.cells import cell_len, get_character_cell_size, split_graphemes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.tui.render.note_rows import LetterMatcher

_WIDE = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf"
    "\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
)
# Ideographic and full-width commas, stops and closing brackets, the long-vowel and repeat marks.
_CLOSING = (
    "\u3001\u3002\uff0c\uff0e\u30fb\uff1a\uff1b\uff01\uff1f\u300d\u300f\uff09\uff3d\uff5d"
    "\u3009\u300b\u3011\u3015\u30fc\u3005"
)
# A line may be broken at blanks, and between characters of a script without blanks, but never
# before a mark that closes.
_TOKEN = f"\n|[ \t]+|[{_WIDE}][{_CLOSING}]*|[^ \t\n{_WIDE}]+"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern compiled, which takes as long as importing a dozen modules of ours."""
    return re.compile(pattern)


# Texts that are as wide as their characters together: none of these joins its neighbour.
_ADDS_UP = (
    "[\n\t\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u2030-\u205e"
    "\u2070-\u20cf\u2100-\u2bff\u3000-\u3029\u3030-\u3098\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uff01-\uff60]*"
)


BUTTON_PREFIX = "\0"
"""How the link of a button begins.

The NUL is what no address in a note can hold: Markdown has no place for it, so that a note cannot
make a button.
"""
ACTION_LINK = BUTTON_PREFIX + "action:"
"""A piece that links to this and the name of an action is a button for it."""
FOLD_LINK = BUTTON_PREFIX + "fold:"
"""Opens and closes the part of a note with this key."""
TASK_LINK = BUTTON_PREFIX + "task:"
"""Ticks the task on this line of the body, counted from 0."""
FOOTNOTE_LINK = BUTTON_PREFIX + "footnote:"
"""Leads to the footnote of this name."""
BACK_LINK = BUTTON_PREFIX + "back:"
"""Leads from a footnote back to where it is referred to."""
LINE_LINK = BUTTON_PREFIX + "line:"
"""Leads to this line of the file, counted from 1."""
PICTURE_LINK = BUTTON_PREFIX + "picture:"
"""Shows a picture; see `Picture.link`."""


class Piece(NamedTuple):
    """A run of text with one role."""

    text: str  # what is shown; already clean, without newlines
    role: str = ""  # words that say what it is, separated by blanks: "heading em" is both
    link: str = ""  # where a click on it leads, or ""


StyledLine: TypeAlias = list[Piece]


def line_text(line: Iterable[Piece]) -> str:
    """Return the text of a line."""
    return "".join(piece.text for piece in line)


def line_width(line: Iterable[Piece]) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(piece.text) for piece in line)


def add_role(line: Iterable[Piece], role: str) -> StyledLine:
    """Return the line with `role` added to every part of it."""
    return [piece._replace(role=f"{role} {piece.role}" if piece.role else role) for piece in line]


def fit_line(line: StyledLine, width: int, ellipsis: str = "…") -> StyledLine:
    """Return `line` cut to at most `width` cells, with an ellipsis where something is missing."""
    if line_width(line) <= width:
        return line
    room = width - cell_len(ellipsis)
    kept: StyledLine = []
    for piece in line:
        length = cell_len(piece.text)
        if length <= room:
            kept.append(piece)
            room -= length
            continue
        kept.append(piece._replace(text=_head(piece.text, room)))
        break
    if width > 0:
        kept.append(Piece(ellipsis, kept[-1].role if kept else ""))
    return kept


def pad_line(line: StyledLine, width: int) -> StyledLine:
    """Return `line` cut or filled with blanks to exactly `width` cells."""
    fitted = fit_line(line, width)
    missing = width - line_width(fitted)
    return [*fitted, Piece(" " * missing)] if missing > 0 else fitted


def spread_line(left: StyledLine, right: StyledLine, width: int, *, gap: int = 2) -> StyledLine:
    """Return one line with `left` at its left edge and `right` at its right edge.

    What stands on the left is what the row is about, so it keeps at least half of the width: when
    there is no room for both, `right` is dropped whole rather than shown in part.
    """
    right_width = line_width(right)
    if not right_width or width - right_width - gap < min(line_width(left), width // 2):
        return pad_line(left, width)
    return [*pad_line(left, width - right_width - gap), Piece(" " * gap), *right]


def wrap_line(line: StyledLine, width: int) -> list[StyledLine]:
    """Break a line into rows of at most `width` cells, at blanks where there are any."""
    width = max(1, width)
    adds_up = all(_compiled(_ADDS_UP).fullmatch(piece.text) for piece in line)
    rows: list[StyledLine] = []
    row: StyledLine = []
    used = 0
    gap: StyledLine = []
    for word in _words(line):
        first = word[0].text
        if first == "\n":
            rows.append(row)
            row, used, gap = [], 0, []
            continue
        if first[0] in " \t":
            gap = [word[0]._replace(text=" ")] if row else []
            continue
        size = line_width(word)
        if row and (used + len(gap) + size if adds_up else _whole(row, gap, word)) > width:
            rows.append(row)
            row, used, gap = [], 0, []
        row += gap
        used += len(gap)
        gap = []
        for part in chop_line(word, width) if size > width else (word,):
            size = line_width(part)
            if row and (used + size if adds_up else _whole(row, part)) > width:
                rows.append(row)
                row, used = [], 0
            row += part
            used += size
    rows.append(row)
    return [_joined(row) for row in rows]


def _whole(*parts: StyledLine) -> int:
    """Return the width of parts as one: a joiner between two is wider than they are alone."""
    return line_width(_joined([piece for part in parts for piece in part]))


def chop_line(line: StyledLine, width: int) -> list[StyledLine]:
    """Break a line into rows of `width` cells wherever they end, keeping its blanks."""
    width = max(1, width)
    if line_width(line) <= width:
        return [line]
    rows: list[StyledLine] = [[]]
    used = 0
    for piece in line:
        start = 0
        while start < len(piece.text):
            head = _head(piece.text, width - used, start)
            if not head and used:
                rows.append([])
                used = 0
                continue
            # A grapheme that is wider than a whole row goes on a row of its own.
            head = head or piece.text[start]
            rows[-1].append(piece._replace(text=head))
            used += cell_len(head)
            start += len(head)
    return rows


def mark_matches(line: StyledLine, matcher: LetterMatcher, role: str = "mark") -> StyledLine:
    """Return the line with `role` added to what `matcher` finds in it, across its parts."""
    return mark_spans(line, matcher.spans(line_text(line)), role)


def mark_spans(
    line: StyledLine, spans: Sequence[tuple[int, int]], role: str = "mark"
) -> StyledLine:
    """Return the line with `role` added to the characters of each (start, end) of `spans`."""
    if not spans:
        return line
    cuts = sorted({offset for span in spans for offset in span})
    marked: StyledLine = []
    position = 0
    for piece in line:
        end = position + len(piece.text)
        bounds = [position, *(cut for cut in cuts if position < cut < end), end]
        for start, stop in pairwise(bounds):
            inside = any(first <= start and stop <= last for first, last in spans)
            part = piece._replace(text=piece.text[start - position : stop - position])
            marked.extend(add_role([part], role) if inside else [part])
        position = end
    return marked


def _head(text: str, width: int, start: int = 0) -> str:
    """Return what of `text` takes at most `width` cells from `start` on, in whole graphemes."""
    if width <= 0:
        return ""
    if text.isascii():
        return text[start : start + width]
    # Graphemes are mostly short, and to split a long text for each of its rows takes long.
    size = 8 * width
    while True:
        part = text[start : start + size]
        used = 0
        ends = [0]
        for _start, end, cells_ in split_graphemes(part)[0]:
            used += cells_
            if used > width:
                break
            ends.append(end)
        if used > width or start + size >= len(text):
            break
        size *= 4
    # Rich counts what follows two joiners at the beginning as it measures, and not as it splits.
    return next(part[:end] for end in reversed(ends) if cell_len(part[:end]) <= width)


def _words(line: StyledLine) -> Iterable[StyledLine]:
    """Yield what must stay together; blanks and newlines each as a word of their own."""
    word: StyledLine = []
    for piece in line:
        for token in _compiled(_TOKEN).findall(piece.text):
            alone = token[0] in " \t\n" or get_character_cell_size(token[0]) > 1
            if alone:
                if word:
                    yield word
                    word = []
                yield [Piece(token, piece.role, piece.link)]
            else:
                word.append(Piece(token, piece.role, piece.link))
    if word:
        yield word


def _joined(row: StyledLine) -> StyledLine:
    """Join neighbours that look the same: fewer pieces are quicker to paint."""
    if not row:
        return []
    joined: StyledLine = []
    texts, (_, role, link) = [row[0].text], row[0]
    for piece in row[1:]:
        if piece.role == role and piece.link == link:
            texts.append(piece.text)
            continue
        joined.append(Piece("".join(texts), role, link))
        texts, (_, role, link) = [piece.text], piece
    joined.append(Piece("".join(texts), role, link))
    return joined
