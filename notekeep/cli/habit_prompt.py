"""`habit prompt`: the line about today, and how a shell or a bar shows it."""

from __future__ import annotations

import click

from notekeep.cli import output
from notekeep.cli.context import json_option, verb_options
from notekeep.cli.context import vault_places as places_of
from notekeep.cli.prompt_snippets import SNIPPETS, snippet
from notekeep.habits.view import counts
from notekeep.index.habits import HabitIndex, prompt_path, prompt_text


@click.command("prompt", short_help="A line about today for shells and bars.")
@click.option("--path", "path_only", is_flag=True, help="Where the file with the line is.")
@click.option(
    "--shell",
    type=click.Choice(sorted(SNIPPETS)),
    help="What to put into its settings, so that it shows the line.",
)
@json_option
@verb_options
def prompt_(*, path_only: bool, shell: str | None, as_json: bool, vault: str | None) -> int:
    """Write how today stands: `5/8 !1` is five of eight done, and one at risk.

    The line lies in a file of the cache, which every check-in and every look at habits writes. A
    shell that reads the file itself shows it for nothing; --shell says how.
    """
    places = places_of(vault)
    path = prompt_path(places.cache)
    if path_only:
        output.write(path)
        return 0
    index = HabitIndex(places)
    views = index.habits()
    if shell:
        output.write(snippet(shell, path, places.settings.day_start))
        return 0
    if as_json:
        done, asked, at_risk = counts(views)
        day = index.today().isoformat()
        output.write_json({"date": day, "done": done, "asked": asked, "at_risk": at_risk})
    elif text := prompt_text(views):
        output.write(text)
    return 0
