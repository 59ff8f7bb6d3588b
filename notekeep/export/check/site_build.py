"""Run a generator; its preview command."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.errors import Failure, NotFound, UsageError
from notekeep.export.targets.target import IGNORED_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.plan import ExportPlan
    from notekeep.export.targets.target import Target


# A site built with its own generator into a folder that goes away, the site left as it is.


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


class BuildCommand(NamedTuple):
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


def needs_draft_build(target: str) -> bool:
    """Whether a generator shows drafts only when it is asked to, so that it is asked twice."""
    return target not in {"nikola", "pelican"}


def write_pages(plan: ExportPlan, target: Target, folder: str) -> Built:
    """Put the pages of an export that was written, and what they show, into an empty folder."""
    posts = {file.path: file.note for file in plan.files if file.is_post}
    for file in plan.files:
        place = os.path.join(plan.site, file.path)
        if not os.path.isfile(place):
            continue
        if file.path in posts:
            with open(place, encoding="utf-8") as text:
                page = target.page(text.read()).encode()
            post = plan.published[posts[file.path]]
            _write_file(os.path.join(folder, target.page_path(post)), page)
        else:
            os.makedirs(os.path.dirname(os.path.join(folder, file.path)), exist_ok=True)
            shutil.copyfile(place, os.path.join(folder, file.path))
    return Built(folder, ok=True, said="")


def _write_file(path: str, data: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def build_site(target: Target, program: str, folder: str, *, drafts: bool) -> Built:
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


def _hugo(target: Target, folder: str, output: str, drafts: bool) -> BuildCommand:  # noqa: FBT001  # see _RUNS
    del folder
    shown = ["--buildDrafts", "--buildFuture"] if drafts else []
    return BuildCommand(["--destination", output, "--noBuildLock", *shown], target.folder)


def _nikola(target: Target, folder: str, output: str, drafts: bool) -> BuildCommand:  # noqa: FBT001  # see _RUNS
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
    return BuildCommand(arguments, target.folder)


def _jekyll(target: Target, folder: str, output: str, drafts: bool) -> BuildCommand:  # noqa: FBT001  # see _RUNS
    del folder
    shown = ["--drafts", "--future", "--unpublished"] if drafts else []
    arguments = ["build", "--destination", output, "--disable-disk-cache", "--strict_front_matter"]
    return BuildCommand([*arguments, *shown], target.folder)


def _pelican(target: Target, folder: str, output: str, drafts: bool) -> BuildCommand:  # noqa: FBT001  # see _RUNS
    del drafts
    cache = os.path.join(folder, "cache")
    arguments = ["--settings", "pelicanconf.py", "--output", output, "--cache-path", cache]
    return BuildCommand([*arguments, "--fatal", "errors"], target.folder)


def _mkdocs(target: Target, folder: str, output: str, drafts: bool) -> BuildCommand:  # noqa: FBT001  # see _RUNS
    copy = _copied(target, folder, drafts=drafts)
    return BuildCommand(["build", "--quiet", "--site-dir", output], copy)


def _zensical(target: Target, folder: str, output: str, drafts: bool) -> BuildCommand:  # noqa: FBT001  # see _RUNS
    del output
    copy = _copied(target, folder, drafts=drafts)
    return BuildCommand(["build", "--clean"], copy, os.path.join(copy, "site"))


def _eleventy(target: Target, folder: str, output: str, drafts: bool) -> BuildCommand:  # noqa: FBT001  # see _RUNS
    return BuildCommand([f"--output={output}", "--quiet"], _copied(target, folder, drafts=drafts))


def _astro(target: Target, folder: str, output: str, drafts: bool) -> BuildCommand:  # noqa: FBT001  # see _RUNS
    return BuildCommand(["build", "--outDir", output], _copied(target, folder, drafts=drafts))


def _hexo(target: Target, folder: str, output: str, drafts: bool) -> BuildCommand:  # noqa: FBT001  # see _RUNS
    del output
    copy = _copied(target, folder, drafts=False)
    shown = ["--draft"] if drafts else []
    return BuildCommand(["generate", "--bail", *shown], copy, os.path.join(copy, "public"))


def _zola(target: Target, folder: str, output: str, drafts: bool) -> BuildCommand:  # noqa: FBT001  # see _RUNS
    del folder
    return BuildCommand(
        ["build", "--output-dir", output, *(["--drafts"] if drafts else [])], target.folder
    )


def _copied(target: Target, folder: str, *, drafts: bool) -> str:
    """Copy a site whose generator cannot be told where to build or to show drafts."""
    copy = os.path.join(folder, "copy")
    shutil.copytree(target.folder, copy, ignore=shutil.ignore_patterns(*IGNORED_FOLDERS))
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


_RUNS: Final[dict[str, Callable[[Target, str, str, bool], BuildCommand]]] = {
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


# The generator's own preview of a site: a command of ours by target, never one of the vault's.


class PreviewCommand(NamedTuple):
    """How a site is shown.

    Attributes:
        command: The program and its arguments.
        folder: Where it runs.
        name: What the generator is called.
    """

    command: tuple[str, ...]
    folder: str
    name: str

    def run(self, call: Callable[..., int] = subprocess.call) -> int:
        """Show the site until the person ends it; the program has the terminal meanwhile.

        Raises:
            Failure: It cannot be started.
        """
        try:
            return call([*self.command], cwd=self.folder)
        except KeyboardInterrupt:
            # Ctrl+C goes to both: it is how a preview is ended.
            return 0
        except OSError as error:
            raise Failure(f"{self.command[0]} cannot be run: {error.strerror}") from error


def find_preview(target: Target, programs: str | None = None) -> PreviewCommand:
    """Return how a site is shown.

    Args:
        target: The site.
        programs: A folder to look for the generator in, before PATH.

    Raises:
        UsageError: There is nothing to show: no generator makes pages of it.
        NotFound: The generator is not installed.
    """
    if not target.preview:
        raise UsageError(
            f"{target.name} has no preview of its own",
            "open the files of the draft in an editor or a browser",
        )
    # What npx would look for is looked for here: it downloads what it does not find.
    name, *arguments = target.preview[1:] if target.preview[0] == "npx" else target.preview
    try:
        program = find_program(name, programs, target.folder)
    except NotFound as error:
        raise NotFound(
            f"{name} is not installed, so the site cannot be shown", f"install {name}"
        ) from error
    return PreviewCommand((program, *arguments), target.folder, target.name)
