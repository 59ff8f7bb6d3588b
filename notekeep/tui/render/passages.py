"""Draws passages as list rows, and as large text with their source."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from notekeep.markdown.sanitize import clean_line
from notekeep.query.folding import fold_text
from notekeep.tui.render.formatting import plural, short_date
from notekeep.tui.render.note_rows import band_lines, gutter, kind_sign
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    fit_line,
    flow_lines,
    line_width,
    pad_line,
    section_line,
    spread_line,
    wrap_line,
)

if TYPE_CHECKING:
    from notekeep.services.recall import ReviewItem
    from notekeep.tui.render.glyphs import Glyphs

LOCATOR_WIDTH = 7
TAG_WIDTH, TAGS_FROM = 14, 56  # the tag column, in lists at least this wide
ROOMY_LINES = 5  # a passage with more lines has no blank rows between them
MIN_GRADE = 13  # narrower grade columns show only the number of days
CARD_WIDTH = 60
MEASURE = 80

ORDERS = ("source", "author", "tag", "newest")
"""The ways to group a list of passages."""


class PassageGroup(NamedTuple):
    """The heading above a group of passages."""

    name: str
    kind: str = ""  # of the note, if the group is a note
    author: str = ""


PassageListRow: TypeAlias = "ReviewItem | PassageGroup | None"
"""A row of the list; None is a blank row."""


def group_passages(items: Iterable[ReviewItem], order: str) -> list[PassageListRow]:
    """Return rows with the passages under their groups: notes, authors or tags."""
    if order == "newest":
        items = sorted(items, key=lambda item: -item.passage.source.mtime_ns)
    groups: dict[tuple[PassageGroup, str], list[ReviewItem]] = {}
    for item in items:
        passage, source = item.passage, item.passage.source
        if order == "author":
            group = PassageGroup(passage.author or "No author"), ""
        elif order == "tag":
            group = PassageGroup(f"#{source.tags[0]}" if source.tags else "No tag"), ""
        else:  # notes may have the same title
            group = PassageGroup(source.title, source.kind, passage.author), source.path
        groups.setdefault(group, []).append(item)
    is_sorted = order in ("author", "tag")
    rows: list[PassageListRow] = []
    for group in sorted(groups, key=lambda key: fold_text(key[0].name)) if is_sorted else groups:
        rows += [None, group[0]] if rows else [group[0]]
        rows += groups[group]
    return rows


def passage_group_row(group: PassageGroup, width: int, glyphs: Glyphs) -> StyledLine:
    """Return the name of a group, its author if it is a note, and a rule."""
    sign = [kind_sign(group.kind, glyphs), Piece(" ")] if group.kind else []
    name = [*sign, Piece(clean_line(group.name), "section")]
    about = [Piece(f" {clean_line(group.author)}", "muted")] if group.author else []
    head = fit_line([Piece("  "), *name, *about], width - 3)
    return [*head, Piece(f" {glyphs.rule * max(0, width - line_width(head) - 2)}", "rule")]


def passage_row(item: ReviewItem, width: int, glyphs: Glyphs, *, here: bool) -> StyledLine:
    """Return a passage as one line: favourite, first words, tag, and page or time."""
    favourite = Piece(f"{glyphs.star} " if item.recall.is_favourite else "  ", "star")
    right = [Piece(clean_line(item.passage.locator).rjust(LOCATOR_WIDTH), "muted")]
    if width >= TAGS_FROM:
        tags = item.passage.source.tags[:1]
        tag = fit_line([Piece(clean_line(name), "tag") for name in tags], TAG_WIDTH - 1)
        right = [*pad_line(tag, TAG_WIDTH), *right]
    left = [*gutter(glyphs, here=here), favourite]
    room = width - line_width([*left, *right]) - 4
    text = Piece(clean_line(item.passage.text), "bright" if here else "")
    first, *rest = wrap_line([text], room - 2)
    cut = [Piece(f" {glyphs.ellipsis}", "muted")] if rest else []
    return [*left, *pad_line([*first, *cut], room), Piece("  "), *right]


def large_passage(
    text: str, width: int, glyphs: Glyphs, *, is_roomy: bool = True
) -> list[StyledLine]:
    """Return a passage as large text in lines of about equal length, beside a bar."""
    room = max(8, width - 3)
    lines: list[StyledLine] = []
    for part in text.split("\n"):
        line = [Piece(clean_line(part), "title")]
        rows = wrap_line(line, room)
        if len(rows) > ROOMY_LINES:
            lines += rows
            continue
        # The narrowest column that does not need more lines.
        widths = range(max(8, room // 2), room)
        even = (cells for cells in widths if len(wrap_line(line, cells)) == len(rows))
        lines += wrap_line(line, next(even, room))
    gap: list[StyledLine] = [[]] if is_roomy and len(lines) <= ROOMY_LINES else []
    spaced = [row for line in lines for row in (line, *gap)][: -1 if gap else None]
    return [[Piece(f"{glyphs.quote}  ", "quote-bar"), *row] for row in spaced]


def source_lines(
    item: ReviewItem, width: int, glyphs: Glyphs, *, with_tags: bool = True
) -> list[StyledLine]:
    """Return the source of a passage: title, author and page, tags."""
    passage = item.passage
    star = [Piece(glyphs.star, "star")] if item.recall.is_favourite else []
    title = [kind_sign(passage.source.kind, glyphs), Piece(" ")]
    title.append(Piece(clean_line(passage.source.title), "strong"))
    about = f" {glyphs.dot} ".join(filter(None, (passage.author, passage.locator)))
    lines = [spread_line(fit_line(title, width - 2), star, width)]
    lines += [fit_line([Piece(f"  {clean_line(about)}", "muted")], width)] if about else []
    tags = passage.source.tags if with_tags else ()
    chips = ([Piece(" "), Piece(f" #{clean_line(tag)} ", "chip")] for tag in tags)
    return [*lines, *flow_lines(chips, width)]


def passage_page(item: ReviewItem, width: int, glyphs: Glyphs, today: date) -> list[StyledLine]:
    """Return a passage with its source, location and due date, for the pane beside the list."""
    room = min(width, MEASURE)
    head = [[Piece(" "), *line] for line in source_lines(item, room - 2, glyphs)]
    passage = item.passage
    about = f" {glyphs.dot} ".join(filter(None, (passage.locator, passage.heading)))
    place = [[], [Piece("   "), Piece(clean_line(about), "muted")]] if about else []
    lines = [*band_lines(head, room, glyphs), [], *large_passage(passage.text, room - 2, glyphs)]
    return [*lines, *place, [], *_recall_lines(item, room, glyphs, today)]


def _recall_lines(item: ReviewItem, width: int, glyphs: Glyphs, today: date) -> list[StyledLine]:
    recall = item.recall
    if not recall.answered:
        return []
    count = plural(recall.grades, "grade") if recall.grades else ""
    due = "Stopped" if recall.is_stopped else f"Due {_short_day(recall.due, today)}"
    last = Piece(f", last answer {_short_day(recall.answered, today)}", "muted")
    return [section_line("Recall", count, width, glyphs), [Piece(due), last]]


def _short_day(day: int, today: date) -> str:
    return short_date(date.fromordinal(day), today)


def recall_page(
    item: ReviewItem, days: dict[str, int], size: tuple[int, int], glyphs: Glyphs, today: date
) -> list[StyledLine]:
    """Return a passage and the next due date for each grade, centred on the screen.

    If `days` is empty, the answer of a card is hidden.
    """
    width, height = size
    is_wide, is_tall, is_roomy = width >= 100, height >= 30, height >= 20
    room = max(8, min(CARD_WIDTH, width - 4))
    recall = item.recall
    large = large_passage(item.passage.text, room, glyphs, is_roomy=is_roomy)
    if days and item.passage.answer:
        answer = large_passage(item.passage.answer, room, glyphs, is_roomy=is_roomy)
        large += [[], *answer]
    source = source_lines(item, room - 3, glyphs, with_tags=is_wide)
    top: list[StyledLine] = [[]] * (7 if is_tall else int(is_roomy))
    top += [*large, [], *([[]] if is_tall else []), *([Piece("   "), *line] for line in source)]
    last = f"last time {_short_day(recall.answered, today)}" if recall.answered else "new"
    last = f"{last}, edited since" if item.is_edited else last
    if not days:
        hint = [Piece("space", "key"), Piece(" shows the answer", "muted")]
        return _indent([*top, [], [], hint], (width - room) // 2)
    cells = max(8, room // 4)
    grades: list[StyledLine] = [section_line("How well did you know it?", last, room, glyphs)]
    grades += [[]] if is_tall else []
    for row in range(3 if is_wide else 2):
        line: StyledLine = []
        for number, (grade, count) in enumerate(days.items(), 1):
            text = (
                [Piece(f"{number} ", "key"), Piece(grade, "bright")],
                [Piece("  "), Piece(_in_days(count) if cells >= MIN_GRADE else f"{count} d")],
                [Piece("  "), Piece(_short_day(today.toordinal() + count, today), "muted")],
            )[row]
            line += pad_line(text, cells)
        grades.append(fit_line(line, room))
    gap = max(1, (23 if is_tall else height - 6) - len(top))
    return _indent([*top, *([[]] * gap), *grades], (width - room) // 2)


def _in_days(count: int) -> str:
    return "tomorrow" if count == 1 else f"in {count} days"


def _indent(lines: Iterable[StyledLine], cells: int) -> list[StyledLine]:
    return [[Piece(" " * cells), *line] if line else [] for line in lines]
