"""Runs the user's editor, browser and viewer, never through a shell."""

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
    """Run an editor in the terminal; raise Failure if it does not start or fails."""
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
    """Run a program in the terminal and return its exit code."""
    try:
        with app.suspend():
            # Both processes receive ctrl+c, but it is meant for the program. A Python handler,
            # unlike SIG_IGN, is not inherited.
            before = signal.signal(signal.SIGINT, lambda *_: None)
            try:
                return run()
            finally:
                signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    except SuspendNotSupported as error:
        raise Failure("There is no terminal for the program.") from error


def check_address(link: str) -> str:
    """Return a URL if it may be opened in a browser.

    The opened URL must equal the displayed URL, so characters that screens alter or URL parsers
    skip are refused. Backslashes and missing hosts are refused, because some programs read them as
    a path or another machine.

    Raises:
        Refused: The URL could run a program or access this machine.
    """
    if not _is_safe(link):
        raise Refused(
            f"Cannot open this kind of link: {link}",
            "Only http, https and mailto links open. y copies the link.",
        )
    return link


def _is_safe(link: str) -> bool:
    if clean_line(link) != link or link != link.strip() or "\\" in link:
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        # Some mail programs attach files named in a mailto URL.
        return "attach" not in unquote(parts.query).lower()
    return parts.scheme in SCHEMES and bool(parts.hostname)


def open_file(path: str) -> None:
    """Open a picture or another file that is not executable in the default program."""
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
    """Open a URL in the browser if `check_address` allows it."""
    import webbrowser

    if not webbrowser.open(check_address(link)):
        raise Failure("No browser found.", os.fspath(link))
