"""`export`: notes into drafts for a blog, planned and shown before anything is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, json_option, open_vault, verb_options

if TYPE_CHECKING:
    from notekeep.export import Exported, Options, Plan
    from notekeep.vault import Vault

REFUSED, CONFLICT, FAILED = 4, 3, 5
STYLES = {"new": "green", "changed": "yellow", "conflict": "red", "removed": "red"}


@click.command(short_help="Turn notes into drafts for your blog.")
@click.argument("note", nargs=-1, required=True)
@click.option(
    "--to", "target", metavar="TARGET", help="nikola, hugo, jekyll, pelican, mkdocs or portable."
)
@click.option("--site", metavar="DIR", help="The folder of the site; its settings say the rest.")
@click.option("--publish", is_flag=True, help="As posts, not as drafts.")
@click.option("--overwrite", is_flag=True, help="Also what was changed by hand in the site.")
@click.option("--prune", is_flag=True, help="Remove files of notes that are no longer exported.")
@click.option("--explain", is_flag=True, help="List every edit of the text with its reason.")
@click.option("--check", is_flag=True, help="Build the site afterwards and read its pages back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@json_option
@verb_options
def export(
    note: tuple[str, ...],
    *,
    target: str | None,
    site: str | None,
    publish: bool,
    overwrite: bool,
    prune: bool,
    explain: bool,
    check: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    vault: str | None,
) -> int:
    """Turn NOTE into a draft; a query takes only notes marked `publish: true`.

    Without a site the draft is portable Markdown, in a folder beside the vault.

    \b
    notekeep export "Atomic Habits" --to hugo --site ~/blog
    notekeep export type:book --dry-run
    """
    opened = open_vault(vault)
    refresh_first(opened)
    paths, named = _chosen(opened, " ".join(note))
    options = _options(named=named, publish=publish, overwrite=overwrite, prune=prune)
    plan = opened.plan_export(paths, target=target or "", site=site or "", options=options)
    if not as_json:
        _show(plan, whole=dry_run)
    if explain:
        _explain(plan)
    if dry_run:
        if as_json:
            output.write_json(_as_object(plan, None))
        return _code(plan)
    if not yes and sys.stdin.isatty() and any(file.status == "changed" for file in plan.files):
        click.confirm("Write this?", default=True, abort=True, err=True)
    done = opened.export(plan)
    if as_json:
        output.write_json(_as_object(plan, done))
    else:
        _tell(plan, done)
    return (_check(plan) if check else 0) or _code(plan)


def _chosen(vault: Vault, words: str) -> tuple[list[str], bool]:
    """The notes that words mean, and whether they were named: that is consent, a query is not."""
    from notekeep.index.names import exact

    row = exact(vault.catalog, words)
    if row is not None:
        return [row.path], True
    rows = vault.select(words)
    if len(rows) == 1 and not any(sign in words for sign in ':#*"'):
        return [rows[0].path], True
    return [row.path for row in rows], False


def _options(*, named: bool, publish: bool, overwrite: bool, prune: bool) -> Options:
    from notekeep import config
    from notekeep.export import Options

    return Options(
        named=named,
        draft=False if publish else None,
        overwrite=frozenset("*") if overwrite else frozenset(),
        prune=prune,
        now=config.now().astimezone(),
    )


def _show(plan: Plan, *, whole: bool) -> None:
    """The plan, a file a line; the diff of what is there already, or of everything."""
    output.note(f"{plan.target_name}, in {plan.site}")
    for file in plan.files:
        if file.status != "unchanged":
            reason = f"  {file.why}" if file.why else ""
            output.note(f"  {file.status:<9} {file.path}{reason}")
    for file in plan.files:
        if whole or file.status in {"changed", "conflict"}:
            for line in file.diff().splitlines():
                style = {"+": "green", "-": "red", "@": "blue"}.get(line[:1], "")
                output.write_styled([(line, style)])


def _explain(plan: Plan) -> None:
    for planned in plan.posts:
        for change in planned.changes:
            output.note(f"{change.path}:{change.line}: {change.reason}")


def _tell(plan: Plan, done: Exported) -> None:
    import os

    for path in done.written:
        output.write(os.path.join(done.site, path))
    if not done.written and not done.removed:
        output.note("nothing to write: everything is as it should be")
    for warning in done.warnings:
        output.note(warning)
    for path in done.conflicts:
        output.note(f"{path}: changed by hand in the site, left as it is; --overwrite replaces it")
    for path, error in plan.refused.items():
        place = f"{path}:{error.line}" if error.line else path
        output.note(f"{place}: not exported: {error.message}")


def _check(plan: Plan) -> int:
    """Build with the real generator, or lint where it is missing, and say what is wrong."""
    from notekeep.export.check import check_export

    report = check_export(plan)
    how = "built" if report.built else "looked over"
    if report.said:
        output.note(report.said)
    for result in report.failed:
        output.note(f"{result.post}: {result.name}: {result.detail}".removesuffix(": "))
    passed = sum(result.state == "passed" for result in report.results)
    output.note(f"{how}: {passed} checks passed, {len(report.failed)} failed")
    return FAILED if report.failed else 0


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
