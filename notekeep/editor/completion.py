"""Completions for the protocol: those of the interface, and lines of the habit log."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from lsprotocol import types

from notekeep.editor.document import Document
from notekeep.editor.features import Feature
from notekeep.editor.session import Session
from notekeep.log_folders import HABIT_LOG
from notekeep.markdown.fields.schema import is_in_folder
from notekeep.markdown.sanitize import clean_line
from notekeep.services import completion
from notekeep.services.completion import Completer, CompletionOffer

TRIGGERS: Final = ["[", "#", "^", " "]
"""The characters after which an editor asks for completions by itself."""

LAST_DAYS: Final = 7
"""The number of days to offer in a line of the habit log."""

ANSWERS: Final = ("done", "skip", "miss")

_KINDS: Final = {
    "note": types.CompletionItemKind.File,
    "heading": types.CompletionItemKind.Reference,
    "block": types.CompletionItemKind.Reference,
    "tag": types.CompletionItemKind.Keyword,
    "field": types.CompletionItemKind.Field,
    "value": types.CompletionItemKind.Value,
    "habit": types.CompletionItemKind.Event,
}
_LOG_LINE: Final = re.compile(
    r"[-*+] (?:(?P<day>[\d-]*)|\d{4}-\d\d-\d\d"
    r" (?:(?P<habit>[^\s:|\[\]]*)|[^\s:|\[\]]+: (?P<value>\w*)))"
)


def complete(session: Session, params: types.CompletionParams) -> types.CompletionList | None:
    """Return the completions at a position."""
    document = session.document(params.text_document.uri)
    if document is None:
        return None
    offset = document.positions.offset(params.position)
    lines = document.positions.lines
    row, column = document.positions.line_of(offset), document.positions.column_of(offset)
    if is_in_folder(document.path, HABIT_LOG):
        offers = [*_offer_log_parts(document, lines[row][:column])]
    else:
        offers = _make_completer(session, document).offers(lines, row, column)
    line_start = offset - column
    items = [
        _make_item(document, offer, line_start, offset, number)
        for number, offer in enumerate(offers)
    ]
    # The list is short, so the editor asks again after each letter.
    return types.CompletionList(is_incomplete=True, items=items)


def _make_completer(session: Session, document: Document) -> Completer:
    """Return a completer for a note; it reads headings and blocks of open notes as typed."""
    vault = document.vault
    search = vault.vault.search

    def linked(name: str) -> Document | None:
        row = vault.resolve(name, document.path)
        return session.document_at(vault, row.path) if row is not None else None

    def headings(name: str) -> Sequence[str]:
        found = linked(name)
        return [one.text for one in found.headings] if found is not None else ()

    def blocks(name: str) -> Sequence[str]:
        found = linked(name)
        return found.note.block_ids if found is not None else ()

    return Completer(
        vault.words,
        headings,
        blocks,
        partial(completion.find_values, search),
        partial(completion.write_links, search, document.path),
        lambda: [hit.row.title for hit in search.suggest("", limit=completion.MAX_OFFERS).hits],
    )


def _offer_log_parts(document: Document, before: str) -> Iterator[CompletionOffer]:
    """Yield the completions of a line in the habit log: its day, its habit, or its value."""
    found = _LOG_LINE.fullmatch(before)
    if found is None:
        return
    vault = document.vault.vault
    if found["day"] is not None:
        days = (vault.today() - dt.timedelta(days=ago) for ago in range(LAST_DAYS))
        yield from _log_words(found, "day", [day.isoformat() for day in days], " ")
    elif found["habit"] is not None:
        vault.habits.refresh()
        names = [habit.definition.id for habit in vault.habits.known()]
        yield from _log_words(found, "habit", sorted(names), ": ")
    else:
        yield from _log_words(found, "value", ANSWERS, "")


def _log_words(
    found: re.Match[str], part: str, words: Iterable[str], end: str
) -> Iterator[CompletionOffer]:
    for word in words:
        if word.casefold().startswith(found[part].casefold()):
            kind = "habit" if part == "habit" else "value"
            yield CompletionOffer(found.start(part), f"{word}{end}", "", word, kind)


def _make_item(
    document: Document, offer: CompletionOffer, line_start: int, offset: int, number: int
) -> types.CompletionItem:
    start = line_start + offer.start
    typed = document.text[start:offset]
    return types.CompletionItem(
        label=clean_line(offer.word),
        kind=_KINDS[offer.kind],
        text_edit=types.TextEdit(document.positions.range(start, offset), offer.text),
        # The order is ours, and the editor must not drop a title with the letters in a later word.
        sort_text=f"{number:03}",
        filter_text=f"{typed} {offer.word}",
    )


FEATURES = {
    types.TEXT_DOCUMENT_COMPLETION: Feature(
        complete, types.CompletionOptions(trigger_characters=TRIGGERS)
    )
}
