"""The click group that holds all verbs, each loaded when it is named."""

from __future__ import annotations

import click

from notekeep import __version__
from notekeep.cli.main import ALIASES, VERBS, load

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
        return load(cmd_name)

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
    from notekeep.cli.context import Scene

    ctx.obj = Scene(vault=vault, plain=plain, debug=debug)
    if ctx.invoked_subcommand is None:
        from notekeep.cli.opening import start

        return start(vault, plain=plain, prelude=not no_prelude)
    return None
