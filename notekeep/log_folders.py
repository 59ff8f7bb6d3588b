"""The folders of the append-only logs, whose lines can be merged in any order."""

from __future__ import annotations

HABIT_LOG = "habits/log"
"""The folder of the habit log, wherever habit notes are stored."""

REVIEW_LOG = "review/log"
"""The folder of the log of answers to passages."""

LOG_FOLDERS = (HABIT_LOG, REVIEW_LOG)
