"""What is wrong with notes, as their reading found it, and with their links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.index.rows import load_path
from notekeep.markdown.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.index.store import Store


def of_notes(catalog: Store) -> Iterator[Problem]:
    """What could not be read as it was meant."""
    for path, *rest in catalog.ask("SELECT path, line, message, hint, code, col FROM problems"):
        yield Problem(load_path(path), *rest)


def of_links(catalog: Store) -> Iterator[Problem]:
    """Links of notes in lists that lead nowhere, or to several notes."""
    found = catalog.ask(
        "SELECT n.path, l.line, l.target, l.state FROM links l JOIN notes n"
        " ON n.id = l.note WHERE l.state IN ('broken', 'ambiguous') AND n.role = 'note'"
    )
    for path, line, target, state in found:
        yield Problem(load_path(path), line, *_said(target, state))


def _said(target: str, state: str) -> tuple[str, str, str]:
    """Message, hint and code of a link that leads nowhere, or to several notes."""
    if state == "ambiguous":
        return (
            f'"{target}" could be several notes; the nearest one is taken.',
            "Write the folder before the name.",
            "ambiguous-link",
        )
    return f'There is no note "{target}".', "Correct the name, or make the note.", "broken-link"
