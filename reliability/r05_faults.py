"""R5: each call to the system fails in turn; nothing is lost, nothing is half, and it is said."""

from __future__ import annotations

import errno
import shutil
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.storage import atomic, scan
from notekeep.storage.content import digest_of
from notekeep.storage.history import History
from reliability import house, saves
from reliability.board import Result, Row, Sizes
from reliability.r04_kills import start
from reliability.system import failing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from notekeep.notes.plan import WriteResult
    from notekeep.vault import Vault

STRIDE = 7
"""Every check tries each so-manieth call of the verbs; tests/storage tries all of the actions."""

ERRORS = [errno.EIO, errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EMFILE, errno.EINTR]
MOST = 2000

A, B, NEW = b"a\n", b"b\n" * 100, b"the new text\n"


def fill(root: Path) -> None:
    """Write the two notes that the actions change."""
    root.mkdir(parents=True)
    for name, data in (("a.md", A), ("b.md", B)):
        (root / name).write_bytes(data)


def do_save(root: Path, history: History) -> None:
    saves.replace("a.md", NEW, digest_of(A), root=root, history=history)


def do_save_hard_link(root: Path, history: History) -> None:
    (root / "twin.md").hardlink_to(root / "a.md")
    saves.replace("a.md", NEW, digest_of(A), root=root, history=history)


def do_create(root: Path, history: History) -> None:
    del history
    saves.create("x/y.md", NEW, root=root)


def do_rename(root: Path, history: History) -> None:
    del history
    atomic.move_file("a.md", "x/a.md", root=root)


def do_edit(root: Path, history: History) -> None:
    with history.step("edit", "", root=root) as step:
        step.edit("a.md", NEW, digest_of(A))


def do_trash(root: Path, history: History) -> None:
    with history.step("rm", "", root=root) as step:
        step.trash("a.md")


def do_rename_with_links(root: Path, history: History) -> None:
    with history.step("rename", "", root=root, whole=True) as step:
        step.edit("b.md", NEW, digest_of(B))
        step.move("a.md", "x/a.md")


ACTIONS: list[Callable[[Path, History], None]] = [
    do_save,
    do_save_hard_link,
    do_create,
    do_rename,
    do_edit,
    do_trash,
    do_rename_with_links,
]

VERBS: dict[str, Callable[[Vault], WriteResult]] = {
    "create": lambda vault: vault.notes.create("book", "A new one"),
    "add": lambda vault: vault.notes.add("a line", "Index"),
    "tag": lambda vault: vault.notes.tag(["Index.md", "books/Deep Work.md"], ["x"]),
    "rename": lambda vault: vault.notes.rename("Atomic Habits", "Tiny Habits"),
    "delete": lambda vault: vault.notes.delete("Deep Work"),
}


def contents(root: Path) -> dict[str, bytes]:
    """The files of a vault, those in its trash too."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(".nk-tmp-")
    }


def each_call(
    result: Result, folder: Path, action: Callable[[Path, History], None], number: int
) -> None:
    """Have an action's first call fail, then its second, until it needs no more calls."""
    name = f"{action.__name__[3:]} with {errno.errorcode[number]}"
    goals: list[dict[str, bytes]] = []
    for at in range(MOST):
        root, state = folder / "vault", folder / "state"
        for made in (root, state):
            shutil.rmtree(made, ignore_errors=True)
        fill(root)
        told = None
        with failing(at, number) as system:
            try:
                action(root, History(state))
            except NotekeepError as error:
                told = error
        found = contents(root)
        if at == 0:
            goals = [{"a.md": A, "b.md": B}, found]
            if (root / "twin.md").exists():
                goals[0]["twin.md"] = A
            continue
        where = f"{name} at call {at}, {system.failed_call}"
        _judge(result, found, goals, told, where, folder)
        result.expect({A, B} & set(goals[0].values()) <= _kept(root, state), f"{where}: lost")
        start(History(state), root)
        if contents(root) not in goals:
            result.damage(f"{where}: after a start {sorted(contents(root))}: {told}")
        result.expect(not scan.sweep(root, {}).temps, f"{where}: a temporary file stays")
        if not system.failed:
            return
        result.count += 1
    result.fault(f"{name}: it never succeeded")


def _kept(root: Path, state: Path) -> set[bytes]:
    places = [path for folder in (root, state) for path in folder.rglob("*") if path.is_file()]
    return {path.read_bytes() for path in places}


def _judge(
    result: Result,
    found: dict[str, bytes],
    goals: list[dict[str, bytes]],
    told: NotekeepError | None,
    where: str,
    folder: Path,
) -> None:
    texts = {*goals[0].values(), *goals[1].values()}
    if not set(found.values()) <= texts:
        result.damage(f"{where}: a file is neither old nor new")
    if told is None:
        result.expect(found == goals[1], f"{where}: silent")
        return
    result.refused += 1
    result.expect(
        "md" in told.message or str(folder) in told.message, f"{where}: {told} names none"
    )
    result.expect(told.hint, f"{where}: {told} has no hint")


def each_call_of_a_verb(
    result: Result,
    folder: Path,
    name: str,
    verb: Callable[[Vault], WriteResult],
    number: int,
    stride: int = 1,
) -> None:
    """The same for a whole verb, whose vault must then be as before or as if nothing had failed.

    A tag is put on each note by itself: there, notes that were left out are named.
    """
    root = folder / "notes"
    after: Mapping[str, bytes] = {}
    for at in range(0, MOST, stride):
        where = f"{name} with {errno.errorcode[number]} at call {at}"
        vault = _fresh(root, folder / "home")
        with failing(at, number) as system:
            told = _told(result, vault, verb, where)
        where += f", {system.failed_call}"
        found = house.snapshot(root)
        if at == 0:
            after = found
            continue
        result.expect(told or found == after, f"{where}: silent")
        start(vault.history.store, root)
        found = house.snapshot(root)
        if found not in (house.NOTES, after) and name != "tag":
            result.damage(f"{where}: half of it is done")
        if not set(found.values()) <= {*house.NOTES.values(), *after.values()}:
            result.damage(f"{where}: a file is neither old nor new")
        for path, data in house.NOTES.items():
            if path in after and not {data, after[path]} & set(found.values()):
                result.lose(f"{where}: {path}")
        house.close(vault)
        if not system.failed:
            return
        result.count += 1
        result.refused += told
    result.fault(f"{name}: it never succeeded")


def _fresh(root: Path, home: Path) -> Vault:
    house.write(root)
    shutil.rmtree(home, ignore_errors=True)
    vault = house.open_house(root, home)
    vault.indexing.refresh(words=False)
    vault.history.store.steps()  # what is made at its first use is there
    return vault


def _told(result: Result, vault: Vault, verb: Callable[[Vault], WriteResult], where: str) -> bool:
    """Do a verb; whether it said that something, or all of it, could not be done."""
    try:
        return bool(verb(vault).refused)
    except NotekeepError:
        return True
    except OSError as error:
        result.fault(f"{where}: a bare {error!r}")
        return True


def run(size: int, folder: Path) -> Result:
    """Fail every call of every action, with the first `size` errors."""
    result = Result()
    errors = ERRORS[:size]
    thin = size < len(ERRORS)
    for number in errors:
        for action in ACTIONS[-1:] if thin else ACTIONS:
            each_call(result, folder, action, number)
        for name, verb in VERBS.items():
            each_call_of_a_verb(result, folder, name, verb, number, STRIDE if thin else 1)
    result.size = f"{result.count:,} failing calls, {len(errors)} errors"
    return result


ROW = Row("R5", "each system call fails in turn", Sizes(1, 6, 6), run)
