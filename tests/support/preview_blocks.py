"""A text as the preview draws it, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui.page.blocks import draw_block
from notekeep.tui.page.page import NoteText

if TYPE_CHECKING:
    from notekeep.tui.page.page_lines import DrawContext, PageLine


def draw_blocks(text: str, frame: DrawContext) -> list[PageLine]:
    """Draw the blocks of a text, without the lines between them."""
    body = NoteText(text)
    inside = frame._replace(page=body.page)
    return [row for block in body.blocks for row in draw_block(block.spans, inside)]
