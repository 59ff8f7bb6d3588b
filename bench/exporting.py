"""A thousand notes into drafts, beside parsing them alone.

CPU of the process itself. What the system spends on making a file says how the disk is formatted
and cached: the same export took 0.3 s of it on one machine and 2.4 s on another. It has a row.
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
    """Plan and write all notes of a vault of 1,000 into a Hugo site, and again unchanged."""
    from notekeep.config import Places
    from notekeep.vault import Vault

    collect_rarely()  # as the command does
    root = ground.vault(NOTES)
    home = ground.forget("export-home")
    vault = Vault.open(root, places=Places(*(str(home / name) for name in ("a", "b", "c"))))
    vault.indexing.refresh(words=False)
    paths = sorted(path for path in vault.catalog.paths(None) if not path.startswith("habits/"))
    bodies = [vault.search.read(path).body for path in paths]
    parsed = best_cpu(lambda: _parse(bodies))
    planned, written, system = _cold(ground, vault, paths)
    site = str(ground.folder / "site")

    def unchanged() -> None:
        vault.indexing.refresh(words=False)
        if not vault.publishing.plan_export(paths, site=site).is_empty:
            raise RuntimeError("there was something to export")

    again = best_cpu(unchanged)
    return [
        Line(f"plan {len(paths)} notes, new", planned, PARSER, parsed),
        Line(f"plan and write {len(paths)} notes, new", planned + written, PARSER, parsed, 4.0),
        Line("export them again, unchanged", again, PARSER, parsed, 4.0),
        Line("what the system spends on writing them", system, PARSER, parsed),
    ]


def best_cpu(action: Callable[[], object], times: int = 3) -> float:
    """The least CPU time of this process itself that something took, in seconds."""
    found = []
    for _ in range(times):
        start = os.times().user
        action()
        found.append(os.times().user - start)
    return min(found)


def _cold(ground: Ground, vault: Vault, paths: list[str]) -> tuple[float, float, float]:
    """The least CPU of a plan for an empty site, of writing it, and of the system meanwhile."""
    found = []
    for _ in range(3):
        # What is new to the site is new to the history too, which keeps a copy of it.
        shutil.rmtree(vault.history.store.blobs.folder, ignore_errors=True)
        site = ground.forget("site")
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
