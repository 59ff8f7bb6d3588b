"""A change in the vault is hinted at, whichever way it is made and whether or not it is watched."""

from __future__ import annotations

import queue
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.storage import watch as watch_module
from notekeep.storage.watch import EVERYTHING, folders_to_sweep, outermost, watch
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMEOUT_SECONDS = 20.0
ATTEMPTS = 200


class Watched:
    """A vault that is watched by a thread.

    Attributes:
        hints: What it said so far.
    """

    def __init__(self, root: Path, poll_every: float) -> None:
        self.hints: queue.Queue[frozenset[str]] = queue.Queue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(root, poll_every))
        self._thread.start()

    def _run(self, root: Path, poll_every: float) -> None:
        for folders in watch(root, stop=self._stop, poll_every=poll_every):
            self.hints.put(folders)

    def wait_for(self, folder: str, change: Callable[[int], None]) -> None:
        """Make a change again and again until the folder is hinted at: it may not watch yet."""
        for number in range(ATTEMPTS):
            change(number)
            try:
                while True:
                    if folder in self.hints.get(timeout=0.1):
                        return
            except queue.Empty:
                continue
        pytest.fail(f"no hint for '{folder}'")

    def wait_for_quiet(self) -> None:
        """Wait until nothing was hinted at for longer than a hint may be held back."""
        with suppress(queue.Empty):
            while True:
                self.hints.get(timeout=1.5)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(TIMEOUT_SECONDS)
        assert not self._thread.is_alive()


@pytest.fixture(params=["watched", "polled", "no watchfiles"])
def watched(
    request: pytest.FixtureRequest, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watched]:
    (vault / "books").mkdir()
    for number in range(ATTEMPTS):
        (vault / "books" / f"{number}.md").touch()
    if request.param == "polled":
        monkeypatch.setattr(watch_module, "is_remote", lambda _: True)
    elif request.param == "no watchfiles":
        monkeypatch.setitem(sys.modules, "watchfiles", None)
    watching = Watched(vault, poll_every=0.02)
    yield watching
    watching.close()


def write(books: Path, number: int) -> None:
    (books / "0.md").write_text("a" * number, encoding="utf-8")


def replace(books: Path, number: int) -> None:
    (books / "temp").write_text("b" * number, encoding="utf-8")
    (books / "temp").replace(books / "0.md")


def create(books: Path, number: int) -> None:
    (books / f"new {number}.md").touch()


def remove(books: Path, number: int) -> None:
    (books / f"{number}.md").unlink()


@pytest.mark.parametrize("change", [write, replace, create, remove])
def test_each_way_to_change_a_note_is_seen(
    watched: Watched, vault: Path, change: Callable[[Path, int], None]
) -> None:
    watched.wait_for("books", lambda number: change(vault / "books", number))


def test_a_new_folder_with_notes_is_seen(watched: Watched, vault: Path) -> None:
    def bring(number: int) -> None:
        folder = vault / f"brought{number}"
        (vault.parent / "made").mkdir()
        (vault.parent / "made" / "n.md").touch()
        (vault.parent / "made").rename(folder)
        seen.add(folder.name)

    seen: set[str] = set()
    for number in range(ATTEMPTS):
        bring(number)
        try:
            hinted = watched.hints.get(timeout=0.1)
        except queue.Empty:
            continue
        if hinted == EVERYTHING or hinted & seen:
            return
    pytest.fail("no hint for any of the folders")


def make(vault: Path) -> Path:
    folder = vault / "sub" / "new"
    folder.mkdir(parents=True)
    return folder


def rename(vault: Path) -> Path:
    return (vault / "books").rename(vault / "read")


def replace_folder(vault: Path) -> Path:
    shutil.rmtree(vault / "books")
    (vault / "books").mkdir()
    return vault / "books"


def ignore_no_more(vault: Path) -> Path:
    (vault / ".notekeepignore").write_text("nothing/\n")
    return vault / "ignored"


@cases("change", [make, rename, replace_folder, ignore_no_more], fast=1)
def test_what_happens_in_a_folder_that_came_while_watching_is_seen(
    vault: Path, change: Callable[[Path], Path]
) -> None:
    (vault / ".notekeepignore").write_text("ignored/\n")
    for name in ("books", "ignored"):
        (vault / name).mkdir()
    watching = Watched(vault, poll_every=60)
    try:
        watching.wait_for("books", lambda number: write(vault / "books", number))
        folder = change(vault)
        watching.wait_for_quiet()  # of the folder itself
        inner = folder.relative_to(vault).as_posix()
        watching.wait_for(inner, lambda number: (folder / f"in it {number}.md").touch())
    finally:
        watching.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux what it watches")
def test_only_folders_that_a_sweep_looks_into_are_watched(vault: Path) -> None:
    for folder in ("books/deep", ".git/objects", "node_modules/one"):
        (vault / folder).mkdir(parents=True)
    before = count_of_watched()
    watching = Watched(vault, poll_every=60)
    try:
        watching.wait_for("books", lambda number: (vault / "books" / f"{number}.md").touch())
        assert count_of_watched() - before == 3
    finally:
        watching.close()


def count_of_watched() -> int:
    """How many places this process has Linux watch."""
    count = 0
    for one in Path("/proc/self/fdinfo").iterdir():
        with suppress(FileNotFoundError):  # what is told of the listing itself, which has ended
            count += one.read_text().count("inotify wd:")
    return count


def test_a_vault_that_comes_back_is_watched_again(watched: Watched, vault: Path) -> None:
    watched.wait_for("", lambda number: (vault / f"{number}.md").touch())
    shutil.move(vault, vault.parent / "away")
    vault.mkdir()
    watched.wait_for("", lambda number: (vault / f"again {number}.md").touch())


def test_where_there_are_too_many_folders_to_watch_it_is_swept(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(28, "OS file watch limit reached")

    import watchfiles

    monkeypatch.setattr(watchfiles, "watch", refuse)
    watching = Watched(vault, poll_every=0.02)
    try:
        watching.wait_for("", lambda number: (vault / f"{number}.md").touch())
    finally:
        watching.close()


def test_the_whole_vault_is_hinted_at_from_time_to_time(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "_FULL_SECONDS", 0.0)
    monkeypatch.setattr(watch_module, "_CHECK_MS", 10)
    watching = Watched(vault, poll_every=60)
    try:
        assert watching.hints.get(timeout=TIMEOUT_SECONDS) == EVERYTHING
    finally:
        watching.close()


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        (["a.md"], {""}),
        (["books/a.md", "books/b.md"], {"books"}),
        (["books/a.md", "books/deep/b.md"], {"books"}),
        (["books", "bookshelf/b.md"], {"books", "bookshelf"}),
        (["gone folder"], {"gone folder"}),
        ([""], {""}),
        ([".notekeepignore"], {""}),
        (["books/.notekeepignore"], {"books"}),
        ([".git/index", ".obsidian/x.md", ".trash/a.md", "books/.nk-tmp-1"], set()),
        (["cover.png"], set()),
    ],
)
def test_places_become_folders_to_sweep(vault: Path, paths: list[str], folders: set[str]) -> None:
    (vault / "books").mkdir()
    (vault / "cover.png").touch()
    assert folders_to_sweep(str(vault), [f"{vault}/{path}" for path in paths]) == folders


def test_too_many_folders_are_the_whole_vault() -> None:
    assert outermost(f"folder {number}" for number in range(100)) == EVERYTHING
    assert outermost(["a/b", "a", "ab", "a/b/c"]) == {"a", "ab"}
