"""What stands below a note's text: its links, what links to it, and its headings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.clean import clean_line
from notekeep.tui.render.pieces import FOLD_LINK, LINE_LINK, Line, Piece, cells, fit, wrap
from notekeep.tui.render.words import thousands

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from notekeep.index.rows import Backlink, LinkRow
    from notekeep.tui.render.glyphs import Glyphs

LINKS, BACKLINKS, OUTLINE = "foot links", "foot backlinks", "foot outline"
KEYS = (LINKS, BACKLINKS, OUTLINE)


class Foot(NamedTuple):
    """What is known of a note's place among others.

    Attributes:
        links: The links in it.
        backlinks: The links to it.
        outline: Line of the file (from 1), level and text of each heading.
    """

    links: Sequence[LinkRow]
    backlinks: Sequence[Backlink]
    outline: Sequence[tuple[int, int, str]]


def foot_lines(foot: Foot, width: int, glyphs: Glyphs, opened: Container[str]) -> list[Line]:
    """Return the foot of a note: one line that says how much there is, and what of it is open.

    Args:
        foot: What there is.
        width: How many cells a line may take.
        glyphs: The characters to draw with.
        opened: Which of KEYS are open.
    """
    links = [link for link in foot.links if link.state in ("ok", "ambiguous", "broken", "web")]
    broken = sum(link.state == "broken" for link in links)
    outline = foot.outline if len(foot.outline) > 1 else ()
    heads: list[Line] = []
    for key, name, count in (
        (LINKS, "Links", len(links)),
        (BACKLINKS, "Backlinks", len(foot.backlinks)),
        (OUTLINE, "Outline", len(outline)),
    ):
        if count:
            mark = glyphs.open if key in opened else glyphs.closed
            role = "foot-open" if key in opened else "foot"
            heads.append([Piece(f"{mark} {name}\xa0{thousands(count)}", role, FOLD_LINK + key)])
            if key == LINKS and broken:
                heads[-1].append(Piece(f"\xa0({broken} broken)", "warn", FOLD_LINK + key))
    if not heads:
        return []
    lines: list[Line] = [[Piece(glyphs.rule * width, "rule")], *_in_rows(heads, width)]
    if LINKS in opened:
        lines.extend([[], *(_link(link, glyphs, width) for link in links)])
    if BACKLINKS in opened and foot.backlinks:
        lines.extend([[], *_backlinks(foot.backlinks, glyphs, width)])
    if OUTLINE in opened and outline:
        top = min(level for _, level, _ in outline)
        lines.append([])
        for line, level, text in outline:
            words = Piece(clean_line(text), "link-quiet", f"{LINE_LINK}{line}")
            lines.append(fit([Piece("  " * (level - top + 1)), words], width, glyphs.ellipsis))
    return lines


def _in_rows(heads: Sequence[Line], width: int) -> list[Line]:
    """Put the heads beside each other, and below each other where there is no room."""
    rows: list[Line] = []
    for head in heads:
        gap = [Piece("   ")]
        if rows and cells(rows[-1]) + 3 + cells(head) <= width:
            rows[-1] = [*rows[-1], *gap, *head]
        else:
            rows.extend(wrap(head, width))
    return rows


def _link(link: LinkRow, glyphs: Glyphs, width: int) -> Line:
    shown = clean_line(link.text or link.target)
    line: Line = [Piece("  ")]
    if link.state == "web":
        line.append(Piece(shown, "link-quiet", link.target))
    else:
        line.append(Piece(shown, "link-quiet", f"[[{clean_line(link.target)}]]"))
    if link.state in ("broken", "ambiguous"):
        line.append(Piece(f"  {link.state}", "warn" if link.state == "broken" else "faint"))
    return fit(line, width, glyphs.ellipsis)


def _backlinks(backlinks: Sequence[Backlink], glyphs: Glyphs, width: int) -> list[Line]:
    """List the notes that link here, each once, with how often."""
    counts: dict[str, tuple[str, int]] = {}
    for link in backlinks:
        counts[link.source] = (link.title, counts.get(link.source, ("", 0))[1] + 1)
    return [
        fit(
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
