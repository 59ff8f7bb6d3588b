"""Work that must not hold up a key: run in a thread, its answer handed back to the interface.

An error that notekeep names is shown as it says itself; any other is a fault of ours, is written
to the log with its traceback, and never ends the program.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from notekeep.errors import NotekeepError
from notekeep.markdown.clean import clean, clean_line
from notekeep.tui.messages import WentWrong
from notekeep.tui.textual_compat import is_being_removed, share_heaps

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from textual.app import App
    from textual.dom import DOMNode
    from textual.worker import Worker

T = TypeVar("T")
SHORT, LONG = 4.0, 8.0
"""Seconds for which one sentence is shown, and an error with its hint, which is also kept in the
list of problems. Longer ones would cover the next screen."""
WRITING = "write"
"""The group of work that changes notes."""
HELD = 3.0
"""Seconds for which keys wait at most for an answer."""


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
    """Run `what` in a thread and then `then` with its answer in the interface's own.

    Args:
        node: The screen or app that asks; what an answer does not find when that is gone by then
            is no fault.
        what: Asks the vault; must not touch a widget.
        then: Shows the answer.
        group: Work of one kind; see `exclusive`. What changes notes is of `WRITING`, and is done in
            the order in which it was asked for, each when the one before is done.
        exclusive: Drop the answers of earlier work of the group that the same node asked for.
        pause: Seconds to wait first, so that the next key can make it unnecessary.
        holds_keys: Keep the keys that come meanwhile for what the answer opens.
        failed: What to do instead of showing the error.
    """

    async def job() -> None:
        await _first_frame(node.app)
        share_heaps()
        if pause:
            await asyncio.sleep(pause)
        try:
            try:
                async with _turn(node.app, group):
                    answer = await asyncio.to_thread(what)
            except NotekeepError as error:
                (failed or (lambda problem: show_error(node, problem)))(error)
            else:
                then(answer)
        except NotekeepError as error:
            show_error(node, error)
        except Exception as error:  # noqa: BLE001 - a fault in one answer must not end the program
            # A screen that is being removed no longer has what would show the answer.
            if not is_being_removed(node):
                show_fault(node, error)
        finally:
            if keyboard is not None:
                keyboard.release_keys(job)

    keyboard: Any = node.app if holds_keys and hasattr(node.app, "hold_keys") else None
    if keyboard is not None:
        keyboard.hold_keys(job, seconds=HELD)
    # Handed over uncalled: a worker that is cancelled before it starts must leave nothing behind.
    return node.app.run_worker(
        job, group=f"{id(node)}-{group}", exclusive=exclusive, exit_on_error=False
    )


def _turn(app: App[object], group: str) -> AbstractAsyncContextManager[object]:
    """A turn at changing notes: two steps in one moment would each begin with the same text."""
    if group != WRITING:
        return nullcontext()
    turns: asyncio.Lock = vars(app).setdefault("turns_at_writing", asyncio.Lock())
    return turns


async def _first_frame(app: App[object]) -> None:
    """Wait until something is seen: a thread would take the processor from it."""
    first_frame: asyncio.Event | None = getattr(app, "first_frame", None)
    if first_frame is not None:
        await first_frame.wait()


def show_error(node: DOMNode, error: NotekeepError) -> None:
    """Tell what could not be done, why, and what to do about it."""
    text = clean(error.message) + (f"\n{clean(error.hint)}" if error.hint else "")
    node.app.notify(text, severity="error", timeout=LONG, markup=False)
    node.app.post_message(WentWrong(error.message, error.hint))


def show_fault(node: DOMNode, error: Exception) -> None:
    """Tell of a fault of ours, and log it."""
    log_fault(error)
    what = f"{type(error).__name__}: {clean_line(str(error))}"
    hint = "This is a fault in notekeep; see log."
    node.app.notify(f"{what}\n{hint}", severity="error", timeout=LONG, markup=False)
    node.app.post_message(WentWrong(what, hint))


def log_fault(error: Exception) -> None:
    """Write a fault of ours to the log, with its traceback."""
    import logging

    logging.getLogger("notekeep.tui").error("fault", exc_info=error)


def say(node: DOMNode, text: str) -> None:
    """Tell, in one short sentence, of an effect that is not on the screen."""
    node.app.notify(clean(text), timeout=SHORT, markup=False)
