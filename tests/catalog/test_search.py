"""A query into hits: which, in what order, and with what passage."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.cli.search import explanation_lines
from notekeep.errors import IndexUnusable as Unusable
from notekeep.errors import UsageError
from notekeep.search import text_filter
from notekeep.search.planner import TYPED_PATTERN_WORDS
from notekeep.search.session import SOME_WORDS_MESSAGE, run_search
from notekeep.search.text_filter import SearchSources, list_notes
from notekeep.search.whoosh_index import WhooshIndex
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.search.results import SearchResults
    from tests.catalog.conftest import Vault

NOTES = {
    "leverage.md": "# Leverage\n\nCode and media are leverage.\n\n## Labour\n\nOld leverage.\n",
    "naval.md": "---\ntype: podcast\nrating: 5\nguest: Naval\n---\n# On wealth\n"
    "Naval says: seek leverage.\n\n> Play long-term games. (p. 3)\n\n#money\n",
    "book.md": "---\ntype: book\nrating: 3\nlang: en\n---\n# The Almanack\n\n"
    "intro\n\n## Key ideas\n\nwealth is not money\n\n## Games\n\nplay games with long horizons\n",
    "run.md": "# Jog\n\nTo run is to run, and who runs will run.\n",
    "running.md": "# Shoes\n\nShoes for running.\n",
    "code.md": "# Code\n\n```python\nx = foo(bar)\n```\nfoo on one line\nbar on another\n",
    "private/secret.md": "My leverage is secret.\n",
    "cafe.md": "# Café au lait\n\nUn café 🚀 noir.\n",
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, make_vault: Callable[[Path], Vault]) -> Vault:
    made = make_vault(tmp_path_factory.mktemp("search"))
    for path, text in NOTES.items():
        made.write(path, text)
    made.refresh(words=words_of(made))
    return made


def words_of(vault: Vault) -> WhooshIndex:
    return WhooshIndex(vault.cache / "words", "en")


def sources(vault: Vault, words: WhooshIndex) -> SearchSources:
    return SearchSources(vault.catalog, lambda: words, str(vault.root))


def ask(vault: Vault, text: str, **options: Any) -> SearchResults:
    words = words_of(vault)
    query = vault.query(text, typing=options.get("typing", False))
    try:
        return run_search(query, sources(vault, words), **options)
    finally:
        words.close()


def paths(vault: Vault, text: str) -> list[str]:
    found = ask(vault, text)
    assert found.total == len(found.hits)
    return [hit.row.path.removesuffix(".md") for hit in found.hits]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("leverage type:podcast", {"naval"}),
        ("leverage -type:podcast", {"leverage", "private/secret"}),
        ("leverage is:private", {"private/secret"}),
        ("wealth rating>=4", {"naval"}),
        ("shoes OR type:book", {"running", "book"}),
        ("-leverage path:o", {"book", "code"}),
        ("-leverage path:/b", {"book"}),
        ('"not money"', {"book"}),
        ("alman*", {"book"}),
        ("levrage~", {"leverage", "naval", "private/secret"}),
        ("cafe", {"cafe"}),
        ("title:code", {"code"}),
        ("quote:games", {"naval"}),
        ("line:(foo bar)", {"code"}),
        ("block:(on another)", {"code"}),
        ("block:(intro wealth)", set()),
        ("match-case:Wealth", set()),
        ("match-case:wealth", {"naval", "book"}),
        ("match-case:(Naval seek)", {"naval"}),
        ("line:(on one)", {"code"}),
        ("line:(one another)", set()),
        ("line:(play -horizons)", {"naval"}),
        ("line:(-nothing) type:book", {"book"}),
        ("section:(play horizons)", {"book"}),
        ("section:(wealth horizons)", set()),
        ('section:"Key ideas"', {"book"}),
        ('section:("Key ideas" money)', {"book"}),
        ("-section:(not money) wealth", {"naval"}),
        ("/foo\\(b[a-z]r\\)/", {"code"}),
        ("/^my LEVERAGE/", {"private/secret"}),
        ("/leverage/ type:podcast", {"naval"}),
        ("leverage -/secret/", {"leverage", "naval"}),
        ("🚀", {"cafe"}),
        ("wealth (/seek/ OR line:(not money))", {"naval", "book"}),
    ],
)
def test_a_query_finds(shelf: Vault, text: str, found: set[str]) -> None:
    assert set(paths(shelf, text)) == found


def test_a_note_that_is_called_so_comes_first(shelf: Vault) -> None:
    assert paths(shelf, "leverage")[0] == "leverage"
    assert paths(shelf, "on wealth")[0] == "naval"
    assert paths(shelf, "café au lait")[0] == "cafe"


def test_a_note_in_no_utf8_file_is_found_by_its_name(vault: Vault) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    vault.write(name, "# Lever\n")
    vault.write("other.md", "a lever\n")
    vault.refresh(words_of(vault))
    assert paths(vault, "lever") == [name.removesuffix(".md"), "other"]


def test_words_as_typed_come_before_other_forms(shelf: Vault) -> None:
    assert paths(shelf, "running") == ["running", "run"]
    assert paths(shelf, "run") == ["run", "running"]


@pytest.fixture
def tagged(vault: Vault) -> Vault:
    """Notes with tags of all sorts."""
    vault.write("a.md", "---\ntags: [Mind/Café/Late, two words]\n---\nlever\n")
    vault.write("b.md", "lever #mind and pulley\n")
    vault.write("c.md", "lever #mindful #lang0de\n")
    vault.write("d.md", "---\nlang: de\n---\nlever, pulley #mind/cafe\n")
    vault.write("e.md", "pulley\n")
    vault.refresh(words=words_of(vault))
    return vault


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#MIND lever", {"a", "b", "d"}),
        ("#mind/CAFÉ lever", {"a", "d"}),
        ("#mind/cafe/late lever", {"a"}),
        ("#lang0de lever", {"c"}),
        ("lever (#mind/cafe OR #mindful)", {"a", "c", "d"}),
        ("#mindful OR pulley", {"b", "c", "d", "e"}),
        ("lever -#mind", {"c"}),
        ("pulley -#mind/café", {"b", "e"}),
        ("#mind lever pulley -#mind/cafe", {"b"}),
        ("#mind /PULLEY/", {"b", "d"}),
        ("#mind line:(lever pulley)", {"b", "d"}),
    ],
)
def test_tags_and_words_meet(tagged: Vault, text: str, found: set[str]) -> None:
    assert set(paths(tagged, text)) == found
    # From the catalog, which is asked as long as the words index lacks something, comes the same.
    tagged.write("f.md", "neither\n")
    tagged.refresh()
    assert tagged.catalog.dirty()
    assert set(paths(tagged, text)) == found


def test_a_tag_adds_nothing_to_the_score_of_a_word(tagged: Vault) -> None:
    def scores(text: str) -> dict[str, float]:
        return {
            hit.row.path: hit.why.parts[0][1]
            for hit in ask(tagged, text, explain=True).hits
            if hit.why
        }

    assert scores("#mind lever") == {
        path: score for path, score in scores("lever").items() if path != "c.md"
    }


def test_a_tag_that_the_words_do_not_have_yet_counts_already(tagged: Vault) -> None:
    tagged.write("b.md", "lever #body and more\n")
    tagged.refresh()
    assert set(paths(tagged, "#mind lever")) == {"a", "d"}
    assert paths(tagged, "#body lever") == ["b"]


def test_a_pattern_of_too_many_words_is_cut_while_typing_and_that_is_said(vault: Vault) -> None:
    for at in range(TYPED_PATTERN_WORDS + 1):
        vault.write(f"{at}.md", f"lever{at}x\n")
    vault.refresh(words=words_of(vault))
    found = ask(vault, "*ever*", typing=True)
    assert found.total == TYPED_PATTERN_WORDS
    assert [remark for remark in found.remarks if "*ever*" in remark]
    whole = ask(vault, "*ever*")
    assert (whole.total, whole.remarks) == (TYPED_PATTERN_WORDS + 1, ())
    assert ask(vault, "*ever1*", typing=True).remarks == ()


def test_an_order_goes_before_the_score(shelf: Vault) -> None:
    assert paths(shelf, "wealth sort:rating") == ["book", "naval"]
    assert paths(shelf, "wealth sort:-rating") == ["naval", "book"]


def test_scores_say_the_order(shelf: Vault) -> None:
    scores = [hit.score for hit in ask(shelf, "leverage").hits]
    assert scores == sorted(scores, reverse=True)


def test_a_limit_cuts_the_hits_and_not_the_total(shelf: Vault) -> None:
    for found in (ask(shelf, "leverage", limit=1), ask(shelf, "leverage limit:1")):
        assert found.total == 3
        assert [hit.row.path for hit in found.hits] == ["leverage.md"]
    assert len(ask(shelf, "leverage", limit=None).hits) == 3


def test_a_hit_shows_the_passage_with_most_of_the_words(shelf: Vault) -> None:
    hit = ask(shelf, "long horizons").hits[0]
    marked = [hit.snippet.text[start:end] for start, end in hit.snippet.marks]
    assert marked == ["long", "horizons"]
    assert hit.line == 16
    assert hit.heading == "Games"


def test_a_passage_names_the_headings_above_it(vault: Vault) -> None:
    vault.write("a.md", "# T\n\n## One\n\n### Deep\n\nx\n\n## Two\n\nlever\n\n### Three\n\ny\n")
    words = words_of(vault)
    vault.refresh(words=words)
    words.close()
    (hit,) = ask(vault, "lever").hits
    assert (hit.line, hit.passage.headings, hit.heading) == (11, ("T", "Two"), "Two")


def test_a_word_far_down_a_long_note_is_shown_where_it_stands(vault: Vault) -> None:
    vault.write("a.md", "filler\n" * 20_000 + "the lever\n")
    words = words_of(vault)
    vault.refresh(words=words)
    words.close()
    (hit,) = ask(vault, "lever").hits
    assert hit.line == 20_001
    assert "the lever" in hit.snippet.text


def test_what_only_the_front_matter_says_is_found_and_shown(vault: Vault) -> None:
    vault.write("a.md", "---\nauthor: [Ursula Le Guin]\n---\nA planet.\n")
    words = words_of(vault)
    vault.refresh(words=words)
    words.close()
    (hit,) = ask(vault, "guin planet").hits
    assert hit.snippet.text.startswith("A planet")
    (hit,) = ask(vault, "ursula").hits
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["Ursula"]
    assert hit.line == 2


def test_a_regular_expression_is_marked_where_it_matches(shelf: Vault) -> None:
    (hit,) = ask(shelf, "/seek lev\\w+/").hits
    ((start, end),) = hit.snippet.marks
    assert hit.snippet.text[start:end] == "seek leverage"
    assert (hit.line, hit.heading) == (7, "On wealth")


def test_facts_alone_show_how_the_note_begins(shelf: Vault) -> None:
    (hit,) = ask(shelf, "type:podcast").hits
    assert hit.snippet.text.startswith("Naval says: seek leverage.")
    assert hit.snippet.marks == ()
    assert (hit.score, hit.line, hit.heading) == (0.0, None, "")


def test_an_explanation_says_how_it_was_read_and_what_each_hit_meets(shelf: Vault) -> None:
    found = ask(shelf, "leverage (type:podcast OR path:private) -money", explain=True)
    assert found.explanation.splitlines()[:3] == ["all of", "  word leverage", "  any of"]
    (hit,) = found.hits
    assert hit.row.path == "private/secret.md"
    assert hit.why is not None
    assert hit.why.conditions == ("word leverage", "path contains private")
    assert hit.why.words == ("leverage",)
    assert [(term, field) for term, field, _ in hit.why.fields] == [("leverag", "body")]
    assert sum(share for _, share in hit.why.parts) == pytest.approx(hit.score)
    assert explanation_lines(hit)[0] == "secret: word leverage; path contains private"


def test_a_word_that_no_note_has_is_answered_by_its_nearest_spelling(shelf: Vault) -> None:
    found = ask(shelf, "levrage type:podcast")
    assert [hit.row.path for hit in found.hits] == ["naval.md"]
    assert found.remarks == ('Showing results for "leverage" (no note has "levrage").',)
    assert found.answered_query == "leverage type=podcast"


def test_words_that_no_note_has_together_find_notes_with_some_of_them(shelf: Vault) -> None:
    found = ask(shelf, "naval leverage horizons")
    assert found.hits[0].row.path == "naval.md"  # it has two of them
    assert {hit.row.path for hit in found.hits} == {
        *("naval.md", "leverage.md", "book.md", "private/secret.md")
    }
    assert found.total == len(found.hits)
    assert (found.remarks, found.is_relaxed) == ((SOME_WORDS_MESSAGE,), True)


def test_a_note_with_the_rarer_word_comes_first(shelf: Vault) -> None:
    found = ask(shelf, "leverage horizons")
    assert found.hits[0].row.path == "book.md"


def test_longer_words_of_the_same_stem_are_found_where_some_words_are_enough(vault: Vault) -> None:
    vault.write("letter.md", "A handwritten letter.\n")
    vault.write("pen.md", "My handwriting.\n")
    vault.write("other.md", "Of a hand.\n")
    vault.refresh(words=words_of(vault))
    found = ask(vault, "handwriting zeppelin")
    assert [hit.row.path for hit in found.hits] == ["pen.md", "letter.md"]
    assert found.is_relaxed
    snippet = found.hits[1].snippet
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["handwritten"]
    assert [hit.row.path for hit in ask(vault, "handwriting").hits] == ["pen.md"]
    assert ask(vault, "handwriting letter", relax=False).total == 0


def test_notes_with_some_of_the_words_must_meet_all_other_conditions(shelf: Vault) -> None:
    assert [hit.row.path for hit in ask(shelf, "naval leverage horizons type:book").hits] == [
        "book.md"
    ]
    found = ask(shelf, "naval leverage horizons -type:podcast")
    assert "naval.md" not in {hit.row.path for hit in found.hits}
    assert ask(shelf, "naval horizons type:daily").total == 0


def test_notes_with_some_of_the_words_are_in_the_order_that_was_asked_for(shelf: Vault) -> None:
    found = ask(shelf, "naval leverage horizons sort:path")
    assert [hit.row.path for hit in found.hits] == sorted(hit.row.path for hit in found.hits)
    assert ask(shelf, "naval leverage horizons limit:2").total == found.total


def test_the_words_that_a_note_has_are_marked(shelf: Vault) -> None:
    hit = ask(shelf, "naval leverage horizons").hits[0]
    marked = {hit.snippet.text[start:end].casefold() for start, end in hit.snippet.marks}
    assert marked == {"naval", "leverage"}


def test_few_notes_with_all_of_many_words_are_not_all_that_is_shown(vault: Vault) -> None:
    vault.write("all.md", "spade rake hoe fork\n")
    vault.write("most.md", "spade rake hoe\n")
    vault.write("one.md", "fork\n")
    for number in range(9):
        vault.write(f"other{number}.md", "glove\n")
    vault.refresh(words=words_of(vault))
    found = ask(vault, "spade rake hoe fork")
    assert [hit.row.path for hit in found.hits] == ["all.md", "most.md", "one.md"]
    assert (found.total, found.is_relaxed) == (3, True)
    assert found.remarks == ("1 note has all words, others some.",)
    exact = ask(vault, "spade rake hoe fork", relax=False)
    assert ([hit.row.path for hit in exact.hits], exact.is_relaxed) == (["all.md"], False)
    # Quotes and scopes mean what they say.
    for text in ('spade rake "hoe fork"', "spade rake body:hoe fork"):
        found = ask(vault, text)
        assert ([hit.row.path for hit in found.hits], found.is_relaxed) == (["all.md"], False)


def test_notes_with_all_of_many_words_are_shown_among_many_that_have_some(vault: Vault) -> None:
    vault.write("all.md", f"{'glove ' * 900} spade rake hoe fork\n")
    for number in range(30):
        vault.write(f"some{number}.md", "spade rake hoe\n")
        vault.write(f"other{number}.md", "glove\n")
    vault.refresh(words=words_of(vault))
    assert "all.md" in [hit.row.path for hit in ask(vault, "spade rake hoe fork").hits]


def test_words_that_say_nothing_are_neither_respelt_nor_in_the_way(shelf: Vault) -> None:
    found = ask(shelf, "naval by the leverage of horizons")
    assert found.hits[0].row.path == "naval.md"
    assert found.remarks == (SOME_WORDS_MESSAGE,)


@pytest.mark.parametrize("text", ["why would shoes", "how can shoes?", "what about running shoes"])
@pytest.mark.parametrize("typing", [False, True])
def test_question_words_are_not_needed(shelf: Vault, text: str, *, typing: bool) -> None:
    found = ask(shelf, text, typing=typing)
    assert found.hits[0].row.path == "running.md"
    assert SOME_WORDS_MESSAGE not in found.remarks


def test_question_words_are_needed_in_phrases_and_alone(shelf: Vault) -> None:
    assert paths(shelf, "who") == ["run"]
    assert paths(shelf, "who is the") == ["run"]
    assert paths(shelf, '"who runs"') == ["run"]
    assert paths(shelf, '"what shoes"') == []


def test_question_words_are_needed_where_nothing_else_is_wanted(shelf: Vault) -> None:
    assert ask(shelf, "why shoes", relax=False).total == 0
    assert list_notes(shelf.query("why shoes"), sources(shelf, words_of(shelf)))[0] == 0


def test_a_spelling_and_missing_words_are_both_said(shelf: Vault) -> None:
    found = ask(shelf, "nawal horizons")
    assert {hit.row.path for hit in found.hits} == {"naval.md", "book.md"}
    assert found.remarks == (
        'Showing results for "naval" (no note has "nawal").',
        SOME_WORDS_MESSAGE,
    )
    assert ask(shelf, "nawal horizons shoes running").remarks == found.remarks


def test_nothing_else_is_answered_where_that_is_not_wanted(shelf: Vault) -> None:
    found = ask(shelf, "levrage", relax=False)
    assert (found.total, found.hits, found.answered_query) == (0, [], "")
    assert found.remarks == ('No note has "levrage". Did you mean leverage?',)


def test_of_a_text_that_was_pasted_nothing_is_guessed(shelf: Vault) -> None:
    assert ask(shelf, "naval horizons").answered_query == "(naval OR horizons)"
    found = ask(shelf, f"naval {' ' * 500} horizons")
    assert (found.total, found.answered_query) == (0, "")


def test_nothing_near_is_nothing(shelf: Vault) -> None:
    found = ask(shelf, "xyzzyplugh")
    assert (found.total, found.hits, found.remarks, found.answered_query) == (0, [], (), "")


def test_words_that_are_not_looked_for_are_said(shelf: Vault) -> None:
    assert ask(shelf, "the").remarks == (
        '"the" is too common to search for. Use /the/ to find it.',
    )
    assert ask(shelf, "the xyzzyplugh of quuxfrob").remarks == ()


def test_a_regular_expression_that_never_ends_is_stopped(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_filter, "CPU_SECONDS", 0.3)
    vault.write("a.md", "a" * 40 + "!\n")
    vault.refresh()
    with pytest.raises(UsageError, match="was too slow"):
        ask(vault, "/(a+)+$/")


@pytest.fixture
def slow(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """A vault whose last note keeps some expressions busy for years."""
    monkeypatch.setattr(text_filter, "CPU_SECONDS", 0.3)
    vault.write("a.md", "a lever\n")
    vault.write("b.md", "a wedge\n")
    vault.write("slow.md", "a" * 60 + "!\n")
    vault.refresh(words=words_of(vault))
    return vault


def test_what_a_slow_expression_found_is_answered_and_said(slow: Vault) -> None:
    found = ask(slow, "/lever|(a+)+$/")
    assert [hit.row.path for hit in found.hits] == ["a.md"]
    assert found.hits[0].line == 1
    [said] = found.remarks
    assert said.startswith("/lever|(a+)+$/ was too slow and was stopped after ")
    assert "of 3 notes." in said


@cases("text", ["-/lever|(a+)+$/", "lever OR -(wedge OR /lever|(a+)+$/)"], fast=1)
def test_of_notes_that_were_not_looked_at_none_is_said_not_to_match(slow: Vault, text: str) -> None:
    with pytest.raises(UsageError, match="was too slow") as caught:
        ask(slow, text)
    assert (caught.value.text, caught.value.position) == (text, text.index("/"))


def test_what_goes_on_into_commands_is_whole_or_nothing(slow: Vault) -> None:
    text = "title:a OR /lever|(a+)+$/"
    with pytest.raises(UsageError, match="was too slow") as caught:
        ask(slow, text, relax=False)
    assert caught.value.position == 11
    with pytest.raises(UsageError, match="was too slow") as caught:
        list_notes(slow.query(text), sources(slow, words_of(slow)))
    assert (caught.value.text, caught.value.position) == (text, 11)


def test_several_slow_expressions_have_one_time_together(slow: Vault) -> None:
    """Each has a moment at least, so that a quick one beside a slow one is answered."""
    found = ask(slow, "/lever|(a+)+$/ OR /wedge/")
    assert [hit.row.path for hit in found.hits] == ["a.md", "b.md"]
    assert len(found.remarks) == 1


def test_facts_never_open_the_words(vault: Vault) -> None:
    vault.write("a.md", "---\ntype: book\n---\n")
    vault.refresh()

    def opened() -> WhooshIndex:
        pytest.fail("the words index was opened")

    query = vault.query("type:book -is:draft sort:-modified")
    assert list_notes(query, SearchSources(vault.catalog, opened, str(vault.root)))[0] == 1


def test_a_list_of_words_is_sorted_by_title(shelf: Vault) -> None:
    words = words_of(shelf)
    total, rows = list_notes(shelf.query("leverage"), sources(shelf, words), limit=2)
    words.close()
    assert (total, [row.title for row in rows]) == (3, ["Leverage", "On wealth"])


def test_without_a_words_index_titles_are_searched_and_that_is_said(vault: Vault) -> None:
    vault.write("Deep work.md", "x #focus")
    vault.write("b.md", "deep work in the body only")
    vault.refresh()
    found = ask(vault, "deep -line:(focus)")
    assert [hit.row.path for hit in found.hits] == []
    found = ask(vault, "deep work")
    assert [hit.row.path for hit in found.hits] == ["Deep work.md"]
    assert "only titles, aliases and tags" in found.remarks[0]
    with pytest.raises(Unusable):
        list_notes(vault.query("deep"), sources(vault, words_of(vault)))


def test_a_note_that_is_gone_is_never_shown(vault: Vault) -> None:
    for name in "abcdef":
        vault.write(f"{name}.md", "common words")
    words = words_of(vault)
    vault.refresh(words=words)
    vault.remove("a.md")
    vault.refresh()
    assert paths(vault, "common") == list("bcdef")
    words.close()


def test_searching_for_facts_loads_neither_whoosh_nor_sqlite_utils(shelf: Vault) -> None:
    code = f"""
import sys
from datetime import date
from notekeep.catalog.catalog import Catalog
from notekeep.search.text_filter import list_notes
from notekeep.catalog.indexer import Indexer
from notekeep.search import session
from notekeep.search.suggestions import suggest_notes
from notekeep.search.text_filter import SearchSources
from notekeep.catalog.columns import query_fields
from notekeep.query.grammar import parse_query

catalog = Catalog({str(shelf.cache)!r})
Indexer({str(shelf.root)!r}, catalog).refresh()
fields = query_fields({{}}, catalog.field_names())
query = parse_query("rating>=3 sort:-rating", fields, today=date.today())
assert list_notes(query, SearchSources(catalog, lambda: None, ""))[0] == 2
assert suggest_notes(query, catalog).total == 2
heavy = ("whoosh", "sqlite_utils", "yaml", "rich", "textual")
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"


def test_a_passage_is_read_when_it_is_used(vault: Vault) -> None:
    vault.write("kept.md", "Bread needs time.\n")
    vault.write("gone.md", "Bread needs salt.\n")
    vault.refresh(words=words_of(vault))
    found = {hit.row.path: hit for hit in ask(vault, "bread sort:title").hits}
    (vault.root / "gone.md").unlink()
    assert found["kept.md"].snippet.text.strip() == "Bread needs time."
    assert found["gone.md"].snippet.text == ""
