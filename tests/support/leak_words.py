"""Write the attempts of `leaks.py` into a vault, and find their secrets in files."""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.leaks import Attempt

_DATA = re.compile(rb"base64,([A-Za-z0-9+/=]+)")


def write_attempt(root: Path, number: int, attempt: Attempt) -> str:
    """Write the notes of an attempt; return the path of the one that is exported."""
    secret = f"zebrafish{number:03}"

    def fill(text: str) -> str:
        return text.replace("§", secret).replace("№", f"{number:03}")

    text = attempt.text
    if text and not attempt.whole:
        text = f"---\ntitle: Case №\npublish: true\n---\n\nopenwater№\n\n{text}"
    for path, content in {**attempt.files, **({attempt.path: text} if text else {})}.items():
        place = root / fill(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else fill(content).encode())
    if attempt.build is not None:
        attempt.build(root, number, secret)
    return fill(attempt.path)


def readings(data: bytes) -> Iterator[str]:
    """Return what a file says, in each way that a reader may take it."""
    for part in (data, *(base64.b64decode(found + b"==") for found in _DATA.findall(data))):
        text = part.decode("utf-8", "replace")
        yield from (text, unquote(text), html.unescape(text), part.decode("utf-16-le", "replace"))


def words_in(data: bytes) -> set[str]:
    """Return the secrets and public words in a file, also with marks between their letters."""
    found: set[str] = set()
    for text in readings(data):
        letters = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())
        found.update(re.findall(r"(?:zebrafish|openwater)\d{3}", letters))
    return found
