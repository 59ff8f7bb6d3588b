"""The one reader of Markdown: a second parser agrees, no text breaks it, and none takes long.

`NOTEKEEP_CORPUS` names folders of real notes to compare as well.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from notekeep.markdown import parser
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.note import read_note
from notekeep.markdown.outline import extract_facts, read_body
from notekeep.markdown.tree import CODE_KINDS
from tests.support import reference
from tests.support.random_notes import random_notes
from tests.support.slow_markdown import TEXTS, assert_linear

SAMPLE = Path(__file__).resolve().parents[2] / "vault"
CORPORA = [folder for folder in os.environ.get("NOTEKEEP_CORPUS", "").split(os.pathsep) if folder]


def _read(text: str) -> reference.Found:
    """What the scanner finds, in the form of the reference."""
    page = parser.parse_markdown(text)
    body = extract_facts(page)
    lines = text.replace("\r\n", " \n").replace("\r", "\n")
    kinds = {span.start: span.kind for span in page.plain if span.kind in CODE_KINDS}
    blocks = [
        (
            "fence" if kinds[code.start] == "fence" else "indented",
            code.line,
            code.line + lines.count("\n", code.start, code.end) + 1,
        )
        for code in body.code
        if kinds[code.start] != "code_span"
    ]
    spans = [
        reference.words(lines[code.start : code.end].strip("`"))
        for code in body.code
        if kinds[code.start] == "code_span"
    ]
    links = [
        ("wiki" if link.wiki else "md", link.target, link.heading or link.block)
        for link in body.links
    ]
    headings = [(head.line, head.level, " ".join(head.text.split())) for head in body.headings]
    return reference.Found(headings, blocks, sorted(spans), sorted(links))


def _trimmed(found: reference.Found, text: str) -> reference.Found:
    """Blank lines at the end of code that is never closed belong to it or not: no matter."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blocks = []
    for kind, first, last in found.blocks:
        end = last
        while end > first + 1 and (end > len(lines) or not lines[end - 1].strip(" \t>")):
            end -= 1
        blocks.append((kind, first, end))
    return found._replace(blocks=blocks)


def _is_read_otherwise(text: str) -> bool:
    """Whether a text has something that markdown-it-py, as set up here, reads in another way.

    - A formula between lines of `$$` ends the block above it, as in Obsidian.
    - A line that is set in by four below a table is its last row; GitHub leaves that open.
    - pulldown-cmark takes an embed into an image that an address behind it makes:
      `![[a.png]] b](c.md)`.
    - Behind a comment of several lines the text goes on, and one that begins behind a list's sign
      does not end with the item.
    """
    odd = re.search(r"[^\n]\r?\n\$\$|\|[ \t]*\r?\n    |!\[\[[^\]]*\]\](?s:.)*\]\(", text)
    return odd is not None or any(line.count("%%") % 2 for line in text.split("\n"))


def _same(text: str) -> None:
    assert _trimmed(_read(text), text) == _trimmed(reference.read(text), text)


def _bodies(folder: Path) -> list[str]:
    notes = [path.read_bytes() for path in sorted(folder.rglob("*.md"))]
    return [data[split_frontmatter(data).body :].decode("utf-8", "replace") for data in notes]


@pytest.mark.parametrize("folder", [str(SAMPLE), *CORPORA])
def test_both_read_a_vault_alike(folder: str) -> None:
    for text in _bodies(Path(folder)):
        _same(text)


def test_both_read_varied_notes_alike() -> None:
    bodies = (
        data[split_frontmatter(data).body :].decode("utf-8", "replace")
        for data in random_notes(7, 300)
    )
    for text in bodies:
        if not _is_read_otherwise(text):
            _same(text)


INLINE = (
    "word ", "[[Note]]", "![[i.png|3]]", "[[a#b|c]]", "[t](x.md)", '[t](<a b.md> "t")',
    "![i](p.png)", "`c`", "``d` e``", "`", "``", "\\", "\\[", "\\`", "#tag", "$x$", "$ ",
    "a $$y$$", "%% c %%", "%%", "<!-- h -->", "<!--", "<b>", '<a href="x">', "<http://u.x/#f>",
    "(", "[", "]", "](", "](y.md)", ")", "![", "!", "^id", "==h==", "**b**", "_", "&amp;",
    "http://a.b/#c", "é", "中文", "<", '"', "|",
)  # fmt: skip
LINES = (
    "", "", "# ", "## ", "#", "- ", "* ", "+ ", "1. ", "2) ", "> ", "> > ", ">", "> - ", "- > ",
    "- - ", "    ", "  ", "   ", "```", "~~~", "```py", "````", "> ```", "- ```", "  ```",
    "---", "***", "===", "--", "| a | b |", "|---|---|", "|-|", "<div>", "</div>", "<!--",
    "-->", "<script>", "</script>", "- [ ] ", "1. [x] ", "[^1]: ", "[r]: x.md ", "[00:12:34] ",
    "%%", "$$",
)  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """Bodies made of the signs of Markdown, in any order.

    Left out is what markdown-it-py reads other than CommonMark says: a deep line below an item
    or a quote that it is not in, a definition with more text below it, a heading or an item as
    the head of a table.
    """
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 10))):
        start = draw(st.sampled_from(LINES))
        above = lines[-1] if lines else ""
        if start.startswith("    ") and above.strip():
            start = ""
        if start.startswith(("%", "$", "[r]")):
            lines.append("")
        text = start + "".join(draw(st.lists(st.sampled_from(INLINE), max_size=4)))
        headless = "|" in above and not above.startswith("| a")
        if above.startswith("[r]:") or (headless and start[:1] in tuple("|-*+12")):
            lines.append("")
        lines.append(text)
    return "\n".join(lines) + "\n"


@settings(derandomize=True)
@given(bodies())
def test_both_read_any_body_alike(text: str) -> None:
    assume(not _is_read_otherwise(text))
    _same(text)


@given(st.text())
def test_any_text_is_scanned_and_every_span_lies_in_it(text: str) -> None:
    body = read_body(text)
    spans: list[Any] = [*body.links, *body.tags, *body.headings, *body.tasks, *body.quotes]
    spans += [*body.code, *body.timestamps, *body.blocks, *body.comments]
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert span.line == text[: span.start].replace("\r\n", "\n").replace("\r", "\n").count("\n")


@pytest.mark.parametrize("blanks", ["", " ", "  "])
def test_line_end_of_windows_is_no_blank_of_a_hard_break(blanks: str) -> None:
    kinds = [span.kind for span in parser.parse_markdown(f"a{blanks}\r\nb").spans]
    assert kinds[2] == ("hard_break" if blanks == "  " else "soft_break")


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_time_to_index_grows_with_the_length_only(name: str) -> None:
    assert_linear(read_body, TEXTS[name])


class PanicException(BaseException):
    """What a fault of the Rust parser looks like: it is no Exception."""


def test_panic_of_the_parser_makes_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(text: str, source: str) -> None:
        raise PanicException(text + source)

    monkeypatch.setattr(parser, "_parse", panic)
    note = read_note("n.md", b"---\ntags: [a]\n---\n# One\n\n[[Two]] #b\n")
    assert note.problem is not None
    assert note.problem.code == "markdown"
    assert "plain text" in note.problem.message
    assert (note.title, note.tags, note.fields["tags"]) == ("n", ["a"], ["a"])
    assert note.spans.links == []


def test_interrupt_is_no_fault_of_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(text: str, source: str) -> None:
        raise KeyboardInterrupt(text + source)

    monkeypatch.setattr(parser, "_parse", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read_note("n.md", b"text")
