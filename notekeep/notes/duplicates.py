"""Notes that are nearly the same, for `lint --duplicates`.

Each note is a set of sequences of five words. Only the smallest hashes of each set are kept
(bottom-k sketches, Broder 1997); notes that share half of these hashes are compared in full.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from heapq import nsmallest
from itertools import chain, combinations
from typing import NamedTuple
from zlib import crc32

from notekeep.background import yield_to_ui
from notekeep.markdown.frontmatter_block import split_frontmatter
from notekeep.query.folding import fold_text
from notekeep.storage.content import digest_of, read_content

RUN_WORDS = 5

SKETCH_SIZE, MIN_SKETCH = 64, 8
"""Hashes to keep for each note; a shorter note is only compared with notes of the same words."""

MAX_SHARING_NOTES = 10
"""A sequence found in more notes than this is taken to come from a template."""

MIN_SHARE = 0.8
"""The minimum share of common sequences in similar notes."""

_WORD = re.compile(r"\w+")


class Duplicate(NamedTuple):
    """Two notes that are nearly the same, and how much text they share, from 0 to 1."""

    path: str
    other: str
    share: float


def find_duplicates(root: str, paths: Iterable[str]) -> list[Duplicate]:
    """Return pairs of notes that are nearly the same, most similar first.

    If several notes have the same words, each is paired with the first. Front matter is ignored.
    """
    first: dict[str, str] = {}
    found: list[Duplicate] = []
    holders: dict[int, list[str]] = defaultdict(list)
    for path in sorted(set(paths)):
        yield_to_ui()
        words = _read_words(root, path)
        if len(words) < RUN_WORDS:
            continue
        same = first.setdefault(digest_of(" ".join(words).encode()), path)
        if same != path:
            found.append(Duplicate(same, path, 1.0))
            continue
        for run in nsmallest(SKETCH_SIZE, _runs(words)):
            holders[run].append(path)
    own = [having for having in holders.values() if len(having) <= MAX_SHARING_NOTES]
    sizes = Counter(chain.from_iterable(own))
    shared = Counter(pair for having in own for pair in combinations(having, 2))
    for (path, other), number in shared.items():
        size = min(sizes[path], sizes[other])
        if size >= MIN_SKETCH and number >= size / 2:
            one, two = (_runs(_read_words(root, each)) for each in (path, other))
            if (share := len(one & two) / max(1, len(one | two))) >= MIN_SHARE:
                found.append(Duplicate(path, other, share))
    return sorted(found, key=lambda pair: (-pair.share, pair.path, pair.other))


def _read_words(root: str, path: str) -> list[str]:
    content = read_content(root, path)
    if content is None:
        return []
    body = content.data[split_frontmatter(content.data).body :].decode("utf-8", "replace")
    return _WORD.findall(fold_text(body))


def _runs(words: list[str]) -> set[int]:
    """Return the hashes of all word sequences."""
    starts = range(len(words) - RUN_WORDS + 1)
    return {crc32(" ".join(words[at : at + RUN_WORDS]).encode()) for at in starts}
