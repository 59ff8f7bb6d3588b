"""A note drawn by and by: the same as drawn whole, and its first screen without the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.note import Note
from notekeep.markdown.outline import read_body
from notekeep.tui.page.drawn_lines import NoteSurroundings
from notekeep.tui.page.page import LARGE, NoteRendering
from notekeep.tui.render.glyphs import UNICODE
from notekeep.tui.render.styled_text import FOLD_LINK, line_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.tui.page.drawn_lines import DrawnLine

WIDTH = 100

# What people write one below the other, much of it with blank lines within.
PARTS = [
    *("Some words.", "Two lines\nof *them* with `code`", "A line\\\nand another", "1986. A year"),
    *("# Head", "## Sub", "Under\n=====", "Under too\n---", "---", "***"),
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


def without_folds(rows: Iterable[DrawnLine]) -> list[str]:
    """Return lines as text, without the marks of what folds."""
    return [
        line_text(piece for piece in row.line if not piece.link.startswith(FOLD_LINK)).rstrip()
        for row in rows
    ]


def words(drawn: NoteRendering) -> list[str]:
    """Return the text below the head."""
    lines = without_folds(drawn.lines)
    return lines[drawn.head_height + 1 :]


@given(TEXTS, st.lists(st.integers(1, 40), max_size=6), st.data())
def test_it_is_the_same_however_it_is_drawn(
    body: str, counts: list[int], data: st.DataObject
) -> None:
    whole = rendering_of(body)
    whole.draw_lines(10_000)
    keys = [key for block, key in whole.text.headings.items() if whole.text.can_fold(block)]
    folded = set(data.draw(st.lists(st.sampled_from(keys), unique=True))) if keys else set()
    whole.around.toggled.update(folded)
    whole.refold()
    whole.draw_lines(10_000)
    drawn = rendering_of(body, set(folded))
    for count in counts:
        drawn.draw_lines(count)
        # What is drawn already is what will be there in the end.
        assert list(drawn.lines) == list(whole.lines)[: len(drawn.lines)]
    drawn.draw_lines(10_000)
    assert list(drawn.lines) == list(whole.lines)


LONG = "\n".join(
    f"## Part {n}\n\nWords[^{n}] of [it].\n\n- [ ] task {n}\n\n> quote {n} (p. {n})\n"
    for n in range(2000)
)


def test_the_first_screen_is_there_before_the_rest_is_drawn() -> None:
    drawn = rendering_of(f"{LONG}\n[it]: https://example.org\n")
    drawn.draw_lines(100)
    assert len(drawn.lines) < 120
    # What is defined at the very end is known at the beginning.
    assert any(piece.link == "https://example.org" for row in drawn.lines for piece in row.line)


def test_a_folded_section_says_its_whole_length_before_the_rest_is_drawn() -> None:
    lines = LONG.count("\n") + 1 - LONG.count("\n\n") - 1
    drawn = rendering_of(f"# All\n\n{LONG}", {"heading 1 # All"})
    drawn.draw_lines(10)
    assert any(f"{lines} lines" in line_text(row.line) for row in drawn.lines)


def test_what_is_far_down_is_found_before_the_rest_is_drawn() -> None:
    foot = "[^7]: the seventh"
    body = f"{LONG}\n{foot}\n"
    lines = body.split("\n")
    at = lines.index("> quote 1500 (p. 1500)")
    drawn = rendering_of(body)
    drawn.draw_lines(50)
    assert drawn.find_line("footnote", "7") == lines.index(foot) + 1
    drawn = rendering_of(body)
    drawn.draw_lines(50)
    assert drawn.find_line("footnote_ref", "7") == lines.index("Words[^7] of [it].") + 1
    drawn = rendering_of(body)
    assert "quote 1500" in line_text(drawn.lines[drawn.line_of(at + 1)].line)
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


# Blocks that take long to draw.

TABLE = "| a | b |\n|---|---|\n" + "\n".join(f"| {n} | *x* |" for n in range(LARGE // 8))


def test_drawing_between_keys_stops_before_a_block_that_takes_long() -> None:
    drawn = rendering_of(f"before\n\n{TABLE}\n\nafter")
    drawn.draw_for(60)
    assert drawn.is_next_slow
    assert words(drawn) == ["before"]
    drawn.predraw_block()
    drawn.draw_for(60)
    assert drawn.done
    assert words(drawn)[-1] == "after"


def test_what_was_drawn_ahead_is_dropped_when_a_fold_was_closed_meanwhile() -> None:
    inner = "\n".join(f"> line {n}" for n in range(LARGE // 8))
    drawn = rendering_of(f"before\n\n> [!tip]+ Open\n{inner}\n\nafter")
    drawn.draw_for(60)
    drawn.predraw_block()
    drawn.toggle("callout 2")
    assert drawn.is_next_slow
    drawn.predraw_block()
    drawn.draw_for(60)
    assert any("Open ▸" in line_text(row.line) for row in drawn.lines)
