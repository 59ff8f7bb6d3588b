"""`export status` and `export preview`: how drafts and posts stand, and the site with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import json_option, open_vault, verb_options

if TYPE_CHECKING:
    from notekeep.vault.publishing import Standing

FAILED = 5


def _site_options(command: click.decorators.FC) -> click.decorators.FC:
    """`--to` and `--site`, as for an export."""
    to = click.option("--to", "target", metavar="TARGET", help="The generator, such as hugo.")
    site = click.option("--site", metavar="DIR", help="The folder of the site.")
    return to(site(command))


@click.command(short_help="Every draft and post, and how it stands.")
@_site_options
@json_option
@verb_options
def status(*, target: str | None, site: str | None, as_json: bool, vault: str | None) -> int:
    """List every draft and post with its state in each of the vault's sites.

    new is not there yet, changed would be written anew, conflict was changed by hand in the site,
    orphan has no note any more, refused may not leave.
    """
    opened = open_vault(vault)
    refresh_first(opened, whole=True)
    standings = opened.standings(target or "", site or "")
    if as_json:
        output.write_json({"sites": [_as_object(one) for one in standings]})
    else:
        for number, one in enumerate(standings):
            if number:
                output.write("")
            _show(one)
    return 0 if any(one.posts for one in standings) else 1


def _show(one: Standing) -> None:
    output.note(f"{one.name or 'no site'}, in {one.site}")
    if one.error:
        output.note(f"  {one.error}")
    output.table(
        [(post.state, post.note, post.path or "-", post.why) for post in one.posts], stretch=3
    )
    if any(post.state == "orphan" for post in one.posts):
        output.note(
            "  orphans: `notekeep export --all --prune` removes what nobody changed by hand"
        )
    if not one.posts and not one.error:
        output.note("  no drafts and no posts")


def _as_object(one: Standing) -> dict[str, object]:
    return {
        "target": one.target,
        "site": one.site,
        "error": one.error,
        "total": len(one.posts),
        "posts": [
            {"note": post.note, "state": post.state, "path": post.path, "why": post.why}
            for post in one.posts
        ],
    }


@click.command(short_help="The site with its drafts, by its own generator.")
@_site_options
@verb_options
def preview(*, target: str | None, site: str | None, vault: str | None) -> int:
    """Show the site with its drafts by its generator's own preview, until ctrl+c ends it."""
    shown = open_vault(vault).preview(target or "", site or "")
    output.note(f"{' '.join(shown.command)}  in {shown.folder}; ctrl+c ends it")
    return FAILED if shown.run() else 0
