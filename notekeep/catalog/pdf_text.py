"""Prints the text of a PDF file from standard input, as a child process of `attached_text.py`.

If the file cannot be read to its end, the last line on standard error is the reason, and the
process returns 1. The text up to that point is printed.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from typing import BinaryIO

MAX_TEXT = 2_000_000
"""Maximum bytes of text to read from a file."""

MAX_MEMORY = 1 << 30
"""Maximum bytes of memory, on systems with such limits."""


def read_pages(file: BinaryIO) -> Iterator[str]:
    """Yield the text of each page. Raises pypdf's errors for damaged or encrypted files."""
    from pypdf import PdfReader

    for page in PdfReader(file).pages:
        yield page.extract_text()


def main(source: BinaryIO, target: BinaryIO) -> str:
    """Write the text of a file, up to MAX_TEXT; return the reason if it is incomplete, or ""."""
    from pypdf.errors import DependencyError, FileNotDecryptedError

    left = MAX_TEXT
    try:
        for page in read_pages(source):
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


if __name__ == "__main__":
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    logging.disable()
    problem = main(sys.stdin.buffer, sys.stdout.buffer)
    sys.stdout.flush()
    sys.exit(problem or 0)
