"""Looks for a regular expression in files: the process that regexguard starts and may kill.

It knows the standard library only, and is run as a script: what a person typed may keep a regular
expression busy for years, and a process is what can be ended.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

FLAGS = re.IGNORECASE | re.MULTILINE
READ = 5 << 20
FOUND = 20
"""How many places in one file are told."""

BEAT = 0.2
"""After so many seconds without a word it says that it is alive."""


def look(pattern: str, root: str, paths: list[str]) -> Iterator[list[Any]]:
    """Yield each path with the spans of what it has, and the number of files done in between."""
    expression = re.compile(pattern, FLAGS)
    told = time.monotonic()
    for number, path in enumerate(paths):
        if time.monotonic() - told > BEAT:
            told = time.monotonic()
            yield [number]
        try:
            with open(os.path.join(root, path), "rb") as file:
                text = file.read(READ).decode("utf-8", "replace")
        except OSError:
            continue
        spans: list[tuple[int, int]] = []
        for found in expression.finditer(text):
            spans.append(found.span())
            if len(spans) == FOUND:
                break
        if spans:
            yield [path, spans]


def main(source: TextIO, target: TextIO) -> None:
    """Read one request as JSON and answer it line by line; a last line `null` says it is whole."""
    request = json.load(source)
    target.write("[0]\n")  # from here on the time is the expression's
    target.flush()
    for answer in look(request["pattern"], request["root"], request["paths"]):
        target.write(json.dumps(answer) + "\n")
        target.flush()
    target.write("null\n")


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
