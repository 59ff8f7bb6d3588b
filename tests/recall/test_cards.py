"""Cards: lines with a question, items with #card, and hidden words."""

from __future__ import annotations

import pytest

from notekeep.markdown.note import read_note
from notekeep.recall.passages import read_cards


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "cards"),
    {
        "a line with a question": ("Who?:: Mira.\n", [("Who?", "Mira.")]),
        "an item with a question": ("- Who? :: Mira. ^abc\n", [("Who?", "Mira.")]),
        "an item with the answer below": (
            "- Who? #card\n  - Mira\n    Lind\n- other\n", [("Who?", "Mira\nLind")],
        ),
        "an item without an answer": ("- Who? #card\n- other\n", []),
        "a longer tag": ("- Who? #cards\n  - Mira\n", []),
        "hidden words": ("A ==bed== is a ==gift==.\n", [("A […] is a […].", "A bed is a gift.")]),
        "code": ("```\nwho:: mira ==x==\n```\n\n    who:: mira\n\nUse `a:: b` here.\n", []),
        "a quote": ("> who:: mira\n", []),
        "a comment": ("<!-- who:: mira -->\n%% ==x== %%\n", []),
        "other colons": ("std::vector and http://x.org\n[rating:: 5]\n## Who:: mira\n", []),
    }.values(),
)  # fmt: skip
def test_cards_of_a_note(text: str, cards: list[tuple[str, str]], end: str) -> None:
    note = read_note("n.md", f"---\ntags: [x]\n---\n# N\n\n{text}".replace("\n", end).encode())
    found = read_cards(note)
    assert [(one.text, one.answer) for one in found] == cards
    assert [one.line for one in found] == [6] * len(cards)
