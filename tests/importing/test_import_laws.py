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
from hypothesis import given, settings
from hypothesis import strategies as st

from notekeep.config import Places
from notekeep.importing.formats import FORMATS
from notekeep.importing.import_state import ImportOptions
from notekeep.importing.records import Loss, Work
from notekeep.vault import Vault
from tests.support.import_sources import LINKS, LISTS, WRITERS, Book, Marked, picture
from tests.support.reading import read
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.importing.import_plan import ImportPlan

pytestmark = pytest.mark.slow

WORDS = st.text("abc de#^>*`%[]$<-.12é", min_size=1, max_size=30).map(
    lambda text: " ".join(f"w{text}".split())
)


@st.composite
def books(draw: st.DrawFn) -> list[Book]:
    """Books whose passages differ, in the order in which they stand."""
    found = []
    for title in draw(
        st.lists(st.sampled_from(["Soil", "Beds", "On Sheds"]), max_size=3, unique=True)
    ):
        numbers = sorted(draw(st.sets(st.integers(1, 9), min_size=1, max_size=5)))
        passages = tuple(
            Marked(number, f"{draw(WORDS)} {'abcdefghij'[number] * 3}", draw(st.just("") | WORDS))
            for number in numbers
        )
        found.append(Book(title, f"Ann {title.split()[-1]}er", passages))
    return found


ALL = {**WRITERS, **LISTS, **LINKS}
WITH_PICTURES = ["evernote", "joplin", "joplin-jex", "keep", "logseq", "notion", "notion-html"]
NAMED = {"csv": "csv"}
IDS = {"csv": "No"}
LAW = pytest.mark.parametrize("form", sorted(ALL))
LAW_OF_PASSAGES = pytest.mark.parametrize("form", sorted(WRITERS))
LAW_OF_ITEMS = pytest.mark.parametrize("form", sorted({**LISTS, **LINKS}))
FEW = settings(max_examples=sized(3, 30))


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

    def plan(self, form: str, found: Sequence[Book]) -> ImportPlan:
        source = self.base / f"{self.root.name}-{len(self._plans)}"
        source.mkdir()
        path = ALL[form](source, found)
        plan = self.vault.imports.plan(
            [str(path)], NAMED.get(form, ""), options=ImportOptions(id_column=IDS.get(form, ""))
        )
        self._plans.append(plan)
        return plan

    def take(self, form: str, found: Sequence[Book]) -> ImportPlan:
        """Import books, if there are any."""
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
    if not found:
        return
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
    if not found:
        return
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
    if not found:
        return
    if form == "raindrop-highlights":  # whose passages have no places but in a row
        first, second = found[: cut % 3], found[cut % 3 :]
    else:
        first = [book._replace(passages=book.passages[: cut % 5]) for book in found]
        second = [book._replace(passages=book.passages[cut % 5 :]) for book in found]
    halves = [[book for book in half if book.passages] for half in (first, second)]
    if not all(halves):
        return
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
    if not found:
        return
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


def _git(folder: Path, *words: str) -> None:
    name = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", "-C", str(folder), *name, *words], check=True, capture_output=True)


EDITS = st.sampled_from(
    ["edit", "delete", "move", "rename", "comment", "field", "drop the note", "ledger"]
)


@LAW
@FEW
@given(found=books(), later=books(), edits=st.lists(EDITS, max_size=4), at=st.randoms())
def test_what_a_person_wrote_between_two_imports_stays(
    form: str, found: list[Book], later: list[Book], edits: list[str], at: object
) -> None:
    if not found:
        return
    for (device,) in devices(1):
        device.take(form, found)
        written = [_edit(device, kind, number, at) for number, kind in enumerate(edits)]
        device.vault.indexing.refresh(words=False)
        before = b"\n".join(device.tree().values())
        if not later:
            later = found
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
    lines = path.read_text("utf-8").split("\n")
    end = lines.index("---", 1) if lines[0] == "---" else 0
    body = [place for place in range(end + 1, len(lines)) if lines[place].strip()]
    quotes = [place for place in body if lines[place].startswith("> ")]
    if kind == "field":
        lines.insert(end, f"mine: {words}") if end else lines.append(words)
    elif kind == "comment" or not body:
        lines += ["", words]
    else:
        place = at.choice(quotes or body)  # type: ignore[attr-defined]
        if kind == "edit":
            lines[place] += f" {words}"
        else:
            size = 3 if quotes else 1  # a quote, its id and the line between them
            block = lines[place : place + size]
            del lines[place : place + size]
            words = ""
            if kind == "move":
                (device.root / "Wall.md").write_text("\n".join(["# Wall", "", *block, ""]), "utf-8")
    path.write_text("\n".join(lines), "utf-8")
    return words


@LAW
@FEW
@given(found=books(), later=books())
def test_undo_restores_the_tree(form: str, found: list[Book], later: list[Book]) -> None:
    if not found or not later:
        return
    for (device,) in devices(1):
        device.take(form, found)
        before = device.tree(with_ledger=True)
        if device.take(form, later).plan.changes:
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
    if not found:
        return
    with TemporaryDirectory() as base:
        records = read(WRITERS[form](Path(base), found, lost)).records
    works = [one for one in records if isinstance(one, Work)]
    passages = {one.key: one for work in works for one in work.passages}
    assert {work.title for work in works} == titles(found)
    assert len(passages) == sum(len(book.passages) for book in found)
    assert sum(one.times for one in records if isinstance(one, Loss)) == lost


@LAW_OF_ITEMS
@FEW
@given(found=books(), cut=st.integers(0, 3))
def test_two_halves_of_a_list_in_either_order_are_the_whole(
    form: str, found: list[Book], cut: int
) -> None:
    halves = [found[:cut], found[cut:]]
    if not all(halves):
        return
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
    if not found:
        return
    with TemporaryDirectory() as base:
        records = read(ALL[form](Path(base), found, lost), NAMED.get(form, "")).records
    losses = [one for one in records if isinstance(one, Loss)]
    assert {one.title for one in records if not isinstance(one, Loss)} == titles(found)
    assert len(records) - len(losses) == len(found)
    assert sum(one.times for one in losses) == lost


@pytest.mark.parametrize("form", WITH_PICTURES)
@FEW
@given(found=books())
def test_every_picture_arrives_as_it_was(form: str, found: list[Book]) -> None:
    if not found:
        return
    for (device,) in devices(1):
        device.take(form, found)
        arrived = {data for path, data in device.tree().items() if path.startswith("attachments/")}
        assert arrived == {picture(book) for book in found}
        for book in found:
            (note,) = device.root.rglob(f"{book.title}.md")
            text = note.read_text("utf-8")
            assert f"[[{book.title}" in text
            assert re.search(r"!\[\[[^\[\]]+\.(png|jpg)\]\]", text)


def test_every_format_is_under_the_laws() -> None:
    covered = {re.sub("-(csv|json|html|jex|highlights)$", "", name) for name in ALL}
    assert covered == set(FORMATS)
