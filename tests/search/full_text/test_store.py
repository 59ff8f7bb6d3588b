"""The index as its callers see it: what is found, how it is ranked, what happens when it breaks."""

from __future__ import annotations

import gc
import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.documents import WordDoc
from notekeep.errors import Failure, IndexUnusable
from notekeep.query.tree import (
    And,
    Compare,
    Fuzzy,
    KnownPaths,
    Line,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Regex,
    Section,
    Term,
    Wildcard,
)
from notekeep.search.whoosh_index import WhooshIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def found(words: WhooshIndex, node: Node) -> list[str]:
    return sorted(words.scores(node))


@pytest.mark.parametrize(
    ("text", "query", "others"),
    [
        ("writing C++ daily", "C++", ["plan C", "in C# today", "c + d"]),
        ("writing C# daily", "C#", ["plan C", "C++ today", "issue c #12"]),
        ("the R&D budget", "R&D", ["dinner", "R and also D"]),
        ("on .NET now", ".NET", ["a net catches fish"]),
        ("with node.js here", "node.js", ["a node", "some js"]),
        ("an e-mail came", "email", ["mail"]),
        ("an email came", "e-mail", ["mail"]),
        ("run 3/week", "3/week", ["a week", "3 days a week"]),
        ("a café there", "cafe", ["cave"]),
        ("a cafe there", "Café", ["cave"]),
        ("组件库", "组件", ["件组"]),
        ("组件库", "库", ["组件"]),
        ("響應式設計", "應式", ["響應 式"]),
        ("vitamin C", "c", ["vitamin D"]),
        ("James's habits", "james", ["jam"]),
        ("don't", "dont", ["don"]),
        ("she levers it", "lever", ["level"]),
        ("1984", "1984", ["1985"]),
    ],
)
def test_a_word_finds_its_note_and_no_other(
    indexed: Callable[..., WhooshIndex], text: str, query: str, others: list[str]
) -> None:
    assert found(indexed(text, *others), Term(query)) == ["1.md"]


def test_a_phrase_is_words_in_a_row(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("the lord of the rings", "lord rings", "rings of the lord", "lord in my ring")
    assert found(words, Phrase("lord of the rings")) == ["1.md", "4.md"]
    assert found(words, Phrase("the lord")) == ["1.md", "2.md", "3.md", "4.md"]


def test_a_phrase_does_not_reach_from_one_heading_into_the_next(
    indexed: Callable[..., WhooshIndex],
) -> None:
    words = indexed(WordDoc("a.md", "", headings=("Key ideas", "Open questions")))
    assert found(words, Phrase("key ideas", "heading")) == ["a.md"]
    assert found(words, Phrase("ideas open", "heading")) == []


def test_scopes_look_where_they_say(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed(
        WordDoc("title.md", "Lever"),
        WordDoc("alias.md", "", aliases=("Lever",)),
        WordDoc("heading.md", "", headings=("Lever",)),
        WordDoc("tag.md", "", tags=("tools/lever",)),
        WordDoc("quote.md", "", quotes=("a lever",)),
        WordDoc("body.md", "", body="lever"),
    )
    assert found(words, Term("lever", "title")) == ["alias.md", "title.md"]
    assert found(words, Term("lever", "heading")) == ["heading.md"]
    assert found(words, Term("lever", "tag")) == ["tag.md"]
    assert found(words, Term("lever", "quote")) == ["quote.md"]
    assert found(words, Term("lever", "body")) == ["body.md"]
    anywhere = [*words.scores(Term("lever"))]
    assert anywhere[0] == "title.md"
    assert sorted(anywhere) == ["alias.md", "body.md", "heading.md", "tag.md", "title.md"]


def test_best_first_and_no_more_than_asked_for(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("lever " * 5 + "x " * 20, "lever", "lever " * 3, "pulley")
    everything = words.scores(Term("lever"))
    assert [*everything.values()] == sorted(everything.values(), reverse=True)
    assert len(everything) == 3
    assert words.scores(Term("lever"), limit=2) == dict([*everything.items()][:2])


def test_what_says_nothing_is_left_out(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("the lever", "the pulley")
    lever = Term("lever")
    assert found(words, And((Term("the"), lever))) == ["1.md"]
    assert found(words, Or((Phrase("of the"), lever))) == ["1.md"]
    assert found(words, And((lever, Not(Term("--"))))) == ["1.md"]
    assert found(words, Term("the")) == []


def test_facts_narrow_words(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("lever", "lever", "pulley")
    known = KnownPaths(frozenset({"2.md", "3.md", "gone.md"}))
    assert found(words, And((known, Term("lever")))) == ["2.md"]
    assert words.scores(known) == {"2.md": 0.0, "3.md": 0.0}
    assert found(words, And((known, Not(Term("lever"))))) == ["3.md"]
    assert found(words, Not(Term("lever"))) == ["3.md"]


def test_lines_and_sections_are_found_too_often_and_never_too_seldom(
    indexed: Callable[..., WhooshIndex],
) -> None:
    words = indexed("lever pulley", "lever\npulley", "wedge")
    both = And((Term("lever"), Term("pulley")))
    assert found(words, Line(both)) == ["1.md", "2.md"]
    assert found(words, Section(Phrase("lever pulley"))) == ["1.md", "2.md"]
    assert found(words, Not(Line(both))) == ["1.md", "2.md", "3.md"]
    assert found(words, Not(And((Term("wedge"), Section(both))))) == ["1.md", "2.md", "3.md"]


@pytest.mark.parametrize("node", [Regex("a+"), Compare("rating", ">=", 4), And((Regex("a"),))])
def test_what_others_answer_is_refused(indexed: Callable[..., WhooshIndex], node: Node) -> None:
    with pytest.raises(TypeError, match="cannot answer"):
        indexed("lever").scores(node)


# -- completion, patterns, near spellings -------------------------------------------------------


def test_a_word_that_is_typed_is_found_at_every_letter(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("full of happiness", "it happens", "nothing here")
    for letters in range(3, len("happiness") + 1):
        assert "1.md" in words.scores(Prefix("happiness"[:letters]), typing=True)
    assert found(words, Prefix("happin")) == ["1.md"]


def test_two_letters_are_looked_for_in_heads_only_while_typing(
    indexed: Callable[..., WhooshIndex],
) -> None:
    words = indexed(WordDoc("a.md", "Lever"), WordDoc("b.md", "", body="lever"))
    assert [*words.scores(Prefix("le"), typing=True)] == ["a.md"]
    assert found(words, Prefix("le")) == ["a.md", "b.md"]


@pytest.mark.parametrize(
    ("node", "paths"),
    [
        (Prefix("lev"), ["1.md", "2.md"]),
        (Prefix("node.j"), ["3.md"]),
        (Prefix("e-mai"), ["4.md"]),
        (Prefix("C++"), ["5.md"]),
        (Prefix("组"), ["6.md"]),
        (Prefix("组件"), ["6.md"]),
        (Prefix("件"), ["6.md"]),
        (Prefix("CA"), ["7.md"]),
        (Prefix("nothing"), []),
        (Wildcard("le*r"), ["1.md", "2.md"]),
        (Wildcard("*ver?"), ["1.md", "2.md"]),
        (Wildcard("l?ver"), ["1.md", "2.md"]),
        (Wildcard("node.*s"), ["3.md"]),
        (Wildcard("*afé"), ["7.md"]),
        (Wildcard("q*q"), []),
        (And((Wildcard("q*q"), Term("lever"))), []),
        (Wildcard("*"), [f"{at}.md" for at in range(1, 9)]),
        (Fuzzy("levr"), ["1.md", "2.md"]),
        (Fuzzy("lveer"), ["1.md", "2.md"]),
        (Fuzzy("zettlekasten", 2), ["8.md"]),
        (Fuzzy("zettelkasten", 0), ["8.md"]),
        (Fuzzy("qqqqq"), []),
    ],
)
def test_words_like_the_one_asked_for(
    indexed: Callable[..., WhooshIndex], node: Node, paths: list[str]
) -> None:
    words = indexed(
        "lever", "levers", "node.js", "an email", "C++", "组件", "Café", "zettelkasten 1 2 3"
    )
    assert found(words, node) == paths


def test_the_word_itself_ranks_above_those_near_it(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("naval", "navel")
    assert [*words.scores(Fuzzy("navel"))] == ["2.md", "1.md"]


def test_words_of_saved_notes_complete_and_are_proposed_at_once(
    indexed: Callable[..., WhooshIndex],
) -> None:
    words = indexed("lever")
    assert found(words, Prefix("zyzz")) == []
    words.update([WordDoc("2.md", "Zyzzyva", body="about beetles")], [], 2)
    assert found(words, Prefix("zyzz")) == ["2.md"]
    assert found(words, Prefix("zy", "title")) == ["2.md"]
    assert words.suggest("zyzzyvva") == ["zyzzyva"]
    other = WhooshIndex(words.folder)
    assert found(other, Prefix("beet")) == ["2.md"]


def test_a_misspelt_word_has_proposals_and_a_right_one_none(
    indexed: Callable[..., WhooshIndex],
) -> None:
    words = indexed("leverage happiness", "leverage happiness", "hapiness")
    assert words.suggest("levrage") == ["leverage"]
    assert words.suggest("Happyness") == ["happiness", "hapiness"]
    assert words.suggest("leverage") == []
    assert words.suggest("two words") == []
    assert words.suggest("") == []
    words.update([], ["1.md", "2.md"], 2)
    assert words.suggest("levrage") == []


# -- languages ----------------------------------------------------------------------------------


def test_a_note_in_its_own_language_is_stemmed_by_it(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed(
        WordDoc("de.md", "Die Häuser", body="Herr der Ringe", language="de-AT"),
        WordDoc("en.md", "Houses"),
    )
    assert found(words, Term("Haus")) == ["de.md"]
    assert found(words, Term("house")) == ["en.md"]
    assert found(words, Phrase("Herr der Ringe")) == ["de.md"]
    words.update([WordDoc("fr.md", "Les chevaux", language="fr")], [], 2)
    assert found(words, Term("cheval")) == ["fr.md"]
    assert found(words, Term("Haus")) == ["de.md"]


def test_the_vaults_language_decides(indexed: Callable[..., WhooshIndex]) -> None:
    assert found(indexed("die Häuser", language="de"), Term("haus")) == ["1.md"]


# -- what can go wrong --------------------------------------------------------------------------


def test_no_index_is_said_and_can_be_built(words: WhooshIndex) -> None:
    assert words.generation is None
    assert words.count == 0
    assert words.suggest("lever") == []
    with pytest.raises(IndexUnusable):
        words.scores(Term("lever"))
    words.build([], 3)
    assert WhooshIndex(words.folder).generation == 3
    assert words.scores(Not(Term("lever"))) == {}


# Whoosh leaves files open when it fails to open an index; they close when they are forgotten.
leaves_files_open = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Closes what the test has forgotten before the next one begins."""
    yield
    gc.collect()


@leaves_files_open
@pytest.mark.parametrize("suffix", [".trm", ".pst", ".toc", ".col"])
@pytest.mark.parametrize("how", ["cut", "overwritten", "gone"])
def test_a_damaged_index_is_said_and_built_again(
    forgotten: None, indexed: Callable[..., WhooshIndex], suffix: str, how: str
) -> None:
    words = indexed("lever pulley", "lever")
    words.close()
    for path in words.folder.glob(f"*{suffix}"):
        size = path.stat().st_size
        if how == "gone":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[: size // 2] if how == "cut" else b"\xff" * size)
    try:
        assert found(words, Phrase("lever pulley")) in ([], ["1.md"])
        assert words.generation == 1
    except Failure:
        assert words.generation is None
    words.build([WordDoc("3.md", "", body="lever")], 2)
    assert found(words, Term("lever")) == ["3.md"]
    assert words.generation == 2


def test_a_commit_that_lost_notes_is_not_trusted(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("lever", "pulley")
    reached = words.folder / "reached-1"
    reached.write_text(reached.read_text("utf-8").replace('"notes": 2', '"notes": 3'), "utf-8")
    with pytest.raises(IndexUnusable):
        words.scores(Term("lever"))
    assert words.generation is None


def test_deleting_the_folder_is_allowed_at_any_time(indexed: Callable[..., WhooshIndex]) -> None:
    words = indexed("lever")
    assert words.scores(Term("lever"))
    shutil.rmtree(words.folder)
    assert words.generation is None
    with pytest.raises(IndexUnusable):
        words.scores(Term("lever"))


def test_a_format_that_is_not_as_expected_is_built_again(
    indexed: Callable[..., WhooshIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = indexed("lever pulley", "lever", "pulley lever")
    with monkeypatch.context() as changed:
        changed.setattr("notekeep.search.whoosh_format.HEADER_END", b"another format")
        with pytest.raises(IndexUnusable):
            words.scores(Term("lever"))
    assert words.generation is None
    words.build([WordDoc("1.md", "", body="lever")], 2)
    assert [*words.scores(Term("lever"))] == ["1.md"]


def test_another_process_s_commit_is_seen_at_the_next_question(
    indexed: Callable[..., WhooshIndex],
) -> None:
    reading = indexed("lever")
    assert found(reading, Term("pulley")) == []
    writing = WhooshIndex(reading.folder)
    writing.update([WordDoc("2.md", "", body="pulley")], [], 2)
    assert found(reading, Term("pulley")) == ["2.md"]
    writing.build([WordDoc("3.md", "", body="pulley")], 3)
    assert found(reading, Term("pulley")) == ["3.md"]
    assert found(reading, Prefix("pull")) == ["3.md"]


@leaves_files_open
def test_threads_take_turns(
    forgotten: None, indexed: Callable[..., WhooshIndex], notes: Callable[..., list[WordDoc]]
) -> None:
    words = indexed(*notes(60))
    asked = [Term(doc.title.split()[0]) for doc in notes(30)]
    right = [words.scores(node) for node in asked]
    wrong: list[Node] = []

    def ask() -> None:
        wrong.extend(n for n, scores in zip(asked, right, strict=True) if words.scores(n) != scores)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for at in range(5):
        words.update([], [f"gone-{at}.md"], at)
    for thread in threads:
        thread.join()
    assert wrong == []
