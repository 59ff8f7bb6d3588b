"""The command tree: which verb lives in which file, and what happens when a verb fails.

A verb's file is imported when the verb runs, so that one verb never pays for another. Where no
verb is named the interface starts, without click.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


class Verb(NamedTuple):
    """Where a verb lives: module, the name of its click command in it, and its help group."""

    module: str
    command: str
    group: str


VERBS: dict[str, Verb] = {
    "init": Verb("start", "init", "start"),
    "demo": Verb("start", "demo", "start"),
    "serve": Verb("serve", "serve", "start"),
    "vaults": Verb("start", "vaults", "start"),
    "new": Verb("capture", "new", "capture"),
    "add": Verb("capture", "add", "capture"),
    "quote": Verb("quote", "quote", "capture"),
    "attach": Verb("capture", "attach", "capture"),
    "search": Verb("search", "search", "find"),
    "ls": Verb("ls", "ls", "find"),
    "show": Verb("read", "show", "find"),
    "open": Verb("read", "open_", "find"),
    "links": Verb("links", "links", "find"),
    "backlinks": Verb("links", "backlinks", "find"),
    "related": Verb("related", "related", "find"),
    "tags": Verb("tags", "tags", "find"),
    "fields": Verb("fields", "fields", "find"),
    "tasks": Verb("tasks", "tasks", "find"),
    "saved": Verb("saved", "saved", "find"),
    "random": Verb("chance", "random", "find"),
    "onthisday": Verb("chance", "onthisday", "find"),
    "today": Verb("today", "today", "find"),
    "set": Verb("change", "set_", "change"),
    "tag": Verb("change", "tag", "change"),
    "rename": Verb("move", "rename", "change"),
    "mv": Verb("move", "mv", "change"),
    "rm": Verb("move", "rm", "change"),
    "lint": Verb("lint", "lint", "change"),
    "conflicts": Verb("conflicts", "conflicts", "change"),
    "undo": Verb("undo", "undo", "change"),
    "redo": Verb("undo", "redo", "change"),
    "history": Verb("history", "history", "change"),
    "restore": Verb("history", "restore", "change"),
    "forget": Verb("history", "forget", "change"),
    "trash": Verb("trash", "trash", "change"),
    "habit": Verb("habit", "habit", "habits"),
    "review": Verb("review", "review", "habits"),
    "export": Verb("export", "export", "publish"),
    "index": Verb("system", "index", "system"),
    "doctor": Verb("doctor", "doctor", "system"),
    "config": Verb("system", "config", "system"),
    "keys": Verb("keys", "keys", "system"),
    "sql": Verb("system", "sql", "system"),
    "completion": Verb("system", "completion", "system"),
}
ALIASES = {"h": "habit"}


class Opens(NamedTuple):
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
        from notekeep.cli.failing import explain

        if isinstance(error, OSError):
            _drop_output()  # what could not be written now cannot be at the end either
        return explain(error)
    return code


def _run(arguments: Sequence[str]) -> int:
    """Take the shortest way that the words allow: the interface, a check-in, a verb.

    Raises:
        Exception: Whatever a verb fails with.
    """
    opens = None if COMPLETE in os.environ else _opens(arguments)
    if opens is not None:
        from notekeep.cli.opening import start

        return start(opens.vault, prelude=opens.prelude)
    from notekeep.cli import quick

    check_in = None if COMPLETE in os.environ else quick.asked(arguments)
    return _run_verb(arguments) if check_in is None else quick.run(check_in)


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


def _opens(arguments: Sequence[str]) -> Opens | None:
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
    return Opens(vault, prelude)


def _run_verb(arguments: Sequence[str]) -> int:
    import click

    from notekeep.cli.tree import tree

    try:
        if COMPLETE in os.environ:
            from notekeep.cli import shells

            shells.add()
            tree.main(args=list(arguments), prog_name="notekeep", standalone_mode=False)
        # What `main` of click does besides would take a pipe that was closed for a failure.
        with tree.make_context("notekeep", list(arguments)) as context:
            result = tree.invoke(context)
    except click.exceptions.Exit as error:
        return error.exit_code
    return result if isinstance(result, int) else 0


def load(name: str) -> click.Command | None:
    """Import the file a verb lives in and give its command; None for an unknown name."""
    verb = VERBS.get(ALIASES.get(name, name))
    if verb is None:
        return None
    module: Any = __import__(f"notekeep.cli.{verb.module}", fromlist=[verb.command])
    command: click.Command = getattr(module, verb.command)
    return command
