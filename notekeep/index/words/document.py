"""What the words index is told of a note."""

from __future__ import annotations

from typing import NamedTuple

from notekeep.query.fold import is_unicode


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
