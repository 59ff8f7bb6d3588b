"""`python -m notekeep`, and the entry point of the commands `notekeep` and `nk`."""

from __future__ import annotations

import gc
import os
import sys

FEW_COLLECTIONS = 100_000
"""Start-up creates tens of thousands of objects that all stay, so a collection frees nothing."""


def collect_rarely() -> None:
    """Make garbage collections rare, for a fast start."""
    gc.set_threshold(FEW_COLLECTIONS, 50, 50)


def restart_in_utf8() -> None:
    """Restart in Python's UTF-8 mode if the locale has another encoding.

    Notes, file names and links are UTF-8, whatever the terminal uses: in another encoding, links to
    files with accents would break. Output keeps the encoding of the locale, except for `C`, which
    is only the default.
    """
    encoding = sys.getfilesystemencoding()
    if encoding == "utf-8" or sys.flags.utf8_mode or os.name == "nt" or not sys.executable:
        return
    words = [_as_utf8(os.fsencode(word), word) for word in sys.orig_argv[1:]]
    if encoding != "ascii":
        os.environ.setdefault("PYTHONIOENCODING", encoding)
    interpreter = [os.fsencode(sys.executable), b"-X", b"utf8"]
    os.execv(sys.executable, [*interpreter, *words])  # noqa: S606 - restarts itself


def _as_utf8(data: bytes, word: str) -> bytes:
    """Encode a command-line argument, unless it is UTF-8 already, like names from completion."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return word.encode("utf-8", "surrogateescape")
    return data


def run() -> None:
    """Run the command line and exit with its code."""
    restart_in_utf8()
    collect_rarely()
    from notekeep.cli.main import main

    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
