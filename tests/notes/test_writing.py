"""Changes to notes: what a verb plans is what it writes, and `undo` gives every byte back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from notekeep.catalog.queries import list_tasks
from notekeep.errors import Conflict, NotFound, Refused, UsageError
from notekeep.notes.habit_notes import habit_fields
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable


Texts: TypeAlias = "Callable[[], dict[str, bytes]]"


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


class TestNew:
    def test_a_note_is_named_by_its_title_in_the_folder_of_its_kind(self, vault: Vault) -> None:
        done = vault.notes.create("book", "Atomic: Habits", fields={"pages": "320"}, tags=["habit"])
        assert done.paths == ["books/Atomic - Habits.md"]
        note = vault.search.read("Atomic: Habits")
        assert (note.title, note.kind, note.tags) == ("Atomic: Habits", "book", ["habit"])
        assert note.fields["pages"] == 320

    def test_a_name_that_is_taken_gets_a_number(self, vault: Vault, texts: Texts) -> None:
        before = texts()
        assert vault.notes.create("book", "deep work").paths == ["books/deep work 2.md"]
        assert changed(before, texts()) == {"books/deep work 2.md"}

    def test_the_vaults_own_template_is_used(self, vault: Vault) -> None:
        folder = os.path.join(vault.root, "templates")
        os.mkdir(folder)
        with open(os.path.join(folder, "book.md"), "w", encoding="utf-8") as file:
            file.write('---\ntype: book\ntitle: "{{title}}"\nread: {{date}}\n---\n# {{title}}\n')
        vault.notes.create("book", "Made")
        assert vault.search.read("Made").raw["read"] == "2026-11-24"

    def test_a_template_may_begin_with_the_mark_that_windows_editors_put_first(
        self, vault: Vault, texts: Texts
    ) -> None:
        folder = os.path.join(vault.root, "templates")
        os.mkdir(folder)
        with open(os.path.join(folder, "book.md"), "w", encoding="utf-8-sig") as file:
            file.write("---\ntags: [shelf]\n---\n# {{title}}\n")
        vault.notes.create("book", "Made")
        assert texts()["books/Made.md"].startswith(b"---\ntags: [shelf]\n")
        assert vault.search.read("Made").fields["type"] == "book"

    def test_an_unknown_kind_names_the_nearest(self, vault: Vault) -> None:
        with pytest.raises(UsageError) as caught:
            vault.notes.create("bok", "A title")
        assert "book" in caught.value.hint


class TestAdd:
    def test_a_line_goes_into_todays_note_which_is_made_when_missing(self, vault: Vault) -> None:
        assert vault.notes.add("- a thought").paths == ["daily/2026-11-24.md"]
        assert vault.notes.add("- another").paths == ["daily/2026-11-24.md"]
        assert "- a thought\n- another\n" in vault.search.read("2026-11-24").body

    def test_a_section_that_is_a_list_grows_by_an_item(self, vault: Vault, texts: Texts) -> None:
        before = texts()
        vault.notes.add("three", "List#Open")
        after = texts()
        assert after["inbox/List.md"] == (
            b"# List\n\n## Open\n\n- one\n- two\n- three\n\n## Done\n\nNothing yet.\n"
        )
        assert changed(before, after) == {"inbox/List.md"}

    @pytest.mark.parametrize(
        ("there", "item"),
        [
            ("1. one\n2. two\n", "3. x"),
            ("9) nine\n", "10) x"),
            ("* a\n  - b\n", "* x"),
            ("4. four\n   - b\n", "5. x"),
        ],
    )
    def test_a_list_goes_on_as_it_is_written(self, vault: Vault, there: str, item: str) -> None:
        Path(vault.root, "steps.md").write_text(there, "utf-8")
        vault.indexing.refresh(words=False)
        vault.notes.add("x", "steps.md")
        assert Path(vault.root, "steps.md").read_text("utf-8") == f"{there}{item}\n"

    def test_a_paragraph_stands_by_itself(self, vault: Vault, texts: Texts) -> None:
        vault.notes.add("More.", "List")
        assert texts()["inbox/List.md"].endswith(b"Nothing yet.\n\nMore.\n")

    def test_the_files_own_line_ends_are_kept(self, vault: Vault, texts: Texts) -> None:
        vault.notes.add("- [ ] next", "Windows")
        assert texts()["inbox/Windows.md"].endswith(b"- [ ] a task\r\n- [ ] next\r\n")

    def test_a_path_with_a_hash_wins_over_a_section(self, vault: Vault, texts: Texts) -> None:
        for path in ("a.md", "a#b.md"):
            Path(vault.root, path).write_text("# a\n\n## b.md\n\n## Open\n", "utf-8")
        vault.indexing.refresh(words=False)
        vault.notes.add("whole", "a#b.md")
        vault.notes.add("part", "a#b.md#Open")
        vault.notes.add("other", "a#Open")
        assert texts()["a#b.md"] == b"# a\n\n## b.md\n\n## Open\n\nwhole\n\npart\n"
        assert texts()["a.md"] == b"# a\n\n## b.md\n\n## Open\n\nother\n"

    def test_a_missing_section_is_said_and_nothing_is_written(
        self, vault: Vault, texts: Texts
    ) -> None:
        before = texts()
        with pytest.raises(NotFound, match="no section 'Nowhere'"):
            vault.notes.add("x", "List#Nowhere")
        assert texts() == before

    def test_a_section_whose_name_has_other_signs_is_not_written_into(
        self, vault: Vault, texts: Texts
    ) -> None:
        Path(vault.root, "Languages.md").write_text("# Languages\n\n## C\n", "utf-8")
        vault.indexing.refresh(words=False)
        before = texts()
        with pytest.raises(NotFound, match=r"no section 'C\+\+'"):
            vault.notes.add("x", "Languages#C++")
        assert texts() == before

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (b"", b"new\n"),
            (b"no end", b"no end\n\nnew\n"),
            (b"text\n\n\n", b"text\n\nnew\n\n\n"),
            (b"text\r\n\r\n", b"text\r\n\r\nnew\r\n\r\n"),
            (b"- one\n\n", b"- one\n- new\n\n"),
            (b"caf\xe9 \n", b"caf\xe9 \n\nnew\n"),
        ],
    )
    def test_nothing_that_stood_there_changes(
        self, vault: Vault, texts: Texts, before: bytes, after: bytes
    ) -> None:
        Path(vault.root, "odd.md").write_bytes(before)
        vault.indexing.refresh(words=False)
        vault.notes.add("new", "odd.md")
        assert texts()["odd.md"] == after

    @pytest.mark.parametrize("gap", [b"", b"\n", b"\n\n\n"])
    def test_blank_lines_above_the_next_heading_stay(
        self, vault: Vault, texts: Texts, gap: bytes
    ) -> None:
        Path(vault.root, "odd.md").write_bytes(b"# a\ntext\n" + gap + b"# b\n")
        vault.indexing.refresh(words=False)
        vault.notes.add("new", "odd.md#a")
        assert texts()["odd.md"] == b"# a\ntext\n\nnew\n" + (gap or b"\n") + b"# b\n"

    @pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be"])
    def test_utf8_is_not_put_into_utf16(self, vault: Vault, texts: Texts, coding: str) -> None:
        Path(vault.root, "wide.md").write_bytes("\ufeff# Wide\n".encode(coding))
        vault.indexing.refresh(words=False)
        before = texts()
        with pytest.raises(Refused, match=r"wide\.md: The file is UTF-16"):
            vault.notes.plan_add("x", "wide.md")
        with pytest.raises(Refused, match=r"wide\.md: The file is UTF-16"):
            vault.notes.plan_quote("wide.md", "x")
        assert texts() == before


class TestAttach:
    def test_a_file_is_copied_and_linked(self, vault: Vault, texts: Texts, tmp_path: Path) -> None:
        picture = tmp_path / "My Grid (1).PNG"
        picture.write_bytes(b"\x89PNG")
        vault.notes.apply(vault.notes.plan_attach("List", str(picture)))
        after = texts()
        assert after["attachments/My Grid (1).png"] == b"\x89PNG"
        assert after["inbox/List.md"].endswith(b"\n\n![[My Grid (1).png]]\n")

    def test_a_missing_file_is_said(self, vault: Vault) -> None:
        with pytest.raises(NotFound, match="no file"):
            vault.notes.apply(vault.notes.plan_attach("List", "/nowhere/x.png"))

    def test_a_line_is_added_though_another_program_is_quicker(
        self, vault: Vault, texts: Texts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        planned, others = vault.notes.plan_add, ["made today's note", "wrote into it"]

        def overtaken(text: str, to: str = "", *when: Any) -> WritePlan:
            plan = planned(text, to, *when)
            if others:
                vault.notes.apply(planned(others.pop(0), to))
            return plan

        monkeypatch.setattr(vault.notes, "plan_add", overtaken)
        done = vault.notes.add("mine")
        note = texts()[done.paths[0]].decode()
        for line in ("made today's note", "wrote into it", "mine"):
            assert note.count(line) == 1


class TestFields:
    def test_one_key_changes_and_nothing_else(self, vault: Vault, texts: Texts) -> None:
        before = texts()
        vault.notes.set_fields(["books/Deep Work.md"], ["rating=4.5"])
        after = texts()
        assert changed(before, after) == {"books/Deep Work.md"}
        assert after["books/Deep Work.md"] == before["books/Deep Work.md"].replace(
            b"rating: 4\n", b"rating: 4.5\n"
        )

    def test_a_date_is_said_in_words_and_written_as_a_date(
        self, vault: Vault, texts: Texts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
        done = vault.notes.set_fields(["books/Deep Work.md"], ["finished=mon", "rating=5"])
        assert b"\nfinished: 2026-11-23\n" in texts()["books/Deep Work.md"]
        assert done.remarks == ["finished: mon is Mon 23 Nov."]
        # What is kept of it means the same tomorrow.
        assert vault.history.steps()[0].label == "finished=2026-11-23 rating=5 in Deep Work"
        made = vault.notes.create("book", "New", fields={"finished": "yesterday"})
        assert b"\nfinished: 2026-11-23\n" in texts()[made.paths[0]]

    def test_bytes_that_are_not_utf8_are_refused_and_nothing_is_written(
        self, vault: Vault, texts: Texts
    ) -> None:
        before, odd = texts(), "Gr\udcf6\udcdfe"
        plans: list[Callable[[], object]] = [
            lambda: vault.notes.create("note", odd),
            lambda: vault.notes.create("note", "Size", tags=[odd]),
            lambda: vault.notes.create("book", "Size", fields={"author": odd}),
            lambda: vault.notes.rename("Deep Work", odd),
            lambda: vault.notes.set_fields(["books/Deep Work.md"], [f"author+={odd}"]),
            lambda: vault.notes.tag(["books/Deep Work.md"], add=[odd]),
        ]
        for plan in plans:
            with pytest.raises(UsageError, match=r"not UTF-8: .*Gr..e") as error:
                plan()
            assert "UTF-8" in error.value.hint
        assert texts() == before

    def test_a_note_that_must_be_refused_is_left_out_with_its_line(
        self, vault: Vault, texts: Texts
    ) -> None:
        before = texts()
        done = vault.notes.tag(["inbox/Broken.md", "books/Deep Work.md"], add=["reread"])
        assert done.paths == ["books/Deep Work.md"]
        assert [(problem.path, problem.line) for problem in done.refused] == [
            ("inbox/Broken.md", 3)
        ]
        assert changed(before, texts()) == {"books/Deep Work.md"}

    def test_a_removed_tag_that_stands_in_the_text_is_said(self, vault: Vault) -> None:
        vault.notes.set_fields(["habits/focus.md"], ["tags=focus"])
        done = vault.notes.tag(["habits/focus.md"], add=[], remove=["focus"])
        assert len(done.remarks) == 1
        assert "#focus stays in the text" in done.remarks[0]


class TestRename:
    def test_title_file_and_every_link_follow(self, vault: Vault, texts: Texts) -> None:
        vault.notes.rename("Deep Work", "Deeper Work")
        after = texts()
        assert after["books/Deeper Work.md"] == (
            b"---\ntitle: Deeper Work\ntags: [focus, work]\nrating: 4\n---\n"
            b"# Deeper Work\n\nText.\n"
        )
        assert after["books/Other.md"] == (
            b"See [[Deeper Work]], [[books/Deeper Work|the book]] and [[Deeper Work#Rules]].\n"
        )
        assert after["inbox/Relative.md"] == (
            b"A [link](../books/Deeper%20Work.md) and an embed ![[Deeper Work]].\n"
        )
        assert b'source: "[[Deeper Work]]"' in after["habits/focus.md"]
        assert "books/Deep Work.md" not in after
        assert not [problem for problem in vault.search.problems() if problem.code == "broken-link"]

    def test_a_change_of_case_alone_is_a_rename(self, vault: Vault, texts: Texts) -> None:
        vault.notes.rename("Deep Work", "Deep work")
        assert "books/Deep work.md" in texts()
        assert b"[[Deep work]]" in texts()["books/Other.md"]

    def test_a_taken_name_is_refused(self, vault: Vault, texts: Texts) -> None:
        before = texts()
        with pytest.raises(Refused, match="already exists"):
            vault.notes.rename("Deep Work", "Other")
        assert texts() == before

    @pytest.mark.parametrize(
        ("data", "line"),
        [
            (b"# Plain\n\nros\xe9 \xe9\xe9\xe9 #x\n", 3),
            (b"---\ntitle: Plain\n---\n# Plain\nros\xe9 \xe9\xe9\n", 5),
            ("# Plain\n\ntext\n".encode("utf-16"), 1),
        ],
        ids=["heading", "title and heading", "utf-16"],
    )
    def test_a_title_in_text_that_is_not_utf8_is_left_with_every_byte(
        self, vault: Vault, texts: Texts, data: bytes, line: int
    ) -> None:
        Path(vault.root, "inbox/plain.md").write_bytes(data)
        vault.indexing.refresh()
        before = texts()
        with pytest.raises(Refused, match="UTF-") as refusal:
            vault.notes.rename("inbox/plain.md", "Other title")
        assert refusal.value.line == line
        assert texts() == before

    def test_bytes_that_are_not_utf8_stay_where_no_heading_has_the_title(
        self, vault: Vault, texts: Texts
    ) -> None:
        Path(vault.root, "inbox/plain.md").write_bytes(b"---\ntitle: Plain\n---\nros\xe9\n")
        vault.indexing.refresh()
        vault.notes.rename("Plain", "Other title")
        assert texts()["inbox/Other title.md"] == b"---\ntitle: Other title\n---\nros\xe9\n"

    def test_a_move_keeps_links_by_name_and_mends_relative_ones(
        self, vault: Vault, texts: Texts
    ) -> None:
        vault.notes.move("Relative", "books/notes")
        after = texts()
        assert after["books/notes/Relative.md"] == (
            b"A [link](../Deep%20Work.md) and an embed ![[Deep Work]].\n"
        )
        assert "inbox/Relative.md" not in after

    def test_a_move_out_of_the_vault_is_refused(self, vault: Vault) -> None:
        with pytest.raises(Refused):
            vault.notes.move("Relative", "../elsewhere")


class TestTasks:
    def test_a_task_is_ticked_and_opened_again(self, vault: Vault, texts: Texts) -> None:
        before = texts()
        vault.notes.toggle_task("inbox/Windows.md", 6)
        assert texts()["inbox/Windows.md"] == before["inbox/Windows.md"].replace(b"[ ]", b"[x]")
        vault.notes.toggle_task("inbox/Windows.md", 6)
        assert texts() == before

    def test_a_task_that_moved_is_found_by_what_it_says(self, vault: Vault, texts: Texts) -> None:
        before = texts()["inbox/Windows.md"]
        task = vault.workspace.note("inbox/Windows.md", before).spans.tasks[0]
        vault.notes.toggle_task("inbox/Windows.md", 99, task.text)
        assert texts()["inbox/Windows.md"] == before.replace(b"[ ]", b"[x]")
        with pytest.raises(NotFound, match="The task no longer exists"):
            vault.notes.toggle_task("inbox/Windows.md", 6, "something else")

    def test_a_line_without_a_task_is_said(self, vault: Vault) -> None:
        with pytest.raises(NotFound, match="There is no task"):
            vault.notes.toggle_task("inbox/Windows.md", 4)


class TestUndo:
    @pytest.mark.parametrize(
        "act",
        [
            lambda vault: vault.notes.create("book", "New"),
            lambda vault: vault.notes.add("- x"),
            lambda vault: vault.notes.add("x", "List#Open"),
            lambda vault: vault.notes.set_fields(
                ["books/Deep Work.md"], ["rating=", "isbn=0316769487"]
            ),
            lambda vault: vault.notes.tag(
                ["books/Deep Work.md", "inbox/List.md"], ["a"], ["focus"]
            ),
            lambda vault: vault.notes.rename("Deep Work", "Deeper Work"),
            lambda vault: vault.notes.move("Deep Work", "inbox"),
            lambda vault: vault.notes.delete("Deep Work"),
            lambda vault: vault.notes.toggle_task("inbox/Windows.md", 6),
        ],
        ids=["new", "daily", "add", "set", "tag", "rename", "mv", "rm", "tick"],
    )
    def test_every_byte_is_back(
        self, vault: Vault, texts: Texts, act: Callable[[Vault], object]
    ) -> None:
        before = texts()
        act(vault)
        assert texts() != before
        vault.history.undo()
        assert texts() == before
        vault.history.redo()
        assert texts() != before

    def test_nothing_to_undo_is_said(self, vault: Vault) -> None:
        with pytest.raises(NotFound):
            vault.history.undo()


class TestPlan:
    def test_a_plan_writes_nothing(self, vault: Vault, texts: Texts) -> None:
        before = texts()
        plan = vault.notes.plan_rename("Deep Work", "Deeper Work")
        assert len(plan.changes) == 4
        assert texts() == before

    def test_a_file_that_changed_since_the_plan_is_not_overwritten(
        self, vault: Vault, texts: Texts
    ) -> None:
        plan = vault.notes.plan_set(["books/Deep Work.md"], ["rating=5"])
        with open(os.path.join(vault.root, "books/Deep Work.md"), "ab") as file:
            file.write(b"Theirs.\n")
        before = texts()
        with pytest.raises(Conflict):
            vault.notes.apply(plan)
        assert texts() == before

    def test_its_diff_shows_what_would_be_written(self, vault: Vault) -> None:
        lines = list(vault.notes.plan_set(["books/Deep Work.md"], ["rating=5"]).diff())
        assert "-rating: 4" in lines
        assert "+rating: 5" in lines
        assert list(WritePlan("rm", "", [NoteChange("a.md", b"", None)]).diff()) == [
            "a.md -> trash"
        ]


def test_a_limit_made_in_the_night_begins_on_the_day_that_still_counts(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The day begins at four: half past midnight of the 25th is still the 24th.
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-25T00:30")
    assert habit_fields(vault.habits, "Sugar", goal="never")["since"] == "2026-11-24"


def test_a_date_is_offered_only_where_the_status_changes(vault: Vault) -> None:
    vault.notes.set_fields(["books/Deep Work.md", "books/Other.md"], ["type=book"])
    vault.notes.set_fields(["books/Other.md"], ["status=finished"])
    both = ["books/Deep Work.md", "books/Other.md"]
    plan = vault.notes.plan_set(both, ["status=finished", "pages=9"])
    offer = vault.notes.find_date_offer(plan)
    assert offer is not None
    after = {change.path: change.after or b"" for change in offer.plan.changes}
    dated = [path for path, data in after.items() if b"finished: 2026" in data]
    assert dated == ["books/Deep Work.md"]


def test_a_new_note_never_goes_to_a_private_folder_for_its_company(vault: Vault) -> None:
    for number in range(3):
        folder = Path(vault.root, "private" if number else "films")
        folder.mkdir(exist_ok=True)
        (folder / f"f{number}.md").write_text("---\ntype: film\n---\n")
    Path(vault.root, ".notekeep").mkdir(exist_ok=True)
    Path(vault.root, ".notekeep/config.toml").write_text('[kinds.film]\nyear = "number"\n')
    again = Vault.open(vault.root)
    again.indexing.refresh()
    assert again.notes.create("film", "Alien").paths == ["films/Alien.md"]


def test_the_tasks_of_today_are_those_of_the_notes_changed_last(vault: Vault) -> None:
    for number, name in enumerate(("b", "a", "c")):
        note = Path(vault.root, f"{name}.md")
        note.write_text("".join(f"- [ ] {name}{line}\n" for line in range(60)))
        os.utime(note, (1e9 + number, 1e9 + number))
    os.utime(Path(vault.root, "inbox/Windows.md"), (1e9, 1e9))
    vault.indexing.refresh()
    latest = list_tasks(vault.catalog, latest=2)
    assert [task.text for task in latest] == ["c0", "c1"]


def test_a_link_to_one_of_several_notes_is_called_ambiguous(vault: Vault) -> None:
    for path, text in {"x/Same.md": "", "y/Same.md": "", "z.md": "[[Same]] [[Nothing]]\n"}.items():
        Path(vault.root, path).parent.mkdir(exist_ok=True)
        Path(vault.root, path).write_text(text)
    vault.indexing.refresh()
    found = {one.code: one.message for one in vault.catalog.problems() if one.path == "z.md"}
    assert found == {
        "ambiguous-link": '"Same" matches several notes; the nearest one is used.',
        "broken-link": 'There is no note "Nothing".',
    }


def test_a_check_in_does_not_follow_a_link_out_of_the_vault(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    Path(vault.root, "habits/log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="outside"):
        vault.habits.check_in("focus", "done")
    assert not list((tmp_path / "elsewhere").iterdir())
