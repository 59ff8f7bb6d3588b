"""What every screen over a vault has: the two lines above and below, and the quick switch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.screen import Screen

from notekeep.tui.textual_compat import PacedScreen
from notekeep.tui.widgets.dated import Dated
from notekeep.tui.widgets.footer import Footer
from notekeep.tui.widgets.line_view import LineView
from notekeep.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from textual.app import ComposeResult
    from textual.widget import AwaitMount, Widget

    from notekeep.tui.over import Over
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.widgets.switcher import Switcher
    from notekeep.vault import Vault
    from notekeep.writing.conflicting import Pair


# One pane, two, three: see the screens' styles.
WIDTHS = [(0, "-narrow"), (80, "-normal"), (110, "-wide")]
HEIGHTS = [(0, "-short"), (28, "-tall")]

SOON = 0.1
"""Seconds after which the first frame is out."""


class VaultScreen(PacedScreen, Screen[None]):
    """A screen over a vault.

    Attributes:
        vault: What it shows.
        glyphs: The characters to draw with.
        today: The day it is, by the vault's own clock.
    """

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS: ClassVar[str | None] = ""

    OPENED_BY: ClassVar[str] = ""
    """The id of the action that opens the screen."""

    LIES_OVER: ClassVar[bool] = False
    """Whether it is opened over another screen, and goes when that one is wanted."""

    def __init__(self, vault: Vault, glyphs: Glyphs, today: date) -> None:
        super().__init__()
        self.vault = vault
        self.glyphs = glyphs
        self.today = today
        self._focus_before: Widget | None = None
        self._has_missed = False
        self._mounts_switcher: AwaitMount | None = None

    def compose(self) -> ComposeResult:
        yield StatusLine(self.vault.name, self.OPENED_BY)
        yield from self.compose_body()
        yield Footer()

    def compose_body(self) -> ComposeResult:
        """Yield what stands between the two lines."""
        raise NotImplementedError

    def vault_changed(self) -> None:
        """Show the vault as it is by now, with the cursor where it was."""
        raise NotImplementedError

    # The focus, where the pane that has it goes for want of room.

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        """Give the focus that a hidden pane lost to one that is seen: keys would go nowhere.

        While another window has it, Textual keeps in mind who is to have it again.
        """
        if self.focused is not None or not self.app.app_focus:
            return
        views = [one for one in self.focus_chain if isinstance(one, LineView)]
        views.sort(key=lambda view: view.id == "sidebar")
        if views:
            views[0].focus()

    @property
    def is_away(self) -> bool:
        """Whether another screen is in its place; what only lies over it leaves it where it is."""
        return self not in self.app.screen_stack

    def waits_to_be_seen(self) -> bool:
        """Tell whether nobody sees the screen; `vault_changed` is then called again when one does.

        What it would read is much, and is another by the time that it is seen.
        """
        self._has_missed = self.is_away
        return self._has_missed

    def on_screen_resume(self) -> None:
        if self._has_missed:
            self._has_missed = False
            self.vault_changed()

    def begin_day(self, today: date) -> None:
        """Show the vault as it is seen from another day than before."""
        self.today = today
        for view in self.walk_children(LineView):
            if isinstance(view, Dated):
                view.begin_day(today)
        self.vault_changed()

    def place(self) -> str:
        """Return where the focus is, as `actions.PLACES` names it."""
        raise NotImplementedError

    @property
    def opens_as_it_is(self) -> bool:
        """Whether the screen will look as it does now when it opens next time."""
        switcher = self._switcher
        return switcher is None or not switcher.is_open

    def say(self, text: str, shortly: str = "") -> None:
        """Write what the screen says of itself at the right of the top line.

        Args:
            text: All of it, its parts with a dot between them.
            shortly: What matters most of it, where there is no room for all; "" is the last part.
        """
        if (line := self.query_one_optional(StatusLine)) is not None:
            line.says, line.says_shortly = text, shortly

    def rest(self, *actions: str) -> None:
        """Show at the bottom which actions have nothing to be about; none by default."""
        if (footer := self.query_one_optional(Footer)) is not None:
            footer.idle = frozenset(actions)

    def flag(self, conflicts: Sequence[Pair]) -> None:
        """Show that there are notes with two versions."""
        if (line := self.query_one_optional(StatusLine)) is not None:
            line.conflicts = len(conflicts)

    def tell_wrong(self, count: int) -> None:
        """Show how many errors there were that have not been looked at."""
        if (line := self.query_one_optional(StatusLine)) is not None:
            line.wrong = count

    def doing(self, text: str) -> None:
        """Write what goes on in the background into the bottom line; "" when it is over."""
        if (footer := self.query_one_optional(Footer)) is not None:
            footer.doing = text

    def index_grew(self) -> None:
        """Say how far the index is, where that is said."""

    # The quick switch: mounted after the first frame, since most sessions start without it.

    def on_mount(self) -> None:
        # Textual tells of a refresh while it still holds the first frame back.
        self.set_timer(SOON, self._mount_switcher)
        app = cast("Over", self.app)
        self.flag(app.conflicts)
        self.tell_wrong(app.unseen)

    def _mount_switcher(self) -> None:
        from notekeep.tui.widgets.switcher import Switcher

        # Textual calls `on_mount` of every class, and some screens call this one themselves.
        if self._mounts_switcher is None and self.is_attached:  # the program may be ending
            self._mounts_switcher = self.mount(Switcher(self.vault, self.glyphs))

    @property
    def _switcher(self) -> Switcher | None:
        """The quick switch, once it is mounted."""
        from notekeep.tui.widgets.switcher import Switcher

        return self.query_one_optional(Switcher)

    async def open_switcher(self) -> None:
        """Show the quick switch."""
        # The key may come before it is mounted, or while it is.
        self._mount_switcher()
        if self._mounts_switcher is not None:
            await self._mounts_switcher
        switcher = self._switcher
        if switcher is not None and not switcher.is_open:
            self._focus_before = self.focused
            switcher.open()

    def switch_again(self) -> None:
        """Have the quick switch look again, as the vault has changed."""
        if (switcher := self._switcher) is not None:
            switcher.again()

    def on_switcher_closed(self) -> None:
        if self._focus_before is not None and self._focus_before.is_attached:
            self._focus_before.focus()
