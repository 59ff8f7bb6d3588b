"""Draws the blocks of a note: paragraphs, lists, quotes, callouts, code, tables, embeds.

Each line keeps its source line, so that a preview can jump to a hit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

from notekeep.markdown.outline import find_locator
from notekeep.markdown.sanitize import clean, clean_line
from notekeep.tui.page.embedded_content import draw_html, draw_picture, draw_year
from notekeep.tui.page.formulas import formula_text
from notekeep.tui.page.inline_text import draw_inline, starts_with_time
from notekeep.tui.page.page_lines import (
    CopyPassage,
    DrawContext,
    EmbeddedNote,
    PageLine,
    add_bar,
    add_fold_mark,
    draw_source,
    draw_text,
    group_spans,
    hang_lines,
)
from notekeep.tui.page.tables import table_lines
from notekeep.tui.render.styled_text import (
    BACK_LINK,
    TASK_LINK,
    Piece,
    StyledLine,
    add_role,
    chop_line,
    line_text,
    line_width,
    pad_line,
    wrap_line,
)

if TYPE_CHECKING:
    from pygments.lexer import Lexer

    from notekeep.markdown.tree import Span

MAX_DEPTH: Final = 20  # deeper blocks are shown as source
MAX_CODE_LENGTH = 20_000  # longer code blocks are data, and slow to highlight

_BREAKS: Final = frozenset({"soft_break", "hard_break"})
_STANDALONE_KINDS: Final = frozenset({"embed", "image", "math_block"})


def draw_block(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    """Return the lines of a block; `part` is its span, followed by the spans inside it."""
    span, at = part[0], frame.line_of(part[0])
    if frame.page.problem:
        about = draw_text([Piece(clean_line(frame.page.problem), "warn")], frame, at)
        source = draw_source(frame.text_of(span).rstrip(), frame, at, "")
        return [*about, PageLine([], at), *source]
    if span.kind in {"definition", "comment"}:
        return []
    if span.depth > MAX_DEPTH:
        return draw_source(frame.text_of(span).rstrip(), frame, at, "faint")
    return _HANDLERS.get(span.kind, _words)(part, frame)


def _blocks(spans: Sequence[Span], frame: DrawContext, *, tight: bool = False) -> list[PageLine]:
    rows: list[PageLine] = []
    close = True
    for part in group_spans(spans):
        lines = draw_block(part, frame)
        if lines:
            if not (close or tight):
                rows.append(PageLine([], rows[-1].source))
            rows.extend(lines)
            close = part[0].kind == "heading"
    return rows


def _footnote(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    name = part[0].info
    label = Piece(f"[{name}]", "footnote", BACK_LINK + name)
    width = max(4, line_width([label]) + 1)
    return hang_lines([label], _blocks(part[1:], frame.narrower(width)), width)


def _math(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    """Draw a display formula, or its LaTeX source if Unicode cannot express it."""
    source, at = frame.text_of(part[0])[2:-2].strip("\n"), frame.line_of(part[0])
    text = source if frame.glyphs.is_ascii else formula_text(source)
    passage = CopyPassage("formula", at, source)
    rows = draw_source(text, frame.narrower(4), at, "math")
    return [row._replace(line=[Piece("    "), *row.line], passage=passage) for row in rows]


def _heading(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    line = add_role(draw_inline(part[1:], frame), f"heading h{min(int(part[0].info), 4)}")
    return draw_text(line, frame, frame.line_of(part[0]))


def _words(inner: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    """Draw the text of a paragraph, or text next to a comment, which has no paragraph span."""
    if all(span.kind in _BREAKS or span.kind == "comment" for span in inner):
        return []
    if len(inner) == 1 and inner[0].kind == "math" and inner[0].title:
        return _math(inner, frame)
    if any(span.kind in _STANDALONE_KINDS for span in inner):
        return _paragraph_with_embeds(inner, frame)
    at = frame.line_of(inner[0])
    line = draw_inline(inner, frame)
    rows = draw_text(line, frame, at)
    if any(span.kind == "comment" for span in inner):
        rows = [row for row in rows if row.line]  # lines that contained only comments
    if starts_with_time(inner) and frame.page.text[inner[0].end : inner[-1].end].strip():
        passage = CopyPassage("moment", at, line_text(line).replace("\n", " "))
        rows = [row._replace(passage=passage) for row in rows]
    return rows


def _paragraph_with_embeds(inner: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    """Draw a paragraph, with formulas and embeds on separate lines."""
    rows: list[PageLine] = []
    text: list[Span] = []
    for is_break, group in groupby(group_spans(inner), lambda part: part[0].kind in _BREAKS):
        line = [*group]
        shown = None if is_break else _standalone_lines(line, frame)
        if shown is not None:
            rows += [*_text_lines(text, frame), *shown]
            text = []
        elif text or not is_break:
            text += [span for part in line for span in part]
    return [*rows, *_text_lines(text, frame)]


def _text_lines(spans: list[Span], frame: DrawContext) -> list[PageLine]:
    while spans and spans[-1].kind in _BREAKS:
        spans = spans[:-1]
    return draw_text(draw_inline(spans, frame), frame, frame.line_of(spans[0])) if spans else []


def _standalone_lines(line: Sequence[Sequence[Span]], frame: DrawContext) -> list[PageLine] | None:
    """Draw a line that contains only a formula or embed; None if it cannot be shown."""
    parts = [part for part in line if frame.text_of(part[0]).strip()]
    if len(parts) != 1:
        return None
    span = parts[0][0]
    if span.kind == "math_block":
        return _math(parts[0], frame)
    if span.kind not in {"embed", "image"}:
        return None
    target, at, around = span.info.strip(), frame.line_of(span), frame.around
    if target in around.pictures:
        return draw_picture(around.pictures[target], span.words, frame, at)
    if target in around.embeds:
        return _embedded_note(around.embeds[target], frame, at)
    if target in around.years:
        return draw_year(around.years[target], f"[[{target}]]", frame, at)
    return None


def _embedded_note(embedded: EmbeddedNote, frame: DrawContext, at: int) -> list[PageLine]:
    inside = frame.narrower(2)
    head: StyledLine = [Piece(clean_line(embedded.title), "embed link", embedded.link)]
    if embedded.problem:
        head.append(Piece(f" {frame.glyphs.dot} {clean_line(embedded.problem)}", "warn"))
    rows = draw_text(head, inside, at)
    if embedded.page is not None and embedded.around is not None:
        inside = inside._replace(page=embedded.page, source=0, around=embedded.around)
        rows += _blocks(embedded.page.spans, inside)
    # All lines of the embedded note map to the source line of the embed.
    return [
        row._replace(source=at, passage=row.passage and row.passage._replace(line=at))
        for row in add_bar(rows, frame, "embed-bar")
    ]


def _rule(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    rule = Piece(frame.glyphs.rule * frame.width, "faint")
    return [PageLine([rule], frame.line_of(part[0]))]


def _code(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    span = part[0]
    language = span.info.strip().partition(" ")[0].strip("{}.")
    source = frame.line_of(span)
    if language == "base" and (base := frame.around.bases.get(span.words)) is not None:
        return _embedded_note(base, frame, source)
    text = clean(span.words.rstrip("\n").expandtabs(4))
    passage = CopyPassage("code", source, text)
    label = [Piece(f" {clean_line(language)}", "code code-label")] if language else []
    rows: list[PageLine] = []
    for at, line in enumerate(highlight_code(text, language), source + (span.kind == "fence")):
        for row in chop_line(line, frame.width - 2):
            # The first line ends with the language, if it fits.
            room = frame.width - 2 - line_width(row)
            end = label if not rows and line_width(label) <= room else []
            blanks = Piece(" " * (room - line_width(end)), "code")
            code = [Piece(" ", "code"), *row, blanks, *end, Piece(" ", "code")]
            rows.append(PageLine(code, at, passage))
    return rows


_CODE_ROLES = (
    ("Comment", "code code-comment"),
    ("Keyword", "code code-keyword"),
    ("Name.Tag", "code code-keyword"),
    ("Name.Function", "code code-name"),
    ("Name.Class", "code code-name"),
    ("Name.Attribute", "code code-name"),
    ("Name.Builtin", "code code-name"),
    ("Literal.String", "code code-string"),
    ("Literal.Number", "code code-number"),
    ("Generic.Deleted", "code removed"),
    ("Generic.Inserted", "code added"),
)


def highlight_code(text: str, language: str) -> list[StyledLine]:
    """Return the highlighted lines of a code block; plain if the language is unknown."""
    lexer = _lexer(language.lower()) if language and len(text) <= MAX_CODE_LENGTH else None
    if lexer is None:
        return [[Piece(line, "code")] for line in text.split("\n")]
    lines: list[StyledLine] = [[]]
    for kind, value in lexer.get_tokens(text):
        role = _code_role(str(kind))
        first, *others = value.split("\n")
        if first:
            lines[-1].append(Piece(first, role))
        lines.extend([Piece(other, role)] if other else [] for other in others)
    return lines


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=256)
def _code_role(kind: str) -> str:
    """Return the role of a Pygments token, such as "Token.Literal.String.Double"."""
    name = kind.removeprefix("Token.")
    return next((role for prefix, role in _CODE_ROLES if name.startswith(prefix)), "code")


def _quote(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    span, inner = part[0], part[1:]
    if span.info and inner and inner[0].kind == "paragraph":
        return _callout(part, frame)
    passage = CopyPassage("quote", frame.line_of(span), "")
    quoted = [
        row._replace(line=add_role(row.line, "quote"), passage=passage)
        for row in _blocks(inner, frame.narrower(2))
    ]
    if quoted and (found := find_locator(line_text(last := quoted[-1].line))):
        cut = found.start() - len(line_text(last[:-1]))
        if cut >= 0:
            words, place = last[-1].text[:cut], last[-1].text[cut:]
            line = [*last[:-1], last[-1]._replace(text=words), Piece(place, "muted")]
            quoted[-1] = quoted[-1]._replace(line=line)
    return add_bar(quoted, frame, "quote-bar")


# Obsidian's callouts, `> [!tip]- Title`, with their tones and symbols; unknown kinds look like
# `note`.
_CALLOUTS = {
    kind: look
    for kinds, look in {
        ("note", "info"): ("tone-plain", "i"),
        ("todo",): ("tone-plain", "□"),
        ("abstract", "summary", "tldr", "example"): ("tone-quiet", "≡"),
        ("tip", "hint", "important"): ("tone-good", "→"),
        ("success", "check", "done"): ("tone-good", "✓"),
        ("question", "help", "faq"): ("tone-warn", "?"),
        ("warning", "caution", "attention"): ("tone-warn", "!"),
        ("failure", "fail", "missing", "bug"): ("tone-bad", "✗"),
        ("danger", "error"): ("tone-bad", "!"),
        ("private",): ("tone-bad", "⊘"),
        ("quote", "cite"): ("tone-quiet", "”"),
    }.items()
    for kind in kinds
}


def is_closed_callout(span: Span, at: int, toggled: Collection[str]) -> bool:
    """Whether the block at line `at` is a folded callout."""
    is_callout = span.kind == "quote" and bool(span.info and span.title)
    return is_callout and (span.title == "-") != (callout_key(at) in toggled)


def callout_key(at: int) -> str:
    """Return the fold key of the callout at line `at`."""
    return f"callout {at}"


def _callout(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    span, inside, at = part[0], frame.narrower(2), frame.line_of(part[0])
    text = frame.page.text
    first = group_spans(part[1:])[0]
    # The first line is the title; the rest of the paragraph is body text.
    head, _, _ = text[first[0].start : first[0].end].partition("\n")
    line_end = first[0].start + len(head)
    is_closed = is_closed_callout(span, at, frame.around.toggled)
    rows = _callout_head(span, first, line_end, inside)
    if span.title:
        below = sum(1 for line in text[span.start : span.end].split("\n")[1:] if line.strip(" >"))
        hidden = max(1, below) if is_closed else 0
        rows[-1] = add_fold_mark(rows[-1], callout_key(at), inside, hidden)
    if not is_closed:
        words = _spans_from(first[1:], line_end + 1)
        inner = [first[0]._replace(start=words[0].start), *words] if words else []
        rows += _blocks([*inner, *part[1 + len(first) :]], inside)
    if span.info in ("quote", "cite"):
        rows = [row._replace(passage=CopyPassage("quote", at, "")) for row in rows]
    tone, _ = _CALLOUTS.get(span.info, _CALLOUTS["note"])
    bar = Piece(f"{frame.glyphs.quote if frame.glyphs.is_ascii else frame.glyphs.cursor} ", tone)
    return [
        row._replace(line=add_role(pad_line([bar, *row.line], frame.width), "callout"))
        for row in rows
    ]


def _callout_head(
    span: Span, first: Sequence[Span], end: int, frame: DrawContext
) -> list[PageLine]:
    """Draw the title of a callout; the default title is its kind."""
    title: StyledLine = [Piece(clean_line(span.info.replace("-", " ").capitalize()))]
    if span.words:
        begin = max(first[0].start, frame.page.text.rfind(span.words, first[0].start, end))
        title = draw_inline(
            [each for each in _spans_from(first[1:], begin) if each.start < end], frame
        )
    tone, sign = _CALLOUTS.get(span.info, _CALLOUTS["note"])
    line = add_role(title, "callout-title")
    if not frame.glyphs.is_ascii:
        line.insert(0, Piece(f"{sign} ", tone))
    # Reserve space for the fold mark, so that folding does not rewrap the title.
    rows = wrap_line(line, max(4, frame.width - (2 if span.title else 0)))
    return [PageLine(row, frame.line_of(first[0])) for row in rows]


def _spans_from(spans: Sequence[Span], at: int) -> list[Span]:
    return [
        span if span.start >= at else span._replace(start=at) for span in spans if span.end > at
    ]


def _list(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    items = [item for item in group_spans(part[1:]) if item[0].kind == "item"]
    first = part[0].info
    number = int(first or 0)
    # Only the list's own paragraphs decide the spacing, not paragraphs of a nested quote.
    own = part[0].depth + 2
    tight = all(
        span.title == "tight" for span in part if span.kind == "paragraph" and span.depth == own
    )
    width = len(str(number + len(items) - 1)) + 2 if first else 2
    bullet = frame.glyphs.bullets[frame.depth % len(frame.glyphs.bullets)]
    rows: list[PageLine] = []
    for offset, item in enumerate(items):
        label = f"{number + offset}. ".rjust(width) if first else f"{bullet} "
        if rows and not tight:
            rows.append(PageLine([], rows[-1].source))
        rows += _item(item, Piece(label, "bullet"), width, frame, tight=tight)
    return rows


def _item(
    part: Sequence[Span], label: Piece, width: int, frame: DrawContext, *, tight: bool
) -> list[PageLine]:
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
        inner = [inner[0], *_spans_from(inner[1:], words)]
    rows = _blocks(inner, inside, tight=tight) or [PageLine([], at)]
    if done:
        # Subtasks of a completed task may still be open.
        own = len(draw_block(group_spans(inner)[0], inside))
        rows[:own] = [row._replace(line=add_role(row.line, "finished")) for row in rows[:own]]
    return hang_lines(head, rows, width)


def _table(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    span = part[0]
    rows = group_spans(part[1:])
    aligns = ["" if align == "none" else align for align in span.info.split(",")]
    cells = [
        [draw_inline(cell[1:], frame) if len(cell) > 1 else [] for cell in group_spans(row[1:])]
        for row in rows
    ]
    places = [frame.line_of(row[0]) for row in rows]
    passage = CopyPassage("table", frame.line_of(span), frame.text_of(span).rstrip())
    return [
        PageLine(line, places[row], passage)
        for row, line in table_lines(cells, aligns, frame.width, frame.glyphs)
    ]


_HANDLERS: dict[str, Callable[[Sequence[Span], DrawContext], list[PageLine]]] = {
    "heading": _heading,
    "paragraph": lambda part, frame: _words(part[1:], frame),
    "rule": _rule,
    "html_block": draw_html,
    "fence": _code,
    "code_block": _code,
    "quote": _quote,
    "list": _list,
    "table": _table,
    "footnote": _footnote,
    "math_block": _math,
}
