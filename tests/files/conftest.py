"""What the tests of this room share: a vault with history, and a system that fails on demand."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import notekeep.files
from notekeep.files import durable, points, rename
from notekeep.files.history import History

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FALLIBLE = frozenset(
    {"open", "read", "write", "close", "fsync", "ftruncate", "truncate", "mkdir", "rmdir"}
    | {"rename", "replace", "link", "unlink", "readlink", "scandir", "listdir", "stat", "lstat"}
    | {"fstat", "chmod", "fchmod", "fchown", "getxattr", "setxattr", "listxattr", "dup"}
)


class FailingSystem:
    """`os`, except that the n-th call that may fail does, once.

    The renames with flags and the flush of a whole file system, which are not in `os`, count too.

    Attributes:
        at: Which call fails, counted from 1; 0 for none.
        number: With which errno.
        calls: The names of the calls made so far.
    """

    def __init__(self, at: int, number: int) -> None:
        self.at = at
        self.number = number
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in FALLIBLE:
            return real

        def call(*args: Any, **kwargs: Any) -> Any:
            if self.fails(name):
                if name == "close":  # a descriptor is gone even when closing it reports an error
                    real(*args, **kwargs)
                raise OSError(self.number, os.strerror(self.number))
            return real(*args, **kwargs)

        return call

    def fails(self, name: str) -> bool:
        """Count a call and tell whether it is the one that fails."""
        self.calls.append(name)
        return len(self.calls) == self.at

    @property
    def failed(self) -> bool:
        """Whether the call that should fail was reached."""
        return 0 < self.at <= len(self.calls)

    @property
    def failed_call(self) -> str:
        """The name of the call that failed."""
        return self.calls[self.at - 1]


@pytest.fixture(scope="session")
def quick_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is one: these tests flush many thousand times."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or os.environ.get("NOTEKEEP_DISK"):
        yield tmp_path_factory.mktemp("quick")
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def quick_path(quick_folder: Path) -> Iterator[Path]:
    """A folder of the test's own there; NOTEKEEP_DISK=1 puts it on the disk."""
    with tempfile.TemporaryDirectory(dir=quick_folder) as folder:
        yield Path(folder)


@pytest.fixture
def vault(quick_path: Path) -> Path:
    root = quick_path / "vault"
    root.mkdir()
    return root


@pytest.fixture
def history(quick_path: Path) -> History:
    return History(quick_path / "state")


@pytest.fixture
def failing_system(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make every module of the room call a system whose n-th call fails."""
    real_renamer, real_syncfs = rename._renamer(), durable._syncfs()

    def install(at: int, number: int) -> FailingSystem:
        system = FailingSystem(at, number)
        for found in pkgutil.iter_modules(notekeep.files.__path__):
            module = importlib.import_module(f"notekeep.files.{found.name}")
            if hasattr(module, "os"):
                monkeypatch.setattr(module, "os", system)

        def renamer(source: rename.Entry, target: rename.Entry, flag: int) -> int:
            assert real_renamer is not None
            return number if system.fails("renameat2") else real_renamer(source, target, flag)

        def syncfs(fd: int) -> None:
            assert real_syncfs is not None
            if system.fails("syncfs"):
                raise OSError(number, os.strerror(number))
            real_syncfs(fd)

        if real_renamer is not None:
            monkeypatch.setattr(rename, "_renamer", lambda: renamer)
        if real_syncfs is not None:
            monkeypatch.setattr(durable, "_syncfs", lambda: syncfs)
        return system

    yield install
    monkeypatch.undo()


@pytest.fixture
def at_point(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], Any]], None]:
    """Have something happen, once, when a save gets to a point."""

    def install(point: str, happen: Callable[[], Any]) -> None:
        assert point in points.POINTS
        waiting = [happen]

        def reached(name: str) -> None:
            if name == point and waiting:
                waiting.pop()()

        monkeypatch.setattr(points, "reached", reached)

    return install


@dataclass
class Nursery:
    """A process that forks others from itself, because starting Python anew takes too long.

    Attributes:
        process: The process, waiting for work on its standard input.
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
            code: Python; `root`, `history` and the modules of the room are there.
            root: The vault.
            state: Where history lies.
            die_at: The point of a save at which the process kills itself; "" for none.
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


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    program = Path(__file__).with_name("nursery.py")
    with subprocess.Popen(
        [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Nursery(process)
        process.send_signal(signal.SIGTERM)
