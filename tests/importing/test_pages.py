"""Whole notes of another program: where they go, their links and files, and a second import."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

from notekeep.importing.formats import FORMATS
from notekeep.importing.import_state import ImportOptions
from notekeep.importing.records import (
    Bookmark,
    Format,
    Loss,
    Page,
    file_link,
    page_link,
)
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from notekeep.importing.import_plan import ImportPlan
    from notekeep.importing.records import Record

    Import = Callable[..., ImportPlan]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    folder = tmp_path / "vault"
    (folder / ".notekeep").mkdir(parents=True)
    return folder


@pytest.fixture
def take(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ImportPlan]:
    """Import records of a program called Jotter, with the files that its export holds."""
    vault = Vault.open(root)

    def run(
        *records: Record | Loss,
        files: dict[str, bytes] | None = None,
        skip: Sequence[str] = (),
    ) -> ImportPlan:
        export = tmp_path / "export"
        export.mkdir(exist_ok=True)
        (export / "jotter.json").write_text("{}")
        for name, data in (files or {}).items():
            (export / name).write_bytes(data)

        def read(_: object) -> Iterable[Record | Loss]:
            return deepcopy(records)  # an export is read anew each time

        def detect(name: str, _: bytes) -> bool:
            return name == "jotter.json"

        monkeypatch.setitem(FORMATS, "jotter", Format("jotter", "Jotter", "jo", detect, read))
        plan = vault.imports.plan([str(export)], options=ImportOptions(skip=skip))
        vault.notes.apply(plan.plan)
        plan.close()
        return plan

    return run


def garden(body: str = "") -> Page:
    text = body or f"See {page_link('jo:2', 'the shed')} and {file_link('bed')}."
    page = Page("jo:1", "Garden", text, folder="Home", tags=("soil",))
    page.link_file("bed", "Bed.PNG", "bed.png")
    return page


def shed() -> Page:
    return Page("jo:2", "Shed", f"Back to {page_link('Garden')}.", created="2024-03-01T10:00")


def test_pages_get_their_folders_links_and_files(root: Path, take: Import) -> None:
    plan = take(garden(), shed(), files={"bed.png": b"a picture"})
    assert plan.counts()["notes"] == 2
    text = (root / "Jotter/Home/Garden.md").read_text("utf-8")
    assert "See [[Shed|the shed]] and ![[Bed.png]]." in text
    assert "tags: [soil]" in text
    assert (root / "attachments/Bed.png").read_bytes() == b"a picture"
    assert "created: 2024-03-01" in (root / "Jotter/Shed.md").read_text("utf-8")


def test_a_link_that_leads_nowhere_stays_as_text_and_is_counted(root: Path, take: Import) -> None:
    plan = take(shed())
    assert "Back to Garden." in (root / "Jotter/Shed.md").read_text("utf-8")
    assert [(loss.message, loss.times) for loss in plan.losses] == [("broken links", 1)]


def test_a_second_import_writes_nothing(take: Import) -> None:
    take(garden(), shed(), files={"bed.png": b"a picture"})
    plan = take(garden(), shed())
    assert (plan.plan.changes, plan.plan.copies) == ([], [])


def test_a_page_follows_its_source_until_it_is_edited(root: Path, take: Import) -> None:
    take(garden("one"), shed())
    take(garden("two"), shed())
    path = root / "Jotter/Home/Garden.md"
    assert path.read_text("utf-8").endswith("# Garden\n\ntwo\n")
    path.write_text(path.read_text("utf-8") + "\nmine\n", "utf-8")
    plan = take(garden("three"), shed())
    assert path.read_text("utf-8").endswith("# Garden\n\ntwo\n\nmine\n")
    assert [change.theirs for change in plan.changes] == ["three"]


def test_a_page_that_links_to_a_renamed_note_did_not_change_in_the_source(
    root: Path, take: Import
) -> None:
    take(garden("See " + page_link("jo:2")), shed())
    path = root / "Jotter/Home/Garden.md"
    path.write_text(path.read_text("utf-8") + "\nmine\n", "utf-8")
    (root / "Jotter/Shed.md").rename(root / "Jotter/Hut.md")
    plan = take(garden("See " + page_link("jo:2")), shed())
    assert plan.changes == []
    assert plan.counts()["edited"] == 1
    plan = take(garden("Look at " + page_link("jo:2")), shed())
    assert [change.theirs for change in plan.changes] == ["Look at [[Hut]]"]
    assert path.read_text("utf-8").endswith("See [[Shed]]\n\nmine\n")


def test_a_link_to_a_renamed_note_leads_there_again(root: Path, take: Import) -> None:
    take(garden("See " + page_link("jo:2")), shed())
    (root / "Jotter/Shed.md").rename(root / "Jotter/Hut.md")
    take(garden("See " + page_link("jo:2")), shed())
    assert (root / "Jotter/Home/Garden.md").read_text("utf-8").endswith("See [[Hut]]\n")


def test_a_page_that_was_moved_is_followed_and_a_deleted_one_stays_deleted(
    root: Path, take: Import
) -> None:
    take(garden("one"), shed())
    (root / "Jotter/Home/Garden.md").rename(root / "Plot.md")
    (root / "Jotter/Shed.md").unlink()
    plan = take(garden("two"), shed())
    assert (root / "Plot.md").read_text("utf-8").endswith("two\n")
    assert not (root / "Jotter/Shed.md").exists()
    assert plan.counts()["deleted"] == 1


def test_another_file_of_the_same_name_is_not_overwritten(root: Path, take: Import) -> None:
    (root / "attachments").mkdir()
    (root / "attachments/Bed.png").write_bytes(b"mine")
    take(garden(), shed(), files={"bed.png": b"a picture"})
    assert (root / "attachments/Bed.png").read_bytes() == b"mine"
    (other,) = [path for path in (root / "attachments").iterdir() if path.name != "Bed.png"]
    assert other.read_bytes() == b"a picture"
    assert f"![[{other.name}]]" in (root / "Jotter/Home/Garden.md").read_text("utf-8")


@pytest.mark.parametrize("order", [1, -1])
def test_files_of_one_name_are_called_alike_in_any_order(
    root: Path, take: Import, order: int
) -> None:
    pages = []
    for name in ("Garden", "Shed"):
        page = Page(f"jo:{name}", name, "")
        page.body = page.link_file("image", "image.png", f"{name}.png")
        pages.append(page)
    take(*pages[::order], files={"Garden.png": b"beds", "Shed.png": b"tools"})
    names = {path.read_bytes(): path.name for path in (root / "attachments").iterdir()}
    assert names == {b"beds": "image-c04c9e19.png", b"tools": "image-94e2cf30.png"}
    assert f"![[{names[b'tools']}]]" in (root / "Jotter/Shed.md").read_text("utf-8")


def test_a_second_file_of_a_name_leaves_the_first_as_it_is(root: Path, take: Import) -> None:
    pages = []
    for name in ("Garden", "Shed"):
        page = Page(f"jo:{name}", name, "")
        page.body = page.link_file("image", "image.png", f"{name}.png")
        pages.append(page)
    take(pages[0], files={"Garden.png": b"beds", "Shed.png": b"tools"})
    text = (root / "Jotter/Garden.md").read_bytes()
    take(*pages)
    take(*pages)
    names = {path.read_bytes(): path.name for path in (root / "attachments").iterdir()}
    assert names == {b"beds": "image.png", b"tools": "image-94e2cf30.png"}
    assert (root / "Jotter/Garden.md").read_bytes() == text
    (root / "Jotter/Garden.md").unlink()
    (root / "attachments/image.png").unlink()
    plan = take(*pages)
    assert (plan.counts()["deleted"], plan.plan.changes, plan.plan.copies) == (1, [], [])


def test_an_attachment_is_no_note_and_a_script_no_address(root: Path, take: Import) -> None:
    page = Page("jo:1", "Garden", "")
    page.fields["url"] = "javascript:alert(1)"
    page.body = page.link_file("evil", "evil.md", "evil.md")
    plan = take(page, files={"evil.md": b"# Evil"})
    assert [path.name for path in (root / "attachments").iterdir()] == ["evil.md.txt"]
    assert "javascript" not in (root / "Jotter/Garden.md").read_text("utf-8")
    assert [loss.message for loss in plan.losses] == ["script addresses"]


def test_the_same_file_is_not_written_twice(root: Path, take: Import) -> None:
    (root / "attachments").mkdir()
    (root / "attachments/Bed.png").write_bytes(b"a picture")
    plan = take(garden(), shed(), files={"bed.png": b"a picture"})
    assert plan.plan.copies == []


def test_a_file_larger_than_memory_allows_is_streamed_and_undone(root: Path, take: Import) -> None:
    data = b"0123456789abcdef" * (1 << 20)
    take(garden(), shed(), files={"bed.png": data})
    assert (root / "attachments/Bed.png").read_bytes() == data
    Vault.open(root).history.undo()
    assert not (root / "attachments/Bed.png").exists()
    assert not (root / "Jotter").exists()


def test_a_journal_page_joins_the_note_of_its_day(root: Path, take: Import) -> None:
    (root / "daily").mkdir()
    (root / "daily/2026-11-24.md").write_text("# 2026-11-24\n\nMy day.\n", "utf-8")
    pages = [
        Page(f"jo:{day}", day, f"Rain on {day}.", kind="daily")
        for day in ("2026-11-23", "2026-11-24")
    ]
    take(*pages)
    assert (root / "daily/2026-11-24.md").read_text("utf-8") == (
        "# 2026-11-24\n\nMy day.\n\n## Jotter\n\nRain on 2026-11-24.\n"
    )
    assert "Rain on 2026-11-23." in (root / "daily/2026-11-23.md").read_text("utf-8")
    assert take(*pages).plan.changes == []


def test_addresses_are_lines_of_one_note(root: Path, take: Import) -> None:
    links = [
        Bookmark(
            "https://example.com/worms?utm_source=x", "How [worms] work", "2026-01-02", ("soil",)
        ),
        Bookmark("https://example.com/a b", ""),
    ]
    take(*links)
    path = root / "inbox/Links from Jotter.md"
    assert path.read_text("utf-8").endswith(
        "- [How \\[worms\\] work](https://example.com/worms?utm_source=x) — 2026-01-02 #soil\n"
        "- [https://example.com/a b](https://example.com/a%20b)\n"
    )
    assert take(*links).plan.changes == []
    text = path.read_text("utf-8")
    path.write_text(text[: text.rindex("- [https")], "utf-8")
    plan = take(*links, Bookmark("https://example.com/worms", "Again"), Bookmark("https://c.org"))
    assert path.read_text("utf-8").endswith(" #soil\n- [https://c.org](https://c.org)\n")
    assert plan.counts()["deleted"] == 1


def test_a_journal_page_in_the_note_of_its_day_is_not_called_deleted(
    root: Path, take: Import
) -> None:
    (root / "daily").mkdir()
    (root / "daily/2026-11-24.md").write_text("# 2026-11-24\n\nMy day.\n", "utf-8")
    page = Page("jo:1", "2026-11-24", "Rain.", kind="daily")
    assert take(page).counts()["updated"] == 1
    again = take(page)
    assert (again.counts()["unchanged"], again.counts()["deleted"]) == (1, 0)


def test_fields_of_a_page_follow_the_source_until_they_are_edited(root: Path, take: Import) -> None:
    def page(status: str, place: str) -> Page:
        return Page("jo:1", "Garden", "Beds.", fields={"state": status, "place": place})

    take(page("open", "north"))
    path = root / "Jotter/Garden.md"
    path.write_text(path.read_text("utf-8").replace("place: north", "place: mine"), "utf-8")
    plan = take(page("closed", "south"))
    text = path.read_text("utf-8")
    assert "state: closed\n" in text
    assert "place: mine\n" in text
    assert plan.counts()["fields"] == 1
    assert take(page("closed", "south")).plan.changes == []


def test_a_page_that_is_left_out_is_not_written(root: Path, take: Import) -> None:
    plan = take(garden(), shed(), skip=["jo:2"])
    assert not (root / "Jotter/Shed.md").exists()
    assert "See the shed and" in (root / "Jotter/Home/Garden.md").read_text("utf-8")
    assert [row.id for row in plan.rows if row.is_skipped] == ["jo:2"]
    take(garden(), shed())
    assert (root / "Jotter/Shed.md").exists()


def test_a_file_that_cannot_be_read_is_named_once(root: Path, take: Import) -> None:
    page = Page("jo:1", "Garden", "")
    page.body = page.link_file("bed", "Bed.png", "missing.png", "the bed")
    plan = take(page)
    assert [loss.times for loss in plan.losses] == [1]
    assert "the bed" in (root / "Jotter/Garden.md").read_text("utf-8")
