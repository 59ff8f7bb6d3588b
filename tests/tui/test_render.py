"""What lists, heads, weeks, years and plans look like as lines."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.catalog.records import Row
from notekeep.errors import Problem, Refused
from notekeep.export.check.site_check import CheckReport
from notekeep.export.plan import ExportPlan, ExportResult, SiteChange
from notekeep.habits.summary import Cell
from notekeep.markdown.note import Note
from notekeep.markdown.sanitize import strip_markup
from notekeep.search.results import Hit, Passage, Snippet
from notekeep.tracking.habit_details import Calendar
from notekeep.tui.page.page import NoteRendering
from notekeep.tui.render.formatting import (
    count_of,
    field_text,
    kind_name,
    list_some,
    plural,
    short_date,
    stars,
    thousands,
)
from notekeep.tui.render.glyphs import ASCII_GLYPHS, UNICODE, Glyphs, choose_glyphs, without_shades
from notekeep.tui.render.habit_page import YEAR_LINES, year_lines
from notekeep.tui.render.note_rows import RowLook, hit_rows, note_head, note_row
from notekeep.tui.render.plan_lines import exported_lines, plan_lines, report_lines
from notekeep.tui.render.styled_text import StyledLine, line_text, line_width
from notekeep.tui.render.text_diff import wrap_patch

if TYPE_CHECKING:
    from notekeep.habits.calendar import Mark
    from notekeep.habits.evaluation import Status
    from notekeep.markdown.fields.field_values import Value

TODAY = dt.date(2026, 11, 24)
NOVEMBER = int(dt.datetime(2026, 11, 20, tzinfo=dt.UTC).timestamp() * 1e9)


def row(title: str, kind: str = "note", **fields: Value) -> Row:
    return Row(
        path=f"x/{title}.md",
        title=title,
        kind=kind,
        mtime_ns=NOVEMBER,
        size=10,
        private=False,
        problem=None,
        words=3,
        facts=json.dumps({"tags": ["a/b", "c"], "aliases": [], "fields": fields}),
    )


def texts(lines: list[StyledLine]) -> list[str]:
    return [line_text(line).rstrip() for line in lines]


def test_numbers_and_counts() -> None:
    assert thousands(10412) == "10 412"
    assert count_of(37, 10412) == "37 of 10 412"
    assert count_of(9, 9) == "9"
    assert plural(1, "note") == "1 note"
    assert plural(1200, "entry", "entries") == "1 200 entries"


def test_kinds_have_names_in_the_plural() -> None:
    assert [kind_name(kind) for kind in ("book", "daily", "field-report", "news")] == [
        "Books",
        "Daily notes",
        "Field reports",
        "News",
    ]


@pytest.mark.parametrize(
    ("rating", "shown"),
    [(0, "·····"), (3, "★★★··"), (4.5, "★★★★½"), (5, "★★★★★"), (9, "9    "), (-1, "-1   ")],
)
def test_a_rating_is_five_characters(rating: float, shown: str) -> None:
    assert stars(rating, UNICODE) == shown
    assert stars(rating, ASCII_GLYPHS).isascii()


@pytest.mark.parametrize(
    ("rating", "shown"), [(0, "·····"), (3.5, "★★½··"), (7, "★★★★★"), (8, "8    ")]
)
def test_stars_are_scaled_to_the_best_rating(rating: float, shown: str) -> None:
    assert stars(rating, choose_glyphs("unicode", {}, best=7)) == shown


def test_days_and_fields_are_short() -> None:
    assert short_date(dt.date(2026, 3, 2), TODAY) == "2 Mar"
    assert short_date(dt.date(2024, 3, 2), TODAY) == "Mar 2024"
    assert field_text(["Ann", "[[people/Bob|Bob B.]]"]) == "Ann, Bob B."
    assert field_text("2026-11-08T00:30:00+01:00") == "2026-11-08"
    assert field_text(4.0) == "4"
    assert field_text("a\x1bb\nc") == "a␛b c"


PLAIN = RowLook(dated_by="modified")


def test_a_row_has_the_sign_of_its_kind_and_what_says_most_of_it() -> None:
    book = row("Deep Work", "book", rating=4, author=["Cal Newport", "Somebody Else"])
    assert line_text(note_row(book, 50, UNICODE, TODAY, PLAIN)) == (
        "  ≡ Deep Work  Cal Newport         ★★★★·  20 Nov  "
    )
    # A detail that does not fit whole is left out, and a narrow list has none.
    assert "Cal" not in line_text(note_row(book, 44, UNICODE, TODAY, PLAIN))
    assert line_text(note_row(row("x", "recipe"), 40, UNICODE, TODAY, PLAIN)).startswith("  r x")
    marked = note_row(book, 50, UNICODE, TODAY, RowLook(here=True, marked=True))
    assert line_text(marked).startswith("▌ ● Deep Work")
    draft = note_row(row("A", "post", draft=True), 50, UNICODE, TODAY, PLAIN)
    assert line_text(draft).startswith("  ¶ A  draft")


def test_a_row_says_when_a_note_was_changed_or_the_date_it_is_sorted_by() -> None:
    book = row("Deep Work", "book", finished="2026-05-11")

    def said(dated_by: str | None) -> str:
        line = line_text(note_row(book, 40, UNICODE, TODAY, RowLook(dated_by=dated_by)))
        return line.split("Deep Work")[1].strip()

    assert said("modified") == "20 Nov"
    assert said("finished") == "11 May"
    # Without that date there is none: another one would look unsorted.
    assert said("started") == said(None) == ""
    now = dt.datetime.fromtimestamp(book.mtime_ns / 1e9).astimezone()
    today = line_text(note_row(book, 40, UNICODE, now.date(), PLAIN))
    assert today.rstrip().endswith(f"{now:%H:%M}")


def test_a_rating_in_another_scale_is_a_number() -> None:
    book = row("Deep Work", "book", rating=6)
    assert "★ 6 " in line_text(note_row(book, 50, UNICODE, TODAY, PLAIN))
    seven = choose_glyphs("unicode", {}, best=7)
    assert "★ 6/7 " in line_text(note_row(book, 50, seven, TODAY, PLAIN))


def test_a_title_has_the_room_of_stars_and_day_that_are_not_there() -> None:
    long = "A title of forty-one cells, which is long"
    no_date = RowLook()
    assert long in line_text(note_row(row(long), 49, UNICODE, TODAY, no_date))
    assert "…" in line_text(note_row(row(long), 49, UNICODE, TODAY, PLAIN))
    rated = line_text(note_row(row(long, "book", rating=4), 24, UNICODE, TODAY, PLAIN))
    assert "★" not in rated
    assert "20 Nov" in rated


def test_a_habit_is_listed_with_its_present_schedule_in_words() -> None:
    changes: Value = ["2025-11-24 mon,thu", "2026-03-02 mon,wed,fri"]
    gym = row("Gym", "habit", habit="gym", schedule=changes)
    assert "Mon, Wed, Fri" in line_text(note_row(gym, 60, UNICODE, TODAY, PLAIN))
    assert "2025-11-24" not in line_text(note_row(gym, 60, UNICODE, TODAY, PLAIN))


def test_what_is_broken_or_private_is_seen_beside_the_title() -> None:
    secret = row("Diary")
    secret.private, secret.problem = True, "line 2"
    assert line_text(note_row(secret, 40, UNICODE, TODAY, PLAIN)).startswith("  · Diary ! ⊘")


def hit_with(note: Row, *passage: Any) -> Hit:
    return Hit(note, 1.0, lambda: Passage(*passage))


def test_a_hit_shows_its_passage_as_prose_with_the_words_marked() -> None:
    text = "…\n## Why\n- [ ] see **[[Deep Work]]** and\n`code`"
    start = text.index("Deep")
    shown, marks = strip_markup(text, [(start, start + 4)])
    assert shown == "… see Deep Work and code"
    assert [shown[begin:end] for begin, end in marks] == ["Deep"]
    hit = hit_with(row("Depth"), Snippet(text, ((start, start + 4),)))
    second = found_rows(hit, 60)[1]
    assert [piece.text for piece in second if "mark" in piece.role] == ["Deep"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "…## Quotes\n\n> No broken windows. (p. 6)\n\n## Related…",
            "… No broken windows. (p. 6) …",
        ),
        (
            "No broken\nwindows.\n\nSecond.\n- one\n- two\n",
            "No broken windows. · Second. · one · two ",
        ),
        ("One.\n\n## All windows\nTwo.", "One. · All windows · Two."),
        ("One.\r\n\r\n### Other\r\nTwo windows.", "One. · Two windows."),
    ],
)
def test_paragraphs_of_a_passage_are_parted_and_other_headings_left_out(
    text: str, shown: str
) -> None:
    start = text.index("windows")
    prose, marks = strip_markup(text, [(start, start + 7)])
    assert prose == shown
    assert [prose[begin:end] for begin, end in marks] == ["windows"]


@pytest.mark.parametrize(
    ("text", "word", "shown"),
    [
        ("a ![[loop.png|420|the loop]] b", "the", "a the loop b"),
        ("a ![[loop.png|420x30|the loop]] b", "loop.png", "a loop.png b"),
        ("a ![[loop.png]] b", "b", "a loop.png b"),
        (
            "…the Search Console](https://search.org/x) and search",
            "Console",
            "…the Search Console and search",
        ),
        ("a [Console](https://search.org/x) b", "search", "a Console https://search.org/x b"),
        ("a [Console](https://search.org/x…", "search", "a Console https://search.org/x…"),
        ("a [Console](https://sear…", "Console", "a Console…"),
        ("[![a sign](s.svg)](https://sign.org) b", "sign.org", "a sign https://sign.org b"),
        ("…you do? %% · [^1]: Daniel, *Thinking*", "Thinking", "…you do? · Daniel, Thinking"),
        ("a [[Deep Work#Rules|rules]] b", "b", "a rules b"),
        ("a [[Deep Work|work]] b", "Deep", "a Deep Work b"),
        ("a [[Deep Work#Rules]] b", "b", "a Deep Work Rules b"),
        ("a [[Deep Work#^r-1]] b", "b", "a Deep Work b"),
        ("a deep line ^r-1\nb", "deep", "a deep line b"),
    ],
)
def test_a_link_in_a_passage_is_its_words(text: str, word: str, shown: str) -> None:
    start = text.index(word)
    prose, marks = strip_markup(text, [(start, start + len(word))])
    assert prose == shown
    assert [prose[begin:end] for begin, end in marks] == [word]


def found_rows(hit: Hit, width: int, lines: int = 1) -> list[StyledLine]:
    return hit_rows(hit, width, UNICODE, TODAY, RowLook(), None, lines=lines)


def test_a_hit_shows_two_lines_of_its_passage_and_the_heading_above_it() -> None:
    text = "a cue is worth more than a plan, and the craving fades when the cue is gone"
    hit = hit_with(row("Making"), Snippet(text, ((2, 5),)), 3, ("Loop", "The golden rule"))
    first, *found = texts(found_rows(hit, 50, lines=2))
    assert first == "  · Making  The golden rule"
    assert found == [
        "    a cue is worth more than a plan, and the",
        "    craving fades when the cue is gone",
    ]


def test_a_passage_is_read_without_addresses_and_comments() -> None:
    text = "see https://a.org/x?id=1 <!-- not this --> and %%nor this%% the <b>end</b>"
    assert second_line(text, 90, "end")[0] == "see and the end"


def second_line(text: str, width: int, *words: str) -> tuple[str, list[str]]:
    """What the second line of a hit shows, and what of it is marked."""
    marks = sorted((text.index(word), text.index(word) + len(word)) for word in words)
    line = found_rows(hit_with(row("x"), Snippet(text, tuple(marks))), width + 6)[1]
    return line_text(line).strip(), [piece.text for piece in line if "mark" in piece.role]


def test_a_narrow_list_shows_of_a_passage_where_the_words_are() -> None:
    text = "…the crowd, in that order. Make it easy The two-minute rule is what I use most"
    shown, marked = second_line(text, 34, "two-minute")
    assert marked == ["two-minute"]
    assert shown.startswith("…easy The two-minute rule")
    # The same passage with room for all up to there begins where it began.
    assert second_line(text, 70, "two-minute")[0].startswith("…the crowd")
    # Of several words, where most of them are.
    far = "one word here and very many others that say nothing, then two more words together"
    assert second_line(far, 40, "one", "two", "together")[1] == ["two", "together"]
    # Characters that take two cells count as two.
    assert second_line("漢字" * 12 + " 最後 end", 30, "最後")[1] == ["最後"]


def test_a_passage_is_read_without_the_signs_of_emphasis_and_links() -> None:
    text = (
        "The *two-minute rule*, see [[books/Deep Work|the book]] and [this](https://a.org/x), 5 * 3"
    )
    assert second_line(text, 90, "rule")[0] == ("The two-minute rule, see the book and this, 5 * 3")
    # What was looked for is seen, be it in an address.
    assert "https://a.org/x" in second_line(text, 90, "a.org")[0]


def test_a_hit_by_title_marks_the_title_and_says_its_tags() -> None:
    hit = hit_with(row("Deep Work", "book"), Snippet("Deep Work", ((0, 4),)))
    first, second = found_rows(hit, 60)
    assert [piece.text for piece in first if "mark" in piece.role] == ["Deep"]
    assert line_text(second).strip() == "#a/b #c"


@given(st.text(max_size=60), st.data())
def test_marks_of_a_passage_stay_in_it(text: str, data: st.DataObject) -> None:
    bounds = st.integers(0, len(text))
    marks = [tuple(sorted((data.draw(bounds), data.draw(bounds)))) for _ in range(2)]
    shown, moved = strip_markup(text, [(start, end) for start, end in marks])
    assert all(0 <= start <= end <= len(shown) for start, end in moved)
    assert "\n" not in shown


def test_the_head_of_a_note_names_what_is_known() -> None:
    note = Note(
        "books/a.md",
        "Atomic Habits",
        "book",
        fields={"author": ["James Clear"], "status": "finished", "finished": "2026-03-02"},
        tags=["habit"],
    )
    assert texts(note_head(note, 60, UNICODE)) == [
        "▄" * 63,
        "  ≡ Atomic Habits",
        "    James Clear · finished 2 Mar 2026",
        "    #habit",
        "▀" * 63,
    ]
    # Of facts that do not fit none is cut: the last are left out.
    assert "    James Clear" in texts(note_head(note, 26, UNICODE))


def test_the_head_of_a_habit_names_its_goal_but_for_one_that_is_only_ticked() -> None:
    def facts(goal: str) -> str:
        fields: dict[str, Value] = {"schedule": "daily", "goal": goal}
        return texts(note_head(Note("a.md", "a", "habit", fields=fields), 60, UNICODE))[2].strip()

    assert facts("done") == "daily"
    assert facts(">= 10 min") == "daily · >= 10 min"


def test_a_note_that_is_broken_says_where_and_what_to_do() -> None:
    problem = Problem("a.md", 3, "This is not YAML.", "Quote the value.")
    note = Note("a.md", "a", problem=problem)
    shown = texts(note_head(note, 60, UNICODE))
    assert "  ! line 3: This is not YAML." in shown
    assert "  Quote the value." in shown


def test_a_line_of_the_file_is_found_in_a_long_note() -> None:
    body = "\n\n".join(f"paragraph {number}" for number in range(5000))
    rendering = NoteRendering(Note("a.md", "a", body=body, body_line=4), 40, UNICODE)
    # Line 2005 of the file is line 2000 of the body, which is paragraph 1000.
    index = rendering.reveal_line(2005)
    assert line_text(rendering.lines[index].line) == "paragraph 1000"


def test_the_id_of_a_block_on_a_line_of_its_own_takes_no_room() -> None:
    body = "> quoted\n\n^kd-abcdefgh\n\na remark ^kd-abcdefgh-n\n"
    rendering = NoteRendering(Note("a.md", "a", body=body), 40, UNICODE)
    shown = [line_text(line.line).strip() for line in rendering.lines[rendering.head_height :]]
    assert [line for line in shown if "quoted" not in line] == ["", "", "a remark"]


def test_a_heading_that_is_only_the_title_is_not_shown_twice() -> None:
    rendering = NoteRendering(Note("a.md", "Deep Work", body="# Deep Work\n\ntext"), 40, UNICODE)
    assert sum("Deep Work" in line_text(drawn.line) for drawn in rendering.lines) == 1


def year(level: int, status: Status) -> Calendar:
    first = dt.date(2026, 1, 1)
    mark: Mark = "missed" if status == "missed" else "none"
    cells: list[Cell | None] = [
        Cell(first + dt.timedelta(n), status, mark, level, "", is_logged=True, is_disputed=False)
        if 0 <= n < 365
        else None
        for n in range(-3, 368)
    ]
    columns = [cells[start : start + 7] for start in range(0, len(cells), 7)]
    return Calendar(columns, [(0, 1), (5, 2)], 0)


@pytest.mark.parametrize("width", [57, 80, 120])
def test_a_year_fits_fifty_seven_columns_and_eight_lines(width: int) -> None:
    lines = year_lines(year(3, "done"), TODAY, UNICODE, width)
    assert len(lines) == YEAR_LINES == 8
    assert all(line_width(line) <= width for line in lines)
    assert line_text(lines[0]).strip().startswith("Jan")
    assert line_text(lines[1]).startswith("Mo")


def test_a_narrow_year_shows_the_weeks_around_today() -> None:
    lines = year_lines(year(3, "done"), TODAY, UNICODE, 30)
    assert all(line_width(line) <= 30 for line in lines)
    assert any("today" in piece.role for line in lines for piece in line)


@pytest.mark.parametrize(
    "glyphs", [without_shades(UNICODE), ASCII_GLYPHS], ids=["no colour", "ASCII"]
)
def test_levels_and_misses_differ_by_shape(glyphs: Glyphs) -> None:
    days: list[tuple[int, Status]] = [
        *((0, "rest"), (0, "missed")),
        *((1, "done"), (2, "done"), (3, "done"), (4, "done")),
    ]
    shapes = {
        line_text(year_lines(year(level, status), TODAY, glyphs, 57)[2])[10]
        for level, status in days
    }
    assert len(shapes) == 6


def plan(*files: SiteChange) -> ExportPlan:
    return ExportPlan("hugo", "Hugo", "/site", list(files))


def test_a_plan_shows_files_warnings_refusals_and_the_diff() -> None:
    made = plan(
        SiteChange(".notekeep-export.json", "new", None, b"{}\n"),
        SiteChange("a.md", "changed", b"one\ntwo\n", b"one\n2\x1b[31m\n", "a.md"),
        SiteChange("b.md", "conflict", b"mine\n", b"theirs\n", "b.md", "changed by hand"),
        SiteChange("p.png", "new", None, b"\x00\x01", "a.md"),
    )
    made.warnings.append("a link stays text")
    made.refused["secret.md"] = Refused("It is private.")
    shown = texts(plan_lines(made, 60, UNICODE))
    assert any("Hugo · /site" in line for line in shown)
    assert any("2 new  1 changed  1 conflict" in line for line in shown)
    assert "! secret.md: It is private." in shown
    assert "! a link stays text" in shown
    assert "! b.md · changed by hand" in shown
    assert "2 - two" in shown
    assert "2 + 2␛[31m" in shown
    assert "+ p.png · 2 bytes" in shown
    # The manifest is listed, and is nobody's to read.
    assert "+{}" not in shown


def test_a_long_line_of_a_diff_is_broken_between_words_under_its_first_letter() -> None:
    said = "+  Each station gives one lever, and each lever turns both ways."
    rows = texts(list(wrap_patch([said], 24)))
    assert rows == ["+  Each station gives", " one lever, and each", " lever turns both ways."]


@pytest.mark.parametrize("word", ["https://example.org/" + "x" * 60, "一二三四五六七八九十" * 4])
def test_a_word_that_is_longer_than_its_row_loses_nothing(word: str) -> None:
    rows = list(wrap_patch([f"-see {word} there"], 24))
    assert all(line_width(row) <= 24 for row in rows)
    assert "".join(line_text(row)[1:] for row in rows).replace(" ", "") == f"see{word}there"
    # All of it is on the ground of what is removed.
    assert all(piece.role.startswith("removed-line") for row in rows for piece in row)


def test_a_check_says_that_it_built_in_a_temporary_folder() -> None:
    built, not_built = CheckReport(built=True), CheckReport(message="hugo is not installed")
    assert "Built in a temporary folder." in texts(report_lines(built, 60, UNICODE))
    assert "Built in a temporary folder." not in texts(report_lines(not_built, 60, UNICODE))


def test_an_export_says_where_everything_is() -> None:
    done = ExportResult("/site", ["a.md", "known.md"], ["old.md"], ["b.md"])
    shown = texts(exported_lines(done, 60, UNICODE, {"a.md"}))
    assert "Written · /site" in shown
    assert "+ a.md" in shown
    assert "~ known.md" in shown, "it was there before"
    assert "- old.md" in shown
    assert "! b.md was edited on the site and is unchanged." in shown
    assert "s  decides what to do with edits made on the site" in shown
    nothing = ExportResult("/site")
    assert "Everything is up to date." in texts(exported_lines(nothing, 60, UNICODE, ()))


@pytest.mark.parametrize(
    ("setting", "environment", "chosen"),
    [
        ("", {"LANG": "en_US.UTF-8"}, UNICODE),
        ("", {"LANG": "C"}, ASCII_GLYPHS),
        ("", {"LANG": "C.UTF-8", "LC_ALL": "POSIX"}, ASCII_GLYPHS),
        ("", {"LANG": "de_DE.ISO-8859-1"}, ASCII_GLYPHS),
        ("", {"LANG": "C.UTF-8", "TERM": "linux"}, ASCII_GLYPHS),
        ("", {}, UNICODE),
        ("ascii", {"LANG": "en_US.UTF-8"}, ASCII_GLYPHS),
        ("unicode", {"LANG": "C"}, UNICODE),
    ],
)
def test_characters_are_those_the_terminal_can_show(
    setting: str, environment: dict[str, str], chosen: object
) -> None:
    assert choose_glyphs(setting, environment) == chosen


def test_kind_of_ones_own_has_its_sign_where_the_terminal_can_show_it() -> None:
    signs = {"recipe": "◇", "album": "A"}
    shown = choose_glyphs("unicode", {}, signs=signs)
    assert line_text(note_row(row("Soup", "recipe"), 40, shown, TODAY, PLAIN))[2] == "◇"
    plain = choose_glyphs("ascii", {}, signs=signs)
    assert line_text(note_row(row("Soup", "recipe"), 40, plain, TODAY, PLAIN))[2] == "r"
    assert line_text(note_row(row("Blue", "album"), 40, plain, TODAY, PLAIN))[2] == "A"


def test_the_plain_set_is_plain() -> None:
    for name in ASCII_GLYPHS.__match_args__:
        if name in {"best", "draws_pictures"}:
            continue
        value = getattr(ASCII_GLYPHS, name)
        value = list(value.values()) if name == "kinds" else value
        assert all(part.isascii() for part in ([value] if isinstance(value, str) else value)), name


def test_a_hit_in_the_front_matter_shows_its_fields_in_words() -> None:
    fields = {"title": "Dune", "author": ["Frank Herbert", "B. Herbert"], "pages": 412}
    text = (
        "title: Dune\nauthor: [Frank Herbert, B. Herbert]\nfrom: '[[Herbert estate]]'\npages: 412"
    )
    start = text.index("Herbert")
    snippet = Snippet(text, ((start, start + 7),), is_of_fields=True)
    facts = {
        "tags": ["sf/herbert"],
        "aliases": [],
        "fields": {**fields, "from": "[[x/Herbert]]"},
    }
    found = replace(row("Dune", "book"), facts=json.dumps(facts))
    line = found_rows(hit_with(found, snippet, 2), 80)[1]
    assert line_text(line).strip() == (
        "author Frank Herbert, B. Herbert · from Herbert · tags #sf/herbert"
    )
    marked = [piece.text for piece in line if "mark" in piece.role]
    assert marked == ["Herbert", "Herbert", "Herbert", "herbert"]


def test_a_hit_in_the_front_matter_that_is_no_field_shows_what_the_note_is() -> None:
    snippet = Snippet("title: 'A depth'\n# depth", ((9, 14),), is_of_fields=True)
    first, second = texts(found_rows(hit_with(row("A depth", "book"), snippet, 2), 60))
    assert first == "  ≡ A depth  front matter"
    assert second.strip() == "#a/b #c"


def test_a_word_found_in_a_link_is_shown_without_its_brackets() -> None:
    text = "my cue, [[Atomic Habits#Cue|that]] and [a](https://cue.example)"
    start = text.index("Cue")
    shown, marks = strip_markup(text, [(start, start + 3)])
    assert shown == "my cue, Atomic Habits Cue and a"
    assert [shown[first:end] for first, end in marks] == ["Cue"]


@pytest.mark.parametrize(
    ("room", "text"),
    [(40, "Run, Read, Gym, Floss and 1 more"), (20, "Run, Read and 3 more"), (5, "5")],
)
def test_as_many_names_are_said_as_there_is_room_for(room: int, text: str) -> None:
    assert list_some(["Run", "Read", "Gym", "Floss", "Sketch"], room) == text
