"""`lint`: what is wrong and can be mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, json_option, open_vault, verb_options
from notekeep.cli.raw import RawCommand
from notekeep.cli.writing import carry_out, tell_refused, write_diff
from notekeep.writing.plan import WritePlan

if TYPE_CHECKING:
    from notekeep.vault import Vault
    from notekeep.writing.linting import Finding, Lint


class LintCommand(RawCommand):
    """`lint` takes its query raw."""

    words_metavar = "[QUERY]"


@click.command("lint", cls=LintCommand, short_help="What is wrong and can be mended.")
@click.option("--fix", is_flag=True, help="Mend it, as one step.")
@click.option("--yes", is_flag=True, help="Do not ask, however many files it is about.")
@dry_run_option
@json_option
@verb_options
def lint(
    words: tuple[str, ...],
    *,
    fix: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    vault: str | None,
) -> int:
    """List what is wrong in the notes that QUERY finds, or in all, with the fix as a diff.

    Looked for: links that miss the name of one note by a letter or two, tags in front matter that
    are doubled, written with # or text instead of a list, lines of the habit log that need another
    shape, names that other systems do not allow, and values outside the range or the choices of
    their field. --fix mends all of it but values, and names of folders, logs and templates; links
    follow a note that gets another name.
    """
    opened = open_vault(vault)
    refresh_first(opened)
    said = " ".join(word for word in words if word != "--")
    found = opened.plan.lint(_paths(opened, said), said)
    if as_json:
        _write_json(found)
    if not fix or dry_run:
        if not as_json:
            _write(found)
        return tell_refused(found.plan)
    for finding in found.findings:
        if not finding.has_fix:
            _write_finding(finding)
    return carry_out(opened, found.plan, dry_run=False, done=str, yes=yes, quiet=as_json)


def _paths(vault: Vault, said: str) -> list[str]:
    if said:
        return [row.path for row in vault.select(said)]
    return [row.path for query in ("", "is:log") for row in vault.rows(query).rows]


def _write(found: Lint) -> None:
    """Write what was found, file by file, each with its diff."""
    changes = {change.path: change for change in found.plan.changes}
    for path in dict.fromkeys(finding.problem.path for finding in found.findings):
        for finding in found.findings:
            if finding.problem.path == path:
                _write_finding(finding)
        if path in changes:
            write_diff(WritePlan("lint", path, [changes[path]]))
    if not found.findings:
        output.note("nothing that notekeep could mend")
    elif changes:
        output.note("`notekeep lint --fix` mends what has a diff")


def _write_finding(finding: Finding) -> None:
    problem = finding.problem
    output.write(f"{problem.place}: {problem.message}")
    if problem.hint and not finding.has_fix:
        output.write(f"  {problem.hint}")


def _write_json(found: Lint) -> None:
    rows = [
        {
            "path": problem.path,
            "line": problem.line,
            "code": problem.code,
            "message": problem.message,
            "hint": problem.hint,
            "fixable": has_fix,
        }
        for problem, has_fix in found.findings
    ]
    output.write_json({"total": len(rows), "problems": rows})
