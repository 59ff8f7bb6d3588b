"""`export`: notes into drafts for a blog, and the way to everything else about drafts.

The first word is a command of exports or the beginning of what is exported. Each command lies in a
file of its own, which is imported when it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTES = "notes"
COMMANDS = {
    "status": "export_status",
    "pull": "export_pull",
    "preview": "export_status",
    "start": "export_start",
}
"""Each command of exports and the file it lives in."""

_WITH_VALUE = ("--to", "--site", "--vault", "--unpublished", "--title", "--section")


class ExportGroup(click.Group):
    """Commands of exports by their names; any other first word is what is exported."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command first, wherever its options stand; without any, the export itself."""
        if args and args[0] in ("-h", "--help"):
            return super().parse_args(ctx, args)
        place = _first_word(args)
        if place is not None and args[place] in COMMANDS:
            return super().parse_args(ctx, [args[place], *args[:place], *args[place + 1 :]])
        return super().parse_args(ctx, [NOTES, *args])

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All commands, in the order of the manual."""
        return [NOTES, *COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the file a command lives in and give it."""
        home = "export_notes" if cmd_name == NOTES else COMMANDS.get(cmd_name)
        if home is None:
            return None
        module: Any = __import__(f"notekeep.cli.{home}", fromlist=[cmd_name])
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say how notes are exported, which is what most come for."""
        formatter.write_usage(ctx.command_path, "[OPTIONS] NOTE...")
        formatter.write_usage(ctx.command_path, "COMMAND ...")


def _first_word(args: Sequence[str]) -> int | None:
    """Where the first word stands that is no option and no value of one; None behind `--`."""
    place = 0
    while place < len(args):
        word = args[place]
        if word == "--":
            return None
        if word in _WITH_VALUE:
            place += 2
        elif word.startswith("-"):
            place += 1
        else:
            return place
    return None


@click.group(cls=ExportGroup, short_help="Turn notes into drafts for your blog.")
def export() -> None:
    """Turn notes into drafts for your blog, and see how they stand there.

    \b
    notekeep export "Atomic Habits" --to hugo --site ~/blog
    notekeep export type:book --dry-run
    notekeep export status                 every draft and post, and how it stands
    notekeep export pull "Atomic Habits"   what you changed in the site, into the note
    notekeep export preview                the site with its drafts, by its own generator
    notekeep export start "Atomic Habits"  a post begun from a note

    \b
    Targets for --to: nikola, zola, hugo, hexo, jekyll, pelican, eleventy, astro,
    mkdocs, zensical, html, ghost, wordpress, portable (Markdown for anything else).
    Without --to the site's folder says it. `--to list` also says what to do for
    Substack, Medium and dev.to.

    `notekeep export notes --help` lists the options. A note with the name of a command is named by
    its path, or behind `--`.
    """
