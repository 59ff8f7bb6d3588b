"""The app as its screens, dialogs and widgets see it, and background requests to the vault."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.app import App
from textual.dom import DOMNode
from textual.reactive import var
from textual.signal import Signal
from textual.worker import Worker, get_current_worker

from notekeep.errors import NotekeepError
from notekeep.tui.workers import WRITE_GROUP, in_background, report_error, show_error

if TYPE_CHECKING:
    from notekeep.notes.conflict_pairs import ConflictPair
    from notekeep.search.results import SearchResults
    from notekeep.tui.commands.action import Action
    from notekeep.tui.keyboard import Keyboard
    from notekeep.tui.location import LastPlace
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.vault import Vault

T = TypeVar("T")


class Program(App[None]):
    """The part of the app that screens, dialogs and widgets use."""

    vault: Vault
    place: LastPlace
    today: date
    glyphs: Glyphs
    own_keys: Mapping[str, str]
    added_actions: Sequence[Action] = ()
    """The user's own commands and the actions of extensions."""
    added_runs: Mapping[str, Callable[[Any], object]] = {}
    """The functions that run added actions on a screen, by action ID."""
    keyboard: Keyboard
    vault_signal: Signal[None]
    """Published when the vault or the day has changed."""

    # Shown in the status line and footer of every screen.
    indexed: var[float | None] = var(None)
    """The indexed share of the vault, from 0 to 1; None when the index is complete."""
    indexing = var("")  # the indexing progress as text
    conflicts: var[Sequence[ConflictPair]] = var(())  # the notes with two versions
    sync_mark = var("")  # sync status: "↑2 ↓1", "offline", "not sent" or ""
    unseen = var(0)  # unread errors
    working = var("")  # the current background work

    async def leave_for(self, root: str) -> None:
        """Save, then close this vault and open another."""
        raise NotImplementedError

    @property
    def marked_notes(self) -> AbstractSet[str]:
        """The paths of the marked notes in Browse."""
        raise NotImplementedError

    def unmark_notes(self, paths: Iterable[str]) -> None:
        raise NotImplementedError


def program(part: DOMNode) -> Program:
    """Return the app of a screen or widget."""
    return cast("Program", part.app)


class ProgramPart(DOMNode):
    """A screen, dialog or widget of the app."""

    @property
    def vault(self) -> Vault:
        return program(self).vault

    @property
    def glyphs(self) -> Glyphs:
        return program(self).glyphs

    @property
    def today(self) -> date:
        return program(self).today

    def load(
        self,
        group: str,
        what: Callable[[], T],
        then: Callable[[T], object],
        *,
        pause: float = 0.0,
        is_quiet: bool = False,
    ) -> None:
        """Run `what` in a thread, then call `then` unless newer work of the group has started.

        Errors are shown; with `is_quiet`, they are only added to the unread errors.
        """
        failed = partial(report_error, self) if is_quiet else self.show_problem
        in_background(self, what, then, group=group, exclusive=True, pause=pause, failed=failed)

    def show_problem(self, error: NotekeepError) -> None:
        show_error(self, error)


class PendingAnswer:
    """The pending result of a node's last request; keys that act on the result wait for it."""

    def __init__(self, node: DOMNode, group: str) -> None:
        self._node, self._group = node, group
        self._worker: Worker[None] | None = None
        self._callbacks: list[Callable[[], object]] = []

    def ask(
        self,
        what: Callable[[], T],
        then: Callable[[T], object],
        *,
        pause: float = 0.0,
        failed: Callable[[NotekeepError], object] | None = None,
    ) -> None:
        """Run `what` in a thread, then call `then` unless there is a newer request."""
        self._worker = in_background(
            self._node,
            what,
            partial(self._show, then),
            group=self._group,
            exclusive=self._group != WRITE_GROUP,  # writes are never cancelled
            pause=pause,
            failed=partial(self._fail, failed or partial(show_error, self._node)),
        )

    def drop(self) -> None:
        """Cancel the request and its callbacks."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        self.drop_callbacks()

    @property
    def is_done(self) -> bool:
        """Whether no request is pending."""
        return self._worker is None or self._worker.is_finished

    def when_ready(
        self,
        callback: Callable[[], object],
        *,
        late: Callable[[], object] = lambda: None,
        seconds: float = 0.0,
    ) -> None:
        """Call `callback` when the result has arrived; hold keys until then (`Keyboard.hold`)."""
        if self.is_done:
            callback()
        else:
            self._callbacks.append(callback)
            program(self._node).keyboard.hold(self, late, seconds=seconds)

    def _show(self, show: Callable[[T], object], answer: T) -> None:
        self._worker = None
        show(answer)
        if self.is_done:  # false if `show` made another request
            for callback in self._callbacks:
                callback()
            self.drop_callbacks()

    def _fail(self, show: Callable[[NotekeepError], object], error: NotekeepError) -> None:
        self._worker = None
        self.drop_callbacks()
        show(error)

    def drop_callbacks(self) -> None:
        """Drop the callbacks and release the held keys."""
        if self._callbacks:
            self._callbacks.clear()
            program(self._node).keyboard.release(self)


class TitleSearch(PendingAnswer):
    """The suggested notes for the last typed text; see `SearchService.suggest`."""

    def __init__(
        self, node: DOMNode, show: Callable[[str, SearchResults], object], limit: int
    ) -> None:
        """`show` is called with the typed text and at most `limit` notes."""
        super().__init__(node, "titles")
        self._show_titles, self._limit = show, limit
        self._searching = threading.Lock()

    def ask_titles(self, typed: str, query: str | None = None) -> None:
        """Request suggestions for a text, or for a `query` derived from it."""
        find = partial(self._find, typed if query is None else query)
        self.ask(find, partial(self._found, typed))

    def _find(self, query: str) -> SearchResults | None:
        worker = get_current_worker()
        # After several fast keys, only the last needs a result and must not wait for the others.
        with self._searching:
            if worker.is_cancelled:
                return None
            return program(self._node).vault.search.suggest(query, limit=self._limit)

    def _found(self, typed: str, found: SearchResults | None) -> None:
        if found is not None:
            self._show_titles(typed, found)
