"""However the vault became what it is, the index is as if it were built from nothing."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reliability.house import facts
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.catalog.conftest import Vault

PATHS = st.sampled_from(
    ["a.md", "b.md", "sub/a.md", "sub/c.md", "templates/t.md", "habits/log/x.md", "é.md"]
)
TEXTS = st.lists(
    st.sampled_from(
        [
            *["[[a]]\n", "[[sub/a]]\n", "[[Zed]]\n", "[x](c.md)\n", "![[p.png]]\n", "#tag/one\n"],
            *[
                "# Zed\n",
                "- [ ] do\n",
                "- [x] did\n",
                "> said (p. 2)\n",
                "words and more\n",
                "`x`\n",
            ],
        ]
    ),
    max_size=4,
).map("".join)
HEADS = st.sampled_from(
    [
        "",
        "---\ntitle: Zed\n---\n",
        "---\ntype: book\nrating: 4\nauthors: [X Y, Z W]\n---\n",
        "---\naliases: [a, Zed]\ndate: 2026-01-01\ntags: t\n---\n",
        "---\ntitle: [broken\n---\n",
    ]
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), PATHS, st.tuples(HEADS, TEXTS).map("".join)),
        st.tuples(st.just("remove"), PATHS, st.just("")),
        st.tuples(st.just("refresh"), st.just(""), st.just("")),
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=sized(15, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
def test_many_small_refreshes_are_as_good_as_one(
    make_vault: Callable[[Path], Vault], steps: list[tuple[str, str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        vault = make_vault(Path(folder))
        for verb, path, text in steps:
            if verb == "write":
                vault.write(path, text)
            elif verb == "remove" and (vault.root / path).exists():
                vault.remove(path)
            elif verb == "refresh":
                vault.refresh(forget_missing=True)
        vault.refresh(forget_missing=True)
        grown = facts(vault.catalog)
        vault.refresh(full=True)
        assert grown == facts(vault.catalog)
        vault.catalog.close()


def test_what_another_program_changes_is_written_without_sqlite_utils(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.refresh()
    monkeypatch.delitem(sys.modules, "sqlite_utils")
    for number in range(200):
        vault.write(f"{number}.md", "# H\n")
    vault.refresh()
    assert vault.catalog.count() >= 200
    assert "sqlite_utils" not in sys.modules
