"""A build by several processes finds what a build by one does."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import pytest

from notekeep.index.words import WordDoc, Words, workers
from notekeep.index.words import build as building
from notekeep.query.tree import Prefix, Term

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def two_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "WORKERS_FROM", building.BULK_FROM)
    monkeypatch.setattr(building, "idle_workers", lambda: 2)


def test_two_workers_find_what_one_process_finds(
    two_workers: None, tmp_path: Path, notes: Callable[..., list[WordDoc]], words: Words
) -> None:
    docs = [*notes(330), WordDoc("de.md", "Die Häuser", language="de")]
    told: list[int] = []
    words.build(docs, 1, told.append)
    assert len(words._current().parts) == 2
    assert told[-1] == words.count == 331
    single = Words(tmp_path / "single")
    building.build(single._folder, "en", docs, 1, told.append, bulk=False)
    for doc in docs[::10]:
        for node in (Term(doc.title.split()[0]), Prefix(doc.title[:3])):
            assert words.scores(node) == pytest.approx(single.scores(node))
    assert words.scores(Term("Haus")) == single.scores(Term("Haus")) != {}
    names = {path.name for path in words.folder.parent.iterdir()}
    assert names == {"words", "words.lock", "single"}


def test_a_worker_that_fails_is_done_without(
    two_workers: None,
    words: Words,
    notes: Callable[..., list[WordDoc]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with caplog.at_level(logging.WARNING):
        words.build(notes(330), 1)
    assert "a worker said" in caplog.text
    assert words.count == 330


@pytest.mark.parametrize(
    ("cores", "load", "number"), [(1, 0.0, 0), (2, 0.1, 2), (2, 1.2, 0), (8, 0.0, 2), (8, 7.0, 0)]
)
def test_workers_take_only_cores_that_idle(
    monkeypatch: pytest.MonkeyPatch, cores: int, load: float, number: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    assert workers.idle_workers() == number
