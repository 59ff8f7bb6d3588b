"""A small vault whose notes link to each other in every way a link can be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from notekeep.vault import Vault

NOTES = {
    "books/Deep Work.md": (
        "---\ntitle: Deep Work\ntags: [focus, work]\nrating: 4\n---\n# Deep Work\n\nText.\n"
    ),
    "books/Other.md": "See [[Deep Work]], [[books/Deep Work|the book]] and [[Deep Work#Rules]].\n",
    "inbox/Relative.md": "A [link](../books/Deep%20Work.md) and an embed ![[Deep Work]].\n",
    "habits/focus.md": '---\nhabit: focus\nsource: "[[Deep Work]]"\n---\nWhy #focus matters.\n',
    "inbox/List.md": "# List\n\n## Open\n\n- one\n- two\n\n## Done\n\nNothing yet.\n",
    "inbox/Windows.md": "---\r\ntags: [a]\r\n---\r\n# Windows\r\n\r\n- [ ] a task\r\n",
    "inbox/Broken.md": "---\ntags: [unclosed\nrating: 3\n---\nBroken front matter.\n",
}


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    root = tmp_path / "notes"
    for path, text in NOTES.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
    opened = Vault.open(root)
    opened.indexing.refresh(words=False)
    return opened


@pytest.fixture
def texts(vault: Vault) -> object:
    """A function that gives the bytes of every file in the vault, the trash left out."""

    def read() -> dict[str, bytes]:
        root = Path(vault.root)
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and ".trash" not in path.parts
        }

    return read
