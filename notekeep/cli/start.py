"""Starting: `init`, `demo`, `vaults`."""

from __future__ import annotations

import os
from contextlib import suppress

import click

from notekeep.cli import output
from notekeep.cli.context import debug_option, json_option, scene
from notekeep.errors import Failure

CONFIG = """\
# Settings of this vault; they travel with it. Every line is optional.
# day_start = 4          # the hour at which your day begins
# week_start = "mon"
# language = "en"        # stemming and stop words of the search
# private = ["private"]  # folders whose notes never leave
"""

IGNORED = """\
# What notekeep deletes into, and unfinished files of a crash.
.trash/
.nk-tmp-*
"""


@click.command(short_help="Make a folder a vault.")
@click.argument("folder", default=".")
@debug_option
def init(folder: str) -> None:
    """Make FOLDER (this one when left out) a vault, and remember it.

    A folder that Obsidian made is a vault already; nothing in it is changed. Where there is no
    .gitignore, one is made that leaves out the trash.
    """
    from notekeep import config, vaults

    root = os.path.realpath(os.path.expanduser(folder))
    settings = os.path.join(root, config.VAULT_SETTINGS)
    is_new = not os.path.exists(settings)
    try:
        os.makedirs(os.path.dirname(settings), exist_ok=True)
        if is_new:
            with open(settings, "x", encoding="utf-8") as file:
                file.write(CONFIG)
            with (
                suppress(FileExistsError),
                open(os.path.join(root, ".gitignore"), "x", encoding="utf-8") as file,
            ):
                file.write(IGNORED)
    except OSError as error:
        raise Failure(
            f"{error.filename or root}: cannot be made a vault: {error.strerror}",
            "choose a folder that you may write to",
        ) from error
    places = config.Places.of_machine()
    vaults.vault_id(root, places.state)
    config.remember_vault(root, places)
    output.write(f"{root} {'is a vault now' if is_new else 'was a vault already'}")
    output.note('next: `notekeep new book "Its title"`, or `notekeep` to look around')


@click.command(short_help="Open a copy of the sample vault.")
@debug_option
def demo() -> int:
    """Open a copy of the sample vault in a temporary folder; nothing you do there matters.

    Without a terminal its overview of today is printed. A copy that was not used for a week is
    deleted by the next demo.
    """
    from notekeep import config
    from notekeep import demo as sample
    from notekeep.cli.opening import start

    root, home = sample.make_copy(config.now().date())
    os.environ["NOTEKEEP_HOME"] = home
    output.note(f"the sample vault is in {root}; delete it whenever you like")
    return start(root, plain=scene().plain)


@click.command(short_help="List the vaults this machine knows.")
@json_option
@debug_option
def vaults(*, as_json: bool) -> int:
    """List the vaults that were opened here, by name where one was given."""
    from notekeep import config
    from notekeep import vaults as known

    places = config.Places.of_machine()
    person = config.person_settings(places)
    names = {os.path.realpath(path): name for name, path in person.vaults.items()}
    rows = [
        {"name": names.get(path, os.path.basename(path)), "path": path, "id": identity}
        for identity, path in sorted(known.known_vaults(places.state).items(), key=_by_path)
    ]
    if as_json:
        output.write_json({"total": len(rows), "vaults": rows})
    else:
        output.table([(row["name"], row["path"]) for row in rows], stretch=1)
    if not rows:
        output.note("no vault yet: `notekeep init DIR` makes one, `notekeep demo` shows one")
    return 0 if rows else 1


def _by_path(item: tuple[str, str]) -> str:
    return item[1]
