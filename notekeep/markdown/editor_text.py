"""Converts file text to editor text and back, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import Self

from notekeep.errors import Refused
from notekeep.markdown.sanitize import CONTROL_PICTURES, UNKNOWN
from notekeep.markdown.text_merge import align_lines

# Stand-ins for characters that a text field cannot hold or a terminal would execute
#
# Each such character is replaced by a character that does not occur in the text, so that lines can
# be edited and moved, and converted back without context. Controls become their pictures (ESC is
# ␛); characters without a picture become private-use characters, drawn as U+FFFD.


# C0 except tab, DEL, C1 (with NEL), line and paragraph separators, controls that reorder text, and
# lone surrogates, which represent invalid bytes.
_ODD = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


class StandIns:
    """A table of stand-ins that grows with each text.

    If new text contains a stand-in as a real character, that character gets its own stand-in, so
    that the mapping stays unique.
    """

    def __init__(self, text: str = "") -> None:
        self._used = set(text)
        self._to: dict[str, str] = {}
        self._back: dict[int, str] = {}
        self._drawn: dict[int, str] = {}
        areas = (range(0xE000, 0xF900), range(0xF0000, 0xFFFFE))  # for private use
        self._free = (char for char in map(chr, chain(*areas)) if char not in self._used)

    def to_editor(self, text: str) -> str:
        """Replace unsafe characters in a line, without changing its length."""
        self._used.update(text)
        odd = set(_ODD.findall(text))
        odd.update(char for char in text if ord(char) in self._back)
        if not odd:
            return text
        for char in odd - self._to.keys():
            self._add(char)
        return text.translate({ord(char): self._to[char] for char in odd})

    def to_file(self, text: str) -> str:
        """Convert editor text to file text."""
        return text.translate(self._back) if self._back else text

    def to_screen(self, text: str) -> str:
        """Convert editor text to the characters to display, one for one."""
        return text.translate(self._drawn) if self._drawn else text

    def _add(self, char: str) -> None:
        picture = chr(CONTROL_PICTURES.get(ord(char), 0))
        if picture == "\0" or picture in self._used:
            picture = next(self._free)
            # Unsafe characters are drawn as unknown, displaced ones as themselves.
            unknown = chr(CONTROL_PICTURES.get(ord(char), UNKNOWN))
            self._drawn[ord(picture)] = unknown if _ODD.match(char) else char
        self._used.add(picture)
        self._to[char] = picture
        self._back[ord(picture)] = char


# A file's text in an editor: unedited lines keep every byte
#
# A text field has one kind of line end and splits lines at more characters than Markdown does. So
# the bytes are split at "\n" only, stand-ins replace unsafe characters, and the line ends are
# stored here. An edited text is joined from its lines and their original ends.

BOM = "\ufeff"


class EditorText:
    """The content of a file as editor lines; the last line has no line end."""

    def __init__(self, data: bytes, stand_ins: StandIns | None = None) -> None:
        text = data.decode("utf-8", "surrogateescape")
        self.data = data
        self._bom = BOM if text.startswith(BOM) else ""
        parts = text.removeprefix(BOM).split("\n")
        self._ends = ["\r\n" if part.endswith("\r") else "\n" for part in parts[:-1]]
        bodies = [part.removesuffix("\r") for part in parts[:-1]]
        self.stand_ins = stand_ins or StandIns(text)
        self.lines = [self.stand_ins.to_editor(body) for body in [*bodies, parts[-1]]]
        self._usual = max(set(self._ends), key=self._ends.count) if self._ends else "\n"

    @classmethod
    def checked(cls, data: bytes) -> Self:
        """Return the editor text of a file; refuse it if saving would change the file."""
        editor_text = cls(data)
        if editor_text.joined(editor_text.lines) != data:
            raise Refused(
                "Opening this file here would change it.",
                "Open it in your own editor.",
            )
        return editor_text

    def joined(self, lines: Sequence[str]) -> bytes:
        """Join edited lines.

        Known lines keep their line end; new lines get the line end of their neighbours.
        """
        real = [self.stand_ins.to_file(line) for line in lines]
        ends = self._ends_of(lines)
        text = "".join(part for pair in zip(real, [*ends, ""], strict=True) for part in pair)
        return (self._bom + text).encode("utf-8", "surrogateescape")

    def _ends_of(self, lines: Sequence[str]) -> list[str]:
        count = len(lines) - 1
        if all(end == self._usual for end in self._ends):
            return [self._usual] * count
        # None: no line end yet, because the line is new or was the last one.
        ends: list[str | None] = []
        known = [*self._ends, None]
        for old, new in align_lines(self.lines, lines):
            had = known[old.start : old.stop]
            new_count = len(new)
            ends += had[:new_count]
            ends += [None] * (new_count - len(had))
        return _filled(ends[:count], self._usual)


def _filled(ends: Sequence[str | None], usual: str) -> list[str]:
    """Fill in missing line ends from the previous line, or at the top from the next."""
    before = next((end for end in ends if end is not None), usual)
    filled: list[str] = []
    for end in ends:
        before = end or before
        filled.append(before)
    return filled
