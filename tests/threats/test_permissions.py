"""What notekeep keeps beside a vault is read by its owner only, whatever the umask says."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import notekeep
from notekeep.tui.app import NotekeepApp
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.commands import CommandResult

USE = (
    ("new", "note", "A private matter"),
    ("add", "a line more", "--to", "A private matter"),
    ("tag", "+secret", "--", "A private matter"),
    ("set", "rating=3", "--", "A private matter"),
    ("rename", "A private matter", "Another matter"),
    ("habit", "add", "Sit", "--id", "sit"),
    ("habit", "sit"),
    ("habit", "undo"),
    ("search", "line"),
    ("ls", "/l.ne/"),
    ("today",),
    ("rm", "Another matter"),
    ("undo",),
    ("redo",),
    ("undo",),
    ("history", "Another matter"),
    ("index", "--rebuild"),
    ("doctor",),
    ("export", "Another matter", "--to", "portable", "--dry-run"),
)


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def readable_by_others(folder: Path) -> dict[str, str]:
    """Everything below a folder that not its owner alone may use, with its mode."""
    found: dict[str, str] = {}
    for path in [folder, *folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            found[str(path.relative_to(folder.parent))] = oct(mode)
    return found


@pytest.mark.usefixtures("open_umask")
async def test_index_history_and_state_are_private(
    run: Callable[..., CommandResult], root: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in USE:
        ran = run(*words)
        assert ran.code == 0, (words, ran)
    monkeypatch.setenv("TERM", "xterm-256color")
    app = NotekeepApp(Vault.open(root), "browse")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+q")
    assert run("set", "rating=4", "--", "Another matter").code == 0
    kept = home / "notekeep"
    assert list(kept.glob("state/*/aside/*"))
    assert {"cache", "state"} <= {path.name for path in kept.iterdir()}
    assert list(kept.glob("cache/*/words/*"))
    assert list(kept.glob("cache/*/catalog.db"))
    assert readable_by_others(kept) == {}


@pytest.mark.parametrize("umask", [0, 0o022, 0o277])
def test_folders_of_our_own_are_private_whatever_the_umask(
    run: Callable[..., CommandResult], root: Path, home: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        assert run("ls", "--vault", str(root)).code in (0, 1)
    finally:
        os.umask(before)
    kept = home / "notekeep"
    folders = [kept, kept / "cache", kept / "state", *kept.glob("*/*/")]
    assert {oct(stat.S_IMODE(path.stat().st_mode)) for path in folders} == {"0o700"}


@pytest.mark.usefixtures("open_umask")
def test_xdg_folders_that_are_missing_are_made_private(
    run: Callable[..., CommandResult], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTEKEEP_HOME")
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.delenv(f"XDG_{name}_HOME", raising=False)
    assert run("ls").code in (0, 1)
    assert (home / ".local/state/notekeep").is_dir()
    assert readable_by_others(home / ".local") == {}
    assert readable_by_others(home / ".cache") == {}


def test_folders_that_were_open_to_others_are_closed(
    run: Callable[..., CommandResult], home: Path
) -> None:
    kept = home / "notekeep"
    for folder in (kept, kept / "cache", kept / "state"):
        folder.mkdir()
        folder.chmod(0o755)
    assert run("ls").code in (0, 1)
    assert readable_by_others(kept) == {}


def test_a_home_with_other_things_in_it_is_left_alone(
    run: Callable[..., CommandResult], home: Path
) -> None:
    kept = home / "notekeep"
    kept.mkdir()
    kept.chmod(0o755)
    (kept / "mine.txt").write_text("")
    assert run("ls").code in (0, 1)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o755
    assert stat.S_IMODE((kept / "state").stat().st_mode) == 0o700


@pytest.mark.usefixtures("open_umask")
def test_the_index_of_words_is_not_read_from_a_folder_that_others_may_write_to(
    run: Callable[..., CommandResult], root: Path, home: Path
) -> None:
    """Its table of contents is a pickle: whoever can put one there could run what they like."""
    (root / "a.md").write_text("leverage\n", "utf-8")
    assert run("search", "leverage").code == 0
    (words,) = (home / "notekeep").glob("cache/*/words")
    (toc,) = words.glob("_MAIN_*.toc")
    canary = root.parent / "canary"
    toc.write_bytes(f"cos\nsystem\n(S'touch {canary}'\ntR.".encode())
    words.chmod(0o777)
    assert run("search", "leverage").code == 0
    assert not canary.exists()
    assert stat.S_IMODE(words.stat().st_mode) == 0o700


async def test_no_pickle_is_read_but_from_the_words(
    run: Callable[..., CommandResult], root: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever can put one there could run what they like; only Whoosh's own are needed."""
    (root / "a.md").write_text("leverage\n", "utf-8")

    async def start() -> None:
        app = NotekeepApp(Vault.open(root), "browse")
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await pilot.press("ctrl+q")

    monkeypatch.setenv("TERM", "xterm-256color")
    await start()
    assert run("search", "leverage").code == 0
    canary = root.parent / "canary"
    (cache,) = (home / "notekeep/cache").glob("*/")
    kept = [path for path in cache.iterdir() if path.is_file() and ".db" not in path.name]
    for path in (*kept, cache / "styles.pickle"):
        path.write_bytes(f"cos\nsystem\n(S'touch {canary}'\ntR.".encode())
    await start()
    run("search", "leverage")
    run("habit")
    assert not canary.exists()


def test_only_the_words_of_the_index_are_pickles() -> None:
    folder = Path(notekeep.__file__).parent
    reads = re.compile(r"^ *(?:import|from) (?:pickle|shelve|dill)\b", re.MULTILINE)
    found = {
        str(path.relative_to(folder).parent)
        for path in folder.rglob("*.py")
        if reads.search(path.read_text("utf-8"))
    }
    assert found == {"search"}
