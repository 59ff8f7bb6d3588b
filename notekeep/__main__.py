"""`python -m notekeep`, and what the commands `notekeep` and `nk` run."""

from __future__ import annotations

import gc
import os
import sys

FEW_COLLECTIONS = 100_000
"""A start makes tens of thousands of objects that all stay; looking through them finds nothing."""


def collect_seldom() -> None:
    """Look for objects that nothing uses any more as seldom as a start wants it."""
    gc.set_threshold(FEW_COLLECTIONS, 50, 50)


def speak_utf8() -> None:
    """Start again in Python's UTF-8 mode where the locale has another encoding.

    Notes, their names and the links between them are UTF-8, whatever a terminal is set to; read in
    another encoding no link would lead to a file whose name has an accent. Output keeps the
    encoding of the locale, but for that of `C`, which is only what nobody has set.
    """
    encoding = sys.getfilesystemencoding()
    if encoding == "utf-8" or sys.flags.utf8_mode or os.name == "nt" or not sys.executable:
        return
    words = [_as_utf8(os.fsencode(word), word) for word in sys.orig_argv[1:]]
    if encoding != "ascii":
        os.environ.setdefault("PYTHONIOENCODING", encoding)
    interpreter = [os.fsencode(sys.executable), b"-X", b"utf8"]
    os.execv(sys.executable, [*interpreter, *words])  # noqa: S606 - words of its own


def _as_utf8(data: bytes, word: str) -> bytes:
    """A word of the command line: as it came where that is UTF-8, as a shell completes a name."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return word.encode("utf-8", "surrogateescape")
    return data


def run() -> None:
    """Run the command line and leave with its exit code."""
    speak_utf8()
    collect_seldom()
    from notekeep.cli.main import main

    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
