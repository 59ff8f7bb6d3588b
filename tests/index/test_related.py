"""Related notes: each kind of kinship alone finds a note, and says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.index.related import related

if TYPE_CHECKING:
    from tests.index.conftest import Vault

FILLER = {f"other/{number}.md": f"Nothing in common, number {number}.\n" for number in range(20)}
KIN = {
    "links here": {"kin.md": "See [[it]].\n", "it.md": "Text.\n"},
    "is linked from here": {"kin.md": "Text.\n", "it.md": "See [[kin]].\n"},
    "both link to Hub": {"kin.md": "[[Hub]]\n", "it.md": "[[Hub]]\n", "Hub.md": "Text.\n"},
    "Index links to both": {"kin.md": "a\n", "it.md": "b\n", "Index.md": "[[it]] and [[kin]]\n"},
    "#rare": {"kin.md": "#rare\n", "it.md": "#rare\n"},
    "same author: ann lee": {
        "kin.md": "---\nauthor: Ann Lee\n---\n",
        "it.md": "---\ntype: book\nauthor: [Bo, Ann Lee]\n---\n",
    },
}


def told(vault: Vault, path: str = "it.md") -> dict[str, tuple[str, ...]]:
    found = related(vault.catalog, None, str(vault.root), path)
    return {one.row.path: one.why for one in found}


@pytest.mark.parametrize("why", KIN)
def test_each_kinship_finds_a_note_and_says_so(vault: Vault, why: str) -> None:
    for path, text in {**FILLER, **KIN[why]}.items():
        vault.write(path, text)
    vault.refresh()
    assert why in told(vault)["kin.md"]
    assert not [path for path in told(vault) if path.startswith("other/")]


def test_what_few_share_says_more(vault: Vault) -> None:
    for path, text in FILLER.items():
        vault.write(path, text + "#common\n")
    vault.write("it.md", "#common #rare\n")
    vault.write("z.md", "#rare\n")
    vault.refresh()
    assert next(iter(told(vault))) == "z.md"


def test_nothing_in_common_is_no_answer(vault: Vault) -> None:
    for path, text in FILLER.items():
        vault.write(path, text)
    vault.refresh()
    assert told(vault, "other/3.md") == {}
