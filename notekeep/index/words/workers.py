# mypy: untyped-calls-exclude="whoosh"
"""A build by several processes: each writes a segment, their owner the table of contents.

A worker is `python -m notekeep.index.words.workers FOLDER LANGUAGE`: documents come in on its
standard input as pickled lists, with None after the last; its segment and its word counts go out on
standard output. It is a program of its own, and not a forked or spawned copy, so that whoever calls
need not be prepared for being copied or imported again.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import subprocess
import sys
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from whoosh import index
from whoosh.writing import SegmentWriter

from notekeep.index.words.analyzer import keeping_all
from notekeep.index.words.bulk import BulkWriter
from notekeep.index.words.schema import schema, values
from notekeep.index.words.vocabulary import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from notekeep.index.words.document import WordDoc

BATCH = 20
"""Notes sent at once; some 100 KB."""

PIPE_BYTES = 1_000_000
"""So much may wait for a worker while the next notes are being read."""

MOST_WORKERS = 2
"""Each holds the words it has seen in memory: some 170 MB at 10,000 notes."""

NICENESS = 5


class WorkerFailed(Exception):
    """A worker ended without a segment."""


def idle_workers() -> int:
    """Return how many workers this machine has room for; 0 when one process does it best."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    idle = min(MOST_WORKERS, round((cores or 1) - busy))
    return idle if idle > 1 else 0


def write(folder: Path, language: str, docs: Iterable[WordDoc], number: int) -> Tally:
    """Write all notes into a new folder, made by `Folder.create`, with some workers.

    Raises:
        WorkerFailed: One of them did not do its part.
    """
    opened = index.create_in(str(folder), schema(language))
    tally = Tally()
    segments: list[Any] = []
    with contextlib.ExitStack() as running:
        workers = [running.enter_context(_started(folder, language)) for _ in range(number)]
        try:
            source = iter(docs)
            for worker in cycle(workers):
                batch = list(islice(source, BATCH))
                if not batch:
                    break
                _send(worker, batch)
            # All are told before the first is waited for, so that they finish side by side.
            for worker in workers:
                _send(worker, None)
        except BrokenPipeError as error:
            raise WorkerFailed(_last_words(workers)) from error
        for worker in workers:
            segment, counted = _result(worker)
            segments.append(segment)
            tally.update(counted)
    _commit(opened, [segment for segment in segments if segment.doc_count_all()])
    return tally


def _send(worker: subprocess.Popen[bytes], batch: list[WordDoc] | None) -> None:
    """Give a worker its next notes; None says that there are no more."""
    assert worker.stdin is not None  # noqa: S101 - it was asked for
    pickle.dump(batch, worker.stdin)
    if batch is None:
        worker.stdin.flush()


def _commit(opened: Any, segments: list[Any]) -> None:
    """Write the table of contents of an index whose segments others have written."""
    writer: Any = SegmentWriter(opened)
    writer._close_segment()  # noqa: SLF001 - what Whoosh's own writer for processes does
    writer._commit_toc(segments)  # noqa: SLF001 - as above
    writer._finish()  # noqa: SLF001 - as above


@contextlib.contextmanager
def _started(folder: Path, language: str) -> Iterator[subprocess.Popen[bytes]]:
    worker = subprocess.Popen(
        # -P: no module is taken from the current folder, which may be a vault.
        [sys.executable, "-P", "-m", "notekeep.index.words.workers", str(folder), language],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pipesize=PIPE_BYTES,
    )
    try:
        yield worker
    except BaseException:
        worker.kill()
        raise
    finally:
        with contextlib.suppress(BrokenPipeError):
            worker.communicate()


def _result(worker: subprocess.Popen[bytes]) -> tuple[Any, Tally]:
    with contextlib.suppress(BrokenPipeError):
        out, errors = worker.communicate()
    if worker.returncode:
        raise WorkerFailed(errors.decode(errors="replace").strip()[-500:])
    segment, tally = pickle.loads(out)  # noqa: S301 - from a process that we started
    return segment, tally


def _last_words(workers: Iterable[subprocess.Popen[bytes]]) -> str:
    for worker in workers:
        if worker.poll():
            assert worker.stderr is not None  # noqa: S101 - it was asked for
            return worker.stderr.read().decode(errors="replace").strip()[-500:]
    return "it closed its input"


def _received() -> list[WordDoc] | None:
    """The next notes; if the one who started us is gone, this process goes as well."""
    try:
        batch: list[WordDoc] | None = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the one who started us
    except EOFError:
        sys.exit(1)
    return batch


def main(folder: str, language: str) -> None:
    """Be a worker."""
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(NICENESS)
    gc.disable()
    tally = Tally()
    opened = index.open_dir(folder, schema=schema(language))
    writer = BulkWriter(opened, tally.add, locked=False)
    with keeping_all():
        while (batch := _received()) is not None:
            for doc in batch:
                writer.add_document(**values(doc, language))
    pickle.dump((writer.finish(), tally), sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main(*sys.argv[1:])
