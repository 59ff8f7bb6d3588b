"""Extensions: formats, targets, commands and actions from other packages.

They are found by their entry points. A package is imported only when it is needed.
The current folder is not searched, because it may be a vault. `docs/extending.md` is the manual for
authors, who import only `notekeep/extend.py`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from typing import Final, TypeVar

from notekeep import __version__, cache_files
from notekeep.config import APP, Places
from notekeep.errors import Failure

API: Final = 1
"""The version of the interface. A module of an extension may require one: `NOTEKEEP_API = 1`."""

FORMATS: Final = "notekeep.formats"
TARGETS: Final = "notekeep.targets"
COMMANDS: Final = "notekeep.commands"
ACTIONS: Final = "notekeep.actions"
GROUPS: Final = {FORMATS: "format", TARGETS: "target", COMMANDS: "command", ACTIONS: "action"}
"""The entry point groups, each with the noun for its members."""

SWITCH: Final = "NOTEKEEP_NO_EXTENSIONS"
LOG: Final = "extensions.log"
"""The file with tracebacks, in the state folder."""

Checked = TypeVar("Checked")


class ExtensionFailed(Failure):
    """An extension cannot be imported, has the wrong type, or has raised an error."""


@dataclass(frozen=True, slots=True)
class Extension:
    """An entry point, and the object to import for it.

    The built-in formats and targets are listed with this class too; their errors are passed on
    unchanged.
    """

    group: str
    name: str
    module: str
    attribute: str
    package: str = APP
    version: str = __version__
    folder: str = ""  # of the installed package; "" for a part of notekeep

    @property
    def is_built_in(self) -> bool:
        """Whether it is part of notekeep."""
        return not self.folder

    def __str__(self) -> str:
        return f'The {GROUPS[self.group]} "{self.name}" of {self.package} {self.version}'

    def load(self, check: Callable[[object], Checked]) -> Checked:
        """Import the object, and return the result of `check`.

        `check` raises TypeError or ValueError, with a message, for an unusable object.

        Raises:
            ExtensionFailed: The object cannot be used. It is not imported again.
        """
        if self.failure:
            raise self.failure
        try:
            with self.guard():
                found = import_module(self.module)
                top = sys.modules[self.module.partition(".")[0]]
                required = getattr(found, "NOTEKEEP_API", getattr(top, "NOTEKEEP_API", API))
                if required != API:
                    raise ValueError(
                        f"it requires version {required} of the interface, and this is {API}"
                    )
                return check(attrgetter(self.attribute)(found) if self.attribute else found)
        except ExtensionFailed as error:
            _failed[self] = error
            raise

    @property
    def failure(self) -> ExtensionFailed | None:
        """The error from loading it; None if it works or has not been loaded."""
        return _failed.get(self)

    @contextmanager
    def guard(self, *passing: type[BaseException]) -> Iterator[None]:
        """Run code of the extension, and convert errors to ExtensionFailed, except `passing`."""
        try:
            yield
        except (Exception, SystemExit) as error:
            if self.is_built_in or isinstance(error, (ExtensionFailed, *passing)):
                raise
            raise self.fail(error) from error

    def fail(self, error: BaseException) -> ExtensionFailed:
        """Log the traceback of an error, and return the error to show."""
        import traceback

        text = " ".join(f"{type(error).__name__}: {error}".split())
        state = Places.for_machine().state
        failed = ExtensionFailed(
            f"{self} does not work: {text.rstrip('.')}.",
            f"The traceback is in {os.path.join(state, LOG)}."
            " Update or remove the package, or use --no-extensions.",
        )
        with suppress(OSError):
            cache_files.make_cache_folder(state)
        cache_files.append_bounded_line(
            state, LOG, f"{failed.message}\n{''.join(traceback.format_exception(error))}"
        )
        return failed


_failed: dict[Extension, ExtensionFailed] = {}
_unreported: list[ExtensionFailed] = []


def are_off() -> bool:
    """Whether notekeep runs without extensions."""
    return os.environ.get(SWITCH, "") not in ("", "0")


def turn_off() -> None:
    """Disable extensions in this process and its child processes."""
    os.environ[SWITCH] = "1"


def installed(group: str) -> tuple[Extension, ...]:
    """Return the installed extensions of a group by package and name, without importing any."""
    if are_off():
        return ()
    from importlib.metadata import entry_points

    # `python -m` puts the current folder first.
    paths = sys.path[_has_current_folder_first() :]
    folders = {os.path.realpath(path) for path in paths if path}
    try:
        entries = entry_points(group=group)
    except Exception as error:  # noqa: BLE001 - one line without "=" breaks the whole list
        text = f"Extensions cannot be listed, as a package has damaged metadata: {error}."
        report_later(ExtensionFailed(text))
        return ()
    found: set[Extension] = set()
    for one in entries:
        folder = os.path.realpath(str(one.dist.locate_file(""))) if one.dist else ""
        if one.dist and folder in folders:
            about = (str(one.dist.name), str(one.dist.version), folder)
            module, _, attribute = one.value.partition("[")[0].partition(":")
            found.add(Extension(group, one.name, module.strip(), attribute.strip(), *about))
    return tuple(sorted(found, key=lambda one: (one.package, one.name)))


def _has_current_folder_first() -> bool:
    try:
        return os.path.samefile(sys.path[0] or ".", ".")
    except OSError:
        return False


def load_working(
    group: str, check: Callable[[object], Checked]
) -> Iterator[tuple[Extension, Checked]]:
    """Import the extensions of a group, and yield the working ones with their objects.

    `take_failures` returns the errors of the others. For `check`, see `Extension.load`.
    """
    for extension in installed(group):
        try:
            yield extension, extension.load(check)
        except ExtensionFailed as error:
            report_later(error)


def report_later(error: ExtensionFailed) -> None:
    """Store the error of a skipped extension for `take_failures`."""
    if error.message not in [one.message for one in _unreported]:
        _unreported.append(error)


def take_failures() -> list[ExtensionFailed]:
    """Return the errors of skipped extensions that have not been reported."""
    found = _unreported[:]
    _unreported.clear()
    return found
