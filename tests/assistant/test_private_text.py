"""Private text is in no answer: not in results, counts, suggestions or errors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from notekeep.assistant.public_vault import PublicVault
from notekeep.vault import Vault
from tests.support.leak_words import words_in, write_attempt
from tests.support.leaks import ATTEMPTS
from tests.support.leaks_by_syntax import ATTEMPTS_BY_SYNTAX, SETTINGS
from tests.support.leaks_combined import ATTEMPTS_COMBINED
from tests.support.sites import folder_with

TABLES = {
    "by what is hidden": ATTEMPTS,
    "by syntax": ATTEMPTS_BY_SYNTAX,
    "combined": ATTEMPTS_COMBINED,
}

SHOWN = re.compile(
    r"(field|list) \w+|field (unknown key|rating's.*|private key)|TOML|JSON|key that.*"
)
"""Attempts whose secret is in a field that an export leaves out, but an assistant may see."""
FOR_BASES = re.compile(r"base .*|row .*|name of a column")
"""Attempts whose secret is in a field or title of another public note."""


@pytest.mark.parametrize("table", TABLES)
def test_no_attempt_gets_a_secret_into_the_copy(tmp_path: Path, table: str) -> None:
    root = tmp_path / "notes"
    folder_with(root, ".notekeep/config.toml", SETTINGS)
    attempts = TABLES[table]
    for number, attempt in enumerate(attempts):
        write_attempt(root, number, attempt)
    copy = Path(PublicVault(Vault.open(root)).refresh().root)
    files = [file for file in copy.rglob("*") if file.is_file()]
    found = {
        word: str(file.relative_to(copy))
        for file in files
        for word in words_in(file.read_bytes()) | words_in(str(file.relative_to(copy)).encode())
    }
    wrong = [
        f"{attempt.name}: {found[word]}"
        for number, attempt in enumerate(attempts)
        if (word := f"zebrafish{number:03}") in found
        and not (SHOWN.fullmatch(attempt.name) or FOR_BASES.fullmatch(attempt.name))
    ]
    assert wrong == [], "\n" + "\n".join(wrong)
    assert sum(word.startswith("openwater") for word in found) > len(attempts) / 3
