"""What the tests of this room share: a vault with history, and a system that fails on demand."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.storage import durability
from notekeep.storage.history import History
from reliability import nursery as nurseries
from reliability.system import FailingSystem, failing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
def note(vault: Path) -> Path:
    file = vault / "note.md"
    file.write_bytes(b"old\n")
    return file


@pytest.fixture
def history(quick_path: Path) -> History:
    return History(quick_path / "state")


@pytest.fixture
def failing_system() -> Iterator[Any]:
    """Make every module of the room call a system whose n-th call fails."""
    with ExitStack() as stack:

        def install(at: int, number: int) -> FailingSystem:
            stack.close()
            return stack.enter_context(failing(at, number))

        yield install


@pytest.fixture
def at_point(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], Any]], None]:
    """Have something happen, once, when a save gets to a point."""

    def install(point: str, happen: Callable[[], Any]) -> None:
        assert point in durability.FAILPOINTS
        waiting = [happen]

        def reached(name: str) -> None:
            if name == point and waiting:
                waiting.pop()()

        monkeypatch.setattr(durability, "reach_failpoint", reached)

    return install


@pytest.fixture(scope="session")
def nursery() -> Iterator[nurseries.Nursery]:
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    with nurseries.nursery() as process:
        yield process
