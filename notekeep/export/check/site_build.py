"""Runs the generator of a site: to build it in a temporary folder, or to preview it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from typing import Final, NamedTuple

from notekeep.errors import Failure, NotFound, UsageError
from notekeep.export.plan import ExportPlan
from notekeep.export.targets.target import Target

_TIMEOUT = 300  # seconds

_NIKOLA_SETTINGS = '''\
"""The site's own settings, except for the output folder."""
__file__ = {conf!r}
exec(compile(open(__file__, encoding="utf-8").read(), __file__, "exec"))
OUTPUT_FOLDER = {output!r}
CACHE_FOLDER = {cache!r}
'''
_QUIET = {"ASTRO_TELEMETRY_DISABLED": "1", "NO_COLOR": "1", "CI": "1"}
_IGNORED_FOLDERS: Final = (
    *(".git", ".venv", ".cache", ".trash", "node_modules"),
    *("site", "output", "public", "dist", "_site"),
)
"""Folders of installed packages and earlier builds."""
_DRAFT = re.compile(r"^draft: true$", re.MULTILINE)


class _Generator(NamedTuple):
    """How to build a site; `{output}` and `{folder}` in arguments are replaced."""

    arguments: tuple[str, ...]
    drafts: tuple[str, ...] = ()  # arguments that include drafts and future posts
    # Build a copy of the site, because the generator has no option for the output folder or for
    # drafts. In the copy, drafts are published.
    copied: bool = False
    output: str = ""  # output folder within the copy; "" for `{output}`


_GENERATORS: Final = {
    "hugo": _Generator(
        ("--destination", "{output}", "--noBuildLock"), ("--buildDrafts", "--buildFuture")
    ),
    "nikola": _Generator(
        ("build", "--strict", "--conf={folder}/conf.py", "--db-file", "{folder}/doit.db")
    ),
    "jekyll": _Generator(
        ("build", "--destination", "{output}", "--disable-disk-cache", "--strict_front_matter"),
        ("--drafts", "--future", "--unpublished"),
    ),
    "pelican": _Generator(
        (
            *("--settings", "pelicanconf.py", "--output", "{output}"),
            *("--cache-path", "{folder}/cache", "--fatal", "errors"),
        )
    ),
    "mkdocs": _Generator(("build", "--quiet", "--site-dir", "{output}"), copied=True),
    "zensical": _Generator(("build", "--clean"), copied=True, output="site"),
    "eleventy": _Generator(("--output={output}", "--quiet"), copied=True),
    "astro": _Generator(("build", "--outDir", "{output}"), copied=True),
    "hexo": _Generator(("generate", "--bail"), ("--draft",), copied=True, output="public"),
    "zola": _Generator(("build", "--output-dir", "{output}"), ("--drafts",)),
}


class BuildResult(NamedTuple):
    """The folder of the pages, whether the build succeeded, and the last lines of output."""

    folder: str
    ok: bool
    output: str = ""


def find_generator(target: str, programs: str | None = None, site: str = "") -> str:
    """Return the path of a target's generator. Raises NotFound if there is none."""
    if target not in _GENERATORS:
        raise NotFound(f"There is no generator to build {target} with.")
    return find_program(target, programs, site)


def find_program(target: str, programs: str | None = None, site: str = "") -> str:
    """Return the path of a program: in `programs`, in the site itself, or in PATH."""
    own = os.path.join(site, "node_modules", ".bin") if site else ""
    path = os.pathsep.join(filter(None, (programs, own, os.environ.get("PATH"))))
    found = shutil.which(target, path=path)
    if found is None:
        raise NotFound(
            f"{target} is not installed, so the site cannot be built.", f"Install {target}."
        )
    return found


def write_pages(plan: ExportPlan, target: Target, folder: str) -> BuildResult:
    """Write the pages of an export, and their files, into an empty folder."""
    for file in plan.files:
        source = os.path.join(plan.site, file.path)
        if not os.path.isfile(source):
            continue
        with open(source, "rb") as opened:
            data = opened.read()
        path = file.path
        if file.is_post:
            path = target.page_path(plan.published[file.note])
            data = target.page(data.decode()).encode()
        place = os.path.join(folder, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as opened:
            opened.write(data)
    return BuildResult(folder, ok=True)


def build_site(target: Target, program: str, folder: str, *, drafts: bool) -> BuildResult:
    """Build a site into an empty folder; with `drafts`, drafts and future posts too."""
    generator = _GENERATORS[target.id]
    output, source = os.path.join(folder, "built"), target.folder
    if generator.copied:
        source = _copy_site(target, folder, publish=drafts and not generator.drafts)
        output = os.path.join(source, generator.output) if generator.output else output
    if target.id == "nikola":
        _write_nikola_settings(target, folder, output)
    arguments = [*generator.arguments, *(generator.drafts if drafts else ())]
    env = os.environ | {
        "PYTHONDONTWRITEBYTECODE": "1",
        "HUGO_RESOURCEDIR": os.path.join(folder, "resources"),
        "HUGO_CACHEDIR": os.path.join(folder, "cache"),
        "LC_ALL": "C.UTF-8",
        # The generator's interpreter, such as node, may be in the same folder.
        "PATH": os.pathsep.join([os.path.dirname(program), os.environ.get("PATH", "")]),
        **_QUIET,
    }
    try:
        done = subprocess.run(
            [program, *(word.format(output=output, folder=folder) for word in arguments)],
            cwd=source,
            env=env,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{target.name} did not finish within {_TIMEOUT} seconds.") from error
    except OSError as error:
        raise Failure(f"Cannot run {program}: {error.strerror}.") from error
    lines = "\n".join((done.stdout + done.stderr).strip().splitlines()[-20:])
    if done.returncode and not lines:
        lines = f"{program} failed with code {done.returncode} and no message."
    return BuildResult(output, done.returncode == 0, lines)


def _write_nikola_settings(target: Target, folder: str, output: str) -> None:
    settings = _NIKOLA_SETTINGS.format(
        conf=os.path.join(target.folder, "conf.py"),
        output=output,
        cache=os.path.join(folder, "cache"),
    )
    with open(os.path.join(folder, "conf.py"), "w", encoding="utf-8") as file:
        file.write(settings)


def _copy_site(target: Target, folder: str, *, publish: bool) -> str:
    copy = os.path.join(folder, "copy")
    shutil.copytree(target.folder, copy, ignore=shutil.ignore_patterns(*_IGNORED_FOLDERS))
    modules = os.path.join(target.folder, "node_modules")
    if os.path.isdir(modules):
        os.symlink(os.path.realpath(modules), os.path.join(copy, "node_modules"))
    for base, _, names in os.walk(copy) if publish else ():
        for name in (name for name in names if name.endswith(".md")):
            with open(os.path.join(base, name), "r+", encoding="utf-8", newline="") as file:
                text = file.read()
                shown = _DRAFT.sub("draft: false", text, count=1)
                if shown != text:
                    file.seek(0)
                    file.write(shown)
                    file.truncate()
    return copy


class PreviewCommand(NamedTuple):
    """The preview command of a generator; never a command from the vault."""

    command: tuple[str, ...]
    folder: str

    def run(self, call: Callable[..., int] = subprocess.call) -> int:
        """Run the preview in the terminal until it is stopped."""
        try:
            return call([*self.command], cwd=self.folder)
        except KeyboardInterrupt:
            # Ctrl+C also reaches the preview, which stops.
            return 0
        except OSError as error:
            raise Failure(f"Cannot run {self.command[0]}: {error.strerror}.") from error


def find_preview(target: Target) -> PreviewCommand:
    """Return the preview command of a target. Raises UsageError if it has none."""
    if not target.preview:
        raise UsageError(
            f"{target.name} has no preview.",
            "Open the files in an editor or a browser.",
        )
    # npx is avoided because it downloads missing programs.
    name, *arguments = target.preview[1:] if target.preview[0] == "npx" else target.preview
    program = find_program(name, site=target.folder)
    return PreviewCommand((program, *arguments), target.folder)
