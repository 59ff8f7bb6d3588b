"""App: what it owns, its messages, undo, the day it is, start and end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import SuspendNotSupported
from textual.scrollbar import ScrollBar
from textual.signal import Signal
from textual.widget import AwaitMount

from notekeep import config
from notekeep.errors import NotekeepError, Problem
from notekeep.markdown.sanitize import clean_line
from notekeep.tui import location as places
from notekeep.tui import prelude
from notekeep.tui.commands.action import format_keys
from notekeep.tui.commands.registry import ACTIONS_BY_ID, action_keys, keymap, wrong_keys
from notekeep.tui.editors import Editors
from notekeep.tui.keyboard import CHOICE_SECONDS, Keyboard, bindings, is_gone_at, make_keymap
from notekeep.tui.messages import (
    CreateNote,
    EditNote,
    ErrorReported,
    IndexingStatus,
    OpenNote,
    PublishNotes,
    ShowHabit,
    ShowOverlay,
    ShowQuery,
    VaultChanged,
    WorkStatus,
)
from notekeep.tui.navigation import Navigation
from notekeep.tui.program import Program
from notekeep.tui.render import glyphs as glyph_sets
from notekeep.tui.render.formatting import name_step
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.styles import thumb_renderer
from notekeep.tui.textual_compat import RemovalSafe, collect_garbage, end_process_soon, is_batching
from notekeep.tui.theme import choose_theme_name, own_themes, role_variables
from notekeep.tui.workers import (
    LONG,
    WRITE_GROUP,
    import_soon,
    in_background,
    notify_done,
    report_error,
    show_message,
)

if TYPE_CHECKING:
    from notekeep.notes.conflict_pairs import ConflictPair
    from notekeep.notes.plan import WriteResult
    from notekeep.services.history import Step
    from notekeep.services.sync import SyncResult, SyncStatus
    from notekeep.tui.dialogs.quick_capture import CaptureRequest
    from notekeep.tui.screens.browse import BrowseScreen
    from notekeep.tui.vault_updates import VaultUpdates
    from notekeep.vault import Vault

MAX_ERRORS = 50  # so many errors are kept until they are seen
DAY_CHECK_SECONDS = 20.0
"""How often another day may have begun. A computer that slept tells nobody."""
SHOWN_SECONDS = 1.0  # after so long the work that waits for the first frame begins in any case
WRITING_SECONDS = 0.002  # what it takes to hand a frame to the terminal
PROGRESS_SECONDS = 2.0
"""How often the screens show more of a vault while it is read for the first time."""


class NotekeepApp(Program, RemovalSafe):
    """notekeep on a terminal, over one vault.

    It starts with what the first frame needs and no more. After that frame, in this order: the
    note under the cursor, a sweep of the vault, the rest.
    """

    TITLE = "notekeep"
    BINDINGS = bindings("app", priority=("quit", "control-x"))
    ENABLE_COMMAND_PALETTE = False

    next_vault = ""  # the vault to open when this program ends, or ""

    def __init__(self, vault: Vault, screen: str = places.BROWSE_SCREEN) -> None:
        self.DEFAULT_MODE = screen  # type: ignore[misc] # Textual reads it from the object
        super().__init__(
            # The styles of the first screen along with those of the app: they are parsed once.
            css_path=["app.tcss", f"screens/{screen}.tcss"],
            # Where there is to be no colour, the terminal's own is kept: nothing is sent at all.
            ansi_color=True if "NO_COLOR" in os.environ else None,
        )
        self.vault = vault
        self.place = places.load_place(vault.places.state)
        self.today = vault.today()
        settings = vault.settings
        self._generation: int | None = None
        # What cannot be read is shown by the screen that asks for it.
        with contextlib.suppress(NotekeepError):
            # Before any screen reads the catalog: what changes after this is shown again.
            self._generation = vault.catalog.generation
            self.indexed = None if vault.catalog.count() else 0.0
        self._showed_at = 0.0
        self._was_shown = False
        self.first_frame = asyncio.Event()
        """Set when something is seen; nothing begins in the background before."""
        self._errors: list[Problem] = []
        self._named_step: tuple[Step, float] | None = None
        """The step that another `u` undoes although it was not made here, and until when."""
        self._gave_terminal = self._was_continued = False
        self.vault_signal = Signal(self, "vault")
        self.keyboard = Keyboard(self, super().on_event)
        self.editors = Editors(self)
        self.navigation = Navigation(self, self.editors)
        for theme in own_themes(self.console.color_system):
            self.register_theme(theme)
        wanted = vault.person.theme or self.place.theme
        no_colour = self.no_color and not vault.person.theme
        self.theme = choose_theme_name(
            wanted, self.available_themes, os.environ, no_colour=no_colour
        )
        self.stylesheet.set_variables(self.get_css_variables())
        wanted_glyphs = vault.person.glyphs or settings.glyphs
        self.glyphs = glyph_sets.choose_glyphs(
            wanted_glyphs, os.environ, settings.rating_max, settings.signs
        )
        if self.no_color or self.current_theme.ansi:
            self.glyphs = glyph_sets.without_shades(self.glyphs)
        has_colours = not self.no_color and self.console.color_system in ("truecolor", "256")
        self.glyphs = self.glyphs._replace(draws_pictures=has_colours and not self.glyphs.is_ascii)
        ScrollBar.renderer = thumb_renderer(self.glyphs.thumb)
        if "TEXTUAL_ANIMATIONS" not in os.environ:
            self.animation_level = "none"
        self.own_keys = keymap(vault.person.keymap, vault.person.keys)
        self.set_keymap(make_keymap(self.own_keys))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return role_variables(self.current_theme)

    def refresh_css(self, animate: bool = True) -> None:  # noqa: FBT001, FBT002 - as Textual calls it
        # Textual asks for it because a start chooses a theme. Styles are read with it anyway.
        if self.first_frame.is_set():
            super().refresh_css(animate)

    @cached_property
    def updates(self) -> VaultUpdates:
        """What brings changes of the vault to the screens; not needed for the first frame."""
        from notekeep.tui.vault_updates import VaultUpdates

        return VaultUpdates(self, self.navigation, self._generation)

    def on_ready(self) -> None:
        self.call_after_refresh(self._begin_work)
        # A screen that is covered before its first frame never tells that it was shown.
        self.set_timer(SHOWN_SECONDS, self._begin_work)
        self.set_interval(DAY_CHECK_SECONDS, self.check_day)
        if not self.is_headless:
            self._listen_to_signals()

    def post_display_hook(self) -> None:
        # Textual calls this too where it drew nothing, as it does while it starts.
        if not self.first_frame.is_set() and not is_batching(self):
            self.first_frame.set()
            # The thread that writes has its turn, before all that comes after the first frame.
            time.sleep(WRITING_SECONDS)

    def _begin_work(self) -> None:
        if self._was_shown:
            return
        self._was_shown = True
        self.first_frame.set()
        person = self.vault.person
        for wrong in (*person.warnings, *wrong_keys(person.keymap, person.keys)):
            show_message(self, clean_line(wrong), seconds=LONG, severity="warning")
        collect_garbage(self, self.keyboard)
        self.editors.show_unsaved(is_asked=False)
        self.find_conflicts()
        self._start_sync()
        self.updates.start()
        import_soon(self)

    def _listen_to_signals(self) -> None:
        """End as after ctrl+q when the system or the terminal asks, so that it is left in order."""
        loop = asyncio.get_running_loop()
        if sys.platform == "win32":  # it has no such signals, and needs none
            return
        for number in (signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(NotImplementedError, ValueError):
                loop.add_signal_handler(number, self._end, number)
        signal.signal(signal.SIGINT, self._on_interrupt)
        signal.signal(signal.SIGTSTP, self._on_stop_signal)
        signal.signal(signal.SIGCONT, self._on_continue_signal)

    def _end(self, number: int) -> None:
        self.editors.keep_unsaved()
        if not self.is_headless:
            end_process_soon(self, 128 + number)
        self._remember()
        self.exit(return_code=128 + number)

    def _on_interrupt(self, number: int, _frame: object) -> None:
        if not self._gave_terminal:  # ctrl+c is for the program that has it
            asyncio.get_running_loop().call_soon_threadsafe(self._end, number)

    def on_unmount(self) -> None:
        if "updates" in vars(self):
            self.updates.close()
        if sys.platform != "win32" and not self.is_headless:
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            signal.signal(signal.SIGCONT, signal.SIG_DFL)

    async def action_quit(self) -> None:
        if self.editors.save_then(self.action_quit):
            return
        self._remember()
        await super().action_quit()

    def action_explain_quit(self) -> None:
        keys = format_keys(action_keys(ACTIONS_BY_ID["quit"], self.own_keys)[:1])
        show_message(self, f"{keys} quits. Everything is saved")

    def action_help_quit(self) -> None:
        # What Textual calls for ctrl+c where nothing can be copied.
        self.action_explain_quit()

    async def leave_for(self, root: str) -> None:
        if self.editors.save_then(partial(self.leave_for, root)):
            return
        self.next_vault = root
        await self.run_action("quit")

    def _remember(self) -> None:
        """Write down where the person leaves, and what the screen shows; begin to end."""
        self.updates.stop_sweep()
        self.place.day = self.today.isoformat()
        self.place.screen = self.current_mode
        if (browse := self.navigation.browse) is not None:
            self.place.note, self.place.view = browse.note_under_cursor, browse.view
        places.save_place(self.vault.places.state, self.place)
        cache, screen = self.vault.places.cache, self.screen
        if isinstance(screen, VaultScreen) and screen.is_mounted and screen.opens_without_reload:
            theme = self.vault.person.theme or self.place.theme
            day, size = self.today.isoformat(), (self.size.width, self.size.height)
            key = prelude.frame_key(day, self.current_mode, theme, size, os.environ)
            prelude.save_frame(cache, key, prelude.frame_of(screen))
        else:
            prelude.forget_frame(cache)

    # Stopped and gone on with: what a shell does with ctrl+z and `fg`, and anybody with a signal.
    # Textual starts its terminal once more whenever a process goes on. Where nobody told it before,
    # there are two threads then that read keys, and most of the screen stays empty.

    @contextmanager
    def suspend(self) -> Iterator[None]:
        self._gave_terminal = True
        try:
            with super().suspend():
                yield
        finally:
            self._gave_terminal = False

    def action_suspend(self) -> None:
        """Stop, with all that was started along with notekeep, until the shell goes on with it."""
        if sys.platform == "win32":
            show_message(self, "There is no shell to return to")
            return
        self.editors.keep_unsaved()
        self._was_continued = False
        # Without a terminal nothing is given away; the message below says so.
        with contextlib.suppress(SuspendNotSupported), self.suspend():
            # The system itself stops nobody whom no shell could wake again.
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.killpg(os.getpgrp(), signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, self._on_stop_signal)
        self.check_day()
        if not self._was_continued:
            show_message(self, "There is no shell to return to")

    def _on_stop_signal(self, *_: object) -> None:
        if sys.platform != "win32" and self._gave_terminal:
            # An editor that has the terminal was stopped, and takes those along that wait for it.
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            asyncio.get_running_loop().call_soon_threadsafe(self.action_suspend)

    def _on_continue_signal(self, *_: object) -> None:
        self._was_continued = True
        if not self._gave_terminal:
            asyncio.get_running_loop().call_soon_threadsafe(self._take_terminal)

    def _take_terminal(self) -> None:
        """Begin anew with a terminal that somebody else may have used meanwhile."""
        with self.suspend():
            pass
        self.check_day()

    # Keys, and the day it is: a program that is left open overnight goes on with the next one.

    async def on_event(self, event: events.Event) -> None:
        if self._is_of_another_day(event):
            return
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.keyboard.receive(event)
        elif not (isinstance(event, events.MouseDown) and is_gone_at(self, event.x, event.y)):
            await super().on_event(event)

    def _is_of_another_day(self, event: events.Event) -> bool:
        """Tell whether a key or click was meant for the day that was still shown."""
        is_about_day = isinstance(event, events.Key | events.MouseDown | events.AppFocus)
        if not is_about_day or not self.check_day():
            return False
        focused = self.focused if isinstance(event, events.Key) else None
        if focused is not None and focused.check_consume_key("a", "a"):
            return False  # what is typed into a text is the same on any day
        show_message(self, f"A new day began: {self.today:%A} {self.today.day} {self.today:%B}")
        return not isinstance(event, events.AppFocus)

    def check_day(self) -> bool:
        """Go over to another day if one has begun; tell whether it has."""
        today = self.vault.today()
        if today == self.today:
            return False
        self.today = today
        self.vault_signal.publish(None)
        return True

    def action_wait_for_second(self, first: str) -> None:
        self.keyboard.wait_for_second(first)

    def on_error_reported(self, event: ErrorReported) -> None:
        clock = f"{config.current_time():%H:%M}"
        self._errors.append(Problem(clock, None, event.message, event.hint, "error"))
        del self._errors[:-MAX_ERRORS]
        self.unseen = len(self._errors)

    def action_show_problems(self) -> None:
        from notekeep.tui.screens.problems import ProblemsScreen

        errors, self._errors, self.unseen = self._errors, [], 0
        self.clear_notifications()  # what they tell is on that screen
        self.push_screen(ProblemsScreen(errors))

    def on_work_status(self, event: WorkStatus) -> None:
        self.working = event.text

    def on_indexing_status(self, event: IndexingStatus) -> None:
        was, self.indexed, self.indexing = self.indexed, event.share, event.text
        if was is None and event.share is None:
            return
        is_due = time.monotonic() - self._showed_at > PROGRESS_SECONDS
        if event.share is None or (is_due and self.updates.is_behind):
            self._show_changed()

    def on_vault_changed(self) -> None:
        self._show_changed()
        self.updates.catch_up()

    def _show_changed(self) -> None:
        self.updates.mark_shown()
        self._showed_at = time.monotonic()
        self.vault_signal.publish(None)
        self.find_conflicts()

    def find_conflicts(self) -> None:

        def find() -> Sequence[ConflictPair]:
            from notekeep.notes.conflict_pairs import list_conflicts

            return list_conflicts(self.vault.workspace)

        def flag(found: Sequence[ConflictPair]) -> None:
            self.conflicts = found

        failed = partial(report_error, self)
        in_background(self, find, flag, group="conflicts", exclusive=True, failed=failed)

    # Sync through git: when it is asked for, and where the person's settings say so.

    def _start_sync(self) -> None:
        """Sync, or only show how the vault stands; nothing where sync is not set up."""

        def begin() -> tuple[SyncStatus | None, SyncResult | None]:
            from notekeep.storage.git import is_set_up

            if not is_set_up(self.vault.places.state):
                return None, None
            service = self.vault.make_sync(is_alone=True)
            return (None, service.sync()) if is_wanted else (service.status(), None)

        def show(found: tuple[SyncStatus | None, SyncResult | None]) -> None:
            status, result = found
            if status is not None:
                arrows = ((self.glyphs.up, status.ahead), (self.glyphs.down, status.behind))
                self.sync_mark = " ".join(f"{arrow}{count}" for arrow, count in arrows if count)
            elif result is not None:
                self._synced(result)

        is_wanted = self.vault.person.sync_on_open
        failed = None if is_wanted else partial(report_error, self)
        in_background(self, begin, show, group="sync", failed=failed)

    def action_sync(self) -> None:
        show_message(self, "Syncing …")
        in_background(
            self, lambda: self.vault.make_sync(is_alone=True).sync(), self._synced, group="sync"
        )

    def _synced(self, result: SyncResult) -> None:
        self.clear_notifications()
        words = f"{result.problem} {result.hint}" if result.problem else f"Synced: {result}"
        show_message(self, words)
        self.sync_mark = result.mark
        if result.received or result.conflicts:
            self.post_message(VaultChanged())

    def action_undo(self) -> None:
        """Undo the last step; name one that was not made here first, and undo it the next time."""
        history, is_check_in = self.vault.history, self.current_mode == places.HABITS_SCREEN

        def undo() -> tuple[Step, str]:
            step = history.last_step(is_check_in=is_check_in)
            named, until = self._named_step or (None, 0.0)
            if not step.is_own and (step != named or time.monotonic() > until):
                return step, ""
            if not step.id:
                return step, f"check-in {self.vault.habits.undo().habit.title}"
            return step, " ".join(name_step(one.verb, one.label) for one in history.undo())

        in_background(self, undo, self._undone, group=WRITE_GROUP)

    def _undone(self, answer: tuple[Step, str]) -> None:
        step, what = answer
        self.clear_notifications()  # one may offer the undo that was just done
        if what:
            self._named_step = None
            show_message(self, f"Undid: {what} · ctrl+r redo")
            self.post_message(VaultChanged())
            return
        self._named_step = step, time.monotonic() + LONG
        key = format_keys(action_keys(ACTIONS_BY_ID["undo"], self.own_keys)[:1])
        when = time.strftime("%d %b %H:%M", time.localtime(step.time)).lstrip("0")
        paths = {path.rpartition("/")[2].removesuffix(".md") for path in step.paths}
        note = next(iter(paths)) if len(paths) == 1 else ""
        where = f" in {note}" if note and note not in step.label else ""
        what = f"{name_step(step.verb, step.label)}{where} ({when})"
        show_message(self, f"Press {key} again to undo: {what}", seconds=LONG)

    def action_redo(self) -> None:
        def redone(step: Step) -> None:
            show_message(self, f"Redid: {name_step(step.verb, step.label)} · u undo")
            self.post_message(VaultChanged())

        in_background(self, self.vault.history.redo, redone, group=WRITE_GROUP)

    def get_default_screen(self) -> VaultScreen:
        # As one of the modes, the first screen would have Textual read all styles once more.
        return self.navigation.make_first_screen()

    def switch_mode(self, mode: str) -> AwaitMount:
        """Switch to a screen; the one that is shown already comes out from under others."""
        if mode == self.current_mode:
            self.navigation.close_overlays()
        return super().switch_mode(mode)

    def on_open_note(self, event: OpenNote) -> None:
        self.navigation.show(places.BROWSE_SCREEN, lambda browse: browse.open_note(event))

    def on_show_query(self, event: ShowQuery) -> None:
        self.navigation.show(places.BROWSE_SCREEN, lambda browse: browse.show_query(event.query))

    def on_publish_notes(self, event: PublishNotes) -> None:
        self.navigation.show(places.PUBLISH_SCREEN, lambda publish: publish.plan(event.paths))

    def on_show_habit(self, event: ShowHabit) -> None:
        self.navigation.show(places.HABITS_SCREEN, lambda habits: habits.show_habit(event.habit))

    def on_show_overlay(self, event: ShowOverlay) -> None:
        if event.name == "conflicts":
            self.clear_notifications()  # that screen shows them
        self.navigation.open_overlay(event.name, *event.subject)

    def on_edit_note(self, event: EditNote) -> None:
        self.navigation.close_overlays()
        self.editors.open(event.path, event.line)

    def action_show_overlay(self, name: str) -> None:
        self.post_message(ShowOverlay(name))

    def action_import_files(self) -> None:
        from notekeep.tui.screens.imports import ask_import

        ask_import(self)

    def action_show_trash(self) -> None:
        from notekeep.tui.screens.history import show_trash

        show_trash(self)

    def action_show_unsaved(self) -> None:
        self.editors.show_unsaved(is_asked=True)

    def action_switch_vault(self) -> None:
        from notekeep.tui.screens.welcome import choose_vault

        choose_vault(self)

    def action_open_sample(self) -> None:
        from notekeep.services.demo import copy_sample_vault

        def leave(copy: tuple[str, str]) -> None:
            self.call_later(self.leave_for, copy[0])

        in_background(self, partial(copy_sample_vault, self.today), leave, group="vaults")

    def action_refresh(self) -> None:
        self.updates.sweep()

    def action_new_note(self) -> None:
        # At once: what is typed next is the title.
        is_post = self.current_mode == places.PUBLISH_SCREEN and "post" in self.vault.schema.kinds
        self.on_create_note(CreateNote(kind="post" if is_post else ""))

    def on_create_note(self, event: CreateNote) -> None:
        from notekeep.tui.dialogs.dialog import open_dialog
        from notekeep.tui.dialogs.form import NewNoteDialog

        def created(done: WriteResult) -> None:
            for path in done.paths[:1]:
                show_message(self, f"Created {path}")  # u is a letter in the editor
                self.post_message(VaultChanged())
                mode, row = self.current_mode, self.vault.catalog.row(path)
                if mode == places.PUBLISH_SCREEN and row is not None and row.kind == "post":
                    self.post_message(PublishNotes((path,)))
                elif mode == places.BROWSE_SCREEN:
                    self.post_message(OpenNote(path))
                self.post_message(EditNote(path))

        dialog = NewNoteDialog(list(self.vault.schema.kinds), kind=event.kind, title=event.title)
        open_dialog(self, dialog, lambda answer: self.vault.notes.create(*answer), created)

    def action_capture(self) -> None:
        # At once: what is typed next is the thought.
        from notekeep.tui.dialogs.dialog import open_dialog
        from notekeep.tui.dialogs.quick_capture import CAPTURE_TARGETS, CaptureScreen

        def capture(request: CaptureRequest) -> WriteResult:
            if request.place in CAPTURE_TARGETS:
                self.place.capture = request.place
            return self.vault.notes.capture(*request)

        def captured(done: WriteResult) -> None:
            notify_done(self, f"Saved to {done.paths[-1]}" if done.paths else "", done)

        browse = self.navigation.browse
        note = browse.loader.row if browse is not None and browse is self.screen else None
        open_dialog(self, CaptureScreen(self.place.capture, note), capture, captured)

    @property
    def marked_notes(self) -> AbstractSet[str]:
        return frozenset() if (browse := self.navigation.browse) is None else browse.notes.marked

    def unmark_notes(self, paths: Iterable[str]) -> None:
        if (browse := self.navigation.browse) is not None:
            browse.notes.mark(browse.notes.marked.difference(paths))

    def action_search(self) -> None:
        """Focus the search box of Browse; what is typed meanwhile waits for it."""

        def focus(browse: BrowseScreen) -> None:
            browse.focus_search()
            self.keyboard.release(self)

        if self.screen is self.navigation.browse:
            self.navigation.browse.focus_search()
        else:
            self.keyboard.hold(self, seconds=CHOICE_SECONDS)
            self.navigation.show(places.BROWSE_SCREEN, focus)

    def action_switch_note(self) -> None:
        from notekeep.tui.dialogs.switcher import Switcher

        if isinstance(self.screen, VaultScreen) and not self.editors.leave_then(
            self.action_switch_note
        ):
            self.push_screen(Switcher())

    def action_help(self) -> None:
        from notekeep.tui.screens.help import HelpScreen

        screen = self.screen
        place = screen.place() if isinstance(screen, VaultScreen) else "dialog"
        self.push_screen(HelpScreen(place))

    def action_palette(self) -> None:
        from notekeep.tui.screens.palette import Palette

        if isinstance(self.screen, VaultScreen):
            self.push_screen(Palette(self.screen))

    def action_change_theme(self) -> None:
        from notekeep.tui.dialogs.theme_picker import choose_theme

        choose_theme(self)

    def watch_theme(self, theme: str) -> None:
        if self.is_running and not self.vault.person.theme:
            self.place.theme = theme
