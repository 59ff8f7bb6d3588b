"""Programs that a test needs and a machine may not have."""

from __future__ import annotations

import shutil

import pytest

MISSING = "is missing"
"""Part of every such skip's reason; where nothing may be missing, such a skip is a failure."""


def needed(name: str, *, path: str | None = None) -> str:
    """Give where a program is; without it the test is skipped, by the program's name."""
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"the program {name} {MISSING}")
    return found
