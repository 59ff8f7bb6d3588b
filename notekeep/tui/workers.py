"""Work that must not hold up a key: done in a thread, its answer shown, and what is said of it.

An error that notekeep names is shown as it says itself; any other is a fault of ours, is written to
the log with its traceback, and never ends the program.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypeVar

from textual.app import App
from textual.dom import DOMNode
from textual.worker import Worker

from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean, clean_line
from notekeep.tui.messages import ErrorReported, VaultChanged, WorkStatus
from notekeep.tui.render.formatting import plural
from notekeep.tui.textual_compat import is_being_removed

if TYPE_CHECKING:
    from notekeep.notes.plan import WriteResult
    from notekeep.tracking.checkin import CheckInResult
    from notekeep.tui.keyboard import Keyboard


T = TypeVar("T")
SHORT, LONG = 4.0, 8.0
"""Seconds for which one sentence is shown, and an error with its hint, which is also kept in the
list of problems. Longer ones would cover the next screen."""
WRITE_GROUP = "write"  # the group of work that changes notes
ANSWER_SECONDS = 3.0  # seconds for which keys wait at most for an answer


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
    """Run `what` in a thread, where it must touch no widget, and then `then` with its answer.

    Args:
        node: The screen or app that asks; what an answer does not find when that is gone by then
            is no fault.
        what: Asks the vault.
        then: Shows the answer.
        group: Work of one kind. That of `WRITE_GROUP` is done one after the other.
        exclusive: Drop the answers of earlier work of the group that the same node asked for.
        pause: Seconds to wait first, so that the next key can make it unnecessary.
        holds_keys: Keep the keys that come meanwhile for what the answer opens.
        failed: What to do instead of showing the error.
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
        except NotekeepError as error:
            show_error(node, error)
        except Exception as error:  # noqa: BLE001 - a fault in one answer must not end the program
            # A screen that is being removed no longer has what would show the answer.
            if not is_being_removed(node):
                show_internal_error(node, error)
        finally:
            if keyboard is not None:
                keyboard.release(job)

    # The app that welcomes has no keyboard of ours.
    keyboard: Keyboard | None = getattr(node.app, "keyboard", None) if holds_keys else None
    if keyboard is not None:
        keyboard.hold(job, seconds=ANSWER_SECONDS)
    # Handed over uncalled: a worker that is cancelled before it starts must leave nothing behind.
    return node.app.run_worker(
        job, group=f"{id(node)}-{group}", exclusive=exclusive, exit_on_error=False
    )


async def _first_frame(app: App[object]) -> None:
    """Wait for the first frame, which a thread would delay."""
    if (first_frame := getattr(app, "first_frame", None)) is not None:
        await first_frame.wait()


def _turn(app: App[object]) -> asyncio.Lock:
    """A turn at changing notes: two steps in one moment would each begin with the same text."""
    turns: asyncio.Lock = vars(app).setdefault("turns_at_writing", asyncio.Lock())
    return turns


@contextmanager
def work_status(node: DOMNode, text: str) -> Iterator[None]:
    """Say at the bottom what goes on while it does; a thread may do it."""
    node.app.post_message(WorkStatus(text))
    try:
        yield
    finally:
        node.app.post_message(WorkStatus(""))


def show_error(node: DOMNode, error: NotekeepError) -> None:
    """Tell what could not be done, why, and what to do about it."""
    text = error.message + (f"\n{error.hint}" if error.hint else "")
    show_message(node, text, seconds=LONG, severity="error")
    report_error(node, error)


def report_error(node: DOMNode, error: NotekeepError) -> None:
    """Add an error to the unread ones, without a toast: the user asked for nothing."""
    node.app.post_message(ErrorReported(error.message, error.hint))


def show_internal_error(node: DOMNode, error: Exception) -> None:
    """Show and log a bug of ours."""
    log_internal_error(error)
    text = f"{type(error).__name__}: {clean_line(str(error))}"
    show_error(node, NotekeepError(text, "This is a bug in notekeep. See the log."))


def log_internal_error(error: Exception) -> None:
    """Write a fault of ours to the log, with its traceback."""
    logging.getLogger("notekeep.tui.launch").error("fault", exc_info=error)


def show_message(
    node: DOMNode,
    text: str,
    *,
    seconds: float = SHORT,
    severity: Literal["information", "warning", "error"] = "information",
) -> None:
    """Tell, in one short sentence, of an effect that is not on the screen."""
    node.app.notify(clean(text), severity=severity, timeout=seconds, markup=False)


# What is said after a change: what was done, how to take it back, what was left out.

MAX_NAMED_NOTES = 4
"""So many notes that were left out are named in a toast; of more the number is said."""


def notify_done(node: DOMNode, text: str, done: WriteResult, *, left: int = 0) -> None:
    """Say what was done and how to take it back, and which notes were left out and why."""
    if done.remarks:
        remarks = "\n".join(map(clean_line, done.remarks[:MAX_NAMED_NOTES]))
        show_message(node, remarks, seconds=LONG)
    lines = [f"{problem.place}: {problem.message}" for problem in done.refused[:MAX_NAMED_NOTES]]
    if len(done.refused) > MAX_NAMED_NOTES:
        lines.append(f"and {plural(len(done.refused) - MAX_NAMED_NOTES, 'more note')}")
    if lines:
        hints = dict.fromkeys(problem.hint for problem in done.refused if problem.hint)
        lines = [*lines, *list(hints)[:1]]
        left_out = "\n".join(map(clean_line, lines))
        show_message(node, left_out, seconds=LONG, severity="warning")
    if text and done.paths:
        rest = f" · {left} unchanged" if left else ""
        show_message(node, f"{text}{rest} · u undo" if done.step else f"{text}{rest}")
    node.app.post_message(VaultChanged())


def notify_check_in(node: DOMNode, text: str, logged: CheckInResult) -> None:
    """Say what was said of a habit, and have it shown."""
    if logged.warning:
        show_message(node, logged.warning)
    if not logged.is_written:
        return
    if text:
        show_message(node, f"{text} · u undo")
    node.app.post_message(VaultChanged())


# What the first frame does without, and the session does not: imported after it, so that no key
# waits for an import.

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
"""What keys ask for, likeliest first."""


def import_soon(app: App[None], names: Sequence[str] = SOON) -> None:
    """Import what keys may ask for, one module at a time."""

    def step() -> None:
        import_module(names[0])
        import_soon(app, names[1:])

    if names:
        app.set_timer(IMPORT_PAUSE, step)
