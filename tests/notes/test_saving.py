"""Saved queries live in the vault's own settings, and nothing else there changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import NotFound, UsageError

if TYPE_CHECKING:
    from notekeep.vault import Vault

SETTINGS = ".notekeep/config.toml"


def settings(vault: Vault) -> Path:
    return Path(vault.root, SETTINGS)


def test_a_query_is_kept_and_undo_takes_it_back(vault: Vault) -> None:
    vault.notes.apply(vault.notes.plan_save_query("to read", 'author:"ann lee" rating>4'))
    assert vault.search.saved == {"to read": 'author:"ann lee" rating>4'}
    vault.history.undo()
    assert vault.search.saved == {}


def test_comments_and_other_settings_stay(vault: Vault) -> None:
    before = '# mine\nday_start = 3  # late\n\n[saved]\n# first\na = "x"\n'
    settings(vault).parent.mkdir(exist_ok=True)
    settings(vault).write_text(before)
    vault.notes.apply(vault.notes.plan_save_query("b", "y"))
    assert settings(vault).read_text() == before + 'b = "y"\n'
    vault.notes.apply(vault.notes.plan_save_query("b", ""))
    assert settings(vault).read_text() == before


def test_a_name_that_is_not_there_cannot_be_forgotten(vault: Vault) -> None:
    with pytest.raises(NotFound, match="no saved query"):
        vault.notes.plan_save_query("b", "")


@pytest.mark.parametrize("name", ["", " ", "two\nlines"])
def test_a_name_is_a_word_or_more_on_one_line(vault: Vault, name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        vault.notes.plan_save_query(name, "x")


def test_settings_that_are_broken_are_left_as_they_are(vault: Vault) -> None:
    settings(vault).parent.mkdir(exist_ok=True)
    settings(vault).write_text("day_start = = 3\n")
    with pytest.raises(UsageError, match="not valid TOML"):
        vault.notes.plan_save_query("b", "y")
    assert settings(vault).read_text() == "day_start = = 3\n"


def test_settings_with_something_else_in_its_place_are_left_as_they_are(vault: Vault) -> None:
    settings(vault).parent.mkdir(exist_ok=True)
    settings(vault).write_text('saved = "all"\n', "utf-8")
    with pytest.raises(UsageError, match="`saved` is not a table"):
        vault.notes.plan_save_query("b", "y")


def test_the_mark_that_windows_editors_put_first_is_no_part_of_the_settings(vault: Vault) -> None:
    settings(vault).parent.mkdir(exist_ok=True)
    settings(vault).write_text("\ufeffday_start = 3\n", "utf-8")
    vault.notes.apply(vault.notes.plan_save_query("b", "y"))
    assert vault.search.saved == {"b": "y"}
    assert settings(vault).read_text("utf-8") == 'day_start = 3\n\n[saved]\nb = "y"\n'
