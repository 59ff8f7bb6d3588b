"""Folds of a note, its tasks, quotes and footnotes, whatever its blocks and its length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.note import Note
from notekeep.markdown.outline import read_body
from notekeep.tui.page.page import NoteRendering
from notekeep.tui.page.page_lines import NoteSurroundings
from notekeep.tui.render.glyphs import UNICODE
from notekeep.tui.render.styled_text import line_text

WIDTH = 100

# What people write one below the other, much of it with blank lines within.
PARTS = [
    *("Some words.", "Two lines\nof *them* with `code`", "A line\\\nand another", "1986. A year"),
    *("# ^id", "## %%out%%", "# Head", "## Sub", "Under\n=====", "Under too\n---", "---", "***"),
    *("> a quote\nthat goes on", "> one\n>\n> two", "> [!note]\n> > within"),
    *("> [!tip]- Closed\n> - in\n>\n>   it", "> [!tip]+ Open\n> ```\n> # code\n> ```"),
    *("- a\n- b", "- a\n\n- b", "- a\n\n  inside\n\n- b", "* [ ] do\n* [x] done", "3) c\n4) d"),
    *("1. one\n   - two\n\n     three\n2. four", "- a\n\n      code in it", "Text:\n- a\n\n- b"),
    *("- item\n\n  ```\n  a\n\n  b\n  ```", "    indented\n\n    code", "~~~\n\n```\n\n~~~"),
    *("```python\nx = 1\n\n# no head\n\n- no list\n```", "| a | b |\n|---|:-:|\n| 1 | 2 |"),
    *("Text:\n| a |\n|---|\n| 1 |", "Is $x^2$ so?", "<!-- a\n\n# b\n\n-->", "<pre>\n\nc\n\n</pre>"),
    *("<div>\n# no head\n</div>", "<details>\n\nd\n\n", "</details>", "<kbd>x</kbd> is pressed"),
    *("See [a site][Home] and [b].", "[home]: https://example.org", "[c d]:\n  <x y>"),
    *("Word\n: meaning\n", "Word\n\n: meaning\n\n: another\n"),
]
TEXTS = st.lists(
    st.tuples(st.sampled_from(PARTS), st.sampled_from(["\n", "\n\n", "\n\n\n"])), max_size=12
).map(lambda parts: "".join(part + gap for part, gap in parts))


def rendering_of(body: str, toggled: set[str] | None = None) -> NoteRendering:
    note = Note("notes/N.md", "N", body=body)
    return NoteRendering(
        note, WIDTH, UNICODE, NoteSurroundings(is_live=True, toggled=toggled or set())
    )


@given(TEXTS, st.data())
def test_sections_folded_later_look_as_if_they_were_folded_at_first(
    body: str, data: st.DataObject
) -> None:
    drawn = rendering_of(body)
    keys = [key for block, key in drawn.text.headings.items() if drawn.text.can_fold(block)]
    folded = data.draw(st.lists(st.sampled_from(keys), unique=True)) if keys else []
    open_lines = list(drawn.lines)
    for key in folded:
        drawn.toggle(key)
    assert list(drawn.lines) == list(rendering_of(body, set(folded)).lines)
    for key in folded:
        drawn.toggle(key)
    assert list(drawn.lines) == open_lines


@given(TEXTS, st.data())
def test_every_section_that_folds_has_a_line_to_fold_it_at(body: str, data: st.DataObject) -> None:
    drawn = rendering_of(body)
    row = data.draw(st.integers(0, len(drawn.lines) - 1))
    if (section := drawn.section_at(row)) is not None:
        key, heading = section
        links = (piece.link for line in drawn.lines[heading:] for piece in line.line if piece.link)
        assert next(links).endswith(key), "the mark follows on the last line of a long heading"


LONG = "\n".join(
    f"## Part {n}\n\nWords[^{n}] of [it].\n\n- [ ] task {n}\n\n> quote {n} (p. {n})\n"
    for n in range(2000)
)


def test_what_is_defined_at_the_very_end_is_known_at_the_beginning() -> None:
    drawn = rendering_of(f"{LONG}\n[it]: https://example.org\n")
    first = drawn.lines[:100]
    assert any(piece.link == "https://example.org" for row in first for piece in row.line)


def test_a_folded_section_says_its_whole_length() -> None:
    lines = LONG.count("\n") + 1 - LONG.count("\n\n") - 1
    drawn = rendering_of(f"# All\n\n{LONG}", {"heading 1 # All"})
    assert any(f"{lines} lines" in line_text(row.line) for row in drawn.lines)


@pytest.mark.slow
def test_what_is_far_down_is_found() -> None:
    foot = "[^7]: the seventh"
    body = f"{LONG}\n{foot}\n"
    lines = body.split("\n")
    at = lines.index("> quote 1500 (p. 1500)")
    drawn = rendering_of(body)
    assert drawn.find_line("footnote", "7") == lines.index(foot) + 1
    drawn = rendering_of(body)
    assert drawn.find_line("footnote_ref", "7") == lines.index("Words[^7] of [it].") + 1
    drawn = rendering_of(body)
    assert "quote 1500" in line_text(drawn.lines[drawn.reveal_line(at + 1)].line)
    assert drawn.text.quote_at(at) == ("quote 1500", "p. 1500")
    assert drawn.text.task_at(at - 2) == "task 1500"


@given(TEXTS)
def test_tasks_and_quotes_are_those_of_the_whole_text(body: str) -> None:
    """A note that is looked through whole says the same of them as one line alone."""
    spans = read_body(body)
    drawn = rendering_of(body)
    for task in spans.tasks:
        assert drawn.text.task_at(task.line) == task.text
    for quote in spans.quotes:
        assert drawn.text.quote_at(quote.line) == (quote.text, quote.locator)
