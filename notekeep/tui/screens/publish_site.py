"""Where an export goes, as the person chooses it: the kind of site, and its folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from notekeep.tui.render.diff import home_path
from notekeep.tui.screens.dialogs import Choice, Option, Prompt

if TYPE_CHECKING:
    from notekeep.tui.screens.publish import PublishScreen

_OTHER = "other"
"""The answer that is none of those listed."""


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

    screen.app.push_screen(Choice("Shape the draft for", options, screen.glyphs, here), answered)


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
    prompt = Prompt("Write into", value=home_path(here), example="~/blog", hint=hint)
    screen.app.push_screen(prompt, answered)
