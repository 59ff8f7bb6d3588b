"""`clip`: a saved web page becomes a note. `make check-clip` runs these tests with the extra."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.importing.web_page import has_extra

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Shell
    from tests.support.commands import CommandResult

PAGES = Path(__file__).parents[1] / "importing" / "pages"


def test_article_becomes_a_note_with_its_facts(shell: Shell) -> None:
    assert shell("clip", str(PAGES / "article.html"), "-t", "soil").out == (
        "inbox/How worms work.md\n"
    )
    row = json.loads(shell("show", "How worms work", "--json").out)
    assert row["title"] == "How worms work"
    assert row["tags"] == ["clippings", "soil"]
    fields = {"author": ["Ida Holm"], "published": "2026-05-04", "site": "Garden Weekly"}
    fields |= {"created": "2026-11-24", "url": "https://garden.example/worms"}
    assert {name: row["fields"][name] for name in fields} == fields


def test_hostile_page_is_only_text(shell: Shell) -> None:
    assert shell("clip", str(PAGES / "hostile.html")).code == 0
    [path] = shell.files()
    assert path.startswith("inbox/")
    assert "/" not in path.removeprefix("inbox/")
    row = json.loads(shell("show", path, "--json").out)
    assert not row["private"]
    assert "publish" not in row["fields"]
    assert "published" not in row["fields"]
    assert "url" not in row["fields"]
    text = shell.read(path)
    body = text.split("---\n", 2)[2]
    assert not re.search(r"(?<!\\)<", body)
    for part in ("javascript:", "alert(3)", "alert(4)", "evil.example", "onerror"):
        assert part not in body
    assert "Text that is kept" in body
    assert "![[" not in body


def test_invisible_characters_and_text_direction_are_removed(shell: Shell) -> None:
    signs = "\u202e&#x202e;\u200b&#8203;&shy;\ufeff\x1b"
    page = f"<title>Wor{signs}ms</title><article><p>They d{signs}ig. [{signs}[Note]]</p>"
    page += "<p>می\u200cخو</p></article>"
    file = shell.root / "page.html"
    file.write_text(page, "utf-8")
    assert shell("clip", str(file)).out == "inbox/Worms.md\n"
    text = shell.read("inbox/Worms.md")
    assert "They dig. \\[\\[Note]]\n\nمی\u200cخو" in text
    assert not any(sign in text for sign in "\u202e\u200b\u00ad\ufeff\x1b")


def test_page_is_read_from_a_pipe(process: Callable[..., CommandResult], shell: Shell) -> None:
    ran = process("clip", "-", at=shell.root, stdin=(PAGES / "article.html").read_text("utf-8"))
    assert (ran.code, ran.out) == (0, "inbox/How worms work.md\n")


def test_dry_run_writes_nothing_and_undo_removes_the_note(shell: Shell) -> None:
    file = str(PAGES / "article.html")
    assert "+# How worms work" in shell("clip", file, "--dry-run").out
    assert shell.files() == []
    shell("clip", file)
    assert shell("undo").code == 0
    assert shell.files() == []


def test_other_addresses_are_refused(shell: Shell) -> None:
    ran = shell("clip", str(PAGES / "article.html"), "--url", "garden")
    assert (ran.code, "garden is not a web address." in ran.err) == (2, True)
    assert shell.files() == []


def test_missing_file_is_said(shell: Shell) -> None:
    ran = shell("clip", "nowhere.html")
    assert (ran.code, "Cannot read nowhere.html" in ran.err) == (1, True)


@pytest.mark.skipif(has_extra(), reason="the extra is installed")
def test_extra_is_named_once(shell: Shell) -> None:
    said = [shell("clip", str(PAGES / "bare.html")).err for _ in range(2)]
    assert ["notekeep[clip]" in text for text in said] == [True, False]


def test_page_is_saved_once(shell: Shell) -> None:
    page = (PAGES / "article.html").read_text("utf-8")
    shell("clip", str(PAGES / "article.html"))
    shell("mv", "How worms work", "garden/")
    file = shell.root / "later.html"
    file.write_text(page.replace("https://", "http://"), "utf-8")
    ran = shell("clip", str(file))
    assert (ran.code, ran.out) == (4, "")
    assert "garden/How worms work.md already has the page http://garden.example/worms." in ran.err
    assert "`--again` saves it as another note." in ran.err
    assert shell("clip", str(file), "--again").out == "inbox/How worms work.md\n"


def test_page_in_a_note_of_the_web_clipper_is_not_saved_again(shell: Shell) -> None:
    shell.write("Worms.md", "---\nsource: https://garden.example/worms/?utm_source=feed\n---\n")
    ran = shell("clip", str(PAGES / "article.html"))
    assert (ran.code, "Worms.md already has the page" in ran.err) == (4, True)


def test_note_of_the_web_clipper_is_found_by_its_fields(shell: Shell) -> None:
    shell.write(
        "Clippings/Save the web.md",
        '---\ntitle: "Save the web"\nsource: "https://obsidian.example/clipper"\nauthor:\n'
        '  - "[[Obsidian]]"\npublished: 2025-08-26\ncreated: 2026-05-04\n'
        'description: "Highlight pages."\ntags:\n  - "clippings"\n---\n## Save the web.\n',
    )
    for query in (
        "tag:clippings",
        "author:obsidian",
        "published<2026",
        "created:2026-05",
        "source:obsidian.example",
        "description:highlight",
    ):
        assert "Save the web" in shell("ls", query).out, query
