"""Notes looked up one by one are what all notes together would have told."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notekeep.catalog.catalog import Catalog
from notekeep.catalog.name_lookup import NoteLookup, existing_paths, find_private_notes
from notekeep.catalog.records import Record
from notekeep.errors import Failure
from notekeep.export.privacy.consent import CONSENT_FIELDS
from notekeep.export.privacy.consent import is_withheld as judge
from notekeep.markdown.note import Note
from notekeep.markdown.note_names import Resolver
from notekeep.storage.scan import Fingerprint
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

NAMES = ["Note", "note", "Été", "E\u0301te\u0301", "STRASSE", "straße", "a", "Note.md", "x.y", "図"]
"""Names that differ in case and in how letters are composed, and one that ends like a file."""

_part = st.sampled_from(NAMES) | st.text("aA.é\u0301 ß", min_size=1, max_size=3).filter(
    lambda part: part.strip(". ") != ""
)
_path = st.lists(_part, min_size=1, max_size=3).map(lambda parts: f"{'/'.join(parts)}.md")
_name = _part | _path | st.sampled_from(["", ".md", " ", "b/.md", "a/ ", "..", "a//", "cover.png"])
_target = (
    _name
    | _path.map(lambda path: path[:-3])
    | st.lists(
        st.sampled_from([*NAMES, "..", ".", "", "cover.png", ".md"]), min_size=1, max_size=4
    ).flatmap(lambda parts: st.sampled_from(["/".join(parts), "\\".join(parts)]))
)
_notes = st.dictionaries(_path, st.tuples(_name, st.lists(_name, max_size=2)), max_size=8)
_fields = st.dictionaries(
    st.sampled_from([*CONSENT_FIELDS, "Private", "published", 'it is "private"', "straße"]),
    st.sampled_from([None, "", [], True, False, "no", "yes", "private", '"publish"', ["private"]]),
    max_size=3,
)


def keep(catalog: Catalog, notes: Iterable[Note], role: str = "note") -> None:
    """Write notes into a catalog, as a refresh does."""
    mark = Fingerprint(0, 0, 0, 0)
    with catalog.writing() as writer:
        writer.upsert([Record(note.path, role, mark, "", note) for note in notes])


def note(path: str, title: str = "", **said: Any) -> Note:
    return Note(path=path, title=title, **said)


def nothing(_catalog: Catalog) -> frozenset[str]:
    return frozenset()


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "cache") as opened:
        yield opened


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """A catalog that examples fill one after the other, since to make one takes a while."""
    with Catalog(tmp_path_factory.mktemp("kept")) as opened:
        yield opened


def empty(catalog: Catalog) -> Catalog:
    with catalog.writing() as writer:
        writer.delete(catalog.paths(None))
    return catalog


@settings(max_examples=sized(60, 300))
@given(notes=_notes, asked=st.lists(st.tuples(_target, _path), min_size=1, max_size=6))
def test_links_mean_what_a_resolver_of_all_notes_tells(
    kept: Catalog,
    notes: dict[str, tuple[str, list[str]]],
    asked: list[tuple[str, str]],
) -> None:
    catalog = empty(kept)
    keep(catalog, [note(path, title, aliases=names) for path, (title, names) in notes.items()])
    every = Resolver(catalog.names())
    names = NoteLookup(catalog, nothing)
    for target, source in [*asked, *((target, path) for target, _ in asked for path in notes)]:
        assert names.resolve(target, source) == every.resolve(target, source)


@pytest.mark.parametrize(
    ("path", "title", "target", "source"),
    [
        ("a.md.md", "", "a.md", "x.md"),
        ("a .md", "", "a ", "x.md"),
        (" a.md", "", " a", "x.md"),
        ("a.md", "", "../", "a/b/c.md"),
        ("a.md", "", "b/..", "a/c.md"),
        ("b/a.md", "", "a/.", "b/c.md"),
        ("b/a.md", "", "x\\..\\a.md", "b/c.md"),
        ("x.md", ".md", ".md", "c.md"),
        ("x.md", "b/.md", "b/.md", "c.md"),
        ("x.md", "a//", "a//", "c.md"),
        ("e\u0301t.md", "", "ÉT", "c.md"),
    ],
)
def test_odd_names_are_found_too(
    catalog: Catalog, path: str, title: str, target: str, source: str
) -> None:
    keep(catalog, [note(path, title)])
    assert Resolver(catalog.names()).resolve(target, source) == [path]
    assert NoteLookup(catalog, nothing).resolve(target, source) == [path]


@given(notes=st.dictionaries(_path, st.tuples(_fields, st.booleans(), _name), max_size=8))
def test_what_is_withheld_is_what_reading_all_front_matter_tells(
    kept: Catalog, notes: dict[str, tuple[dict[str, Any], bool, str]]
) -> None:
    catalog = empty(kept)
    keep(
        catalog,
        [
            note(path, title, fields=fields, private=private, tags=[title], aliases=[title])
            for path, (fields, private, title) in notes.items()
        ],
    )
    told = {path for path, (fields, private, _) in notes.items() if private or judge(fields)}
    assert find_private_notes(catalog, CONSENT_FIELDS, judge) == told


def test_front_matter_without_these_words_is_not_read(catalog: Catalog) -> None:
    plain = note("a.md", 'it is "private"', fields={"rating": 4, "title": "Open"})
    keep(catalog, [plain, note("b.md", fields={"publish": None})])
    read: list[object] = []

    def judged(fields: Mapping[str, object]) -> bool:
        read.append(fields)
        return False

    assert find_private_notes(catalog, CONSENT_FIELDS, judged) == set()
    assert read == [{"publish": None}]


def test_a_path_is_known_when_a_note_is_there(catalog: Catalog) -> None:
    broken = "caf\udce9.md"
    keep(catalog, [note("a.md"), note(broken)])
    assert existing_paths(catalog, ["a.md", broken, "A.md", "b.md"]) == {"a.md", broken}
    assert NoteLookup(catalog, nothing).resolve("caf\udce9", "a.md") == [broken]


def test_notes_that_lists_leave_out_are_linked_to_and_withheld_as_others(catalog: Catalog) -> None:
    keep(catalog, [note("a.md", "One", private=True), note("b.md")], role="excluded")
    keep(catalog, [note("t.md", "Two", private=True)], role="template")
    asked = NoteLookup(catalog, lambda catalog: find_private_notes(catalog, CONSENT_FIELDS, judge))
    assert asked.resolve("one", "b.md") == ["a.md"]
    assert asked.private_paths() == {"a.md"}
    assert asked.known(["a.md", "b.md", "t.md"]) == {"a.md", "b.md"}
    assert asked.names(["a.md", "t.md"]) == [("a.md", "One", [])]
    assert existing_paths(catalog, ["a.md", "b.md", "t.md"]) == set()


def test_a_catalog_that_is_read_is_of_one_moment(catalog: Catalog) -> None:
    keep(catalog, [note("a.md", "One")])
    with catalog.snapshot() as moment:
        keep(catalog, [note("a.md", "Two"), note("b.md")])
        assert [row.title for row in moment.rows()[1]] == ["One"]
        assert moment.paths(None) == {"a.md"}
    with catalog.snapshot() as moment:
        assert moment.paths(None) == {"a.md", "b.md"}


@pytest.mark.parametrize("is_open", [False, True])
def test_a_damaged_catalog_is_no_empty_one(
    catalog: Catalog, tmp_path: Path, *, is_open: bool
) -> None:
    keep(catalog, [note(f"n{number}.md", private=True) for number in range(500)])
    catalog.close()
    place = tmp_path / "cache" / "catalog.db"
    connection = sqlite3.connect(place)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()

    def damage() -> None:
        with place.open("r+b") as file:
            file.seek(8192)
            file.write(b"\x5a" * (place.stat().st_size - 8192))

    if is_open:
        with catalog.snapshot() as moment:
            damage()
            with pytest.raises(Failure, match="moved aside"):
                find_private_notes(moment, CONSENT_FIELDS, judge)
        return
    damage()
    with pytest.raises(Failure, match="moved aside"), catalog.snapshot():
        pass
