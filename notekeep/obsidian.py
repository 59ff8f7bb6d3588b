"""What Obsidian's settings say of a vault: where its daily notes and templates lie. Only read."""

from __future__ import annotations

import os
from typing import Any, Final

FOLDER = ".obsidian"

_PARTS: Final = (
    r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|Do|DD|D|dddd|ddd|dd|d|[HhmsSAaWwGgQEeXxZz]+|[^\[]"
)
_STRFTIME: Final = {
    "YYYY": "%Y",
    "YY": "%y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "DD": "%d",
    "dddd": "%A",
    "ddd": "%a",
    "WW": "%V",
    "GGGG": "%G",
}


def said(root: str) -> tuple[dict[str, Any], list[str]]:
    """Read what Obsidian was told about a vault's folders.

    Args:
        root: The vault.

    Returns:
        Settings as a vault's own file would make them (`folders`, `daily_format`, `templates`), and
        what is there and was not understood.
    """
    found: dict[str, Any] = {}
    unread: list[str] = []
    daily, templates = (_read(root, name) for name in ("daily-notes.json", "templates.json"))
    if folder := _folder(daily.get("folder")):
        found["folders"] = {"daily": folder}
    if folder := _folder(templates.get("folder")):
        found["templates"] = folder
    written = daily.get("format")
    if isinstance(written, str) and written.strip():
        form = strftime_of(written.strip())
        if form:
            found["daily_format"] = form
        else:
            unread.append(
                f"{FOLDER}/daily-notes.json: names such as {written.strip()!r} are not made here;"
                " daily_format says how they are named instead"
            )
    return found, unread


def strftime_of(form: str) -> str:
    """A date's format of Obsidian as strftime has it: `YYYY-MM-DD` is `%Y-%m-%d`.

    Returns:
        The format; "" for one that strftime has no word for, or that makes folders.
    """
    import re  # few vaults name their notes in another way, and every command reads settings

    parts: list[str] = []
    for match in re.finditer(_PARTS, form):
        token = match[0]
        if match[1] is not None:
            parts.append(match[1].replace("%", "%%"))
        elif token in _STRFTIME:
            parts.append(_STRFTIME[token])
        elif token[0].isalpha():
            return ""
        else:
            parts.append(token.replace("%", "%%"))
    whole = "".join(parts)
    # A name that does not say the day would be that of many days.
    says_a_day = "%Y" in whole and "%d" in whole and ("%m" in whole or "%b" in whole.casefold())
    return whole if says_a_day and "/" not in whole else ""


def _folder(value: Any) -> str:
    """A folder of the vault, or "" for one that is none: the vault itself, or a place outside."""
    text = value.strip().strip("/") if isinstance(value, str) else ""
    return "" if text in (".", "") or ".." in text.split("/") else text


def _read(root: str, name: str) -> dict[str, Any]:
    """One file of Obsidian's settings; what is no settings says nothing."""
    try:
        with open(os.path.join(root, FOLDER, name), "rb") as file:
            data = file.read()
    except OSError:
        return {}
    import json

    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
