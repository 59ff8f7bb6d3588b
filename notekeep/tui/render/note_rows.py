"""What lists show of a note: a row, a hit with its matched letters, the head of the preview."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from unicodedata import normalize

from rich.cells import cell_len

from notekeep.markdown.sanitize import clean_line
from notekeep.query.tree import And, Fuzzy, Node, Or, Phrase, Prefix, Query, Term, Within
from notekeep.tui.render.formatting import (
    field_date,
    field_text,
    kind_name,
    parse_rating,
    short_date,
    stars,
)
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    fit_line,
    line_width,
    mark_matches,
    mark_spans,
    spread_line,
    wrap_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from notekeep.catalog.records import Row
    from notekeep.markdown.field_values import Value
    from notekeep.markdown.note import Note
    from notekeep.search.results import Hit
    from notekeep.tui.render.glyphs import Glyphs


# Which letters of a title or a passage are the ones that were looked for.


class LetterMatcher:
    """Finds the beginnings of words that were looked for, whatever their case or accents."""

    def __init__(self, words: Iterable[str]) -> None:
        pattern = _any_of(words)
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})") if pattern else None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where in `text` something was found: first character, one past the last."""
        if self._pattern is None:
            return []
        return [match.span() for match in self._pattern.finditer(fold_letters(text))]


def _any_of(words: Iterable[str]) -> str:
    folded = {fold_letters(word) for word in words if word}
    return "|".join(map(re.escape, sorted(folded, key=len, reverse=True)))


def make_matcher(query: Query | None) -> LetterMatcher:
    """Return what finds the words of a query; facts such as `type:book` have none."""
    return LetterMatcher(_words(query.root) if query and query.root else ())


def _words(node: Node) -> Iterator[str]:
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from _words(part)
    elif isinstance(node, Within):
        yield from _words(node.node)
    elif isinstance(node, Term | Phrase | Prefix | Fuzzy):
        yield from re.findall(r"\w+", node.text)


def fold_letters(text: str) -> str:
    """Return `text` without case and accents, character by character, so that places are kept."""
    if text.isascii():
        return text.lower()
    folded = (normalize("NFKD", char)[0].lower() for char in text)
    return "".join(
        flat if len(flat) == 1 else char for char, flat in zip(text, folded, strict=True)
    )


# What the lists show of a note: a row, a hit, the head of the preview.

# Marks of headings and lists at the start of a line, of emphasis, code and links anywhere; compiled
# when the first hit is shown, since no list at the start has one.
_SIGNS = (
    r"(?:^|(?<=\n)|(?<=…))[ \t]*(?:#{1,6}|[-*+]|\d+[.)]|>)[ \t]+(?:\[.\][ \t]+)?"
    r"|!?\[\[[^\[\]|\n]*\|(?:\d+(?:x\d+)?\|)?(?=[^\[\]\n]*\]\])|\]\([^()\s]*\)|!?\[(?=[^\[\]\n]*\]\([^()\s]*\))"
    r"|\*\*|==|`|!?\[\[|\]\]|(?<!\S)\*(?=\w)|(?<=[\w.,;:!?])\*(?!\w)"
)

# A list this wide has room for a column of ratings beside that of dates.
WIDE_CELLS = 46
_DATE_WIDTH = 8

# Which date says most about a note of a kind, best first.
_DATES = {
    "book": ("finished", "started"),
    "podcast": ("listened", "published"),
    "post": ("date", "created"),
    "daily": ("date",),
}

# Which fields stand under the title in the preview, by kind, in order.
_HEAD_FIELDS = {
    "book": ("author", "published", "pages", "status", "finished"),
    "podcast": ("show", "episode", "guest", "host", "duration", "listened"),
    "post": ("date", "series", "part", "slug"),
    "habit": ("schedule", "goal", "when"),
    "daily": (),
}
_WITH_NAME = {
    "pages": "{} pages",
    "finished": "finished {}",
    "listened": "listened {}",
    "part": "part {}",
}


def kind_sign(kind: str, glyphs: Glyphs) -> Piece:
    """Return the sign of a kind of notes: one cell before a title."""
    return Piece(glyphs.kinds.get(kind) or clean_line(kind)[:1] or glyphs.dot, "muted")


def gutter(glyphs: Glyphs, *, here: bool, marked: bool = False) -> StyledLine:
    """Return the two cells at the left of a row: the cursor, and whether the row is marked."""
    return [
        Piece(glyphs.cursor if here else " ", "cursor-bar"),
        Piece(glyphs.marked if marked else " ", "accent"),
    ]


def signs(row: Row, glyphs: Glyphs, *, conflict: bool = False) -> StyledLine:
    """Return what must be seen of a note beside its title: two versions, broken, private."""
    line: StyledLine = [Piece(" !", "warn")] if conflict else []
    if row.problem:
        line.append(Piece(f" {glyphs.warning}", "warn"))
    if row.private:
        line.append(Piece(f" {glyphs.private}", "private"))
    return line


def distinguished_title(title: StyledLine, row: Row, room: int) -> StyledLine:
    """Return a title and what tells its note from others of that title.

    What tells apart has half of the room at least, and loses its beginning.
    """
    if not row.apart:
        return title
    most = max(room // 2, room - line_width(title)) - 2
    apart, rest = clean_line(row.apart), clean_line(row.apart)
    while cell_len(apart) > most and "/" in rest:
        rest = rest.partition("/")[2]
        apart = f"…/{rest}"
    told = fit_line([Piece(apart, "faint")], max(0, most))
    return [*fit_line(title, room - line_width(told) - 2), Piece("  "), *told]


def note_day(kind: str, fields: Mapping[str, Value], mtime_ns: int) -> date:
    """Return the day that says most about a note: when it was read, listened to, or changed."""
    for name in _DATES.get(kind, ()):
        if (day := field_date(fields.get(name))) is not None:
            return day
    return modified_day(mtime_ns)


def modified_day(mtime_ns: int) -> date:
    """Return the day on which a file was changed last."""
    return datetime.fromtimestamp(mtime_ns / 1e9, tz=UTC).astimezone().date()


def note_row(
    row: Row,
    width: int,
    glyphs: Glyphs,
    today: date,
    title: StyledLine | None = None,
    *,
    dated_by: str = "",
    conflict: bool = False,
) -> StyledLine:
    """Return a note as one line: its title, and at the right its rating and a day."""
    left = [*(title or [Piece(clean_line(row.title))]), *signs(row, glyphs, conflict=conflict)]
    day = field_date(row.fields.get(dated_by)) if dated_by else modified_day(row.mtime_ns)
    said = "" if day is None else short_date(day, today)
    right: StyledLine = [Piece(said if width < WIDE_CELLS else said.rjust(_DATE_WIDTH), "faint")]
    rating = parse_rating(row.fields.get("rating"))
    if width >= WIDE_CELLS and rating is not None:
        right.insert(0, Piece(f"{stars(rating, glyphs)} ", "star"))
    if width < WIDE_CELLS and line_width(left) > width - 2 - line_width(right):
        right = []  # more of the title says more than a day
    left = distinguished_title(left, row, width - 2 - line_width(right))
    # A cell is left free at the right: what stands there may be the bar that scrolls the list.
    return spread_line(left, right, width - 1, gap=1)


def hit_rows(
    hit: Hit,
    width: int,
    glyphs: Glyphs,
    today: date,
    words: LetterMatcher | None,
    *,
    dated_by: str = "",
    conflict: bool = False,
) -> list[StyledLine]:
    """Return a hit as two lines: its title with the matches marked, and the best passage."""
    title: StyledLine = [Piece(clean_line(hit.row.title))]
    snippet = hit.snippet
    is_title = snippet.text == hit.row.title
    if is_title:
        title = mark_spans(title, snippet.marks)
    elif words is not None:
        title = mark_matches(title, words)
    first = note_row(hit.row, width, glyphs, today, title, dated_by=dated_by, conflict=conflict)
    fields = _found_fields(hit) if snippet.is_of_fields else []
    if fields:
        return [first, spread_line(fields, [], width - 1)]
    if is_title or not snippet.text or snippet.is_of_fields:
        about = kind_name(hit.row.kind)
        tags = " ".join(f"#{clean_line(tag)}" for tag in hit.row.tags[:4])
        return [first, spread_line([Piece(f"{about}  {tags}", "faint")], [], width - 1)]
    passage, marks = _crop_passage(*strip_markup(snippet.text, snippet.marks), width - 1)
    second = mark_spans([Piece(passage, "muted")], marks)
    return [first, spread_line(second, [], width - 1)]


def _found_fields(hit: Hit) -> StyledLine:
    """Return the fields that have the words of a snippet, as words: nobody looked for YAML."""
    text, marks, _ = hit.snippet
    finds = re.compile(_any_of(text[start:end] for start, end in marks) or r"(?!)")
    row = hit.row
    told = {name: field_text(value) for name, value in row.fields.items() if name != "title"}
    told |= {"aliases": field_text([*row.aliases]), "tags": " ".join(f"#{tag}" for tag in row.tags)}
    line: StyledLine = []
    for name, value in told.items():
        shown = clean_line(value)
        if spans := [found.span() for found in finds.finditer(fold_letters(shown))]:
            line += [Piece(" · ", "faint")] if line else []
            line += [Piece(f"{clean_line(name)}  ", "faint")]
            line += mark_spans([Piece(shown, "muted")], spans)
    return line


def _crop_passage(
    text: str, marks: Sequence[tuple[int, int]], width: int
) -> tuple[str, Sequence[tuple[int, int]]]:
    """Return a passage from where on most of its marks are seen in so many cells."""
    if not marks or cell_len(text) <= width or cell_len(text[: marks[-1][1]]) < width:
        return text, marks
    ends = [cell_len(text[:end]) for _, end in marks]

    def seen_from(first: int) -> int:
        room = cell_len(text[: marks[first][0]]) + width - width // 3
        return sum(end < room for end in ends[first:])

    start = marks[max(range(len(marks)), key=seen_from)][0]
    if start <= width // 3:
        return text, marks
    # A few words stay before the first mark, since a word says little without them.
    begin = text.find(" ", start - width // 3, start) + 1 or start
    kept = [(first + 1 - begin, end + 1 - begin) for first, end in marks if first >= begin]
    return f"…{text[begin:]}", kept


def strip_markup(text: str, marks: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Return a passage in one line without the signs of Markdown, and its marks in their places."""
    kept: list[str] = []
    places: list[int] = []
    dropped: set[int] = set()
    for match in re.finditer(_SIGNS, text):
        start, stop = match.span()
        # What was looked for is shown, be it in an address; a link's target without the brackets.
        if any(start < end and begin < stop for begin, end in marks):
            stop = start + match[0].find("[[", 0, 3) + 2 if "[[" in match[0][:3] else start
        dropped.update(range(start, stop))
    for offset, char in enumerate(text):
        places.append(len(kept))
        if offset in dropped:
            continue
        blank = char.isspace()
        if not (blank and (not kept or kept[-1] == " ")):
            kept.append(" " if blank else char)
    places.append(len(kept))
    return "".join(kept), [(places[start], places[end]) for start, end in marks]


def note_head(note: Note, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return what stands above a note's text: title, the fields that matter, tags, a rule."""
    lines = wrap_line([Piece(clean_line(note.title), "title")], width)
    if facts := _facts(note, glyphs):
        lines += wrap_line(facts, width)
    if note.tags:
        tags: StyledLine = []
        for tag in note.tags:
            tags += [Piece(f"#{clean_line(tag)}", "tag", f"#{tag}"), Piece(" ")]
        lines += wrap_line(tags[:-1], width)
    lines.append([Piece(glyphs.rule * width, "rule")])
    if (problem := note.problem) is not None:
        where = f"line {problem.line}: " if problem.line else ""
        about = f"{glyphs.warning} {where}{clean_line(problem.message)}"
        lines += wrap_line([Piece(about, "warn")], width)
        if problem.hint:
            lines += wrap_line([Piece(clean_line(problem.hint), "muted")], width)
        lines.append([])
    return lines


def _facts(note: Note, glyphs: Glyphs) -> StyledLine:
    parts: list[Piece] = []
    finished = field_text(note.fields.get("finished"))
    for name in _HEAD_FIELDS.get(note.kind, ("created", "status")):
        text = field_text(note.fields.get(name))
        if text and not (name == "status" and finished):
            parts.append(Piece(_WITH_NAME.get(name, "{}").format(text), "muted"))
    rating = parse_rating(note.fields.get("rating"))
    if rating is not None:
        parts.append(Piece(stars(rating, glyphs).rstrip(), "star"))
    if note.private:
        parts.append(Piece(f"{glyphs.private} private", "private"))
    line: StyledLine = []
    for part in parts:
        # The dot stays with what it follows when the line is broken.
        line.extend([Piece(f"\xa0{glyphs.dot}", "faint"), Piece(" ")] if line else [])
        line.append(part)
    return line
