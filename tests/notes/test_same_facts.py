"""Notes and tasks are the same in the app, in commands, on the phone, in posts, beside a review."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from notekeep.cli.main import main
from notekeep.notes.habit_reviews import plan_review
from notekeep.phone.server import find_notes, gather_tasks, read_note
from notekeep.tui.app import NotekeepApp
from notekeep.vault import Vault
from tests.support.screens import seen, shows, until
from tests.support.sizes import sized

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 24)
FOLDERS = ["", "", "books/", "inbox/", "posts/", "private/", "daily/"]
PRIVATE = ["private: true", "private: yes", "Private: True", "publish: false", "publish: no"]
TAGS = ["work", "Work", "home", "home/garden", "résumé", "private", "a-b"]
INLINE = ["#work", "#home/garden", "#Résumé", "#2026", "# work", "`#code`"]
DAYS = ["2026-11-24", "2026-11-23", "2025-11-24", "2026-12-01", "2024-02-29"]
STATUSES = ["reading", "finished", "Finished", "to-read"]
KINDS = {
    "Notes": "note",
    "Books": "book",
    "Posts": "post",
    "Podcasts": "podcast",
    "Habits": "habit",
    "Daily notes": "daily",
}
TASKS = [
    *("- [ ] {}", "- [ ] {}", "- [x] {}", "* [ ] {}", "1. [ ] {}", "- [X] {}", "  - [ ] {}"),
    *(
        "- [-] {}",
        "- [/] {}",
        "- [>] {}",
        "> - [ ] {}",
        "    - [ ] {}",
        "- [ ]{}",
        "```\n- [ ] {}\n```",
    ),
    *("%% - [ ] {} %%", "<!-- - [ ] {} -->", "- [ ] ", "> [!todo]\n> - [ ] {}", "| - [ ] {} |"),
]
DUE = ["", "", "", " due:{}", " 📅 {}", " [due:: {}]", " (due:: {})", " 📆 {}", " @due({})"]


def make_vault(root: Path, chance: Random) -> None:
    """Write notes of any kind with tags, days, statuses and tasks, some of them private."""
    (root / ".notekeep").mkdir(parents=True)
    (root / "Habit.md").write_text("---\nhabit: h\nschedule: daily\n---\n")
    for number in range(chance.randint(2, 7)):
        path = root / f"{chance.choice(FOLDERS)}Note {number}.md"
        fields = [f"type: {chance.choice(['book', 'note', 'post', 'podcast'])}"]
        if chance.random() < 0.5:
            tags = chance.sample(TAGS, chance.randint(0, 3))
            fields.append(f"tags: {json.dumps(tags, ensure_ascii=False)}")
        if chance.random() < 0.2:
            fields.append(chance.choice(PRIVATE))
        if chance.random() < 0.5:
            fields.append(f"draft: {chance.choice(['true', 'false', 'yes', 'no'])}")
        names = [chance.choice(["created", "date"]), "finished", "started"]
        fields += [f"{name}: {chance.choice(DAYS)}" for name in names if chance.random() < 0.3]
        if chance.random() < 0.4:
            fields.append(f"status: {chance.choice(STATUSES)}")
        lines = [f"A line of note {number}.", ""]
        if chance.random() < 0.4:
            lines += [f"Words {chance.choice(INLINE)}, and {chance.choice(INLINE)}.", ""]
        for which in range(chance.randint(0, 5)):
            due = chance.choice(DUE).format(TODAY + timedelta(chance.randint(-3, 3)))
            lines.append(chance.choice(TASKS).format(f"task {number}.{which}{due}"))
        head = ["---", *fields, "---"] if chance.random() < 0.9 else []
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([*head, *lines, ""]), "utf-8")


class Shell:
    """The commands, on one vault."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def json(self, *words: str) -> Any:
        main([*words, "--json"])
        return json.loads(self._capsys.readouterr().out)

    def paths(self, query: str) -> set[str]:
        return {row["path"] for row in self.json("ls", query)["rows"]}

    def counts(self, by: str) -> dict[str, int]:
        return {one["value"]: one["notes"] for one in self.json("ls", "--by", by)["counts"]}


class Seen(NamedTuple):
    """What the app shows."""

    notes: int
    private: set[str]  # the titles with the mark of a private note
    drafts: set[str]
    sidebar: dict[str, int]  # how many notes are of a kind, or have a tag or year
    today: tuple[int, int]  # how many tasks are open, and late
    tasks: tuple[int, int]  # how many are open, and completed
    by_note: dict[str, int]  # open tasks, by title


async def look_at_app(vault: Vault) -> Seen:
    """Read Browse, Today and the tasks from the screen."""
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(200, 80)) as pilot:
        # The counts of the sidebar and of the list come after their names.
        await until(
            pilot,
            lambda: (
                shows(app, "Note 0")
                and re.search(r"All notes +\d", "\n".join(seen(app)))
                and re.search(r"\d notes?$", seen(app)[0])
            ),
        )
        head, *lines = seen(app)
        sidebar, listed, _ = zip(*(line.split("│") for line in lines if "│" in line), strict=True)
        await pilot.press("f1")
        await until(pilot, lambda: shows(app, "Last changed"))
        today = "\n".join(seen(app))
        await pilot.press("T")
        await until(pilot, lambda: "Tasks · " in seen(app)[0])
        tasks = seen(app)
    rows = dict(re.findall(r"[^\w\s] (Note \d+)\b(.*)", "\n".join(listed)))
    return Seen(
        notes=number(r"(\d+) notes?$", head),
        private={title for title, rest in rows.items() if "⊘" in rest},
        drafts={title for title, rest in rows.items() if "draft" in rest},
        sidebar=numbers(r"(?m)([^\W\d_].*?|\d+) +(\d+)\W*$", "\n".join(sidebar)),
        today=(number(r"Tasks (\d+) open", today), number(r"open, (\d+) late", today)),
        tasks=(number(r"(\d+) open", tasks[0]), number(r"(\d+) done", tasks[0])),
        by_note=numbers(r"(Note \d+) (\d+) open", "\n".join(tasks)),
    )


def number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def numbers(pattern: str, text: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(pattern, text)}


@pytest.fixture(params=range(sized(2, 200)))
def asked(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """A random vault, and its notes as a command prints them."""
    make_vault(tmp_path / "notes", Random(request.param))
    (tmp_path / "site").mkdir()
    monkeypatch.setenv("NOTEKEEP_VAULT", str(tmp_path / "notes"))
    monkeypatch.setenv("NOTEKEEP_NOW", f"{TODAY}T21:15")
    vault = Vault.open(tmp_path / "notes")
    vault.indexing.refresh()
    return vault


async def test_app_and_commands_count_the_same_notes_and_tasks(
    asked: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    app, shell = await look_at_app(asked), Shell(capsys)
    rows, tasks = shell.json("ls")["rows"], shell.json("tasks", "--all")["tasks"]
    assert app.notes == app.sidebar["All notes"] == len(rows)
    assert app.private == {row["title"] for row in rows if row["private"]}
    posts = [row for row in rows if row["kind"] == "post"]
    assert app.drafts == {row["title"] for row in posts if row["fields"].get("draft") is True}
    kinds = {KINDS[name]: count for name, count in app.sidebar.items() if name in KINDS}
    assert kinds == shell.counts("type")
    years = {name: count for name, count in app.sidebar.items() if name.isdecimal()}
    assert years == shell.counts("year")
    for tag in (one["tag"] for one in shell.json("tags")["tags"]):
        assert app.sidebar[tag.rpartition("/")[2]] == len(shell.paths(f"tag:{tag}"))
    opened = [task for task in tasks if not task["done"]]
    assert opened == shell.json("tasks")["tasks"]
    today = shell.json("today")
    late = [task for task in today["tasks"]["due"] if task["due"] < TODAY.isoformat()]
    assert app.today == (today["tasks"]["open"], len(late))
    assert app.tasks == (len(opened), len(tasks) - len(opened))
    assert app.today[0] == len(opened)
    assert app.by_note == Counter(task["title"] for task in opened)
    assert {one["path"] for one in today["drafts"]} == shell.paths("is:draft")


def test_phone_has_the_notes_and_tasks_of_the_commands(
    asked: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(capsys)
    tasks, found = shell.json("tasks", "--all")["tasks"], gather_tasks(asked, {})
    today = shell.json("today")["tasks"]
    opened = {(task["path"], task["line"], task["text"]) for task in tasks if not task["done"]}
    assert {(one["path"], one["line"], one["text"]) for one in found["tasks"]} == opened
    assert found["open"] == today["open"] == len(opened)
    due = [one["due"] for one in found["tasks"] if "" < one["due"] <= TODAY.isoformat()]
    assert due == [one["due"] for one in today["due"]]
    for query in (
        "",
        "is:private",
        "is:draft",
        "tag:work",
        "status:finished",
        "is:todo",
        "created:2025",
    ):
        paths = {one["path"] for one in find_notes(asked, {"q": query})["notes"]}
        assert paths == shell.paths(query), query
    for row in shell.json("ls")["rows"]:
        shown = re.findall(
            r"<li>\[(.)\] +\S", html.unescape(read_note(asked, {"name": row["path"]})["html"])
        )
        assert shown == [task["mark"] for task in tasks if task["path"] == row["path"]]


def test_posts_have_what_the_commands_say_of_their_notes(
    asked: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(capsys)
    rows = {row["path"]: row for row in shell.json("ls")["rows"]}
    tasks = shell.json("tasks", "--all")["tasks"]
    plan = asked.publishing.plan_export(
        list(rows), target="html", site=str(tmp_path / "site"), for_status=True
    )
    withheld = {path for path, row in rows.items() if row["fields"].get("publish") is False}
    assert set(plan.refused) == shell.paths("is:private") | withheld
    files = {file.note: file for file in plan.files if file.is_post}
    for planned in plan.posts:
        post, row = planned.post, rows[planned.post.path]
        fields = row["fields"]
        assert (post.title, post.draft) == (row["title"], fields.get("draft") is not False)
        assert post.tags == [tag.replace("/", "-") for tag in fields.get("tags", [])]
        assert post.day.date().isoformat() == fields.get("created", TODAY.isoformat())
        page = (files[post.path].after or b"").decode()
        states = [sign != "☐" for sign in re.findall("[☐☑☒]", page)]
        assert states == [task["done"] for task in tasks if task["path"] == post.path]


def test_review_adds_no_task_and_changes_no_other_note(
    asked: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(capsys)
    before, rows = shell.json("tasks", "--all"), shell.json("ls")["rows"]
    asked.notes.apply(plan_review(asked.workspace, asked.habits, "week"))
    assert shell.json("tasks", "--all") == before
    assert [row for row in shell.json("ls")["rows"] if row["tags"] != ["review"]] == rows
