"""How much a test tries: little while one works, all of it before a change goes in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

FULL: Final = os.environ.get("NOTEKEEP_SIZE") == "full"
"""Whether all is tried, as `make check` asks."""


def sized(quick: int, full: int) -> int:
    """Give how many to try in this run."""
    return full if FULL else quick


def cases(
    names: str | tuple[str, ...], values: Sequence[Any], *, fast: int, **options: Any
) -> pytest.MarkDecorator:
    """Run a test once for each value, of which `make test` takes only the first few."""
    rest = (value if isinstance(names, tuple) else (value,) for value in values[fast:])
    slow = [pytest.param(*value, marks=pytest.mark.slow) for value in rest]
    return pytest.mark.parametrize(names, [*values[:fast], *slow], **options)
