"""The folders of the append-only logs, whose lines merge in any order."""

from __future__ import annotations

HABIT_LOG = "habits/log"
"""The only folder whose entries of habits count, whatever folder habits are in."""

REVIEW_LOG = "review/log"
"""The folder of the answers to passages."""

LOG_FOLDERS = (HABIT_LOG, REVIEW_LOG)
