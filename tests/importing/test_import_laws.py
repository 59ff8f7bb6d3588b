"""What holds for an import of every format: nothing a person did is lost, and nothing comes twice.

The books are drawn at random and written as the files of each program.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from notekeep.config import Places
from notekeep.importing.formats import FORMATS
from notekeep.importing.import_state import ImportOptions
from notekeep.importing.records import ImportedHabit, Loss, Work
from notekeep.markdown.note_merge import merge_versions
from notekeep.vault import Vault
from tests.support.import_samples import read
from tests.support.import_sources import LINKS, LISTS, WRITERS, Book, Marked, picture
from tests.support.sizes import cases, sized

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from notekeep.importing.import_plan import ImportPlan

WORDS = st.text("abc de#^>*`%[]$<-.12é", min_size=1, max_size=30).map(
    lambda text: " ".join(f"w{text}".split())
)


@st.composite
def books(draw: st.DrawFn) -> list[Book]:
    """One to three books whose passages differ, in order."""
    found = []
    titles = st.sampled_from(["Soil", "Beds", "On Sheds"])
    for title in draw(st.lists(titles, min_size=1, max_size=3, unique=True)):
        numbers = sorted(draw(st.sets(st.integers(1, 9), min_size=1, max_size=5)))
        passages = tuple(
            Marked(number, f"{draw(WORDS)} {'abcdefghij'[number] * 3}", draw(st.just("") | WORDS))
            for number in numbers
        )
        found.append(Book(title, f"Ann {title.split()[-1]}er", passages))
    return found


ALL = {**WRITERS, **LISTS, **LINKS}
LOOSE_PICTURES = ["joplin", "keep", "logseq", "notion", "notion-html", "textbundle"]
WITH_PICTURES = [*LOOSE_PICTURES, "bear", "evernote", "joplin-jex"]
READING_LISTS = ["goodreads", "librarything", "storygraph"]
NAMED = {"csv": "csv"}
IDS = {"csv": "No"}
LAW = cases("form", sorted(ALL), fast=1)
LAW_OF_PASSAGES = cases("form", sorted(WRITERS), fast=1)
LAW_OF_ITEMS = cases("form", sorted({**LISTS, **LINKS}), fast=1)
FEW = settings(max_examples=sized(8, 30))


def titles(found: Sequence[Book]) -> set[str]:
    return {book.title for book in found}


class Device:
    """A vault on a machine, into which files are imported."""

    def __init__(self, base: Path, name: str) -> None:
        self.base = base
        self.root = base / name
        (self.root / ".notekeep").mkdir(parents=True, exist_ok=True)
        places = Places(*(str(base / f"{name}-home" / part) for part in Places._fields))
        self.vault = Vault.open(self.root, places=places)
        self._plans: list[ImportPlan] = []

    def plan(self, form: str, found: Sequence[Book], *, has_pictures: bool = True) -> ImportPlan:
        source = self.base / f"{self.root.name}-{len(self._plans)}"
        source.mkdir()
        path = ALL[form](source, found)
        if not has_pictures:
            for one in (*source.rglob("*.png"), *source.rglob("*.jpg")):
                one.unlink()
        plan = self.vault.imports.plan(
            [str(path)], NAMED.get(form, ""), options=ImportOptions(id_column=IDS.get(form, ""))
        )
        self._plans.append(plan)
        return plan

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write files as another device made them."""
        for path, data in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(data)
        self.vault.indexing.refresh(words=False)

    def take(self, form: str, found: Sequence[Book]) -> ImportPlan:
        """Import books."""
        plan = self.plan(form, found)
        self.vault.notes.apply(plan.plan)
        return plan

    def tree(self, *, with_ledger: bool = False) -> dict[str, bytes]:
        """The notes, and the ledger where it is asked for."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
            and ".git" not in path.parts
            and (with_ledger or ".notekeep" not in path.parts)
        }

    def close(self) -> None:
        for plan in self._plans:
            plan.close()
        self.vault.catalog.close()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")


@pytest.fixture(autouse=True)
def _patience(now: None) -> None:
    """Days that a note says are those of the test."""


def devices(count: int) -> Iterator[list[Device]]:
    with TemporaryDirectory() as base:
        made = [Device(Path(base), f"vault{number}") for number in range(count)]
        try:
            yield made
        finally:
            for one in made:
                one.close()


@LAW
@FEW
@given(found=books())
def test_a_second_import_changes_nothing(form: str, found: list[Book]) -> None:
    for (device,) in devices(1):
        first = device.take(form, found)
        assert first.plan.changes
        second = device.plan(form, found)
        assert second.plan.changes == []
        assert second.counts()["notes"] == second.counts()["passages"] == 0


@LAW_OF_PASSAGES
@FEW
@given(found=books())
def test_every_passage_and_note_is_in_the_vault_once(form: str, found: list[Book]) -> None:
    for (device,) in devices(1):
        plan = device.take(form, found)
        passages = [one for book in found for one in book.passages]
        count = len(passages) + sum(bool(one.note) for one in passages)
        if form == "snipd":  # what Snipd calls a snip is a note of each
            count = 2 * len(passages)
        elif form == "instapaper-highlights":  # which has no notes
            count = len(passages)
        assert plan.counts()["passages"] == count
        text = b"\n".join(device.tree().values()).decode()
        assert text.count("> ") >= sum(len(book.passages) for book in found)


@LAW_OF_PASSAGES
@FEW
@given(found=books(), cut=st.integers(0, 14))
def test_two_halves_in_either_order_are_the_whole(form: str, found: list[Book], cut: int) -> None:
    if form == "raindrop-highlights":  # whose passages have no places but in a row
        first, second = found[: cut % 3], found[cut % 3 :]
    else:
        first = [book._replace(passages=book.passages[: cut % 5]) for book in found]
        second = [book._replace(passages=book.passages[cut % 5 :]) for book in found]
    halves = [[book for book in half if book.passages] for half in (first, second)]
    assume(all(halves))
    for whole, one, other in devices(3):
        whole.take(form, found)
        for half in halves:
            one.take(form, half)
        for half in reversed(halves):
            other.take(form, half)
        bodies = [
            {path: data.partition(b"\n---\n")[2] for path, data in device.tree().items()}
            for device in (whole, one, other)
        ]
        assert bodies[1] == bodies[0]
        assert bodies[2] == bodies[0]


@LAW
@FEW
@given(found=books(), more=books())
def test_two_devices_merge_without_a_conflict(
    form: str, found: list[Book], more: list[Book]
) -> None:
    for one, other in devices(2):
        _git(one.root, "init", "-q", "-b", "main")
        _git(one.root, "commit", "-q", "--allow-empty", "-m", "start")
        shutil.rmtree(other.root)
        _git(one.base, "clone", "-q", str(one.root), str(other.root))
        (other.root / ".notekeep").mkdir()
        both = [*found, *(book for book in more if book.title not in {b.title for b in found})]
        if form in LINKS:
            both = found  # all links are in one note
        one.take(form, found)
        other.take(form, both)
        for device in (one, other):
            _git(device.root, "add", "-A")
            _git(device.root, "commit", "-q", "-m", "import")
        _git(one.root, "pull", "-q", "--no-rebase", "--no-edit", str(other.root), "main")
        assert one.tree() == other.tree()
        one.vault.indexing.refresh(words=False)
        assert one.plan(form, both).plan.changes == []


def only(found: Sequence[Book], numbers: set[int]) -> list[Book]:
    """The books that have passages of some numbers, with those."""
    some = [
        book._replace(passages=tuple(one for one in book.passages if one.number in numbers))
        for book in found
    ]
    return [book for book in some if book.passages]


NUMBERS = st.sets(st.integers(1, 9))


@cases("form", sorted(set(WRITERS) - {"raindrop-highlights"}), fast=1)
@FEW
@given(found=books(), common=NUMBERS, ours=NUMBERS, theirs=NUMBERS)
def test_other_passages_of_one_book_on_two_devices_merge(
    form: str, found: list[Book], common: set[int], ours: set[int], theirs: set[int]
) -> None:
    # A note that both devices made is a conflict, unless they made the same.
    common |= {book.passages[0].number for book in found}
    for one, other in devices(2):
        one.take(form, only(found, common))
        base = one.tree(with_ledger=True)
        other.put(base)
        one.take(form, only(found, common | ours))
        other.take(form, only(found, common | theirs))
        there = one.tree(with_ledger=True)
        merged: dict[str, bytes] = {}
        for path, data in other.tree(with_ledger=True).items():
            known = there.get(path, data)
            both = merge_versions(path, base.get(path), known, data)
            assert both is not None, (path, known, data)
            merged[path] = both
        one.put(merged)
        whole = only(found, common | ours | theirs)
        text = b"\n".join(one.tree().values()).decode()
        assert text.count("\n> ") == sum(len(book.passages) for book in whole), text
        assert one.plan(form, whole).plan.changes == []


def _git(folder: Path, *words: str) -> None:
    name = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", "-C", str(folder), *name, *words], check=True, capture_output=True)


KINDS = ["edit", "delete", "move", "comment", "quote", "field", "line ends", "drop the note"]
EDITS = st.sampled_from([*KINDS, "rename", "ledger"])


@LAW
@FEW
@given(found=books(), later=books(), edits=st.lists(EDITS, max_size=4), at=st.randoms())
def test_what_a_person_wrote_between_two_imports_stays(
    form: str, found: list[Book], later: list[Book], edits: list[str], at: object
) -> None:
    for (device,) in devices(1):
        device.take(form, found)
        written = [_edit(device, kind, number, at) for number, kind in enumerate(edits)]
        device.vault.indexing.refresh(words=False)
        before = b"\n".join(device.tree().values())
        device.take(form, later)
        everything = b"\n".join(device.tree().values())
        for words in filter(None, written):
            count = before.count(words.encode())
            assert everything.count(words.encode()) == count, (words, everything)
        again = device.plan(form, later)
        assert again.plan.changes == []


def _edit(device: Device, kind: str, number: int, at: object) -> str:
    """Change something as a person does; the words that have to be there afterwards."""
    notes = sorted(device.root.rglob("*.md"))
    words = f"My own words, number {number}."
    if kind == "ledger":
        shutil.rmtree(device.root / ".notekeep/imported", ignore_errors=True)
        return ""
    if not notes:
        return ""
    path = at.choice(notes)  # type: ignore[attr-defined]
    if kind == "drop the note":
        path.unlink()
        return ""
    if kind == "rename":
        (device.root / "Own").mkdir(exist_ok=True)
        path.rename(device.root / f"Own/{number}.md")
        return ""
    text = path.read_text("utf-8")  # which makes every line end a line feed
    if kind == "line ends":
        path.write_bytes(text.replace("\n", "\r\n").encode())
        return ""
    lines = text.split("\n")
    end = lines.index("---", 1) if lines[0] == "---" else 0
    body = [place for place in range(end + 1, len(lines)) if lines[place].strip()]
    quotes = [place for place in body if lines[place].startswith("> ")]
    if kind == "field":
        lines.insert(end, f"mine: {words}") if end else lines.append(words)
    elif kind == "comment" or not body:
        lines += ["", words]
    elif kind == "quote":
        lines.insert(at.choice(body), f"> {words}\n")  # type: ignore[attr-defined]
    else:
        place = at.choice(quotes or body)  # type: ignore[attr-defined]
        words = _edit_block(device, kind, words, lines, place, 3 if quotes else 1)
    path.write_text("\n".join(lines), "utf-8")
    return words


def _edit_block(
    device: Device, kind: str, words: str, lines: list[str], place: int, size: int
) -> str:
    """Change a block; a quote has its id and the line between them."""
    if kind == "edit":
        lines[place] += f" {words}"
        return words
    block = lines[place : place + size]
    del lines[place : place + size]
    if kind == "move":
        (device.root / "Wall.md").write_text("\n".join(["# Wall", "", *block, ""]), "utf-8")
    return ""


@LAW
@FEW
@given(found=books(), edits=st.lists(st.sampled_from(KINDS), max_size=4), at=st.randoms())
def test_the_same_source_again_changes_nothing_that_a_person_did(
    form: str, found: list[Book], edits: list[str], at: object
) -> None:
    for (device,) in devices(1):
        device.take(form, found)
        for number, kind in enumerate(edits):
            _edit(device, kind, number, at)
        device.vault.indexing.refresh(words=False)
        before = device.tree()
        again = device.take(form, found)
        assert device.tree() == before
        # Nothing is left out silently. Books of reading lists have nothing that is counted.
        assert len(again.rows) == (1 if form in LINKS else len(found))
        told = sum(again.counts()[name] for name in ("unchanged", "edited", "deleted"))
        passages = sum(len(book.passages) for book in found)
        # Two fields of one name are no front matter: that note is refused.
        if form not in READING_LISTS and not again.plan.refused:
            assert told >= (passages if form in WRITERS else len(found))


@LAW
@FEW
@given(found=books(), later=books())
def test_undo_restores_the_tree(form: str, found: list[Book], later: list[Book]) -> None:
    for (device,) in devices(1):
        trees = []
        for some in (found, later):
            before = device.tree(with_ledger=True)
            if device.take(form, some).plan.changes:
                trees.append(before)
        for before in reversed(trees):
            device.vault.history.undo()
            after = device.tree(with_ledger=True)
            assert {
                path: data for path, data in after.items() if not path.startswith(".trash/")
            } == before


@LAW_OF_PASSAGES
@FEW
@given(found=books(), lost=st.integers(0, 5))
def test_every_passage_is_read_and_what_is_left_out_is_counted(
    form: str, found: list[Book], lost: int
) -> None:
    with TemporaryDirectory() as base:
        records = read(WRITERS[form](Path(base), found, lost)).records
    works = [one for one in records if isinstance(one, Work)]
    passages = {one.key: one for work in works for one in work.passages}
    assert {work.title for work in works} == titles(found)
    assert len(passages) == sum(len(book.passages) for book in found)
    assert sum(one.times for one in records if isinstance(one, Loss)) == lost


@LAW_OF_ITEMS
@FEW
@given(found=books(), cut=st.integers(1, 2))
def test_two_halves_of_a_list_in_either_order_are_the_whole(
    form: str, found: list[Book], cut: int
) -> None:
    halves = [found[:cut], found[cut:]]
    assume(all(halves))
    for whole, one, other in devices(3):
        whole.take(form, found)
        for half in halves:
            one.take(form, half)
        for half in reversed(halves):
            other.take(form, half)
        for device in (one, other):
            # New links are added at the end.
            order = sorted if form in LINKS else list
            assert device.tree().keys() == whole.tree().keys()
            for path, data in device.tree().items():
                assert order(data.split(b"\n")) == order(whole.tree()[path].split(b"\n"))


@LAW_OF_ITEMS
@FEW
@given(found=books(), lost=st.integers(0, 5))
def test_every_item_of_a_list_is_read_and_what_is_left_out_is_counted(
    form: str, found: list[Book], lost: int
) -> None:
    with TemporaryDirectory() as base:
        records = read(ALL[form](Path(base), found, lost), NAMED.get(form, "")).records
    losses = [one for one in records if isinstance(one, Loss)]
    items = [one for one in records if not isinstance(one, Loss | ImportedHabit)]
    assert {re.sub(r"^12:00 ", "", getattr(one, "heading", "") or one.title) for one in items} == (
        titles(found)
    )
    assert len(records) - len(losses) == len(found)
    assert sum(one.times for one in losses) == lost


@cases("form", WITH_PICTURES, fast=1)
@FEW
@given(found=books())
def test_every_picture_arrives_as_it_was(form: str, found: list[Book]) -> None:
    for (device,) in devices(1):
        device.take(form, found)
        arrived = {data for path, data in device.tree().items() if path.startswith("attachments/")}
        assert arrived == {picture(book) for book in found}
        for book in found:
            (note,) = device.root.rglob(f"{book.title}.md")
            text = note.read_text("utf-8")
            assert f"[[{book.title}" in text
            assert re.search(r"!\[\[[^\[\]]+\.(png|jpg)\]\]", text)


@cases("form", LOOSE_PICTURES, fast=1)
@FEW
@given(found=books())
def test_every_picture_that_is_not_in_the_export_is_counted(form: str, found: list[Book]) -> None:
    for (device,) in devices(1):
        plan = device.plan(form, found, has_pictures=False)
        assert plan.plan.copies == []
        assert sum(loss.times for loss in plan.losses) == len(found)


def test_every_format_is_under_the_laws() -> None:
    covered = {re.sub("-(csv|json|html|jex|highlights)$", "", name) for name in ALL}
    assert covered == {name for name, form in FORMATS.items() if not form.is_for_habits}
