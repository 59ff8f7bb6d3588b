"""The process that takes many notes in: followed, stopped, killed, and never two at once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog import indexing_process
from notekeep.query.tree import Term
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signals"),
]

NOTES = 620
"""More than an answer takes in by itself."""

KILLS = int(os.environ.get("NOTEKEEP_INDEX_KILLS", "3"))


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """Many notes and no index yet."""
    monkeypatch.setenv("NOTEKEEP_HOME", str(tmp_path / "home"))
    root = tmp_path / "vault"
    root.mkdir()
    for number in range(NOTES):
        text = f"# Note {number}\n\nlever {'even' if number % 2 == 0 else 'odd'} word{number}\n"
        (root / f"{number}.md").write_text(text, "utf-8")
    return Vault.open(str(root))


def found(vault: Vault, word: str) -> int:
    return len(vault.full_text.scores(Term(word)))


def test_many_changes_are_left_to_it_and_it_tells_how_far_it_is(vault: Vault) -> None:
    refreshed = vault.indexing.refresh(defer=True)
    assert refreshed.deferred
    assert refreshed.pending == NOTES
    told: list[tuple[int, int]] = []
    assert indexing_process.IndexingProcess(vault.root).follow(
        lambda done, total: told.append((done, total))
    )
    assert told == sorted(told)
    assert told[-1] == (NOTES, NOTES)
    # Without a budget, because files that were written this very moment are looked at again.
    assert not vault.indexing.refresh().indexed
    assert found(vault, "lever") == NOTES


def test_without_the_full_text_titles_answer_and_say_so(vault: Vault) -> None:
    vault.indexing.refresh(words=False)
    assert vault.indexing.refresh(defer=True).deferred
    answer = vault.search.search("note 7")
    assert answer.total
    assert "only titles, aliases and tags" in answer.remarks[0]


def test_stopped_it_ends_and_what_it_did_stays(vault: Vault) -> None:
    follower = indexing_process.IndexingProcess(vault.root)
    begun = threading.Event()
    thread = threading.Thread(target=follower.follow, args=[lambda _done, _total: begun.set()])
    thread.start()
    assert begun.wait(60)
    follower.stop()
    thread.join(60)
    assert not thread.is_alive()
    assert vault.catalog.count() >= 500
    vault.indexing.refresh()
    assert found(vault, "lever") == NOTES


def test_of_two_at_once_one_works(vault: Vault) -> None:
    with indexing_process.indexing_lock(vault.places.cache, wait=False) as ours:
        assert ours
        done = subprocess.run(
            indexing_process._command(vault.root), check=True, capture_output=True
        )
        assert done.stdout == b""
        assert not vault.catalog.count()
    subprocess.run(indexing_process._command(vault.root), check=True)
    assert vault.catalog.count() == NOTES


def test_killed_at_any_moment_the_index_opens_or_is_built_again(vault: Vault) -> None:
    """Builds and updates are killed; what is answered then is what a new index answers."""
    dice = random.Random(7)
    root = vault.root
    for round_ in range(KILLS):
        for number in dice.sample(range(NOTES), 300):
            path = os.path.join(root, f"{number}.md")
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"round{round_}\n")
        with subprocess.Popen(
            [*indexing_process._command(root), "--tell", *(["--rebuild"] if round_ % 2 else [])],
            stdout=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            assert process.stdout is not None
            for _ in range(dice.randint(0, 6)):
                process.stdout.readline()
            os.killpg(process.pid, signal.SIGKILL)
        vault.indexing.refresh()
        assert vault.catalog.count() == NOTES
        assert found(vault, "lever") == NOTES
    kept = {word: vault.full_text.scores(Term(word)).keys() for word in ("even", "round0", "word7")}
    vault.indexing.refresh(full=True)
    assert kept == {word: vault.full_text.scores(Term(word)).keys() for word in kept}
    assert kept["round0"]
