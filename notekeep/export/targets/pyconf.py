"""Settings of a site that are a Python program, read without running it.

Plain values count, also where one names another or is joined from several; whatever is computed is
as if it were not there.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from notekeep.errors import Failure
from notekeep.export.targets.target import unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def read_settings(path: str) -> Settings:
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
        raise unreadable(path, str(getattr(error, "msg", error)), line) from error
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
