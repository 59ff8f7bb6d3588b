"""Stand-ins for characters that a text field cannot hold or a terminal would obey.

Each such character of a text is given another one that does not occur in it, so that a line can be
shown, edited, cut and moved, and turned back without knowing where it came from. Controls are shown
as their pictures (ESC as ␛); what has no picture gets a character of the private use area, which
whoever draws it shows as U+FFFD.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# C0 but for tab, DEL, C1 (NEL among them), the separators of lines and paragraphs, the controls
# that reorder text, and lone surrogates, which stand for bytes that are not UTF-8.
_ODD = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_PICTURES = {**{code: 0x2400 + code for code in range(0x20)}, 0x7F: 0x2421}
_FIRST, _LAST = 0xE000, 0xF8FF
_PLANES = (0xF0000, 0xFFFFD)
_REPLACEMENT = "\ufffd"


class StandIns:
    """One table of stand-ins, which grows with the text that it meets.

    A character that stands in for another one here, and then turns up in new text as itself, is
    given a stand-in of its own; so the way back is always one.
    """

    def __init__(self, text: str = "") -> None:
        """Begin a table.

        Args:
            text: What will be shown; none of its characters becomes a stand-in.
        """
        self._taken = set(text)
        self._to: dict[str, str] = {}
        self._back: dict[int, str] = {}
        self._drawn: dict[int, str] = {}
        self._free = self._unused()

    def shown(self, text: str) -> str:
        """Replace what must not be shown; the length in characters stays.

        Args:
            text: Text as a file has it, without its line ends.
        """
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

    def _unused(self) -> Iterator[str]:
        for first, last in ((_FIRST, _LAST), _PLANES):
            for code in range(first, last + 1):
                if chr(code) not in self._taken:
                    yield chr(code)
