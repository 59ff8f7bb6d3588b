from __future__ import annotations

from pathlib import Path

import pytest

from notekeep.markdown.fields.schema import role
from notekeep.markdown.note import Note, read_note

SAMPLE = Path(__file__).resolve().parents[2] / "vault"


@pytest.fixture(scope="session")
def vault() -> Path:
    """The sample vault itself, as committed; nothing here writes to it."""
    return SAMPLE


@pytest.fixture(scope="session")
def notes(vault: Path) -> dict[str, Note]:
    """Every note by its path, logs and templates left out."""
    found = {}
    for path in sorted(vault.rglob("*.md")):
        name = path.relative_to(vault).as_posix()
        if not name.startswith(".") and role(name) == "note":
            found[name] = read_note(name, path.read_bytes())
    return found
