"""Writes the manual pages and completion scripts that a package installs, into `docs/share/`.

    python docs/.make/share.py [FOLDER]

notekeep(1) is made from the help of the commands, as `docs/commands.md` is, and notekeep-query(7)
from `docs/queries.md`.
"""

from __future__ import annotations

import inspect
import sys
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pyromark
from commands import CONVENTIONS

from notekeep import __version__
from notekeep.cli.command_tree import VERBS, tree
from notekeep.cli.system import completion_script

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parents[1]
COMPLETIONS = {
    "bash": ("bash-completion/completions", "notekeep"),
    "zsh": ("zsh/site-functions", "_notekeep"),
    "fish": ("fish/vendor_completions.d", "notekeep.fish"),
}
# bash and fish look for a file with the name of the command.
SHORT_COMPLETIONS = {
    "bash-completion/completions/nk": '. "${BASH_SOURCE[0]%/*}/notekeep"\n',
    "fish/vendor_completions.d/nk.fish": "source (status dirname)/notekeep.fish\n",
}
NAMES = {
    "notekeep": "keep notes, habits and blog drafts in one folder of Markdown",
    "notekeep-query": "find notes by words, fields, dates, links and state",
}
FILES = """\
- `.notekeep/config.toml` in the vault: the settings of the vault.
- `~/.config/notekeep/config.toml`: your settings.
- `~/.cache/notekeep`: the index. It can be deleted.
- `~/.local/state/notekeep`: history and the name of this device.

`XDG_CONFIG_HOME`, `XDG_CACHE_HOME` and `XDG_STATE_HOME` move the last three. `notekeep config`
prints all of them.
"""
UNWRAPPED = 10_000
"""A width at which click wraps no line; the formatter of manual pages does."""


def write(folder: Path) -> None:
    """Write every file."""
    pages = {
        "man/man1/notekeep.1": _commands_page(),
        "man/man1/nk.1": ".so man1/notekeep.1\n",
        "man/man7/notekeep-query.7": _query_page(),
    }
    scripts = {
        f"{place}/{name}": completion_script(shell) + "\n"
        for shell, (place, name) in COMPLETIONS.items()
    }
    for name, text in {**pages, **scripts, **SHORT_COMPLETIONS}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _commands_page() -> str:
    with click.Context(tree, info_name="notekeep", terminal_width=UNWRAPPED) as top:
        top.max_content_width = UNWRAPPED
        top.help_option_names = ["-h", "--help"]
        lines = [
            *_head("notekeep", 1),
            ".SH SYNOPSIS",
            *_usage(tree, top),
            ".SH DESCRIPTION",
            *_help(tree),
            *markdown_to_roff(CONVENTIONS),
            ".SH OPTIONS",
            *_options(tree, top),
        ]
        group = ""
        for name, verb in VERBS.items():
            if verb.group != group:
                group = verb.group
                lines.append(f".SH {_escape(group.upper())}")
            command = tree.get_command(top, name)
            if command is not None:
                lines += _command(command, name, top)
    variables = (DOCS / "settings.md").read_text("utf-8").partition("## Environment variables")[2]
    lines += [
        ".SH ENVIRONMENT",
        *markdown_to_roff(variables),
        ".SH FILES",
        *markdown_to_roff(FILES),
        ".SH SEE ALSO",
        r".BR notekeep\-query (7)",
    ]
    return "\n".join(lines) + "\n"


def _query_page() -> str:
    lines = [
        *_head("notekeep-query", 7),
        ".SH DESCRIPTION",
        *markdown_to_roff((DOCS / "queries.md").read_text("utf-8")),
        ".SH SEE ALSO",
        ".BR notekeep (1)",
    ]
    return "\n".join(lines) + "\n"


def _head(name: str, section: int) -> Iterator[str]:
    yield r".\" Written by docs/.make/share.py; change the help or docs/queries.md instead."
    # No date, so that the same source always gives the same bytes.
    yield f'.TH {_escape(name.upper())} {section} "" "notekeep {__version__}" "notekeep manual"'
    yield ".nh"
    yield ".SH NAME"
    yield f"{_escape(name)} \\- {_escape(NAMES[name])}"


def _command(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    """A command's part of the page, then those of the commands in it."""
    with click.Context(command, info_name=name, parent=parent) as context:
        yield f".SS {_escape(context.command_path.removeprefix('notekeep '))}"
        yield from _usage(command, context)
        yield from _help(command)
        yield from _options(command, context)
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                if found is not None:
                    yield from _command(found, inner, context)


def _usage(command: click.Command, context: click.Context) -> Iterator[str]:
    formatter = click.HelpFormatter(width=UNWRAPPED)
    command.format_usage(context, formatter)
    for line in formatter.getvalue().split("\n"):
        words = line.removeprefix("Usage:").strip()
        if words:
            yield ".PP"
            yield f"\\fB{_escape(words)}\\fP"


def _help(command: click.Command) -> Iterator[str]:
    """The paragraphs of a command's help; those after a backspace keep their lines."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield ".PP"
        if paragraph.startswith("\b"):
            yield from _as_typed(paragraph.removeprefix("\b").strip("\n"))
        else:
            yield _escape_help(" ".join(paragraph.split()))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1]:
            names, text = record
            yield ".TP"
            yield f"\\fB{_escape(names)}\\fP"
            yield _escape_help(text)


def _as_typed(text: str) -> Iterator[str]:
    yield ".RS 4"
    yield ".EX"
    for line in text.rstrip("\n").split("\n"):
        yield _escape(line)
    yield ".EE"
    yield ".RE"


def _escape(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    text = text.replace("'", "\\(aq").replace("^", "\\(ha").replace("~", "\\(ti")
    return _guard(text)


def _escape_help(text: str) -> str:
    """Escape a help text, and make what stands between backticks bold."""
    parts = text.split("`")
    marked = [f"\\fB{_escape_inside(part)}\\fP" for part in parts[1::2]]
    plain = [_escape_inside(part) for part in parts[::2]]
    joined = "".join(one for pair in zip_longest(plain, marked, fillvalue="") for one in pair)
    return _guard(joined)


def markdown_to_roff(text: str) -> Iterator[str]:
    """Convert a page of the manual, but for its title: headings, lists, tables, code."""
    options = pyromark.Options.ENABLE_TABLES
    return _Writer().convert(list(pyromark.events(text, options=options)))


class _Writer:
    """Turns the events of one page into lines of roff."""

    def __init__(self) -> None:
        self.text = ""
        self.cells: list[str] = []
        self.link = ""
        self.in_code = self.in_item = self.is_title = False

    def convert(self, events: list[Any]) -> Iterator[str]:
        for event in events:
            if isinstance(event, str):
                if event in ("SoftBreak", "HardBreak"):
                    self.text += " "
                continue
            ((kind, value),) = event.items()
            if kind == "Text":
                self.text += value if self.in_code else _escape_inside(value)
            elif kind == "Code":
                self.text += f"\\fB{_escape_inside(value)}\\fP"
            elif kind in ("Start", "End"):
                name, detail = value, None
                if isinstance(value, dict):
                    ((name, detail),) = value.items()
                yield from self._start(name, detail) if kind == "Start" else self._end(name)

    def _start(self, name: str, detail: Any) -> Iterator[str]:
        if name == "Heading":
            self.text = ""
            self.is_title = detail["level"] == "H1"
        elif name in ("Paragraph", "TableCell", "HtmlBlock"):
            self.text = ""
        elif name == "Item":
            self.text = ""
            self.in_item = True
        elif name == "CodeBlock":
            self.text = ""
            self.in_code = True
        elif name == "Link":
            self.link = detail["dest_url"]
        yield from ()

    def _end(self, name: str) -> Iterator[str]:
        if name == "Heading" and not self.is_title:
            yield f".SS {self.text}"
        elif name == "Paragraph" and not self.in_item:
            yield ".PP"
            yield _guard(self.text)
        elif name == "Item":
            yield ".IP \\(bu 2"
            yield _guard(self.text)
            self.in_item = False
        elif name == "CodeBlock":
            yield ".PP"
            yield from _as_typed(self.text)
            self.in_code = False
        elif name == "TableCell":
            self.cells.append(self.text)
        elif name in ("TableHead", "TableRow"):
            term, meaning = self.cells
            yield ".TP"
            yield f"\\fI{term}\\fP" if name == "TableHead" else _guard(term)
            yield _guard(meaning)
            self.cells = []
        elif name == "Link" and self.link == "queries.md":
            self.text += " (see \\fBnotekeep\\-query\\fP(7))"


def _escape_inside(text: str) -> str:
    return _escape(text).removeprefix("\\&")


def _guard(text: str) -> str:
    """Keep a line that begins with a dot from being read as a request."""
    return f"\\&{text}" if text.startswith(".") else text


if __name__ == "__main__":
    write(Path(sys.argv[1]) if sys.argv[1:] else DOCS / "share")
