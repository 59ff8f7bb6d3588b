"""Texts that people read use the words that git, editors and phones taught them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXTS = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
MODULES = sorted((ROOT / "notekeep").rglob("*.py"))

BANNED = (
    "leave it",
    "do it",
    "does it again",
    "took back",
    "taken back",
    "takes it back",
    "did again",
    "done again",
    "do again",
    "do it again",
    "let go",
    "lets go",
    "as it is",
    "as it was",
    "as it stands",
    "left as",
    "stands in",
    "stand in",
    "takes it",
    "keeps it",
    "what becomes of",
    "is meant that",
    "may be left away",
    "at most so many",
    "heeded",
    "mends",
    "mended",
    "a note by chance",
    "looked over",
    "turns it round",
    "goes away",
    "write down",
    "is there already",
)
"""Phrases that a native speaker stops at, each seen here before."""
PATTERN = re.compile(r"\b(?:" + "|".join(map(re.escape, BANNED)) + r")\b", re.IGNORECASE)


def said(module: Path) -> list[tuple[int, str]]:
    """Return the string literals of a module by line, without its docstrings."""
    tree = ast.parse(module.read_text("utf-8"))
    aside = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside
    ]


@pytest.mark.slow
def test_no_banned_phrase_is_in_a_message() -> None:
    found = [
        f"{module.relative_to(ROOT)}:{line}: {match[0]}"
        for module in MODULES
        for line, text in said(module)
        for match in PATTERN.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.stem)
def test_no_banned_phrase_is_in_the_manual(page: Path) -> None:
    lines = enumerate(page.read_text("utf-8").splitlines(), 1)
    assert [f"{at}: {match[0]}" for at, line in lines for match in PATTERN.finditer(line)] == []
