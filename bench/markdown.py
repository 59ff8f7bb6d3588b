"""Slow Markdown, 100 KB at a time: indexed, previewed and exported.

The texts are those of the tests. No step may take longer than fifty starts of Python.
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
LIMIT = 50
HEADS = ("text", "index", "preview", "export", "budget")


def bench(ground: Ground) -> Iterator[str]:
    """Time every text of the table, in multiples of a start of Python."""
    del ground
    start = measure.start_of_python().cpu
    yield f"Figures are CPU times in P ({seconds(start)}); each text has 100 KB."
    with tempfile.TemporaryDirectory(prefix="notekeep-bench-") as folder:
        workspace = _Workspace(Path(folder))
        rows = []
        for name, make in slow_markdown.TEXTS.items():
            text = make(SIZE)
            workspace.set_note(text)
            costs = [
                slow_markdown.seconds(run, text, 1) / start
                for run in (_index, _preview, workspace.export)
            ]
            verdict = f"≤ {LIMIT}{'' if max(costs) <= LIMIT else ' ✗'}"
            rows.append((name, *(f"{cost:.1f}" for cost in costs), verdict))
        yield grid(HEADS, rows)


def _index(text: str) -> None:
    read_note("a.md", text.encode("utf-8", "surrogatepass"))


def _preview(text: str) -> None:
    # The app gets tags from the catalog, so the preview does not extract them from the body.
    note = read_note("a.md", text.encode("utf-8", "surrogatepass"), in_body=False)
    NoteRendering(note, 100, UNICODE)


class _Workspace:
    """A vault with one note, and a Hugo site."""

    def __init__(self, folder: Path) -> None:
        self.vault = folder / "vault"
        self.vault.mkdir()
        self.site = make_hugo_site(folder / "site")

    def set_note(self, text: str) -> None:
        """Replace the note and index the vault."""
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
