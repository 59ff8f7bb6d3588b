"""Replacing text in notes: what changes, what stays, and what is refused."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notekeep.errors import NotFound, UsageError
from notekeep.notes.replace import Replacement
from tests.support.sizes import sized

if TYPE_CHECKING:
    from notekeep.notes.plan import WritePlan
    from notekeep.vault import Vault


def plan(vault: Vault, old: str, new: str, **options: bool) -> WritePlan:
    vault.indexing.refresh(words=False)
    request = Replacement(old, new, **options)
    return vault.notes.find_replacements(request, vault.search.paths()).plan()


def replaced(vault: Vault, text: str, old: str = "Old", new: str = "New", **options: bool) -> str:
    """Return a note after a replacement."""
    note = Path(vault.root, "inbox/Tried.md")
    note.write_bytes(text.encode())
    vault.notes.apply(plan(vault, old, new, **options))
    return note.read_bytes().decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("An Old one, Older.\n", "An New one, Newer.\n"),
        ("**Old** and *Old*\n", "**New** and *New*\n"),
        ("## Old times\n", "## New times\n"),
        ("> Old\n> [!note] Old\n", "> New\n> [!note] New\n"),
        ("- [x] Old task ^Old\n", "- [x] New task ^Old\n"),
        ("`Old` Old\n\n```\nOld\n```\n\n    Old\n", "`Old` New\n\n```\nOld\n```\n\n    Old\n"),
        ("$Old$ Old\n\n$$\nOld\n$$\n", "$Old$ New\n\n$$\nOld\n$$\n"),
        ("[Old](Old.md) ![Old](Old.png)\n", "[New](Old.md) ![New](Old.png)\n"),
        ('[Old](<Old.md> "Old")\n', '[New](<Old.md> "Old")\n'),
        ("[[Old]] [[Old|Old]] [[Old#Old|x]] Old\n", "[[Old]] [[Old|New]] [[Old#Old|x]] New\n"),
        ("![[Old.png|Old|300]] Old\n", "![[Old.png|New|300]] New\n"),
        (
            "[Old][1] [Old] [Old][]\n\n[Old]: Old.md\n[1]: Old.md\n",
            "[New][1] [Old] [Old][]\n\n[Old]: Old.md\n[1]: Old.md\n",
        ),
        ("Old https://Old.org/Old www.Old.org\n", "New https://Old.org/Old www.Old.org\n"),
        ("me@Old.org Old\n", "me@Old.org New\n"),
        ("#Old #a/Old Old\n", "#Old #a/Old New\n"),
        ("Old[^Old]\n\n[^Old]: Old\n", "New[^Old]\n\n[^Old]: New\n"),
        ('<b class="Old">Old</b>\n', '<b class="Old">New</b>\n'),
        ('<div id="Old">\nOld\n</div>\n', '<div id="Old">\nNew\n</div>\n'),
        ("%% Old %% <!-- Old -->\n", "%% New %% <!-- New -->\n"),
        ("%% private Old %% Old\n", "%% private Old %% New\n"),
        ("Old:: Old\n", "Old:: New\n"),
        ("---\nOld: Old\nby: [Old, b]\n---\nx\n", "---\nOld: New\nby: [New, b]\n---\nx\n"),
        ("---\ntitle: Old\n---\nOld\n", "---\ntitle: Old\n---\nNew\n"),
        ("---\ntags: [Old]\n---\nOld\n", "---\ntags: [Old]\n---\nNew\n"),
        ("---\nsee: '[[Old]]'\n---\nOld\n", "---\nsee: '[[Old]]'\n---\nNew\n"),
        ("---\nfile: Old/a.md\n---\nOld\n", "---\nfile: Old/a.md\n---\nNew\n"),
        ("# Old\n\nOld\n\n# Old 2\n", "# Old\n\nNew\n\n# New 2\n"),
    ],
)
def test_text_changes_and_code_addresses_tags_and_names_stay(
    vault: Vault, before: str, after: str
) -> None:
    assert replaced(vault, before) == after
    assert replaced(vault, before.replace("\n", "\r\n")) == after.replace("\n", "\r\n")


def test_everywhere_means_the_whole_file(vault: Vault) -> None:
    text = "---\nOld: Old\ntags: [Old]\n---\n# Old\n[[Old]] `Old` #Old\n"
    assert replaced(vault, text, everywhere=True) == text.replace("Old", "New")


@pytest.mark.parametrize(
    ("old", "before", "after"),
    [
        ("-", "- a-b\n- [ ] c\n\n---\n", "- aNb\n- [ ] c\n\n---\n"),
        ("x", "- [x] x\n", "- [x] N\n"),
        ("  ", "a  b\n    c\n", "aNb\n    c\n"),
        ("amp", "amp &amp;\n", "N &amp;\n"),
        ("|", "|a|b|\n|-|-|\n|c \\| d|e|\n", "|a|b|\n|-|-|\n|c \\| d|e|\n"),
        ("## Old", "## Old\n", "N\n"),
    ],
)
def test_marks_of_markdown_change_only_as_a_part_of_more_text(
    vault: Vault, old: str, before: str, after: str
) -> None:
    if before == after:
        Path(vault.root, "inbox/Tried.md").write_text(before)
        assert "inbox/Tried.md" not in {one.path for one in plan(vault, old, "N").changes}
    else:
        assert replaced(vault, before, old, "N") == after


def test_whole_words_and_case(vault: Vault) -> None:
    assert replaced(vault, "old older bold OLD\n", "old", "new", whole_words=True) == (
        "new older bold OLD\n"
    )
    assert replaced(vault, "old OLD\n", "old", "new", ignore_case=True) == "new new\n"
    with pytest.raises(NotFound, match='No note has "NEW"') as caught:
        plan(vault, "NEW", "x")
    assert caught.value.hint.startswith("1 note has it in another case.")


def test_an_accent_is_found_in_both_forms_and_never_cut_off(vault: Vault) -> None:
    apart = unicodedata.normalize("NFD", "Café")
    text = f"Café {apart} Cafe\n"
    assert replaced(vault, text, "Café", "Bar") == "Bar Bar Cafe\n"
    assert replaced(vault, text, "Cafe", "Bar") == f"Café {apart} Bar\n"
    assert replaced(vault, f"{apart}s s\n", "s", "z", whole_words=True) == f"{apart}s z\n"


def test_groups_of_a_regular_expression(vault: Vault) -> None:
    for new in (r"\2 \1", "$2 $1", "${b} $1"):
        text = replaced(vault, "one two\r\n", r"^(\w+) (?P<b>\w+)$", new, is_regex=True)
        assert text == "two one\r\n"
    assert replaced(vault, "5\n", "5", "$$0 \\0", is_regex=True) == "$0 5\n"
    assert replaced(vault, "5\n", "5", r"$1 \1 \n") == "$1 \\1 \\n\n"
    assert replaced(vault, "a\r\n\r\n\r\nb\r\n", r"\n\n+", "\n", is_regex=True) == "a\r\nb\r\n"


@pytest.mark.parametrize(("old", "new"), [("(", ""), ("a", r"\1"), ("", "x")])
def test_what_is_not_valid_is_refused(vault: Vault, old: str, new: str) -> None:
    with pytest.raises(UsageError):
        plan(vault, old, new, is_regex=True)


@pytest.mark.parametrize(
    ("new", "reason"),
    [(r"\9", "group reference 9."), ("${b}", "unknown group name 'b'."), (r"\d", "bad escape")],
)
def test_invalid_new_text_is_named_as_the_mistake(vault: Vault, new: str, reason: str) -> None:
    with pytest.raises(UsageError, match="The new text is not valid for /a/: ") as caught:
        plan(vault, "a", new, is_regex=True)
    assert reason in caught.value.message


@pytest.mark.parametrize("old", ["x*", "(a|)", r"\B"])
def test_expression_for_empty_text_everywhere_is_refused(vault: Vault, old: str) -> None:
    with pytest.raises(UsageError, match="matches empty text everywhere"):
        plan(vault, old, "-", is_regex=True)


def test_text_can_be_inserted_at_a_place(vault: Vault) -> None:
    text = "one\n\ntwo\n"
    assert replaced(vault, text, r"^(?=\w)", "- ", is_regex=True) == "- one\n\n- two\n"


def test_one_that_never_ends_is_stopped(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notekeep.search.text_filter.REPLACE_SECONDS", 0.3)
    Path(vault.root, "inbox/Slow.md").write_text("a" * 60 + "!")
    with pytest.raises(UsageError, match="too slow"):
        plan(vault, "(a+)+$", "b", is_regex=True)


def test_links_to_a_changed_heading_are_updated(vault: Vault) -> None:
    Path(vault.root, "inbox/Tried.md").write_text("# T\n\n## Old rules\n\n[[#Old rules]]\n")
    links = Path(vault.root, "inbox/Links.md")
    links.write_text(
        "[[Tried#Old rules]] [[Tried#Old rules|x]] ![[Tried#T#Old rules]] [[Other#Old rules]]\n"
        "[a](Tried.md#Old%20rules) [b](<Tried.md#Old rules>) [c](Tried.md#old-rules)\n"
    )
    vault.notes.apply(plan(vault, "Old", "Newer"))
    assert Path(vault.root, "inbox/Tried.md").read_text().endswith("[[#Newer rules]]\n")
    assert links.read_text() == (
        "[[Tried#Newer rules]] [[Tried#Newer rules|x]] ![[Tried#T#Newer rules]]"
        " [[Other#Old rules]]\n"
        "[a](Tried.md#Newer%20rules) [b](<Tried.md#Newer rules>) [c](Tried.md#newer-rules)\n"
    )
    assert not [link for link in vault.catalog.links("inbox/Links.md") if link.state == "broken"][
        1:
    ]


@pytest.mark.parametrize(
    ("links", "unchanged"),
    [
        ("[[#Old rules]]", []),
        ("[[Tried#Old rules]] [[Old#Old rules]]", ["Left unchanged: 2 in links and addresses."]),
        ("`Old` [[#Old rules]] Old", ["Left unchanged: 1 in code."]),
    ],
)
def test_updated_links_are_not_counted_as_unchanged(
    vault: Vault, links: str, unchanged: list[str]
) -> None:
    note = Path(vault.root, "inbox/Tried.md")
    note.write_text(f"# T\n\nOld, Old\n\n## Old rules\n\n{links}\n")
    assert plan(vault, "Old", "Newer").remarks == unchanged


REFUSED = {
    "inbox/Conflict.md": "Old\n<<<<<<< a\nOld\n=======\nb\n>>>>>>> c\n",
    "inbox/Unclosed.md": "---\nby: [Old\n---\nOld\n",
    "inbox/Latin.md": "Old \xe9\n",
}


def test_notes_with_conflicts_or_unreadable_text_are_named_and_the_others_go_on(
    vault: Vault,
) -> None:
    for path, text in REFUSED.items():
        Path(vault.root, path).write_bytes(text.encode("latin-1"))
    Path(vault.root, "inbox/Fine.md").write_text("Old\n")
    made = plan(vault, "Old", "New")
    assert {one.path for one in made.refused} == {*REFUSED}
    assert [one.path for one in made.changes] == ["inbox/Fine.md"]


def test_a_change_that_would_damage_front_matter_a_link_or_privacy_is_refused(
    vault: Vault,
) -> None:
    Path(vault.root, "inbox/Matter.md").write_text("---\nby: Old\n---\n")
    Path(vault.root, "inbox/Link.md").write_text("[[Deep Work|Old]]\n")
    Path(vault.root, "inbox/Secret.md").write_text("---\nprivate: true\n---\n")
    for new in ("[a", "a: b", "b #1", "5"):
        assert "inbox/Matter.md" in {one.path for one in plan(vault, "Old", new).refused}
    assert {one.path for one in plan(vault, "Old", "a]]b").refused} == {"inbox/Link.md"}
    opened = plan(vault, "true", "false", everywhere=True)
    assert {one.path for one in opened.refused} == {"inbox/Secret.md"}


def test_lines_can_be_left_out_and_one_undo_reverts_the_rest(vault: Vault, texts: object) -> None:
    assert callable(texts)
    Path(vault.root, "inbox/Tried.md").write_text("Old, Old\nb\nOld\n")
    Path(vault.root, "inbox/Zoo.md").write_text("Old\n")
    vault.indexing.refresh(words=False)
    before = texts()
    found = vault.notes.find_replacements(Replacement("Old", "New"), vault.search.paths())
    shown = [(one.path, one.line, one.before, one.after) for one in found.lines]
    assert shown == [
        ("inbox/Tried.md", 1, "Old, Old", "New, New"),
        ("inbox/Tried.md", 3, "Old", "New"),
        ("inbox/Zoo.md", 1, "Old", "New"),
    ]
    vault.notes.apply(found.plan([found.lines[2], found.lines[0]]))
    assert Path(vault.root, "inbox/Tried.md").read_text() == "New, New\nb\nOld\n"
    vault.history.undo()
    assert texts() == before


PIECES = ["Old", "old", " ", "\n", "\r\n", "\n\n", "`", "[[", "]]", "|", "#Old", "## Old\n", "- "]
PIECES += ["[Old](", ")", "[", "]", "O\u0301ld", "\t", "**", "$", "%%", "---\n", "by: ", "> "]
PIECES += ["```\n", "https://", "<b>", "&amp;", "^Old", "'", '"']
NOTES = st.lists(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), max_size=20)


@settings(
    max_examples=sized(10, 100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(notes=NOTES)
def test_only_matches_change_and_code_links_and_tags_stay(vault: Vault, notes: list[str]) -> None:
    folder = Path(vault.root, "tried")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number, text in enumerate(notes):
        Path(folder, f"{number}.md").write_bytes(text.encode())
    try:
        made = plan(vault, "Old", "New")
    except NotFound:
        return
    for change in made.changes:
        before, after = (data.decode() for data in (change.before or b"", change.after or b""))
        assert after.replace("New", "Old") == before
        assert after.count("New") > 0
        old, new = (vault.workspace.note(change.path, one.encode()) for one in (before, after))
        assert [one.target for one in new.spans.links] == [one.target for one in old.spans.links]
        assert [one.name for one in new.spans.tags] == [one.name for one in old.spans.tags]
        assert [new.body[one.start : one.end] for one in new.spans.code] == [
            old.body[one.start : one.end] for one in old.spans.code
        ]
        assert new.title == old.title
