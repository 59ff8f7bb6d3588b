"""One block of a note's body into lines of a given width.

Each line remembers the source line it came from, so that a preview can jump to a hit.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from notekeep.markdown.clean import clean, clean_line
from notekeep.tui.render.callouts import Callout, callout_of
from notekeep.tui.render.code import code_lines
from notekeep.tui.render.drawn import (
    Drawn,
    Frame,
    Passage,
    barred,
    hung,
    line_of,
    source_lines,
    text_lines,
    with_fold,
)
from notekeep.tui.render.glyphs import ASCII
from notekeep.tui.render.inline import parser, pieces
from notekeep.tui.render.math import displayed
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

    from markdown_it.token import Token

    from notekeep.tui.render.blocks import Block

_MOMENT = re.compile(r"\[(?:\d{1,3}:)?\d{1,2}:\d{2}\]\s*\S")
_TASK = re.compile(r"\[(.)\][ \t]+")
_NOTE_LINE = re.compile(r"\[\^([^\]\s]+)\]:[ \t]*")
_SET_IN = re.compile(r"^(?: {4}|\t)", re.MULTILINE)
_MATH_BLOCK = re.compile(r"\$\$(.*?)\$\$\s*", re.DOTALL)


def draw(block: Block, frame: Frame, references: Mapping[str, str]) -> list[Drawn]:
    """Return the lines of one block.

    Args:
        block: The block; its text is already clean.
        frame: Width and characters.
        references: The body's link definitions, as `blocks.definitions` gives them.
    """
    frame = replace(frame, source=block.line, text=block.text)
    if block.text.startswith("%%") and block.text.endswith("%%"):
        return source_lines(block.text, frame, "comment")
    if (math := _MATH_BLOCK.fullmatch(block.text)) is not None:
        return _formula(math[1].strip("\n"), frame)
    note = _NOTE_LINE.match(block.text)
    text = _note_text(block.text, note.end()) if note else block.text
    env = {"references": {name: {"title": "", "href": url} for name, url in references.items()}}
    if note is None:
        return _blocks(parser().parse(text, env), frame)
    label = Piece(f"[{note[1]}]", "footnote", BACK_LINK + note[1])
    width = max(4, cells([label]) + 1)
    return hung([label], _blocks(parser().parse(text, env), frame.narrower(width)), width)


def _note_text(text: str, start: int) -> str:
    """Return what a footnote says: after its label, and as far as it is set in below it."""
    first, _, rest = text[start:].partition("\n")
    return f"{first}\n{_SET_IN.sub('', rest)}" if rest else first


def _formula(source: str, frame: Frame) -> list[Drawn]:
    """Draw a formula that stands alone; with plain characters as it was typed."""
    inner = frame.narrower(4)
    passage = Passage("formula", frame.source, source)
    if frame.glyphs is ASCII:
        drawn = source_lines(source, inner, "math", indent=2)
    else:
        drawn = [
            Drawn([Piece("  "), *row], frame.source)
            for line in displayed(source, inner.width)
            for row in (
                [[Piece(clean(line), "math")]]
                if cells([Piece(line)]) <= inner.width
                else wrap([Piece(clean(line), "math")], inner.width)
            )
        ]
    return [row._replace(passage=passage) for row in drawn]


def _blocks(tokens: Sequence[Token], frame: Frame, *, tight: bool = False) -> list[Drawn]:
    """Draw a run of block tokens, with a blank line between two of them unless `tight`."""
    drawn: list[Drawn] = []
    index = 0
    close = True
    while index < len(tokens):
        token = tokens[index]
        end = _end(tokens, index)
        lines = _HANDLERS.get(token.type, _plain)(tokens[index:end], frame)
        if lines:
            if not (close or tight):
                drawn.append(Drawn([], drawn[-1].source))
            drawn.extend(lines)
            close = token.type == "heading_open"
        index = end
    return drawn


def _end(tokens: Sequence[Token], start: int) -> int:
    """Return the index after the element that begins at `start`."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index + 1
    return len(tokens)


def _plain(tokens: Sequence[Token], frame: Frame) -> list[Drawn]:
    content = "\n".join(token.content for token in tokens if token.content)
    return source_lines(content.rstrip("\n"), frame, "faint") if content else []


def _html(tokens: Sequence[Token], frame: Frame) -> list[Drawn]:
    from notekeep.tui.render.html import html_lines

    return html_lines(tokens[0].content.rstrip("\n"), frame, line_of(tokens, frame))


def _heading(tokens: Sequence[Token], frame: Frame) -> list[Drawn]:
    level = min(int(tokens[0].tag[1:]), 4)
    line = pieces(tokens[1], frame.glyphs, frame.around)
    return text_lines(with_role(line, f"heading h{level}"), tokens, frame)


def _paragraph(tokens: Sequence[Token], frame: Frame) -> list[Drawn]:
    if "![" in tokens[1].content and frame.around.shows_any:
        from notekeep.tui.render.places import with_embeds

        return with_embeds(tokens[1], frame, line_of(tokens, frame))
    if "$$" in tokens[1].content and (math := _MATH_BLOCK.fullmatch(tokens[1].content)):
        return _formula(math[1].strip("\n"), replace(frame, source=line_of(tokens, frame)))
    line = pieces(tokens[1], frame.glyphs, frame.around)
    drawn = text_lines(line, tokens, frame)
    if _MOMENT.match(tokens[1].content):
        text = plain(line).replace("\n", " ")
        passage = Passage("moment", line_of(tokens, frame), text)
        drawn = [row._replace(passage=passage) for row in drawn]
    return drawn


def _rule(tokens: Sequence[Token], frame: Frame) -> list[Drawn]:
    return [Drawn([Piece(frame.glyphs.rule * frame.width, "faint")], line_of(tokens, frame))]


def _code(tokens: Sequence[Token], frame: Frame) -> list[Drawn]:
    token = tokens[0]
    language = token.info.strip().partition(" ")[0].strip("{}.")
    source = line_of(tokens, frame)
    inner = frame.width - 2
    drawn: list[Drawn] = []
    text = clean(token.content.rstrip("\n").expandtabs(4))
    for number, line in enumerate(code_lines(text, language)):
        at = source + number + (token.type == "fence")
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


def _quote(tokens: Sequence[Token], frame: Frame) -> list[Drawn]:
    inner = list(tokens[1:-1])
    begun = _callout(inner)
    inside = frame.narrower(2)
    at = line_of(tokens, frame)
    passage = Passage("quote", at, "")
    if begun is None:
        quoted = [
            row._replace(line=with_role(row.line, "quote"), passage=passage)
            for row in _blocks(inner, inside)
        ]
        return barred(quoted, frame, "quote-bar")
    callout, rest = begun
    key = f"callout {at}"
    is_closed = callout.folds and callout.is_closed != (key in frame.around.toggled)
    head = _callout_head(callout, at, inside)
    if callout.folds:
        begin, end = tokens[0].map or (0, 1)
        source = frame.text.split("\n")[begin + 1 : end]
        lines = max(1, sum(1 for line in source if line.strip(" >")))
        head[-1] = with_fold(head[-1], key, inside, lines if is_closed else 0)
    drawn = head if is_closed else [*head, *_blocks(rest, inside)]
    if callout.kind in ("quote", "cite"):
        drawn = [row._replace(passage=passage) for row in drawn]
    return barred(drawn, frame, callout.tone)


def _callout_head(callout: Callout, at: int, frame: Frame) -> list[Drawn]:
    title: Line = [Piece(clean_line(callout.name))]
    if callout.title:
        title = pieces(parser().parseInline(callout.title)[0], frame.glyphs, frame.around)
    if frame.glyphs is not ASCII:
        title.insert(0, Piece(f"{callout.sign} "))
    line = with_role(title, f"callout-title {callout.tone}")
    # Room for the mark of the fold is kept, so that nothing moves when it is folded.
    rows = wrap(line, max(4, frame.width - (2 if callout.folds else 0)))
    return [Drawn(row, at) for row in rows]


def _callout(tokens: Sequence[Token]) -> tuple[Callout, list[Token]] | None:
    """Return the callout that a quote is and its content, or None for any other quote."""
    if len(tokens) < 3 or tokens[0].type != "paragraph_open":
        return None
    first, _, rest = tokens[1].content.partition("\n")
    callout = callout_of(first)
    if callout is None:
        return None
    content = list(tokens[3:])
    if rest:
        begin = tokens[1].map[0] if tokens[1].map else 0
        content = [*_shifted(parser().parse(rest), begin + 1), *content]
    return callout, content


def _shifted(tokens: list[Token], lines: int) -> list[Token]:
    for token in tokens:
        if token.map:
            token.map = [token.map[0] + lines, token.map[1] + lines]
    return tokens


def _list(tokens: Sequence[Token], frame: Frame) -> list[Drawn]:
    ordered = tokens[0].type == "ordered_list_open"
    number = int(tokens[0].attrGet("start") or 1) if ordered else 0
    items = _items(tokens[1:-1])
    # Only its own paragraphs say how it is spaced, and not those of a quote in it.
    own = tokens[0].level + 2
    tight = all(
        token.hidden for token in tokens if token.type == "paragraph_open" and token.level == own
    )
    width = len(str(number + len(items) - 1)) + 2 if ordered else 2
    drawn: list[Drawn] = []
    for offset, item in enumerate(items):
        if ordered:
            label = Piece(f"{number + offset}. ".rjust(width), "bullet")
        else:
            bullets = frame.glyphs.bullets
            label = Piece(f"{bullets[frame.depth % len(bullets)]} ", "bullet")
        if drawn and not tight:
            drawn.append(Drawn([], drawn[-1].source))
        drawn.extend(_item(item, label, width, frame, tight=tight))
    return drawn


def _items(tokens: Sequence[Token]) -> list[Sequence[Token]]:
    items = []
    index = 0
    while index < len(tokens):
        end = _end(tokens, index)
        items.append(tokens[index:end])
        index = end
    return items


def _item(
    item: Sequence[Token], label: Piece, width: int, frame: Frame, *, tight: bool
) -> list[Drawn]:
    inner = list(item[1:-1])
    done = False
    head = [label]
    if len(inner) > 1 and inner[1].type == "inline":
        task = _TASK.match(inner[1].content)
        if task is not None:
            done = task[1] != " "
            glyph = frame.glyphs.task_done if done else frame.glyphs.task_open
            link = f"{TASK_LINK}{line_of(item, frame)}" if frame.around.is_live else ""
            head = [Piece(glyph, "task-done" if done else "task", link), Piece(" " * (width - 1))]
            _drop(inner[1], task.end())
    drawn = _blocks(inner, frame.narrower(width, deeper=True), tight=tight)
    if not drawn:
        drawn = [Drawn([], line_of(item, frame))]
    if done:
        # What is below a task that is done may still be to do.
        own = len(_blocks(inner[:3], frame.narrower(width, deeper=True), tight=tight))
        drawn[:own] = [row._replace(line=with_role(row.line, "finished")) for row in drawn[:own]]
    return hung(head, drawn, width)


def _definitions(tokens: Sequence[Token], frame: Frame) -> list[Drawn]:
    """Draw a list of words and what they mean."""
    drawn: list[Drawn] = []
    for part in _items(tokens[1:-1]):
        if part[0].type == "dt_open":
            if drawn:
                drawn.append(Drawn([], drawn[-1].source))
            line = with_role(pieces(part[1], frame.glyphs, frame.around), "strong")
            drawn.extend(text_lines(line, part, frame))
        else:
            inner = _blocks(part[1:-1], frame.narrower(2), tight=True)
            drawn.extend(hung([], inner, 2))
    return drawn


def _drop(token: Token, count: int) -> None:
    """Take `count` characters off the beginning of an inline token."""
    token.content = token.content[count:]
    children = token.children or []
    while children and count:
        first = children[0]
        first.content, taken = first.content[count:], min(count, len(first.content))
        count -= taken
        if not first.content:
            children.pop(0)


def _table(tokens: Sequence[Token], frame: Frame) -> list[Drawn]:
    rows: list[tuple[list[Line], int]] = []
    aligns: list[str] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append(([], line_of([token], frame)))
        elif token.type == "inline":
            rows[-1][0].append(pieces(token, frame.glyphs, frame.around))
        elif token.type == "th_open":
            aligns.append(str(token.attrGet("style") or "").removeprefix("text-align:"))
    drawn: list[Drawn] = []
    lines = table_lines([cells_ for cells_, _ in rows], aligns, frame.width, frame.glyphs)
    begin, end = tokens[0].map or (0, 0)
    source = "\n".join(frame.text.split("\n")[begin:end])
    passage = Passage("table", line_of(tokens, frame), source)
    for row, line in lines:
        drawn.append(Drawn(line, rows[row][1], passage))
    return drawn


_HANDLERS: dict[str, Callable[[Sequence[Token], Frame], list[Drawn]]] = {
    "heading_open": _heading,
    "paragraph_open": _paragraph,
    "hr": _rule,
    "html_block": _html,
    "fence": _code,
    "code_block": _code,
    "blockquote_open": _quote,
    "bullet_list_open": _list,
    "ordered_list_open": _list,
    "table_open": _table,
    "dl_open": _definitions,
}
