"""`habit`: check in, and the way to everything else about habits.

The first word is a command of habits or the name of one. This file is what a check-in loads, so
the other commands lie in files of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from notekeep.cli.context import dry_run_option, json_option, verb_options
from notekeep.cli.raw import RawCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

CHECK_IN = "check-in"
COMMANDS = {
    "list": "habit_lists",
    "todo": "habit_lists",
    "week": "habit_lists",
    "month": "habit_lists",
    "year": "habit_figures",
    "stats": "habit_figures",
    "log": "habit_lines",
    "undo": "habit_lines",
    "doctor": "habit_lines",
    "ask": "habit_ask",
    "add": "habit_notes",
    "edit": "habit_notes",
    "pause": "habit_notes",
    "archive": "habit_notes",
    "rename": "habit_notes",
    "import": "habit_import",
    "export": "habit_export",
    "remind": "habit_remind",
    "prompt": "habit_prompt",
}
"""Each command of habits and the file it lives in, which is imported when it runs."""

FLAGS = frozenset(
    {"--json", "--dry-run", "--force", "--all", "--archived", "--debug", "--end", "--plain"}
)
"""Options without a value that may stand before the command."""


class HabitGroup(click.Group):
    """Commands of habits by their names; any other first word begins a check-in."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command first, wherever its options stand; without any, a check-in's name."""
        if ctx.resilient_parsing or (args and args[0] in ("-h", "--help")):
            return super().parse_args(ctx, args)
        place = _first_word(args)
        if place is None:
            return super().parse_args(ctx, ["todo", "--all", *args])
        if args[place] in COMMANDS:
            return super().parse_args(ctx, [args[place], *args[:place], *args[place + 1 :]])
        return super().parse_args(ctx, [CHECK_IN, *args])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that begin so, and the ids of habits: what stands first may be either."""
        from click.shell_completion import CompletionItem

        from notekeep.cli import offers

        ids = map(CompletionItem, offers.habits(ctx, None, incomplete))
        return [*ids, *super().shell_complete(ctx, incomplete)]

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All commands, in the order of the manual."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the file a command lives in and give it."""
        if cmd_name == CHECK_IN:
            return check_in
        if cmd_name not in COMMANDS:
            return None
        module: Any = __import__(f"notekeep.cli.{COMMANDS[cmd_name]}", fromlist=[cmd_name])
        command: click.Command = getattr(module, f"{cmd_name}_")
        return command

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say how a check-in is written, which is what most come for."""
        formatter.write_usage(ctx.command_path, "ID [VALUE] [DAY] [@TIME] [-- NOTE]")
        formatter.write_usage(ctx.command_path, "COMMAND ...")


def _first_word(args: Sequence[str]) -> int | None:
    """Where the first word stands that is no option and no value of one."""
    place = 0
    while place < len(args):
        word = args[place]
        if word in ("-d", "--date", "--vault"):
            place += 2
        elif word in FLAGS or word.startswith(("--date=", "--vault=")):
            place += 1
        else:
            return place
    return None


@click.group(cls=HabitGroup, short_help="Check in, and look at habits.")
def habit() -> None:
    """Check in: one line in the log, or everything else about habits.

    \b
    notekeep habit med                     done today
    notekeep habit water 2 glass           an amount; several a day add up
    notekeep habit med = 30                the amount of the day, whatever it was
    notekeep habit run 5.2km @07:10 -- cold
    notekeep habit gym skip mon -- flu     Monday, skipped
    notekeep habit read 12p yesterday
    notekeep habit med floss read          several at once
    notekeep habit med clear               as if nothing had been said
    notekeep habit                         today's list

    A name is an id, an alias, or a unique beginning. A day is today, yesterday, -2, -1w, mon,
    last tue, 24 (the latest 24th), 11-03, 3 nov, 2026-11-24 or 24.11.2026. A check-in takes --json,
    --dry-run, -d DAY before its first word, and --force for a day ahead or a unit that does not
    convert.
    """


@click.command(CHECK_IN, cls=RawCommand)
@click.option("-d", "--date", "day", metavar="DAY", default="", help="The day it counts for.")
@click.option("--force", is_flag=True, help="Also a day ahead, or a unit that does not convert.")
@dry_run_option
@json_option
@verb_options
def check_in(
    words: tuple[str, ...],
    *,
    day: str,
    force: bool,
    dry_run: bool,
    as_json: bool,
    vault: str | None,
) -> int:
    """Check in: habits, and after each a value, a day, a time, and a note for all."""
    from notekeep.cli import habit_checkin

    return habit_checkin.check_in(
        words, day=day, force=force, dry_run=dry_run, as_json=as_json, vault=vault
    )
