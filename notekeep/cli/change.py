"""Editing front matter: `set`, `tag`."""

from __future__ import annotations

import re

import click

from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, open_vault, verb_options
from notekeep.cli.raw import RawCommand
from notekeep.cli.writing import carry_out
from notekeep.errors import InvalidValue, UsageError

_CHANGE = re.compile(r"[^\s=]+?[+-]?=")
_TAG = re.compile(r"[+-]#?[^\s+-]")


class SetCommand(RawCommand):
    """`set` takes its changes and the note raw."""

    words_metavar = "KEY=VALUE... -- NOTE|QUERY"


class TagCommand(RawCommand):
    """`tag` takes its tags and the note raw."""

    words_metavar = "+TAG -TAG... -- NOTE|QUERY"


@click.command("set", cls=SetCommand, short_help="Change fields of notes.")
@click.option("--force", is_flag=True, help="Write values outside the range or the choices, too.")
@click.option("--yes", is_flag=True, help="Do not ask, however many notes it is about.")
@dry_run_option
@verb_options
def set_(
    words: tuple[str, ...], *, force: bool, yes: bool, dry_run: bool, vault: str | None
) -> int:
    """Change fields in the front matter of NOTE, or of all notes that QUERY finds.

    `k=v` sets, `k+=v` adds to a list, `k-=v` takes from it, `k=` deletes the key. A date may be
    said in words: `finished=yesterday`, `mon`, `-3`, `"3 days ago"`.

    \b
    notekeep set rating=5 status=finished -- "Deep Work"
    notekeep set genre+=classic -- type:book published\\<1990
    """
    changes, name = _split(words, _CHANGE, "KEY=VALUE")
    opened = open_vault(vault)
    refresh_first(opened)
    paths = [row.path for row in opened.select(name)]
    try:
        plan = opened.plan.set_fields(paths, changes, force=force)
    except InvalidValue as error:
        hint = f"{error.hint} --force writes it as it is."
        raise InvalidValue(error.message, hint.strip()) from None
    return carry_out(opened, plan, dry_run=dry_run, done=str, yes=yes)


@click.command(cls=TagCommand, short_help="Add and remove tags.")
@click.option("--yes", is_flag=True, help="Do not ask, however many notes it is about.")
@dry_run_option
@verb_options
def tag(words: tuple[str, ...], *, yes: bool, dry_run: bool, vault: str | None) -> int:
    """Add and remove tags in the front matter of NOTE, or of all notes that QUERY finds.

    \b
    notekeep tag +reread -inbox -- "Deep Work"
    """
    tags, name = _split(words, _TAG, "+TAG or -TAG")
    opened = open_vault(vault)
    refresh_first(opened)
    paths = [row.path for row in opened.select(name)]
    add = [word[1:] for word in tags if word[0] == "+"]
    remove = [word[1:] for word in tags if word[0] == "-"]
    plan = opened.plan.tag(paths, add, remove)
    return carry_out(opened, plan, dry_run=dry_run, done=str, yes=yes)


def _split(words: tuple[str, ...], shape: re.Pattern[str], form: str) -> tuple[list[str], str]:
    """The changes, and what they are made to: after `--`, or after the last change."""
    if "--" in words:
        at = words.index("--")
        changes, rest = list(words[:at]), words[at + 1 :]
    else:
        at = next((n for n, word in enumerate(words) if not shape.match(word)), len(words))
        changes, rest = list(words[:at]), words[at:]
    for change in changes:
        if not shape.match(change):
            raise UsageError(f"{change!r} is no {form}", f"{form} ... -- NOTE or QUERY")
    if not changes or not rest:
        missing = "which note?" if changes else "what should change?"
        raise UsageError(missing, f"{form} ... -- NOTE or QUERY")
    return changes, " ".join(rest)
