"""Shared arguments, options and groups of commands, and messages for usage errors."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from notekeep.cli import shell_completion
from notekeep.cli.context import store_option
from notekeep.errors import UsageError

Wrapped = TypeVar("Wrapped", bound="Callable[..., Any]")

_LIKE_OPTION = re.compile(r"--[a-z][a-z-]+(=|$)")
_COUNTED = re.compile(r"-n\d*")


def import_command(module: str, name: str) -> click.Command:
    """Import a module of commands and return one of them."""
    command: click.Command = getattr(import_module(f"notekeep.cli.{module}"), name)
    return command


def parse_year(text: str | None, today: date) -> int:
    """Parse a four-digit year; None is the current year."""
    if text is None:
        return today.year
    if not (text.isdecimal() and 1900 <= int(text) <= 2199):
        raise UsageError(f'"{text}" is not a year.', "Use four digits, such as 2026.")
    return int(text)


class DefaultGroup(click.Group):
    """A group with a default command, for a first word that is not a command.

    Args:
        default: The words to insert before a first word that is not a command.
        alone: The words to use without arguments; None calls the group itself.
        usage: The usage lines, if click's lines would be wrong.
        complete: Completes a first word that is not a command.
    """

    def __init__(
        self,
        *args: Any,
        default: Sequence[str],
        alone: Sequence[str] | None = None,
        usage: Sequence[str] = (),
        complete: shell_completion.Completion | None = None,
        **attrs: Any,
    ) -> None:
        super().__init__(*args, **attrs)
        self.default, self.alone, self.usage, self.complete = list(default), alone, usage, complete

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return all commands, in the order of the manual."""
        return list(self.commands)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage, starting with the default command."""
        for usage in self.usage:
            formatter.write_usage(ctx.command_path, usage)
        if not self.usage:
            super().format_usage(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete an argument of the default command, or a command."""
        words = self.complete(ctx, None, incomplete) if self.complete else []
        return [*map(CompletionItem, words), *super().shell_complete(ctx, incomplete)]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move the command before its options."""
        place = self._first_word(ctx, args)
        if args[:1] in (["-h"], ["--help"]):
            return super().parse_args(ctx, args)
        if place is None:
            alone = [] if self.alone is None or ctx.resilient_parsing else list(self.alone)
            return super().parse_args(ctx, [*alone, *args])
        if args[place] in self.list_commands(ctx):
            return super().parse_args(ctx, [args[place], *args[:place], *args[place + 1 :]])
        return super().parse_args(ctx, [*self.default, *args])

    def _first_word(self, ctx: click.Context, args: Sequence[str]) -> int | None:
        """Return the index of the first word that is neither an option nor its value."""
        commands = [self.get_command(ctx, self.default[0]), *self.commands.values()]
        with_value = {
            name
            for command in commands
            if command
            for name, takes_value in _options(command)
            if takes_value
        }
        place = 0
        while place < len(args):
            word = args[place]
            if not word.startswith("-") or word == "--":
                return place
            place += 2 if word in with_value else 1
        return None


def _options(command: click.Command) -> Iterator[tuple[str, bool]]:
    """Yield the name of each option of a command, and whether it takes a value."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for name in (*parameter.opts, *parameter.secondary_opts):
                yield name, not (parameter.is_flag or parameter.count)


class RawCommand(click.Command):
    """A command whose words may start with a dash: `-tag:x`, `-2` and `--`.

    Long options are recognized anywhere before a bare `--`, short options only before the first
    word, except `-n 5` and `-n5`. Everything else is a word, but an unknown long option is an
    error: a typo must not become a query without results. The function gets the words as `words`.
    """

    def __init__(self, *args: Any, metavar: str = "WORDS...", **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.words_metavar = metavar

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Separate options from words, and let click parse only the options."""
        options, words = self._split(ctx, args)
        ctx.params["words"] = tuple(words)
        return super().parse_args(ctx, options)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Add the words to the usage line."""
        return [*super().collect_usage_pieces(ctx), self.words_metavar]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete words and options; both may start with `-`."""
        words = map(CompletionItem, shell_completion.complete_word(ctx, incomplete))
        return [*words, *super().shell_complete(ctx, incomplete)]

    def _split(self, ctx: click.Context, args: list[str]) -> tuple[list[str], list[str]]:
        takes_value = {"--help": False, "-h": False, **dict(_options(self))}
        options: list[str] = []
        words: list[str] = []
        rest = deque(args)
        while rest:
            word = rest.popleft()
            if word == "--":
                words += [word, *rest]
                break
            name, equals, _ = word.partition("=")
            # `-n` is an option only before a number.
            is_count = word != "-n" or (rest and rest[0].isdigit())
            if "-n" in takes_value and _COUNTED.fullmatch(word) and is_count:
                options.append(word)
                equals = word[2:]
                name = "-n"
            elif name in takes_value and (name.startswith("--") or not words):
                options.append(word)
            elif _LIKE_OPTION.match(word):
                raise _unknown_option_error(ctx, name, takes_value)
            else:
                words.append(word)
                continue
            if takes_value[name] and not equals and rest:
                options.append(rest.popleft())
        return options, words


def _unknown_option_error(ctx: click.Context, name: str, known: Iterable[str]) -> UsageError:
    near = get_close_matches(name, [one for one in known if one.startswith("--")], n=1)
    help_command = f"`{ctx.command_path} --help`"
    hint = f"Did you mean {near[0]}?" if near else f"{help_command} lists the options."
    return UsageError(
        f"There is no option {name}.", f"{hint} After a bare -- nothing is an option."
    )


def join_query(words: tuple[str, ...]) -> str:
    """Join words into a query, without a bare `--`."""
    return " ".join(word for word in words if word != "--")


def _store_option(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    # The option is stored in the context, so that it works before and after the command.
    if value:
        store_option(context, parameter.name or "", value)


stored_option = partial(click.option, expose_value=False, callback=_store_option)
"""Declares an option that is stored in `CommandContext` and not passed to the function."""
vault_option = stored_option(
    "--vault", metavar="DIR", help="Vault to use: a folder, or a name listed by `vaults`."
)
debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, help="Show the traceback of an internal error."
)
plain_option = stored_option("--plain", is_flag=True, help="Plain text: no colour, no box drawing.")
no_refresh_option = stored_option(
    "--no-refresh", is_flag=True, help="Use the current index; do not scan the files first."
)
json_option = stored_option("--json", "is_json", is_flag=True, help="Print JSON.")
dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show what would change; write nothing."
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
null_option = click.option(
    "--null", is_flag=True, help="Print paths only, each followed by NUL, for xargs -0."
)
tag_option = click.option(
    "-t",
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    help="Add a tag. Can be repeated.",
    shell_complete=shell_completion.complete_tag,
)
template_option = click.option(
    "--format",
    "template",
    metavar="TEXT",
    help="Output template for each note, e.g. '{path} {title}'.",
)


note_argument = click.argument(
    "note", nargs=-1, required=True, shell_complete=shell_completion.complete_note
)
habit_argument = click.argument("habit", shell_complete=shell_completion.complete_habit)


def limit_option(most: int | None = None) -> Callable[[Wrapped], Wrapped]:
    """Return the option `-n N`; the default is `most`, or no limit."""
    return click.option(
        "-n",
        "--limit",
        type=click.IntRange(min=1),
        metavar="N",
        default=most,
        show_default=most is not None,
        help="Maximum number of results.",
    )


def verb_options(command: Wrapped) -> Wrapped:
    """Add the options of every command: `--vault`, `--plain` and `--debug`."""
    return vault_option(plain_option(debug_option(command)))


def json_options(command: Wrapped) -> Wrapped:
    """Add `--json` and the options of every command."""
    return json_option(verb_options(command))


def answer_options(command: Wrapped) -> Wrapped:
    """Add the options of every command that reads the index."""
    return json_option(no_refresh_option(verb_options(command)))


def change_options(command: Wrapped) -> Wrapped:
    """Add the options of every command that writes."""
    return dry_run_option(verb_options(command))


def explain_usage_error(error: click.ClickException) -> tuple[str, str]:
    """Return the message and hint for a click error; the hint contains the command's usage."""
    context = getattr(error, "ctx", None)
    message = error.format_message().rstrip(".")
    message += "" if message.endswith("?") else "."
    message = message.replace("a valid integer range", "a whole number")
    if context is None or getattr(error, "possibilities", None):
        return message, ""
    command, lines = context.command, []
    if isinstance(error, click.MissingParameter):
        examples = (line.strip() for line in (command.help or "").splitlines())
        found = (line for line in examples if line.startswith(f"{context.command_path} "))
        lines = [f"For example: `{example}`" for example in list(found)[:1]]
    elif isinstance(command, click.Group):
        lines = [f"Commands: {', '.join(command.list_commands(context))}."]
    usage = " ".join(context.get_usage().split())
    return message, "\n".join([*lines, usage, f"See `{context.command_path} --help`."])
