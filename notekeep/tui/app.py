"""The Textual app: start and exit, signals, messages, undo and sync."""

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
from notekeep.tui.commands.registry import ACTIONS_BY_ID, action_keys, keymap
from notekeep.tui.editors import Editors
from notekeep.tui.keyboard import CHOICE_SECONDS, Keyboard, bindings, is_removed_at, make_keymap
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
    from notekeep.services.history import HistoryStep
    from notekeep.services.sync import SyncResult, SyncStatus
    from notekeep.tui.dialogs.quick_capture import CaptureRequest
    from notekeep.tui.screens.browse import BrowseScreen
    from notekeep.tui.vault_updates import VaultUpdates
    from notekeep.tui.widgets.preview import Preview
    from notekeep.vault import Vault

MAX_ERRORS = 50  # unread errors to keep
DAY_CHECK_SECONDS = 20.0
"""Seconds between checks for a new day, because there is no event after sleep."""
SHOWN_SECONDS = 1.0  # seconds until background work starts even without a first frame
WRITING_SECONDS = 0.002  # seconds to write a frame to the terminal
PROGRESS_SECONDS = 2.0  # seconds between updates of the screens during the first indexing


class NotekeepApp(Program, RemovalSafe):
    """The app for one vault.

    Only the code and data for the first frame are loaded before it. Then the app loads the preview
    and checks the vault for changes.
    """

    TITLE = "notekeep"
    BINDINGS = bindings("app", priority=("quit", "control-x"))
    ENABLE_COMMAND_PALETTE = False

    next_vault = ""  # the vault to open after this app exits, or ""

    def __init__(self, vault: Vault, screen: str = places.BROWSE_SCREEN) -> None:
        self.DEFAULT_MODE = screen  # type: ignore[misc] # Textual reads it from the object
        super().__init__(
            # Include the styles of the first screen, so that styles are parsed only once.
            css_path=[
                "app.tcss",
                *(["screens/over.tcss"] if screen == places.PUBLISH_SCREEN else []),
                f"screens/{screen}.tcss",
            ],
            # With NO_COLOR, send no colours at all.
            ansi_color=True if "NO_COLOR" in os.environ else None,
        )
        self.vault = vault
        self.place = places.load_place(vault.places.state)
        self.today = vault.today()
        settings = vault.settings
        self._generation: int | None = None
        # An unreadable catalog is reported by the screen that needs it.
        with contextlib.suppress(NotekeepError):
            # Read the generation before any screen reads the catalog, so that no change is missed.
            self._generation = vault.catalog.generation
            self.indexed = None if vault.catalog.count() else 0.0
        self._showed_at = 0.0
        self._was_shown = False
        self.first_frame = asyncio.Event()
        """Set after the first frame; background work waits for it."""
        self._errors: list[Problem] = []
        self._named_step: tuple[HistoryStep, float] | None = None
        """A step of another session, and the time until a second `u` no longer undoes it."""
        self._gave_terminal = self._was_continued = False
        self.vault_signal = Signal(self, "vault")
        self.keyboard = Keyboard(self, super().on_event)
        self.editors = Editors(self)
        self.navigation = Navigation(self, self.editors)
        for theme in own_themes(self.console.color_system):
            self.register_theme(theme)
        preferred = vault.person.theme or self.place.theme
        no_colour = self.no_color and not vault.person.theme
        self.theme = choose_theme_name(
            preferred, self.available_themes, os.environ, no_colour=no_colour
        )
        self.stylesheet.set_variables(self.get_css_variables())
        self.glyphs = glyph_sets.choose_glyphs(
            vault.person.glyphs or settings.glyphs,
            os.environ,
            settings.rating_max,
            settings.signs,
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
        # The theme set at start needs no refresh: the styles are parsed later, with that theme.
        if self.first_frame.is_set():
            super().refresh_css(animate)

    @cached_property
    def updates(self) -> VaultUpdates:
        from notekeep.tui.vault_updates import VaultUpdates

        return VaultUpdates(self, self.navigation, self._generation)

    def on_ready(self) -> None:
        self.call_after_refresh(self._begin_work)
        # A screen covered before its first frame gets no `ScreenResume`.
        self.set_timer(SHOWN_SECONDS, self._begin_work)
        self.set_interval(DAY_CHECK_SECONDS, self.check_day)
        if not self.is_headless:
            self._listen_to_signals()

    def post_display_hook(self) -> None:
        # While the app starts, Textual calls this without drawing.
        if not self.first_frame.is_set() and not is_batching(self):
            self.first_frame.set()
            # Let the writer thread finish before the work that follows the first frame.
            time.sleep(WRITING_SECONDS)

    def _begin_work(self) -> None:
        if self._was_shown:
            return
        self._was_shown = True
        self.first_frame.set()
        person = self.vault.person
        from notekeep.tui.added_actions import add_actions

        for warning in person.warnings:
            show_message(self, clean_line(warning), seconds=LONG, severity="warning")
        add_actions(self)
        collect_garbage(self, self.keyboard)
        self.editors.show_unsaved(by_user=False)
        self.find_conflicts()
        self._start_sync()
        self.updates.start()
        import_soon(self)

    def _listen_to_signals(self) -> None:
        """Quit on SIGTERM and SIGHUP as with ctrl+q, so that nothing is lost."""
        loop = asyncio.get_running_loop()
        if sys.platform == "win32":  # these signals do not exist there
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
        # While another program controls the terminal, ctrl+c is meant for that program.
        if not self._gave_terminal:
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
        # Textual calls this for ctrl+c without a selection.
        self.action_explain_quit()

    async def leave_for(self, root: str) -> None:
        if self.editors.save_then(partial(self.leave_for, root)):
            return
        self.next_vault = root
        await self.run_action("quit")

    def _remember(self) -> None:
        """Save the user's place and the last frame; stop the sweep."""
        self.updates.stop_sweep()
        self.place.day = self.today.isoformat()
        self.place.screen = self.current_mode
        if (browse := self.navigation.browse) is not None:
            self.place.note, self.place.view = browse.note_under_cursor, browse.view
        places.save_place(self.vault.places.state, self.place)
        frame, screen = "", self.screen
        if isinstance(screen, VaultScreen) and screen.is_mounted and screen.opens_without_reload:
            frame = prelude.frame_of(screen)
        theme = self.vault.person.theme or self.place.theme
        day, size = self.today.isoformat(), (self.size.width, self.size.height)
        key = prelude.frame_key(day, self.current_mode, theme, size, os.environ)
        prelude.save_frame(self.vault.places.cache, key, frame)

    # SIGTSTP and SIGCONT: ctrl+z, `fg`, or `kill`. Textual restarts its terminal driver whenever
    # the process is resumed. Unless the app was suspended first, two threads would then read keys,
    # and most of the screen would stay empty.

    @contextmanager
    def suspend(self) -> Iterator[None]:
        self._gave_terminal = True
        try:
            with super().suspend():
                yield
        finally:
            self._gave_terminal = False

    def action_suspend(self) -> None:
        """Stop the process group until the shell resumes it."""
        if sys.platform == "win32":
            show_message(self, "There is no shell to return to.")
            return
        self.editors.keep_unsaved()
        self._was_continued = False
        # Without a terminal there is nothing to suspend; the message below explains it.
        with contextlib.suppress(SuspendNotSupported), self.suspend():
            # The kernel ignores the signal if no shell could resume the process.
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.killpg(os.getpgrp(), signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, self._on_stop_signal)
        self.check_day()
        if not self._was_continued:
            show_message(self, "There is no shell to return to.")

    def _on_stop_signal(self, *_: object) -> None:
        if sys.platform != "win32" and self._gave_terminal:
            # The editor in the terminal was stopped with its process group, which includes us.
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            asyncio.get_running_loop().call_soon_threadsafe(self.action_suspend)

    def _on_continue_signal(self, *_: object) -> None:
        self._was_continued = True
        if not self._gave_terminal:
            asyncio.get_running_loop().call_soon_threadsafe(self._take_terminal)

    def _take_terminal(self) -> None:
        """Restart the terminal driver, because another program may have used the terminal."""
        with self.suspend():
            pass
        self.check_day()

    async def on_event(self, event: events.Event) -> None:
        if self._is_for_yesterday(event):
            return
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.keyboard.receive(event)
        elif not (isinstance(event, events.MouseDown) and is_removed_at(self, event.x, event.y)):
            await super().on_event(event)

    def _is_for_yesterday(self, event: events.Event) -> bool:
        """Return whether to drop a key or click because the day has just changed."""
        is_about_day = isinstance(event, events.Key | events.MouseDown | events.AppFocus)
        if not is_about_day or not self.check_day():
            return False
        focused = self.focused if isinstance(event, events.Key) else None
        if focused is not None and focused.check_consume_key("a", "a"):
            return False  # text input does not depend on the day
        show_message(self, f"A new day began: {self.today:%A} {self.today.day} {self.today:%B}")
        return not isinstance(event, events.AppFocus)

    def check_day(self) -> bool:
        """Switch to a new day if one has begun; return whether it has."""
        today = self.vault.today()
        if today == self.today:
            return False
        self.today = today
        self.vault_signal.publish(None)
        return True

    def action_run_added(self, name: str) -> None:
        from notekeep.tui.added_actions import run_added

        run_added(self, name)

    def action_wait_for_second(self, first: str) -> None:
        self.keyboard.wait_for_second(first)

    def on_error_reported(self, event: ErrorReported) -> None:
        clock = f"{config.current_time():%H:%M}"
        others = [error for error in self._errors if error.message != event.message]
        error = Problem(clock, None, event.message, event.hint, "error")
        self._errors = [*others[1 - MAX_ERRORS :], error]
        self.unseen = len(self._errors)

    def action_show_problems(self) -> None:
        from notekeep.tui.screens.problems import ProblemsScreen

        errors, self._errors, self.unseen = self._errors, [], 0
        self.clear_notifications()  # the Problems screen shows the errors
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

    def _start_sync(self) -> None:
        """Sync if the user's settings enable it, or else show the sync status."""

        def begin() -> tuple[SyncStatus | None, SyncResult | None]:
            from notekeep.storage.git import is_set_up

            if not is_set_up(self.vault.places.state):
                return None, None
            service = self.vault.make_sync(is_alone=True)
            return (None, service.sync()) if syncs else (service.status(), None)

        def show(found: tuple[SyncStatus | None, SyncResult | None]) -> None:
            status, result = found
            if status is not None:
                arrows = ((self.glyphs.up, status.ahead), (self.glyphs.down, status.behind))
                self.sync_mark = " ".join(f"{arrow}{count}" for arrow, count in arrows if count)
            elif result is not None:
                self._synced(result)

        syncs = self.vault.person.sync_on_open
        failed = None if syncs else partial(report_error, self)
        in_background(self, begin, show, group="sync", failed=failed)

    def action_sync(self) -> None:
        show_message(self, "Syncing …")
        in_background(
            self, lambda: self.vault.make_sync(is_alone=True).sync(), self._synced, group="sync"
        )

    def _synced(self, result: SyncResult) -> None:
        self.clear_notifications()
        text = f"{result.problem} {result.hint}" if result.problem else f"Synced: {result}"
        show_message(self, text)
        self.sync_mark = result.mark
        if result.received or result.conflicts:
            self.post_message(VaultChanged())

    def action_undo(self) -> None:
        """Undo the last step; a step of another session needs a second call to confirm."""
        history, is_check_in = self.vault.history, self.current_mode == places.HABITS_SCREEN

        def undo() -> tuple[HistoryStep, str]:
            step = history.last_step(is_check_in=is_check_in)
            named, until = self._named_step or (None, 0.0)
            if not step.is_own and (step != named or time.monotonic() > until):
                return step, ""
            if step.is_check_in:
                return step, f"check-in {self.vault.habits.undo().habit.title}"
            return step, " ".join(name_step(done.verb, done.label) for done in history.undo())

        in_background(self, undo, self._undone, group=WRITE_GROUP)

    def _undone(self, answer: tuple[HistoryStep, str]) -> None:
        step, what = answer
        self.clear_notifications()  # a visible message may offer this undo
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
        def redone(step: HistoryStep) -> None:
            show_message(self, f"Redid: {name_step(step.verb, step.label)} · u undo")
            self.post_message(VaultChanged())

        in_background(self, self.vault.history.redo, redone, group=WRITE_GROUP)

    def get_default_screen(self) -> VaultScreen:
        # If the first screen were a mode, Textual would parse all styles again.
        return self.navigation.make_first_screen()

    def switch_mode(self, mode: str) -> AwaitMount:
        """Switch to a screen; if it is the current screen, close the overlays on it."""
        if mode == self.current_mode:
            self.navigation.close_overlays()
        return super().switch_mode(mode)

    def on_open_note(self, event: OpenNote) -> None:
        back = self.navigation.way_back() if event.read else None
        self.navigation.show(places.BROWSE_SCREEN, lambda browse: browse.open_note(event, back))

    def on_preview_followed(self, event: Preview.Followed) -> None:
        from notekeep.tui.screens.links import follow_link

        if isinstance(self.screen, VaultScreen):
            follow_link(self.screen, event.link, event.path)

    def on_show_query(self, event: ShowQuery) -> None:
        self.navigation.show(places.BROWSE_SCREEN, lambda browse: browse.show_query(event.query))

    def on_publish_notes(self, event: PublishNotes) -> None:
        self.navigation.show(places.PUBLISH_SCREEN, lambda publish: publish.plan(event.paths))

    def on_show_habit(self, event: ShowHabit) -> None:
        self.navigation.show(places.HABITS_SCREEN, lambda habits: habits.show_habit(event.habit))

    def on_show_overlay(self, event: ShowOverlay) -> None:
        if event.name == "conflicts":
            self.clear_notifications()  # the Conflicts screen shows the conflicts
        self.navigation.open_overlay(event.name, *event.subject)

    def on_edit_note(self, event: EditNote) -> None:
        self.navigation.close_overlays()
        self.editors.open(event.path, event.line)

    def action_show_overlay(self, name: str) -> None:
        self.post_message(ShowOverlay(name))

    def action_show_unsaved(self) -> None:
        self.editors.show_unsaved(by_user=True)

    def action_open_sample(self) -> None:
        from notekeep.services.demo import copy_sample_vault

        def leave(copy: str) -> None:
            self.call_later(self.leave_for, copy)

        in_background(self, partial(copy_sample_vault, self.today), leave, group="vaults")

    def action_refresh(self) -> None:
        self.updates.sweep()

    def action_open_periodic(self, kind: str) -> None:
        """Open the note of today, this week or this month, and create it if needed."""

        def opened(done: WriteResult) -> None:
            text = f"Created {done.paths[0]}" if done.step else ""
            notify_done(self, text, done)
            self.post_message(OpenNote(done.paths[0], read=True))

        open_note = partial(self.vault.notes.open_periodic, kind)
        in_background(self, open_note, opened, group=WRITE_GROUP)

    def action_new_note(self) -> None:
        # Called directly and not with a message, so that the next key goes to the title.
        is_post = self.current_mode == places.PUBLISH_SCREEN and "post" in self.vault.schema.kinds
        self.on_create_note(CreateNote(kind="post" if is_post else ""))

    def on_create_note(self, event: CreateNote) -> None:
        from notekeep.tui.dialogs.dialog import open_dialog
        from notekeep.tui.dialogs.form import NewNoteDialog

        def created(done: WriteResult) -> None:
            for path in done.paths[:1]:
                show_message(self, f"Created {path}")  # no undo hint, because the editor opens
                self.post_message(VaultChanged())
                mode, row = self.current_mode, self.vault.catalog.row(path)
                if mode == places.PUBLISH_SCREEN and row is not None and row.kind == "post":
                    self.post_message(PublishNotes((path,)))
                elif mode == places.BROWSE_SCREEN:
                    self.post_message(OpenNote(path))
                self.post_message(EditNote(path))

        browse, kind, folder = self.navigation.browse, event.kind, ""
        if browse is not None and browse is self.screen and not kind:
            folder = browse.chosen_folder
            kind = self.vault.schema.kind_at(f"{folder}/") or ""
        kinds = list(self.vault.schema.kinds)
        dialog = NewNoteDialog(kinds, kind=kind, title=event.title, folder=folder)
        create = partial(self.vault.notes.create, folder=folder)
        open_dialog(self, dialog, lambda answer: create(*answer), created)

    def action_capture(self) -> None:
        from notekeep.tui.dialogs.dialog import open_dialog
        from notekeep.tui.dialogs.quick_capture import CAPTURE_TARGETS, CaptureScreen

        def capture(request: CaptureRequest) -> WriteResult:
            if request.place in CAPTURE_TARGETS:
                self.place.capture = request.place
            return self.vault.notes.capture(*request)

        def captured(done: WriteResult) -> None:
            notify_done(self, f"Saved to {done.paths[-1]}" if done.paths else "", done)

        browse = self.navigation.browse
        note = browse.current_note if browse is not None and browse is self.screen else None
        open_dialog(self, CaptureScreen(self.place.capture, note), capture, captured)

    @property
    def marked_notes(self) -> AbstractSet[str]:
        return frozenset() if (browse := self.navigation.browse) is None else browse.notes.marked

    def unmark_notes(self, paths: Iterable[str]) -> None:
        if (browse := self.navigation.browse) is not None:
            browse.notes.mark(browse.notes.marked.difference(paths))

    def action_search(self) -> None:
        """Focus the search box of Browse; keys typed in the meantime wait for it."""

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

    def watch_theme(self, theme: str) -> None:
        if self.is_running and not self.vault.person.theme:
            self.place.theme = theme
