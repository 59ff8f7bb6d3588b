"""Every sample of a note program is read as somebody reads it who looks at the file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import UsageError
from notekeep.importing.import_state import ImportOptions
from notekeep.importing.records import Loss, PageFile
from notekeep.vault import Vault
from tests.support.import_samples import SAMPLES, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.importing.records import Page


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    folder = tmp_path / "vault"
    (folder / ".notekeep").mkdir(parents=True)
    return folder


@pytest.fixture
def take(root: Path) -> Callable[..., list[str]]:
    """Import a sample into the vault; what was lost."""
    vault = Vault.open(root)

    def run(path: str | Path, format_id: str = "", **more: object) -> list[str]:
        options = ImportOptions(**more)  # type: ignore[arg-type]
        plan = vault.imports.plan([str(SAMPLES / path)], format_id, options=options)
        result = vault.notes.apply(plan.plan)
        plan.close()
        assert result.refused == []
        return [loss.message for loss in plan.losses]

    return run


def body(root: Path, path: str) -> str:
    """The text of a note below its title."""
    text = (root / path).read_text("utf-8").partition("\n---\n")[2]
    return re.sub(r"\A\s*# .*\n", "", text).strip("\n")


def known(page: Page) -> dict[str, object]:
    """The fields of a page that have a value."""
    return {name: value for name, value in page.fields.items() if value not in ("", None)}


# Joplin


def test_joplin(root: Path, take: Callable[..., list[str]]) -> None:
    lost = take("joplin/garden.jex")
    assert body(root, "Joplin/Garden/The Garden - notes.md") == (
        "See [[Sheds]] and ![[bed.png|bed]]\n\nid: this line is text\n\n- [ ] dig\n- [x] water"
    )
    text = (root / "Joplin/Garden/The Garden - notes.md").read_text("utf-8")
    assert "tags: [soil]" in text
    assert "created: 2024-01-02" in text
    assert "url: https://example.com/worms" in text
    assert body(root, "Joplin/Garden/Sheds.md") == "- [x] Sheds 📅 2026-01-01 ✅ 2026-01-02"
    picture = SAMPLES / "joplin/raw/resources/00000000000000000000000000000004.png"
    assert (root / "attachments/bed.png").read_bytes() == picture.read_bytes()
    assert sorted(lost) == ["items in the trash", "locations of notes"]


def test_joplin_as_a_folder_is_the_same(root: Path, take: Callable[..., list[str]]) -> None:
    take("joplin/garden.jex")
    before = sorted(path for path in root.rglob("*.md"))
    take("joplin/raw")
    assert sorted(path for path in root.rglob("*.md")) == before


def _joplin(folder: Path, number: int, text: str, **facts: object) -> None:
    lines = {"id": f"{number:032x}", "type_": 1, **facts}
    foot = "\n".join(f"{name}: {value}" for name, value in lines.items())
    (folder / f"{number:032x}.md").write_text(f"{text}\n\n{foot}", "utf-8")


def test_joplin_notes_in_html_and_links_in_code(tmp_path: Path) -> None:
    target = f"{2:032x}"
    _joplin(tmp_path, 1, f'Page\n\n<p>See <a href=":/{target}">it</a>.</p>', markup_language=2)
    _joplin(tmp_path, 2, f"Code\n\n```\n[x](:/{target})\n```")
    pages = read(tmp_path).pages
    assert f"joplin:{target}" in pages["Page"].body
    assert pages["Code"].body == f"```\n[x](:/{target})\n```"


def test_joplin_items_that_are_encrypted_or_broken_cost_themselves(tmp_path: Path) -> None:
    _joplin(tmp_path, 1, "", encryption_applied=1)
    _joplin(tmp_path, 2, "Fine\n\ntext")
    _joplin(tmp_path, 3, "Mine", is_conflict=1)
    (tmp_path / f"{4:032x}.md").write_text("no: end\n\nof it", "utf-8")
    found = read(tmp_path)
    assert list(found.pages) == ["Fine"]
    assert sorted(message.partition(":")[0] for message, _ in found.losses) == [
        "conflicting versions of notes",
        "encrypted items, which only Joplin can read",
        "files that are damaged",
    ]


# Google Keep


def test_keep(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "keep", tmp_path / "Keep")
    (tmp_path / "Keep/1690514572032.76900194.png").write_bytes(b"picture")
    found = read(tmp_path)
    assert list(found.pages) == [
        "This note has a drawing but no title",
        "Archived note",
        "Hashtags & labels note",
        "Image, label, and body text note",
        "Labelled note",
        "Pinned text note",
        "_Text note",
    ]
    pages = found.pages
    assert pages["Archived note"].tags == ("archived",)
    assert pages["Pinned text note"].fields == {"pinned": True}
    assert pages["Pinned text note"].created == "2023-07-27"
    picture = pages["Image, label, and body text note"]
    assert list(picture.files.values()) == [
        PageFile("1690514572032.76900194.png", "Keep/1690514572032.76900194.png")
    ]
    assert picture.tags == ("label",)
    assert picture.body.startswith("This is the body text.")
    assert [(message.partition(":")[0], place) for message, place in found.losses] == [
        ("notes in the trash", "Keep/Deleted note.json"),
        ("colors of notes", "Keep/Image, label, and body text note.json"),
        ("files that cannot be read", "Keep/broken-json-note.json"),
    ]


def test_keep_lists_are_tasks_and_links_stay(tmp_path: Path) -> None:
    note = {
        "isTrashed": False,
        "title": "",
        "createdTimestampUsec": 1690514467150000,
        "listContent": [
            {"text": "dig", "isChecked": False},
            {"text": "water", "isChecked": True},
        ],
        "annotations": [{"url": "https://example.com/worms", "title": "Worms"}],
    }
    (tmp_path / "a.json").write_text(json.dumps(note), "utf-8")
    (page,) = read(tmp_path).pages.values()
    assert page.body == "- [ ] dig\n- [x] water\n\n[Worms](https://example.com/worms)"
    assert page.title == "dig water"


def test_keep_pictures_that_are_missing_are_counted(
    root: Path, take: Callable[..., list[str]]
) -> None:
    assert "files that are not in the export" in take("keep")
    assert (root / "Google Keep/Labelled note.md").exists()


# Evernote


def evernote(name: str) -> Page:
    (page,) = read(f"enex/{name}.enex").pages.values()
    return page


def test_evernote_lists_of_tasks_code_and_links() -> None:
    assert evernote("test-checklist").body == (
        "- [ ] Checklist item 1\n"
        "  - [ ] Nested item 1a\n"
        "  - [x] Nested checked item\n"
        "- [x] Checked checklist item 2\n"
        "  - Nested unordered 2a\n"
        "- [ ] Checklist item 3\n"
        "  1. Nested ordered 3a\n\n"
        "- unordered item\n"
        "  - [ ] nested checklist\n\n"
        "- [ ] Checklist **bold** and & [link](https://example.com/?a=1&b=2)\n\n"
        "```\ncodeblock\n```"
    )


def test_evernote_boxes_of_older_versions() -> None:
    page = evernote("test-empty-en-todo")
    assert page.tags == ("WorkLog", "AU_RA")
    assert page.created == "2016-08-04T14:33"
    assert page.body == (
        "***For this week***\n\n"
        "- [x] Add view_post_X_forum variable\n"
        "- [x] Handle the two non-\\_ttl variables to allow for analysis\n"
        "- [ ] Begin stepwise regression work"
    )


def test_evernote_tables_and_attributes() -> None:
    assert evernote("test-table").body == (
        "| c1r1 | c2r1 | c3r1 |\n| --- | --- | --- |\n| c1r2 | **c2r2** | C3r2 |"
    )
    found = read("enex/test-note-attributes.enex")
    (page,) = found.pages.values()
    assert (page.title, page.body) == ("\\\\Test//", "Slartibartfast")
    assert str(page.fields["url"]).startswith("https://github.com/akosbalasko/")
    assert [message for message, _ in found.losses] == [
        "locations of notes",
        "reminders",
        *["data of other programs"] * 3,
    ]


def test_evernote_text_that_is_encrypted_is_a_remark() -> None:
    found = read("enex/test-encryption.enex")
    (page,) = found.pages.values()
    assert page.body == (
        "This is NOT an encrypted test\n\n"
        "> [!warning] Encrypted text, still in Evernote only. Hint: this is a hint.\n\n"
        "This is NOT an encrypted test again"
    )
    assert len(found.losses) == 1


def test_evernote_pictures(root: Path, take: Callable[..., list[str]]) -> None:
    take("enex/image-size.enex")
    text = body(root, "Evernote/image-size/One image placed at several sizes.md")
    assert text.count("![[dot.png]]") == 5
    data = (root / "attachments/dot.png").read_bytes()
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert digest == "5fae300a506d0728745732c6a6bc4e81"


def test_evernote_links_lead_to_notes_of_other_notebooks(
    root: Path, take: Callable[..., list[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    for name in ("A", "B"):
        shutil.copy(SAMPLES / f"enex/test-internotebook_links_{name}.enex", folder)
    take(folder)
    assert body(root, "Evernote/test-internotebook_links_B/Note in Notebook B.md") == (
        "Reference to [[Note in Notebook A]]"
    )
    assert "1. [[Note2]]" in body(root, "Evernote/test-internotebook_links_A/Table of Contents.md")


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("long-attachment-name", ["Long Attachment Name"]),
        ("test-links", ["NoteB", "NoteA"]),
        ("test-monospace-codeblocks", ["test-monospace-codeblocks"]),
        ("test-noteWithTags", ["test -note with text only"]),
        ("test-reminder", ["reminders title"]),
    ],
)
def test_evernote_samples(name: str, titles: list[str]) -> None:
    assert list(read(f"enex/{name}.enex").pages) == titles


@pytest.mark.parametrize("sign", ["-en-codeblock:true", "--en-codeblock: true"])
def test_evernote_code_blocks_of_any_age(tmp_path: Path, sign: str) -> None:
    block = f'<div style="{sign};"><div># a</div><div>&#160; * b</div></div>'
    (tmp_path / "a.enex").write_text(
        f"<en-export><note><title>T</title><content><![CDATA[<en-note>{block}</en-note>]]>"
        "</content></note></en-export>",
        "utf-8",
    )
    assert read(tmp_path).pages["T"].body == "```\n# a\n  * b\n```"


def test_html_that_markdown_has_no_words_for(tmp_path: Path) -> None:
    html = '<a href="https://a.org"><h3>Title</h3></a><p><s>here,</s><s><b>again</b></s></p>'
    (tmp_path / "a.enex").write_text(
        f"<en-export><note><title>T</title><content><![CDATA[<en-note>{html}</en-note>]]>"
        "</content></note></en-export>",
        "utf-8",
    )
    assert read(tmp_path).pages["T"].body == ("### [Title](https://a.org)\n\n~~here,**again**~~")


def test_evernote_notes_of_one_title_stay_two(root: Path, take: Callable[..., list[str]]) -> None:
    take("enex/two-untitled-notes-with-toc.enex")
    folder = root / "Evernote/two-untitled-notes-with-toc"
    assert sorted(body(root, str(path.relative_to(root))) for path in folder.glob("Unt*")) == [
        "noteOne",
        "noteTwo",
    ]


def test_an_evernote_file_that_is_cut_off_keeps_the_notes_before(tmp_path: Path) -> None:
    text = (SAMPLES / "enex/test-links.enex").read_text("utf-8")
    (tmp_path / "half.enex").write_text(text[: text.index("<title>NoteA") + 5], "utf-8")
    found = read(tmp_path)
    assert list(found.pages) == ["NoteB"]
    assert found.losses[0][1] == "half.enex"


def test_an_evernote_note_that_is_too_large_costs_itself(tmp_path: Path) -> None:
    notes = "".join(
        f"<note><title>{title}</title><content>{text}</content></note>\n"
        for title, text in (("A", "x"), ("B", "word " * 700_000), ("C", "y"))
    )
    (tmp_path / "a.enex").write_text(f"<en-export>{notes}</en-export>", "utf-8")
    found = read(tmp_path)
    assert [(page.title, page.body) for page in found.pages.values()] == [("A", "x"), ("C", "y")]
    (loss,) = (one for one in found.records if isinstance(one, Loss))
    assert loss == Loss("notes of more than 3 MB of text", "B", "a.enex, 2")


def test_a_damaged_attachment_costs_itself(tmp_path: Path) -> None:
    good = base64.b64encode(b"bed").decode()
    files = "".join(
        f"<resource><data>{data}</data><mime>image/png</mime></resource>"
        for data in (good, "!!!!", "AAA", good)
    )
    (tmp_path / "a.enex").write_text(
        f"<en-export><note><title>T</title><content>x</content>{files}</note></en-export>", "utf-8"
    )
    found = read(tmp_path)
    assert len(found.pages["T"].files) == 1
    assert [message for message, _ in found.losses] == ["attachments that are damaged"] * 2


# Notion


def test_notion_as_markdown_and_csv(root: Path, take: Callable[..., list[str]]) -> None:
    assert take("notion/small-markdown-csv.zip") == []
    assert body(root, "Notion/Garden.md") == (
        "See [[The Garden]] and [[Books]]\n\n"
        "> [!note]\n> 💡 A callout.\n\n"
        "- [ ] dig\n- [x] water\n\n"
        "![[bed.png]]"
    )
    assert body(root, "Notion/Books.md") == "- [[The Garden]]"
    text = (root / "Notion/Books/The Garden.md").read_text("utf-8")
    for line in (
        "  - Ann Example",
        "status: Done",
        "rating: 4",
        "finished: 2025-10-25",
        "created: 2025-01-02",
        "tags: [garden, soil]",
    ):
        assert f"{line}\n" in text, text
    assert body(root, "Notion/Books/The Garden.md") == (
        "A year in a garden: beds and sheds.\n\n> A bed is a promise.\n>"
    )
    assert (root / "attachments/bed.png").stat().st_size == 67


def test_notion_as_a_large_real_export() -> None:
    found = read("notion/Notion.Test.Export.zip")
    pages = found.pages
    # 278 files, and the database itself; rows that are called by the day have their pages.
    assert len(found.records) == 279
    today = [one for one in found.records if getattr(one, "title", "") == "@Today"]
    assert len(today) == 2
    day = pages["@December 1, 2024"]
    assert day.folder == "Habit Tracker"
    assert known(day) == {
        "full_date": "2024-12-04",
        "ran_today": False,
        "meditated": False,
        "practiced_guitar": False,
    }
    assert pages["Habit Tracker"].body.count("\n") > 200
    assert pages["Example sub page"].folder == "Getting Started on Mobile"
    assert pages["Project Planner"].body.startswith(
        "## 📝 **Publish my first book**\n\n---\n\n- [x]"
    )


def test_a_notion_row_as_html() -> None:
    (page,) = read("notion/database-row.html").pages.values()
    assert page.title == "Espresso machine"
    assert page.tags == ("home office", "coffee")
    assert known(page) == {
        "notes": "Double boiler, plumbed in.",
        "price": 67.3,
        "price_brl": "R$67.3",
        "price_usd": "$1,234.56",
        "discount": "15%",
        "id": 12,
        "status": "Owned",
        "serviced": True,
        "sold": False,
        "bought": "2024-03-01",
        "manual": "https://example.com/manual",
    }
    assert page.body == "A row kept for its properties rather than its body."


def test_notion_blocks_of_html(tmp_path: Path) -> None:
    number = "152bb52ee2b580179846fd78b2b60ea1"
    (tmp_path / f"Beds {number}.html").write_text(
        '<article class="page sans"><h1 class="page-title">Beds</h1><div class="page-body">'
        '<ul class="to-do-list"><li><div class="checkbox checkbox-on"></div> '
        '<span class="to-do-children-checked">dig</span></li></ul>'
        '<ul class="toggle"><li><details open=""><summary>More</summary><p>inside</p></details>'
        "</li></ul>"
        '<figure class="callout"><div>💡</div><div>Water it.</div></figure>'
        '<figure class="equation"><span class="katex"><math><semantics><mrow><mi>x</mi></mrow>'
        '<annotation encoding="application/x-tex">x^2</annotation></semantics></math></span>'
        "</figure>"
        f'<p><a href="Beds%20{number}.html">itself</a>, <script>bad()</script><b>5 * 3 < 20</b></p>'
        '<figure class="image"><a href="Beds/a%20b.png"><img src="Beds/a%20b.png"/></a></figure>'
        "</div></article>",
        "utf-8",
    )
    (tmp_path / "Beds").mkdir()
    (tmp_path / "Beds/a b.png").write_bytes(b"picture")
    (page,) = read(tmp_path).pages.values()
    assert "- [x] dig" in page.body
    assert "- More\n\n  inside" in page.body
    assert "> [!note]" in page.body
    assert "> Water it." in page.body
    assert "$$x^2$$" in page.body
    assert "bad()" not in page.body
    assert "**5 \\* 3 < 20**" in page.body
    assert list(page.files.values()) == [PageFile("a b.png", "Beds/a b.png")]


def test_a_field_of_another_program_does_not_publish_a_note(tmp_path: Path) -> None:
    text = (SAMPLES / "notion/database-row.html").read_text("utf-8")
    (tmp_path / "row.html").write_text(text.replace("Serviced", "Publish"), "utf-8")
    (page,) = read(tmp_path).pages.values()
    assert "publish" not in page.fields
    assert page.fields["notion_publish"] is True


def test_a_row_that_has_no_page_is_one(tmp_path: Path) -> None:
    number = "152bb52ee2b580179846fd78b2b60ea2"
    (tmp_path / f"Books {number}.csv").write_text(
        "\ufeffName,Author\nSoil,Ann\nSoil,Bo\n,Cy\n", "utf-8"
    )
    found = read(tmp_path)
    authors = [getattr(one, "fields", {}).get("author") for one in found.records]
    assert authors == [None, "Ann", "Bo", None]
    assert found.losses == [("rows without a name", f"Books {number}.csv")]


ICON = '<img src="https://www.notion.so/icons/star_blue.svg" class="icon" alt="star"/>'
NOTION_MARKDOWN = f"""# Page

~~here,~~~~**again**~~

<aside>
💡

Mind this.
</aside>

<aside>
{ICON.replace(' class="icon"', "")} Mind that.
</aside>
"""
NOTION_HTML = f"""<article id="a" class="page sans"><div class="page-body">
<nav><div class="table_of_contents-item"><a href="#x">Dead words</a></div></nav>
<p><del>here,</del><del><strong>again</strong></del></p>
<figure class="callout"><div><span class="icon">💡</span></div><p>Mind this.</p></figure>
<figure class="callout"><div>{ICON}</div><div>Mind that.</div></figure>
<details><summary style="font-size:1.5em">Toggle</summary>Inside.</details>
</div></article>"""


@pytest.mark.parametrize(("ending", "text"), [("md", NOTION_MARKDOWN), ("html", NOTION_HTML)])
def test_notion_icons_strikes_and_toggles(tmp_path: Path, ending: str, text: str) -> None:
    (tmp_path / f"Page {'0' * 32}.{ending}").write_text(text, "utf-8")
    body = read(tmp_path).pages["Page"].body
    assert "~~here,**again**~~" in body
    assert "> [!note] 💡\n>\n> Mind this." in body
    assert "> [!note]\n> Mind that." in body.replace(">\n> Mind that", "> Mind that")
    assert "notion.so" not in body
    assert "Dead words" not in body
    assert ("## Toggle\n\nInside." in body) == (ending == "html")


# Logseq


def test_logseq(root: Path, take: Callable[..., list[str]]) -> None:
    lost = take("logseq")
    number = "60a78e9e-59dc-40ab-9a01-5317dc09365f"
    text = (root / "books/The Garden.md").read_text("utf-8")
    assert "author: [Ann Example]\n" in text
    assert "aliases:\n  - Garden book\n" in text
    # Nobody said that it is to be read.
    assert "to-read" not in text
    assert "tags: [garden, soil-and-worms]" in text
    assert body(root, "books/The Garden.md") == (
        "- Notes\n"
        f"\t- A bed is a promise. #quote ^{number}\n"
        "\t- [ ] read the *second* part\n"
        "\t- [x] return it 📅 2026-06-05\n"
        "- > Water in the evening.\n"
        "- ![[bed_1700000000000_0.png|bed]]\n"
        "- A card #card\n"
        "\t- its answer"
    )
    assert body(root, "daily/2026-06-03.md").split("\n") == [
        f"- Read [[The Garden#^{number}|A bed is a promise. quote]] again",
        f"- ![[The Garden#^{number}]]",
        "- ![[The Garden]]",
        f"- a [[The Garden#^{number}|label]]",
        "- {{query (task DOING)}}",
        "- a reference to nowhere ((00000000-0000-4000-8000-000000000000))",
    ]
    assert sorted(lost) == [
        "queries, which stay as text",
        "references to missing blocks",
        "schedules of flashcards",
        "times spent on tasks",
    ]


def test_logseq_names_links_and_parts(tmp_path: Path) -> None:
    for name in ("pages", "journals", "logseq"):
        (tmp_path / name).mkdir()
    (tmp_path / "logseq/config.edn").write_text("{}", "utf-8")
    (tmp_path / "pages/Books.C%23.md").write_text(
        "- #+BEGIN_SRC python\n  x:: 1\n  #+END_SRC\n- #+BEGIN_NOTE\n  Mind it.\n  #+END_NOTE",
        "utf-8",
    )
    (tmp_path / "pages/a.org").write_text("* x", "utf-8")
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/bed.png").write_bytes(b"bed")
    (tmp_path / "pages/Bed.md").write_text("- ![](/assets/bed.png)", "utf-8")
    (tmp_path / "journals/2026_06_03.md").write_text(
        "- see [[books/c#]], [[Nobody]] and #[[two words]]\n- on [[Jun 3rd, 2026]]", "utf-8"
    )
    found = read(tmp_path)
    assert found.pages["C#"].folder == "Books"
    assert found.pages["C#"].body == ("- ```python\n  x:: 1\n  ```\n- > [!note]\n  > Mind it.")
    assert [file.member for file in found.pages["Bed"].files.values()] == ["assets/bed.png"]
    day = found.pages["2026-06-03"].body
    assert "logseq:Books/C%23" in day
    assert "[[Nobody]] and #two-words" in day
    assert "logseq:2026_06_03" in day
    assert found.losses == [("whiteboards, pages in org mode and other files", "pages/a.org")]


# Tables


def test_csv(root: Path, take: Callable[..., list[str]]) -> None:
    take(
        "csv-generic/comprehensive-test.csv", "csv", columns={"Rating": "score", "Subcategory": ""}
    )
    folder = root / "CSV/comprehensive-test"
    assert len(list(folder.iterdir())) == 10
    text = (folder / "Project Plan.md").read_text("utf-8")
    for line in ("category: Work", "priority: High", "completed: false", "score: 9"):
        assert f"{line}\n" in text, text
    assert "tags: [planning, strategy]" in text
    assert "subcategory" not in text
    assert body(root, "CSV/comprehensive-test/Project Plan.md").endswith("2. Start phase 2")
    quoted = body(root, "CSV/comprehensive-test/Note with 'quotes'.md")
    assert quoted == 'Content with "escaped quotes" inside.'


def test_csv_ratings_that_the_vault_refuses_are_counted(
    root: Path, take: Callable[..., list[str]]
) -> None:
    lost = take("csv-generic/comprehensive-test.csv", "csv")
    assert [message for message in lost if message.startswith("values of rating")]
    assert len(list((root / "CSV/comprehensive-test").iterdir())) == 10


def test_a_csv_row_is_found_again_by_its_id(
    root: Path, take: Callable[..., list[str]], tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("No,Name,Text\n1,Soil,one\n2,Soil,two\n2,Beds,three\n", "utf-8")
    assert take(path, "csv", id_column="No") == ["rows with a duplicate ID"]
    path.write_text("No,Name,Text\n1,Loam,one more\n", "utf-8")
    take(path, "csv", id_column="No")
    assert body(root, "CSV/list/Soil.md") == "one more"
    assert not (root / "CSV/list/Loam.md").exists()


def test_a_csv_without_a_title_says_how_to_name_it(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Was,Wer\nx,y\n", "utf-8")
    with pytest.raises(UsageError, match="no column is called title or name"):
        read(path, "csv")
    with pytest.raises(UsageError, match="no column Wo"):
        read(path, "csv", columns={"Wo": "title"})
    with pytest.raises(UsageError, match="no column Nr"):
        read(path, "csv", columns={"Was": "title"}, id_column="Nr")
    assert list(read(path, "csv", columns={"Was": "title"}).pages) == ["x"]


def test_a_csv_of_no_program_is_not_read_by_itself() -> None:
    with pytest.raises(UsageError, match="no format that notekeep knows"):
        read("csv-generic/sample.csv")
    assert len(read("csv-generic/sample.csv", "csv").pages) == 5


# Finding out what a file is


def test_each_sample_is_recognized_as_its_own_format() -> None:
    folders = {
        "joplin": "joplin",
        "keep": "keep",
        "enex": "evernote",
        "notion": "notion",
        "logseq": "logseq",
    }
    assert {name: read(name).formats for name in folders} == {
        name: [form] for name, form in folders.items()
    }


# Bear and TextBundle


def test_bear(root: Path, take: Callable[..., list[str]]) -> None:
    assert take("bear/tags.bear2bk") == []
    assert body(root, "Bear/Tag forms Bear writes.md").split("\n\n")[1:] == [
        "#two-words #项目-计划",
        "And punctuation that no tag can carry.",
        "#中文\N{FULLWIDTH COMMA}标签 #bad!tag",
    ]
    assert "created: 2026-03-11\n" in (root / "Bear/Tags in other scripts.md").read_text("utf-8")


def test_links_marks_and_states_of_bear(root: Path, take: Callable[..., list[str]]) -> None:
    export = root.parent / "notes"
    facts: dict[str, dict[str, object]] = {
        "Worms": {"archived": 1, "pinned": 1},
        "Soil": {},
        "Old": {"trashed": 1},
        "Diary": {"encrypted": 1},
    }
    link = "[it](bear://x-callback-url/open-note?id=Worms)"
    texts = {"Soil": f"# Soil\n\n[[Worms/Life]], {link} ::dig:: `::a::`\n"}
    for name, state in facts.items():
        (folder := export / f"{name}.textbundle").mkdir(parents=True)
        note = {"version": 2, "net.shinyfrog.bear": {"uniqueIdentifier": name, **state}}
        (folder / "info.json").write_text(json.dumps(note))
        (folder / "text.md").write_text(texts.get(name, f"# {name}\n\nText.\n"))
    assert take(export) == ["encrypted notes, which only Bear can read", "notes in the trash"]
    assert body(root, "Bear/Soil.md") == "[[Worms#Life]], [[Worms|it]] ==dig== `::a::`"
    matter = (root / "Bear/Worms.md").read_text("utf-8")
    assert "pinned: true\n" in matter
    assert "tags: [archived]\n" in matter


def test_textbundle(root: Path, take: Callable[..., list[str]]) -> None:
    assert take("bear/example.textpack") == []
    note = "TextBundle/Textbundle Example.md"
    assert body(root, note).endswith("\n\n![[textbundle.png]]")
    assert (root / "attachments/textbundle.png").stat().st_size == 3319


# Simplenote and Standard Notes


def test_simplenote(root: Path, take: Callable[..., list[str]]) -> None:
    assert take("simplenote") == ["notes in the trash"]
    assert body(root, "Simplenote/The Garden.md") == "A bed is a promise."
    assert body(root, "Simplenote/dig.md") == "- [ ] dig\n- [x] water"
    matter = (root / "Simplenote/The Garden.md").read_text("utf-8")
    assert "tags: [garden, soil]\ncreated: 2024-02-29\npinned: true\n" in matter


def test_standard_notes(root: Path, take: Callable[..., list[str]]) -> None:
    assert sorted(take("standard-notes")) == [
        "encrypted notes; create a decrypted backup in Standard Notes",
        "formats of Super notes",
        "notes in the trash",
    ]
    assert body(root, "Standard Notes/The Garden.md") == "A bed is a promise.\n\n- [ ] dig"
    assert "tags: [archived, home/garden]" in (root / "Standard Notes/The Garden.md").read_text()
    assert body(root, "Standard Notes/Beds.md") == (
        "Soil needs [worms](https://example.com/worms)\n\n- [x] water"
    )


# Journals


def test_day_one_adds_its_entries_to_daily_notes(
    root: Path, take: Callable[..., list[str]]
) -> None:
    (root / "daily").mkdir()
    (root / "daily/2026-05-02.md").write_text("# 2026-05-02\n\nMy day.\n", "utf-8")
    assert take("dayone") == ["map coordinates of entries", "files that are not in the export"]
    # 22:30 UTC is the next day in Berlin; the other entry is from New York.
    assert (root / "daily/2026-05-02.md").read_text("utf-8") == (
        "# 2026-05-02\n\nMy day.\n\n"
        "## 00:30 ⭐ Dug the bed\n\n*Allotment, Berlin, Germany · Clear · 9 °C*\n\n"
        "![[0cc175b9c0f1b6a831c399e269772661.png]]\n\nTired. Good!\n\n#garden #first-light\n\n"
        "## 06:00\n\nBD6F2A6EC10C41AEA35E94BAD169936D\n"
    )


def test_entries_of_a_day_without_a_note_get_one(
    root: Path, take: Callable[..., list[str]]
) -> None:
    assert take("jrnl") == []
    text = (root / "daily/2026-05-01.md").read_text("utf-8")
    assert "date: 2026-05-01\n" in text
    assert text.endswith("\n## 07:05 Rain.\n\n## 22:30 ⭐ Dug the bed.\n\nTired, good. #garden\n")
    assert take("jrnl") == []
    assert (root / "daily/2026-05-01.md").read_text("utf-8") == text


def test_apple_journal(root: Path, take: Callable[..., list[str]]) -> None:
    assert set(take("apple-journal")) == {"files that are not in the export"}
    assert body(root, "daily/2023-12-17.md") == (
        "## Complex Metadata Entry\n\n> How was your day?\n\nEntry body text.\n\n"
        "Old Town Market Place\n\nWalking · 2.5 km\n\n"
        "Bohemian Rhapsody · Music\n\nTech News · Podcast"
    )
