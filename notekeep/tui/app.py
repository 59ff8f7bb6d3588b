"""The program: its screens, its keys, and what works from everywhere.

It starts with what the first frame needs and no more. After that frame, in this order: the note
under the cursor, a sweep of the vault, the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.css.query import NoMatches

from notekeep.errors import NotekeepError
from notekeep.markdown.clean import clean_line
from notekeep.tui import place as places
from notekeep.tui import prelude
from notekeep.tui.actions.keymaps import keymap, wrong_keys
from notekeep.tui.editor import Editors
from notekeep.tui.jobs import LONG, say
from notekeep.tui.keys import as_bound, bindings
from notekeep.tui.later import import_soon
from notekeep.tui.looks import Looks
from notekeep.tui.messages import (
    CreateNote,
    Indexing,
    OpenNote,
    PublishNotes,
    ShowQuery,
    VaultChanged,
    Working,
)
from notekeep.tui.render import glyphs as glyph_sets
from notekeep.tui.screens.base import VaultScreen
from notekeep.tui.screens.browse import BrowseScreen
from notekeep.tui.stopping import Stopping
from notekeep.tui.textual_compat import collect_when_idle, is_batching
from notekeep.tui.theme import THEMES, choose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.screen import Screen

    from notekeep.tui.sweeping import Sweeping
    from notekeep.tui.watching import Watching
    from notekeep.vault import Vault
    from notekeep.writing.plan import Done


SHOWN_SECONDS = 1.0
"""After so long the work that waits for the first frame begins in any case."""

WRITING_SECONDS = 0.002
"""What it takes to hand a frame to the terminal."""

GROWN_SECONDS = 2.0
"""How often the screens show more of a vault while it is read for the first time."""


class NotekeepApp(Stopping, Looks, App[None]):
    """notekeep on a terminal, over one vault.

    Attributes:
        first_frame: Set when something is seen; nothing begins in the background before.
        indexed: How much of the index is there while it is built, from 0 to 1; None once it is.
    """

    TITLE = "notekeep"
    CSS_PATH = "app.tcss"
    BINDINGS = bindings("app", priority=("quit", "control-x"))
    ENABLE_COMMAND_PALETTE = False
    DEFAULT_MODE: ClassVar[str] = places.BROWSE

    def __init__(
        self,
        vault: Vault,
        when_shown: Callable[[], None] | None = None,
    ) -> None:
        """Make the program.

        Args:
            vault: The vault.
            when_shown: Called once the first frame is out.
        """
        # Where there is to be no colour, the terminal's own is kept: nothing is sent at all.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.vault = vault
        self.place = places.load(vault.places.state)
        self.today = vault.today()
        settings = vault.settings
        self.glyphs = glyph_sets.choose(
            vault.person.glyphs or settings.glyphs, os.environ, settings.rating_max
        )
        self._generation: int | None = None
        self.indexed: float | None = None
        # What cannot be read is shown by the screen that asks for it.
        with contextlib.suppress(NotekeepError):
            # Before any screen reads the catalog: what changes after this is shown again.
            self._generation = vault.catalog.generation
            self.indexed = None if vault.count() else 0.0
        self._showed_at = 0.0
        self._when_shown = when_shown
        self._was_shown = False
        self.first_frame = asyncio.Event()
        self._screens: list[VaultScreen] = []
        self.editors = Editors(self)
        self.add_mode(places.TODAY, self._today_screen)
        self.add_mode(places.BROWSE, self._browse_screen)
        self.add_mode(places.HABITS, self._habits_screen)
        self.add_mode(places.PUBLISH, self._publish_screen)
        for theme in THEMES:
            self.register_theme(theme)
        wanted = vault.person.theme or self.place.theme
        no_colour = self.no_color and not vault.person.theme
        self.start_in(choose(wanted, self.available_themes, os.environ, no_colour=no_colour))
        if "TEXTUAL_ANIMATIONS" not in os.environ:
            self.animation_level = "none"
        self.own_keys = keymap(vault.person.keymap, vault.person.keys)
        self.set_keymap(as_bound(self.own_keys))

    @cached_property
    def _watching(self) -> Watching:
        from notekeep.tui.watching import Watching

        return Watching(self)

    @cached_property
    def _sweeping(self) -> Sweeping:
        from notekeep.tui.sweeping import Sweeping

        return Sweeping(self, self._watching.is_news)

    # Screens, each made when it is first shown.

    def _today_screen(self) -> Screen[None]:
        from notekeep.tui.screens.today import TodayScreen

        return self._made(TodayScreen(self.vault, self.glyphs, self.today))

    def _browse_screen(self) -> Screen[None]:
        return self._made(
            BrowseScreen(
                self.vault,
                self.glyphs,
                self.today,
                self.place.note,
                self.place.view,
            )
        )

    def _habits_screen(self) -> Screen[None]:
        from notekeep.tui.screens.habits import HabitsScreen

        return self._made(HabitsScreen(self.vault, self.glyphs, self.today))

    def _publish_screen(self) -> Screen[None]:
        from notekeep.tui.screens.publish import PublishScreen

        return self._made(PublishScreen(self.vault, self.glyphs, self.today))

    def _made(self, screen: VaultScreen) -> VaultScreen:
        self._screens.append(screen)
        return screen

    def vault_screens(self) -> Sequence[VaultScreen]:
        return self._screens

    # Start and end.

    def on_ready(self) -> None:
        self.call_after_refresh(self._shown)
        # A screen that is covered before its first frame never tells that it was shown.
        self.set_timer(SHOWN_SECONDS, self._shown)
        if not self.is_headless:
            self._listen_to_signals()

    def post_display_hook(self) -> None:
        # Textual calls this too where it drew nothing, as it does while it starts.
        if not self.first_frame.is_set() and not is_batching(self):
            self.first_frame.set()
            # The thread that writes has its turn, before all that comes after the first frame.
            time.sleep(WRITING_SECONDS)

    def _listen_to_signals(self) -> None:
        """End as after ctrl+q when the system or the terminal asks, so that it is left in order."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Windows has no such thing, and needs none.
            with contextlib.suppress(NotImplementedError, ValueError):
                loop.add_signal_handler(number, self._end, number)

    def _end(self, number: int) -> None:
        self.editors.keep()
        self._remember()
        self.exit(return_code=128 + number)

    def _shown(self) -> None:
        if self._was_shown:
            return
        self._was_shown = True
        self.first_frame.set()
        for wrong in wrong_keys(self.vault.person.keymap, self.vault.person.keys):
            self.notify(clean_line(wrong), severity="warning", timeout=LONG, markup=False)
        if self._when_shown is not None:
            self._when_shown()
        self._watching.told(self._generation)
        self.look_for_conflicts()
        self._sweeping.sweep()
        self._watching.start()
        import_soon(self)
        collect_when_idle(self)

    def _search_again(self) -> None:
        """What is searched for may be found in what was just written."""
        for screen in self._screens:
            if isinstance(screen, BrowseScreen) and screen.is_mounted and screen.pane.typed:
                screen.pane.again()

    def on_unmount(self) -> None:
        self._watching.stop()

    async def action_quit(self) -> None:
        if self.editors.saved_for(self.action_quit):
            return
        self._remember()
        await super().action_quit()

    def _remember(self) -> None:
        """Write down where the person leaves, and what the screen shows; begin to end."""
        self._sweeping.stop()
        self.place.day = self.today.isoformat()
        self.place.screen = self.current_mode
        for made in self._screens:
            if isinstance(made, BrowseScreen) and made.is_mounted:
                self.place.note, self.place.view = made.note_here, made.view
        places.save(self.vault.places.state, self.place)
        cache, screen = self.vault.places.cache, self.screen
        if isinstance(screen, VaultScreen) and screen.is_mounted and screen.opens_as_it_is:
            theme = self.vault.person.theme or self.place.theme
            day, size = self.today.isoformat(), (self.size.width, self.size.height)
            look = prelude.Look.of(day, self.current_mode, theme, size, os.environ)
            prelude.save(cache, look, prelude.frame_of(screen))
        else:
            prelude.forget(cache)

    # What screens ask for.

    def on_working(self, event: Working) -> None:
        for screen in self.standing_screens():
            screen.doing(event.text)

    def on_indexing(self, event: Indexing) -> None:
        was, self.indexed = self.indexed, event.share
        if was is None and event.share is None:
            return
        for screen in self.standing_screens():
            screen.doing(event.text)
            with contextlib.suppress(NoMatches):
                screen.index_grew()
        is_due = time.monotonic() - self._showed_at > GROWN_SECONDS
        if event.share is None or (is_due and self._watching.is_behind):
            self.show_changed()

    def on_vault_changed(self, event: VaultChanged) -> None:
        if event.is_step:
            self.did_change()
        self.show_changed()
        self._sweeping.catch_up(self._search_again)

    def show_changed(self) -> None:
        self._watching.told()
        self._showed_at = time.monotonic()
        # The parts of a screen go before it when the program ends, while other programs go on.
        with contextlib.suppress(NoMatches):
            for screen in self._screens:
                if screen.is_mounted:
                    screen.vault_changed()
                    screen.switch_again()
                else:
                    # It is being made, of what was there before, and looks again when it stands.
                    screen.call_later(screen.vault_changed)
            self.over_changed()
            self.look_for_conflicts()
            self.editors.changed()

    def on_open_note(self, event: OpenNote) -> None:
        self.show_on(places.BROWSE, lambda browse: browse.open_note(event))

    def on_show_query(self, event: ShowQuery) -> None:
        self.show_on(places.BROWSE, lambda browse: browse.show_query(event.query))

    def on_publish_notes(self, event: PublishNotes) -> None:
        self.show_on(places.PUBLISH, lambda publish: publish.plan(event.paths))

    def on_create_note(self, event: CreateNote) -> None:
        self._ask_for_note(event.kind, event.title)

    def _ask_for_note(self, kind: str = "", title: str = "") -> None:
        from notekeep.tui.screens.dialogs import ask
        from notekeep.tui.screens.new_note import NewNote

        dialog = NewNote(list(self.vault.schema.kinds), kind=kind, title=title)
        ask(self, dialog, lambda answer: self.vault.create(*answer), self._created)

    def _created(self, done: Done) -> None:
        for path in done.paths[:1]:
            say(self, f"Made {path} · e edits it · u undo")
            self.post_message(VaultChanged(is_step=True))
            self.post_message(OpenNote(path, among_all=True))

    def on_switcher_chosen(self, event: object) -> None:
        from notekeep.tui.widgets.switcher import Switcher

        if isinstance(event, Switcher.Chosen):
            self.post_message(OpenNote(event.row.path))

    def on_switcher_created(self, event: object) -> None:
        from notekeep.tui.widgets.switcher import Switcher

        if isinstance(event, Switcher.Created):
            self.post_message(CreateNote(event.title))

    # Actions that work everywhere.

    def action_show_today(self) -> None:
        self.switch_mode(places.TODAY)

    def action_show_browse(self) -> None:
        self.switch_mode(places.BROWSE)

    def action_show_habits(self) -> None:
        self.switch_mode(places.HABITS)

    def action_show_publish(self) -> None:
        self.switch_mode(places.PUBLISH)

    async def action_switch_note(self) -> None:
        if isinstance(self.screen, VaultScreen):
            await self.screen.open_switcher()

    def action_new_note(self) -> None:
        # At once: what is typed next is the title.
        self._ask_for_note()

    def action_refresh(self) -> None:
        self._sweeping.sweep()

    def action_help(self) -> None:
        from notekeep.tui.screens.help import HelpScreen

        screen = self.screen
        place = screen.place() if isinstance(screen, VaultScreen) else "dialog"
        self.push_screen(HelpScreen(place, self.own_keys, self.glyphs))

    def action_palette(self) -> None:
        from notekeep.tui.commands import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())


class _Apps(dict[str, type[NotekeepApp]]):
    """The program by its first screen: a class each, which Textual wants, made when asked for."""

    def __missing__(self, screen: str) -> type[NotekeepApp]:
        made = type("NotekeepApp", (NotekeepApp,), {"DEFAULT_MODE": screen, "__module__": __name__})
        return self.setdefault(screen, made)


APPS = _Apps({places.BROWSE: NotekeepApp})
"""The program by the screen it opens on, which Textual asks of the class."""
