"""Runs every bench and prints one table: `make bench`, or a part of it by name.

python -m bench.run [--notes 10000] [--seed 1] [NAME ...]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from bench import measure
from bench.ground import Ground
from bench.table import Line, render

BENCHES = ("building", "first_frame", "commands", "searching")


def main() -> None:
    """Run what was asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, usage="make bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}")
    parser.add_argument("--notes", type=int, default=10_000, help="of the larger vault")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    unknown = set(asked.names) - set(BENCHES)
    if unknown:
        parser.error(f"no bench is called {', '.join(sorted(unknown))}; try {', '.join(BENCHES)}")
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="notekeep-bench-") as folder:
        ground = Ground(Path(folder), asked.notes, asked.seed)
        for name in asked.names or BENCHES:
            print(f"{name} ...", file=sys.stderr, flush=True)
            lines += import_module(f"bench.{name}").bench(ground)
    print(f"{measure.machine()}; vaults of {ground.small:,} and {ground.large:,} notes\n")
    print(render(lines))


if __name__ == "__main__":
    main()
