"""The log of calls: which client called which tool and when, without the content."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from notekeep import cache_files

LOG_FILE = "mcp.log"


def log_call(state: str, client: str, tool: str, size: int, error: str = "") -> None:
    """Append a call; `size` is that of the answer in bytes, `error` the class of its error."""
    line = {"time": round(time.time()), "client": client, "tool": tool, "bytes": size}
    cache_files.make_cache_folder(state)
    cache_files.append_bounded_line(
        state, LOG_FILE, json.dumps({**line, "error": error} if error else line)
    )


def read_calls(state: str, limit: int | None = None) -> list[dict[str, Any]]:
    """Return the last calls, newest first."""
    try:
        with open(os.path.join(state, LOG_FILE), encoding="utf-8") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return []
    found: list[dict[str, Any]] = []
    for line in reversed(lines):
        try:
            found.append(json.loads(line))
        except ValueError:
            continue  # cut off
        if limit is not None and len(found) >= limit:
            break
    return found
