"""Runs one engine in a separate process, to measure its memory and start-up alone.

    python -m bench.engines.run ENGINE build NOTES FOLDER
    python -m bench.engines.run ENGINE ask QUESTIONS FOLDER
    python -m bench.engines.run ENGINE save NOTES FOLDER
    python -m bench.engines.run ENGINE answer QUESTIONS FOLDER

The output is one line of JSON. Times are CPU times, which hardly change on a busy machine. Each
question counts with the best of a few runs.
"""

from __future__ import annotations

import contextlib
import gc
import json
import re
import sys
import time
from functools import partial
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

    from bench.engines.question import NoteData

TIMES = 3

SLOW_SECONDS = 0.5
"""Seconds; a question that takes longer runs once."""

SAVED_WORD = "zyzzyva"
SAVES = 30


def build(engine: Any, notes: str, folder: str) -> dict[str, float]:
    """Build an index; return wall and CPU seconds (with children) and bytes on disk."""
    data = list(_read_notes(notes))
    collect_rarely()  # like the command that builds an index
    clock, spent = time.perf_counter(), _cpu_seconds()
    engine.build(data)
    return {
        "wall": time.perf_counter() - clock,
        "cpu": _cpu_seconds() - spent,
        "size": sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()),
    }


def ask(engine: Any, answers: frozenset[str], questions: str) -> dict[str, Any]:
    """Answer all questions; return seconds by kind, and the growth of memory in bytes."""
    before = _memory()
    engine.open()
    times: dict[str, list[float]] = {}
    for kind, *rest in json.loads(Path(questions).read_text("utf-8")):
        if kind in answers:
            question = Question.of(kind, *rest)
            times.setdefault(kind, []).append(_best(partial(engine.ask, question)))
    return {"times": times, "memory": _memory() - before}


def answer(engine: Any, questions: str) -> list[list[str]]:
    """Return the paths that answer each question, best first."""
    engine.open()
    fields = json.loads(Path(questions).read_text("utf-8"))
    return [engine.ask(Question.of(*question)) for question in fields]


def save(engine: Any, notes: str) -> dict[str, list[float]]:
    """Save some notes; return the CPU seconds of each, and the wall seconds until it is found."""
    engine.open()
    edited = list(islice(_read_notes(notes), 0, None, 7))[: SAVES + 1]
    cpu: list[float] = []
    wall: list[float] = []
    for number, note in enumerate(edited):
        word = f"{SAVED_WORD}{number}"
        note["texts"]["body"] += f" {word}"
        clock, spent = time.perf_counter(), _cpu_seconds()
        engine.update(note)
        cpu.append(_cpu_seconds() - spent)
        if note["path"] not in engine.ask(Question("word", (word,))):
            raise RuntimeError(f"{note['path']} was saved but not found")
        wall.append(time.perf_counter() - clock)
    return {"cpu": cpu[1:], "wall": wall[1:]}  # the first save includes imports


def _best(action: Callable[[], object]) -> float:
    found: list[float] = []
    while len(found) < TIMES and (not found or found[0] < SLOW_SECONDS):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return min(found)


def _read_notes(path: str) -> Iterator[NoteData]:
    with Path(path).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _cpu_seconds() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _memory() -> int:
    """Return the private memory of this process in bytes.

    On Linux this excludes mapped files, whose pages the system can drop. Other systems report only
    the peak.
    """
    status = Path("/proc/self/status")
    found = status.exists() and re.search(r"RssAnon:\s*(\d+) kB", status.read_text("ascii"))
    if found:
        return int(found[1]) * 1024
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


def main(name: str, stage: str, data: str, folder: str) -> None:
    """Run one stage and print its result as JSON."""
    module_name, _, variant = name.partition("-")
    module = import_module(f"bench.engines.{module_name}")
    engine = getattr(module, variant.capitalize() or "Engine")(folder)
    result: object
    if stage == "build":
        result = build(engine, data, folder)
    elif stage == "ask":
        gc.freeze()
        result = ask(engine, module.ANSWERS, data)
    elif stage == "answer":
        result = answer(engine, data)
    else:
        result = save(engine, data)
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
