"""Where an export goes: the kind of site and its folder, as chosen, and what stands there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from notekeep.tui.render.diff import home_path
from notekeep.tui.render.posts import file_name
from notekeep.tui.screens.dialogs import Choice, Option, Prompt

if TYPE_CHECKING:
    from notekeep.tui.screens.publish import PublishScreen
    from notekeep.vault.publishing import Standing

_OTHER = "other"
"""The answer that is none of those listed."""


def states(screen: PublishScreen) -> tuple[dict[str, str], list[Standing]]:
    """Return the titles of drafts and posts by path, and how they stand in each site.

    Touches no widget, so that a thread may ask.

    Raises:
        NotekeepError: The vault cannot be read.
    """
    vault, named = screen.vault, (screen.target, screen.site)
    is_known = named in [(one.target, one.folder) for one in vault.sites()]
    standings = vault.standings() if is_known else vault.standings(*named)
    paths = {post.note for one in standings for post in one.posts}
    rows = vault.catalog.rows_of(paths)
    return {
        path: rows[path].title if path in rows else file_name(path) for path in paths
    }, standings


def choose_target(screen: PublishScreen) -> None:
    """Ask what the drafts are shaped for."""
    from notekeep.export.targets import TARGETS, load

    options = [
        Option("Whatever the folder is a site of", "", _OTHER),
        *(Option(load(target).name, target, target) for target in TARGETS),
    ]
    here = TARGETS.index(screen.target) + 1 if screen.target in TARGETS else 0

    def answered(target: str | None) -> None:
        if target is not None:
            screen.writes_into(screen.site, "" if target == _OTHER else target)

    choice = Choice("Shape the draft for", options, screen.glyphs, here, has_filter=True)
    screen.app.push_screen(choice, answered)


def choose_site(screen: PublishScreen) -> None:
    """Ask which of the known sites is written into, or another folder."""
    sites = screen.vault.sites()
    if len(sites) < 2:
        _ask_for_folder(screen)
        return

    def answered(folder: str | None) -> None:
        if folder == _OTHER:
            _ask_for_folder(screen)
        elif folder is not None:
            at = [one.folder for one in sites].index(folder)
            screen.writes_into(folder, sites[at].target, at)

    options = [Option(home_path(one.folder), "", one.folder) for one in sites]
    options.append(Option("Another folder", "", _OTHER))
    screen.app.push_screen(Choice("Write into", options, screen.glyphs), answered)


def _ask_for_folder(screen: PublishScreen) -> None:
    def answered(folder: str | None) -> None:
        if folder is not None:
            site = os.path.abspath(os.path.expanduser(folder)) if folder else ""
            screen.writes_into(site, screen.target)

    here = screen.site or getattr(screen.shown, "site", "")
    hint = "The folder of your blog. Empty takes the one from your settings."
    prompt = Prompt(
        "Write into", value=home_path(here), example="~/blog", hint=hint, is_selected=True
    )
    screen.app.push_screen(prompt, answered)
