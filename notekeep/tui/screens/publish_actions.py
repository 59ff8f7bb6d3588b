"""What Publish does besides writing: all at once, edits by hand, checks, the preview, the site."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from notekeep.config import editor_command
from notekeep.errors import NotekeepError
from notekeep.export.plan import ExportPlan
from notekeep.export.targets.target import TARGETS, load_target
from notekeep.tui import external_programs
from notekeep.tui.dialogs.prompts import Choice, Option, Prompt, open_dialog
from notekeep.tui.messages import OpenNote, VaultChanged
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.list_rows import name_without_row
from notekeep.tui.render.plan_lines import shorten_home
from notekeep.tui.workers import WRITE_GROUP, in_background, show_error, show_message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.export.check.site_build import PreviewCommand
    from notekeep.export.check.site_check import CheckReport
    from notekeep.export.plan import SiteChange
    from notekeep.export.scaffold import NoteOutline
    from notekeep.notes.plan import WriteResult
    from notekeep.services.publishing import SiteStanding
    from notekeep.tui.screens.publish import PublishScreen
    from notekeep.tui.screens.vault_screen import VaultScreen


_ALL, _QUOTED = "\0all", "\0quoted"
"""Answers that no heading is called like."""
_OTHER = "other"
"""The answer that is none of those listed."""


def plan_all(screen: PublishScreen) -> None:
    """Show what an export of everything that belongs into the site would write."""

    def show(paths: Sequence[str]) -> None:
        if paths:
            screen.plan(paths)
        else:
            show_message(screen, "Nothing is public yet")

    _with_publishable(screen, show)


def plan_prune(screen: PublishScreen) -> None:
    """Show what would go: files that notekeep wrote, nobody touched, and no note stands behind."""
    _with_publishable(screen, lambda paths: screen.make_plan(paths, how={"prune": True}))


def _with_publishable(screen: PublishScreen, then: Callable[[Sequence[str]], object]) -> None:
    in_background(
        screen,
        lambda: screen.vault.publishing.publishable(screen.target, screen.site),
        then,
        group="plan",
        exclusive=True,
        failed=screen.show_problem,
    )


def ask_site_edits(screen: PublishScreen) -> None:
    """Ask what becomes of files that were changed by hand in the site."""
    plan = screen.shown or screen.exported
    if not isinstance(plan, ExportPlan) or not plan.conflicts:
        show_message(screen, "Nothing here was changed by hand in the site")
        return
    options = _answers(plan.conflicts)
    if not options:
        show_message(screen, f"{plan.conflicts[0].path}: {plan.conflicts[0].why}")
        return
    # The answer is about what was shown, also when the cursor is elsewhere by then.
    paths = tuple(planned.post.path for planned in plan.posts) or screen.chosen

    def answered(how: str | None) -> None:
        if how == "pull":
            in_background(
                screen,
                lambda: screen.vault.post_notes.plan_pull(
                    paths, target=screen.target, site=screen.site
                ),
                screen.show_patch,
                group="plan",
                exclusive=True,
                failed=screen.show_problem,
            )
        elif how is not None:
            screen.make_plan(paths, how={"by_hand": how})

    screen.app.push_screen(Choice("Changed by hand in the site", options, screen.glyphs), answered)


def _answers(conflicts: Sequence[SiteChange]) -> list[Option]:
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


def check_posts(screen: PublishScreen) -> None:
    """Build the site with what was written, and read its pages back."""
    plan = screen.exported or screen.shown
    if not isinstance(plan, ExportPlan) or not plan.posts:
        show_message(screen, "There is no post here to check")
        return
    if not plan.is_empty and plan is not screen.exported:
        show_message(screen, "Write it first: what is in the site is checked")
        return

    def show(report: CheckReport) -> None:
        screen.show_work_status("")
        screen.diff.show_report(report)

    def failed(error: NotekeepError) -> None:
        screen.show_work_status("")
        show_error(screen, error)

    screen.show_work_status("Building the site …")
    in_background(
        screen,
        partial(screen.vault.publishing.check_export, plan),
        show,
        group="check",
        exclusive=True,
        failed=failed,
    )


def open_post(screen: PublishScreen) -> None:
    """Open the post's file in the site with the person's editor, and look at it again."""
    plan = screen.exported or screen.shown
    if not isinstance(plan, ExportPlan):
        return
    places = [os.path.join(plan.site, file.path) for file in plan.files if file.is_post]
    place = next(filter(os.path.isfile, places), "")
    if not place:
        show_message(screen, "It is not in the site yet")
        return
    try:
        external_programs.run_editor(
            screen.app, editor_command(screen.vault.person.editor, os.environ), place
        )
    except NotekeepError as error:
        show_error(screen, error)
    screen.reload()


def run_preview(screen: PublishScreen) -> None:
    """Give the terminal to the generator's own preview until the person ends it."""

    def run(preview: PreviewCommand) -> None:
        try:
            external_programs.run_in_terminal(screen.app, preview.run)
        except NotekeepError as error:
            show_error(screen, error)

    in_background(
        screen,
        lambda: screen.vault.publishing.preview(screen.target, screen.site),
        run,
        group="preview",
        exclusive=True,
    )


def start_post(screen: VaultScreen, paths: Sequence[str]) -> None:
    """Ask for the title of a post that is begun from notes and what goes in, make and open it."""
    if not paths:
        return

    def load(title: str) -> tuple[str, Sequence[NoteOutline]] | None:
        return (title, screen.vault.post_notes.outlines(paths)) if title else None

    def choose(answer: tuple[str, Sequence[NoteOutline]]) -> None:
        _choose_sections(screen, paths, *answer)

    row = screen.vault.catalog.row(paths[0])
    hint = "Their facts as a box, an outline, quotes with their sources; nothing private."
    prompt = Prompt("Begin a post", value=row.title if row is not None else "", hint=hint)
    open_dialog(screen, prompt, load, choose, group="start")


def _choose_sections(
    screen: VaultScreen, paths: Sequence[str], title: str, outlines: Sequence[NoteOutline]
) -> None:
    """Ask which sections go into a post, where there is a choice, and make it."""
    sections = [one for outline in outlines for one in outline.sections if one.heading]
    quotes: dict[str, int] = {}
    for section in sections:
        quotes[section.heading] = quotes.get(section.heading, 0) + len(section.points)
    quoted = [heading for heading, count in quotes.items() if count]

    def chosen(value: str | None) -> None:
        if value is not None:
            wanted = {_ALL: [], _QUOTED: quoted}.get(value, [value])
            in_background(
                screen,
                lambda: screen.vault.notes.apply(
                    screen.vault.post_notes.plan_start(paths, title, wanted)
                ),
                started,
                group=WRITE_GROUP,
            )

    def started(done: WriteResult) -> None:
        show_message(screen, "Begun · u undo")
        screen.post_message(VaultChanged(is_step=True))
        if done.paths:
            screen.post_message(OpenNote(done.paths[0]))

    if len(quotes) < 2:
        chosen(_ALL)
        return
    options = [Option("All of it, as an outline", plural(len(quotes), "heading"), _ALL)]
    if quoted and len(quoted) < len(quotes):
        about = plural(len(quoted), "heading")
        options.append(Option("What has quotes or marked seconds", about, _QUOTED))
    options.append(Option("Or one section alone", "", ""))
    for heading, count in quotes.items():
        options.append(Option(heading, plural(count, "quote") if count else "", heading))
    screen.app.push_screen(Choice("What goes in", options, screen.glyphs), chosen)


# Where an export goes: the kind of site and its folder, as chosen, and what stands there.


def load_states(screen: PublishScreen) -> tuple[dict[str, str], list[SiteStanding]]:
    """Return the titles of drafts and posts by path, and how they stand in each site.

    Touches no widget, so that a thread may ask.

    Raises:
        NotekeepError: The vault cannot be read.
    """
    vault, named = screen.vault, (screen.target, screen.site)
    is_known = named in [(one.target, one.folder) for one in vault.publishing.sites]
    standings = vault.publishing.standings() if is_known else vault.publishing.standings(*named)
    paths = {post.note for one in standings for post in one.posts}
    rows = vault.catalog.rows_of(paths)
    return {
        path: rows[path].title if path in rows else name_without_row(path) for path in paths
    }, standings


def choose_target(screen: PublishScreen) -> None:
    """Ask what the drafts are shaped for."""
    options = [
        Option("Whatever the folder is a site of", "", _OTHER),
        *(Option(load_target(target).name, target, target) for target in TARGETS),
    ]
    here = TARGETS.index(screen.target) + 1 if screen.target in TARGETS else 0

    def answered(target: str | None) -> None:
        if target is not None:
            screen.set_destination(screen.site, "" if target == _OTHER else target)

    choice = Choice("Shape the draft for", options, screen.glyphs, here, has_filter=True)
    screen.app.push_screen(choice, answered)


def choose_site(screen: PublishScreen) -> None:
    """Ask which of the known sites is written into, or another folder."""
    sites = screen.vault.publishing.sites
    if len(sites) < 2:
        _ask_for_folder(screen)
        return

    def answered(folder: str | None) -> None:
        if folder == _OTHER:
            _ask_for_folder(screen)
        elif folder is not None:
            at = [one.folder for one in sites].index(folder)
            screen.set_destination(folder, sites[at].target, at)

    options = [Option(shorten_home(one.folder), "", one.folder) for one in sites]
    options.append(Option("Another folder", "", _OTHER))
    screen.app.push_screen(Choice("Write into", options, screen.glyphs), answered)


def _ask_for_folder(screen: PublishScreen) -> None:
    def answered(folder: str | None) -> None:
        if folder is not None:
            site = os.path.abspath(os.path.expanduser(folder)) if folder else ""
            screen.set_destination(site, screen.target)

    here = screen.site or getattr(screen.shown, "site", "")
    hint = "The folder of your blog. Empty takes the one from your settings."
    prompt = Prompt(
        "Write into", value=shorten_home(here), example="~/blog", hint=hint, is_selected=True
    )
    screen.app.push_screen(prompt, answered)
