"""Programs in processes of their own that die where they are told to.

One process waits for work and forks each program from itself, since starting Python anew takes too
long for thousands of kills.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notekeep.storage import append, atomic, content, durability, trash
from notekeep.storage.history import History
from reliability import saves
from reliability.house import open_house

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAMES = {
    "append": append,
    "atomic": atomic,
    "content": content,
    "saves": saves,
    "trash": trash,
}
"""Modules that a program finds by these names."""
CALL = "call"
"""Dying at this "point" means dying before a call: files opened, renamed, removed; SQL."""

CALLS = frozenset({"open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.truncate"})


@dataclass
class Nursery:
    """The process that waits for work.

    Attributes:
        process: It; one line of JSON on its standard input is one program.
    """

    process: subprocess.Popen[str]

    def run(
        self,
        code: str,
        root: Path,
        state: Path,
        *,
        die_at: str = "",
        time: int = 1,
        die_after: float = 0.0,
    ) -> int:
        """Run a program in a process of its own, which kills itself where it is told to.

        Args:
            code: Python; `root`, `history`, `open_vault` and `NAMES` are there.
            root: The vault.
            state: Where history lies; for `open_vault` the folder of settings, cache and state.
            die_at: The point of a save at which the process kills itself, or CALL; "" for none.
            time: The how-manieth time of reaching that point it is.
            die_after: After how many seconds it is killed wherever it is; 0 for never.

        Returns:
            The exit status; minus the signal when it was killed.
        """
        work = {"code": code, "root": str(root), "state": str(state), "at": die_at, "time": time}
        work["after"] = die_after
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(work) + "\n")
        self.process.stdin.flush()
        return os.waitstatus_to_exitcode(int(self.process.stdout.readline()))


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Start the process, and end it afterwards."""
    command = [sys.executable, "-m", "reliability.nursery"]
    home = Path(__file__).parent.parent
    with subprocess.Popen(
        command, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Nursery(process)
        process.terminate()


def _live(work: dict[str, Any]) -> None:
    """Run one program in this process."""
    left = [work["time"]]

    def reached(point: str) -> None:
        if point == work["at"]:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    names = {
        "root": work["root"],
        "os": os,
        "open_vault": lambda: open_house(work["root"], work["state"]),
        "history": History(work["state"]),
        **NAMES,
    }
    durability.reach_failpoint = reached
    if work["at"] == CALL:
        _watch_calls(lambda: reached(CALL))
    if work["after"]:
        signal.setitimer(signal.ITIMER_REAL, work["after"])  # SIGALRM ends it, wherever it is
    exec(work["code"], names)  # noqa: S102 - the programs are in the rows themselves


def _watch_calls(before: Callable[[], None]) -> None:
    """Have something happen before each call that changes a file or the catalog."""

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        reads = event == "open" and not (
            arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) if arguments[2] else 0
        )
        if event in CALLS and not reads:
            before()

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*args, **options)
        connection.set_trace_callback(lambda _sql: before())
        return connection

    real = sqlite3.connect
    sqlite3.connect = connect  # type: ignore[assignment]
    sys.addaudithook(heard)


def _main() -> None:
    import notekeep.notes.moves
    import notekeep.search.session
    import notekeep.search.whoosh_index
    import notekeep.vault

    del notekeep  # loaded once here, and so in every child
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)
            status = 1
            try:
                _live(json.loads(line))
                status = 0
            except Exception:  # noqa: BLE001 - whatever it is, the row that asked is told
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        print(status, flush=True)


if __name__ == "__main__":
    _main()
