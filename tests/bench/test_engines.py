"""Engines that are compared are asked the same and find what is there."""

from __future__ import annotations

import json
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bench.budgets import budgets
from bench.engines import run
from bench.engines.question import TEXTS, Question
from bench.measure import Cost

if TYPE_CHECKING:
    from pathlib import Path

BODIES = {
    "a.md": "the lever moves the world quietly",
    "b.md": "a pulley and a lever in the garden",
    "c.md": "nothing of that kind",
}

QUESTIONS = [
    (Question("word", ("lever",)), {"a.md", "b.md"}),
    (Question("and", ("lever", "pulley")), {"b.md"}),
    (Question("or", ("pulley", "nothing", "wedge")), {"b.md", "c.md"}),
    (Question("phrase", ("moves", "world")), set()),
    (Question("phrase", ("world", "quietly")), {"a.md"}),
    (Question("prefix", ("gar",)), {"b.md"}),
    (Question("key", ("lever", "wor")), {"a.md"}),
    (Question("tag", ("lever",), "tools"), {"b.md"}),
    (Question("day", ("lever",), days=(20260101, 20260131)), {"a.md"}),
]


def given(path: str) -> dict[str, Any]:
    texts = dict.fromkeys(TEXTS, "")
    texts |= {"title": path, "body": BODIES[path], "tags": "tools" if path == "b.md" else ""}
    return {"path": path, "day": 20260115 if path == "a.md" else 20260215, "texts": texts}


@pytest.mark.parametrize("name", ["fts5", "whoosh"])
def test_a_peer_finds_what_is_there(name: str, tmp_path: Path) -> None:
    engine = import_module(f"bench.engines.{name}").Engine(str(tmp_path / name))
    engine.build(map(given, BODIES))
    engine.open()
    for question, expected in QUESTIONS:
        if question.kind != "phrase" or expected:  # they count stop words differently
            assert set(engine.ask(question)) == expected, question
    asked = tmp_path / "questions.json"
    asked.write_text(json.dumps([question for question, _ in QUESTIONS[:2]]), "utf-8")
    both, [one] = run.answer(engine, str(asked))
    assert {*both} == {"a.md", "b.md"}
    assert one == "b.md"
    changed = given("c.md")
    changed["texts"]["body"] = "a wedge"
    engine.update(changed)
    assert engine.ask(Question("word", ("wedge",))) == ["c.md"]
    assert engine.ask(Question("word", ("nothing",))) == []


def test_notekeep_is_asked_the_same_of_a_whole_vault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench.engines.notekeep import Engine
    from notekeep.vault import Vault

    monkeypatch.setenv("NOTEKEEP_HOME", str(tmp_path / "home"))
    root = tmp_path / "vault"
    root.mkdir()
    for path, body in BODIES.items():
        note = given(path)
        day = str(note["day"])
        created = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        head = f"---\ncreated: {created}\ntags: [{note['texts']['tags']}]\n---\n"
        (root / path).write_text(f"{head}{body}\n", "utf-8")
    Vault.open(str(root)).indexing.refresh()
    engine = Engine(str(root))
    engine.open()
    for question, expected in QUESTIONS:
        assert set(engine.ask(question)) == expected, question


def test_a_budget_that_is_missed_is_marked() -> None:
    builds = {"notekeep": 3.0, "plain Whoosh": 6.0}
    kinds = ("key", "word", "or", "tag", "and", "phrase")
    times = {"times": {kind: [0.001] for kind in kinds}, "memory": 1}
    contest: Any = SimpleNamespace(
        notes=10_000,
        builds={name: {"cpu": cpu, "wall": cpu, "size": 1.0} for name, cpu in builds.items()},
        query_results=dict.fromkeys(("notekeep", "plain Whoosh", "FTS5"), times),
        saves={"notekeep": {"cpu": [0.005], "wall": [2000.0]}},
        cold=dict.fromkeys(("notekeep search --no-refresh", "python -c pass"), Cost(1.0, 1.0)),
    )
    lines = budgets(contest).splitlines()
    marked = {line.split("|")[1].strip(): "✗" in line for line in lines if line.startswith("| ")}
    assert marked["a full index, CPU"]
    assert marked["a save until it is found"]
    assert not marked["a search as a command, CPU"]
