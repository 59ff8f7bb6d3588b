"""Notes as many hands write them: valid, and no two alike in order, quotes, comments, line ends.

`varied_notes` is seeded, so that a note that breaks something can be made again. All of them are
notes a vault may well hold; notes that are broken or hostile are in tests/markdown/test_hostile.py.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TITLES = (
    "Atomic Habits",
    "Bayes' theorem",
    'The "Good" Life: a reader',
    "C++ in #anger",
    "原子习惯",
    "Éloge de l'ombre",
    "👩‍👩‍👧 family",
    "{{title}}",
    "1984",
    "No",
    "Notes - 50% done",
    "a\u00a0b",
)
TAGS = ("habit", "learning/ml", "book", "日本語", "2026", "to-read", "c++", "yes", "été", "a b")
VALUES = (
    "4.5",
    "1.10",
    "0735211292",
    "12:30",
    "yes",
    "null",
    "~",
    "2026-11-24",
    "2026-11-24T08:00",
    "https://example.org/a#b?c=d",
    "plain words, and more",
    "it's",
    "3/5",
    "é ü ñ",
    "[[Naval Ravikant]]",
)
PROSE = (
    "Some prose with [[Note#Part|a link]], a #tag and `code`.",
    "```yaml\n---\ntags: [not, mine]\n---\n```",
    "    indented code first",
    "---",
    "> [!quote]\n> Words. (p. 27)",
    "- [ ] a task\n- [x] another ^id1",
    "| a | b |\n|---|---|\n| 1 | [[x\\|y]] |",
    "%% private #secret %%",
    "$$\nx^2\n$$",
    "# Heading",
    "Setext\n======",
    "trailing blanks  ",
    "\u2028",
    "tags: [body, looks, like, front matter]",
    "[00:12:34] what was said",
    "![[image.png|300]]",
    "日本語の文。#タグ",
    "<div>\nhtml\n</div>",
)


FIXED = (
    "description: |\n  Several lines\n\n    of text # no comment\n",
    "summary: >-\n  folded\n  text",
    "long: words that go\n  over two lines",
    'quoted: "over\n  two lines"',
    "nested:\n  a: 1\n  b:\n    - x\n    - {c: d}",
    "up: [[Index]]",
    "empty:",
    "base: &base [one, two]\nother: *base",
    "cssclasses: []",
)
"""Entries that are written one way only."""


def random_notes(seed: int, count: int) -> Iterator[bytes]:
    """Make `count` notes; the same seed makes the same notes."""
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")
        text = _front_matter(rng) + _body(rng)
        text = _with_line_ends(rng, text)
        yield (b"\xef\xbb\xbf" if rng.random() < 0.05 else b"") + text.encode()


def _with_line_ends(rng: random.Random, text: str) -> str:
    kind = rng.random()
    if kind < 0.12:
        return text.replace("\n", "\r\n")
    if kind < 0.14:
        return text.replace("\n", "\r")
    if kind < 0.17:  # a file that two systems wrote to: the body's ends differ
        head, _, tail = text.partition("\n---\n")
        return f"{head}\n---\n{tail.replace(chr(10), chr(13) + chr(10))}" if tail else text
    return text


def _body(rng: random.Random) -> str:
    parts = rng.choices(PROSE, k=rng.randint(0, 6))
    start = rng.choice(["", "", "\n", "\n\n", "\t"])
    return start + rng.choice(["\n", "\n\n"]).join(parts) + rng.choice(["", "\n", "\n\n\n"])


def _front_matter(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.06:
        return ""
    if kind < 0.09:
        return f"---{_blanks(rng)}\n{rng.choice(['', '# only a comment', ''])}\n---\n"
    if kind < 0.13:
        return _toml(rng)
    close = "..." if rng.random() < 0.03 else "---"
    indent = "  " if rng.random() < 0.02 else ""
    lines = "".join(indent + line for line in _entries(rng).splitlines(keepends=True))
    return f"---{_blanks(rng)}\n{lines}{close}{_blanks(rng)}\n"


def _blanks(rng: random.Random) -> str:
    return rng.choice([" ", "  ", "\t"]) if rng.random() < 0.05 else ""


def _toml(rng: random.Random) -> str:
    lines = [
        f"title = {_toml_text(rng.choice(TITLES))}",
        f"tags = [{', '.join(_toml_text(tag) for tag in rng.sample(TAGS, rng.randint(0, 3)))}]",
        "date = 2026-11-24",
        "draft = false  # not yet",
        "rating = 4.5",
    ]
    rng.shuffle(lines)
    table = "\n[extra]\ntoc = true\n" if rng.random() < 0.4 else ""
    return "+++\n" + "\n".join(lines) + "\n" + table + "+++\n"


def _toml_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _entries(rng: random.Random) -> str:
    makers: list[Callable[[random.Random], str]] = [
        lambda r: f"title: {_scalar(r, r.choice(TITLES))}",
        _tags,
        lambda r: _list(r, r.choice(["aliases", "Aliases", "alias"]), TITLES[:9]),
        lambda r: f"rating: {r.choice(['4', '4.5', '', '5/5', chr(34) + '4' + chr(34)])}",
        lambda r: (
            f"created: {r.choice(['2026-11-24', '2026-11-24T08:00', chr(39) + '2026' + chr(39)])}"
        ),
        lambda r: f"{r.choice(['author', 'authors'])}: {_scalar(r, 'James Clear')}",
        lambda r: f"isbn13: {r.choice(['9780735211292', chr(34) + '0735211292' + chr(34)])}",
        lambda r: f"publish: {r.choice(['true', 'false', 'yes'])}",
        lambda r: f"My Field {r.randint(1, 9)}: {_scalar(r, r.choice(VALUES))}",
        lambda r: f"{r.choice(['日付', 'clé', 'x_y'])}: {_scalar(r, r.choice(VALUES))}",
    ]
    if rng.random() < 0.03:
        makers.append(lambda _r: "date: {{date}}\nauthor_template: {{author}}")
    entries = [maker(rng) for maker in makers] + list(FIXED)
    parts = []
    for entry in rng.sample(entries, rng.randint(1, 9)):
        part = entry
        if rng.random() < 0.12 and "\n" not in part and not part.endswith(":"):
            part += "  # a remark: with a colon"
        if rng.random() < 0.06:
            part = f"# about {part.split(':', 1)[0]}\n{part}"
        if rng.random() < 0.05:
            part = f"\n{part}"
        parts.append(part)
    return "\n".join(parts) + "\n"


def _tags(rng: random.Random) -> str:
    key = rng.choice(["tags", "tags", "tags", "tags", "keywords"])
    if rng.random() < 0.1:
        words = [tag for tag in rng.sample(TAGS, rng.randint(1, 3)) if " " not in tag]
        return f"{key}: {_scalar(rng, ', '.join(words) or 'one')}"
    return _list(rng, key, TAGS)


def _list(rng: random.Random, key: str, pool: tuple[str, ...]) -> str:
    items = rng.sample(pool, rng.randint(0, 4))
    style = rng.random()
    if not items:
        return f"{key}:" if style < 0.5 else f"{key}: []"
    if style < 0.35:
        words = ", ".join(_scalar(rng, item, flow=True) for item in items)
        return f"{key}: [{rng.choice(['', ' '])}{words}]"
    if style < 0.42:
        comma = rng.choice(["", ","])
        lines = ",\n  ".join(_scalar(rng, item, flow=True) for item in items)
        return f"{key}: [\n  {lines}{comma}\n]"
    indent = rng.choice(["", "  ", "  ", "    "])
    lines = ""
    for item in items:
        remark = "  # why" if rng.random() < 0.06 else ""
        gap = rng.choice([" ", " ", " ", "   "])
        lines += f"\n{indent}-{gap}{_scalar(rng, item)}{remark}"
        if rng.random() < 0.03:
            lines += f"\n{indent}# between"
    return f"{key}:{lines}"


_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_./")


def _scalar(rng: random.Random, text: str, *, flow: bool = False) -> str:
    """One of the ways to write a text; plain where YAML lets it be."""
    ways = [
        '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"',
        f"'{text.replace(chr(39), chr(39) * 2)}'",
    ]
    plain = all(char in _SAFE or char.isalpha() for char in text) and text[0].isalnum()
    url = text.startswith("http") and not flow
    if plain or url or text in ("~", "{{title}}"):
        ways += [text] * 4
    return rng.choice(ways)
