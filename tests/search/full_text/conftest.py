"""A generator of notes with words by Zipf's law, and indexes made of them."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.documents import WordDoc
from notekeep.search.whoosh_index import WhooshIndex

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMMON = ["the", "of", "and", "to", "in", "is", "it", "that", "for", "on", "with", "not", "but"]


def made_up_words(number: int, dice: random.Random) -> list[str]:
    words: set[str] = set()
    while len(words) < number:
        syllables = "".join(
            dice.choice("bcdfghklmnprstvwz") + dice.choice("aeiou")
            for _ in range(dice.choice((1, 2, 2, 3, 3)))
        )
        words.add(syllables + dice.choice(("", "", "", "s", "ing", "ed", "ness", "ly")))
    return sorted(words)


def generate(number: int, seed: int = 1, vocabulary: int = 3000) -> list[WordDoc]:
    dice = random.Random(seed)
    words = made_up_words(vocabulary, random.Random(1))
    random.Random(2).shuffle(words)
    words[: len(COMMON)] = COMMON
    odds = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(vocabulary)))
    docs = []
    for at in range(number):
        drawn = dice.choices(words, cum_weights=odds, k=int(30 * dice.lognormvariate(0.5, 0.8)) + 5)
        headings = tuple(
            " ".join(dice.choices(words[50:500], k=2)) for _ in range(dice.randint(0, 3))
        )
        docs.append(
            WordDoc(
                path=f"notes/{seed}-{at:04}.md",
                title=" ".join(dice.choices(words[20:1000], k=3)).title(),
                aliases=(dice.choice(words),) if dice.random() < 0.2 else (),
                headings=headings,
                tags=tuple(dice.sample(words[30:60], dice.randint(0, 2))),
                quotes=(" ".join(drawn[:6]),) if dice.random() < 0.3 else (),
                body=" ".join(drawn) + "".join(f"\n## {heading}" for heading in headings),
            )
        )
    return docs


@pytest.fixture
def notes() -> Callable[..., list[WordDoc]]:
    """`notes(number, seed=1)` generates notes."""
    return generate


@pytest.fixture
def words(tmp_path: Path) -> WhooshIndex:
    """A place for an index of English notes, with nothing in it."""
    return WhooshIndex(tmp_path / "words")


@pytest.fixture
def indexed(tmp_path: Path) -> Callable[..., WhooshIndex]:
    """`indexed("body", ...)` or `indexed(WordDoc(...), ...)` builds an index of a few notes.

    Notes given as text alone are `1.md`, `2.md` and so on.
    """

    def build(*docs: str | WordDoc, language: str = "en") -> WhooshIndex:
        made = WhooshIndex(tmp_path / "words", language)
        made.build(
            [
                WordDoc(f"{at}.md", "", body=doc) if isinstance(doc, str) else doc
                for at, doc in enumerate(docs, 1)
            ],
            generation=1,
        )
        return made

    return build
