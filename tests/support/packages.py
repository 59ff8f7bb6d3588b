"""Installed packages for tests: a module and the metadata that pip writes, in a folder."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def write_package(
    folder: Path, name: str, entries: dict[str, str], code: str, *, version: str = "1.0"
) -> Path:
    """Install a package with one module; `entries` are lines such as `otter = …` by group.

    In a value, `{module}` is the name of the module. Returns its file.
    """
    module = name.replace("-", "_")
    about = folder / f"{module}-{version}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    groups = (f"[{group}]\n{lines.format(module=module)}\n" for group, lines in entries.items())
    (about / "entry_points.txt").write_text("\n".join(groups))
    file = folder / f"{module}.py"
    file.write_text(code)
    return file


def use_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process find the packages of a folder, and none that it has imported before."""
    for name in [path.stem for path in folder.glob("*.py")]:
        monkeypatch.delitem(sys.modules, name, raising=False)
    # In front is the folder of the running script, or the current one.
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    monkeypatch.setenv("PYTHONPATH", str(folder))
