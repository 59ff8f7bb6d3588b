"""Runs benchmarks and prints their tables: `make bench` for all, or with names for some.

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
    """Run the requested benchmarks; return 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__, usage="make bench")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"benchmarks to run: {', '.join(BENCHES)}"
    )
    parser.add_argument("--notes", type=int, default=10_000, help="size of the larger vault")
    parser.add_argument(
        "--sizes",
        type=_sizes,
        help="sizes of the vaults for `contest`, `first_frame` and `interface`, "
        "for example 1000,10000,50000 (default: both vaults)",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep vaults and their indexes here")
    parser.add_argument(
        "--clones", type=Path, help="folder with clones of the collections for `graded`"
    )
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHES)
    if unknown:
        names = ", ".join(sorted(unknown))
        parser.error(f"No benchmark is called {names}. Choose from {', '.join(BENCHES)}.")
    small = max(1, arguments.notes // 10)
    print(f"{measure.machine()}; vaults of {small:,} and {arguments.notes:,} notes")
    start = measure.start_of_python()
    print(f"P, the median of `python -c pass`: {seconds(start.wall)}, CPU {seconds(start.cpu)}")
    with tempfile.TemporaryDirectory(prefix="notekeep-bench-") as folder:
        ground = Ground(arguments.folder or Path(folder), arguments.notes, arguments.seed)
        ground.sizes = arguments.sizes or ground.sizes
        ground.clones = arguments.clones or ground.clones
        failed = [name for name in arguments.names or BENCHES if not _run(name, ground)]
    return 1 if failed else 0


def _run(name: str, ground: Ground) -> bool:
    """Run one benchmark and print its tables or its error; whether it succeeded."""
    print(f"\n## {name.replace('_', ' ').capitalize()}\n", flush=True)
    try:
        output = import_module(f"bench.{name}").bench(ground)
        for section in [render(output)] if isinstance(output, list) else output:
            print(section, end="\n\n", flush=True)
    except Exception as error:  # noqa: BLE001 - one failure must not stop the other benchmarks
        print(f"Failed: {error}", flush=True)
        return False
    return True


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
