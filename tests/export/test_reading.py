"""Notes are read for an export as everywhere else: what a text means, how long it takes, panics."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Refused
from notekeep.export import Options, plan_export
from notekeep.export.manifest import VaultKey
from notekeep.markdown import parser
from tests.support.sites import INDIA, NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.export import Plan, Source

    Write = Callable[..., Source]


def plan(source: Source, *paths: str, site: Path | None = None) -> Plan:
    return plan_export(
        source,
        paths,
        target="hugo" if site else None,
        site=site,
        vault=VaultKey.of_folder("mine"),
        options=Options(zone=INDIA, now=NOW),
    )


def exported(source: Source, site: Path, path: str = "a.md") -> str:
    """Return what Hugo gets of a note, without its front matter."""
    made = plan(source, path, site=site)
    (post,) = [file for file in made.files if file.is_post]
    assert post.after is not None
    return post.after.decode().partition("\n---\n")[2].strip()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x ==a\nb== y", "x **a\nb** y"),
        ("a $p\nq$ b", "a \\\\(p\nq\\\\) b"),
        ("5$a$", "5$a$"),
        ("===x===", "===x==="),
        ("(#tag2)", "(#tag2)"),
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


def repeated(piece: str) -> Callable[[int], str]:
    return lambda size: piece * (size // len(piece))


# fmt: off
HOSTILE = {
    "signs of items on a line": lambda size: f"{'- ' * (size // 2)}word",
    "pictures in pictures": lambda size: "![" * (size // 7) + "](a)" * (size // 7),
    "quotes in quotes": lambda size: f"{'> ' * (size // 2)}word",
    "lists in lists": lambda size: "".join(f"{'  ' * at}- a\n" for at in range(int(size**0.5))),
    "brackets in brackets": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "code marks of all lengths": lambda size: " ".join("`" * at for at in range(int(size**0.5))),
    "footnotes": lambda size: "".join(f"x[^{at}]\n\n[^{at}]: y\n\n" for at in range(size // 20)),
    "definitions": lambda size: "".join(f"[a{at}]: /u\n" for at in range(size // 11)),
    "cells of a row": lambda size: f"{'|a' * (size // 4)}\n{'|-' * (size // 4)}",
    "marks in code in a comment": lambda size: f"%%\n```\n{repeated('%%' + chr(10))(size)}",
    **{
        piece: repeated(piece)
        for piece in [
            "[a](", "==a ", "[[a|", "^[", "[", "*a ", "*a**b", "_a __b ", "` `` ", "~~a ", "$a ",
            "$a$ ", "$$\n", "$$\na\n$$\n\n", "%% a %% b ", "%%\na\n%%\n\n", "x %% a\n\n",
            "a <!-- b --> ", "<!-- ", "`a` <!-- ` -->\n\n", "`x` a <!-- b\n\nc --> d\n\n",
            "[a]: /u\n", "[^1] ", "# a\n\n", "a\n=\n\n", "#a ", "[[b]] ", "![[b]]\n\n", "a\n",
            "a  \n", "```\na\n```\n\n", "\\*", "&amp;", "> [!note] a\n> b\n\n", "- [ ] a\n",
            "- a\n\n", "<b>", "<div>\n\n", "a ^b1\n\n", "<http://a.b> ", "a", "word ",
            "%% private %%\na\n%% /private %%\n\n", "> [!private]\n> a\n\n",
        ]
    },
}
# fmt: on


def seconds(source: Source) -> float:
    """Return how long the processor is busy with an export, whatever comes of it."""
    start = time.process_time()
    with suppress(Refused):
        plan(source, "a.md")
    return time.process_time() - start


@pytest.mark.slow
@pytest.mark.parametrize("make", HOSTILE.values(), ids=map(repr, HOSTILE))
def test_export_time_grows_with_the_size_of_a_note(
    write_vault: Write, make: Callable[[int], str]
) -> None:
    head = "---\ntitle: A\n---\n"
    small = min(seconds(write_vault({"a.md": head + make(6_000)})) for _ in range(3))
    large = min(seconds(write_vault({"a.md": head + make(48_000)})) for _ in range(2))
    assert large < 8 * 3 * small


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
    monkeypatch.setattr(parser, "_PARSER", PanickingParser(parser._PARSER))
    source = write_vault({"a.md": "# A\n\nThis sets it off.\n", "b.md": "# B\n\nFine.\n"})
    made = plan(source, "a.md", "b.md")
    assert "The Markdown parser failed (index out of bounds)" in made.refused["a.md"].message
    assert [planned.post.path for planned in made.posts] == ["b.md"]


def test_note_that_embeds_an_unreadable_one_is_refused(
    write_vault: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser, "_PARSER", PanickingParser(parser._PARSER))
    source = write_vault(
        {"a.md": "---\npublish: true\n---\nThis sets it off.\n", "b.md": "# B\n\n![[a]]\n"}
    )
    with pytest.raises(Refused, match=r"a\.md: The Markdown parser failed"):
        plan(source, "b.md")
