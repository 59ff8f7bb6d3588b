"""Every error that a person reads is a full sentence: `No note matches "x".`"""

from __future__ import annotations

import ast
import pathlib
import re
from collections.abc import Iterator

import pytest

from notekeep.cli.command_tree import VERBS
from notekeep.markdown.fields.schema import COMMON_FIELDS

ROOT = pathlib.Path("notekeep")
PHRASES = "importing/formats/"
"""Its errors are the reasons of what is not imported: "3 files: a line of more than 4 MB"."""

BASES = {"NotekeepError", "ClickException", "BadParameter", "UsageError"}
OWN_NAMES = {"git", "notekeep", *VERBS, *COMMON_FIELDS}  # which a message may begin with
NO_MESSAGES = {"GitError", "Unfinished"}  # their arguments are parts of their message
VALUE = "\0"  # stands for what a message is filled with


def trees() -> Iterator[tuple[pathlib.Path, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def error_classes() -> set[str]:
    classes = [
        node for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    ]
    found, before = set(BASES), 0
    while len(found) > before:
        before = len(found)
        found |= {node.name for node in classes if {name_of(base) for base in node.bases} & found}
    return found - NO_MESSAGES


def texts(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an argument can be, with VALUE for what they are filled with."""
    if isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else VALUE for part in node.values)
        yield "".join(map(str, parts))


def is_sentence(text: str) -> bool:
    first = re.split(r"[\s:=]", text, maxsplit=1)[0]
    begins = not text[0].islower() or first in OWN_NAMES or bool(re.search(r"[./=_]", first))
    # It may also end with an example, a value or a list: `For example: notekeep ls type:book`.
    ends = text.endswith((".", "?", ":")) or re.search(r"[.?:] (`[^`]+`|\0+)$|For example: ", text)
    return begins and bool(ends or text == VALUE)


def wrong_messages() -> dict[str, list[str]]:
    classes, wrong = error_classes(), {}
    for path, tree in trees():
        found = [
            f"{path}:{call.lineno}: {text.replace(VALUE, '{}')}"
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and name_of(call.func) in classes
            for argument in [
                *call.args,
                *(word.value for word in call.keywords if word.arg == "hint"),
            ]
            for text in texts(argument)
            if text and not is_sentence(text)
        ]
        if found:
            wrong[path.relative_to(ROOT).as_posix()] = found
    return wrong


def test_every_error_is_a_sentence() -> None:
    wrong = [
        line
        for path, lines in wrong_messages().items()
        if not path.startswith(PHRASES)
        for line in lines
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('No note matches "x".', True),
        (f"{VALUE} is not a field.", True),
        ("title must not be empty.", True),
        ("Which note?", True),
        ("For example: `notekeep ls type:book`", True),
        ("there is no field.", False),
        ("There is no field", False),
        (f"Cannot write {VALUE}", False),
    ],
)
def test_a_sentence_has_a_capital_and_a_period(text: str, expected: bool) -> None:  # noqa: FBT001
    assert is_sentence(text) is expected
