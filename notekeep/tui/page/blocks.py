"""Blocks to lines: lists, quotes, callouts, code."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.markdown.parser import find_references, parse_blocks, parse_markdown
from notekeep.markdown.sanitize import clean, clean_line
from notekeep.markdown.tree import Span
from notekeep.tui.page.drawn_lines import (
    CopyPassage,
    DrawContext,
    DrawnLine,
    add_bar,
    add_fold_mark,
    draw_source,
    draw_text,
    hang_lines,
)
from notekeep.tui.page.formulas import formula_text
from notekeep.tui.page.inline_text import draw_inline, starts_with_time
from notekeep.tui.page.tables import table_lines
from notekeep.tui.render.glyphs import ASCII_GLYPHS
from notekeep.tui.render.styled_text import (
    BACK_LINK,
    TASK_LINK,
    Piece,
    StyledLine,
    add_role,
    chop_line,
    line_text,
    line_width,
    wrap_line,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pygments.lexer import Lexer

    from notekeep.markdown.tree import ParsedPage


# A long note in blocks that can be drawn one by one.
#
# A preview shows its first screen at once and the rest when there is time, so a body is read in
# windows: the blocks of a window are known but for the last, with which the next window begins.


WINDOW: Final = 5_000
"""Characters of a body that are read at a time, which takes less long than a frame."""

_FOOTNOTE: Final = re.compile(r"\[(\^[^\]\s]++)\]:")
_LONGEST_LEAD: Final = 40
"""Characters of blanks and marks of quotes that may stand before the text of a footnote."""

_LABEL: Final = re.compile(r"\[([^\[\]]++)\]")
_SIGN: Final = re.compile(r"[\\<>&]")


class BodyBlock(NamedTuple):
    """A part of a body that can be drawn alone.

    Attributes:
        line: Its first line, counted from 0 in the body.
        text: Its source, without the blank lines around it.
        level: The level of the heading that it is, 1 to 6, or 0.
        footnote: The name of the footnote that it is the text of, or "".
        is_quote: Whether it is a quote.
        goes_on: Whether it is the rest of the list that the block before it is the beginning of,
            and stands right below it.
    """

    line: int
    text: str
    level: int = 0
    footnote: str = ""
    is_quote: bool = False
    goes_on: bool = False


def split_blocks(text: str) -> list[BodyBlock]:
    """Cut a body into blocks that can be drawn one by one, in order."""
    return list(iterate_blocks(text))


def iterate_blocks(text: str) -> Iterator[BodyBlock]:
    """Yield the blocks of a body as `split` gives them, reading no further than is asked for."""
    at = line = 0
    size = WINDOW
    last_math = text.rfind("$$")
    goes_on = False
    while at < len(text):
        end = text.find("\n", at + size) + 1 or len(text)
        page = parse_blocks(text[at:end])
        tops = _tops(page)
        if end == len(text):
            after = len(page.text)
        else:
            after = _end_of_known(page, tops, may_open_math=last_math >= end)
        if not after:
            size *= 2
            continue
        for span, start, stop in tops:
            if start >= after:
                break
            source = page.text[start : min(stop, after)].rstrip()
            yield BodyBlock(
                line + page.line_of(start),
                source,
                int(span.info) if span.kind == "heading" else 0,
                span.info if span.kind == "footnote" else "",
                span.kind == "quote",
                goes_on,
            )
            goes_on = stop > after and not page.text.endswith("\n\n", 0, after)
        at, line, size = at + after, line + page.line_of(after), WINDOW


def _tops(page: ParsedPage) -> list[tuple[Span, int, int]]:
    """Return the outermost blocks with where their lines begin and end; two on a line are one.

    Definitions right above a block are lines of it: they say what it can be.
    """
    tops: list[tuple[Span, int, int]] = []
    text, starts = page.text, page.starts
    done = 0
    for span in page.spans:
        if span.depth or span.kind == "definition":
            continue
        line = page.line_of(span.start)
        stop = span.start + len(text[span.start : span.end].rstrip())
        if tops and starts[line] < done:
            first, start, _ = tops.pop()
            done = max(done, stop)
            tops.append((first, start, done))
            continue
        while line and starts[line - 1] >= done and text[starts[line - 1] : starts[line]].strip():
            line -= 1
        tops += _between(page, done, starts[line])
        tops.append((span, starts[line], stop))
        done = stop
    return tops + _between(page, done, len(text))


def _between(page: ParsedPage, start: int, end: int) -> list[tuple[Span, int, int]]:
    """Return what is no block, as definitions, as one."""
    words = page.text[start:end].strip()
    if not words:
        return []
    start = page.text.index(words, start)
    span = Span("definition", start, start + len(words), 0)
    return [(span, page.starts[page.line_of(start)], span.end)]


def _end_of_known(
    page: ParsedPage, tops: list[tuple[Span, int, int]], *, may_open_math: bool
) -> int:
    """Return where the blocks end that nothing below the window changes, 0 if there are none.

    The last block may go on there, and so may math that is begun. A list that fills the window is
    cut before its last item: what is lost is only how its items are spaced.
    """
    if not tops:
        return 0
    span, last, _ = tops[-1]
    if len(tops) == 1 and span.kind == "list":
        items = (found.start for found in page.find("item") if found.depth == 1)
        last = max(items, default=0)
    if may_open_math:
        words = (span.start for span in page.find("text"))
        begun = next((at for at in words if page.text.startswith("$$", at)), last)
        if begun < last:
            last = max((start for _, start, _ in tops if start <= begun), default=0)
    return page.starts[page.line_of(last)]


def find_definitions(text: str) -> dict[str, str]:
    """Return the definitions of a body's links and footnotes as Markdown, by label.

    Blocks are read apart from each other, so what one defines for another is collected here.
    """
    if "]:" not in text:
        return {}
    found = {
        _folded(label): f"[{label}]: <{_SIGN.sub(_escaped, address)}>\n"
        for label, address in find_references(text).items()
    }
    for note in _FOOTNOTE.finditer(text):
        before = text[max(0, note.start() - _LONGEST_LEAD) : note.start()]
        if not before.rpartition("\n")[2].strip(" \t>"):
            found[_folded(note[1])] = f"[{note[1]}]: x\n\n"
    return found


def select_definitions(text: str, known: Mapping[str, str]) -> str:
    """Return the definitions that a block needs, to be put before it."""
    if not known:
        return ""
    labels = dict.fromkeys(map(_folded, _LABEL.findall(text)))
    found = [known[label] for label in labels if label in known]
    # A footnote would go on in what is set in below it.
    return f"{''.join(found)}\n***\n\n" if found else ""


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()


def _escaped(sign: re.Match[str]) -> str:
    return f"\\{sign[0]}"


# Callouts as Obsidian has them: `> [!tip]- Title`.


# The kinds, each with its tone and its sign; any other is shown as a note.
_KINDS = {
    ("note",): ("tone-plain", "✎"),
    ("info",): ("tone-plain", "i"),
    ("todo",): ("tone-plain", "☐"),
    ("abstract", "summary", "tldr"): ("tone-quiet", "≡"),
    ("tip", "hint", "important"): ("tone-good", "✦"),
    ("success", "check", "done"): ("tone-good", "✓"),
    ("question", "help", "faq"): ("tone-warn", "?"),
    ("warning", "caution", "attention"): ("tone-warn", "!"),
    ("failure", "fail", "missing"): ("tone-bad", "✗"),
    ("danger", "error"): ("tone-bad", "!"),
    ("bug",): ("tone-bad", "✗"),
    ("private",): ("tone-bad", "⊘"),
    ("example",): ("tone-quiet", "▪"),
    ("quote", "cite"): ("tone-quiet", "”"),
}
_LOOKS = {name: look for names, look in _KINDS.items() for name in names}


class Callout(NamedTuple):
    """The first line of a callout.

    Attributes:
        kind: Its kind, in lower case.
        title: What it is called, "" when it only says its kind.
        folds: Whether it can be folded.
        is_closed: Whether it is folded until it is opened.
    """

    kind: str
    title: str
    folds: bool
    is_closed: bool

    @property
    def tone(self) -> str:
        """The role that colours it."""
        return _LOOKS.get(self.kind, _LOOKS["note"])[0]

    @property
    def sign(self) -> str:
        """What stands before its title."""
        return _LOOKS.get(self.kind, _LOOKS["note"])[1]

    @property
    def name(self) -> str:
        """What it is called when it has no title: its kind."""
        return self.kind.replace("-", " ").capitalize()


# The lines of a code block, with roles from Pygments.


# Colours help to read a screen of code; beyond this a block is data, and colouring it takes long.
LONGEST = 20_000

_ROLES = (
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
    """Return each line of `text` as pieces; a language that is not known is shown plain."""
    lexer = _lexer(language.lower()) if language and len(text) <= LONGEST else None
    if lexer is None:
        return [[Piece(line, "code")] for line in text.split("\n")]
    lines: list[StyledLine] = [[]]
    for kind, value in lexer.get_tokens(text):
        role = _role(str(kind))
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
def _role(kind: str) -> str:
    """Return the role of a Pygments token, such as "Token.Literal.String.Double"."""
    name = kind.removeprefix("Token.")
    return next((role for prefix, role in _ROLES if name.startswith(prefix)), "code")


# One block of a note's body into lines of a given width.
#
# Each line remembers the source line it came from, so that a preview can jump to a hit.


_DEEPEST: Final = 20
"""Blocks within blocks from here on are shown as they are written."""

_BREAKS: Final = frozenset({"soft_break", "hard_break"})


def draw(block: BodyBlock, frame: DrawContext, references: Mapping[str, str]) -> list[DrawnLine]:
    """Return the lines of one block."""
    return _text(block.text, frame, references, block.line)


def _text(text: str, frame: DrawContext, references: Mapping[str, str], at: int) -> list[DrawnLine]:
    """Draw a text that begins at line `at` of the body."""
    before = select_definitions(text, references)
    page = parse_markdown(before + text)
    if page.problem:
        about = draw_text([Piece(clean_line(page.problem), "warn")], frame, at)
        return [*about, DrawnLine([], at), *draw_source(text, frame, at, "")]
    spans = [span for span in page.spans if span.start >= len(before)] if before else page.spans
    source = at - before.count("\n")
    return _blocks(spans, replace(frame, page=page, source=source, references=references))


def _blocks(spans: Sequence[Span], frame: DrawContext, *, tight: bool = False) -> list[DrawnLine]:
    """Draw a run of blocks, with a blank line between two of them unless `tight`."""
    drawn: list[DrawnLine] = []
    close = True
    for part in group_spans(spans):
        lines = _block(part, frame)
        if lines:
            if not (close or tight):
                drawn.append(DrawnLine([], drawn[-1].source))
            drawn.extend(lines)
            close = part[0].kind == "heading"
    return drawn


def group_spans(spans: Sequence[Span]) -> list[Sequence[Span]]:
    """Return each of the outermost spans with what is in it."""
    if not spans:
        return []
    depth = spans[0].depth
    starts = [number for number, span in enumerate(spans) if span.depth == depth]
    return [spans[start:end] for start, end in pairwise([*starts, len(spans)])]


def _block(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    span = part[0]
    if span.kind == "definition":
        return []
    if span.depth > _DEEPEST:
        return draw_source(frame.text_of(span).rstrip(), frame, frame.line_of(span), "faint")
    return _HANDLERS.get(span.kind, _words)(part, frame)


def _footnote(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    name = part[0].info
    label = Piece(f"[{name}]", "footnote", BACK_LINK + name)
    width = max(4, line_width([label]) + 1)
    return hang_lines([label], _blocks(part[1:], frame.narrower(width)), width)


def _comment(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    text = frame.text_of(part[0]).rstrip()
    return draw_source(text, frame, frame.line_of(part[0]), "comment") if text else []


def _math(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    """Draw a formula that stands alone; as it was typed where it cannot be said otherwise."""
    source = frame.text_of(part[0])[2:-2].strip("\n")
    at = frame.line_of(part[0])
    inner = frame.narrower(4)
    text = source if frame.glyphs is ASCII_GLYPHS else formula_text(source)
    if text == source:
        drawn = draw_source(source, inner, at, "math", indent=2)
    else:
        rows = wrap_line([Piece(clean(text), "math")], inner.width)
        drawn = [DrawnLine([Piece("  "), *row], at) for row in rows]
    passage = CopyPassage("formula", at, source)
    return [row._replace(passage=passage) for row in drawn]


def _html(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    from notekeep.tui.page.embedded_content import draw_html

    return draw_html(part[0].words.rstrip("\n"), frame, frame.line_of(part[0]))


def _heading(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    level = min(int(part[0].info), 4)
    line = add_role(draw_inline(part[1:], frame), f"heading h{level}")
    return draw_text(line, frame, frame.line_of(part[0]))


def _paragraph(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    return _words(part[1:], frame) or [DrawnLine([], frame.line_of(part[0]))]


def _words(inner: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    """Draw what is in a paragraph, or words that are in none because of a comment."""
    if not inner:
        return []
    if any(span.kind == "math_block" for span in inner):
        return _around_math(inner, frame)
    if all(span.kind in _BREAKS or span.kind == "comment" for span in inner):
        return [row for part in group_spans(inner) for row in _comment(part, frame)]
    if len(inner) == 1 and inner[0].kind == "math" and inner[0].title:
        return _math(inner, frame)
    if frame.around.shows_any and any(span.kind in {"embed", "image"} for span in inner):
        from notekeep.tui.page.embedded_content import with_embeds

        return with_embeds(inner, frame)
    at = frame.line_of(inner[0])
    line = draw_inline(inner, frame)
    drawn = draw_text(line, frame, at)
    if starts_with_time(inner) and frame.page.text[inner[0].end : inner[-1].end].strip():
        passage = CopyPassage("moment", at, line_text(line).replace("\n", " "))
        drawn = [row._replace(passage=passage) for row in drawn]
    return drawn


def _around_math(inner: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    """Draw a paragraph with formulas on lines of their own."""
    drawn: list[DrawnLine] = []
    for is_math, group in groupby(group_spans(inner), lambda part: part[0].kind == "math_block"):
        run = list(group)
        if is_math:
            drawn += [row for part in run for row in _math(part, frame)]
            continue
        for at in (0, -1):  # the ends of lines next to a formula
            if run and run[at][0].kind in _BREAKS:
                del run[at]
        drawn += _words([span for part in run for span in part], frame)
    return drawn


def _rule(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    rule = Piece(frame.glyphs.rule * frame.width, "faint")
    return [DrawnLine([rule], frame.line_of(part[0]))]


def _code(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    span = part[0]
    language = span.info.strip().partition(" ")[0].strip("{}.")
    source = frame.line_of(span)
    inner = frame.width - 2
    drawn: list[DrawnLine] = []
    text = clean(span.words.rstrip("\n").expandtabs(4))
    for number, line in enumerate(highlight_code(text, language)):
        at = source + number + (span.kind == "fence")
        drawn.extend(DrawnLine([Piece(" ", "code"), *row], at) for row in chop_line(line, inner))
    label = [Piece(f" {clean_line(language)}", "code code-label")] if language else []
    passage = CopyPassage("code", source, text)
    return [
        DrawnLine(_code_row(row.line, [] if index else label, frame.width), row.source, passage)
        for index, row in enumerate(drawn)
    ]


def _code_row(row: StyledLine, label: StyledLine, width: int) -> StyledLine:
    """Fill a row of code to its full width, with a label at its end where there is room."""
    blanks = width - line_width(row) - 1
    if (room := blanks - line_width(label)) < 0:
        label, room = [], blanks
    return [*row, Piece(" " * room, "code"), *label, Piece(" ", "code")]


def _quote(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    span, inner = part[0], part[1:]
    inside = frame.narrower(2)
    at = frame.line_of(span)
    passage = CopyPassage("quote", at, "")
    if not (span.info and inner and inner[0].kind == "paragraph"):
        quoted = [
            row._replace(line=add_role(row.line, "quote"), passage=passage)
            for row in _blocks(inner, inside)
        ]
        return add_bar(quoted, frame, "quote-bar")
    callout = Callout(span.info, span.words, bool(span.title), span.title == "-")
    key = f"callout {at}"
    is_closed = callout.folds and callout.is_closed != (key in frame.around.toggled)
    first, *others = group_spans(inner)
    drawn = _callout_head(callout, first, inside)
    if callout.folds:
        below = frame.page.text[span.start : span.end].split("\n")[1:]
        lines = max(1, sum(1 for line in below if line.strip(" >")))
        drawn[-1] = add_fold_mark(drawn[-1], key, inside, lines if is_closed else 0)
    if not is_closed:
        # The line of the title ends a paragraph, and so does not go on in what is below it.
        _, _, rest = frame.text_of(first[0]).partition("\n")
        below_it = _text(rest, inside, frame.references, at + 1) if rest.strip() else []
        after = _blocks([span for other in others for span in other], inside)
        gap = [DrawnLine([], below_it[-1].source)] if below_it and after else []
        drawn += [*below_it, *gap, *after]
    if callout.kind in ("quote", "cite"):
        drawn = [row._replace(passage=passage) for row in drawn]
    return add_bar(drawn, frame, callout.tone)


def _callout_head(callout: Callout, first: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    title: StyledLine = [Piece(clean_line(callout.name))]
    if callout.title:
        text = frame.page.text
        end = text.find("\n", first[0].start, first[0].end)
        end = end if end >= 0 else first[0].end
        begin = max(first[0].start, text.rfind(callout.title, first[0].start, end))
        words = [span for span in _from(first[1:], begin) if span.start < end]
        title = draw_inline(words, frame)
    if frame.glyphs is not ASCII_GLYPHS:
        title.insert(0, Piece(f"{callout.sign} "))
    line = add_role(title, f"callout-title {callout.tone}")
    # Room for the mark of the fold is kept, so that nothing moves when it is folded.
    rows = wrap_line(line, max(4, frame.width - (2 if callout.folds else 0)))
    return [DrawnLine(row, frame.line_of(first[0])) for row in rows]


def _from(spans: Sequence[Span], at: int) -> list[Span]:
    """Return what is left of spans from a character on."""
    return [
        span if span.start >= at else span._replace(start=at) for span in spans if span.end > at
    ]


def _list(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    items = [item for item in group_spans(part[1:]) if item[0].kind == "item"]
    first = part[0].info
    number = int(first or 0)
    # Only its own paragraphs say how it is spaced, and not those of a quote in it.
    own = part[0].depth + 2
    tight = all(
        span.title == "tight" for span in part if span.kind == "paragraph" and span.depth == own
    )
    width = len(str(number + len(items) - 1)) + 2 if first else 2
    drawn: list[DrawnLine] = []
    for offset, item in enumerate(items):
        if first:
            label = Piece(f"{number + offset}. ".rjust(width), "bullet")
        else:
            bullets = frame.glyphs.bullets
            label = Piece(f"{bullets[frame.depth % len(bullets)]} ", "bullet")
        if drawn and not tight:
            drawn.append(DrawnLine([], drawn[-1].source))
        drawn.extend(_item(item, label, width, frame, tight=tight))
    return drawn


def _item(
    part: Sequence[Span], label: Piece, width: int, frame: DrawContext, *, tight: bool
) -> list[DrawnLine]:
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
    drawn = _blocks(inner, inside, tight=tight) or [DrawnLine([], at)]
    if done:
        # What is below a task that is done may still be to do.
        own = len(_block(group_spans(inner)[0], inside))
        drawn[:own] = [row._replace(line=add_role(row.line, "finished")) for row in drawn[:own]]
    return hang_lines(head, drawn, width)


def _table(part: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    span = part[0]
    rows = group_spans(part[1:])
    aligns = ["" if align == "none" else align for align in span.info.split(",")]
    cells_ = [
        [draw_inline(cell[1:], frame) if len(cell) > 1 else [] for cell in group_spans(row[1:])]
        for row in rows
    ]
    places = [frame.line_of(row[0]) for row in rows]
    passage = CopyPassage("table", frame.line_of(span), frame.text_of(span).rstrip())
    return [
        DrawnLine(line, places[row], passage)
        for row, line in table_lines(cells_, aligns, frame.width, frame.glyphs)
    ]


_HANDLERS: dict[str, Callable[[Sequence[Span], DrawContext], list[DrawnLine]]] = {
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
