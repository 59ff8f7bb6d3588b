"""Every edit of front matter, and what it must come to, told without notekeep's own checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.markdown.fields import field_edit
from notekeep.markdown.fields.field_values import BareText
from tests.support import untouched

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.markdown.fields.field_values import Value

BOM = b"\xef\xbb\xbf"


class Op(NamedTuple):
    """An edit, the keys whose lines it may touch, and what it makes of a note's fields."""

    name: str
    run: Callable[[bytes], bytes]
    keys: tuple[str, ...]
    wanted: Callable[[dict[str, Any]], dict[str, Any]]


def _listed(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    if isinstance(value, list):
        return [item for item in value if item != ""]
    parts = value.split(",") if "," in value else value.split()
    return [part.strip() for part in parts]


def _add(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "tags": [*_listed(fields.get("tags")), "new/tag"]}


def _remove(fields: dict[str, Any]) -> dict[str, Any]:
    if "tags" not in fields:
        return fields
    left = [tag for tag in _listed(fields["tags"]) if tag != "habit"]
    return {**fields, "tags": left}


def _replace(fields: dict[str, Any]) -> dict[str, Any]:
    if "tags" not in fields:
        return fields
    tags = _listed(fields["tags"])
    if "habit" in tags:
        tags[tags.index("habit")] = "custom"
    return {**fields, "tags": tags}


def _without(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != "title"}


def _setting(key: str, value: Value) -> Op:
    words = [str(item) for item in value] if isinstance(value, list) else str(value)
    return Op(
        f"set {key}={words}",
        lambda data: field_edit.set_field(data, key, value),
        (key,),
        lambda fields: {**fields, key: words},
    )


OPS = (
    Op("add a tag", lambda d: field_edit.add_item(d, "tags", "new/tag"), ("tags",), _add),
    Op("remove a tag", lambda d: field_edit.remove_item(d, "tags", "habit"), ("tags",), _remove),
    Op(
        "replace a tag",
        lambda d: field_edit.replace_item(d, "tags", "habit", "custom"),
        ("tags",),
        _replace,
    ),
    _setting("tags", ["one", "two, and three", "[[four]]"]),
    _setting("rating", BareText("4.50")),
    _setting("title", 'A "new" title: #1'),
    _setting("isbn13", "0735211299"),
    _setting("nowhere yet", "yes"),
    _setting("aliases", ["One", "Two"]),
    Op("delete title", lambda d: field_edit.delete_key(d, "title"), ("title",), _without),
)


def damage(op: Op, old: bytes, new: bytes) -> str:
    """Hold an edit to what it was to do; give what is wrong with it, or nothing."""
    left = untouched.others(old, *op.keys)
    right = untouched.others(new, *op.keys)
    head, lines, tail = untouched.parts(old)
    made = untouched.parts(new)
    if lines == made[1] == []:
        return "" if left == right else "bytes beside the key changed"
    if not head.strip(BOM):
        if not new.endswith(tail):
            return "the text below the new front matter changed"
    elif b"".join(left) != b"".join(right):
        return "bytes beside the key changed"
    wanted, found = op.wanted(dict(untouched.said(old))), dict(untouched.said(new))
    if new.removeprefix(BOM).startswith(b"+++"):
        # What has a head such as [extra] stands last.
        wanted = {key: value for key, value in wanted.items() if not isinstance(value, dict)} | {
            key: value for key, value in wanted.items() if isinstance(value, dict)
        }
    if list(wanted) != list(found):
        return f"keys are {list(found)}"
    for key, value in wanted.items():
        same = _listed(found[key]) == _listed(value) if key == "tags" else found[key] == value
        if not same:
            return f"{key} is {found[key]!r}, not {value!r}"
    return ""
