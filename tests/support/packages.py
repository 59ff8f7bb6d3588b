"""Packages with extensions, installed into a folder as pip does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


TARGET = """
from notekeep.extend import Dialect, Target

class Burrow(Target):
    id = "burrow"
    name = "Burrow"
    settings_name = "burrow.toml"
    post_file = "dens/{post.slug}.md"
    asset_file = "dens/{name}"
    post_address = "{post.slug}{fragment}"
    dialect = Dialect()
"""
"""The module of a package with a target."""


class Packages:
    """A folder of packages that this process and its children find.

    Attributes:
        folder: The folder, the last one of the path.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        folder.mkdir(exist_ok=True)
        # In front is the folder of the running script, or the current one.
        monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
        monkeypatch.setenv("PYTHONPATH", str(folder))
        monkeypatch.setenv("NOTEKEEP_NO_EXTENSIONS", "")

    def add(self, name: str, group: str, entry: str, code: str) -> None:
        """Install a package with one module; `{}` in an entry is the name of the module."""
        module = self.forget(name)
        about = self.folder / f"{module}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[{group}]\n{entry.format(module)}\n")
        (self.folder / f"{module}.py").write_text(code)

    def forget(self, name: str) -> str:
        """Forget the module of a package if another test has imported it; return its name."""
        module = name.replace("-", "_")
        self._monkeypatch.delitem(sys.modules, module, raising=False)
        return module
