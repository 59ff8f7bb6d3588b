"""Every sample of a highlight format is read as somebody reads it who looks at the file."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from html import escape
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.errors import UsageError
from notekeep.importing.formats import FORMATS
from notekeep.importing.formats.reading import split_people
from notekeep.importing.records import Bookmark, passage_id
from notekeep.vault import Vault
from tests.support.import_samples import SAMPLES, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.importing.records import Passage


def shown(passage: Passage) -> tuple[str, str, str]:
    return passage.locator, passage.text, passage.note


# Kindle


def test_kindle_clippings_in_nine_languages() -> None:
    found = read("kindle-clippings/locales.txt")
    expected = json.loads((SAMPLES / "kindle-clippings/expected.json").read_text("utf-8"))
    passages = [one for work in found.works.values() for one in work.passages]
    for one in expected["locales.txt"]:
        if one["kind"] == "bookmark":
            assert ("bookmarks", "locales.txt:56") in found.losses
            continue
        if one["kind"] == "note":
            assert [each for each in passages if each.note == one["text"]], one
            continue
        (passage,) = [each for each in passages if each.text == one["text"]]
        assert passage.at == one["at"][:16], one
        assert passage.order == (one["loc"][0],), one
        page = f"(p. {one['page']})"
        assert passage.locator == (page if one["page"] else f"(loc. {one['loc'][0]})"), one
    assert found.works["The Garden"].authors == ("Ann Example", "Bo Pattern")


def test_a_kindle_note_belongs_to_the_highlight_that_it_is_on() -> None:
    works = read("kindle-clippings/locales.txt").works
    assert [shown(one) for one in works["Der Garten"].passages] == [
        ("(p. 42)", "Ein Beet ist ein Versprechen.", "am Abend gelesen")
    ]
    # Location 160 is no part of the only highlight, 152 to 155.
    assert [shown(one)[1:] for one in works["庭"].passages] == [
        ("土は忘れない。", ""),
        ("", "春に"),
    ]


def test_a_highlight_that_was_resized_is_one_passage_with_its_last_text() -> None:
    works = read("kindle-clippings/revised.txt").works
    (seeds,) = works["Seeds"].passages
    assert seeds.text == "She put the seeds away and watched them for a while."
    assert seeds.note == "the turning point"
    assert len(seeds.earlier) == 2
    (soil,) = works["Soil"].passages
    assert soil.text == "After a few years the worms do it. Leave the rake in the shed."
    assert soil.note == "no digging, ever"


def test_odd_kindle_records_cost_themselves_only() -> None:
    found = read("kindle-clippings/odd.txt")
    assert sorted(found.losses) == [
        ("days that could not be read", "odd.txt:21"),
        ("highlights beyond the publisher's clipping limit, without their text", "odd.txt:1"),
        ("records that are cut off", "odd.txt:26"),
    ]
    assert {title: work.authors for title, work in found.works.items()} == {
        "No author at all": (),
        "A (very) long title (Series, Book 2)": ("Ann Example",),
        "Dates": ("Bo Pattern",),
        "Unknown": ("X",),
    }
    assert found.works["Dates"].passages[0].at == "2012-12-03T19:42"
    assert found.works["Unknown"].passages[0].locator == "(p. 5)"


def test_two_highlights_of_one_page_and_minute_stay_two() -> None:
    works = read("kindle-clippings/hadynz-trailing-separator-start.txt").works
    (work,) = works.values()
    assert work.title == "Jornada de Montahue - P Hernan Alessandri"
    assert [one.text[:8] for one in work.passages] == ["para nos", "personal"]
    assert {one.at for one in work.passages} == {"2012-04-24T16:13"}


def test_the_other_kindle_samples() -> None:
    found = read("kindle-clippings/hadynz-no-content-scenario.txt")
    assert sorted(message for message, _ in found.losses) == [
        "bookmarks",
        "highlights without text",
    ]
    assert [one.locator for work in found.works.values() for one in work.passages] == ["(p. 35)"]
    (stillness,) = read("kindle-clippings/hadynz-simple.txt").works.values()
    assert stillness.authors == ("Bob Roth",)
    assert [one.at for one in stillness.passages] == ["2019-09-30T00:14", "2019-10-01T02:45"]
    (book,) = read("kindle-clippings/hadynz-missing-note-scenario.txt").works.values()
    assert book.title == "飘（上下） (外国文学名著名译丛书)"  # noqa: RUF001 - as the file has it
    (passage,) = book.passages
    assert passage.at == "2023-02-09T18:35"
    assert passage.note.startswith("原来是为她哥哥守孝")


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_notebook_of_a_kindle_app(language: str) -> None:
    found = read(f"kindle-notebook/notebook-{language}.html")
    work = found.works["The Garden & the Shed: A Year"]
    assert work.authors == ("Ann Example", "Bo Pattern")
    assert [(one.chapter, one.color, *shown(one)) for one in work.passages] == [
        (
            *("1. Spring", "yellow", "(p. 12)"),
            *("A bed is a promise & a debt.", "Copy this to the wall."),
        ),
        ("2. Summer", "blue", "(p. 88)", "Water in the evening.", ""),
        ("2. Summer", "pink", "(loc. 1900)", "No page here.", ""),
    ]
    assert found.losses == [("bookmarks", f"notebook-{language}.html")]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Highlight (yellow) - Page 10 > Location 120", ("One", "(p. 10)", "yellow")),
        ("Highlight(pink) - Two > Page 10 · Location 120", ("Two", "(p. 10)", "pink")),
        ("Highlight (blue) - Location 120", ("One", "(loc. 120)", "blue")),
        ("Surlignement (jaune) - Page 10 · Emplacement 120", ("One", "(p. 10)", "jaune")),
        ("Destaque (amarelo) - Página 10 · Posição 120", ("One", "(p. 10)", "amarelo")),
        ("高亮 (黄色) - 第 10 页·位置 120", ("One", "(p. 10)", "黄色")),
    ],
)
def test_headings_of_notebooks(heading: str, expected: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "book.html"
    path.write_text(
        '<div class="notebookFor">x</div><div class="bookTitle">Soil</div>'
        f'<div class="sectionHeading">One</div><div class="noteHeading">{escape(heading)}</div>'
        '<div class="noteText">Rain.</div>',
        "utf-8",
    )
    (passage,) = read(path).works["Soil"].passages
    assert (passage.chapter, passage.locator, passage.color) == expected
    assert passage.order == (120,)


def test_several_notes_on_a_page_stay_with_their_passages(tmp_path: Path) -> None:
    records = [
        ("Highlight", "36-36", "Keep it tidy."),
        ("Note", "36", "about the room"),
        ("Highlight", "36-36", "Another one."),
        ("Note", "36", "about the other"),
        ("Note", "36", "about the other, longer"),
        ("Note", "36", "about the page"),
        ("Note", "36", "and more"),
    ]
    (tmp_path / "My Clippings.txt").write_text(
        "".join(
            f"My PDF (Ann Example)\n- Your {kind} on page {page} | Added on Thursday, October 12,"
            f" 2023 2:42:00 PM\n\n{text}\n==========\n"
            for kind, page, text in records
        ),
        "utf-8",
    )
    (work,) = read(tmp_path).works.values()
    assert [shown(one)[1:] for one in work.passages] == [
        ("Keep it tidy.", "about the room"),
        ("Another one.", "about the other, longer"),
        ("", "about the page"),
        ("", "and more"),
    ]


def test_a_notebook_that_was_mailed_has_the_title_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "The Garden - Notebook.html").write_text(
        '<html><div class="noteHeading">Highlight(<span class="highlight_yellow">yellow</span>)'
        ' - Page 4 · Location 274</div><div class="noteText">Worms.</div></html>',
        "utf-8",
    )
    (work,) = read(tmp_path).works.values()
    assert (work.title, work.passages[0].text) == ("The Garden", "Worms.")


def test_a_notebook_and_clippings_give_one_passage_the_same_id(tmp_path: Path) -> None:
    clippings = tmp_path / "My Clippings.txt"
    clippings.write_text(
        "The Garden & the Shed: A Year (Example, Ann; Pattern, Bo)\n"
        "- Your Highlight on page 12 | Location 180-181 | Added on Monday, 5 January 2026 10:00:00"
        "\n\nA bed is a promise & a debt.\n==========\n",
        "utf-8",
    )
    (one,) = read(clippings).works.values()
    (other,) = read("kindle-notebook/notebook-en.html").works.values()
    assert one.ids == other.ids
    assert passage_id("kd", one.passages[0].key) == passage_id("kd", other.passages[0].key)


# Readwise


def test_readwise_json() -> None:
    works = read("readwise/export.json").works
    garden = works["The Garden"]
    assert (garden.kind, garden.ids) == ("book", ("readwise:123",))
    assert garden.fields["asin"] == "B00EXAMPLE"
    assert garden.tags == ("garden",)
    document, bed, gone = garden.passages
    assert shown(document) == ("", "", "lent by Bo")
    assert shown(bed) == ("(p. 12)", "A bed is a promise.", "Copy this")
    assert (bed.tags, bed.at, bed.is_deleted) == (("favorite",), "2026-07-17T14:00", False)
    assert (gone.text, gone.is_deleted) == ("Gone.", True)
    beds = works["Beds, with Ann"]
    assert (beds.kind, beds.authors) == ("podcast", ("Shed Radio",))
    assert beds.fields["url"] == "https://share.example.com/e/1"
    assert [shown(one) for one in beds.passages] == [("[00:12:14]", "Dig once.", "")]


def test_readwise_csv() -> None:
    works = read("readwise/readwise-data.csv").works
    garden = works["The Garden: A Year (Beds #1)"]
    assert (garden.kind, garden.fields["asin"]) == ("book", "B00EXAMPLE")
    bed, water = garden.passages
    assert shown(bed) == ("(p. 12)", "A bed is a promise,\nand a debt.", 'Copy "this"')
    assert bed.tags == ("favorite", "soil")
    # A note `.h1` makes a highlight the heading of those behind it.
    assert (bed.chapter, water.chapter) == ("", "Chapter One")
    assert shown(water) == ("(loc. 1536)", "Water in the evening.", "")
    note, thrown = works["On Sheds"].passages
    assert shown(note) == ("", "", "a note without words")
    assert (thrown.text, thrown.is_deleted) == ("Thrown away", True)
    article = works["How Worms Work"]
    assert (article.kind, article.passages[0].at) == ("note", "2026-02-03T09:00")


def test_readwise_headings_and_discards(tmp_path: Path) -> None:
    head = "Highlight,Book Title,Book Author,Note,Tags,Location Type,Location\n"
    author = '"Ann Example, Bo Pattern, and Cy Model"'
    rows = [
        ("Head", ".h1", "h1"),
        ("Twice.", "", ""),
        ("Twice.", "", "discard"),
        ("No.", "", ".discard"),
    ]
    (tmp_path / "readwise-data.csv").write_text(
        head
        + "".join(
            f"{words},Soil,{author},{note},{tag},page,{at}\n"
            for at, (words, note, tag) in enumerate(rows)
        ),
        "utf-8",
    )
    (tmp_path / "vault/.notekeep").mkdir(parents=True)
    plan = Vault.open(tmp_path / "vault").imports.plan([str(tmp_path / "readwise-data.csv")])
    (note, _) = plan.plan.changes
    text = (note.after or b"").decode()
    assert "author: [Ann Example, Bo Pattern, Cy Model]\n" in text
    assert "### Head\n\n> Twice. (p. 1)" in text
    assert "#h1" not in text
    assert "No." not in text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Example, Ann", ["Ann Example"]),
        ("Example, Ann; Van Pattern, Bo", ["Ann Example", "Bo Van Pattern"]),
        ("Example, Ann and Pattern, Bo", ["Ann Example", "Bo Pattern"]),
        ("Ann Example, Bo Pattern & Cy Model", ["Ann Example", "Bo Pattern", "Cy Model"]),
        ("Ann, Bo, and Cy", ["Ann", "Bo", "Cy"]),
    ],
)
def test_lists_of_people(text: str, names: list[str]) -> None:
    assert list(split_people(text)) == names


def test_reader_json_and_csv() -> None:
    found = read("readwise-reader")
    work = found.works["How Worms Work"]
    assert (work.kind, work.authors, work.tags) == ("note", ("Ann Example",), ("soil",))
    assert work.fields["url"] == "https://example.com/worms"
    assert work.fields["published"] == "2025-01-01"
    assert work.fields["status"] == "finished"
    assert [shown(one) for one in work.passages] == [("", "A worm eats its weight.", "in a day?")]
    assert [one for one in found.records if isinstance(one, Bookmark)] == [
        Bookmark("https://example.com/worms", "How Worms Work", "2026-01-02", ("soil", "Bo's list"))
    ]
    assert found.losses == [("feed items", "reader.csv:3")]


# Readers of books


def test_kobo() -> None:
    found = read("kobo/KoboReader.sqlite")
    work = found.works["The Garden"]
    assert work.authors == ("Ann Example",)
    wanted = {"isbn": "9781111111111", "publisher": "Shed Press", "series": "Beds"}
    assert work.fields.items() >= wanted.items()
    assert (work.fields["status"], work.fields["finished"]) == ("finished", "2026-02-03")
    bed, water, hidden = work.passages
    assert (bed.chapter, *shown(bed)) == ("Spring", "", "A bed is a promise.", "Copy this")
    assert (water.text, water.is_deleted) == ("Water in the evening.", False)
    assert (hidden.text, hidden.is_deleted) == ("Hidden is deleted.", True)
    assert found.losses == [("bookmarks", "KoboReader.sqlite")]


def test_kobo_with_rows_that_are_only_in_the_log_yet(tmp_path: Path) -> None:
    """The program that writes a database may not have put its newest rows into the file."""
    path = tmp_path / "KoboReader.sqlite"
    shutil.copy(SAMPLES / "kobo/KoboReader.sqlite", path)
    opened = sqlite3.connect(path)
    opened.execute("PRAGMA journal_mode=WAL")
    opened.execute(
        "INSERT INTO Bookmark(BookmarkID, VolumeID, Text, Type) VALUES('new', 'a/B.epub', 'x', 'y')"
    )
    opened.commit()
    try:
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        assert read(path).works["B"].passages[0].text == "x"
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    finally:
        opened.close()


def test_apple_books() -> None:
    found = read("apple-books")
    work = found.works["The Garden"]
    wanted = {"genre": ["Nature"], "lang": "en", "isbn": "9781111111111", "status": "finished"}
    assert work.fields.items() >= wanted.items()
    assert work.fields["finished"] == "2024-01-10"
    bed, gone, water = sorted(work.passages, key=lambda one: one.order)
    assert (bed.chapter, bed.text, bed.note) == ("Spring", "A bed is a promise.", "Copy this")
    assert bed.at == "2022-09-17T23:49"
    assert (gone.text, gone.is_deleted) == ("Deleted.", True)
    assert (water.chapter, water.text) == ("Summer", "Water in the evening.")
    orphan = found.works["Unknown book CCCC3333"]
    assert [one.text for one in orphan.passages] == ["Of a book that left the library."]
    assert [message for message, _ in found.losses] == ["bookmarks"]


def test_koreader() -> None:
    found = read("koreader")
    work = found.works["The Garden"]
    assert work.ids == ("koreader:d41d8cd98f00b204e9800998ecf8427e",)
    assert work.authors == ("Ann Example", "Bo Pattern")
    wanted = {"isbn": "9781111111111", "series": "Beds", "rating": 4, "status": "finished"}
    assert work.fields.items() >= wanted.items()
    assert [(one.chapter, *shown(one)) for one in work.passages] == [
        ("Spring", "(p. 12)", "A bed is a promise.", 'Copy "this"\nsecond line')
    ]
    assert [message for message, _ in found.losses] == ["bookmarks"]


def test_a_bookmark_of_koreader_with_a_note_is_kept_as_the_note(tmp_path: Path) -> None:
    folder = tmp_path / "Soil.sdr"
    folder.mkdir()
    row = '["chapter"] = "One", ["page"] = "p1", ["pageno"] = 3, ["text"] = "in One"'
    text = f'return {{ ["annotations"] = {{ [1] = {{ {row}, ["note"] = "mine" }} }} }}'
    (folder / "metadata.epub.lua").write_text(text, "utf-8")
    (work,) = read(tmp_path).works.values()
    assert [shown(one) for one in work.passages] == [("(p. 3)", "", "mine")]


def test_an_older_file_of_koreader(tmp_path: Path) -> None:
    folder = tmp_path / "The Shed.sdr"
    folder.mkdir()
    (folder / "metadata.pdf.lua").write_text(
        """return {
    ["highlight"] = { [7] = { [1] = { ["text"] = "Keep the rake dry.", ["pos0"] = "a",
        ["pos1"] = "b", ["datetime"] = "2020-01-02 03:04:05", ["drawer"] = "lighten" } } },
    ["bookmarks"] = { [1] = { ["highlighted"] = true, ["datetime"] = "2020-01-02 03:04:05",
        ["notes"] = "Keep the rake dry.", ["text"] = "mine" } },
    ["stats"] = { ["title"] = "" }, }
""",
        "utf-8",
    )
    (work,) = read(tmp_path).works.values()
    assert work.title == "The Shed"
    assert [shown(one) for one in work.passages] == [("(p. 7)", "Keep the rake dry.", "mine")]


# Episodes and pages


def test_snipd() -> None:
    found = read("snipd")
    work = found.works["Beds, with Ann"]
    assert (work.kind, work.authors) == ("podcast", ("Shed Radio",))
    assert work.ids == ("snipd:00000000-0000-4000-8000-000000000001",)
    wanted = {"host": ["Bo Pattern"], "guest": ["Ann Example"], "published": "2026-04-30"}
    assert work.fields.items() >= wanted.items()
    dig, water = work.passages
    assert shown(dig) == (
        "[00:12:14]",
        "Dig once, then leave it.\n— Ann Example",
        "Dig once\n- Digging twice undoes the first time.\nmy own remark",
    )
    assert dig.tags == ("favorite", "soil")
    assert shown(water) == ("[01:02:33]", "Water", "- In the evening.")
    assert {message for message, _ in found.losses} == {
        "lines about the episode: Mentioned books",
        "lines about the episode: Show URL",
        "transcripts",
    }


def test_snipd_with_links_and_a_player(tmp_path: Path) -> None:
    path = tmp_path / "Episode.md"
    path.write_text(
        "# Worms\n\n- Show: [[Shed Radio]]\n- Guests: [Ann](https://example.com/a), Bo\n"
        "- Episode URL: [x](https://share.snipd.com/episode/1)\n\n"
        "### [Dig](https://share.snipd.com/snip/2)\n\n🎧 01:00 - 01:10\n\n"
        '<iframe src="https://example.com"></iframe>\n\nmine\n',
        "utf-8",
    )
    work = read(path).works["Worms"]
    assert (work.authors, work.fields["guest"]) == (("Shed Radio",), ["Ann", "Bo"])
    assert [shown(one) for one in work.passages] == [("[00:01:00]", "Dig", "mine")]


def test_snipd_as_it_was_exported_in_2023(tmp_path: Path) -> None:
    path = tmp_path / "Beds.md"
    path.write_text(
        "---\nsubject: soil\n---\n## Episode metadata\n"
        "- Episode title:: [[Beds\\|Beds, with Ann]]\n"
        "- Show:: [[Shed Radio]]\n- Episode link:: [open in Snipd](https://share.snipd.com/episode/1a)"
        "\n- Episode publish date:: 2021-07-02\n## Snips\n\n### [02:56] Dig once\n\n"
        "[🎧 Play snip - 1min️ (02:49 - 04:42)](https://share.snipd.com/snip/2b)\n"
        "### ✨ Key takeaways\n1. Once is enough.\n#### 📚 Transcript\n<details>\nwords\n"
        "</details>\n---\n### [1:02:30] Water\n"
        "[🎧 Play snip - 2min️ (1:02:11 - 1:03:43)](https://share.snipd.com/snip/3c)\n",
        "utf-8",
    )
    (work,) = read(path).works.values()
    assert (work.title, work.authors, work.ids) == (
        "Beds, with Ann",
        ("Shed Radio",),
        ("snipd:1a",),
    )
    assert work.fields["url"] == "https://share.snipd.com/episode/1a"
    assert work.fields["published"] == "2021-07-02"
    assert [shown(one) for one in work.passages] == [
        ("[00:02:49]", "Dig once", "1. Once is enough."),
        ("[01:02:11]", "Water", ""),
    ]


def test_snips_that_are_not_found_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "Beds.md"
    path.write_text("# Beds\n\n- https://share.snipd.com/snip/2b\n", "utf-8")
    assert [message for message, _ in read(path).losses] == [
        "files that cannot be read: it has links to snips, but no snip in a known form"
    ]


def test_hypothesis() -> None:
    found = read("hypothesis/export.json")
    work = found.works["How Worms Work"]
    assert (work.kind, work.fields["url"]) == ("note", "https://example.com/worms")
    page, worm = sorted(work.passages, key=lambda one: one.order)
    assert shown(page) == ("", "", "A note on the whole page.")
    assert shown(worm) == ("", "A worm eats its weight.", "in a *day*?\nbo: I did.")
    assert worm.tags == ("soil",)


def test_hypothesis_as_its_api_answers(tmp_path: Path) -> None:
    text = (SAMPLES / "hypothesis/export.json").read_text("utf-8")
    path = tmp_path / "answer.json"
    path.write_text(text.replace('"annotations"', '"rows"'), "utf-8")
    assert len(read(path).works["How Worms Work"].passages) == 2


# Finding out what a file is


def test_each_sample_is_recognized_as_its_own_format() -> None:
    folders = {
        "apple-books": "apple-books",
        "hypothesis": "hypothesis",
        "kindle-clippings": "kindle-clippings",
        "kindle-notebook": "kindle-notebook",
        "kobo": "kobo",
        "koreader": "koreader",
        "readwise": "readwise",
        "readwise-reader": "reader",
        "snipd": "snipd",
    }
    assert {name: read(name).formats for name in folders} == {
        name: [form] for name, form in folders.items()
    }


def test_a_folder_may_hold_all_formats() -> None:
    # A table is of no program, and PDF files are attachments, so a person names these formats.
    others = {name for name, form in FORMATS.items() if not form.is_for_habits}
    assert {*read("").formats, "csv", "pdf"} == others


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: f"{text}\n{text}", "more text after its end"),
        (lambda text: f"{text} x", "more text after its end"),
        (lambda text: text.rstrip().removesuffix("}"), "cut off"),
        (lambda text: f"[{json.dumps(json.loads(text)['results'][0])}][3]", "more text"),
        (lambda text: f"{text} \n\n", ""),
    ],
)
def test_a_file_of_readwise_that_does_not_end_as_it_should_is_a_loss(
    change: Callable[[str], str], reason: str, tmp_path: Path
) -> None:
    text = (SAMPLES / "readwise/export.json").read_text("utf-8")
    (tmp_path / "export.json").write_text(change(text), "utf-8")
    found = read(tmp_path)
    assert "The Garden" in found.works
    losses = [message for message, _ in found.losses if "JSON" in message]
    assert len(losses) == bool(reason)
    assert all(reason in message for message in losses)


def test_a_large_list_of_readwise_is_read_a_book_at_a_time(tmp_path: Path) -> None:
    books: list[dict[str, Any]] = [
        {
            "user_book_id": number,
            "title": f"Book {number}",
            "highlights": [{"id": number, "text": f"“Ünder” {number} " + "word " * 5_000}],
        }
        for number in range(150)
    ]
    books[7]["highlights"][0]["text"] *= 60  # longer than the part that is read at once
    value = {"count": 150, "more": {"results": [1]}, "results": books, "nextPageCursor": None}
    path = tmp_path / "export.json"
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")
    works = read(path).works
    assert list(works) == [f"Book {number}" for number in range(150)]
    assert works["Book 149"].passages[0].text.startswith("“Ünder” 149 word")
    assert works["Book 7"].passages == []  # no person marks more than a megabyte


def test_a_list_that_is_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes((SAMPLES / "readwise/export.json").read_bytes()[:-40])
    found = read(path)
    assert "The Garden" in found.works
    assert "files that cannot be read: the JSON is cut off" in [one for one, _ in found.losses]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("readwise/export.json", "readwise"),
        ("readwise/readwise-data.csv", "readwise"),
        ("readwise-reader/list.json", "reader"),
        ("readwise-reader/reader.csv", "reader"),
        ("joplin/garden.jex", "joplin"),
        ("joplin/raw", "joplin"),
        ("notion/small-markdown-csv.zip", "notion"),
        ("notion/database-row.html", "notion"),
    ],
)
def test_each_variant_of_a_format_is_read_alone(path: str, form: str) -> None:
    found = read(path)
    assert found.formats == [form]
    assert found.works or found.pages or found.bookmarks


def test_a_file_of_no_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "recipe.txt"
    path.write_text("eggs\n", "utf-8")
    with pytest.raises(UsageError, match="in no format"):
        read(path)
    with pytest.raises(UsageError, match="no format kindel"):
        read(path, "kindel")


def test_a_file_is_read_as_the_format_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "clippings.bak"
    shutil.copy(SAMPLES / "kindle-clippings/revised.txt", path)
    assert read(path, "kindle-clippings").works.keys() == {"Seeds", "Soil"}


def test_formats_have_ids_and_letters_of_their_own() -> None:
    for name, form in FORMATS.items():
        assert form.id == name
        assert form.is_for_habits or re.fullmatch("[a-z]{2}", form.prefix)
    families = {
        (form.prefix, name.partition("-")[0])
        for name, form in FORMATS.items()
        if not form.is_for_habits
    }
    assert len({prefix for prefix, _ in families}) == len(families)
