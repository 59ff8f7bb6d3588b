"""`mv` and `rm` of several notes: each word a note, or names from a pipe; one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.services import indexing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

    Run = Callable[..., CommandResult]

NOTES = {
    "books/Deep Work.md": "---\ntitle: Deep Work\n---\n",
    "books/Other.md": "See [[Deep Work]].\n",
    "inbox/Deep.md": "Not about work. [[Other]]\n",
    "inbox/Talk notes.md": "A talk.\n",
    "inbox/Café, Zürich.md": "Coffee.\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    for path, text in NOTES.items():
        place = root / path
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, "utf-8")
    return root


def notes(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text("utf-8")
        for path in root.rglob("*.md")
        if ".trash" not in path.parts
    }


def test_several_notes_go_to_the_trash_as_one_step(notekeep: Run, root: Path) -> None:
    ran = notekeep("rm", "Deep Work", "talk notes", "books/Deep Work.md", at=root)
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "moved books/Deep Work.md to the trash",
        "moved inbox/Talk notes.md to the trash",
    ]
    assert "1 note links to them and will have broken links: books/Other.md" in ran.err
    assert "2 files changed. `notekeep undo` reverts this." in ran.err
    assert notes(root).keys() == NOTES.keys() - {"books/Deep Work.md", "inbox/Talk notes.md"}
    assert notekeep("undo", at=root).out == "Undid: rm 2 notes\n"
    assert notes(root) == NOTES


def test_notes_that_notekeep_moved_or_deleted_are_not_missing(notekeep: Run, root: Path) -> None:
    everything = [*NOTES][1:]
    assert notekeep("rm", *everything, at=root).code == 0
    assert notekeep("ls", "--format", "{path}", at=root).out == "books/Deep Work.md\n"
    assert notekeep("rename", "Deep Work", "Rest", at=root).code == 0
    ran = notekeep("ls", "--format", "{path}", at=root)
    assert (ran.out, ran.err) == ("books/Rest.md\n", "")
    (root / "books/Rest.md").unlink()
    ran = notekeep("ls", "--format", "{path}", at=root)
    assert ran.out == "books/Rest.md\n"
    assert "1 note missing" in ran.err


def test_several_notes_move_as_one_step_and_links_follow(notekeep: Run, root: Path) -> None:
    ran = notekeep("mv", "Deep Work", "Other", "shelf/read", at=root)
    assert ran.code == 0
    assert ran.out.splitlines() == ["shelf/read/Deep Work.md", "shelf/read/Other.md"]
    assert "  books/Other.md -> shelf/read/Other.md" in ran.err.splitlines()
    assert notekeep("links", "Other", at=root).out.count("shelf/read/Deep Work.md") == 1
    assert notekeep("undo", at=root).code == 0
    assert notes(root) == NOTES


def test_many_changed_notes_are_read_before_a_note_moves(
    notekeep: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert notekeep("index", at=root).code == 0
    monkeypatch.setattr(indexing, "ANSWER_BUDGET", 0)
    link = root / "inbox/New.md"
    link.write_text("[[books/Deep Work]]\n", "utf-8")
    assert notekeep("mv", "Deep Work", "shelf", at=root).code == 0
    assert link.read_text("utf-8") == "[[shelf/Deep Work]]\n"
    link.write_text("See [[shelf/Deep Work]]\n", "utf-8")
    assert notekeep("rename", "Deep Work", "Rest", at=root).code == 0
    assert link.read_text("utf-8") == "See [[shelf/Rest]]\n"
    link.rename(root / "inbox/Newer.md")
    assert "inbox/Newer.md" in notekeep("rm", "Rest", "--dry-run", at=root).err


def test_many_changed_notes_are_read_before_lint_renames_one(
    notekeep: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "inbox/Why?.md").write_text("Because.\n", "utf-8")
    assert notekeep("index", at=root).code == 0
    monkeypatch.setattr(indexing, "ANSWER_BUDGET", 0)
    link = root / "inbox/New.md"
    link.write_text("[[Why?]]\n", "utf-8")
    assert notekeep("lint", "--fix", "--yes", at=root).code == 0
    assert (root / "inbox/Why.md").exists()
    assert link.read_text("utf-8") == "[[Why]]\n"


def test_a_name_that_lost_its_quotes_is_one_note_where_it_is_one(notekeep: Run, root: Path) -> None:
    assert (
        notekeep("rm", "Talk", "notes", at=root).out == "moved inbox/Talk notes.md to the trash\n"
    )
    assert notekeep("mv", "Deep", "Work", "inbox", at=root).out == "inbox/Deep Work.md\n"
    (root / "books/Work.md").write_text("One word.\n", "utf-8")
    before = notes(root)
    ran = notekeep("rm", "Deep", "Work", at=root)
    assert ran.code == 2
    assert "may be one note or several" in ran.err
    assert notes(root) == before


@pytest.mark.parametrize("end", ["\0", "\n", "\r\n"], ids=["NUL", "line", "Windows"])
def test_names_come_from_a_pipe(notekeep: Run, root: Path, end: str) -> None:
    names = "".join(f"{path}{end}" for path in NOTES if path.startswith("inbox/"))
    ran = notekeep("mv", "-", "later", at=root, stdin=names)
    assert ran.code == 0, ran.err
    assert len(ran.out.splitlines()) == 3
    assert notes(root).keys() == {path.replace("inbox/", "later/") for path in NOTES}
    assert notekeep("undo", at=root).code == 0
    assert notes(root) == NOTES


def test_what_ls_names_goes_through_a_pipe_with_notes_beside_it(notekeep: Run, root: Path) -> None:
    listed = notekeep("ls", "--null", "path:inbox/", at=root).out
    ran = notekeep("rm", "-", "Other", "--dry-run", at=root, stdin=listed)
    assert ran.code == 0
    assert sorted(ran.out.splitlines()) == sorted(
        f"{path} -> trash" for path in NOTES if path != "books/Deep Work.md"
    )
    assert notes(root) == NOTES


def test_one_wrong_name_and_nothing_is_changed(notekeep: Run, root: Path) -> None:
    for words, missing in (
        (("rm", "Other", "nowhere"), 'No note is called "nowhere".'),
        (("rm", "Other", "Talk nodes"), 'Did you mean "Talk notes"?'),
        (("quote", "alk no", "Words."), 'Did you mean "Talk notes"?'),
        (("quote", "alk no", "It's."), """\nType: notekeep quote 'Talk notes' 'It'"'"'s.'\n"""),
        (("rm", "Other", "nowhere", "nothing"), 'No notes are called "nowhere", "nothing".'),
        (("mv", "Other", "nowhere", "shelf"), 'No note is called "nowhere".'),
    ):
        ran = notekeep(*words, at=root)
        assert ran.code == 1
        assert missing in ran.err
    ran = notekeep("rm", "-", at=root, stdin="\n")
    assert (ran.code, ran.out) == (1, "")
    assert "standard input" in ran.err
    assert notekeep("rm", "Other", "inbox/", at=root).code == 2  # two notes begin so
    assert notes(root) == NOTES


def test_a_note_is_no_folder(notekeep: Run, root: Path) -> None:
    for words in (
        ("Other", "Deep Work"),
        ("Other", "inbox/New name.md"),
        ("Other", "Deep", "x.md"),
    ):
        ran = notekeep("mv", *words, at=root)
        assert ran.code == 4
        assert "is a note, not a folder" in ran.err
        assert "notekeep rename" in ran.err
    assert notes(root) == NOTES
    assert notekeep("mv", "Other", "Deep Work/", at=root).out == "Deep Work/Other.md\n"


def test_a_note_whose_place_is_taken_stays_and_the_others_go(notekeep: Run, root: Path) -> None:
    (root / "shelf").mkdir()
    (root / "shelf/Other.md").write_text("Here before.\n", "utf-8")
    ran = notekeep("mv", "books/Other.md", "Deep Work", "shelf", at=root)
    assert ran.code == 4
    assert "books/Other.md: not changed: shelf/Other.md already exists" in ran.err
    assert (root / "shelf/Deep Work.md").exists()
    assert (root / "books/Other.md").exists()


def test_a_note_that_is_there_already_is_no_change(notekeep: Run, root: Path) -> None:
    for words in (("Other", "books"), ("Other", "Deep Work", "books/")):
        ran = notekeep("mv", *words, at=root)
        assert (ran.code, ran.out, ran.err) == (0, "", "Nothing to change.\n")
    assert notekeep("undo", at=root).code == 1


def test_many_files_are_asked_about(notekeep: Run, root: Path) -> None:
    for number in range(21):
        (root / f"inbox/{number}.md").write_text("x\n", "utf-8")
    names = "".join(f"inbox/{number}.md\n" for number in range(21))
    ran = notekeep("rm", "-", at=root, stdin=names)
    assert ran.code == 4
    assert "This would change 21 files." in ran.err
    assert notekeep("rm", "--yes", "-", at=root, stdin=names).code == 0
    assert notes(root) == NOTES


def test_paths_are_those_of_the_vault_or_those_a_shell_completes(
    notekeep: Run, root: Path, tmp_path: Path
) -> None:
    here = root / "books"
    for name in ("./Other.md", "Other.md", "../books/Other.md", str(root / "books/Other.md")):
        assert (
            notekeep("mv", name, "..", "--dry-run", at=here).out == "books/Other.md -> Other.md\n"
        )
        assert notekeep("show", name, at=here).out == NOTES["books/Other.md"]
    moved = "inbox/Talk notes.md -> books/Talk notes.md\n"
    for folder in (".", "../books", str(here), "books", "/books/"):
        assert notekeep("mv", "Talk notes", folder, "--dry-run", at=here).out == moved
    # A file that lies elsewhere is no note, and no folder but one of the vault is one.
    (tmp_path / "Other.md").write_text("elsewhere\n", "utf-8")
    assert notekeep("show", str(tmp_path / "Other.md"), at=here).code == 1
    assert notekeep("mv", "Other", str(tmp_path), at=here).code == 4
    ran = notekeep("--vault", str(root), "mv", "Other", ".", "--dry-run", at=tmp_path)
    assert ran.out == "books/Other.md -> Other.md\n"
