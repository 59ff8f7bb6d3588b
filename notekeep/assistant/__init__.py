"""The MCP server: assistants read public notes and propose changes."""

from __future__ import annotations

from importlib.util import find_spec


def is_installed() -> bool:
    """Whether the extra `mcp` is installed; loads nothing."""
    return find_spec("mcp") is not None
