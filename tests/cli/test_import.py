"""`notekeep import`: shown first, written as one step, and a person's own changes kept."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.importing.formats import FORMATS
from tests.support.import_sources import (
    Book,
    Marked,
    write_clippings,
    write_notebook,
    write_readwise_csv,
    write_readwise_json,
)

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

SAMPLES = Path(__file__).parent.parent / "importing/samples"
SOIL = Book("Soil", "Ann Example", (Marked(1, "Worms do it.", "no digging"), Marked(2, "Rain.")))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An export of Readwise with one book."""
    return write_readwise_json(tmp_path, [SOIL])


def again(export: Path, *passages: Marked, **more: Any) -> None:
    """Export the book anew, with other passages or facts."""
    write_readwise_json(export.parent, [SOIL._replace(passages=passages or SOIL.passages)])
    value = json.loads(export.read_text("utf-8"))
    value["results"][0].update(more)
    export.write_text(json.dumps(value), "utf-8")


def test_it_is_only_shown_without_write(shell: Shell, export: Path) -> None:
    ran = shell("import", str(export))
    assert ran.code == 0
    assert ran.out.startswith("Would import:\nReadwise: 1 new note, 3 new passages")
    assert "books/Soil.md (new)" in ran.out
    assert "Nothing is written yet. Add --write to import." in ran.err
    assert shell.files() == []


def test_what_it_writes(shell: Shell, export: Path) -> None:
    ran = shell("import", str(export), "--write")
    assert ran.code == 0
    assert "Would import" not in ran.out
    assert "Imported into 1 note. `notekeep undo` reverts this." in ran.err
    text = shell.read("books/Soil.md")
    assert "author: [Ann Example]" in text
    assert "  - readwise:" in text
    # Nobody said that it is to be read.
    assert "to-read" not in text
    quotes = text.partition("## Quotes\n")[2].partition("## Related")[0]
    assert [line for line in quotes.split("\n") if line and not line.startswith("^")] == [
        "> Worms do it. (p. 1)",
        next(line for line in quotes.split("\n") if line.startswith("no digging ^rw-")),
        "> Rain. (p. 2)",
    ]


def test_it_is_one_step_that_undo_takes_back(shell: Shell, export: Path) -> None:
    shell("import", str(export), "--write")
    assert shell("undo").code == 0
    assert shell.files() == []
    assert not list((shell.root / ".notekeep").rglob("*.log"))
    assert "3 new passages" in shell("import", str(export)).out


def test_the_same_again_is_nothing(shell: Shell, export: Path) -> None:
    shell("import", str(export), "--write")
    ran = shell("import", str(export), "--write")
    assert "3 unchanged" in ran.out
    assert "Nothing new." in ran.err


def test_a_new_highlight_comes_to_its_place(shell: Shell, export: Path) -> None:
    shell("import", str(export), "--write")
    again(export, SOIL.passages[0], Marked(2, "Rain."), Marked(3, "Sun."))
    write_readwise_json(
        export.parent,
        [SOIL._replace(passages=(Marked(0, "First."), *SOIL.passages, Marked(9, "Last.")))],
    )
    shell("import", str(export), "--write")
    quotes = [line for line in shell.read("books/Soil.md").split("\n") if line.startswith("> ")]
    assert [quote.split(" (")[0] for quote in quotes] == [
        "> First.",
        "> Worms do it.",
        "> Rain.",
        "> Last.",
    ]


def test_what_changed_in_the_source_is_updated_unless_it_was_edited(
    shell: Shell, export: Path
) -> None:
    shell("import", str(export), "--write")
    text = shell.read("books/Soil.md")
    shell.write("books/Soil.md", text.replace("> Rain.", "> Rain and hail."))
    again(export, Marked(1, "Worms do all of it.", "never dig"), Marked(2, "Rain, rain."))
    ran = shell("import", str(export), "--write")
    assert "2 updated, 1 edited by you" in ran.out
    assert "Changed in the source and by you: yours stay" in ran.out
    after = shell.read("books/Soil.md")
    assert "> Worms do all of it. (p. 1)" in after
    assert "never dig ^rw-" in after
    assert "> Rain and hail. (p. 2)" in after
    # It is told once: the next import knows that the person saw it.
    assert "yours stay" not in shell("import", str(export)).out
    name = re.findall(r"\^(rw-\w+)\n", after)[-1]
    shell("import", str(export), "--write", "--take", name)
    assert "> Rain, rain. (p. 2)" in shell.read("books/Soil.md")


def test_changes_of_both_sides_are_merged_by_words(shell: Shell, export: Path) -> None:
    long = "In the second year worms do the work of a spade and of the gardener too."
    again(export, Marked(1, long))
    shell("import", str(export), "--write")
    text = shell.read("books/Soil.md")
    shell.write("books/Soil.md", text.replace("second year", "second or third year"))
    again(export, Marked(1, long.replace("gardener too", "gardener as well")))
    assert "1 updated" in shell("import", str(export), "--write").out
    assert (
        "> In the second or third year worms do the work of a spade and of the gardener as well."
        " (p. 1)\n"
    ) in shell.read("books/Soil.md")


def test_what_was_deleted_stays_deleted_until_again(shell: Shell, export: Path) -> None:
    shell("import", str(export), "--write")
    text = shell.read("books/Soil.md")
    at = text.index("> Rain.")
    shell.write("books/Soil.md", text[:at] + text[at:].partition("\n\n")[2].partition("\n")[2])
    assert "Rain." not in shell.read("books/Soil.md")
    ran = shell("import", str(export), "--write")
    assert "1 deleted by you" in ran.out
    assert "Rain." not in shell.read("books/Soil.md")
    shell("import", str(export), "--write", "--again")
    assert shell.read("books/Soil.md").count("> Rain. (p. 2)") == 1


def test_a_deleted_note_stays_deleted_until_again(shell: Shell, export: Path) -> None:
    shell("import", str(export), "--write")
    shell("rm", "Soil")
    assert "deleted by you" in shell("import", str(export), "--write").out
    assert shell.files() == []
    shell("import", str(export), "--write", "--again")
    assert "> Rain. (p. 2)" in shell.read("books/Soil.md")


def test_a_passage_that_was_moved_to_another_note_is_updated_there(
    shell: Shell, export: Path
) -> None:
    shell("import", str(export), "--write")
    text = shell.read("books/Soil.md")
    at = text.index("> Rain.")
    block = text[at : text.index("\n", text.index("^rw-", at)) + 1]
    shell.write("books/Soil.md", text.replace(block, ""))
    shell.write("Wall.md", f"# Wall\n\n{block}")
    again(export, SOIL.passages[0], Marked(2, "Rain at night."))
    shell("import", str(export), "--write")
    assert "> Rain at night. (p. 2)" in shell.read("Wall.md")
    assert "Rain" not in shell.read("books/Soil.md")


def test_what_was_deleted_in_the_source_is_removed_with_prune(shell: Shell, export: Path) -> None:
    shell("import", str(export), "--write")
    text = shell.read("books/Soil.md")
    shell.write("books/Soil.md", text.replace("no digging", "no digging, ever"))
    again(export, is_deleted=True)
    ran = shell("import", str(export), "--write")
    assert "deleted in the source" in ran.out
    assert shell.read("books/Soil.md").count("\n> ") == 2
    shell("import", str(export), "--write", "--prune")
    after = shell.read("books/Soil.md")
    assert "\n> " not in after
    assert "no digging, ever" in after


def test_quotes_that_were_typed_get_the_id(shell: Shell, export: Path) -> None:
    shell.write(
        "books/Soil.md",
        "---\ntype: book\nauthor: Example, Ann\n---\n# Soil\n\n## Quotes\n\n> Rain.\n\nmine\n",
    )
    shell("import", str(export), "--write")
    after = shell.read("books/Soil.md")
    assert after.count("> Rain.") == 1
    assert "> Rain.\n\n^rw-" in after
    assert "\n\nmine\n" in after
    assert "> Worms do it. (p. 1)" in after
    assert after.index("Worms") < after.index("Rain")


def test_quotes_that_were_typed_with_their_note_have_it_once(shell: Shell, export: Path) -> None:
    shell.write(
        "books/Soil.md",
        "---\ntype: book\n---\n# Soil\n\n## Quotes\n\n> Worms do it.\n\nNo digging!\n",
    )
    shell("import", str(export), "--write")
    assert shell.read("books/Soil.md").casefold().count("no digging") == 1


def test_a_passage_that_was_moved_into_a_list_stays_in_it(shell: Shell, export: Path) -> None:
    shell("import", str(export), "--write")
    text = shell.read("books/Soil.md")
    start = text.index("> Rain.")
    end = text.index("\n", text.index("^rw-", start))
    block = text[start:end].replace("\n", "\n  ").replace("\n  \n", "\n\n")
    shell.write("books/Soil.md", text[:start] + f"- mine\n\n  {block}" + text[end:])
    again(export, SOIL.passages[0], Marked(2, "Rain at night."))
    shell("import", str(export), "--write")
    assert "\n  > Rain at night. (p. 2)\n" in shell.read("books/Soil.md")


def test_a_gap_is_filled_where_it_is(shell: Shell, export: Path) -> None:
    again(export, Marked(1, "One."), Marked(3, "Three."))
    shell("import", str(export), "--write")
    again(export, Marked(2, "Two."))  # an export has only what is new
    shell("import", str(export), "--write")
    text = shell.read("books/Soil.md")
    assert text.index("> One.") < text.index("> Two.") < text.index("> Three.")


def test_a_passage_whose_accents_another_system_wrote_anew_is_not_edited(
    shell: Shell, export: Path
) -> None:
    again(export, Marked(1, "Un café."))
    shell("import", str(export), "--write")
    text = shell.read("books/Soil.md")
    shell.write("books/Soil.md", text.replace("café", "cafe\u0301"))
    again(export, Marked(1, "Un café noir."))
    assert "1 updated" in shell("import", str(export), "--write").out


def test_a_record_of_imports_whose_last_line_has_no_end_goes_on(shell: Shell, export: Path) -> None:
    shell("import", str(export), "--write")
    (ledger,) = (shell.root / ".notekeep/imported").iterdir()
    ledger.write_bytes(ledger.read_bytes().rstrip(b"\n"))
    again(export, *SOIL.passages, Marked(3, "Sun."))
    shell("import", str(export), "--write")
    again(export, *SOIL.passages[:1], Marked(2, "Hail."), Marked(3, "Sun and wind."))
    assert "2 updated" in shell("import", str(export), "--write").out


@pytest.mark.parametrize(
    ("field", "source"),
    [
        ("url: https://example.com/worms", {"source_url": "https://example.com/worms/"}),
        ("asin: b00x123456", {"asin": "B00X123456"}),
    ],
)
def test_a_note_is_found_by_its_address_or_number_however_it_is_written(
    shell: Shell, export: Path, field: str, source: dict[str, str]
) -> None:
    shell.write("Mud.md", f"---\ntype: book\ntitle: Other\n{field}\n---\n")
    again(export, **source)
    shell("import", str(export), "--write")
    assert "> Rain." in shell.read("Mud.md")


def test_values_of_yours_that_stay_are_named(shell: Shell, export: Path) -> None:
    shell.write("books/Soil.md", "---\ntype: book\nasin: B9\n---\n# Soil\n")
    again(export, asin="B1")
    ran = shell("import", str(export), "--write")
    assert "Kept yours in books/Soil.md: asin" in ran.out
    assert "asin: B9\n" in shell.read("books/Soil.md")


def test_a_new_note_has_the_day_of_its_first_highlight(shell: Shell, export: Path) -> None:
    value = json.loads(export.read_text("utf-8"))
    days = ("2019-05-04T10:00:00Z", "2019-05-03T10:00:00Z")
    for one, day in zip(value["results"][0]["highlights"], days, strict=True):
        one["highlighted_at"] = day
    export.write_text(json.dumps(value), "utf-8")
    ran = shell("import", str(export), "--write")
    assert "created: 2019-05-03\n" in shell.read("books/Soil.md")
    assert "  dates of highlights other than the first\n" in ran.out
    del value["results"][0]["highlights"][1]  # a part of the source has no say
    export.write_text(json.dumps(value), "utf-8")
    assert "Nothing new." in shell("import", str(export), "--write").err


def test_a_book_is_found_by_title_and_author_and_that_is_said(shell: Shell, export: Path) -> None:
    shell.write("reading/Dirt.md", "---\ntype: book\ntitle: 'Soil: A Life'\n---\n")
    ran = shell("import", str(export), "--write")
    assert '"Soil" matches reading/Dirt.md by title and author.' in ran.err
    assert "> Rain. (p. 2)" in shell.read("reading/Dirt.md")
    # By its id from now on, whatever it is called.
    shell.write("reading/Dirt.md", shell.read("reading/Dirt.md").replace("Soil: A Life", "Mud"))
    assert "3 unchanged" in shell("import", str(export)).out


def test_one_of_several_notes_is_asked_for(shell: Shell, export: Path) -> None:
    for name in ("One", "Two"):
        shell.write(f"{name}.md", "---\ntype: book\ntitle: Soil\n---\n")
    ran = shell("import", str(export), "--write")
    assert '"Soil" is left out, because several notes match:' in ran.err
    option = next(line for line in ran.err.split("\n") if "Two.md" in line).split()[-1]
    shell("import", str(export), "--write", "--match", option)
    assert "> Rain." in shell.read("Two.md")
    assert "> Rain." not in shell.read("One.md")


@pytest.mark.parametrize("title", ["Soil", "Soil: A Life (Earth #2)", "SOIL - A life"])
def test_titles_that_may_be_one_book(shell: Shell, export: Path, title: str) -> None:
    again(export, readable_title="Soil: A Life")
    shell.write("Mud.md", f"---\ntype: book\ntitle: '{title}'\nauthor: [Bo, Ann Example]\n---\n")
    shell("import", str(export), "--write")
    assert "> Rain." in shell.read("Mud.md")


@pytest.mark.parametrize("title", ["Soil: Another Life", "Soils", "A Life"])
def test_titles_of_other_books(shell: Shell, export: Path, title: str) -> None:
    again(export, readable_title="Soil: A Life")
    shell.write("Mud.md", f"---\ntype: book\ntitle: '{title}'\nauthor: Ann Example\n---\n")
    shell("import", str(export), "--write")
    assert "> Rain." in shell.read("books/Soil - A Life.md")


def test_another_book_of_the_same_title_gets_the_author_into_its_name(
    shell: Shell, export: Path
) -> None:
    shell.write("books/Soil.md", "---\ntype: book\nauthor: Bo Pattern\n---\n# Soil\n")
    shell("import", str(export), "--write")
    assert "books/Soil (Example).md" in shell.files()
    assert shell.read("books/Soil.md").endswith("# Soil\n")


def test_fields_follow_the_source_until_they_are_edited(shell: Shell, export: Path) -> None:
    again(export, summary="On worms.", asin="B001", book_tags=[{"name": "garden"}])
    shell("import", str(export), "--write")
    again(export, summary="On all worms.", asin="B002", book_tags=[{"name": "garden"}])
    shell("set", "asin=B999", "--", "Soil")
    shell("tag", "+mine", "-garden", "--", "Soil")
    shell("import", str(export), "--write")
    text = shell.read("books/Soil.md")
    assert "description: On all worms." in text
    assert "asin: B999" in text
    assert "tags: [mine]" in text


def test_the_same_book_from_two_programs_is_one_note_with_each_quote_once(
    shell: Shell, export: Path, tmp_path: Path
) -> None:
    shell("import", str(export), "--write")
    clippings = tmp_path / "My Clippings.txt"
    clippings.write_text(
        "".join(
            f"Soil (Ann Example)\n- Your Highlight on page {page} | Added on Monday,"
            f" 5 January 2026 10:00:00\n\n{text}\n==========\n"
            for page, text in ((1, "Worms do it."), (3, "Frost."))
        ),
        "utf-8",
    )
    shell("import", str(clippings), "--write")
    assert shell.files() == ["books/Soil.md"]
    text = shell.read("books/Soil.md")
    assert text.count("> Worms do it.") == 1
    assert text.count("> Frost.") == 1
    assert "kindle:Soil (Ann Example)" in text
    shell.write("books/Soil.md", text.replace("Worms do it.", "Worms do it all."))
    assert "Worms do it." not in shell("import", str(clippings), "--write").out
    assert shell.read("books/Soil.md").count("> Worms do it") == 1


def test_two_exports_of_one_book_at_once_give_each_quote_once(
    shell: Shell, export: Path, tmp_path: Path
) -> None:
    other = write_readwise_csv(tmp_path, [SOIL])
    shell("import", str(export), str(other), "--write")
    assert shell.read("books/Soil.md").count("> Rain.") == 1
    assert "Nothing new." in shell("import", str(other), str(export)).err


def test_what_was_deleted_stays_deleted_in_another_export_of_the_program(
    shell: Shell, tmp_path: Path
) -> None:
    shell("import", str(write_clippings(tmp_path, [SOIL])), "--write")
    text = shell.read("books/Soil.md")
    at = text.index("> Rain.")
    shell.write("books/Soil.md", text[:at])
    shell("import", str(write_notebook(tmp_path / "notebook", [SOIL])), "--write")
    assert "> Rain." not in shell.read("books/Soil.md")
    assert shell.read("books/Soil.md").count("> Worms do it.") == 1


def test_a_note_that_only_the_second_program_has_comes_too(
    shell: Shell, export: Path, tmp_path: Path
) -> None:
    shell("import", str(export), "--write")
    other = write_readwise_csv(
        tmp_path, [Book("Soil", "Ann Example", (Marked(2, "Rain.", "mine"),))]
    )
    for _ in range(2):
        shell("import", str(other), "--write")
        text = shell.read("books/Soil.md")
        assert text.count("> Rain.") == 1
        assert text.count("\n\nmine ^rw-") == 1
    assert text.index("> Rain.") < text.index("mine ^rw-")


def test_lines_keep_the_ends_that_the_note_has(shell: Shell, export: Path) -> None:
    shell.write(
        "books/Soil.md",
        "---\ntype: book\nauthor: Ann Example\n---\n# Soil\n\n## Quotes\n\nmine\n".replace(
            "\n", "\r\n"
        ),
    )
    shell("import", str(export), "--write")
    data = (shell.root / "books/Soil.md").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert b"mine\r\n\r\n> Worms do it. (p. 1)\r\n\r\n^rw-" in data


def test_text_of_a_passage_is_not_read_as_markup(shell: Shell, export: Path) -> None:
    odd = "%% [[Secret]] #tag <!-- x\n```\n# Heading ^id"
    again(export, Marked(1, odd, "```\n# a\n%%"), Marked(2, "After."))
    shell("import", str(export), "--write")
    found = json.loads(shell("show", "Soil", "--json").out)
    assert shell("ls", "#tag").out == ""
    assert "Secret" not in shell("doctor").out
    assert found["title"] == "Soil"
    assert shell("import", str(export)).out.startswith("Readwise: 3 unchanged")


def test_a_note_is_left_out_by_its_id(shell: Shell, export: Path) -> None:
    (row,) = json.loads(shell("import", str(export), "--json").out)["notes"]
    ran = shell("import", str(export), "--write", "--skip", row["id"])
    assert "everything is up to date" in ran.out
    assert shell.files() == []


def test_ids_are_no_words(shell: Shell, export: Path) -> None:
    shell("import", str(export), "--write")
    (name,) = re.findall(r"\^(rw-\w+)\n", shell.read("books/Soil.md"))[:1]
    assert json.loads(shell("search", "worms", "--json").out)["hits"]
    assert not json.loads(shell("search", f'"{name}"', "--json").out)["hits"]


def test_everything_as_json(shell: Shell, export: Path) -> None:
    value = json.loads(shell("import", str(export), "--write", "--json").out)
    assert value["formats"] == ["readwise"]
    assert value["written"] is True
    assert value["counts"]["passages"] == 3
    assert value["notes"][0]["path"] == "books/Soil.md"
    assert "books/Soil.md" in value["paths"]


def test_losses_are_named_with_their_place(shell: Shell) -> None:
    ran = shell("import", str(SAMPLES / "kindle-clippings/odd.txt"))
    assert "records that are cut off, at odd.txt:26" in ran.out
    assert "beyond the publisher's clipping limit" in ran.out


def test_every_format_is_in_the_help(shell: Shell) -> None:
    text = shell("import", "--help").out + shell("habit", "import", "--help").out
    assert [name for name in FORMATS if f"  {name} " not in text] == []


def test_a_broken_record_costs_that_record(shell: Shell, export: Path) -> None:
    value = json.loads(export.read_text("utf-8"))
    del value["results"][0]["highlights"][0]["id"]
    value["results"].append({"title": "No id"})
    export.write_text(json.dumps(value), "utf-8")
    ran = shell("import", str(export), "--write")
    assert "> Rain." in shell.read("books/Soil.md")
    assert "highlights that are damaged: no id, at export.json, Soil, 1" in ran.out
    assert "books that are damaged: no user_book_id, at export.json, 2" in ran.out


@pytest.mark.parametrize("words", [("import",), ("import", "nothing.csv")])
def test_wrong_words_are_refused(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell(*words).code in (1, 2)


# Reading lists

GOODREADS = SAMPLES / "goodreads/goodreads_library_export.csv"


def test_a_book_that_was_read_on_an_unknown_day_gets_no_day(shell: Shell) -> None:
    ran = shell("import", str(GOODREADS), "--write")
    assert "Goodreads: 5 new notes" in ran.out
    text = shell.read("books/Worms and Why.md")
    assert "status: finished\n" in text
    assert "\nfinished:\n" in text


def test_private_notes_of_a_list_are_not_published(shell: Shell, tmp_path: Path) -> None:
    shell("import", str(GOODREADS), "--write")
    note = "books/The Garden - A Year.md"
    shell("set", "publish=true", "--", note)
    site = tmp_path / "site"
    shell("export", note, "--to", "portable", "--site", str(site))
    written = "".join(path.read_text("utf-8") for path in site.rglob("*.md"))
    assert "Twice *good*." in written
    assert "lent by Bo" not in written


def test_a_table_is_imported_with_named_columns(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("No,Was,Wie\n1,Soil,dark\n", "utf-8")
    assert "--map COLUMN=title" in shell("import", str(path)).err
    words = ("import", str(path), "--map", "Was=title", "--map", "Wie=color", "--id", "No")
    assert "CSV: 1 new note" in shell(*words).out
    assert shell(*words, "--write").code == 0
    assert "color: dark\n" in shell.read("CSV/list/Soil.md")
    assert shell("import", str(path), "--map", "Was").code == 2


def test_a_book_of_any_year_comes_and_a_cell_that_is_no_day_costs_itself(
    shell: Shell, tmp_path: Path
) -> None:
    path = tmp_path / "goodreads.csv"
    path.write_text(
        "Book Id,Title,Author,My Rating,Exclusive Shelf,Original Publication Year,Date Read\n"
        "1,The Iliad,Homer,5,read,-750,2024/13/45\n"
        "2,Meditations,Marcus Aurelius,4,read,180,2024/05/01\n"
        "3,Metamorphoses,Ovid,4,read,8,\n",
        "utf-8",
    )
    ran = shell("import", str(path), "--write")
    assert (ran.code, ran.out.count("(new)")) == (0, 3)
    assert 'values of finished: finished is a date, not "2024-13-45" (The Iliad)' in ran.out
    assert "rating: 5\n" in shell.read("books/The Iliad.md")
    found = json.loads(shell("ls", "published:<1000", "--sort", "published", "--json").out)
    titles = [note["title"] for note in found["rows"]]
    assert titles == ["The Iliad", "Metamorphoses", "Meditations"]
    assert shell("lint").code == 0


@pytest.mark.parametrize("sign", [";", "\t"])
def test_the_sign_between_the_cells_of_a_table_is_found(
    shell: Shell, tmp_path: Path, sign: str
) -> None:
    path = tmp_path / "list.csv"
    rows = (("No", "Was", "Wie"), ("1", '"Rose, rot"', "x;y" if sign == "\t" else "z"))
    path.write_text("".join(f"{sign.join(row)}\n" for row in rows), "utf-8")
    shell("import", str(path), "--map", "Was=title", "--id", "No", "--write")
    assert "title: Rose, rot\n" in shell.read("CSV/list/Rose, rot.md")


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("notes.ulyz", "PK", "notes.ulyz is a Ulysses backup"),
        ("graph.json", '[{"children": [{"string": "a", "uid": "b"}]}]', "a Roam export"),
        ("paper.docx", "PK", "pandoc FILE -t gfm -o FILE.md"),
        ("note.md", "# Note\n", "note.md is Markdown"),
        ("half.json", '{"a": [1, 2', "half.json: the JSON is cut off."),
        ("recipe.txt", "eggs", "in no format that notekeep knows"),
    ],
)
def test_a_file_of_another_program_is_named_with_the_way_round(
    shell: Shell, tmp_path: Path, name: str, text: str, what: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    ran = shell("import", str(tmp_path / name))
    assert ran.code == 2
    assert what in ran.err


HABIT_SAMPLES = SAMPLES.parent.parent / "habits/imports/samples"


@pytest.mark.parametrize("name", ["loop.db", "habitbull.csv", "harsh/log"])
def test_files_of_habits_are_recognized_too(shell: Shell, name: str) -> None:
    path = str(HABIT_SAMPLES / name)
    shown = shell("import", path)
    assert (shown.out, shown.err) == (shell("habit", "import", path).out, shown.err)
    assert shell("import", path, "--write").code == 0
    assert "habits/Stretch" in "".join(shell.files())
    assert json.loads(shell("import", path, "--json").out)["habits"][0]["added"] == 0


def test_habits_are_imported_alone_and_one_can_be_skipped(shell: Shell, export: Path) -> None:
    path = str(HABIT_SAMPLES / "beaver.json")
    assert "has habits. Import them alone." in shell("import", str(export), path).err
    assert shell("import", path, "--skip", "stretch", "--write").code == 0
    assert shell.files() == []


def test_an_export_of_more_pages_than_memory_holds_is_refused(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notekeep.importing.formats.notes.notion.MAX_PAGES", 3)
    for number in range(4):
        (tmp_path / f"Page {number:032x}.md").write_text("# Page\n", "utf-8")
    ran = shell("import", str(tmp_path))
    assert ran.code == 4
    assert "more than 3 pages; split it" in ran.err
