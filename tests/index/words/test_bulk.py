# mypy: untyped-calls-exclude="whoosh"
"""The bulk writer writes what the ordinary writer writes, or is not used."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from whoosh.index import open_dir

from notekeep.errors import Failure
from notekeep.index.words import WordDoc, Words, canary
from notekeep.index.words import build as building
from notekeep.index.words.folder import Folder
from notekeep.index.words.format.blocks import Blocks, Stats
from notekeep.index.words.schema import schema
from notekeep.query.tree import Phrase, Term
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


NOTES = sized(100, 400)


def build(folder: Path, docs: list[WordDoc], *, fast: bool) -> Folder:
    made = Folder(folder)
    building.build(made, "en", docs, 1, lambda _: None, bulk=fast)
    return made


@pytest.fixture
def writes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bulk writer that puts every lone word at the same position."""
    right = Blocks.block

    def wrong(self: Blocks, items: list[Any], *, last: bool) -> tuple[bytes, Stats]:
        notes, weights, values = items[0::3], items[1::3], items[2::3]
        shifted = [b"\x07\x00" if len(value) == 2 else value for value in values]
        mixed = [item for row in zip(notes, weights, shifted, strict=True) for item in row]
        return right(self, mixed, last=last)

    monkeypatch.setattr(Blocks, "block", wrong)


@pytest.fixture
def writes_lone_words_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bulk writer that is wrong only where a word stands in one note."""
    right = Blocks.lone

    def wrong(self: Blocks, note: int, _value: bytes) -> tuple[bytes, Stats]:
        return right(self, note, b"\x07\x00")

    monkeypatch.setattr(Blocks, "lone", wrong)


@pytest.fixture
def raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bulk writer that another version of Whoosh would break."""

    def broken(*_: Any, **__: Any) -> None:
        raise AttributeError("another version")

    monkeypatch.setattr(Blocks, "block", broken)


def test_bulk_and_ordinary_make_the_same_index_term_by_term(
    tmp_path: Path, notes: Callable[..., list[WordDoc]]
) -> None:
    odd = [
        WordDoc("empty.md", ""),
        WordDoc("long.md", "Long", body="lever " * 70_000),
        WordDoc("cjk.md", "组件库", body="iPhone手机 café C++"),
        WordDoc("deutsch.md", "Die Häuser", headings=("eins", "zwei"), language="de"),
        WordDoc("\udce9.md", "no path of Unicode"),
    ]
    docs = [*notes(NOTES), *odd]
    fast = build(tmp_path / "fast", docs, fast=True)
    slow = build(tmp_path / "slow", docs, fast=False)
    assert canary.same(fast, slow, "en")
    assert fast.reached() == slow.reached()
    assert (fast.path / "vocabulary").read_bytes() == (slow.path / "vocabulary").read_bytes()


def test_contents_tell_indexes_apart(tmp_path: Path, notes: Callable[..., list[WordDoc]]) -> None:
    one = build(tmp_path / "one", notes(20), fast=False)
    docs = notes(20)
    docs[7] = docs[7]._replace(body=docs[7].body + " lever")
    other = build(tmp_path / "other", docs, fast=False)
    assert not canary.same(one, other, "en")
    reader = open_dir(str(one.path), schema=schema("en")).reader()
    assert sum(1 for _ in canary.contents(reader)) > 500
    reader.close()


def test_the_trial_trusts_a_right_writer(
    tmp_path: Path, notes: Callable[..., list[WordDoc]]
) -> None:
    assert canary.agrees(notes(20), "en", tmp_path / "trial")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("fault", ["writes_wrong", "writes_lone_words_wrong", "raises"])
def test_the_trial_refuses_a_broken_writer(
    fault: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    notes: Callable[..., list[WordDoc]],
) -> None:
    request.getfixturevalue(fault)
    assert not canary.agrees(notes(20), "en", tmp_path / "trial")


@pytest.mark.parametrize("fault", ["writes_wrong", "raises"])
def test_a_broken_writer_is_replaced_by_the_ordinary_one(
    fault: str,
    request: pytest.FixtureRequest,
    words: Words,
    notes: Callable[..., list[WordDoc]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    request.getfixturevalue(fault)
    with caplog.at_level(logging.WARNING):
        words.build(notes(320), 1)
    assert "trial" in caplog.text
    assert words.count == 320
    row = " ".join(notes(1)[0].title.split()[:2])
    assert words.scores(Phrase(row))


@pytest.mark.parametrize("fault", ["writes_wrong", "raises"])
def test_a_writer_that_breaks_after_its_trial_is_found_out(
    fault: str,
    request: pytest.FixtureRequest,
    words: Words,
    notes: Callable[..., list[WordDoc]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    request.getfixturevalue(fault)
    monkeypatch.setattr(canary, "agrees", lambda *_: True)
    with caplog.at_level(logging.WARNING):
        words.build(notes(320), 1)
    assert "failed" in caplog.text
    assert words.scores(Phrase(" ".join(notes(1)[0].title.split()[:2])))


def test_notes_that_can_be_read_only_once_are_built_the_ordinary_way_next_time(
    raises: None,
    words: Words,
    notes: Callable[..., list[WordDoc]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(canary, "agrees", lambda *_: True)
    words.build(notes(3), 1)
    with pytest.raises(Failure):
        words.build(iter(notes(320)), 2)
    assert words.generation == 1
    words.build(iter(notes(320)), 3)
    assert words.count == 320


def test_an_error_of_the_caller_is_not_taken_for_one_of_the_writer(
    words: Words, notes: Callable[..., list[WordDoc]]
) -> None:
    def docs() -> Iterator[WordDoc]:
        yield from notes(320)
        raise RuntimeError("the vault went away")

    with pytest.raises(Failure, match="the vault went away"):
        words.build(docs(), 1)
    assert words.generation is None


def test_progress_rises_to_the_number_of_notes(
    words: Words, notes: Callable[..., list[WordDoc]]
) -> None:
    told: list[int] = []
    words.build(notes(320), 1, told.append)
    assert told == sorted(told)
    assert len(told) > 3
    assert told[-1] == 320


def test_saves_and_merges_go_on_where_a_bulk_build_ended(
    words: Words, notes: Callable[..., list[WordDoc]]
) -> None:
    docs = notes(320)
    words.build(docs, 1)
    words.update([docs[0]._replace(body="zyzzyva")], [docs[1].path], 2)
    assert [*words.scores(Term("zyzzyva"))] == [docs[0].path]
    assert words.count == 319
