"""The log of imported texts: `.notekeep/imported/PROGRAM.DEVICE.log`, with a line for each text.

A passage is unchanged if a line has its id and digest. Only then may the next import replace it.
Lines have no paths, and their order does not matter, so logs merge by keeping all lines. Without
the log, all texts count as changed by the user.

    kd-7f3ab2c1 9c0d1e2f 2026-11-28 at=2026-07-17T14:00 order=180

`at` is the time of a highlight, `order` is its place in the work, and `same` is its id in the vault
if another import added it first.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from contextlib import suppress
from glob import glob

from notekeep.notes.plan import NoteChange
from notekeep.notes.workspace import Workspace
from notekeep.storage.open_folder import content_at

FOLDER = ".notekeep/imported"
_SPACE = re.compile(r"\s+")
_QUOTE_MARK = re.compile(r"(?m)^[ \t]*>[ \t]?")


def digest_text(text: str) -> str:
    """Return the digest of a text, ignoring quote marks, whitespace and Unicode form."""
    text = _QUOTE_MARK.sub("", text) if ">" in text else text
    plain = _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:8]


class Ledger:
    """The lines of one program from all devices, and new lines."""

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
                with suppress(ValueError):
                    numbers = word.removeprefix("order=").split(",")
                    self._orders[words[0]] = tuple(map(float, numbers))

    def is_known(self, name: str) -> bool:
        """Whether an import has written this id."""
        return bool(self._digests.get(name))

    def has(self, name: str, digest: str) -> bool:
        """Whether an import has written a text for an id, or found it in the source."""
        return digest in self._digests.get(name, ())

    def same(self, name: str) -> str:
        """Return the id of a passage in the vault if another import added it; "" for none."""
        return self._same.get(name, "")

    def order(self, name: str) -> tuple[float, ...] | None:
        """Return the place of a passage in its work; None if it is unknown."""
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
        """Record that the vault has a text of the source. Each text is recorded once."""
        if self.has(name, digest) and (not same or self.same(name) == same):
            return
        words = [name, digest, self._day, f"at={at}" if at else "", f"same={same}" if same else ""]
        words.append(f"order={','.join(f'{number:.12g}' for number in order)}" if order else "")
        line = " ".join(filter(None, words))
        self._read(line.split())
        self._new.append(line)

    def mark(self) -> int:
        """Return a mark for `roll_back`."""
        return len(self._new)

    def roll_back(self, mark: int) -> None:
        """Drop the lines added since a mark, because a note cannot be changed."""
        for line in self._new[mark:]:
            name = line.partition(" ")[0]
            self._digests[name] = self._digests[name][:-1]
            self._same.pop(name, None)
        del self._new[mark:]

    def change(self) -> NoteChange | None:
        """Return the change that adds new lines to this device's file; None if there are none."""
        if not self._new:
            return None
        lines = "".join(f"{line}\n" for line in self._new).encode()
        before = self._start
        gap = b"\n" if before and not before.endswith(b"\n") else b""
        return NoteChange(self.path, before, (before or b"") + gap + lines, is_last=True)
