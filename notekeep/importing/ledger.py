"""What imports wrote: `.notekeep/imported/PROGRAM.DEVICE.log`, one line for each text or value.

A passage is as it was imported when its digest is one that any line has for its id; then the next
import may replace it. The lines have no order and no paths, so files of several devices merge by
keeping all lines. Without the ledger nothing is lost but that certainty: everything then counts as
changed by the person.

    kd-7f3ab2c1 9c0d1e2f 2026-11-28 at=2026-07-17T14:00 order=180

`at` is when a passage was marked, `order` its place among the others of its work, and `same` the id
that it has in the vault where another import brought it first.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from glob import glob

from notekeep.notes.plan import NoteChange
from notekeep.notes.workspace import Workspace
from notekeep.storage.open_folder import content_at

FOLDER = ".notekeep/imported"
_SPACE = re.compile(r"\s+")
_QUOTE_MARK = re.compile(r"(?m)^[ \t]*>[ \t]?")


def digest_text(text: str) -> str:
    """Return the digest of a text: marks of quotes, white space and Unicode form do not count."""
    text = _QUOTE_MARK.sub("", text) if ">" in text else text
    plain = _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:8]


class Ledger:
    """The lines of one program, those of all devices, and those that an import adds."""

    def __init__(self, workspace: Workspace, program: str, device: str, day: str) -> None:
        self.workspace = workspace
        self.path = f"{FOLDER}/{program}.{device}.log"
        self._day = day
        self._digests: dict[str, tuple[str, ...]] = {}
        self._same: dict[str, str] = {}
        self._orders: dict[str, tuple[float, ...]] = {}
        self._new: list[str] = []
        self._start: bytes | None = None
        folder = os.path.join(workspace.root, FOLDER)
        for name in sorted(glob(f"{program}.*.log", root_dir=folder)):
            data = content_at(workspace.root, f"{FOLDER}/{name}") or b""
            if f"{FOLDER}/{name}" == self.path:
                self._start = data
            for line in data.decode("utf-8", "replace").splitlines():
                self._read(line.split())

    def _read(self, words: list[str]) -> None:
        if len(words) < 2:
            return
        self._digests[words[0]] = (*self._digests.get(words[0], ()), words[1])
        for word in words[3:]:
            if word.startswith("same="):
                self._same[words[0]] = word.removeprefix("same=")
            elif word.startswith("order="):
                self._orders[words[0]] = _read_order(word.removeprefix("order="))

    def is_known(self, name: str) -> bool:
        """Whether an import wrote anything under this id."""
        return bool(self._digests.get(name))

    def has(self, name: str, digest: str) -> bool:
        """Whether an import wrote a text of this digest under this id, or saw it in the source."""
        return digest in self._digests.get(name, ())

    def same(self, name: str) -> str:
        """Return the id that a passage has in the vault where another import brought it."""
        return self._same.get(name, "")

    def order(self, name: str) -> tuple[float, ...] | None:
        """Return the place of a passage among the others of its work, None when it is not known."""
        return self._orders.get(name)

    def add(
        self,
        name: str,
        digest: str,
        *,
        at: str = "",
        same: str = "",
        order: tuple[float, ...] = (),
    ) -> None:
        """Record that a text is in the vault as the source has it; once for each text."""
        if self.has(name, digest) and (not same or self.same(name) == same):
            return
        words = [name, digest, self._day, f"at={at}" if at else "", f"same={same}" if same else ""]
        words.append(f"order={','.join(f'{number:.12g}' for number in order)}" if order else "")
        line = " ".join(filter(None, words))
        self._read(line.split())
        self._new.append(line)

    def mark(self) -> int:
        """Return a mark that `roll_back` takes."""
        return len(self._new)

    def roll_back(self, mark: int) -> None:
        """Drop what was added since a mark, as when a note cannot be changed."""
        for line in self._new[mark:]:
            name = line.partition(" ")[0]
            self._digests[name] = self._digests[name][:-1]
            self._same.pop(name, None)
        del self._new[mark:]

    def change(self) -> NoteChange | None:
        """Return the change that adds the new lines to this device's file; None without any."""
        if not self._new:
            return None
        lines = "".join(f"{line}\n" for line in self._new).encode()
        before = self._start
        gap = b"\n" if before and not before.endswith(b"\n") else b""
        return NoteChange(self.path, before, (before or b"") + gap + lines, is_last=True)


def _read_order(text: str) -> tuple[float, ...]:
    try:
        return tuple(map(float, text.split(",")))
    except ValueError:
        return ()
