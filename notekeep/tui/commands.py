"""What the palette offers: every action that works here, and every note."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.command import CommandPalette, DiscoveryHit, Hit, Provider
from textual.content import Content
from textual.markup import escape

from notekeep.markdown.clean import clean_line
from notekeep.tui.actions import ACTIONS, BY_ID, Action
from notekeep.tui.actions.spelling import key_names
from notekeep.tui.messages import OpenNote
from notekeep.tui.render.words import kind_name
from notekeep.tui.screens.base import VaultScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.command import Hits
    from textual.dom import DOMNode

NOTES = 20
_HIDDEN = {"lines", "switcher", "dialog", "search"}
"""Contexts whose actions make no sense when they are chosen by name."""


class Offer(NamedTuple):
    """An action that works where the palette was opened, and the node it works on."""

    action: Action
    method: str
    node: DOMNode


def offers(screen: VaultScreen) -> list[Offer]:
    """Return the actions that work on a screen, nearest to the focus first."""
    found: dict[str, Offer] = {}
    for active in screen.active_bindings.values():
        action = BY_ID.get(active.binding.id or "")
        if action is not None and action.context not in _HIDDEN and active.enabled:
            found.setdefault(action.id, Offer(action, active.binding.action, active.node))
    for action in ACTIONS:
        if not action.keys:
            node = next((n for n in (screen, screen.app) if _has(n, action)), None)
            if node is not None:
                found.setdefault(action.id, Offer(action, action.method, node))
    return list(found.values())


def _has(node: DOMNode, action: Action) -> bool:
    return hasattr(node, f"action_{action.method}")


class Palette(CommandPalette):
    """Textual's palette in our own looks; its styles are read when it is first opened."""

    DEFAULT_CSS = """
    Palette > Vertical {
        background: $panel;
        border: round $border-blurred;
        margin: 2 0 0 0;
        max-width: 84;
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

    def __init__(self) -> None:
        super().__init__(
            providers=[ActionCommands, NoteCommands],
            placeholder="An action, or the title of a note",
            id="--command-palette",
        )


class ActionCommands(Provider):
    """The actions of the registry, with their keys: the palette teaches them."""

    async def discover(self) -> Hits:
        """Yield every action."""
        for offer in self._offers():
            yield DiscoveryHit(
                Content(offer.action.title), self._run(offer), offer.action.title, _about(offer)
            )

    async def search(self, query: str) -> Hits:
        """Yield the actions whose title matches."""
        matcher = self.matcher(query)
        for offer in self._offers():
            score = matcher.match(offer.action.title)
            if score > 0:
                shown = matcher.highlight(offer.action.title)
                yield Hit(score, shown, self._run(offer), offer.action.title, _about(offer))

    def _offers(self) -> list[Offer]:
        screen = self.screen
        return offers(screen) if isinstance(screen, VaultScreen) else []

    def _run(self, offer: Offer) -> Callable[[], Awaitable[bool]]:
        return partial(self.app.run_action, offer.method, offer.node)


class NoteCommands(Provider):
    """The notes of the vault, by title."""

    async def search(self, query: str) -> Hits:
        """Yield the notes whose title or alias matches."""
        screen = self.screen
        if not isinstance(screen, VaultScreen):
            return
        matcher = self.matcher(query)
        for hit in screen.vault.suggest(query, limit=NOTES).hits:
            title = clean_line(hit.row.title)
            score = matcher.match(title) or 0.01
            about = escape(kind_name(hit.row.kind))
            open_it = partial(screen.post_message, OpenNote(hit.row.path))
            yield Hit(score, matcher.highlight(title), open_it, title, about)


def _about(offer: Offer) -> str:
    keys = key_names(offer.action.keys[:2])
    return escape(f"{keys}  {offer.action.help}" if keys else offer.action.help)
