"""Runs the scorecard: `python -m reliability`.

Rows run two at a time, those that measure time alone and last.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from reliability.board import Result, render, timed
from reliability.rows import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reliability.board import Row

JOBS = 2
PAGE = Path("docs/reliability.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run rows, print the table, and write the page when asked to; 0 when all of them hold."""
    parser = argparse.ArgumentParser(prog="python -m reliability", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="R1 R4 ...; all when none is given")
    parser.add_argument("--size", choices=("check", "full", "release"), default="full")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    options = parser.parse_args(arguments)
    chosen = [row for row in ROWS if not options.rows or row.id in options.rows]
    results = dict(_run(chosen, options.size))
    table = render([(f"{row.id} {row.title}", results[row.id]) for row in chosen])
    print(table)
    for row in chosen:
        for fault in results[row.id].faults:
            print(f"{row.id}: {fault}")
    if options.write:
        PAGE.write_text(page(table, options.size), "utf-8")
    return 0 if all(results[row.id].passed for row in chosen) else 1


def _run(rows: Sequence[Row], size: str) -> Iterator[tuple[str, Result]]:
    """Run rows beside each other where they may; give each as soon as it and those before are."""
    together = [row.id for row in rows if not row.alone]
    with ProcessPoolExecutor(JOBS) as pool:
        for name, result in zip(together, pool.map(run_one, together, [size] * len(together))):
            yield _told(name, result)
    for row in rows:
        if row.alone:
            yield _told(row.id, run_one(row.id, size))


def _told(name: str, result: Result) -> tuple[str, Result]:
    verdict = "not run" if result.skipped else "holds" if result.passed else "FAILS"
    print(f"{name} {verdict} after {result.seconds:.1f} s", file=sys.stderr, flush=True)
    return name, result


def run_one(name: str, size: str) -> Result:
    """Run the row of a name at one of its sizes, in a folder and with a home of its own."""
    row = next(row for row in ROWS if row.id == name)
    with own_home() as folder:
        return timed(row, getattr(row.sizes, size), folder)


class own_home(tempfile.TemporaryDirectory):  # noqa: N801
    pass


def page(table: str, size: str) -> str:
    """The page with the table, the day and the machine."""
    return table


if __name__ == "__main__":
    sys.exit(main())
