"""Notes are read for an export as everywhere else: what a text means, how long it takes, panics."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Refused
from notekeep.export.manifest import VaultKey
from notekeep.export.source import Options
from notekeep.markdown import parser
from notekeep.markdown.note import read_note
from notekeep.tui.page.page import NoteRendering
from notekeep.tui.render.glyphs import UNICODE
from tests.support.blog import plan_posts
from tests.support.sites import INDIA, NOW
from tests.support.slow_markdown import TEXTS, assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.export.plan import ExportPlan
    from notekeep.export.source import VaultSource

    Write = Callable[..., VaultSource]


def plan(source: VaultSource, *paths: str, site: Path | None = None) -> ExportPlan:
    return plan_posts(
        source,
        paths,
        target="hugo" if site else "",
        site=site or "",
        key=VaultKey.of_folder("mine"),
        options=Options(zone=INDIA, now=NOW),
    )


def exported(source: VaultSource, site: Path, path: str = "a.md") -> str:
    """Return what Hugo gets of a note, without its front matter."""
    made = plan(source, path, site=site)
    (post,) = [file for file in made.files if file.is_post]
    assert post.after is not None
    return post.after.decode().partition("\n---\n")[2].strip()


@pytest.mark.parametrize(
    ("text", "tags", "roles", "written"),
    [
        ("x ==a\nb== y", [], {"highlight"}, "x **a\nb** y"),
        ("a $p\nq$ b", [], {"math"}, "a \\\\(p\nq\\\\) b"),
        ("a $p\n#q$ b", [], {"math"}, "a \\\\(p\n#q\\\\) b"),
        ("5$a$", [], set(), "5$a$"),
        ("5$ #a$", ["a"], {"tag"}, "5$ #a$"),
        ("===x===", [], set(), "===x==="),
        ("=== #x===", ["x"], {"tag"}, "=== #x==="),
        ("(#tag2)", ["tag2"], {"tag"}, "(#tag2)"),
    ],
)
def test_index_preview_and_export_read_a_text_alike(  # a row of a table
    write_vault: Write,
    hugo_site: Path,
    text: str,
    tags: list[str],
    roles: set[str],
    written: str,
) -> None:
    note = read_note("a.md", text.encode())
    assert note.tags == tags
    rendering = NoteRendering(note, 80, UNICODE)
    shown = {role for row in rendering.lines for piece in row.line for role in piece.role.split()}
    assert shown & {"highlight", "math", "tag"} == roles
    assert exported(write_vault({"a.md": text}), hugo_site) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a ==b `==` c== d", "a **b `==` c** d"),
        ("> > $$\n> > x = y\n> > $$", "> > $$\n> > x = y\n> > $$"),
        ("[a](<https://e.org/x y>)", "[a](<https://e.org/x y>)"),
        ("<a@b.org>", "<a@b.org>"),
        ("a\u00a0", "a\u00a0"),
    ],
)
def test_text_with_several_readings_means_one(
    write_vault: Write, hugo_site: Path, text: str, written: str
) -> None:
    assert exported(write_vault({"a.md": text}), hugo_site) == written.strip()


@pytest.mark.parametrize("text", ["[[b\\|words]]", "| x |\n|---|\n| [[b\\|words]] |"])
def test_an_escaped_bar_ends_a_wikilink_target(
    write_vault: Write, hugo_site: Path, text: str
) -> None:
    source = write_vault({"a.md": f"---\npublish: true\n---\n{text}\n", "b.md": "B\n"})
    made = plan(source, "a.md", "b.md", site=hugo_site)
    assert made.refused == {}
    written = b"".join(file.after or b"" for file in made.files if file.note == "a.md").decode()
    assert "[words](" in written
    assert made.warnings == []


def test_a_picture_address_with_signs_is_encoded(write_vault: Write, hugo_site: Path) -> None:
    text = '![a|30](<https://e.org/a "b".png>)'
    written = exported(write_vault({"a.md": text}), hugo_site)
    assert 'src="https://e.org/a%20%22b%22.png"' in written


# Time


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_time_to_export_grows_with_the_length_only(write_vault: Write, name: str) -> None:
    def export(text: str) -> None:
        source = write_vault({"a.md": f"---\ntitle: A\n---\n{text}"})
        with suppress(Refused):
            plan(source, "a.md")

    assert_linear(export, TEXTS[name])


# A parser that fails


class PanicException(BaseException):  # as the Rust parser's is called
    """What a panic of the parser looks like."""


class PanickingParser:
    """The parser, with a fault that some text sets off."""

    def __init__(self, real: object) -> None:
        self.real = real

    def events_with_range(self, text: str) -> object:
        if "sets it off" in text:
            raise PanicException("index out of bounds")
        return self.real.events_with_range(text)  # type: ignore[attr-defined]


def test_note_that_the_parser_fails_on_is_refused(
    write_vault: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    panicking = PanickingParser(parser._commonmark())
    monkeypatch.setattr(parser, "_commonmark", lambda: panicking)
    source = write_vault({"a.md": "# A\n\nThis sets it off.\n", "b.md": "# B\n\nFine.\n"})
    made = plan(source, "a.md", "b.md")
    assert "The Markdown parser failed (index out of bounds)" in made.refused["a.md"].message
    assert [planned.post.path for planned in made.posts] == ["b.md"]


def test_note_that_embeds_an_unreadable_one_is_refused(
    write_vault: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    panicking = PanickingParser(parser._commonmark())
    monkeypatch.setattr(parser, "_commonmark", lambda: panicking)
    source = write_vault(
        {"a.md": "---\npublish: true\n---\nThis sets it off.\n", "b.md": "# B\n\n![[a]]\n"}
    )
    with pytest.raises(Refused, match=r"a\.md: The Markdown parser failed"):
        plan(source, "b.md")
