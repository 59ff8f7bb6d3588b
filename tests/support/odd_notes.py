"""Notes that break what edits front matter elsewhere, named by what is odd about them.

KEPT are edited, all else in them as it was; REFUSED are not, and say the line that is the reason.
"""

from __future__ import annotations

from typing import Final

BOM: Final = b"\xef\xbb\xbf"


def _bomb(width: int, depth: int) -> bytes:
    lines = [b"a0: &a0 [x]"]
    for level in range(1, depth):
        items = b", ".join([f"*a{level - 1}".encode()] * width)
        lines.append(f"a{level}: &a{level} [".encode() + items + b"]")
    return b"---\n" + b"\n".join(lines) + b"\n---\nbody\n"


KEPT: Final[dict[str, bytes]] = {
    "crlf": b"---\r\ntitle: x\r\ntags:\r\n  - a\r\n---\r\nbody\r\n",
    "lone cr": b"---\rtitle: x\rtags: [a]\r---\rbody\r",
    "mixed line ends": b"---\ntitle: x\r\ntags: [a]\n---\r\nbody\n",
    "blanks at line ends": b"---   \ntitle: x  \ntags: [a] \t\n---\t\nbody  \n",
    "body begins with code": b"---\ntags: [a]\n---\n    code\n",
    "body begins with blank lines": b"---\ntags: [a]\n---\n\n\n\ntext\n",
    "no newline at the end": b"---\ntags: [a]\n---\ntext",
    "nothing after the fence": b"---\ntags: [a]\n---",
    "many newlines at the end": b"---\ntags: [a]\n---\ntext\n\n\n\n",
    "byte order mark": BOM + b"---\ntags: [a]\n---\ntext\n",
    "byte order mark alone": BOM,
    "ends with dots": b"---\ntags: [a]\n...\ntext\n",
    "empty front matter": b"---\n---\ntext\n",
    "blank front matter": b"---\n\n\n---\ntext\n",
    "only a comment": b"---\n# nothing yet\n---\ntext\n",
    "empty file": b"",
    "only newlines": b"\n\n",
    "four dashes": b"----\ntext\n----\n",
    "title, then a rule": b"# Title\n\ntext\n\n---\n\nmore\n---\n",
    "a rule first and no other": b"---\n\nSome prose begins here.\n",
    "yaml in a code block": b"---\ntags: [a]\n---\n```yaml\n---\ntags: [b]\n---\n```\n",
    "comments all over": b"---\n# one\ntitle: x # two\n# three\ntags: # four\n"
    b"  # five\n  - a # six\n# seven\n---\n",
    "keys not sorted": b"---\nzeta: 1\nalpha: 2\ntags: [a]\nmid: 3\n---\n",
    "double quotes": b'---\ntitle: "x: \\"y\\" \\u00e9"\ntags: ["a"]\n---\n',
    "single quotes": b"---\ntitle: 'it''s'\ntags: ['a']\n---\n",
    "a long line": b"---\ntitle: " + b"word " * 400 + b"\ntags: [a]\n---\n",
    "block scalars": b"---\na: |\n  x\n\n  y\nb: >-\n  z\ntags: [a]\nc: |+\n  w\n\n---\n",
    "block scalar last": b"---\na: |+\n  x\n\n\n---\n",
    "a fence inside a block scalar": b"---\na: |\n  ---\n  x\ntags: [a]\n---\ntext\n",
    "plain text over lines": b"---\ntitle: words\n  go on\n  and on\ntags: [a]\n---\n",
    "quoted text over lines": b'---\ntitle: "words\n\n  go on"\ntags: [a]\n---\n',
    "placeholders": b"---\ntitle: {{title}}\ndate: {{date}}\ntags: [a]\n---\n",
    "placeholder in quotes": b'---\ntitle: "{{title}}"\ntags: []\n---\n',
    "anchors and aliases": b"---\nx: &x [1, 2]\ny: *x\ntags: [a]\n---\n",
    "a merge key": b"---\nbase: &b {c: 1}\n<<: *b\ntags: [a]\n---\n",
    "list at the margin": b"---\ntags:\n- a\n- b\ntitle: x\n---\n",
    "list set in far": b"---\ntags:\n        - a\n        - b\n---\n",
    "list with wide dashes": b"---\ntags:\n  -   a\n  -   b\n---\n",
    "list with an empty item": b"---\ntags:\n- \nx: 1\n---\n",
    "list over lines in brackets": b"---\ntags: [\n  a,\n  b\n]\n---\n",
    "list with a comma too many": b"---\ntags: [a, b,]\n---\n",
    "list with remarks in brackets": b"---\ntags: [\n  a, # why\n  b # how\n]\n---\n",
    "empty list": b"---\ntags: []\n---\n",
    "empty list with a remark": b"---\ntags: [ # none\n]\n---\n",
    "null": b"---\ntags:\ntitle: x\n---\n",
    "null with a remark": b"---\ntags: # none yet\ntitle: x\n---\n",
    "items in all quotes": b"---\ntags: [a, \"b, c\", 'd ]', e]\n---\n",
    "items of all types": b"---\ntags: [1, true, 2026-11-24, ~, 1.10, 0x1F]\n---\n",
    "nested values": b"---\na:\n  b:\n    - c: [d, {e: f}]\ntags: [a]\n---\n",
    "keys in quotes": b"---\n\"tags\": [a]\n'other key': 1\n---\n",
    "keys in other scripts": "---\n日本: 語\nключ: 1\ntags: [a]\n---\n".encode(),
    "front matter set in": b"---\n  title: x\n  tags:\n    - a\n---\n",
    "decomposed letters": "---\ntitle: Cafe\u0301\ntags: [e\u0301]\n---\n".encode(),
    "emoji joined": "---\ntitle: 👩‍👩‍👧\ntags: [👍🏽]\n---\n👩‍👩‍👧\n".encode(),
    "right to left": "---\ntitle: שלום\ntags: [مرحبا]\n---\n\u202eabc\n".encode(),
    "no-break spaces": "---\ntitle: a\u00a0b\ntags: [c\u00a0d]\n---\n".encode(),
    "odd breaks in the body": "---\ntags: [a]\n---\nx\u2028y\u0085z\x0c\x0b\x1c\n".encode(),
    "body that is not UTF-8": b"---\ntags: [a]\n---\nno \xe9 \xff\xfe\n",
    "text with commas": b"---\ntags: a, b\n---\n",
    "text with commas in quotes": b'---\ntags: "a, b" # two\n---\n',
    "one word": b"---\ntags: a\n---\n",
    "words": b"---\ntags: a b\n---\n",
    "a tag again as a number": b"---\ntags: 2026\n---\n",
    "a wiki link without quotes": b"---\nup: [[Index]]\ntags: [a]\n---\n",
    "yes, no and times": b"---\na: yes\nb: 12:30:00\nc: 010\nd: 1_000\ne: 1e3\ntags: [a]\n---\n",
    "toml": b"+++\ntitle = 'x'\ntags = ['a'] # why\n[extra]\ny = 1\n+++\ntext\n",
    "toml without tags": b"+++\ntitle = 'x'\n+++\ntext\n",
    "many keys": b"---\n" + b"".join(b"k%d: v\n" % n for n in range(2000)) + b"tags: [a]\n---\n",
}  # fmt: skip

REFUSED: Final[dict[str, tuple[bytes, int]]] = {
    "a key twice": (b"---\ntags: [a]\ntitle: x\ntags: [b]\n---\n", 4),
    "not a mapping": (b"---\n- a\n- b\n---\n", 2),
    "just words": (b"---\njust words here\n---\n", 2),
    "never closed": (b"---\ntags: [a]\ntitle: x\n", 1),
    "a value that begins with @": (b"---\ntitle: x\nauthor: @someone\n---\n", 3),
    "a value that begins with a backtick": (b"---\ntitle: `x`\n---\n", 2),
    "a colon in plain text": (b"---\ntitle: a: b\n---\n", 2),
    "a quote that never ends": (b'---\ntitle: "x\ntags: [a]\n---\n', 2),
    "a bracket that never closes": (b"---\ntags: [a\ntitle: x\n---\n", 3),
    "indentation that fits nothing": (b"---\na:\n    b: 1\n  c: 2\n---\n", 4),
    "a tab for indentation": (b"---\ntags:\n\t- a\n---\n", 3),
    "an unknown tag": (b"---\nx: !!python/object:os.system y\ntags: [a]\n---\n", 2),
    "an own tag": (b"---\nx: !mine y\n---\n", 2),
    "two documents": (b"---\na: 1\n--- # again\nb: 2\n---\n", 3),
    "an alias for a value": (b"---\nx: &x [1]\ntags: *x\n---\n", 3),
    "an alias of nothing": (b"---\ntags: [*nobody]\n---\n", 2),
    "an alias in the list": (b"---\nx: &x a\ntags:\n  - b\n  - *x\n---\n", 4),
    "one mapping in braces": (b"---\n{title: x}\n---\n", 2),
    "a mapping for tags": (b"---\ntags: {a: 1}\n---\n", 2),
    "billion laughs": (_bomb(9, 9), 10),
    "quadratic blow-up": (_bomb(70, 3), 3),
    "nested 3,000 deep": (b"---\nx: " + b"[" * 3000 + b"]" * 3000 + b"\n---\n", 2),
    "nested 3,000 deep in blocks": (
        b"---\n" + b"".join(b" " * n + b"a:\n" for n in range(3000)) + b"---\n",
        0,
    ),
    "dashes 3,000 deep": (b"---\nx:\n  " + b"- " * 3000 + b"a\n---\n", 3),
    "a megabyte of front matter": (b"---\n" + b"key: value\n" * 100_000 + b"---\n", 1),
    "not UTF-8": (b"---\ntitle: no \xe9\n---\n", 2),
    "not UTF-8 and no front matter": (b"text\nno\xe9\n", 2),
    "a surrogate": (b"---\ntitle: \xed\xa0\x80\n---\n", 2),
    "utf-16": ("---\ntitle: x\n---\n".encode("utf-16"), 1),
    "a NUL byte": (b"---\ntitle: x\n---\nte\0xt\n", 4),
    "a control character": (b"---\ntitle: a\x07b\n---\n", 2),
    "an escape sequence": (b"---\ntitle: \x1b]52;c;aGk=\x07\n---\n", 2),
    "a Unicode line break": ("---\ntitle: a\u2028b\ntags: [x]\n---\n".encode(), 2),
    "a next-line character": ("---\ntitle: a\u0085b\ntags: [x]\n---\n".encode(), 2),
    "json": (b'{\n  "title": "x",\n  "tags": ["a"]\n}\ntext\n', 1),
    "toml that is none": (b"+++\ntitle = = 'x'\n+++\n", 2),
    "toml with a key twice": (b"+++\na = 1\na = 2\n+++\n", 0),
}

ALL: Final = {**KEPT, **{name: data for name, (data, _) in REFUSED.items()}}
