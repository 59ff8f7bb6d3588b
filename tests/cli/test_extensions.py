"""Formats, targets and commands of other packages, as a user sees them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.packages import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Shell
    from tests.support.commands import CommandResult
    from tests.support.packages import Packages

FORMAT = """
from notekeep.extend import Format, Loss, Passage, Work

def read(given):
    for name in given.detected:
        for line in given.text(name).splitlines():
            yield Work("book", line, (f"otter:{line}",), passages=[Passage(line, "Worms.")])

OTTER = Format("otter", "Otter", "ot", lambda name, head: name.endswith(".otter"), read)
"""
COMMAND = """
import click
from notekeep.extend import UsageError

@click.command(short_help="Count.")
@click.argument("query", nargs=-1)
@click.pass_obj
def count(vault, query):
    if query == ("bad",):
        raise UsageError("There is no bad note.", "Use another word.")
    if query == ("worse",):
        {}["worse"]
    click.echo(f"{len(vault.search.rows(' '.join(query)).rows)} notes")
"""


@pytest.fixture
def otter(packages: Packages) -> Packages:
    packages.add("notekeep-otter", "notekeep.formats", "otter = {}:OTTER", FORMAT)
    return packages


@pytest.fixture
def burrow(packages: Packages) -> Packages:
    packages.add("notekeep-burrow", "notekeep.targets", "burrow = {}:Burrow", TARGET)
    return packages


@pytest.fixture
def count(packages: Packages) -> Packages:
    packages.add("notekeep-count", "notekeep.commands", "count = {}:count", COMMAND)
    return packages


class TestFormats:
    @pytest.mark.usefixtures("otter")
    def test_a_file_that_notekeep_does_not_know_is_read(self, shell: Shell) -> None:
        shell.write("../a.otter", "Soil\n")
        assert shell("import", "../a.otter", "--write").code == 0
        assert "> Worms." in shell.read("books/Soil.md")
        again = shell("import", "../a.otter")
        assert again.err == "Nothing new.\n"

    @pytest.mark.usefixtures("otter")
    def test_its_name_reads_a_single_file_of_any_name(self, shell: Shell) -> None:
        shell.write("../a.txt", "Soil\n")
        assert shell("import", "--from", "otter", "../a.txt").code == 0

    @pytest.mark.usefixtures("otter")
    def test_a_file_of_a_known_format_loads_no_package(self, shell: Shell) -> None:
        shell.write("../links.csv", "title,url,time_added,tags,status\nW,https://a.org,1,,unread\n")
        assert shell("import", "../links.csv").code == 0
        assert "notekeep_otter" not in sys.modules

    @pytest.mark.parametrize(
        ("before", "after", "reason"),
        [
            ('"ot"', '"kd"', "the prefix 'kd' is in use by Kindle (My Clippings.txt)"),
            ('("otter"', '("kobo-otter"', "the id 'kobo-otter' starts like 'kobo' of Kobo"),
            ('("otter"', '("Otter/"', "the id 'Otter/' must be lower-case words"),
            ('"ot"', '"otter"', "the prefix 'otter' two letters"),
            ("OTTER = ", "OTTER = 0, ", "0 is not a Format"),
            ("import Format", "import Nonsense", "cannot import name 'Nonsense'"),
            ("name.endswith", "name.ends", "'str' object has no attribute 'ends'"),
        ],
    )
    def test_one_that_cannot_be_used_is_named(
        self, shell: Shell, packages: Packages, before: str, after: str, reason: str
    ) -> None:
        code = FORMAT.replace(before, after)
        packages.add("notekeep-otter", "notekeep.formats", "otter = {}:OTTER", code)
        shell.write("../a.otter", "Soil\n")
        done = shell("import", "../a.otter")
        assert done.code == 2
        assert "is in no format that notekeep knows" in done.err
        assert 'notekeep: The format "otter" of notekeep-otter 1.0 does not work: ' in done.err
        assert reason in done.err

    @pytest.mark.parametrize(
        ("before", "after", "reason"),
        [
            ('(f"otter:{line}",)', 'f"otter:{line}"', "ids of a Work must be a tuple"),
            ('f"otter:{line}"', '"7"', "ids must have texts such as 'otter:12'"),
            ("Passage(line, ", "Passage(1, ", "key of a Passage must be a str"),
            ("Passage(line, ", 'Passage("1", ""), Passage("1", ', "the key '1' is in two passages"),
            ("passages=", "tags='soil', passages=", "tags of a Work must be a tuple"),
            ("yield Work", "yield [] or Work", ""),
            ("yield Work", "yield 7 and line or Work", "which is not a record"),
            ("given.detected", "given.detected + 1", "TypeError: "),
        ],
    )
    def test_a_wrong_record_stops_the_import_and_names_the_package(
        self, shell: Shell, packages: Packages, before: str, after: str, reason: str
    ) -> None:
        code = FORMAT.replace(before, after)
        packages.add("notekeep-otter", "notekeep.formats", "otter = {}:OTTER", code)
        shell.write("../a.otter", "Soil\n")
        done = shell("import", "../a.otter", "--write")
        if not reason:
            assert done.code == 0
            return
        assert done.code == 5
        assert 'The format "otter" of notekeep-otter 1.0 does not work: ' in done.err
        assert reason in done.err
        assert "extensions.log" in done.err
        assert shell.files() == []

    def test_of_two_packages_with_one_prefix_the_first_is_used(
        self, shell: Shell, otter: Packages
    ) -> None:
        code = FORMAT.replace('"otter"', '"zebra"').replace(".otter", ".zebra")
        otter.add("notekeep-zebra", "notekeep.formats", "zebra = {}:OTTER", code)
        listed = shell("extensions")
        assert "the prefix 'ot' is in use by Otter" in listed.out
        assert listed.out.count("works") == 1


class TestTargets:
    @pytest.mark.usefixtures("burrow")
    def test_a_site_is_detected_after_the_built_in_targets(self, shell: Shell) -> None:
        shell.write("Soil.md", "# Soil\n\nWorms.\n")
        shell.write("../site/burrow.toml", "")
        assert shell("export", "Soil", "--site", "../site").code == 0
        assert "Worms." in shell.read("../site/dens/soil.md")
        shell.write("../site/hugo.toml", "")
        plan = json.loads(shell("export", "Soil", "--site", "../site", "--dry-run", "--json").out)
        assert plan["target"] == "hugo"

    @pytest.mark.usefixtures("burrow")
    def test_it_is_named_by_its_id_and_listed(self, shell: Shell) -> None:
        shell.write("Soil.md", "# Soil\n")
        shell.write("../site/burrow.toml", "")
        assert shell("export", "Soil", "--site", "../site", "--to", "burrow").code == 0
        assert "Burrow" in shell("export", "--to", "list").out
        assert "Did you mean burrow?" in shell("export", "Soil", "--to", "burow").err
        checked = shell("export", "Soil", "--site", "../site", "--to", "burrow", "--check")
        assert "There is no generator to build burrow with" in checked.out + checked.err

    @pytest.mark.parametrize(
        ("added", "reason"),
        [
            ("    def head(self, post, cover): return post.titel", "no attribute 'titel'"),
            ("    def head(self, post, cover): return None", "head returned None, not str"),
            ("    def post_path(self, post): return 7", "post_path returned 7, not str"),
            ("    dialect = None", "its dialect must be a Dialect"),
            ("    id = 'other'", "its id must be the name of its entry point, burrow"),
            ("    post_file = None", "its class needs post_file"),
            ("    def __init__(self, folder): 1 / 0", "ZeroDivisionError"),
        ],
    )
    def test_an_error_of_a_target_names_its_package(
        self, shell: Shell, packages: Packages, added: str, reason: str
    ) -> None:
        packages.add("notekeep-burrow", "notekeep.targets", "burrow = {}:Burrow", TARGET + added)
        shell.write("Soil.md", "# Soil\n")
        shell.write("../site/burrow.toml", "")
        done = shell("export", "Soil", "--site", "../site", "--to", "burrow")
        assert done.code != 0
        assert 'The target "burrow" of notekeep-burrow 1.0 does not work: ' in done.err
        assert reason in done.err

    def test_a_broken_one_does_not_stop_another(self, shell: Shell, burrow: Packages) -> None:
        burrow.add("notekeep-adder", "notekeep.targets", "adder = {}:Adder", "1 / 0")
        shell.write("Soil.md", "# Soil\n")
        shell.write("../site/burrow.toml", "")
        done = shell("export", "Soil", "--site", "../site")
        assert done.code == 0
        assert done.err.count("notekeep-adder 1.0 does not work: ZeroDivisionError") == 1

    @pytest.mark.parametrize(
        "leak",
        [
            "return head + body + draft.note.body",
            "return head + body + ' '.join(draft.note.body.split()[-3:])",
            "return head + body + str(draft.note.fields['boss'])",
        ],
    )
    def test_private_text_that_it_writes_is_found_by_the_audit(
        self, shell: Shell, packages: Packages, leak: str
    ) -> None:
        added = f"    def compose(self, draft, head, body): {leak}\n"
        packages.add("notekeep-burrow", "notekeep.targets", "burrow = {}:Burrow", TARGET + added)
        secret = "%%Quietly leaving Zanzibarium%%"
        shell.write("Soil.md", f"---\nboss: Rumpelstilz\n---\n# Soil\n\nWorms.\n\n{secret}\n")
        shell.write("../site/burrow.toml", "")
        done = shell("export", "Soil", "--site", "../site", "--to", "burrow")
        assert done.code == 4, done.out + done.err
        assert "would reveal" in done.err
        assert not (shell.root.parent / "site/dens").exists()

    @pytest.mark.usefixtures("burrow")
    def test_it_cannot_publish_a_private_note(self, shell: Shell) -> None:
        shell.write("Soil.md", "---\nprivate: true\n---\n# Soil\n")
        shell.write("../site/burrow.toml", "")
        assert shell("export", "Soil", "--site", "../site").code == 4

    @pytest.mark.parametrize("path", ["../../vault/x.md", "/tmp/x.md", "dens/../../x.md"])
    def test_it_writes_nothing_outside_the_site(
        self, shell: Shell, packages: Packages, path: str
    ) -> None:
        added = f"    def post_path(self, post): return {path!r}\n"
        packages.add("notekeep-burrow", "notekeep.targets", "burrow = {}:Burrow", TARGET + added)
        shell.write("Soil.md", "# Soil\n")
        shell.write("../site/burrow.toml", "")
        done = shell("export", "Soil", "--site", "../site", "--to", "burrow")
        assert done.code == 4, done.out + done.err
        assert shell.files() == ["Soil.md"]

    def test_it_cannot_allow_a_vault_among_its_posts(
        self, shell: Shell, packages: Packages
    ) -> None:
        added = (
            "    def makes_pages(self, path): return False\n    post_file = 'vault/{post.slug}'\n"
        )
        packages.add("notekeep-burrow", "notekeep.targets", "burrow = {}:Burrow", TARGET + added)
        shell.write("Soil.md", "# Soil\n")
        shell.write("../burrow.toml", "")
        done = shell("export", "Soil", "--site", "..", "--to", "burrow")
        assert done.code == 2
        assert "the vault" in done.err.lower()
        assert shell.files() == ["Soil.md"]


class TestCommands:
    @pytest.mark.usefixtures("count")
    def test_it_gets_the_open_vault(self, shell: Shell) -> None:
        shell.write("Soil.md", "# Soil\n")
        shell.write("Air.md", "# Air\n")
        assert shell("count").out == "2 notes\n"
        assert shell("count", "soil").out == "1 notes\n"
        assert shell("count", "--help").out.startswith("Usage: notekeep count")

    @pytest.mark.usefixtures("count")
    def test_it_is_listed_without_being_imported(self, shell: Shell) -> None:
        listed = shell("--help").out
        assert listed.endswith("Extensions:\n  count  From notekeep-count 1.0.\n")
        assert "notekeep_count" not in sys.modules
        assert "Did you mean `count`?" in shell("cuont").err

    @pytest.mark.usefixtures("shell", "count")
    def test_it_is_completed(self, notekeep: Callable[..., CommandResult]) -> None:
        said = {"_NOTEKEEP_COMPLETE": "bash_complete", "COMP_CWORD": "1"}
        done = notekeep(COMP_WORDS="notekeep cou", **said)
        assert done.out == "plain,count\n"
        assert "notekeep_count" not in sys.modules
        options = notekeep(COMP_WORDS="notekeep count --", **(said | {"COMP_CWORD": "2"}))
        assert "plain,--help" in options.out

    def test_a_built_in_command_wins(self, shell: Shell, packages: Packages) -> None:
        packages.add("notekeep-count", "notekeep.commands", "tags = {}:count", COMMAND)
        shell.write("Soil.md", "# Soil #worm\n")
        assert "worm" in shell("tags").out
        assert "Another command has this name." in shell("extensions").out

    @pytest.mark.usefixtures("count")
    def test_its_errors_are_told_from_those_of_a_user(self, shell: Shell) -> None:
        done = shell("count", "bad")
        assert (done.code, done.err) == (
            2,
            "notekeep: There is no bad note.\nUse another word.\n",
        )
        done = shell("count", "worse")
        assert done.code == 5
        assert 'The command "count" of notekeep-count 1.0 does not work: KeyError' in done.err
        assert shell("count", "--nonsense").code == 2

    def test_one_that_cannot_be_imported_costs_itself(
        self, shell: Shell, packages: Packages
    ) -> None:
        packages.add("notekeep-count", "notekeep.commands", "count = {}:count", "import nonsense_")
        shell.write("Soil.md", "# Soil\n")
        assert shell("ls").code == 0
        done = shell("count")
        assert done.code == 5
        assert done.err.count("No module named 'nonsense_'") == 1


def test_the_list_of_extensions(shell: Shell, otter: Packages) -> None:
    otter.add("notekeep-adder", "notekeep.targets", "adder = {}:Adder", "1 / 0")
    rows = json.loads(shell("extensions", "--json").out)
    found = [(row["package"], row["version"], row["adds"], row["name"]) for row in rows]
    assert found == [
        ("notekeep-otter", "1.0", "format", "otter"),
        ("notekeep-adder", "1.0", "target", "adder"),
    ]
    assert [row["works"] for row in rows] == [True, False]
    assert "ZeroDivisionError" in rows[1]["problem"]
    done = shell("extensions")
    assert done.out.splitlines()[0].split() == ["notekeep-otter", "1.0", "format", "otter", "works"]
    assert done.err == ""


def test_doctor_lists_those_that_do_not_work(shell: Shell, packages: Packages) -> None:
    assert "extensions" not in shell("doctor").out
    packages.add("notekeep-adder", "notekeep.targets", "adder = {}:Adder", "1 / 0")
    done = shell("doctor")
    assert 'The target "adder" of notekeep-adder 1.0 does not work: ZeroDivisionError' in done.out
    assert "--no-extensions" in done.out


def test_the_option_starts_without_any(shell: Shell, count: Packages) -> None:
    assert shell("--no-extensions", "count").code == 2
    assert shell("--no-extensions", "extensions").err == "Extensions are turned off.\n"
