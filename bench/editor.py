"""The language server: completions, the first problems of a note, and memory.

A client in this process talks to `notekeep lsp` as editors do, by the clock, from the request until
the whole answer is read. The packages of the extra `lsp` are those of `make check-lsp`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import measure
from bench.ground import words
from bench.table import Line, megabytes

if TYPE_CHECKING:
    from bench.ground import Ground

COMPLETION, DIAGNOSTICS = 3.0, 60.0
"""The most that each may take, in starts of Python."""
EXTRA = Path(sys.prefix, "lsp")
TIMEOUT_SECONDS = 120
SETTLED = 1.5
"""Seconds until the first refresh is done."""


class Client:
    """An editor, as the server sees it."""

    def __init__(self, ground: Ground, notes: int) -> None:
        self.root = ground.vault(notes)
        path = os.pathsep.join([str(EXTRA), str(Path(__file__).parent.parent)])
        self._server = subprocess.Popen(
            [sys.executable, "-m", "notekeep", "lsp"],
            env=ground.env | {"PYTHONPATH": path},
            cwd=self.root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._ids = count(1)

    def request(self, method: str, **params: Any) -> Any:
        """Send a request and return its result."""
        number = next(self._ids)
        self._send(id=number, method=method, params=params)
        return self.wait(lambda message: message.get("id") == number and "method" not in message)[
            "result"
        ]

    def notify(self, method: str, **params: Any) -> None:
        """Send a notification."""
        self._send(method=method, params=params)

    def wait(self, is_it: Any) -> Any:
        """Read messages until the one that is waited for."""
        assert self._server.stdout is not None
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            length = 0
            while (line := self._server.stdout.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            message = json.loads(self._server.stdout.read(length))
            if is_it(message):
                return message
        raise RuntimeError("the server did not answer")

    def begin(self) -> None:
        """Start the session."""
        folder = {"uri": self.root.as_uri(), "name": "vault"}
        self.request(
            "initialize",
            processId=os.getpid(),
            rootUri=self.root.as_uri(),
            workspaceFolders=[folder],
            capabilities={},
        )
        self.notify("initialized")

    def open(self, path: Path) -> str:
        """Open a note and return its address."""
        text = path.read_text("utf-8")
        document = {"uri": path.as_uri(), "languageId": "markdown", "version": 1, "text": text}
        self.notify("textDocument/didOpen", textDocument=document)
        return path.as_uri()

    def memory(self) -> int:
        """Bytes of memory that are the server's own."""
        status = Path(f"/proc/{self._server.pid}/status")
        found = re.search(r"RssAnon:\s*(\d+) kB", status.read_text("ascii"))
        return int(found[1]) * 1024 if found else 0

    def end(self) -> None:
        """End the session."""
        self.request("shutdown")
        self.notify("exit")
        self._server.wait(10)

    def _send(self, **message: Any) -> None:
        assert self._server.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._server.stdin.flush()


def bench(ground: Ground) -> list[Line]:
    """One session on the larger vault, which is indexed."""
    notes = ground.large
    ground.index(notes)
    client = Client(ground, notes)
    client.begin()
    note = min(client.root.glob("books/*.md"))
    start = time.perf_counter()
    uri = client.open(note)
    client.wait(lambda message: message.get("method") == "textDocument/publishDiagnostics")
    first = time.perf_counter() - start
    time.sleep(SETTLED)
    times = _complete(client, uri, note.read_text("utf-8"))
    used = client.memory()
    client.end()
    python = measure.start_of_python().wall
    at = f"{notes:,} notes"
    return [
        Line(f"a completion, p95, {at}", _p95(times), "P", python, COMPLETION),
        Line("the first problems of a note", first, "P", python, DIAGNOSTICS),
        Line("memory after completions", used, "100 MB", 100e6, None, megabytes),
    ]


def _complete(client: Client, uri: str, text: str) -> list[float]:
    """Type links, tags and fields letter by letter; return the time of each completion."""
    typed = [f"[[{word[:5]}" for word in words(range(150, 1_000, 40))]
    typed += [f"#{word[:4]}" for word in words(range(150, 400, 25))]
    times, version, offered = [], 1, 0
    for phrase in typed:
        for end in range(1, len(phrase) + 1):
            version += 1
            changed = f"{text}\n{phrase[:end]}"
            lines = changed.split("\n")
            place = {"line": len(lines) - 1, "character": len(lines[-1])}
            document = {"uri": uri, "version": version}
            start = time.perf_counter()
            client.notify(
                "textDocument/didChange", textDocument=document, contentChanges=[{"text": changed}]
            )
            found = client.request(
                "textDocument/completion", textDocument={"uri": uri}, position=place
            )
            times.append(time.perf_counter() - start)
            offered += len(found["items"])
    assert offered > len(typed), "nothing was completed"
    return times


def _p95(times: list[float]) -> float:
    return sorted(times)[int((len(times) - 1) * 0.95)]
