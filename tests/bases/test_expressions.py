"""The expressions of bases, in the words of Obsidian's documentation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from notekeep.vault import Vault

NOTES = {
    "books/Deep Work.md": (
        "---\ntags: [book, work/focus]\nauthor: '[[Cal Newport]]'\nprice: 12.5\nquantity: 2\n"
        "status: done\nacquired: 2026-01-24\nempty:\nread: true\ntopics: ['[[Focus]]', Calm]\n---\n"
        "See [[People/Ann|Ann]] and ![[Focus]].\n"
    ),
    "People/Ann.md": "---\naliases: [Anna]\n---\n",
    "Cal Newport.md": "---\nborn: 1982-06-23\n---\n[[Deep Work]]\n",
    "Focus.md": "Nothing.\n",
}
NOW = "2026-11-24T21:15"

# The examples of help.obsidian.md/bases/functions and /syntax, and values of the note above.
EXAMPLES = {
    # Operators and their precedence
    "price * quantity": "25",
    "1 + 2 * 3": "7",
    "(1 + 2) * 3": "9",
    "7 % 4": "3",
    "10 / 4": "2.5",
    "-quantity + 3": "1",
    '!(price > 100) && status == "done"': "true",
    "price > 100 || quantity >= 2": "true",
    'status != "Done"': "true",
    '"a" + 1 + true': "a1true",
    "1 / 0": "",
    "price - status": "",
    "missing > 3": "false",
    "missing < 3": "false",
    '"it\'s" + \'"\' + "\\""': 'it\'s""',
    # Any value
    "empty.isEmpty()": "true",
    "missing.isEmpty()": "true",
    '"".isEmpty()': "true",
    "5.isEmpty()": "false",
    "1.isTruthy()": "true",
    "123.toString() + 4": "1234",
    # Text
    '"hello".contains("ell")': "true",
    '"hello".containsAll("h", "e")': "true",
    '"hello".containsAny("x", "y", "e")': "true",
    '"hello".startsWith("he")': "true",
    '"hello".endsWith("lo")': "true",
    '"HELLO".lower()': "hello",
    '"a:b:c:d".replace(":", "-")': "a-b-c-d",
    '"123".repeat(2)': "123123",
    '"hello".reverse()': "olleh",
    '"hello".slice(1, 4)': "ell",
    '"a,b,c,d".split(",", 3)': "a, b, c",
    '"hello world".title()': "Hello World",
    '"  hi  ".trim()': "hi",
    '"hello".length': "5",
    # Numbers
    "(-5).abs()": "5",
    "(2.1).ceil()": "3",
    "(2.9).floor()": "2",
    "(2.5).round()": "3",
    "(2.3333).round(2)": "2.33",
    "(3.14159).toFixed(2)": "3.14",
    'number("3.4")': "3.4",
    "max(1, 7, 3)": "7",
    "min(4, 2)": "2",
    # Lists
    "[1, 2, 3].contains(2)": "true",
    "[1, 2, 3].containsAll(2, 3)": "true",
    "[1, 2, 3].containsAny(3, 4)": "true",
    "[1, 2, 3, 4].filter(value > 2)": "3, 4",
    "[1, 2, 3, 4].map(value + 1)": "2, 3, 4, 5",
    "[1, 2, 3].reduce(acc + value, 0)": "6",
    "[1, [2, 3]].flat()": "1, 2, 3",
    '[1, 2, 3].join("-")': "1-2-3",
    "[1, 2, 3].reverse()": "3, 2, 1",
    "[1, 2, 3, 4].slice(1, 3)": "2, 3",
    "[3, 1, 2].sort()": "1, 2, 3",
    "[1, 2, 2, 3].unique()": "1, 2, 3",
    "[1, 2][0] + topics.length": "3",
    'list("value").length': "1",
    # Dates and durations
    'date("2024-12-01") + "1M" + "4h" + "3m"': "2025-01-01 04:03",
    'date("2026-01-31") + "1 month"': "2026-02-28",
    "(now() + '1d') - now() == 86400000": "true",
    "(today() - acquired).days": "304",
    "(now() - acquired).months.round()": "10",
    "now() - duration('5h') * 2": "2026-11-24 11:15",
    "acquired < today()": "true",
    'acquired == "2026-01-24"': "true",
    'acquired > "2026-02-01"': "false",
    "acquired.year + acquired.month + acquired.day": "2051",
    'now().date().format("YYYY-MM-DD HH:mm:ss")': "2026-11-24 00:00:00",
    "now().time()": "21:15:00",
    "(today() - '3d').date().relative()": "4 days ago",
    "(now() + '1h').relative()": "in an hour",
    'date("nonsense")': "",
    # Conditions
    'if(price, "$" + price.toFixed(2), "")': "$12.50",
    'if(missing, "yes")': "",
    'if(price > 20, "high", if(price > 10, "middle", "low"))': "middle",
    # Files, tags and links
    "file.name": "Deep Work",
    "file.path": "books/Deep Work.md",
    "file.folder": "books",
    "file.ext": "md",
    'file.hasTag("book")': "true",
    'file.hasTag("work")': "true",
    'file.hasTag("foc", "#book")': "true",
    'file.tags.contains("#work/focus")': "true",
    'file.inFolder("books")': "true",
    'file.inFolder("book")': "false",
    'file.hasLink("Ann")': "true",
    'file.hasLink("Anna")': "true",
    'file.hasLink(link("Nobody"))': "false",
    'file.hasProperty("price")': "true",
    "file.links": "Ann, Cal Newport, Focus, Focus",
    "file.embeds": "Focus",
    "file.backlinks": "Cal Newport",
    'author == link("Cal Newport")': "true",
    'author.contains(link("Cal Newport"))': "true",
    'topics.containsAny(link("Focus"))': "true",
    'topics.contains("Calm")': "true",
    "author[0].asFile().properties.born": "1982-06-23",
    'note["status"] + note.status': "donedone",
    'link("Focus", "here")': "here",
    "this.file.name": "All.base",
}


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)
    root = tmp_path / "vault"
    for path, text in NOTES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    formulas = {f"f{number}": text for number, text in enumerate(EXAMPLES)}
    base = {
        "filters": 'file.name == "Deep Work"',
        "formulas": formulas,
        "views": [{"type": "table", "order": [f"formula.{name}" for name in formulas]}],
    }
    (root / "All.base").write_text(json.dumps(base))
    opened = Vault.open(root)
    opened.indexing.refresh()
    return opened


def test_values_of_expressions(vault: Vault) -> None:
    table = vault.bases.table(vault.bases.find("All"))
    assert table.missing == ()
    values = dict(zip(EXAMPLES, table.texts[0], strict=True))
    values["file.links"] = ", ".join(sorted(values["file.links"].split(", ")))
    assert values == EXAMPLES


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("price >", "it ends too early"),
        ("price ) 3", "`)` is not expected there"),
        ("file.hasTag('a'", "`)` is missing"),
        ("price @ 3", "`@` is not supported"),
        ("/a+/.matches(title)", "regular expressions are not supported"),
        ("icon('star')", "icon() is not supported"),
        ("price.sparkle().glow()", ".glow(), .sparkle() are not supported"),
        ("file.colour", "file.colour is not supported"),
        ("(" * 5000 + "1", "it is nested too deeply"),
        ("1" * 20_000, "it is too long"),
    ],
)
def test_expressions_that_are_not_understood_are_named_with_their_line(
    vault: Vault, source: str, reason: str
) -> None:
    text = (
        f"formulas:\n  one: 1 + 1\n  two: {json.dumps(source)}\nviews:\n  - order: [formula.one]\n"
    )
    Path(vault.root, "Wrong.base").write_text(text)
    table = vault.bases.table(vault.bases.find("Wrong.base"))
    assert [(missing.line, missing.reason) for missing in table.missing] == [(3, reason)]
    assert set(table.texts[0]) == {"2"}
