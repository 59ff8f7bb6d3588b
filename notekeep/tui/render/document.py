"""One block of a note's body into lines of a given width.

Each line remembers the source line it came from, so that a preview can jump to a hit.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from notekeep.markdown.clean import clean, clean_line
from notekeep.markdown.parser import read
from notekeep.tui.render.blocks import definitions_for
from notekeep.tui.render.callouts import Callout
from notekeep.tui.render.code import code_lines
from notekeep.tui.render.drawn import (
    Drawn,
    Frame,
    Passage,
    barred,
    hung,
    source_lines,
    text_lines,
    with_fold,
)
from notekeep.tui.render.formulas import formula_text
from notekeep.tui.render.glyphs import ASCII
from notekeep.tui.render.inline import begins_with_time, pieces
from notekeep.tui.render.pieces import (
    BACK_LINK,
    TASK_LINK,
    Line,
    Piece,
    cells,
    chop,
    plain,
    with_role,
    wrap,
)
from notekeep.tui.render.table import table_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from notekeep.markdown.tree import Span
    from notekeep.tui.render.blocks import Block

_DEEPEST: Final = 20
"""Blocks within blocks from here on are shown as they are written."""

_BREAKS: Final = frozenset({"soft_break", "hard_break"})


def draw(block: Block, frame: Frame, references: Mapping[str, str]) -> list[Drawn]:
    """Return the lines of one block.

    Args:
        block: The block; its text is already clean.
        frame: Width and characters.
        references: The body's definitions, as `blocks.definitions` gives them.
    """
    return _text(block.text, frame, references, block.line)


def _text(text: str, frame: Frame, references: Mapping[str, str], at: int) -> list[Drawn]:
    """Draw a text that begins at line `at` of the body."""
    before = definitions_for(text, references)
    page = read(before + text)
    if page.problem:
        about = text_lines([Piece(clean_line(page.problem), "warn")], frame, at)
        return [*about, Drawn([], at), *source_lines(text, frame, at, "")]
    spans = [span for span in page.spans if span.start >= len(before)] if before else page.spans
    source = at - before.count("\n")
    return _blocks(spans, replace(frame, page=page, source=source, references=references))


def _blocks(spans: Sequence[Span], frame: Frame, *, tight: bool = False) -> list[Drawn]:
    """Draw a run of blocks, with a blank line between two of them unless `tight`."""
    drawn: list[Drawn] = []
    close = True
    for part in parts(spans):
        lines = _block(part, frame)
        if lines:
            if not (close or tight):
                drawn.append(Drawn([], drawn[-1].source))
            drawn.extend(lines)
            close = part[0].kind == "heading"
    return drawn


def parts(spans: Sequence[Span]) -> list[Sequence[Span]]:
    """Return each of the outermost spans with what is in it."""
    if not spans:
        return []
    depth = spans[0].depth
    starts = [number for number, span in enumerate(spans) if span.depth == depth]
    return [spans[start:end] for start, end in pairwise([*starts, len(spans)])]


def _block(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    span = part[0]
    if span.kind == "definition":
        return []
    if span.depth > _DEEPEST:
        return source_lines(frame.text_of(span).rstrip(), frame, frame.line_of(span), "faint")
    return _HANDLERS.get(span.kind, _words)(part, frame)


def _footnote(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    name = part[0].info
    label = Piece(f"[{name}]", "footnote", BACK_LINK + name)
    width = max(4, cells([label]) + 1)
    return hung([label], _blocks(part[1:], frame.narrower(width)), width)


def _comment(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    text = frame.text_of(part[0]).rstrip()
    return source_lines(text, frame, frame.line_of(part[0]), "comment") if text else []


def _math(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    """Draw a formula that stands alone; as it was typed where it cannot be said otherwise."""
    source = frame.text_of(part[0])[2:-2].strip("\n")
    at = frame.line_of(part[0])
    inner = frame.narrower(4)
    text = source if frame.glyphs is ASCII else formula_text(source)
    if text == source:
        drawn = source_lines(source, inner, at, "math", indent=2)
    else:
        rows = wrap([Piece(clean(text), "math")], inner.width)
        drawn = [Drawn([Piece("  "), *row], at) for row in rows]
    passage = Passage("formula", at, source)
    return [row._replace(passage=passage) for row in drawn]


def _html(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    from notekeep.tui.render.html import html_lines

    return html_lines(part[0].words.rstrip("\n"), frame, frame.line_of(part[0]))


def _heading(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    level = min(int(part[0].info), 4)
    line = with_role(pieces(part[1:], frame), f"heading h{level}")
    return text_lines(line, frame, frame.line_of(part[0]))


def _paragraph(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    return _words(part[1:], frame) or [Drawn([], frame.line_of(part[0]))]


def _words(inner: Sequence[Span], frame: Frame) -> list[Drawn]:
    """Draw what is in a paragraph, or words that are in none because of a comment."""
    if not inner:
        return []
    if any(span.kind == "math_block" for span in inner):
        return _around_math(inner, frame)
    if all(span.kind in _BREAKS or span.kind == "comment" for span in inner):
        return [row for part in parts(inner) for row in _comment(part, frame)]
    if len(inner) == 1 and inner[0].kind == "math" and inner[0].title:
        return _math(inner, frame)
    if frame.around.shows_any and any(span.kind in {"embed", "image"} for span in inner):
        from notekeep.tui.render.places import with_embeds

        return with_embeds(inner, frame)
    at = frame.line_of(inner[0])
    line = pieces(inner, frame)
    drawn = text_lines(line, frame, at)
    if begins_with_time(inner) and frame.page.text[inner[0].end : inner[-1].end].strip():
        passage = Passage("moment", at, plain(line).replace("\n", " "))
        drawn = [row._replace(passage=passage) for row in drawn]
    return drawn


def _around_math(inner: Sequence[Span], frame: Frame) -> list[Drawn]:
    """Draw a paragraph with formulas on lines of their own."""
    drawn: list[Drawn] = []
    for is_math, group in groupby(parts(inner), lambda part: part[0].kind == "math_block"):
        run = list(group)
        if is_math:
            drawn += [row for part in run for row in _math(part, frame)]
            continue
        for at in (0, -1):  # the ends of lines next to a formula
            if run and run[at][0].kind in _BREAKS:
                del run[at]
        drawn += _words([span for part in run for span in part], frame)
    return drawn


def _rule(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    rule = Piece(frame.glyphs.rule * frame.width, "faint")
    return [Drawn([rule], frame.line_of(part[0]))]


def _code(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    span = part[0]
    language = span.info.strip().partition(" ")[0].strip("{}.")
    source = frame.line_of(span)
    inner = frame.width - 2
    drawn: list[Drawn] = []
    text = clean(span.words.rstrip("\n").expandtabs(4))
    for number, line in enumerate(code_lines(text, language)):
        at = source + number + (span.kind == "fence")
        drawn.extend(Drawn([Piece(" ", "code"), *row], at) for row in chop(line, inner))
    label = [Piece(f" {clean_line(language)}", "code code-label")] if language else []
    passage = Passage("code", source, text)
    return [
        Drawn(_code_row(row.line, [] if index else label, frame.width), row.source, passage)
        for index, row in enumerate(drawn)
    ]


def _code_row(row: Line, label: Line, width: int) -> Line:
    """Fill a row of code to its full width, with a label at its end where there is room."""
    blanks = width - cells(row) - 1
    if (room := blanks - cells(label)) < 0:
        label, room = [], blanks
    return [*row, Piece(" " * room, "code"), *label, Piece(" ", "code")]


def _quote(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    span, inner = part[0], part[1:]
    inside = frame.narrower(2)
    at = frame.line_of(span)
    passage = Passage("quote", at, "")
    if not (span.info and inner and inner[0].kind == "paragraph"):
        quoted = [
            row._replace(line=with_role(row.line, "quote"), passage=passage)
            for row in _blocks(inner, inside)
        ]
        return barred(quoted, frame, "quote-bar")
    callout = Callout(span.info, span.words, bool(span.title), span.title == "-")
    key = f"callout {at}"
    is_closed = callout.folds and callout.is_closed != (key in frame.around.toggled)
    first, *others = parts(inner)
    drawn = _callout_head(callout, first, inside)
    if callout.folds:
        below = frame.page.text[span.start : span.end].split("\n")[1:]
        lines = max(1, sum(1 for line in below if line.strip(" >")))
        drawn[-1] = with_fold(drawn[-1], key, inside, lines if is_closed else 0)
    if not is_closed:
        # The line of the title ends a paragraph, and so does not go on in what is below it.
        _, _, rest = frame.text_of(first[0]).partition("\n")
        below_it = _text(rest, inside, frame.references, at + 1) if rest.strip() else []
        after = _blocks([span for other in others for span in other], inside)
        gap = [Drawn([], below_it[-1].source)] if below_it and after else []
        drawn += [*below_it, *gap, *after]
    if callout.kind in ("quote", "cite"):
        drawn = [row._replace(passage=passage) for row in drawn]
    return barred(drawn, frame, callout.tone)


def _callout_head(callout: Callout, first: Sequence[Span], frame: Frame) -> list[Drawn]:
    title: Line = [Piece(clean_line(callout.name))]
    if callout.title:
        text = frame.page.text
        end = text.find("\n", first[0].start, first[0].end)
        end = end if end >= 0 else first[0].end
        begin = max(first[0].start, text.rfind(callout.title, first[0].start, end))
        words = [span for span in _from(first[1:], begin) if span.start < end]
        title = pieces(words, frame)
    if frame.glyphs is not ASCII:
        title.insert(0, Piece(f"{callout.sign} "))
    line = with_role(title, f"callout-title {callout.tone}")
    # Room for the mark of the fold is kept, so that nothing moves when it is folded.
    rows = wrap(line, max(4, frame.width - (2 if callout.folds else 0)))
    return [Drawn(row, frame.line_of(first[0])) for row in rows]


def _from(spans: Sequence[Span], at: int) -> list[Span]:
    """Return what is left of spans from a character on."""
    return [
        span if span.start >= at else span._replace(start=at) for span in spans if span.end > at
    ]


def _list(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    items = [item for item in parts(part[1:]) if item[0].kind == "item"]
    first = part[0].info
    number = int(first or 0)
    # Only its own paragraphs say how it is spaced, and not those of a quote in it.
    own = part[0].depth + 2
    tight = all(
        span.title == "tight" for span in part if span.kind == "paragraph" and span.depth == own
    )
    width = len(str(number + len(items) - 1)) + 2 if first else 2
    drawn: list[Drawn] = []
    for offset, item in enumerate(items):
        if first:
            label = Piece(f"{number + offset}. ".rjust(width), "bullet")
        else:
            bullets = frame.glyphs.bullets
            label = Piece(f"{bullets[frame.depth % len(bullets)]} ", "bullet")
        if drawn and not tight:
            drawn.append(Drawn([], drawn[-1].source))
        drawn.extend(_item(item, label, width, frame, tight=tight))
    return drawn


def _item(
    part: Sequence[Span], label: Piece, width: int, frame: Frame, *, tight: bool
) -> list[Drawn]:
    span, inner = part[0], part[1:]
    at = frame.line_of(span)
    inside = frame.narrower(width, deeper=True)
    head = [label]
    done = False
    if span.info and inner and inner[0].kind == "paragraph":
        done = span.info != " "
        glyph = frame.glyphs.task_done if done else frame.glyphs.task_open
        link = f"{TASK_LINK}{at}" if frame.around.is_live else ""
        head = [Piece(glyph, "task-done" if done else "task", link), Piece(" " * (width - 1))]
        text = frame.page.text
        words = text.index("[", span.start) + 3
        while text[words : words + 1] in {" ", "\t"}:
            words += 1
        inner = [inner[0], *_from(inner[1:], words)]
    drawn = _blocks(inner, inside, tight=tight) or [Drawn([], at)]
    if done:
        # What is below a task that is done may still be to do.
        own = len(_block(parts(inner)[0], inside))
        drawn[:own] = [row._replace(line=with_role(row.line, "finished")) for row in drawn[:own]]
    return hung(head, drawn, width)


def _table(part: Sequence[Span], frame: Frame) -> list[Drawn]:
    span = part[0]
    rows = parts(part[1:])
    aligns = ["" if align == "none" else align for align in span.info.split(",")]
    cells_ = [
        [pieces(cell[1:], frame) if len(cell) > 1 else [] for cell in parts(row[1:])]
        for row in rows
    ]
    places = [frame.line_of(row[0]) for row in rows]
    passage = Passage("table", frame.line_of(span), frame.text_of(span).rstrip())
    return [
        Drawn(line, places[row], passage)
        for row, line in table_lines(cells_, aligns, frame.width, frame.glyphs)
    ]


_HANDLERS: dict[str, Callable[[Sequence[Span], Frame], list[Drawn]]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "rule": _rule,
    "html_block": _html,
    "fence": _code,
    "code_block": _code,
    "quote": _quote,
    "list": _list,
    "table": _table,
    "footnote": _footnote,
    "comment": _comment,
    "math_block": _math,
}
