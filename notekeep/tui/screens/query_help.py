"""What a query means: its parts in words, what each of them finds alone, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from notekeep.errors import NotekeepError, UsageError
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.dialogs.dialog import Dialog, dialog_box
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.styled_text import Piece, StyledLine, spread_line, wrap_line
from notekeep.tui.screens.help import query_lines
from notekeep.tui.widgets.line_view import DiffView
from notekeep.tui.workers import in_background

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual import events
    from textual.app import ComposeResult

    from notekeep.query.tree import Query
    from notekeep.search.score_explanation import QueryPart
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.vault import Vault

INDENT = "  "
CLOSE_HINT = "esc, or typing on, closes this"


class QueryExplanation(NamedTuple):
    """What can be said of a query."""

    parts: Sequence[QueryPart]  # how it is read
    order: str = ""  # how the list is sorted and cut, in words
    wrong: UsageError | None = None  # what is wrong with it if it is finished


def explain_query(vault: Vault, typed: str) -> QueryExplanation:
    """Explain a query as the list reads it: it may be unfinished.

    Raises:
        NotekeepError: The catalog cannot be read.
    """
    wrong = None
    try:
        vault.search.parse(typed)
    except UsageError as error:
        wrong = error
    parts = vault.search.explain_parts(typed, typing=True)
    return QueryExplanation(parts, _order(vault.search.parse(typed, typing=True)), wrong)


def _order(query: Query) -> str:
    parts = []
    for key in query.order:
        way = "the highest first" if key.descending else "the lowest first"
        parts.append(f"sorted by {key.field}, {way}")
    if query.limit is not None:
        parts.append(f"the first {query.limit} only")
    return "; ".join(parts)


def explain_lines(
    typed: str, explanation: QueryExplanation, width: int, glyphs: Glyphs
) -> list[StyledLine]:
    """Return an explanation as lines."""
    lines = list(_wrong(typed, explanation.wrong, width, glyphs)) if explanation.wrong else []
    if not explanation.wrong:
        lines = [*wrap_line([Piece(clean_line(typed), "code-string")], width), []]
    for part in explanation.parts:
        text = Piece(INDENT * part.depth + clean_line(part.text))
        lines.append(spread_line([text], _notes(part.notes), width))
    if explanation.order:
        lines += [[], *wrap_line([Piece(clean_line(explanation.order), "muted")], width)]
    return lines


def _notes(count: int | None) -> StyledLine:
    if count is None:
        return [Piece("not counted", "faint")]
    return [Piece(plural(count, "note"), "muted" if count else "warn")]


def _wrong(typed: str, wrong: UsageError, width: int, glyphs: Glyphs) -> Iterator[StyledLine]:
    """The query with a mark below the place that is wrong, and why it is."""
    at = wrong.position if wrong.text else None
    text = clean_line(wrong.text or typed)
    first = 0
    if at is not None and at >= width - 1:
        # A long query is shown around the fault.
        first = at - width // 2
        text = text[first:]
    yield [Piece(text[:width], "code-string")]
    if at is not None:
        yield [Piece(" " * (at - first)), Piece("^", "warn")]
    about = [Piece(f"{glyphs.warning} {clean_line(wrong.message)}", "warn")]
    yield from wrap_line(about, width)
    if wrong.hint:
        yield from wrap_line([Piece(clean_line(wrong.hint), "muted")], width)
    yield []
    yield from wrap_line([Piece("As far as it can be read, it asks for", "muted")], width)


class ExplainScreen(Dialog[None]):
    """An explanation over the search box."""

    def __init__(
        self, vault: Vault, glyphs: Glyphs, typed: str, type_on: Callable[[str], object]
    ) -> None:
        super().__init__()
        self._vault, self._typed, self._type_into_box = vault, typed, type_on
        self._glyphs = glyphs
        self._page = DiffView(glyphs)
        self._explanation: QueryExplanation | None = None

    def compose(self) -> ComposeResult:
        title = "What the search means" if self._typed else "How to search"
        with dialog_box(title, classes="-wide-box") as box:
            box.border_subtitle = Content(CLOSE_HINT)
            yield self._page

    def on_mount(self) -> None:
        self._page.focus()
        self._page.show(self._lines)
        if self._typed:
            in_background(
                self,
                lambda: explain_query(self._vault, self._typed),
                self._show,
                group="explain",
                failed=self._cannot,
            )

    def _lines(self, width: int) -> list[StyledLine]:
        if not self._typed:
            return query_lines(width)
        if self._explanation is None:
            return [[Piece(clean_line(self._typed), "code-string")]]
        return explain_lines(self._typed, self._explanation, width, self._glyphs)

    def _show(self, explanation: QueryExplanation) -> None:
        self._explanation = explanation
        self._page.show(self._lines)
        self.fit(self._page, margin=5)

    def on_resize(self) -> None:
        self.call_after_refresh(self.fit, self._page, 5)

    def _cannot(self, error: NotekeepError) -> None:
        self._show(QueryExplanation([], clean_line(f"{error.message} {error.hint}")))

    def on_key(self, event: events.Key) -> None:
        # Who types on in the box below is not made to close this first.
        if event.is_printable and event.character:
            event.stop()
            self._type_into_box(event.character)
            self.dismiss()
