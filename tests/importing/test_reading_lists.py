"""Every sample of a reading list is read as somebody reads it who looks at the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notekeep.vault import Vault
from tests.support.import_samples import SAMPLES, read

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.importing.records import Work

GOODREADS = SAMPLES / "goodreads/goodreads_library_export.csv"
STORYGRAPH = SAMPLES / "storygraph/storygraph_export.csv"
LIBRARYTHING = SAMPLES / "librarything/librarything.tsv"


def fields(work: Work) -> dict[str, Any]:
    """What is known of a book."""
    return {name: value for name, value in work.fields.items() if value}


def test_goodreads() -> None:
    found = read(GOODREADS)
    garden, sheds, worms, half, other = found.works.values()
    assert (garden.title, garden.ids) == ("The Garden: A Year", ("goodreads:1001",))
    assert garden.authors == ("Ann Example", "Bo Pattern", "Cy Model")
    assert garden.tags == ("garden", "favourites")
    assert fields(garden) == {
        "isbn": "9781111111111",
        "finished": "2025-10-25",
        "rating": 4,
        "status": "finished",
        "series": "Beds #1",
        "pages": 448,
        "publisher": "Shed Press",
        "published": "2018",
    }
    assert garden.sections == {
        "Review": "Good.\n\nTwice *good*.",
        "Private notes #private": "lent by Bo",
    }
    assert fields(sheds) == {"status": "to-read", "pages": 232, "published": "2020"}
    # Read, but nobody knows when.
    assert worms.title == "Worms and Why"
    assert fields(worms)["status"] == "finished"
    assert "finished" not in fields(worms)
    assert worms.sections == {"Review": 'mixed "feelings"'}
    assert (fields(half), half.tags) == ({"status": "reading"}, ())
    assert (fields(other), other.tags) == ({"status": "dropped", "rating": 1}, ())
    lost = "earlier reads, whose dates are not in the file"
    assert found.losses == [
        (lost, "goodreads_library_export.csv:2"),
        ("reviews marked as spoilers, which are not marked here", "goodreads_library_export.csv:4"),
    ]


def test_a_shelf_of_ones_own_is_a_tag_and_no_status(tmp_path: Path) -> None:
    text = GOODREADS.read_text("utf-8").replace("dnf,dnf (#1),dnf", "owned,owned (#1),owned")
    (tmp_path / "goodreads.csv").write_text(text, "utf-8")
    work = read(tmp_path).works["Not for me"]
    assert (work.tags, work.fields["status"]) == (("owned",), "")


def test_goodreads_with_the_columns_of_older_exports(tmp_path: Path) -> None:
    lines = GOODREADS.read_text("utf-8").splitlines()
    more = [",Original Purchase Date,Condition", *[",,"] * (len(lines) - 1)]
    text = "\n".join(f"{line}{end}" for line, end in zip(lines, more, strict=True))
    (tmp_path / "old.csv").write_text(text, "utf-8")
    assert len(read(tmp_path).works) == 5


def test_storygraph() -> None:
    found = read(STORYGRAPH)
    garden, sheds, half, nope = found.works.values()
    assert garden.authors == ("Ann Example", "Bo Pattern")
    assert garden.tags == ("garden", "favourites")
    assert garden.sections == {"Review": "Good."}
    assert fields(garden) == {
        "isbn": "9781111111111",
        "rating": 4.25,
        "status": "finished",
        "finished": "2025-10-25",
        "reads": ["2024-01-01/2024-02-03", "2025-10-25"],
    }
    assert fields(sheds) == {"asin": "B00EXAMPLE", "status": "to-read"}
    assert half.ids == ("storygraph:c0ffee00-0000-4000-8000-000000000001",)
    assert fields(half) == {"status": "reading"}
    # It was put away on the ninth, not finished.
    assert fields(nope) == {"rating": 1.5, "status": "dropped", "started": "2026-01-05"}
    assert {message for message, _ in found.losses} == {
        "content warnings",
        "contributors such as narrators",
        "moods and pace",
        "the date abandoned: 2026-01-09",
    }


def test_librarything_in_the_encoding_of_windows() -> None:
    found = read(LIBRARYTHING)
    (work,) = found.works.values()
    assert (work.title, work.authors) == ("Le Jardin", ("Anne Exemple",))
    assert fields(work) == {
        "isbn": "9782070000011",
        "started": "2007-04-16",
        "finished": "2007-05-08",
        "status": "finished",
        "rating": 4.5,
        "pages": 590,
        "publisher": "Éditions du Carré",
        "published": "1979",
    }
    assert work.tags == ("jardin", "terre")
    assert work.sections == {"Review": "chef d'œuvre", "Private notes #private": "prêté"}
    lost = "contributors other than authors, such as translators"
    assert found.losses == [(lost, "librarything.tsv:2")]


def test_a_broken_row_costs_that_row(tmp_path: Path) -> None:
    text = GOODREADS.read_text("utf-8").replace("1002,On Sheds", ",")
    (tmp_path / "list.csv").write_text(text, "utf-8")
    found = read(tmp_path)
    assert len(found.works) == 4
    assert ("books without a title or number", "list.csv:3") in found.losses


def test_a_review_that_cannot_be_read_costs_that_book(tmp_path: Path) -> None:
    text = GOODREADS.read_text("utf-8").replace("Good.<br/>", "<b>" * 9_000)
    (tmp_path / "list.csv").write_text(text, "utf-8")
    found = read(tmp_path)
    assert len(found.works) == 4
    lost = ("books that cannot be read: HTML that is nested too deeply", "list.csv:2")
    assert lost in found.losses


def test_a_table_with_the_line_ends_of_old_macs(tmp_path: Path) -> None:
    data = GOODREADS.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r")
    (tmp_path / "list.csv").write_bytes(data)
    assert len(read(tmp_path).works) == 5


@pytest.mark.parametrize("best", [5, 10])
def test_a_book_of_two_lists_is_one_note_with_a_rating_of_the_vault(
    best: int, tmp_path: Path
) -> None:
    (tmp_path / "vault/.notekeep").mkdir(parents=True)
    (tmp_path / "vault/.notekeep/config.toml").write_text(f"rating_max = {best}\n", "utf-8")
    vault = Vault.open(tmp_path / "vault")
    for path in (GOODREADS, STORYGRAPH):
        plan = vault.imports.plan([str(path)])
        vault.notes.apply(plan.plan)
    (path,) = (tmp_path / "vault/books").glob("The Garden*.md")
    text = path.read_text("utf-8")
    assert f"rating: {best * 0.8:g}\n" in text
    assert "goodreads:1001" in text
    assert "storygraph:9781111111111" in text
    assert text.count("## Review") == 1
