"""Runs one engine in a process of its own, so that memory and start-up are its own as well.

    python -m bench.engines.run ENGINE build NOTES FOLDER
    python -m bench.engines.run ENGINE ask QUESTIONS FOLDER
    python -m bench.engines.run ENGINE save NOTES FOLDER
    python -m bench.engines.run ENGINE answer QUESTIONS FOLDER

The answer is one line of JSON. Times are processor time, which a busy machine hardly changes. Of
each question the best of a few is taken, each asked as if for the first time; but keys follow each
other.
"""

from __future__ import annotations

import contextlib
import gc
import json
import re
import sys
import time
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.engines.question import Question
from notekeep.__main__ import collect_rarely

with contextlib.suppress(ModuleNotFoundError):  # Windows does not have it
    import resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.engines.question import Given

TIMES = 3

ENOUGH = 0.5
"""Seconds; a question that takes longer is asked once."""

SAVED_WORD = "zyzzyva"
SAVES = 30


def build(engine: Any, notes: str, folder: str) -> dict[str, float]:
    """Seconds by the clock and of the processor (children too), bytes on disk."""
    given = list(_notes(notes))
    collect_rarely()  # as the command that builds an index does
    clock, spent = time.perf_counter(), _spent()
    engine.build(given)
    return {
        "wall": time.perf_counter() - clock,
        "cpu": _spent() - spent,
        "size": sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()),
    }


def ask(engine: Any, answers: frozenset[str], questions: str) -> dict[str, Any]:
    """Seconds of each question by kind, and by how many bytes memory grew."""
    before = _memory()
    engine.open()
    times: dict[str, list[float]] = {}
    for kind, *rest in json.loads(Path(questions).read_text("utf-8")):
        if kind in answers:
            question = Question.of(kind, *rest)
            taken = _best(lambda asked=question: engine.ask(asked))  # type: ignore[misc]
            times.setdefault(kind, []).append(taken)
    return {"times": times, "memory": _memory() - before}


def answer(engine: Any, questions: str) -> list[list[str]]:
    """The paths that answer each question, best first."""
    engine.open()
    asked = (Question.of(*one) for one in json.loads(Path(questions).read_text("utf-8")))
    return [engine.ask(question) for question in asked]


def save(engine: Any, notes: str) -> dict[str, list[float]]:
    """Seconds of the processor for each of some saves, and by the clock until each is found."""
    engine.open()
    given = list(islice(_notes(notes), 0, None, 7))[: SAVES + 1]
    cpu: list[float] = []
    wall: list[float] = []
    for number, note in enumerate(given):
        word = f"{SAVED_WORD}{number}"
        note["texts"]["body"] += f" {word}"
        clock, spent = time.perf_counter(), _spent()
        engine.update(note)
        cpu.append(_spent() - spent)
        if note["path"] not in engine.ask(Question("word", (word,))):
            raise RuntimeError(f"{note['path']} was saved and is not found")
        wall.append(time.perf_counter() - clock)
    return {"cpu": cpu[1:], "wall": wall[1:]}  # the first pays for imports


def _best(action: Callable[[], object]) -> float:
    found: list[float] = []
    while len(found) < TIMES and (not found or found[0] < ENOUGH):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return min(found)


def _notes(path: str) -> Iterator[Given]:
    with Path(path).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _spent() -> float:
    parts = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in parts)


def _memory() -> int:
    """Bytes of memory that are this process's own.

    Where the system tells, without mapped files: their pages are its cache, and go when others want
    them. Elsewhere the most that there has been.
    """
    status = Path("/proc/self/status")
    found = status.exists() and re.search(r"RssAnon:\s*(\d+) kB", status.read_text("ascii"))
    if found:
        return int(found[1]) * 1024
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


def main(name: str, stage: str, given: str, folder: str) -> None:
    """Do one stage and print what it cost."""
    module_name, _, kind = name.partition("-")
    module = import_module(f"bench.engines.{module_name}")
    engine = getattr(module, kind.capitalize() or "Engine")(folder)
    told: object
    if stage == "build":
        told = build(engine, given, folder)
    elif stage == "ask":
        gc.freeze()
        told = ask(engine, module.ANSWERS, given)
    elif stage == "answer":
        told = answer(engine, given)
    else:
        told = save(engine, given)
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
