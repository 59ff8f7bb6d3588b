"""Settings of sites: YAML, TOML and JSON, and programs that are searched or read but never run."""

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
    return UsageError(f"{path}{where}: cannot read the site's settings: {what}", "fix them")


def _read_bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Failure(f"{path}: cannot read the file: {error.strerror}") from error


def read_settings_text(path: str) -> str:
    """Return a file's text."""
    try:
        return _read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(path, "it is not UTF-8") from error


def read_settings_file(path: str) -> dict[str, Any]:
    """Read a file of settings by its ending: TOML, JSON or YAML."""
    text = read_settings_text(path)
    try:
        if path.endswith(".toml"):
            return tomllib.loads(text)
        found = json.loads(text) if path.endswith(".json") else _parse_yaml(path, text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise _unreadable(path, str(error)) from error
    return found if isinstance(found, dict) else {}


def _parse_yaml(path: str, text: str) -> object:
    """Return what YAML says; what has a tag, such as the name of a Python object, is nothing."""

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
    """Return settings with more of them put over: tables are merged, all else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        known = merged.get(key)
        both = isinstance(known, dict) and isinstance(value, dict)
        merged[key] = merge_tables(known or {}, value) if both else value
    return merged


def as_table(value: object) -> dict[str, Any]:
    """Return a value of settings as a table; an empty one for what is none."""
    return value if isinstance(value, dict) else {}


def find_file(folder: str, *names: str) -> str:
    """Return the path of the first of these files that is there; "" for none."""
    paths = (os.path.join(folder, *name.split("/")) for name in names)
    return next(filter(os.path.isfile, paths), "")


def first_existing_folder(base: str, *names: str) -> str:
    """Return the first of these folders that is there, else the first."""
    return next((name for name in names if os.path.isdir(os.path.join(base, name))), names[0])


# Programs in JavaScript: what is written there plainly is found by its words; what is computed is
# as if it were not there.

_STRING = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"
    r"|(?P<comment>/\*.*?\*/|(?<!:)//[^\n]*)",
    re.DOTALL,
)


class Script:
    """The first of these programs that a site has, and its packages, of which it may use some."""

    def __init__(self, folder: str, *names: str) -> None:
        self.path = find_file(folder, *names)
        self.packages = read_packages(folder)
        text = read_settings_text(self.path) if self.path else ""
        self.text = _STRING.sub(lambda found: "" if found["comment"] else found[0], text)

    def uses(self, *names: str) -> bool:
        """Whether the site has one of these packages and its settings name it."""
        return any(name in self.packages and name in self.text for name in names)

    def find(self, pattern: str) -> str:
        """Return what the first group of a pattern holds, or ""."""
        match = re.search(pattern, self.text)
        return match[1] if match else ""

    def says(self, pattern: str) -> bool:
        """Whether the settings hold a pattern."""
        return re.search(pattern, self.text) is not None


def read_packages(folder: str) -> frozenset[str]:
    """Return the names of the packages that a site's `package.json` asks for."""
    path = find_file(folder, "package.json")
    settings = read_settings_file(path) if path else {}
    kinds = (settings.get("dependencies"), settings.get("devDependencies"))
    return frozenset(name for kind in kinds for name in as_table(kind))


def script_names(*stems: str) -> tuple[str, ...]:
    """Return what programs with these names may be called, whatever they end with."""
    endings = ("js", "mjs", "cjs", "ts", "mts", "cts")
    return tuple(f"{stem}.{ending}" for stem in stems for ending in endings)


# Programs in Python: plain values count; whatever is computed is as if it were not there.


class PythonSettings(dict[str, object]):
    """The plain settings of a program, by name; the `computed` are there, but not known."""

    def __init__(self) -> None:
        super().__init__()
        self.computed: set[str] = set()

    def warn_of_computed(self, file: str, places: Mapping[str, str]) -> list[str]:
        """Return what to know of computed settings; `places` says what is taken in their stead."""
        return [
            f"{name} in {file} is computed, and {file} is never run: posts go to {place}, so write"
            " it as a plain value if they belong elsewhere"
            for name, place in places.items()
            if name in self.computed
        ]


def read_python_settings(path: str) -> PythonSettings:
    """Return the module's plain settings by name; where one is set twice the last counts."""
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
    """Return what an engine with these extensions understands, and what is missing."""
    names = {str(name).rsplit(".", 1)[-1] for name in extensions}
    if "extra" in names:
        names |= _EXTRA
    needed = {"footnotes", "tables"} | (set() if "superfences" in names else {"fenced_code"})
    missing = ", ".join(sorted(needed - names))
    warning = f"{where} lacks {missing}: posts that need them will not look right"
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
