"""What a draft's links and pictures point at, and the neutral way they are written in it.

While a draft is made, nobody knows yet where its targets will be in a site. So a link or picture of
the vault is written as plain Markdown with a number for its address, `[text](scheme:3)`, and the
numbers are looked up when the body is made for a generator.
"""

from __future__ import annotations

import hashlib
import html
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal, NamedTuple
from urllib.parse import quote, unquote

from notekeep.errors import NotekeepError
from notekeep.export.assets import Attachments, is_image
from notekeep.export.consent import PRIVATE_LABEL
from notekeep.export.source_map import (
    LineWarning,
    MappedText,
    Origin,
    SourceChange,
    SourceEdit,
    remove_lines,
)
from notekeep.markdown.outline import SCHEME_PATTERN
from notekeep.markdown.tree import Span

LOCAL_ADDRESS_REASON = "removed an address on this machine"

_SPECIAL = re.compile(
    r"[\\`*\[\]<|$]"  # marks wherever they stand
    r"|(?<!\w)_|_(?!\w)"  # no mark within a word
    r"|&(?=#?\w+;)|~(?=~)|=(?==)|%(?=%)|\^(?=\[)"
    r"|^[#>+-](?=\s|$)|(?<=^\d)[.)]"  # marks at the beginning of a line
)
_NUMBER = re.compile(r"\d+")
_UNSAFE = re.compile(r"[<>\\]")
_SIZE = re.compile(r"(\d{1,5})(?:x(\d{1,5}))?")
_SAFE = ";/?:@&=+$,-_.!~*'()#%"
"""Signs of an address on the web that mean something there, or are encoded already."""
_QUOTED = frozenset({"link", "image"})
"""Links whose addresses are written with `%20` for a blank."""
_VAULT_FILES = (".base", ".canvas", ".excalidraw")
_PASTED = re.compile(r"(?i)pasted image \d+|img[_-]?\d+|screenshot.*|dsc[_-]?\d+")


class Fragment(NamedTuple):
    """Which part of which note: all of it, a section, or a block."""

    path: str
    heading: str = ""
    block: str = ""

    def __str__(self) -> str:
        name = self.path.rsplit("/", 1)[-1].removesuffix(".md")
        return name + _place(self.heading, self.block)


@dataclass(frozen=True, slots=True)
class Ref:
    """One thing that a draft points at."""

    # a note, a file that goes along, or a picture of the web that has a size
    kind: Literal["note", "asset", "web"]
    path: str  # its path in the vault, or its address
    origin: Origin  # where it is written
    heading: str = ""  # the heading in the link's fragment, or ""
    block: str = ""  # the block id in the fragment, or ""
    width: str = ""  # how wide a picture is shown, in pixels, or ""; likewise `height`
    height: str = ""

    @property
    def place(self) -> str:
        """The place within a note as a link has it, such as `#^id`; "" for all of it."""
        return _place(self.heading, self.block)


def _place(heading: str, block: str) -> str:
    return f"#{heading}" if heading else f"#^{block}" if block else ""


@dataclass(slots=True)
class ReferenceTable:
    """The numbered targets of one draft."""

    # what their addresses begin with. It is made from the note's own text, so that no text can hold
    # one by chance or by intent
    scheme: str
    items: list[Ref] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> ReferenceTable:
        """Return an empty table for a note with this text."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        return cls(f"nk{digest[:12]}")

    def add(self, ref: Ref) -> str:
        """Return the address that stands for a target."""
        self.items.append(ref)
        return f"{self.scheme}:{len(self.items) - 1}"

    def get(self, address: str) -> Ref | None:
        """Return the target that an address stands for, or None for any other address."""
        scheme, colon, number = address.partition(":")
        return self._numbered(number) if colon and scheme == self.scheme else None

    def used(self, text: str) -> list[Ref]:
        """Return the targets whose addresses stand in a text, in order."""
        found = (_NUMBER.match(rest) for rest in text.split(f"{self.scheme}:")[1:])
        refs = (self._numbered(number[0]) for number in found if number)
        return [ref for ref in refs if ref is not None]

    def _numbered(self, number: str) -> Ref | None:
        is_known = number.isdecimal() and int(number) < len(self.items)
        return self.items[int(number)] if is_known else None


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
    """Split what stands behind a picture's bars, such as `a tree|300x200`, into words and size."""
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


class Linker:
    """Finds what the links of one note point at, and writes them with numbered addresses.

    A link to a private note becomes words here, whatever else is exported: its title is never
    written. Whether any other target will be published is not known yet.
    """

    def __init__(
        self,
        attachments: Attachments,
        refs: ReferenceTable,
        hides_heading: Callable[[str, str], bool],
    ) -> None:
        self._source = attachments.source
        self._attachments = attachments
        self._find_file = cache(attachments.find)  # a text may name one file very often
        self._refs = refs
        self._hides_heading = hides_heading
        self.warnings: list[LineWarning] = []

    def warn(self, origin: Origin, what: str) -> None:
        """Note what a person should know of a line."""
        self.warnings.append(LineWarning(origin, what))

    def learn(self, links: Iterable[Span], path: str) -> None:
        """Find out at once what the names in the links of a note mean."""
        targets = (unquote(link.info) if link.kind in _QUOTED else link.info for link in links)
        names = {split_fragment(one)[0] for one in targets if not SCHEME_PATTERN.match(one)}
        self._source.notes.learn(names, path)

    def resolve_embed(self, passage: MappedText, link: Span, path: str) -> Fragment | None:
        """Return what of which note an embed shows, or None when it embeds no note."""
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
        """Return the edits that write a link or picture with a numbered address."""
        origin = passage.origin(link.start)
        if link.kind in {"wikilink", "embed"}:
            return [self._wikilink(link, path, origin)]
        if link.kind == "image":
            return self._image(link, path, origin)
        return self._link(link, path, origin)

    def _wikilink(self, link: Span, path: str, origin: Origin) -> SourceEdit:
        name, heading, block = split_fragment(link.info)
        if link.kind == "embed" and is_image(name):
            words, width, height = split_size(link.words)
            ref = Ref("asset", "", origin, width=width, height=height)
            return self._picture(link, name, path, ref, words, words or _alt(name))
        if name.lower().endswith(_VAULT_FILES):
            if self._is_private_file(name, path):
                return self._hidden(link, origin)
            what = f"removed {link.info}, which works only in the vault"
            self.warn(origin, what)
            words = "" if link.kind == "embed" else link.words or _shown(link.info, "")
            return _as_words(link, words, "removed a file that works only in the vault")
        words = link.words or _shown(name, heading)
        found = self._find_note(name, path, origin)
        if found is None:
            if self._is_private_file(name, path):
                return self._hidden(link, origin)
            if asset := self._find_asset(name, path, origin):
                return self._named(link, words, Ref("asset", asset, origin))
            self.warn(origin, f"there is no note {name!r}; kept the text of the link")
            return _as_words(link, words, "replaced a broken link with its text")
        if self._source.is_hidden(found):
            return self._hidden(link, origin, found)
        if heading and not link.words and self._hides_heading(found, heading):
            heading, words = "", _shown(name or found, "")
        return self._named(link, words, Ref("note", found, origin, heading, block))

    def _hidden(self, link: Span, origin: Origin, found: str = "") -> SourceEdit:
        words = self._source.public_words(link.words, found or unquote(link.info), found)
        if words == PRIVATE_LABEL:
            what = f"replaced a link to a private note with “{PRIVATE_LABEL}”"
            self.warn(origin, what)
        return _as_words(link, words, "replaced a link to a private note with its text")

    def _named(self, link: Span, words: str, ref: Ref) -> SourceEdit:
        text = f"[{escape_text(words)}]({self._refs.add(ref)})"
        return SourceEdit(link.start, link.end, text, "")

    def _image(self, link: Span, path: str, origin: Origin) -> list[SourceEdit]:
        alt, width, height = split_size(link.words)
        if is_local(link.info):
            # A picture of this machine goes along when it is a file of the vault.
            found = vault_path_of_address(link.info, self._source.root)
            asset = self._find_asset(f"/{found}", path, origin) if found else None
            if asset is None:
                self.warn(origin, "removed a picture that is not in the vault")
                return [_as_words(link, alt, LOCAL_ADDRESS_REASON)]
            return [self._shown_picture(link, escape_text(alt), Ref("asset", asset, origin), "")]
        if SCHEME_PATTERN.match(link.info) or link.info.startswith("#"):
            if not width:
                return []
            ref = Ref("web", quote(link.info, safe=_SAFE), origin, width=width, height=height)
            reason = "moved the size of a picture out of its text"
            return [self._shown_picture(link, alt, ref, reason)]
        ref = Ref("asset", "", origin, width=width, height=height)
        return [self._picture(link, unquote(link.info), path, ref, alt, alt)]

    def _picture(
        self, link: Span, target: str, path: str, ref: Ref, words: str, alt: str
    ) -> SourceEdit:
        """Write a picture of the vault; where it cannot go along, the words of its link."""
        asset = self._find_asset(target, path, ref.origin)
        if asset is None:
            return _as_words(link, words, "removed a picture that cannot be exported")
        return self._shown_picture(link, escape_text(alt), replace(ref, path=asset), "")

    def _shown_picture(self, link: Span, alt: str, ref: Ref, reason: str) -> SourceEdit:
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
        is_hidden = self._source.is_hidden(found) if found else self._is_private_file(name, path)
        if is_hidden:
            if self._source.public_words(link.words, target, found or "") == PRIVATE_LABEL:
                return [self._hidden(link, origin, found or "")]
            return _unlink(link, "replaced a link to a private note with its text")
        if found is not None:
            return self._readdress(link, Ref("note", found, origin, heading, block))
        if name == "/" or (name.startswith("/") and not self._attachments.exists(name)):
            return []  # a page of the person's own site
        if asset := self._find_asset(name, path, origin):
            return self._readdress(link, Ref("asset", asset, origin))
        self.warn(origin, f"there is no note {name!r}; kept the text of the link")
        return _unlink(link, "replaced a broken link with its text")

    def _local(self, link: Span, path: str, origin: Origin) -> list[SourceEdit]:
        """Take away an address that is not of the web; Obsidian's own may name a private note."""
        name = _last_part(link.info)
        if self._source.make_hidden_check(path)(name):
            return [self._hidden(link, origin, name)]
        what = "replaced a link to a file or program of this machine with its text"
        self.warn(origin, what)
        return _unlink(link, LOCAL_ADDRESS_REASON)

    def _readdress(self, link: Span, ref: Ref) -> list[SourceEdit]:
        text = f"]({self._refs.add(ref)}{quote_title(link.title)})"
        return [
            SourceEdit(link.start, link.start + 1, "[", ""),
            SourceEdit(_label_end(link), link.end, text, ""),
        ]

    def _find_note(self, name: str, path: str, origin: Origin) -> str | None:
        """Return the note that a name means; of several the nearest, with a warning."""
        if not name:
            return path
        found = self._source.notes.resolve(name, path)
        shown = [other for other in found if not self._source.is_hidden(other)]
        if len(shown) > 1:
            what = f"{name!r} could be {' or '.join(shown)}; used the first"
            self.warn(origin, what)
        return found[0] if found else self._source.find_hidden(name)

    def _is_private_file(self, name: str, path: str) -> bool:
        """Whether a link that leads to no note leads into a private folder."""
        if self._source.make_hidden_check(path)(name):
            return True
        try:
            found = self._find_file(name, path)
        except NotekeepError:
            return False
        return found is not None and bool(self._source.private_name(found))

    def _find_asset(self, target: str, path: str, origin: Origin) -> str | None:
        """Return the file that may go along, or None with a warning that says why not."""
        try:
            found = self._find_file(target, path)
            if found is None:
                if os.path.splitext(target)[1]:
                    self.warn(origin, f"there is no file {target!r}")
                return None
            self._attachments.read(found)
        except NotekeepError as error:
            self.warn(origin, f"not exported: {error.message}")
            return None
        return found


def _as_words(link: Span, words: str, reason: str) -> SourceEdit:
    return SourceEdit(link.start, link.end, escape_text(words), reason)


def _unlink(link: Span, reason: str) -> list[SourceEdit]:
    """Take a link's marks away and leave its words, with whatever marks they have."""
    return [
        SourceEdit(link.start, link.start + 1, "", reason),
        SourceEdit(_label_end(link), link.end, "", ""),
    ]


def _label_end(link: Span) -> int:
    """Return where the `]` of a link's words stands."""
    return link.start + 1 + len(link.words)


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


# Addresses that may only mean something on this machine: `file:///…`, and links into its programs.
# They tell the folders of a person's machine, so only schemes of the web leave. An address that
# leads to a file of the vault is read as a link to that file; of any other the words stay, or the
# last part of its name. Pictures within an address are stripped of metadata (`private.py`).

_OPEN = r"(?!(?:https?|mailto|tel):|data:image/)"
"""What no address begins with that is removed."""
_LOCAL = re.compile(rf"{_OPEN}[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_WRITTEN = re.compile(rf"\b{_OPEN}[a-z][a-z0-9+-]+:/[^\s<>\[\]()\"']*", re.IGNORECASE)
_WITHIN = re.compile(rf"{_WRITTEN.pattern}|url\([\"']?{_LOCAL.pattern}[^)]*\)?", re.IGNORECASE)
"""Such an address in the value of an attribute, as a style has it."""
_ATTRIBUTE = re.compile(r"\s([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))")
_UNSEEN_IN_ADDRESS = re.compile(r"[\0-\x20]")
_ADDRESSES = frozenset(
    {
        *("href", "xlink:href", "src", "srcset", "poster", "data", "cite", "action", "formaction"),
        *("longdesc", "background", "data-href", "data-src"),
    }
)


def is_local(address: str) -> bool:
    """Whether an address may mean something on this machine only."""
    return _LOCAL.match(_UNSEEN_IN_ADDRESS.sub("", address)) is not None


def is_local_attribute(name: str, value: str) -> bool:
    """Whether an attribute of HTML or SVG has such an address."""
    said = html.unescape(value)
    return _WITHIN.search(said) is not None or (name.lower() in _ADDRESSES and is_local(said))


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


def strip_style_addresses(text: str) -> str:
    """Return a style sheet without such addresses."""
    return _WITHIN.sub("", text)


def has_local_address(text: str) -> bool:
    """Whether such an address is written anywhere in a text."""
    return ":/" in text and _WRITTEN.search(text) is not None


def remove_local_addresses(passage: MappedText, span: Span) -> list[SourceEdit]:
    """Return the edits that keep such addresses of words, HTML and definitions here."""
    match span.kind:
        case "autolink" if is_local(span.info):
            return [_as_words(span, _last_part(span.info), LOCAL_ADDRESS_REASON)]
        case "text":
            found = _WRITTEN.finditer(passage.text, span.start, span.end)
            return [
                SourceEdit(*one.span(), escape_text(_last_part(one[0])), LOCAL_ADDRESS_REASON)
                for one in found
            ]
        case "html" | "html_block":
            text = passage.text[span.start : span.end]
            places = [
                one.span()
                for one in _ATTRIBUTE.finditer(text)
                if is_local_attribute(one[1], one[2] or one[3] or one[4] or "")
            ]
            places += [one.span() for one in _WITHIN.finditer(text)]
            at = span.start
            return [SourceEdit(at + a, at + b, "", LOCAL_ADDRESS_REASON) for a, b in places]
        case "definition" if is_local(span.info) or not _leads_out(span.info):
            # Links that used it have their address in them by now.
            reason = "removed the target of a vault link"
            first, last = passage.line_of(span.start), passage.line_of(span.end) + 1
            return [remove_lines(passage, first, last, reason)]
    return []


def _leads_out(address: str) -> bool:
    """Whether an address leads out of the vault, or to a place or page of the site."""
    return SCHEME_PATTERN.match(address) is not None or address.startswith(("#", "/"))


def _last_part(address: str) -> str:
    return unquote(re.split(r"[/\\=]", address.rstrip("/"))[-1])


# Footnotes and link definitions: those that nothing refers to, and footnotes within a line.

_LABEL = re.compile(r"\[((?:\\.|[^\[\]\\])*)\](?:\[\])?\Z", re.DOTALL)
_QUOTE_MARKS = re.compile(r"\n[ \t>]*")


def number_inline_footnotes(passage: MappedText) -> tuple[MappedText, list[SourceChange]]:
    """Return the passage with `text^[a note]` as numbered footnotes, and what was done."""
    inline = passage.find("note") if "^[" in passage.text else []
    if not inline:
        return passage, []
    taken = {span.info for span in passage.find("footnote")}
    numbers: dict[Span, int] = {}
    number = 0
    for note in inline:
        number += 1
        while str(number) in taken:
            number += 1
        numbers[note] = number
    outer, within = _nested(inline)
    reason = "numbered an inline footnote"
    edits = [SourceEdit(note.start, note.end, f"[^{numbers[note]}]", reason) for note in outer]
    notes = []
    for note in inline:
        words, at = "", note.start + 2
        for inner in within.get(note, []):
            words += f"{passage.text[at : inner.start]}[^{numbers[inner]}]"
            at = inner.end
        words = " ".join(f"{words}{passage.text[at : note.end - 1]}".split())
        notes.append((f"[^{numbers[note]}]: {words}", passage.origin(note.start)))
    body = passage.text.rstrip("\n")
    text = "".join(f"\n\n{note}" for note, _ in notes) + "\n"
    first = passage.origin(len(body))
    origins = [first, *(origin for _, origin in notes for _ in range(2)), notes[-1][1]]
    reason = "moved inline footnotes to the end"
    edits.append(SourceEdit(len(body), len(passage.text), text, reason, tuple(origins)))
    return passage.splice(edits), passage.changes(edits)


def _nested(notes: list[Span]) -> tuple[list[Span], dict[Span, list[Span]]]:
    """Return the notes that stand in no other, and those right within each of the others."""
    outer: list[Span] = []
    within: dict[Span, list[Span]] = {}
    open_: list[Span] = []
    for note in notes:
        while open_ and open_[-1].end <= note.start:
            open_.pop()
        (within.setdefault(open_[-1], []) if open_ else outer).append(note)
        open_.append(note)
    return outer, within


def unused_definitions(passage: MappedText) -> list[tuple[int, int, str]]:
    """Return the footnotes and link definitions that nothing, or only an unused one, refers to.

    Each is given by where it begins, the line after it, and why it goes.
    """
    if "]:" not in passage.text:
        return []
    wanted = _wanted_footnotes(passage)
    links = {_label(passage.text[link.start : link.end]) for link in passage.find("link", "image")}
    found = []
    for span in passage.find("footnote", "definition"):
        if span.kind == "footnote":
            reason = "removed an unused footnote"
            is_used = span.info in wanted
        else:
            reason = "removed an unused link address"
            label = fold_label(span.words)
            is_used = label in links
            links.discard(label)  # of several with one label the first is meant
        if not is_used:
            end = len(passage.text[: span.end].rstrip("> \t\n"))
            found.append((span.start, passage.line_of(end) + 1, reason))
    return found


def _wanted_footnotes(passage: MappedText) -> set[str]:
    """Return the labels of the footnotes that the text refers to, and those they refer to."""
    refs: dict[str | None, set[str]] = {}
    label, end = None, 0  # of the footnote that a reference may stand in
    for span in passage.find("footnote", "footnote_ref"):
        if span.kind == "footnote":
            label, end = span.info, span.end
        else:
            refs.setdefault(label if span.start < end else None, set()).add(span.info)
    wanted, new = set[str](), refs.get(None, set())
    while new:
        wanted |= new
        new = set().union(*(refs.get(label, set()) for label in new)) - wanted
    return wanted


def _label(source: str) -> str:
    """Return the label of the definition that a link uses; "" for none."""
    match = _LABEL.search(_QUOTE_MARKS.sub(" ", source))
    return fold_label(match[1]) if match else ""


def fold_label(label: str) -> str:
    """Return a label as Markdown compares it."""
    return " ".join(label.split()).casefold()
