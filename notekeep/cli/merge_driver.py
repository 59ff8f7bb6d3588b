"""`merge-file`: the merge driver for git, set up by `sync init`."""

from __future__ import annotations

from pathlib import Path

import click

from notekeep.markdown.note_merge import merge_versions


@click.command("merge-file", short_help="Merge one file for git.")
@click.argument("base", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("ours", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("theirs", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("path")
def merge_file(base: Path, ours: Path, theirs: Path, path: str) -> int:
    """Merge the files OURS and THEIRS, which are based on BASE, into OURS. For use by git.

    PATH is the name of the file in the repository. `notekeep sync init` sets this up, so that git
    merges notes as notekeep does. If both sides changed the same text, OURS is not changed and the
    exit code is 1: git then reports a conflict and writes no conflict markers.
    """
    # Git passes an empty file as the base when both sides added the file.
    old, mine = base.read_bytes() or None, ours.read_bytes()
    merged = merge_versions(path, old, mine, theirs.read_bytes())
    if merged is None:
        return 1
    if merged != mine:
        ours.write_bytes(merged)
    return 0
