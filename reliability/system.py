"""A system whose n-th call fails, put in the place of `os` in the rooms of notekeep that use it."""

from __future__ import annotations

import importlib
import os
import pkgutil
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import notekeep.storage
from notekeep import cache_files, locks
from notekeep.storage import durability, renames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

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
        """The name of the call that failed; empty when none did."""
        return self.calls[self.at - 1] if self.failed else ""


def rooms() -> list[ModuleType]:
    """The modules that touch the bytes of a vault."""
    found = pkgutil.iter_modules(notekeep.storage.__path__)
    storage = [importlib.import_module(f"notekeep.storage.{module.name}") for module in found]
    return [*storage, locks, cache_files]


@contextmanager
def failing(at: int, number: int) -> Iterator[FailingSystem]:
    """Have the rooms that touch files call a system whose n-th call fails."""
    system = FailingSystem(at, number)
    real_renamer, real_syncfs = renames._renamer(), durability._syncfs()

    def renamer(source: renames.FolderEntry, target: renames.FolderEntry, flag: int) -> int:
        assert real_renamer is not None
        return number if system.fails("renameat2") else real_renamer(source, target, flag)

    def syncfs(fd: int) -> None:
        assert real_syncfs is not None
        if system.fails("syncfs"):
            raise OSError(number, os.strerror(number))
        real_syncfs(fd)

    with installed(system, real_renamer and renamer, real_syncfs and syncfs):
        yield system


@contextmanager
def installed(
    system: Any,
    renamer: Callable[[renames.FolderEntry, renames.FolderEntry, int], int] | None,
    syncfs: Callable[[int], None] | None,
) -> Iterator[None]:
    """Put a system in the place of `os`, and of the calls that `os` does not offer.

    Args:
        system: What takes the place of `os`.
        renamer: The rename with flags; None where there is none.
        syncfs: The flush of a whole file system; None where there is none.
    """
    with ExitStack() as stack:
        for module in rooms():
            if hasattr(module, "os"):
                stack.enter_context(patch.object(module, "os", system))
        stack.enter_context(patch.object(renames, "_renamer", lambda: renamer))
        stack.enter_context(patch.object(durability, "_syncfs", lambda: syncfs))
        yield
