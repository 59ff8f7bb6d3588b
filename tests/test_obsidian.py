"""A vault that Obsidian uses, too: what it was told is heeded, and its settings are only read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.errors import UsageError
from notekeep.obsidian import read_obsidian_settings
from notekeep.settings import vault_settings
from tests.support.obsidian import obsidian, opened, periodic, write
from tests.support.screens import tree

if TYPE_CHECKING:
    from notekeep.vault import Vault

NOW = "2026-03-07T12:00"
DAY = "2026-03-07"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = obsidian(
        tmp_path / "notes",
        daily_notes={"folder": "Journal/", "format": "YYYY.MM.DD [at home]"},
        templates={"folder": "Moulds"},
    )
    for folder in ("Journal", "Moulds", "Books", "Attachments"):
        (root / folder).mkdir()
    return write(root, {"Moulds/Any.md": "# {{title}}\n"})


def test_daily_notes_and_templates_are_where_obsidian_was_told(root: Path) -> None:
    before = tree(root)
    vault = opened(root)
    assert vault.search.rows().total == 0
    assert [row.path for row in vault.search.rows("is:template").rows] == ["Moulds/Any.md"]
    assert vault.notes.add("A line").paths == ["Journal/2026.03.07 at home.md"]
    assert vault.notes.add("Another").paths == ["Journal/2026.03.07 at home.md"]
    daily = vault.overview().daily
    assert daily is not None
    assert daily.path == "Journal/2026.03.07 at home.md"
    # Its settings are as they were.
    after = tree(root)
    assert {path: after[path] for path in before} == before


def test_folders_that_differ_in_case_are_the_ones_that_are_there(
    root: Path, tmp_path: Path
) -> None:
    picture = write(tmp_path, {"map.txt": "x"}) / "map.txt"
    vault = opened(root)
    assert vault.notes.create("book", "Deep Work").paths == ["Books/Deep Work.md"]
    assert (
        vault.notes.apply(vault.notes.plan_attach("Deep Work", str(picture))).paths[-1]
        == "Attachments/map.txt"
    )
    vault.notes.create("note", "An idea")
    assert vault.notes.move("An idea", "books").paths == ["Books/An idea.md"]


class TestDailyNotes:
    @pytest.mark.parametrize(
        ("said", "path"),
        [
            ({"format": "YYYY/MM/YYYY-MM-DD"}, "2026/03/2026-03-07.md"),
            ({"folder": "Log", "format": "YYYY/MMMM/YYYY-MMM-DD"}, "Log/2026/March/2026-Mar-07.md"),
            ({"folder": "Log", "format": "dddd, Do MMMM YYYY"}, "Log/Saturday, 7th March 2026.md"),
            ({"folder": "/", "format": "gggg/[W]ww/D.M.YYYY"}, "2026/W10/7.3.2026.md"),
            ({"folder": "a/b"}, "a/b/2026-03-07.md"),
            ({"folder": "", "template": "x"}, "2026-03-07.md"),
        ],
    )
    def test_they_get_the_path_that_obsidian_gives_them(
        self, tmp_path: Path, said: dict[str, str], path: str
    ) -> None:
        root = obsidian(tmp_path / "v", daily_notes=said)
        vault = opened(root)
        assert vault.notes.add("A line").paths == [path]
        assert vault.notes.add("Another").paths == [path]
        vault.indexing.refresh()
        overview = vault.overview()
        assert overview.daily is not None
        assert overview.daily.path == path
        assert (root / path).read_text("utf-8").endswith("\nA line\n\nAnother\n")

    def test_one_that_obsidian_made_is_found_and_its_day_is_known(self, tmp_path: Path) -> None:
        root = obsidian(tmp_path / "v", daily_notes={"format": "YYYY/MM/DD"})
        write(root, {"2026/03/07.md": "Today\n", "2025/03/07.md": "Then\n", "Ideas.md": "x\n"})
        vault = opened(root)
        assert vault.notes.add("A line").paths == ["2026/03/07.md"]
        rows = vault.search.rows("type:daily sort:created").rows
        assert [row.path for row in rows] == ["2025/03/07.md", "2026/03/07.md"]
        assert [row.path for row in vault.search.rows("date:2025-03-07").rows] == ["2025/03/07.md"]
        assert [found.row.path for found in vault.overview().on_this_day] == ["2025/03/07.md"]

    def test_they_start_from_obsidians_template_as_it_stands(self, tmp_path: Path) -> None:
        root = obsidian(
            tmp_path / "v",
            daily_notes={"folder": "Daily", "template": "Templates/Daily Note"},
            templates={"folder": "Templates", "dateFormat": "Do MMMM", "timeFormat": "h:mm a"},
        )
        write(root, {"Templates/Daily Note.md": "---\nmood: \n---\n# {{title}}: {{date}}\n"})
        vault = opened(root)
        vault.notes.add("A line")
        made = (root / f"Daily/{DAY}.md").read_text("utf-8")
        assert made == f"---\nmood: \n---\n# {DAY}: 7th March\n\nA line\n"
        vault.indexing.refresh()
        assert [row.path for row in vault.search.rows(f"type:daily date:{DAY}").rows] == [
            f"Daily/{DAY}.md"
        ]

    def test_before_the_day_starts_it_is_the_note_of_the_day_before(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NOTEKEEP_NOW", "2026-03-08T02:30")
        root = obsidian(tmp_path / "v", daily_notes={"folder": "Daily", "template": "Mine"})
        write(root, {"Mine.md": "{{date}} {{date:Do}} {{time}}\n"})
        opened(root).notes.add("A line")
        assert (root / f"Daily/{DAY}.md").read_text("utf-8").startswith(f"{DAY} 7th 02:30\n")

    def test_a_template_of_periodic_notes_names_the_days_around(self, tmp_path: Path) -> None:
        daily = {"enabled": True, "folder": "P", "format": "YYYY/MM-DD", "template": "T"}
        root = periodic(tmp_path / "v", {"daily": daily})
        write(
            root, {"T.md": "[[{{yesterday}}]] [[{{ tomorrow }}]] {{date-1w:[W]WW}} {{date+1m}}\n"}
        )
        opened(root).notes.add("x")
        made = (root / "P/2026/03-07.md").read_text("utf-8")
        assert made.startswith("[[2026/03-06]] [[2026/03-08]] W09 2026-04-07\n")

    def test_the_vaults_own_template_goes_before(self, tmp_path: Path) -> None:
        root = obsidian(tmp_path / "v", daily_notes={"folder": "Daily", "template": "Mine"})
        write(root, {"Mine.md": "theirs\n", "templates/daily.md": "ours\n"})
        opened(root).notes.add("A line")
        assert "ours" in (root / f"Daily/{DAY}.md").read_text("utf-8")

    def test_a_template_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        root = obsidian(tmp_path / "v", daily_notes={"folder": "Daily", "template": "Gone"})
        done = opened(root).notes.add("A line")
        assert done.remarks == ["Obsidian's template for daily notes was not found: Gone.md"]
        assert (root / f"Daily/{DAY}.md").exists()

    @pytest.mark.parametrize(
        "data",
        [
            {"daily": {"enabled": True, "folder": "P", "format": "YYYYMMDD", "template": "T.md"}},
            {
                "activeCalendarSet": "Work",
                "calendarSets": [
                    {"id": "Home", "day": {"enabled": True, "folder": "H"}},
                    {
                        "id": "Work",
                        "day": {
                            "enabled": True,
                            "folder": "P",
                            "format": "YYYYMMDD",
                            "templatePath": "T",
                        },
                    },
                ],
            },
        ],
        ids=["0.x", "1.0"],
    )
    def test_the_plug_in_for_periodic_notes_goes_before_the_core_one(
        self, tmp_path: Path, data: dict[str, Any]
    ) -> None:
        root = periodic(obsidian(tmp_path / "v", daily_notes={"folder": "Core"}), data)
        write(root, {"T.md": "from T\n"})
        vault = opened(root)
        assert vault.notes.add("x").paths == ["P/20260307.md"]
        assert (root / "P/20260307.md").read_text("utf-8") == "from T\n\nx\n"

    def test_the_folder_of_templater_counts_where_obsidian_has_none(self, tmp_path: Path) -> None:
        root = obsidian(tmp_path / "v", community_plugins=["templater-obsidian"])
        write(
            root,
            {
                ".obsidian/plugins/templater-obsidian/data.json": '{"templates_folder": "T"}',
                "T/Book.md": "---\ncreated: <% tp.date.now() %>\n---\n",
            },
        )
        assert [row.path for row in opened(root).search.rows("is:template").rows] == ["T/Book.md"]
        obsidian(root, templates={"folder": "Other"})
        assert opened(root).search.rows("is:template").total == 0

    @pytest.mark.parametrize(
        ("enabled", "on"), [((), True), (("calendar",), True), (("periodic-notes",), False)]
    )
    def test_the_plug_in_counts_only_where_it_is_in_use(
        self, tmp_path: Path, *, enabled: tuple[str, ...], on: bool
    ) -> None:
        root = obsidian(tmp_path / "v", daily_notes={"folder": "Core"})
        periodic(root, {"daily": {"enabled": on, "folder": "P"}}, enabled)
        assert opened(root).notes.add("x").paths == [f"Core/{DAY}.md"]

    def test_names_with_folders_are_known_when_habits_are_taken_from_them(
        self, tmp_path: Path
    ) -> None:
        root = obsidian(tmp_path / "v", daily_notes={"folder": "Log", "format": "YYYY/MM/DD"})
        write(root, {"Log/2026/03/05.md": "- [x] Stretch #habit\n"})
        vault = opened(root)
        coming = vault.imports.plan([str(root / "Log")], "daily")
        assert "+- 2026-03-05 stretch: done" in "\n".join(coming.plan.diff())


class TestAttachments:
    @pytest.mark.parametrize(
        ("said", "path"),
        [
            ("Files", "Files/map.png"),
            ("/", "map.png"),
            ("", "map.png"),
            ("./", "Books/map.png"),
            ("./_files", "Books/_files/map.png"),
            ("a/b/", "a/b/map.png"),
        ],
    )
    def test_they_go_where_obsidian_puts_them(self, tmp_path: Path, said: str, path: str) -> None:
        root = obsidian(tmp_path / "v", app={"attachmentFolderPath": said})
        write(root, {"Books/Deep Work.md": "Text\n"})
        write(tmp_path, {"map.png": "png"})
        vault = opened(root)
        assert (
            vault.notes.apply(
                vault.notes.plan_attach("Deep Work", str(tmp_path / "map.png"))
            ).paths[-1]
            == path
        )
        assert (root / "Books/Deep Work.md").read_text("utf-8") == "Text\n\n![[map.png]]\n"
        assert vault.overview().problems == []

    def test_a_name_that_another_file_has_is_written_with_its_folder(self, tmp_path: Path) -> None:
        root = obsidian(tmp_path / "v", app={"attachmentFolderPath": "./img"})
        write(root, {"a/One.md": "x\n", "b/Two.md": "x\n"})
        write(tmp_path, {"map.png": "png"})
        vault = opened(root)
        for note in ("One", "Two"):
            vault.notes.apply(vault.notes.plan_attach(note, str(tmp_path / "map.png")))
        assert (root / "b/Two.md").read_text("utf-8") == "x\n\n![[b/img/map.png]]\n"

    def test_a_bare_name_is_looked_for_in_the_notes_own_attachments_first(
        self, tmp_path: Path
    ) -> None:
        root = obsidian(tmp_path / "v", app={"attachmentFolderPath": "./img"})
        write(root, {"a/One.md": "x\n", "a/before/map.png": "1", "a/img/map.png": "2"})
        assert opened(root).media._files().find("map.png", "a/One.md") == "a/img/map.png"

    def test_without_a_word_from_obsidian_they_have_their_usual_folder(
        self, tmp_path: Path
    ) -> None:
        root = obsidian(tmp_path / "v", app={"alwaysUpdateLinks": True})
        write(root, {"One.md": "x\n"})
        write(tmp_path, {"map.png": "png"})
        vault = opened(root)
        assert (
            vault.notes.apply(vault.notes.plan_attach("One", str(tmp_path / "map.png"))).paths[-1]
            == "attachments/map.png"
        )


class TestLinks:
    @pytest.mark.parametrize(
        ("app", "link"),
        [
            ({}, "![[a map.png]]"),
            ({"newLinkFormat": "shortest", "useMarkdownLinks": True}, "![](a%20map.png)"),
            ({"newLinkFormat": "relative"}, "![[../Files/a map.png]]"),
            ({"newLinkFormat": "absolute"}, "![[Files/a map.png]]"),
            (
                {"newLinkFormat": "relative", "useMarkdownLinks": True},
                "![](../Files/a%20map.png)",
            ),
        ],
    )
    def test_an_attachment_is_linked_as_obsidian_would(
        self, tmp_path: Path, app: dict[str, Any], link: str
    ) -> None:
        root = obsidian(tmp_path / "v", app={"attachmentFolderPath": "Files", **app})
        write(root, {"Books/One.md": "x\n"})
        write(tmp_path, {"a map.png": "png"})
        vault = opened(root)
        vault.notes.apply(vault.notes.plan_attach("One", str(tmp_path / "a map.png")))
        assert (root / "Books/One.md").read_text("utf-8") == f"x\n\n{link}\n"
        target = link.rpartition("[")[2].rpartition("(")[2].rstrip("])")
        assert (
            vault.workspace.note("Books/One.md", vault.workspace.read("Books/One.md")).spans
            is not None
        )
        found = vault.media._files().find(target, "Books/One.md")
        assert found == "Files/a map.png"

    @pytest.mark.parametrize(
        ("form", "link"), [("shortest", "[[b/Note]]"), ("relative", "[[../b/Note]]")]
    )
    def test_a_name_that_is_no_longer_enough_becomes_a_path_as_obsidian_has_them(
        self, tmp_path: Path, form: str, link: str
    ) -> None:
        root = obsidian(tmp_path / "v", app={"newLinkFormat": form})
        write(root, {"a/Here.md": "[[Old]]\n", "b/Old.md": "x\n", "c/Note.md": "y\n"})
        opened(root).notes.rename("Old", "Note")
        assert (root / "a/Here.md").read_text("utf-8") == f"{link}\n"


class TestNotes:
    @pytest.mark.parametrize(
        ("app", "path"),
        [
            ({"newFileLocation": "folder", "newFileFolderPath": "In/New"}, "In/New/A.md"),
            ({"newFileLocation": "root"}, "A.md"),
            ({"newFileLocation": "current"}, "inbox/A.md"),
            ({}, "inbox/A.md"),
        ],
    )
    def test_new_ones_go_where_obsidian_makes_them(
        self, tmp_path: Path, app: dict[str, str], path: str
    ) -> None:
        root = obsidian(tmp_path / "v", app=app)
        vault = opened(root)
        assert vault.notes.create("note", "A").paths == [path]
        assert vault.notes.create("book", "B").paths == ["books/B.md"]

    def test_properties_have_the_types_that_obsidian_was_told(self, tmp_path: Path) -> None:
        types = {
            "director": "multitext",
            "sqft": "number",
            "due": "date",
            "seen": "datetime",
            "owned": "checkbox",
            "model": "text",
            "rating": "text",  # our own type goes before
            "odd": "made-by-a-plug-in",
        }
        root = obsidian(tmp_path / "v", types={"types": types})
        write(
            root,
            {
                "House.md": "---\ndirector: Ann, Bo\nsqft: '1,5'\ndue: 2026/3/9\n"
                "seen: 2026-03-07T08:30\nowned: 'yes'\nmodel: 007\nrating: '4'\nodd: x\n---\n",
            },
        )
        vault = opened(root)
        fields = vault.search.read("House").fields
        assert fields["director"] == ["Ann", "Bo"]
        assert (fields["sqft"], fields["due"], fields["owned"]) == (1.5, "2026-03-09", True)
        assert (fields["seen"], fields["model"]) == ("2026-03-07T08:30", "007")
        assert (fields["rating"], fields["odd"]) == (4, "x")
        for query in ("due<2026-04", "director:Bo", "sqft>1", "owned:true", "seen:2026-03"):
            assert [row.title for row in vault.search.rows(query).rows] == ["House"], query

    def test_a_field_that_obsidian_knows_is_one_before_a_note_has_it(self, tmp_path: Path) -> None:
        vault = opened(obsidian(tmp_path / "v", types={"types": {"Monthly Uses": "number"}}))
        assert vault.search.rows("monthly-uses>4").total == 0
        with pytest.raises(UsageError):
            vault.search.rows("weekly-uses>4")

    def test_a_type_that_the_vault_says_itself_goes_before(self, tmp_path: Path) -> None:
        root = obsidian(tmp_path / "v", types={"types": {"serves": "text"}})
        write(
            root,
            {
                ".notekeep/config.toml": '[kinds.recipe]\nserves = "number"\n',
                "Soup.md": "---\ntype: recipe\nserves: '4'\n---\n",
            },
        )
        write(root, {"Guests.md": "---\nserves: '8'\n---\n"})
        vault = opened(root)
        assert vault.search.read("Soup").fields["serves"] == 4
        assert vault.search.read("Guests").fields["serves"] == 8


class TestItsSettings:
    def test_the_vaults_own_go_before(self, root: Path) -> None:
        obsidian(
            root,
            app={
                "attachmentFolderPath": "Files",
                "newLinkFormat": "relative",
                "useMarkdownLinks": True,
                "userIgnoreFilters": ["Old/"],
            },
            daily_notes={"format": "Do", "folder": "Journal"},
        )
        write(
            root,
            {
                ".notekeep/config.toml": 'daily_format = "%d.%m.%Y"\ntemplates = "t"\n'
                'attachments = "./a"\nlink_form = "absolute"\nmarkdown_links = false\n'
                'excluded = []\n[folders]\ndaily = "Diary"\n'
            },
        )
        said = vault_settings(str(root))
        assert (said.folders["daily"], said.daily_format, said.daily_moment) == (
            "Diary",
            "%d.%m.%Y",
            "",
        )
        assert (said.templates, said.attachments, said.link_form) == ("t", "./a", "absolute")
        assert (said.markdown_links, said.excluded) == (False, ())
        assert said.warnings == []
        assert opened(root).notes.add("x").paths == ["Diary/07.03.2026.md"]

    @pytest.mark.parametrize(
        ("form", "why"),
        [
            ("MM-DD", "do not name one day"),
            ("YYYY-MM-DD HHmm", "do not name one day"),
            ("YYYY-MM-DD [*]", "a character that is not allowed"),
            ("YYYY:MM:DD", "a character that is not allowed"),
            ("[.hidden]/YYYY-MM-DD", "hide the note"),
            ("[..]/YYYY-MM-DD", "hide the note"),
            ("YYYY//MM/DD", "hide the note"),
        ],
    )
    def test_names_that_cannot_be_made_are_told_and_the_usual_ones_are_used(
        self, tmp_path: Path, form: str, why: str
    ) -> None:
        root = obsidian(tmp_path / "v", daily_notes={"format": form, "folder": "Log"})
        (warning,) = vault_settings(str(root)).warnings
        assert warning.startswith(".obsidian/daily-notes.json: names such as ")
        assert why in warning
        assert opened(root).notes.add("x").paths == [f"Log/{DAY}.md"]

    @pytest.mark.parametrize(
        ("name", "text", "why"),
        [
            ("app", "{", "is not JSON (line 1)"),
            ("app", "", "is not JSON (line 1)"),
            ("types", '{"types": {\n"due": date}}', "is not JSON (line 2)"),
            ("templates", "[]", "is not a table"),
            ("daily_notes", "7", "is not a table"),
            ("daily_notes", '"x"', "is not a table"),
            ("app", "[" * 99_999, "is not JSON"),
            ("app", json.dumps({"x": "y" * 1_000_000}), "is too large"),
            ("app", '{"attachmentFolderPath": 7}', "attachmentFolderPath is not text"),
            ("app", '{"attachmentFolderPath": "../out"}', "is outside the vault"),
            ("app", '{"newLinkFormat": "longest"}', "'longest' is not supported"),
            ("app", '{"userIgnoreFilters": "Old"}', "userIgnoreFilters is not a list"),
            ("daily_notes", '{"folder": "a/../../b"}', "is outside the vault"),
            ("types", '{"types": []}', "types is not a table"),
            ("community_plugins", "{}", "is not a list"),
            ("community_plugins", "[", "is not JSON (line 1)"),
        ],
    )
    def test_a_broken_file_is_told_once_and_hides_no_other(
        self, root: Path, name: str, text: str, why: str
    ) -> None:
        obsidian(root, **{name: text})
        vault = opened(root)
        warnings = vault.settings.warnings
        assert [why in warning for warning in warnings] == [True]
        assert warnings[0].startswith(f".obsidian/{name.replace('_', '-')}.json: ")
        assert vault.search.rows("is:template").total + vault.search.rows().total == 1
        others = {
            "daily_notes": vault.settings.folders["daily"] == "Journal",
            "templates": vault.settings.templates == "Moulds",
        }
        assert all(heeded for file, heeded in others.items() if file != name)
        vault.notes.add("A line")

    def test_a_file_that_may_not_be_read_is_told(self, root: Path) -> None:
        (root / ".obsidian/app.json").mkdir()
        (warning,) = read_obsidian_settings(str(root)).problems
        assert warning.startswith(".obsidian/app.json: cannot read the file: ")

    def test_config_says_that_they_count(self, root: Path) -> None:
        (line,) = [
            line for line in notekeep(root, "config").stdout.splitlines() if "Obsidian" in line
        ]
        assert line.endswith("used where the vault has no setting")

    def test_what_is_broken_is_named_by_doctor_and_config(self, root: Path) -> None:
        obsidian(root, app="{")
        for words in (("doctor",), ("config",)):
            done = notekeep(root, *words)
            assert (done.stdout + done.stderr).count(".obsidian/app.json: is not JSON") == 1

    def test_what_is_broken_is_among_the_problems_of_the_interface(self, root: Path) -> None:
        obsidian(root, app="{")
        (problem,) = opened(root).search.problems()
        assert (problem.path, problem.code) == (".obsidian/app.json", "settings")
        assert problem.message.startswith("is not JSON (line 1)")

    def test_a_byte_order_mark_is_no_harm(self, tmp_path: Path) -> None:
        root = obsidian(tmp_path / "v", templates='\ufeff{"folder": "T"}')
        assert read_obsidian_settings(str(root)).templates == "T"
        assert read_obsidian_settings(str(root)).problems == []


def notekeep(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "notekeep", "--vault", str(root), *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env={**os.environ, "NOTEKEEP_NOW": NOW},
    )


READS = """
import os, sys
root = sys.argv[1]
def watch(event, args):
    if event in ("open", "os.listdir", "os.scandir") and ".obsidian" in str(args[0]):
        sys.stderr.write(f"READ {args[0]}\\n")
sys.addaudithook(watch)
from notekeep.cli.main import main
code = main(["--vault", root, *sys.argv[2:]])
sys.exit(code)
"""


def reads(root: Path, *words: str) -> list[str]:
    """What a command opens of Obsidian's folder."""
    done = subprocess.run(
        [sys.executable, "-c", READS, str(root), *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    return [line for line in done.stderr.splitlines() if line.startswith("READ ")]


def test_a_check_in_reads_nothing_of_obsidians(root: Path) -> None:
    write(root, {"habits/Meditate.md": "---\nhabit: meditate\n---\n"})
    reads(root, "habit", "list")
    assert reads(root, "habit", "meditate") == []


def test_a_list_reads_each_of_obsidians_files_once(root: Path) -> None:
    write(root, {"habits/Meditate.md": "---\nhabit: meditate\n---\n"})
    reads(root, "ls")
    read = reads(root, "ls")
    assert len(read) == len(set(read)) == 5


BOOK = """---
categories:
  - "[[Books]]"
author: []
rating:
created: {{date}}
---
# {{title}}
"""


class TestCategories:
    """A vault that sorts its notes by `categories`, with templates as Obsidian users call them."""

    @pytest.fixture
    def vault(self, tmp_path: Path) -> Vault:
        root = obsidian(tmp_path / "v", templates={"folder": "Templates", "dateFormat": "D.M.YYYY"})
        write(
            root,
            {
                "Templates/Book Template.md": BOOK,
                "Templates/Movie Template.md": BOOK.replace("Books", "Movies"),
                "Templates/Daily Template.md": "not for days\n",
                "References/Out of Control.md": "---\ncategories: ['[[Books]]']\n---\n",
                "References/Dune.md": "---\ncategories: '[[lists/Movies|Films]]'\n---\n",
                "Clippings/Emma.md": "---\ncategories: ['[[Clippings]]', '[[Books|book]]']\n---\n",
                "Notes/Post.md": "---\ncategories: [books]\n---\n",
                "Notes/Old.md": "---\ntype: podcast\ncategories: ['[[Books]]']\n---\n",
                "Notes/Films.md": "---\ncategories: ['[[Movies]]']\n---\n",
                "Notes/More films.md": "---\ncategories: ['[[Movies]]']\n---\n",
                "References/Jane.md": "---\ncategories: ['[[Books]]']\n---\n",
            },
        )
        vault = opened(root)
        vault.indexing.refresh()
        return vault

    def test_a_link_in_categories_says_the_kind_unless_the_type_does(self, vault: Vault) -> None:
        books = {row.path for row in vault.search.rows("type:book").rows}
        assert books == {
            "References/Out of Control.md",
            "References/Jane.md",
            "Clippings/Emma.md",
        }

    def test_a_new_book_starts_from_the_template_where_the_books_are(self, vault: Vault) -> None:
        before = tree(Path(vault.root))
        vault.notes.create("book", "Piranesi", fields={"rating": "5"})
        text = Path(vault.root, "References/Piranesi.md").read_text("utf-8")
        filled = BOOK.replace("{{date}}", "7.3.2026").replace("{{title}}", "Piranesi")
        assert text == filled.replace("rating:", "rating: 5")
        vault.history.undo()
        after = tree(Path(vault.root))
        assert {path: after.get(path) for path in before} == before
        assert "References/Piranesi.md" not in after

    def test_a_template_makes_notes_of_what_it_is_for(self, vault: Vault) -> None:
        assert vault.notes.create("movie", "Solaris").paths == ["Notes/Solaris.md"]
        text = Path(vault.root, "Notes/Solaris.md").read_text("utf-8")
        assert "[[Movies]]" in text
        assert "type:" not in text
        for kind in ("concert", "../References/Dune", ""):
            with pytest.raises(UsageError, match="There is no kind"):
                vault.notes.create(kind, "One")

    def test_a_kind_is_named_in_any_case_and_number(self, vault: Vault) -> None:
        for number, kind in enumerate(("Book", "books", "Movie")):
            (path,) = vault.notes.create(kind, f"New {number}").paths
            assert path.startswith("Notes/" if kind == "Movie" else "References/")

    @pytest.mark.parametrize(
        ("names", "kind", "chosen"),
        [
            (["Book Template", "book"], "book", "book"),
            (
                ["Podcast Template", "Podcast Episode Template"],
                "podcast",
                "Podcast Episode Template",
            ),
            (["Show Template", "Show Episode Template"], "show", "Show Template"),
            (["template-movie"], "movie", "template-movie"),
        ],
    )
    def test_the_nearest_template_is_taken(
        self, tmp_path: Path, names: list[str], kind: str, chosen: str
    ) -> None:
        root = obsidian(tmp_path / "w", templates={"folder": "Moulds"})
        write(root, {f"Moulds/{name}.md": f"from {name}\n" for name in names})
        vault = opened(root)
        (path,) = vault.notes.create(kind, "One").paths
        assert f"from {chosen}\n" in (root / path).read_text("utf-8")

    def test_a_folder_for_the_kind_goes_before_the_folder_of_most_books(self, vault: Vault) -> None:
        Path(vault.root, "Books").mkdir()
        assert vault.notes.create("book", "Piranesi").paths == ["Books/Piranesi.md"]

    def test_the_settings_and_privacy_go_before_the_folder_of_most_books(
        self, vault: Vault
    ) -> None:
        root = Path(vault.root)
        secret = {f"private/{n}.md": "---\ntype: book\n---\n" for n in range(9)}
        write(root, secret)
        vault.indexing.refresh()
        assert vault.notes.create("book", "Piranesi").paths == ["References/Piranesi.md"]
        write(root, {".notekeep/config.toml": '[folders]\nbook = "Library"\n'})
        made = opened(root).notes.create("book", "Emma, again")
        assert made.paths == ["Library/Emma, again.md"]

    def test_a_template_for_days_is_the_one_of_the_settings(self, vault: Vault) -> None:
        (path,) = vault.notes.add("A line").paths
        assert "not for days" not in Path(vault.root, path).read_text("utf-8")
