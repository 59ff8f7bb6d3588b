"""Text that was pasted or half typed: what it finds, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.errors import UsageError
from tests.search.test_questions import paths
from tests.support.sizes import cases

if TYPE_CHECKING:
    from notekeep.vault import Vault
    from tests.search.conftest import MakeVault

CODE = (
    "Edit /etc/hosts, pass /EHsc. Error: file not found at localhost:8080 with FOO=bar and"
    " -fsanitize=address in C:\\Users\\me, where p->next; party) at 50% for 42€, see #42, U.S.A."
    " and A.I. in v1.3.1; call malloc() and static_assert(x), alignas(16), operator <<"
)


@cases("typing", [False, True], fast=2)
@pytest.mark.parametrize(
    "text",
    [
        *["/etc/hosts", "/EHsc", "Error: file not found", "localhost:8080", "FOO=bar"],
        *["-fsanitize=address", "C:\\Users", "p->next", "party)", "50%", "42€", "#42", "U.S.A."],
        *["A.I.", "1.3.1", "v1.3.1", "malloc()", "static_assert(", "alignas(16)", "operator <<"],
        "this-> malloc",
        *["see #42, (U.S.A.", 'at "localhost', '""" Error: file """', "| C:\\Users", "operator OR"],
    ],
)
def test_pasted_text_finds_the_note_that_has_it(
    make: MakeVault,
    text: str,
    typing: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    vault = make({"code.md": CODE, "other.md": "Nothing of that."})
    assert paths(vault, text, typing=typing) == ["code.md"]


def test_what_is_no_field_is_said_to_be_text_and_a_slip_is_an_error(make: MakeVault) -> None:
    vault = make({"code.md": CODE})
    found = vault.search.search("localhost:8080")
    assert found.remarks == ('There is no field "localhost". It was searched for as text.',)
    with pytest.raises(UsageError, match='no field "tpye"'):
        vault.search.search("tpye:book")
    for query in (vault.search.rows, lambda text: vault.search.search(text, relax=False)):
        with pytest.raises(UsageError, match='no field "localhost"'):
            query("localhost:8080")


def test_incomplete_signs_are_said_where_a_text_is_searched(make: MakeVault) -> None:
    vault = make({"code.md": CODE})
    for typing in (False, True):
        found = vault.search.search("(pass OR", typing=typing)
        assert found.total == 1
        assert set(found.remarks) == {
            "This bracket is not closed.",
            "OR needs something after it.",
        }
    with pytest.raises(UsageError, match="has no words"):
        vault.search.search('""')
    for query in (vault.search.rows, lambda text: vault.search.search(text, relax=False)):
        with pytest.raises(UsageError, match="not closed"):
            query("(pass")


@pytest.mark.parametrize("text", ["#pragma once", "#pragma", "#prag", "#[cfg(test)]"])
def test_signs_of_code_that_begin_like_a_tag_are_searched_as_text(
    make: MakeVault, text: str
) -> None:
    vault = make({"a.md": "Write #[cfg(test)] and `#pragma once`.", "b.md": "Nothing of that."})
    assert paths(vault, text, typing=True) == ["a.md"]
    if text == "#pragma once":
        assert paths(vault, text) == ["a.md"]
        assert vault.search.search(text).remarks == (
            'No note has the tag "pragma". It was searched for as text.',
        )
        assert vault.search.rows(text).total == 0


def test_a_note_with_the_signs_stands_before_others_with_the_word(make: MakeVault) -> None:
    vault = make({"a.md": "fix it, fix it", "b.md": "git commit --fixup fix", "c.md": "ruff --fix"})
    assert paths(vault, "--fix")[0] == "c.md"


def test_words_of_two_scripts_in_a_row_are_found(make: MakeVault) -> None:
    vault = make({"a.md": "構造体と`enum`を公開する", "b.md": "構造体を公開する"})
    assert paths(vault, "構造体とenumを公開する") == ["a.md"]
    assert paths(vault, "構造体") == ["b.md", "a.md"]


def test_a_text_of_more_words_than_a_query_may_have_is_searched_by_its_rarest(
    make: MakeVault,
) -> None:
    common = " ".join(f"word{number}" for number in range(300))
    vault = make(
        {"wanted.md": f"{common} zebra quagga", "other.md": common, "third.md": f"{common} more"}
    )
    found = vault.search.search(f"{common} zebra quagga okapi")
    assert found.hits[0].row.path == "wanted.md"
    assert found.remarks[0] == "The query has more than 200 words. Its 20 rarest were searched."


def test_the_last_word_is_a_beginning_even_where_it_is_a_function_word(make: MakeVault) -> None:
    vault = make(
        {
            f"{word}{number}.md": f"The version {word}"
            for word in ("history", "one")
            for number in range(5)
        }
    )
    for typed in ("version hi", "version his", "version hist"):
        found = paths(vault, typed, typing=True)[:5]
        assert sorted(found) == [f"history{number}.md" for number in range(5)], typed
    assert len(paths(vault, "version from", typing=True)) == 10  # which begins no word here
    assert len(paths(vault, "version his")) == 10


def test_a_rare_beginning_stands_before_the_notes_without_the_function_word(
    make: MakeVault,
) -> None:
    vault = make({"a.md": "A version", "b.md": "The version and its history", "c.md": "versions"})
    assert paths(vault, "version his", typing=True)[0] == "b.md"
    assert set(paths(vault, "version his", typing=True)) == {"a.md", "b.md", "c.md"}


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("job", "ob"),  # three letters
        ("money", "honey"),  # another first letter
        ("atlas", "alias"),  # two edits, of less than eight letters
        ("shouldd", "should"),  # into a function word
        ("straße", "straus"),
    ],
)
def test_a_word_is_not_corrected_into_one_that_was_hardly_meant(
    make: MakeVault, word: str, other: str
) -> None:
    vault = make({"a.md": f"The text has {other}."})
    found = vault.search.search(word)
    assert (found.total, found.answered_query) == (0, "")


@pytest.mark.parametrize(
    ("word", "other"), [("ketle", "kettle"), ("leveragge", "leverage"), ("moss", "mosz")]
)
def test_a_clear_slip_is_corrected_and_that_is_said(make: MakeVault, word: str, other: str) -> None:
    vault = make({"a.md": f"The text has {other}."})
    found = vault.search.search(word)
    assert found.total == 1
    assert f'Showing results for "{other}"' in found.remarks[0]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("2026-03-05", "facts.md"),
        ("5.3.2026", "facts.md"),
        ("4.5", "facts.md"),
        ("320", "facts.md"),
        ("🍣", "🍣 Sushi.md"),
    ],
)
def test_facts_of_front_matter_and_signs_of_names_are_found(
    make: MakeVault, query: str, path: str
) -> None:
    vault = make(
        {
            "facts.md": "---\ndate: 2026-03-05\nrating: 4.5\npages: 320\n---\nText.\n",
            "🍣 Sushi.md": "# A meal\n\nRice.\n",
            "other.md": "Nothing of that, in 2026.\n",
        }
    )
    assert paths(vault, query) == [path]
    assert paths(vault, query, typing=True) == [path]
    assert paths(vault, "2026") == ["other.md"]  # the year of a date is no word of its own


def test_a_value_that_no_note_has_is_said_with_the_one_that_was_meant(make: MakeVault) -> None:
    vault = make({"a.md": "---\ntype: book\nstatus: finished\n---\n"})
    remark = 'No note has the status "finishd". Did you mean finished?'
    assert vault.search.search("status:finishd").remarks == (remark,)
    assert vault.search.rows("status:finishd").remarks == [remark]
    assert not vault.search.rows("status:finished").remarks


def test_a_limit_of_a_query_is_the_most_that_it_finds(make: MakeVault) -> None:
    vault = make({f"{number}.md": "habit" for number in range(5)})
    assert vault.search.rows("habit limit:2", limit=1).total == 2


def test_a_folder_tells_titles_apart_while_one_types(make: MakeVault) -> None:
    vault = make({"Roundup/2021-12-01.md": "x", "Other/2021-12-01.md": "x", "Roundup/A.md": "x"})
    hits = vault.search.suggest("roundup 2021-12").hits
    assert [hit.row.path for hit in hits] == ["Roundup/2021-12-01.md"]
    assert vault.search.suggest("roundup").total == 0


def test_the_place_of_a_note_that_is_named_by_the_words_is_its_beginning(make: MakeVault) -> None:
    body = (
        "First words.\n\n> A habit is a vote.\n\n" + "Filler. " * 100 + "\n\nAtomic habits again.\n"
    )
    vault = make({"Atomic Habits.md": f"# Atomic Habits\n\n{body}", "b.md": "A habit, atomic."})
    for typing in (False, True):
        named = vault.search.search("atomic habit", typing=typing).hits[0]
        assert (named.row.path, named.line) == ("Atomic Habits.md", None)
        assert named.snippet.text.startswith("First words.")
    quote = vault.search.search("quote:habit").hits[0]
    assert (quote.row.path, quote.line) == ("Atomic Habits.md", 5)
    assert vault.search.search("title:habit").hits[0].line is None
    again = vault.search.search("filler habit").hits[0]
    assert again.line is not None  # the title has only one of the words


def test_what_is_marked_is_what_was_answered(make: MakeVault) -> None:
    vault = make({"a.md": "The kettle is instead of the kettles.", "b.md": "x"})
    text = "It is the kettle, instead of kettles in it"

    def marked(query: str) -> list[str]:
        matcher = vault.search.search(query).matcher
        return [] if matcher is None else [text[start:end] for start, end in matcher.spans(text)]

    assert marked("ketle") == ["kettle", "kettles"]
    assert marked("is it the kettle") == ["kettle", "kettles"]
    assert marked("type:book") == []


def test_a_word_within_another_form_does_not_count_as_typed(make: MakeVault) -> None:
    vault = make({"a.md": "Some habits of mine", "b.md": "Some habit of mine"})
    assert paths(vault, "habit") == ["b.md", "a.md"]


def test_words_are_near_where_the_best_of_all_fields_has_them(make: MakeVault) -> None:
    far = f"cue {'filler ' * 50} craving"
    vault = make({"a.md": far, "b.md": f"---\nsubtitle: cue craving\n---\n{far}\n"})
    near = proximity(vault, "cue craving")
    assert near["b.md"] > 10 * near["a.md"]


def proximity(vault: Vault, query: str) -> dict[str, float]:
    """How near the words of a query are in each note, as a share of the score of its words."""
    near = {}
    for hit in vault.search.search(query, explain=True).hits:
        assert hit.why is not None
        parts = dict(hit.why.parts)
        near[hit.row.path] = parts.get("words near each other", 0.0) / parts["words"]
    return near


def test_three_words_are_as_near_as_two_when_nothing_is_between_them(make: MakeVault) -> None:
    filler = "filler " * 50
    vault = make(
        {
            "two.md": "craving cue",
            "three.md": "reward craving cue",
            "apart.md": f"craving cue {filler} reward",
        }
    )
    near = proximity(vault, "cue craving reward")
    assert near["three.md"] == pytest.approx(proximity(vault, "cue craving")["two.md"])
    assert near["three.md"] > 10 * near["apart.md"]


def test_three_words_are_as_near_as_in_their_shortest_stretch(make: MakeVault) -> None:
    filler = "filler " * 20
    vault = make(
        {
            "a.md": f"cue {filler} craving reward",
            "b.md": f"cue {filler} craving reward cue",
            "c.md": f"reward craving {filler} cue {filler}",
        }
    )
    assert paths(vault, "cue craving reward")[0] == "b.md"


@pytest.mark.parametrize("name", ["maxRetryCount", "max_retry_count", "max-retry-count"])
def test_a_name_of_code_is_found_whole_and_by_its_parts(make: MakeVault, name: str) -> None:
    vault = make({"code.md": f"Set {name} to three.", "other.md": "Nothing of that."})
    for query in (name, "retry", "count retry", "ret*", f'"{name} to three"', "retr"):
        assert paths(vault, query, typing=query == "retr") == ["code.md"], query
    (hit,) = vault.search.search("retry").hits
    assert hit.snippet.marks
