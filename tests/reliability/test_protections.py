"""Each row fails when the protection it asks about is taken away."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.catalog import indexer
from notekeep.cli.command_tree import VERBS
from notekeep.markdown.editor_text import EditorText
from notekeep.notes import conflict_pairs
from notekeep.services import sync
from notekeep.storage import atomic, scan
from notekeep.storage.history import History
from notekeep.tui.screens import edit_conflicts
from notekeep.vault import Vault
from reliability import (
    crashing,
    house,
    r01_fidelity,
    r02_hostile,
    r03_fuzz,
    r04_kills,
    r05_faults,
    r06_disks,
    r07_powercut,
    r08_races,
    r09_together,
    r10_truth,
    r11_stale,
    r12_sync,
    r13_editor,
    r14_reading,
    r15_undo,
    r16_terminal,
    r17_soak,
    r18_scale,
)
from reliability.board import Result
from reliability.edits import OPS, Op
from reliability.nursery import nursery
from reliability.recording import Waited
from reliability.run import workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from notekeep.storage.scan import ScanResult


pytestmark = pytest.mark.slow


@pytest.fixture
def folder() -> Iterator[Path]:
    with workplace() as place:
        yield place


def add_tag_naively(data: bytes) -> bytes:
    """As python-frontmatter does it: read all, write all."""
    import frontmatter

    try:
        post = frontmatter.loads(data.decode())
    except Exception:  # noqa: BLE001 - what cannot be read is left alone here
        return data
    post["tags"] = ["new/tag"]
    return frontmatter.dumps(post).encode()


NAIVE_EDIT = Op("naive", add_tag_naively, ("tags",), OPS[0].wanted)


def test_r1_a_library_that_writes_front_matter_anew_damages_notes(folder: Path) -> None:
    result = r01_fidelity.run(40, folder, [NAIVE_EDIT])
    assert result.damaged > 20


def test_r2_it_damages_hostile_notes_too(folder: Path) -> None:
    result = r02_hostile.run(1, folder, [NAIVE_EDIT])
    assert result.lost + result.damaged > 20


def test_r3_an_editor_that_raises_what_it_meets_is_caught(folder: Path) -> None:
    def edit(data: bytes) -> bytes:
        return data.decode().encode()

    result = r03_fuzz.run(200, folder, [NAIVE_EDIT._replace(run=edit)])
    assert any("UnicodeDecodeError" in fault for fault in result.faults)


def test_r3_an_editor_that_drops_the_text_is_caught(folder: Path) -> None:
    result = r03_fuzz.run(200, folder, [NAIVE_EDIT])
    assert result.lost


NAIVE_SAVE = """
from notekeep.storage import durability
with open(root + "/a.md", "wb", buffering=0) as file:
    durability.reach_failpoint("created")
    file.write(b"new" * 100)
    durability.reach_failpoint("written")
    file.write(b"new" * 100)
"""

NAIVE_LOOP = r"""
import os
acks = os.open(root + "/../acks", os.O_RDWR | os.O_APPEND)
number = int(os.read(acks, 1 << 20).split()[-1])
while True:
    number += 1
    for name in ("a.md", "b.md"):
        with open(root + "/" + name, "wb", buffering=0) as file:
            for _ in range(2000):
                file.write(b"%d\n" % number)
    os.write(acks, b"%d\n" % number)
"""


def test_r4_a_save_into_the_note_is_torn_by_a_kill(folder: Path) -> None:
    result = Result()
    with nursery() as forks:
        r04_kills.steps(forks, folder, result, "naive", NAIVE_SAVE)
        by_step = result.damaged
        r04_kills.at_random(forks, folder, result, 8, NAIVE_LOOP)
    assert by_step
    assert result.damaged > by_step


def test_r4_a_start_that_repairs_nothing_leaves_half_a_step(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(History, "recover", lambda *_: [])
    result = Result()
    with nursery() as forks:
        r04_kills.steps(forks, folder, result, "many", r04_kills.PROGRAMS["many"])
    assert result.damaged


def do_naive(root: Path, history: History) -> None:
    """Cut the note to nothing, then write it, through the same calls as a save."""
    del history
    system: Any = atomic.os  # type: ignore[attr-defined]
    try:
        fd = system.open(root / "a.md", os.O_WRONLY | os.O_TRUNC)
        system.write(fd, r05_faults.NEW)
        os.close(fd)
    except OSError:
        return  # and nobody is told


def test_r5_a_save_that_cuts_the_note_first_loses_it_in_silence(folder: Path) -> None:
    result = Result()
    r05_faults.each_call(result, folder, do_naive, errno.ENOSPC)
    assert result.damaged
    assert any("silent" in fault for fault in result.faults)


def test_r6_a_save_into_the_note_loses_it_on_a_full_disk(folder: Path) -> None:
    def naive(vault: Vault) -> None:
        with open(f"{vault.root}/Index.md", "wb") as file:
            file.write(r06_disks.BIG)

    result = r06_disks.run(1, folder, [naive])
    if result.skipped:
        pytest.skip(result.skipped)
    assert result.lost


@pytest.mark.parametrize("which", ["files", "folders", "all at once"])
def test_r7_without_waiting_for_the_disk_something_is_lost(folder: Path, which: str) -> None:
    def forget(act: object) -> bool:
        if not isinstance(act, Waited):
            return False
        written = act.inode in files
        return {"files": written, "folders": not written, "all at once": not act.inode}[which]

    files = Inodes(folder)
    result = r07_powercut.run(6, folder, forget)
    assert result.lost + result.damaged


class Inodes:
    """Tells the inodes of files from those of folders, as they are on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __contains__(self, inode: int) -> bool:
        real = self.folder / r07_powercut.REAL
        folders = {path.stat().st_ino for path in [real, *real.rglob("*")] if path.is_dir()}
        return inode != 0 and inode not in folders


def test_r8_a_saver_that_only_looks_again_loses_the_other_save(folder: Path) -> None:
    assert r08_races.run(40, folder, r08_races.naive).lost >= 30


BLIND = """
from notekeep.storage.transaction import Transaction
from notekeep.notes.workspace import Workspace

seen, read, edit = {}, Workspace.read, Transaction.edit
Workspace.read = lambda plans, path: (
    seen.setdefault(path, read(plans, path)) if path == "Shared.md" else read(plans, path)
)
Transaction.edit = lambda step, path, data, expected, **more: edit(step, path, data, None, **more)
"""


def test_r9_writers_that_save_over_what_they_have_not_seen_lose_lines(folder: Path) -> None:
    # On a busy machine the two may not meet within the first seconds.
    assert any(
        r09_together.run(seconds, folder / str(seconds), BLIND).lost for seconds in (2, 8, 32)
    )


def only_new(*args: Any, **options: Any) -> ScanResult:
    """Sweep as if a note never changed once it is known."""
    changes = real_sweep(*args, **options)
    changes.modified.clear()
    return changes


real_sweep = scan.sweep


def test_r10_an_index_that_misses_changes_is_not_the_truth(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer, "sweep", only_new)
    assert not r10_truth.run(4, folder).passed


def test_r11_who_looks_at_size_and_time_only_walks_into_the_traps(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_size_and_time(root: str, known: Any, **options: Any) -> ScanResult:
        changes = real_sweep(root, known, **options)
        for path, found in list(changes.modified.items()):
            if found[:2] == known[path][:2]:
                del changes.modified[path]
        return changes

    monkeypatch.setattr(indexer, "sweep", by_size_and_time)
    told = " ".join(r11_stale.run(2, folder).faults)
    for trap in ("same_size_and_time_put_back", "moved_over_with_its_time", "names_swapped"):
        assert trap in told


def test_r12_a_merge_that_keeps_one_side_loses_the_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "merge_versions", lambda _path, _base, ours, _theirs: ours)
    result = Result()
    r12_sync.run_world(result, folder / "world", 1, 6)
    assert result.lost


def test_r12_a_base_that_only_one_side_has_known_loses_what_the_other_wrote(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        conflict_pairs,
        "find_merge_base",
        lambda versions, _commits, mine, _theirs: (versions[0].data if versions else mine, False),
    )
    result = Result()
    r12_sync.run_world(result, folder / "world", 2, 8)
    assert result.lost


def test_r13_an_editor_that_saves_the_text_it_shows_changes_line_ends(folder: Path) -> None:
    def as_text(data: bytes, edit: Callable[[list[str]], list[str]]) -> bytes:
        lines = data.decode("utf-8", "surrogateescape").splitlines()
        return "\n".join(edit(lines or [""])).encode("utf-8", "surrogateescape")

    assert r13_editor.run(40, folder, as_text).damaged > 10


FORGETFUL = """
from notekeep.storage.autosave import AutosaveFile
from reliability import crashing
AutosaveFile.write = lambda *_, **__: None
crashing.TIMEOUT_SECONDS = 1
"""


def test_r13_an_editor_that_keeps_nothing_loses_what_was_typed(folder: Path) -> None:
    result = Result()
    crashing.crash(result, folder, {"a.md": (b"one\r\ntwo\n", [1])}, FORGETFUL)
    assert result.lost == 1


def test_r13_a_restored_text_that_is_another_is_seen(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_its_ends(data: bytes, stand_ins: object = None) -> EditorText:
        return EditorText(data.replace(b"\r", b""))

    monkeypatch.setattr(edit_conflicts, "EditorText", without_its_ends)
    monkeypatch.setattr(without_its_ends, "checked", EditorText.checked, raising=False)
    result = Result()
    crashing.crash(result, folder, {"a.md": (b"one\r\ntwo\n", [1])})
    assert result.damaged == 1


def test_r14_a_look_that_saves_is_seen_even_when_it_changes_no_byte(folder: Path) -> None:
    def save_again(root: Path) -> int:
        for path in list(root.rglob("*.md"))[:1]:
            path.write_bytes(path.read_bytes())
        return 1

    assert r14_reading.run(1, folder, (save_again,)).damaged


def test_r15_without_undo_nothing_is_as_it_was(folder: Path) -> None:
    result = r15_undo.run(0, folder, lambda _words: ["ls"])
    assert result.damaged > 15


def test_r15_what_undo_leaves_in_the_trash_is_seen(folder: Path) -> None:
    def leave(words: list[str]) -> list[str]:
        left = folder / "notes" / house.TRASH / "left.md"
        left.parent.mkdir(exist_ok=True)
        left.write_bytes(b"of no step\n")
        return words

    assert any("in the trash" in fault for fault in r15_undo.run(0, folder, leave).faults)


def test_r15_a_new_verb_has_to_be_undone_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VERBS, "shred", VERBS["rm"])
    assert any("shred" in fault for fault in r15_undo.run(0, folder).faults)


UNFILTERED = """
from notekeep.markdown import sanitize
sanitize.clean = sanitize.clean_line = lambda text: text
from notekeep.__main__ import run
run()
"""


def test_r16_a_string_that_is_not_filtered_reaches_the_terminal(folder: Path) -> None:
    result = Result()
    root = folder / "hostile"
    r16_terminal.write_vault(root)
    env = r16_terminal.environment(folder) | {"PYTHONPATH": os.getcwd()}
    r16_terminal.say(result, ["show a0"], root, env, ("-c", UNFILTERED))
    assert any("]52;c;" in fault for fault in result.faults)


def test_r17_a_file_that_is_never_closed_is_noticed(folder: Path) -> None:
    held: list[int] = []
    try:
        result = r17_soak.run(2, folder, lambda: held.append(os.open(os.devnull, os.O_RDONLY)))
    finally:
        for fd in held:
            os.close(fd)
    assert any("open files" in fault for fault in result.faults)


NEVER_COLLECTED = """
from notekeep.tui import textual_compat
textual_compat.MUCH = textual_compat.NEVER
from notekeep.__main__ import run
run()
"""


def test_r17_garbage_that_is_never_collected_is_noticed(folder: Path) -> None:
    rounds = r17_soak.ROUNDS
    grown = r17_soak.use_interface(folder, rounds, f"-c {NEVER_COLLECTED}")
    assert grown > r17_soak.ROUND_GROWTH * (rounds - r17_soak.WARM_ROUNDS)


def test_r18_an_opening_that_reads_all_notes_is_too_slow(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_all(root: Path) -> int:
        vault = Vault.open(root)
        vault.indexing.refresh(full=True)
        house.close(vault)
        return 100

    monkeypatch.setattr(r18_scale, "allowed", lambda count: count / 14_000 * 0.5)
    result = r18_scale.run(100, folder, read_all)
    assert any("to a list" in fault for fault in result.faults)
