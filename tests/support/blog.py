"""A vault and a Hugo site, and what is done with the two: planned, exported, looked at."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from notekeep.export.audit import Audit
from notekeep.export.manifest import Manifest, VaultKey
from notekeep.export.pipeline import plan_export, write_export
from notekeep.export.plan import ExportRequest
from notekeep.export.source import Options
from notekeep.storage.history import History
from tests.support.sites import make_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.export.plan import ExportPlan, ExportResult
    from notekeep.export.source import VaultSource

POST = "---\ntype: post\ndate: 2026-03-04\n---\n"
PUBLISHED = "---\ntype: post\ndate: 2026-03-04\ndraft: false\n---\n"


class Blog:
    """A vault and a site, and the one thing done with them here.

    Attributes:
        target: The site's target: Hugo, unless a test makes it another.
    """

    def __init__(self, root: Path, site: Path, history: History, options: Options) -> None:
        self.root = root
        self.site = site
        self.history = history
        self.options = options
        self.target = "hugo"

    def put(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def plan(self, *paths: str, **how: object) -> ExportPlan:
        options = replace(self.options, **how)  # type: ignore[arg-type]  # the fields of Options
        return plan_posts(
            make_source(self.root),
            paths,
            target=self.target,
            site=self.site,
            options=options,
            history=self.history,
        )

    def export(self, *paths: str, **how: object) -> ExportPlan:
        plan = self.plan(*paths, **how)
        self.write(plan)
        return plan

    def write(self, plan: ExportPlan) -> ExportResult:
        return write_plan(plan, make_source(self.root), self.history)

    def text(self, slug: str) -> str:
        return self.file(slug).read_text()

    def file(self, slug: str) -> Path:
        return self.site / "content" / "posts" / slug / "index.md"

    def tree(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.site).as_posix(): path.read_bytes()
            for path in sorted(self.site.rglob("*"))
            if path.is_file()
        }

    @property
    def manifest(self) -> Manifest:
        key = VaultKey.of_folder(self.root.name)
        notes = make_source(self.root).notes
        return Manifest.read(str(self.site)).locate_notes(key, notes, self.history)


def plan_posts(
    source: VaultSource,
    paths: Sequence[str],
    *,
    target: str = "",
    site: Path | str = "",
    options: Options | None = None,
    key: VaultKey | None = None,
    history: History | None = None,
) -> ExportPlan:
    """Plan an export as the vault does, by default where nothing was exported before."""
    request = ExportRequest(tuple(paths), target, os.fspath(site), options or Options())
    root = Path(source.root)
    return plan_export(
        source,
        request,
        key or VaultKey.of_folder(root.name),
        history or History(root.parent / "no history"),
    )


def write_plan(plan: ExportPlan, source: VaultSource, history: History) -> ExportResult:
    """Write a plan, audited by the vault it was made of."""
    return write_export(plan, Audit(source, plan), history)


def statuses(plan: ExportPlan) -> dict[str, str]:
    return {file.path: file.status for file in plan.files}
