"""What the words index is told of a note; imports nothing, so that making one costs nothing."""

from __future__ import annotations

from typing import NamedTuple


class WordDoc(NamedTuple):
    """The words of one note, by the place they stand in.

    Attributes:
        path: Vault-relative, "/"-separated; the note's identity in the index.
        title: Its title.
        aliases: Its other names.
        headings: The text of each heading, without marks.
        tags: Each tag without "#".
        quotes: The text of each quote, without ">".
        matter: The text of each other field of its front matter: authors, guests, a subtitle.
        body: The whole body as written, headings and quotes included.
        language: The code in the note's `lang:`, or "" for the vault's language.
    """

    path: str
    title: str
    aliases: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    matter: tuple[str, ...] = ()
    body: str = ""
    language: str = ""

    def is_indexable(self) -> bool:
        """Whether its path is Unicode: a name in other bytes cannot be a term."""
        return is_unicode(self.path)


def is_unicode(path: str) -> bool:
    """Return whether a path holds no bytes that the system could not decode."""
    return path.isascii() or not any("\ud800" <= character <= "\udfff" for character in path)
