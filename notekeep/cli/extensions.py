"""`notekeep extensions`: the installed extensions, and whether they work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import click

from notekeep import extensions
from notekeep.cli import output
from notekeep.cli.arguments import json_options
from notekeep.cli.command_tree import added_commands, check_command
from notekeep.cli.context import is_json
from notekeep.errors import Problem
from notekeep.export.targets.target import known_targets, load_targets
from notekeep.extend import check_action
from notekeep.extensions import Extension, ExtensionFailed
from notekeep.importing.extension_formats import load_formats
from notekeep.importing.formats import FORMATS
from notekeep.services.doctor import Layer


class Row(NamedTuple):
    """An extension; the fields are the keys in JSON."""

    package: str
    version: str
    adds: str  # "format", "target", "command" or "action"
    name: str
    problem: str  # "" if it works


@click.command("extensions", short_help="List the installed extensions.")
@json_options
def list_extensions() -> int:
    """List the packages that add formats, targets, commands or actions, and whether they work.

    \b
    pipx inject notekeep notekeep-quartz             install one
    uv tool install notekeep --with notekeep-quartz  with uv
    notekeep --no-extensions                         start without any
    """
    rows = list(check_extensions())
    if is_json():
        output.write_json([{**row._asdict(), "works": not row.problem} for row in rows])
        return 0
    output.table(
        [
            (row.package, row.version, f"{row.adds} {row.name}", row.problem or "works")
            for row in rows
        ],
        stretch=3,
    )
    if extensions.are_off():
        output.write_message("Extensions are turned off.")
    elif not rows:
        output.write_message("No extensions are installed.")
    return 0


def check_extensions() -> Iterator[Row]:
    """Import every extension, and yield the rows by group."""
    used = {*_load_all()}
    extensions.take_failures()  # the rows contain the failures
    for group, noun in extensions.GROUPS.items():
        for one in extensions.installed(group):
            problem = "" if one in used else f"Another {noun} has this name."
            if one.failure:
                problem = one.failure.message
            yield Row(one.package, one.version, noun, one.name, problem)


def _load_all() -> Iterator[Extension]:
    """Import the extensions, and yield those in use, including failed ones."""
    yield from (extension for extension, _ in load_formats(FORMATS.values()))
    yield from known_targets().values()
    for _ in load_targets():
        pass
    for extension in added_commands().values():
        yield extension
        with suppress(ExtensionFailed):
            extension.load(check_command)
    yield from (
        extension for extension, _ in extensions.load_working(extensions.ACTIONS, check_action)
    )


def extension_layers() -> Iterator[Layer]:
    """Yield the `doctor` layer for extensions if any are installed."""
    rows = list(check_extensions())
    hint = "Update or remove the package. `notekeep --no-extensions` starts without any."
    found = [Problem("", None, row.problem, hint, "extension") for row in rows if row.problem]
    if rows:
        yield Layer("extensions", f"{output.count_noun(len(rows), 'extension')} installed", found)
