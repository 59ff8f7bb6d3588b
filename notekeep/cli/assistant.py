"""`mcp` and `proposals`: assistants that read the vault, and the changes that they propose."""

from __future__ import annotations

import time

import click

from notekeep.cli import output
from notekeep.cli.arguments import (
    DefaultGroup,
    answer_options,
    change_options,
    json_options,
    limit_option,
    verb_options,
)
from notekeep.cli.confirmation import report_refused, report_result, write_diff
from notekeep.cli.context import is_json
from notekeep.cli.opening import open_refreshed, open_vault
from notekeep.errors import INSTALL_MCP, UsageError


@click.group(invoke_without_command=True, short_help="Serve the vault to an assistant (MCP).")
@click.option("--propose", is_flag=True, help="Accept proposals for changes, which wait for you.")
@click.option("--apply", is_flag=True, help="With --propose: let the client apply small proposals.")
@click.option("--hidden", is_flag=True, help="Include comments and folded callouts.")
@verb_options
@click.pass_context
def mcp(ctx: click.Context, *, propose: bool, apply: bool, hidden: bool) -> int:
    """Serve the vault to an assistant, over standard input and output (MCP).

    \b
    notekeep mcp              the client reads
    notekeep mcp --propose    it also proposes changes: see `notekeep proposals`
    notekeep mcp log          list its calls

    Private notes and sections, excluded notes, templates and the trash are not served. You do not
    run this yourself: put it into the settings of the assistant. It needs the extra `mcp`.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    if apply and not propose:
        raise UsageError("--apply needs --propose.", "Use `notekeep mcp --propose --apply`.")
    from notekeep.assistant import is_installed

    if not is_installed():
        raise UsageError("`notekeep mcp` needs the extra `mcp`.", f"`{INSTALL_MCP}` installs it.")
    from notekeep.assistant.server import serve

    serve(open_vault(), proposes=propose, applies=apply, has_hidden=hidden)
    return 0


@mcp.command("log", short_help="List the calls of assistants.")
@limit_option(20)
@json_options
def log(*, limit: int) -> int:
    """List the last calls: time, client, tool, size of the answer. The log has no content."""
    from notekeep.assistant.call_log import read_calls

    calls = read_calls(open_vault().places.state, limit)
    return output.write_answer(
        [
            (
                _format_time(call.get("time", 0)),
                str(call.get("client", "")),
                str(call.get("tool", "")),
                str(call.get("error") or f"{call.get('bytes', 0)} bytes"),
            )
            for call in calls
        ],
        json={"total": len(calls), "calls": calls},
        empty="No calls yet.",
    )


@click.group(
    cls=DefaultGroup,
    default=["show"],
    invoke_without_command=True,
    short_help="List, apply and reject what assistants propose.",
    subcommand_metavar="[ID | apply | reject]",
)
@answer_options
@click.pass_context
def proposals(ctx: click.Context) -> int:
    """List the changes that assistants propose, or show one.

    \b
    notekeep proposals               list them
    notekeep proposals 3f9a2c        show the changes of one
    notekeep proposals apply 3f9a2c  apply it as one step, which undo reverts
    """
    if ctx.invoked_subcommand is not None:
        return 0
    waiting = open_vault().proposals.waiting()
    return output.write_answer(
        [(one.id, _format_time(one.time), one.client, one.kind, one.about) for one in waiting],
        json={"total": len(waiting), "proposals": [one.as_object() for one in waiting]},
        empty="No proposals are waiting.",
        stretch=4,
    )


ids_argument = click.argument("ids", nargs=-1, required=True, metavar="ID...")


@proposals.command("show", short_help="Show the changes of a proposal.")
@click.argument("name", metavar="ID")
@answer_options
def show(name: str) -> int:
    """Show the changes that the proposal ID would make now."""
    vault = open_refreshed(whole=True)
    proposal = vault.proposals.find(name)
    plan = vault.proposals.plan(proposal)
    if is_json():
        output.write_json({**proposal.as_object(), "diff": [*plan.diff()]})
        return 0
    write_diff(plan.diff())
    for remark in plan.remarks:
        output.write_message(remark)
    output.write_message(f"`notekeep proposals apply {proposal.id}` applies this.")
    return report_refused(plan.refused)


@proposals.command("apply", short_help="Apply proposals.")
@ids_argument
@change_options
def apply(ids: tuple[str, ...], *, dry_run: bool) -> int:
    """Apply the proposals ID, each as one step that `notekeep undo` reverts."""
    vault = open_refreshed(whole=True)
    for proposal in [vault.proposals.find(name) for name in ids]:
        if dry_run:
            write_diff(vault.proposals.plan(proposal).diff())
        else:
            report_result(vault.proposals.apply(proposal))
    return 0


@proposals.command("reject", short_help="Reject proposals.")
@ids_argument
@change_options
def reject(ids: tuple[str, ...], *, dry_run: bool) -> int:
    """Remove the proposals ID. No note is changed."""
    service = open_vault().proposals
    for proposal in [service.find(name) for name in ids]:
        if not dry_run:
            service.reject(proposal)
        output.write(f"rejected {proposal.id}" if not dry_run else f"would reject {proposal.id}")
    return 0


def _format_time(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
