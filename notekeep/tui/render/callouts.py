"""Callouts as Obsidian has them: `> [!tip]- Title`."""

from __future__ import annotations

from typing import NamedTuple

# The kinds, each with its tone and its sign; any other is shown as a note.
_KINDS = {
    ("note",): ("tone-plain", "✎"),
    ("info",): ("tone-plain", "i"),
    ("todo",): ("tone-plain", "☐"),
    ("abstract", "summary", "tldr"): ("tone-quiet", "≡"),
    ("tip", "hint", "important"): ("tone-good", "✦"),
    ("success", "check", "done"): ("tone-good", "✓"),
    ("question", "help", "faq"): ("tone-warn", "?"),
    ("warning", "caution", "attention"): ("tone-warn", "!"),
    ("failure", "fail", "missing"): ("tone-bad", "✗"),
    ("danger", "error"): ("tone-bad", "!"),
    ("bug",): ("tone-bad", "✗"),
    ("private",): ("tone-bad", "⊘"),
    ("example",): ("tone-quiet", "▪"),
    ("quote", "cite"): ("tone-quiet", "”"),
}
_LOOKS = {name: look for names, look in _KINDS.items() for name in names}


class Callout(NamedTuple):
    """The first line of a callout.

    Attributes:
        kind: Its kind, in lower case.
        title: What it is called, "" when it only says its kind.
        folds: Whether it can be folded.
        is_closed: Whether it is folded until it is opened.
    """

    kind: str
    title: str
    folds: bool
    is_closed: bool

    @property
    def tone(self) -> str:
        """The role that colours it."""
        return _LOOKS.get(self.kind, _LOOKS["note"])[0]

    @property
    def sign(self) -> str:
        """What stands before its title."""
        return _LOOKS.get(self.kind, _LOOKS["note"])[1]

    @property
    def name(self) -> str:
        """What it is called when it has no title: its kind."""
        return self.kind.replace("-", " ").capitalize()
