"""Other languages than English: of a vault by its settings, of a note by its `lang:`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notekeep.config import Places
from notekeep.vault import Vault
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Callable


class Spoken(NamedTuple):
    """A language: a text in it, queries that find the text, and such as do not.

    `says_nothing` is a query with a stop word of the language that the text does not have.
    """

    code: str
    text: str
    finds: tuple[str, ...]
    misses: tuple[str, ...]
    says_nothing: str


LANGUAGES = [
    Spoken(
        "de",
        "Die Häuser am Fluss zittern, wenn die Züge fahren. Ein Gärtner gießt die Straßenbäume.",
        (
            "haus",
            "Häusern",
            "hauser",
            "Zug fahren",
            "giesst",
            '"Züge fahren"',
            "gärt*",
            "Gertner~2",
        ),
        ("hausmeister", '"Fluss Häuser"'),
        "Haus nicht der Fluss",
    ),
    Spoken(
        "fr",
        "L'écriture du matin. Les chevaux mangeaient l'herbe des prés et les écrivains dormaient.",
        ("cheval", "chevaux", "ecriture", "herbe", "mangeait", '"herbe des prés"', "éc*"),
        ("chevalier", '"matin écriture"'),
        "cheval et pour les prés",
    ),
    Spoken(
        "es",
        "Los niños leían en la biblioteca. Caminamos veinte kilómetros y dormíamos en el suelo.",
        ("niño", "nino", "bibliotecas", "caminar", "kilometro", '"veinte kilómetros"', "bibl*"),
        ("ninguno", '"suelo biblioteca"'),
        "niño pero los kilómetros",
    ),
    Spoken(
        "ru",
        "Хорошие привычки начинаются в малом. Каждое утро я открываю окно, и ёлка стоит в углу.",
        ("привычка", "привычками", "хорошая", "утро", "окна", "елка", '"каждое утро"', "привы*"),
        ("приход", '"окно утро"'),
        "привычка или утро",
    ),
    Spoken(
        "zh",
        "这本书讲如何养成好习惯。习惯的力量在于重复,乌龙茶要用沸水。",
        ("习惯", "养成好习惯", "乌龙茶", "书", '"力量在于重复"', "重复 习惯"),
        ("龙乌", "习性", '"重复习惯"'),
        "习惯 力量",
    ),
]
ENGLISH = "An English note about houses and habits, where a hat is at war with the man in it.\n"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Vault]:
    """`make({path: text}, language="de")` makes a vault in a language and reads it."""

    def make(notes: dict[str, str], language: str = "en") -> Vault:
        root = tmp_path / "vault"
        (root / ".notekeep").mkdir(parents=True)
        (root / ".notekeep" / "config.toml").write_text(f'language = "{language}"\n')
        for path, text in notes.items():
            (root / path).write_text(text, "utf-8")
        home = tmp_path / "home"
        vault = Vault.open(root, places=Places(*(str(home / name) for name in ("a", "b", "c"))))
        vault.indexing.refresh()
        return vault

    return make


def found(vault: Vault, query: str) -> set[str]:
    return {hit.row.path for hit in vault.search.search(query, relax=False).hits}


@pytest.fixture(params=["by the vault", "by the note"])
def spoken_in(request: pytest.FixtureRequest, make: Callable[..., Vault]) -> Callable[..., Vault]:
    """A vault with a note in a language, which the settings or the note say."""

    def spoken_in(language: Spoken) -> Vault:
        if request.param == "by the vault":
            return make({"a.md": language.text}, language.code)
        head = f"---\nlang: {language.code}\n---\n"
        return make({"a.md": head + language.text, "en.md": ENGLISH})

    return spoken_in


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_a_note_is_found_in_its_language(spoken_in: Callable[..., Vault], language: Spoken) -> None:
    vault = spoken_in(language)
    for query in language.finds:
        assert found(vault, query) == {"a.md"}, query
    for query in language.misses:
        assert found(vault, query) == set(), query
    assert "a.md" in found(vault, language.says_nothing)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_what_was_found_is_marked_in_its_language(
    spoken_in: Callable[..., Vault], language: Spoken
) -> None:
    vault = spoken_in(language)
    for query in language.finds:
        (hit,) = vault.search.search(query).hits
        assert hit.snippet.marks, query
        for start, end in hit.snippet.marks:
            assert hit.snippet.text[start:end] in language.text


@pytest.mark.parametrize("language", LANGUAGES[:4], ids=lambda language: language.code)
def test_lines_and_sections_are_read_in_its_language(
    spoken_in: Callable[..., Vault], language: Spoken
) -> None:
    vault = spoken_in(language)
    one, two = language.finds[0], language.finds[1]
    assert found(vault, f"line:({one} {two})") == {"a.md"}
    assert found(vault, f"section:({one} {two})") == {"a.md"}


def test_english_words_are_words_beside_a_language_in_which_they_say_nothing(
    make: Callable[..., Vault],
) -> None:
    """`hat`, `war` and `man` are stop words in German."""
    vault = make(
        {
            "en.md": ENGLISH,
            "other.md": "Nothing of that.\n",
            "de.md": "---\nlang: de\n---\nDer Mann hat Häuser.\n",
        }
    )
    assert found(vault, "houses hat war man") == {"en.md"}
    assert "other.md" not in found(vault, "hat")
    assert found(vault, "hat Häuser") == {"de.md"}
    assert found(vault, "-hat") == {"other.md", "de.md"}


def test_a_language_nobody_knows_is_folded_and_not_stemmed(make: Callable[..., Vault]) -> None:
    vault = make({"a.md": "---\nlang: tlh\n---\nQapla' Qaplâ houses\n"})
    assert found(vault, "qapla") == {"a.md"}
    assert found(vault, "houses") == {"a.md"}


def test_a_note_may_change_its_language(make: Callable[..., Vault], tmp_path: Path) -> None:
    vault = make({"a.md": "Die Häuser.\n"})
    assert found(vault, "haus") == set()
    (tmp_path / "vault" / "a.md").write_text("---\nlang: de\n---\nDie Häuser.\n", "utf-8")
    vault.indexing.refresh()
    assert found(vault, "haus") == {"a.md"}


WORDS = [
    *["not", "note", "noting", "hat", "war", "man", "die", "car", "alias", "come", "houses"],
    *["Haus", "Häuser", "ist", "the", "quick", "done", "owner", "reader"],
]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


@given(
    notes=st.lists(TEXTS, min_size=1, max_size=5),
    foreign=TEXTS,
    code=st.sampled_from(["de", "fr", "es", "sv"]),
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    sign=st.sampled_from(["", "-", "*", "~"]),
)
@settings(max_examples=sized(15, 200))
def test_one_note_in_another_language_changes_no_answer_about_others(
    notes: list[str], foreign: str, code: str, words: list[str], sign: str
) -> None:
    query = " ".join(f"-{word}" if sign == "-" else f"{word}{sign}" for word in words)

    def answers(front_matter: str) -> frozenset[str]:
        with TemporaryDirectory() as folder:
            root = Path(folder, "vault")
            root.mkdir()
            for at, text in enumerate(notes):
                (root / f"{at}.md").write_text(text, "utf-8")
            (root / "foreign.md").write_text(front_matter + foreign, "utf-8")
            home = Places(*(str(Path(folder, name)) for name in ("a", "b", "c")))
            vault = Vault.open(root, places=home)
            vault.indexing.refresh()
            return vault.search.paths(query) - {"foreign.md"}

    assert answers(f"---\nlang: {code}\n---\n") == answers("")


def test_a_stop_word_of_another_language_is_no_hit_by_itself(make: Callable[..., Vault]) -> None:
    vault = make({"a.md": "I do not know.\n", "de.md": "---\nlang: de\n---\nEin Haus.\n"})
    for query in ("note", "hat", "man", "war", "die"):
        assert found(vault, query) == set(), query
    assert found(vault, "war Haus") == {"de.md"}


def test_umlauts_may_be_written_with_an_e_in_german(make: Callable[..., Vault]) -> None:
    notes = {"a.md": "Die Häuser über dem Fluss.", "b.md": "Eine neue Quelle.", "c.md": "Poesie."}
    vault = make(notes, language="de")
    for query in ("haeuser", "Haeus*", '"Haeuser ueber dem Fluss"', "haeuser ueber", "ueber fluss"):
        assert found(vault, query) == {"a.md"}, query
        assert {row.path for row in vault.search.rows(query).rows} == {"a.md"}, query
    assert found(vault, "neue quelle") == {"b.md"}
    assert found(vault, "poesie") == {"c.md"}
    assert vault.search.search("haeu", typing=True).hits[0].row.path == "a.md"


def test_umlauts_with_an_e_are_folded_in_german_notes_alone(make: Callable[..., Vault]) -> None:
    vault = make({"a.md": "A hauser.", "de.md": "---\nlang: de\n---\nDie Häuser.\n"})
    assert found(vault, "haeuser") == {"de.md"}
