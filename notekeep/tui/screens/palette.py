"""The palette: fuzzy search in actions, typed commands, habits and notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.dom import DOMNode
from textual.fuzzy import FuzzySearch

from notekeep.errors import NotekeepError
from notekeep.habits.summary import HabitView
from notekeep.markdown.sanitize import clean_line
from notekeep.obsidian import PERIODS
from notekeep.search.results import Hit
from notekeep.tui.commands.action import Action, format_key
from notekeep.tui.commands.registry import ACTIONS_BY_ID, action_keys, is_offered, key_labels
from notekeep.tui.dialogs.dialog import LIST_MARGIN, Line, ListDialog, dialog_box
from notekeep.tui.keyboard import CHOICE_SECONDS
from notekeep.tui.messages import OpenNote
from notekeep.tui.program import PendingAnswer, program
from notekeep.tui.render.note_rows import group_row, kind_sign, row_details
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    fit_line,
    line_width,
    mark_spans,
    pad_line,
    spread_line,
)
from notekeep.tui.screens.typed_commands import TypedCommand, match_verbs, parse_typed_command
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.textual_compat import bindings_of
from notekeep.tui.widgets.bars import PieceLabel
from notekeep.tui.widgets.line_view import ListView

MAX_NOTES = 20
WHOLE_COMMAND_SCORE, USAGE_SCORE, PREFIX_SCORE = 1000.0, 500.0, 8.0
"""Scores of a complete command, a usage line, and a command that starts with the text."""
RECENT_BOOST = 0.5  # boost of the last used action
MAX_SHOWN_RECENT = 5  # recent actions at the top while the line is empty
MAX_RECENT = 12  # recent actions to remember
_HIDDEN = {"lines", "switcher", "dialog", "search", "task-filter"}
"""Contexts whose actions are only useful as keys."""
_NOT_WHILE_EDITING = ("undo", "redo", "go", "explain-quit")
"""Actions that need a second key or would change the edited text."""
RECENT, COMMANDS, HABITS, NOTES = "Recent", "Commands", "Habits", "Notes"
"""The sections of the list."""
TITLE_CELLS = 26  # the minimum width of a row with a description


class Offer(NamedTuple):
    """A row of the palette."""

    score: float
    title: str
    about: str
    run: Callable[[], object]
    marks: Sequence[tuple[int, int]] = ()  # the matching letters of the title
    key: str = ""
    section: str = COMMANDS
    sign: str = ""  # the sign of the note's kind
    path: str = ""  # the note to open
    opened: int = -1  # higher for notes opened more recently; -1 if never


def _best_first(offer: Offer) -> tuple[float, int, int, str, str]:
    return -offer.score, -offer.opened, len(offer.title), offer.title.casefold(), offer.path


class WorkingAction(NamedTuple):
    """An action that works on the screen below, and its target node."""

    action: Action
    method: str
    node: DOMNode


def list_actions(screen: VaultScreen) -> list[WorkingAction]:
    """Return the actions that work on a screen, nearest to the focus first."""
    found: dict[str, WorkingAction] = {}
    # Actions of all panes, even while an input has the focus.
    around = screen.focused.ancestors_with_self if screen.focused is not None else []
    for part in (*around, *screen.focus_chain, screen, screen.app):
        for binding in bindings_of(part):
            action = ACTIONS_BY_ID.get(binding.id or "")
            if action is not None and action.context not in _HIDDEN:
                found.setdefault(action.id, WorkingAction(action, binding.action, part))
    app = program(screen)
    for action in app.added_actions:
        found[action.id] = WorkingAction(action, f"app.run_added('{action.id}')", screen.app)
    own_keys = app.own_keys
    turned_off = PERIODS.keys() - app.vault.schema.periodic.keys()
    excluded = {f"open-{kind}" for kind in turned_off}
    excluded.update(_NOT_WHILE_EDITING if _is_editing(screen) else ())
    return [
        working
        for working in found.values()
        if is_offered(working.action, own_keys)
        and working.action.id not in excluded
        # Cursor actions exist only for key maps.
        and not working.action.id.startswith("cursor-")
    ]


def _is_editing(screen: VaultScreen) -> bool:
    return screen.place() in ("edit", "find")


class _Offers(ListView["Offer | str"], can_focus=False):
    """The results in sections, starting with the section of the best result."""

    opening_clicks = 1

    def show(self, offers: Sequence[Offer]) -> None:
        sections: dict[str, list[Offer]] = {}
        for offer in offers:
            sections.setdefault(offer.section, []).append(offer)
        rows: list[Offer | str] = []
        for name, found in sections.items():
            rows += [name, *found]
        self._rows = rows
        self.rows_changed(0)

    @property
    def offer(self) -> Offer | None:
        return self.item if isinstance(self.item, Offer) else None

    def go_to(self, offer: Offer) -> None:
        if offer in self._rows:
            self.move_to(self._rows.index(offer))

    def draw_item(self, item: Offer | str, width: int, *, here: bool) -> StyledLine:
        if isinstance(item, str):
            return group_row(item, width, self.glyphs)
        bar = Piece(self.glyphs.cursor if here else " ", "cursor-bar")
        sign = [Piece(f"{item.sign} ", "muted")] if item.sign else []
        title = [*sign, *mark_spans([Piece(item.title, "bright")], item.marks)]
        room = width - 4
        key = [Piece(item.key, "key")] if item.key else []
        if room - line_width(key) > 2 * TITLE_CELLS:
            title = pad_line(title, max(TITLE_CELLS, line_width(title) + 2))
            left = room - line_width(title) - line_width(key) - 2
            # Show whole sentences, if at least the first one fits.
            first = re.split(r"(?<=[a-z]\.) ", item.about)[0]
            text = first if cell_len(item.about) > left >= cell_len(first) else item.about
            about = fit_line([Piece(text, "muted")], left, self.glyphs.ellipsis)
            title += about if left > 0 else []
        return [bar, Piece("  "), *spread_line(title, key, room, gap=2), Piece(" ")]


class Palette(ListDialog[None]):
    """An input, and its results for the screen below."""

    BINDINGS: ClassVar = [
        Binding("pagedown", "step_page(1)", show=False),
        Binding("pageup", "step_page(-1)", show=False),
    ]
    CHOOSES_WITH: ClassVar[str] = "enter"
    """The key that runs the selected row; pressed twice before the results, it runs once."""

    def __init__(self, screen: VaultScreen, typed: str = "") -> None:
        super().__init__()
        self._below = screen
        self._line = Line(typed, "Command, note or habit, or type a command: tag +read")
        self.rows: _Offers = _Offers()
        self._count = PieceLabel()
        self._actions: list[WorkingAction] = []
        self._answer = PendingAnswer(self, "palette")
        self._searched = ""

    def compose(self) -> ComposeResult:
        with dialog_box("Commands", ("enter", "run"), ("esc", "cancel")):
            with Horizontal(id="palette-line"):
                yield PieceLabel(Piece("> ", "key"))
                yield self._line
                yield self._count
            yield self.rows

    def on_mount(self) -> None:
        self.set_focus(self._line)
        self._actions = list_actions(self._below)
        self._search()

    # Results: commands and actions immediately, habits and notes from a thread.

    def on_input_changed(self) -> None:
        self._search()

    def _search(self) -> None:
        self._searched = self._line.value
        typed = self._searched.lstrip(": ")
        self._answer.drop()
        if not typed:
            actions = sorted(self._actions, key=lambda working: self._rank(working.action))
            offers = [
                self._offer_action(working)._replace(
                    section=RECENT if self._rank(working.action) < MAX_SHOWN_RECENT else COMMANDS
                )
                for working in actions
            ]
            self._show(offers)
            return
        found = [*self._find_commands(self._searched), *self._find_actions(typed)]
        self._show(sorted(found, key=_best_first), is_all=False)
        find, add = partial(find_in_vault, self._below, typed), partial(self._add, found)
        self._answer.ask(find, add)

    def _add(self, found: Iterable[Offer], more: Iterable[Offer]) -> None:
        selected, was_moved = self.rows.offer, self.rows.was_moved
        self._show(sorted([*found, *more], key=_best_first))
        if selected is not None and was_moved:
            self.rows.go_to(selected)

    def _show(self, offers: Sequence[Offer], *, is_all: bool = True) -> None:
        self.rows.placeholder = [[Piece("No results", "muted")]] if is_all else ()
        self.rows.show(offers)
        actions = sum(offer.section in (RECENT, COMMANDS) for offer in offers)
        self._count.show(Piece(f" {actions} of {len(self._actions)} ", "muted"))
        self.fit(self.rows, LIST_MARGIN)

    def _find_commands(self, typed: str) -> list[Offer]:
        """Return the typed command, or the usage of matching commands."""
        command = parse_typed_command(self._below, typed)
        if isinstance(command, TypedCommand):
            title = clean_line(command.title)
            return [Offer(WHOLE_COMMAND_SCORE, title, "enter run", command.run)]
        why = clean_line(command or "")
        offers = []
        for verb in match_verbs(typed, has_notes=bool(self._below.chosen_notes())):
            # Keep arguments after a complete verb, so that they can be corrected.
            rest = typed if " " in typed.strip() else f"{verb.usage.partition(' ')[0]} "
            reopen = partial(self._reopen, rest)
            offers.append(Offer(USAGE_SCORE, verb.usage, why or verb.about, reopen))
        return offers

    def _reopen(self, typed: str) -> None:
        self.app.push_screen(Palette(self._below, typed))

    def _find_actions(self, typed: str) -> list[Offer]:
        """Return the actions with a similar title or command."""
        offers = []
        typed = typed.casefold()
        for working in self._actions:
            action = working.action
            score = max(_match(typed, text)[0] for text in (action.title, *action.also.split()))
            if typed == action.command:
                score = WHOLE_COMMAND_SCORE
            elif action.command.startswith(typed):
                score = max(score, PREFIX_SCORE)
            if score > 0:
                score *= 1 + RECENT_BOOST / (1 + self._rank(action))
                marks = _match(typed, action.title)[1]
                offers.append(self._offer_action(working)._replace(score=score, marks=marks))
        return offers

    def _offer_action(self, working: WorkingAction) -> Offer:
        action, app = working.action, program(self)
        active, is_editing = self._below.active_bindings, _is_editing(self._below)
        # Only the keys that run this action on this screen.
        working_keys = [
            key
            for key in action_keys(action, app.own_keys)
            if (
                action in app.added_actions or active[key].binding.id == action.id
                if key in active
                else not is_editing
            )
        ]
        keys = key_labels(action, {**app.own_keys, action.id: ",".join(working_keys)}, 1)
        if is_editing:
            keys = next((name for name in map(format_key, working_keys) if len(name) > 1), "")

        def run() -> object:
            used = [action.id, *(other for other in app.place.used.split() if other != action.id)]
            app.place.used = " ".join(used[:MAX_RECENT])
            return app.run_action(working.method, working.node)

        label = self._below.labels.get(action.id)  # a different name on this screen
        title, about = (label.capitalize(), "") if label else (action.title, action.help)
        return Offer(0.0, title, about, run, key=keys)

    def _rank(self, action: Action) -> int:
        used = program(self).place.used.split()
        return used.index(action.id) if action.id in used else MAX_RECENT

    def action_switch(self) -> None:
        """Run the selected row after the results for the complete text have arrived."""
        if self._searched != self._line.value:
            self._search()
        if (offer := self.rows.offer) is not None and offer.score == WHOLE_COMMAND_SCORE:
            self._choose()
        else:
            self._answer.when_ready(self._choose, seconds=CHOICE_SECONDS)

    def _choose(self) -> None:
        if (offer := self.rows.offer) is not None and self.app.screen_stack[-1:] == [self]:
            self.dismiss()
            self.app.call_later(offer.run)

    def on_unmount(self) -> None:
        self._answer.drop()


def find_in_vault(screen: VaultScreen, typed: str) -> list[Offer]:
    """Return habits to check in and notes to open, by title."""
    vault = screen.vault
    offers: list[Offer] = []
    habits: Sequence[HabitView] = ()
    hits: Sequence[Hit] = ()
    with suppress(NotekeepError):  # other screens show these errors
        hits = vault.search.suggest(typed, limit=MAX_NOTES).hits
        habits = vault.habits.views()
    for habit in habits:
        title = clean_line(habit.title)
        score, marks = _match(typed, title)
        if score > 0 and not habit.is_archived:
            tick = partial(_tick, screen, habit.id, title)
            offers.append(Offer(score, title, "Mark as done today", tick, marks, section=HABITS))
    for hit in hits:
        row, title = hit.row, clean_line(hit.row.title)
        score, marks = _match(typed, title)
        about = clean_line(row.title_suffix) or next(iter(row_details(row, screen.today)), "")
        run = partial(screen.post_message, OpenNote(row.path))
        found = Offer(score or 0.01, title, about, run, marks, section=NOTES, path=row.path)
        sign, opened = kind_sign(row.kind, screen.glyphs).text, vault.open_counts.last(row.path)
        offers.append(found._replace(sign=sign, opened=opened))
    return offers


def _match(typed: str, text: str) -> tuple[float, list[tuple[int, int]]]:
    """Return the score of a text, 0 for no match, and the spans of matching letters."""
    score, places = FuzzySearch().match(typed, text)
    marks = [(place, place + 1) for place in places if not text[place].isspace()]
    return score, marks if score else []


def _tick(screen: VaultScreen, habit: str, title: str) -> None:
    check_in = partial(screen.vault.habits.check_in, habit, "done", screen.today)
    screen.check_in(check_in, f"Checked in: {title}: done")
