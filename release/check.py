"""Check a release: build it, install it as a stranger would, use it, upgrade it and remove it.

    python release/check.py [--python 3.12] [--skip-tests] [--keep]

Everything is built from the last commit, in temporary folders. The table at the end says what
passed, what failed and what could not run here. The exit code is 1 if anything failed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REPOSITORY = Path(__file__).resolve().parents[1]
FIRST_RELEASE = "e5441c4"
"""The commit of 0.1.0; vaults of that version must work with this one, and the other way round."""
PYTHONS = ("3.11", "3.12", "3.13")
RESOLVED_ONLY = "3.14"
"""A Python for which packages are only looked up, not installed."""
IN_WHEEL = (
    *("notekeep/py.typed", "notekeep/sample/books/Atomic Habits.md"),
    *("share/man/man1/notekeep.1", "share/man/man7/notekeep-query.7"),
    *("share/bash-completion/completions/notekeep", "share/zsh/site-functions/_notekeep"),
    *("share/fish/vendor_completions.d/notekeep.fish", "licenses/LICENSE", "licenses/NOTICE"),
)
IN_SDIST = ("pyproject.toml", "tests/conftest.py", "vault/books/Atomic Habits.md", "docs/index.md")
PLACEHOLDER = "https://example.invalid"
QUOTE = "Every action is a vote."
TESTS_SECONDS = 5400
"""A safety limit for the tests of the sdist."""
WITH_LOOPBACK = """\
import fcntl, os, signal, socket, struct, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)  # a job in the background ignores it; tests send it
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH22x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Turns on the loopback interface of a network without any other, then runs a program."""
FIRST_MINUTE = """\
notekeep init notes
notekeep new note "Deep work"
notekeep add "Attention is a scarce resource."
notekeep habit add Meditate
notekeep habit meditate
notekeep search scarce resource
"""
"""From an installed package to a completed habit and a found note, as docs/install.md lists it."""


class CheckFailed(Exception):
    """A step did not do what a release needs; the message says what."""


class NotRun(Exception):
    """A step cannot run on this machine; the message says why."""


class Row(NamedTuple):
    """A line of the table."""

    step: str
    result: str
    seconds: float
    detail: str


class Report:
    """The steps so far."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Run a step, and record how it ended; what it appends to the list is its detail."""
        start, detail, result = time.perf_counter(), list[str](), "ok"
        try:
            yield detail
        except NotRun as reason:
            result, detail = "not run", [str(reason)]
        except (CheckFailed, subprocess.TimeoutExpired, OSError) as error:
            result, detail = "FAILED", [str(error)]
        text = " ".join(", ".join(detail).split())
        row = Row(name, result, time.perf_counter() - start, text)
        self.rows.append(row)
        print(f"{row.result:8}{row.seconds:6.1f} s  {row.step}: {row.detail}", flush=True)

    def print_table(self) -> None:
        """Print all steps as a Markdown table."""
        print("\n| step | result | seconds | detail |\n|---|---|---|---|")
        for row in self.rows:
            print(f"| {row.step} | {row.result} | {row.seconds:.1f} | {row.detail} |")

    @property
    def has_failed(self) -> bool:
        """Whether any step failed."""
        return any(row.result == "FAILED" for row in self.rows)


Words = list[str | Path]
"""A command line."""


def run(words: Words, *, env: dict[str, str] | None = None, cwd: Path, timeout: float = 600) -> str:
    """Run a program and return its output.

    Raises:
        CheckFailed: It had another exit code than 0.
    """
    done = subprocess.run(
        [str(word) for word in words],
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-400:]
        raise CheckFailed(f"{Path(words[0]).name} {' '.join(map(str, words[1:4]))}: {said}")
    return done.stdout


def tool(name: str) -> str:
    """Return the path of a program beside this Python, or on PATH.

    Raises:
        NotRun: It is not installed.
    """
    found = shutil.which(name, path=os.path.dirname(sys.executable)) or shutil.which(name)
    if found is None:
        raise NotRun(f"{name} is not installed")
    return found


def find_python(version: str) -> str:
    """Return the path of a Python.

    Raises:
        NotRun: There is none of this version.
    """
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    candidates = sorted(glob(f"{pyenv}/versions/{version}*/bin/python"))
    candidates += [found] if (found := shutil.which(f"python{version}")) else []
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in candidates:
        done = subprocess.run(
            [candidate, "-c", script], capture_output=True, text=True, check=False
        )
        if done.stdout.strip() == version:
            return candidate
    raise NotRun(f"Python {version} is not installed")


def clean_environment(home: Path) -> dict[str, str]:
    """Return the environment of somebody who never used notekeep."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NOTEKEEP", "PYTHON", "VIRTUAL_ENV", "XDG_", "PYENV_"))
    }
    home.mkdir(parents=True, exist_ok=True)
    return {**kept, "HOME": str(home), "LC_ALL": "C.UTF-8", "PAGER": "cat"}


class Program:
    """An installed notekeep: how it is called, and the home of the person who calls it."""

    def __init__(self, command: Words, home: Path) -> None:
        self.command, self.home = command, home
        self.env = clean_environment(home)

    def __call__(self, *words: str) -> str:
        """Run a command in the person's home."""
        return run([*self.command, *words], env=self.env, cwd=self.home)

    def fail(self, *words: str) -> str:
        """Run a command that must fail, and return what it says in one line."""
        try:
            self(*words)
        except CheckFailed as error:
            return " ".join(str(error).split("notekeep: ", 1)[-1].split())
        raise CheckFailed(f"{' '.join(words)} did not fail")


def export_commit(commit: str, folder: Path) -> Path:
    """Write the files of a commit into a folder.

    Raises:
        NotRun: The clone does not have the commit.
    """
    archive = folder.with_suffix(".tar")
    words: Words = ["git", "-C", REPOSITORY, "archive", "--output", archive, commit]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        raise NotRun(f"commit {commit} is not in this clone")
    folder.mkdir()
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder


def build(source: Path, out: Path) -> list[Path]:
    """Build the sdist, and from it the wheel; return both, the wheel first."""
    date = run(["git", "log", "-1", "--format=%ct"], cwd=REPOSITORY).strip()
    env = {**os.environ, "SOURCE_DATE_EPOCH": date}
    run([sys.executable, "-m", "build", "--outdir", out, source], env=env, cwd=out.parent)
    return sorted(out.iterdir(), key=lambda path: path.suffix != ".whl")


def check_builds(folder: Path, detail: list[str]) -> tuple[Path, Path]:
    """Build twice in different folders, and compare the files byte for byte."""
    hashes = []
    for name in ("first", "second"):
        files = build(export_commit("HEAD", folder / name), folder / f"{name}-dist")
        hashes.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])
    if hashes[0] != hashes[1]:
        raise CheckFailed("two builds of the same commit differ")
    wheel, sdist = files
    detail += [f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in files]
    return wheel, sdist


def check_content(wheel: Path, sdist: Path, detail: list[str]) -> None:
    """Look for the files that users, packagers and tests need."""
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    with tarfile.open(sdist) as unpacked:
        names_in_sdist = unpacked.getnames()
    missing = [one for one in IN_WHEEL if not any(name.endswith(one) for name in names)]
    missing += [
        one for one in IN_SDIST if not any(name.endswith(f"/{one}") for name in names_in_sdist)
    ]
    if missing:
        raise CheckFailed(f"missing: {', '.join(missing)}")
    detail.append(f"{len(names)} files in the wheel, {len(names_in_sdist)} in the sdist")


def describe_environment(python: Path, cwd: Path) -> str:
    """Return how many packages an environment has, and their size."""
    script = (
        "import importlib.metadata as m, os\n"
        "own = [d for d in m.distributions() if d.metadata['Name'] not in ('pip', 'setuptools')]\n"
        "files = {os.path.realpath(f.locate()) for d in own for f in d.files or []}\n"
        "size = sum(os.path.getsize(f) for f in files if os.path.exists(f))\n"
        "print(f'{len(own)} packages, {size / 1e6:.0f} MB')"
    )
    return run([python, "-c", script], cwd=cwd).strip()


def install_with_uv(python: str, folder: Path, *packages: str) -> Path:
    """Install with uv, and return the environment's folder of programs."""
    uv = tool("uv")
    run([uv, "venv", "--quiet", "--python", python, folder], cwd=folder.parent)
    words: Words = [uv, "pip", "install", "--quiet", "--python", folder / "bin/python"]
    run([*words, *packages], cwd=folder.parent)
    return folder / "bin"


def install_with_pip(python: str, folder: Path, package: str) -> Path:
    """Install with pip, and return the environment's folder of programs."""
    run([python, "-m", "venv", folder], cwd=folder.parent)
    run([folder / "bin/python", "-m", "pip", "install", "--quiet", package], cwd=folder.parent)
    return folder / "bin"


def install_lowest(python: str, folder: Path, package: str) -> Path:
    """Install the lowest versions that pyproject.toml allows, with uv."""
    # The limits in pyproject.toml are direct requirements only when uv reads them from there.
    limits = ("--all-extras", "-r", str(REPOSITORY / "pyproject.toml"))
    install_with_uv(python, folder, *limits, "--resolution", "lowest-direct")
    words: Words = [tool("uv"), "pip", "install", "--quiet", "--no-deps", "--python"]
    run([*words, folder / "bin/python", package], cwd=folder.parent)
    return folder / "bin"


def take_tour(program: Program) -> None:
    """Do what the program is for: write, find, change, check in, publish, undo.

    Raises:
        CheckFailed: A command failed, or the result is wrong.
    """
    site = program.home / "blog"
    site.mkdir()
    (site / "hugo.toml").write_text("title = 'A blog'\n", "utf-8")
    program("init", "notes")
    notes = program.home / "notes"
    in_vault = ("--vault", str(notes))
    program(
        *in_vault, "new", "book", "Atomic Habits", "-t", "habits", "--set", "author=James Clear"
    )
    program(*in_vault, "quote", "Atomic Habits", QUOTE, "--page", "38")
    program(*in_vault, "set", "rating=4.5", "--", "Atomic Habits")
    program(*in_vault, "habit", "add", "Meditate", "--goal", ">= 10 min")
    program(*in_vault, "habit", "meditate", "12", "min")
    expect("search", QUOTE[:12] in program(*in_vault, "search", "action", "vote"))
    expect("ls", "Atomic Habits" in program(*in_vault, "ls", "type:book rating>=4"))
    log = "".join(path.read_text("utf-8") for path in notes.glob("habits/log/*.md"))
    expect("the habit log", "12 min" in log)
    program(*in_vault, "export", "Atomic Habits", "--to", "hugo", "--site", str(site))
    expect("export", any(QUOTE in post.read_text("utf-8") for post in site.rglob("*.md")))
    program(*in_vault, "undo")
    expect("undo of the export", not any(site.rglob("*.md")))


def expect(what: str, holds: bool) -> None:  # noqa: FBT001 - a condition, as in `assert`
    """Fail unless something holds.

    Raises:
        CheckFailed: It does not hold.
    """
    if not holds:
        raise CheckFailed(f"unexpected result of {what}")


def check_environments(report: Report, wheel: Path, folder: Path, versions: Sequence[str]) -> None:
    """Install into empty environments of each Python, in each way, and take the tour."""
    for version in versions:
        for name, install in (("newest", install_with_pip), ("lowest", install_lowest)):
            with report.step(f"Python {version}, {name} versions, tour and app") as detail:
                place = folder / f"{version}-{name}"
                place.mkdir(parents=True)
                start = time.perf_counter()
                programs = install(find_python(version), place / "env", f"{wheel}[all]")
                detail.append(f"installed in {time.perf_counter() - start:.0f} s")
                program = Program([programs / "notekeep"], place / "home")
                take_tour(program)
                app = [programs / "python", REPOSITORY / "release/app_tour.py"]
                run([*app, place / "home/notes"], env=program.env, cwd=place)
                details = json.loads(program("--version", "--json"))
                detail.append(f"textual {details['dependencies']['textual']}")
                detail.append(describe_environment(programs / "python", place))
        with report.step(f"Python {version}, pipx, tour, uninstall") as detail:
            check_pipx(find_python(version), wheel, folder / f"{version}-pipx", detail)
        with report.step(f"Python {version}, uvx, tour") as detail:
            uvx: Words = [tool("uvx"), "--python", find_python(version), "--from", wheel]
            program = Program([*uvx, "notekeep"], folder / f"{version}-uvx")
            # The cache of the machine: downloads are not what is checked.
            program.env["UV_CACHE_DIR"] = os.environ.get("UV_CACHE_DIR", str(folder / "uv-cache"))
            take_tour(program)
            detail.append(program("--version").strip())
    with report.step(f"Python {RESOLVED_ONLY}, packages found") as detail:
        words = [tool("uv"), "pip", "compile", "--quiet", "--python-version", RESOLVED_ONLY]
        found = run([*words, "--all-extras", REPOSITORY / "pyproject.toml"], cwd=folder)
        detail.append(f"{found.count('==')} packages; not installed and not run")


def check_pipx(python: str, wheel: Path, folder: Path, detail: list[str]) -> None:
    """Install with pipx, take the tour, uninstall, and list what is left."""
    program = Program([folder / "bin/notekeep"], folder / "home")
    env = {
        **program.env,
        "UV_CACHE_DIR": str(folder / "uv-cache"),
        "PIPX_HOME": str(folder / "pipx"),
        "PIPX_BIN_DIR": str(folder / "bin"),
        "PIPX_MAN_DIR": str(folder / "man"),
    }
    pipx = tool("pipx")
    run([pipx, "install", "--quiet", "--python", python, wheel], env=env, cwd=folder)
    expect("man pages of pipx", (folder / "man/man1/notekeep.1").exists())
    take_tour(program)
    run([pipx, "uninstall", "notekeep"], env=env, cwd=folder)
    places = (folder / "bin", folder / "man", folder / "pipx/venvs")
    files = [path for place in places for path in place.rglob("*") if not path.is_dir()]
    left = [path.name for path in files if not path.name.startswith(".")]  # pipx keeps its lock
    expect(f"uninstall, which left {left}", not left)
    own = sorted(
        {
            "/".join(path.relative_to(program.home).parts[:3])
            for path in program.home.glob(".*/**/notekeep")
        }
    )
    detail.append(f"left after uninstall: the vault, {', '.join(own)}")


def check_tests(sdist: Path, wheel: Path, folder: Path, python: str, detail: list[str]) -> None:
    """Unpack the sdist, install what its tests need, and run the fast ones without a network.

    Raises:
        NotRun: This machine cannot take the network away.
    """
    offline: Words = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*offline, "true"], capture_output=True, check=False).returncode:
        raise NotRun("unshare cannot make a network namespace here")
    with tarfile.open(sdist) as packed:
        packed.extractall(folder, filter="data")
    source = folder / sdist.name.removesuffix(".tar.gz")
    run([python, "-m", "venv", folder / "env"], cwd=folder)
    tests_python = folder / "env/bin/python"
    install: Words = [tests_python, "-m", "pip", "install", "--quiet"]
    for name in ("run", "dev"):
        run([*install, "--require-hashes", "-r", source / f"requirements/{name}.txt"], cwd=folder)
    run([*install, "--no-deps", wheel], cwd=folder)
    env = clean_environment(folder / "home")
    env["PATH"] = f"{folder / 'env/bin'}{os.pathsep}{env['PATH']}"
    words: Words = [*offline, tests_python, "-c", WITH_LOOPBACK, tests_python, "-m", "pytest", "-q"]
    words += ["-n", str(os.cpu_count() or 2), "-m", "not slow", "-p", "no:cacheprovider"]
    detail.append(run(words, env=env, cwd=source, timeout=TESTS_SECONDS).splitlines()[-1])


def check_first_minute(wheel: Path, folder: Path, python: str, detail: list[str]) -> None:
    """Measure each command from nothing to a completed habit and a found note."""
    program = Program([folder / "tools/notekeep"], folder / "home")
    program.env |= {
        "UV_CACHE_DIR": str(folder / "cache"),  # empty
        "UV_TOOL_DIR": str(folder / "uv"),
        "UV_TOOL_BIN_DIR": str(folder / "tools"),
    }

    start, cpu_start = time.perf_counter(), cpu_of_children()

    def measure(name: str, words: Words) -> str:
        before, cpu_before = time.perf_counter(), cpu_of_children()
        output = run(words, env=program.env, cwd=program.home)
        clock, cpu = time.perf_counter() - before, cpu_of_children() - cpu_before
        detail.append(f"{name} {clock:.1f} s ({cpu:.1f})")
        return output

    words: Words = [tool("uv"), "tool", "install", "--quiet", "--python", python, wheel]
    measure("uv tool install", words)
    output = ""
    for line in FIRST_MINUTE.splitlines():
        name = line.partition('"')[0].strip()
        output = measure(name, [*program.command, *shlex.split(line)[1:]])
    expect("search", "scarce" in output)
    clock, cpu = time.perf_counter() - start, cpu_of_children() - cpu_start
    detail.append(f"all {clock:.1f} s by the clock ({cpu:.1f} s of processor time)")


def cpu_of_children() -> float:
    """Return the processor time of all programs that were run, in seconds."""
    times = os.times()
    return times.children_user + times.children_system


def install_old_and_new(wheel: Path, folder: Path, python: str) -> tuple[Program, Program]:
    """Install 0.1.0 and this version for the same person."""
    old_source = export_commit(FIRST_RELEASE, folder / "old")
    old_wheel = build(old_source, folder / "old-dist")[0]
    old_programs = install_with_uv(python, folder / "old-env", str(old_wheel))
    new_programs = install_with_uv(python, folder / "new-env", str(wheel))
    old, new = (
        Program([one / "notekeep", "--vault", "notes"], folder / "home")
        for one in (old_programs, new_programs)
    )
    take_tour(Program(old.command[:1], old.home))
    return old, new


def check_versions(report: Report, wheel: Path, folder: Path, version: str) -> None:
    """Measure the first minute, then use one vault with 0.1.0 and this version."""
    with report.step("from nothing to a completed habit and a found note") as detail:
        (folder / "minute").mkdir()
        check_first_minute(wheel, folder / "minute", find_python(version), detail)
    programs: list[tuple[Program, Program]] = []
    with report.step("0.1.0 builds, installs and takes the tour"):
        (folder / "upgrade").mkdir()
        programs.append(install_old_and_new(wheel, folder / "upgrade", find_python(version)))
    for old, new in programs:
        with report.step("upgrade from 0.1.0 and back") as detail:
            check_upgrade(old, new, detail)
        with report.step("0.1.0 meets what this version wrote") as detail:
            check_downgrade(old, new, detail)
        with report.step("the history of a later version") as detail:
            check_later_history(old, new, detail)


def check_upgrade(old: Program, new: Program, detail: list[str]) -> None:
    """Use a vault with 0.1.0, then with this version, then with 0.1.0 again."""
    notes = old.home / "notes"
    old("index")
    before = vault_bytes(notes)
    for program, name in ((new, "this version"), (old, "0.1.0 again"), (new, "this version again")):
        program("index")
        expect(f"notes after {name}", vault_bytes(notes) == before)
        expect(f"search with {name}", QUOTE[:12] in program("search", "vote"))
        expect(f"history of {name}", "quote" in program("history", "Atomic Habits"))
        expect(f"habits of {name}", "Meditate" in program("habit"))
    changes: list[Words] = [
        ["set", "rating=3", "--", "Atomic Habits"],
        ["add", "One line."],
        ["rename", "Atomic Habits", "Tiny Habits"],
        ["rm", "Atomic Habits"],
        ["habit", "meditate", "20", "min"],
    ]
    for one, other, name in ((new, old, "0.1.0"), (old, new, "this version")):
        for words in changes:
            one(*map(str, words))
            expect(f"{words[0]} before {name}", vault_bytes(notes) != before)
            other("undo")
            if words[0] == "habit":  # the log only grows
                before = vault_bytes(notes)
            expect(f"undo of {words[0]} by {name}", vault_bytes(notes) == before)
    detail.append("notes, history, habits; undo of 5 kinds of steps in both directions")


def check_downgrade(old: Program, new: Program, detail: list[str]) -> None:
    """Show what 0.1.0 says of what only this version writes: it must change nothing of it."""
    site = old.home / "blog"
    export = ("export", "Atomic Habits", "--to", "hugo", "--site", str(site))
    old(*export)
    new(*export)
    new("set", "rating=5", "--", "Atomic Habits")
    new(*export)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    detail.append(f"record of exports: {old.fail(*export).removeprefix(f'{site}/')}")
    after = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    expect("0.1.0 exporting to a site of this version", after == before)
    detail.append("index: built again without a word, by either version")


def check_later_history(old: Program, new: Program, detail: list[str]) -> None:
    """Show what either version says of a history that a later version wrote."""
    (log,) = old.home.glob(".local/state/notekeep/*/log.jsonl")
    written = log.read_text("utf-8")
    later = written.replace('"format": 1', '"format": 2', 1)
    expect("the first line of the history", later != written)
    log.write_text(later, "utf-8")
    before = vault_bytes(old.home / "notes")
    for program, name in ((old, "0.1.0"), (new, "this version")):
        said = program.fail("set", "rating=1", "--", "Atomic Habits")
        detail.append(f"{name}: {said}")
        expect(f"{name} on a later history", "written by a newer notekeep" in said)
        expect(f"notes after {name}", vault_bytes(old.home / "notes") == before)
        expect(f"history after {name}", log.read_text("utf-8") == later)
    log.write_text(written, "utf-8")


def vault_bytes(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files of a vault, but for settings and trash."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*.md"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def main() -> int:
    """Run every step and print the table."""
    parser = argparse.ArgumentParser(description="Check a release.")
    parser.add_argument("--python", action="append", help="check only this Python (repeatable)")
    parser.add_argument("--skip-tests", action="store_true", help="do not run the sdist's tests")
    parser.add_argument("--keep", action="store_true", help="do not delete the temporary folder")
    options = parser.parse_args()
    report, folder = Report(), Path(tempfile.mkdtemp(prefix="notekeep release ü "))
    try:
        built: list[Path] = []
        with report.step("build twice, equal byte for byte") as detail:
            built += check_builds(folder, detail)
        if built:
            wheel, sdist = built
            with report.step("metadata (twine check --strict)"):
                run([tool("twine"), "check", "--strict", wheel, sdist], cwd=folder)
            with report.step("content of wheel and sdist") as detail:
                check_content(wheel, sdist, detail)
            with report.step("addresses in the metadata"):
                if PLACEHOLDER in (REPOSITORY / "pyproject.toml").read_text("utf-8"):
                    raise NotRun(f"pyproject.toml has the placeholder {PLACEHOLDER}")
            versions = options.python or PYTHONS
            check_environments(report, wheel, folder / "environments", versions)
            check_versions(report, wheel, folder, versions[0])
            with report.step("tests of the sdist, without a network") as detail:
                if options.skip_tests:
                    raise NotRun("--skip-tests was given")
                (folder / "tests").mkdir()
                check_tests(sdist, wheel, folder / "tests", find_python(versions[0]), detail)
        for name in ("macOS", "Windows"):
            with report.step(f"all of this on {name}"):
                raise NotRun(f"this machine runs {sys.platform}")
    finally:
        if options.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder)
    report.print_table()
    return 1 if report.has_failed else 0


if __name__ == "__main__":
    sys.exit(main())
