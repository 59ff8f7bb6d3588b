"""A program on a terminal of its own: what it is sent, and every byte it sends.

The bytes are held against an allow-list: what a terminal would obey is either known and harmless,
or it does not belong on a screen.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import select
import signal
import struct
import time
from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.sanitize import clean

with contextlib.suppress(ModuleNotFoundError):  # Windows has no terminals of this kind
    import fcntl
    import pty
    import termios

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

QUIET = 0.25
"""Seconds without output after which a program is taken to wait for a key."""

AGAIN, TIMEOUT_SECONDS = 4, 5.0
"""How often a key is pressed that has no effect, and for how many seconds its effect is awaited."""


class Awaited(NamedTuple):
    """A key after which something has to come about; it is pressed again while that does not."""

    key: bytes
    there: Callable[[], bool]


ALLOWED = (
    # Colours and weights
    r"\[(?:[0-9]|[1-4][0-9]|[39][0-9]|10[0-7]|[34]8;5;\d{1,3}|[34]8;2;\d{1,3};\d{1,3};\d{1,3}|;)*m",
    r"\[\d{0,4}(?:;\d{0,4})?[Hf]",  # where the next character goes
    r"\[\d{0,4}[ABCDEFG]",
    r"\[[0-3]?[JK]",  # clear a part of the screen
    r"\[\?(?:25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2031|2048|7)[hl]",  # modes
    r"\[\?(?:2026|2048|2031|996)(?:\$p|n)",  # which modes there are
    r"\[>\d{1,2}u",  # how keys are told
    r"\[<\d?u",
    r"\[=\d{1,2};\dm",
    r"\[>4;\d?m",
    r"\[\?u",
    r"\[c",
    r"\[\?4m",
    r"\[14t|\[16t|\[18t",  # how large the screen is
    r"_Gi=\d{1,10},s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",  # whether it could draw a pixel
    r"\]22;[a-z-]*\x07",  # the shape of the pointer
    r"[78]",  # keep and restore the cursor
    r"\(B",
    r"\[!p",
    r"\[0? ?q",
)
"""What may follow ESC. Of OSC only the pointer, of APC one question; no DCS: no title, no link.

The clipboard is written when a person copies, and then only with text that is clean.
"""

_CLIPBOARD = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/]+={0,2})\x07")
_ESCAPE = re.compile("\x1b(?:" + "|".join(ALLOWED) + ")")
_UNSAFE = re.compile(
    "[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def unsafe(data: bytes, copies: int = 0) -> list[str]:
    """Find what is not on the allow-list, each with what stands around it.

    Args:
        data: What a terminal was sent.
        copies: How often a person copied: so often the clipboard may be written.
    """
    left = [copies]

    def copied(match: re.Match[str]) -> str:
        left[0] -= 1
        return "" if left[0] >= 0 and _is_clean(match[1]) else match[0]

    text = _CLIPBOARD.sub(copied, data.decode("utf-8", "surrogateescape"))
    text = _ESCAPE.sub("", text)
    found = [text[max(0, at.start() - 30) : at.end() + 40] for at in _UNSAFE.finditer(text)]
    return list(dict.fromkeys(found))


def _is_clean(encoded: str) -> bool:
    """Whether text for the clipboard holds nothing that a terminal would obey when it is pasted."""
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return clean(text) == text


def on_terminal(
    command: Sequence[str],
    folder: str,
    env: Mapping[str, str],
    keys: Sequence[bytes | Awaited] = (),
    *,
    size: tuple[int, int] = (110, 34),
    seconds: float = 60.0,
) -> tuple[int, bytes]:
    """Run a program on a terminal, send it keys, each when it waits for one, and hear it out.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        env: Its environment.
        keys: What is typed.
        size: Columns and rows.
        seconds: After so long it is killed.

    Returns:
        Its exit code, and all that it sent; the echo of keys included, so they should be harmless.
    """
    child, fd = pty.fork()
    if child == 0:
        try:
            os.chdir(folder)
            os.execve(command[0], list(command), dict(env))  # noqa: S606 - no shell is meant
        finally:
            os._exit(127)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    end = time.monotonic() + seconds
    sent = bytearray(_until_quiet(fd, end, timeout=3.0) if keys else b"")
    for key in keys:
        try:
            sent += _press(fd, key, end)
        except OSError:
            break
    sent += _rest(fd, end)
    if time.monotonic() >= end:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(fd)
    return os.waitstatus_to_exitcode(status), bytes(sent)


def _press(fd: int, key: bytes | Awaited, end: float) -> bytes:
    """Press a key and read what comes of it.

    Raises:
        OSError: The program is gone.
    """
    wanted = key if isinstance(key, Awaited) else Awaited(key, lambda: True)
    data = b""
    for _ in range(AGAIN):
        os.write(fd, wanted.key)
        data += _until_quiet(fd, end)
        patient = min(end, time.monotonic() + TIMEOUT_SECONDS)
        while not wanted.there() and time.monotonic() < patient:
            data += _until_quiet(fd, end)
        if wanted.there():
            break
    return data


def _until_quiet(fd: int, end: float, timeout: float = QUIET) -> bytes:
    """Read until nothing comes for a while; the first byte may take as long as `timeout`."""
    data = bytearray()
    while time.monotonic() < end and is_ready(fd, QUIET if data else timeout):
        part = _read(fd)
        if not part:
            break
        data += part
    return bytes(data)


def is_ready(fd: int, seconds: float) -> bool:
    """Wait until there is something to read; `select` refuses descriptors over 1,023."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(1000 * seconds))


def _rest(fd: int, end: float) -> bytes:
    data = bytearray()
    while (left := end - time.monotonic()) > 0 and is_ready(fd, left):
        part = _read(fd)
        if not part:
            break
        data += part
    return bytes(data)


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, 1 << 16)
    except OSError:  # how a terminal says that the program is gone
        return b""
