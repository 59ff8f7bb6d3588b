"""The environment of a run: generated vaults, a separate home, and commands that use them."""

from __future__ import annotations

import os
import shutil
from functools import cache, cached_property
from typing import TYPE_CHECKING

from bench import generate, measure

if TYPE_CHECKING:
    from pathlib import Path

COMMON_RANKS = range(150, 400, 25)
MIDDLE_RANKS = range(1_000, 6_000, 500)
RARE_RANKS = range(20_000, 40_000, 2_000)
"""Ranks of words that are in about a third of the notes, in some dozens, and in a few."""


class Ground:
    """The folder of one run.

    Attributes:
        folder: The folder.
        large: The number of notes in the larger vault.
        small: The number of notes in the smaller vault.
        sizes: The sizes of the vaults in which engines are compared.
        clones: The folder with clones of the public collections for `graded`.
    """

    def __init__(self, folder: Path, notes: int, seed: int) -> None:
        self.folder = folder
        self.large = notes
        self.small = max(1, notes // 10)
        self.sizes = [self.small, self.large]
        self.clones = folder / "clones"
        self._seed = seed

    def vault(self, notes: int) -> Path:
        """Return a vault of this size, generated at the first call."""
        root = self.folder / f"vault-{notes}"
        if not root.exists():
            generate.generate(root, notes, self._seed)
        return root

    def command(self, notes: int, *words: str) -> measure.Command:
        """Return a `notekeep` command line for a vault."""
        root = str(self.vault(notes))
        return measure.python("-m", "notekeep", "--vault", root, *words, env=self.env)

    @cached_property
    def env(self) -> dict[str, str]:
        """The environment with a separate home, so that no user settings or caches are used."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        inherited = ("PATH", "LANG", "SYSTEMROOT")
        return {key: os.environ[key] for key in inherited if key in os.environ} | {
            "HOME": str(home),
            "NOTEKEEP_HOME": str(home / "notekeep"),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }

    def index(self, notes: int) -> None:
        """Update the index of a vault."""
        measure.run(self.command(notes, "index"))

    def empty_path(self, name: str) -> Path:
        """Return a path in the folder, after deleting what was there."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        return path


@cache
def vocabulary() -> list[str]:
    """Return the words of the generated vaults, the most common first."""
    return generate.vocabulary(generate.VOCABULARY)


def words(ranks: range) -> list[str]:
    """Return the words at `ranks`."""
    return [vocabulary()[rank] for rank in ranks]
