"""Reads site settings: YAML, TOML, JSON, and programs, which are searched but never run."""

from __future__ import annotations

import ast
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml

from notekeep.errors import Failure, UsageError
from notekeep.export.rewrite.dialect import ESCAPED_MATH, RAW_MATH, Dialect

# Files.


def _unreadable(path: str, what: str, line: int | None = None) -> UsageError:
    where = f", line {line}" if line else ""
    return UsageError(f"{path}{where}: Cannot read the site's settings: {what}.", "Fix them.")


def _read_bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Failure(f"{path}: Cannot read the file: {error.strerror}.") from error


def read_settings_text(path: str) -> str:
    """Return the text of a file. Raises UsageError if it is not UTF-8."""
    try:
        return _read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(path, "it is not UTF-8") from error


def read_settings_file(path: str) -> dict[str, Any]:
    """Read a TOML, JSON or YAML file, depending on the extension."""
    text = read_settings_text(path)
    try:
        if path.endswith(".toml"):
            return tomllib.loads(text)
        found = json.loads(text) if path.endswith(".json") else _parse_yaml(path, text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise _unreadable(path, str(error)) from error
    return found if isinstance(found, dict) else {}


def _parse_yaml(path: str, text: str) -> object:
    """Parse YAML. Values with a tag, such as Python objects, are None."""

    class Loader(yaml.SafeLoader):
        """Plain YAML."""

    Loader.add_multi_constructor("", lambda *_: None)
    try:
        return yaml.load(text, Loader)  # noqa: S506  # a SafeLoader that ignores tags
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", error))
        raise _unreadable(path, problem, mark.line + 1 if mark else None) from error


def merge_tables(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two settings files. Tables are merged, other values are replaced."""
    merged = dict(base)
    for key, value in over.items():
        known = merged.get(key)
        both = isinstance(known, dict) and isinstance(value, dict)
        merged[key] = merge_tables(known or {}, value) if both else value
    return merged


def as_table(value: object) -> dict[str, Any]:
    """Return a value if it is a table, or an empty table."""
    return value if isinstance(value, dict) else {}


def find_file(folder: str, *names: str) -> str:
    """Return the path of the first existing file; "" for none."""
    paths = (os.path.join(folder, *name.split("/")) for name in names)
    return next(filter(os.path.isfile, paths), "")


def first_existing_folder(base: str, *names: str) -> str:
    """Return the first existing folder, or the first name if none exists."""
    return next((name for name in names if os.path.isdir(os.path.join(base, name))), names[0])


# JavaScript: the program is searched for literal values. Computed values are ignored.

_STRING = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"
    r"|(?P<comment>/\*.*?\*/|(?<!:)//[^\n]*)",
    re.DOTALL,
)


class Script:
    """The first existing program, without comments, and the site's packages."""

    def __init__(self, folder: str, *names: str) -> None:
        self.path = find_file(folder, *names)
        self.packages = read_packages(folder)
        text = read_settings_text(self.path) if self.path else ""
        self.text = _STRING.sub(lambda found: "" if found["comment"] else found[0], text)

    def uses(self, *names: str) -> bool:
        """Whether the site depends on one of the packages, and the program names it."""
        return any(name in self.packages and name in self.text for name in names)

    def value(self, key: str, call: str = "") -> str:
        """Return the text of `key: "…"`, or of `call("…")`; "" for none."""
        ways = rf"\b{key}:\s*", rf"\b{call}\(\s*"
        found = (re.search(rf"{way}[\"']([^\"']+)", self.text) for way in ways[: 1 + bool(call)])
        return next((match[1] for match in found if match), "")

    def has(self, pattern: str) -> bool:
        """Whether the program contains a word that starts with a pattern."""
        return re.search(rf"\b(?:{pattern})", self.text) is not None


def read_packages(folder: str) -> frozenset[str]:
    """Return the dependencies in a site's `package.json`."""
    path = find_file(folder, "package.json")
    settings = read_settings_file(path) if path else {}
    kinds = (settings.get("dependencies"), settings.get("devDependencies"))
    return frozenset(name for kind in kinds for name in as_table(kind))


def script_names(*stems: str) -> tuple[str, ...]:
    """Return the file names of JavaScript programs, with all extensions."""
    endings = ("js", "mjs", "cjs", "ts", "mts", "cts")
    return tuple(f"{stem}.{ending}" for stem in stems for ending in endings)


# Python: literal values are read. Computed values are ignored.


class PythonSettings(dict[str, object]):
    """The literal settings of a Python program. `computed` has the names of other settings."""

    def __init__(self) -> None:
        super().__init__()
        self.computed: set[str] = set()

    def warn_of_computed(self, file: str, places: Mapping[str, str]) -> list[str]:
        """Return warnings about computed settings. `places` are the folders used instead."""
        return [
            f"{name} in {file} is computed, and {file} is never run, so posts go to {place}. If"
            " they belong elsewhere, write it as a plain value."
            for name, place in places.items()
            if name in self.computed
        ]


def read_python_settings(path: str) -> PythonSettings:
    """Return the literal settings of a module. The last assignment of a name counts."""
    try:
        tree = ast.parse(_read_bytes(path), path)
    except (SyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        raise _unreadable(path, str(getattr(error, "msg", error)), line) from error
    settings = PythonSettings()
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                try:
                    settings[target.id] = ast.literal_eval(value)
                    settings.computed.discard(target.id)
                except (ValueError, TypeError):
                    settings.pop(target.id, None)
                    settings.computed.add(target.id)
    return settings


# Lists of Python-Markdown extensions.

_EXTRA: Final = frozenset(
    {"abbr", "attr_list", "def_list", "fenced_code", "footnotes", "md_in_html", "tables"}
)


def read_extensions(extensions: Iterable[object], where: str) -> tuple[Dialect, list[str]]:
    """Return the dialect of Python-Markdown with extensions, and warnings if some are missing."""
    names = {str(name).rsplit(".", 1)[-1] for name in extensions}
    if "extra" in names:
        names |= _EXTRA
    needed = {"footnotes", "tables"} | (set() if "superfences" in names else {"fenced_code"})
    missing = ", ".join(sorted(needed - names))
    warning = f"{where} lacks {missing}. Posts that need them will not look right."
    fold = "details" in names
    dialect = Dialect(
        engine="python",
        math=RAW_MATH if "arithmatex" in names else ESCAPED_MATH,
        strike="tilde" in names,
        task_lists="tasklist" in names,
        heading_ids="attr_list" in names,
        bare_urls="magiclink" in names,
        superfences="superfences" in names,
        admonitions=("foldable" if fold else "plain") if "admonition" in names else "",
        hilited_indents="codehilite" in names,
        definitions="def_list" in names,
        single_tilde="tilde" in names,
        emoji="emoji" in names,
        markdown_in_html="md_in_html" in names,
        more_in_code=False,
    )
    return dialect, [warning] if missing else []
