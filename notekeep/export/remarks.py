"""What a person should know though it stops nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from notekeep.export.passage import Origin


class Remark(NamedTuple):
    """One remark, and the line it is about if it is about one."""

    origin: Origin | None
    what: str

    def __str__(self) -> str:
        if self.origin is None:
            return self.what
        return f"{self.origin.path}, line {self.origin.line}: {self.what}"


class Remarks:
    """Remarks in order, each once."""

    def __init__(self) -> None:
        self.all: list[Remark] = []

    def add(self, origin: Origin | None, what: str) -> None:
        """Note a remark."""
        remark = Remark(origin, what)
        if remark not in self.all:
            self.all.append(remark)
