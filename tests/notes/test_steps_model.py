"""Done, taken back, done again, in any order: the vault is what a plain list says."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notekeep.errors import NotFound
from notekeep.vault import Vault
from tests.support.sizes import sized

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

EXAMPLES = sized(10, 25)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("log"), st.integers(1, 9)),
        st.tuples(st.just("set"), st.integers(1, 5)),
        st.tuples(st.sampled_from(["undo", "redo", "undo", "redo"]), st.just(0)),
    ),
    min_size=3,
    max_size=10,
)
State = tuple[int, float]


class Model:
    """The states that were gone through, and which of them counts now."""

    def __init__(self) -> None:
        self.states: list[State] = [(0, 0.0)]
        self.at = 0

    def act(self, act: str, number: int) -> None:
        rating, minutes = self.states[self.at]
        if act == "undo":
            self.at = max(0, self.at - 1)
        elif act == "redo":
            self.at = min(len(self.states) - 1, self.at + 1)
        elif act == "log" or number != rating:  # setting what is there is no step
            state = (rating, minutes + number) if act == "log" else (number, minutes)
            self.states[self.at + 1 :] = [state]
            self.at += 1


def state_of(vault: Vault) -> State:
    index = vault.habits
    index.refresh()
    minutes = index.days(index.find("med")).day(vault.today().toordinal()).amount / 1000
    rating = vault.search.read("books/Book").fields["rating"]
    assert isinstance(rating, int)
    return rating, minutes


def act_on(vault: Vault, act: str, number: int) -> None:
    if act == "log":
        vault.habits.check_in("med", f"{number} min")
    elif act == "set":
        vault.notes.set_fields(["books/Book.md"], [f"rating={number}"])
    else:
        with suppress(NotFound):
            vault.history.undo() if act == "undo" else vault.history.redo()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
def test_the_list_of_steps_is_a_plain_list(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, acts: list[tuple[str, int]]
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    root = tmp_path / "notes"
    for folder in (root, home / "notekeep"):
        shutil.rmtree(folder, ignore_errors=True)
    for path, text in {
        "books/Book.md": "---\nrating: 0\n---\nText\n",
        "habits/med.md": "---\nhabit: med\ngoal: 10 min\n---\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    vault, model = Vault.open(root), Model()
    vault.indexing.refresh(words=False)
    for act, number in acts:
        act_on(vault, act, number)
        model.act(act, number)
        assert state_of(vault) == model.states[model.at]
