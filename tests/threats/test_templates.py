"""A template from somebody else is text with a few names in it: nothing in it runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

HOSTILE = [
    "{{''.__class__.__mro__}}",
    "{{title.__init__.__globals__}}",
    "{{range(10**9)}}",
    "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
    "<% tp.system.prompt() %>",
    "<%* require('child_process').exec('touch canary') %>",
    "{{#system}}touch canary{{/system}}",
    "{{date:" + "%Y" * 10_000 + "}}",
    "{{{{{{title}}}}}}",
    "$(touch canary) `touch canary` ${HOME}",
    "{{env.HOME}}{{config}}{{path:/etc/passwd}}{{include /etc/passwd}}",
    "{" * 100_000,
]


@pytest.mark.parametrize("template", HOSTILE, ids=lambda text: text[:20])
def test_a_note_made_from_it_holds_it_as_text(
    template: str, run: Callable[..., CommandResult], root: Path
) -> None:
    (root / "templates").mkdir()
    (root / "templates/note.md").write_text(f"# {{{{title}}}}\n\n{template}\n", "utf-8")
    start = time.process_time()
    assert run("new", "note", "A title").code == 0
    assert time.process_time() - start < 10
    (note,) = (root / "inbox").glob("*.md")
    text = note.read_text("utf-8")
    assert len(text) < 2 * len(template) + 1000
    assert "root:" not in text
    assert str(root) not in text
    if "title}}}" not in template and "date:" not in template:
        assert template in text
    assert not list(root.parent.rglob("canary"))


@pytest.mark.parametrize("linked", ["templates/note.md", "templates"])
def test_one_that_is_a_link_to_another_place_is_not_read(
    linked: str, run: Callable[..., CommandResult], root: Path
) -> None:
    secret = root.parent / "mine"
    secret.mkdir()
    (secret / "note.md").write_text("my key\n", "utf-8")
    place = root / linked
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(secret if linked == "templates" else secret / "note.md")

    made = run("new", "note", "A title")

    assert made.code == 4
    assert linked in made.err
    assert not (root / "inbox").exists()


@pytest.mark.parametrize(
    "title", ["{{date}}", "{{title}}", "x\n---\nprivate: false", '"}} {{time}}', "a: [b"]
)
def test_a_title_is_no_template_and_no_front_matter(
    title: str, run: Callable[..., CommandResult], root: Path
) -> None:
    (root / "templates").mkdir()
    (root / "templates/note.md").write_text(
        "---\ntitle: {{title}}\nprivate: true\n---\n{{title}}\n", "utf-8"
    )
    assert run("new", "note", "--", title).code in {0, 2, 4}
    for note in (root / "inbox").glob("*.md"):
        head = note.read_text("utf-8").split("\n---\n")[0]
        assert "private: true" in head
        assert "private: false" not in head.splitlines()
