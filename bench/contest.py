"""Compares notekeep, plain Whoosh, FTS5, tantivy and ripgrep on the same notes and questions.

Each runs in a separate process, one after the other; the adapters are in `engines`. The figures of
each vault are followed by the budgets, each a ratio to a peer in the same run.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from bench import measure
from bench.budgets import budgets, compare_sizes
from bench.engines.question import TEXTS, Question
from bench.ground import COMMON_RANKS, MIDDLE_RANKS, RARE_RANKS, words
from bench.table import grid, megabytes, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground
    from notekeep.markdown.note import Note

TANTIVY_PYTHON = Path(".venv", "bench", "bin", "python")
"""The Python of tantivy's environment, which `make bench` creates."""

ENGINES = {
    "notekeep": "notekeep",
    "plain Whoosh": "whoosh",
    "FTS5": "fts5",
    "tantivy": "tantivy",
}

NO_TANTIVY = f"tantivy: {TANTIVY_PYTHON} does not exist. Run `make bench` to create it."

KINDS = {
    "key": "a key (every prefix of titles typed)",
    "word": "a word",
    "and": "two words",
    "or": "three words, any of them",
    "phrase": "a phrase",
    "prefix": "a prefix of three letters",
    "fuzzy": "a word, one letter wrong",
    "tag": "a tag and a word",
    "day": "four weeks and a word",
}

TITLES = 12
QUESTIONS_PER_KIND = 30

MIN_PHRASE_WORD = 4
"""The fewest letters in a word of a phrase: an engine may skip shorter words as stop words."""


def run_engine(ground: Ground, name: str, stage: str, data: Path, folder: str) -> Any:
    """Run one stage of `engines/run.py` in a separate process and return its result.

    Raises:
        RuntimeError: The process failed; the message includes the end of its error output.
    """
    python = TANTIVY_PYTHON if name == "tantivy" else sys.executable
    process = subprocess.run(
        [str(python), "-m", "bench.engines.run", name, stage, str(data), folder],
        env=ground.env,
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise RuntimeError(f"{name} could not {stage}: {process.stderr[-1000:]}")
    return json.loads(process.stdout)


def write_notes(root: Path, path: Path) -> None:
    """Write the notes of a vault as JSON lines for the engines."""
    from bench.plain_whoosh import notes

    with path.open("w", encoding="utf-8") as file:
        for note in notes(root):
            file.write(json.dumps(_note_data(note)) + "\n")


class Contest:
    """One vault, measured with every engine.

    Attributes:
        notes: The number of notes in the vault.
        builds: The "wall", "cpu" and "size" of a build, by engine.
        query_results: The "times" by kind of question, and the "memory" used, by engine.
        saves: The "cpu" and "wall" of each save, by engine.
        user_saves: The "cpu" and "wall" of saves in notekeep with history and a scan of all files.
        cold: The cost of one search on the command line, by command.
        missing: Messages about engines that are not installed.
    """

    def __init__(self, ground: Ground, notes: int) -> None:
        self.notes = notes
        self._ground = ground
        self._folder = ground.empty_path(f"contest-{notes}")
        self._folder.mkdir()
        self.builds: dict[str, dict[str, float]] = {}
        self.query_results: dict[str, dict[str, Any]] = {}
        self.saves: dict[str, dict[str, list[float]]] = {}
        self.user_saves: dict[str, list[float]] = {}
        self.cold: dict[str, measure.Cost] = {}
        self.missing: list[str] = []

    def run(self) -> None:
        """Measure building, searching and saving with every engine."""
        # The other engines build from scratch; earlier benches updated this index note by note.
        measure.run(self._ground.command(self.notes, "index", "--rebuild"))
        for name, module in ENGINES.items():
            if module == "tantivy" and not TANTIVY_PYTHON.exists():
                self.missing.append(NO_TANTIVY)
                continue
            folder = str(self._folder / module)
            self.builds[name] = self._engine(module, "build", self._notes_file, folder)
            if module == "notekeep":
                folder = str(self._ground.vault(self.notes))
            self.query_results[name] = self._engine(module, "ask", self._questions_file, folder)
            self.saves[name] = self._engine(module, "save", self._notes_file, folder)
        self._search_cold()
        self.user_saves = self._engine(
            "notekeep-full", "save", self._notes_file, str(self._ground.vault(self.notes))
        )

    def _search_cold(self) -> None:
        ground, root = self._ground, self._ground.vault(self.notes)
        [word] = words(MIDDLE_RANKS[:1])
        commands = {
            "notekeep search --no-refresh": ground.command(
                self.notes, "search", "--no-refresh", word
            ),
            "python -c pass": measure.python("-c", "pass", env=ground.env),
        }
        if shutil.which("rg"):
            commands["rg -il"] = measure.Command(["rg", "-il", word, "."], ground.env, root)
        else:
            self.missing.append("ripgrep: rg is not installed.")
        costs = measure.best(*commands.values())
        self.cold = dict(zip(commands, costs, strict=True))

    def _engine(self, name: str, stage: str, data: Path, folder: str) -> Any:
        return run_engine(self._ground, name, stage, data, folder)

    @cached_property
    def _notes_file(self) -> Path:
        """The notes for all engines, parsed once so that no figure includes parsing."""
        path = self._folder / "notes.jsonl"
        write_notes(self._ground.vault(self.notes), path)
        return path

    @cached_property
    def _questions_file(self) -> Path:
        path = self._folder / "questions.json"
        lines = self._notes_file.read_text("utf-8").splitlines()
        path.write_text(json.dumps(list(_questions([json.loads(line) for line in lines]))), "utf-8")
        return path

    def figures(self) -> str:
        """Return tables of the resources of each engine, of query times and of cold searches."""
        names = list(self.query_results)
        resources = [
            ["a build, CPU", *(seconds(self.builds[name]["cpu"]) for name in names)],
            ["a build, wall time", *(seconds(self.builds[name]["wall"]) for name in names)],
            ["size on disk", *(megabytes(self.builds[name]["size"]) for name in names)],
            [
                "memory for all questions",
                *(megabytes(self.query_results[name]["memory"]) for name in names),
            ],
            ["a save, CPU", *(_spread(self.saves[name]["cpu"]) for name in names)],
            ["a save until it is found", *(_spread(self.saves[name]["wall"]) for name in names)],
        ]
        answers = [
            [label, *(_spread(self.query_results[name]["times"].get(kind)) for name in names)]
            for kind, label in KINDS.items()
        ]
        cold = [[name, seconds(cost.cpu), seconds(cost.wall)] for name, cost in self.cold.items()]
        return "\n\n".join(
            [
                f"### {self.notes:,} notes",
                grid(["test", *names], resources),
                (
                    "A save in a vault, with history and a scan of all files: "
                    f"{_spread(self.user_saves['cpu'])} of CPU, found after "
                    f"{_spread(self.user_saves['wall'])}."
                ),
                grid(["CPU, p50 / p95 / max", *names], answers),
                grid(["one search as a command", "CPU", "wall time"], cold),
                *self.missing,
            ]
        )


def bench(ground: Ground) -> Iterator[str]:
    """Yield the figures and budgets of each size as soon as they are measured."""
    contests = [Contest(ground, notes) for notes in ground.sizes]
    for contest in contests:
        contest.run()
        yield f"{contest.figures()}\n\n{budgets(contest)}"
    if len(contests) > 1:
        yield compare_sizes(contests)


def _note_data(note: Note) -> dict[str, Any]:
    from notekeep.catalog.documents import word_doc

    doc = word_doc(note)
    joined = {name: " ".join(getattr(doc, name)) for name in TEXTS if name not in ("title", "body")}
    day = str(note.fields.get("created") or note.fields.get("date") or "2026-01-01")
    texts = {"title": doc.title, **joined, "body": doc.body}
    return {"path": note.path, "day": int(day[:10].replace("-", "")), "texts": texts}


def _questions(notes: list[dict[str, Any]]) -> list[Question]:
    """Return questions that depend only on the notes and a fixed seed."""
    dice = Random(5)
    common, middle, rare = (words(ranks) for ranks in (COMMON_RANKS, MIDDLE_RANKS, RARE_RANKS))
    tags = sorted({tag.split("/")[0] for note in notes for tag in note["texts"]["tags"].split()})
    titles = [note["texts"]["title"].lower() for note in dice.sample(notes, TITLES * 3)]
    typed = [title for title in titles if not title[:1].isdigit()][:TITLES]
    questions = [Question("word", (word,)) for word in (*common, *middle, *rare)]
    for _ in range(QUESTIONS_PER_KIND):
        frequent, medium, seldom = dice.choice(common), dice.choice(middle), dice.choice(rare)
        other = dice.choice(common)
        month = dice.randrange(2021, 2026) * 10000 + dice.randrange(1, 13) * 100
        questions += [
            Question("and", (frequent, dice.choice([medium, other]))),
            Question("or", (frequent, medium, seldom)),
            Question("phrase", _adjacent_words(dice.choice(notes)["texts"]["body"], dice)),
            Question("prefix", (dice.choice(middle)[:3],)),
            Question("fuzzy", (_misspell(medium, dice),)),
            Question("tag", (frequent,), dice.choice(tags)),
            Question("day", (frequent,), days=(month + 1, month + 28)),
        ]
    for title in typed:
        keys = (title[:end].split() for end in range(2, len(title) + 1) if title[end - 1] != " ")
        questions += [Question("key", tuple(key)) for key in keys]
    return questions


def _adjacent_words(body: str, dice: Random) -> tuple[str, ...]:
    """Return two adjacent words from a note."""
    lines = [line.split() for line in body.splitlines()]
    pairs = [
        (first, second)
        for line in lines
        for first, second in pairwise(line)
        if first.isalpha() and second.isalpha() and min(len(first), len(second)) >= MIN_PHRASE_WORD
    ]
    return dice.choice(pairs) if pairs else ("nothing", "found")


def _misspell(word: str, dice: Random) -> str:
    at = dice.randrange(1, len(word))
    return word[:at] + dice.choice("aeiou") + word[at + 1 :]


def _spread(times: list[float] | None) -> str:
    if not times:
        return "-"
    ordered = sorted(times)
    picked = (ordered[int((len(ordered) - 1) * share)] for share in (0.5, 0.95, 1))
    return " / ".join(f"{1000 * time:.2f}" for time in picked) + " ms"
