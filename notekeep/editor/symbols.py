"""The structure of a note, and the notes of a vault: symbols and folding ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lsprotocol import types

from notekeep.editor.document import Document
from notekeep.editor.features import Feature
from notekeep.editor.session import Session
from notekeep.markdown.outline import BodyRange, Quote

MAX_SYMBOLS: Final = 50
"""The most notes for a query; the editor asks again after each letter."""


def list_headings(
    session: Session, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol]:
    """Return the headings as a tree; each covers its section."""
    document = session.document(params.text_document.uri)
    if document is None:
        return []
    top: list[types.DocumentSymbol] = []
    above: list[tuple[int, types.DocumentSymbol]] = []
    positions = document.positions
    for heading, (first, last) in zip(document.headings, _sections(document), strict=True):
        symbol = types.DocumentSymbol(
            name=heading.text or "#" * heading.level,
            kind=types.SymbolKind.String,
            range=types.Range(positions.line_range(first).start, positions.line_range(last).end),
            selection_range=positions.line_range(heading.line),
            children=[],
        )
        while above and above[-1][0] >= heading.level:
            above.pop()
        siblings = above[-1][1].children if above else top
        assert isinstance(siblings, list)  # noqa: S101 - see above
        siblings.append(symbol)
        above.append((heading.level, symbol))
    return top


def _sections(document: Document) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of the section of each heading, without blank lines."""
    lines, headings = document.positions.lines, document.headings
    for number, heading in enumerate(headings):
        later = (one.line for one in headings[number + 1 :] if one.level <= heading.level)
        last = next(later, len(lines)) - 1
        while last > heading.line and not lines[last].strip():
            last -= 1
        yield heading.line, last


def find_notes(
    session: Session, params: types.WorkspaceSymbolParams
) -> list[types.SymbolInformation]:
    """Return the notes whose title, alias or tag contains a text, best first."""
    found = []
    for vault in session.vaults:
        for hit in vault.vault.search.suggest(params.query, limit=MAX_SYMBOLS).hits:
            start = types.Position(0, 0)
            place = types.Location(session.uri(vault, hit.row.path), types.Range(start, start))
            folder = hit.row.path.rpartition("/")[0]
            found.append(
                types.SymbolInformation(
                    place, hit.row.title, types.SymbolKind.File, container_name=folder
                )
            )
    return found


def list_folds(session: Session, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    """Return the lines that can be folded: front matter, sections, code, quotes and comments."""
    document = session.document(params.text_document.uri)
    if document is None:
        return []
    start, spans = document.body_start, document.note.spans
    folds = [types.FoldingRange(first, last) for first, last in _sections(document)]
    if start:
        last = document.positions.line_of(start - 1)
        folds.insert(0, types.FoldingRange(0, last, kind=types.FoldingRangeKind.Region))
    inner: list[BodyRange | Quote] = [*spans.code, *spans.quotes, *spans.comments]
    for span in inner:
        first, last = (document.positions.line_of(at + start) for at in (span.start, span.end - 1))
        kind = types.FoldingRangeKind.Comment if span in spans.comments else None
        folds.append(types.FoldingRange(first, last, kind=kind))
    return [fold for fold in folds if fold.end_line > fold.start_line]


FEATURES = {
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: Feature(list_headings),
    types.TEXT_DOCUMENT_FOLDING_RANGE: Feature(list_folds),
    types.WORKSPACE_SYMBOL: Feature(find_notes, is_slow=True),
}
