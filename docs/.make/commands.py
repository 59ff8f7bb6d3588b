"""Writes `docs/commands.md` from the help that the commands give themselves.

    python docs/.make/commands.py [FILE]

The page is as wide as the help on a terminal of 80 columns, whoever runs this.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from notekeep.cli.command_tree import VERBS, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[1] / "commands.md"
CONVENTIONS = """\
`nk` is short for `notekeep`, and `h` for `habit`. NOTE is a path, a title, an alias, or the start
of a name that only one note has. QUERY is a [query](queries.md).

Results go to stdout, messages to stderr. Exit codes: 0 done, 1 nothing found, 2 wrong usage or an
ambiguous name, 3 conflict, 4 refused, 5 failed, 130 interrupted.
"""
HEAD = f"""\
# Commands

Look up every command and its options, as `--help` shows them.

{CONVENTIONS}
<!-- Written by docs/.make/commands.py; change the help in notekeep/cli instead. -->
"""
WIDTH = 80


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    with click.Context(tree, info_name="notekeep", terminal_width=WIDTH) as top:
        top.help_option_names = ["-h", "--help"]
        parts.append(_block(tree.get_help(top)))
        group = ""
        for name, verb in VERBS.items():
            if verb.group != group:
                group = verb.group
                parts.append(f"## {group.capitalize()}\n")
            command = tree.get_command(top, name)
            if command is not None:
                parts += _sections(command, name, top, "###")
    return "\n".join(parts)


def _sections(command: click.Command, name: str, parent: click.Context, mark: str) -> Iterator[str]:
    """A command's heading and help, then those of the commands in it."""
    with click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH) as context:
        yield f"{mark} {context.command_path.removeprefix('notekeep ')}\n"
        yield _block(command.get_help(context))
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                if found is not None:
                    yield from _sections(found, inner, context, f"{mark}#")


def _block(text: str) -> str:
    lines = (line.rstrip() for line in text.splitlines())
    return "```text\n" + "\n".join(lines) + "\n```\n"


if __name__ == "__main__":
    (Path(sys.argv[1]) if sys.argv[1:] else PAGE).write_text(page(), "utf-8")
