"""Write the links and files of imported pages as the vault has them.

What a page is called in the vault is known only when all of them have their places, so a reader
leaves `page_link` and `file_link` in a body, which are replaced here. What leads nowhere is kept as
text and is a loss.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.importing.import_state import ImportState
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import LINK_PATTERN, Loss, Page, PageFile
from notekeep.markdown.note_names import fold_name
from notekeep.notes.capture import PICTURE_SUFFIXES, attachment_path
from notekeep.notes.plan import FileCopy
from notekeep.storage.content import copy_stream
from notekeep.storage.file_names import name_key
from notekeep.storage.scan import NOTE_SUFFIXES

if TYPE_CHECKING:
    import re


class PageLinks:
    """The pages of one source by all their names, and the places of their files."""

    def __init__(self, state: ImportState, given: InputFiles) -> None:
        self.state = state
        self.given = given
        self._paths: dict[str, str] = {}  # by keys and names of pages
        self._name_counts = Counter(name_key(path.rpartition("/")[2]) for path in state.files)
        self._digests: dict[str, str] = {}  # by folded paths, also of files that are planned
        self._members: dict[str, set[str]] = {}  # the files of the export by their folded names

    def add(self, page: Page, path: str, *, is_new: bool) -> None:
        """Add a page whose place is known."""
        for name in (page.key, *page.names):
            self._paths.setdefault(name, path)
            self._paths.setdefault(fold_name(name), path)
        self._name_counts[name_key(path.rpartition("/")[2])] += is_new
        for file in page.files.values():
            self._members.setdefault(name_key(_base(file)), set()).add(file.member)

    def write(self, page: Page, path: str) -> tuple[str, list[FileCopy]]:
        """Return the body of a page for its place, and the files that it needs."""
        copies: list[FileCopy] = []

        def write(match: re.Match[str]) -> str:
            kind, key, text = match.groups()
            link = ""
            if kind != "f":
                link = self._link_page(key, path, text, is_embed=kind == "e")
            elif key in page.files:
                copy = self._copy_file(page.files[key], path)
                if copy is None:
                    return text or key  # it is a loss already
                copies.append(copy)
                link = self._link_file(copy.path, path, text)
            if not link:
                what = "files that are not in the export" if kind == "f" else "broken links"
                self.state.lose(Loss(what, page.title))
                return text or key
            # A bar ends a cell of a table.
            start = match.string.rfind("\n", 0, match.start()) + 1
            return link.replace("|", "\\|") if match.string.startswith("|", start) else link

        return LINK_PATTERN.sub(write, page.body).strip(), copies

    def _link_file(self, path: str, source: str, text: str) -> str:
        is_picture = path.lower().endswith(PICTURE_SUFFIXES)
        style = self.state.workspace.link_style
        return style.link(path, source, text=text, is_only=True, embed=is_picture)

    def _link_page(self, key: str, source: str, text: str, *, is_embed: bool) -> str:
        name, sign, part = key.partition("#")
        path = self._paths.get(name) or self._paths.get(fold_name(name), "")
        style = self.state.workspace.link_style
        if not path:
            return ""
        if style.is_markdown or not sign:
            is_only = self._name_counts[name_key(path.rpartition("/")[2])] <= 1
            return style.link(path, source, text=text, is_only=is_only, embed=is_embed)
        target = style.target(path, source, is_only=True).removesuffix(".md")
        shown = f"|{text}" if text else ""
        return f"{'!' if is_embed else ''}[[{target}#{part}{shown}]]"

    def _copy_file(self, file: PageFile, note: str) -> FileCopy | None:
        """Find the place of a file: its own name, or one with its digest where others have that."""
        source = partial(self.given.open, file.member)
        try:
            with source() as stream:
                digest = copy_stream(stream, lambda _: None)
        except NotekeepError as error:
            self.state.lose(Loss("files that cannot be read", place=error.message))
            return None
        base = _base(file)
        stem, suffix = os.path.splitext(base)
        names = (base, f"{stem}-{digest[:8]}{suffix}")
        own, other = (attachment_path(self.state.workspace, name, note) for name in names)
        # The first of several would have another name when a later export has one before it.
        is_only = len(self._members[name_key(base)]) == 1 and self._digest_of(other) != digest
        path = own if self._digest_of(own) in (digest, "" if is_only else digest) else other
        self._digests.setdefault(name_key(path), digest)
        return FileCopy(path, source)

    def _digest_of(self, path: str) -> str:
        """Return the digest of a file that is there or planned; "" for none."""
        key = name_key(path)
        if not self._digests.get(key):
            try:
                with open(os.path.join(self.state.workspace.root, path), "rb") as stream:
                    self._digests[key] = copy_stream(stream, lambda _: None)
            except OSError:
                return ""
        return self._digests[key]


def _base(file: PageFile) -> str:
    name = file.name.replace("\\", "/").rpartition("/")[2]
    return f"{name}.txt" if name.endswith(NOTE_SUFFIXES) else name  # an attachment is no note
