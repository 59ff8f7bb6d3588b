"""Work that several threads ask for, done by one at a time, and once for all who ask meanwhile.

Two sweeps at once look at the same files, read the same changed notes and hold all of them in
memory twice. Whoever asks is served by work that begins after the question: what is going on
already may have passed by what changed since.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")


class Turns:
    """The turns of one kind of work on one vault."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._coming: dict[Hashable, _Shared] = {}

    def take(self, asked: Hashable, work: Callable[[], T]) -> T:
        """Do work when nobody else does any, unless somebody is about to do the same.

        Args:
            asked: What is asked for; who waits for a turn to do the same gives the answer to all.
            work: Does it. It must not ask for a turn itself.

        Raises:
            Exception: What the work raises, to all who asked. Who gives it up, by what is no
                Exception, leaves it to the others.
        """
        while True:
            with self._guard:
                shared = self._coming.get(asked)
                is_ours = shared is None
                if shared is None:
                    shared = self._coming[asked] = _Shared()
            if is_ours:
                return cast("T", self._work(asked, shared, work))
            shared.done.wait()
            if shared.error is not None:
                raise shared.error
            if not shared.is_given_up:
                return cast("T", shared.answer)

    def _work(self, asked: Hashable, shared: _Shared, work: Callable[[], Any]) -> Any:
        try:
            with self._turn:
                # From here on it is too late to ask for this one.
                self._begin(asked, shared)
                shared.answer = work()
        except Exception as error:
            shared.error = error
            raise
        except BaseException:
            shared.is_given_up = True
            raise
        finally:
            self._begin(asked, shared)
            shared.done.set()
        return shared.answer

    def _begin(self, asked: Hashable, shared: _Shared) -> None:
        with self._guard:
            if self._coming.get(asked) is shared:
                del self._coming[asked]


class InTurn:
    """The turns of those who refresh one vault.

    Attributes:
        files: For its files, up to the catalog.
        words: For the words index, which may take longer: who saved a note need not wait for it.
    """

    def __init__(self) -> None:
        self.files = Turns()
        self.words = Turns()


class _Shared:
    """One piece of work, and what came of it."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.answer: Any = None
        self.error: Exception | None = None
        self.is_given_up = False
