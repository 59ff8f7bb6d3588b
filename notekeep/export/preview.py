"""The generator's own preview of a site: a command of ours by target, never one of the vault's."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Failure, NotFound, UsageError
from notekeep.export.building import find_program

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.targets.target import Target


class Preview(NamedTuple):
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


def preview_of(target: Target, programs: str | None = None) -> Preview:
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
    return Preview((program, *arguments), target.folder, target.name)
