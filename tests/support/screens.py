"""A small vault for tests of the interface, and what is on a screen."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from textual.events import Key
from textual.pilot import WaitForScreenTimeout

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.app import App
    from textual.pilot import Pilot
    from textual.screen import Screen

    from notekeep.tui.screens.browse import BrowseScreen

NOW = "2026-11-24T21:15"
"""A Tuesday evening."""

NOTES = {
    "books/Deep Work.md": """\
---
type: book
title: Deep Work
author: [Cal Newport]
rating: 4
finished: 2026-05-11
tags: [attention, work]
publish: true
---
# Deep Work

Depth needs hours without a phone. See [[Atomic Habits]] and [[No such note]].
""",
    "books/Atomic Habits.md": """\
---
type: book
title: Atomic Habits
author: [James Clear]
rating: 4.5
status: reading
tags: [habit, learning/behaviour]
---
## Quick summary

Small habits compound. The kettle is my cue. <https://jamesclear.com>
""",
    "posts/A draft.md": """\
---
type: post
title: A draft
date: 2026-11-20
draft: true
---
Written in the open, with one list:

- one
- two
""",
    "inbox/markup.md": "---\ntitle: '[/nope]'\ntags: ['[@click=app.quit]x']\n---\nplain\n",
    "inbox/escape.md": '---\ntitle: "a \\e[31mred\\e[0m title"\n---\nbody \x1b]52;c;aGk=\x07 end\n',
    "inbox/broken.md": "---\ntitle: x: y\n---\nStill readable.\n",
    "daily/2026-11-24.md": "---\ntype: daily\ndate: 2026-11-24\n---\n- [ ] water the basil\n",
    "habits/meditate.md": (
        "---\nhabit: meditate\ntitle: Meditate\nschedule: daily\nsince: 2026-11-01\n---\nSit.\n"
    ),
    "habits/water.md": (
        '---\nhabit: water\ntitle: Water\nschedule: daily\ngoal: ">= 8 glass"\n'
        "since: 2026-11-01\n---\nDrink.\n"
    ),
    "habits/log/2026-11.laptop.md": (
        "# Habit log 2026-11\n\n"
        "- 2026-11-22 meditate: done @07:10\n"
        "- 2026-11-23 meditate: done @07:12\n"
        "- 2026-11-23 water: 8 glass @20:00\n"
    ),
}


CHANGED = 1_795_500_000
"""When all notes of the small vault were changed last, so that they are listed by title."""


def write_notes(folder: Path) -> Path:
    """Write the small vault into a folder."""
    for name, text in NOTES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return changed_at_once(folder)


def changed_at_once(folder: Path) -> Path:
    """Give all notes of a folder the same time, so that Browse lists them by title."""
    for path in folder.rglob("*.md"):
        os.utime(path, (CHANGED, CHANGED))
    return folder


async def until(pilot: Pilot[Any], what: Callable[[], object], seconds: float = 120) -> None:
    """Wait until keys are answered and `what` is true; fail with what is on the screen."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (_has_answered_keys(pilot.app) and _is_true(what)):
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError("\n".join(line for line in seen(pilot.app) if line.strip(" │")))
        await _pause(pilot, 0.02)


def _is_true(what: Callable[[], object]) -> bool:
    try:
        return bool(what())
    except FileNotFoundError:
        return False  # the app renamed a temporary file between its listing and its reading


async def _pause(pilot: Pilot[Any], seconds: float) -> None:
    # The pilot has a limit of its own for a busy machine, and waits for a program that has ended.
    with suppress(WaitForScreenTimeout):
        await pilot.pause(seconds)


def _has_answered_keys(app: App[Any]) -> bool:
    """Tell whether no key is on its way; what some of those that were typed find is not awaited."""
    if app._exit:
        return True  # it answers nothing any more
    keyboard = getattr(app, "keyboard", None)
    return app.message_queue_size == 0 and (keyboard is None or not keyboard.is_settling)


async def unpainted(what: Callable[[], object], seconds: float = 120) -> None:
    """Wait until `what` is true; unlike a pilot, which has the screen painted as it waits."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not what():
        assert loop.time() < deadline
        await asyncio.sleep(0.005)


def browse(app: App[Any]) -> BrowseScreen:
    """Return Browse, also while a dialog still lies over it on its way out."""
    from notekeep.tui.screens.browse import BrowseScreen

    return next(screen for screen in app.screen_stack if isinstance(screen, BrowseScreen))


def is_settled(screen: Screen[Any]) -> bool:
    """Tell whether nothing is at work in a screen, nor to be painted."""
    is_working = any(worker.is_running for worker in screen.app.workers)
    is_dirty = screen._dirty_widgets or screen._layout_required or screen._callbacks
    return not is_working and not is_dirty


_CHARACTERS = {
    "space": " ",
    "slash": "/",
    "plus": "+",
    "question_mark": "?",
    "exclamation_mark": "!",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after the other, each when the one before has been worked on.

    Quicker by far than the pilot's own way, which waits until the whole machine is idle; what a
    key does in the background is waited for with `until`.
    """
    for key in keys:
        event = Key(key, _CHARACTERS.get(key, key if len(key) == 1 else None))
        event.set_sender(pilot.app)
        pilot.app.post_message(event)
        await _pause(pilot, 0.01)
        await until(pilot, lambda: True)


def type_text(app: App[Any], text: str) -> None:
    """Type into what has the focus, as fast as a paste; wait for what it does with `until`."""
    for char in text:
        event = Key({" ": "space", "/": "slash"}.get(char, char), char)
        event.set_sender(app)
        app.post_message(event)


def seen(app: App[Any]) -> list[str]:
    """Return what is on the screen, line by line."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def shows(app: App[Any], text: str) -> bool:
    """Tell whether a text is on the screen."""
    return any(text in line for line in seen(app))


def tree(folder: Path) -> dict[str, tuple[str, int]]:
    """Return every file below a folder with the hash of its bytes and its time."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
