"""Evaluates expressions for one file.

Functions and methods follow help.obsidian.md/bases/functions, as far as a table can show their
results. If a value has the wrong type, the result is None; no error is raised.
"""

from __future__ import annotations

import datetime as dt
import html
import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from notekeep.bases.expressions import (
    MAX_INTEGER,
    Call,
    Expression,
    Items,
    Literal,
    Member,
    Name,
    Operation,
    parts_of,
    walk,
)
from notekeep.bases.values import (
    UNITS,
    Duration,
    Facts,
    File,
    Link,
    Tag,
    Value,
    Vault,
    add_duration,
    are_equal,
    as_text,
    as_time,
    compare_key,
    file_name,
    find_path,
    is_empty,
    is_number,
    is_true,
    parse_date,
    parse_duration,
    read_property,
    sort_key,
)
from notekeep.date_formats import format_date
from notekeep.markdown.fields.schema import canonical
from notekeep.markdown.note_names import fold_name


class TooMuchWork(Exception):
    """Evaluating a view takes too long, or its values are too large."""

    message: Final = "The view takes too long to calculate."


MAX_SIZE: Final = 100_000
"""The maximum size of a value, as computed by `_size`."""
_FORMULA_COST: Final = 5
_LETTERS: Final = 10  # number of letters per unit of size


class Budget:
    """The remaining cost of evaluating a view: one for each part of an expression or value."""

    def __init__(self, files: int = 0) -> None:
        self._left = 200_000 + 200 * files

    def spend(self, cost: int) -> None:
        """Subtract a cost. Raises TooMuchWork if the budget is exceeded."""
        self._left -= cost
        if self._left < 0:
            raise TooMuchWork


@dataclass(frozen=True)
class Scope:
    """The context in which an expression is evaluated."""

    vault: Vault
    now: dt.datetime
    today: dt.date
    this: str = ""  # the path of the file that shows the base
    path: str = ""  # the path of the file to evaluate
    formulas: Mapping[str, Expression] = field(default_factory=dict)
    names: Mapping[str, Value] = field(default_factory=dict)  # such as `value` in `map()`
    active: frozenset[str] = frozenset()  # the formulas being evaluated
    budget: Budget = field(default_factory=Budget)


def evaluate(expression: Expression, scope: Scope) -> Value:
    """Return the value of an expression; None if it has no value."""
    try:
        return _evaluate(expression, scope)
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError):
        return None  # a value has a type that the expression does not support


def find_unknown(expression: Expression) -> Iterator[str]:
    """Yield the unsupported functions, methods and file properties in an expression."""
    for part in walk(expression):
        match part:
            case Call(name, _, None) if name not in _FUNCTIONS and name != "if":
                yield f"{name}()"
            case Call(name, _, owner) if owner is not None and name not in METHODS:
                yield f".{name}()"
            case Member(Name("file"), Literal(str(name))) if name not in FILE_PROPERTIES:
                yield f"file.{name}"


def used_properties(expression: Expression, known: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the properties that an expression shows: `note.rating`, `file.name`, `formula.price`.

    "" stands for a property of another note, or for a property whose name is computed. `known`
    contains names that are not properties, such as `values` in a summary.
    """
    match expression:
        case Name(name) if name not in known:
            yield "" if name in ("file", "this", "note", "formula") else f"note.{name}"
        case Member(Name("file" | "formula" as owner), Literal(str(key))):
            yield f"{owner}.{key}"
        case Member(Name("note" | "this"), Literal(str(key))):
            yield f"note.{key}"
        case Member(_, key) if not _is_part(key):
            yield ""
        case Call("asFile" | "file"):
            yield ""
        case Call(name, arguments, owner) if name in _LOOPS and owner is not None:
            yield from used_properties(owner, known)
            local = {"value", "index", *(["acc"] if name == "reduce" else [])}
            for argument in arguments[:1]:
                yield from used_properties(argument, known | local)
            for argument in arguments[1:]:
                yield from used_properties(argument, known)
        case _:
            for part in parts_of(expression):
                yield from used_properties(part, known)


def _is_part(key: Expression) -> bool:
    """Whether a key is an item of a list, or a known part of a value, such as `length`."""
    return isinstance(key, Literal) and (not isinstance(key.value, str) or key.value in _PART_NAMES)


_PART_NAMES: Final = frozenset(
    {*UNITS, "length", "year", "month", "day", "hour", "minute", "second", "millisecond"}
)
"""Names after a dot that select a part of a value instead of a property of a note."""


def _evaluate(expression: Expression, scope: Scope) -> Value:
    scope.budget.spend(1)
    value = _value(expression, scope)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        return float(value)
    if isinstance(value, str | list):
        size = _size(value)
        if size > MAX_SIZE:
            raise TooMuchWork
        scope.budget.spend(size)
    return value


def _size(value: Value) -> int:
    """Return the size of a value, including nested values; stop counting above MAX_SIZE."""
    if isinstance(value, str):
        return len(value) // _LETTERS
    if not isinstance(value, list):
        return 1
    size = len(value)
    for item in value:
        if size > MAX_SIZE:
            break
        size += _size(item)
    return size


def _check_letters(count: int) -> None:
    """Refuse to create a text with too many letters."""
    if count > MAX_SIZE * _LETTERS:
        raise TooMuchWork


def _value(expression: Expression, scope: Scope) -> Value:
    match expression:
        case Literal(value):
            return value
        case Name(name):
            return _name(name, scope)
        case Items(items):
            return [_evaluate(item, scope) for item in items]
        case Member(Name("formula"), Literal(str(name))):
            return _formula(name, scope)
        case Member(owner, key):
            return _member(_evaluate(owner, scope), _evaluate(key, scope), scope)
        case Operation(sign, (only,)):
            value = _evaluate(only, scope)
            return not is_true(value) if sign == "!" else -value
        case Operation(sign, (left, right)):
            return _operation(sign, left, right, scope)
        case Call():
            return _evaluate_call(expression, scope)


def _evaluate_call(call: Call, scope: Scope) -> Value:
    if call.name == "if" and call.owner is None:
        condition, *results = call.arguments
        chosen = results[:1] if is_true(evaluate(condition, scope)) else results[1:2]
        return _evaluate(chosen[0], scope) if chosen else None
    target: Value = None if call.owner is None else _evaluate(call.owner, scope)
    if call.name in _LOOPS and isinstance(target, list):
        return _LOOPS[call.name](target, call.arguments, scope)
    values = [_evaluate(argument, scope) for argument in call.arguments]
    if call.owner is None:
        return _FUNCTIONS[call.name](scope, *values)
    return _call_method(target, call.name, values, scope)


def _formula(name: str, scope: Scope) -> Value:
    if name in scope.active:
        return None  # the formula refers to itself
    scope.budget.spend(_FORMULA_COST)
    inner = replace(scope, active=scope.active | {name}, names={})
    return evaluate(scope.formulas[name], inner)


def property_expression(name: str) -> Expression:
    """Return the expression for the full name of a property, such as `note.rating`."""
    owner, _, key = name.partition(".")
    return Member(Name(owner), Literal(key))


def _name(name: str, scope: Scope) -> Value:
    if name in scope.names:
        return scope.names[name]
    match name:
        case "file":
            return File(scope.path)
        case "note":
            return File(scope.path, is_note=True)
        case "this":
            return File(scope.this, is_note=True)
    return _note_property(scope.path, name, scope)


def _note_property(path: str, name: str, scope: Scope) -> Value:
    facts = scope.vault.facts(path)
    if facts is None:
        return None
    key = canonical(name)
    value = facts.properties.get(name, facts.properties.get(key))
    if value is None and key not in facts.properties:
        folded = fold_name(name)
        value = next((v for own, v in facts.properties.items() if fold_name(own) == folded), None)
    return read_property(key, value, path)


FILE_PROPERTIES: Final[dict[str, Callable[[Facts, Vault], Value]]] = {
    "name": lambda facts, _: file_name(facts.path),
    "basename": lambda facts, _: file_name(facts.path).rpartition(".")[0] or file_name(facts.path),
    "path": lambda facts, _: facts.path,
    "folder": lambda facts, _: facts.path.rpartition("/")[0] or "/",
    "ext": lambda facts, _: facts.path.rpartition("/")[2].rpartition(".")[2],
    "size": lambda facts, _: facts.size,
    "ctime": lambda facts, _: parse_date(str(facts.properties.get("created", ""))),
    "mtime": lambda facts, _: facts.modified,
    "tags": lambda facts, _: [Tag(tag) for tag in facts.tags],
    "links": lambda facts, vault: vault.links(facts.path),
    "embeds": lambda facts, vault: vault.links(facts.path, embeds=True),
    "backlinks": lambda facts, vault: [File(path) for path in vault.backlinks(facts.path)],
    "properties": lambda facts, _: dict(facts.properties),
    "file": lambda facts, _: File(facts.path),
}
"""The properties of a file, by name."""


def _file_property(path: str, name: str, scope: Scope) -> Value:
    facts = scope.vault.facts(path)
    return None if facts is None else FILE_PROPERTIES[name](facts, scope.vault)


def _member(owner: Value, key: Value, scope: Scope) -> Value:
    match owner:
        case File(path, is_note):
            if not is_note:
                return _file_property(path, key, scope)
            return File(path) if key == "file" else _note_property(path, key, scope)
        case Duration() if key in UNITS:
            return owner.days / UNITS[key]
        case dt.date() if key == "millisecond":
            return as_time(owner).microsecond // 1000
        case dt.date() if key in ("year", "month", "day", "hour", "minute", "second"):
            return getattr(as_time(owner), key)
        case str() | list() if key == "length":
            return len(owner)
        case list() | Mapping():
            return owner[key]
    return None


def _operation(sign: str, left: Expression, right: Expression, scope: Scope) -> Value:
    one = evaluate(left, scope)
    if sign in ("&&", "||"):
        return evaluate(right, scope) if is_true(one) == (sign == "&&") else one
    other = evaluate(right, scope)
    match sign:
        case "==":
            return are_equal(one, other, scope.vault)
        case "!=":
            return not are_equal(one, other, scope.vault)
        case "+" | "-":
            return _add(one, other, 1 if sign == "+" else -1)
        case "*" | "/" | "%":
            return _multiply(sign, one, other)
    one, other = _with_dates(one, other)
    first, second = compare_key(one), compare_key(other)
    if first is None or second is None or first[0] != second[0]:
        return False
    low, high = first[1], second[1]
    return {"<": low < high, "<=": low <= high, ">": low > high, ">=": low >= high}[sign]


def _with_dates(one: Value, other: Value) -> tuple[Value, Value]:
    """Return both values; parse a text as a date if the other value is a date."""
    if isinstance(one, dt.date) and isinstance(other, str):
        return one, parse_date(other)
    if isinstance(other, dt.date) and isinstance(one, str):
        return parse_date(one), other
    return one, other


def _add(one: Value, other: Value, sign: int) -> Value:
    if isinstance(one, dt.date):
        if isinstance(other, dt.date):
            return Duration(0, as_time(one) - as_time(other)) if sign < 0 else None
        duration = parse_duration(other) if isinstance(other, str) else other
        if is_number(other):
            duration = Duration(0, dt.timedelta(milliseconds=other))
        if isinstance(duration, Duration):
            return add_duration(one, duration, sign)
    if isinstance(one, Duration):
        more = parse_duration(other) if isinstance(other, str) else other
        if isinstance(more, Duration):
            return Duration(one.months + sign * more.months, one.time + sign * more.time)
    if sign > 0 and (isinstance(one, str | list | Link) or isinstance(other, str | Link)):
        return (
            [*one, *other]
            if isinstance(one, list) and isinstance(other, list)
            else as_text(one) + as_text(other)
        )
    return _number(one) + sign * _number(other)


def _multiply(sign: str, one: Value, other: Value) -> Value:
    if isinstance(one, Duration) and is_number(other) and sign != "%":
        factor = other if sign == "*" else 1 / other
        return Duration(one.months * factor, one.time * factor)
    left, right = _number(one), _number(other)
    if sign == "*":
        return left * right
    return _plain(left / right) if sign == "/" else math.fmod(left, right)


def _number(value: Value) -> float:
    """Return a value as a number. Raises TypeError if that is not possible."""
    match value:
        case bool():
            return int(value)
        case int() | float():
            return value
        case Duration():
            return value.days * 86_400_000
    raise TypeError


def _plain(value: float) -> float:
    """Convert a number without a fraction to int."""
    return int(value) if value == math.trunc(value) else value


# Functions, called with the scope and the values of their arguments.


def _date(_scope: Scope, value: Value) -> Value:
    return value if isinstance(value, dt.date) else parse_date(value)


def _to_number(_scope: Scope, value: Value) -> Value:
    if isinstance(value, dt.date):
        return int(as_time(value).timestamp() * 1000)
    return _plain(float(value)) if isinstance(value, str) else _number(value)


def _link(scope: Scope, target: Value, text: Value = None) -> Value:
    shown = "" if text is None else as_text(text)
    if isinstance(target, Link):
        return replace(target, text=shown or target.text)
    if isinstance(target, File):
        return Link(target.path, shown, scope.this)
    return Link(as_text(target).removeprefix("[[").removesuffix("]]"), shown, scope.this)


def _file(scope: Scope, value: Value) -> Value:
    path = find_path(value, scope.vault, scope.this)
    return None if path is None else File(path)


_FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "date": _date,
    "duration": lambda _, text: parse_duration(text),
    "escapeHTML": lambda _, text: html.escape(as_text(text)),
    "file": _file,
    "link": _link,
    "list": lambda _, value: value if isinstance(value, list) else [] if value is None else [value],
    "max": lambda _, *values: max(map(_number, values)),
    "min": lambda _, *values: min(map(_number, values)),
    "now": lambda scope: scope.now,
    "number": _to_number,
    "today": lambda scope: scope.today,
}


# Methods, called with the value, the scope, and the values of their arguments.


def _call_method(target: Value, name: str, values: Sequence[Value], scope: Scope) -> Value:
    if name in _OF_ANY:
        return _OF_ANY[name](target, *values)
    if isinstance(target, Link | File) and name in _OF_FILE:
        path = find_path(target, scope.vault)
        return None if path is None else _OF_FILE[name](path, scope, *values)
    if isinstance(target, list):
        return _OF_LIST[name](target, scope, *values)
    if isinstance(target, dt.date):
        return _OF_DATE[name](target, scope, *values)
    if isinstance(target, Link) and name in _TESTS_OF_TEXT:
        return _OF_TEXT[name](target.target, *values)
    if isinstance(target, str | Link):
        return _OF_TEXT[name](as_text(target), *values)
    return _OF_NUMBER[name](_number(target), *values)


def _has_tag(path: str, scope: Scope, *names: Value) -> bool:
    facts = scope.vault.facts(path)
    own = [f"{fold_name(tag)}/" for tag in facts.tags] if facts else []
    starts = [f"{fold_name(as_text(name)).lstrip('#')}/" for name in names]
    return any(tag.startswith(one) for tag in own for one in starts)


def _is_in_folder(path: str, _scope: Scope, folder: Value) -> bool:
    name = fold_name(as_text(folder)).strip("/")
    return not name or fold_name(path).startswith(f"{name}/")


def _has_link(path: str, scope: Scope, other: Value) -> bool:
    target = _link(scope, other)
    return any(are_equal(link, target, scope.vault) for link in scope.vault.links(path))


def _has_property(path: str, scope: Scope, name: Value) -> bool:
    facts = scope.vault.facts(path)
    return facts is not None and not {name, canonical(name)}.isdisjoint(facts.properties)


_OF_FILE: Final[dict[str, Callable[..., Value]]] = {
    "asFile": lambda path, _: File(path),
    "asLink": lambda path, scope, text=None: _link(scope, File(path), text),
    "hasLink": _has_link,
    "hasProperty": _has_property,
    "hasTag": _has_tag,
    "inFolder": _is_in_folder,
    "linksTo": _has_link,
}


_OF_ANY: Final[dict[str, Callable[..., Value]]] = {
    "isEmpty": is_empty,
    "isTruthy": is_true,
    "toString": as_text,
}


def _contains(target: list[Value], scope: Scope, value: Value) -> bool:
    scope.budget.spend(len(target))
    return any(are_equal(item, value, scope.vault) for item in target)


def _unique(target: list[Value], scope: Scope) -> list[Value]:
    found: list[Value] = []
    for item in target:
        if not _contains(found, scope, item):
            found.append(item)
    return found


def _flat(target: list[Value], _scope: Scope) -> list[Value]:
    return [one for item in target for one in (item if isinstance(item, list) else [item])]


def _join(target: list[Value], _scope: Scope, between: Value) -> str:
    _check_letters(len(target) * len(as_text(between)))
    return as_text(between).join(map(as_text, target))


_OF_NUMBERS: Final = (("max", max), ("mean", statistics.fmean), ("min", min), ("sum", sum))
_OF_LIST: Final[dict[str, Callable[..., Value]]] = {
    "contains": _contains,
    "containsAll": lambda target, scope, *values: all(_contains(target, scope, v) for v in values),
    # The argument can be a single list: `containsAny(this.topics)`.
    "containsAny": lambda target, scope, *values: any(
        _contains(target, scope, v) for v in _flat([*values], scope)
    ),
    "flat": _flat,
    "join": _join,
    "reverse": lambda target, _: target[::-1],
    "slice": lambda target, _, start, end=None: target[start:end],
    "sort": lambda target, _: sorted(target, key=sort_key),
    "unique": _unique,
    **{name: lambda target, _, of=of: of(filter(is_number, target)) for name, of in _OF_NUMBERS},
}


def _filter(target: list[Value], arguments: Sequence[Expression], scope: Scope) -> list[Value]:
    return [
        item
        for index, item in enumerate(target)
        if is_true(_each(arguments[0], item, index, scope))
    ]


def _map(target: list[Value], arguments: Sequence[Expression], scope: Scope) -> list[Value]:
    return [_each(arguments[0], item, index, scope) for index, item in enumerate(target)]


def _reduce(target: list[Value], arguments: Sequence[Expression], scope: Scope) -> Value:
    step, start = arguments
    result = _evaluate(start, scope)
    for index, item in enumerate(target):
        result = _each(step, item, index, replace(scope, names={**scope.names, "acc": result}))
    return result


def _each(expression: Expression, value: Value, index: int, scope: Scope) -> Value:
    names = {**scope.names, "value": value, "index": index}
    return evaluate(expression, replace(scope, names=names))


_LOOPS: Final = {"filter": _filter, "map": _map, "reduce": _reduce}


def _repeat(text: str, count: Value) -> str:
    times = min(int(count), 1_000)
    _check_letters(len(text) * times)
    return text * times


def _replace(text: str, old: Value, new: Value) -> str:
    _check_letters(text.count(as_text(old)) * len(as_text(new)))
    return text.replace(as_text(old), as_text(new))


_OF_TEXT: Final[dict[str, Callable[..., Value]]] = {
    "contains": lambda text, part: as_text(part) in text,
    "containsAll": lambda text, *parts: all(as_text(part) in text for part in parts),
    "containsAny": lambda text, *parts: any(as_text(part) in text for part in parts),
    "endsWith": lambda text, part: text.endswith(part),
    "lower": lambda text: text.lower(),
    "repeat": _repeat,
    "replace": _replace,
    "reverse": lambda text: text[::-1],
    "slice": lambda text, start, end=None: text[start:end],
    "split": lambda text, between, most=None: text.split(between)[:most],
    "startsWith": lambda text, part: text.startswith(part),
    "title": lambda text: " ".join(word[:1].upper() + word[1:] for word in text.split(" ")),
    "trim": lambda text: text.strip(),
    "upper": lambda text: text.upper(),
}

_TESTS_OF_TEXT: Final = ("contains", "containsAll", "containsAny", "endsWith", "startsWith")
"""The methods that test a text. For a link, they test its target."""


_MAX_DIGITS: Final = 100


def _round(value: float, digits: Any = 0) -> float:
    """Round half up, as JavaScript does."""
    if abs(digits) > _MAX_DIGITS:
        raise ValueError
    factor = 10 ** int(digits)
    return _plain(math.floor(value * factor + 0.5) / factor)


_OF_NUMBER: Final[dict[str, Callable[..., Value]]] = {
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "round": _round,
    "toFixed": lambda value, digits=0: f"{_round(value, digits):.{int(digits)}f}",
}

_SPANS: Final = (
    ("year", 320),
    ("month", 26),
    ("day", 22 / 24),
    ("hour", 45 / 1_440),
    ("minute", 45 / 86_400),
)
"""The units of relative times, with the number of days from which each is used, as in Moment."""


def _relative(moment: dt.date, scope: Scope) -> str:
    days = (as_time(moment) - scope.now) / dt.timedelta(days=1)
    for unit, least in _SPANS:
        if abs(days) >= least:
            count = max(1, round(abs(days) / UNITS[f"{unit}s"]))
            text = f"{count} {unit}s" if count > 1 else "an hour" if unit == "hour" else f"a {unit}"
            return f"in {text}" if days > 0 else f"{text} ago"
    return "in a few seconds" if days > 0 else "a few seconds ago"


_OF_DATE: Final[dict[str, Callable[..., Value]]] = {
    "date": lambda moment, _: as_time(moment).date(),
    "format": lambda moment, _, form: format_date(as_time(moment), form),
    "relative": _relative,
    "time": lambda moment, _: f"{as_time(moment):%H:%M:%S}",
}

METHODS: Final = frozenset(_LOOPS).union(
    _OF_ANY, _OF_FILE, _OF_LIST, _OF_TEXT, _OF_NUMBER, _OF_DATE
)
"""The names of all methods."""
