"""Names travel between systems, and no path leads out of the vault."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.errors import Refused
from notekeep.storage import file_names

if TYPE_CHECKING:
    from pathlib import Path

CLIMBERS = ["../x.md", "a/../../x.md", "..", "/etc/passwd", "a/\0b", "./../x", "a/.."]
WINDOWS_CLIMBERS = [
    *CLIMBERS,
    "C:\\x.md",
    "c:x.md",
    "\\\\server\\share\\x.md",
    "..\\x.md",
    "a\\..\\..\\x.md",
    "\\x.md",
    "notes/CON",
    "nul.md",
    "x.md:stream",
]


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Atomic Habits", "Atomic Habits"),
        ("Dune: Messiah", "Dune - Messiah"),
        ("AC/DC", "AC - DC"),
        ('What is "enough"?', "What is 'enough'"),
        ("C# in Depth", "C in Depth"),
        ("see [[that]]", "see ((that))"),
        ("  many \t spaces\n", "many spaces"),
        ("...", "Untitled"),
        ("", "Untitled"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("ends.", "ends"),
        ("CON", "CON_"),
        ("com1.notes", "com1_.notes"),
        ("COM\u00b9", "COM\u00b9_"),
        ("Console", "Console"),
        ("rose\u0301", "ros\u00e9"),
        ("line\u2028break", "line break"),
        ("esc\x1b[31mape", "esc (31mape"),
        ("bidi\u202egnp.md", "bidignp.md"),
        ("emoji \U0001f469\u200d\U0001f4bb", "emoji \U0001f469\u200d\U0001f4bb"),
        ("..\\..\\evil", "evil"),
    ],
)
def test_a_title_becomes_a_name_that_travels(title: str, stem: str) -> None:
    assert file_names.safe_name(title) == stem


@given(st.text(max_size=400))
def test_every_name_made_from_a_title_travels(title: str) -> None:
    stem = file_names.safe_name(title)
    name = stem + ".md"

    assert file_names.portability_problem(name) == ""
    assert file_names.split_path(name, windows=True) == [name]
    assert len(stem.encode()) <= file_names.STEM_BYTES
    assert not stem.startswith((".", "-", "~"))
    assert file_names.safe_name(stem) == stem


def test_a_long_name_is_cut_between_characters() -> None:
    stem = file_names.safe_name("x" * (file_names.STEM_BYTES - 1) + "e\u0301\u0323" + "y" * 20)

    assert stem == "x" * (file_names.STEM_BYTES - 1)
    assert len(file_names.safe_name("\u66f8" * 200).encode()) == file_names.STEM_BYTES


@pytest.mark.parametrize(
    "name",
    [
        "a:b.md",
        "a\\b",
        "what?",
        "nul",
        "CON.md",
        "lpt9.x",
        "dot.",
        "space ",
        "tab\t",
        "é" * 128,
        "\ud800",
    ],
)
def test_a_name_that_would_not_travel_is_refused_with_its_reason(name: str) -> None:
    assert file_names.portability_problem(name)
    with pytest.raises(Refused) as refusal:
        file_names.check_portable(f"books/{name}")
    assert name in refusal.value.message


@pytest.mark.parametrize("path", CLIMBERS)
def test_no_spelling_leads_out_of_the_vault(tmp_path: Path, path: str) -> None:
    with pytest.raises(Refused):
        file_names.resolve_path(tmp_path, path)


@pytest.mark.parametrize("path", WINDOWS_CLIMBERS)
def test_no_spelling_leads_out_of_the_vault_on_windows(path: str) -> None:
    with pytest.raises(Refused):
        file_names.split_path(path, windows=True)


def test_links_may_lead_anywhere_inside_and_nowhere_outside(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    outside = tmp_path / "outside"
    (vault / "books").mkdir(parents=True)
    outside.mkdir()
    (vault / "inner").symlink_to("books")
    (vault / "outer").symlink_to(outside)
    (vault / "twin").symlink_to(tmp_path / "vault-2")
    (vault / "loop").symlink_to("loop")

    assert file_names.resolve_path(vault, "inner/a.md") == str(vault / "inner" / "a.md")
    for path in ("outer", "outer/a.md", "books/../outer/a.md", "twin/a.md"):
        with pytest.raises(Refused):
            file_names.resolve_path(vault, path)
    assert file_names.resolve_path(vault, "loop") == str(vault / "loop")


def test_the_vault_itself_may_be_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "vault").symlink_to("real")

    assert file_names.resolve_path(tmp_path / "vault", "a.md") == str(tmp_path / "vault" / "a.md")
    assert file_names.vault_path(tmp_path / "vault", tmp_path / "real" / "a.md") == "a.md"
    assert file_names.vault_path(tmp_path / "vault", tmp_path / "vault" / "b" / "a.md") == "b/a.md"


def test_a_file_elsewhere_has_no_vault_path(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        file_names.vault_path(tmp_path / "vault", tmp_path / "vault-2" / "a.md")


def test_bytes_that_are_not_text_survive_as_a_path(tmp_path: Path) -> None:
    name = os.fsdecode(b"ros\xe9.md")
    (tmp_path / name).write_bytes(b"x")

    path = file_names.vault_path(tmp_path, tmp_path / name)

    assert os.fsencode(path) == b"ros\xe9.md"
    assert file_names.resolve_path(tmp_path, path) == str(tmp_path / name)


def test_a_taken_name_gets_a_number_also_when_only_case_or_accents_differ(tmp_path: Path) -> None:
    for name in ("Ros\u00e9.md", "rose\u0301 2.md"):
        (tmp_path / name).touch()

    assert file_names.free_path(tmp_path, "ROSE\u0301.md") == "ROSE\u0301 3.md"
    assert file_names.free_path(tmp_path, "new/ROSE.md") == "new/ROSE.md"
    (tmp_path / "plain").touch()
    assert file_names.free_path(tmp_path, "plain") == "plain 2"


def test_a_folder_is_spelt_as_the_vault_spells_it(tmp_path: Path) -> None:
    (tmp_path / "Books" / "Sci-Fi").mkdir(parents=True)

    assert file_names.match_spelling(tmp_path, "books/sci-fi/New.md") == "Books/Sci-Fi/New.md"
    assert file_names.match_spelling(tmp_path, "podcasts/New.md") == "podcasts/New.md"
    (tmp_path / "books").mkdir()
    assert file_names.match_spelling(tmp_path, "books/New.md") == "books/New.md"
