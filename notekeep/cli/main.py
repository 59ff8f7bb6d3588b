"""The entry point: start the interface, a check-in or a command, and report errors.

A check-in does not import click, which would take a third of its time.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from notekeep.errors import Ambiguous, Failure, NotekeepError, NotFound, Refused, UsageError

INTERRUPTED = 130
COMPLETE = "_NOTEKEEP_COMPLETE"  # set by the shell during completion
NO_VAULT = (
    "No vault found. A vault is a folder of Markdown with your notes, habits and drafts.\n"
    "`notekeep init DIR` makes a folder a vault; an Obsidian vault works too.\n"
    "`notekeep demo` opens a sample vault."
)
SYSTEM_HINTS = {
    errno.ENOSPC: "Free some space and try again. No file is half-written.",
    errno.EDQUOT: "Free some of your quota and try again. No file is half-written.",
    errno.EACCES: "Its permissions do not allow it.",
    errno.EROFS: "The disk is mounted read-only.",
    errno.EMFILE: "Too many files are open. Close some programs and try again.",
}


def main(arguments: Sequence[str]) -> int:
    """Run a command with its arguments, and return the exit code.

    The codes are 0 for success, 1 nothing found, 2 usage error or ambiguous name, 3 conflict, 4
    refused, 5 failure, 130 interrupted.
    """
    _replace_closed_streams()
    try:
        code = _run(arguments)
        _report_later_work()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, such as `head`, has closed the pipe.
        _drop_output()
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if "--debug" in arguments:
            raise
        if isinstance(error, OSError):
            _drop_output()  # the flush at exit would fail again
        code = report_error(error, arguments)
        _report_later_work()
    return code


def _report_later_work() -> None:
    """Print a line for each skipped extension, and run the user's own commands."""
    if module := sys.modules.get("notekeep.extensions"):
        for failed in module.take_failures():
            from notekeep.cli import output

            output.write_message(f"notekeep: {failed.message}")
    run_own_commands()


def run_own_commands() -> None:
    """Run the user's own commands for past events; their output goes to stderr."""
    if module := sys.modules.get("notekeep.own_commands"):
        for queued in module.take_queued():
            from notekeep.cli import output

            sys.stdout.flush()  # print the result of the event first
            try:
                text = queued.start().rstrip()
            except NotekeepError as error:
                text = f"notekeep: {error.message} {error.hint}".strip()
            if text:
                output.write_message(text)


def _replace_closed_streams() -> None:
    """Replace streams that the shell has closed with empty streams."""
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BytesIO(), "utf-8")
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - until the end


def _drop_output() -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str]) -> int:
    """Run the interface, a check-in or a command, without click if possible."""
    if COMPLETE in os.environ:
        return _run_click(arguments)
    vault, words = None, list(arguments)
    if words[:1] == ["--vault"] and len(words) > 1 and words[1]:
        vault, words = words[1], words[2:]
    if words in ([], ["--no-prelude"]):
        return open_or_print_today(vault, prelude=not words)
    if is_check_in(words):
        from notekeep.cli.habits.checkin import run_check_in

        return run_check_in(words[1:], vault=vault)
    return _run_click(arguments)


def is_check_in(words: Sequence[str]) -> bool:
    """Whether the arguments are a check-in without options, which does not need click."""
    if len(words) < 2 or words[0] not in ("habit", "h"):
        return False
    from notekeep.habits.definition import RESERVED

    name = words[1]
    if not name or name.startswith("-") or name in RESERVED:
        return False
    before_note = words[: words.index("--")] if "--" in words else words
    return not any(word.startswith("-") and not word[1:2].isdigit() for word in before_note)


def _run_click(arguments: Sequence[str]) -> int:
    import click

    from notekeep.cli.command_tree import tree

    try:
        if COMPLETE in os.environ:
            from notekeep.cli import shell_completion

            shell_completion.register_shells()
            tree.main(args=list(arguments), prog_name="notekeep", standalone_mode=False)
        # click's `main` would report a closed pipe as a failure.
        with tree.make_context("notekeep", list(arguments)) as context:
            result = tree.invoke(context)
    except click.exceptions.Exit as error:
        return error.exit_code
    return result if isinstance(result, int) else 0


def open_or_print_today(vault: str | None, *, plain: bool = False, prelude: bool = True) -> int:
    """Open the interface on a terminal; print the overview of today anywhere else.

    With `plain`, never open the interface. With `prelude`, show its last frame while it starts.
    Without a vault and a terminal, the exit code is 2.
    """
    from notekeep.vault import Vault

    # A terminal, or a browser connected to `serve`.
    is_interface = not plain and (
        "TEXTUAL_DRIVER" in os.environ
        or (sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb")
    )
    try:
        opened: Vault | None = Vault.open(vault)
    except NotFound:
        if vault:
            raise
        opened = None  # the interface shows its welcome screen
    if is_interface:
        from notekeep.tui.launch import launch

        if sys.__stderr__ is not None and not sys.__stderr__.isatty():
            # Textual draws on stderr; if that is redirected to a file, use stdout.
            sys.__stderr__ = sys.__stdout__  # type: ignore[misc]
        return launch(opened, prelude=prelude)
    if opened is None:
        sys.stdout.write(NO_VAULT + "\n")
        return 2
    from notekeep.cli.lists import print_today

    opened.indexing.refresh(for_answer=True, words=False)
    print_today(opened)
    return 0


def report_error(error: Exception, arguments: Sequence[str] = ()) -> int:
    """Print an error and its hint on stderr; return its exit code.

    `arguments` is the command line, for suggesting a correction.
    """
    from notekeep.cli import output

    code, place = Failure.exit_code, ""
    if isinstance(error, NotekeepError):
        message, place, hint, code = error.message, _place(error), error.hint, error.exit_code
        if isinstance(error, NotFound) and error.near and error.name in arguments:
            import shlex

            corrected = [error.near if word == error.name else word for word in arguments]
            hint += f"\nType: {shlex.join(['notekeep', *corrected])}"
    elif isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        message, hint = f"{name}{error.strerror or error}.", SYSTEM_HINTS.get(error.errno or 0, "")
    else:
        import click

        if isinstance(error, click.Abort):
            return INTERRUPTED
        if isinstance(error, click.ClickException):
            from notekeep.cli.arguments import explain_usage_error

            (message, hint), code = explain_usage_error(error), error.exit_code
        else:
            message = f"Internal error: {type(error).__name__}: {error}"
            hint = (
                "Your notes were not changed. Run it again with --debug and report the traceback."
            )
    output.write_message("\n".join(line for line in (f"notekeep: {message}", place, hint) if line))
    return code


def _place(error: NotekeepError) -> str:
    """Return the lines below a message: a caret under the text, a line number, or candidates."""
    if isinstance(error, Refused) and error.line and f"line {error.line}" not in error.message:
        return f"  line {error.line}"
    if isinstance(error, Ambiguous):
        return "\n".join(f"  {candidate}" for candidate in error.candidates)
    if isinstance(error, UsageError) and error.position is not None and error.text:
        from notekeep.cli.output import width

        text = error.text.replace("\n", " ")
        return f"  {text}\n  {' ' * width(text[: error.position])}^"
    return ""
