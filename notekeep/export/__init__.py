"""A note into a blog draft that the person's own site generator builds unaided.

`plan_export` says what would be done, `write` does it; both live in `notekeep.export.export` and
are imported from here only when they are called, since most verbs export nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notekeep.export.export import plan_export, write
    from notekeep.export.options import Options
    from notekeep.export.plan import Exported, FileChange, Plan
    from notekeep.export.source import Source

__all__ = ["Exported", "FileChange", "Options", "Plan", "Source", "plan_export", "write"]

_HOMES = {
    "Exported": "plan",
    "FileChange": "plan",
    "Options": "options",
    "Plan": "plan",
    "Source": "source",
    "plan_export": "export",
    "write": "export",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"notekeep.export.{_HOMES[name]}"), name)
