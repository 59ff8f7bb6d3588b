"""The manual as a site: every page is in it, and every link between them leads somewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MKDOCS = ROOT / ".venv/export/bin/mkdocs"


@pytest.mark.skipif(
    not MKDOCS.exists(), reason="mkdocs is missing; `make .venv/.export` installs it"
)
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [MKDOCS, "build", "--strict", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    built = {page.stem for page in (tmp_path / "site").glob("*.html")} - {"404"}
    assert built == {page.stem for page in (ROOT / "docs").glob("*.md")}
