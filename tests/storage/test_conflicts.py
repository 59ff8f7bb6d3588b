"""Conflict copies are told from notes by their names alone."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.storage.file_names import conflict_name, find_original, host, may_be_conflict


@pytest.mark.parametrize(
    "name",
    [
        "Dune.sync-conflict-20261124-070312-ABCDEFG.md",
        "Dune.sync-conflict-20261124-070312.md",
        "Dune (Ann's conflicted copy 2026-11-24).md",
        "Dune (Ann's MacBook (2)'s conflicted copy 2026-11-24).md",
        "Dune (Ann's conflicted copy 2026-11-24) (1).md",
        "Dune (Ann's conflicted copy) (Bob's conflicted copy).md",
        "Dune (conflicted copy 2026-11-24 070312).md",
        "Dune (Conflicted copy ThinkPad-T14 202611240703).md",
        "Dune (Ann's conflicting copy 2026-11-24).md",
        "Dune (In Konflikt stehende Kopie von Ann 2026-11-24).md",
        "Dune (Copie en conflit de Ann 2026-11-24).md",
        "Dune (Ann 的冲突副本 2026-11-24).md",
        "Dune (конфликтующая копия Ann 2026-11-24).md",
        "Dune (Unicode Encoding Conflict).md",
        "Dune_conflict-20261124-070312.md",
        "Dune_conflict-ann-20261124-070312.md",
        "Dune (SFConflict ann@example.org 2026-11-24-07-03-12).md",
        "Dune--conflicted-copy.md",
        "Dune (conflict laptop 2026-11-24 070312).md",
        "Dune (conflict laptop 2026-11-24 070312) 2.md",
        "Dune (conflict laptop 0a1b2c3).md",
    ],
)
def test_each_tool_leaves_a_name_that_is_known(name: str) -> None:
    assert may_be_conflict(name)
    assert find_original(name) == "Dune.md"


@pytest.mark.parametrize(
    "name",
    [
        "Dune (1).md",
        "Dune-DESKTOP-4F2K9QX.md",
        "Dune-LAPTOP-4F2K9QX-2.md",
        f"Dune-{host()}.md",
    ],
)
def test_a_name_a_person_could_have_chosen_counts_only_beside_its_twin(name: str) -> None:
    assert find_original(name) is None
    assert find_original(name, {"Dune.md", name}) == "Dune.md"


@pytest.mark.parametrize(
    "name",
    [
        "Dune.md",
        "Romeo and Juliet (Conflicts between families).md",
        "Conflict (resolution).md",
        "The conflict laptop 2026-11-24 070312.md",
        "Dune (2021).md",
        "Rocky 2.md",
        "sync-conflict.md",
        "2026-11-24.md",
        " (1).md",
        "(conflicted copy).md",
    ],
)
def test_ordinary_names_are_left_alone(name: str) -> None:
    assert find_original(name, {"Dune.md", "Rocky.md", ".md", "2026-11.md"}) is None


@given(
    st.text(
        st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=90
    )
    | st.binary(min_size=1, max_size=250).map(lambda raw: os.fsdecode(raw.translate(None, b"/\0"))),
    st.integers(1, 99),
)
def test_our_own_copies_are_known_and_short_enough(stem: str, number: int) -> None:
    name = conflict_name(f"{stem}.md", "2026-11-24 070312", number)

    assert len(os.fsencode(name)) <= 255
    if stem.strip() and find_original(f"{stem}.md") is None:
        whole = len(os.fsencode(stem)) < 150
        assert find_original(name) == f"{stem}.md" if whole else find_original(name) is not None


def test_a_long_name_is_cut_between_characters() -> None:
    name = conflict_name("\u66f8" * 83 + ".md", "2026-11-24 070312")

    assert len(os.fsencode(name)) <= 255
    assert name.startswith("\u66f8" * 50)
    assert "\ufffd" not in name
    name.encode()
