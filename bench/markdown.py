"""The worst Markdown that anyone may write or send: indexed, shown and exported.

The texts are those of the tests, 100 KB each. The budget is that none takes longer than fifty
starts of Python.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bench import measure
from bench.table import grid, seconds
from notekeep.errors import Refused
from notekeep.export.manifest import VaultKey
from notekeep.export.source import Options
from notekeep.markdown.note import read_note
from notekeep.tui.page.page import NoteRendering
from notekeep.tui.render.glyphs import UNICODE
from tests.support import slow_markdown
from tests.support.blog import plan_posts
from tests.support.sites import INDIA, NOW, make_hugo_site, make_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground

SIZE = 100_000
MOST = 50
HEADS = ("text", "index", "preview", "export", "budget")


def bench(ground: Ground) -> Iterator[str]:
    """Every text of the table, in multiples of a start of Python."""
    del ground
    start = measure.start_of_python().cpu
    yield f"Figures are CPU in P ({seconds(start)}); texts have 100 KB"
    with tempfile.TemporaryDirectory(prefix="notekeep-bench-") as folder:
        place = _Place(Path(folder))
        rows = []
        for name, make in slow_markdown.TEXTS.items():
            text = make(SIZE)
            place.hold(text)
            costs = [
                slow_markdown.seconds(run, text, 1) / start
                for run in (_index, _preview, place.export)
            ]
            verdict = f"≤ {MOST}{'' if max(costs) <= MOST else ' ✗'}"
            rows.append((name, *(f"{cost:.1f}" for cost in costs), verdict))
        yield grid(HEADS, rows)


def _index(text: str) -> None:
    read_note("a.md", text.encode("utf-8", "surrogatepass"))


def _preview(text: str) -> None:
    # The catalog knows the tags of a note that is shown, so its facts are not read again.
    note = read_note("a.md", text.encode("utf-8", "surrogatepass"), in_body=False)
    NoteRendering(note, 100, UNICODE)


class _Place:
    """A vault of one note beside a Hugo site."""

    def __init__(self, folder: Path) -> None:
        self.vault = folder / "vault"
        self.vault.mkdir()
        self.site = make_hugo_site(folder / "site")

    def hold(self, text: str) -> None:
        """Have a text as the vault's note, indexed."""
        data = f"---\ntitle: A\n---\n{text}".encode("utf-8", "surrogatepass")
        (self.vault / "a.md").write_bytes(data)
        self.source = make_source(self.vault)

    def export(self, _text: str) -> None:
        with suppress(Refused):
            plan_posts(
                self.source,
                ["a.md"],
                target="hugo",
                site=self.site,
                key=VaultKey.of_folder("bench"),
                options=Options(zone=INDIA, now=NOW),
            )
