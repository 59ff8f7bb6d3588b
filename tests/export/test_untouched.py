"""What is not told of is not done: every byte outside the edits that `--explain` lists stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from notekeep.errors import Refused
from notekeep.export.draft import Drafter
from notekeep.export.rewrite.body import write_body
from notekeep.export.source import Options
from notekeep.export.targets.target import load_target
from tests.support.random_bodies import OTHERS, random_body
from tests.support.sites import TRAPS, addresses_alone, folder_with
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.export.source import VaultSource
    from notekeep.export.source_map import SourceChange
    from notekeep.export.targets.target import Target

    Write = Callable[..., VaultSource]

NOTES = sized(200, 1000)


class Told(NamedTuple):
    """A body that was written, line by line with where each came from, and what was told of it."""

    lines: list[tuple[str, int, str]]
    changes: list[SourceChange]


def written(source: VaultSource, path: str, target: Target) -> Told:
    drafter = Drafter(source, Options())
    drafter.check_consent(path, named=True)
    draft = drafter.draft(path)
    addresses = addresses_alone(draft, target)
    body = write_body(draft, target.dialect, addresses, set(), Options(linebreaks="join"))
    lines = body.text.split("\n")
    assert len(lines) == len(body.origins)
    told = [(o.path, o.line, line) for o, line in zip(body.origins, lines, strict=True)]
    return Told(told, [*draft.changes, *body.changes])


def wrong(source: VaultSource, path: str, told: Told) -> list[str]:
    """Return the lines that are not the note's own though nothing was told of them."""
    own = source.read(path).decode().replace("\r\n", "\n").split("\n")
    touched = {
        line
        for c in told.changes
        if c.path == path
        for line in range(c.line, (c.last or c.line) + 1)
    }
    kept = [(line, text) for at, line, text in told.lines if at == path and line not in touched]
    wanted = [(n, text) for n, text in enumerate(own, 1) if n not in touched]
    return [f"{n}: {text!r}" for n, text in sorted(set(kept) ^ set(wanted))]


@pytest.fixture
def targets(tmp_path: Path) -> dict[str, Target]:
    """Sites that have hardly any settings."""
    settings = {
        "portable": ("x", ""),
        "hugo": ("hugo.toml", ""),
        "nikola": ("conf.py", 'BLOG_TITLE = "x"\n'),
        "jekyll": ("_config.yml", "title: x\n"),
        "hexo": ("_config.yml", "title: x\n"),
        "eleventy": ("eleventy.config.js", ""),
    }
    return {
        target: load_target(target)(str(folder_with(tmp_path / target, *one)))
        for target, one in settings.items()
    }


@pytest.mark.parametrize(
    ("target", "count"),
    [
        ("portable", NOTES),
        *((target, NOTES // 5) for target in ("hugo", "nikola", "jekyll", "hexo", "eleventy")),
    ],
)
def test_every_line_outside_of_the_edits_that_are_told_is_the_note_s(
    target: str, count: int, targets: dict[str, Target], write_vault: Write
) -> None:
    paths = [f"n{seed}.md" for seed in range(count)]
    notes = {path: random_body(seed) for seed, path in enumerate(paths)}
    source = write_vault({**OTHERS, **notes, "pictures/a.png": "png"})
    found, refused = {}, 0
    for path in paths:
        try:
            told = written(source, path, targets[target])
        except Refused:
            refused += 1
            continue
        if lines := wrong(source, path, told):
            found[path] = lines
    assert found == {}
    assert refused < count / 6


def test_a_note_that_needs_no_edit_keeps_every_byte(
    write_vault: Write, targets: dict[str, Target]
) -> None:
    text = (TRAPS / "notes" / "Plain.md").read_text()
    told = written(write_vault({"n.md": text}), "n.md", targets["portable"])
    assert told.changes == []
    assert "\n".join(line for _, _, line in told.lines) == text
