"""Refuses front matter that could exhaust time or memory, before anything is built from it."""

from __future__ import annotations

import re
from typing import Final

MAX_BYTES = 256 * 1024
MAX_ALIASES = 64
MAX_DEPTH = 24

# Block nesting costs at least a column every second level (a list may stand at its key's column).
_DEEP_BLOCK: Final = re.compile(r"^[ \-?]{9}", re.MULTILINE)
_MANY_BRACKETS = 7

_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp")
)


class Suspect(Exception):
    """The block is not read.

    Attributes:
        message: What is wrong with it.
        line: Where, counted from 0 in the block.
        column: Counted from 0.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def check(text: str) -> None:
    """Raise Suspect for a block that is too big, too deep, too entangled, or more than one.

    Looks at parser events only, so it takes linear time whatever the block says; a block that
    cannot be deep or entangled, because it lacks the characters for it, is let through at once.

    Raises:
        Suspect: With what is wrong and where.
        yaml.YAMLError: The block is not YAML.
    """
    if len(text) > MAX_BYTES:
        raise Suspect(f"The front matter is longer than {MAX_BYTES // 1024} KiB.")
    if _harmless(text):
        return
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = aliases = documents = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        aliases += isinstance(event, yaml.AliasEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        tag = getattr(event, "tag", None)
        message = ""
        if depth > MAX_DEPTH:
            message = f"It is nested deeper than {MAX_DEPTH} levels."
        elif aliases > MAX_ALIASES:
            message = f"It has more than {MAX_ALIASES} aliases."
        elif documents > 1:
            message = "It holds more than one YAML document."
        elif tag and tag != "!" and tag not in _TAGS:
            message = f"The tag {tag} means nothing to a note."
        if message:
            mark = event.start_mark
            raise Suspect(message, mark.line if mark else 0, mark.column if mark else 0)


def _harmless(text: str) -> bool:
    return (
        text.count("[") + text.count("{") <= _MANY_BRACKETS
        and "*" not in text
        and "!" not in text
        and "%" not in text
        and "---" not in text
        and _DEEP_BLOCK.search(text) is None
    )
