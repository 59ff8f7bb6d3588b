"""What of Textual's would wait for the garbage collector, and goes at once instead.

A cache of Textual's is a ring of entries, so that one which is cleared still holds all that was in
it. A worker that ended holds its task, whose context holds the worker, and with it the note that
was read. A collection that finds them takes a tenth of a second of some key, and one that waits for
a quiet moment finds a hundred megabytes. Here the rings are opened where they come to their end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.cache import LRUCache
from textual.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.widget import Widget

_clear, _start = LRUCache.clear, Worker._start  # noqa: SLF001 - Textual offers no other place


def clear(cache: LRUCache[Any, Any]) -> None:
    """Empty a cache, as `LRUCache.clear` does."""
    for entry in cache._cache.values():  # noqa: SLF001 - see above
        entry.clear()
    _clear(cache)


def start(
    worker: Worker[Any], app: App[Any], done: Callable[[Worker[Any]], None] | None = None
) -> None:
    """Start a worker, as Textual does; when it has ended, it holds nothing of its work."""
    _start(worker, app, done)
    if (task := worker._task) is not None:  # noqa: SLF001 - see above
        task.add_done_callback(lambda _task: _end(worker))


def _end(worker: Any) -> None:
    if (error := worker.error) is not None:
        error.__traceback__ = error.__context__ = error.__cause__ = None
    worker._task = worker._work = None  # noqa: SLF001 - see above


def unwatch(widget: Widget) -> None:
    """Take out of the app what watches it for a widget that goes.

    Textual does so when what is watched changes: a theme, seldom if ever. Until then it keeps the
    widget, with all of its text.
    """
    for watchers in getattr(widget.app, "__watchers", {}).values():
        watchers[:] = [one for one in watchers if one[0] is not widget]


def cut() -> None:
    """Have every cache and every worker do so."""
    LRUCache.clear = clear  # type: ignore[method-assign, assignment]
    Worker._start = start  # type: ignore[method-assign, assignment] # noqa: SLF001 - see above
