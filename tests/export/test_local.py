"""Addresses of the person's machine stay on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.export.draft import Drafter
from notekeep.export.privacy.local_addresses import is_local, vault_path_of_address
from notekeep.export.source import Options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.export.draft import Draft
    from notekeep.export.source import VaultSource

    Write = Callable[..., VaultSource]


def draft(source: VaultSource) -> Draft:
    drafter = Drafter(source, Options())
    drafter.check_consent("n.md", named=True)
    return drafter.draft("n.md")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[my tax](file:///home/ada/tax.pdf)", "my tax"),
        ("[my tax](FILE:///home/ada/tax.pdf)", "my tax"),
        ("[my tax][t]\n\n[t]: file:///home/ada/tax.pdf 'T'", "my tax"),
        ("<file:///home/ada/tax.pdf>", "tax.pdf"),
        ("see file:///home/ada/my%20tax.pdf, there", "see my tax.pdf, there"),
        ("![a graph](file:///home/ada/g.png)", "a graph"),
        ("![a graph](file://server/share/g.png)", "a graph"),
        ('<a href="file:///home/ada/x">x</a>', "<a>x</a>"),
        ('<img alt="g" src=file:///home/ada/g.png>', '<img alt="g">'),
        ("[open](obsidian://open?vault=ada&file=tax)", "open"),
        ("<obsidian://open?vault=ada&file=tax>", "tax"),
    ],
)
def test_an_address_of_this_machine_stays_here(write_vault: Write, text: str, left: str) -> None:
    made = draft(write_vault({"n.md": text}))
    assert made.passage.text.strip() == left
    assert "ada" not in made.passage.text
    assert "removed an address on this machine" in {c.reason for c in made.changes}


def test_code_is_shown_as_written_whatever_it_names(write_vault: Write) -> None:
    text = "`file:///tmp/x`\n\n```sh\ncurl file:///tmp/x\n```\n"
    assert draft(write_vault({"n.md": text})).passage.text == text


def test_a_file_of_the_vault_is_found_by_its_whole_address(
    write_vault: Write, tmp_path: Path
) -> None:
    root = tmp_path / "small"
    picture = (root / "pictures" / "two words.png").as_uri()
    source = write_vault(
        {"n.md": f"![p]({picture}) [other]({(root / 'o.md').as_uri()})", "o.md": "O"}
    )
    (root / "pictures").mkdir()
    (root / "pictures" / "two words.png").write_bytes(b"png")
    made = draft(source)
    assert {(ref.kind, ref.path) for ref in made.refs.items} == {
        ("asset", "pictures/two words.png"),
        ("note", "o.md"),
    }
    assert str(root) not in made.passage.text


def test_a_definition_that_leads_into_the_vault_goes_with_the_links_that_used_it(
    write_vault: Write,
) -> None:
    text = "[a][d] and [b][web].\n\n[d]: private/Diary.md\n[web]: https://example.org\n"
    notes = {"n.md": text, "private/Diary.md": "D"}
    made = draft(write_vault(notes))
    assert made.passage.text == "a and [b][web].\n\n[web]: https://example.org\n"


def test_front_matter_names_no_place_of_this_machine(write_vault: Write) -> None:
    head = (
        "---\ncover: file:///home/ada/c.png\ncanonical: file:///home/ada/p.html\n"
        "description: see file:///home/ada/d.txt\ntitle: On file:///home/ada/e.txt\n---\nx\n"
    )
    made = draft(write_vault({"n.md": head}))
    post = made.post
    assert (post.cover, post.canonical, post.description) == ("", "", "see d.txt")
    assert post.title == "On e.txt"
    assert made.warnings == [
        f"n.md, line {line}: Removed an address on this machine from `{field}`."
        for line, field in [(2, "cover"), (3, "canonical"), (4, "description"), (5, "title")]
    ]


def test_addresses_of_the_web_in_front_matter_need_no_warning(write_vault: Write) -> None:
    head = (
        "---\ntitle: 'Plan: a start'\ncover: https://example.org/c.png\n"
        "canonical: https://example.org/\nmood: file:///home/ada\n---\nx\n"
    )
    assert draft(write_vault({"n.md": head})).warnings == []


def test_what_is_local_and_what_is_not(tmp_path: Path) -> None:
    assert is_local(" file:///x")
    assert not is_local("https://example.org/file:x")
    assert not is_local("files/x.png")
    assert vault_path_of_address(f"file://{tmp_path}/../x", str(tmp_path)) == ""
    assert vault_path_of_address(f"file://localhost{tmp_path}/a", str(tmp_path)) == "a"
