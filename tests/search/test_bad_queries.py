"""Whatever is typed is answered, or refused with the place of what is wrong; at once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from notekeep.config import Places
from notekeep.errors import UsageError
from notekeep.search import text_filter
from notekeep.vault import Vault
from tests.support.sizes import cases, sized

if TYPE_CHECKING:
    from notekeep.search.results import SearchResults

SAMPLE = Path(__file__).parents[2] / "vault"

FLUSH_NOW = 5.0
"""Seconds; a hundredth of that on a quiet machine."""

PIECES = [
    *['"', "(", ")", "[", "]", "[[", "]]", "-", "/", "#", ":", "..", "~", "*", "?", "\\", " ", "|"],
    *["OR ", "AND ", "NOT ", "title:", "rating>=", "type:", "line:(", "section:(", "quote:"],
    *["sort:", "limit:", "created:", "is:", "has:", "no:", "to:", "from:", "path:", "&", "::"],
    *["book", "habit", "4", "2026-03", "last-week", "é", "🚀", "組", "C++", "R&D", "a*", "h?b*"],
]
ALPHABETS = st.sampled_from(
    ["()", '"', "*?~", "-", "a ", "a* ", "/", "#[]", "🚀", "習", ":", " OR"]
)

LONG = [
    "word " * 1999,
    "a" * 9999,
    "a* " * 3000,
    " OR ".join(f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz" * 60),
    " OR ".join(f"*{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz" * 40),
    " OR ".join(f"hab{number}t~2" for number in range(700)),
    " OR ".join(f"w{number}" for number in range(1200)),
    " OR ".join("rating>=4" for _ in range(700)),
    " OR ".join(f"path:{number}" for number in range(900)),
    "NOT " * 2400 + "a",
    "AND OR NOT ( ) - | " * 500,
    "(" * 5000,
    '"' + "the habit of it " * 600 + '"',
    "line:(a b) " * 900,
    "section:(habit cue) " * 450,
    "sort:title " * 900,
    "/a/ " * 2000,
    "習慣" * 5000,
    "🚀" * 9999,
    "?" * 9999,
    "x" * 10_001,
]


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    home = tmp_path_factory.mktemp("home")
    vault = Vault.open(SAMPLE, places=Places(*(str(home / name) for name in ("a", "b", "c"))))
    vault.indexing.refresh()
    return vault


def answer(vault: Vault, text: str, *, typing: bool) -> SearchResults | UsageError:
    """The answer, or why it is refused; any other exception is a bug."""
    started = time.thread_time()
    try:
        return vault.search.search(text, limit=5, typing=typing)
    except UsageError as error:
        return error
    finally:
        assert time.thread_time() - started < FLUSH_NOW, text


def check(vault: Vault, text: str, *, typing: bool) -> None:
    """An answer, or an error that says what is wrong and where; while typing of slow texts only."""
    found = answer(vault, text, typing=typing)
    if not isinstance(found, UsageError):
        assert len(found.hits) <= 5
        return
    assert not typing or "regular expression" in found.message
    assert found.message
    assert found.position is not None
    assert 0 <= found.position <= len(text)


@settings(
    max_examples=sized(20, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(PIECES), max_size=15).map("".join),
        st.tuples(ALPHABETS, st.integers(1, 10_000)).map(lambda one: (one[0] * one[1])[:10_000]),
    )
)
@example('"unfinished')
@example("(habit OR")
@example("type:")
@example("[[")
@example("line:(🚀 a)")
@example("section:*")
@example("line:(title:(a type:book) -tag:x to:y b)")
def test_anything_typed_is_answered_or_refused_with_its_place(vault: Vault, text: str) -> None:
    for typing in (False, True):
        check(vault, text, typing=typing)


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:12])
@pytest.mark.parametrize("typing", [False, True], ids=["whole", "typing"])
def test_ten_thousand_characters_are_answered_at_once(
    vault: Vault,
    text: str,
    typing: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    check(vault, text, typing=typing)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("a " + "b* " * 9, 26, "more than 8 prefixes"),
        (" OR ".join(f"w{at}" for at in range(300)), None, "more than 200 conditions"),
        ("a " + "b" * 1001, 2, "can have 1,000 characters"),
        ("x" * 10_001, 10_000, "longer than 10,000 characters"),
    ],
)
def test_too_much_is_refused_where_it_is_too_much(
    vault: Vault, text: str, position: int | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        vault.search.search(text)
    assert caught.value.position is not None
    if position is not None:
        assert caught.value.position == position


@cases("pattern", ["(a+)+$", "(a|a)*b", "(?:a?){40}a{40}"], fast=1)
def test_a_regular_expression_that_never_ends_is_stopped_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str
) -> None:
    monkeypatch.setattr(text_filter, "CPU_SECONDS", 0.3)
    root = tmp_path / "vault"
    root.mkdir()
    (root / "a.md").write_text("a" * 39 + "!\n")
    home = tmp_path / "home"
    vault = Vault.open(root, places=Places(*(str(home / name) for name in ("a", "b", "c"))))
    vault.indexing.refresh()
    for typing in (False, True):
        with pytest.raises(UsageError, match="was too slow") as caught:
            vault.search.search(f"/{pattern}/", typing=typing)
        assert (caught.value.text, caught.value.position) == (f"/{pattern}/", 0)
