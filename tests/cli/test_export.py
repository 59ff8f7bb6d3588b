"""The life of a draft from the command line, on the sample vault and a Hugo site."""

from __future__ import annotations

import json
import os
import stat
import struct
from typing import TYPE_CHECKING

import pytest

from notekeep.cli.main import main
from notekeep.export.targets.target import TARGETS
from tests.support.sites import make_hugo_site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Run = Callable[..., int]

FILE = "content/posts/deep-work/index.md"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_hugo_site(tmp_path / "blog")


@pytest.fixture
def run(sample: Path, site: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `export` in the sample vault, whose settings of the person name the site."""
    del site
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    monkeypatch.chdir(sample)
    monkeypatch.setattr("sys.stdin", None)

    def run(*words: str) -> int:
        return main(["export", *words])

    return run


def by_hand(site: Path, old: str, new: str) -> None:
    text = (site / FILE).read_text()
    assert old in text
    (site / FILE).write_text(text.replace(old, new))


def states(said: str) -> dict[str, str]:
    (site,) = json.loads(said)["sites"]
    return {post["note"]: post["state"] for post in site["posts"]}


def test_status_tells_every_state(
    run: Run, sample: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--site", str(site)]
    assert run("Deep Work", *there) == 0
    assert run("Make It Stick", *there) == 0
    assert run("James Clear", *there) == 0
    assert run("Tiny Habits", *there) == 0
    by_hand(site, "Newport", "Cal Newport")
    (sample / "people/James Clear.md").unlink()
    (sample / "books/Make It Stick.md").write_text("---\nprivate: true\n---\nx")
    path = sample / "books/Tiny Habits.md"
    path.write_text(path.read_text() + "\nMore.\n")
    capsys.readouterr()
    assert run("status", "--json", *there) == 0
    found = states(capsys.readouterr().out)
    assert found["books/Deep Work.md"] == "conflict"
    assert found["books/Make It Stick.md"] == "refused"
    assert found["books/Tiny Habits.md"] == "changed"
    assert found["james-clear"] == "orphan", "the path of a note that is gone is nowhere kept"
    assert found["books/Atomic Habits.md"] == "new"


def test_a_site_that_is_none_is_told_and_hides_no_other(
    run: Run, home: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = home / "notekeep/config/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        f'[[sites.notes]]\ndir = "{site.parent}/nowhere"\n[[sites.notes]]\ndir = "{site}"\n'
    )
    assert run("status", "--json") == 0
    first, second = json.loads(capsys.readouterr().out)["sites"]
    assert "There is no folder" in first["error"]
    assert (second["target"], second["error"]) == ("hugo", "")
    assert second["total"] > 5


def test_all_exports_what_is_public_or_was_exported_and_a_second_time_nothing(
    run: Run, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--site", str(site)]
    assert run("Deep Work", *there) == 0
    assert run("--all", *there) == 0
    capsys.readouterr()
    assert run("--all", *there) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "Everything is up to date." in said.err
    assert run("status", "--json", *there) == 0
    found = states(capsys.readouterr().out)
    assert set(found.values()) == {"unchanged", "new"}
    assert [note for note in found if found[note] == "new"] == [
        note for note in found if note.startswith("posts/") and found[note] == "new"
    ], "only drafts that nobody named and that are not public"


@pytest.mark.parametrize(
    ("flag", "kept"), [("--keep", "Cal Newport"), ("--merge", "Cal Newport"), ("--overwrite", "")]
)
def test_what_becomes_of_a_change_by_hand_is_said(
    run: Run, site: Path, capsys: pytest.CaptureFixture[str], flag: str, kept: str
) -> None:
    there = ["--site", str(site), "--yes"]
    assert run("Deep Work", *there) == 0
    by_hand(site, "Newport", "Cal Newport")
    assert run("Deep Work", *there) == 3
    assert f"{FILE}: Not changed: edited on the site. --merge" in capsys.readouterr().err
    assert run("Deep Work", *there, flag) == 0
    assert ("Cal Newport" in (site / FILE).read_text()) is bool(kept)
    assert run("Deep Work", *there) == 0


def test_a_file_that_somebody_else_made_is_only_replaced(
    run: Run, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (site / FILE).parent.mkdir(parents=True)
    (site / FILE).write_text("mine")
    there = ["--site", str(site), "--yes"]
    assert run("Deep Work", *there) == 3
    line = next(line for line in capsys.readouterr().err.splitlines() if "Not changed" in line)
    assert line.endswith("Not changed: not created by notekeep. --overwrite replaces it.")
    assert (site / FILE).read_text() == "mine"


def test_a_refusal_names_note_line_and_remedy_alone_and_among_others(
    run: Run, sample: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two"):
        (sample / f"{name}.md").write_text(
            f"---\ntitle: {name}\nslug: ../../x\ntags: odd\n---\nx\n"
        )
    assert run("one", "--site", str(site)) == 4
    alone = capsys.readouterr().err
    assert "one.md: slug must not be a path. Got '../../x'" in alone
    assert "\n  line 3\nUse only letters" in alone
    (sample / "two.md").write_text("---\ntitle: two\npublish: true\ntags: odd\n---\nx\n")
    (sample / "one.md").write_text(
        (sample / "one.md").read_text().replace("tags", "publish: true\ntags")
    )
    assert run("tag:odd", "--site", str(site)) == 4
    among = capsys.readouterr().err
    assert "one.md:3: Not exported. slug must not be a path" in among
    assert "\n  Use only letters" in among
    assert (site / "content" / "posts" / "two" / "index.md").exists()


def test_pull_brings_a_change_by_hand_into_the_note_and_undo_takes_it_back(
    run: Run, sample: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = sample / "books/Deep Work.md"
    before = note.read_bytes()
    there = ["--site", str(site)]
    assert run("Deep Work", *there) == 0
    by_hand(site, "My sister is a nurse", "My brother is a nurse")
    by_hand(site, "draft: true", "draft: false")
    assert run("pull", "Deep Work", *there, "--dry-run") == 0
    assert note.read_bytes() == before
    assert run("pull", *there) == 4, "nobody can be asked"
    assert run("pull", *there, "--yes") == 0
    after = note.read_text()
    assert "My brother is a nurse" in after
    assert "draft: false" in after
    capsys.readouterr()
    assert run("Deep Work", *there, "--yes") == 0
    assert "changed" not in (site / FILE).read_text()
    assert "My brother is a nurse" in (site / FILE).read_text()
    assert main(["undo", "2"]) == 0
    assert note.read_bytes() == before


def test_pull_says_what_it_cannot_bring_back(
    run: Run, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--site", str(site)]
    assert run("pull", *there) == 1
    assert "No post was edited on the site" in capsys.readouterr().err
    assert run("Deep Work", *there) == 0
    by_hand(site, "slug: 'deep-work'", "slug: 'deeper'")
    assert run("pull", *there, "--yes") == 0
    assert "Not copied to the note: the front matter field slug" in capsys.readouterr().err


def test_rules_of_the_vault_are_consent(
    run: Run, sample: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--site", str(site)]
    settings = sample / ".notekeep/config.toml"
    settings.parent.mkdir(exist_ok=True)
    assert run("type:book", *there) in {0, 4}
    assert not (site / "content/posts/tiny-habits").exists()
    settings.write_text('publish = ["#reread", "people/", "title:\\"Tiny Habits\\"", "a:("]\n')
    capsys.readouterr()
    assert run("type:book", *there, "--dry-run") in {0, 4}
    said = capsys.readouterr().err
    assert "content/posts/tiny-habits/index.md" in said
    assert ".notekeep/config.toml: publish: a:(" in said
    assert run("type:book OR path:people/", *there) in {0, 4}
    assert (site / "content/posts/tiny-habits").exists()
    assert (site / "content/posts/james-clear").exists()
    (sample / "people/James Clear.md").write_text('---\npublish: "false"\n---\nx')
    assert run("path:people/", *there) == 4


def test_a_query_is_no_consent_though_it_finds_only_one_note(
    run: Run, sample: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sample / "inbox/Diary.md").write_text("The word quixotically stands here only.\n")
    assert run("quixotically", "--site", str(site)) == 4
    assert "not marked publish: true" in capsys.readouterr().err
    assert run("Diary", "--site", str(site)) == 0


def test_preview_runs_the_generator_s_own_command_in_the_site(
    run: Run,
    site: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    program = tools / "hugo"
    program.write_text('#!/bin/sh\necho "$PWD $@" > "$0.said"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    assert run("preview", "--site", str(site)) == 0
    said = (tools / "hugo.said").read_text()
    assert said == f"{site} server --buildDrafts --buildFuture\n"
    assert run("preview") == 2
    assert "no site to preview" in capsys.readouterr().err
    assert run("preview", "--to", "portable", "--site", str(site)) == 2


def test_a_preview_that_is_not_installed_says_so(
    run: Run, site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert run("preview", "--site", str(site)) == 1
    assert "hugo is not installed" in capsys.readouterr().err


def test_a_note_with_the_name_of_a_command_is_exported_by_its_path(
    run: Run, sample: Path, site: Path
) -> None:
    (sample / "status.md").write_text("words\n")
    assert run("status.md", "--site", str(site)) == 0
    assert run("--site", str(site), "--", "status") == 0
    assert (site / "content/posts/status/index.md").exists()


@pytest.mark.parametrize("words", [[], ["--all", "Deep Work"]])
def test_what_is_exported_has_to_be_said(
    run: Run, words: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    assert "--all" in capsys.readouterr().err


def test_several_names_export_each_of_their_notes(run: Run, site: Path) -> None:
    assert run("Atomic Habits", "Deep Work", "--site", str(site)) == 0
    posts = site / "content/posts"
    assert sorted(post.name for post in posts.iterdir()) == ["atomic-habits", "deep-work"]


@pytest.mark.parametrize(
    "words",
    [("notes", "Deep Work"), ("notes", "Deep", "Work")],
)
def test_the_word_notes_may_be_written(run: Run, site: Path, words: tuple[str, ...]) -> None:
    assert run(*words, "--site", str(site)) == 0
    assert run("--site", str(site), *words) == 0
    assert (site / FILE).exists()


def test_the_word_notes_may_stand_before_all(run: Run, site: Path) -> None:
    assert run("Deep Work", "--site", str(site)) == 0
    assert run("notes", "--all", "--site", str(site), "--dry-run") == 0


def test_a_name_without_quotes_is_one_name(run: Run, site: Path) -> None:
    assert run("Deep", "Work", "--site", str(site)) == 0
    assert (site / FILE).exists()


@pytest.mark.parametrize(
    "words", [("Atomic Habits", "Dep Work"), ("type:book", "rating>=4"), ("deep", "focus")]
)
def test_several_words_that_are_not_all_names_export_nothing(
    run: Run, site: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert run(*words, "--site", str(site)) == 2
    said = capsys.readouterr().err
    assert "No note is called" in said
    assert repr(words[-1]) in said
    assert f"quotes around a name or query with spaces: '{' '.join(words)}'" in said
    assert not (site / "content/posts").exists()


def test_notes_that_vanish_at_once_are_skipped_and_the_rest_exported(
    run: Run, sample: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The index holds many notes that go at once, until the person says that it is meant."""
    for number in range(120):
        (sample / f"{number}.md").write_text(f"---\npublish: true\n---\nwords of {number}\n")
    (sample / "private").mkdir(exist_ok=True)
    (sample / "private/Vanished.md").write_text("A line that is long enough to be looked for.\n")
    assert run("--all", "--site", str(site)) == 0
    for number in range(110):
        (sample / f"{number}.md").unlink()
    (sample / "private/Vanished.md").unlink()
    (sample / "115.md").write_text("---\npublish: true\n---\nother words\n")
    capsys.readouterr()
    assert run("--all", "--site", str(site)) == 4
    assert "7.md: Not exported. " in capsys.readouterr().err
    assert "other words" in (site / "content/posts/115/index.md").read_text()
    assert (site / "content/posts/7/index.md").exists()


def test_undo_of_an_edited_export_names_what_helps(
    run: Run, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("Deep Work", "--site", str(site)) == 0
    by_hand(site, "Newport", "Cal Newport")
    before = (site / FILE).read_bytes()
    capsys.readouterr()
    assert main(["undo"]) == 3
    said = capsys.readouterr().err
    assert f"'{FILE}' has changed since it was created" in said
    assert "notekeep rm" not in said
    assert "notekeep history" not in said
    assert said.casefold().count("nothing was changed") == 1
    assert (site / FILE).read_bytes() == before
    # What it says helps: the edit goes into the note, and the export is undone.
    assert run("pull", "Deep Work", "--site", str(site), "--yes") == 0
    (site / FILE).unlink()
    assert main(["undo", "2"]) == 0
    assert not (site / ".notekeep-export.json").exists()


def test_notices_of_one_kind_are_one_line_of_a_note(
    run: Run, sample: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sample / "tags.md").write_text(
        "<u>a</u> <kbd>b</kbd> <big>c</big>\n\n[[Nowhere]] and [[Nothing]]\n"
    )
    assert run("tags", "--site", str(site)) == 0
    said = capsys.readouterr().err.splitlines()
    tags = [line for line in said if "the tag <" in line]
    assert tags == [
        "tags.md, line 1: The site drops raw HTML. Removed the tag <u>. And 3 more like it."
    ]
    assert "tags.md, line 3: There is no note 'Nowhere'. Kept the text of the link. And 1 more" in (
        "\n".join(said)
    )
    assert said[-1] == "2 files written, 0 refused, 2 warnings."


def test_a_large_export_prints_some_lines_and_counts_the_rest(
    run: Run, sample: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sample / "many").mkdir()
    for number in range(100):
        (sample / f"many/{number}.md").write_text("---\npublish: true\n---\nsee [[Nowhere]]\n")
    for number in range(100, 150):
        (sample / f"many/{number}.md").write_text("---\npublish: true\nslug: one\n---\nwords\n")
    assert run("path:many/", "--site", str(site)) == 4
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 101, "each file that was written, for other programs"
    assert said.err.count("There is no note") == 40
    assert "And 60 more warnings. --json lists all.\n" in said.err
    assert said.err.count(": Not exported. ") == 50
    assert said.err.count("Give one of them another slug") == 1
    assert len(said.err.splitlines()) < 200
    assert said.err.splitlines()[-1] == "101 files written, 50 refused, 100 warnings."


def test_a_post_without_its_note_is_still_online_until_it_is_pruned(
    run: Run, sample: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--site", str(site)]
    assert run("Deep Work", "--publish", *there) == 0
    (sample / "books/Deep Work.md").unlink()
    capsys.readouterr()
    assert run("James Clear", *there) == 0
    said = capsys.readouterr().err
    assert f"orphan    {FILE}  still online: its note is no longer in the vault" in said
    assert "deep-work. `notekeep export --all --prune` removes" in said
    assert run("status", *there) == 0
    status = capsys.readouterr()
    (line,) = [line for line in status.out.splitlines() if line.startswith("orphan ")]
    assert "still online" in line
    assert "`notekeep export --all --prune` removes" in status.err
    assert run("--all", "--prune", *there) == 0
    assert not (site / FILE).exists()


def test_clashing_slugs_are_settled_in_one_step(
    run: Run, sample: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--site", str(site), "--yes"]
    assert run("Deep Work", *there) == 0
    notes = {}
    for place in ("a/Same.md", "b/Same.md", "c/same.md", "d/Deep Work.md"):
        path = sample / place
        path.parent.mkdir()
        path.write_text(f"---\npublish: true  # mine\n---\nwords of {place}\n")
        notes[path] = path.read_bytes()
    assert run("--all", *there) == 4
    assert "or use --fix-slugs" in capsys.readouterr().err
    assert run("--all", *there, "--fix-slugs", "--dry-run") == 0
    assert {path: path.read_bytes() for path in notes} == notes
    assert run("--all", *there, "--fix-slugs") == 0
    assert not (site / "content/posts/same").exists()
    assert (sample / "a/Same.md").read_bytes() == notes[sample / "a/Same.md"]
    assert "publish: true  # mine\nslug: same-3\n" in (sample / "c/same.md").read_text()
    assert run("--all", *there) == 0
    slugs = {path.name for path in (site / "content/posts").iterdir()}
    assert {"same", "same-2", "same-3", "deep-work", "deep-work-2"} <= slugs
    assert main(["undo", "2"]) == 0
    assert {path: path.read_bytes() for path in notes} == notes


def test_all_targets_are_listed_by_help_and_by_to_list(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--to", "list") == 0
    listed = capsys.readouterr()
    assert run("--help") == 0
    help_text = capsys.readouterr().out
    for target in TARGETS:
        assert f"{target} " in listed.out
        assert target in help_text
    for place in ("Substack", "Medium", "dev.to"):
        assert place in listed.err
        assert place in help_text


@pytest.mark.parametrize(
    ("target", "way"), [("Substack", "--to html"), ("medium", "--to html"), ("devto", "published")]
)
def test_a_place_without_a_target_is_told_what_to_do(
    run: Run, capsys: pytest.CaptureFixture[str], target: str, way: str
) -> None:
    assert run("Deep Work", "--to", target) == 2
    assert way in capsys.readouterr().err


def test_the_first_export_prints_the_settings_of_its_site(
    run: Run, sample: Path, home: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("Deep Work", "--site", str(site)) == 0
    said = capsys.readouterr().err
    settings = home / "notekeep/config/config.toml"
    assert f"add this to {settings}:" in said
    record = (
        ".notekeep-export.json records the exported files. Keep it, and commit it with the site."
    )
    assert record in said
    settings.parent.mkdir(parents=True, exist_ok=True)
    lines = said[said.index("[sites.") :].splitlines()
    settings.write_text("\n".join(lines[:3]))
    assert run("James Clear") == 0
    assert (site / "content/posts/james-clear/index.md").exists()
    said = capsys.readouterr().err
    assert "[sites." not in said
    assert record not in said
    settings.unlink()
    assert run("Deep Work") == 2, "nobody says by now which folder is meant"


@pytest.mark.parametrize("says", ["template is broken", ""])
def test_a_check_fails_when_the_generator_fails(
    run: Run,
    site: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    says: str,
) -> None:
    """A program in the generator's place: a site that it cannot build is not taken for checked."""
    program = tmp_path / "bin" / "hugo"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{f'echo {says} >&2' if says else ''}\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert run("Deep Work", "--site", str(site), "--check") == 5
    said = capsys.readouterr().err
    assert (says or "failed with code 1 and no message") in said
    assert "\nNot built. " in said
    assert run("Deep Work", "--site", str(site), "--check") == 5, "also where nothing is written"


@pytest.fixture
def film(sample: Path) -> bytes:
    """A film in the vault that says where it was taken, and a note that links to it."""
    text = b"+52.4+4.9/"
    place = struct.pack(">I4sHH", len(text) + 12, b"\xa9xyz", len(text), 0x15C7) + text
    facts = struct.pack(">I4s", len(place) + 8, b"udta") + place
    moov = struct.pack(">I4s", 108, b"mvhd") + bytes(100) + facts
    data = struct.pack(">I4s4s", 12, b"ftyp", b"isom") + struct.pack(">I4s", len(moov) + 8, b"moov")
    (sample / "attachments" / "a film.mp4").write_bytes(data + moov)
    (sample / "Walk.md").write_text("# Walk\n\n[see](<attachments/a film.mp4>)\n")
    return data + moov


def test_export_refuses_a_film_with_a_place_and_names_the_way_out(
    run: Run, film: bytes, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del film
    assert run("Walk", "--site", str(site)) == 4
    said = capsys.readouterr().err
    assert "attachments/a film.mp4 contains a location: xyz" in said
    assert "--keep-metadata 'attachments/a film.mp4'" in said
    assert not (site / "content/posts/walk").exists()


@pytest.mark.parametrize("folder", [".", "books", "attachments"])
def test_keep_metadata_takes_paths_of_the_vault_and_of_the_shell(
    run: Run, film: bytes, site: Path, monkeypatch: pytest.MonkeyPatch, sample: Path, folder: str
) -> None:
    monkeypatch.chdir(sample / folder)
    named = "a film.mp4" if folder == "attachments" else "attachments/a film.mp4"
    there = ["--site", str(site), "--vault", str(sample)]
    assert run("Walk", "--keep-metadata", named, *there) == 0
    assert (site / "content/posts/walk/a-film.mp4").read_bytes() == film


def test_keep_metadata_refuses_a_file_that_is_not_in_the_vault(
    run: Run, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("attachments/a flim.mp4", str(site / "hugo.toml")):
        assert run("Deep Work", "--site", str(site), "--keep-metadata", name) == 2
        assert "There is no file" in capsys.readouterr().err


def test_the_settings_of_a_vault_can_keep_metadata(
    run: Run, film: bytes, sample: Path, site: Path
) -> None:
    settings = sample / ".notekeep/config.toml"
    settings.parent.mkdir(exist_ok=True)
    before = settings.read_text() if settings.exists() else ""
    settings.write_text(f'{before}\n[export]\nkeep_metadata = ["attachments/a film.mp4"]\n')
    assert run("Walk", "--site", str(site)) == 0
    assert (site / "content/posts/walk/a-film.mp4").read_bytes() == film


def test_nothing_is_written_into_a_folder_that_nobody_chose(
    run: Run, sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("Deep Work") == 2
    assert "`notekeep export 'Deep Work' --site ~/blog`" in capsys.readouterr().err
    assert run("Deep Work", "--dry-run") == 0
    assert "Choose a site folder first" in capsys.readouterr().err
    assert run("status") == 0
    assert "No site is chosen" in capsys.readouterr().err
    assert [path.name for path in sample.parent.iterdir() if "drafts" in path.name] == []


def test_a_folder_that_is_no_site_gets_plain_markdown(run: Run, tmp_path: Path) -> None:
    (tmp_path / "drafts").mkdir()
    assert run("Deep Work", "--site", str(tmp_path / "drafts")) == 0
    assert "# Deep Work" in (tmp_path / "drafts/deep-work.md").read_text("utf-8")


def test_a_page_that_a_site_without_templates_does_not_make_is_explained(
    run: Run,
    site: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A fresh Hugo site has no templates, and Hugo then ends well without a page."""
    warning = 'WARN  found no layout file for "html" for kind "page"'
    program = tmp_path / "bin/hugo"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'Start building sites'\necho '{warning}' >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    assert run("Deep Work", "--site", str(site), "--check") == 5
    said = capsys.readouterr().err
    assert f"{warning}\nThe site has no templates: install a theme.\n" in said
    assert "Start building" not in said
    assert "Built in a temporary folder, drafts included. Draft: the site hides it" in said


def test_an_export_says_that_the_site_hides_its_drafts(
    run: Run, site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hidden = "Draft: the site hides it until the note says draft: false.\n"
    assert run("Deep Work", "--site", str(site)) == 0
    assert hidden in capsys.readouterr().err
    assert run("Deep Work", "--site", str(site), "--publish", "--yes") == 0
    assert hidden not in capsys.readouterr().err
    assert run("Deep Work", "--to", "portable", "--site", str(tmp_path / "plain")) == 0
    assert hidden not in capsys.readouterr().err


def test_links_to_the_sources_of_a_post_of_their_name_still_mean_the_sources(
    run: Run, sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("start", "Deep Work", "--section", "Against it") == 0
    text = (sample / "posts/Deep Work.md").read_text()
    assert 'sources: ["[[books/Deep Work|Deep Work]]"]\n' in text
    assert "%% from [[books/Deep Work#Against it]] %%" in text
    capsys.readouterr()
    assert main(["links", "posts/Deep Work.md", "--json"]) == 0
    assert '"books/Deep Work.md"' in capsys.readouterr().out
    assert run("start", "books/Deep Work.md", "Tiny Habits", "--title", "tiny habits") == 0
    text = (sample / "posts/tiny habits.md").read_text()
    assert '["[[books/Deep Work|Deep Work]]", "[[books/Tiny Habits|Tiny Habits]]"]' in text
