"""Help: the keys of a screen, and an explanation of a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.widgets import Input

from notekeep.errors import NotekeepError, UsageError
from notekeep.habits.calendar import ASCII_MARKS, UNICODE_MARKS
from notekeep.markdown.sanitize import clean_line
from notekeep.search.session import QueryPart
from notekeep.tui.commands.action import Action
from notekeep.tui.commands.registry import (
    ACTION_PLACES,
    ACTIONS_BY_ID,
    CONTEXTS,
    actions_at_place,
    actions_in_context,
    is_offered,
    key_labels,
)
from notekeep.tui.dialogs.dialog import Dialog, dialog_box
from notekeep.tui.keyboard import bindings
from notekeep.tui.program import program
from notekeep.tui.render.formatting import kind_name, plural
from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    fit_line,
    pad_line,
    section_line,
    spread_line,
    wrap_line,
)
from notekeep.tui.widgets.line_view import DiffView
from notekeep.vault import Vault

KEYS_WIDTH = 18
TITLE_WIDTH = 22
WIDE = 64  # from this width, the help of an action is next to its title, else below it

QUERY_LINES: tuple[tuple[str, str], ...] = (
    ("naval leverage", "notes with both words"),
    ('"exact phrase"', "words in a row"),
    ("lever*  nawal~", "start of words, words with a typo"),
    ("a OR b  -c", "either one, without c"),
    ("type:book rating>=4", "kinds, fields, numbers"),
    ("tag:learning/ml", "a tag and its child tags"),
    ("finished:2026-01..2026-03", "dates, ranges, last-week, >=yesterday"),
    ("is:draft  has:cover  no:rating", "status, and fields that exist or are missing"),
    ('to:"Atomic Habits"', "notes that link to it"),
    ("title:x  body:x  line:(a b)", "words in a certain place"),
    ("sort:-finished", "sort order"),
)
"""The query language by example."""

ABOUT = (
    "Everything here is also a command: notekeep --help. To change keys: notekeep keys --help. "
    "Hold shift to select text with the mouse."
)
MOST_USED_KEYS = ("enter", "e", "n", "slash", "u", "ctrl+p", "ctrl+q")
"""The keys at the top, on screens without a text input."""
LOGGING_KEYS = {"habits": ("space", "plus", "x", "y"), "today": ("space", "plus", "x")}
"""Additional keys at the top of some screens."""


def help_lines(
    place: str,
    own_keys: Mapping[str, str],
    glyphs: Glyphs,
    width: int,
    words: str = "",
    added: Sequence[Action] = (),
) -> list[StyledLine]:
    """Return the help for a place, or the actions that match the words of a search.

    `added` are the user's own commands and the actions of extensions.
    """
    lines: list[StyledLine] = []
    if place == "search" and not words:
        head, _, *queries = query_lines(width)
        lines += [head, *queries, []]
    contexts = ACTION_PLACES[place]
    is_page = "app" in contexts and "lines" in contexts  # without a text input
    if is_page and not words:
        lines.append(section_line("Most used", "", width, glyphs))
        for action in _most_used(place):
            lines += _action(action, own_keys, width)
        lines.append([])
    others = [other for other in CONTEXTS if words and other not in contexts]
    for context in (*contexts, *others):
        actions = [
            action
            for action in actions_in_context(context, added)
            if is_offered(action, own_keys) and _is_about(action, words, own_keys)
        ]
        if not actions:
            continue
        if context == "app" and not words:
            lines += _sign_lines(place, glyphs, width)
        if context == contexts[0] and not words and "app" in contexts and not is_page:
            actions.append(ACTIONS_BY_ID["quit"])  # visible without scrolling
        lines.append(section_line(CONTEXTS[context], "", width, glyphs))
        for action in actions:
            lines += _action(action, own_keys, width)
        lines.append([])
    if words and not lines:
        return [[Piece("No key or command for ", "muted"), Piece(clean_line(words), "strong")]]
    return lines if words else lines + wrap_line([Piece(ABOUT, "faint")], width)


def _most_used(place: str) -> Iterator[Action]:
    for key in (*LOGGING_KEYS.get(place, ()), *MOST_USED_KEYS):
        actions = (action for action in actions_at_place(place) if key in action.keys)
        yield from islice(actions, 1)


def _sign_lines(place: str, glyphs: Glyphs, width: int) -> list[StyledLine]:
    signs = [
        [*pad_line([Piece(sign)], KEYS_WIDTH), Piece(text, "muted")]
        for sign, text in signs_at(place, glyphs)
    ]
    return [section_line("Signs", "", width, glyphs), *signs, []] if signs else []


def signs_at(place: str, glyphs: Glyphs) -> list[tuple[str, str]]:
    """Return the symbols of a screen and their meanings."""
    marks = (ASCII_MARKS if glyphs.is_ascii else UNICODE_MARKS).marks
    habits = [
        (marks["done"], "done"),
        (marks["partial"], "partly done"),
        (marks["missed"], "missed"),
        (marks["ok"], "within the limit so far"),
        (marks["skipped"], "skipped"),
        (marks["paused"], "paused"),
        (marks["at risk"], "at risk: missed the last time, or the last day"),
        ("?", "entries that contradict each other"),
        (glyphs.task_open, "open"),
    ]
    tiles = "".join(dict.fromkeys(glyphs.tiles[1:]))
    days = [
        ("[ ]", "the chosen day; in a year, today"),
        (tiles, "a day of an earlier week; brighter is more of the goal"),
        (glyphs.rule, "a paused day of an earlier week"),
    ]
    late = [(glyphs.warning, "a late task")]
    tasks = [(glyphs.task_open, "open"), (glyphs.task_done, "done"), *late]
    tasks.append((glyphs.repeats, "repeats"))
    kinds = [(sign, kind_name(kind)) for kind, sign in glyphs.kinds.items()]
    notes = [
        *kinds,
        (glyphs.marked, "marked"),
        (glyphs.warning, "needs attention"),
        (glyphs.private, "private"),
        (f"{glyphs.star}{glyphs.half_star}{glyphs.no_star}", "rating"),
        (f"{glyphs.closed} {glyphs.open}", "folded, open"),
    ]
    signs = {
        "today": [*habits, *late, *kinds],
        "habits": [*habits, *days],
        "habit-detail": [*habits[:-1], days[0]],
        "tasks": tasks,
        **dict.fromkeys(("list", "grid", "preview", "sidebar"), notes),
    }.get(place, [])
    texts: dict[str, str] = {}
    for sign, text in signs:
        texts[sign] = f"{texts[sign]}; {text}" if sign in texts else text
    return [*texts.items()]


def _is_about(action: Action, words: str, own_keys: Mapping[str, str]) -> bool:
    """Whether each word occurs in the texts of an action or is one of its keys."""
    keys = key_labels(action, own_keys).replace(",", "")
    text = f"{action.title} {action.help} {action.command}".casefold()
    return all(word.casefold() in text or word in keys.split() for word in words.split())


def query_lines(width: int) -> list[StyledLine]:
    """Return the query language by example."""
    lines: list[StyledLine] = [[Piece("Search syntax", "title")], []]
    for example, meaning in QUERY_LINES:
        left = pad_line([Piece(example, "code-string")], min(34, width // 2))
        lines.append([*left, Piece(f"  {meaning}", "muted")])
    return lines


def _action(action: Action, own_keys: Mapping[str, str], width: int) -> list[StyledLine]:
    keys = key_labels(action, own_keys)
    palette = key_labels(ACTIONS_BY_ID["palette"], own_keys, 1)
    name = [Piece(keys or palette, "key" if keys else "faint")]
    title = [Piece(action.title, "bright")]
    if width < WIDE:
        first = [*pad_line(name, min(KEYS_WIDTH, width // 2)), *title]
        about = wrap_line([Piece(action.help, "muted")], width - 2)
        return [fit_line(first, width), *([Piece("  "), *row] for row in about)]
    left = [*pad_line(name, KEYS_WIDTH), *pad_line(title, TITLE_WIDTH)]
    about = wrap_line([Piece(action.help, "muted")], width - KEYS_WIDTH - TITLE_WIDTH)
    blank = Piece(" " * (KEYS_WIDTH + TITLE_WIDTH))
    return [[*left, *about[0]], *([blank, *row] for row in about[1:])]


class _HelpPage(DiffView):
    BINDINGS = bindings("help", run_on_screen=("search-help",))


class HelpScreen(Dialog[None]):
    """The keys of a place."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place
        self._page = _HelpPage()
        self._box = Input(placeholder="Search keys and commands", compact=True)

    def compose(self) -> ComposeResult:
        with dialog_box("Help", ("/", "search"), ("esc", "close"), classes="-tall-box"):
            yield self._box
            yield self._page

    def on_mount(self) -> None:
        self._box.display = False
        self._page.focus()
        self._show("")

    def _show(self, words: str) -> None:
        place, own_keys, glyphs = self._place, program(self).own_keys, self.glyphs
        added = program(self).added_actions
        self._page.show(lambda width: help_lines(place, own_keys, glyphs, width - 1, words, added))

    def action_search_help(self) -> None:
        self._box.display = True
        self._box.focus()

    async def action_dismiss(self, result: None = None) -> None:
        if self._box.display:
            self._box.value = ""
            self._box.display = False
            self._page.focus()
        else:
            self.dismiss(result)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def on_input_submitted(self) -> None:
        self._page.focus()

    def on_key(self, event: events.Key) -> None:
        """Close with the key that opened help; move down from the search box."""
        if event.key == "question_mark" and not self._box.has_focus:
            event.stop()
            self.dismiss(None)
        elif event.key == "down" and self._box.has_focus:
            event.stop()
            self._page.focus()


class QueryExplanation(NamedTuple):
    """The meaning of a query."""

    parts: Sequence[QueryPart]
    order: str = ""  # sort order and limit, as text
    error: UsageError | None = None  # the error if the query were finished


def explain_query(vault: Vault, typed: str) -> QueryExplanation:
    """Explain a query, which may be unfinished."""
    query = vault.search.parse(typed, typing=True)
    error = query.error
    try:
        vault.search.parse(typed, pasted=True)
    except UsageError as strict:
        error = strict
    order = [
        f"sorted by {key.field}, {'descending' if key.descending else 'ascending'}"
        for key in query.order
    ]
    if query.limit is not None:
        order.append(f"first {query.limit} only")
    parts = [] if query.error else vault.search.explain_parts(typed)
    return QueryExplanation(parts, "; ".join(order), error)


def explain_lines(
    typed: str, explanation: QueryExplanation, width: int, glyphs: Glyphs
) -> list[StyledLine]:
    """Return an explanation as lines, with the error first."""
    if explanation.error is not None:
        lines = list(_error_lines(typed, explanation.error, width, glyphs))
        if explanation.parts:
            about = [Piece("The part that can be read searches for", "muted")]
            lines += [[], *wrap_line(about, width)]
    else:
        lines = [*wrap_line([Piece(clean_line(typed), "code-string")], width), []]
    for part in explanation.parts:
        text = Piece("  " * part.depth + clean_line(part.text))
        count = Piece("not counted", "faint")
        if part.notes is not None:
            count = Piece(plural(part.notes, "note"), "muted" if part.notes else "warn")
        lines.append(spread_line([text], [count], width))
    if explanation.order:
        lines += [[], *wrap_line([Piece(clean_line(explanation.order), "muted")], width)]
    return lines


def _error_lines(typed: str, error: UsageError, width: int, glyphs: Glyphs) -> Iterator[StyledLine]:
    """Yield the query with a mark below the error, then the message."""
    at = error.position if error.text else None
    text = clean_line(error.text or typed)
    first = 0
    if at is not None and at >= width - 1:
        # Show only the part of a long query around the error.
        first = at - width // 2
        text = text[first:]
    yield [Piece(text[:width], "code-string")]
    if at is not None:
        yield [Piece(" " * (at - first)), Piece("^", "warn")]
    about = [Piece(f"{glyphs.warning} {clean_line(error.message)}", "warn")]
    yield from wrap_line(about, width)
    if error.hint:
        yield from wrap_line([Piece(clean_line(error.hint), "muted")], width)


class ExplainScreen(Dialog[None]):
    """The meaning of a query, or the query language by example."""

    def __init__(self, typed: str, type_into_box: Callable[[str], object]) -> None:
        super().__init__()
        self._typed, self._type_into_box = typed, type_into_box
        self._page = DiffView()
        self._explanation: QueryExplanation | None = None

    def compose(self) -> ComposeResult:
        title = "What the search means" if self._typed else "How to search"
        with dialog_box(title, ("esc", "close")):
            yield self._page

    def on_mount(self) -> None:
        self._page.focus()
        self._page.show(self._lines)
        if self._typed:
            self.load("explain", partial(explain_query, self.vault, self._typed), self._show)

    def _lines(self, width: int) -> list[StyledLine]:
        if not self._typed:
            return query_lines(width)
        if self._explanation is None:
            return [[Piece(clean_line(self._typed), "code-string")]]
        return explain_lines(self._typed, self._explanation, width, self.glyphs)

    def _show(self, explanation: QueryExplanation) -> None:
        self._explanation = explanation
        self._page.show(self._lines)
        self.fit(self._page, margin=5)

    def show_problem(self, error: NotekeepError) -> None:
        self._show(QueryExplanation([], clean_line(f"{error.message} {error.hint}")))

    def on_resize(self) -> None:
        self.call_after_refresh(self.fit, self._page, 5)

    def on_key(self, event: events.Key) -> None:
        # Typing closes this screen and continues in the search box.
        if event.is_printable and event.character:
            event.stop()
            self._type_into_box(event.character)
            self.dismiss()
