"""A vault that Obsidian made: its folders are used as they are, and its settings are only read."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from notekeep import config
from notekeep.obsidian import strftime_of
from notekeep.vault import Vault
from tests.support.screens import tree

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.date(2026, 3, 7)


def settings(root: Path, **files: object) -> Path:
    folder = root / ".obsidian"
    folder.mkdir(parents=True)
    for name, value in files.items():
        text = value if isinstance(value, str) else json.dumps(value)
        (folder / f"{name.replace('_', '-')}.json").write_text(text, "utf-8")
    return root


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-03-07T12:00")
    root = settings(
        tmp_path / "notes",
        daily_notes={"folder": "Journal/", "format": "YYYY.MM.DD [at home]", "template": "x"},
        templates={"folder": "Moulds"},
    )
    for folder in ("Journal", "Moulds", "Books", "Attachments"):
        (root / folder).mkdir()
    (root / "Moulds/Any.md").write_text("# {{title}}\n", "utf-8")
    return root


def test_daily_notes_and_templates_are_where_obsidian_was_told(root: Path) -> None:
    before = tree(root)
    vault = Vault.open(root)
    vault.refresh()
    assert vault.rows().total == 0
    assert [row.path for row in vault.rows("is:template").rows] == ["Moulds/Any.md"]
    assert vault.add("A line").paths == ["Journal/2026.03.07 at home.md"]
    assert vault.add("Another").paths == ["Journal/2026.03.07 at home.md"]
    daily = vault.overview().daily
    assert daily is not None
    assert daily.path == "Journal/2026.03.07 at home.md"
    # Its settings are as they were.
    after = tree(root)
    assert {path: after[path] for path in before} == before


def test_folders_that_differ_in_case_are_the_ones_that_are_there(
    root: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "map.txt"
    picture.write_text("x", "utf-8")
    vault = Vault.open(root)
    vault.refresh()
    assert vault.create("book", "Deep Work").paths == ["Books/Deep Work.md"]
    assert vault.attach("Deep Work", str(picture)).paths[0] == "Attachments/map.txt"
    vault.create("note", "An idea")
    assert vault.move("An idea", "books").paths == ["Books/An idea.md"]


def test_the_vaults_own_settings_win(root: Path) -> None:
    (root / ".notekeep").mkdir()
    (root / ".notekeep/config.toml").write_text(
        'daily_format = "%d.%m.%Y"\n[folders]\ndaily = "Diary"\n', "utf-8"
    )
    said = config.vault_settings(str(root))
    assert (said.folders["daily"], said.daily_format, said.templates) == (
        "Diary",
        "%d.%m.%Y",
        "Moulds",
    )
    assert said.warnings == []


@pytest.mark.parametrize(
    ("form", "strftime"),
    [
        ("YYYY-MM-DD", "%Y-%m-%d"),
        ("dddd, DD MMMM YYYY", "%A, %d %B %Y"),
        ("[Day] YYYYMMDD 100%", "Day %Y%m%d 100%%"),
        ("GGGG-[W]WW", ""),
        ("YYYY/MM/YYYY-MM-DD", ""),
        ("Do MMMM YYYY", ""),
        ("D.M.YYYY", ""),
        ("", ""),
    ],
)
def test_a_name_is_taken_over_where_strftime_can_say_it(form: str, strftime: str) -> None:
    assert strftime_of(form) == strftime
    if strftime:
        assert DAY.strftime(strftime)


def test_what_is_not_understood_is_told_and_changes_nothing(tmp_path: Path) -> None:
    odd = settings(tmp_path / "odd", daily_notes={"format": "Do MMMM YYYY", "folder": 7})
    said = config.vault_settings(str(odd))
    assert (said.daily_format, said.folders["daily"]) == ("%Y-%m-%d", "daily")
    assert ["Do MMMM YYYY" in warning for warning in said.warnings] == [True]
    for number, text in enumerate(("[]", "{", "\xff", "7", '{"folder": "../out"}', "[" * 99_999)):
        broken = settings(tmp_path / str(number), daily_notes=text, templates=text)
        said = config.vault_settings(str(broken))
        assert (said.folders["daily"], said.templates) == ("daily", "templates")
        assert said.warnings == []
