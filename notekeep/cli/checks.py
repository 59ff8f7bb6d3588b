"""Checks: `lint`, `doctor`, `conflicts`."""

from __future__ import annotations

from itertools import chain
from typing import cast

import click

from notekeep.cli import output
from notekeep.cli.arguments import (
    RawCommand,
    change_options,
    dry_run_option,
    join_query,
    json_options,
    verb_options,
    yes_option,
)
from notekeep.cli.confirmation import apply_plan, report_refused, write_diff
from notekeep.cli.context import is_json
from notekeep.cli.opening import find_paths, open_refreshed, open_vault
from notekeep.errors import Problem, UsageError
from notekeep.notes import conflict_pairs
from notekeep.notes.lint import Lint, LintFinding
from notekeep.notes.plan import WritePlan
from notekeep.services.doctor import check_vault
from notekeep.storage.file_names import copy_origin
from notekeep.vault import Vault

SHOWN = 3
"""The maximum number of problems per cause, and of places per problem, without `--all`."""
PAIR_NOTES = {
    "copy": "",
    "log": "habit log: all lines count",
    "marks": "has git conflict markers",
    "git": "not merged by git",
}


@click.command(
    "lint", cls=RawCommand, metavar="[QUERY]", short_help="Find and fix common problems."
)
@click.option("--fix", is_flag=True, help="Fix them, in one step.")
@click.option("--duplicates", is_flag=True, help="List notes that are nearly the same.")
@yes_option
@dry_run_option
@json_options
def lint(words: tuple[str, ...], *, fix: bool, duplicates: bool, yes: bool, dry_run: bool) -> int:
    """List problems in the notes that match QUERY, or in all notes, with each fix as a diff.

    Finds links with a typo in the name, tags in front matter that are duplicated, written with # or
    as text instead of a list, invalid lines in the habit log, names that other systems do not
    allow, and field values outside the allowed range or choices. --fix corrects everything except
    values and the names of folders, logs and templates. Links to a renamed note are updated.

    --duplicates lists only pairs of notes with nearly the same text, and the share they have in
    common. Templates and front matter are ignored.
    """
    if duplicates and fix:
        raise UsageError(
            "Duplicates have no fix.", "Compare the notes, then delete one with `notekeep rm`."
        )
    vault = open_refreshed(whole=fix)
    query = join_query(words)
    if query:
        paths = find_paths(vault, query)
    elif duplicates:
        paths = [row.path for row in vault.search.rows().rows]
    else:
        paths = [row.path for part in ("", "is:log") for row in vault.search.rows(part).rows]
    if duplicates:
        return _list_duplicates(vault, paths)
    found = vault.notes.lint(paths, query)
    if is_json():
        rows = [{**problem._asdict(), "fixable": has_fix} for problem, has_fix in found.findings]
        output.write_json({"total": len(rows), "problems": rows})
    if not fix or dry_run:
        if not is_json():
            _write(found)
        return report_refused(found.plan.refused)
    hinted = {""}
    for finding in found.findings:
        if not finding.has_fix:
            _write_finding(finding, hinted)
    return apply_plan(vault, found.plan, dry_run=False, yes=yes, quiet=is_json())


def _list_duplicates(vault: Vault, paths: list[str]) -> int:
    found = vault.notes.duplicates(paths)
    pairs = [{"path": one.path, "other": one.other, "share": round(one.share, 4)} for one in found]
    return output.write_answer(
        [(f"{int(100 * one.share)} %", one.path, one.other) for one in found],
        json={"total": len(pairs), "duplicates": pairs},
        empty="No notes are nearly the same.",
        stretch=2,
    )


def _write(found: Lint) -> None:
    changes = {change.path: change for change in found.plan.changes}
    by_path: dict[str, list[LintFinding]] = {}
    for finding in found.findings:
        by_path.setdefault(finding.problem.path, []).append(finding)
    hinted = {""}
    for path, findings in by_path.items():
        for finding in findings:
            _write_finding(finding, hinted)
        if path in changes:
            write_diff(WritePlan("lint", path, [changes[path]]).diff())
    if not found.findings:
        output.write_message("No problems found.")
    elif changes:
        output.write_message("`notekeep lint --fix` applies the diffs.")


def _write_finding(finding: LintFinding, hinted: set[str]) -> None:
    """Write a problem, and its hint unless it has been written before."""
    problem = finding.problem
    output.write(f"{problem.place}: {problem.message}")
    if problem.hint not in hinted and not finding.has_fix:
        hinted.add(problem.hint)
        output.write(f"  {problem.hint}")


@click.command(short_help="Check the vault and its index.")
@click.option("--all", "everything", is_flag=True, help="List every problem, not only a few.")
@json_options
def doctor(*, everything: bool) -> int:
    """Check files, front matter, links, habits and the index.

    Nothing is changed. Problems with the same cause are listed together, with their fix.
    """
    from notekeep.cli.extensions import extension_layers

    vault = open_vault()
    layers = []
    for layer in chain(check_vault(vault), extension_layers()):
        layers.append(layer)
        if is_json():
            continue
        count = len(layer.findings)
        verdict = output.count_noun(count, "problem") if count else "ok"
        if layer.is_calm and count:
            verdict = f"{count} open"
        output.write_styled(
            [
                (f"{layer.name:<11}", "bold"),
                (f"{verdict:<13}", "green" if layer.is_calm or not count else "yellow"),
                (layer.checked, "dim"),
            ]
        )
        if everything or not layer.is_calm:
            _write_findings(layer.findings, everything=everything)
    vault.history.prune()
    if is_json():
        found = [
            {
                "name": layer.name,
                "checked": layer.checked,
                "findings": [finding._asdict() for finding in layer.findings],
            }
            for layer in layers
        ]
        output.write_json({"layers": found})
    return 0


def _write_findings(findings: list[Problem], *, everything: bool) -> None:
    """Write problems grouped by cause, most frequent first."""
    by_hint: dict[str, dict[str, list[str]]] = {}
    for finding in findings:
        places = by_hint.setdefault(finding.hint, {}).setdefault(finding.message, [])
        places.append(finding.place)
    for hint, by_message in by_hint.items():
        causes = sorted(by_message.items(), key=lambda cause: -len(cause[1]))
        shown = causes if everything else causes[:SHOWN]
        for message, places in shown:
            _write_cause(message, [*filter(None, places)], everything=everything)
        if more := len(causes) - len(shown):
            total = sum(map(len, by_message.values()))
            output.write(f"  and {more} more, {total} in all; `notekeep doctor --all` lists them")
        if hint:
            output.write(f"    {hint}")


def _write_cause(message: str, places: list[str], *, everything: bool) -> None:
    if len(places) < 2:
        output.write("  " + ": ".join([*places, message]))
        return
    output.write(f"  {message} ({len(places)} times)")
    named = places if everything else places[:SHOWN]
    more = f" and {len(places) - len(named)} more" if len(places) > len(named) else ""
    output.write(f"    {', '.join(named)}{more}")


@click.group(invoke_without_command=True, short_help="List conflicts, and resolve them.")
@click.option("--auto", is_flag=True, help="Merge all that can be merged, in one step.")
@dry_run_option
@json_options
@click.pass_context
def conflicts(ctx: click.Context, *, auto: bool, dry_run: bool) -> int:
    """List notes that have two versions after a sync, a git merge or a conflicting save.

    \b
    notekeep conflicts show COPY           the differences: - the note, + the copy
    notekeep conflicts merge COPY          combine the changes of both
    notekeep conflicts --auto              merge all that can be merged
    notekeep conflicts keep COPY mine      keep the note; move the copy to the trash
    notekeep conflicts keep COPY theirs    keep the copy; the note's text stays in history
    notekeep conflicts keep COPY both      make the copy a separate note
    """
    if ctx.invoked_subcommand is not None:
        return 0
    if auto:
        vault = open_refreshed()
        plan = conflict_pairs.plan_merge_all(vault.workspace, vault.history.store)
        return _apply(vault, plan, dry_run=dry_run, yes=True)
    workspace = open_refreshed().workspace
    found = conflict_pairs.list_conflicts(workspace)
    objects = [pair._asdict() for pair in found]
    if unfinished := conflict_pairs.find_unfinished_problem(workspace):
        output.write_message(f"{unfinished.message} {unfinished.hint}")
    return output.write_answer(
        [(pair.copy, pair.note, PAIR_NOTES[pair.kind] or copy_origin(pair.copy)) for pair in found],
        json={"total": len(objects), "conflicts": objects},
        empty="No conflicts.",
    )


@conflicts.command(short_help="Show the differences.")
@click.argument("copy", nargs=-1, required=True)
@verb_options
def show(copy: tuple[str, ...]) -> int:
    """Show the differences between a note and COPY as a diff."""
    vault = open_refreshed()
    write_diff(conflict_pairs.plan_show(vault.workspace, _pair(vault, copy)).diff())
    return 0


@conflicts.command(short_help="Keep one version, or both.")
@click.argument("copy", nargs=-1, required=True)
@click.argument("choice", type=click.Choice(["mine", "theirs", "both"]))
@change_options
def keep(copy: tuple[str, ...], choice: str, *, dry_run: bool) -> int:
    """Keep the note (mine), COPY (theirs), or both as separate notes.

    In a note with git conflict markers: the first side, the second, or both in order.
    """
    vault = open_refreshed()
    pair = _pair(vault, copy)
    plan = conflict_pairs.plan_keep(vault.workspace, pair, cast("conflict_pairs.Choice", choice))
    return _apply(vault, plan, dry_run=dry_run)


@conflicts.command(short_help="Merge both versions.")
@click.argument("copy", nargs=-1, required=True)
@change_options
def merge(copy: tuple[str, ...], *, dry_run: bool) -> int:
    """Merge the changes of the note and COPY, and move the copy to the trash.

    If both changed the same lines, both versions are kept and the exit code is 3.
    """
    vault = open_refreshed()
    plan = conflict_pairs.plan_merge(vault.workspace, vault.history.store, _pair(vault, copy))
    return _apply(vault, plan, dry_run=dry_run)


def _apply(vault: Vault, plan: WritePlan, *, dry_run: bool, yes: bool = False) -> int:
    deleted = {change.path for change in plan.changes if change.after is None}
    return apply_plan(
        vault,
        plan,
        dry_run=dry_run,
        yes=yes,
        done=lambda path: f"moved {path} to the trash" if path in deleted else path,
    )


def _pair(vault: Vault, words: tuple[str, ...]) -> conflict_pairs.ConflictPair:
    return conflict_pairs.find_conflict(vault.workspace, " ".join(words))
