"""File text to editor text and back, byte-exact."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import Self

from notekeep.errors import Refused
from notekeep.markdown.text_merge import align_lines

# Stand-ins for characters that a text field cannot hold or a terminal would obey.
#
# Each such character of a text is given another one that does not occur in it, so that a line
# can be shown, edited, cut and moved, and turned back without knowing where it came from.
# Controls are shown as their pictures (ESC as ␛); what has no picture gets a character of the
# private use area, which whoever draws it shows as U+FFFD.


# C0 but for tab, DEL, C1 (NEL among them), the separators of lines and paragraphs, the controls
# that reorder text, and lone surrogates, which stand for bytes that are not UTF-8.
_ODD = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_PICTURES = {**{code: 0x2400 + code for code in range(0x20)}, 0x7F: 0x2421}
_REPLACEMENT = "\ufffd"


class StandIns:
    """One table of stand-ins, which grows with the text that it meets.

    A character that stands in for another one here, and then turns up in new text as itself, is
    given a stand-in of its own; so the way back is always one.
    """

    def __init__(self, text: str = "") -> None:
        self._taken = set(text)
        self._to: dict[str, str] = {}
        self._back: dict[int, str] = {}
        self._drawn: dict[int, str] = {}
        areas = (range(0xE000, 0xF900), range(0xF0000, 0xFFFFE))  # for private use
        self._free = (char for char in map(chr, chain(*areas)) if char not in self._taken)

    def shown(self, text: str) -> str:
        """Replace what must not be shown in a line; its length in characters stays."""
        self._taken.update(text)
        odd = set(_ODD.findall(text))
        odd.update(char for char in text if ord(char) in self._back)
        if not odd:
            return text
        for char in odd - self._to.keys():
            self._add(char)
        return text.translate({ord(char): self._to[char] for char in odd})

    def real(self, text: str) -> str:
        """Turn shown text into what the file has."""
        return text.translate(self._back) if self._back else text

    def drawn(self, text: str) -> str:
        """Turn shown text into what a screen draws, character for character."""
        return text.translate(self._drawn) if self._drawn else text

    def _add(self, char: str) -> None:
        picture = chr(_PICTURES.get(ord(char), 0))
        if picture == "\0" or picture in self._taken:
            picture = next(self._free)
            # A character that is odd is drawn as unknown; one that only had to make room, as is.
            known = _PICTURES.get(ord(char))
            unknown = chr(known) if known else _REPLACEMENT
            self._drawn[ord(picture)] = unknown if _ODD.match(char) else char
        self._taken.add(picture)
        self._to[char] = picture
        self._back[ord(picture)] = char


# A file's text in an editor, and back: what was not edited keeps every byte.
#
# A text field knows one kind of line end and cuts lines at characters that are none in Markdown.
# So the bytes are cut behind each "\n" only, what is odd in a line is shown by stand-ins, and
# the line ends stay here. An edited text is put together from its lines and from the ends that
# the same lines had. How a text is shown and edited is not known here.


BOM = "\ufeff"


class EditorText:
    """The content of a file as lines to edit, as they are shown; the last one has no end."""

    def __init__(self, data: bytes, stand_ins: StandIns | None = None) -> None:
        text = data.decode("utf-8", "surrogateescape")
        self.data = data
        self._bom = BOM if text.startswith(BOM) else ""
        parts = text.removeprefix(BOM).split("\n")
        self._ends = ["\r\n" if part.endswith("\r") else "\n" for part in parts[:-1]]
        bodies = [part.removesuffix("\r") for part in parts[:-1]]
        self.stand_ins = stand_ins or StandIns(text)
        self.lines = [self.stand_ins.shown(body) for body in [*bodies, parts[-1]]]
        self._usual = max(set(self._ends), key=self._ends.count) if self._ends else "\n"

    @classmethod
    def checked(cls, data: bytes) -> Self:
        """Cut a content into lines; refuse it where they would not give the same content again."""
        spliced = cls(data)
        if spliced.joined(spliced.lines) != data:
            raise Refused(
                "Opening this file here would change it.",
                "Open it in your own editor.",
            )
        return spliced

    def joined(self, lines: Sequence[str]) -> bytes:
        """Put an edited text together from all its lines, as they are shown.

        A line that was there before has the end it had, a new one that of those around it.
        """
        real = [self.stand_ins.real(line) for line in lines]
        ends = self._ends_of(lines)
        text = "".join(part for pair in zip(real, [*ends, ""], strict=True) for part in pair)
        return (self._bom + text).encode("utf-8", "surrogateescape")

    def _ends_of(self, lines: Sequence[str]) -> list[str]:
        count = len(lines) - 1
        if all(end == self._usual for end in self._ends):
            return [self._usual] * count
        # None is where the end is still unknown: after what was the last line, or after new lines.
        ends: list[str | None] = []
        known = [*self._ends, None]
        for old, new in align_lines(self.lines, lines):
            had = known[old.start : old.stop]
            new_count = len(new)
            ends += had[:new_count]
            ends += [None] * (new_count - len(had))
        return _filled(ends[:count], self._usual)


def _filled(ends: Sequence[str | None], usual: str) -> list[str]:
    """Give lines without an end that of the line before, at the top that of the line after."""
    before = next((end for end in ends if end is not None), usual)
    filled: list[str] = []
    for end in ends:
        before = end or before
        filled.append(before)
    return filled
