"""Other programs: the person's editor and their browser, never through a shell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from textual.app import App, SuspendNotSupported

from notekeep.errors import Failure, Refused
from notekeep.markdown.sanitize import clean_line

SCHEMES = frozenset({"http", "https", "mailto"})


def run_editor(app: App[Any], command: list[str], path: str) -> None:
    """Give the terminal to an editor until it ends; Failure where that cannot be done."""
    try:
        code = run_in_terminal(
            app, lambda: subprocess.run([*command, "--", path], check=False).returncode
        )
    except OSError as error:
        raise Failure(
            f"Cannot start the editor {command[0]}: {error.strerror}.",
            "Set EDITOR to an editor that is installed.",
        ) from error
    if code:
        raise Failure(f"The editor {command[0]} failed with code {code}.")


def run_in_terminal(app: App[Any], run: Callable[[], int]) -> int:
    """Give the terminal to a program until it ends, and return its exit code."""
    try:
        with app.suspend():
            # Both get ctrl+c, and it is for the program that has the terminal. A handler of
            # Python's is not passed on, so that the program has its own.
            before = signal.signal(signal.SIGINT, lambda *_: None)
            try:
                return run()
            finally:
                signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    except SuspendNotSupported as error:
        raise Failure("There is no terminal for the program.") from error


def check_address(link: str) -> str:
    """Return an address that may be opened in a browser.

    What is shown before it is opened has to be what is opened: an address with characters that a
    screen shows otherwise, or that readers of addresses skip, is none. Nor is one with a backslash
    or without a host, which some programs read as a path or as the name of another machine.

    Raises:
        Refused: It is of a kind that could run something or reach into this machine.
    """
    if not _may_be_opened(link):
        raise Refused(
            f"Cannot open this kind of link: {link}",
            "Only http, https and mailto links open. y copies the link.",
        )
    return link


def _may_be_opened(link: str) -> bool:
    if clean_line(link) != link or link != link.strip() or "\\" in link:
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        # Some mail programs take a file that an address names along.
        return "attach" not in unquote(parts.query).lower()
    return parts.scheme in SCHEMES and bool(parts.hostname)


def open_file(path: str) -> None:
    """Show a file of a kind that runs nothing, a picture, in the system's own program for it."""
    opener = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    try:
        subprocess.Popen(
            [opener, path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise Failure(f"Cannot open it: {opener} is not installed.", os.fspath(path)) from error


def open_address(link: str) -> None:
    """Open an address in the person's browser, if it may be; see `check_address`."""
    import webbrowser

    if not webbrowser.open(check_address(link)):
        raise Failure("No browser found.", os.fspath(link))
