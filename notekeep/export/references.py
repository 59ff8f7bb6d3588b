"""Links and pictures with numbered addresses; local addresses."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, unquote

from notekeep.errors import NotekeepError
from notekeep.export.assets import Attachments, is_image
from notekeep.export.source_map import SourceEdit, remove_lines
from notekeep.markdown.outline import SCHEME_PATTERN

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.draft import WarningList
    from notekeep.export.source import VaultSource
    from notekeep.export.source_map import MappedText, Origin, SourceChange
    from notekeep.markdown.nodes import Node, Tree


# What a draft's links and pictures point at, and the neutral way they are written in it.
#
# While a draft is made, nobody knows yet where its targets will be in a site. So a link or
# picture of the vault is written as plain Markdown with a number for its address,
# `[text](scheme:3)`, and the numbers are looked up when the body is made for a generator.


_SPECIAL = re.compile(
    r"[\\`*\[\]<|$]"  # marks wherever they stand
    r"|(?<!\w)_|_(?!\w)"  # no mark within a word
    r"|&(?=#?\w+;)|~(?=~)|=(?==)|%(?=%)|\^(?=\[)"
    r"|^[#>+-](?=\s|$)|(?<=^\d)[.)]"  # marks at the beginning of a line
)
_ADDRESS = re.compile(r"\bnk[0-9a-f]{12}:\d+")
_UNSAFE = re.compile(r"[<>\\]")
_SIZE = re.compile(r"(\d{1,5})(?:x(\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Ref:
    """One thing that a draft points at.

    Attributes:
        kind: A note, a file that goes along, or a picture of the web that has a size.
        path: Its path in the vault, or its address.
        heading: The heading in the link's fragment, or "".
        block: The block id in the fragment, or "".
        width: How wide a picture is shown, in pixels, or "".
        height: How high, or "".
        origin: Where it is written.
    """

    kind: Literal["note", "asset", "web"]
    path: str
    origin: Origin
    heading: str = ""
    block: str = ""
    width: str = ""
    height: str = ""


@dataclass(slots=True)
class ReferenceTable:
    """The numbered targets of one draft.

    Attributes:
        scheme: What their addresses begin with. It is made from the note's own text, so that no
            text can hold one by chance or by intent.
    """

    scheme: str
    items: list[Ref] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> ReferenceTable:
        """Return an empty list for a note with this text."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        return cls(f"nk{digest[:12]}")

    def add(self, ref: Ref) -> str:
        """Return the address that stands for a target."""
        self.items.append(ref)
        return f"{self.scheme}:{len(self.items) - 1}"

    def get(self, address: str) -> Ref | None:
        """Return the target that an address stands for, or None for any other address."""
        scheme, colon, number = address.partition(":")
        if scheme != self.scheme or not colon or not number.isdecimal():
            return None
        return self.items[int(number)] if int(number) < len(self.items) else None

    def used(self, text: str) -> list[Ref]:
        """Return the targets whose addresses stand in a text, in order."""
        found = (self.get(address[0]) for address in _ADDRESS.finditer(text))
        return [ref for ref in found if ref is not None]


def escape_text(text: str) -> str:
    """Return text so that Markdown shows it as it is, on one line."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def destination(address: str) -> str:
    """Return an address as a link of Markdown has it, whatever signs are in it."""
    escaped = _UNSAFE.sub(r"\\\g<0>", address).replace("\n", "%0A")
    return f"<{escaped}>"


def quote_title(title: str) -> str:
    """Return a link's title as it stands behind the address, with a blank before; "" for none."""
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    return f' "{quoted}"' if title else ""


def split_size(text: str) -> tuple[str, str, str]:
    """Split what stands behind the bars of a picture into words, width and height.

    `a tree|300x200`, `300|a tree`, `300` and `a tree` are all allowed.
    """
    first, _, after = text.partition("|")
    before, _, last = text.rpartition("|")
    for rest, size in ((before, last), (after, first)):
        match = _SIZE.fullmatch(size.strip())
        if match:
            return rest.strip(), match[1], match[2] or ""
    return text.strip(), "", ""


def split_fragment(target: str) -> tuple[str, str, str]:
    """Split a link's target into name, heading and block id; of nested headings the last."""
    name, _, fragment = target.partition("#")
    last = fragment.rsplit("#", 1)[-1].strip()
    if last.startswith("^"):
        return name.strip(), "", last[1:].strip()
    return name.strip(), last, ""


# Addresses that only this machine understands: `file:///…`, and links back into the vault's app.
#
# They tell the folders of a person's machine, so none of them leaves. One that leads to a file
# of the vault is read as a link to that file; of any other the words stay, or the last part of
# its name.


LOCAL_ADDRESS_REASON = "an address of this machine stays here"

_LOCAL = re.compile(r"(?:file|obsidian):", re.IGNORECASE)
_WRITTEN = re.compile(r"\b(?:file|obsidian):/[^\s<>\[\]()\"']*", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"\s[\w-]+\s*=\s*(?:\"\s*(?:file|obsidian):[^\"]*\"|'\s*(?:file|obsidian):[^']*'"
    r"|(?:file|obsidian):[^\s>]*)",
    re.IGNORECASE,
)


def is_local(address: str) -> bool:
    """Whether an address means something on this machine only."""
    return _LOCAL.match(address.strip()) is not None


def vault_path_of_address(address: str, root: str) -> str:
    """Return the path in the vault that a `file:` address leads to, from its root; "" for none."""
    scheme, _, rest = address.strip().partition(":")
    if scheme.lower() != "file":
        return ""
    place = unquote(re.sub(r"^//(?:localhost)?(?=/)", "", rest))
    real, base = os.path.realpath(place), os.path.realpath(root)
    if not real.startswith(base + os.sep):
        return ""
    return os.path.relpath(real, base).replace(os.sep, "/")


def strip_local_addresses(text: str) -> str:
    """Return words with the last part of a name in place of each such address."""
    return _WRITTEN.sub(lambda match: _last_part(match[0]), text)


def has_local_address(text: str) -> bool:
    """Whether such an address is written anywhere in a text."""
    return ":/" in text and _WRITTEN.search(text) is not None


def remove_local_addresses(passage: MappedText, node: Node) -> list[SourceEdit]:
    """Return the splices that keep such addresses of words, HTML and definitions here."""
    match node.kind:
        case "autolink" if is_local(node.info):
            return [
                SourceEdit(
                    node.start, node.end, escape_text(_last_part(node.info)), LOCAL_ADDRESS_REASON
                )
            ]
        case "text":
            return [
                SourceEdit(
                    match.start(),
                    match.end(),
                    escape_text(_last_part(match[0])),
                    LOCAL_ADDRESS_REASON,
                )
                for match in _WRITTEN.finditer(passage.text, node.start, node.end)
            ]
        case "html" | "html_block":
            return [
                SourceEdit(match.start(), match.end(), "", LOCAL_ADDRESS_REASON)
                for match in _ATTRIBUTE.finditer(passage.text, node.start, node.end)
            ]
        case "definition" if is_local(node.content) or not _leads_out(node.content):
            # Links that used it have their address in them by now.
            reason = "where a link of the vault leads stays in the vault"
            return [remove_lines(passage, node.first, node.last, reason)]
    return []


def _leads_out(address: str) -> bool:
    """Whether an address leads out of the vault, or to a place or page of the site."""
    return SCHEME_PATTERN.match(address) is not None or address.startswith(("#", "/"))


def _last_part(address: str) -> str:
    return unquote(re.split(r"[/\\=]", address.rstrip("/"))[-1])


# Links and pictures of one note, turned into plain Markdown with numbered addresses.
#
# A link to a private note becomes words here, whatever else is exported: its title is never
# written. Whether any other target will be published is not known yet.


PRIVATE_LABEL = "a private note"
"""What stands for the title of a private note that was linked without words of its own."""

_SAFE = ";/?:@&=+$,-_.!~*'()#%"
"""Signs of an address on the web that mean something there, or are encoded already."""

_VAULT_FILES = (".base", ".canvas", ".excalidraw")
_PASTED = re.compile(r"(?i)pasted image \d+|img[_-]?\d+|screenshot.*|dsc[_-]?\d+")


class Linker:
    """Finds what the links of one note point at and numbers it."""

    def __init__(
        self,
        source: VaultSource,
        attachments: Attachments,
        refs: ReferenceTable,
        remarks: WarningList,
        hides_heading: Callable[[str, str], bool],
    ) -> None:
        self.source = source
        self.hides_heading = hides_heading
        self.attachments = attachments
        self.refs = refs
        self.remarks = remarks

    def resolve_embed(
        self, passage: MappedText, node: Node, path: str
    ) -> tuple[str, str, str] | None:
        """Return note, heading and block that an embed shows, or None when it embeds no note."""
        if node.kind not in {"wikilink", "image"} or (node.kind == "wikilink" and not node.embed):
            return None
        target = node.info if node.kind == "wikilink" else unquote(node.info)
        if node.kind == "image" and (SCHEME_PATTERN.match(target) or not _is_note_name(target)):
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

    def neutral(self, passage: MappedText, node: Node, path: str) -> list[SourceEdit]:
        """Return the splices that write a link or picture with a numbered address."""
        if node.kind == "wikilink":
            return self._wikilink(passage, node, path)
        if node.kind == "image":
            return self._image(passage, node, path)
        if node.kind == "link":
            return self._link(passage, node, path)
        return []

    def _wikilink(self, passage: MappedText, node: Node, path: str) -> list[SourceEdit]:
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
            return [
                SourceEdit(node.start, node.end, escape_text(words), "a broken link becomes words")
            ]
        if self.source.hidden(found):
            return [self._hidden(node, node.title, origin)]
        if heading and not node.title and self.hides_heading(found, heading):
            heading, words = "", _shown(name or found, "")
        return self._replaced(node, words, Ref("note", found, origin, heading, block))

    def _is_private_file(self, name: str, path: str) -> bool:
        """Whether a link that leads to no note leads into a private folder."""
        if self.source.make_hidden_check(path)(name):
            return True
        try:
            found = self.attachments.find(name, path)
        except NotekeepError:
            return False
        return found is not None and bool(self.source.private_name(found))

    def _vault_file(self, node: Node, origin: Origin) -> SourceEdit:
        self.remarks.add(origin, f"{node.info} means nothing outside of the vault and is left out")
        words = "" if node.embed else escape_text(node.title or _shown(node.info, ""))
        return SourceEdit(node.start, node.end, words, "a file of the vault's own is left out")

    def _replaced(self, node: Node, words: str, ref: Ref) -> list[SourceEdit]:
        text = f"[{escape_text(words)}]({self.refs.add(ref)})"
        return [SourceEdit(node.start, node.end, text, "")]

    def _hidden(self, node: Node, words: str, origin: Origin) -> SourceEdit:
        shown = words or PRIVATE_LABEL
        if not words:
            self.remarks.add(origin, f"a link to a private note reads “{PRIVATE_LABEL}”")
        return SourceEdit(
            node.start, node.end, escape_text(shown), "a link to a private note becomes words"
        )

    def _picture(
        self, passage: MappedText, node: Node, path: str, target: str, words: str
    ) -> list[SourceEdit]:
        origin = passage.origin(node.start)
        alt, width, height = split_size(words)
        asset = self._asset(target, path, origin)
        if asset is None:
            return [
                SourceEdit(node.start, node.end, escape_text(alt), "a picture that cannot go along")
            ]
        ref = Ref("asset", asset, origin, width=width, height=height)
        text = f"![{escape_text(alt or _alt(target))}]({self.refs.add(ref)})"
        return [SourceEdit(node.start, node.end, text, "")]

    def _image(self, passage: MappedText, node: Node, path: str) -> list[SourceEdit]:
        alt, width, height = split_size(node.content)
        origin = passage.origin(node.start)
        if is_local(node.info):
            return self._local_image(passage, node, path, alt)
        if SCHEME_PATTERN.match(node.info) or node.info.startswith("#"):
            if not width:
                return []
            target = quote(node.info, safe=_SAFE)
            address = self.refs.add(Ref("web", target, origin, width=width, height=height))
            reason = "a picture's size is no part of its words"
            return [
                SourceEdit(
                    node.start, node.end, f"![{alt}]({address}{quote_title(node.title)})", reason
                )
            ]
        asset = self._asset(unquote(node.info), path, origin)
        if asset is None:
            return [
                SourceEdit(node.start, node.end, escape_text(alt), "a picture that cannot go along")
            ]
        address = self.refs.add(Ref("asset", asset, origin, width=width, height=height))
        return [
            SourceEdit(
                node.start,
                node.end,
                f"![{escape_text(alt)}]({address}{quote_title(node.title)})",
                "",
            )
        ]

    def _local_image(
        self, passage: MappedText, node: Node, path: str, alt: str
    ) -> list[SourceEdit]:
        """A picture of this machine goes along when it is a file of the vault."""
        origin = passage.origin(node.start)
        found = vault_path_of_address(node.info, self.source.root)
        asset = self._asset(f"/{found}", path, origin) if found else None
        if asset is None:
            self.remarks.add(origin, "a picture of this machine is left out")
            return [SourceEdit(node.start, node.end, escape_text(alt), LOCAL_ADDRESS_REASON)]
        address = self.refs.add(Ref("asset", asset, origin))
        return [
            SourceEdit(
                node.start,
                node.end,
                f"![{escape_text(alt)}]({address}{quote_title(node.title)})",
                "",
            )
        ]

    def _link(self, passage: MappedText, node: Node, path: str) -> list[SourceEdit]:
        target = unquote(node.info)
        origin = passage.origin(node.start)
        if is_local(target):
            target = vault_path_of_address(node.info, self.source.root)
            if not target:
                self.remarks.add(origin, "a link to a file of this machine becomes words")
                return _unlinked(node, LOCAL_ADDRESS_REASON)
            target = f"/{target}"
        if SCHEME_PATTERN.match(target) or not target:
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

    def _addressed(self, node: Node, ref: Ref) -> list[SourceEdit]:
        close = _label_end(node)
        text = f"]({self.refs.add(ref)}{quote_title(node.title)})"
        return [
            SourceEdit(node.start, node.start + 1, "[", ""),
            SourceEdit(close, node.end, text, ""),
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


def _unlinked(node: Node, reason: str) -> list[SourceEdit]:
    """Take a link's marks away and leave its words, with whatever marks they have."""
    return [
        SourceEdit(node.start, node.start + 1, "", reason),
        SourceEdit(_label_end(node), node.end, "", ""),
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


# Footnotes and link definitions: those that nothing refers to, and footnotes within a line.
#
# Inline footnotes, `text^[a note]`, are written as the two-part ones that every generator reads.


_LABEL = re.compile(r"\[((?:\\.|[^\[\]\\])*)\](?:\[\])?\Z", re.DOTALL)
_QUOTE_MARKS = re.compile(r"\n[ \t>]*")

_AT_END = "notes of inline footnotes stand at the end"


def number_inline_footnotes(passage: MappedText) -> tuple[MappedText, list[SourceChange]]:
    """Return the passage with each inline footnote as a numbered one, and what was done.

    The notes stand at its end.
    """
    tree = passage.tree
    inline = [node for node in tree.find("footnote_ref") if tree.source(node).startswith("^[")]
    if not inline:
        return passage, []
    taken = {node.info for node in tree.find("footnote")}
    numbers: dict[Node, int] = {}
    number = 0
    for node in inline:
        number += 1
        while str(number) in taken:
            number += 1
        numbers[node] = number
    outer, within = _nested(inline)
    reason = "an inline footnote becomes a numbered one"
    splices = [SourceEdit(node.start, node.end, f"[^{numbers[node]}]", reason) for node in outer]
    notes = []
    for node in inline:
        words, at = "", node.start + 2
        for note in within.get(node, []):
            words += f"{passage.text[at : note.start]}[^{numbers[note]}]"
            at = note.end
        words = " ".join(f"{words}{passage.text[at : node.end - 1]}".split())
        notes.append((f"[^{numbers[node]}]: {words}", passage.origin(node.start)))
    body = passage.text.rstrip("\n")
    text = "".join(f"\n\n{note}" for note, _ in notes) + "\n"
    first = passage.origin(len(body))
    origins = [first, *(origin for _, origin in notes for _ in range(2)), notes[-1][1]]
    splices.append(SourceEdit(len(body), len(passage.text), text, _AT_END, tuple(origins)))
    return passage.splice(splices), passage.changes(splices)


def _nested(notes: list[Node]) -> tuple[list[Node], dict[Node, list[Node]]]:
    """Return the notes that stand in no other, and those right within each of the others."""
    outer: list[Node] = []
    within: dict[Node, list[Node]] = {}
    open_: list[Node] = []
    for note in notes:
        while open_ and open_[-1].end <= note.start:
            open_.pop()
        (within.setdefault(open_[-1], []) if open_ else outer).append(note)
        open_.append(note)
    return outer, within


def unused_definitions(passage: MappedText) -> list[tuple[Node, int, str]]:
    """Return the footnotes and link definitions that nothing refers to, each as it is removed.

    A footnote that only such footnotes refer to is one of them.

    Returns:
        The node, the line after it, and the reason.
    """
    if "]:" not in passage.text:
        return []
    tree = passage.tree
    wanted = _wanted_footnotes(tree)
    found = [
        (node, node.last, "a footnote that nothing refers to is left out")
        for node in tree.find("footnote")
        if node.info not in wanted
    ]
    links = {_label(tree.source(node)) for node in tree.find("link", "image")}
    for node in tree.find("definition"):
        label = _folded(node.info)
        if label not in links:
            found.append((node, node.last, "an address that no link uses is left out"))
        links.discard(label)  # of several with one label the first is meant
    return sorted(found, key=lambda one: one[0].first)


def _wanted_footnotes(tree: Tree) -> set[str]:
    """Return the labels of the footnotes that the text refers to, and those they refer to."""
    refs: dict[str | None, set[str]] = {}
    for ref in tree.find("footnote_ref"):
        note = next((node.info for node in ref.above() if node.kind == "footnote"), None)
        refs.setdefault(note, set()).add(ref.info)
    wanted, new = set[str](), refs.get(None, set())
    while new:
        wanted |= new
        new = set().union(*(refs.get(label, set()) for label in new)) - wanted
    return wanted


def _label(source: str) -> str:
    """Return the label of the definition that a link uses; "" for none."""
    match = _LABEL.search(_QUOTE_MARKS.sub(" ", source))
    return _folded(match[1]) if match else ""


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()
