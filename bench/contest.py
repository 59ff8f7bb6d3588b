"""Notekeep, plain Whoosh, FTS5, tantivy and ripgrep with the same notes and questions.

Each runs in a process of its own, in turn; what is compared is in `engines`. After the figures of
each vault come the budgets, each as a ratio to a peer of the same run.
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
from bench.budgets import budgets, from_size_to_size
from bench.engines.question import TEXTS, Question
from bench.ground import COMMON_RANKS, MIDDLE_RANKS, RARE_RANKS, words
from bench.table import grid, megabytes, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground
    from notekeep.markdown.note import Note

TANTIVY_PYTHON = Path(".venv", "bench", "bin", "python")
"""Its environment, made by `make bench`."""

ENGINES = {
    "notekeep": "notekeep",
    "plain Whoosh": "whoosh",
    "FTS5": "fts5",
    "tantivy": "tantivy",
}

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
EACH = 30
"""Questions of a kind."""

NO_STOP_WORD = 4
"""Letters of the words of a phrase at least: shorter ones may be left out by an engine."""


def run_engine(ground: Ground, name: str, stage: str, given: Path, folder: str) -> Any:
    """What an engine, in a process of its own, printed at one stage of `engines/run.py`.

    Raises:
        RuntimeError: It failed; the end of its error output is included.
    """
    python = TANTIVY_PYTHON if name == "tantivy" else sys.executable
    told = subprocess.run(
        [str(python), "-m", "bench.engines.run", name, stage, str(given), folder],
        env=ground.env,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        raise RuntimeError(f"{name} could not {stage}: {told.stderr[-1000:]}")
    return json.loads(told.stdout)


def write_notes(root: Path, path: Path) -> None:
    """Write the notes of a vault as the engines get them, one in a line."""
    from bench.plain_whoosh import notes

    with path.open("w", encoding="utf-8") as file:
        for note in notes(root):
            file.write(json.dumps(_given(note)) + "\n")


class Contest:
    """One vault, given to every engine.

    Attributes:
        notes: How many notes it has.
        built: By engine, what a build cost: "wall", "cpu", "size".
        asked: By engine, "times" by kind of question, and "memory".
        saved: By engine, the "cpu" and "wall" of each save.
        lived: The same of a note that is written in a vault, with history and a sweep of all files.
        cold: What one search on the command line costs, by its name.
    """

    def __init__(self, ground: Ground, notes: int) -> None:
        self.notes = notes
        self._ground = ground
        self._folder = ground.forget(f"contest-{notes}")
        self._folder.mkdir()
        self.built: dict[str, dict[str, float]] = {}
        self.asked: dict[str, dict[str, Any]] = {}
        self.saved: dict[str, dict[str, list[float]]] = {}
        self.lived: dict[str, list[float]] = {}
        self.cold: dict[str, measure.Cost] = {}
        self.missing: list[str] = []

    def run(self) -> None:
        """Let every engine build, answer and save."""
        # Anew, as the others build theirs: the rest of a run changes this vault note by note.
        measure.run(self._ground.command(self.notes, "index", "--rebuild"))
        for name, module in ENGINES.items():
            if module == "tantivy" and not TANTIVY_PYTHON.exists():
                self.missing.append(f"{name}: there is no {TANTIVY_PYTHON}; `make bench` makes it")
                continue
            folder = str(self._folder / module)
            self.built[name] = self._engine(module, "build", self._given, folder)
            if module == "notekeep":
                folder = str(self._ground.vault(self.notes))
            self.asked[name] = self._engine(module, "ask", self._questions, folder)
            self.saved[name] = self._engine(module, "save", self._given, folder)
        self._search_cold()
        self.lived = self._engine(
            "notekeep-person", "save", self._given, str(self._ground.vault(self.notes))
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
            self.missing.append("ripgrep: rg is not installed")
        costs = measure.best(*commands.values())
        self.cold = dict(zip(commands, costs, strict=True))

    def _engine(self, name: str, stage: str, given: Path, folder: str) -> Any:
        return run_engine(self._ground, name, stage, given, folder)

    @cached_property
    def _given(self) -> Path:
        """The notes as the engines get them: read once, so that reading is in nobody's figures."""
        path = self._folder / "notes.jsonl"
        write_notes(self._ground.vault(self.notes), path)
        return path

    @cached_property
    def _questions(self) -> Path:
        path = self._folder / "questions.json"
        lines = self._given.read_text("utf-8").splitlines()
        path.write_text(json.dumps(list(_questions([json.loads(line) for line in lines]))), "utf-8")
        return path

    def figures(self) -> str:
        """The figures as two tables: what an engine takes, and how soon it answers."""
        names = list(self.asked)
        takes = [
            ["a build, CPU", *(seconds(self.built[name]["cpu"]) for name in names)],
            ["a build, by the clock", *(seconds(self.built[name]["wall"]) for name in names)],
            ["size on disk", *(megabytes(self.built[name]["size"]) for name in names)],
            [
                "memory for all questions",
                *(megabytes(self.asked[name]["memory"]) for name in names),
            ],
            ["a save, CPU", *(_spread(self.saved[name]["cpu"]) for name in names)],
            ["a save until it is found", *(_spread(self.saved[name]["wall"]) for name in names)],
        ]
        answers = [
            [what, *(_spread(self.asked[name]["times"].get(kind)) for name in names)]
            for kind, what in KINDS.items()
        ]
        cold = [[name, seconds(cost.cpu), seconds(cost.wall)] for name, cost in self.cold.items()]
        return "\n\n".join(
            [
                f"### {self.notes:,} notes",
                grid(["what", *names], takes),
                (
                    "a line written into a note of a vault, history and a sweep of all files "
                    f"included: {_spread(self.lived['cpu'])} of CPU, found after "
                    f"{_spread(self.lived['wall'])}"
                ),
                grid(["p50 / p95 / max of CPU", *names], answers),
                grid(["one search as a command", "CPU", "by the clock"], cold),
                *self.missing,
            ]
        )


def bench(ground: Ground) -> Iterator[str]:
    """Figures and budgets for each size asked for, each as soon as it is known."""
    contests = [Contest(ground, notes) for notes in ground.sizes]
    for contest in contests:
        contest.run()
        yield f"{contest.figures()}\n\n{budgets(contest)}"
    if len(contests) > 1:
        yield from_size_to_size(contests)


def _given(note: Note) -> dict[str, Any]:
    from notekeep.catalog.documents import word_doc

    doc = word_doc(note)
    several = {
        name: " ".join(getattr(doc, name)) for name in TEXTS if name not in ("title", "body")
    }
    day = str(note.fields.get("created") or note.fields.get("date") or "2026-01-01")
    texts = {"title": doc.title, **several, "body": doc.body}
    return {"path": note.path, "day": int(day[:10].replace("-", "")), "texts": texts}


def _questions(notes: list[dict[str, Any]]) -> list[Question]:
    """The same questions for every vault of one size and seed."""
    dice = Random(5)
    common, middle, rare = (words(ranks) for ranks in (COMMON_RANKS, MIDDLE_RANKS, RARE_RANKS))
    tags = sorted({tag.split("/")[0] for note in notes for tag in note["texts"]["tags"].split()})
    titles = [note["texts"]["title"].lower() for note in dice.sample(notes, TITLES * 3)]
    typed = [title for title in titles if not title[:1].isdigit()][:TITLES]
    asked = [Question("word", (word,)) for word in (*common, *middle, *rare)]
    for _ in range(EACH):
        one, two, three = dice.choice(common), dice.choice(middle), dice.choice(rare)
        other = dice.choice(common)
        month = dice.randrange(2021, 2026) * 10000 + dice.randrange(1, 13) * 100
        asked += [
            Question("and", (one, dice.choice([two, other]))),
            Question("or", (one, two, three)),
            Question("phrase", _row(dice.choice(notes)["texts"]["body"], dice)),
            Question("prefix", (dice.choice(middle)[:3],)),
            Question("fuzzy", (_misspelt(two, dice),)),
            Question("tag", (one,), dice.choice(tags)),
            Question("day", (one,), days=(month + 1, month + 28)),
        ]
    for title in typed:
        keys = (title[:end].split() for end in range(2, len(title) + 1) if title[end - 1] != " ")
        asked += [Question("key", tuple(key)) for key in keys]
    return asked


def _row(body: str, dice: Random) -> tuple[str, ...]:
    """Two words that stand in a row in a note."""
    rows = [line.split() for line in body.splitlines()]
    pairs = [
        (one, two)
        for row in rows
        for one, two in pairwise(row)
        if one.isalpha() and two.isalpha() and min(len(one), len(two)) >= NO_STOP_WORD
    ]
    return dice.choice(pairs) if pairs else ("nothing", "found")


def _misspelt(word: str, dice: Random) -> str:
    at = dice.randrange(1, len(word))
    return word[:at] + dice.choice("aeiou") + word[at + 1 :]


def _spread(times: list[float] | None) -> str:
    if not times:
        return "-"
    ordered = sorted(times)
    picked = (ordered[int((len(ordered) - 1) * share)] for share in (0.5, 0.95, 1))
    return " / ".join(f"{1000 * time:.2f}" for time in picked) + " ms"
