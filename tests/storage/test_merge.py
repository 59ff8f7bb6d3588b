"""Two versions of a text become one where their changes keep apart, and none where they meet."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.text_merge import match_lines, merge_texts

TEXT = b"one\ntwo\nthree\nfour\nfive\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        (
            b"ONE\ntwo\nthree\nfour\nfive\n",
            b"one\ntwo\nthree\nfour\nFIVE\n",
            b"ONE\ntwo\nthree\nfour\nFIVE\n",
        ),
        (b"zero\n" + TEXT, TEXT + b"six\n", b"zero\n" + TEXT + b"six\n"),
        (b"one\nthree\nfour\nfive\n", b"one\ntwo\nthree\nfour\n5\n", b"one\nthree\nfour\n5\n"),
        (TEXT, b"other\n", b"other\n"),
        (b"same\n", b"same\n", b"same\n"),
        (b"", TEXT, b""),
        (b"one\ntwo\nnew\nthree\nfour\nfive\n", b"one\ntwo\nnew\nthree\nfour\nfive\n", None),
    ],
)
def test_changes_in_different_places_are_both_made(
    ours: bytes, theirs: bytes, merged: bytes | None
) -> None:
    expected = ours if merged is None else merged
    assert merge_texts(TEXT, ours, theirs) == expected
    assert merge_texts(TEXT, theirs, ours) == expected


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (b"one\nTWO\nthree\nfour\nfive\n", b"one\nzwei\nthree\nfour\nfive\n"),
        (b"one\nTWO\nthree\nfour\nfive\n", b"one\nthree\nfour\nfive\n"),
        (b"one\nTWO\nthree\nfour\nfive\n", b"one\ntwo\nTHREE\nfour\nfive\n"),
        (TEXT + b"six\n", TEXT + b"seven\n"),
        (b"", b"one\ntwo\nthree\nfour\n5\n"),
    ],
)
def test_changes_of_the_same_or_touching_lines_are_a_conflict(ours: bytes, theirs: bytes) -> None:
    assert merge_texts(TEXT, ours, theirs) is None
    assert merge_texts(TEXT, theirs, ours) is None


def test_a_missing_last_line_feed_and_other_line_ends_are_kept() -> None:
    base = b"a\r\nb\x0bc\r\nd\xff\r\ne"
    assert (
        merge_texts(base, b"A\r\nb\x0bc\r\nd\xff\r\ne", base + b"!")
        == b"A\r\nb\x0bc\r\nd\xff\r\ne!"
    )


def test_blank_lines_do_not_lead_a_change_astray() -> None:
    base = b"# A\n\nfirst\n\n# B\n\nsecond\n\n# C\n\nthird\n"
    ours = base.replace(b"first", b"first, better")
    theirs = base.replace(b"# C\n\nthird\n", b"# C\n\nthird\n\n# D\n\n\nfourth\n")
    merged = merge_texts(base, ours, theirs)
    assert merged == theirs.replace(b"first", b"first, better")


lines = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\n", b"long line\n"]), max_size=12)


@given(lines, lines, lines)
def test_a_merge_is_the_same_from_both_sides_and_invents_nothing(
    base: list[bytes], ours: list[bytes], theirs: list[bytes]
) -> None:
    texts = [b"".join(text) for text in (base, ours, theirs)]
    merged = merge_texts(*texts)

    assert merged == merge_texts(texts[0], texts[2], texts[1])
    assert merge_texts(texts[0], texts[1], texts[0]) == texts[1]
    assert merge_texts(texts[0], texts[1], texts[1]) == texts[1]
    if merged is not None:
        assert set(merged.splitlines()) <= set(texts[1].splitlines()) | set(texts[2].splitlines())
        kept_by_both = set(ours) & set(theirs) & set(base)
        new_in_either = (set(ours) | set(theirs)) - set(base)
        assert new_in_either <= set(merged.splitlines(keepends=True))
        assert not kept_by_both or merged


@given(lines, lines)
def test_an_alignment_increases_and_matches_equal_lines(old: list[bytes], new: list[bytes]) -> None:
    pairs = sorted(match_lines(old, new).items())
    assert all(old[one] == new[other] for one, other in pairs)
    assert all(a[1] < b[1] for a, b in pairwise(pairs))


def test_edits_of_distinct_lines_with_a_line_between_always_merge() -> None:
    chance = random.Random(3)
    for _ in range(200):
        base = [b"line %d\n" % number for number in range(60)]
        places = sorted(chance.sample(range(0, 60, 2), 10))
        ours, theirs, both = list(base), list(base), list(base)
        for place in places:
            text = b"" if chance.random() < 0.3 else b"changed %d\n" % chance.randrange(1000)
            (ours if chance.random() < 0.5 else theirs)[place] = text
            both[place] = text
        assert merge_texts(b"".join(base), b"".join(ours), b"".join(theirs)) == b"".join(both)


def test_a_long_note_of_equal_lines_takes_no_time() -> None:
    base = b"- [ ] task\n" * 20_000
    ours, theirs = b"# Title\n" + base, base + b"end\n"
    assert merge_texts(base, ours, theirs) == b"# Title\n" + base + b"end\n"
