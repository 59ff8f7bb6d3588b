"""What `lint` finds, what it mends, and what it leaves alone because it would have to guess."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import NotekeepError
from notekeep.markdown import note
from notekeep.notes.link_repair import NearNames

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.notes.lint import Lint
    from notekeep.vault import Vault

NOTE = "inbox/New.md"


def lint(vault: Vault, text: str, path: str = NOTE) -> Lint:
    place = Path(vault.root, path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text.encode())
    vault.indexing.refresh(words=False)
    return vault.notes.lint([path])


def mended(found: Lint) -> str:
    """The one file of the plan as it would be."""
    (change,) = found.plan.changes
    return (change.after or b"").decode()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[[Deep Wyrk]]", "[[Deep Work]]"),
        ("[[Deep Wrk#Rules|text]]", "[[Deep Work#Rules|text]]"),
        ("![[Deepp Work]]", "![[Deep Work]]"),
        ("[[books/Deep Wyrk]]", "[[books/Deep Work]]"),
        ("[a](../books/Deep%20Wyrk.md#x)", "[a](../books/Deep%20Work.md#x)"),
        ("[a](Relatve.md)", "[a](Relative.md)"),
        ("`[[Deep Wyrk]]` [[Deep Wyrk]]", "`[[Deep Wyrk]]` [[Deep Work]]"),
    ],
)
def test_a_link_that_misses_one_name_by_a_letter_is_corrected(
    vault: Vault, text: str, wanted: str
) -> None:
    found = lint(vault, f"One\r\n{text}\r\n")
    assert [(one.problem.line, one.problem.code) for one in found.findings] == [(2, "broken-link")]
    assert mended(found) == f"One\r\n{wanted}\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "[[Nowhere near]]",
        "[[Lst]]",  # too short to be told
        "[[Deep Work]] and [a](https://example.org/Deep%20Wyrk)",
        "`[[Deep Wyrk]]`",
        "![[pictur.png]]",
    ],
)
def test_no_link_is_guessed(vault: Vault, text: str) -> None:
    found = lint(vault, text)
    assert (found.findings, found.plan.changes) == ([], [])


def test_a_link_that_is_not_closed_is_named_with_its_line(vault: Vault) -> None:
    found = lint(vault, "---\ntitle: x\n---\nOne\n\nSee [[Prag   says so\nand [[Deep Work]].\n")
    ((problem, has_fix),) = found.findings
    assert (problem.line, problem.code, has_fix) == (6, "open-link", False)
    assert "[[Prag   says so" in problem.message
    assert found.plan.changes == []


@pytest.mark.parametrize(
    "text",
    ["`[[Prag`", "```\nx = [[a, b,\n```", "%% [[Prag %%", "$$\n[[a, b\n$$", "Type [[ for a link."],
)
def test_what_is_no_link_need_not_be_closed(vault: Vault, text: str) -> None:
    assert lint(vault, f"{text}\n").findings == []


def test_two_letters_in_the_wrong_order_are_one_slip() -> None:
    near = NearNames([("Zettel.md", "", [])])
    assert near.find("Zetetl") is not None
    assert near.find("Ztetle") is None


def test_two_near_names_are_none() -> None:
    near = NearNames([("a/Chapter one.md", "", []), ("b/Chapter ones.md", "", [])])
    assert near.find("Chapter onee") is None


def test_numbers_are_not_slips() -> None:
    near = NearNames([("daily/2026-11-24.md", "", []), ("Object detection 1.md", "", [])])
    assert near.find("2026-11-25") is None
    assert near.find("Object detection 2") is None
    found = near.find("Object detecton 1")
    assert found is not None
    assert found.path == "Object detection 1.md"


def test_another_beginning_is_another_word() -> None:
    assert NearNames([("External links.md", "", [])]).find("Internal links") is None


def test_a_title_or_an_alias_may_be_what_is_near() -> None:
    near = NearNames([("x.md", "Thinking, Fast and Slow", ["Kahneman"])])
    for typed, name in [
        ("Kahnemann", "Kahneman"),
        ("Thinking Fast and Slow", "Thinking, Fast and Slow"),
    ]:
        found = near.find(typed)
        assert found is not None
        assert found.name == name


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        ("tags: a, b", "tags: [a, b]", {"tag-text"}),
        ("tags: a b # c", "tags: [a, b] # c", {"tag-text"}),
        ("tags: ['#a', b]", "tags: ['a', b]", {"tag-sign"}),
        ("tags: [a, b, A]", "tags: [a, b]", {"tag-twice"}),
        ("tags:\n  - a\n  - b\n  - a", "tags:\n  - a\n  - b", {"tag-twice"}),
        ('tags:\n- "#a"\n- b', 'tags:\n- "a"\n- b', {"tag-sign"}),
        ('tags: "#a, a"', "tags: [a]", {"tag-text", "tag-sign", "tag-twice"}),
    ],
)
def test_odd_tags_become_a_list(vault: Vault, before: str, after: str, codes: set[str]) -> None:
    found = lint(vault, f"---\ntitle: x\n{before}\n---\nText\n")
    assert {one.problem.code for one in found.findings} == codes
    assert {one.problem.line for one in found.findings} == {3}
    assert mended(found) == f"---\ntitle: x\n{after}\n---\nText\n"


@pytest.mark.parametrize("tags", ["tags: a", "tags: [a, b]", "tags:", "tags: []", "title: '#x'"])
def test_tags_that_are_well_are_left(vault: Vault, tags: str) -> None:
    found = lint(vault, f"---\n{tags}\n---\nText #a without an end")
    assert (found.findings, found.plan.changes) == ([], [])


def test_lines_of_the_log_get_the_shape_that_was_meant(vault: Vault) -> None:
    log = "# Log\r\n\r\n- 2026.11.03 med: 12\r\n- 2026-11-04 med: 1,5\r\n- 2026-11-05 med:\r\n"
    path = "habits/log/2026-11.laptop.md"
    found = lint(vault, log, path)
    assert [(one.problem.line, one.problem.code) for one in found.findings] == [
        (3, "H001"),
        (4, "H004"),
    ]
    assert mended(found) == (
        "# Log\r\n\r\n- 2026-11-03 med: 12\r\n- 2026-11-04 med: 1.5\r\n- 2026-11-05 med:\r\n"
    )


class TestNames:
    """Names that other systems do not allow."""

    def write(self, vault: Vault, notes: dict[str, str]) -> None:
        for path, text in notes.items():
            place = Path(vault.root, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        vault.indexing.refresh(words=False)

    def test_a_note_gets_a_name_that_travels_and_links_follow(
        self, vault: Vault, texts: Callable[[], dict[str, bytes]]
    ) -> None:
        self.write(
            vault,
            {
                "inbox/Why?.md": "# Why\n\n[[Deep Wyrk]] and [[Which: one]]\n",
                "books/Which: one.md": "# Which\n\n[why](../inbox/Why%3F.md#x)\n",
                "Linking.md": '---\nup: "[[Why?]]"\n---\n[[Why?|so]] and ![[inbox/Why?]]\n',
            },
        )
        before = texts()
        found = vault.notes.lint(["inbox/Why?.md", "books/Which: one.md"], "names")
        codes = {(one.problem.path, one.problem.code, one.has_fix) for one in found.findings}
        assert codes == {
            ("inbox/Why?.md", "name", True),
            ("inbox/Why?.md", "broken-link", True),
            ("books/Which: one.md", "name", True),
        }
        vault.notes.apply(found.plan)

        after = texts()
        assert after["inbox/Why.md"] == b"# Why\n\n[[Deep Work]] and [[Which - one]]\n"
        assert after["books/Which - one.md"] == b"# Which\n\n[why](../inbox/Why.md#x)\n"
        assert after["Linking.md"] == b'---\nup: "[[Why]]"\n---\n[[Why|so]] and ![[inbox/Why]]\n'
        assert not {"inbox/Why?.md", "books/Which: one.md"} & after.keys()
        assert vault.notes.lint(list(after)).plan.changes == []
        vault.history.undo()
        assert texts() == before

    def test_a_note_called_by_its_file_keeps_that_as_its_title(self, vault: Vault) -> None:
        self.write(vault, {"inbox/Why?.md": "Text.\n", "Linking.md": "[[Why?]]\n"})
        vault.notes.apply(vault.notes.lint(["inbox/Why?.md"]).plan)
        assert vault.search.read("Why?").path == "inbox/Why.md"
        assert vault.search.read("Why?").title == "Why?"
        assert vault.workspace.read("Linking.md") == b"[[Why]]\n"

    def test_names_that_become_one_get_a_number(
        self, vault: Vault, texts: Callable[[], dict[str, bytes]]
    ) -> None:
        notes = {"a/Why?.md": "# 1\n", "a/Why*.md": "# 2\n", "a/WHY.md": "# 3\n"}
        self.write(vault, notes)
        vault.notes.apply(vault.notes.lint(list(notes)).plan)
        assert {path: data for path, data in texts().items() if path.startswith("a/")} == {
            "a/WHY.md": b"# 3\n",
            "a/Why 2.md": b"# 2\n",
            "a/Why 3.md": b"# 1\n",
        }

    def test_a_note_that_cannot_be_read_is_renamed_all_the_same(
        self, vault: Vault, texts: Callable[[], dict[str, bytes]]
    ) -> None:
        self.write(vault, {"Odd?.md": "---\ntags: [open\n---\nText\n"})
        vault.notes.apply(vault.notes.lint(["Odd?.md"]).plan)
        assert texts()["Odd.md"] == b"---\ntags: [open\n---\nText\n"

    @pytest.mark.parametrize(
        "path", ["in:box/Note.md", "habits/log/2026.a?.md", "templates/book?.md"]
    )
    def test_folders_logs_and_templates_are_left_to_the_person(
        self, vault: Vault, path: str
    ) -> None:
        self.write(vault, {path: "# Text\n"})
        found = vault.notes.lint([path])
        (finding,) = found.findings
        assert (finding.problem.code, finding.has_fix) == ("name", False)
        assert finding.problem.hint
        assert found.plan.changes == []

    def test_when_one_of_them_cannot_be_renamed_no_link_is_changed(
        self, vault: Vault, texts: Callable[[], dict[str, bytes]]
    ) -> None:
        self.write(vault, {"Why?.md": "# Why\n", "Linking.md": "[[Why?]]\n"})
        plan = vault.notes.lint(["Why?.md"]).plan
        self.write(vault, {"Why.md": "# Somebody else's\n"})
        before = texts()
        with pytest.raises(NotekeepError, match="Why"):
            vault.notes.apply(plan)
        assert texts() == before


def test_a_note_that_cannot_be_read_hides_no_other(vault: Vault) -> None:
    lint(vault, "[[Deep Wyrk]]\n")
    found = vault.notes.lint(["inbox/Broken.md", NOTE])
    assert [change.path for change in found.plan.changes] == [NOTE]


def test_all_is_one_step(vault: Vault, texts: Callable[[], dict[str, bytes]]) -> None:
    lint(vault, "---\ntags: a, b\n---\n[[Deep Wyrk]]\n")
    lint(vault, "---\ntags: a, a\n---\n", "inbox/Second.md")
    before = texts()
    found = vault.notes.lint([NOTE, "inbox/Second.md"], "all")
    assert len(vault.notes.apply(found.plan).paths) == 2
    assert vault.notes.lint([NOTE, "inbox/Second.md"]).findings == []
    vault.history.undo()
    assert texts() == before


def test_the_body_of_a_note_without_broken_links_is_not_looked_through(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    lint(vault, "---\ntags: a, b\n---\n# Title\n\n[[Deep Work]]\n")

    def refuse(text: str) -> None:
        raise AssertionError(text)

    monkeypatch.setattr(note, "read_body", refuse)
    assert [one.problem.code for one in vault.notes.lint([NOTE]).findings] == ["tag-text"]
