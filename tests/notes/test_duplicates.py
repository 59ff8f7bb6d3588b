"""Notes that are nearly the same are listed in pairs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notekeep.vault import Vault

TEXT = " ".join(f"sentence {number} is about thing {number * 7}." for number in range(40))


def pairs(vault: Vault, **notes: str) -> list[tuple[str, str, float]]:
    for name, text in notes.items():
        Path(vault.root, f"inbox/{name}.md").write_text(text)
    vault.indexing.refresh()
    found = vault.notes.duplicates(row.path for row in vault.search.rows("path:inbox").rows)
    return [(Path(one.path).stem, Path(one.other).stem, round(one.share, 2)) for one in found]


def test_copies_and_changed_copies_are_found_with_their_share(vault: Vault) -> None:
    copy = f"---\ntitle: Another\n---\n{TEXT.upper()}\n"
    changed = TEXT.replace("thing 70", "a word")
    part = TEXT[: len(TEXT) // 2]
    found = pairs(vault, a=TEXT, b=copy, c=changed, d=part, e="Something else entirely.\n" * 9)
    assert found == [("a", "b", 1.0), ("a", "c", 0.95)]


def test_short_notes_and_templates_are_no_duplicates(vault: Vault) -> None:
    days = {
        f"day{number}": f"{TEXT}\n" + " ".join(f"deed {number} {deed}" for deed in range(20))
        for number in range(12)
    }
    assert pairs(vault, x="To do\n", y="To do\n", **days) == []


def test_many_copies_are_all_found(vault: Vault) -> None:
    copies = {f"copy{number}": TEXT for number in range(100, 120)}
    assert [other for _, other, _ in pairs(vault, **copies)] == sorted(copies)[1:]
