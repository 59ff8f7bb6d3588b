"""The outline of a note, its folding ranges, and the notes of a vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

if TYPE_CHECKING:
    from tests.support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTE = """\
---
tags: [a]
---
# Title

Text.

## One

### Inner

> a quote
> of two lines

## Two

```sh
ls
```
"""


def outline(symbols: object, indent: str = "") -> list[str]:
    """Return symbols as `name first-last`, counted from 1 and indented."""
    lines: list[str] = []
    assert isinstance(symbols, list | tuple)
    for one in symbols:
        assert isinstance(one, types.DocumentSymbol)
        lines.append(f"{indent}{one.name} {one.range.start.line + 1}-{one.range.end.line + 1}")
        lines += outline(one.children, f"{indent}  ")
    return lines


async def test_headings_are_a_tree_and_cover_their_sections(editor: Editor) -> None:
    cursor = editor.type("a.md", NOTE)
    params = types.DocumentSymbolParams(cursor["text_document"])
    found = await editor.client.text_document_document_symbol_async(params)
    assert outline(found) == ["Title 4-19", "  One 8-13", "    Inner 10-13", "  Two 15-19"]


async def test_front_matter_sections_quotes_and_code_fold(editor: Editor) -> None:
    cursor = editor.type("a.md", NOTE)
    params = types.FoldingRangeParams(cursor["text_document"])
    found = await editor.client.text_document_folding_range_async(params) or []
    folds = sorted((one.start_line + 1, one.end_line + 1) for one in found)
    assert folds == [(1, 3), (4, 19), (8, 13), (10, 13), (12, 13), (15, 19), (17, 19)]


async def test_a_query_finds_notes_by_title_alias_and_tag(editor: Editor) -> None:
    editor.write("books/Deep Work.md", "---\naliases: [Focus]\ntags: [calm]\n---\n")
    editor.write("Other.md", "Text.\n")
    await editor.index()
    for query in ("deep", "foc", "calm"):
        (found,) = await editor.symbols(query)
        assert (found.name, found.container_name) == ("Deep Work", "books")
    assert await editor.symbols("nothing like it") == []
