"""The program and its vaults: `init`, `demo`, `vaults`, `index`, `config`, `sql`, `keys` ..."""

from __future__ import annotations

import os
import platform
import re
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from glob import glob
from importlib import metadata
from operator import itemgetter
from typing import Any

import click
from click.shell_completion import get_completion_class

from notekeep import __version__, config
from notekeep.catalog import indexing_process
from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import debug_option, json_option, json_options, verb_options
from notekeep.cli.context import current_context, is_json
from notekeep.cli.main import COMPLETE, open_or_print_today
from notekeep.cli.opening import open_vault, show_progress
from notekeep.cli.output import count_noun
from notekeep.errors import Failure, NotekeepError, NotFound, UsageError
from notekeep.log_folders import LOG_FOLDERS
from notekeep.services.demo import copy_sample_vault, use_home_of
from notekeep.settings import VAULT_SETTINGS, vault_settings
from notekeep.tracking.device_log import device_name, set_device_name
from notekeep.tui.commands.action import format_keys
from notekeep.tui.commands.registry import (
    CONTEXTS,
    action_keys,
    actions_in_context,
    add_actions,
    command_actions,
    extension_actions,
    keymap,
    keymaps,
    wrong_keys,
)
from notekeep.vault import Vault

SHELLS = ("bash", "zsh", "fish")
SHORT = (
    ("-F _notekeep_completion notekeep", "-F _notekeep_completion notekeep nk"),
    ("#compdef notekeep", "#compdef notekeep nk"),
    ("compdef _notekeep_completion notekeep", "compdef _notekeep_completion notekeep nk"),
    ("--no-files --command notekeep", "--no-files --command notekeep --command nk"),
)
"""Lines in click's scripts that register the command, and the same lines with the name `nk`."""

CONFIG = """\
# Settings of this vault, synced with it. Every line is optional.
# day_start = 4          # the hour at which your day begins
# week_start = "mon"
# language = "en"        # stemming and stop words of the search
# private = ["private"]  # folders that are never exported
"""

IGNORED = """\
# notekeep's trash, and temporary files left by a crash.
.trash/
.nk-tmp-*
"""
PORT = 8765
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HALF_BLOCKS = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
"""The character for two squares of a QR code, one above the other; 1 is dark."""
NICENESS = 10
STOPPED = 130


@click.command(short_help="Update the index, or rebuild it.")
@click.option("--rebuild", is_flag=True, help="Delete the index and build it again.")
@click.option("--verify", is_flag=True, help="Read every file, even if it looks unchanged.")
@click.option(
    "--forget-missing", is_flag=True, help="Confirm that a large number of notes were deleted."
)
@click.option("--nice", is_flag=True, help="Run at low priority, and compact the index.")
@click.option("--tell", is_flag=True, hidden=True, help="Print progress, one line per step.")
@json_options
def index(*, rebuild: bool, verify: bool, forget_missing: bool, nice: bool, tell: bool) -> int:
    """Update the index from the files.

    The index is only a cache: it is safe to delete. The vault is not changed.
    """
    vault = open_vault()
    options = {"full": rebuild, "verify": verify, "forget_missing": forget_missing}
    if nice:
        return _index_at_low_priority(vault, tell=tell, **options)
    start = time.perf_counter()
    with show_progress() as progress:
        refreshed = vault.indexing.refresh(**options, progress=progress)
        vault.indexing.refresh_attached()
    _update_meaning(vault)
    vault.habits.refresh()
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
    notes, read = count_noun(vault.catalog.count(), "note"), count_noun(refreshed.indexed, "file")
    output.write(f"{notes}, {read} read, {len(refreshed.changes.removed)} removed, {seconds:.1f} s")
    for problem in refreshed.problems:
        output.write_message(f"{problem.place}: {problem.message}")
    return 0


def _index_at_low_priority(vault: Vault, *, tell: bool, **options: bool) -> int:
    """Update the index at low priority, and merge its segments."""

    def write_progress(done: int, total: int) -> None:
        sys.stdout.write(f"{done} {total}\n")
        sys.stdout.flush()

    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # Exit by an exception, so that child processes and temporary files are cleaned up.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(STOPPED))
    # If another process is indexing, exit, or wait with `tell`.
    with indexing_process.indexing_lock(vault.places.cache, wait=tell) as ours:
        if not ours:
            return 0
        vault.indexing.refresh(**options, progress=write_progress if tell else None)
        vault.indexing.refresh_attached()
        try:
            vault.full_text.merge()
        except NotekeepError:
            return 0  # another process is writing; merge when it is idle
        _update_meaning(vault)
        vault.history.prune()
    return 0


def _update_meaning(vault: Vault) -> None:
    if (meaning := vault.meaning) and meaning.is_outdated():
        meaning.update()


@click.group(
    "config",
    invoke_without_command=True,
    short_help="Show the settings files and any problems in them.",
)
@json_option
@debug_option
@click.pass_context
def config_command(ctx: click.Context) -> int:
    """Show the settings files, and any settings that were ignored.

    \b
    notekeep config device              show the name of this device
    notekeep config device my-laptop    change it
    """
    if ctx.invoked_subcommand is not None:
        return 0
    places = config.Places.for_machine()
    person = config.person_settings(places)
    rows = [
        ("your settings", person.path, _file_state(person.path)),
        ("cache", places.cache, _file_state(places.cache)),
        ("state", places.state, _file_state(places.state)),
    ]
    warnings = list(person.warnings)
    for name, path in person.vaults.items():
        # There is already a warning about a wrong type.
        if not os.path.isdir(path) and not hasattr(person, name):
            warnings.append(f"vaults.{name}: There is no folder {path}.")
    try:
        root = config.find_vault(current_context().vault, person)
    except NotFound:
        pass  # show the personal settings
    else:
        own = vault_settings(root)
        path = os.path.join(root, VAULT_SETTINGS)
        rows += [("vault", root, "in use"), ("vault's settings", path, _file_state(path))]
        theirs = os.path.join(root, ".obsidian")
        if os.path.isdir(theirs):
            rows.append(("Obsidian's settings", theirs, "used where the vault has no setting"))
        warnings += own.warnings
    if is_json():
        files = [{"what": what, "path": path, "state": state} for what, path, state in rows]
        output.write_json({"files": files, "warnings": warnings})
    else:
        output.table(rows, stretch=1)
        for warning in warnings:
            output.write_message(f"ignored: {warning}")
    return 0


@config_command.command(short_help="Show or change the name of this device.")
@click.argument("name", required=False)
@json_options
def device(name: str | None) -> int:
    """Show the name of this device, or change it to NAME.

    Each device writes its own files in `habits/log/` and `review/log/`, named after it, so two
    devices must not have the same name. Existing files keep their names and still count.
    """
    places = open_vault().places
    before = shown = device_name(places.state)
    if name is not None:
        shown = set_device_name(places.state, name)
    if is_json():
        output.write_json({"device": shown})
    else:
        output.write(shown)
    for folder in LOG_FOLDERS if shown != before else ():
        if glob(f"*.{shown}.md", root_dir=os.path.join(places.root, folder)):
            output.write_message(
                f"{folder} already has files of {shown}. No other device may use this name."
            )
    return 0


@click.command(short_help="Query the catalog with SQL, read-only.")
@click.argument("query")
@json_options
def sql(query: str) -> int:
    """Run one SELECT on the catalog's tables. `notekeep sql .tables` lists them.

    It can only read, and stops after ten seconds.
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


@click.command(short_help="Print the completion script for your shell.")
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
    """Print the completion script for SHELL (default: your shell). Also completes `nk`.

    \b
    notekeep completion bash > ~/.local/share/bash-completion/completions/notekeep
    notekeep completion zsh > ~/.zfunc/_notekeep
    notekeep completion fish > ~/.config/fish/completions/notekeep.fish
    """
    output.write(completion_script(shell or os.path.basename(os.environ.get("SHELL", ""))))


def completion_script(shell: str) -> str:
    """Return the completion script for a shell; raise UsageError for an unknown shell."""
    from notekeep.cli.command_tree import tree  # it imports this module

    shell_completion.register_shells()
    completer = get_completion_class(shell) if shell in SHELLS else None
    if completer is None:
        raise UsageError(f"No completion for {shell!r}.", f"The shells are {', '.join(SHELLS)}.")
    script = completer(tree, {}, "notekeep", COMPLETE).source().rstrip()
    for line, short in SHORT:
        script = script.replace(line, short)
    return script


def describe_installation() -> dict[str, Any]:
    """Return version numbers for a bug report, without paths, names or vault data."""
    return {
        "notekeep": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
        "encoding": sys.stdout.encoding,
        "terminal": os.environ.get("TERM", ""),
        "dependencies": dict(_dependency_versions()),
    }


def _dependency_versions() -> Iterator[tuple[str, str | None]]:
    """Yield the name and version of each dependency; the version is None if not installed."""
    try:
        required = metadata.requires("notekeep") or []
    except metadata.PackageNotFoundError:
        return  # not installed
    for name in sorted({re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in required}):
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            yield name, None


def _file_state(path: str) -> str:
    return "exists" if os.path.exists(path) else "does not exist yet"


@click.command(short_help="Make a folder a vault.")
@click.argument("folder", required=False)
@debug_option
def init(folder: str | None) -> None:
    """Make FOLDER (default: the current one) a vault.

    An Obsidian vault works without changes. If there is no .gitignore, one is created that ignores
    the trash.
    """
    if folder is None and current_context().vault:
        raise UsageError("`init` does not use --vault.", "Use `notekeep init FOLDER`.")
    root = os.path.realpath(os.path.expanduser(folder or "."))
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
            f"{error.filename or root}: Cannot create the vault: {error.strerror}.",
            "Choose a folder you can write to.",
        ) from error
    places = config.Places.for_machine()
    config.vault_id(root, places.state)
    config.remember_vault(root, places)
    output.write(f"{root} {'is now a vault' if is_new else 'is already a vault'}")
    output.write_message('Next: create a note with `notekeep new book "Title"`, or run `notekeep`.')


@click.command(short_help="Open a copy of the sample vault.")
@debug_option
def demo() -> int:
    """Open a copy of the sample vault in a temporary folder, to try things out.

    Without a terminal it prints an overview of today. The copy is deleted when its terminal is
    closed; the next demo deletes copies that were not used for a week.
    """
    root = copy_sample_vault(config.current_time().date())
    use_home_of(root)
    output.write_message(f"The sample vault is in {root}. You can delete it at any time.")
    return open_or_print_today(root, plain=current_context().plain)


@click.command(short_help="List your vaults.")
@json_option
@debug_option
def vaults() -> int:
    """List the vaults opened on this machine, with their names and paths."""
    places = config.Places.for_machine()
    person = config.person_settings(places)
    rows = [
        {"name": person.vault_name(path), "path": path, "id": identity}
        for identity, path in sorted(config.known_vaults(places.state).items(), key=itemgetter(1))
    ]
    return output.write_answer(
        [(row["name"], row["path"]) for row in rows],
        json={"total": len(rows), "vaults": rows},
        empty="There are no vaults yet. Use `notekeep init DIR`, or try `notekeep demo`.",
        stretch=1,
    )


@click.command(short_help="List the keys of the interface.")
@click.option("--map", "name", type=click.Choice(keymaps()), help="Show another key map.")
@json_option
@debug_option
def keys(*, name: str | None) -> int:
    """List the keys of the interface by screen, with the id of each action.

    Use the ids under `[keys]` in your settings to change keys. `keymap = "vim"` or `"emacs"` there
    selects another key map.
    """
    person = config.person_settings(config.Places.for_machine())
    chosen = (name, {}) if name else (person.keymap, person.keys)
    own = keymap(*chosen)
    others = (action for _, _, action in extension_actions())
    added, problems = add_actions([*command_actions(person.commands.values()), *others], own)
    wrong = [*wrong_keys(*chosen, {action.id for action in added}), *problems]
    if is_json():
        rows = [
            {
                "id": action.id,
                "place": context,
                "title": action.title,
                "keys": list(action_keys(action, own)),
            }
            for context in CONTEXTS
            for action in actions_in_context(context, added)
        ]
        output.write_json({"total": len(rows), "keys": rows, "clashes": wrong})
        return 0
    for context, title in CONTEXTS.items():
        output.write_styled([(title, "bold")])
        output.table(
            [
                (format_keys(action_keys(action, own)), action.id, action.title)
                for action in actions_in_context(context, added)
            ],
            stretch=2,
        )
        output.write("")
    for clash in wrong:
        output.write_message(clash)
    return 0


@click.command(short_help="Serve the interface, or a page for a phone, to a browser.")
@click.option("--phone", is_flag=True, help="Serve a page for a phone instead of the interface.")
@click.option("--host", default="localhost", show_default=True, help="Address to listen on.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--url", default="", help="Address of a proxy in front, such as https://example.org.")
@click.option("--cert", metavar="FILE", help="Certificate for HTTPS (with --phone).")
@click.option("--key", metavar="FILE", help="Private key of the certificate.")
@click.option("--new-key", is_flag=True, help="Create a new key; all devices are signed out.")
@verb_options
def serve(
    *, phone: bool, host: str, port: int, url: str, cert: str | None, key: str | None, new_key: bool
) -> int:
    """Serve the interface to a browser, at an address with the secret key of the vault.

    --phone serves a page for a phone: habits, quick note, tasks and search. Its address is also
    shown as a QR code.

    Anyone with the address can read and change your notes, so keep it secret. It is only reachable
    from this machine unless you set --host; traffic is not encrypted without --cert and --key or a
    proxy with TLS. Needs `pip install 'notekeep[serve]'`. ctrl+c stops it.

    \b
    notekeep serve --phone --host 192.168.1.20
    notekeep serve --phone --url https://laptop.example.ts.net
    """
    from notekeep.tui.serve import serve_address, serve_key, serve_vault  # textual

    if bool(cert) != bool(key) or (cert and not phone):
        raise UsageError("Use --phone, --cert and --key together.")
    address = serve_address(host, port, url, is_https=bool(cert))
    vault = open_vault()
    if new_key:
        serve_key(vault.places.state, new=True)

    def write_address(address: str) -> None:
        output.write(address)
        if phone and output.is_terminal():
            _write_code(address)
        output.write_message("ctrl+c stops it.")
        sys.stdout.flush()

    if not phone:
        serve_vault(vault.root, vault.places.state, address, write_address)
        return 0
    from notekeep.phone.server import serve_phone  # a web server

    if host in LOOPBACK and not url:
        output.write_message(
            "Only this computer can open it. Use --host or --url for other devices."
        )
    elif address.public_url.startswith("http:"):
        output.write_message("Traffic is not encrypted: others in the network can read it.")
    serve_phone(vault, address, write_address, (cert, key) if cert and key else None)
    return 0


def _write_code(address: str) -> None:
    """Write an address as a QR code, two rows per line."""
    import segno

    rows = [bytes(row) for row in segno.make(address, micro=False).matrix_iter(border=2)]
    rows += [bytes(len(rows[0]))] * (len(rows) % 2)
    for above, below in zip(rows[::2], rows[1::2], strict=True):
        line = "".join(HALF_BLOCKS[pair] for pair in zip(above, below, strict=True))
        output.write_styled([(line, "white on black")])
