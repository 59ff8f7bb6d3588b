"""`notekeep recall`: one quote after the other, and answers from scripts."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

BOOK = "---\ntype: book\nauthor: [Mira Lind]\n---\n# The Garden\n\n> A bed is a promise. (p. 27)\n"


def log(shell: Shell) -> list[str]:
    files = sorted((shell.root / "review" / "log").glob("*.md"))
    lines = (line for file in files for line in file.read_text("utf-8").splitlines())
    return [line.split(" -- ")[0].split(" ", 3)[3] for line in lines if line.startswith("-")]


def due(shell: Shell, *words: str) -> list[str]:
    return [one["text"] for one in json.loads(shell("recall", *words, "--json").out)["quotes"]]


def test_at_a_terminal_each_quote_is_answered_with_a_key(shell: Shell) -> None:
    shell.write("The Garden.md", BOOK)
    ran = shell("recall", typed="3\n")
    assert ran.code == 0
    assert "A bed is a promise.\n— The Garden · Mira Lind · p. 27  The Garden.md:7\n" in ran.out
    assert "1 of 1" in ran.out
    assert "3 good (2 days)" in ran.err
    assert "Next: Thu 26 Nov." in ran.err
    [line] = log(shell)
    assert line.startswith("good ~")
    assert shell.read("The Garden.md") == BOOK


def test_other_keys_leave_the_quote_where_it_is(shell: Shell) -> None:
    shell.write("The Garden.md", BOOK)
    ran = shell("recall", typed="f\nu\nt craft\nn My own thought.\no\nwhat\nl 7\n")
    assert [line.split()[0] for line in log(shell)] == ["favourite", "no-favourite", "later"]
    assert "The Garden.md:9\n" in ran.out, "the line moved when the note was tagged"
    assert "1 again  2 hard" in ran.err
    assert "craft" in shell.read("The Garden.md").split("---")[1]
    assert shell.read("The Garden.md").endswith("(p. 27)\n\nMy own thought.\n")
    assert "Next: Tue 1 Dec." in ran.err


def test_q_and_the_end_of_the_input_stop(shell: Shell) -> None:
    shell.write("n.md", "> one\n\n> two\n")
    for typed in ("q\n", ""):
        assert shell("recall", typed=typed).code == 0
    assert log(shell) == []
    shell("recall", typed="\n2\n")
    assert [line.split()[0] for line in log(shell)] == ["hard"], "enter goes to the next one"


def test_scripts_read_the_queue_and_answer_by_key(shell: Shell) -> None:
    shell.write("n.md", "> one\n")
    [one] = json.loads(shell("recall", "--json").out)["quotes"]
    ran = shell("recall", "answer", one["key"], "later", "3d", "--dry-run")
    assert (ran.out, log(shell)) == ("Next: Fri 27 Nov.\n", [])
    assert shell("recall", "answer", one["key"], "later", "3d").out == "Next: Fri 27 Nov.\n"
    assert due(shell) == []
    wrong = shell("recall", "answer", one["key"], "fine")
    assert (wrong.code, wrong.err.splitlines()[0]) == (2, 'notekeep: "fine" is not an answer.')
    assert shell("recall", "answer", "nokey", "good").code == 1


@pytest.mark.parametrize("days", ["0", "soon", "-3"])
def test_later_needs_a_number_of_days(shell: Shell, days: str) -> None:
    shell.write("n.md", "> one\n")
    ran = shell("recall", typed=f"l {days}\nq\n")
    assert f'"{days}" is not a number of days. Write 30 or 30d for 30 days.' in ran.err
    assert log(shell) == []


def test_ten_a_day_due_ones_first_and_from_all_sources(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.write("long.md", "\n\n".join(f"> long {number}" for number in range(30)) + "\n")
    shell.write("short.md", "> short\n")
    first = due(shell)
    assert len(first) == 10
    assert "short" in first[:2]
    assert due(shell) == first, "the order of a day stays"
    shell("recall", "-n", "3", typed="1\n1\n1\n")
    assert due(shell) == first[3:]
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-25T08:00")
    assert set(due(shell)[:3]) == set(first[:3])


def test_a_query_and_a_number_narrow_the_day(shell: Shell) -> None:
    shell.write("a.md", "> red\n\n> blue\n")
    shell.write("b.md", "> red too\n")
    assert sorted(due(shell, "red")) == ["red", "red too"]
    assert due(shell, "path:b.md") == ["red too"]
    assert len(due(shell, "-n", "1")) == 1


def test_stopped_and_postponed_quotes_do_not_come_back(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.write("n.md", "> one\n")
    key = json.loads(shell("recall", "--json").out)["quotes"][0]["key"]
    shell("recall", "answer", key, "stop")
    monkeypatch.setenv("NOTEKEEP_NOW", "2030-01-01T08:00")
    assert due(shell) == []
    shell("recall", "answer", key, "clear")
    shell("recall", "answer", key, "again")
    monkeypatch.setenv("NOTEKEEP_NOW", "2030-01-03T08:00")
    assert due(shell) == ["one"]


def test_stats_count_answers_and_what_was_remembered(shell: Shell) -> None:
    shell.write("n.md", "> one\n\n> two\n\n> three\n\n> four\n")
    shell("recall", typed="1\n3\nf\nx\nq\n")
    found = json.loads(shell("recall", "stats", "--json").out)
    assert found == {
        "passages": 4, "new": 1, "due": 0, "stopped": 1, "favourites": 1, "answers": 3,
        "remembered": 0.5, "coming": {"2026-11-25": 1, "2026-11-26": 1},
    }  # fmt: skip
    table = shell("recall", "stats").out
    assert "remembered        50 %" in table
    assert "next week         1 on Wed 25 Nov, 1 on Thu 26 Nov" in table


def test_stats_leave_out_answers_that_were_undone(shell: Shell) -> None:
    shell.write("n.md", "> one\n\n> two\n\n> three\n")
    shell("recall", typed="3\n1\nu\nq\n")
    found = json.loads(shell("recall", "stats", "--json").out)
    assert (found["answers"], found["remembered"], found["new"]) == (1, 1.0, 2)


def test_equal_quotes_count_once_in_stats_as_in_the_queue(shell: Shell) -> None:
    shell.write("a.md", "> one\n\ntext\n\n> one\n")
    shell.write("b.md", "> one\n\n> two\n")
    assert sorted(due(shell)) == ["one", "two"]
    found = json.loads(shell("recall", "stats", "--json").out)
    assert (found["passages"], found["new"]) == (2, 2)


def test_misspelt_lines_of_the_log_are_problems(shell: Shell) -> None:
    shell.write("review/log/2026-11.laptop.md", "- 2026-11-24 21:15 god ~12345678\n")
    said = shell("doctor").out
    assert "review/log/2026-11.laptop.md:1" in said
    shell("lint", "--fix", "--yes")
    assert shell.read("review/log/2026-11.laptop.md").endswith("god ~12345678\n")


def test_an_empty_vault_has_nothing_to_recall(shell: Shell) -> None:
    ran = shell("recall")
    assert (ran.code, ran.out) == (1, "")
    assert "`notekeep quote NOTE" in ran.err
    assert shell("recall", "stats").code == 0


def test_anki_gets_a_card_for_each_public_quote(shell: Shell) -> None:
    shell.write(
        "The Garden.md",
        "---\nauthor: Mira\ntags: [home/garden, 'two words']\n---\n# The Garden\n\n"
        '> one <b> "x"\n> two\ttabs & more (p. 3)\n\n^kd-7f3ab2c1\n\n'
        "## Mine #private\n\n> secret in a section\n",
    )
    shell.write("Letter.md", "---\nprivate: true\n---\n> secret in a note\n")
    ran = shell("recall", "export", "anki")
    *headers, row = ran.out.splitlines()
    assert headers == [
        "#separator:tab", "#html:true", "#notetype:Basic", "#deck:notekeep",
        "#columns:GUID\tFront\tBack\tTags", "#guid column:1", "#tags column:4",
    ]  # fmt: skip
    assert row.split("\t") == [
        "kd-7f3ab2c1",
        "one &lt;b&gt; &quot;x&quot;<br>two tabs &amp; more",
        "The Garden, Mira, p. 3",
        "home::garden two_words",
    ]
    assert ran.err == "2 private quotes left out.\n"


def test_a_file_for_anki_is_not_overwritten_unless_asked(shell: Shell) -> None:
    shell.write("n.md", "> one\n")
    assert shell("recall", "export", "anki", "--out", "q.txt").err == "q.txt: 1 card\n"
    assert shell("recall", "export", "anki", "--out", "q.txt").code == 4
    assert shell("recall", "export", "anki", "--out", "q.txt", "--force").code == 0
    assert shell("recall", "export", "anki", "nothing", "--out", "r.txt").code == 1


def test_cards_are_asked_only_where_they_are_chosen(shell: Shell) -> None:
    shell.write("learn.md", "---\ntags: [learn]\n---\nWho?:: Mira.\n")
    shell.write("other.md", "rating:: 5\n")
    assert due(shell) == []
    assert due(shell, "--cards", "tag:learn") == ["Who?"]
    [card] = json.loads(shell("recall", "--cards", "--json", "tag:learn").out)["quotes"]
    assert shell("recall", "answer", card["key"], "good", "--dry-run").code == 0
    shell.write(".notekeep/config.toml", 'cards = "tag:learn"\n')
    assert due(shell) == ["Who?"]
    ran = shell("recall", typed="\n3\n")
    assert ran.out.index("Who?") < ran.out.index("Mira.")
    assert [line.split()[0] for line in log(shell)] == ["good"]
    assert shell("quotes").code == 1, "a card is no quote"
    row = shell("recall", "export", "anki").out.splitlines()[-1].split("\t")
    assert row[1:3] == ["Who?", "Mira.<br><br>learn"]


NINE = "".join(f"> quote {number}\n\n" for number in range(9))
WEIGHTS = "0.2, 1.2, 2.3, 8.2, 6.4, 0.8, 3.0, 0.1, 1.8, 0.1, 0.7, 1.4, 0.1, 0.2, 1.6, 0.6, 1.8, 0.5"


def days(shell: Shell, settings: str) -> int:
    """Return the days until a quote is due again after the grade `good`."""
    shell.write(".notekeep/config.toml", f"[recall]\n{settings}\n")
    [one] = json.loads(shell("quotes", "--json").out)["quotes"]
    shell("recall", "answer", one["key"], "good")
    [one] = json.loads(shell("quotes", "--json").out)["quotes"]
    return (date.fromisoformat(one["due"]) - date(2026, 11, 24)).days


def test_the_settings_change_the_quotes_of_a_day_and_the_intervals(shell: Shell) -> None:
    shell.write(".notekeep/config.toml", "[recall]\ndaily = 3\n")
    shell.write("n.md", NINE)
    assert len(due(shell)) == 3
    assert len(due(shell, "-n", "5")) == 5
    shell.write("n.md", "> one\n")
    default = days(shell, "")
    assert days(shell, "retention = 0.7") > default > days(shell, "retention = 0.97")
    assert days(shell, f"weights = [{WEIGHTS}, 0.1, 0.1, 0.2]") != days(shell, "max_interval = 1")
    assert days(shell, "") == default, "the settings apply to earlier answers"


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("daily = 0", "daily"),
        ("retention = 1.2", "retention"),
        ("max_interval = 0.5", "max_interval"),
        ("weights = [1, 2]", "weights"),
        (f"weights = [{WEIGHTS}, 0.1, 0.1, 99]", "weights"),
        ("habit = 3", "habit"),
        ("dayly = 4", "dayly"),
    ],
)
def test_a_wrong_setting_is_named_and_the_others_count(
    shell: Shell, setting: str, name: str
) -> None:
    other = "daily = 2" if name != "daily" else "max_interval = 10"
    shell.write(".notekeep/config.toml", f"[recall]\n{setting}\n{other}\n")
    shell.write("n.md", NINE)
    said = shell("doctor").out
    assert f"recall.{name}: Unknown setting or invalid value. Ignored." in said
    assert len(due(shell)) == (9 if name == "daily" else 2)


def test_an_answer_logs_a_habit_once_a_day(shell: Shell) -> None:
    shell.write(".notekeep/config.toml", '[recall]\nhabit = "Remember"\n')
    shell.write("n.md", "> one\n\n> two\n")
    keys = [one["key"] for one in json.loads(shell("quotes", "--json").out)["quotes"]]
    ran = shell("recall", "answer", keys[0], "good")
    assert (ran.code, log(shell)) == (2, [])
    assert "Correct `habit` below [recall] in .notekeep/config.toml." in ran.err
    shell.write("habits/remember.md", "---\nhabit: remember\n---\n")
    for key in keys:
        assert shell("recall", "answer", key, "favourite").code == 0
    assert not (shell.root / "habits/log").exists()
    for key in keys:
        assert shell("recall", "answer", key, "good").code == 0
    [file] = (shell.root / "habits/log").glob("*.md")
    assert file.read_text("utf-8").count("remember: done") == 1
    assert shell("undo").out.startswith("Undid: recall good two")


SPACED = """\
# Cards

Who?:: Mira. <!--SR:!2026-12-16,51,230-->

A ==bed== is a ==gift==.
<!--SR:!2026-12-01,4,250!2026-11-30,3,250-->

- When? #card
  card-last-interval:: 8.5
  card-repeats:: 3
  card-next-schedule:: 2026-11-26T00:00:00.000Z
  - In May.

> A quote. (p. 3)

<!--SR:!2026-12-16,51,230-->
Answered before:: yes <!--SR:!2026-12-16,51,230-->
No day:: here
"""


def test_review_days_of_other_programs_are_taken_over_once(shell: Shell) -> None:
    shell.write(".notekeep/config.toml", 'cards = "path:Cards"\n')
    shell.write("Cards.md", SPACED)
    found = json.loads(shell("recall", "-n", "50", "--json").out)["quotes"]
    texts = {one["text"]: one for one in found}
    assert texts["When?"]["answer"] == "In May."
    assert shell("recall", "answer", texts["Answered before"]["key"], "good").code == 0
    ran = shell("recall", "import", "--dry-run")
    assert "+- 2026-10-26 00:00 later 51d ~" in ran.out
    assert not (shell.root / "review/log/imported.md").exists()
    assert shell("recall", "import").code == 0
    lines = shell.read("review/log/imported.md").splitlines()[2:]
    assert [(line.split()[1], line.split()[4], line.split(" -- ")[1]) for line in lines] == [
        ("2026-10-26", "51d", "Who? [[Cards]]"),
        ("2026-11-18", "8d", "When? [[Cards]]"),
        ("2026-11-27", "3d", "A […] is a […]. [[Cards]]"),
    ]
    assert shell.read("Cards.md") == SPACED
    again = shell("recall", "import")
    assert (again.code, "No new review days found." in again.err) == (1, True)
    assert "When?" not in due(shell, "-n", "50")
    assert shell("undo").out == "Undid: recall import 3 review days\n"
    assert "When?" in due(shell, "-n", "50")


def test_review_days_of_a_logseq_graph_go_to_the_cards_imported_from_it(shell: Shell) -> None:
    graph = shell.root.parent / "graph"
    (graph / "pages").mkdir(parents=True)
    (graph / "pages/Garden.md").write_text(SPACED, "utf-8")
    shell.write("Garden.md", "- When? #card\n  - In May.\n")
    assert shell("recall", "import", str(graph)).code == 0
    assert "later 8d" in shell.read("review/log/imported.md")
    assert shell("recall", "import", "nowhere").code == 1
