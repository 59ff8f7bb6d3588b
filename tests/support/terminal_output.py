"""Finds code through which a vault's text could reach a terminal uncleaned, or pass for markup."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SAFE_WIDGETS = {"Input", "Label", "TextArea"}
"""Widgets of Textual that show text as it is, `Label` with `markup=False`; all others may read
`[...]` in it as markup."""

TITLES = {"border_title", "border_subtitle", "tooltip"}
"""What is read as markup when it is given as a string."""

MARKUP = {"from_markup", "render_markup"}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
HARMLESS = {"isatty", "fileno", "flush", "encoding"}
"""What may be asked of a stream anywhere: it writes nothing of a vault."""

ECHOES = {"echo", "secho", "echo_via_pager"}
QUESTIONS = {"prompt", "confirm"}
WRITERS = re.compile(r"\b(print|sys|click|os\.write)\b")
"""What code that writes to the terminal has in it."""

CLEANERS = {"clean", "clean_line"}


def markup(source: str) -> list[str]:
    """Find where the interface hands text to something that may read markup in it.

    Returns:
        One sentence for each, with its line.
    """
    return [f"line {line}: {what}" for line, what in _markup(ast.parse(source))]


def _markup(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in _run(tree):
        match node:
            case ast.ImportFrom(module=module, names=names) if _reads_markup(module or ""):
                unsafe = sorted({name.name for name in names} - SAFE_WIDGETS)
                if unsafe:
                    yield node.lineno, f"{', '.join(unsafe)} of {module} may read markup"
            case ast.Import(names=names) if any(_reads_markup(name.name) for name in names):
                yield node.lineno, "a module that reads markup"
            case ast.Call(func=ast.Name(id="Label")) if not _is_off(node):
                yield node.lineno, "Label() without markup=False"
            case ast.Call(func=ast.Attribute(attr="notify")) if not _is_off(node):
                yield node.lineno, "notify() without markup=False"
            case ast.Attribute(attr=attr) if attr in MARKUP:
                yield node.lineno, f"{attr} reads markup"
            case ast.Assign() if _titles(node) and not _is_plain(node.value):
                yield node.lineno, f"{_titles(node)} may hold markup"


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    """All of a tree that runs: what is imported for its type alone shows nothing."""
    yield tree
    match tree:
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=others):
            parts: Iterable[ast.AST] = others
        case _:
            parts = ast.iter_child_nodes(tree)
    for part in parts:
        yield from _run(part)


def _reads_markup(module: str) -> bool:
    return module.startswith(("textual.widgets", "rich.markup"))


def _titles(node: ast.Assign) -> str:
    """The title of a widget that an assignment sets; "" when it sets none."""
    targets = (target.attr for target in node.targets if isinstance(target, ast.Attribute))
    return next((target for target in targets if target in TITLES), "")


def _is_off(call: ast.Call) -> bool:
    return any(
        word.arg == "markup" and isinstance(word.value, ast.Constant) and word.value.value is False
        for word in call.keywords
    )


def _is_plain(value: ast.expr) -> bool:
    """Whether a title is our own words, or is marked as text that holds no markup."""
    match value:
        case ast.Constant(value=None):
            return True
        case ast.Constant(value=str(text)):
            return "[" not in text
        case ast.Call(
            func=ast.Name(id="Content" | "hints")
            | ast.Attribute(value=ast.Name(id="Content"), attr="styled")
        ):
            return True
    return False


def streams(source: str) -> list[str]:
    """Find where code writes to the terminal by itself.

    Returns:
        One sentence for each, with its line.
    """
    if not WRITERS.search(source):
        return []  # to read all modules as code takes seconds
    return [f"line {line}: {what}" for line, what in _streams(ast.parse(source))]


def _streams(tree: ast.Module) -> Iterator[tuple[int, str]]:
    asked = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in HARMLESS
    }
    for node in ast.walk(tree):
        match node:
            case ast.Name(id="print"):
                yield node.lineno, "print"
            case ast.Attribute(value=ast.Name(id="sys"), attr=attr) if attr in STREAMS:
                if id(node) not in asked:
                    yield node.lineno, f"sys.{attr}"
            case ast.ImportFrom(module="sys", names=names):
                if taken := STREAMS & {name.name for name in names}:
                    yield node.lineno, f"sys.{taken.pop()}"
            case ast.Attribute(value=ast.Name(id="click"), attr=attr) if attr in ECHOES:
                yield node.lineno, f"click.{attr}"
            case ast.Call() if what := _unsafe_call(node):
                yield node.lineno, what


def _unsafe_call(node: ast.Call) -> str:
    """What a call sends to the terminal by itself; "" when it does not."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="click"), attr=attr), args=args):
            if attr in QUESTIONS and not (args and _is_clean(args[0])):
                return f"click.{attr} of what may not be clean"
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="os"), attr="write"),
            args=[ast.Constant(value=1 | 2) | ast.Call(), *_],
        ):
            return "os.write"
    return ""


def _is_clean(value: ast.expr) -> bool:
    match value:
        case ast.Constant():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in CLEANERS
    return False
