"""Settings of sites that are YAML, TOML or JSON, with errors that name file and line."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from notekeep.errors import Failure
from notekeep.export.targets.target import unreadable


def read_text(path: str) -> str:
    """Return a file's text.

    Raises:
        UsageError: It is not UTF-8.
        Failure: It cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8-sig")
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise unreadable(path, "it is not UTF-8") from error


def read_yaml(path: str) -> dict[str, Any]:
    """Read YAML; what has a tag, such as the name of a Python object, is nothing.

    Raises:
        UsageError: It is not valid.
        Failure: It cannot be read.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        """Plain YAML."""

    Loader.add_multi_constructor("", lambda *_: None)
    try:
        found = yaml.load(read_text(path), Loader)  # noqa: S506  # a SafeLoader that ignores tags
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", error))
        raise unreadable(path, problem, mark.line + 1 if mark else None) from error
    return found if isinstance(found, dict) else {}


def read_settings_file(path: str) -> dict[str, Any]:
    """Read a file of settings by its ending: TOML, JSON or YAML.

    Raises:
        UsageError: It is not valid.
        Failure: It cannot be read.
    """
    try:
        if path.endswith(".toml"):
            return tomllib.loads(read_text(path))
        if path.endswith(".json"):
            found = json.loads(read_text(path))
            return found if isinstance(found, dict) else {}
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise unreadable(path, str(error)) from error
    return read_yaml(path)
