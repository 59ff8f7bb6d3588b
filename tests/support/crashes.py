"""A change to a vault whose process is killed at one of its steps."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OPENED = """
import os, signal, sys
from notekeep.storage import durability
from notekeep.vault import Vault

point, left, root, *given = sys.argv[1:]
left = int(left)

def reached(name):
    global left
    if name == point:
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

vault = Vault.open(root)
"""


def kill_at(
    point: str, count: int, root: Path | str, change: str, *given: object, prepare: str = ""
) -> None:
    """Run a change in a process that is killed when a step reaches a point so many times.

    Args:
        point: A name of `durability.reach_failpoint`.
        count: How many times it is reached.
        root: The vault, which is `vault` in the code.
        change: The code in which the point counts.
        given: What is `given` in the code, as text.
        prepare: The code before it.
    """
    code = f"{OPENED}\n{prepare}\ndurability.reach_failpoint = reached\n{change}\n"
    command = [sys.executable, "-c", code, point, str(count), str(root), *map(str, given)]
    ran = subprocess.run(command, check=False, timeout=60)
    assert ran.returncode == -signal.SIGKILL, point
