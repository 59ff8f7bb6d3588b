r"""A file's text in an editor, and back: what was not edited keeps every byte.

A text field knows one kind of line end and cuts lines at characters that are none in Markdown.
So the bytes are cut behind each "\n" only, what is odd in a line is shown by stand-ins, and the
line ends stay here. An edited text is put together from its lines and from the ends that the same
lines had. How a text is shown and edited is not known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from notekeep.errors import Refused
from notekeep.markdown.align import aligned
from notekeep.markdown.standins import StandIns

if TYPE_CHECKING:
    from collections.abc import Sequence

BOM = "\ufeff"


class Spliced:
    """The content of a file as lines to edit.

    Attributes:
        data: The content.
        lines: Its lines as they are shown; the last one has no end, and is empty in most files.
        stand_ins: What stands for characters that cannot be shown.
    """

    def __init__(self, data: bytes, stand_ins: StandIns | None = None) -> None:
        """Cut a content into lines.

        Args:
            data: Any bytes.
            stand_ins: The table of an editor that has text of this file in it already.
        """
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
        """Cut a content into lines that were seen to give the same content again.

        Raises:
            Refused: They do not, so that the file must not be edited this way.
        """
        spliced = cls(data)
        if spliced.joined(spliced.lines) != data:
            raise Refused(
                "This file cannot be shown here without changing it.",
                "Open it in your own editor.",
            )
        return spliced

    def joined(self, lines: Sequence[str]) -> bytes:
        """Put an edited text together.

        Args:
            lines: All its lines, as they are shown.

        Returns:
            The content: every line with its own characters; a line that was there before with the
            end it had, a new one with the end of those around it.
        """
        real = [self.stand_ins.real(line) for line in lines]
        ends = self._ends_of(lines)
        text = "".join(part for pair in zip(real, [*ends, ""], strict=True) for part in pair)
        return (self._bom + text).encode("utf-8", "surrogateescape")

    def _ends_of(self, lines: Sequence[str]) -> list[str]:
        """Give the end of each line but the last."""
        count = len(lines) - 1
        if all(end == self._usual for end in self._ends):
            return [self._usual] * count
        # None is where the end is still unknown: after what was the last line, or after new lines.
        ends: list[str | None] = []
        known = [*self._ends, None]
        for old, new in aligned(self.lines, lines):
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
