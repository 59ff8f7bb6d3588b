"""Settings of sites that are programs in JavaScript, read without running them.

What is written there plainly is found by its words; what is computed is as if it were not there.
`package.json` says which packages a site has, and the settings which of them it uses.
"""

from __future__ import annotations

import os
import re

from notekeep.export.targets.settings import read_settings_file, read_text

_STRING = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"
    r"|(?P<comment>/\*.*?\*/|(?<!:)//[^\n]*)",
    re.DOTALL,
)
_ENDINGS = ("js", "mjs", "cjs", "ts", "mts", "cts")


class Script:
    """A program that is a site's settings, and the packages that the site has.

    Attributes:
        path: The program, or "" where there is none.
        text: Its text without comments.
        packages: The names in `package.json`.
    """

    def __init__(self, path: str, packages: frozenset[str]) -> None:
        self.path = path
        self.packages = packages
        text = read_text(path) if path else ""
        self.text = _STRING.sub(lambda found: "" if found["comment"] else found[0], text)

    def uses(self, *names: str) -> bool:
        """Whether the site has one of these packages and its settings name it."""
        return any(name in self.packages and name in self.text for name in names)

    def find(self, pattern: str) -> str:
        """Return what the first group of a pattern holds, or ""."""
        match = re.search(pattern, self.text)
        return match[1] if match else ""

    def says(self, pattern: str) -> bool:
        """Whether the settings hold a pattern."""
        return re.search(pattern, self.text) is not None


def packages(folder: str) -> frozenset[str]:
    """Return the names of the packages that a site's `package.json` asks for.

    Raises:
        UsageError: It is not valid JSON.
        Failure: It cannot be read.
    """
    path = os.path.join(folder, "package.json")
    if not os.path.isfile(path):
        return frozenset()
    said = read_settings_file(path)
    kinds = (said.get("dependencies"), said.get("devDependencies"))
    return frozenset(name for kind in kinds if isinstance(kind, dict) for name in kind)


def program(folder: str, *stems: str) -> str:
    """Return the first program with one of these names, whatever it ends with; "" for none."""
    for stem in stems:
        for ending in _ENDINGS:
            path = os.path.join(folder, *f"{stem}.{ending}".split("/"))
            if os.path.isfile(path):
                return path
    return ""


def first_folder(base: str, *names: str) -> str:
    """Return the first of these folders that is there, else the first."""
    return next((name for name in names if os.path.isdir(os.path.join(base, name))), names[0])
