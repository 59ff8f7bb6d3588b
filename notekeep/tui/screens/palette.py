"""What the palette offers: actions that work here, commands, habits and notes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding
from textual.command import (
    Command,
    CommandInput,
    CommandList,
    CommandPalette,
    DiscoveryHit,
    Hit,
    Provider,
)
from textual.content import Content
from textual.markup import escape
from textual.widgets import Input, OptionList

from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.commands.registry import ACTIONS, ACTIONS_BY_ID, is_offered, key_labels
from notekeep.tui.dialogs.dialog import find_clicked
from notekeep.tui.dialogs.prompts import HEIGHT_CLASSES
from notekeep.tui.keyboard import CHOICE_SECONDS
from notekeep.tui.messages import OpenNote
from notekeep.tui.notifications import notify_check_in
from notekeep.tui.render.formatting import kind_name
from notekeep.tui.screens.typed_commands import explain_no_command, match_verbs, parse_typed_command
from notekeep.tui.screens.vault_screen import VaultScreen, program
from notekeep.tui.textual_compat import PacedScreen, bindings_of
from notekeep.tui.workers import in_background

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from typing import Self

    from textual import events
    from textual.app import ComposeResult
    from textual.await_complete import AwaitComplete
    from textual.command import Hits
    from textual.dom import DOMNode
    from textual.fuzzy import Matcher

    from notekeep.tui.commands.action import Action

MAX_NOTES = 20
WHOLE_COMMAND_SCORE, USAGE_SCORE, PREFIX_SCORE = 1000.0, 500.0, 0.5
"""Scores: what was typed whole, how it may be typed, and a command that begins like it."""
RECENT_BOOST = 0.5
"""How much higher stands what was chosen last."""
MAX_RECENT = 12
"""So many of the actions that were chosen are kept in mind."""
RETRY_SECONDS = 0.02
"""Seconds after which enter is looked at again, while what it is about is still looked for."""
_HIDDEN = {"lines", "switcher", "dialog", "search", "task-filter"}
"""Contexts whose actions make no sense when they are chosen by name."""


class ActionOffer(NamedTuple):
    """An action that works where the palette was opened, and the node it works on."""

    action: Action
    method: str
    node: DOMNode


def list_offers(screen: VaultScreen) -> list[ActionOffer]:
    """Return the actions that work on a screen, nearest to the focus first."""
    found: dict[str, ActionOffer] = {}
    for active in screen.active_bindings.values():
        action = ACTIONS_BY_ID.get(active.binding.id or "")
        if action is not None and action.context not in _HIDDEN and active.enabled:
            found.setdefault(action.id, ActionOffer(action, active.binding.action, active.node))
    # What can be done here does not depend on which pane has the focus, or on whether its keys
    # are typed into a box.
    for part in (*screen.focus_chain, screen, screen.app):
        for binding in bindings_of(part):
            action = ACTIONS_BY_ID.get(binding.id or "")
            if action is not None and action.context not in _HIDDEN:
                found.setdefault(action.id, ActionOffer(action, binding.action, part))
    for action in ACTIONS:
        if not action.keys:
            node = next((n for n in (screen, screen.app) if _has(n, action)), None)
            if node is not None:
                found.setdefault(action.id, ActionOffer(action, action.method, node))
    own_keys = program(screen).own_keys
    return [offer for offer in found.values() if is_offered(offer.action, own_keys)]


def _has(node: DOMNode, action: Action) -> bool:
    return hasattr(node, f"action_{action.method}")


class _Commands(CommandList):
    """The list of what was found; a click on what it showed a moment ago chooses nothing else."""

    def add_options(self, new_options: Iterable[Any]) -> Self:
        # Textual sorts by score alone, and leaves equals in the order in which they were found.
        return super().add_options(sorted(new_options, key=_best_first))

    def on_click(self, event: events.Click) -> None:
        option = event.style.meta.get("option")
        if option is not None and option >= self.option_count:
            event.prevent_default()


class Palette(CommandPalette, PacedScreen[None]):
    """Textual's palette in our own looks; its styles are read when it is first opened."""

    DEFAULT_CSS = """
    Palette > Vertical {
        background: $panel;
        border: round $border-blurred;
        margin: 2 0 0 0;
        max-width: 84;
    }

    Palette.-flat > Vertical {
        margin: 0;
    }

    Palette #--input {
        border: none;
        padding: 0 1;
    }

    Palette SearchIcon {
        display: none;
    }

    Palette #--results {
        border: none;
        background: $panel;
    }

    Palette CommandList {
        background: $panel;
        border: none;
    }

    Palette CommandList > .option-list--option-highlighted {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
    }

    Palette > .command-palette--highlight {
        color: $accent;
        text-style: bold underline;
    }
    """

    VERTICAL_BREAKPOINTS = HEIGHT_CLASSES
    BINDINGS: ClassVar = [
        Binding(
            ",".join(ACTIONS_BY_ID[action].keys),
            does,
            ACTIONS_BY_ID[action].title,
            id=action,
            show=False,
        )
        for action, does in (
            ("switcher-down", "cursor_down"),
            ("switcher-up", "command_list('cursor_up')"),
            ("dismiss", "escape"),
        )
    ]
    """Its list is gone through as that of the quick switch."""

    CHOOSES_WITH: ClassVar[str] = "enter"
    """The key that chooses: pressed twice, before it is answered, it chooses once."""

    def __init__(self, typed: str = "") -> None:
        super().__init__(
            providers=[TypedCommands, ActionCommands, HabitCommands, NoteCommands],
            placeholder="An action, a note, a habit, or a command: tag +read",
        )
        self._typed = typed

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            yield _Commands() if isinstance(widget, CommandList) else widget

    def on_mount(self, event: events.Mount) -> None:
        if self not in self.app.screen_stack:
            event.prevent_default()  # it was left before it was there
            return
        if self._typed:
            field = self.query_one(CommandInput)
            field.value = self._typed
            field.action_end()

    @on(Input.Submitted)
    def _run_what_was_typed(self, event: Input.Submitted) -> None:
        """Do what stands there by now, and never what was offered for less than that."""
        if self._is_done:
            event.stop()
            event.prevent_default()
            return
        keyboard = program(self).keyboard
        screen = self.app.screen_stack[-2]
        chosen = self.query_one(CommandList).highlighted
        is_first = not chosen
        command = (
            parse_typed_command(screen, event.value) if isinstance(screen, VaultScreen) else None
        )
        if command is not None and is_first:
            event.stop()
            event.prevent_default()
            self.app.call_later(command.run)
            self.dismiss()
        elif self._is_gathering:
            event.stop()
            event.prevent_default()
            keyboard.hold(self, seconds=CHOICE_SECONDS)
            self.set_timer(RETRY_SECONDS, self.query_one(CommandInput).action_submit)
        elif chosen is not None and self.query_one(CommandInput).has_class("--list-visible"):
            # Textual goes on from here, and what was chosen comes up from the list.
            keyboard.hold(self, seconds=CHOICE_SECONDS)
        else:
            keyboard.release(self)

    def on_click(self, event: events.Click) -> None:
        if find_clicked(self, event) is None:
            event.prevent_default()

    @property
    def _is_done(self) -> bool:
        """Whether something was chosen already, and only the screen has not gone yet."""
        return self.app.screen_stack[-1:] != [self]

    @on(OptionList.OptionSelected)
    def _choose_once(self, event: OptionList.OptionSelected) -> None:
        if self._is_done:
            event.stop()
            event.prevent_default()

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Leave, and give back the keys behind enter, which are for what was chosen."""
        # Before its list is gone, into which a search would put what it finds.
        self.workers.cancel_node(self)
        gone = super().dismiss(result)
        program(self).keyboard.release(self)
        return gone

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # A key may come before the list was laid out and has pages, or when it is gone.
        commands = self.query_one_optional(CommandList)
        if action == "command_list" and not (commands is not None and commands.size):
            return False
        if action == "cursor_down" and commands is None:
            return False
        return super().check_action(action, parameters)

    @property
    def _is_gathering(self) -> bool:
        """Whether commands are still being looked for."""
        return any(
            worker.node is self and not worker.is_finished and not worker.is_cancelled
            for worker in self.workers
        )


class TypedCommands(Provider):
    """What was typed as it would be on the command line."""

    async def search(self, query: str) -> Hits:
        """Yield the command that was typed, else how those are typed that begin so."""
        screen = self.screen
        if not isinstance(screen, VaultScreen):
            return
        command = parse_typed_command(screen, query)
        if command is not None:
            about = escape("enter does it")
            yield Hit(
                WHOLE_COMMAND_SCORE, Content(clean_line(command.title)), command.run, query, about
            )
            return
        why = explain_no_command(screen, query)
        for verb in match_verbs(query):
            name = verb.usage.partition(" ")[0]
            # What was typed behind a whole name stays there to be corrected.
            typed = query if " " in query.strip() else f"{name} "
            again = partial(self.app.push_screen, Palette(typed))
            about = escape(clean_line(why) or verb.about)
            yield Hit(USAGE_SCORE, Content(verb.usage), again, verb.usage, about)


class ActionCommands(Provider):
    """The actions of the registry, with their keys: the palette teaches them."""

    async def discover(self) -> Hits:
        """Yield every action, those first that were chosen last."""
        for offer in sorted(self._offers(), key=lambda one: self._rank(one.action)):
            title = offer.action.title
            yield DiscoveryHit(Content(title), self._run(offer), title, self._about(offer))

    async def search(self, query: str) -> Hits:
        """Yield the actions whose title, or whose command, is like what was typed."""
        typed = query.lstrip(": ").casefold()
        matcher = self.matcher(typed)
        for offer in self._offers():
            title = offer.action.title
            score = max(map(matcher.match, (title, *offer.action.also.split())))
            if typed == offer.action.command:
                score = WHOLE_COMMAND_SCORE
            elif offer.action.command.startswith(typed):
                score = max(score, PREFIX_SCORE)
            if score > 0:
                score *= 1 + RECENT_BOOST / (1 + self._rank(offer.action))
                shown = _highlight_typed(matcher, title)
                yield Hit(score, shown, self._run(offer), title, self._about(offer))

    def _offers(self) -> list[ActionOffer]:
        screen = self.screen
        return list_offers(screen) if isinstance(screen, VaultScreen) else []

    @property
    def _used(self) -> list[str]:
        return program(self.screen).place.used.split()

    def _rank(self, action: Action) -> int:
        used = self._used
        return used.index(action.id) if action.id in used else MAX_RECENT

    def _run(self, offer: ActionOffer) -> Callable[[], Awaitable[bool]]:
        place = program(self.screen).place
        used = [offer.action.id, *(one for one in self._used if one != offer.action.id)]

        def run() -> Awaitable[bool]:
            place.used = " ".join(used[:MAX_RECENT])
            return self.app.run_action(offer.method, offer.node)

        return run

    def _about(self, offer: ActionOffer) -> str:
        action = offer.action
        keys = key_labels(action, program(self.screen).own_keys, 2)
        return escape(f"{keys}  {action.help}" if keys else action.help)


class HabitCommands(Provider):
    """The habits of the vault: choosing one ticks it for today."""

    async def search(self, query: str) -> Hits:
        """Yield the habits whose title matches."""
        screen = self.screen
        if not isinstance(screen, VaultScreen):
            return
        matcher = self.matcher(query.lstrip(": "))
        vault = screen.vault
        try:
            known = await asyncio.to_thread(vault.habits)
        except NotekeepError:
            return  # the screen of habits says what is wrong
        for habit in known:
            title = clean_line(habit.title)
            score = matcher.match(title)
            if score > 0 and not habit.is_archived:
                tick = partial(_tick, screen, habit.id, title)
                yield Hit(
                    score,
                    _highlight_typed(matcher, title),
                    tick,
                    title,
                    "Tick this habit for today",
                )


@dataclass
class NoteHit(Hit):
    """A note that was found.

    Attributes:
        path: The note.
        opened: A number that is higher the later it was opened; -1 for never.
    """

    path: str = ""
    opened: int = -1


def _best_first(command: object) -> tuple[float, int, int, str, str]:
    """Return what sorts offers: by score, then opened last, shorter, by title, by path."""
    hit = command.hit if isinstance(command, Command) else None
    if not isinstance(hit, Hit):
        return 0.0, 0, 0, "", ""  # all that there is, in an order of its own
    text = hit.text or ""
    opened, path = (hit.opened, hit.path) if isinstance(hit, NoteHit) else (-1, "")
    return -hit.score, -opened, len(text), text.casefold(), path


class NoteCommands(Provider):
    """The notes of the vault, by title."""

    async def search(self, query: str) -> Hits:
        """Yield the notes whose title or alias matches."""
        screen = self.screen
        if not isinstance(screen, VaultScreen):
            return
        matcher = self.matcher(query.lstrip(": "))
        found = await asyncio.to_thread(screen.vault.suggest, query.lstrip(": "), limit=MAX_NOTES)
        for hit in found.hits:
            title = clean_line(hit.row.title)
            score = matcher.match(title) or 0.01
            told = f"{kind_name(hit.row.kind)}  {clean_line(hit.row.apart)}".rstrip()
            about = escape(told)
            path = hit.row.path
            open_it = partial(screen.post_message, OpenNote(path))
            opened = screen.vault.opened.last(path)
            yield NoteHit(
                score, _highlight_typed(matcher, title), open_it, title, about, path, opened
            )


def _highlight_typed(matcher: Matcher, title: str) -> Content:
    """Return a title with the letters marked that were typed; what looks like markup is none."""
    content = Content(title)
    score, places = matcher.fuzzy_search.match(matcher.query, title)
    for place in places if score else ():
        if not title[place].isspace():
            content = content.stylize(matcher.match_style, place, place + 1)
    return content


def _tick(screen: VaultScreen, habit: str, title: str) -> None:
    in_background(
        screen,
        lambda: screen.vault.log(habit, "done", screen.today),
        partial(notify_check_in, screen, f"{title}: done"),
        group="log",
    )
