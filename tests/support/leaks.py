"""Attempts to get private text out through an export, and public notes about privacy.

In texts and paths `№` is the number of the attempt, and `§` its secret: a word that must not be in
any exported file.
"""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

Outcome = Literal["hidden", "refused"]
"""What the export does: it leaves the secret out of the post, or it refuses the note."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt.

    Attributes:
        name: What is tried.
        text: The body of the note that is exported, or the whole file.
        outcome: What must happen.
        files: Other files of the vault, by path.
        build: Writes what cannot be given as text into the vault, given the number and the secret.
        whole: Whether `text` is the whole file.
        path: The note that is exported.
    """

    name: str
    text: str
    outcome: Outcome = "hidden"
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    build: Callable[[Path, int, str], None] | None = None
    whole: bool = False
    path: str = "Case №.md"


HUSH = {"notes/Hush §.md": "---\nprivate: true\naliases: [Quiet §]\n---\n\nInside § it is dark.\n"}
"""A private note whose title, alias and text hold the secret."""


def comments() -> Iterator[Attempt]:
    """Comments of Obsidian and of HTML, wherever they stand."""
    for name, text in {
        "in a line": "Words %%§%% and more.",
        "at the start of a line": "%%§%% and more.",
        "glued to words": "a%%§%%b",
        "over lines": "%%\n§\n%%",
        "over lines and a blank line": "%%\nfirst\n\n§\n%%",
        "two in a line": "One %%a%% two %%§%% three.",
        "in a list": "- one\n- two %%§%%\n- three",
        "alone in a list": "- one\n- %%§%%\n- three",
        "in a nested list": "- one\n  - two %%§%%",
        "in a task": "- [ ] call %%§%%",
        "in a table": "| a | b |\n|---|---|\n| x %%§%% | y |",
        "in the head of a table": "| a %%§%% | b |\n|---|---|\n| x | y |",
        "in a heading": "## Part %%§%%",
        "in a quote": "> Said %%§%% aloud",
        "over lines of a quote": "> %%\n> §\n> %%",
        "in a callout's title": "> [!note] Title %%§%%\n> text",
        "in a link's words": "[see %%§%% this](https://example.org)",
        "in a picture's words": "![a %%§%% b](https://example.org/a.png)",
        "in emphasis": "**bold %%§%% words**",
        "over a fence": "%%\n```\n§\n```\n%%",
        "with a single backtick": "%%\n`§\n%%",
        "around a heading": "%%\n## §\n%%",
        "around a list": "%%\n- §\n- b\n%%",
        "private marks": "%%private%%\n§\n%%/private%%",
        "private marks in capitals": "%% PRIVATE %%\n§\n%% /Private %%",
        "private marks in a line": "Words %%private%% § %%/private%% on.",
        "private marks over comments": "%%private%%\na %%b%%\n§\n%%/private%%",
        "HTML comment": "Words <!-- § --> on.",
        "HTML comment over lines": "<!--\n§\n-->",
        "HTML comment with a blank line": "<!--\na\n\n§\n-->",
        "HTML comment in a list": "- a <!-- § -->",
        "HTML comment in a table": "| a | b |\n|---|---|\n| x <!-- § --> | y |",
        "HTML comment in a link's words": "[see <!-- § --> this](https://example.org)",
        "HTML comment in an HTML block": "<div>\n<!-- § -->\nopen\n</div>",
        "HTML comment that looks like a teaser": "<!-- more § -->",
        "comment in a footnote": "Words.[^n]\n\n[^n]: open %%§%% end",
        "comment in a footnote's second paragraph": "Words.[^n]\n\n[^n]: open\n\n    %%§%% end",
        "comment with line ends of Windows": "Words\r\n%%\r\n§\r\n%%\r\nend\r\n",
    }.items():
        yield Attempt(f"comment {name}", text)
    for name, text in {
        "never closed": "Words %% §\n\nand more",
        "HTML, never closed": "Words\n\n<!-- §\n\nand more",
        "private mark never closed": "%%private%%\n§",
        "private mark closed twice": "a\n%%/private%%\n§ %%private%%",
    }.items():
        yield Attempt(f"comment {name}", text, "refused")


def callouts() -> Iterator[Attempt]:
    """Private callouts, and what is nearly one."""
    for name, text in {
        "plain": "> [!private]\n> §",
        "with a title": "> [!private] §\n> text",
        "folded": "> [!private]-\n> §",
        "opened": "> [!private]+ §",
        "in capitals": "> [!PRIVATE]\n> §",
        "in mixed case": "> [!Private] x\n> §",
        "with metadata": "> [!private|wide]\n> §",
        "with a lazy line": "> [!private]\n> a\n§",
        "with a fence": "> [!private]\n> ```\n> §\n> ```",
        "with a list": "> [!private]\n> - §",
        "with a heading": "> [!private]\n> ## §",
        "with a blank quote line": "> [!private]\n>\n> §",
        "in a list": "- a\n  > [!private]\n  > §",
        "in an ordered list": "1. a\n   > [!private]\n   > §",
        "in a quote": "> > [!private]\n> > §",
        "in a callout": "> [!note] Open\n> > [!private]\n> > §",
        "deep in callouts": "> [!note]\n> > [!tip]\n> > > [!private]\n> > > §",
        "around a callout": "> [!private]\n> > [!note] §\n> > text",
        "without a blank after the mark": ">[!private]\n>§",
        "with a tab": ">\t[!private]\n>\t§",
        "indented": "   > [!private]\n   > §",
        "twice": "> [!private]\n> a\n\nopen\n\n> [!private]\n> §",
        "at the end without a newline": "> [!private]\n> §",
        "with a link": "> [!private]\n> [§](https://example.org)",
        "with a picture": "> [!private]\n> ![§](https://example.org/a.png)",
        "behind a table": "| a |\n|---|\n| b |\n\n> [!private]\n> §",
        "with line ends of Windows": "> [!private]\r\n> §\r\n",
        "with a blank before the type": "> [! private]\n> §",
        "with a blank behind the type": "> [!private ]\n> §",
        "with blanks around the type": "> [! Private ]- x\n> §",
    }.items():
        yield Attempt(f"callout {name}", text)
    for name, text in {
        "private note": "> [!private note]\n> §",
        "private-note": "> [!private-note]\n> §",
        "private_note": "> [!private_note]\n> §",
        "privat": "> [!privat]\n> §",
        "privte": "> [!privte]\n> §",
        "privatte": "> [!privatte]\n> §",
        "prviate": "> [!prviate]\n> §",
        "privates": "> [!privates]\n> §",
        "privately": "> [!privately]\n> §",
        "in the middle of a quote": "> Words\n> [!private] §",
        "without a quote": "[!private] §",
        "behind words": "Words [!private] §",
        "in a paragraph of a list": "- [!private] §",
    }.items():
        yield Attempt(f"callout mark {name}", text, "refused")


def headings() -> Iterator[Attempt]:
    """Private sections, and headings that nearly are."""
    for name, text in {
        "second level": "## Part #private\n\n§",
        "first level": "# Part #private\n\n§",
        "sixth level": "###### Part #private\n\n§",
        "title hidden as well": "## § #private\n\ntext",
        "closing hashes": "## Part #private ##\n\n§",
        "setext": "Part #private\n---\n\n§",
        "setext of the first level": "Part #private\n===\n\n§",
        "tag first": "## #private Part\n\n§",
        "tag alone": "## #private\n\n§",
        "tag in the middle": "## The #private part\n\n§",
        "capitals": "## Part #PRIVATE\n\n§",
        "capital first letter": "## Part #Private\n\n§",
        "with a subsection": "## Part #private\n\ntext\n\n### Sub\n\n§",
        "with deeper subsections": "## Part #private\n\n#### Deep\n\n§\n\n### Sub\n\ntext",
        "with a fence that holds a heading": "## Part #private\n\n```\n# x\n```\n\n§",
        "with a comment that holds a heading": "## Part #private\n\n%%\n## x\n%%\n\n§",
        "with a list": "## Part #private\n\n- a\n- §",
        "with a table": "## Part #private\n\n| a |\n|---|\n| § |",
        "with a callout": "## Part #private\n\n> [!note] §",
        "in a quote": "> ## Part #private\n>\n> §",
        "in a callout": "> [!note]\n> ## Part #private\n> §",
        "before an open section": "## Part #private\n\n§\n\n## Open\n\ntext",
        "indented by three": "   ## Part #private\n\n§",
        "with emphasis": "## **Part** #private\n\n§",
        "with another tag": "## Part #work #private\n\n§",
        "with a block id": "## Part #private ^id\n\n§",
        "with line ends of Windows": "## Part #private\r\n\r\n§\r\n",
        "with an HTML block": "## Part #private\n\n<div>§</div>",
        "with a footnote": "## Part #private\n\ntext[^n]\n\n[^n]: §",
        "nested tag": "## Part #private/family\n\n§",
        "tag with a full stop": "## Part #private.\n\n§",
        "tag with a comma": "## Part #private, kept\n\n§",
    }.items():
        yield Attempt(f"section {name}", text)
    for name, text in {
        "tag in brackets": "## Part (#private)\n\n§",
        "tag in square brackets": "## Part [#private]\n\n§",
        "HTML heading": "<h2>Part #private</h2>\n\n§",
        "HTML heading with attributes": '<h3 class="x">Part #private</h3>\n\n§',
        "tag in a paragraph": "Part #private\n\n§",
        "tag in bold": "**Part #private**\n\n§",
        "tag in a list": "- Part #private §",
        "tag without a blank after the hashes": "##Part #private\n\n§",
        "tag with an edit missing": "## Part #privat\n\n§",
    }.items():
        yield Attempt(f"section {name}", text, "refused")


def footnotes() -> Iterator[Attempt]:
    """Definitions that only private text refers to."""
    for name, text in {
        "footnote of a private section": "## Part #private\n\na[^n]\n\n## Open\n\nb\n\n[^n]: §",
        "footnote of a private callout": "> [!private]\n> a[^n]\n\nopen\n\n[^n]: §",
        "footnote of a comment": "%% a[^n] %%\n\nopen\n\n[^n]: §",
        "footnote of an HTML comment": "<!-- a[^n] -->\n\nopen\n\n[^n]: §",
        "footnote of private marks": "%%private%%a[^n]%%/private%%\n\nopen\n\n[^n]: §",
        "footnote of two paragraphs": "%%a[^n]%%\n\nopen\n\n[^n]: b\n\n    §",
        "footnote with a list": "%%a[^n]%%\n\nopen\n\n[^n]: b\n\n    - §",
        "footnote with a named mark": "%%a[^my-note]%%\n\nopen\n\n[^my-note]: §",
        "footnote that only a hidden footnote names": "%%a[^n]%%\n\nopen\n\n[^n]: b[^m]\n\n[^m]: §",
        "footnote in a list": "- a %%b[^n]%%\n\nopen\n\n[^n]: §",
        "footnote with the same mark in code": "%%a[^n]%%\n\n`[^n]` is a mark\n\n[^n]: §",
        "footnote before its text": "[^n]: §\n\nopen %%a[^n]%%",
        "footnote beside an open one": "a[^o] %%b[^n]%%\n\n[^o]: open\n[^n]: §",
        "link definition": "%%[a][q]%%\n\nopen\n\n[q]: https://example.org/§",
        "link definition of a private section": (
            "## Part #private\n\n[a][q]\n\n## Open\n\nb\n\n[q]: https://example.org/§"
        ),
        "link definition with a title": '%%[a][q]%%\n\nopen\n\n[q]: https://example.org "§"',
        "link definition used in short": "%%[q]%%\n\nopen\n\n[q]: https://example.org/§",
        "link definition of a hidden picture": (
            "> [!private]\n> ![a][q]\n\nopen\n\n[q]: https://example.org/§.png"
        ),
        "inline footnote in a comment": "open %%^[§]%% end",
    }.items():
        yield Attempt(name, text)


def links() -> Iterator[Attempt]:
    """Names of private notes, where a note points at them."""
    for name, text in {
        "wikilink": "See [[Hush §]].",
        "wikilink to an alias": "See [[Quiet §]].",
        "wikilink with words": "See [[Hush §|that]].",
        "wikilink by path": "See [[notes/Hush §]].",
        "wikilink to a heading": "See [[Hush §#Part]].",
        "wikilink to a block": "See [[Hush §#^abc]].",
        "wikilink in capitals": "See [[HUSH §]].",
        "wikilink in a table": "| a | b |\n|---|---|\n| [[Hush §]] | y |",
        "wikilink with words in a table": "| a | b |\n|---|---|\n| [[Hush §\\|that]] | y |",
        "wikilink in a list": "- [[Hush §]]",
        "wikilink in a heading": "## On [[Hush §]]",
        "wikilink in a quote": "> See [[Hush §]]",
        "wikilink in a callout's title": "> [!note] On [[Hush §]]\n> text",
        "wikilink in a footnote": "a[^n]\n\n[^n]: see [[Hush §]]",
        "wikilink in bold": "**[[Hush §]]**",
        "Markdown link": "See [that](<notes/Hush §.md>).",
        "Markdown link with percent signs": "See [that](notes/Hush%20§.md).",
        "Markdown link by definition": "See [that][q].\n\n[q]: <notes/Hush §.md>",
        "Markdown link from a folder above": "See [that](<../notes/Hush §.md>).",
        "Obsidian's address": "See [that](obsidian://open?vault=notes&file=Hush%20§).",
        "file address": "See [that](file:///home/me/notes/Hush%20§.md).",
        "embed": "![[Hush §]]",
        "embed of a heading": "![[Hush §#Part]]",
        "embed in a list": "- ![[Hush §]]",
        "embed with words": "![[Hush §|that]]",
        "embed through another note": "![[Middle №]]",
    }.items():
        files: dict[str, str | bytes] = {**HUSH}
        if "Middle" in text:
            files["Middle №.md"] = "---\npublish: true\n---\n\nMiddle. ![[Hush §]]\n"
        yield Attempt(f"link to a private note: {name}", text, files=files)
    for name, text in {
        "inline Dataview": "It is `= [[Hush §]].x` today.",
        "inline DataviewJS": 'It is `$= dv.page("Hush §").x` today.',
        "HTML link": '<a href="notes/Hush §.md">that</a>',
        "HTML link with percent signs": '<a href="notes/Hush%20§.md">that</a>',
        "HTML picture": '<img src="notes/Hush §.md">',
        "HTML picture set": '<img srcset="notes/Hush%20§.md 2x" src="https://example.org/a.png">',
    }.items():
        yield Attempt(f"name of a private note: {name}", text, "refused", HUSH)
    for name, note in {
        "title of the folder private": {"private/Hush §.md": "Inside § it is dark.\n"},
        "folder Private": {"Private/Hush §.md": "Inside § it is dark.\n"},
        "folder private in another": {"work/private/Hush §.md": "Inside § it is dark.\n"},
        "folder PRIVATE in others": {"work/a/PRIVATE/b/Hush §.md": "Inside § it is dark.\n"},
        "note with publish: false": {"Hush §.md": "---\npublish: false\n---\n\nInside §.\n"},
        "note with the tag private": {"Hush §.md": "---\ntags: [private]\n---\n\nInside §.\n"},
    }.items():
        yield Attempt(f"link, {name}", "See [[Hush §]].", files=note)
        yield Attempt(f"embed, {name}", "Open\n\n![[Hush §]]", files=note)


def notes() -> Iterator[Attempt]:
    """Notes that are private as a whole."""
    for name, head in {
        "private: true": "private: true",
        "private: yes": "private: yes",
        "private: on": "private: on",
        "private: 1": "private: 1",
        'private: "true"': 'private: "true"',
        "Private: True": "Private: True",
        "a quoted key": '"private": true',
        "tag private": "tags: [private]",
        "tag private with a hash": 'tags: ["#private"]',
        "tag Private": "tags: [Private]",
        "one tag private": "tag: private",
        "a nested tag": "tags: [private/family]",
        "keywords: private": "keywords: private",
        "publish: false": "publish: false",
        "private: maybe": "private: maybe",
        "private twice": "private: false\nprivate: true",
    }.items():
        whole = f"---\ntitle: Case §\n{head}\n---\n\n§\n"
        yield Attempt(f"private note by {name}", whole, "refused", whole=True)
    for name, whole in {
        "behind a blank line": "\n---\nprivate: true\n---\n\n§\n",
        "behind blank lines": "\n\n  \n---\nprivate: true\npublish: true\n---\n\n§\n",
        "behind a byte order mark": "\ufeff---\nprivate: true\n---\n\n§\n",
        "behind a byte order mark and a blank line": "\ufeff\n---\nprivate: true\n---\n\n§\n",
        "behind a blank line of Windows": "\r\n---\r\nprivate: true\r\n---\r\n\r\n§\r\n",
        "in TOML": "+++\nprivate = true\n+++\n\n§\n",
        "that is never closed": "---\nprivate: true\n\n§\n",
        "that cannot be read": "---\nprivate: true\n  bad: [\n---\n\n§\n",
    }.items():
        yield Attempt(f"front matter {name}", whole, "refused", whole=True)
    for name, path in {
        "private": "private/Case №.md",
        "Private": "Private/Case №.md",
        "private in another": "work/private/Case №.md",
        "PRIVATE with folders in it": "PRIVATE/a/b/Case №.md",
    }.items():
        yield Attempt(
            f"note in the folder {name}",
            "",
            "refused",
            path=path,
            files={path: "---\npublish: true\n---\n\n§\n"},
        )


def fields() -> Iterator[Attempt]:
    """Values of front matter."""
    for name, head in {
        "unknown key": "mood: §",
        "rating's neighbour": "people: [§]",
        "nested": "meta:\n  where: §",
        "list": "places:\n  - §\n  - home",
        "comment of YAML": "rating: 3 # §",
        "private key": "diary: >\n  §\n  more",
    }.items():
        yield Attempt(
            f"field {name}", f"---\npublish: true\n{head}\n---\n\nopenwater№\n", whole=True
        )
    for key in ("title", "description", "category", "tags", "series", "author"):
        value = "[a, 'b %%§%%']" if key == "tags" else "'Words %%§%% on'"
        whole = f"---\npublish: true\n{key}: {value}\n---\n\nopenwater№\n"
        yield Attempt(
            f"comment in {key}", whole, "refused" if key != "author" else "hidden", whole=True
        )
    yield Attempt(
        "HTML comment in description",
        "---\npublish: true\ndescription: 'Words <!-- § --> on'\n---\n\nopenwater№\n",
        "refused",
        whole=True,
    )


def conflicts() -> Iterator[Attempt]:
    """Notes with git's conflict marks."""
    marks = "<<<<<<< HEAD\nmine\n=======\n§\n>>>>>>> abc\n"
    yield Attempt("conflict marks in the body", marks, "refused")
    yield Attempt("conflict marks at the end", f"Words.\n\n## Part\n\n{marks}", "refused")
    yield Attempt(
        "conflict marks of three sides", marks.replace("====", "||||||| x\na\n===="), "refused"
    )
    yield Attempt(
        "conflict marks with line ends of Windows", marks.replace("\n", "\r\n"), "refused"
    )
    yield Attempt(
        "conflict marks in front matter",
        f"---\npublish: true\n{marks}---\n\nopen\n",
        "refused",
        whole=True,
    )


def blocks() -> Iterator[Attempt]:
    """Blocks that only the vault can answer."""
    for kind in (
        "dataview",
        "Dataview",
        "DATAVIEWJS",
        "dataviewjs",
        "tasks",
        "query",
        "base",
        "Button",
    ):
        yield Attempt(f"block {kind}", f'```{kind}\nLIST FROM "§"\n```\n\nend')
    yield Attempt("block dataview of tildes", "~~~dataview\nLIST §\n~~~\n\nend")
    yield Attempt("block dataview in a list", "- a\n\n  ```dataview\n  LIST §\n  ```\n\nend")
    yield Attempt("block dataview in a quote", "> ```dataview\n> LIST §\n> ```\n\nend")


def _linked(kind: str, place: str) -> Callable[[Path, int, str], None]:
    """Write a private note and another name of its file."""

    def build(root: Path, number: int, secret: str) -> None:
        target = root / place.replace("№", f"{number:03}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"---\npublish: true\n---\n\nInside {secret} it is dark.\n")
        name = root / f"Case {number:03}.md"
        if kind == "symbolic":
            name.symlink_to(os.path.relpath(target, name.parent))
        else:
            os.link(target, name)

    return build


def files() -> Iterator[Attempt]:
    """Files by other names, and attachments in private places."""
    for kind in ("symbolic", "hard"):
        for place in ("private/Deep №.md", "work/Private/Deep №.md"):
            yield Attempt(
                f"{kind} link to {place.replace(' №', '')}",
                "",
                "refused",
                build=_linked(kind, place),
            )
    for place in ("private", "Private", "work/private", ".hidden"):
        path = f"{place}/pic-§.svg"
        svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>§</text></svg>'
        yield Attempt(f"picture in {place}", f"![a](<{path}>)", "hidden", {path: svg})
        yield Attempt(f"embedded picture in {place}", f"![[{path}]]", "hidden", {path: svg})

    def outside(root: Path, number: int, secret: str) -> None:
        far = root.parent / f"outside-{number:03}"
        far.mkdir()
        (far / "far.txt").write_text(secret)
        (root / f"far-{number:03}.txt").symlink_to(far / "far.txt")
        (root / f"linked-{number:03}").symlink_to(far)

    yield Attempt("attachment linked outside the vault", "[a](far-№.txt)", "hidden", build=outside)
    yield Attempt("attachment in a linked folder", "[a](linked-№/far.txt)", "hidden", build=outside)
    yield Attempt("attachment above the vault", "[a](../outside.txt)", "hidden")
    yield Attempt(
        "series mate that is private",
        "---\npublish: true\nseries: S №\npart: 1\n---\n\nopenwater№\n",
        files={
            "Hush §.md": "---\nprivate: true\nseries: S №\npart: 2\n---\n\nInside § it is dark.\n"
        },
    )
    yield Attempt(
        "cover in a private folder",
        "---\npublish: true\ncover: private/cov-§.svg\n---\n\nopenwater№\n",
        whole=True,
        files={"private/cov-§.svg": '<svg xmlns="http://www.w3.org/2000/svg"><text>§</text></svg>'},
    )


def _photo(kind: str, secret: str) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = secret
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    exif.get_ifd(0x8825)[3] = "E"
    exif.get_ifd(0x8825)[4] = (13.0, 24.0, 0.0)
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 30, 30)).save(out, kind, exif=exif)
    return out.getvalue()


def _jpeg(segment: bytes, secret: str) -> bytes:
    data = _photo("JPEG", "x")
    content = segment + secret.encode() + b" " * 8
    marker = content[:1]
    body = content[1:]
    return data[:2] + b"\xff" + marker + (len(body) + 2).to_bytes(2, "big") + body + data[2:]


def _gif(extension: bytes, secret: str) -> bytes:
    out = io.BytesIO()
    Image.new("P", (4, 4)).save(out, "GIF")
    data = out.getvalue()
    text = secret.encode()
    block = b"\x21" + extension + bytes([len(text)]) + text + b"\0"
    table = 13 + 3 * 2 ** ((data[10] & 7) + 1) if data[10] & 0x80 else 13
    return data[:table] + block + data[table:]


def _box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def _recording(place: bytes, secret: str, brand: bytes = b"M4A ") -> bytes:
    text = f"+52.5200+013.4050/{secret}".encode()
    if place == b"loci":
        body = (
            b"\0\0\0\0\x15\xc7"
            + secret.encode()
            + b"\0\0"
            + b"\0\x0d\x67\x00\0\x34\x85\x00"
            + b"\0" * 6
        )
        found = _box(b"loci", body)
    else:
        found = _box(place, len(text).to_bytes(2, "big") + b"\x15\xc7" + text)
    return (
        _box(b"ftyp", brand + b"\0\0\0\0")
        + _box(b"mdat", b"\0" * 64)
        + _box(b"moov", _box(b"mvhd", b"\0" * 100) + _box(b"udta", found))
    )


def _office(secret: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
        archive.writestr("word/media/image1.jpeg", _photo("JPEG", secret))
    return out.getvalue()


INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}<path d="M0 0h9v9z"/></svg>'


def _drawing(inside: str, secret: str) -> bytes:
    return SVG.format(inside.replace("§", secret)).encode()


def metadata() -> Iterator[Attempt]:
    """What cameras, recorders and editors write into files."""

    def attached(name: str, ending: str, data: Callable[[str], bytes], outcome: Outcome) -> Attempt:
        def build(root: Path, number: int, secret: str) -> None:
            (root / f"file-{number:03}.{ending}").write_bytes(data(secret))

        return Attempt(f"metadata: {name}", f"![a](file-№.{ending})", outcome, build=build)

    for kind, ending in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tiff")):
        yield attached(f"EXIF of {kind}", ending, partial(_photo, kind), "hidden")
    yield attached("comment of JPEG", "jpg", lambda s: _jpeg(b"\xfe", s), "hidden")
    yield attached(
        "APP1 of JPEG", "jpg", lambda s: _jpeg(b"\xe1http://ns.adobe.com/xap/1.0/\0", s), "hidden"
    )
    yield attached(
        "APP2 of JPEG that is no profile", "jpg", lambda s: _jpeg(b"\xe2MPF\0", s), "hidden"
    )
    yield attached("APP13 of JPEG", "jpg", lambda s: _jpeg(b"\xedPhotoshop 3.0\0", s), "hidden")
    yield attached("trailer of JPEG", "jpg", lambda s: _photo("JPEG", "x") + s.encode(), "hidden")
    yield attached("trailer of PNG", "png", lambda s: _photo("PNG", "x") + s.encode(), "hidden")
    yield attached("comment of GIF", "gif", lambda s: _gif(b"\xfe", s), "hidden")
    yield attached("trailer of GIF", "gif", lambda s: _gif(b"\xfe", "x") + s.encode(), "hidden")
    for name, inside in {
        "metadata": "<metadata>§</metadata>",
        "comment": "<!-- § -->",
        "desc": "<desc>§</desc>",
        "label of an editor": f'<g xmlns:inkscape="{INKSCAPE}" inkscape:label="§"/>',
    }.items():
        yield attached(
            f"{name} of SVG",
            "svg",
            partial(_drawing, inside),
            "hidden",
        )
    yield attached(
        "place in an M4A recording", "m4a", lambda s: _recording(b"\xa9xyz", s), "refused"
    )
    yield attached(
        "place in an MP4 film", "mp4", lambda s: _recording(b"\xa9xyz", s, b"isom"), "refused"
    )
    yield attached(
        "place of 3GPP in an MP4 film", "mp4", lambda s: _recording(b"loci", s, b"isom"), "refused"
    )
    yield attached(
        "place in a MOV film", "mov", lambda s: _recording(b"\xa9xyz", s, b"qt  "), "refused"
    )
    yield attached("place of a photo in a Word file", "docx", _office, "refused")


ATTEMPTS = [
    attempt
    for family in (
        *(links, footnotes, callouts, headings, notes, metadata, fields, blocks, conflicts),
        *(files, comments),
    )
    for attempt in family()
]

ABOUT_PRIVACY = {
    "Private methods": "## Private methods\n\nA private method is called by its own class.",
    "Heading about private keys": "## Your private key\n\nNever share it.",
    "Heading of one word": "## Private\n\nA word.",
    "Prose": "I keep my private life private.",
    "Hash in code": "Write `#private` behind a heading.",
    "Callout in code": "Write `> [!private]` before the text.",
    "Callout in a fence": "```markdown\n> [!private]\n> text\n```",
    "Heading in a fence": "```markdown\n## Part #private\n```",
    "Comment in a fence": "```markdown\n%%private%%\n```",
    "Code with the word": "```java\nprivate int x = 1;\n```",
    "Code of TypeScript": "```ts\nclass A { #private = 1; }\n```",
    "Code of Ruby in a line": "Use `private def x` for that.",
    "Longer tag": "About #privateer ships.",
    "Tag that ends so": "About #semi-private matters.",
    "Tag privacy": "About #privacy in law.",
    "Heading with the tag privacy": "## Law #privacy\n\nText.",
    "Callout about it": "> [!note] Private things\n> Text.",
    "Callout privacy": "> [!privacy] Law\n> Text.",
    "Callout with another type": "> [!prime] Numbers\n> Text.",
    "Quote that begins with the word": "> Private: no entry, said the sign.",
    "List": "- private\n- public",
    "Task": "- [ ] make the repository private",
    "Table": "| scope | word |\n|---|---|\n| class | private |",
    "Link words": "[private browsing](https://example.org/private)",
    "Address with the word": "<https://example.org/private/page>",
    "Picture words": "![a private road](https://example.org/road.png)",
    "Footnote": "A private matter.[^1]\n\n[^1]: So it is said in private.",
    "Percent signs": "Growth of 100%, and `%%` begins a comment.",
    "Escaped percent signs": "A comment begins with \\%\\%.",
    "Math": "$p_{private} = 1$",
    "Word with a hash before it": "The C# private keyword.",
    "Number sign in words": "Room no#private is a word.",
    "Bold": "**Private** and *private*.",
    "Horizontal rule first": "---\n\nPrivate thoughts on rules.",
    "Arrows that look like conflict marks": "<<< a <<< b >>> c >>>",
    "Rule of equal signs": "Title\n=======\n\nPrivate text.",
    "One conflict mark in words": "Git writes <<<<<<< before your side.",
    "Title of a private note in prose": "Some money notes and Ledgers of the town.",
    "Title of a private note in code": "```python\nimport Ledgers\n```",
    "Ship called Privateer": "The Privateer sailed with letters of marque.",
}
"""Public notes about privacy, by title: all of them can be exported."""
