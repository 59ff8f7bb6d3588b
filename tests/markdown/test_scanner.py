"""The scanner of the index and a full parser read every body alike.

`NOTEKEEP_CORPUS` names folders of real notes to compare as well.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.outline import read_body
from notekeep.markdown.split import split
from tests.support import reference
from tests.support.notes import varied_notes

SAMPLE = Path(__file__).resolve().parents[2] / "vault"
CORPORA = [folder for folder in os.environ.get("NOTEKEEP_CORPUS", "").split(os.pathsep) if folder]


def _read(text: str) -> reference.Found:
    """What the scanner finds, in the form of the reference."""
    body = read_body(text)
    lines = text.replace("\r\n", " \n").replace("\r", "\n")
    blocks = [
        (
            "fence" if code.fenced else "indented",
            code.line,
            code.line + lines.count("\n", code.start, code.end) + 1,
        )
        for code in body.code
        if not code.inline
    ]
    spans = [
        reference.words(lines[code.start : code.end].strip("`"))
        for code in body.code
        if code.inline
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


def _same(text: str) -> None:
    assert _trimmed(_read(text), text) == _trimmed(reference.read(text), text)


def _bodies(folder: Path) -> list[str]:
    notes = [path.read_bytes() for path in sorted(folder.rglob("*.md"))]
    return [data[split(data).body :].decode("utf-8", "replace") for data in notes]


@pytest.mark.parametrize("folder", [str(SAMPLE), *CORPORA])
def test_both_read_a_vault_alike(folder: str) -> None:
    for text in _bodies(Path(folder)):
        _same(text)


def test_both_read_varied_notes_alike() -> None:
    for data in varied_notes(7, 300):
        _same(data[split(data).body :].decode("utf-8", "replace"))


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


@given(bodies())
def test_both_read_any_body_alike(text: str) -> None:
    _same(text)


@given(st.text())
def test_any_text_is_scanned_and_every_span_lies_in_it(text: str) -> None:
    body = read_body(text)
    spans: list[Any] = [*body.links, *body.tags, *body.headings, *body.tasks, *body.quotes]
    spans += [*body.code, *body.timestamps, *body.blocks, *body.comments]
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert span.line == text[: span.start].replace("\r\n", "\n").replace("\r", "\n").count("\n")


HOSTILE = {
    "brackets": "[" * 50_000,
    "brackets and text": "[a " * 20_000,
    "images": "![a](" * 10_000,
    "closed brackets": "[" * 20_000 + "]" * 20_000,
    "links in links": "[a](b) " * 10_000,
    "wiki openings": "[[a " * 20_000,
    "backticks": "".join("`" * n + " " for n in range(400)),
    "lone backticks": "`a ``b " * 10_000,
    "dollars": "$a " * 30_000,
    "escaped dollars": "$" + "\\$" * 30_000,
    "comments": "%% " * 20_001,
    "html openings": "<!-- " * 10_000,
    "tags": "<a " * 20_000,
    "attributes": "<a" + " b=c" * 20_000,
    "declarations": "<!a " * 10_000,
    "processing": "<? " * 10_000,
    "quotes": ">" * 2_000 + "\n",
    "nested items": "".join("  " * n + "- a\n" for n in range(300)),
    "references": "[a]: b\n" * 5_000,
    "half references": "[a]: \n" * 5_000,
    "reference titles": '[a]: b "c\n' * 3_000,
    "paragraph of links": "[[a]] word\n" * 10_000,
    "quote of links": "> [[a]] word\n" * 10_000,
    "table": "| a | b |\n|---|---|\n" + "| [[x]] | y |\n" * 5_000,
    "maybe tables": "| a |\n" * 10_000,
    "math openings": "$$ a\n\n" * 5_000,
    "parentheses": "[a](" + "(" * 20_000,
    "escapes": "\\" * 50_000,
    "blanks": " " * 100_000 + "\n",
    "tabs": "\t" * 50_000 + "- a\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    read_body(text)
    assert time.process_time() - started < 1.0
