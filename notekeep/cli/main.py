"""Command tree, lazy verbs, start, errors."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from notekeep import __version__
from notekeep.errors import Ambiguous, NotekeepError, NotFound, Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


# The command tree: which verb lives in which file, and what happens when a verb fails.
#
# A verb's file is imported when the verb runs, so that one verb never pays for another. Where no
# verb is named the interface starts, without click.


class Verb(NamedTuple):
    """Where a verb lives: module, the name of its click command in it, and its help group."""

    module: str
    command: str
    group: str


VERBS: dict[str, Verb] = {
    "init": Verb("system", "init", "start"),
    "demo": Verb("system", "demo", "start"),
    "serve": Verb("system", "serve", "start"),
    "vaults": Verb("system", "vaults", "start"),
    "new": Verb("notes", "new", "capture"),
    "add": Verb("notes", "add", "capture"),
    "quote": Verb("notes", "quote", "capture"),
    "attach": Verb("notes", "attach", "capture"),
    "search": Verb("search", "search", "find"),
    "ls": Verb("lists", "ls", "find"),
    "show": Verb("notes", "show", "find"),
    "open": Verb("notes", "open_", "find"),
    "links": Verb("search", "links", "find"),
    "backlinks": Verb("search", "backlinks", "find"),
    "related": Verb("search", "related", "find"),
    "tags": Verb("changes", "tags", "find"),
    "fields": Verb("changes", "fields", "find"),
    "tasks": Verb("tasks", "tasks", "find"),
    "saved": Verb("lists", "saved", "find"),
    "random": Verb("lists", "random", "find"),
    "onthisday": Verb("lists", "onthisday", "find"),
    "today": Verb("tasks", "today", "find"),
    "set": Verb("changes", "set_", "change"),
    "tag": Verb("changes", "tag", "change"),
    "rename": Verb("changes", "rename", "change"),
    "mv": Verb("changes", "mv", "change"),
    "rm": Verb("changes", "rm", "change"),
    "lint": Verb("checks", "lint", "change"),
    "conflicts": Verb("checks", "conflicts", "change"),
    "undo": Verb("history", "undo", "change"),
    "redo": Verb("history", "redo", "change"),
    "history": Verb("history", "history", "change"),
    "restore": Verb("history", "restore", "change"),
    "forget": Verb("history", "forget", "change"),
    "trash": Verb("history", "trash", "change"),
    "habit": Verb("habits", "habit", "habits"),
    "review": Verb("habit_stats", "review", "habits"),
    "export": Verb("export", "export", "publish"),
    "index": Verb("system", "index", "system"),
    "doctor": Verb("checks", "doctor", "system"),
    "config": Verb("system", "config_command", "system"),
    "keys": Verb("system", "keys", "system"),
    "sql": Verb("system", "sql", "system"),
    "completion": Verb("system", "completion", "system"),
}
ALIASES = {"h": "habit"}


class LaunchRequest(NamedTuple):
    """How the interface is opened: the vault as given, and whether with the last frame first."""

    vault: str | None
    prelude: bool


INTERRUPTED = 130
COMPLETE = "_NOTEKEEP_COMPLETE"
"""Set by the shell while it completes a command line."""


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: The words after the program's name.

    Returns:
        The exit code: 0 done, 1 nothing found, 2 usage or ambiguous, 3 conflict, 4 refused,
        5 failure, 130 interrupted.
    """
    debug = "--debug" in arguments
    _need_streams()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output left, as `head` does: nothing more to say, and nobody to hear it.
        _drop_output()
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if debug:
            raise

        if isinstance(error, OSError):
            _drop_output()  # what could not be written now cannot be at the end either
        return report_error(error)
    return code


def _run(arguments: Sequence[str]) -> int:
    """Take the shortest way that the words allow: the interface, a check-in, a verb.

    Raises:
        Exception: Whatever a verb fails with.
    """
    opens = None if COMPLETE in os.environ else _opens(arguments)
    if opens is not None:
        return open_or_print_today(opens.vault, prelude=opens.prelude)
    from notekeep.cli import quick_checkin

    check_in = None if COMPLETE in os.environ else quick_checkin.find_check_in(arguments)
    return _run_verb(arguments) if check_in is None else quick_checkin.run_check_in(check_in)


def _need_streams() -> None:
    """Read and write nothing where the shell closed a stream."""
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BytesIO(), "utf-8")
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - until the end


def _drop_output() -> None:
    """Let go of what stdout still holds."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _opens(arguments: Sequence[str]) -> LaunchRequest | None:
    """Find that the interface is wanted and nothing else; None where click has to look."""
    vault, prelude = None, True
    words = iter(arguments)
    for word in words:
        if word == "--vault":
            vault = next(words, None)
            if not vault:
                return None
        elif word == "--no-prelude":
            prelude = False
        else:
            return None
    return LaunchRequest(vault, prelude)


def _run_verb(arguments: Sequence[str]) -> int:
    import click

    try:
        if COMPLETE in os.environ:
            from notekeep.cli import shell_completion

            shell_completion.register_shells()
            tree.main(args=list(arguments), prog_name="notekeep", standalone_mode=False)
        # What `main` of click does besides would take a pipe that was closed for a failure.
        with tree.make_context("notekeep", list(arguments)) as context:
            result = tree.invoke(context)
    except click.exceptions.Exit as error:
        return error.exit_code
    return result if isinstance(result, int) else 0


def load_command(name: str) -> click.Command | None:
    """Import the file a verb lives in and give its command; None for an unknown name."""
    verb = VERBS.get(ALIASES.get(name, name))
    if verb is None:
        return None
    module: Any = __import__(f"notekeep.cli.{verb.module}", fromlist=[verb.command])
    command: click.Command = getattr(module, verb.command)
    return command


# The click group that holds all verbs, each loaded when it is named.


ELSEWHERE = {
    "cat": "show",
    "create": "new",
    "daily": "today",
    "delete": "rm",
    "edit": "open",
    "find": "search",
    "grep": "search",
    "import": "habit import",
    "journal": "add",
    "list": "ls",
    "log": "habit log",
    "move": "mv",
    "note": "new",
    "publish": "export",
    "remove": "rm",
    "stats": "habit stats",
    "status": "today",
    "view": "show",
}
"""What other programs call a command, and the one that does it here."""


class VerbGroup(click.Group):
    """The verbs of notekeep, imported one at a time and listed by what they are for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All verbs, in the order of the manual."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the verb's file and give its command."""
        return load_command(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; an unknown one names the nearest."""
        name = args[0]
        if name == "help":
            # As git and others do: `help VERB` is `VERB --help`, and `help` alone that of all.
            return self.resolve_command(ctx, [*args[1:], "--help"]) if args[1:] else self._help(ctx)
        if name not in VERBS and name not in ALIASES and not name.startswith("-"):
            import difflib

            from notekeep.errors import UsageError

            near = [ELSEWHERE[name]] if name in ELSEWHERE else []
            near = near or difflib.get_close_matches(name.lower(), VERBS, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "`notekeep --help` lists the commands"
            raise UsageError(f"there is no command {name!r}", hint)
        return super().resolve_command(ctx, args)

    def _help(self, ctx: click.Context) -> tuple[None, None, list[str]]:
        from notekeep.cli import output

        output.write(ctx.get_help())
        ctx.exit()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs under the group each belongs to."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for name, verb in VERBS.items():
            command = self.get_command(ctx, name)
            text = command.get_short_help_str(limit=70) if command else ""
            groups.setdefault(verb.group, []).append((name, text))
        for group, rows in groups.items():
            with formatter.section(group.capitalize()):
                formatter.write_dl(rows)


@click.group(
    cls=VerbGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--vault", metavar="DIR", help="The vault: a folder, or a name from `vaults`.")
@click.option("--debug", is_flag=True, help="Show the traceback when something breaks.")
@click.option("--plain", is_flag=True, help="Text only: no colour, no box drawing, no interface.")
@click.option(
    "--no-prelude", is_flag=True, help="Start the interface without showing its last frame first."
)
@click.version_option(__version__, "-V", "--version", prog_name="notekeep")
@click.pass_context
def tree(
    ctx: click.Context, vault: str | None, *, debug: bool, plain: bool, no_prelude: bool
) -> int | None:
    """Notes, habits and blog drafts in one folder of plain Markdown.

    With no command: the interface on a terminal, an overview of today otherwise.
    """
    from notekeep.cli.context import CommandContext

    ctx.obj = CommandContext(vault=vault, plain=plain, debug=debug)
    if ctx.invoked_subcommand is None:
        return open_or_print_today(vault, plain=plain, prelude=not no_prelude)
    return None


# What `notekeep` does without a verb: the interface on a terminal, an overview otherwise.


NO_VAULT = (
    "notekeep keeps notes, habits and drafts in one folder of Markdown, and there is none yet.\n"
    "`notekeep init DIR` makes a folder a vault, also one that Obsidian made.\n"
    "`notekeep demo` opens a sample vault to look around in."
)


def open_or_print_today(vault: str | None, *, plain: bool = False, prelude: bool = True) -> int:
    """Open a vault the way the place we run in allows.

    Args:
        vault: The vault as given on the command line; None finds it.
        plain: Never the interface.
        prelude: Whether the interface may show its last frame while it starts.

    Returns:
        The exit code; 2 when there is no vault and nobody to ask.
    """
    from notekeep import config

    places = config.Places.for_machine()
    is_terminal = _is_terminal()
    person = config.person_settings(places)
    try:
        root = config.find_vault(vault, os.environ, os.getcwd(), person)
    except NotFound:
        if vault:
            raise
        if is_terminal and not plain:
            return run_interface(None)
        sys.stdout.write(NO_VAULT + "\n")
        return 2
    if is_terminal and not plain:
        return run_interface(root, prelude=prelude)
    from notekeep.cli.tasks import print_today
    from notekeep.vault import Vault

    opened = Vault.open(root)
    opened.indexing.refresh(for_answer=True, words=False)
    print_today(opened)
    return 0


def _is_terminal() -> bool:
    """Whether the interface can be shown: on a terminal, or on a page that `serve` opened."""
    if "TEXTUAL_DRIVER" in os.environ:
        return True
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def run_interface(root: str | None, *, prelude: bool = True) -> int:
    """Start the interface on a vault; None opens it on its welcome."""
    from notekeep.tui.launch import launch_interface

    if sys.__stderr__ is not None and not sys.__stderr__.isatty():
        # Textual draws there; errors that go into a file leave the screen to the output.
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]
    return launch_interface(root, prelude=prelude)


# Errors as a person reads them: what, why, and what to do, on stderr.


SYSTEM_HINTS = {
    errno.ENOSPC: "free some space and try again; nothing was left half-written",
    errno.EDQUOT: "free some of your quota and try again; nothing was left half-written",
    errno.EACCES: "its permissions do not allow it",
    errno.EROFS: "the disk is mounted read-only",
    errno.EMFILE: "too many files are open; close some programs and try again",
}
FAILURE = 5


def report_error(error: Exception) -> int:
    """Say on stderr what went wrong.

    Returns:
        The exit code that belongs to it.
    """
    if isinstance(error, NotekeepError):
        _say(error.message, _place(error), error.hint)
        return error.exit_code
    import click

    if isinstance(error, click.ClickException):
        from notekeep.cli.arguments import explain_usage_error

        message, hint = explain_usage_error(error)
        _say(message, "", hint)
        return error.exit_code
    if isinstance(error, click.Abort):
        return 130
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        hint = SYSTEM_HINTS.get(error.errno or 0, "")
        _say(f"{name}{error.strerror or error}", "", hint)
        return FAILURE
    _say(
        f"something in notekeep broke: {type(error).__name__}: {error}",
        "",
        "your notes are as they were; run it again with --debug to see where, and report it",
    )
    return FAILURE


def _place(error: NotekeepError) -> str:
    """The lines under a message that show where: a caret under the query, a line, or candidates."""
    if isinstance(error, Refused) and error.line and f"line {error.line}" not in error.message:
        return f"  line {error.line}"
    if isinstance(error, Ambiguous):
        return "\n".join(f"  {candidate}" for candidate in error.candidates)
    if isinstance(error, UsageError) and error.position is not None and error.text:
        from notekeep.cli.output import width

        text = error.text.replace("\n", " ")
        return f"  {text}\n  {' ' * width(text[: error.position])}^"
    return ""


def _say(message: str, place: str, hint: str) -> None:
    from notekeep.cli import output

    output.write_message("\n".join(line for line in (f"notekeep: {message}", place, hint) if line))
