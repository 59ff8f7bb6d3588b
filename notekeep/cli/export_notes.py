"""`export NOTE`: notes into drafts, planned and shown before anything is written."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from notekeep.cli import offers, output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, json_option, open_vault, verb_options

if TYPE_CHECKING:
    from notekeep.export import Exported, Options, Plan
    from notekeep.export.plan import FileChange
    from notekeep.vault import Vault

REFUSED, CONFLICT, FAILED = 4, 3, 5
SHOWN, FEW = 40, 5
"""Lines of one sort that are printed of many, and names within a line."""
STYLES = {"+": "green", "-": "red", "@": "blue"}
ALL = frozenset("*")


@click.command(short_help="Export notes; the word itself may be left away.")
@click.argument("note", nargs=-1, shell_complete=offers.notes)
@click.option("--to", "target", metavar="TARGET", help="The generator; `list` lists them.")
@click.option("--site", metavar="DIR", help="The folder of the site; its settings say the rest.")
@click.option("--all", "everything", is_flag=True, help="All that was exported or may be public.")
@click.option("--publish", is_flag=True, help="As posts, not as drafts.")
@click.option("--keep", is_flag=True, help="Leave what was changed by hand in the site as it is.")
@click.option("--merge", is_flag=True, help="Bring it together with what the notes say now.")
@click.option("--overwrite", is_flag=True, help="Replace it by what the notes say now.")
@click.option("--prune", is_flag=True, help="Remove files of notes that are no longer exported.")
@click.option(
    "--unpublished",
    type=click.Choice(["text", "strip", "stub"]),
    help="What links to notes without a post become.",
)
@click.option(
    "--fix-slugs",
    is_flag=True,
    help="Write a free slug into each note whose slug clashes; export nothing.",
)
@click.option(
    "--keep-metadata",
    metavar="FILE",
    multiple=True,
    type=click.Path(),
    help="Let this file leave with its metadata, a place included.",
)
@click.option("--explain", is_flag=True, help="List every edit of the text with its reason.")
@click.option("--check", is_flag=True, help="Build the site afterwards and read its pages back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@json_option
@verb_options
def notes(
    note: tuple[str, ...],
    *,
    target: str | None,
    site: str | None,
    everything: bool,
    publish: bool,
    keep: bool,
    merge: bool,
    overwrite: bool,
    prune: bool,
    unpublished: str | None,
    fix_slugs: bool,
    keep_metadata: tuple[str, ...],
    explain: bool,
    check: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    vault: str | None,
) -> int:
    """Turn NOTE into a draft; a query takes only notes that are marked as public.

    Without a site the draft is portable Markdown, in a folder beside the vault. What was changed by
    hand in the site is shown from three sides, and left alone unless you say what becomes of it.

    \b
    notekeep export "Atomic Habits" --to hugo --site ~/blog
    notekeep export type:book --dry-run
    notekeep export --all --merge
    """
    if target == "list":
        return _list_targets()
    opened = open_vault(vault)
    refresh_first(opened, whole=True)
    paths, named = _chosen(opened, note, target, site, everything=everything)
    answers = {"keep": keep, "merge": merge, "overwrite": overwrite}
    chosen: dict[str, Any] = {name: ALL for name, said in answers.items() if said}
    chosen |= {"draft": False} if publish else {}
    chosen |= {"unpublished": unpublished} if unpublished else {}
    chosen["keep_metadata"] = tuple(_in_vault(opened.root, file) for file in keep_metadata)
    options = opened.export_options(named=named, prune=prune, **chosen)
    if fix_slugs:
        return _fix_slugs(opened, paths, target, site, options, yes=yes, dry_run=dry_run)
    plan = opened.plan_export(paths, target=target or "", site=site or "", options=options)
    if not as_json:
        show(plan, whole=dry_run)
    if explain:
        _explain(plan)
    if not dry_run:
        _write(opened, plan, yes=yes, as_json=as_json)
        return (_check(plan) if check else 0) or _code(plan)
    if as_json:
        output.write_json(_as_object(plan, None))
    else:
        _tell_besides(plan, plan.warnings)
        counts = plan.counts()
        planned = sum(counts.get(status, 0) for status in ("new", "changed", "removed"))
        _sum_up(plan, planned, "to write", plan.warnings)
    return _code(plan)


def _list_targets() -> int:
    """Print the targets, and what to do for places that have none."""
    from notekeep.export.targets import TARGETS, WITHOUT_TARGET, load

    output.table([(target, load(target).name) for target in TARGETS], stretch=1)
    for what in WITHOUT_TARGET.values():
        output.note(what)
    return 0


def _fix_slugs(
    vault: Vault,
    paths: list[str],
    target: str | None,
    site: str | None,
    options: Options,
    *,
    yes: bool,
    dry_run: bool,
) -> int:
    """Write slugs into notes whose slugs clash, as one step that `undo` takes back."""
    from notekeep.cli.writing import carry_out

    plan = vault.plan_slugs(paths, target=target or "", site=site or "", options=options)
    code = carry_out(vault, plan, dry_run=dry_run, done=str, yes=yes)
    if plan.changes and not dry_run:
        output.note("now export again")
    return code


def _write(vault: Vault, plan: Plan, *, yes: bool, as_json: bool) -> None:
    """Write what is planned, once the person agrees, and say what was written."""
    if not yes and _is_asked() and any(file.status == "changed" for file in plan.files):
        click.confirm("Write this?", default=True, abort=True, err=True)
    done = vault.export(plan)
    if as_json:
        output.write_json(_as_object(plan, done))
        return
    _tell(vault, plan, done)


def _say_how_to_set(vault: Vault, plan: Plan) -> None:
    """Say after the first export to a place how it need not be named again, or named at all."""
    import json

    name, folder = (json.dumps(text, ensure_ascii=False) for text in (vault.name, plan.site))
    if plan.target == "portable":
        output.note("to write into your blog instead, name its folder with --site")
        return
    output.note(f"to leave out --site from now on, add this to {vault.person.path}:")
    output.note(f'  [sites.{name}]\n  target = "{plan.target}"\n  dir = {folder}')


def _is_asked() -> bool:
    """Whether there is a person who can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def _chosen(
    vault: Vault, words: tuple[str, ...], target: str | None, site: str | None, *, everything: bool
) -> tuple[list[str], bool]:
    """The notes that are meant, and whether each of them was named."""
    if not everything:
        if not words:
            raise click.UsageError("name a note, give a query, or say --all")
        return vault.chosen(words)
    if words:
        raise click.UsageError("--all takes no note")
    # What is in the site was named when it went there.
    return vault.publishable(target or "", site or ""), True


def _in_vault(root: str, file: str) -> str:
    """A file's path in the vault, given so or as the shell knows it."""
    for place in (os.path.join(root, file), file):
        folder, name = os.path.split(place)
        path = os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(root))
        if os.path.isfile(place) and not path.startswith(".."):
            return path.replace(os.sep, "/")
    raise click.UsageError(f"--keep-metadata: there is no file {file!r} in the vault")


def show(plan: Plan, *, whole: bool) -> None:
    """The plan, a file a line; the diff of what is there already, or of everything."""
    from notekeep.export.manifest import NAME as MANIFEST

    output.note(f"{plan.target_name}, in {plan.site}")
    touched = [file for file in plan.files if file.status != "unchanged"]
    listed = touched if whole else touched[:SHOWN]
    for file in listed:
        reason = f"  {file.why}" if file.why else ""
        output.note(f"  {file.status:<9} {file.path}{reason}")
    if more := len(touched) - len(listed):
        output.note(f"  and {more} more files; --dry-run lists them all")
    for file in plan.files:
        shown = whole or file.status in {"changed", "conflict"}
        # What the manifest says follows from the other files.
        if shown and file.path != MANIFEST:
            for line in file.diff().splitlines():
                output.write_styled([(line, STYLES.get(line[:1], ""))])


def _explain(plan: Plan) -> None:
    for planned in plan.posts:
        for change in planned.changes:
            output.note(f"{change.path}:{change.lines}: {change.reason}")


def _tell(vault: Vault, plan: Plan, done: Exported) -> None:
    for path in done.written:
        output.write(os.path.join(done.site, path))
    from notekeep.export.manifest import NAME as MANIFEST

    warnings = done.warnings if done.written else []
    _tell_besides(plan, warnings)
    if not vault.sites() and any(f.path == MANIFEST and f.status == "new" for f in plan.files):
        _say_how_to_set(vault, plan)
    count = len(done.written) + len(done.removed)
    if count or plan.conflicts or plan.refused:
        _sum_up(plan, count, "written", warnings)
    else:
        output.note("nothing to write: everything is as it should be")


def _sum_up(plan: Plan, count: int, done: str, warnings: list[str]) -> None:
    """Say in one line what came of an export."""
    left = f", {len(plan.conflicts)} left as changed by hand" if plan.conflicts else ""
    files = "1 file" if count == 1 else f"{count} files"
    output.note(f"{files} {done}{left}, {len(plan.refused)} refused, {len(warnings)} reported")


def _tell_besides(plan: Plan, warnings: list[str]) -> None:
    """Say what the person should know, and what stays as it is."""
    from notekeep.export.remarks import condensed, kind_of

    for line in condensed(warnings, SHOWN):
        output.note(line)
    if len(warnings) > SHOWN:
        output.note("--json lists all notices")
    _tell_of_orphans(plan)
    for file in plan.conflicts:
        output.note("; ".join([f"{file.path}: {file.why}, left as it is", *_ways_out(file)]))
    hinted: set[str] = set()
    for path, error in plan.refused.items():
        place = f"{path}:{error.line}" if error.line else path
        output.note(f"{place}: not exported: {error.message.removeprefix(f'{path}: ')}")
        # What helps many notes in the same way is said once.
        if error.hint and (kind := kind_of(error.hint)) not in hinted:
            hinted.add(kind)
            output.note(f"  {error.hint}")


def _tell_of_orphans(plan: Plan) -> None:
    """Say which posts are in the site though no note stands behind them, and what removes them."""
    notes = [*dict.fromkeys(file.note for file in plan.files if file.is_still_there)]
    if not notes:
        return
    named = ", ".join(notes[:FEW]) + (f" and {len(notes) - FEW} more" if len(notes) > FEW else "")
    output.note(
        f"{'post' if len(notes) == 1 else 'posts'} without a note that may be published:"
        f" {named}; `notekeep export --all --prune` removes what nobody changed by hand"
    )


def _ways_out(file: FileChange) -> list[str]:
    """What a person can do about a file that they changed in the site, or made there."""
    ways = {
        "keep": "--keep leaves it",
        "overwrite": "--overwrite replaces it",
        "pull": "`export pull` brings it to the note",
    }
    merge = ["--merge brings both together"] if file.can_merge else []
    said = [*merge, *(way for answer, way in ways.items() if answer in file.answers)]
    return [", ".join(said)] if said else []


def _check(plan: Plan) -> int:
    """Build with the real generator, or lint where it is missing, and say what is wrong."""
    from notekeep.export.check import check_export

    report = check_export(plan)
    how = "built" if report.built else "not built"
    if report.said:
        output.note(report.said)
    for result in report.failed:
        output.note(f"{result.post}: {result.name}: {result.detail}".removesuffix(": "))
    passed = sum(result.state == "passed" for result in report.results)
    what = "checks" if report.built else "checks of the drafts alone"
    output.note(f"{how}: {passed} {what} passed, {len(report.failed)} failed")
    return 0 if report.ok else FAILED


def _code(plan: Plan) -> int:
    if plan.refused:
        return REFUSED
    return CONFLICT if plan.conflicts else 0


def _as_object(plan: Plan, done: Exported | None) -> dict[str, Any]:
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
