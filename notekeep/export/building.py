"""A site built with its own generator into a folder that goes away, the site left as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notekeep.errors import Failure, NotFound

if TYPE_CHECKING:
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


def find_program(target: str, programs: str | None = None) -> str:
    """Return the generator of a target.

    Args:
        target: The target's id.
        programs: A folder to look in before PATH.

    Raises:
        NotFound: It is not installed.
    """
    path = os.pathsep.join(filter(None, (programs, os.environ.get("PATH"))))
    found = shutil.which(target, path=path)
    if found is None:
        raise NotFound(
            f"{target} is not installed, so the site cannot be built",
            f"install {target}, or leave --check away: the drafts are checked without it too",
        )
    return found


def can_build(target: str) -> bool:
    """Whether notekeep knows how to build a site of this target beside itself."""
    return target in {"nikola", "hugo"}


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
    output = os.path.join(folder, "site")
    command = (
        _hugo(output, drafts=drafts) if target.id == "hugo" else _nikola(target, folder, output)
    )
    env = os.environ | {
        "PYTHONDONTWRITEBYTECODE": "1",
        "HUGO_RESOURCEDIR": os.path.join(folder, "resources"),
        "HUGO_CACHEDIR": os.path.join(folder, "cache"),
        "LC_ALL": "C.UTF-8",
    }
    try:
        done = subprocess.run(
            [program, *command],
            cwd=target.folder,
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
    return Built(output, done.returncode == 0, said)


def _hugo(output: str, *, drafts: bool) -> list[str]:
    shown = ["--buildDrafts", "--buildFuture"] if drafts else []
    return ["--destination", output, "--noBuildLock", *shown]


def _nikola(target: Target, folder: str, output: str) -> list[str]:
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
    return ["build", "--strict", f"--conf={settings}", "--db-file", database]
