"""What other programs do is seen without a key, and what notekeep does is seen once."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.catalog import indexing_process
from notekeep.storage.content import read_file
from notekeep.tui.messages import OpenNote, VaultChanged
from notekeep.tui.vault_updates import VaultUpdates
from tests.support.screens import browse, press, shows, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.catalog.indexer import RefreshResult
    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (120, 40)


def run(code: str, *words: object) -> None:
    """Do something in another process."""
    subprocess.run([sys.executable, "-c", code, *map(str, words)], check=True)


def watchers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "watching"]


async def go_to(app: NotekeepApp, pilot: Pilot[Any], path: str) -> None:
    await until(pilot, lambda: shows(app, "9 notes"))
    browse(app).open_note(OpenNote(path))
    await until(pilot, lambda: browse(app).preview.path == path)


async def test_a_note_written_by_another_program_is_listed_without_a_key(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await go_to(app, pilot, "books/Deep Work.md")
        run(
            "import sys; open(sys.argv[1], 'w').write('# Above all\\n')",
            root / "inbox" / "Above all.md",
        )
        await until(pilot, lambda: shows(app, "10 notes") and shows(app, "Above all"))
        # The cursor is on the note it was on, wherever that note is by now.
        assert browse(app).note_under_cursor == "books/Deep Work.md"
        run("import os, sys; os.unlink(sys.argv[1])", root / "inbox" / "Above all.md")
        await until(pilot, lambda: shows(app, "9 notes") and not shows(app, "Above all"))
        assert browse(app).note_under_cursor == "books/Deep Work.md"


async def test_what_another_notekeep_took_in_is_shown_too(make_app: MakeApp, root: Path) -> None:
    # Its refresh comes before the interface's own, which then finds the catalog up to date.
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await go_to(app, pilot, "books/Deep Work.md")
        run(
            "import sys; from pathlib import Path; from notekeep.vault import Vault\n"
            "vault = Vault.open(sys.argv[1])\n"
            "vault.indexing.refresh(words=False)\n"
            "Path(sys.argv[1], 'inbox', 'From elsewhere.md').write_text('# From elsewhere')\n"
            "vault.indexing.refresh(words=False)\n",
            root,
        )
        await until(pilot, lambda: shows(app, "10 notes") and shows(app, "From elsewhere"))


@pytest.mark.slow
async def test_a_change_before_the_system_watches_is_seen(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, watchers)
        (root / "inbox" / "Early.md").write_text("# An early bird\n")
        await until(pilot, lambda: shows(app, "An early bird"))


async def test_the_preview_follows_the_file(make_app: MakeApp, root: Path) -> None:
    path = root / "books/Deep Work.md"
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await go_to(app, pilot, "books/Deep Work.md")
        await until(pilot, lambda: shows(app, "Depth needs hours"))
        # As editors save: another file in its place.
        run(
            "import os, sys\n"
            "data = open(sys.argv[1]).read().replace('hours', 'whole mornings')\n"
            "open(sys.argv[1] + '~', 'w').write(data)\n"
            "os.replace(sys.argv[1] + '~', sys.argv[1])",
            path,
        )
        await until(pilot, lambda: shows(app, "Depth needs whole mornings"))


async def test_today_follows_another_device(make_app: MakeApp, root: Path) -> None:
    app = make_app("today")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "Habits 0 of 2"))
        run(
            "import sys; open(sys.argv[1], 'w').write("
            "'# Habit log 2026-11\\n\\n- 2026-11-24 meditate: done @07:00\\n')",
            root / "habits" / "log" / "2026-11.phone.md",
        )
        await until(pilot, lambda: shows(app, "Habits 1 of 2"))


@pytest.mark.slow
async def test_a_change_made_here_is_shown_once(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[VaultChanged] = []
    app = make_app("browse")
    post = app.post_message

    def remember(message: Any) -> bool:
        if isinstance(message, VaultChanged):
            told.append(message)
        return post(message)

    monkeypatch.setattr(app, "post_message", remember)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await go_to(app, pilot, "books/Deep Work.md")
        sweeps = threading.Semaphore(0)
        refresh = app.vault.indexing.refresh

        def counted(**words: Any) -> Any:
            done = refresh(**words)
            if threading.current_thread().name == "watching":
                sweeps.release()
            return done

        monkeypatch.setattr(app.vault.indexing, "refresh", counted)
        app.editors.open("books/Deep Work.md")
        await until(pilot, lambda: shows(app, "ctrl+s save"))
        await press(pilot, "X", "ctrl+s")
        # The hint of our own write has been followed by a sweep, which found nothing.
        await until(pilot, lambda: sweeps.acquire(blocking=False))
        await until(pilot, lambda: told)
        await pilot.pause(0.05)
        assert len(told) == 1


async def test_what_is_written_late_into_a_replaced_file_is_kept_at_the_end(
    make_app: MakeApp, root: Path
) -> None:
    """An editor had the note open when notekeep replaced it, and writes into the old file."""
    app = make_app("browse")
    path = root / "books/Deep Work.md"
    late = os.open(path, os.O_WRONLY | os.O_APPEND)
    async with app.run_test(size=SIZE) as pilot:
        await go_to(app, pilot, "books/Deep Work.md")
        app.vault.notes.tag(["books/Deep Work.md"], ["classic"])
        os.write(late, b"written late\n")
        os.close(late)
    copies = [read_file(file)[0] for file in (root / "books").iterdir() if "conflict" in file.name]
    assert [copy.endswith(b"written late\n") for copy in copies] == [True]


async def test_watching_begins_after_the_first_frame_and_ends_with_the_program(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    assert not watchers()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, watchers)
        await press(pilot, "ctrl+q")
    assert not watchers()


@pytest.mark.slow
async def test_a_fault_of_one_sweep_is_logged_and_does_not_end_the_watching(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await go_to(app, pilot, "books/Deep Work.md")
        refresh = app.vault.indexing.refresh
        faults: list[str] = []

        def faulty(**words: Any) -> Any:
            if threading.current_thread().name == "watching" and not faults:
                faults.append("no such thing")
                raise KeyError(*faults)
            return refresh(**words)

        monkeypatch.setattr(app.vault.indexing, "refresh", faulty)
        (root / "inbox" / "First.md").write_text("# The first\n")
        await until(pilot, lambda: faults)
        (root / "inbox" / "Second.md").write_text("# The second\n")
        await until(pilot, lambda: shows(app, "The second") and shows(app, "The first"))
    assert "no such thing" in caplog.text


@pytest.mark.slow
async def test_who_leaves_while_a_process_is_about_to_be_followed_waits_for_none(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[bool] = []
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await go_to(app, pilot, "books/Deep Work.md")
        sweeping = VaultUpdates(app, app.navigation, None)

        class Late(indexing_process.IndexingProcess):
            def __init__(self, root: str) -> None:
                super().__init__(root)
                sweeping.stop_sweep()

            def follow(self, report: Callable[[int, int], None]) -> bool:
                del report
                followed.append(True)
                return True

        monkeypatch.setattr(indexing_process, "IndexingProcess", Late)
        await asyncio.to_thread(sweeping._follow_process)
    assert followed == []


@pytest.mark.slow
async def test_one_process_takes_many_notes_in_and_one_thread_follows_it(
    make_app: MakeApp, vault: Vault, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each change meanwhile would hold one more of the threads in which notes are read."""
    begun: list[str] = []
    go_on = threading.Event()

    class Slow(indexing_process.IndexingProcess):
        def follow(self, report: Callable[[int, int], None]) -> bool:
            del report
            begun.append("follow")
            assert go_on.wait(30)
            vault.indexing.refresh()
            return True

    monkeypatch.setattr("notekeep.services.indexing.ANSWER_BUDGET", 3)
    monkeypatch.setattr("notekeep.tui.vault_updates.QUIET_SECONDS", 0)
    monkeypatch.setattr(indexing_process, "IndexingProcess", Slow)
    refresh, refreshed = vault.indexing.refresh, []

    def counted(**how: Any) -> RefreshResult:
        refreshed.append(refresh(**how))
        return refreshed[-1]

    def more_than(before: int) -> bool:
        return len(refreshed) > before

    monkeypatch.setattr(vault.indexing, "refresh", counted)
    for number in range(5):
        (root / f"many {number}.md").write_text("# One of many\n\nabout samovars\n")
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: begun)
        for _ in range(8):
            before = len(refreshed)
            app.post_message(VaultChanged())
            await until(pilot, partial(more_than, before))
            assert at_work(app, "sweep")
            await until(pilot, lambda: not at_work(app, "catch-up"))
        assert begun == ["follow"]
        go_on.set()
        await until(pilot, lambda: shows(app, "14 notes"))
        await until(pilot, lambda: len(vault.search.search("samovars").hits) == 5)
        assert begun == ["follow"]


def at_work(app: NotekeepApp, group: str) -> bool:
    """Whether work of a group is not finished."""
    groups = [worker.group for worker in app.workers if not worker.is_finished]
    return any(found.endswith(f"-{group}") for found in groups)
