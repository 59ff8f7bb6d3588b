"""A note: one Markdown file, read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from notekeep.markdown.spans import Body

Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = Scalar | list[Scalar]
"""What front matter holds: flat scalars and lists of scalars; dates are ISO text."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file, as a person reads it.

    Attributes:
        path: The file, vault-relative.
        line: The line it is about, counted from 1 in the whole file; None when it has no place.
        message: What is wrong and why.
        hint: What to do about it; may be empty.
        code: A short stable name: "front-matter", "not-utf8", "unreadable", "broken-link", "H001".
    """

    path: str
    line: int | None
    message: str
    hint: str = ""
    code: str = ""


@dataclass(slots=True)
class Note:
    """One Markdown file, read.

    Attributes:
        path: Vault-relative, "/"-separated, as found on disk.
        title: `title:`, else the first H1, else the file's name without ".md".
        kind: The id of its kind: "book", "podcast", "habit", "post", "daily", "note", or the
            vault's own.
        fields: Front matter under canonical names, typed by the kind's schema.
        raw: Front matter as the person wrote it: own key names in order, values as source text.
        tags: Front matter tags and inline tags, without "#", in order, each once.
        aliases: Other names of the note.
        body: The text after the front matter.
        body_line: How many lines of the file stand before the body; file line = body_line + line.
        spans: What the body holds.
        private: Whether it must never leave the vault.
        problem: Why its front matter could not be read, or None.
    """

    path: str
    title: str
    kind: str = "note"
    fields: dict[str, Value] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    body: str = ""
    body_line: int = 0
    spans: Body | None = None
    private: bool = False
    problem: Problem | None = None
