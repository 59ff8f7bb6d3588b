"""Read YAML, TOML, JS, Python site settings."""

from __future__ import annotations

import ast
import json
import os
import re
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from notekeep.errors import Failure
from notekeep.export.rewrite.dialect import ESCAPED_MATH, RAW_MATH, Dialect
from notekeep.export.targets.target import unreadable_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


# Settings of sites that are YAML, TOML or JSON, with errors that name file and line.


def read_settings_text(path: str) -> str:
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
        raise unreadable_error(path, "it is not UTF-8") from error


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
        found = yaml.load(read_settings_text(path), Loader)  # noqa: S506  # a SafeLoader that ignores tags
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", error))
        raise unreadable_error(path, problem, mark.line + 1 if mark else None) from error
    return found if isinstance(found, dict) else {}


def read_settings_file(path: str) -> dict[str, Any]:
    """Read a file of settings by its ending: TOML, JSON or YAML.

    Raises:
        UsageError: It is not valid.
        Failure: It cannot be read.
    """
    try:
        if path.endswith(".toml"):
            return tomllib.loads(read_settings_text(path))
        if path.endswith(".json"):
            found = json.loads(read_settings_text(path))
            return found if isinstance(found, dict) else {}
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise unreadable_error(path, str(error)) from error
    return read_yaml(path)


# Settings of sites that are programs in JavaScript, read without running them.
#
# What is written there plainly is found by its words; what is computed is as if it were not
# there. `package.json` says which packages a site has, and the settings which of them it uses.


_STRING = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"
    r"|(?P<comment>/\*.*?\*/|(?<!:)//[^\n]*)",
    re.DOTALL,
)
_ENDINGS = ("js", "mjs", "cjs", "ts", "mts", "cts")


class Script:
    """A program that is a site's settings, and the packages that the site has.

    Attributes:
        path: The program, or "" where there is none.
        text: Its text without comments.
        packages: The names in `package.json`.
    """

    def __init__(self, path: str, packages: frozenset[str]) -> None:
        self.path = path
        self.packages = packages
        text = read_settings_text(path) if path else ""
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


def packages(folder: str) -> frozenset[str]:
    """Return the names of the packages that a site's `package.json` asks for.

    Raises:
        UsageError: It is not valid JSON.
        Failure: It cannot be read.
    """
    path = os.path.join(folder, "package.json")
    if not os.path.isfile(path):
        return frozenset()
    said = read_settings_file(path)
    kinds = (said.get("dependencies"), said.get("devDependencies"))
    return frozenset(name for kind in kinds if isinstance(kind, dict) for name in kind)


def find_script(folder: str, *stems: str) -> str:
    """Return the first program with one of these names, whatever it ends with; "" for none."""
    for stem in stems:
        for ending in _ENDINGS:
            path = os.path.join(folder, *f"{stem}.{ending}".split("/"))
            if os.path.isfile(path):
                return path
    return ""


def first_existing_folder(base: str, *names: str) -> str:
    """Return the first of these folders that is there, else the first."""
    return next((name for name in names if os.path.isdir(os.path.join(base, name))), names[0])


# Settings of a site that are a Python program, read without running it.
#
# Plain values count, also where one names another or is joined from several; whatever is
# computed is as if it were not there.


class Settings(dict[str, object]):
    """The plain settings of a program, by name.

    Attributes:
        computed: Names of settings that are there and cannot be known without running it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.computed: set[str] = set()

    def remarks(self, file: str, places: Mapping[str, str]) -> list[str]:
        """Return what to say of settings that are computed.

        Args:
            file: What the program is called.
            places: Settings that name places, and what is taken where one is not known.
        """
        return [
            f"{name} in {file} is computed, and {file} is never run: posts go to {place}, so write"
            " it as a plain value if they belong elsewhere"
            for name, place in places.items()
            if name in self.computed
        ]


def read_python_settings(path: str) -> Settings:
    """Return the module's plain settings by name; where one is set twice the last counts.

    Raises:
        UsageError: It is not valid Python.
        Failure: It cannot be read.
    """
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read(), path)
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from error
    except (SyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        raise unreadable_error(path, str(getattr(error, "msg", error)), line) from error
    settings = Settings()
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
                    settings[target.id] = _value(value, settings)
                    settings.computed.discard(target.id)
                except (ValueError, TypeError):
                    settings.pop(target.id, None)
                    settings.computed.add(target.id)
    return settings


def _value(node: ast.expr, names: dict[str, object]) -> object:
    """Return what an expression is.

    Raises:
        ValueError: It is computed.
    """
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.List(elts=items):
            return [_value(item, names) for item in items]
        case ast.Tuple(elts=items) | ast.Set(elts=items):
            return tuple(_value(item, names) for item in items)
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return {_value(k, names): _value(v, names) for k, v in pairs if k is not None}
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = _value(left, names), _value(right, names)
            if isinstance(first, str) and isinstance(second, str):
                return first + second
            if isinstance(first, list) and isinstance(second, list):
                return first + second
            if isinstance(first, tuple) and isinstance(second, tuple):
                return first + second
    raise ValueError(ast.dump(node))


# What a site's list of Python-Markdown extensions means for what is written.


EXTRA: Final = frozenset(
    {"abbr", "attr_list", "def_list", "fenced_code", "footnotes", "md_in_html", "tables"}
)


def short_extension_names(extensions: Iterable[object]) -> set[str]:
    """Return extensions by the last part of their names, "extra" resolved."""
    names = {str(name).rsplit(".", 1)[-1] for name in extensions}
    return names | EXTRA if "extra" in names else names


def make_dialect(names: set[str]) -> Dialect:
    """Return what an engine with these extensions understands; the target says the rest."""
    fold = "details" in names
    return Dialect(
        engine="python",
        math=RAW_MATH if "arithmatex" in names else ESCAPED_MATH,
        strike="tilde" in names,
        task_lists="tasklist" in names,
        heading_ids="attr_list" in names,
        bare_urls="magiclink" in names,
        code_pipes=False,
        superfences="superfences" in names,
        admonitions=("foldable" if fold else "plain") if "admonition" in names else "",
        hilited_indents="codehilite" in names,
        definitions="def_list" in names,
        hard_break="  \n",
        more_in_code=False,
    )


def warn_of_missing_extensions(names: set[str], where: str) -> list[str]:
    """Return what to know of extensions without which posts do not look right, if some lack."""
    needed = {"footnotes", "tables"} | (set() if "superfences" in names else {"fenced_code"})
    missing = ", ".join(sorted(needed - names))
    return [f"{where} lacks {missing}: posts that need it will not look right"] if missing else []


def extend_dialect(dialect: Dialect, **more: object) -> Dialect:
    """Return a dialect with the target's own ways."""
    return replace(dialect, **more)  # type: ignore[arg-type]  # fields of Dialect, checked there
