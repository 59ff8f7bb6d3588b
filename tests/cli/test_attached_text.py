"""The text of attached PDF files is found with the notes that link them."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.catalog import pdf_text
from tests.support.pdf import pdf_file
from tests.support.sites import make_hugo_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.commands import CommandResult

PLAN, TRIP, NO_FILE = "Plan.md", "trips/Trip.md", "Other.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A vault whose notes link two PDF files, by name and by address."""
    vault = tmp_path / "papers"
    (vault / "files").mkdir(parents=True)
    (vault / "trips").mkdir()
    (vault / ".notekeep").mkdir()
    (vault / PLAN).write_text("# Plan\n\n![[Yearly report.pdf]]\n", "utf-8")
    (vault / TRIP).write_text("# Trip\n\nSee [the ticket](../files/ticket%201.pdf#page=2).\n")
    (vault / NO_FILE).write_text("# Other\n\nA note about turbines.\n", "utf-8")
    report = pdf_file("The yield of wind turbines", "grew by a fifth in the northern basin.")
    (vault / "files/Yearly report.pdf").write_bytes(report)
    (vault / "files/ticket 1.pdf").write_bytes(pdf_file("Seat 42 in the sleeper to Narvik"))
    return vault


@pytest.fixture
def run(root: Path, notekeep: Callable[..., CommandResult]) -> Callable[..., CommandResult]:
    return lambda *words: notekeep(*words, at=root)


def hits(run: Callable[..., CommandResult], *words: str) -> dict[str, Any]:
    found = json.loads(run("search", *words, "--json").out)["hits"]
    return {hit["path"]: hit for hit in found}


def test_the_text_of_a_file_is_found_and_shown(run: Callable[..., CommandResult]) -> None:
    assert run("index").code == 0
    found = hits(run, "northern", "basin")
    assert list(found) == [PLAN]
    assert found[PLAN]["attachment"] == "files/Yearly report.pdf"
    assert "grew by a fifth in the northern basin." in found[PLAN]["snippet"]
    assert list(hits(run, "narvik")) == [TRIP]
    assert "Plan  Plan.md  files/Yearly report.pdf" in run("search", "northern", "basin").out
    # Words of the note itself count more, and its own text is shown.
    assert list(hits(run, "turbines")) == [NO_FILE, PLAN]
    assert "attachment" not in hits(run, "plan")[PLAN]


def test_a_note_found_by_its_file_name_is_not_shown_by_an_attached_file(
    run: Callable[..., CommandResult], root: Path
) -> None:
    (root / "Basin.md").write_text("# Water\n\n![[Yearly report.pdf]]\n", "utf-8")
    run("index")
    assert "attachment" not in hits(run, "title:basin")["Basin.md"]


def test_a_file_is_found_by_its_name(run: Callable[..., CommandResult]) -> None:
    run("index")
    assert list(hits(run, '"yearly report.pdf"')) == [PLAN]
    assert list(hits(run, '"ticket 1.pdf"')) == [TRIP]
    assert "attachment" not in hits(run, '"ticket 1.pdf"')[TRIP]


@pytest.mark.parametrize("query", ["northern basin", '"northern basin"', "north*", "nothern~"])
def test_lists_and_changes_ask_only_for_words_of_the_note(
    run: Callable[..., CommandResult], root: Path, query: str
) -> None:
    run("index")
    assert PLAN in hits(run, query)
    assert PLAN not in run("ls", query).out
    assert run("tag", query, "found").code != 0
    assert run("set", query, "rating=1").code != 0
    assert (root / PLAN).read_text("utf-8") == "# Plan\n\n![[Yearly report.pdf]]\n"
    # The name of a file is a word of the note.
    assert PLAN in run("ls", "yearly").out
    assert TRIP in run("ls", '"ticket 1.pdf"').out


def test_no_text_of_a_file_is_published(
    run: Callable[..., CommandResult], root: Path, tmp_path: Path
) -> None:
    site = make_hugo_site(tmp_path / "blog")
    (root / ".notekeep/config.toml").write_text('publish = ["northern"]\n', "utf-8")
    run("index")
    assert run("export", "Plan", "--site", str(site), "--dry-run").code == 0
    refused = run("export", "northern OR type:note", "--site", str(site))
    assert refused.code == 4
    assert "not marked publish: true" in refused.err
    (root / PLAN).write_text("---\npublish: true\n---\n[Report](Yearly%20report.pdf)\n", "utf-8")
    run("index")
    assert PLAN in hits(run, "northern")
    assert run("export", "type:note", "--site", str(site)).code == 0
    pages = [page.read_text("utf-8") for page in (site / "content").rglob("*.md")]
    assert any("Report" in page for page in pages)
    assert not any("basin" in page or "turbines" in page for page in pages)


def test_a_file_that_no_note_links_is_named_if_few_notes_are_found(
    run: Callable[..., CommandResult], root: Path
) -> None:
    (root / "files/Scan 042.png").write_bytes(b"")
    run("index")
    said = "Files have such a name: files/Scan 042.png."
    found = run("search", "scan", "042")
    assert (found.code, said in found.err) == (1, True)
    assert said not in run("search", "scan", "042", "turbines").err
    # Also above notes with some of the words, but not for another command.
    (root / NO_FILE).write_text("# Other\n\nA png.\n", "utf-8")
    found = run("search", "scan", "png")
    assert (NO_FILE in found.out, said in found.err) == (True, True)
    assert said not in run("search", "--null", "scan", "png").err


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(
    run: Callable[..., CommandResult], root: Path
) -> None:
    run("index")
    place = root / "files/ticket 1.pdf"
    info = place.stat()
    place.write_bytes(place.read_bytes().replace(b"Narvik", b"Bergen"))
    os.utime(place, ns=(info.st_atime_ns, info.st_mtime_ns))
    run("index")
    assert (list(hits(run, "narvik")), list(hits(run, "bergen"))) == ([TRIP], [])
    os.utime(place, ns=(info.st_atime_ns, info.st_mtime_ns + 1))
    run("index")
    assert (list(hits(run, "narvik")), list(hits(run, "bergen"))) == ([], [TRIP])


def test_a_file_that_no_note_links_any_more_is_forgotten(
    run: Callable[..., CommandResult], root: Path
) -> None:
    run("index")
    (root / PLAN).write_text("# Plan\n\nNothing here.\n", "utf-8")
    (root / NO_FILE).write_text("# Other\n\n[ticket](files/ticket%201.pdf)\n", "utf-8")
    run("index")
    assert hits(run, "northern") == {}
    assert {*hits(run, "narvik")} == {TRIP, NO_FILE}
    (root / "files/ticket 1.pdf").unlink()
    run("index")
    assert hits(run, "narvik") == {}


def texts_in_catalog(run: Callable[..., CommandResult]) -> list[str]:
    """The attached files whose text is stored, without another run of the indexing process."""
    found = json.loads(run("sql", "SELECT path FROM attached ORDER BY path", "--json").out)
    return [row["path"] for row in found]


def test_text_leaves_with_the_last_link_at_the_next_command(
    run: Callable[..., CommandResult], root: Path
) -> None:
    run("index")
    (root / NO_FILE).write_text("# Other\n\n[ticket](files/ticket%201.pdf)\n", "utf-8")
    run("index")
    (root / PLAN).write_text("# Plan\n\nNothing here.\n", "utf-8")
    (root / TRIP).unlink()
    run("ls")
    assert texts_in_catalog(run) == ["files/ticket 1.pdf"]
    assert hits(run, "northern") == {}
    assert list(hits(run, "narvik")) == [NO_FILE]
    (root / NO_FILE).unlink()
    run("ls")
    assert texts_in_catalog(run) == []


def caches_with(word: bytes) -> list[Path]:
    """The files beside the vault that contain a word; SQLite may remove one while they are read."""
    found = []
    for file in Path(os.environ["NOTEKEEP_HOME"]).rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):
            if word in file.read_bytes().lower():
                found.append(file)
    return found


def is_in_catalog_and_index(word: bytes) -> bool:
    return {"catalog.db"} < {file.name.removesuffix("-wal") for file in caches_with(word)}


@pytest.mark.parametrize("is_deleted", [False, True])
def test_forget_removes_the_text_of_the_files_of_a_note(
    run: Callable[..., CommandResult], root: Path, *, is_deleted: bool
) -> None:
    run("index")
    assert is_in_catalog_and_index(b"narvik")
    if is_deleted:
        run("rm", "Trip")
        run("trash", "empty", "--yes")
    assert run("forget", "Trip", "--yes").code == 0
    assert caches_with(b"narvik") == []
    if is_deleted:
        run("index")
        assert caches_with(b"narvik") == []
        assert is_in_catalog_and_index(b"northern")


def test_a_file_that_cannot_be_read_costs_only_itself(
    run: Callable[..., CommandResult], root: Path
) -> None:
    (root / "files/ticket 1.pdf").write_bytes(pdf_file("Seat 42", password="secret"))
    (root / "files/damaged.pdf").write_bytes(b"%PDF-1.7\nnothing else")
    (root / "Damaged.md").write_text("![[damaged.pdf]]\n", "utf-8")
    assert run("index").code == 0
    assert list(hits(run, "northern")) == [PLAN]
    told = run("doctor").out
    assert "files/damaged.pdf" in told
    assert "files/ticket 1.pdf" in told
    assert "It is encrypted." in told
    assert "files/Yearly report.pdf" not in told


def test_a_file_that_keeps_its_reader_busy_is_given_up(
    run: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_text, "MAX_SECONDS", 0.0)
    assert run("index").code == 0
    assert "not read within" in run("doctor").out
    assert hits(run, "turbines").keys() == {NO_FILE}


def test_only_the_first_part_of_a_long_text_is_read(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pdf_text, "MAX_TEXT", 30)
    with (
        (root / "files/Yearly report.pdf").open("rb") as file,
        (tmp_path / "text").open("wb") as to,
    ):
        assert pdf_text.main(file, to) == ""
    assert (tmp_path / "text").read_text() == "The yield of wind turbines\ngre"


def test_a_setting_turns_it_off(run: Callable[..., CommandResult], root: Path) -> None:
    run("index")
    (root / ".notekeep/config.toml").write_text("search_pdf = false\n", "utf-8")
    run("index")
    assert hits(run, "northern") == {}
    (root / ".notekeep/config.toml").write_text("search_pdf = true\n", "utf-8")
    run("index")
    assert list(hits(run, "northern")) == [PLAN]


def test_files_outside_of_the_vault_and_hidden_ones_are_not_read(
    run: Callable[..., CommandResult], root: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.pdf").write_bytes(pdf_file("The combination of the safe"))
    (root / "files/way.pdf").symlink_to(tmp_path / "secret.pdf")
    (root / ".hidden.pdf").write_bytes(pdf_file("The combination of the safe"))
    links = "![[way.pdf]] ![[.hidden.pdf]] [a](../secret.pdf) [b](files/way.pdf)\n"
    (root / NO_FILE).write_text(links, "utf-8")
    run("index")
    assert hits(run, "combination") == {}
