"""The table of `make export-all`: every generator, and what the checks say of its pages."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from notekeep.export.targets.target import load_target
from tests.support.built_sites import (
    FURTHER,
    IN_CHECK,
    PAGES,
    export_to,
    generator,
    new_site,
    programs_of,
)
from tests.support.programs import too_old, version_of
from tests.support.sites import TRAPS, draw_pictures


class Line(NamedTuple):
    """One line of the table; `wrong` says what failed."""

    site: str
    version: str
    built: str
    passed: str
    seconds: str
    wrong: list[str]


def main() -> int:
    """Build with every generator that is here, print the table, and fail where one fails."""
    with tempfile.TemporaryDirectory() as folder:
        vault = Path(folder) / "notes"
        shutil.copytree(TRAPS, vault)
        draw_pictures(vault)
        lines = [_line(kind, vault, Path(folder)) for kind in (*IN_CHECK, *FURTHER, *PAGES)]
    _print("site", "version", "build", "checks", "seconds")
    for line in lines:
        _print(*line[:5])
        for wrong in line.wrong:
            sys.stdout.write(f"  {wrong}\n")
    return 1 if any(line.wrong for line in lines) else 0


def _print(site: str, version: str, built: str, checks: str, seconds: str) -> None:
    sys.stdout.write(f"{site:<14} {version:<9} {built:<14} {checks:<18} {seconds}\n")


def _line(kind: str, vault: Path, folder: Path) -> Line:
    target = generator(kind)
    programs = programs_of(kind)
    path = os.pathsep.join([programs, os.environ.get("PATH", "")])
    program = shutil.which(target, path=path)
    if program is None and kind not in PAGES:
        return Line(kind, "-", "not here", "-", "-", [])
    if program is not None and too_old(target, program):
        return Line(kind, version_of(program), "too old", "-", "-", [])
    started = time.monotonic()
    site = new_site(kind, folder / kind.replace(" ", "-") / "site")
    report = export_to(vault, site, target, programs).report
    seconds = f"{time.monotonic() - started:.1f}"
    wrong = [f"{r.post}: {r.id} {r.name}: {r.detail}" for r in report.failed]
    wrong += [report.message] if report.message else []
    ids = {r.id for r in report.results}
    failed = {r.id for r in report.failed}
    passed = {r.id for r in report.results if r.state == "passed"} - failed
    idle = ids - passed - failed
    if idle and kind not in PAGES:
        wrong.append(f"nothing to look at for {', '.join(sorted(idle))}")
    told = f"{len(passed)} of {len(ids)}" + (f", no {', '.join(sorted(idle))}" if idle else "")
    how = "drafts, posts" if program else "no generator"
    built = how if report.built and not report.message else "failed"
    return Line(
        load_target(target).name if kind == target else kind,
        version_of(program, str(site)) if program else "-",
        built,
        told,
        seconds,
        wrong,
    )


if __name__ == "__main__":
    sys.exit(main())
