"""Links and pictures of one note, turned into plain Markdown with numbered addresses.

A link to a private note becomes words here, whatever else is exported: its title is never written.
Whether any other target will be published is not known yet.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from notekeep.errors import NotekeepError
from notekeep.export.assets import Attachments, is_image
from notekeep.export.local import REASON, in_vault, is_local
from notekeep.export.passage import Splice
from notekeep.export.refs import Ref, Refs, escape, quoted_title, split_fragment, split_size
from notekeep.markdown.outline import SCHEME

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.passage import Origin, Passage
    from notekeep.export.remarks import Remarks
    from notekeep.export.source import Source
    from notekeep.markdown.nodes import Node

PRIVATE_WORDS = "a private note"
"""What stands for the title of a private note that was linked without words of its own."""

_SAFE = ";/?:@&=+$,-_.!~*'()#%"
"""Signs of an address on the web that mean something there, or are encoded already."""

_VAULT_FILES = (".base", ".canvas", ".excalidraw")
_PASTED = re.compile(r"(?i)pasted image \d+|img[_-]?\d+|screenshot.*|dsc[_-]?\d+")


class Linker:
    """Finds what the links of one note point at and numbers it."""

    def __init__(
        self,
        source: Source,
        attachments: Attachments,
        refs: Refs,
        remarks: Remarks,
        hides_heading: Callable[[str, str], bool],
    ) -> None:
        self.source = source
        self.hides_heading = hides_heading
        self.attachments = attachments
        self.refs = refs
        self.remarks = remarks

    def note_of(self, passage: Passage, node: Node, path: str) -> tuple[str, str, str] | None:
        """Return note, heading and block that an embed shows, or None when it embeds no note."""
        if node.kind not in {"wikilink", "image"} or (node.kind == "wikilink" and not node.embed):
            return None
        target = node.info if node.kind == "wikilink" else unquote(node.info)
        if node.kind == "image" and (SCHEME.match(target) or not _is_note_name(target)):
            return None
        name, heading, block = split_fragment(target)
        if is_image(name):
            return None
        found = self._find(name, path, passage.origin(node.start))
        return (found, heading, block) if found else None

    def _find(self, name: str, path: str, origin: Origin) -> str | None:
        """Return the note that a name means; of several the nearest, which is told."""
        if not name:
            return path
        found = self.source.notes.resolve(name, path)
        shown = [other for other in found if not self.source.hidden(other)]
        if len(shown) > 1:
            self.remarks.add(origin, f"{name!r} could be {' or '.join(shown)}; the first is taken")
        return found[0] if found else None

    def neutral(self, passage: Passage, node: Node, path: str) -> list[Splice]:
        """Return the splices that write a link or picture with a numbered address."""
        if node.kind == "wikilink":
            return self._wikilink(passage, node, path)
        if node.kind == "image":
            return self._image(passage, node, path)
        if node.kind == "link":
            return self._link(passage, node, path)
        return []

    def _wikilink(self, passage: Passage, node: Node, path: str) -> list[Splice]:
        origin = passage.origin(node.start)
        name, heading, block = split_fragment(node.info)
        if node.embed and is_image(name):
            return self._picture(passage, node, path, name, node.title)
        if name.lower().endswith(_VAULT_FILES):
            if self._is_private_file(name, path):
                return [self._hidden(node, node.title, origin)]
            return [self._vault_file(node, origin)]
        words = node.title or _shown(name, heading)
        found = self._find(name, path, origin)
        if found is None and self._is_private_file(name, path):
            return [self._hidden(node, node.title, origin)]
        if found is None and (asset := self._asset(name, path, origin)):
            return self._replaced(node, words, Ref("asset", asset, origin))
        if found is None:
            self.remarks.add(origin, f"nothing is named {name!r}; the link's words stay")
            return [Splice(node.start, node.end, escape(words), "a broken link becomes words")]
        if self.source.hidden(found):
            return [self._hidden(node, node.title, origin)]
        if heading and not node.title and self.hides_heading(found, heading):
            heading, words = "", _shown(name or found, "")
        return self._replaced(node, words, Ref("note", found, origin, heading, block))

    def _is_private_file(self, name: str, path: str) -> bool:
        """Whether a link that leads to no note leads into a private folder."""
        if self.source.hides_from(path)(name):
            return True
        try:
            found = self.attachments.find(name, path)
        except NotekeepError:
            return False
        return found is not None and bool(self.source.private_name(found))

    def _vault_file(self, node: Node, origin: Origin) -> Splice:
        self.remarks.add(origin, f"{node.info} means nothing outside of the vault and is left out")
        words = "" if node.embed else escape(node.title or _shown(node.info, ""))
        return Splice(node.start, node.end, words, "a file of the vault's own is left out")

    def _replaced(self, node: Node, words: str, ref: Ref) -> list[Splice]:
        text = f"[{escape(words)}]({self.refs.add(ref)})"
        return [Splice(node.start, node.end, text, "")]

    def _hidden(self, node: Node, words: str, origin: Origin) -> Splice:
        shown = words or PRIVATE_WORDS
        if not words:
            self.remarks.add(origin, f"a link to a private note reads “{PRIVATE_WORDS}”")
        return Splice(node.start, node.end, escape(shown), "a link to a private note becomes words")

    def _picture(
        self, passage: Passage, node: Node, path: str, target: str, words: str
    ) -> list[Splice]:
        origin = passage.origin(node.start)
        alt, width, height = split_size(words)
        asset = self._asset(target, path, origin)
        if asset is None:
            return [Splice(node.start, node.end, escape(alt), "a picture that cannot go along")]
        ref = Ref("asset", asset, origin, width=width, height=height)
        text = f"![{escape(alt or _alt(target))}]({self.refs.add(ref)})"
        return [Splice(node.start, node.end, text, "")]

    def _image(self, passage: Passage, node: Node, path: str) -> list[Splice]:
        alt, width, height = split_size(node.content)
        origin = passage.origin(node.start)
        if is_local(node.info):
            return self._local_image(passage, node, path, alt)
        if SCHEME.match(node.info) or node.info.startswith("#"):
            if not width:
                return []
            target = quote(node.info, safe=_SAFE)
            address = self.refs.add(Ref("web", target, origin, width=width, height=height))
            reason = "a picture's size is no part of its words"
            return [
                Splice(
                    node.start, node.end, f"![{alt}]({address}{quoted_title(node.title)})", reason
                )
            ]
        asset = self._asset(unquote(node.info), path, origin)
        if asset is None:
            return [Splice(node.start, node.end, escape(alt), "a picture that cannot go along")]
        address = self.refs.add(Ref("asset", asset, origin, width=width, height=height))
        return [
            Splice(
                node.start, node.end, f"![{escape(alt)}]({address}{quoted_title(node.title)})", ""
            )
        ]

    def _local_image(self, passage: Passage, node: Node, path: str, alt: str) -> list[Splice]:
        """A picture of this machine goes along when it is a file of the vault."""
        origin = passage.origin(node.start)
        found = in_vault(node.info, self.source.root)
        asset = self._asset(f"/{found}", path, origin) if found else None
        if asset is None:
            self.remarks.add(origin, "a picture of this machine is left out")
            return [Splice(node.start, node.end, escape(alt), REASON)]
        address = self.refs.add(Ref("asset", asset, origin))
        return [
            Splice(
                node.start, node.end, f"![{escape(alt)}]({address}{quoted_title(node.title)})", ""
            )
        ]

    def _link(self, passage: Passage, node: Node, path: str) -> list[Splice]:
        target = unquote(node.info)
        origin = passage.origin(node.start)
        if is_local(target):
            target = in_vault(node.info, self.source.root)
            if not target:
                self.remarks.add(origin, "a link to a file of this machine becomes words")
                return _unlinked(node, REASON)
            target = f"/{target}"
        if SCHEME.match(target) or not target:
            return []
        name, heading, block = split_fragment(target)
        found = self._find(name, path, origin) if not name or _is_note_name(name) else None
        if found is not None and self.source.hidden(found):
            return _unlinked(node, "a link to a private note becomes words")
        if found is not None:
            return self._addressed(node, Ref("note", found, origin, heading, block))
        if name.startswith("/") and not self.attachments.exists(name):
            return []  # a page of the person's own site
        if asset := self._asset(name, path, origin):
            return self._addressed(node, Ref("asset", asset, origin))
        self.remarks.add(origin, f"nothing is named {name!r}; the link's words stay")
        return _unlinked(node, "a broken link becomes words")

    def _addressed(self, node: Node, ref: Ref) -> list[Splice]:
        close = _label_end(node)
        text = f"]({self.refs.add(ref)}{quoted_title(node.title)})"
        return [
            Splice(node.start, node.start + 1, "[", ""),
            Splice(close, node.end, text, ""),
        ]

    def _asset(self, target: str, path: str, origin: Origin) -> str | None:
        """Return the file that may go along, or None with a warning that says why not."""
        try:
            found = self.attachments.find(target, path)
            if found is None:
                if os.path.splitext(target)[1]:
                    self.remarks.add(origin, f"there is no file {target!r}")
                return None
            self.attachments.read(found)
        except NotekeepError as error:
            self.remarks.add(origin, f"left out: {error.message}")
            return None
        return found


def _unlinked(node: Node, reason: str) -> list[Splice]:
    """Take a link's marks away and leave its words, with whatever marks they have."""
    return [
        Splice(node.start, node.start + 1, "", reason),
        Splice(_label_end(node), node.end, "", ""),
    ]


def _label_end(node: Node) -> int:
    """Return where the `]` of a link's words stands."""
    return node.children[-1].end if node.children else node.start + 1


def _is_note_name(target: str) -> bool:
    """Whether an address can be a note's: Obsidian leaves `.md` away only between brackets."""
    name = target.partition("#")[0]
    return name.lower().endswith(".md") or not os.path.splitext(name)[1]


def _shown(name: str, heading: str) -> str:
    """Return what Obsidian shows for a link without words; a folder's name is not for others."""
    last = name.rsplit("/", 1)[-1].removesuffix(".md")
    return " > ".join(filter(None, (last, heading))) or name


def _alt(target: str) -> str:
    stem = os.path.splitext(target.rsplit("/", 1)[-1])[0]
    return "" if _PASTED.fullmatch(stem) else " ".join(re.split(r"[-_\s]+", stem))
