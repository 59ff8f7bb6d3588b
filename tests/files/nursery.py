"""Runs programs in forked processes that kill themselves at a point of a save; see conftest.py."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from notekeep.files import append, commit, move, points, recover, save, trash, undo
from notekeep.files.history import History

ROOM = {"append": append, "move": move, "save": save, "trash": trash, "recover": recover}
WARM = (commit, undo)


def live(work: dict[str, Any]) -> None:
    """Run one program in this process."""
    left = [work["time"]]

    def reached(point: str) -> None:
        if point == work["at"]:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    points.reached = reached
    if work["after"]:
        signal.setitimer(signal.ITIMER_REAL, work["after"])  # SIGALRM ends it, wherever it is
    names = {"root": work["root"], "history": History(work["state"]), "os": os, **ROOM}
    exec(work["code"], names)  # noqa: S102 - the programs are in the tests themselves


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)
            status = 1
            try:
                live(json.loads(line))
                status = 0
            except Exception:  # noqa: BLE001 - whatever it is, the test that asked is told
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        print(status, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
