"""Small files in the layouts of other programs, spelled by hand."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def samples() -> Path:
    return Path(__file__).parent / "samples"
