"""Notes as people write them, in any mixture; one seed always makes the same note."""

from __future__ import annotations

import random
from typing import Final

_TEXT: Final = (
    "habit morning tea garden über naïve 習慣 rain 4.5% don't “quoted” e-mail C++ half-way"
    " it's a & b x<y snake_case 2*3 [sic] (or so) #tag #nested/tag @home 5:30 ~10 $5 \\* …"
)
WORDS: Final = tuple(_TEXT.split())
INLINE: Final = (
    "*{}*",
    "**{}**",
    "==marked {}==",
    "~~{}~~",
    "`code {}`",
    "``tick ` {}``",
    "[{}](https://example.org/a_b?c=1&d=2)",
    "[{}][web]",
    "[[Other note]]",
    "[[Other note#Part|{}]]",
    "[[Nowhere]]",
    "[[Secret|{}]]",
    "![{}](pictures/a.png)",
    "![[a.png|120]]",
    "![[a.png]]",
    "$x_{{1}} + y$",
    "$5 and $10",
    "https://example.org/path_(x)",
    "<https://example.org>",
    "<kbd>{}</kbd>",
    "&amp; &lt;{}",
    "\\*{}\\*",
    "%%hidden {}%%",
    "{}[^1]",
    "{}^[an inline {} note]",
    "{{{{ {} }}}}",
    "{{% {} %}}",
    "<!-- hidden -->",
    "file:///home/ada/{}.txt",
    "{}\\\n{}",
    "{}  \n{}",
    "{}\n{}",
)
BLOCKS: Final = (
    "{}",
    "{}",
    "{} {}",
    "# {}",
    "## {}",
    "### {} ###",
    "{}\n===",
    "{}\n---",
    "---",
    "***",
    "- {}\n- {}",
    "- {}\n  - {}\n    - {}",
    "* {}\n\n* {}\n\n  {}",
    "1. {}\n2. {}\n   - {}",
    "7) {}\n8) {}",
    "- [ ] {}\n- [x] {}\n- [-] {}",
    "> {}\n> {}",
    "> {}\n>\n> - {}\n> - {}",
    "> [!note] {}\n> {}",
    "> [!warning]-\n> {}\n>\n> ```py\n> x = 1\n> ```",
    "> [!private] {}\n> {}",
    "```python\ndef f(x):\n    return {{x}}  # {}\n```",
    "~~~\nplain {}\n\n\nmore\n~~~",
    "    indented {}\n        deeper",
    "| a | b |\n|---|---|\n| {} | `x\\|y` |",
    "$$\n\\frac{{a}}{{b}} & {{c}}\n$$",
    "{} ^block-id",
    "- {} ^item-id",
    "%%\n{}\n%%",
    "%% private %%\n{}\n\n{}\n%% /private %%",
    "<div>\n\n{}\n\n</div>",
    "![[Other note]]",
    "![[Other note#Part]]",
    "[^1]: {}\n\n    {}",
    "[web]: https://example.org/web",
    "```mermaid\nflowchart LR\n  A --> B\n```",
    "```dataview\nLIST\n```",
    "%% more %%",
    "Term {}\n: {}",
    "",
)
OTHERS: Final = {
    "Other note.md": "---\npublish: true\n---\n# Other note\n\nFirst words.\n\n## Part\n\nOf it.\n",
    "Secret.md": "---\nprivate: true\n---\nNothing.\n",
}
"""The notes that varied notes link."""


def random_body(seed: int) -> str:
    """Return the body of a note."""
    chance = random.Random(seed)
    blocks = [_nested(chance, _block(chance)) for _ in range(chance.randint(1, 9))]
    gaps = [chance.choice(("\n\n", "\n\n", "\n\n", "\n\n\n", "\n")) for _ in blocks]
    text = "".join(block + gap for block, gap in zip(blocks, gaps, strict=True))
    if text.startswith("---"):
        text = f"Words.\n\n{text}"  # or it would be front matter
    if chance.random() < 0.1:
        text = text.replace("\n", "\r\n")
    return text if chance.random() < 0.8 else text.rstrip()


def _block(chance: random.Random) -> str:
    form = chance.choice(BLOCKS)
    return form.format(*(_words(chance) for _ in range(form.count("{}"))))


def _words(chance: random.Random) -> str:
    parts = []
    for _ in range(chance.randint(1, 5)):
        word = chance.choice(WORDS)
        if chance.random() < 0.3:
            form = chance.choice(INLINE)
            word = form.format(*(chance.choice(WORDS) for _ in range(form.count("{}") + 1)))
        parts.append(word)
    return " ".join(parts)


def _nested(chance: random.Random, block: str) -> str:
    """Put some blocks into a quote or below an item."""
    if chance.random() > 0.2:
        return block
    first, further = chance.choice((("> ", "> "), ("- ", "  "), ("1. ", "   ")))
    lines = block.split("\n")
    return "\n".join(
        [first + lines[0], *(further + line if line else further.rstrip() for line in lines[1:])]
    )
