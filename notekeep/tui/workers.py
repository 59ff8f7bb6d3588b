"""Background work in threads, and messages for its results and errors.

A NotekeepError is shown. Any other error is a bug: it is logged with its traceback, and the app
continues.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypeVar

from textual.app import App
from textual.dom import DOMNode
from textual.worker import Worker

from notekeep import extensions
from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean, clean_line
from notekeep.tui.messages import ErrorReported, VaultChanged, WorkStatus
from notekeep.tui.render.formatting import plural
from notekeep.tui.textual_compat import is_being_removed

if TYPE_CHECKING:
    from notekeep.notes.plan import WriteResult
    from notekeep.own_commands import QueuedCommand
    from notekeep.tracking.checkin import CheckInResult
    from notekeep.tui.keyboard import Keyboard


T = TypeVar("T")
SHORT, LONG = 4.0, 8.0
"""Seconds to show a message, and an error with its hint. Longer toasts would cover the next screen;
errors are also listed on the Problems screen."""
WRITE_GROUP = "write"  # the group of work that changes notes
MAX_OUTPUT_LINES = 8  # lines of a command's output in a toast
ANSWER_SECONDS = 3.0  # the longest time that keys wait for a result


def in_background(
    node: DOMNode,
    what: Callable[[], T],
    then: Callable[[T], object],
    *,
    group: str,
    exclusive: bool = False,
    pause: float = 0.0,
    holds_keys: bool = False,
    failed: Callable[[NotekeepError], object] | None = None,
) -> Worker[None]:
    """Run `what` in a thread, where it must not use widgets, and call `then` with its result.

    Args:
        node: The screen or app that starts the work; errors after its removal are ignored.
        what: The work.
        then: Shows the result.
        group: The kind of work. Jobs in `WRITE_GROUP` run one at a time.
        exclusive: Whether to cancel earlier work of this group and node.
        pause: Seconds to wait before the work, so that the next key can cancel it.
        holds_keys: Whether to hold keys until `then` has run and has opened a screen for them.
        failed: Handles a NotekeepError, which is otherwise shown.
    """

    async def job() -> None:
        await _first_frame(node.app)
        if pause:
            await asyncio.sleep(pause)
        try:
            try:
                async with _turn(node.app) if group == WRITE_GROUP else nullcontext():
                    answer = await asyncio.to_thread(what)
            except NotekeepError as error:
                (failed or partial(show_error, node))(error)
            else:
                then(answer)
            show_failed_extensions(node)
            run_own_commands(node)
        except NotekeepError as error:
            show_error(node, error)
        except Exception as error:  # noqa: BLE001 - a bug must not end the app
            # A screen that is being removed no longer has the widgets that show the result.
            if not is_being_removed(node):
                show_internal_error(node, error)
        finally:
            if keyboard is not None:
                keyboard.release(job)

    # The welcome app has no keyboard.
    keyboard: Keyboard | None = getattr(node.app, "keyboard", None) if holds_keys else None
    if keyboard is not None:
        keyboard.hold(job, seconds=ANSWER_SECONDS)
    # Pass the function and not a coroutine: a worker cancelled before its start would not await it.
    return node.app.run_worker(
        job, group=f"{id(node)}-{group}", exclusive=exclusive, exit_on_error=False
    )


async def _first_frame(app: App[object]) -> None:
    """Wait for the first frame, because a busy thread would delay it."""
    if (first_frame := getattr(app, "first_frame", None)) is not None:
        await first_frame.wait()


def _turn(app: App[object]) -> asyncio.Lock:
    """Return the lock for changes to notes: concurrent steps would start from the same text."""
    turns: asyncio.Lock = vars(app).setdefault("turns_at_writing", asyncio.Lock())
    return turns


@contextmanager
def work_status(node: DOMNode, text: str) -> Iterator[None]:
    """Show a status in the footer during the block; safe in a thread."""
    node.app.post_message(WorkStatus(text))
    try:
        yield
    finally:
        node.app.post_message(WorkStatus(""))


def show_error(node: DOMNode, error: NotekeepError) -> None:
    """Show an error and its hint, and add it to the unread errors."""
    text = error.message + (f"\n{error.hint}" if error.hint else "")
    show_message(node, text, seconds=LONG, severity="error")
    report_error(node, error)


def report_error(node: DOMNode, error: NotekeepError) -> None:
    """Add an error to the unread errors without a toast, because no user action caused it."""
    node.app.post_message(ErrorReported(error.message, error.hint))


def show_failed_extensions(node: DOMNode) -> None:
    """Show the errors of skipped extensions."""
    for failed in extensions.take_failures():
        show_error(node, failed)


def run_own_commands(node: DOMNode) -> None:
    """Run the user's own commands that wait for past events."""
    module = sys.modules.get("notekeep.own_commands")
    for queued in module.take_queued() if module is not None else ():
        run_own_command(node, queued)


def run_own_command(node: DOMNode, queued: QueuedCommand) -> None:
    """Run one of the user's commands in the background, and show its output or its failure."""
    show = partial(show_output, node, queued.command.name)
    in_background(node.app, queued.start, show, group="own-commands")


def show_output(node: DOMNode, name: str, text: str) -> None:
    """Show the last lines of a command's output, or that it is done."""
    lines = text.rstrip().splitlines()[-MAX_OUTPUT_LINES:]
    show_message(node, "\n".join([f"{name}:", *lines]) if lines else f"{name}: done", seconds=LONG)


def show_internal_error(node: DOMNode, error: Exception) -> None:
    """Show and log an unexpected error."""
    log_internal_error(error)
    text = f"{type(error).__name__}: {clean_line(str(error))}"
    show_error(node, NotekeepError(text, "This is a bug in notekeep. See the log."))


def log_internal_error(error: Exception) -> None:
    """Log an unexpected error with its traceback."""
    logging.getLogger("notekeep.tui.launch").error("fault", exc_info=error)


def show_message(
    node: DOMNode,
    text: str,
    *,
    seconds: float = SHORT,
    severity: Literal["information", "warning", "error"] = "information",
) -> None:
    """Show a short toast about something that is not visible on the screen."""
    node.app.notify(clean(text), severity=severity, timeout=seconds, markup=False)


MAX_NAMED_NOTES = 4  # refused notes to list in a toast; the rest are only counted


def notify_done(node: DOMNode, text: str, done: WriteResult, *, left: int = 0) -> None:
    """Show the result and the undo key, and refused notes with their reasons."""
    if done.remarks:
        remarks = "\n".join(map(clean_line, done.remarks[:MAX_NAMED_NOTES]))
        show_message(node, remarks, seconds=LONG)
    lines = [f"{problem.place}: {problem.message}" for problem in done.refused[:MAX_NAMED_NOTES]]
    if len(done.refused) > MAX_NAMED_NOTES:
        lines.append(f"and {plural(len(done.refused) - MAX_NAMED_NOTES, 'more note')}")
    if lines:
        hints = dict.fromkeys(problem.hint for problem in done.refused if problem.hint)
        lines = [*lines, *list(hints)[:1]]
        refused = "\n".join(map(clean_line, lines))
        show_message(node, refused, seconds=LONG, severity="warning")
    if text and done.paths:
        rest = f" · {left} unchanged" if left else ""
        show_message(node, f"{text}{rest} · u undo" if done.step else f"{text}{rest}")
    node.app.post_message(VaultChanged())


def notify_check_in(node: DOMNode, text: str, logged: CheckInResult) -> None:
    """Show the result of a check-in."""
    if logged.warning:
        show_message(node, logged.warning)
    if not logged.is_written:
        return
    if text:
        show_message(node, f"{text} · u undo")
    node.app.post_message(VaultChanged())


# Modules that keys need are imported after the first frame, so that no key waits for an import.

IMPORT_PAUSE = 0.05  # seconds between two imports
SOON = (
    "notekeep.search.session",
    "notekeep.tui.dialogs.switcher",
    "notekeep.storage.history",
    "notekeep.export.draft",
    "notekeep.export.plan",
    "notekeep.tui.screens.note_operations",
    "notekeep.tui.screens.palette",
    "notekeep.tui.screens.help",
    "notekeep.tui.widgets.note_grid",
    "notekeep.tui.screens.edit",
    "notekeep.tui.screens.today",
    "notekeep.tui.screens.habits",
    "notekeep.tui.screens.publish",
)
"""Modules to import, most likely needed first."""


def import_soon(app: App[None], names: Sequence[str] = SOON) -> None:
    """Import modules one at a time, with a pause after each."""

    def step() -> None:
        import_module(names[0])
        import_soon(app, names[1:])

    if names:
        app.set_timer(IMPORT_PAUSE, step)
