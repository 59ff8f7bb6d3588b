"""Find near-duplicate notes, for `lint --duplicates`.

A note is treated as a set of sequences of five words. Only the smallest hashes of each set are
stored (bottom-k sketches, Broder 1997). Notes that share half of these hashes are compared in full.
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
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.query.folding import fold_text
from notekeep.storage.content import digest_of, read_content

RUN_WORDS = 5

SKETCH_SIZE, MIN_SKETCH = 64, 8
"""The maximum number of hashes to store for a note, and the minimum for a comparison."""

MAX_SHARING_NOTES = 10
"""A sequence in more notes than this is considered part of a template."""

MIN_SHARE = 0.8
"""The minimum share of common sequences in near-duplicates."""

_WORD = re.compile(r"\w+")


class Duplicate(NamedTuple):
    """A pair of near-duplicates."""

    path: str
    other: str
    share: float  # of common text, from 0 to 1


def find_duplicates(root: str, paths: Iterable[str]) -> list[Duplicate]:
    """Return the near-duplicates, most similar first.

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
    own = [sharing for sharing in holders.values() if len(sharing) <= MAX_SHARING_NOTES]
    sizes = Counter(chain.from_iterable(own))
    shared = Counter(pair for sharing in own for pair in combinations(sharing, 2))
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
