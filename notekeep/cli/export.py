"""`export`: turn notes into drafts for a blog; `pull`, `start`, `status`, `preview`."""

from __future__ import annotations

import json
import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

import click

from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import (
    DefaultGroup,
    Wrapped,
    change_options,
    dry_run_option,
    json_option,
    note_argument,
    verb_options,
    yes_option,
)
from notekeep.cli.confirmation import apply_plan, confirm, write_diff
from notekeep.cli.context import is_json
from notekeep.cli.opening import open_refreshed, open_vault
from notekeep.errors import Conflict, Failure, Refused, UsageError
from notekeep.export.manifest import MANIFEST_NAME

if TYPE_CHECKING:
    from notekeep.export.plan import ExportPlan, ExportResult, SiteChange
    from notekeep.services.publishing import SiteStatus
    from notekeep.vault import Vault


MAX_SHOWN_LINES, MAX_SHOWN_NAMES = 40, 5
"""The maximum number of similar lines, and of names in a line."""


@click.group(
    cls=DefaultGroup,
    default=["notes"],
    alone=["notes"],
    usage=["[OPTIONS] NOTE...", "COMMAND ..."],
    short_help="Turn notes into drafts for your blog.",
)
def export() -> None:
    """Export notes as drafts or posts for your blog.

    \b
    notekeep export "Atomic Habits" --to hugo --site ~/blog
    notekeep export type:book --dry-run
    notekeep export status                 the status of every draft and post
    notekeep export pull "Atomic Habits"   copy your edits in the site to the note
    notekeep export preview                the site with its drafts
    notekeep export start "Atomic Habits"  start a post from a note

    \b
    Targets for --to: nikola, zola, hugo, hexo, jekyll, pelican, eleventy, astro,
    mkdocs, zensical, html, ghost, wordpress, portable (Markdown for anything else).
    Without --to it is detected from the site's folder. `--to list` also has hints for
    Substack, Medium and dev.to.

    `notekeep export notes --help` lists the options. If a note has the name of a command, give its
    path or put `--` before it.
    """


def site_options(command: Wrapped) -> Wrapped:
    """Add `--to` and `--site`."""
    to = click.option(
        "--to",
        "target",
        metavar="TARGET",
        default="",
        help="Site generator, e.g. hugo. `list` shows all.",
    )
    site = click.option("--site", metavar="DIR", default="", help="Folder of the site.")
    return to(site(command))


@export.command(short_help="Export notes (the word `notes` is optional).")
@click.argument("note", nargs=-1, shell_complete=shell_completion.complete_note)
@site_options
@click.option("--all", "everything", is_flag=True, help="Export all public and exported notes.")
@click.option("--publish", is_flag=True, help="Export as published posts instead of drafts.")
@click.option(
    "--keep", "by_hand", flag_value="keep", default="", help="Keep edits made on the site."
)
@click.option(
    "--merge", "by_hand", flag_value="merge", help="Merge edits made on the site with the notes."
)
@click.option(
    "--overwrite", "by_hand", flag_value="overwrite", help="Overwrite edits made on the site."
)
@click.option("--prune", is_flag=True, help="Remove posts whose notes are no longer exported.")
@click.option(
    "--unpublished",
    type=click.Choice(["text", "strip", "stub"]),
    help="How to write links to notes that have no post.",
)
@click.option(
    "--fix-slugs",
    is_flag=True,
    help="Give each note with a duplicate slug a new one; export nothing.",
)
@click.option(
    "--keep-metadata",
    metavar="FILE",
    multiple=True,
    type=click.Path(),
    help="Export this file with its metadata, including location.",
)
@click.option("--explain", is_flag=True, help="List every change to the text, with the reason.")
@click.option("--check", is_flag=True, help="Build the site afterwards and check its pages.")
@yes_option
@dry_run_option
@json_option
@verb_options
def notes(
    note: tuple[str, ...],
    *,
    target: str,
    site: str,
    everything: bool,
    publish: bool,
    by_hand: str,
    prune: bool,
    unpublished: str | None,
    fix_slugs: bool,
    keep_metadata: tuple[str, ...],
    explain: bool,
    check: bool,
    yes: bool,
    dry_run: bool,
) -> int:
    """Export NOTE as a draft. A query exports only notes marked as public.

    --site names the folder of your site, unless it is in your settings. In any other folder, drafts
    are plain Markdown. Edits made in the site are shown as a three-way diff and kept, unless you
    use --merge or --overwrite.

    \b
    notekeep export "Atomic Habits" --to hugo --site ~/blog
    notekeep export type:book --dry-run
    notekeep export --all --merge
    """
    if target == "list":
        return _list_targets()
    vault = open_refreshed(whole=True)
    paths, named = _select_notes(vault, note, target, site, everything=everything)
    chosen: dict[str, Any] = {"draft": False} if publish else {}
    chosen |= {"unpublished": unpublished} if unpublished else {}
    chosen["keep_metadata"] = tuple(_vault_path(vault.root, file) for file in keep_metadata)
    options = vault.publishing.export_options(named=named, prune=prune, by_hand=by_hand, **chosen)
    if fix_slugs:
        fixes = vault.post_notes.plan_slugs(paths, target=target, site=site, options=options)
        code = apply_plan(vault, fixes, dry_run=dry_run, yes=yes)
        if fixes.changes and not dry_run:
            output.write_message("Now export again.")
        return code
    plan = vault.publishing.plan_export(paths, target=target, site=site, options=options)
    _check_site(vault, note, target, site, dry_run=dry_run)
    if not is_json():
        _show_plan(plan, whole=dry_run)
    for change in [change for post in plan.posts for change in post.changes] if explain else ():
        output.write_message(f"{change.path}:{change.lines}: {change.reason}")
    done = None
    if not dry_run:
        if not yes and sys.stdin.isatty() and any(file.status == "changed" for file in plan.files):
            click.confirm("Write these files?", default=True, abort=True, err=True)
        done = vault.publishing.export(plan)
    if is_json():
        output.write_json(_export_object(plan, done))
    else:
        _report_export(vault, plan, done)
    if check and done is not None and not _passes_checks(vault, plan):
        return Failure.exit_code
    return _exit_code(plan)


def _check_site(
    vault: Vault, note: tuple[str, ...], target: str, site: str, *, dry_run: bool
) -> None:
    """Raise UsageError if there is no site; in a dry run, only warn."""
    if vault.publishing.has_site(target, site):
        return
    if not dry_run:
        raise UsageError("Choose a site folder first.", _site_hint(note))
    output.write_message(f"Choose a site folder first. {_site_hint(note)}")


def _site_hint(note: tuple[str, ...]) -> str:
    words = shlex.join(note) or "--all"
    return (
        f"`notekeep export {words} --site ~/blog` writes into your blog. In any other folder,"
        " drafts are plain Markdown."
    )


def _list_targets() -> int:
    from notekeep.export.targets.target import UNSUPPORTED_PLACES, load_targets

    output.table([(kind.id, kind.name, kind.remark) for kind in load_targets()], stretch=2)
    for hint in UNSUPPORTED_PLACES.values():
        output.write_message(hint)
    return 0


def _select_notes(
    vault: Vault, words: tuple[str, ...], target: str, site: str, *, everything: bool
) -> tuple[list[str], bool]:
    """Return the selected notes, and whether the user gave all of them by name."""
    if not everything:
        if not words:
            raise click.UsageError("Name a note, enter a query, or use --all.")
        return vault.publishing.select_notes(words)
    if words:
        raise click.UsageError("--all cannot be combined with notes.")
    # Notes in the site were given by name when they were first exported.
    return vault.publishing.publishable(target, site), True


def _vault_path(root: str, file: str) -> str:
    """Return the vault path of a file, given as a vault path or as a path in the shell."""
    for place in (os.path.join(root, file), file):
        folder, name = os.path.split(place)
        path = os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(root))
        if os.path.isfile(place) and not path.startswith(".."):
            return path.replace(os.sep, "/")
    raise click.UsageError(f"--keep-metadata: There is no file {file!r} in the vault.")


def _show_plan(plan: ExportPlan, *, whole: bool) -> None:
    counts = ", ".join(f"{count} {status}" for status, count in plan.counts().items())
    output.write_message(f"{plan.target_name}, in {plan.site}: {counts or 'no files'}")
    # New files are listed when they are written.
    skipped = {"unchanged"} if whole else {"unchanged", "new"}
    touched = [file for file in plan.files if file.status not in skipped]
    listed = touched if whole else touched[:MAX_SHOWN_LINES]
    for file in listed:
        reason = f"  {file.why}" if file.why else ""
        output.write_message(f"  {file.status:<9} {file.path}{reason}")
    if more := len(touched) - len(listed):
        output.write_message(f"  And {more} more files. --dry-run lists all.")
    for file in plan.files:
        shown = whole or file.status in {"changed", "conflict"}
        # The manifest is implied by the other files.
        if shown and file.path != MANIFEST_NAME:
            write_diff(file.diff().splitlines())


def _report_export(vault: Vault, plan: ExportPlan, done: ExportResult | None) -> None:
    """Report written and refused files, and warnings; in a dry run, `done` is None."""
    if done is None:
        counts = plan.counts()
        count = sum(counts.get(status, 0) for status in ("new", "changed", "removed"))
        warnings, verb = plan.warnings, "to write"
    else:
        for path in done.written:
            output.write(os.path.join(done.site, path))
        count = len(done.written) + len(done.removed)
        warnings, verb = done.warnings if done.written else [], "written"
    _report_warnings(plan, warnings)
    is_first = any(file.path == MANIFEST_NAME and file.status == "new" for file in plan.files)
    if done is not None and done.written and is_first:
        output.write_message(
            f"{MANIFEST_NAME} records the exported files. Keep it, and commit it with the site."
        )
        if not vault.publishing.sites:
            name, folder = (json.dumps(one, ensure_ascii=False) for one in (vault.name, plan.site))
            output.write_message(f"To make this the default site, add this to {vault.person.path}:")
            output.write_message(f'  [sites.{name}]\n  target = "{plan.target}"\n  dir = {folder}')
    if done is not None and not (count or plan.conflicts or plan.refused):
        output.write_message("Everything is up to date.")
        return
    if done is not None and done.written and done.draft_notice:
        output.write_message(done.draft_notice)
    skipped = f", {len(plan.conflicts)} skipped (edited on the site)" if plan.conflicts else ""
    files, others = output.count_noun(count, "file"), f"{len(plan.refused)} refused"
    noted = output.count_noun(len(warnings), "warning")
    output.write_message(f"{files} {verb}{skipped}, {others}, {noted}.")


def _report_warnings(plan: ExportPlan, warnings: list[str]) -> None:
    for line in warnings[:MAX_SHOWN_LINES]:
        output.write_message(line)
    if (more := len(warnings) - MAX_SHOWN_LINES) > 0:
        output.write_message(f"And {more} more warnings. --json lists all.")
    if orphans := [*dict.fromkeys(file.note for file in plan.files if file.is_orphan)]:
        named = ", ".join(orphans[:MAX_SHOWN_NAMES])
        if len(orphans) > MAX_SHOWN_NAMES:
            named += f" and {len(orphans) - MAX_SHOWN_NAMES} more"
        output.write_message(
            f"{'Post' if len(orphans) == 1 else 'Posts'} without a publishable note: {named}."
            " `notekeep export --all --prune` removes the unedited ones."
        )
    for file in plan.conflicts:
        choices = ", ".join(_edit_choices(file))
        about = f"{file.path}: Not changed: {file.why}."
        output.write_message(f"{about} {choices}." if choices else about)
    hinted: set[str] = {""}
    for path, error in plan.refused.items():
        place = f"{path}:{error.line}" if error.line else path
        output.write_message(f"{place}: Not exported. {error.message.removeprefix(f'{path}: ')}")
        if error.hint not in hinted:  # print it once, because it may apply to many notes
            hinted.add(error.hint)
            output.write_message(f"  {error.hint}")


def _edit_choices(file: SiteChange) -> list[str]:
    """Return the options for a file that was edited or created on the site."""
    options = {
        "keep": "--keep skips it",
        "overwrite": "--overwrite replaces it",
        "pull": "`export pull` copies it to the note",
    }
    merge = ["--merge combines both"] if file.can_merge else []
    return [*merge, *(option for answer, option in options.items() if answer in file.answers)]


def _passes_checks(vault: Vault, plan: ExportPlan) -> bool:
    report = vault.publishing.check_export(plan)
    if report.message:
        output.write_message(report.message)
    for result in report.failed:
        output.write_message(f"{result.post}: {result.name}: {result.problem}")
    if report.notice:
        output.write_message(report.notice)
    failed = len(report.failed)
    passed = f"Built: {len(report.results) - failed} checks passed, {failed} failed."
    output.write_message(passed if report.built else "Not built. Nothing was checked.")
    return report.ok


def _exit_code(plan: ExportPlan) -> int:
    if plan.refused:
        return Refused.exit_code
    return Conflict.exit_code if plan.conflicts else 0


def _export_object(plan: ExportPlan, done: ExportResult | None) -> dict[str, Any]:
    return {
        "target": plan.target,
        "site": plan.site,
        "files": [
            {"path": file.path, "status": file.status, "note": file.note} for file in plan.files
        ],
        "written": done.written if done else [],
        "refused": {path: error.message for path, error in plan.refused.items()},
        "warnings": list(plan.warnings),
    }


@export.command(short_help="Copy edits made on the site back to the notes.")
@click.argument("note", nargs=-1, shell_complete=shell_completion.complete_note)
@site_options
@yes_option
@change_options
def pull(note: tuple[str, ...], *, target: str, site: str, yes: bool, dry_run: bool) -> int:
    """Copy edits made on the site back to NOTE, or to all notes.

    Shows the patch first. Edits that cannot be matched to the note are listed for you to copy.
    """
    vault = open_refreshed(whole=True)
    paths = vault.publishing.select_notes(note)[0] if note else []
    plan = vault.post_notes.plan_pull(paths, target=target, site=site)
    if not dry_run:
        write_diff(plan.diff())
        if plan.changes:
            confirm("Apply this to the notes?", "this would change notes", yes=yes)
        for remark in plan.remarks if not plan.changes else ():
            output.write_message(remark)
    return apply_plan(vault, plan, dry_run=dry_run, yes=True)


@export.command(short_help="Start a post from notes.")
@note_argument
@click.option("--title", metavar="TITLE", default="", help="Title of the post (default: ask).")
@click.option(
    "--section", "sections", metavar="HEADING", multiple=True, help="Use only this section."
)
@change_options
def start(note: tuple[str, ...], *, title: str, sections: tuple[str, ...], dry_run: bool) -> int:
    """Start a post from one or more notes: facts in a box, your text, quotes with sources.

    The post is a note in the vault with `draft: true`. Private parts are left out; private notes
    are refused.

    \b
    notekeep export start "Atomic Habits" --title "Four levers"
    notekeep export start "Atomic Habits" "Tiny Habits" --title "Two books on small things"
    """
    vault = open_refreshed()
    if not title and sys.stdin.isatty():
        title = click.prompt(
            "Title of the post", default=vault.workspace.resolve(note[0]).title, err=True
        )
    plan = vault.post_notes.plan_start(note, title, sections)
    for remark in plan.remarks:
        output.write_message(remark)
    plan.remarks.clear()
    return apply_plan(vault, plan, dry_run=dry_run)


@export.command(short_help="Show the status of every draft and post.")
@site_options
@json_option
@verb_options
def status(*, target: str, site: str) -> int:
    """List every draft and post with its status in each site of the vault.

    new: not exported yet. changed: would be updated. conflict: edited on the site. orphan: its
    note no longer exists. refused: must not be exported.
    """
    vault = open_refreshed(whole=True)
    site_statuses = vault.publishing.site_statuses(target, site)
    has_site = vault.publishing.has_site(target, site)
    code = 0 if any(one.posts for one in site_statuses) else 1
    if is_json():
        sites = [
            {
                "target": one.target,
                "site": one.site,
                "error": one.error,
                "total": len(one.posts),
                "posts": [
                    {"note": post.note, "state": post.state, "path": post.path, "why": post.why}
                    for post in one.posts
                ],
            }
            for one in site_statuses
        ]
        output.write_json({"sites": sites})
        return code
    for number, one in enumerate(site_statuses):
        if number:
            output.write("")
        _write_site_status(one, has_site=has_site)
    return code


def _write_site_status(one: SiteStatus, *, has_site: bool) -> None:
    title = f"{one.name or 'no site'}, in {one.site}"
    output.write_message(title if has_site else f"No site is chosen. {_site_hint(('NOTE',))}")
    if one.error:
        output.write_message(f"  {one.error}")
    output.table(
        [(post.state, post.note, post.path or "-", post.why) for post in one.posts], stretch=3
    )
    if any(post.state == "orphan" for post in one.posts):
        output.write_message("  `notekeep export --all --prune` removes unedited orphans.")
    if not one.posts and not one.error:
        output.write_message("  There are no drafts or posts.")


@export.command(short_help="Preview the site with its drafts.")
@site_options
@verb_options
def preview(*, target: str, site: str) -> int:
    """Run the site generator's preview, including drafts. ctrl+c stops it."""
    found = open_vault().publishing.preview(target, site)
    output.write_message(f"{' '.join(found.command)}  in {found.folder} (ctrl+c stops it)")
    return Failure.exit_code if found.run() else 0
