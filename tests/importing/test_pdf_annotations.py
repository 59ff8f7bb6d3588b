"""Annotations in PDF files become passages, each with the text that it covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.catalog import pdf_text
from tests.support.import_samples import read
from tests.support.import_sources import Book, Marked, write_pdf, write_readwise_json
from tests.support.pdf import Mark, pdf_file, write_annotated_pdf

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.importing.records import Passage


def shown(passage: Passage) -> tuple[str, str, str]:
    return passage.locator, passage.text, passage.note


def test_highlights_strike_outs_and_notes(tmp_path: Path) -> None:
    marks = [
        Mark(
            "A worm eats its weight.",
            "in a day?",
            page=2,
            name="a",
            more=(("M", "D:20260102030405Z"),),
        ),
        Mark("Dig twice a year.", kind="StrikeOut", page=1, name="b"),
        Mark("Rest the soil.", kind="Underline", page=1, color=(0.5,)),
        Mark(note="compare the shed", kind="Text", page=3),
        Mark(note="in the margin", kind="FreeText", page=3),
    ]
    path = tmp_path / "worms.pdf"
    write_annotated_pdf(path, marks, title="How Worms Work", author="Example, Ann", pages=3)
    found = read(path)
    assert found.formats == ["pdf"]
    (work,) = found.works.values()
    assert (work.title, work.kind, work.authors) == ("How Worms Work", "note", ("Ann Example",))
    assert [shown(one) for one in sorted(work.passages, key=lambda one: one.order)] == [
        ("(p. 1)", "~~Dig twice a year.~~", ""),
        ("(p. 1)", "Rest the soil.", ""),
        ("(p. 2)", "A worm eats its weight.", "in a day?"),
        ("(p. 3)", "", "compare the shed"),
        ("(p. 3)", "", "in the margin"),
    ]
    (worm,) = [one for one in work.passages if "worm" in one.text]
    assert (worm.at, worm.color) == ("2026-01-02T03:04", "#ff0000")
    assert [loss for loss, _ in found.losses] == ["underlines, which look like highlights here"]


def test_the_note_of_a_highlight_is_not_a_copy_of_its_text(tmp_path: Path) -> None:
    path = write_annotated_pdf(tmp_path / "a.pdf", [Mark("Worms dig.", "Worms  dig")])
    (passage,) = read(path).works["a"].passages
    assert shown(passage) == ("(p. 1)", "Worms dig.", "")


def test_a_reply_is_added_to_the_note_that_it_replies_to(tmp_path: Path) -> None:
    marks = [
        Mark("Worms dig.", "really?", name="a"),
        Mark(note="Yes.", kind="Text", name="b", parent="a", more=(("T", "Bo"),)),
        Mark(kind="Text", name="c", parent="a", more=(("State", "Accepted"),)),
    ]
    found = read(write_annotated_pdf(tmp_path / "a.pdf", marks))
    (passage,) = found.works["a"].passages
    assert passage.note == "really?\nBo: Yes."
    assert found.losses == [("states of comments", "a.pdf")]


def test_two_annotations_with_one_name_stay_two(tmp_path: Path) -> None:
    marks = [Mark("One.", name="a"), Mark("Two.", name="a")]
    passages = read(write_annotated_pdf(tmp_path / "a.pdf", marks)).works["a"].passages
    assert len({one.key for one in passages}) == 2


@pytest.mark.parametrize("title", ["", "Untitled", "Microsoft Word - Draft.doc", "paper.dvi", "--"])
def test_a_file_without_a_good_title_is_named_by_its_file(title: str, tmp_path: Path) -> None:
    path = write_annotated_pdf(tmp_path / "Worms.pdf", [Mark("One.")], title=title)
    assert list(read(path).works) == ["Worms"]


def test_a_shape_a_scan_and_a_file_without_annotations_are_counted(tmp_path: Path) -> None:
    write_annotated_pdf(tmp_path / "a.pdf", [Mark(kind="Ink"), Mark(note="see p. 2")])
    (tmp_path / "b.pdf").write_bytes(pdf_file("words"))
    found = read(tmp_path)
    assert [shown(one) for one in found.works["a"].passages] == [("(p. 1)", "", "see p. 2")]
    assert found.losses == [
        ("drawings, shapes, stamps and empty notes", "a.pdf"),
        ("highlights whose text is not readable, as in scans", "a.pdf"),
        ("PDF files without annotations", "b.pdf"),
    ]


def test_a_file_that_is_encrypted_damaged_or_cut_off_costs_itself(tmp_path: Path) -> None:
    whole = write_annotated_pdf(tmp_path / "a.pdf", [Mark("One.")]).read_bytes()
    (tmp_path / "b.pdf").write_bytes(pdf_file("words", password="secret"))
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.7\nnothing else")
    (tmp_path / "d.pdf").write_bytes(whole[: len(whole) // 2])
    found = read(tmp_path)
    assert list(found.works) == ["a"]
    assert [place for _, place in found.losses] == ["b.pdf", "c.pdf", "d.pdf"]
    assert found.losses[0][0] == "annotations that cannot be read: It is encrypted"


def test_a_file_that_keeps_its_reader_busy_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_text, "MAX_SECONDS", 0.0)
    found = read(write_annotated_pdf(tmp_path / "a.pdf", [Mark("One.")]))
    ((loss, _),) = found.losses
    assert "not read within" in loss


def test_pdf_files_in_an_export_of_another_program_are_its_attachments(tmp_path: Path) -> None:
    soil = Book("Soil", "Ann", (Marked(1, "Worms do it."),))
    write_readwise_json(tmp_path, [soil])
    write_pdf(tmp_path, [soil])
    assert read(tmp_path).formats == ["readwise"]
    assert read(tmp_path, "pdf").formats == ["pdf"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("issue9", [("(p. 1)", "World", "")]),
        ("FreeText-annotation", [("(p. 1)", "", 'Annotation with subtype "FreeText".')]),
    ],
)
def test_files_of_other_programs(name: str, expected: list[tuple[str, str, str]]) -> None:
    found = read(f"pdf/{name}.pdf")
    assert [shown(one) for one in found.works[name].passages] == expected
    assert found.losses == []
