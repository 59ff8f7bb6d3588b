"""Small frozen records with slots, as `dataclass(frozen=True, slots=True)` makes them, but at once.

A dataclass writes and compiles the methods of each class; for the two dozen kinds of node in a
query that is 6 ms of every command. Here all share one set of methods.
"""

from __future__ import annotations

from typing import Any, ClassVar, dataclass_transform

UNCOMPARED = "span"
"""The attribute that says where something stood, and is no part of what it is."""


@dataclass_transform(frozen_default=True)
class _Shaping(type):
    """Makes the annotated names of a class its slots, in order, with the values as defaults."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _Shaping:
        names = tuple(
            one
            for one, kind in namespace.get("__annotations__", {}).items()
            if not str(kind).startswith("ClassVar")
        )
        defaults = {one: namespace.pop(one) for one in names if one in namespace}
        compared = tuple(one for one in names if one != UNCOMPARED)
        made = {
            **namespace,
            "__slots__": names,
            "__match_args__": names,
            "_defaults": defaults,
            "_compared": compared,
        }
        return super().__new__(cls, name, bases, made)


class Shape(metaclass=_Shaping):
    """A record: made from values in order or by name, equal by class and values, hashable."""

    __match_args__: ClassVar[tuple[str, ...]]
    _defaults: ClassVar[dict[str, Any]]
    _compared: ClassVar[tuple[str, ...]]

    def __init__(self, *values: Any, **named: Any) -> None:
        names = self.__match_args__
        given = dict(zip(names, values, strict=False)) | named
        if len(given) != len(values) + len(named) or not given.keys() <= set(names):
            raise TypeError(f"{type(self).__name__}{names} does not take {values} and {named}")
        for name, value in (self._defaults | given).items():
            object.__setattr__(self, name, value)
        if len(self._defaults | given) != len(names):
            raise TypeError(f"{type(self).__name__} needs {set(names) - given.keys()}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} is fixed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} is fixed")

    def _key(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self._compared)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._compared)
        return f"{type(self).__name__}({said})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, name) for name in self.__match_args__)
