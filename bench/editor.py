"""The language server: completions, the first diagnostics of a note, and memory.

A client in this process talks to `notekeep lsp` like an editor. Times are wall times from the
request until the whole response is read. `make check-lsp` installs the packages of the `lsp` extra.
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
"""The budgets, in starts of Python."""
EXTRA = Path(sys.prefix, "lsp")
TIMEOUT_SECONDS = 120
SETTLED = 1.5
"""Seconds to wait for the first refresh to finish."""


class Client:
    """An LSP client that runs its own server."""

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

    def wait(self, matches: Any) -> Any:
        """Read messages until one matches, and return it."""
        assert self._server.stdout is not None
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            length = 0
            while (line := self._server.stdout.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            message = json.loads(self._server.stdout.read(length))
            if matches(message):
                return message
        raise RuntimeError("the server did not respond")

    def initialize(self) -> None:
        """Initialize the server."""
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
        """Open a note and return its URI."""
        text = path.read_text("utf-8")
        document = {"uri": path.as_uri(), "languageId": "markdown", "version": 1, "text": text}
        self.notify("textDocument/didOpen", textDocument=document)
        return path.as_uri()

    def memory(self) -> int:
        """Return the private memory of the server in bytes."""
        status = Path(f"/proc/{self._server.pid}/status")
        found = re.search(r"RssAnon:\s*(\d+) kB", status.read_text("ascii"))
        return int(found[1]) * 1024 if found else 0

    def shut_down(self) -> None:
        """Shut the server down."""
        self.request("shutdown")
        self.notify("exit")
        self._server.wait(10)

    def _send(self, **message: Any) -> None:
        assert self._server.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._server.stdin.flush()


def bench(ground: Ground) -> list[Line]:
    """Run one session on the larger vault, after indexing it."""
    notes = ground.large
    ground.index(notes)
    client = Client(ground, notes)
    client.initialize()
    note = min(client.root.glob("books/*.md"))
    start = time.perf_counter()
    uri = client.open(note)
    client.wait(lambda message: message.get("method") == "textDocument/publishDiagnostics")
    first = time.perf_counter() - start
    time.sleep(SETTLED)
    times = _complete(client, uri, note.read_text("utf-8"))
    used = client.memory()
    client.shut_down()
    start_up = measure.start_of_python().wall
    return [
        Line(f"a completion, p95, {notes:,} notes", _p95(times), "P", start_up, COMPLETION),
        Line("the first diagnostics of a note", first, "P", start_up, DIAGNOSTICS),
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
            position = {"line": len(lines) - 1, "character": len(lines[-1])}
            document = {"uri": uri, "version": version}
            start = time.perf_counter()
            client.notify(
                "textDocument/didChange", textDocument=document, contentChanges=[{"text": changed}]
            )
            found = client.request(
                "textDocument/completion", textDocument={"uri": uri}, position=position
            )
            times.append(time.perf_counter() - start)
            offered += len(found["items"])
    assert offered > len(typed), "the server offered no completions"
    return times


def _p95(times: list[float]) -> float:
    return sorted(times)[int((len(times) - 1) * 0.95)]
