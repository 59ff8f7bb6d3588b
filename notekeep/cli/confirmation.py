"""What verbs that write have in common: show the plan, ask when it is large, carry it out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from notekeep.cli import output
from notekeep.errors import Refused
from notekeep.markdown.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.notes.plan import WritePlan, WriteResult
    from notekeep.vault import Vault

MANY = 20
REFUSED = 4


def apply_plan(
    vault: Vault,
    plan: WritePlan,
    *,
    dry_run: bool,
    done: Callable[[str], str],
    yes: bool = False,
    quiet: bool = False,
) -> int:
    """Write a plan, or only show it, and say what came of it.

    Args:
        vault: The vault.
        plan: What to write.
        dry_run: Show the plan as a diff and write nothing.
        done: What to say of each path that was written.
        yes: Do not ask, however many files it is about.
        quiet: Say nothing when all went well.

    Returns:
        0, or 4 when a note had to be left out.

    Raises:
        Refused: The person said no, or could not be asked.
    """
    if dry_run or len(plan.changes) > 1:
        _show(plan, everything=dry_run)
    if dry_run:
        return report_refused(plan)
    if len(plan.changes) > MANY and not yes:
        _ask(len(plan.changes))
    if not plan.changes and not plan.refused and not quiet:
        output.write_message("nothing to change")
    result = vault.notes.apply(plan)
    report_result(result, (lambda _: "") if quiet else done)
    if len(result.paths) > 1:
        output.write_message(f"{len(result.paths)} files; `notekeep undo` takes it back")
    plan.refused = result.refused
    return report_refused(plan)


def report_result(result: WriteResult, done: Callable[[str], str] = str) -> None:
    """Say what was written, and what there is to remark.

    Args:
        result: What came of a plan.
        done: What to say of each path; "" for nothing.
    """
    for said in filter(None, map(done, result.paths)):
        output.write(said)
    for remark in result.remarks:
        output.write_message(remark)


def write_diff(plan: WritePlan) -> None:
    """Write a plan to stdout as a diff."""
    for line in plan.diff():
        style = {"+": "green", "-": "red", "@": "blue"}.get(line[:1], "")
        output.write_styled([(line, style)])


def confirm(question: str, why: str) -> None:
    """Ask on a terminal; anywhere else `--yes` has to be said.

    Raises:
        Refused: The person said no, or could not be asked.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise Refused(why, "say --yes to do it, --dry-run to see it")
    if not click.confirm(clean(question), err=True):
        raise Refused("nothing was changed")


def _show(plan: WritePlan, *, everything: bool) -> None:
    """Show the plan: whole as a diff, or just which files it is about."""
    if everything:
        write_diff(plan)
        for remark in plan.remarks:
            output.write_message(remark)
        if not plan.changes:
            output.write_message("nothing to change")
        return
    for change in plan.changes[:MANY]:
        output.write_message(f"  {change.path}" + (f" -> {change.target}" if change.target else ""))
    if len(plan.changes) > MANY:
        output.write_message(f"  and {len(plan.changes) - MANY} more")


def _ask(count: int) -> None:
    confirm(f"Change {count} files?", f"this would change {count} files")


def report_refused(plan: WritePlan) -> int:
    """Say which notes are left out of a plan and why; give the exit code, 0 or 4."""
    for problem in plan.refused:
        output.write_message(f"{problem.place}: left as it is: {problem.message}")
        if problem.hint:
            output.write_message(f"  {problem.hint}")
    return REFUSED if plan.refused else 0
