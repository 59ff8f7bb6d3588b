"""A note as a row in a list, as a search hit, and as the head of its preview."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from notekeep.errors import NotekeepError
from notekeep.habits.schedule import parse_rules, parse_schedule, rule_on
from notekeep.markdown.sanitize import clean_line
from notekeep.query import folding
from notekeep.search.results import NEAR_IN_MEANING
from notekeep.tui.render.formatting import (
    day_and_month,
    field_date,
    field_text,
    kind_name,
    long_date,
    parse_rating,
    rating_pieces,
    short_date,
)
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    add_role,
    fit_line,
    flow_lines,
    line_width,
    mark_matches,
    mark_spans,
    pad_line,
    spread_line,
    wrap_line,
)

if TYPE_CHECKING:
    from notekeep.catalog.records import Row
    from notekeep.markdown.fields.field_values import Value
    from notekeep.markdown.note import Note
    from notekeep.search.planner import PlanMatcher
    from notekeep.search.results import Hit
    from notekeep.tui.render.glyphs import Glyphs


def fold_same_length(text: str) -> str:
    """Fold `text` as in a search, but keep its length."""
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_character, text))


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    folded = folding.fold_letters(character)
    return folded if len(folded) == 1 else character


# A list this wide has room for a detail after each title.
DETAIL_CELLS = 46
_HEAD_WIDTH = 4  # the cells before a title: the cursor, a blank, the sign, a blank
_RIGHT_MARGIN = 2
_DATE_WIDTH = 7
_STAR_GAP = 1
FRONT_MATTER = "front matter"

# The field to show next to the title, by kind.
_DETAILS = {
    "book": ("author",),
    "podcast": ("show", "guest"),
    "habit": ("schedule",),
}

# The most important dates by kind.
_DATES = {
    "book": ("finished", "started"),
    "podcast": ("listened", "published"),
    "post": ("date", "created"),
    "daily": ("date",),
}

# The fields below the title of the preview, by kind.
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
    """Return the two cells at the left of a row: the cursor and the mark."""
    return [
        Piece(glyphs.cursor if here else " ", "cursor-bar"),
        Piece(glyphs.marked if marked else " ", "marked"),
    ]


def signs(row: Row, glyphs: Glyphs, *, conflict: bool = False) -> StyledLine:
    """Return the warnings after a title: conflict, problem, private."""
    line: StyledLine = [Piece(" !", "warn")] if conflict else []
    if row.problem:
        line.append(Piece(f" {glyphs.warning}", "warn"))
    if row.private:
        line.append(Piece(f" {glyphs.private}", "private"))
    return line


def distinguished_title(title: StyledLine, suffix: str, room: int) -> StyledLine:
    """Return a title with the part of the path that distinguishes notes with the same title."""
    if not suffix:
        return title
    most = max(room // 2, room - line_width(title)) - 2
    suffix = rest = clean_line(suffix)
    while cell_len(suffix) > most and "/" in rest:
        rest = rest.partition("/")[2]
        suffix = f"…/{rest}"
    path = fit_line([Piece(suffix, "faint")], max(0, most))
    return [*fit_line(title, room - line_width(path) - 2), Piece("  "), *path]


def note_day(kind: str, fields: Mapping[str, Value], mtime_ns: int) -> date:
    """Return the most important day of a note: when it was read, listened to or changed."""
    for name in _DATES.get(kind, ()):
        if (day := field_date(fields.get(name))) is not None:
            return day
    return modified_day(mtime_ns)


def modified_day(mtime_ns: int) -> date:
    """Return the local day of a modification time."""
    return datetime.fromtimestamp(mtime_ns / 1e9, tz=UTC).astimezone().date()


class RowLook(NamedTuple):
    """The state of a row in a list."""

    here: bool = False  # whether the cursor is on it
    marked: bool = False
    conflict: bool = False
    dated_by: str | None = None  # the date to show: a field, "modified", or None for none
    is_grouped: bool = False  # whether it is listed below its year


def row_head(look: RowLook, sign: Piece, glyphs: Glyphs) -> StyledLine:
    """Return the four cells before a title: the cursor, and the sign of the kind or the mark."""
    bar = Piece(glyphs.cursor if look.here else " ", "cursor-bar")
    mark = Piece(glyphs.marked, "marked") if look.marked else sign
    return [bar, Piece(" "), mark, Piece(" ")]


def note_row(
    row: Row,
    width: int,
    glyphs: Glyphs,
    today: date,
    look: RowLook,
    *,
    title: StyledLine | None = None,
    detail: str = "",
) -> StyledLine:
    """Return a note as one line: sign, title, a detail if it fits, rating and date."""
    head = row_head(look, kind_sign(row.kind, glyphs), glyphs)
    title = title or [Piece(clean_line(row.title))]
    if look.here:
        title = add_role(title, "title")
    left = [*title, *signs(row, glyphs, conflict=look.conflict)]
    room = width - _HEAD_WIDTH - _RIGHT_MARGIN
    right: StyledLine = []
    if look.dated_by is not None:
        right = [Piece(row_date(row, look, today).rjust(_DATE_WIDTH), "muted")]
    rating = parse_rating(row.fields.get("rating"))
    if rating is not None:
        rated = rating_pieces(rating, glyphs)
        rated = [*rated, Piece(" " * _STAR_GAP), *right] if right else rated
        if line_width(rated) < room // 2:
            right = rated
    room -= line_width(right) + bool(right)
    if row.title_suffix:
        left = distinguished_title(left, row.title_suffix, room)
    elif width >= DETAIL_CELLS:
        details = [detail] if detail else row_details(row, today)
        rest = room - line_width(left) - 2
        if fitting := next((one for one in details if one and cell_len(one) <= rest), ""):
            left += [Piece("  "), Piece(fitting, "muted")]
    line = [*pad_line(fit_line(left, room, glyphs.ellipsis), room), Piece(" " * bool(right))]
    return [*head, *line, *right, Piece(" " * _RIGHT_MARGIN)]


def row_details(row: Row, today: date) -> list[str]:
    """Return details of a note to show next to its title, longest first."""
    if schedule := _schedule_on(today, row.fields.get("schedule")) if row.kind == "habit" else "":
        return [schedule]
    if row.kind == "post":
        return ["draft"] if row.fields.get("draft") is True else []
    for name in _DETAILS.get(row.kind, ()):
        value = row.fields.get(name)
        if text := field_text(value):
            first = field_text(value[0]) if isinstance(value, list) and value else ""
            return [text, first]
    return [clean_line(row.tags[0])] if row.tags else []


def _schedule_on(day: date, value: Value) -> str:
    lines = [str(line) for line in (value if isinstance(value, list) else [value]) if line]
    try:
        return rule_on(parse_rules(lines, parse_schedule), day.toordinal()).words()
    except NotekeepError:
        return ""


def row_date(row: Row, look: RowLook, today: date) -> str:
    """Return the date of a row, or the time for a change today."""
    if look.dated_by == "modified":
        moment = datetime.fromtimestamp(row.mtime_ns / 1e9, tz=UTC).astimezone()
        day: date | None = moment.date()
        if day == today:
            return f"{moment:%H:%M}"
    else:
        day = field_date(row.fields.get(look.dated_by or ""))
    if day is None:
        return ""
    return day_and_month(day) if look.is_grouped else short_date(day, today)


def group_row(name: str, width: int, glyphs: Glyphs) -> StyledLine:
    """Return the name of a group in a list, followed by a rule."""
    head = [Piece("  "), Piece(clean_line(name), "section"), Piece(" ")]
    rule = glyphs.rule * max(0, width - line_width(head) - 1)
    return [*head, Piece(rule, "rule")]


def folded_row(count: int, mtime_ns: int, width: int, glyphs: Glyphs, look: RowLook) -> StyledLine:
    """Return the row that replaces folded daily notes."""
    name = Piece(kind_name("daily"), "title" if look.here else "")
    left = [name, Piece(f"  {count}", "muted")]
    day = day_and_month(modified_day(mtime_ns))
    right = [Piece(day.rjust(_DATE_WIDTH), "muted")]
    room = width - _HEAD_WIDTH - _RIGHT_MARGIN
    head = row_head(look, Piece(glyphs.closed, "muted"), glyphs)
    return [*head, *spread_line(left, right, room, gap=1), Piece(" " * _RIGHT_MARGIN)]


def file_row(path: str, width: int, glyphs: Glyphs, look: RowLook) -> list[StyledLine]:
    """Return the two lines of a file: its name, and its folder."""
    folder, _, name = clean_line(path).rpartition("/")
    head = row_head(look, Piece(" "), glyphs)
    bar = Piece(glyphs.cursor if look.here else " ", "cursor-bar")
    below = [bar, Piece(" " * (_HEAD_WIDTH - 1)), Piece(f"file in {folder or './'}", "muted")]
    first = [*head, Piece(name, "title" if look.here else "")]
    return [fit_line(line, width, glyphs.ellipsis) for line in (first, below)]


def hit_rows(
    hit: Hit,
    width: int,
    glyphs: Glyphs,
    today: date,
    look: RowLook,
    words: PlanMatcher | None,
    *,
    lines: int,
) -> list[StyledLine]:
    """Return a hit: its title with the matches marked, and `lines` of its snippet."""
    title: StyledLine = [Piece(clean_line(hit.row.title))]
    snippet = hit.snippet
    is_title = snippet.text == hit.row.title
    if is_title:
        title = mark_spans(title, snippet.marks)
    elif words is not None:
        title = mark_matches(title, partial(words.spans, language=hit.row.language))
    heading = "" if hit.heading == hit.row.title else hit.heading
    heading = (
        FRONT_MATTER if snippet.is_of_fields else clean_line(hit.passage.attachment or heading)
    )
    near = NEAR_IN_MEANING if hit.near else ""
    detail = " · ".join(filter(None, (heading, near)))
    first = note_row(hit.row, width, glyphs, today, look, title=title, detail=detail)
    room = max(8, width - _HEAD_WIDTH - _RIGHT_MARGIN)
    bar = Piece(glyphs.cursor if look.here else " ", "cursor-bar")
    indent = [bar, Piece(" " * (_HEAD_WIDTH - 1))]
    found = _found_lines(hit, room, lines, glyphs, is_title=is_title)
    return [first, *([*indent, *line] for line in found)]


def _found_lines(
    hit: Hit, room: int, lines: int, glyphs: Glyphs, *, is_title: bool
) -> list[StyledLine]:
    snippet = hit.snippet
    found = _found_fields(hit) if snippet.is_of_fields else []
    if not found and (is_title or not snippet.text or snippet.is_of_fields):
        tags = " ".join(f"#{clean_line(tag)}" for tag in hit.row.tags[:4])
        found = [Piece(tags, "muted")]
    elif not found:
        plain = snippet.plain()
        passage, marks = _crop_passage(plain.text, plain.marks, room * lines - lines)
        found = mark_spans([Piece(passage, "muted")], marks)
    rows = wrap_line(found, room)
    if len(rows) > lines:
        last = [*rows[lines - 1], Piece(" "), *rows[lines]]
        rows = [*rows[: lines - 1], fit_line(last, room, glyphs.ellipsis)]
    return [*rows, *([[]] * (lines - len(rows)))]


def _found_fields(hit: Hit) -> StyledLine:
    """Return the fields that contain the matches of a snippet, without YAML."""
    snippet = hit.snippet
    matches = (snippet.text[start:end] for start, end in snippet.marks if start < end)
    words = set(map(fold_same_length, matches))
    longest_first = sorted(words, key=len, reverse=True)
    finds = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
    row = hit.row
    fields = {name: field_text(value) for name, value in row.fields.items() if name != "title"}
    fields["aliases"] = field_text([*row.aliases])
    fields["tags"] = " ".join(f"#{tag}" for tag in row.tags)
    line: StyledLine = []
    for name, value in fields.items():
        shown = clean_line(value)
        if spans := [found.span() for found in finds.finditer(fold_same_length(shown))]:
            line += [Piece(" · ", "faint")] if line else []
            line += [Piece(f"{clean_line(name)}  ", "faint")]
            line += mark_spans([Piece(shown, "muted")], spans)
    return line


def _crop_passage(
    text: str, marks: Sequence[tuple[int, int]], width: int
) -> tuple[str, Sequence[tuple[int, int]]]:
    """Crop a passage to the part whose first `width` cells contain most of its marks."""
    if not marks or cell_len(text) <= width or cell_len(text[: marks[-1][1]]) < width:
        return text, marks
    ends = [cell_len(text[:end]) for _, end in marks]

    def seen_from(first: int) -> int:
        room = cell_len(text[: marks[first][0]]) + width - width // 3
        return sum(end < room for end in ends[first:])

    start = marks[max(range(len(marks)), key=seen_from)][0]
    if start <= width // 3:
        return text, marks
    # A few words before the first mark give context.
    begin = text.find(" ", start - width // 3, start) + 1 or start
    inside = [(first + 1 - begin, end + 1 - begin) for first, end in marks if first >= begin]
    return f"…{text[begin:]}", inside


MEASURE = 80  # maximum width of a line of text
BAND_MARGIN = 12  # with more space than this around the text, a note is centred
MIN_MARGINS = 28  # a narrower pane has no margins


class PageLayout(NamedTuple):
    """The left margin of a note, and the width of a line, in cells."""

    margin: int
    width: int

    @property
    def band_margin(self) -> int:
        """The cells before the band of the title, which is wider than the text."""
        return self.margin - band_indent(self.width)


def lay_out_page(room: int) -> PageLayout:
    """Return the layout of a note in a pane of a width; its last column stays free."""
    if room >= MEASURE + BAND_MARGIN:
        return PageLayout((room - MEASURE) // 2, MEASURE)
    if room >= MIN_MARGINS:
        return PageLayout(2, min(MEASURE, room - 2) - 1)
    return PageLayout(0, max(8, room - 1))


def band_indent(width: int) -> int:
    """Return the number of cells by which the title band starts before the text."""
    return 3 if width == MEASURE else 2 if width >= MIN_MARGINS - 3 else 0


def note_head(note: Note, width: int, glyphs: Glyphs, label: str = "") -> list[StyledLine]:
    """Return the band above a note's text, `width` cells wide: title, stars, facts, tags."""
    before = band_indent(width)
    room = width + (2 * before if width == MEASURE else before + 1 if before else 0)
    indent = [Piece(" " * before)]
    inner = max(4, room - 2 * line_width(indent))
    right = _marks_of(note, glyphs)
    if label:
        right = [Piece(f" {label} ", "highlight"), *([Piece("  "), *right] if right else [])]
    title = wrap_line(
        [Piece(clean_line(note.title), "title")], inner - 2 - line_width([*right, Piece("  ")])
    )
    sign = [kind_sign(note.kind, glyphs), Piece(" ")]
    rows = [spread_line([*sign, *title[0]], right, inner)]
    rows += [[Piece("  "), *row] for row in title[1:]]
    if facts := _facts(note, inner - 2, glyphs):
        rows.append([Piece("  "), *facts])
    chips = ([Piece(" "), Piece(f" #{clean_line(tag)} ", "chip", f"#{tag}")] for tag in note.tags)
    rows += flow_lines(chips, inner)
    if (problem := note.problem) is not None:
        where = f"line {problem.line}: " if problem.line else ""
        about = f"{glyphs.warning} {where}{clean_line(problem.message)}"
        rows += wrap_line([Piece(about, "warn")], inner)
        if problem.hint:
            rows += wrap_line([Piece(clean_line(problem.hint), "muted")], inner)
    return band_lines([[*indent, *row] for row in rows], room, glyphs)


def band_lines(rows: Sequence[StyledLine], width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return a title band: rows on a background, with half a row above and below."""
    above, below = (Piece(edge * width, "band-edge") for edge in glyphs.band)
    return [[above], *(add_role(pad_line(row, width), "band") for row in rows), [below]]


def _marks_of(note: Note, glyphs: Glyphs) -> StyledLine:
    right: StyledLine = []
    if note.private:
        right.append(Piece(f"{glyphs.private} private", "private"))
    rating = parse_rating(note.fields.get("rating"))
    if rating is not None:
        right += [Piece("  ")] if right else []
        right += rating_pieces(rating, glyphs)
    return right


def _facts(note: Note, width: int, glyphs: Glyphs) -> StyledLine:
    """Return as many facts as fit, none of them truncated."""
    parts: list[str] = []
    finished = field_text(note.fields.get("finished"))
    for name in _HEAD_FIELDS.get(note.kind, ("created", "status")):
        value = note.fields.get(name)
        day = field_date(value)
        text = long_date(day) if day is not None else field_text(value)
        is_redundant = (name == "status" and finished) or (name, text) == ("goal", "done")
        if text and not is_redundant:
            parts.append(_WITH_NAME.get(name, "{}").format(text))
    while len(parts) > 1 and cell_len(f" {glyphs.dot} ".join(parts)) > width:
        parts.pop()
    joined = f" {glyphs.dot} ".join(parts)
    return fit_line([Piece(joined, "muted")], width, glyphs.ellipsis) if parts else []
