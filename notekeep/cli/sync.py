"""`sync`: share a vault between machines through git."""

from __future__ import annotations

import re
import time

import click

from notekeep.cli import output
from notekeep.cli.arguments import json_options, yes_option
from notekeep.cli.confirmation import confirm
from notekeep.cli.context import cron_command, is_json
from notekeep.cli.main import run_own_commands
from notekeep.cli.opening import open_vault
from notekeep.errors import NotekeepError, UsageError
from notekeep.habits.reminders import cron_line
from notekeep.services.sync import SyncResult, SyncService

PRIVATE = (
    "Private notes are sent too, and the remote can read them: git does not encrypt. To keep a"
    " folder on this machine, add a line such as `private/` to .gitignore. For encryption, see"
    " git-crypt or age."
)
NAMES = (
    "These files do not work on every system. `notekeep lint --fix` renames notes and updates"
    " links; rename other files by hand. Between Linux machines the names can stay:"
)
NO_REMOTE = "`notekeep sync init URL` adds a remote."
SHOWN = 10
_PASSWORD = re.compile(r"://[^/@]*:[^/@]+@")
_EVERY = re.compile(r"(\d+)(s|m|h)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, None: 60}


@click.group(invoke_without_command=True, short_help="Sync with other machines through git.")
@click.option("--every", metavar="TIME", help="Sync repeatedly, e.g. every 5m, until ctrl+c.")
@click.option(
    "--cron", is_flag=True, help="Print a line for `crontab -e`; --every sets its interval."
)
@yes_option
@json_options
@click.pass_context
def sync(ctx: click.Context, *, every: str | None, cron: bool, yes: bool) -> int:
    """Commit your changes, merge those of other machines, and send both.

    \b
    notekeep sync init URL      set up this vault, and the remote that it syncs with
    notekeep sync               sync now: "12 in, 3 out"
    notekeep sync status        show unsent changes
    notekeep sync --every 5m    sync until ctrl+c
    notekeep sync --cron        a line for a crontab

    Notes are merged by field, task and paragraph. If both sides changed the same text, your version
    stays and theirs becomes a conflict copy: see `notekeep conflicts`. `notekeep undo` reverts what
    a sync changed here. If the remote cannot be reached, the changes are committed and the exit
    code is 0.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    vault = open_vault()
    if cron:
        return _write_cron(vault.root, _parse_pause(every or "5m"))
    service = vault.make_sync()
    _ask_trust(service, yes=yes)
    if service.git.exists:
        _warn_of_names(service)
    if every is None:
        return _report(service.sync())
    pause = _parse_pause(every)
    while True:
        try:
            result = service.sync()
            if result != SyncResult():
                _report(result)
            run_own_commands()
        except NotekeepError as error:
            output.write_message(f"{error.message} {error.hint}".strip())
        time.sleep(pause)


@sync.command(short_help="Set up sync.")
@click.argument("url", required=False, default="")
@yes_option
def init(url: str, *, yes: bool) -> int:
    """Set up this vault for sync, with the git remote URL.

    Create a git repository if there is none, add lines to .gitignore and .gitattributes, and set up
    the merge driver, so that `git pull` merges notes as notekeep does. Use an empty remote, or a
    remote that has your notes: nothing is overwritten on either side.
    """
    service = open_vault().make_sync()
    _ask_trust(service, yes=yes)
    if _PASSWORD.search(url):  # programs with access to the vault could read it
        output.write_message("The address has a password. Use ssh or a credential helper.")
    for line in service.init(url):
        output.write_message(line)
    _warn_of_names(service)
    output.write_message(PRIVATE)
    is_ready = bool(service.git.line("remote"))
    output.write("`notekeep sync` syncs now." if is_ready else NO_REMOTE)
    return 0


@sync.command(short_help="Show unsynced changes.")
@json_options
def status() -> int:
    """Show unsynced changes, as of the last fetch. Nothing is sent or received."""
    found = open_vault().make_sync().status()
    if is_json():
        output.write_json(found._asdict())
        return 0
    output.write(f"{found.branch} ↑{found.ahead} ↓{found.behind}  {found.remote or 'no remote'}")
    if found.changed:
        output.write(f"{output.count_noun(found.changed, 'changed file')} to commit")
    return 0


def _ask_trust(service: SyncService, *, yes: bool) -> None:
    """Show the settings of an unknown repository, and ask once whether to trust it."""
    if not service.git.exists:
        return
    if unknown := service.untrusted():
        output.write_message("When it syncs, this vault's git repository")
        for line in unknown:
            output.write_message(f"  {line}")
        why = "This git repository is not trusted yet."
        confirm("Sync with it?", why, yes=yes, hint="Use --yes to confirm.")
        service.trust(unknown)


def _warn_of_names(service: SyncService) -> None:
    """Warn before the first sync about names that other systems refuse."""
    if found := service.find_bad_names():
        output.write_message(NAMES)
        for line in found[:SHOWN]:
            output.write_message(f"  {line}")
        if len(found) > SHOWN:
            output.write_message(f"  and {len(found) - SHOWN} more")


def _report(result: SyncResult) -> int:
    if is_json():
        output.write_json(result._asdict())
        return 0
    output.write(str(result))
    for copy in result.conflicts:
        output.write_message(f"  {copy}")
    if result.conflicts:
        output.write_message("`notekeep conflicts` shows both versions.")
    if result.problem:
        output.write_message(result.problem)
        output.write_message(f"  {result.hint}")
    return 0


def _write_cron(root: str, pause: int) -> int:
    minutes = max(1, pause // 60)
    when = f"*/{minutes} *" if minutes < 60 else f"0 */{min(minutes // 60, 23)}"
    output.write(cron_line(f"{when} * * *", cron_command(root, "sync", keep="SSH_AUTH_SOCK")))
    output.write_message("Nothing was installed. Add this line with `crontab -e`.")
    return 0


def _parse_pause(text: str) -> int:
    found = _EVERY.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise UsageError(f"{text!r} is not a time.", "Use 30s, 5m or 1h.")
    return int(found[1]) * _SECONDS[found[2]]
