"""App: modes, messages, undo, day change."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App, SuspendNotSupported
from textual.css.query import NoMatches

from notekeep import config
from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean_line
from notekeep.tui import location as places
from notekeep.tui import prelude
from notekeep.tui.commands.registry import keymap, wrong_keys
from notekeep.tui.editors import Editors
from notekeep.tui.keys import bindings, make_keymap
from notekeep.tui.messages import (
    CreateNote,
    IndexingStatus,
    OpenNote,
    PublishNotes,
    ShowQuery,
    VaultChanged,
    WorkStatus,
)
from notekeep.tui.navigation import Over
from notekeep.tui.notifications import notify_done
from notekeep.tui.render import glyphs as glyph_sets
from notekeep.tui.screens.browse import BrowseScreen
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.textual_compat import collect_when_idle, is_batching
from notekeep.tui.theme import THEMES, ThemedApp, choose_theme_name
from notekeep.tui.workers import LONG, import_soon, show_message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual.screen import Screen

    from notekeep.errors import Problem
    from notekeep.notes.plan import WriteResult
    from notekeep.tui.dialogs.quick_capture import CaptureRequest
    from notekeep.tui.location import LastPlace
    from notekeep.tui.messages import ErrorReported, ShowHabit
    from notekeep.tui.vault_updates import VaultSweeps, VaultWatch
    from notekeep.vault import Vault


# What is reached from everywhere in the interface: capture, tasks, commands, other vaults.


MOST_WRONG = 50
"""So many errors are kept until they are seen."""


class GlobalActions(Over):
    """An app with ways to everything."""

    place: LastPlace
    next_vault = ""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._wrong: list[Problem] = []

    # What went wrong.

    def on_error_reported(self, event: ErrorReported) -> None:
        from notekeep.errors import Problem

        clock = f"{config.current_time():%H:%M}"
        self._wrong.append(Problem(clock, None, event.message, event.hint, "went wrong"))
        del self._wrong[:-MOST_WRONG]
        self._tell_unseen(len(self._wrong))

    def _tell_unseen(self, count: int) -> None:
        self.unseen = count
        for screen in self.loaded_screens():
            screen.show_error_count(count)

    def action_show_problems(self) -> None:
        from notekeep.tui.screens.problems import ProblemsScreen

        wrong, self._wrong = self._wrong, []
        self._tell_unseen(0)
        self.clear_notifications()  # what they tell is on that screen
        self.push_screen(ProblemsScreen(self.vault, self.glyphs, wrong))

    # Quick capture.

    def action_capture(self) -> None:
        # At once: what is typed next is the thought.
        from notekeep.tui.dialogs.prompts import open_dialog
        from notekeep.tui.dialogs.quick_capture import CaptureScreen

        open_dialog(self, CaptureScreen(self.place.capture), self._capture, self._captured)

    def _capture(self, captured: CaptureRequest) -> WriteResult:
        from notekeep.tui.dialogs.quick_capture import write_capture

        self.place.capture = captured.place
        return write_capture(self.vault, *captured)

    def _captured(self, done: WriteResult) -> None:
        notify_done(self, f"Kept in {done.paths[-1]}" if done.paths else "", done)

    # Tasks.

    def action_show_tasks(self) -> None:
        self.show_tasks("")

    def show_tasks(self, query: str) -> None:
        """List the tasks of the notes that a query finds, of all when it is empty."""
        from notekeep.tui.screens.tasks import TasksScreen

        if not isinstance(self.screen, TasksScreen):
            self.open_over(TasksScreen(self.vault, self.glyphs, self.today, query))

    # Habits.

    def on_show_habit(self, event: ShowHabit) -> None:
        self.show_on_screen(places.HABITS_SCREEN, lambda habits: habits.show_habit(event.habit))

    # Other vaults.

    def action_switch_vault(self) -> None:
        from notekeep.tui.screens.welcome import choose_vault

        choose_vault(self)

    async def leave_for(self, root: str) -> None:
        """Leave this vault in order, and open another one."""
        if self.editors.save_then(partial(self.leave_for, root)):
            return
        self.next_vault = root
        await self.run_action("quit")


# The day it is: a program that is left open overnight goes on with the next one.


LOOK_SECONDS = 20.0
"""How often is looked whether another day has begun. A computer that slept tells nobody."""


class DayChecks(GlobalActions):
    """An app whose screens always show the day that it is."""

    vault: Vault

    def on_ready(self) -> None:
        self.set_interval(LOOK_SECONDS, self.check_day)

    def check_day(self) -> bool:
        """Go over to another day if one has begun; tell whether it has."""
        today = self.vault.today()
        if today == self.today:
            return False
        self.today = today
        for screen in (*self.loaded_screens(), *self.editors.standing()):
            screen.change_day(today)
        return True

    async def on_event(self, event: events.Event) -> None:
        """Keep from a new day what was meant for the one that was still shown.

        What is typed into a text is kept: it is the same on any day.
        """
        if isinstance(event, events.Key | events.MouseDown | events.AppFocus) and (
            self.check_day() and not self._types(event)
        ):
            show_message(self, f"A new day began: {self.today:%A} {self.today.day} {self.today:%B}")
            if not isinstance(event, events.AppFocus):
                return
        await super().on_event(event)

    def _types(self, event: events.Event) -> bool:
        focused = self.focused
        return (
            isinstance(event, events.Key)
            and focused is not None
            and focused.check_consume_key("a", "a")
        )


# Stopped and gone on with: what a shell does with ctrl+z and `fg`, and anybody with a signal.
#
# Textual starts its terminal once more whenever a process goes on. Where nobody told it before,
# there are two threads then that read keys, and most of the screen stays empty.


HAS_JOBS = hasattr(signal, "SIGTSTP")
"""Whether this system can stop a process; Windows cannot."""


class SuspendableApp(DayChecks):
    """An app that leaves the terminal in order when it is stopped, and takes it back in order."""

    _gave_terminal = False
    _went_on = False

    def on_ready(self) -> None:
        if HAS_JOBS and not self.is_headless:
            signal.signal(signal.SIGTSTP, self._be_stopped)
            signal.signal(signal.SIGCONT, self._be_continued)

    def on_unmount(self) -> None:
        if HAS_JOBS and not self.is_headless:
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            signal.signal(signal.SIGCONT, signal.SIG_DFL)

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Give the terminal away for as long as this lasts."""
        self._gave_terminal = True
        try:
            with super().suspend():
                yield
        finally:
            self._gave_terminal = False

    def action_suspend(self) -> None:
        """Stop, with all that was started along with notekeep, until the shell goes on with it."""
        if not HAS_JOBS:
            show_message(self, "There is no shell here to go to")
            return
        self.editors.keep()
        self._went_on = False
        try:
            with self.suspend():
                # The system itself stops nobody whom no shell could wake again.
                signal.signal(signal.SIGTSTP, signal.SIG_DFL)
                os.killpg(os.getpgrp(), signal.SIGTSTP)
                signal.signal(signal.SIGTSTP, self._be_stopped)
        except SuspendNotSupported:  # no terminal: the message below says so
            pass
        self.check_day()
        if not self._went_on:
            show_message(self, "There is no shell here to go to")

    def _be_stopped(self, *_: object) -> None:
        if self._gave_terminal:
            # An editor that has the terminal was stopped, and takes those along that wait for it.
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            asyncio.get_running_loop().call_soon_threadsafe(self.action_suspend)

    def _be_continued(self, *_: object) -> None:
        self._went_on = True
        if not self._gave_terminal:
            asyncio.get_running_loop().call_soon_threadsafe(self._appear_again)

    def _appear_again(self) -> None:
        """Begin anew with a terminal that somebody else may have used meanwhile."""
        with self.suspend():
            pass
        self.check_day()


# The program: its screens, its keys, and what works from everywhere.
#
# It starts with what the first frame needs and no more. After that frame, in this order: the
# note under the cursor, a sweep of the vault, the rest.


SHOWN_SECONDS = 1.0
"""After so long the work that waits for the first frame begins in any case."""

WRITING_SECONDS = 0.002
"""What it takes to hand a frame to the terminal."""

GROWN_SECONDS = 2.0
"""How often the screens show more of a vault while it is read for the first time."""


class NotekeepApp(SuspendableApp, ThemedApp, App[None]):
    """notekeep on a terminal, over one vault."""

    TITLE = "notekeep"
    CSS_PATH = "app.tcss"
    BINDINGS = bindings("app", priority=("quit", "control-x"))
    ENABLE_COMMAND_PALETTE = False
    DEFAULT_MODE: ClassVar[str] = places.BROWSE_SCREEN

    def __init__(
        self,
        vault: Vault,
        when_shown: Callable[[], None] | None = None,
    ) -> None:
        # Where there is to be no colour, the terminal's own is kept: nothing is sent at all.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.vault = vault
        self.place = places.load_place(vault.places.state)
        self.today = vault.today()
        settings = vault.settings
        self.glyphs = glyph_sets.choose_glyphs(
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
        self.add_mode(places.TODAY_SCREEN, self._today_screen)
        self.add_mode(places.BROWSE_SCREEN, self._browse_screen)
        self.add_mode(places.HABITS_SCREEN, self._habits_screen)
        self.add_mode(places.PUBLISH_SCREEN, self._publish_screen)
        for theme in THEMES:
            self.register_theme(theme)
        wanted = vault.person.theme or self.place.theme
        no_colour = self.no_color and not vault.person.theme
        self.start_with_theme(
            choose_theme_name(wanted, self.available_themes, os.environ, no_colour=no_colour)
        )
        if "TEXTUAL_ANIMATIONS" not in os.environ:
            self.animation_level = "none"
        self.own_keys = keymap(vault.person.keymap, vault.person.keys)
        self.set_keymap(make_keymap(self.own_keys))

    @cached_property
    def _watching(self) -> VaultWatch:
        from notekeep.tui.vault_updates import VaultWatch

        return VaultWatch(self)

    @cached_property
    def _sweeping(self) -> VaultSweeps:
        from notekeep.tui.vault_updates import VaultSweeps

        return VaultSweeps(self, self._watching.is_news)

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
        self.find_conflicts()
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
        if self.editors.save_then(self.action_quit):
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
                self.place.note, self.place.view = made.note_under_cursor, made.view
        places.save_place(self.vault.places.state, self.place)
        cache, screen = self.vault.places.cache, self.screen
        if isinstance(screen, VaultScreen) and screen.is_mounted and screen.opens_without_reload:
            theme = self.vault.person.theme or self.place.theme
            day, size = self.today.isoformat(), (self.size.width, self.size.height)
            look = prelude.FrameKey.of(day, self.current_mode, theme, size, os.environ)
            prelude.save_frame(cache, look, prelude.frame_of(screen))
        else:
            prelude.forget_frame(cache)

    # What screens ask for.

    def on_work_status(self, event: WorkStatus) -> None:
        for screen in self.loaded_screens():
            screen.doing(event.text)

    def on_indexing_status(self, event: IndexingStatus) -> None:
        was, self.indexed = self.indexed, event.share
        if was is None and event.share is None:
            return
        for screen in self.loaded_screens():
            screen.doing(event.text)
            with contextlib.suppress(NoMatches):
                screen.index_progressed()
        is_due = time.monotonic() - self._showed_at > GROWN_SECONDS
        if event.share is None or (is_due and self._watching.is_behind):
            self.show_changed()

    def on_vault_changed(self, event: VaultChanged) -> None:
        if event.is_step:
            self.record_change()
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
                    screen.refresh_switcher()
                else:
                    # It is being made, of what was there before, and looks again when it stands.
                    screen.call_later(screen.vault_changed)
            self.overlays_changed()
            self.find_conflicts()
            self.editors.changed()

    def on_open_note(self, event: OpenNote) -> None:
        self.show_on_screen(places.BROWSE_SCREEN, lambda browse: browse.open_note(event))

    def on_show_query(self, event: ShowQuery) -> None:
        self.show_on_screen(places.BROWSE_SCREEN, lambda browse: browse.show_query(event.query))

    def on_publish_notes(self, event: PublishNotes) -> None:
        self.show_on_screen(places.PUBLISH_SCREEN, lambda publish: publish.plan(event.paths))

    def on_create_note(self, event: CreateNote) -> None:
        self._ask_for_note(event.kind, event.title)

    def _ask_for_note(self, kind: str = "", title: str = "") -> None:
        from notekeep.tui.dialogs.form import NewNoteDialog
        from notekeep.tui.dialogs.prompts import open_dialog

        dialog = NewNoteDialog(list(self.vault.schema.kinds), kind=kind, title=title)
        open_dialog(self, dialog, lambda answer: self.vault.create(*answer), self._created)

    def _created(self, done: WriteResult) -> None:
        for path in done.paths[:1]:
            show_message(self, f"Made {path} · e edits it · u undo")
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
        self.switch_mode(places.TODAY_SCREEN)

    def action_show_browse(self) -> None:
        self.switch_mode(places.BROWSE_SCREEN)

    def action_show_habits(self) -> None:
        self.switch_mode(places.HABITS_SCREEN)

    def action_show_publish(self) -> None:
        self.switch_mode(places.PUBLISH_SCREEN)

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
        from notekeep.tui.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())


class _Apps(dict[str, type[NotekeepApp]]):
    """The program by its first screen: a class each, which Textual wants, made when asked for."""

    def __missing__(self, screen: str) -> type[NotekeepApp]:
        made = type("NotekeepApp", (NotekeepApp,), {"DEFAULT_MODE": screen, "__module__": __name__})
        return self.setdefault(screen, made)


APPS = _Apps({places.BROWSE_SCREEN: NotekeepApp})
"""The program by the screen it opens on, which Textual asks of the class."""
