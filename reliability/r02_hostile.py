"""R2: hostile notes: every edit is right or refused, and every screen shows them and lives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.markdown.fields import frontmatter
from notekeep.markdown.note import read_note
from notekeep.vault import Vault
from reliability import house
from reliability.board import Result, Row, Sizes
from reliability.edits import BOM, OPS
from reliability.interface import settled
from tests.support import untouched
from tests.support.odd_notes import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reliability.edits import Op

SCREENS = ("f1", "f3", "f4", "f2", "exclamation_mark", "escape", "ctrl+o", "escape")


def run(size: int, folder: Path, ops: Sequence[Op] = OPS) -> Result:
    """Make every edit in every hostile note, then page through `size` of them in the interface."""
    result = Result()
    for name, data in ALL.items():
        result.expect(read_note("inbox/Odd.md", data).title, f"{name}: it has no title")
        for op in ops:
            result.count += 1
            new = untouched.tried(op.run, data)
            if isinstance(new, Refused):
                result.refused += 1
                result.expect(new.line, f"{op.name}: {name} is refused without a line")
            else:
                _judge(result, op, name, data, new)
    notes = {f"{name.replace('/', ' ')}.md": data for name, data in list(ALL.items())[-size:]}
    root = house.write(folder / "hostile", notes)
    asyncio.run(_look(result, root, len(notes)))
    if house.snapshot(root) != notes:
        result.damage("looking at hostile notes changed them")
    result.size = f"{len(ALL)} notes x {len(ops)} edits, {len(notes)} shown"
    return result


def _judge(result: Result, op: Op, name: str, old: bytes, new: bytes) -> None:
    before, after = frontmatter.read_frontmatter(old), frontmatter.read_frontmatter(new)
    if new[after.split.body :] != old[before.split.body :]:
        result.lose(f"{op.name}: the text of {name} changed")
    elif after.error is not None or new.startswith(BOM) != old.startswith(BOM):
        result.damage(f"{op.name}: {name} cannot be read afterwards")
    elif _others(before.raw, op) != _others(after.raw, op):
        result.damage(f"{op.name}: other keys of {name} changed")


def _others(raw: dict[str, str], op: Op) -> dict[str, str]:
    return {key: source for key, source in raw.items() if key not in op.keys}


async def _look(result: Result, root: Path, count: int) -> None:
    """Show each note in the preview, and then every screen."""
    from notekeep.tui.app import NotekeepApp

    vault = Vault.open(root)
    vault.indexing.refresh()
    result.expect(
        vault.catalog.count() == count, f"{vault.catalog.count()} of {count} notes are listed"
    )
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(100, 30)) as pilot:
        for _ in range(count):
            await pilot.press("j")
        for key in SCREENS:
            await pilot.press(key)
        await settled(app)
        for told in app._notifications:
            result.expect(told.severity != "error", f"a person is told {told.message!r}")
        await pilot.press("ctrl+q")


ROW = Row("R2", "hostile notes, every edit and screen", Sizes(12, 1000, 1000), run)
