"""Runs every bench and prints a table of each: `make bench`, or some of them by name.

python -m bench.run [--notes 10000] [--sizes 1000,50000] [--seed 1] [--clones DIR] [NAME ...]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from bench import measure
from bench.ground import Ground
from bench.table import render, seconds

BENCHES = (
    *("building", "first_frame", "commands", "saving", "sweeping", "exporting"),
    *("searching", "habits", "importing", "interface", "contest", "ranking", "graded", "markdown"),
    "editor",
)


def main() -> int:
    """Run what was asked for; 1 when a bench broke."""
    parser = argparse.ArgumentParser(description=__doc__, usage="make bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}")
    parser.add_argument("--notes", type=int, default=10_000, help="of the larger vault")
    parser.add_argument(
        "--sizes", type=_sizes, help="of the vaults of `contest`, by default both: 1000,10000,50000"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep vaults and their indexes here")
    parser.add_argument(
        "--clones", type=Path, help="of `graded`: where clones of its collections are, or are kept"
    )
    asked = parser.parse_args()
    unknown = set(asked.names) - set(BENCHES)
    if unknown:
        parser.error(f"no bench is called {', '.join(sorted(unknown))}; try {', '.join(BENCHES)}")
    print(f"{measure.machine()}; vaults of {max(1, asked.notes // 10):,} and {asked.notes:,} notes")
    start = measure.start_of_python()
    print(f"P, the median of `python -c pass`: {seconds(start.wall)}, CPU {seconds(start.cpu)}")
    with tempfile.TemporaryDirectory(prefix="notekeep-bench-") as folder:
        ground = Ground(asked.folder or Path(folder), asked.notes, asked.seed)
        ground.sizes = asked.sizes or ground.sizes
        ground.clones = asked.clones or ground.clones
        broken = [name for name in asked.names or BENCHES if not _print(name, ground)]
    return 1 if broken else 0


def _print(name: str, ground: Ground) -> bool:
    """Run one bench and print its table; one that breaks says so and does not stop the rest."""
    print(f"\n## {name.replace('_', ' ').capitalize()}\n", flush=True)
    try:
        told = import_module(f"bench.{name}").bench(ground)
        if isinstance(told, list):
            told = render(told)
        for piece in [told] if isinstance(told, str) else told:
            print(piece, end="\n\n", flush=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other tables are worth having
        print(f"broken: {error}", flush=True)
        return False
    return True


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
