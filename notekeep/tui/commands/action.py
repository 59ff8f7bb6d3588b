"""Actions, the notation of keys, and sequences of two keys."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple


class Action(NamedTuple):
    """An action that a user can run."""

    id: str  # a stable name, used in key maps: "new-note"
    title: str  # the name in the palette
    keys: tuple[str, ...]  # the default keys; if empty, the action is only in the palette
    label: str = ""  # the name in the footer; "" hides it there
    command: str = ""  # the equivalent shell command
    also: str = ""  # search keywords for the palette
    help: str = ""  # one or two sentences
    context: str = ""  # where the action works, a key of `registry.CONTEXTS`

    @property
    def call(self) -> str:
        """The action string for Textual: a method without `action_`, with its arguments."""
        return CALLS.get(self.id) or self.id.replace("-", "_")

    def with_help(self, sentence: str) -> Action:
        return self._replace(help=sentence)


def action(id: str, title: str, keys: str, **more: str) -> Action:
    """Return an action; `keys` are separated by spaces."""
    return Action(id, title, tuple(keys.split()), **more)


def in_context(context: str, *actions: Action) -> tuple[Action, ...]:
    """Return actions with their context set."""
    return tuple(each._replace(context=context) for each in actions)


CALLS = {
    "note-before": "go_along(-1)",
    "note-after": "go_along(1)",
    "next-link": "go_to_link(1)",
    "previous-link": "go_to_link(-1)",
    "next-passage": "go_to_passage(1)",
    "previous-passage": "go_to_passage(-1)",
    "next-column": "move_column(1)",
    "previous-column": "move_column(-1)",
    "more-stars": "change_stars(0.5)",
    "fewer-stars": "change_stars(-0.5)",
    "later-day": "move_days(1)",
    "earlier-day": "move_days(-1)",
    "later-week": "move_days(7)",
    "earlier-week": "move_days(-7)",
    "later-month": "move_months(1)",
    "earlier-month": "move_months(-1)",
    "find-next": "find(1)",
    "find-previous": "find(-1)",
    "miss": "log('miss')",
    "skip": "log('skip')",
    "day-before": "move_days(-1)",
    "day-after": "move_days(1)",
    "review": "review('week')",
    "review-month": "review('month')",
    "change-this-habit": "change_habit",
    "next-habit": "turn_habit(1)",
    "previous-habit": "turn_habit(-1)",
    "year-before": "turn_year(-1)",
    "year-after": "turn_year(1)",
    "view-before": "turn_view(-1)",
    "view-after": "turn_view(1)",
    "books-before": "turn_year(-1)",
    "books-after": "turn_year(1)",
    "keep-mine": "keep('mine')",
    "keep-theirs": "keep('theirs')",
    "keep-both": "keep('both')",
    "step-field": "step_field(1)",
    "step-field-back": "step_field(-1)",
    "show-today": "switch_mode('today')",
    "open-daily": "open_periodic('daily')",
    "open-weekly": "open_periodic('weekly')",
    "open-monthly": "open_periodic('monthly')",
    "show-browse": "switch_mode('browse')",
    "show-habits": "switch_mode('habits')",
    "show-publish": "switch_mode('publish')",
    "show-conflicts": "show_overlay('conflicts')",
    "show-proposals": "show_overlay('proposals')",
    "show-steps": "show_overlay('steps')",
    "show-agenda": "show_overlay('agenda')",
    "show-tasks": "show_overlay('tasks')",
    "show-books": "show_overlay('books')",
    "show-bases": "show_overlay('bases')",
    "import-files": "show_overlay('ask-import')",
    "show-quotes": "show_overlay('quotes')",
    "show-recall": "show_overlay('recall')",
    "favourite-quote": "toggle_favourite",
    "favourite-passage": "toggle_favourite",
    "open-passage": "open_quote",
    "grade-again": "answer('again')",
    "grade-hard": "answer('hard')",
    "grade-good": "answer('good')",
    "grade-easy": "answer('easy')",
    "keep-passage": "answer('keep')",
    "stop-passage": "answer('stop')",
    "show-trash": "show_overlay('trash')",
    "switch-vault": "show_overlay('vaults')",
    "change-theme": "show_overlay('themes')",
    "go": "wait_for_second('go')",
    "control-x": "wait_for_second('control-x')",
    "twice-d": "wait_for_second('twice-d')",
    "twice-z": "wait_for_second('twice-z')",
    "line-up": "step(-1)",
    "line-down": "step(1)",
    "page-up": "step_page(-1)",
    "page-down": "step_page(1)",
    "switcher-down": "step(1)",
    "switcher-up": "step(-1)",
    "next-kind": "step_kind(1)",
    "previous-kind": "step_kind(-1)",
    "apply-dialog": "press_key('enter')",
    "close-switcher": "dismiss",
    "leave-cell": "dismiss",
}
"""Action strings that differ from the ID of the action."""


# The notation of keys.
_OWN_NAMES = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "plus_sign": "plus",
    "hyphen_minus": "minus",
    "low_line": "underscore",
    "commercial_at": "at",
}
"""Characters whose names in Textual and Unicode differ."""


def _sign_name(sign: str) -> str:
    name = unicodedata.name(sign).lower().replace(" ", "_").replace("-", "_")
    return _OWN_NAMES.get(name, name)


_NAMES = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "esc",
    **{_sign_name(sign): sign for sign in "?!:/*+=[](){},.-<>_;'\"`^~\\|#$%&@"},
}
_SIGNS = {sign: name for name, sign in _NAMES.items()}
_OTHERS = frozenset({"enter", "tab", "space", "backspace", "delete", "insert", "home", "end"})
"""Keys that are displayed by name."""
_ALIASES = {"esc": "escape", "spc": "space", "bs": "backspace", "del": "delete", "ins": "insert"}
_ALIASES |= {"return": "enter", "ret": "enter"}
_ALIASES |= {"pgup": "pageup", "pgdn": "pagedown", "pgdown": "pagedown"}
_MODIFIERS = {"ctrl": "ctrl", "c": "ctrl", "control": "ctrl", "shift": "shift", "s": "shift"}
_MODIFIERS |= dict.fromkeys(("alt", "a", "m", "meta", "opt", "option"), "alt")


def parse_key(written: str) -> str | None:
    """Return Textual's name of a key such as "?", "ctrl-d", "C-d", "PgUp", or None."""
    text = written.strip() or written[:1]
    if not text:
        return None
    if len(text) == 1:
        return "space" if text == " " else _SIGNS.get(text, text)
    *before, last = _parts(text)
    modifiers = [_MODIFIERS.get(name.lower()) for name in before]
    if None in modifiers:
        return None
    name = _key(last, is_modified=bool(before))
    if name is None:
        return None
    if modifiers == ["shift"] and len(name) == 1 and name.isalpha():
        return name.upper()  # as terminals send it
    order = ("alt", "ctrl", "shift")
    return "+".join([*(modifier for modifier in order if modifier in modifiers), name])


def _parts(text: str) -> list[str]:
    """Split modifiers and key: "ctrl+d", "ctrl-d", "<C-d>", "ctrl+-"."""
    if text[0] == "<" and text[-1] == ">" and len(text) > 2:
        text = text[1:-1]
    last = text[-1]
    joined = text[:-1].replace("-", "+") + last if last in "+-" else text.replace("-", "+")
    if joined[-1] in "+-" and len(joined) > 1 and joined[-2] == "+":
        return [*joined[:-2].split("+"), joined[-1]]
    return joined.split("+")


def _key(text: str, *, is_modified: bool) -> str | None:
    if len(text) == 1:
        return _SIGNS.get(text, text.lower() if is_modified else text)
    lower = text.lower()
    name = _ALIASES.get(lower, lower)
    is_function = name[:1] == "f" and name[1:].isdigit() and 1 <= int(name[1:]) <= 24
    return name if name in _NAMES or name in _OTHERS or is_function else None


def format_key(key: str) -> str:
    """Return a key for display: "/" for "slash", "F1" for "f1"."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if last in _NAMES:
        last = _NAMES[last]
    elif last.startswith("f") and last[1:].isdigit():
        last = last.upper()
    return "+".join([*modifiers, last])


def format_keys(keys: Iterable[str]) -> str:
    """Return keys for display, separated by commas."""
    return ", ".join(format_key(key) for key in keys)


# Sequences of two keys: `g t`, and the sequences of Vim and Emacs.


class Second(NamedTuple):
    """The second key of a sequence."""

    key: str
    action: str  # the ID of the action
    name: str  # the name in the menu


GO_KEYS: tuple[Second, ...] = (
    Second("t", "show-today", "Today"),
    Second("b", "show-browse", "Browse"),
    Second("h", "show-habits", "Habits"),
    Second("p", "show-publish", "Publish"),
    Second("c", "show-conflicts", "Conflicts"),
    Second("s", "show-steps", "Steps"),
    Second("a", "show-agenda", "Agenda"),
    Second("x", "show-tasks", "Tasks"),
    Second("q", "show-quotes", "Quotes"),
    Second("r", "show-recall", "Recall"),
    Second("y", "show-books", "Books"),
    Second("o", "show-proposals", "Proposals"),
    Second("v", "switch-vault", "Vaults"),
    Second("i", "import-files", "Import"),
    Second("d", "open-sample", "Sample"),
    Second("g", "first-line", "Top"),
)

SECOND_KEYS: dict[str, tuple[Second, ...]] = {
    "go": GO_KEYS,
    "control-x": (
        Second("ctrl+s", "save", "save"),
        Second("ctrl+c", "quit", "quit"),
        Second("ctrl+f", "switch-note", "another note"),
        Second("b", "switch-note", "another note"),
        Second("k", "finish", "done"),
        Second("u", "undo", "undo"),
    ),
    "twice-d": (Second("d", "delete", "delete"),),
    "twice-z": (Second("Z", "quit", "quit"), Second("Q", "quit", "quit")),
}
"""The second keys of each action that starts a sequence."""


def menu(seconds: Iterable[Second], width: int) -> str:
    """Return the possible second keys; if they do not fit, omit names, the last names first."""
    keys = [(format_key(second.key), second.name) for second in seconds]
    text = ""
    for named in reversed(range(len(keys) + 1)):
        words = [f"{key} {name}" for key, name in keys[:named]] + [key for key, _ in keys[named:]]
        for gap in ("  ", " "):
            text = gap.join(words)
            if len(text) <= width:
                return text
    return text


def format_sequence(first: str, second: str) -> str:
    """Return a sequence for display: "gt", "ctrl+x ctrl+s"."""
    names = format_key(first), format_key(second)
    return ("" if max(map(len, names)) == 1 else " ").join(names)
