"""R12: two or three machines change a vault and sync it with git; no line is lost.

A world is some rounds of random changes on each machine, by hand and by notekeep, with everything
that goes wrong: a sync killed at any moment, the remote gone, another machine that pushes first, a
clock that is off, names that differ in case only, and a person who runs plain `git pull`. On any of
them `conflicts --auto` merges what it can. In every third world a phone shares the folder of one
machine, as Syncthing does, which leaves conflict copies.

    python -m reliability.r12_sync ROUNDS FILE

goes on where it stopped: FILE has a line for each world that was finished.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from notekeep.config import Places
from notekeep.errors import NotekeepError
from notekeep.notes.conflict_pairs import plan_merge_all
from notekeep.services.sync import SyncService
from notekeep.storage.git import Git
from notekeep.storage.history import History
from notekeep.vault import Vault
from reliability.board import Result, Row, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 20
"""Rounds of one world."""

LOG = "habits/log/2026-11.shared.md"
PHONE = "p"
IMPORTED = ".notekeep/imported/kindle.shared.log"
MARKERS = re.compile(rb"^(<{7} |>{7} |\|{7} )", re.MULTILINE)
_START = "---\ntitle: {n}\nrating: 1\nstatus: new\ntags: [start]\n---\n# Note {n}\n\n"
_ITEMS = "".join(f"- [ ] task {number} of the list\n" for number in range(6))


class Machine:
    """One machine: its vault, its state, and how far its clock is off."""

    def __init__(self, folder: Path, name: str, hub: Path, hours: int) -> None:
        self.name = name
        self.root = folder / name
        self.home = folder / f"{name} home"
        self.hours = hours
        (self.root / ".notekeep").mkdir(parents=True)
        places = Places(*(str(self.home / part) for part in ("config", "cache", "state")))
        self.vault = Vault.open(self.root, places=places)
        self.state = Path(self.vault.places.state)
        self.history = self.vault.history.store
        self.service = self.vault.make_sync()
        if hub.exists():
            with self.clock():
                self.service.init(str(hub))

    @contextmanager
    def clock(self) -> Iterator[None]:
        """Commit with this machine's clock."""
        stamp = f"{int(time.time()) + 3600 * self.hours} +0000"
        with patch.dict(os.environ, GIT_AUTHOR_DATE=stamp, GIT_COMMITTER_DATE=stamp):
            yield

    def sync(self) -> str:
        """Sync; return why the remote was not reached."""
        with self.clock():
            return self.service.sync().problem

    def merge_copies(self) -> None:
        """Merge all conflicts that can be merged, as `conflicts --auto` does."""
        self.vault.indexing.refresh(words=False)
        plan = plan_merge_all(self.vault.workspace, self.history)
        if plan.changes:
            self.vault.notes.apply(plan)

    def killed_sync(self, chance: random.Random) -> None:
        """Sync in a process of its own, killed before a command of git, or with it at any time."""
        step = chance.choice((0, chance.randint(1, 40)))
        code = "import sys; from reliability.r12_sync import sync_until; sync_until(*sys.argv[1:])"
        words = [sys.executable, "-c", code, str(self.root), str(self.state), str(step)]
        with (
            self.clock(),
            subprocess.Popen(
                words, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            ) as child,
        ):
            assert child.stdout is not None
            child.stdout.readline()
            if step:
                child.wait()
            else:
                time.sleep(chance.random())
                os.killpg(child.pid, signal.SIGKILL)
        self.history.recover(str(self.root))
        for lock in (self.root / ".git").rglob("*.lock"):
            lock.unlink()  # as `sync` says

    def pull(self) -> bool:
        """Commit and pull as a person does who knows git; tell whether that wrote markers.

        What is a conflict is left to sync.
        """
        git = Git(str(self.root))
        with self.clock():
            git.ask("add", "-A")
            git.ask("commit", "-qm", "by hand")
            is_left = git.ask("pull", "-q", "--no-rebase", "origin", "main")[0]
            has_markers = bool(_find_markers(self))
            if is_left:
                git.ask("merge", "--abort")
        return has_markers

    def notes(self) -> list[Path]:
        """List the notes of the vault."""
        return sorted([*self.root.glob("*.md"), *self.root.glob("folder */*.md")])

    def append(self, path: str, line: str) -> None:
        """Add a line to a file that only grows."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as log:
            log.write(line)

    def change(self, chance: random.Random, token: str) -> list[str]:
        """Make one random change; return the texts that must be somewhere from now on."""
        notes = self.notes()
        note = chance.choice(notes) if notes else self.root / f"{token}.md"
        kind = chance.random()
        if kind < 0.06:
            self.append(LOG, f"- 2026-11-{chance.randint(1, 28):02d} run: 1 km -- {token}\n")
            return [token]
        if (
            kind < 0.1 and self.name != PHONE
        ):  # two machines may import the same book, with the same bytes
            self.append(IMPORTED, f"{token}\n")
            name = f"book {chance.randint(1, 9)}"
            if not (self.root / f"{name}.md").exists():
                (self.root / f"{name}.md").write_text(_START.format(n=name) + _ITEMS)
            return [token]
        if kind < 0.13:
            note.rename(self.root / f"renamed {token}.md")
            return []
        if kind < 0.15:
            place = self.root / f"folder {chance.randint(1, 3)}" / note.name
            if not place.exists():
                place.parent.mkdir(exist_ok=True)
                note.rename(place)
            return []
        if kind < 0.18 and len(notes) > 4:
            note.unlink()
            return []
        lines = _read(note).splitlines(keepends=True) or [_START]
        if kind < 0.23:
            note = self.root / f"{chance.choice(('Twin', 'twin', 'TWIN'))}.md"
            lines = [*lines[:8], f"{token}\n"]
        elif kind < 0.5 and note.exists():
            self._edit(note.name if note.parent == self.root else "", chance, token)
            return [token]
        text = "".join(_change_lines(lines, chance, token))
        note.write_text(text)
        return [token] if token in text else []

    def _edit(self, path: str, chance: random.Random, token: str) -> None:
        """Make a change with notekeep, which has the version from then on."""
        notes = self.vault.notes
        self.vault.indexing.refresh(words=False)
        with suppress(NotekeepError):  # such as a note whose front matter two programs wrote
            if chance.random() < 0.5 or not path:
                notes.apply(notes.plan_add(token, path))
            else:
                key = chance.choice(("rating", "status"))
                notes.apply(notes.plan_set([path], [f"{key}={token}"], force=True))


def sync_until(root: str, state: str, step: str) -> None:
    """Sync, and die before the command of git with a number; 0 for none."""
    real, left = Git.ask, int(step)

    def ask(git: Git, *words: str, **more: object) -> tuple[int, bytes, str]:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(git, *words, **more)  # type: ignore[arg-type]

    history = History(state)
    print(flush=True)
    with patch.object(Git, "ask", ask):
        SyncService(root, state, lambda: history).sync()


def _change_lines(lines: list[str], chance: random.Random, token: str) -> list[str]:
    """Change a note at random: a field, a tag, boxes, a new block, or a line that goes."""
    kind = chance.random()
    body = max(6, next((n for n, line in enumerate(lines) if line.startswith("#")), 6))
    if kind < 0.4:
        text = chance.choice(("- [ ] {}\n", "\nA paragraph, {}.\n", "> {}\n"))
        lines.insert(chance.randint(min(body, len(lines)), len(lines)), text.format(token))
    elif kind < 0.55:
        lines.append(f"\n## {token}\n\ntext\n")
    elif kind < 0.7:
        boxes = [n for n, line in enumerate(lines) if "[ ]" in line]
        for number in chance.sample(boxes, min(2, len(boxes))):
            lines[number] = lines[number].replace("[ ]", "[x]")
    elif kind < 0.8:
        key = chance.choice(("rating", "status"))
        return [f"{key}: {token}\n" if line.startswith(key) else line for line in lines]
    elif kind < 0.9:
        return [line.replace("tags: [", f"tags: [{token}, ") for line in lines]
    elif len(lines) > body + 2:
        del lines[chance.randrange(body, len(lines))]
    return lines


class SharedFolder:
    """Two machines whose folders a program such as Syncthing keeps alike."""

    def __init__(self, one: Machine, other: Machine, chance: random.Random) -> None:
        self._roots = one.root, other.root
        self._chance = chance
        self._last: dict[str, bytes] = {}
        self._copies = 0

    def share(self) -> None:
        """Bring each file to both; where both changed it, one version becomes a copy."""
        one, other = map(_contents, self._roots)
        for path in sorted(one.keys() | other.keys()):
            mine, theirs, old = (files.get(path) for files in (one, other, self._last))
            if theirs == old or theirs is None:
                kept = mine
            elif mine in (old, theirs) or mine is None:
                kept = theirs
            else:
                self._copies += 1
                kept, lost = self._chance.sample((mine, theirs), 2)
                stem = path.removesuffix(".md")
                self._write(f"{stem}.sync-conflict-20261128-{self._copies:06}-ABCDEFG.md", lost)
            self._write(path, kept)
        self._last = _contents(self._roots[0])

    def _write(self, path: str, data: bytes | None) -> None:
        for place in (root / path for root in self._roots):
            if data is None:
                place.unlink(missing_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)


def _contents(root: Path) -> dict[str, bytes]:
    """The notes and logs of a vault, by path."""
    found = [path for path in root.rglob("*.md") if not {".git", ".trash"} & set(path.parts)]
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def run(size: int, folder: Path) -> Result:
    """Sync for `size` rounds, in worlds of some rounds each."""
    result = Result(size=f"{size:,} rounds, 2 and 3 machines, git")
    if shutil.which("git") is None:
        result.skipped = "git is not installed"
        return result
    for seed in range(-(-size // ROUNDS)):
        run_world(result, folder / str(seed), seed, min(ROUNDS, size - seed * ROUNDS))
    return result


def run_world(result: Result, folder: Path, seed: int, rounds: int) -> None:
    """Run the rounds of one world, which depend on its seed and on where a kill hits."""
    names = {
        f"GIT_{who}_{what}": "x@x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    with patch.dict(os.environ, names | {"GIT_CONFIG_GLOBAL": os.devnull}):
        _run_world(result, folder, seed, rounds)


def _run_world(result: Result, folder: Path, seed: int, rounds: int) -> None:
    chance = random.Random(seed)
    hub = folder / "hub"
    folder.mkdir(parents=True)
    Git(str(folder)).run("init", "-q", "--bare", "-b", "main", str(hub))
    hours = (0, -30, 700)
    machines = [
        Machine(folder, name, hub, hours[n]) for n, name in enumerate("abc"[: 2 + seed % 2])
    ]
    for number in range(6):
        (machines[0].root / f"note {number}.md").write_text(_START.format(n=number) + _ITEMS)
    for one in machines:
        one.sync()
    if seed % 3 == 2:
        machines.append(Machine(folder, PHONE, folder / "nowhere", 0))
        shared = SharedFolder(machines[0], machines[-1], chance)
        shared.share()
    else:
        shared = None
    rows: set[str] = set()
    for number in range(rounds):
        where = f"world {seed}, round {number}"
        written = _change_all(machines, chance, f"{seed}x{number}", rows)
        if shared:
            shared.share()
        synced = [one for one in machines if one.name != PHONE]
        _sync_all(result, synced, hub, chance, where)
        if chance.random() < 0.5:
            for one in chance.sample(machines, chance.randint(1, len(machines))):
                one.merge_copies()
            if shared:
                shared.share()
            _sync_all(result, synced, hub, chance, where)
        _check(result, synced, written | rows, where)
        if shared:
            shared.share()
        result.count += 1


def _change_all(
    machines: list[Machine], chance: random.Random, name: str, rows: set[str]
) -> set[str]:
    """Change something on each machine; return the new texts, and add those of logs to `rows`."""
    written: set[str] = set()
    for one in machines:
        for step in range(chance.randint(0, 4)):
            written |= set(one.change(chance, f"{one.name}{name}x{step}"))
        text = _all_text(one)
        written = {token for token in written if token[0] != one.name or token in text}
        logs = _read(one.root / LOG) + _read(one.root / IMPORTED)
        rows |= {token for token in written if token in logs}
    return written


def _sync_all(
    result: Result, machines: list[Machine], hub: Path, chance: random.Random, where: str
) -> None:
    """Sync until all have everything, with something that goes wrong before."""
    order = list(machines)
    chance.shuffle(order)
    trouble = chance.random()
    if trouble < 0.2:
        order[0].killed_sync(chance)
    elif trouble < 0.3:
        hub.rename(hub.with_name("gone"))
        result.expect(order[0].sync(), f"{where}: the remote is gone, and nobody says so")
        hub.with_name("gone").rename(hub)
    elif trouble < 0.4 and order[-1].pull():
        result.damage(f"{where}: conflict markers after git pull")
    racer = order[-1] if trouble > 0.8 else None
    real = Git.ask

    def ask(git: Git, *words: str, **more: object) -> tuple[int, bytes, str]:
        nonlocal racer
        if words[0] == "push" and racer is not None and git.root != str(racer.root):
            faster, racer = racer, None
            faster.sync()
        return real(git, *words, **more)  # type: ignore[arg-type]

    with patch.object(Git, "ask", ask):
        for one in [*order, *order[:-1]]:
            try:
                problem = one.sync()
                result.expect(not problem, f"{where}: {one.name}: {problem}")
            except NotekeepError as error:
                result.fault(f"{where}: {one.name}: {error.message}")


def _check(result: Result, machines: list[Machine], wanted: set[str], where: str) -> None:
    trees = {Git(str(one.root)).line("rev-parse", "HEAD^{tree}") for one in machines}
    result.expect(len(trees) == 1, f"{where}: the machines differ")
    for one in machines:
        status = Git(str(one.root)).line("status", "--porcelain")
        result.expect(not status, f"{where}: {one.name} is not clean: {status}")
        for path in _find_markers(one):
            result.damage(f"{where}: conflict markers in {path.name}")
    text = _all_text(machines[0])
    for token in sorted(wanted):
        if token not in text:
            result.lose(f"{where}: {token}")


def _files(machine: Machine) -> list[Path]:
    found = [*machine.root.rglob("*.md"), *machine.root.rglob("*.log")]
    return [path for path in found if not {".git", ".trash"} & set(path.parts)]


def _find_markers(machine: Machine) -> list[Path]:
    return [path for path in _files(machine) if MARKERS.search(path.read_bytes())]


def _all_text(machine: Machine) -> str:
    return "\n".join(map(_read, _files(machine)))


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def main(rounds: int, progress: Path) -> int:
    """Run worlds that are not in a file of progress yet; 0 when nothing was lost in any."""
    done = [json.loads(line) for line in _read(progress).splitlines()]
    known = {one["seed"] for one in done}
    for seed in range(-(-rounds // ROUNDS)):
        if seed in known:
            continue
        result = Result()
        with tempfile.TemporaryDirectory() as folder:
            run_world(result, Path(folder, "world"), seed, ROUNDS)
        row = {"seed": seed, "rounds": result.count, "lost": result.lost,
               "damaged": result.damaged, "faults": result.faults}  # fmt: skip
        done.append(row)
        with progress.open("a") as file:
            file.write(f"{json.dumps(row)}\n")
    bad = [one for one in done if one["lost"] or one["damaged"] or one["faults"]]
    print(
        f"{sum(one['rounds'] for one in done):,} rounds, {len(bad)} worlds with faults",
        *bad,
        sep="\n",
    )
    return 1 if bad else 0


ROW = Row("R12", "machines in sync", Sizes(200, 200, 5000), run)

if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), Path(sys.argv[2])))
