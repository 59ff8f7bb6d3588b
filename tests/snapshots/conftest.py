"""The vault of the snapshots is that of the manual's pictures, and their clock is nowhere's."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.docs.conftest import pictured, still_vault
from tests.snapshots.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.vault import Vault

__all__ = ["pictured", "still_vault"]


@pytest.fixture
def stage(still_vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The vault, in the zone of the pictures: that takes a call as well as a variable."""
    time.tzset()
    yield Stage(still_vault, monkeypatch)
    monkeypatch.undo()
    time.tzset()
