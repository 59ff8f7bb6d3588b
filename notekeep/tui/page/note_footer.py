"""What stands below a note's text: its links, what links to it, and its headings."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.render.formatting import thousands
from notekeep.tui.render.styled_text import (
    FOLD_LINK,
    LINE_LINK,
    Piece,
    StyledLine,
    fit_line,
    line_width,
    wrap_line,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from notekeep.catalog.records import Backlink, LinkRow
    from notekeep.tui.render.glyphs import Glyphs

LINKS_FOLD, BACKLINKS_FOLD, OUTLINE_FOLD = "foot links", "foot backlinks", "foot outline"
FOOTER_FOLDS = (LINKS_FOLD, BACKLINKS_FOLD, OUTLINE_FOLD)


class NoteFooter(NamedTuple):
    """What is known of a note's place among others."""

    links: Sequence[LinkRow]
    backlinks: Sequence[Backlink]
    # Line of the file (from 1), level and text of each heading.
    outline: Sequence[tuple[int, int, str]]


def footer_lines(
    foot: NoteFooter, width: int, glyphs: Glyphs, opened: Container[str]
) -> list[StyledLine]:
    """Return the foot of a note: one line that says how much there is, and what of it is open."""
    links = [link for link in foot.links if link.state in ("ok", "ambiguous", "broken", "web")]
    broken = sum(link.state == "broken" for link in links)
    outline = foot.outline if len(foot.outline) > 1 else ()
    heads: list[StyledLine] = []
    for key, name, count in (
        (LINKS_FOLD, "Links", len(links)),
        (BACKLINKS_FOLD, "Backlinks", len(foot.backlinks)),
        (OUTLINE_FOLD, "Outline", len(outline)),
    ):
        if count:
            mark = glyphs.open if key in opened else glyphs.closed
            role = "foot-open" if key in opened else "foot"
            heads.append([Piece(f"{mark} {name}\xa0{thousands(count)}", role, FOLD_LINK + key)])
            if key == LINKS_FOLD and broken:
                heads[-1].append(Piece(f"\xa0({broken} broken)", "warn", FOLD_LINK + key))
    if not heads:
        return []
    lines: list[StyledLine] = [[Piece(glyphs.rule * width, "rule")], *_in_rows(heads, width)]
    if LINKS_FOLD in opened:
        lines += [[], *map(_link, links)]
    if BACKLINKS_FOLD in opened and foot.backlinks:
        lines += [[], *_backlinks(foot.backlinks)]
    if OUTLINE_FOLD in opened and outline:
        top = min(level for _, level, _ in outline)
        lines.append([])
        for line, level, text in outline:
            words = Piece(clean_line(text), "link-quiet", f"{LINE_LINK}{line}")
            lines.append([Piece("  " * (level - top + 1)), words])
    return [fit_line(line, width, glyphs.ellipsis) for line in lines]


def _in_rows(heads: Sequence[StyledLine], width: int) -> list[StyledLine]:
    """Put the heads beside each other, and below each other where there is no room."""
    rows: list[StyledLine] = []
    for head in heads:
        longer = [*rows[-1], Piece("   "), *head] if rows else head
        if rows and line_width(longer) <= width:
            rows[-1] = longer
        else:
            rows += wrap_line(head, width)
    return rows


def _link(link: LinkRow) -> StyledLine:
    target = link.target if link.state == "web" else f"[[{clean_line(link.target)}]]"
    line = [Piece("  "), Piece(clean_line(link.text or link.target), "link-quiet", target)]
    if link.state in ("broken", "ambiguous"):
        line.append(Piece(f"  {link.state}", "warn" if link.state == "broken" else "faint"))
    return line


def _backlinks(backlinks: Sequence[Backlink]) -> Iterator[StyledLine]:
    titles = {link.source: clean_line(link.title) for link in backlinks}
    counts = Counter(link.source for link in backlinks)
    for source, count in counts.items():
        line = [Piece("  "), Piece(titles[source], "link-quiet", f"[[{clean_line(source)}]]")]
        if count > 1:
            line.append(Piece(f"  {count}×", "faint"))  # noqa: RUF001 - times
        yield line
