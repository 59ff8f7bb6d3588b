"""The program and its vaults: `init`, `demo`, `vaults`, `index`, `config`, `sql`, `keys` ..."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from glob import glob
from operator import itemgetter
from typing import TYPE_CHECKING

import click
from click.shell_completion import get_completion_class

from notekeep import config
from notekeep.catalog import indexing_process
from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import debug_option, json_option, json_options, verb_options
from notekeep.cli.context import current_context, is_json, vault_places
from notekeep.cli.main import COMPLETE, open_or_print_today
from notekeep.cli.opening import open_vault, show_progress
from notekeep.cli.output import count_of
from notekeep.errors import Failure, NotekeepError, NotFound, UsageError
from notekeep.services.demo import copy_sample_vault
from notekeep.settings import VAULT_SETTINGS, vault_settings
from notekeep.tracking.checkin import device_name, set_device_name
from notekeep.tracking.habit_table import LOG_FOLDER
from notekeep.tui.commands.action import format_keys
from notekeep.tui.commands.registry import (
    CONTEXTS,
    action_keys,
    actions_in_context,
    keymap,
    keymaps,
    wrong_keys,
)

if TYPE_CHECKING:
    from notekeep.vault import Vault


SHELLS = ("bash", "zsh", "fish")
SHORT = (
    ("-F _notekeep_completion notekeep", "-F _notekeep_completion notekeep nk"),
    ("#compdef notekeep", "#compdef notekeep nk"),
    ("compdef _notekeep_completion notekeep", "compdef _notekeep_completion notekeep nk"),
    ("--no-files --command notekeep", "--no-files --command notekeep --command nk"),
)
"""What the scripts of click register, and with it the short name of the program."""


CONFIG = """\
# Settings of this vault; they travel with it. Every line is optional.
# day_start = 4          # the hour at which your day begins
# week_start = "mon"
# language = "en"        # stemming and stop words of the search
# private = ["private"]  # folders whose notes never leave
"""

IGNORED = """\
# What notekeep deletes into, and unfinished files of a crash.
.trash/
.nk-tmp-*
"""
PORT = 8765
NICENESS = 10
STOPPED = 130


@click.command(short_help="Update the index, or rebuild it.")
@click.option("--rebuild", is_flag=True, help="Throw the index away and build it from the files.")
@click.option("--verify", is_flag=True, help="Read every file, also those that look unchanged.")
@click.option(
    "--forget-missing", is_flag=True, help="Confirm that a large number of notes were deleted."
)
@click.option("--nice", is_flag=True, help="Run at low priority, and compact the index.")
@click.option("--tell", is_flag=True, hidden=True, help="Tell notes done and to do, a line each.")
@json_options
def index(*, rebuild: bool, verify: bool, forget_missing: bool, nice: bool, tell: bool) -> int:
    """Bring the catalog and the words up to date with the files.

    Both are derived: deleting them is safe, and nothing in the vault is ever written here.
    """
    vault = open_vault()
    wanted = {"full": rebuild, "verify": verify, "forget_missing": forget_missing}
    if nice:
        return _index_at_low_priority(vault, tell=tell, **wanted)
    start = time.perf_counter()
    with show_progress() as progress:
        refreshed = vault.indexing.refresh(**wanted, progress=progress)
    vault.habits.tracker.refresh()
    vault.history.prune()
    seconds = time.perf_counter() - start
    if is_json():
        output.write_json(
            {
                "notes": vault.catalog.count(),
                "indexed": refreshed.indexed,
                "removed": len(refreshed.changes.removed),
                "pending": refreshed.pending,
                "problems": len(refreshed.problems),
                "seconds": round(seconds, 3),
            }
        )
        return 0
    notes, read = count_of(vault.catalog.count(), "note"), count_of(refreshed.indexed, "file")
    output.write(f"{notes}, {read} read, {len(refreshed.changes.removed)} gone, {seconds:.1f} s")
    for problem in refreshed.problems:
        output.write_message(f"{problem.place}: {problem.message}")
    return 0


def _index_at_low_priority(vault: Vault, *, tell: bool, **wanted: bool) -> int:
    """Index what changed at low priority, and merge what saves left behind."""

    def write_progress(done: int, total: int) -> None:
        sys.stdout.write(f"{done} {total}\n")
        sys.stdout.flush()

    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # As an exception, so that processes and files that belong to this one go with it.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(STOPPED))
    # Where another process does so already it is left to that one; who is told waits for it.
    with indexing_process.turn(vault.places.cache, wait=tell) as ours:
        if not ours:
            return 0
        vault.indexing.refresh(**wanted, progress=write_progress if tell else None)
        try:
            vault.full_text.merge()
        except NotekeepError:
            return 0  # another is writing: the next quiet moment comes
        vault.history.prune()
    return 0


@click.group(
    "config",
    invoke_without_command=True,
    short_help="Show the settings, where each comes from, and what is wrong.",
)
@json_option
@debug_option
@click.pass_context
def config_command(ctx: click.Context) -> int:
    """Show which files hold settings and what was ignored in them.

    \b
    notekeep config device              the name of this device
    notekeep config device my-laptop    give it another one
    """
    if ctx.invoked_subcommand is not None:
        return 0
    places = config.Places.for_machine()
    person = config.person_settings(places)
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
        root = config.find_vault(current_context().vault, os.environ, os.getcwd(), person)
    except NotFound:
        pass  # the person's own settings are there without a vault, too
    else:
        own = vault_settings(root)
        path = os.path.join(root, VAULT_SETTINGS)
        rows += [("vault", root, "in use"), ("vault's settings", path, _there(path))]
        theirs = os.path.join(root, ".obsidian")
        if os.path.isdir(theirs):
            rows.append(("Obsidian's settings", theirs, "heeded where the vault's say nothing"))
        warnings += own.warnings
    if is_json():
        files = [{"what": what, "path": path, "state": state} for what, path, state in rows]
        output.write_json({"files": files, "warnings": warnings})
    else:
        output.table(rows, stretch=1)
        for warning in warnings:
            output.write_message(f"ignored: {warning}")
    return 0


@config_command.command(short_help="Show the name of this device, or change it.")
@click.argument("name", required=False)
@json_options
def device(name: str | None) -> int:
    """Show the name of this device, or change it to NAME.

    Each device writes its own files in `habits/log/`, called after it, so two devices must not
    have the same name. Files that are there keep their names and still count.
    """
    places = vault_places()
    before = shown = device_name(places.state)
    if name is not None:
        shown = set_device_name(places.state, name)
    if is_json():
        output.write_json({"device": shown})
    else:
        output.write(shown)
    if shown != before and glob(f"*.{shown}.md", root_dir=os.path.join(places.root, LOG_FOLDER)):
        output.write_message(
            f"{LOG_FOLDER} has files of {shown}: no other device may have this name"
        )
    return 0


@click.command(short_help="Query the catalog with SQL, read-only.")
@click.argument("query")
@json_options
def sql(query: str) -> int:
    """Run one SELECT over the catalog's tables; `notekeep sql .tables` names them.

    It can only read the catalog, and is stopped after ten seconds.
    """
    vault = open_vault()
    vault.indexing.refresh(for_answer=True, words=False)
    heads, rows = vault.catalog.sql(query)
    if is_json():
        output.write_json([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        output.table(
            [["" if cell is None else str(cell) for cell in row] for row in rows], heads=heads
        )
    return 0 if rows else 1


@click.command(short_help="Print the script that completes commands in your shell.")
@click.argument(
    "shell",
    required=False,
    metavar="[bash|zsh|fish]",
    shell_complete=lambda _context, _parameter, typed: [
        name for name in SHELLS if name.startswith(typed)
    ],
)
@debug_option
def completion(shell: str | None) -> None:
    """Print the completion script for SHELL (yours when left out), for `nk` too.

    \b
    notekeep completion bash > ~/.local/share/bash-completion/completions/notekeep
    notekeep completion zsh > ~/.zfunc/_notekeep
    notekeep completion fish > ~/.config/fish/completions/notekeep.fish
    """
    from notekeep.cli.command_tree import tree  # which imports this module when it runs

    shell_completion.register_shells()
    name = shell or os.path.basename(os.environ.get("SHELL", ""))
    completer = get_completion_class(name) if name in SHELLS else None
    if completer is None:
        raise UsageError(f"there is no completion for {name!r}", f"one of {', '.join(SHELLS)}")
    script = completer(tree, {}, "notekeep", COMPLETE).source().rstrip()
    for line, short in SHORT:
        script = script.replace(line, short)
    output.write(script)


def _there(path: str) -> str:
    return "there" if os.path.exists(path) else "not made yet"


@click.command(short_help="Make a folder a vault.")
@click.argument("folder", default=".")
@debug_option
def init(folder: str) -> None:
    """Make FOLDER (this one when left out) a vault, and remember it.

    A folder that Obsidian made is a vault already; nothing in it is changed. Where there is no
    .gitignore, one is made that leaves out the trash.
    """
    root = os.path.realpath(os.path.expanduser(folder))
    settings = os.path.join(root, VAULT_SETTINGS)
    is_new = not os.path.exists(settings)
    try:
        os.makedirs(os.path.dirname(settings), exist_ok=True)
        if is_new:
            with open(settings, "x", encoding="utf-8") as file:
                file.write(CONFIG)
            with (
                suppress(FileExistsError),
                open(os.path.join(root, ".gitignore"), "x", encoding="utf-8") as file,
            ):
                file.write(IGNORED)
    except OSError as error:
        raise Failure(
            f"{error.filename or root}: cannot be made a vault: {error.strerror}",
            "choose a folder that you may write to",
        ) from error
    places = config.Places.for_machine()
    config.vault_id(root, places.state)
    config.remember_vault(root, places)
    output.write(f"{root} {'is a vault now' if is_new else 'was a vault already'}")
    output.write_message('next: `notekeep new book "Its title"`, or `notekeep` to look around')


@click.command(short_help="Open a copy of the sample vault.")
@debug_option
def demo() -> int:
    """Open a copy of the sample vault in a temporary folder; nothing you do there matters.

    Without a terminal its overview of today is printed. A copy goes when its terminal is closed;
    one that was not used for a week is deleted by the next demo.
    """
    root, home = copy_sample_vault(config.current_time().date())
    os.environ["NOTEKEEP_HOME"] = home
    output.write_message(f"the sample vault is in {root}; delete it whenever you like")
    return open_or_print_today(root, plain=current_context().plain)


@click.command(short_help="List the vaults this machine knows.")
@json_option
@debug_option
def vaults() -> int:
    """List the vaults that were opened here, by name where one was given."""
    places = config.Places.for_machine()
    person = config.person_settings(places)
    names = {os.path.realpath(path): name for name, path in person.vaults.items()}
    rows = [
        {"name": names.get(path, os.path.basename(path)), "path": path, "id": identity}
        for identity, path in sorted(config.known_vaults(places.state).items(), key=itemgetter(1))
    ]
    return output.write_answer(
        [(row["name"], row["path"]) for row in rows],
        json={"total": len(rows), "vaults": rows},
        empty="no vault yet: `notekeep init DIR` makes one, `notekeep demo` shows one",
        stretch=1,
    )


@click.command(short_help="List the keys of the interface.")
@click.option("--map", "name", type=click.Choice(keymaps()), help="Those of another map.")
@json_option
@debug_option
def keys(*, name: str | None) -> int:
    """List what can be done in the interface, by place: the keys, the action's id, what it does.

    The id is what `[keys]` in your settings gives other keys to; `keymap = "vim"` there, or
    `"emacs"`, starts from another map.
    """
    person = config.person_settings(config.Places.for_machine())
    chosen = (name, {}) if name else (person.keymap, person.keys)
    own, wrong = keymap(*chosen), wrong_keys(*chosen)
    if is_json():
        rows = [
            {
                "id": action.id,
                "place": context,
                "title": action.title,
                "keys": list(action_keys(action, own)),
            }
            for context in CONTEXTS
            for action in actions_in_context(context)
        ]
        output.write_json({"total": len(rows), "keys": rows, "clashes": wrong})
        return 0
    for context, title in CONTEXTS.items():
        output.write_styled([(title, "bold")])
        output.table(
            [
                (format_keys(action_keys(action, own)), action.id, action.title)
                for action in actions_in_context(context)
            ],
            stretch=2,
        )
        output.write("")
    for clash in wrong:
        output.write_message(clash)
    return 0


@click.command(short_help="Show the interface in a browser.")
@click.option("--host", default="localhost", show_default=True, help="Where to listen.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
@verb_options
def serve(host: str, port: int) -> int:
    """Show the interface in a browser, at an address with a key that changes at each start.

    Whoever has the address can read and change the notes, so do not pass it on. Elsewhere than on
    this machine it is seen only with --host, and then unencrypted: put a proxy with TLS before it.
    Needs `pip install 'notekeep[serve]'`. ctrl+c ends it.
    """
    from notekeep.tui.serve import serve_vault  # textual

    def write_address(address: str) -> None:
        output.write(address)
        output.write_message("ctrl+c ends it")
        sys.stdout.flush()

    serve_vault(open_vault().root, host, port, write_address)
    return 0
