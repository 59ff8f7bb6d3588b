"""The click group of all commands. The module of a command is imported when it runs."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from difflib import get_close_matches
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from notekeep import __version__, extensions
from notekeep.cli import output
from notekeep.cli.arguments import debug_option, import_command, stored_option, vault_option
from notekeep.cli.context import current_context
from notekeep.cli.main import open_or_print_today
from notekeep.errors import NotekeepError, UsageError
from notekeep.extensions import Extension, ExtensionFailed


class Verb(NamedTuple):
    """A built-in command."""

    module: str
    command: str  # its name in the module
    group: str  # in the help


VERBS: dict[str, Verb] = {
    "init": Verb("system", "init", "start"),
    "demo": Verb("system", "demo", "start"),
    "serve": Verb("system", "serve", "start"),
    "lsp": Verb("editors", "lsp", "start"),
    "mcp": Verb("assistant", "mcp", "start"),
    "vaults": Verb("system", "vaults", "start"),
    "new": Verb("notes", "new", "capture"),
    "add": Verb("notes", "add", "capture"),
    "quote": Verb("notes", "quote", "capture"),
    "attach": Verb("notes", "attach", "capture"),
    "clip": Verb("imports", "clip", "capture"),
    "import": Verb("imports", "import_", "capture"),
    "search": Verb("search", "search", "find"),
    "ls": Verb("lists", "ls", "find"),
    "show": Verb("notes", "show", "find"),
    "open": Verb("notes", "open_", "find"),
    "links": Verb("search", "links", "find"),
    "backlinks": Verb("search", "backlinks", "find"),
    "related": Verb("search", "related", "find"),
    "tags": Verb("notes", "tags", "find"),
    "fields": Verb("lists", "fields", "find"),
    "quotes": Verb("recall", "quotes", "find"),
    "recall": Verb("recall", "recall", "find"),
    "tasks": Verb("agenda", "tasks", "find"),
    "saved": Verb("lists", "saved", "find"),
    "random": Verb("lists", "random", "find"),
    "onthisday": Verb("lists", "onthisday", "find"),
    "today": Verb("lists", "today", "find"),
    "agenda": Verb("agenda", "agenda", "find"),
    "books": Verb("lists", "books", "find"),
    "base": Verb("bases", "base", "find"),
    "set": Verb("notes", "set_", "change"),
    "tag": Verb("notes", "tag", "change"),
    "replace": Verb("replace", "replace", "change"),
    "rename": Verb("notes", "rename", "change"),
    "mv": Verb("notes", "mv", "change"),
    "rm": Verb("notes", "rm", "change"),
    "lint": Verb("checks", "lint", "change"),
    "conflicts": Verb("checks", "conflicts", "change"),
    "sync": Verb("sync", "sync", "change"),
    "proposals": Verb("assistant", "proposals", "change"),
    "undo": Verb("history", "undo", "change"),
    "redo": Verb("history", "redo", "change"),
    "history": Verb("history", "history", "change"),
    "restore": Verb("history", "restore", "change"),
    "forget": Verb("history", "forget", "change"),
    "trash": Verb("history", "trash", "change"),
    "habit": Verb("habits.lists", "habit", "habits"),
    "review": Verb("habits.stats", "review", "habits"),
    "export": Verb("export", "export", "publish"),
    "index": Verb("system", "index", "system"),
    "doctor": Verb("checks", "doctor", "system"),
    "config": Verb("system", "config_command", "system"),
    "keys": Verb("system", "keys", "system"),
    "extensions": Verb("extensions", "list_extensions", "system"),
    "sql": Verb("system", "sql", "system"),
    "merge-file": Verb("merge_driver", "merge_file", "system"),
    "completion": Verb("system", "completion", "system"),
}
ALIASES = {"h": "habit"}


ELSEWHERE = {
    "cat": "show",
    "create": "new",
    "daily": "today",
    "delete": "rm",
    "edit": "open",
    "find": "search",
    "grep": "search",
    "journal": "add",
    "list": "ls",
    "log": "habit log",
    "move": "mv",
    "note": "new",
    "publish": "export",
    "remove": "rm",
    "sed": "replace",
    "stats": "habit stats",
    "status": "today",
    "view": "show",
}
"""Command names of other programs, and notekeep's equivalents."""


_NOT_ERRORS = (NotekeepError, click.ClickException, click.Abort, click.exceptions.Exit, SystemExit)
"""The exceptions that a command may raise intentionally, apart from a closed pipe."""
_EXTENSION = "notekeep.extension"


def added_commands() -> dict[str, Extension]:
    """Return the commands of other packages by name, without importing the packages."""
    found: dict[str, Extension] = {}
    for extension in extensions.installed(extensions.COMMANDS):
        if extension.name not in VERBS and extension.name not in ALIASES:
            found.setdefault(extension.name, extension)
    return found


def check_command(value: object) -> click.Command:
    """Return a copy of an extension's command that opens the vault as the context's `obj`."""
    if not isinstance(value, click.Command):
        raise TypeError(f"it is of type {type(value).__name__}, not a click command")
    command = copy(value)
    command.callback = _with_vault(value.callback)
    return command


def _with_vault(function: Callable[..., Any] | None) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        from notekeep.cli.opening import open_refreshed

        click.get_current_context().obj = open_refreshed()
        return function(*args, **options) if function else None

    return call


class VerbGroup(click.Group):
    """The group of all commands, which are imported when needed and listed by topic."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the built-in commands, in the order of the manual."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return the command."""
        verb = VERBS.get(ALIASES.get(cmd_name, cmd_name))
        if verb:
            return import_command(verb.module, verb.command)
        extension = added_commands().get(cmd_name)
        if extension is None:
            return None
        ctx.meta[_EXTENSION] = extension
        try:
            return extension.load(check_command)
        except ExtensionFailed:
            if ctx.resilient_parsing:  # a completion
                return None
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; the message for an error in an extension names its package."""
        try:
            return super().invoke(ctx)
        except (*_NOT_ERRORS, BrokenPipeError):
            raise
        except Exception as error:
            extension: Extension | None = ctx.meta.get(_EXTENSION)
            if extension is None:
                raise
            raise extension.fail(error) from error

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command name, without importing commands of other packages."""
        added = added_commands().values()
        return [
            *super().shell_complete(ctx, incomplete),
            *(
                CompletionItem(one.name, help=one.package)
                for one in added
                if one.name.startswith(incomplete)
            ),
        ]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for an unknown name, suggest the nearest command."""
        name = args[0]
        if name == "help":
            # As in git: `help COMMAND` is `COMMAND --help`, and `help` is `--help`.
            if args[1:]:
                return self.resolve_command(ctx, [*args[1:], "--help"])
            output.write(ctx.get_help())
            ctx.exit()
        if name in VERBS or name in ALIASES or name.startswith("-"):
            return super().resolve_command(ctx, args)
        added = added_commands()
        if name not in added:
            near = [ELSEWHERE[name]] if name in ELSEWHERE else []
            near = near or get_close_matches(name.lower(), [*VERBS, *added], n=1)
            hint = f"Did you mean `{near[0]}`?" if near else "`notekeep --help` lists the commands."
            raise UsageError(f'There is no command "{name}".', hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for name, verb in VERBS.items():
            command = self.get_command(ctx, name)
            text = command.get_short_help_str(limit=70) if command else ""
            groups.setdefault(verb.group, []).append((name, text))
        for name, extension in added_commands().items():
            text = f"From {extension.package} {extension.version}."
            groups.setdefault("extensions", []).append((name, text))
        for group, rows in groups.items():
            with formatter.section(group.capitalize()):
                formatter.write_dl(rows)


def _turn_extensions_off(_context: click.Context, _parameter: object, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        extensions.turn_off()


@click.group(
    cls=VerbGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@vault_option
@debug_option
@stored_option("--plain", is_flag=True, help="Plain text: no colour, no box drawing, no interface.")
@click.option("--no-prelude", is_flag=True, help="Do not show the last screen while starting.")
@click.option(
    "--no-extensions",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_turn_extensions_off,
    help="Start without installed extensions.",
)
@click.option("-V", "--version", is_flag=True, help="Show the version and exit.")
@click.option("--json", "as_json", is_flag=True, help="With --version: details for bug reports.")
@click.pass_context
def tree(ctx: click.Context, *, no_prelude: bool, version: bool, as_json: bool) -> int | None:
    """Notes, habits and blog drafts in one folder of plain Markdown.

    Without a command: open the interface on a terminal, else print an overview of today.
    """
    if version:
        if as_json:
            from notekeep.cli.system import describe_installation

            output.write_json(describe_installation())
        else:
            output.write(f"notekeep, version {__version__}")
        ctx.exit()
    if as_json:
        raise UsageError("--json belongs after the command.", "For example: `notekeep ls --json`")
    if ctx.invoked_subcommand is not None:
        return None
    options = current_context()
    return open_or_print_today(options.vault, plain=options.plain, prelude=not no_prelude)
