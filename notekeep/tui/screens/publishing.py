"""What can be done on Publish besides writing: all at once, edits by hand, checks, the preview."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from notekeep.editor import editor_command
from notekeep.errors import NotekeepError
from notekeep.export.plan import Plan
from notekeep.tui import outside
from notekeep.tui.jobs import in_background, say, show_error
from notekeep.tui.messages import OpenNote, VaultChanged
from notekeep.tui.render.words import plural
from notekeep.tui.screens.dialogs import Choice, Option, Prompt, ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.export.check import Report
    from notekeep.export.material import Material
    from notekeep.export.plan import FileChange
    from notekeep.export.preview import Preview
    from notekeep.tui.screens.base import VaultScreen
    from notekeep.tui.screens.publish import PublishScreen
    from notekeep.writing.plan import Done

ALL = frozenset("*")
_ALL, _QUOTED = "\0all", "\0quoted"
"""Answers that no heading is called like."""


def plan_all(screen: PublishScreen) -> None:
    """Show what an export of everything that belongs into the site would write."""
    in_background(
        screen,
        lambda: screen.vault.publishable(screen.target, screen.site),
        lambda paths: screen.plan(paths) if paths else say(screen, "Nothing is public yet"),
        group="plan",
        exclusive=True,
        failed=screen.cannot,
    )


def prune(screen: PublishScreen) -> None:
    """Show what would go: files that notekeep wrote, nobody touched, and no note stands behind."""
    in_background(
        screen,
        lambda: screen.vault.publishable(screen.target, screen.site),
        lambda paths: screen.make_plan(paths, how={"prune": True}),
        group="plan",
        exclusive=True,
        failed=screen.cannot,
    )


def settle_by_hand(screen: PublishScreen) -> None:
    """Ask what becomes of files that were changed by hand in the site."""
    plan = screen.shown or screen.exported
    if not isinstance(plan, Plan) or not plan.conflicts:
        say(screen, "Nothing here was changed by hand in the site")
        return
    options = _answers(plan.conflicts)
    if not options:
        say(screen, f"{plan.conflicts[0].path}: {plan.conflicts[0].why}")
        return
    # The answer is about what was shown, also when the cursor is elsewhere by then.
    paths = tuple(planned.post.path for planned in plan.posts) or screen.chosen

    def answered(how: str | None) -> None:
        if how == "pull":
            in_background(
                screen,
                lambda: screen.vault.plan_pull(paths, target=screen.target, site=screen.site),
                screen.show_patch,
                group="plan",
                exclusive=True,
                failed=screen.cannot,
            )
        elif how is not None:
            screen.make_plan(paths, how={how: ALL})

    screen.app.push_screen(Choice("Changed by hand in the site", options, screen.glyphs), answered)


def _answers(conflicts: Sequence[FileChange]) -> list[Option]:
    """What can become of files that were changed by hand, or that somebody else made."""
    known = {answer for file in conflicts for answer in file.answers}
    if any(file.can_merge for file in conflicts):
        known.add("merge")
    options = (
        Option("Bring it back into the note", "shown first", "pull"),
        Option("Merge it with what the note says", "shown first", "merge"),
        Option("Keep it in the site", "until the note changes", "keep"),
        Option("Overwrite it", "the site's text stays in history", "overwrite"),
    )
    return [option for option in options if option.value in known]


def check(screen: PublishScreen) -> None:
    """Build the site with what was written, and read its pages back."""
    plan = screen.exported or screen.shown
    if not isinstance(plan, Plan) or not plan.posts:
        say(screen, "There is no post here to check")
        return
    if not plan.is_empty and plan is not screen.exported:
        say(screen, "Write it first: what is in the site is checked")
        return
    from notekeep.export.check import check_export

    screen.doing("Building the site …")
    in_background(
        screen,
        partial(check_export, plan),
        partial(_show_report, screen),
        group="check",
        exclusive=True,
        failed=partial(_cannot_check, screen),
    )


def _show_report(screen: PublishScreen, report: Report) -> None:
    screen.doing("")
    screen.diff.show_report(report)


def _cannot_check(screen: PublishScreen, error: NotekeepError) -> None:
    screen.doing("")
    show_error(screen, error)


def open_post(screen: PublishScreen) -> None:
    """Open the post's file in the site with the person's editor, and look at it again."""
    plan = screen.exported or screen.shown
    if not isinstance(plan, Plan):
        return
    places = [os.path.join(plan.site, file.path) for file in plan.files if file.is_post]
    place = next(filter(os.path.isfile, places), "")
    if not place:
        say(screen, "It is not in the site yet")
        return
    try:
        outside.edit(screen.app, editor_command(screen.vault.person.editor, os.environ), place)
    except NotekeepError as error:
        show_error(screen, error)
    screen.again()


def run_preview(screen: PublishScreen) -> None:
    """Give the terminal to the generator's own preview until the person ends it."""

    def run(preview: Preview) -> None:
        try:
            outside.give_terminal(screen.app, preview.run)
        except NotekeepError as error:
            show_error(screen, error)

    in_background(
        screen,
        lambda: screen.vault.preview(screen.target, screen.site),
        run,
        group="preview",
        exclusive=True,
    )


def start_post(screen: VaultScreen, paths: Sequence[str]) -> None:
    """Ask for the title of a post that is begun from notes and what goes in, make and open it."""
    if not paths:
        return

    def read(title: str) -> tuple[str, Sequence[Material]] | None:
        return (title, screen.vault.materials(paths)) if title else None

    def choose(answer: tuple[str, Sequence[Material]]) -> None:
        _choose_sections(screen, paths, *answer)

    row = screen.vault.catalog.row(paths[0])
    hint = "Their facts as a box, an outline, quotes with their sources; nothing private."
    prompt = Prompt("Begin a post", value=row.title if row is not None else "", hint=hint)
    ask(screen, prompt, read, choose, group="start")


def _choose_sections(
    screen: VaultScreen, paths: Sequence[str], title: str, materials: Sequence[Material]
) -> None:
    """Ask which sections go into a post, where there is a choice, and make it."""
    sections = [one for material in materials for one in material.sections if one.heading]
    headings = list(dict.fromkeys(one.heading for one in sections))

    def chosen(value: str | None) -> None:
        if value is not None:
            wanted = {_ALL: [], _QUOTED: quoted}.get(value, [value])
            in_background(
                screen,
                lambda: screen.vault.carry_out(screen.vault.plan_start(paths, title, wanted)),
                partial(_started, screen),
                group="write",
            )

    quoted = list(dict.fromkeys(one.heading for one in sections if one.points))
    if len(headings) < 2:
        chosen(_ALL)
        return
    options = [Option("All of it, as an outline", plural(len(headings), "heading"), _ALL)]
    if quoted and len(quoted) < len(headings):
        about = plural(len(quoted), "heading")
        options.append(Option("What has quotes or marked seconds", about, _QUOTED))
    points = {name: sum(len(s.points) for s in sections if s.heading == name) for name in headings}
    options.append(Option("Or one section alone", "", ""))
    options += [
        Option(name, plural(points[name], "quote") if points[name] else "", name)
        for name in headings
    ]
    screen.app.push_screen(Choice("What goes in", options, screen.glyphs), chosen)


def _started(screen: VaultScreen, done: Done) -> None:
    say(screen, "Begun · u undo")
    screen.post_message(VaultChanged(is_step=True))
    if done.paths:
        screen.post_message(OpenNote(done.paths[0]))
