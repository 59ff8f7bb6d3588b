"""Reads PDF files in child processes, because a damaged file may hang or fill the memory.

`python -m notekeep.catalog.pdf_text` prints the text of a file from standard input. If the file
cannot be read to its end, the last line on standard error is the reason, and the process returns 1.
The text up to that point is printed.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import IO, BinaryIO

MAX_TEXT = 2_000_000
"""Maximum bytes of text to read from a file."""

MAX_SECONDS = 60.0
"""Maximum time to read one file, on a busy machine."""

MAX_MEMORY = 1 << 30
"""Maximum bytes of memory, on systems with such limits."""


# In the parent process


def run_reader(module: str, file: IO[bytes]) -> tuple[str, str]:
    """Return the output of a reader for a file on disk, and the reason if it is incomplete."""
    import subprocess  # not needed in the child

    command = [sys.executable, "-P", "-m", module]
    try:
        done = subprocess.run(
            command, stdin=file, capture_output=True, timeout=MAX_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return "", f"Its text was not read within {MAX_SECONDS:.0f} seconds."
    message = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    if done.returncode:
        message = message or "It cannot be read as a PDF file."
    return done.stdout.decode("utf-8", "replace"), message if done.returncode else ""


# In the child process


def read_pages(file: BinaryIO) -> Iterator[str]:
    """Yield the text of each page. Raises pypdf's errors for damaged or encrypted files."""
    from pypdf import PdfReader

    for page in PdfReader(file).pages:
        yield page.extract_text()


def main(
    source: BinaryIO,
    target: BinaryIO,
    read: Callable[[BinaryIO], Iterable[str]] = read_pages,
) -> str:
    """Write the text of a file, up to MAX_TEXT; return the reason if it is incomplete, or ""."""
    from pypdf.errors import DependencyError, FileNotDecryptedError

    left = MAX_TEXT
    try:
        for page in read(source):
            text = f"{page}\n".replace("\0", " ").encode("utf-8", "replace")[:left]
            target.write(text)
            left -= len(text)
            if left <= 0:
                break
    except (FileNotDecryptedError, DependencyError):
        return "It is encrypted."
    except MemoryError:
        return "It takes too much memory to read."
    except Exception as error:  # noqa: BLE001 - pypdf raises many types for damaged files
        return f"It cannot be read as a PDF file ({type(error).__name__})."
    return ""


def run(read: Callable[[BinaryIO], Iterable[str]] = read_pages) -> int | str:
    """Read standard input with limits on memory; return the exit status."""
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    logging.disable()
    problem = main(sys.stdin.buffer, sys.stdout.buffer, read)
    sys.stdout.flush()
    return problem or 0


if __name__ == "__main__":
    sys.exit(run())
