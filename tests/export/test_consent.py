"""A note leaves when somebody said so, and never when anything says that it must not."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Refused
from notekeep.export.privacy.consent import (
    PRIVATE_MARK,
    UnmarkedNote,
    check_consent,
    fold_mark,
    is_like_private,
    is_withheld,
    may_mention_private,
    parse_yes_no,
)
from notekeep.markdown.note import read_note
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.markdown.fields.field_values import Value


def consent(text: str, *, named: bool, path: str = "notes/n.md", marked: bool = False) -> None:
    note = read_note(path, text.encode())
    check_consent(note, named=named, published=frozenset({path} if marked else ()))


@pytest.mark.parametrize("front", ["", "---\npublish: true\n---\n", '---\npublish: "yes"\n---\n'])
def test_naming_a_note_is_consent(front: str) -> None:
    consent(f"{front}body", named=True)


def test_a_query_takes_only_what_is_marked() -> None:
    consent("---\npublish: true\n---\nbody", named=False)
    consent("body", named=False, marked=True)
    with pytest.raises(UnmarkedNote, match="not marked publish: true"):
        consent("body", named=False)


@pytest.mark.parametrize(
    "front",
    [
        "publish: false",
        'publish: "false"',
        "publish: 'No'",
        "publish: off",
        "publish: never",
        "publish: maybe",
        "publish: 2026-03-01",
        "private: true",
        'private: "true"',
        "private: yes, please",
        "tags: [a, private]",
        "tags: a, private/deep",
        "publish: true\nprivate: true",
        "publish: [broken",
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_what_says_no_or_cannot_be_understood_is_refused(front: str, *, named: bool) -> None:
    with pytest.raises(Refused) as caught:
        consent(f"---\n{front}\n---\nbody", named=named, marked=True)
    assert caught.value.exit_code == 4
    assert caught.value.message.startswith("notes/n.md: ")


def test_a_note_in_a_private_folder_is_refused() -> None:
    with pytest.raises(Refused, match="private"):
        consent("---\npublish: true\n---\nbody", named=True, path="private/n.md")


def test_private_false_is_no_secret() -> None:
    consent("---\nprivate: false\n---\nbody", named=True)
    assert not is_withheld({"private": False})
    assert is_withheld({"private": "who knows"})
    assert is_withheld({"publish": "false"})


def test_answers_are_read_as_people_write_them() -> None:
    yes: list[Value] = [True, "Yes", "on", 1]
    no: list[Value] = [False, "No", "0", "never"]
    neither: list[Value] = ["maybe", None, 2, []]
    assert [parse_yes_no(value) for value in yes] == [True] * 4
    assert [parse_yes_no(value) for value in no] == [False] * 4
    assert [parse_yes_no(value) for value in neither] == [None] * 4


def test_every_slip_of_one_letter_is_nearly_private() -> None:
    cuts = [(PRIVATE_MARK[:at], PRIVATE_MARK[at:]) for at in range(len(PRIVATE_MARK) + 1)]
    slips = {one + rest[1:] for one, rest in cuts if rest}
    slips |= {one + rest[1] + rest[0] + rest[2:] for one, rest in cuts if len(rest) > 1}
    for letter in string.ascii_lowercase:
        slips |= {one + letter + rest for one, rest in cuts}
        slips |= {one + letter + rest[1:] for one, rest in cuts if rest}
    slips -= {PRIVATE_MARK, "primate"}
    assert [slip for slip in sorted(slips) if not is_like_private(slip)] == []
    assert [slip for slip in sorted(slips) if not may_mention_private(f"[!{slip}]")] == []


@pytest.mark.parametrize("sign", "éıİſрＶ\u00ad\u200b\u0301")
def test_no_sign_of_another_alphabet_hides_a_mark(sign: str) -> None:
    cuts = [(PRIVATE_MARK[:at], PRIVATE_MARK[at:]) for at in range(len(PRIVATE_MARK) + 1)]
    words = {one + sign + rest for one, rest in cuts}
    words |= {one + sign + rest[1:] for one, rest in cuts if rest}
    words |= {word.upper() for word in words}
    marks = [word for word in words if fold_mark(word) == PRIVATE_MARK]
    marks += [word for word in words if is_like_private(fold_mark(word))]
    assert marks
    assert [word for word in sorted(marks) if not may_mention_private(f"[!{word}]")] == []


def test_a_text_of_another_alphabet_mentions_nothing() -> None:
    assert not may_mention_private("Ein größeres Café, “quoted” — 図")


@pytest.mark.parametrize("word", ["private", "privacy", "primate", "pirate", "privately", "", "p"])
def test_other_words_are_not_nearly_private(word: str) -> None:
    assert not is_like_private(word)


@pytest.mark.parametrize(
    ("front", "is_hidden"),
    [
        ("title: private", False),
        ("published: false", False),
        ("publish: true", False),
        ("private: false", False),
        ("publish: 'No'", True),
        ("private:", True),
        ("private: maybe", True),
        ("Private: true", True),
    ],
)
def test_a_vault_hides_the_names_of_what_is_not_for_others(
    front: str, *, is_hidden: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEKEEP_HOME", str(tmp_path / "home"))
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "a.md").write_text(f"---\n{front}\n---\nwords", "utf-8")
    vault = Vault.open(tmp_path / "vault")
    vault.indexing.refresh()
    with vault.publishing.source() as source:
        assert source.is_hidden("a.md") is is_hidden
