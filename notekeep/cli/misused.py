"""What click finds wrong with a command line, in our own words, and what to type instead."""

from __future__ import annotations

import re

import click

_NO_COMMAND = re.compile(r"No such command '(.*)'")
_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)")
_VALUE = re.compile(r"Option '(.*)' requires an argument")
_LIMITS = re.compile(r"(.*) is not in the range x(<=|>=)(\d+)")
_BOUNDS = {">=": "less than", "<=": "more than"}
_TYPES = ("is not a valid integer range", "is not a valid integer")


def said(error: click.ClickException) -> tuple[str, str]:
    """What is wrong, and what to do about it.

    Args:
        error: What click raised; what none of our words fit keeps those of click.
    """
    context = getattr(error, "ctx", None)
    text = error.format_message().rstrip(".")
    if found := _VALUE.search(text):
        text = f"{found[1]} needs a value"
    if context is None:
        return text, ""
    return _message(error, context, text), "\n".join(_remedy(error, context))


def _message(error: click.ClickException, context: click.Context, text: str) -> str:
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return f"`{context.command_path}` needs {_name(error.param)}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{_name(error.param)}: {_plainly(error.message.rstrip('.'))}"
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {error.option_name}"
    if found := _NO_COMMAND.search(text):
        return f"there is no `{context.command_path} {found[1]}`"
    if found := _EXTRA.search(text):
        return f"`{context.command_path}` takes no word more: {found[1]}"
    return text


def _remedy(error: click.ClickException, context: click.Context) -> list[str]:
    """What was meant or is done elsewhere, an example, and how the command is written."""
    command = context.command
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        return [f"did you mean {error.possibilities[0]}?"]
    lines = []
    if isinstance(command, click.Group) and _NO_COMMAND.search(error.format_message()):
        lines.append(f"its commands: {', '.join(command.list_commands(context))}")
    elif isinstance(error, click.MissingParameter) and (example := _example(context)):
        lines.append(f"for example `{example}`")
    usage = " ".join(context.get_usage().split())
    return [*lines, usage, f"`{context.command_path} --help` says more"]


def _name(parameter: click.Parameter) -> str:
    """A parameter as the line of usage writes it, or the longest of an option's names."""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return (parameter.metavar or parameter.human_readable_name.upper()).strip("[].")


def _example(context: click.Context) -> str:
    """The first example of a command's own help."""
    lines = (line.strip() for line in (context.command.help or "").splitlines())
    return next((line for line in lines if line.startswith(f"{context.command_path} ")), "")


def _plainly(message: str) -> str:
    """What click says of a value, without the names it has for types."""
    for name in _TYPES:
        message = message.replace(name, "is no whole number")
    return _LIMITS.sub(lambda found: f"{found[1]} is {_BOUNDS[found[2]]} {found[3]}", message)
