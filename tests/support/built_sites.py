"""The vault of traps exported to a site, built by its real generator and read back."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.export.audit import Audit
from notekeep.export.source import Options
from notekeep.storage.history import History
from tests.support.blog import plan_posts, write_plan
from tests.support.generators import NODE, RICH_HUGO, make_site
from tests.support.page_checks import Report, check_pages
from tests.support.sites import INDIA, NOW, REPOSITORY, make_hugo_site, make_source

if TYPE_CHECKING:
    from notekeep.export.plan import ExportPlan

POSTS: Final = (
    "posts/Everything at once.md",
    "posts/Sibling post.md",
    "posts/Draft post.md",
    "posts/Odd words.md",
    "posts/Template signs.md",
    "posts/Further traps.md",
)
IN_CHECK: Final = ("nikola", "hugo", "rich hugo", "pelican", "mkdocs")
"""The sites that every change is built with."""
PAGES: Final = ("html", "ghost", "wordpress")
"""Targets whose posts hold the page themselves."""
FURTHER: Final = (*("jekyll", "eleventy", "slug eleventy", "hexo", "astro", "zensical", "zola"),)
"""Those of `make export-all`."""


class Done(NamedTuple):
    """An export that was made and checked.

    Attributes:
        touched: What the check changed in the site.
    """

    plan: ExportPlan
    report: Report
    site: Path
    touched: list[Path]


def programs_of(kind: str) -> str:
    """Return the folders that the generator of a site is looked for in, as a search path."""
    own = os.environ.get("NOTEKEEP_GENERATORS") or str(REPOSITORY / ".venv" / "export" / "bin")
    further = os.environ.get("NOTEKEEP_EXPORT_ALL")
    if further is None or kind not in FURTHER:
        return own
    base = Path(further)
    return str(base / "node_modules" / ".bin" if kind in NODE else base / "bin")


def generator(kind: str) -> str:
    """Return the generator of a kind of site: Hugo and Eleventy have two."""
    return kind.rsplit(" ", 1)[-1]


def new_site(kind: str, folder: Path) -> Path:
    """Make a small site of a kind, its generator's own packages within reach."""
    if kind in PAGES:
        return folder
    if kind == "rich hugo":
        return make_hugo_site(folder, RICH_HUGO)
    programs = programs_of(kind)
    if kind == "nikola":
        program = shutil.which("nikola", path=programs)
        assert program is not None
        command = [program, "init", "--quiet", folder.name]
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(command, cwd=folder.parent, check=True, capture_output=True)
        return folder
    return make_site(folder, kind, Path(programs).parent if kind in NODE else None)


def export_to(vault: Path, site: Path, target: str, programs: str) -> Done:
    """Export the posts of the vault of traps and check them."""
    options = Options(zone=INDIA, now=NOW)
    source = make_source(vault)
    plan = plan_posts(source, POSTS, target=target, site=site, options=options)
    assert plan.refused == {}
    write_plan(plan, source, History(site.parent / "state"))
    before = stamps(site)
    report = check_pages(plan, Audit(source, plan), programs)
    after = stamps(site)
    touched = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    return Done(plan, report, site, touched)


def stamps(site: Path) -> dict[Path, int]:
    """Return when each file of a site was changed, packages left out."""
    paths = (path for path in site.rglob("*") if "node_modules" not in path.parts)
    return {path: path.stat().st_mtime_ns for path in paths}
