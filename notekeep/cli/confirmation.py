"""Apply plans: list the changes, ask before a large change, write it, report the result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import click

from notekeep.cli import output
from notekeep.cli.context import is_json
from notekeep.errors import Problem, Refused
from notekeep.markdown.sanitize import clean

if TYPE_CHECKING:
    from notekeep.notes.plan import WritePlan, WriteResult
    from notekeep.vault import Vault

MANY = 20


def apply_plan(
    vault: Vault,
    plan: WritePlan,
    *,
    dry_run: bool,
    done: Callable[[str], str] = str,
    yes: bool = False,
    quiet: bool = False,
) -> int:
    """Apply a plan, or with `dry_run` only show its diff.

    `done` returns the line to print for a path. Return the exit code: 0, or 4 if a note was
    refused.
    """
    count = len(plan.changes)
    if dry_run:
        write_diff(plan.diff())
        for remark in plan.remarks:
            output.write_message(remark)
        if not count:
            output.write_message("Nothing to change.")
        return report_refused(plan.refused)
    if count > 1:
        for change in plan.changes[:MANY]:
            target = f" -> {change.target}" if change.target else ""
            output.write_message(f"  {change.path}{target}")
    if count > MANY:
        output.write_message(f"  and {count - MANY} more")
        confirm(f"Change {count} files?", f"This would change {count} files.", yes=yes)
    if not (count or plan.refused or plan.resolved or quiet):
        output.write_message("Nothing to change.")
    result = vault.notes.apply(plan)
    report_result(result, (lambda _: "") if quiet else done)
    if len(result.paths) > 1:
        output.write_message(f"{len(result.paths)} files changed. `notekeep undo` reverts this.")
    return report_refused(result.refused)


def create_note(vault: Vault, plan: WritePlan, *, dry_run: bool) -> int:
    """Apply a plan for a new note like `apply_plan`; with `--json`, print its path."""
    if not is_json():
        return apply_plan(vault, plan, dry_run=dry_run)
    path = plan.changes[0].path if dry_run else vault.notes.apply(plan).paths[0]
    output.write_json({"path": path})
    return 0


def report_result(result: WriteResult, done: Callable[[str], str] = str) -> None:
    """Print the line that `done` returns for each path, and the remarks."""
    for text in filter(None, map(done, result.paths)):
        output.write(text)
    for remark in result.remarks:
        output.write_message(remark)


def write_diff(lines: Iterable[str]) -> None:
    """Print a diff in colour."""
    for line in lines:
        style = {"+": "green", "-": "red", "@": "blue"}.get(line[:1], "")
        output.write_styled([(line, style)])


def confirm(
    question: str,
    why: str,
    *,
    yes: bool,
    hint: str = "Use --yes to confirm, or --dry-run to see the changes.",
) -> None:
    """Ask for confirmation on a terminal; without a terminal, require `--yes`."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused(why, hint)
    if not click.confirm(clean(question), err=True):
        raise Refused("Nothing was changed.")


def report_refused(refused: Sequence[Problem]) -> int:
    """Print the refused notes with the reasons; return the exit code, 0 or 4."""
    for problem in refused:
        output.write_message(f"{problem.place}: not changed: {problem.message}")
        if problem.hint:
            output.write_message(f"  {problem.hint}")
    return Refused.exit_code if refused else 0
