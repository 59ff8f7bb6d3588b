"""The user's own commands, from `[commands]` in the personal settings.

They run on a key press or after an event. Only the personal settings can define commands: nothing
here is read from a vault, a site or an import.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from notekeep.errors import Failure, NotFound

EVENTS: Final = ("export", "sync", "new", "checkin", "import")
"""The events after which a command can run."""
SECONDS: Final = 60
"""The maximum run time of a command in seconds."""
MAX_BYTES: Final = 20_000
"""The maximum number of bytes of output to show. Of longer output, the end is shown."""
_KEYS: Final = {"run", "key", "after", "title"}
_PATH: Final = "{path}"


class OwnCommand(NamedTuple):
    """A user's own command."""

    name: str  # letters, digits and "-"
    run: tuple[str, ...]  # the program and its arguments, with placeholders
    folder: str  # the working folder: the folder of the personal settings
    key: str = ""  # in the app; "" for none
    after: str = ""  # one of EVENTS; "" for none
    title: str = ""  # in the palette

    def start(self, root: str, event: str, paths: Sequence[str], result: Mapping[str, Any]) -> str:
        """Run the command and return its output.

        Args:
            root: The vault.
            event: One of EVENTS, or "key".
            paths: The notes, as vault-relative paths.
            result: More keys for the JSON on standard input.

        Raises:
            NotFound: The command needs a note, and there is none.
            Failure: The command did not start, failed, or ran for more than SECONDS.
        """
        files = [os.path.join(root, *path.split("/")) for path in paths]
        data = {
            "event": event,
            "vault": root,
            "notes": [{"path": a, "file": b} for a, b in zip(paths, files, strict=True)],
            **result,
        }
        words = list(self._words(files, {"vault": root, "site": str(result.get("site", ""))}))
        if event == "key" and not files and any(_PATH in word for word in self.run):
            raise NotFound(f'The command "{self.name}" needs a note.', "Select a note first.")
        code, output = self._wait(words, json.dumps(data).encode())
        if code:
            last = output.rstrip().rpartition("\n")[2].strip()
            raise Failure(f'The command "{self.name}" failed with exit code {code}.', last)
        return output

    def _words(self, files: Sequence[str], values: Mapping[str, str]) -> Iterator[str]:
        """Fill in the placeholders; an argument with `{path}` is repeated for each note."""
        for word in self.run:
            for path in files if _PATH in word else [""]:
                # In one pass, because a path may contain "{vault}".
                parts = re.split(r"\{(path|vault|site)\}", word)
                filled = {**values, "path": path}
                yield "".join(filled[one] if at % 2 else one for at, one in enumerate(parts))

    def _wait(self, words: Sequence[str], data: bytes) -> tuple[int, str]:
        import subprocess
        import tempfile

        # No pipes, because a program that continues in the background would keep them open.
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as output:
            source.write(data)
            source.seek(0)
            try:
                process = subprocess.Popen(
                    [_find(words[0]), *words[1:]],
                    stdin=source,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=self.folder,
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                raise Failure(
                    f'The command "{self.name}" did not start: {words[0]}:'
                    f" {getattr(error, 'strerror', None) or error}.",
                    "Change it under [commands] in your personal settings.",
                ) from error
            try:
                code = process.wait(SECONDS)
            except BaseException as error:
                _kill(process)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise Failure(
                        f'The command "{self.name}" was stopped after {SECONDS} seconds.',
                        "Let it start longer work in the background.",
                    ) from error
                raise
            output.seek(max(0, output.seek(0, os.SEEK_END) - MAX_BYTES))
            return code, output.read().decode("utf-8", "replace")


def _find(program: str) -> str:
    """Return the path of a program, never from the current folder, which may be a vault."""
    if os.path.dirname(program):
        return program
    folders = [one for one in os.get_exec_path() if os.path.isabs(one)]
    import shutil

    found = shutil.which(program, path=os.pathsep.join(folders))
    if found is None or os.path.dirname(os.path.abspath(found)) not in map(
        os.path.abspath, folders
    ):
        raise FileNotFoundError(2, "No such program")
    return found


def _kill(process: Any) -> None:
    """Kill a program and its child processes."""
    if sys.platform == "win32":
        process.kill()
    else:
        import signal

        # The program is the leader of its own session.
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def read_commands(table: object, folder: str) -> tuple[dict[str, OwnCommand], list[str]]:
    """Return the commands in `[commands]`, and a message about each invalid command."""
    commands: dict[str, OwnCommand] = {}
    if not isinstance(table, dict):
        return commands, ["commands: Needs a table [commands.NAME] for each command. Ignored."]
    wrong = []
    for name, value in table.items():
        if problem := _problem(name, value):
            wrong.append(f"commands.{name}: {problem} Ignored.")
        else:
            options = {key: value[key] for key in _KEYS & value.keys() - {"run"}}
            commands[name] = OwnCommand(name, tuple(value["run"]), folder, **options)
    return commands, wrong


def _problem(name: str, value: object) -> str:
    if not re.fullmatch("[a-z0-9][a-z0-9-]*", name):
        return "The name may only have a-z, 0-9 and -."
    if not isinstance(value, dict):
        return "Needs a table with run =."
    run = value.get("run")
    if not isinstance(run, list) or not run or not all(isinstance(one, str) for one in run):
        return 'run = must be a list, such as ["git", "push"].'
    if not run[0] or "{" in run[0]:
        return "run = must begin with a program."
    if unknown := sorted(value.keys() - _KEYS):
        return f"Unknown key {unknown[0]}."
    for key in _KEYS & value.keys() - {"run"}:
        if not isinstance(value[key], str):
            return f"{key} = must be a text."
    if value.get("after", EVENTS[0]) not in EVENTS:
        return f"after = must be one of {', '.join(EVENTS)}."
    return ""


class QueuedCommand(NamedTuple):
    """A command to run after an event."""

    command: OwnCommand
    root: str
    event: str
    paths: tuple[str, ...]
    result: Mapping[str, Any]

    def start(self) -> str:
        """Run the command; see `OwnCommand.start`."""
        return self.command.start(self.root, self.event, self.paths, self.result)


_queue: list[QueuedCommand] = []


def queue_command(command: QueuedCommand) -> None:
    """Queue a command for `take_queued`; it runs after its event has been reported."""
    _queue.append(command)


def take_queued() -> list[QueuedCommand]:
    """Return the queued commands and clear the queue."""
    found = _queue[:]
    del _queue[: len(found)]
    return found
