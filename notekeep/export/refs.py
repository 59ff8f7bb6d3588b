"""What a draft's links and pictures point at, and the neutral way they are written in it.

While a draft is made, nobody knows yet where its targets will be in a site. So a link or picture of
the vault is written as plain Markdown with a number for its address, `[text](scheme:3)`, and the
numbers are looked up when the body is made for a generator.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from notekeep.export.passage import Origin

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
class Refs:
    """The numbered targets of one draft.

    Attributes:
        scheme: What their addresses begin with. It is made from the note's own text, so that no
            text can hold one by chance or by intent.
    """

    scheme: str
    items: list[Ref] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> Refs:
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


def escape(text: str) -> str:
    """Return text so that Markdown shows it as it is, on one line."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def destination(address: str) -> str:
    """Return an address as a link of Markdown has it, whatever signs are in it."""
    escaped = _UNSAFE.sub(r"\\\g<0>", address).replace("\n", "%0A")
    return f"<{escaped}>"


def quoted_title(title: str) -> str:
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
