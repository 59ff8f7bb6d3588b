"""What stands below a note's text: its links, what links to it, and its headings."""

from __future__ import annotations

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
    from collections.abc import Container, Sequence

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
        lines.extend([[], *(_link(link, glyphs, width) for link in links)])
    if BACKLINKS_FOLD in opened and foot.backlinks:
        lines.extend([[], *_backlinks(foot.backlinks, glyphs, width)])
    if OUTLINE_FOLD in opened and outline:
        top = min(level for _, level, _ in outline)
        lines.append([])
        for line, level, text in outline:
            words = Piece(clean_line(text), "link-quiet", f"{LINE_LINK}{line}")
            lines.append(fit_line([Piece("  " * (level - top + 1)), words], width, glyphs.ellipsis))
    return lines


def _in_rows(heads: Sequence[StyledLine], width: int) -> list[StyledLine]:
    """Put the heads beside each other, and below each other where there is no room."""
    rows: list[StyledLine] = []
    for head in heads:
        gap = [Piece("   ")]
        if rows and line_width(rows[-1]) + 3 + line_width(head) <= width:
            rows[-1] = [*rows[-1], *gap, *head]
        else:
            rows.extend(wrap_line(head, width))
    return rows


def _link(link: LinkRow, glyphs: Glyphs, width: int) -> StyledLine:
    shown = clean_line(link.text or link.target)
    line: StyledLine = [Piece("  ")]
    if link.state == "web":
        line.append(Piece(shown, "link-quiet", link.target))
    else:
        line.append(Piece(shown, "link-quiet", f"[[{clean_line(link.target)}]]"))
    if link.state in ("broken", "ambiguous"):
        line.append(Piece(f"  {link.state}", "warn" if link.state == "broken" else "faint"))
    return fit_line(line, width, glyphs.ellipsis)


def _backlinks(backlinks: Sequence[Backlink], glyphs: Glyphs, width: int) -> list[StyledLine]:
    """List the notes that link here, each once, with how often."""
    counts: dict[str, tuple[str, int]] = {}
    for link in backlinks:
        counts[link.source] = (link.title, counts.get(link.source, ("", 0))[1] + 1)
    return [
        fit_line(
            [
                Piece("  "),
                Piece(clean_line(title), "link-quiet", f"[[{clean_line(source)}]]"),
                *([Piece(f"  {count}×", "faint")] if count > 1 else []),  # noqa: RUF001 - times
            ],
            width,
            glyphs.ellipsis,
        )
        for source, (title, count) in counts.items()
    ]
