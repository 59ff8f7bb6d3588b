"""Moments of the log as a person reads them."""

from __future__ import annotations

import datetime as dt


def moment(seconds: float) -> str:
    """Seconds since 1970 as `2026-11-24 21:15`, by the person's clock."""
    return f"{dt.datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"  # noqa: DTZ006 - the person's clock
