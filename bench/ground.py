"""Where a run takes place: generated vaults, a home of its own, commands that see only those."""

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
"""Where in the vocabulary words stand that are in every third note, in some dozens, and in few."""


class Ground:
    """A folder for one run.

    Attributes:
        folder: The folder; it goes when the run ends.
        large: How many notes the larger vault has.
        small: How many the smaller one has.
        sizes: How many those have in which engines are compared.
        clones: Where the public collections of `graded` are cloned.
    """

    def __init__(self, folder: Path, notes: int, seed: int) -> None:
        self.folder = folder
        self.large = notes
        self.small = max(1, notes // 10)
        self.sizes = [self.small, self.large]
        self.clones = folder / "clones"
        self._seed = seed

    def vault(self, notes: int) -> Path:
        """A vault of so many notes, made when it is first asked for."""
        root = self.folder / f"vault-{notes}"
        if not root.exists():
            generate.generate(root, notes, self._seed)
        return root

    def command(self, notes: int, *words: str) -> measure.Command:
        """A `notekeep` command line on a vault."""
        root = str(self.vault(notes))
        return measure.python("-m", "notekeep", "--vault", root, *words, env=self.env)

    @cached_property
    def env(self) -> dict[str, str]:
        """The environment with a home for the run, so that nobody's settings or cache are used."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "SYSTEMROOT") if key in os.environ}
        return kept | {
            "HOME": str(home),
            "NOTEKEEP_HOME": str(home / "notekeep"),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }

    def index(self, notes: int) -> None:
        """Bring a vault's index up to date."""
        measure.run(self.command(notes, "index"))

    def forget(self, name: str) -> Path:
        """A path in the run's folder at which there is nothing."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        return path


@cache
def vocabulary() -> list[str]:
    """The words of the generated vaults, the commonest first."""
    return generate.vocabulary(generate.VOCABULARY)


def words(ranks: range) -> list[str]:
    """The words at some ranks."""
    return [vocabulary()[rank] for rank in ranks]
