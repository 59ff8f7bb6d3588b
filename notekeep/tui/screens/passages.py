"""Quotes and Recall: a list of all passages, and today's passages one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult

from notekeep.errors import NotFound
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.plan import WriteResult
from notekeep.recall.log import FAVOURITE, NO_FAVOURITE
from notekeep.services.recall import LATER_DAYS, ReviewItem
from notekeep.tui.clipboard import copy_text
from notekeep.tui.dialogs.dialog import Prompt, ask, open_dialog
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.messages import EditNote, OpenNote, VaultChanged
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.list_rows import empty_lines, key_hint
from notekeep.tui.render.passages import (
    ORDERS,
    PassageListRow,
    group_passages,
    passage_group_row,
    passage_page,
    passage_row,
    recall_page,
)
from notekeep.tui.render.styled_text import Piece, StyledLine
from notekeep.tui.screens.vault_screen import OverlayScreen
from notekeep.tui.widgets.line_view import DiffView, ListView
from notekeep.tui.workers import in_background, notify_done, show_message


class PassageScreen(OverlayScreen):
    """A screen with a current passage."""

    CSS_PATH: ClassVar[Any] = ["over.tcss", "passages.tcss"]

    @property
    def item(self) -> ReviewItem | None:
        raise NotImplementedError

    def chosen_notes(self) -> list[str]:
        return [] if self.item is None else [self.item.passage.source.path]

    def action_answer(self, value: str) -> None:
        """Log an answer to the current passage."""
        if (item := self.item) is not None:
            log = partial(self.vault.recall.answer, item.passage.key, value)
            in_background(self, log, lambda _: self.app.post_message(VaultChanged()), group="log")

    def action_toggle_favourite(self) -> None:
        if (item := self.item) is not None:
            self.action_answer(NO_FAVOURITE if item.recall.is_favourite else FAVOURITE)

    def action_copy_quote(self) -> None:
        if (item := self.item) is not None:
            copy_text(self.app, item.passage.cited)
            show_message(self, "Copied the quote with its source")

    def action_open_quote(self) -> None:
        if (item := self.item) is not None:
            passage = item.passage
            self.app.post_message(OpenNote(passage.source.path, line=passage.line, read=True))


class PassageList(ListView["PassageListRow"]):
    """A list of passages under headings."""

    @property
    def current(self) -> ReviewItem | None:
        return self.item if isinstance(self.item, ReviewItem) else None

    def show(self, rows: Sequence[PassageListRow]) -> None:
        """Show rows, with the cursor on the same passage as before, or near it."""
        key = self.current and self.current.passage[:2]
        self._show(rows, lambda row: isinstance(row, ReviewItem) and row.passage[:2] == key)

    def is_heading(self, item: PassageListRow) -> bool:
        return not isinstance(item, ReviewItem)

    def draw_item(self, item: PassageListRow, width: int, *, here: bool) -> StyledLine:
        if isinstance(item, ReviewItem):
            return passage_row(item, width, self.glyphs, here=here)
        return passage_group_row(item, width, self.glyphs) if item else []


class QuotesScreen(PassageScreen):
    """All passages, with the passage at the cursor on the right."""

    BINDINGS = bindings("quotes", "over")
    OPENED_BY = "show-quotes"
    PLACE = "quotes"
    ROW_ACTIONS = ("open-quote", "copy-quote", "favourite-quote")

    def __init__(self, query: str = "") -> None:
        self.quotes = PassageList()
        super().__init__(self.quotes)
        self._query = query
        self._order = ORDERS[0]

    @property
    def item(self) -> ReviewItem | None:
        return self.quotes.current

    def vault_changed(self) -> None:
        self.load("quotes", partial(self.vault.recall.passages, self._query), self._list)

    def _list(self, items: Sequence[ReviewItem]) -> None:
        self.quotes.placeholder = _nothing(self._query)
        self.quotes.show(group_passages(items, self._order))
        count = plural(len(items), "quote")
        favourites = plural(sum(item.recall.is_favourite for item in items), "favourite")
        scope = f"{clean_line(self._query)} · " if self._query else ""
        self.show_list(f"{scope}{count} · {favourites}", count, is_empty=not items)

    def show_row(self) -> None:
        if (item := self.item) is not None:
            glyphs, today = self.glyphs, self.today
            self.text.show(lambda width: passage_page(item, width, glyphs, today))

    def action_open_quote(self) -> None:
        if self.text.inner_width:  # the pane is visible
            super().action_open_quote()
        elif self.item is not None:
            self.action_zoom_text()

    def on_list_view_selected(self) -> None:
        self.action_open_quote()

    def action_sort_quotes(self) -> None:
        self._order = ORDERS[(ORDERS.index(self._order) + 1) % len(ORDERS)]
        show_message(self, f"By {self._order}" if self._order != "newest" else "Newest first")
        self.vault_changed()

    def action_filter_quotes(self) -> None:
        def filtered(query: str) -> None:
            self._query = query
            self.vault_changed()

        hint = "Words, or a query such as type:book. Empty shows all."
        ask(self, Prompt("Filter quotes", value=self._query, hint=hint), filtered)


def _nothing(query: str) -> list[StyledLine]:
    if query:
        return [*empty_lines("No quotes found."), key_hint("/", "change the filter")]
    example = [Piece("> A line like this in any note is a quote.", "code-string")]
    return [*empty_lines("No quotes yet."), example, [], key_hint("ctrl+n", "quick note")]


class Card(NamedTuple):
    """A passage in the session, and the days until it is due again after each grade."""

    item: ReviewItem
    days: dict[str, int]


class RecallCard(DiffView):
    """The current passage, centred on the screen."""

    BINDINGS = bindings("recall", run_on_screen=ALL_ACTIONS)


class RecallScreen(PassageScreen):
    """Today's passages, one at a time."""

    BINDINGS = bindings("recall")
    OPENED_BY = "show-recall"
    PLACE = "recall"
    ROW_ACTIONS = (
        *("skip-passage", "grade-again", "grade-hard", "grade-good", "grade-easy"),
        *("keep-passage", "later-passage", "stop-passage", "favourite-passage", "open-passage"),
        *("write-thought",),
    )

    def __init__(self) -> None:
        self.card = RecallCard(id="text")
        super().__init__(self.card)
        self._cards: list[Card] | None = None
        self._skipped: set[str] = set()
        self._revealed: set[str] = set()  # cards whose answer is visible

    def compose_body(self) -> ComposeResult:
        yield self.card

    @property
    def current(self) -> Card | None:
        """The first passage that was neither answered today nor skipped."""
        return next((card for card in self._cards or () if not self._is_done(card)), None)

    def _is_done(self, card: Card) -> bool:
        is_answered = card.item.recall.answered == self.today.toordinal()
        return is_answered or card.item.passage.key in self._skipped

    @property
    def item(self) -> ReviewItem | None:
        return None if self.current is None else self.current.item

    def vault_changed(self) -> None:
        self.load("recall", self._find, self._show)

    def _find(self) -> list[Card]:
        """Return the passages of the session in their current state; initially today's queue."""
        service = self.vault.recall
        if self._cards is None:
            return [Card(item, service.intervals(item)) for item in service.queue()]
        cards = []
        for card in self._cards:
            try:
                item = service.find(card.item.passage.key)
            except NotFound:
                continue
            is_done = item.recall.answered == self.today.toordinal()
            cards.append(Card(item, card.days if is_done else service.intervals(item)))
        return cards

    def _show(self, cards: list[Card]) -> None:
        self._cards = cards
        card, done = self.current, sum(map(self._is_done, cards))
        glyphs, today, height = self.glyphs, self.today, self.size.height
        self.set_status(f"{done + 1} of {len(cards)}" if card else f"{done} done")
        self.set_idle_actions(*(() if card else self.ROW_ACTIONS))
        if card is None:
            text = "Done for today." if cards else "Nothing is due today."
            self.card.show_lines([], *([Piece("  "), *line] for line in empty_lines(text)))
            return
        item, days = card
        if self._hides_answer(item):
            days = {}
        self.card.show(lambda width: recall_page(item, days, (width, height), glyphs, today))

    def _hides_answer(self, item: ReviewItem) -> bool:
        """Whether it is a card whose answer is not yet visible."""
        return bool(item.passage.answer) and item.passage.key not in self._revealed

    def on_resize(self) -> None:
        if self._cards is not None:
            self._show(self._cards)

    def action_skip_passage(self) -> None:
        if (item := self.item) is not None and self._cards is not None:
            done = self._revealed if self._hides_answer(item) else self._skipped
            done.add(item.passage.key)
            self._show(self._cards)

    def action_later_passage(self) -> None:
        if self.item is not None:
            hint = "Days until it comes back."
            prompt = Prompt("Later", value=f"{LATER_DAYS}", hint=hint, is_selected=True)
            ask(self, prompt, lambda days: self.action_answer(f"later {days}"))

    def action_tag_passage(self) -> None:
        def tag(text: str) -> WriteResult:
            return self.vault.notes.tag(paths, text.replace("#", " ").split())

        if paths := self.chosen_notes():
            prompt = Prompt("Tag the note", hint="Separate tags with spaces.", example="reading")
            open_dialog(self, prompt, tag, partial(notify_done, self, "Tagged the note"))

    def action_write_thought(self) -> None:
        if (item := self.item) is not None:
            passage, notes = item.passage, self.vault.notes

            def write(text: str) -> WriteResult:
                return notes.apply(notes.plan_thought(passage.source.path, passage.line, text))

            prompt = Prompt("Thought", hint="A paragraph below the quote, in its note.")
            open_dialog(self, prompt, write, partial(notify_done, self, "Added below the quote"))

    def action_edit_passage(self) -> None:
        if (item := self.item) is not None:
            self.app.post_message(EditNote(item.passage.source.path, item.passage.line))

    def action_leave_recall(self) -> None:
        if self.is_current:
            self.dismiss(None)
