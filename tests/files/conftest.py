"""What the tests of this room share: a vault, and a system that fails on demand."""

from __future__ import annotations

import importlib
import os
import pkgutil
from typing import TYPE_CHECKING, Any

import pytest

import notekeep.files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FALLIBLE = frozenset(
    {"open", "read", "write", "close", "fsync", "ftruncate", "truncate", "mkdir", "rmdir"}
    | {"rename", "replace", "link", "unlink", "readlink", "scandir", "listdir", "stat", "lstat"}
    | {"fstat", "chmod", "fchmod", "fchown", "getxattr", "setxattr", "listxattr"}
)


class FailingSystem:
    """`os`, except that the n-th call that may fail does, once.

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
            self.calls.append(name)
            if len(self.calls) == self.at:
                if name == "close":  # a descriptor is gone even when closing it reports an error
                    real(*args, **kwargs)
                raise OSError(self.number, os.strerror(self.number))
            return real(*args, **kwargs)

        return call

    @property
    def failed(self) -> bool:
        """Whether the call that should fail was reached."""
        return 0 < self.at <= len(self.calls)

    @property
    def failed_call(self) -> str:
        """The name of the call that failed."""
        return self.calls[self.at - 1]


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    root = tmp_path / "vault"
    root.mkdir()
    return root


@pytest.fixture
def failing_system(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make every module of the room call a system whose n-th call fails."""

    def install(at: int, number: int) -> FailingSystem:
        system = FailingSystem(at, number)
        for found in pkgutil.iter_modules(notekeep.files.__path__):
            module = importlib.import_module(f"notekeep.files.{found.name}")
            if hasattr(module, "os"):
                monkeypatch.setattr(module, "os", system)
        return system

    yield install
    monkeypatch.undo()
