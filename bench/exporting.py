"""Exports of a thousand notes, compared with only parsing them.

Figures are user CPU time. System time has a separate row, because it depends on the file system:
the same export took 0.3 s on one machine and 2.4 s on another.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from bench.table import Line
from notekeep.__main__ import collect_rarely

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.ground import Ground
    from notekeep.vault import Vault

NOTES = 1000
PARSER = "markdown-it-py, parse only"


def bench(ground: Ground) -> list[Line]:
    """Time planning and writing 1,000 notes into a Hugo site, then exporting them unchanged."""
    from notekeep.config import Places
    from notekeep.vault import Vault

    collect_rarely()  # like the command
    root = ground.vault(NOTES)
    home = ground.empty_path("export-home")
    vault = Vault.open(root, places=Places(*(str(home / name) for name in ("a", "b", "c"))))
    vault.indexing.refresh(words=False)
    paths = sorted(path for path in vault.catalog.paths(None) if not path.startswith("habits/"))
    bodies = [vault.search.read(path).body for path in paths]
    parsed = best_cpu(lambda: _parse(bodies))
    planned, written, system = _export_new(ground, vault, paths)
    site = str(ground.folder / "site")

    def unchanged() -> None:
        vault.indexing.refresh(words=False)
        if not vault.publishing.plan_export(paths, site=site).is_empty:
            raise RuntimeError("the second export was not empty")

    again = best_cpu(unchanged)
    return [
        Line(f"plan {len(paths)} notes, new", planned, PARSER, parsed),
        Line(f"plan and write {len(paths)} notes, new", planned + written, PARSER, parsed, 4.0),
        Line("the same again, unchanged", again, PARSER, parsed, 4.0),
        Line("system time of the first export", system, PARSER, parsed),
    ]


def best_cpu(action: Callable[[], object], times: int = 3) -> float:
    """Return the best user CPU time of an action in this process, in seconds."""
    found = []
    for _ in range(times):
        start = os.times().user
        action()
        found.append(os.times().user - start)
    return min(found)


def _export_new(ground: Ground, vault: Vault, paths: list[str]) -> tuple[float, float, float]:
    """Return the best user times of planning and writing a new site, and the best system time."""
    found = []
    for _ in range(3):
        # Posts that are new to the site must be new to history, which stores a copy of each.
        shutil.rmtree(vault.history.store.blobs.folder, ignore_errors=True)
        site = ground.empty_path("site")
        site.mkdir()
        (site / "hugo.toml").write_text('baseURL = "https://example.org/"\n', "utf-8")
        start = os.times()
        plan = vault.publishing.plan_export(paths, site=str(site))
        between = os.times()
        vault.publishing.export(plan)
        end = os.times()
        found.append(
            (between.user - start.user, end.user - between.user, end.system - between.system)
        )
    plans, writes, systems = zip(*found, strict=True)
    return min(plans), min(writes), min(systems)


def _parse(bodies: list[str]) -> None:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table").enable("strikethrough")
    for body in bodies:
        parser.parse(body)
