"""Links as a vault writes them: how one names what it leads to, and in which of two ways."""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import dirname, relpath
from typing import Final

from notekeep.markdown.links import encoded
from notekeep.markdown.resolve import stem_of

_IN_TEXT: Final = re.compile(r"[\[\]\\]")
_IN_NO_WIKI_LINK: Final = frozenset("[]|#^\n")


@dataclass(frozen=True, slots=True)
class LinkStyle:
    """How links are written.

    Attributes:
        form: "shortest" names a file alone where no other has its name, "relative" the way from
            the note that links, "absolute" the path in the vault.
        is_markdown: Whether they are those of Markdown, `[text](file.md)`, and not `[[file]]`.
    """

    form: str = "shortest"
    is_markdown: bool = False

    def target(self, path: str, source: str, *, is_only: bool) -> str:
        """How a link in a note names a file.

        Args:
            path: The file, vault-relative.
            source: The note that links.
            is_only: Whether no other file of the vault has its name.
        """
        if self.form == "relative":
            return relpath(path, dirname(source) or ".")
        return path.rpartition("/")[2] if is_only and self.form == "shortest" else path

    def link(
        self, path: str, source: str, *, text: str = "", is_only: bool = True, embed: bool = False
    ) -> str:
        """A link to a file.

        Args:
            path: The file, vault-relative.
            source: The note that links.
            text: What it says; "" for the name of the file.
            is_only: Whether no other file of the vault has its name.
            embed: Whether the file is shown and not only named.
        """
        target = self.target(path, source, is_only=is_only)
        name = stem_of(path)
        sign = "!" if embed else ""
        # What a wiki link cannot hold can only be named in the other way.
        if self.is_markdown or not _IN_NO_WIKI_LINK.isdisjoint(target + text):
            said = text if text or embed else name
            return f"{sign}[{_IN_TEXT.sub(_escaped, said)}]({encoded(target)})"
        target = target.removesuffix(".md")
        if not text or text.casefold() == target.casefold():
            return f"{sign}[[{text or target}]]"
        return f"{sign}[[{target}|{text}]]"


USUAL_LINKS: Final = LinkStyle()


def _escaped(sign: re.Match[str]) -> str:
    return f"\\{sign[0]}"
