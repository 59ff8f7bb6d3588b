"""The trash as a list to choose from: what is chosen goes back to where it was."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from notekeep.markdown.clean import clean
from notekeep.tui.jobs import in_background, say
from notekeep.tui.messages import VaultChanged
from notekeep.tui.render.words import size_text
from notekeep.tui.screens.dialogs import Choice, Option

if TYPE_CHECKING:
    from notekeep.files.trash import Trashed
    from notekeep.tui.over import Over
    from notekeep.writing.plan import Done


def open_trash(app: Over) -> None:
    """List what was deleted, the last one first."""

    def look() -> list[Trashed]:
        from notekeep.files.trash import list_trash

        return list_trash(app.vault.root)

    in_background(
        app,
        look,
        lambda found: _ask(app, found),
        group="trash",
        exclusive=True,
        holds_keys=True,
    )


def _ask(app: Over, found: list[Trashed]) -> None:
    if not found:
        say(app, "The trash is empty")
        return

    def answered(path: str | None) -> None:
        if path is not None:
            in_background(
                app, lambda: _bring_back(app, path), lambda done: _tell(app, done), group="write"
            )

    options = [Option(one.was, _about(one), one.path) for one in found]
    app.push_screen(Choice("Bring back from the trash", options, app.glyphs), answered)


def _bring_back(app: Over, path: str) -> Done:
    from notekeep.writing.restoring import plan_untrash

    vault = app.vault
    return vault.carry_out(plan_untrash(vault.plan, vault.history, path))


def _tell(app: Over, done: Done) -> None:
    for problem in done.refused:
        text = clean(f"{problem.message}\n{problem.hint}")
        app.notify(text, severity="error", markup=False)
    for path in done.paths:
        say(app, f"Brought back {path} · u undo")
    if done.step:
        app.post_message(VaultChanged(is_step=True))


def _about(one: Trashed) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.deleted))
    return f"{size_text(one.size)} · {when}"
