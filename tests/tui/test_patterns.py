"""Patterns that are compiled when first used: they find what they would have found at once."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from notekeep.tui.patterns import LatePattern

TEXT = "Deep Work, 2016\nand more"

IMPORT = """
import re
from notekeep.tui.patterns import LatePattern, compiled_late
compile = re.compile
with compiled_late():
    from notekeep.tui.app import APPS
assert re.compile is compile
from textual.css import tokenize
late = tokenize.expect_root_scope._regex
assert isinstance(late, LatePattern), "Textual defines its patterns in another way"
print(late.is_compiled)
from textual.css.parse import parse_selectors
print(parse_selectors("#note-list")[0].selectors[0].name)
print(late.is_compiled)
"""


@pytest.mark.parametrize("pattern", [r"(\w+) Work", r"\d{4}$", "^and", "nothing of it"])
@pytest.mark.parametrize("flags", [0, re.MULTILINE])
def test_a_late_pattern_finds_what_one_compiled_at_once_finds(pattern: str, flags: int) -> None:
    late, real = LatePattern(pattern, flags), re.compile(pattern, flags)
    for name in ("match", "search", "fullmatch"):
        ours, theirs = getattr(late, name)(TEXT), getattr(real, name)(TEXT)
        assert (ours and ours.span()) == (theirs and theirs.span())
    for start in (5, 16):
        ours, theirs = late.search(TEXT, start), real.search(TEXT, pos=start)
        assert (ours and ours.span()) == (theirs and theirs.span())
    assert late.findall(TEXT) == real.findall(TEXT)
    assert late.sub("x", TEXT) == real.sub("x", TEXT)
    assert (late.flags, late.pattern) == (real.flags, real.pattern)


def test_importing_the_interface_compiles_no_pattern_of_style_sheets() -> None:
    """In another process: here the interface was imported long ago."""
    told = subprocess.run(
        [sys.executable, "-c", IMPORT], capture_output=True, text=True, check=False
    )
    assert told.stdout.split() == ["False", "note-list", "True"], told.stderr
