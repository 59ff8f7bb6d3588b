"""Keys about what is on its way to the screen: kept until it is there, and then done."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from notekeep.tui.jobs import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.tui.keyboard import Keyboard
    from notekeep.tui.screens.base import VaultScreen
else:
    # See `Keyboard`: one class of Textual's kind is enough for one screen.
    VaultScreen = object

KEPT_SECONDS = 1.0
"""How long keys wait for what they are about."""
TOO_EARLY = "It is not there yet; press the key again when you see it"


class Awaiting(VaultScreen):
    """A screen on which a key may come before what it is about.

    Attributes:
        is_coming: Whether that is on its way.
    """

    is_coming = False
    _meant: Sequence[Callable[[], object]] = ()

    def waits(self, deed: Callable[[], object]) -> bool:
        """Keep what a key does, and the keys behind it, until what comes is there.

        Args:
            deed: Does it; asked again then, as something else may be on its way because of a key
                before it.

        Returns:
            False when nothing is on its way.
        """
        if self.is_coming:
            self._meant = [*self._meant, deed]
            cast("Keyboard", self.app).hold_keys(self, self._too_early, seconds=KEPT_SECONDS)
        return self.is_coming

    def _too_early(self) -> None:
        if self._meant:
            self._meant = ()
            say(self, TOO_EARLY)

    def has_come(self) -> None:
        """Do what was meant for what is there by now."""
        self.is_coming = False
        self._let_go(is_there=True)

    def comes_otherwise(self) -> None:
        """Let go of what was meant: something else comes, or nothing does."""
        self.is_coming = False
        self._let_go(is_there=False)

    def _let_go(self, *, is_there: bool) -> None:
        meant, self._meant = self._meant, ()
        for deed in meant if is_there else ():
            deed()
        if meant and not self._meant:
            cast("Keyboard", self.app).release_keys(self)
