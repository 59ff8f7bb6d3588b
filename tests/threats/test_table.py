"""The table of threats names tests that exist, and every test here has its row."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TABLE = (REPOSITORY / "docs/threats.md").read_text("utf-8")


def test_every_file_that_is_named_exists() -> None:
    named = re.findall(r"`((?:tests|reliability)/[\w/]+\.py)`", TABLE)
    assert named
    assert [name for name in named if not (REPOSITORY / name).is_file()] == []


def test_every_row_names_a_test() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 21
    assert all(re.search(r"`tests/[\w/]+\.py`", row.split("|")[3]) for row in rows)


def test_every_test_of_a_threat_is_named() -> None:
    here = {path.name for path in Path(__file__).parent.glob("test_*.py")} - {Path(__file__).name}
    assert here == set(re.findall(r"tests/threats/(\w+\.py)", TABLE))
