"""The text field of the editor, which sanitizes all text, and the search bar."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.document._document import EditResult, Location
from textual.document._edit import Edit
from textual.message import Message
from textual.widgets import Input, TextArea

from notekeep.markdown.editor_text import StandIns
from notekeep.markdown.sanitize import clean
from notekeep.services.completion import Completer, CompletionOffer, is_in_frontmatter
from notekeep.tui.keyboard import bindings
from notekeep.tui.render.formatting import thousands
from notekeep.tui.render.note_rows import fold_same_length
from notekeep.tui.render.styled_text import Piece
from notekeep.tui.styles import get_role_styles
from notekeep.tui.widgets.bars import PieceLabel

MAX_UNDO_STEPS = 1000

_BREAKS = re.compile("\r\n?")
_ROLES = (
    (re.compile(r"^#{1,6} .*"), "heading h2"),
    (re.compile(r"^\s*>.*"), "quote"),
    (re.compile(r"^\s*(?:[-*+]|\d+[.)]) (?:\[.\] )?"), "bullet"),
    (re.compile(r"\*\*[^*]+\*\*"), "strong"),
    (re.compile(r"`[^`]+`"), "code"),
    (re.compile(r"!?\[\[[^\]]+\]\]|\[[^\]]+\]\([^)]+\)|https?://[^\s)>]*[^\s)>.,;:!?]"), "link"),
    (re.compile(r"(?:^|(?<=[\s(]))#[^\s#.,;:!?()\[\]]+"), "tag"),
)
_KEY = re.compile(r"^[\w-]+:")
_IN_LINK = re.compile(r"\[\[[^\[\]]*\Z")


class NoteArea(TextArea):
    """A text field for lines of an `EditorText`, with stand-ins for unsafe characters."""

    BINDINGS: ClassVar = bindings(
        "edit",
        # The next letters go to the search bar, not into the text.
        priority=("find-here",),
        run_on_screen=(
            *("save", "finish", "hand-over", "history-here", "fields-here", "attach-here"),
            *("quote-here", "find-here"),
        ),
    )

    @dataclass
    class Pasted(Message):
        """The terminal pasted a text."""

        text: str
        place: tuple[Location, Location, str]  # the start, the end, and the visible text

    class Offered(Message):
        """The suggestions or the selected suggestion changed."""

    _offers: Sequence[CompletionOffer] = ()
    chosen_offer = 0  # the number of the selected suggestion

    def __init__(self, lines: Sequence[str], stand_ins: StandIns) -> None:
        super().__init__(
            "\n".join(lines),
            soft_wrap=True,
            tab_behavior="focus",
            max_checkpoints=MAX_UNDO_STEPS,
            highlight_cursor_line=False,
        )
        self.stand_ins = stand_ins
        self.completer = Completer()
        self.cursor_blink = False

    @property
    def lines(self) -> list[str]:
        return self.document.lines

    def put(self, lines: Sequence[str]) -> None:
        """Replace the lines in one undo step; keep the cursor on its line."""
        old, new = self.lines, list(lines)
        shorter = min(len(old), len(new)) - 1
        head = 0
        while head < shorter and old[head] == new[head]:
            head += 1
        tail = 0
        while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        last = len(old) - 1 - tail
        if old[head : last + 1] == new[head : len(new) - tail]:
            return
        text = "\n".join(new[head : len(new) - tail])
        edit = Edit(text, (head, 0), (last, len(old[last])), maintain_selection_offset=True)
        self.history.checkpoint()
        super().edit(edit)
        self.history.checkpoint()

    def edit(self, edit: Edit) -> EditResult:
        lines = _BREAKS.sub("\n", edit.text).split("\n")
        edit.text = "\n".join(self.stand_ins.to_editor(line) for line in lines)
        return super().edit(edit)

    def action_cut(self) -> None:
        before = self.app.clipboard
        super().action_cut()
        if self.app.clipboard is not before:
            self._copy_out(self.app.clipboard)

    def action_copy(self) -> None:
        if self.selected_text:
            self._copy_out(self.selected_text)

    def _copy_out(self, text: str) -> None:
        """Copy text as it is in the file, with "?" for invalid bytes."""
        real = self.stand_ins.to_file(text)
        self.app.copy_to_clipboard(real.encode("utf-8", "replace").decode("utf-8"))

    def get_line(self, line_index: int) -> Text:
        shown = self.document.get_line(line_index)
        # Sanitized again, in case a stand-in is missing.
        line = clean(self.stand_ins.to_screen(shown))
        text = Text(line, end="", no_wrap=True)
        styles = get_role_styles(self.app)
        if line_index == 0 or is_in_frontmatter(self.lines, line_index):
            if line.rstrip() == "---":
                text.stylize(styles.style("faint"))
            elif line_index and (key := _KEY.match(line)):
                text.stylize(styles.style("muted"), *key.span())
            if line_index:
                return text
        for pattern, role in _ROLES:
            for found in pattern.finditer(line):
                text.stylize(styles.style(role), *found.span())
        return text

    def update_suggestion(self) -> None:
        row, column = self.cursor_location
        typed = self.selection.is_empty and self.has_focus
        self._offer(self.completer.offers(self.lines, row, column) if typed else [])

    def _offer(self, offers: Sequence[CompletionOffer], chosen: int = 0) -> None:
        """Show a single suggestion after the cursor, or several in a list."""
        was_list = bool(self.listed_offers)
        self._offers, self.chosen_offer = offers, chosen
        self.suggestion = offers[0].rest if len(offers) == 1 else ""
        if was_list or self.listed_offers:
            self.post_message(self.Offered())

    @property
    def listed_offers(self) -> Sequence[CompletionOffer]:
        is_list = len(self._offers) > 1 or any(not offer.rest for offer in self._offers)
        return self._offers if is_list else ()

    def _choose_offer(self, by: int) -> None:
        self._offer(self._offers, (self.chosen_offer + by) % len(self._offers))

    def accept_offer(self, number: int) -> None:
        row, column = self.cursor_location
        offer = self._offers[number]
        self._replace_via_keyboard(offer.text, (row, offer.start), (row, column))
        self._offer([])

    def _changes_text(self, offer: CompletionOffer) -> bool:
        row, column = self.cursor_location
        return self.lines[row][offer.start : column] != offer.text

    def on_key(self, event: events.Key) -> None:
        """Handle keys for the list of suggestions."""
        if not self.listed_offers:
            return
        if event.key == "escape":
            self._offer([])
        elif event.key in {"up", "down"}:
            self._choose_offer(1 if event.key == "down" else -1)
        elif event.key == "enter" and self._changes_text(self._offers[self.chosen_offer]):
            self.accept_offer(self.chosen_offer)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_blur(self) -> None:
        self._offer([])

    def _watch_selection(self, previous_selection: object, selection: object) -> None:
        super()._watch_selection(previous_selection, selection)  # type: ignore[arg-type]
        if self._offers and previous_selection != selection:
            self.update_suggestion()

    def action_complete(self) -> None:
        """Accept the suggestion; without one, indent, but not inside a link."""
        row, column = self.cursor_location
        if self._offers:
            self.accept_offer(self.chosen_offer)
        elif not _IN_LINK.search(self.lines[row][:column]):
            has_tabs = any(line.startswith("\t") for line in self.lines)
            self._replace_via_keyboard("\t" if has_tabs else "  ", *self.selection)

    def action_next_offer(self) -> None:
        if not self._offers:
            raise SkipAction  # run the default action of the key
        self._choose_offer(1)

    def action_cursor_right(self, select: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's
        if self.suggestion:
            self.action_complete()
        else:
            super().action_cursor_right(select)

    def action_text_top(self) -> None:
        self.move_cursor((0, 0))

    def action_text_end(self) -> None:
        self.move_cursor(self.document.end)

    def action_undo_typing(self) -> None:
        self.undo()

    def action_redo_typing(self) -> None:
        self.redo()

    def on_paste(self, event: events.Paste) -> None:
        # Run after Textual's own handler.
        self.call_later(self._post_paste, event.text, min(self.selection))

    def _post_paste(self, text: str, start: Location) -> None:
        end = self.cursor_location
        self.post_message(self.Pasted(text, (start, end, self.get_text_range(start, end))))

    async def _on_mouse_down(self, event: events.MouseDown) -> None:
        await super()._on_mouse_down(event)
        self._offer([])

    def go_to(self, location: Location) -> None:
        self.move_cursor(location, center=True)


class _FindInput(Input):
    """The text field of the search bar."""

    # The next letters go to the text.
    BINDINGS = bindings("find", priority=("find-close",))

    def action_find(self, step: int) -> None:
        self.query_ancestor(FindBar).step(step)

    def action_find_close(self) -> None:
        self.query_ancestor(FindBar).close()


class FindBar(Horizontal):
    """A search bar that ignores case and accents, and selects the match."""

    DEFAULT_CSS = """
    FindBar { height: 1; padding: 0 1; background: $panel; display: none; }
    FindBar.-open { display: block; }
    FindBar Input { border: none; height: 1; padding: 0; width: 1fr; background: transparent; }
    FindBar Input:focus { border: none; background-tint: transparent; }
    """

    def __init__(self, area: NoteArea) -> None:
        super().__init__()
        self._area = area
        self._start = (0, 0)  # the line and column to search from

    def compose(self) -> ComposeResult:
        yield PieceLabel(Piece("Find ", "section"))
        yield _FindInput(placeholder="words in the text", select_on_focus=False)
        yield PieceLabel(id="found")

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    @property
    def has_text_focus(self) -> bool:
        return self.query_one(_FindInput).has_focus

    def open(self) -> None:
        """Open with the selected text, or else with the last search."""
        field = self.query_one(_FindInput)
        self._start = min(self._area.selection)
        selected = self._area.selected_text
        if selected and "\n" not in selected:
            field.value = selected
        self.add_class("-open")
        field.action_select_all()
        # Not `focus`, which would wait: the next key must go to the input.
        self.screen.set_focus(field)
        self._show(0)

    def close(self) -> None:
        self.remove_class("-open")
        self.screen.set_focus(self._area)

    def on_input_changed(self) -> None:
        if self.is_open:
            self._show(0)

    def step(self, by: int) -> None:
        """Go to the next match, or to the previous match if `by` is -1; wrap around."""
        self._start = min(self._area.selection)
        self._show(by)

    def _show(self, by: int) -> None:
        sought = fold_same_length(self.query_one(_FindInput).value)
        found = self._find_all(sought)
        at = bisect_left(found, self._start)
        if by:
            is_at_match = at < len(found) and found[at] == self._start
            at += by if by < 0 or is_at_match else 0
        if found:
            at %= len(found)
            line, column = found[at]
            self._area.move_cursor((line, column))
            self._area.move_cursor((line, column + len(sought)), select=True, center=True)
        label = self.query_one("#found", PieceLabel)
        if found:
            label.show(Piece(f"{thousands(at + 1)} of {thousands(len(found))}", "muted"))
        else:
            label.show(*([Piece("not found", "warn")] if sought else []))

    def _find_all(self, sought: str) -> list[tuple[int, int]]:
        """Return all matches, in order, without overlap."""
        match = re.compile(re.escape(sought) or r"(?!)")
        return [
            (number, found.start())
            for number, line in enumerate(map(fold_same_length, self._area.lines))
            for found in match.finditer(line)
        ]
