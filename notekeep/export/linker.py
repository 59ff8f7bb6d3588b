"""Resolves a note's links, and writes them with numbered addresses."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from urllib.parse import quote, unquote

from notekeep.errors import NotekeepError
from notekeep.export.assets import Attachments, is_image
from notekeep.export.privacy.consent import PRIVATE_LABEL
from notekeep.export.privacy.local_addresses import (
    LOCAL_ADDRESS_REASON,
    is_local,
    last_part,
    vault_path_of_address,
)
from notekeep.export.references import (
    Fragment,
    Ref,
    ReferenceTable,
    escape_text,
    quote_title,
    split_fragment,
    split_size,
)
from notekeep.export.source_map import LineWarning, MappedText, Origin, SourceEdit
from notekeep.markdown.outline import SCHEME_PATTERN
from notekeep.markdown.tree import Span
from notekeep.storage.file_names import is_hidden

_SAFE = ";/?:@&=+$,-_.!~*'()#%"
"""Characters with a special meaning in web addresses or escapes."""
_QUOTED = frozenset({"link", "image"})
"""Links whose addresses use `%20` for a space."""
_VAULT_FILES = (".base", ".canvas", ".excalidraw")
_PASTED = re.compile(r"(?i)pasted image \d+|img[_-]?\d+|screenshot.*|dsc[_-]?\d+")


class Linker:
    """Resolves the links of one note and writes them with numbered addresses.

    Links to private notes become plain text, so that their titles are never written. Links to other
    unpublished notes are handled later.
    """

    def __init__(
        self,
        attachments: Attachments,
        refs: ReferenceTable,
        hides_heading: Callable[[str, str], bool],
    ) -> None:
        self._source = attachments.source
        self._attachments = attachments
        self._find_file = cache(attachments.find)  # a note may link to the same file many times
        self._refs = refs
        self._hides_heading = hides_heading
        self.warnings: list[LineWarning] = []

    def warn(self, origin: Origin, what: str) -> None:
        """Add a warning about a line."""
        self.warnings.append(LineWarning(origin, what))

    def prefetch(self, links: Iterable[Span], path: str) -> None:
        """Resolve the names in the links of a note in one query."""
        targets = (unquote(link.info) if link.kind in _QUOTED else link.info for link in links)
        names = {split_fragment(name)[0] for name in targets if not SCHEME_PATTERN.match(name)}
        self._source.notes.prefetch(names, path)

    def resolve_embed(self, passage: MappedText, link: Span, path: str) -> Fragment | None:
        """Return the note or part of a note that an embed shows; None if it embeds no note."""
        if link.kind not in {"embed", "image"}:
            return None
        target = link.info if link.kind == "embed" else unquote(link.info)
        if link.kind == "image" and (SCHEME_PATTERN.match(target) or not _is_note_name(target)):
            return None
        name, heading, block = split_fragment(target)
        if is_image(name):
            return None
        found = self._find_note(name, path, passage.origin(link.start))
        return Fragment(found, heading, block) if found else None

    def write_neutral_link(self, passage: MappedText, link: Span, path: str) -> list[SourceEdit]:
        """Return the edits that give a link or picture a numbered address."""
        origin = passage.origin(link.start)
        if link.kind in {"wikilink", "embed"}:
            return [self._wikilink(link, path, origin)]
        if link.kind == "image":
            return self._image(link, path, origin)
        return self._link(link, path, origin)

    def hide_link(self, passage: MappedText, link: Span, path: str) -> list[SourceEdit]:
        """Return the edits that hide where a link leads: to a private note, file or heading.

        Other links stay as they are. A name that a private note shares with another note counts as
        private, so that the result does not depend on other public notes.
        """
        origin = passage.origin(link.start)
        if link.kind in _QUOTED and is_local(link.info):
            is_picture = link.kind == "image"
            picture = [_as_words(link, link.words, LOCAL_ADDRESS_REASON)]
            return picture if is_picture else self._local(link, path, origin)
        target = unquote(link.info) if link.kind in _QUOTED else link.info
        if SCHEME_PATTERN.match(target):
            return []
        name, heading, _ = split_fragment(target)
        found = self._find_note(name, path, origin)
        hidden = self._source.find_hidden(name) or (
            found if found is not None and self._source.is_hidden(found) else ""
        )
        is_hidden_file = any(is_hidden(part) for part in name.split("/") if part not in {".", ".."})
        if hidden or is_hidden_file or self.is_private_file(name, path):
            if "](" in link.words or "[[" in link.words:  # it may name another private note
                return [_as_words(link, PRIVATE_LABEL, "")]
            return [self._hidden(link, origin, hidden)]
        if heading and found and self._hides_heading(found, heading):
            words = "" if heading in link.words else link.words
            return [_as_words(link, words or _default_text(name or found, ""), "")]
        return []

    def _wikilink(self, link: Span, path: str, origin: Origin) -> SourceEdit:
        name, heading, block = split_fragment(link.info)
        if link.kind == "embed" and is_image(name):
            words, width, height = split_size(link.words)
            ref = Ref("asset", "", origin, width=width, height=height)
            stem = os.path.splitext(name.rsplit("/", 1)[-1])[0]
            alt = "" if _PASTED.fullmatch(stem) else " ".join(re.split(r"[-_\s]+", stem))
            return self._picture(link, name, path, ref, words, words or alt)
        if name.lower().endswith(_VAULT_FILES):
            if self.is_private_file(name, path):
                return self._hidden(link, origin)
            self.warn(origin, f"Removed {link.info}, which only works in the vault.")
            words = "" if link.kind == "embed" else link.words or _default_text(link.info, "")
            return _as_words(link, words, "removed a file that only works in the vault")
        words = link.words or _default_text(name, heading)
        found = self._find_note(name, path, origin)
        if found is None:
            if self.is_private_file(name, path):
                return self._hidden(link, origin)
            if asset := self._find_asset(name, path, origin):
                return self._named(link, words, Ref("asset", asset, origin))
            self.warn(origin, f"There is no note {name!r}. Kept the text of the link.")
            return _as_words(link, words, "replaced a broken link with its text")
        if self._source.is_hidden(found):
            return self._hidden(link, origin, found)
        if heading and not link.words and self._hides_heading(found, heading):
            heading, words = "", _default_text(name or found, "")
        return self._named(link, words, Ref("note", found, origin, heading, block))

    def _hidden(self, link: Span, origin: Origin, found: str = "") -> SourceEdit:
        words = self._source.public_words(link.words, found or unquote(link.info), found)
        if words == PRIVATE_LABEL:
            self.warn(origin, f"Replaced a link to a private note with “{PRIVATE_LABEL}”.")
        return _as_words(link, words, "replaced a link to a private note with its text")

    def _named(self, link: Span, words: str, ref: Ref) -> SourceEdit:
        text = f"[{escape_text(words)}]({self._refs.add(ref)})"
        return SourceEdit(link.start, link.end, text, "")

    def _image(self, link: Span, path: str, origin: Origin) -> list[SourceEdit]:
        alt, width, height = split_size(link.words)
        if is_local(link.info):
            # A local picture is exported if it is in the vault.
            found = vault_path_of_address(link.info, self._source.root)
            asset = self._find_asset(f"/{found}", path, origin) if found else None
            if asset is None:
                self.warn(origin, "Removed a picture that is not in the vault.")
                return [_as_words(link, alt, LOCAL_ADDRESS_REASON)]
            return [self._picture_link(link, escape_text(alt), Ref("asset", asset, origin), "")]
        if SCHEME_PATTERN.match(link.info) or link.info.startswith("#"):
            if not width:
                return []
            ref = Ref("web", quote(link.info, safe=_SAFE), origin, width=width, height=height)
            reason = "moved the size of a picture out of its text"
            return [self._picture_link(link, alt, ref, reason)]
        ref = Ref("asset", "", origin, width=width, height=height)
        return [self._picture(link, unquote(link.info), path, ref, alt, alt)]

    def _picture(
        self, link: Span, target: str, path: str, ref: Ref, words: str, alt: str
    ) -> SourceEdit:
        """Write a picture of the vault, or its alt text if the file cannot be exported."""
        asset = self._find_asset(target, path, ref.origin)
        if asset is None:
            return _as_words(link, words, "removed a picture that cannot be exported")
        return self._picture_link(link, escape_text(alt), replace(ref, path=asset), "")

    def _picture_link(self, link: Span, alt: str, ref: Ref, reason: str) -> SourceEdit:
        title = quote_title(link.title) if link.kind == "image" else ""
        text = f"![{alt}]({self._refs.add(ref)}{title})"
        return SourceEdit(link.start, link.end, text, reason)

    def _link(self, link: Span, path: str, origin: Origin) -> list[SourceEdit]:
        target = unquote(link.info)
        if is_local(link.info):
            target = vault_path_of_address(link.info, self._source.root)
            if not target:
                return self._local(link, path, origin)
            target = f"/{target}"
        if SCHEME_PATTERN.match(target) or not target:
            return []
        name, heading, block = split_fragment(target)
        found = None
        if not name or _is_note_name(name):
            found = self._find_note(name, path, origin)
        is_hidden = self._source.is_hidden(found) if found else self.is_private_file(name, path)
        if is_hidden:
            if self._source.public_words(link.words, target, found or "") == PRIVATE_LABEL:
                return [self._hidden(link, origin, found or "")]
            return _unlink(link, "replaced a link to a private note with its text")
        if found is not None:
            return self._readdress(link, Ref("note", found, origin, heading, block))
        if name == "/" or (name.startswith("/") and not self._attachments.exists(name)):
            return []  # a page of the site
        if asset := self._find_asset(name, path, origin):
            return self._readdress(link, Ref("asset", asset, origin))
        self.warn(origin, f"There is no note {name!r}. Kept the text of the link.")
        return _unlink(link, "replaced a broken link with its text")

    def _local(self, link: Span, path: str, origin: Origin) -> list[SourceEdit]:
        """Replace a local link with its text. `obsidian:` links may name a private note."""
        name = last_part(link.info)
        if self._source.make_hidden_check(path)(name):
            return [self._hidden(link, origin, name)]
        self.warn(origin, "Replaced a link to a file or program of this machine with its text.")
        return _unlink(link, LOCAL_ADDRESS_REASON)

    def _readdress(self, link: Span, ref: Ref) -> list[SourceEdit]:
        text = f"]({self._refs.add(ref)}{quote_title(link.title)})"
        return [
            SourceEdit(link.start, link.start + 1, "[", ""),
            SourceEdit(_label_end(link), link.end, text, ""),
        ]

    def _find_note(self, name: str, path: str, origin: Origin) -> str | None:
        """Return the note with a name. If several match, return the nearest and warn."""
        if not name:
            return path
        found = self._source.notes.resolve(name, path)
        public = [other for other in found if not self._source.is_hidden(other)]
        if len(public) > 1:
            self.warn(origin, f"{name!r} could be {' or '.join(public)}. Used the first.")
        return found[0] if found else self._source.find_hidden(name)

    def is_private_file(self, name: str, path: str) -> bool:
        """Whether a link without a known note leads into a private folder."""
        if self._source.make_hidden_check(path)(name):
            return True
        try:
            found = self._find_file(name, path)
        except NotekeepError:
            return False
        return found is not None and bool(self._source.private_name(found))

    def _find_asset(self, target: str, path: str, origin: Origin) -> str | None:
        """Return the path of a file if it may be exported; otherwise warn and return None."""
        try:
            found = self._find_file(target, path)
            if found is None:
                if os.path.splitext(target)[1]:
                    self.warn(origin, f"There is no file {target!r}.")
                return None
            self._attachments.read(found)
        except NotekeepError as error:
            self.warn(origin, f"Not exported: {error.message}")
            return None
        return found


def _as_words(link: Span, words: str, reason: str) -> SourceEdit:
    return SourceEdit(link.start, link.end, escape_text(words), reason)


def _unlink(link: Span, reason: str) -> list[SourceEdit]:
    """Remove a link but keep its text with its formatting."""
    return [
        SourceEdit(link.start, link.start + 1, "", reason),
        SourceEdit(_label_end(link), link.end, "", ""),
    ]


def _label_end(link: Span) -> int:
    return link.start + 1 + len(link.words)


def _is_note_name(target: str) -> bool:
    """Whether a Markdown address can be a note. Only wikilinks may omit `.md`."""
    name = target.partition("#")[0]
    return name.lower().endswith(".md") or not os.path.splitext(name)[1]


def _default_text(name: str, heading: str) -> str:
    """Return the text that Obsidian shows for a link without a text, minus folder names."""
    last = name.rsplit("/", 1)[-1].removesuffix(".md")
    return " > ".join(filter(None, (last, heading))) or name
