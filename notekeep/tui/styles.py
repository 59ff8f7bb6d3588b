"""The style sheet, parsed once, and not again at the next start.

Textual parses all styles anew whenever a theme is announced, and at the start it announces the
theme that is already in force several times over, before the first frame. Parsing them even once
takes longer than opening the vault, so what was parsed is kept beside the index, with all that it
depends on: Textual's own files, the colours, and each text of styles.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

import textual.css
from textual.css.stylesheet import Stylesheet

from notekeep import kept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.css.model import RuleSet

FILE = "styles.pickle"
_CODE = ("model.py", "styles.py", "parse.py")


class Styles(Stylesheet):
    """A style sheet that keeps what it parsed until a source or a variable is another."""

    def __init__(self, folder: str = "", *, variables: dict[str, str] | None = None) -> None:
        """Make a style sheet.

        Args:
            folder: The cache folder in which parsed styles are kept; "" keeps none.
            variables: The colours of the theme.
        """
        super().__init__(variables=variables)
        self._folder = folder
        self._stamp = [sys.version, *_looks(), sorted((variables or {}).items())]
        self._kept = load(folder, self._stamp) if folder else {}
        for key, rules in self._kept.items():
            self._parse_cache[key] = rules

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the colours of a theme; the same ones again change nothing."""
        if variables != self._variables:
            super().set_variables(variables)
            self._folder = ""

    def reparse(self) -> None:
        """Parse what is new; the rest comes from what was parsed with the same variables."""
        self.parse()

    def keep(self) -> None:
        """Keep what is parsed by now, if the next start would have to parse any of it."""
        cache = self._parse_cache
        parsed = {key: cache[key] for key in list(cache.keys())}
        if self._folder and not parsed.keys() <= self._kept.keys():
            save(self._folder, self._stamp, parsed)


def load(folder: str, stamp: list[Any]) -> dict[Any, list[RuleSet]]:
    """Return what was parsed before under the same stamp, by what it was parsed from."""
    import pickle

    # Whatever is wrong with the file, the styles can be parsed.
    with contextlib.suppress(Exception), open(os.path.join(folder, FILE), "rb") as file:
        if _is_own(file.fileno()):
            found: Any = pickle.load(file)  # noqa: S301 - our own, as compiled Python is
            if found["stamp"] == stamp:
                parsed: dict[Any, list[RuleSet]] = pickle.loads(found["parsed"])  # noqa: S301 - as above
                return parsed
    return {}


def save(folder: str, stamp: list[Any], parsed: Mapping[Any, list[RuleSet]]) -> None:
    """Keep what was parsed; where that fails, the next start is merely less quick."""
    import pickle

    with contextlib.suppress(OSError, pickle.PicklingError):
        data = pickle.dumps({"stamp": stamp, "parsed": pickle.dumps(dict(parsed), 5)}, 5)
        kept.write(folder, FILE, data)


def _looks() -> list[tuple[int, int]]:
    """What `stat` says of the code that parses: another Textual has another."""
    folder = os.path.dirname(textual.css.__file__ or "")
    found = (os.stat(os.path.join(folder, name)) for name in _CODE)
    return [(stat.st_size, stat.st_mtime_ns) for stat in found]


def _is_own(file: int) -> bool:
    """Whether nobody but the person could have written a file: what is in it is run."""
    if sys.platform == "win32":
        return True
    stat = os.fstat(file)
    return stat.st_uid == os.geteuid() and not stat.st_mode & 0o022
