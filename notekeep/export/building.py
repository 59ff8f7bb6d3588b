"""A site built with its own generator into a folder that goes away, the site left as it is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.errors import Failure, NotFound
from notekeep.export.targets.target import NOT_SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.targets.target import Target

_PATIENCE = 300
"""Seconds that a build may take."""

_NIKOLA_SETTINGS = '''\
"""The site's own settings, but for where the result goes."""
__file__ = {conf!r}
exec(compile(open(__file__, encoding="utf-8").read(), __file__, "exec"))
OUTPUT_FOLDER = {output!r}
CACHE_FOLDER = {cache!r}
'''
_QUIETLY = {"ASTRO_TELEMETRY_DISABLED": "1", "NO_COLOR": "1", "CI": "1"}
_DRAFT = re.compile(r"^draft: true$", re.MULTILINE)


class Run(NamedTuple):
    """How a generator is called: its arguments, the folder it is called in, where its pages go.

    Attributes:
        output: The folder of the pages; "" where the generator is told the folder that is meant.
    """

    arguments: list[str]
    folder: str
    output: str = ""


@dataclass(slots=True)
class Built:
    """A site that was built.

    Attributes:
        folder: Where its pages are.
        ok: Whether the generator was content.
        said: What it said, its last lines.
    """

    folder: str
    ok: bool
    said: str


def find_program(target: str, programs: str | None = None, site: str = "") -> str:
    """Return the generator of a target.

    Args:
        target: The target's id.
        programs: A folder to look in before PATH.
        site: The site, which may bring its generator along.

    Raises:
        NotFound: It is not installed.
    """
    own = os.path.join(site, "node_modules", ".bin") if site else ""
    path = os.pathsep.join(filter(None, (programs, own, os.environ.get("PATH"))))
    found = shutil.which(target, path=path)
    if found is None:
        raise NotFound(
            f"{target} is not installed, so the site cannot be built",
            f"install {target}, or leave --check away: the drafts are checked without it too",
        )
    return found


def can_build(target: str) -> bool:
    """Whether notekeep knows how to build a site of this target beside itself."""
    return target in _RUNS


def asks_for_drafts(target: str) -> bool:
    """Whether a generator shows drafts only when it is asked to, so that it is asked twice."""
    return target not in {"nikola", "pelican"}


def build(target: Target, program: str, folder: str, *, drafts: bool) -> Built:
    """Build a site into a folder; nothing in the site changes.

    Args:
        target: The site.
        program: Its generator.
        folder: An empty folder for the result and for what the generator keeps.
        drafts: Whether drafts and posts of the future are built too, where that can be chosen.

    Raises:
        Failure: The generator cannot be run, or does not end.
    """
    output = os.path.join(folder, "built")
    run = _RUNS[target.id](target, folder, output, drafts)
    env = os.environ | {
        "PYTHONDONTWRITEBYTECODE": "1",
        "HUGO_RESOURCEDIR": os.path.join(folder, "resources"),
        "HUGO_CACHEDIR": os.path.join(folder, "cache"),
        "LC_ALL": "C.UTF-8",
        # What a generator starts lies beside it, such as the node that it is written for.
        "PATH": os.pathsep.join([os.path.dirname(program), os.environ.get("PATH", "")]),
        **_QUIETLY,
    }
    try:
        done = subprocess.run(
            [program, *run.arguments],
            cwd=run.folder,
            env=env,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{target.name} did not end within {_PATIENCE} seconds") from error
    except OSError as error:
        raise Failure(f"{program} cannot be run: {error.strerror}") from error
    said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-20:])
    if done.returncode and not said:
        said = f"{program} ended with code {done.returncode} and said nothing"
    return Built(run.output or output, done.returncode == 0, said)


def _hugo(target: Target, folder: str, output: str, drafts: bool) -> Run:  # noqa: FBT001  # see _RUNS
    del folder
    shown = ["--buildDrafts", "--buildFuture"] if drafts else []
    return Run(["--destination", output, "--noBuildLock", *shown], target.folder)


def _nikola(target: Target, folder: str, output: str, drafts: bool) -> Run:  # noqa: FBT001  # see _RUNS
    del drafts
    settings = os.path.join(folder, "conf.py")
    with open(settings, "w", encoding="utf-8") as file:
        file.write(
            _NIKOLA_SETTINGS.format(
                conf=os.path.join(target.folder, "conf.py"),
                output=output,
                cache=os.path.join(folder, "cache"),
            )
        )
    database = os.path.join(folder, "doit.db")
    arguments = ["build", "--strict", f"--conf={settings}", "--db-file", database]
    return Run(arguments, target.folder)


def _jekyll(target: Target, folder: str, output: str, drafts: bool) -> Run:  # noqa: FBT001  # see _RUNS
    del folder
    shown = ["--drafts", "--future", "--unpublished"] if drafts else []
    arguments = ["build", "--destination", output, "--disable-disk-cache", "--strict_front_matter"]
    return Run([*arguments, *shown], target.folder)


def _pelican(target: Target, folder: str, output: str, drafts: bool) -> Run:  # noqa: FBT001  # see _RUNS
    del drafts
    cache = os.path.join(folder, "cache")
    arguments = ["--settings", "pelicanconf.py", "--output", output, "--cache-path", cache]
    return Run([*arguments, "--fatal", "errors"], target.folder)


def _mkdocs(target: Target, folder: str, output: str, drafts: bool) -> Run:  # noqa: FBT001  # see _RUNS
    copy = _copied(target, folder, drafts=drafts)
    return Run(["build", "--quiet", "--site-dir", output], copy)


def _zensical(target: Target, folder: str, output: str, drafts: bool) -> Run:  # noqa: FBT001  # see _RUNS
    del output
    copy = _copied(target, folder, drafts=drafts)
    return Run(["build", "--clean"], copy, os.path.join(copy, "site"))


def _eleventy(target: Target, folder: str, output: str, drafts: bool) -> Run:  # noqa: FBT001  # see _RUNS
    return Run([f"--output={output}", "--quiet"], _copied(target, folder, drafts=drafts))


def _astro(target: Target, folder: str, output: str, drafts: bool) -> Run:  # noqa: FBT001  # see _RUNS
    return Run(["build", "--outDir", output], _copied(target, folder, drafts=drafts))


def _hexo(target: Target, folder: str, output: str, drafts: bool) -> Run:  # noqa: FBT001  # see _RUNS
    del output
    copy = _copied(target, folder, drafts=False)
    shown = ["--draft"] if drafts else []
    return Run(["generate", "--bail", *shown], copy, os.path.join(copy, "public"))


def _zola(target: Target, folder: str, output: str, drafts: bool) -> Run:  # noqa: FBT001  # see _RUNS
    del folder
    return Run(["build", "--output-dir", output, *(["--drafts"] if drafts else [])], target.folder)


def _copied(target: Target, folder: str, *, drafts: bool) -> str:
    """Copy a site whose generator cannot be told where to build or to show drafts."""
    copy = os.path.join(folder, "copy")
    shutil.copytree(target.folder, copy, ignore=shutil.ignore_patterns(*NOT_SOURCES))
    modules = os.path.join(target.folder, "node_modules")
    if os.path.isdir(modules):
        os.symlink(os.path.realpath(modules), os.path.join(copy, "node_modules"))
    for base, _, names in os.walk(copy) if drafts else ():
        for name in (name for name in names if name.endswith(".md")):
            with open(os.path.join(base, name), "r+", encoding="utf-8", newline="") as file:
                text = file.read()
                shown = _DRAFT.sub("draft: false", text, count=1)
                if shown != text:
                    file.seek(0)
                    file.write(shown)
                    file.truncate()
    return copy


_RUNS: Final[dict[str, Callable[[Target, str, str, bool], Run]]] = {
    "hugo": _hugo,
    "nikola": _nikola,
    "jekyll": _jekyll,
    "pelican": _pelican,
    "mkdocs": _mkdocs,
    "zensical": _zensical,
    "eleventy": _eleventy,
    "astro": _astro,
    "hexo": _hexo,
    "zola": _zola,
}
