"""`replace`: replace text in many notes, after showing every line that changes."""

from __future__ import annotations

from collections.abc import Sequence

import click

from notekeep.cli import output
from notekeep.cli.arguments import (
    RawCommand,
    dry_run_option,
    json_options,
    yes_option,
)
from notekeep.cli.confirmation import apply_plan, confirm, report_refused, write_diff
from notekeep.cli.context import is_json
from notekeep.cli.opening import find_paths, open_refreshed
from notekeep.errors import Refused, UsageError
from notekeep.markdown.text_edit import LineEdit
from notekeep.notes.plan import WritePlan, WriteResult
from notekeep.notes.replace import Replacement, Replacements


@click.command(
    cls=RawCommand, metavar="OLD NEW [NOTE|QUERY]", short_help="Replace text in many notes."
)
@click.option(
    "--regex",
    is_flag=True,
    help=r"OLD is a regular expression. In NEW, \1 or $1 is a group, $$ a dollar sign.",
)
@click.option("--word", is_flag=True, help="Find whole words only.")
@click.option("-i", "--ignore-case", is_flag=True, help="Ignore case (default: case must match).")
@click.option(
    "--everywhere",
    is_flag=True,
    help="Also change code, addresses, tags, titles and front matter keys.",
)
@yes_option
@dry_run_option
@json_options
def replace(
    words: tuple[str, ...],
    *,
    regex: bool,
    word: bool,
    ignore_case: bool,
    everywhere: bool,
    yes: bool,
    dry_run: bool,
) -> int:
    """Replace OLD with NEW in all notes, or in the notes that match QUERY, in one step.

    Every changed line is shown before you confirm. Code, link targets, web addresses, tags, titles
    and front matter keys do not change. Links to a changed heading are updated.

    \b
    notekeep replace "long stretches" "long hours" --dry-run
    notekeep replace --word Mira Miriam 'type:daily date>=2026'
    notekeep replace --regex '(\\d+) min\\b' '$1 minutes' type:post
    """
    texts = list(words)
    if "--" in texts:
        texts.remove("--")
    if len(texts) < 2:
        missing = "NEW is missing." if texts else "OLD and NEW are missing."
        raise UsageError(missing, "Usage: `notekeep replace OLD NEW [NOTE or QUERY]`")
    vault = open_refreshed(whole=True)
    query = " ".join(texts[2:])
    paths = find_paths(vault, query) if query else sorted(vault.search.paths())
    request = Replacement(texts[0], texts[1], regex, word, ignore_case, everywhere)
    found = vault.notes.find_replacements(request, paths)
    plan = found.plan()
    changed = {change.path for change in plan.changes}
    lines = [line for line in found.lines if line.path in changed]
    notes = output.count_noun(len({line.path for line in lines}), "note")
    count = f"{output.count_noun(len(lines), 'line')} in {notes}"
    is_asked = not dry_run and bool(lines) and not yes
    if is_json():
        if is_asked:
            confirm(f"Change {count}?", f"This would change {count}.", yes=False)
        result = None if dry_run else vault.notes.apply(plan)
        output.write_json(_as_object(found, lines, plan, result))
        return Refused.exit_code if plan.refused else 0
    code = 0
    if is_asked:
        write_diff(plan.diff())
        for remark in plan.remarks:
            output.write_message(remark)
        code = report_refused(plan.refused)
        confirm(f"Change {count}?", f"This would change {count}.", yes=False)
        plan.remarks.clear()  # they were shown before the question
        plan.refused.clear()
    return apply_plan(vault, plan, dry_run=dry_run, yes=True) or code


def _as_object(
    found: Replacements, lines: Sequence[LineEdit], plan: WritePlan, result: WriteResult | None
) -> dict[str, object]:
    refused = result.refused if result else plan.refused
    return {
        "written": bool(result and result.step),
        "total": len(lines),
        "lines": [
            {"path": one.path, "line": one.line, "before": one.before, "after": one.after}
            for one in lines
        ],
        "unchanged": dict(found.unchanged),
        "refused": [
            {"path": one.path, "line": one.line, "message": one.message} for one in refused
        ],
        "remarks": result.remarks if result else plan.remarks,
    }
