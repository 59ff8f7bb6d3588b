"""Days as tests write them, and as the rules of habits count them."""

from __future__ import annotations

from datetime import date


def ordinal(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
