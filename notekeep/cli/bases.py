"""`base`: show Obsidian bases as tables."""

from __future__ import annotations

import click

from notekeep.bases.table import BaseTable
from notekeep.bases.values import as_text
from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import answer_options, null_option
from notekeep.cli.context import is_json
from notekeep.cli.opening import open_refreshed
from notekeep.errors import UsageError
from notekeep.vault import Vault


@click.command(short_help="Show an Obsidian base as a table, or list all bases.")
@click.argument(
    "name", required=False, metavar="[FILE]", shell_complete=shell_completion.complete_base
)
@click.argument(
    "view", required=False, metavar="[VIEW]", shell_complete=shell_completion.complete_view
)
@click.option(
    "--view",
    "chosen",
    metavar="VIEW",
    help="View to show; the same as the second argument.",
    shell_complete=shell_completion.complete_view,
)
@click.option(
    "--this",
    metavar="NOTE",
    help="Note that `this` refers to (default: the base itself).",
    shell_complete=shell_completion.complete_each_note,
)
@null_option
@answer_options
def base(
    name: str | None, view: str | None, *, chosen: str | None, this: str | None, null: bool
) -> int:
    """Show a view of the base in FILE, by default its first view.

    FILE is a `.base` file, or a note with a `base` code block; "Reading.md:12" is the code block on
    line 12. Without FILE, list all bases and their views. Bases are never changed.

    \b
    notekeep base Books.base
    notekeep base Books "Top rated"
    """
    vault = open_refreshed()
    if name is None:
        return _list(vault, null=null)
    if view and chosen:
        raise UsageError("The view was given twice.", "Leave out --view.")
    source = vault.bases.find(name)
    note = vault.workspace.resolve(this).path if this else ""
    table = vault.bases.table(source, view or chosen or "", note)
    for remark in () if is_json() else table.remarks:
        output.write_message(f"{source.place}: {remark}")
    code = output.write_answer(
        _rows(table),
        json={"path": source.path, "line": source.line or None, **table.as_object()},
        null=[row.path for row in table.rows] if null else None,
        empty=f"No notes in {table.view.name}.",
        heads=_heads(table),
    )
    if len(table.rows) < table.total and not is_json():
        output.write_message(f"{len(table.rows)} of {table.total} notes.")
    return code


def _heads(table: BaseTable) -> tuple[str, ...]:
    """Return the column headings, after the heading of the groups if there are groups."""
    return table.heads if table.view.group is None else (table.group_head, *table.heads)


def _rows(table: BaseTable) -> list[list[str]]:
    found = [
        [*(() if group.head is None else (group.head,)), *map(as_text, row.cells)]
        for group in table.groups
        for row in group.rows
    ]
    if found and table.summaries:
        found.append([*[""] * (len(found[0]) - len(table.summaries)), *table.summaries])
    return found


def _list(vault: Vault, *, null: bool) -> int:
    found = [*vault.bases.list()]
    for source in found:
        if source.problem:
            output.write_message(f"{source.path}: {source.problem}")
    views = [(source, [view.name for view in source.base.views]) for source in found]
    return output.write_answer(
        [(source.place, ", ".join(names)) for source, names in views],
        json={
            "total": len(found),
            "bases": [
                {
                    "path": source.path,
                    "line": source.line or None,
                    "views": names,
                    "problem": source.problem or None,
                }
                for source, names in views
            ],
        },
        null=[source.path for source in found] if null else None,
        empty="No bases. A base is a `.base` file or a `base` code block from Obsidian.",
        stretch=1,
    )
