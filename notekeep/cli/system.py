"""The machinery: `index`, `config`, `sql`, `completion`."""

from __future__ import annotations

import os
import sys
import time

import click

from notekeep.cli import output
from notekeep.cli.context import (
    debug_option,
    json_option,
    open_vault,
    scene,
    vault_places,
    verb_options,
)
from notekeep.errors import UsageError

SHELLS = ("bash", "zsh", "fish")
SHORT = (
    ("-F _notekeep_completion notekeep", "-F _notekeep_completion notekeep nk"),
    ("#compdef notekeep", "#compdef notekeep nk"),
    ("compdef _notekeep_completion notekeep", "compdef _notekeep_completion notekeep nk"),
    ("--no-files --command notekeep", "--no-files --command notekeep --command nk"),
)
"""What the scripts of click register, and with it the short name of the program."""


@click.command(short_help="Bring the index up to date, or build it anew.")
@click.option("--rebuild", is_flag=True, help="Throw the index away and build it from the files.")
@click.option("--verify", is_flag=True, help="Read every file, also those that look unchanged.")
@click.option(
    "--forget-missing", is_flag=True, help="It is meant that many notes are gone at once."
)
@click.option("--nice", is_flag=True, help="Give way to other programs, and merge what saves left.")
@click.option("--tell", is_flag=True, hidden=True, help="Tell notes done and to do, a line each.")
@json_option
@verb_options
def index(
    *,
    rebuild: bool,
    verify: bool,
    forget_missing: bool,
    nice: bool,
    tell: bool,
    as_json: bool,
    vault: str | None,
) -> int:
    """Bring the catalog and the words up to date with the files.

    Both are derived: deleting them is safe, and nothing in the vault is ever written here.
    """
    from notekeep.cli.indexing import Progress, give_way

    opened = open_vault(vault)
    if nice:
        return give_way(opened, tell=tell, full=rebuild, verify=verify, forget=forget_missing)
    start = time.perf_counter()
    progress = Progress() if sys.stderr.isatty() else None
    refreshed = opened.refresh(
        full=rebuild, verify=verify, forget_missing=forget_missing, progress=progress
    )
    if progress:
        progress.end()
    opened.habit_index.refresh()
    opened.tidy()
    seconds = time.perf_counter() - start
    if as_json:
        output.write_json(
            {
                "notes": opened.count(),
                "indexed": refreshed.indexed,
                "removed": len(refreshed.changes.removed),
                "pending": refreshed.pending,
                "problems": len(refreshed.problems),
                "seconds": round(seconds, 3),
            }
        )
        return 0
    output.write(
        f"{_plural(opened.count(), 'note')}, {_plural(refreshed.indexed, 'file')} read, "
        f"{len(refreshed.changes.removed)} gone, {seconds:.1f} s"
    )
    for problem in refreshed.problems:
        place = problem.place
        output.note(f"{place}: {problem.message}")
    return 0


def _plural(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


@click.group(
    invoke_without_command=True,
    short_help="Show the settings, where each comes from, and what is wrong.",
)
@json_option
@debug_option
@click.pass_context
def config(ctx: click.Context, *, as_json: bool) -> int:
    """Show which files hold settings and what was ignored in them.

    \b
    notekeep config device              the name of this device
    notekeep config device my-laptop    give it another one
    """
    if ctx.invoked_subcommand is not None:
        return 0
    from notekeep import config as settings
    from notekeep.errors import NotFound

    places = settings.Places.of_machine()
    person = settings.person_settings(places)
    rows = [
        ("person's settings", person.path, _there(person.path)),
        ("cache", places.cache, _there(places.cache)),
        ("state", places.state, _there(places.state)),
    ]
    warnings = list(person.warnings)
    for name, path in person.vaults.items():
        if not os.path.isdir(path):
            is_setting = hasattr(person, name)
            hint = "; a setting belongs above the line [vaults]" if is_setting else ""
            warnings.append(f"vaults.{name}: there is no folder {path}{hint}")
    try:
        root = settings.find_vault(scene().vault, os.environ, os.getcwd(), person)
    except NotFound:
        pass
    else:
        own = settings.vault_settings(root)
        path = os.path.join(root, settings.VAULT_SETTINGS)
        rows += [("vault", root, "in use"), ("vault's settings", path, _there(path))]
        theirs = os.path.join(root, ".obsidian")
        if os.path.isdir(theirs):
            rows.append(("Obsidian's settings", theirs, "heeded where the vault's say nothing"))
        warnings += own.warnings
    if as_json:
        files = [{"what": what, "path": path, "state": state} for what, path, state in rows]
        output.write_json({"files": files, "warnings": warnings})
    else:
        output.table(rows, stretch=1)
        for warning in warnings:
            output.note(f"ignored: {warning}")
    return 0


@config.command(short_help="Show the name of this device, or change it.")
@click.argument("name", required=False)
@json_option
@verb_options
def device(name: str | None, *, as_json: bool, vault: str | None) -> int:
    """Show the name of this device, or change it to NAME.

    Each device writes its own files in `habits/log/`, called after it, so two devices must not
    have the same name. Files that are there keep their names and still count.
    """
    from glob import glob

    from notekeep.index.device import device_name, set_device_name
    from notekeep.index.habit_look import LOG_FOLDER

    places = vault_places(vault)
    before = shown = device_name(places.state)
    if name is not None:
        shown = set_device_name(places.state, name)
    if as_json:
        output.write_json({"device": shown})
    else:
        output.write(shown)
    if shown != before and glob(f"*.{shown}.md", root_dir=os.path.join(places.root, LOG_FOLDER)):
        output.note(f"{LOG_FOLDER} has files of {shown}: no other device may have this name")
    return 0


@click.command(short_help="Ask the catalog with SQL; it is read-only.")
@click.argument("query")
@json_option
@verb_options
def sql(query: str, *, as_json: bool, vault: str | None) -> int:
    """Run one SELECT over the catalog's tables; `notekeep sql .tables` names them.

    It can only read the catalog, and is stopped after ten seconds.
    """
    opened = open_vault(vault)
    opened.refresh(for_answer=True, words=False)
    heads, rows = opened.sql(query)
    if as_json:
        output.write_json([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        output.table(
            [["" if cell is None else str(cell) for cell in row] for row in rows], heads=heads
        )
    return 0 if rows else 1


def _shells(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    return [name for name in SHELLS if name.startswith(typed)]


@click.command(short_help="Print the script that completes commands in your shell.")
@click.argument("shell", required=False, metavar="[bash|zsh|fish]", shell_complete=_shells)
@debug_option
def completion(shell: str | None) -> None:
    """Print the completion script for SHELL (yours when left out), for `nk` too.

    \b
    notekeep completion bash > ~/.local/share/bash-completion/completions/notekeep
    notekeep completion zsh > ~/.zfunc/_notekeep
    notekeep completion fish > ~/.config/fish/completions/notekeep.fish
    """
    from click.shell_completion import get_completion_class

    from notekeep.cli import shells
    from notekeep.cli.tree import tree

    shells.add()
    name = shell or os.path.basename(os.environ.get("SHELL", ""))
    completer = get_completion_class(name) if name in SHELLS else None
    if completer is None:
        raise UsageError(f"there is no completion for {name!r}", f"one of {', '.join(SHELLS)}")
    script = completer(tree, {}, "notekeep", "_NOTEKEEP_COMPLETE").source().rstrip()
    for line, short in SHORT:
        script = script.replace(line, short)
    output.write(script)


def _there(path: str) -> str:
    return "there" if os.path.exists(path) else "not made yet"
