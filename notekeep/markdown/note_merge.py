"""Semantic merge of two versions of a file.

The editor, `conflicts`, `sync` and git's merge driver all use `merge_versions`. Front matter
is merged by key and item, a body by block, a log as a set of lines. If both sides changed the
same words, nothing is merged and both versions are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.errors import NotekeepError
from notekeep.log_folders import LOG_FOLDERS
from notekeep.markdown.fields.frontmatter_block import UnreadableBlock, split_frontmatter
from notekeep.markdown.task_merge import merge_ticks
from notekeep.markdown.text_merge import (
    best_pairs,
    changed_side,
    common_lines,
    match_lines,
    merge_texts,
    merge_words,
    split_lines,
)

if TYPE_CHECKING:
    from notekeep.markdown.fields.yaml_reader import Document

_LOG_FOLDERS: Final = tuple(f"/{one}/" for one in (*LOG_FOLDERS, ".notekeep/imported"))
_NO_MERGE: Final = ("json", "canvas", "svg")
"""Text formats that a line-by-line merge can make invalid."""

_BINARY_SAMPLE = 8192


def merge_versions(
    path: str, base: bytes | None, ours: bytes, theirs: bytes, *, is_guess: bool = False
) -> bytes | None:
    """Merge two versions of a file.

    Args:
        path: Its folder and suffix determine the kind of file.
        base: The common base; None if both sides created the file.
        ours: Our version; its additions come first.
        theirs: The other version.
        is_guess: Whether the base is a guess: the text that both versions have in common. A changed
            paragraph then looks like two added ones, so additions at the same place are a conflict.

    Returns:
        A text with the changes of both sides; None if they conflict.
    """
    if (merged := changed_side(base, ours, theirs)) is not None:
        return merged
    if is_log(path):
        return merge_logs(base or b"", ours, theirs)
    versions = (base or b"", ours, theirs)
    if any(b"\0" in version[:_BINARY_SAMPLE] or is_pointer(version) for version in versions):
        return None
    suffix = path.lower().rpartition(".")[2]
    if suffix in _NO_MERGE:
        return None
    if suffix in ("md", "markdown"):
        is_new = base is None
        merge = partial(merge_notes, is_guess=is_guess, is_new=is_new)
        known = common_lines(ours, theirs) if base is None else base
        return _with_one_line_end(merge, known, ours, theirs)
    return None if base is None else _with_one_line_end(merge_texts, base, ours, theirs)


def is_pointer(data: bytes) -> bool:
    """Whether a file is a Git LFS pointer."""
    return data.startswith(b"version https://git-lfs")


def is_log(path: str) -> bool:
    """Whether a file is an append-only set of lines, such as a habit log."""
    return any(folder in f"/{path}".casefold() for folder in _LOG_FOLDERS)


def merge_logs(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """Return the entries of both sides, ours first, except those that one side deleted."""
    known, mine, other = (_read_entries(data) for data in (base, ours, theirs))
    deleted = {entry for entry, _ in known} - {entry for entry, _ in other} - {()}
    remaining = b"".join(text for entry, text in mine if entry not in deleted)
    have = {entry for entry, _ in (*known, *mine)}
    new = dict.fromkeys(entry for entry, _ in other if entry and entry not in have)
    eol = b"\r\n" if b"\r\n" in ours else b"\n"
    gap = b"" if not remaining or remaining.endswith(b"\n") or not new else eol
    return remaining + gap + b"".join(line + eol for entry in new for line in entry)


def _read_entries(data: bytes) -> list[tuple[tuple[bytes, ...], bytes]]:
    """Return the entries of a log: their lines stripped, for comparison, and as written."""
    found: list[list[bytes]] = []
    for line in split_lines(data):
        if found and line.startswith((b"  ", b"\t")):
            found[-1].append(line)
        else:
            found.append([line])
    return [(tuple(filter(None, map(bytes.rstrip, one))), b"".join(one)) for one in found]


def _with_one_line_end(
    merge: Callable[[bytes, bytes, bytes], bytes | None], base: bytes, ours: bytes, theirs: bytes
) -> bytes | None:
    """Merge, and treat a change of all line ends as one separate change."""
    ends = [_line_end(version) for version in (base, ours, theirs)]
    if len(set(ends)) == 1 or None in ends:
        return merge(base, ours, theirs)
    plain = [version.replace(b"\r\n", b"\n") for version in (base, ours, theirs)]
    merged = merge(*plain)
    if merged is None or (changed_side(*ends) or ends[1]) == b"\n":
        return merged
    return merged.replace(b"\n", b"\r\n")


def _line_end(data: bytes) -> bytes | None:
    """Return the line end of a text; None if it is mixed."""
    feeds, pairs = data.count(b"\n"), data.count(b"\r\n")
    return b"\n" if not pairs else b"\r\n" if pairs == feeds else None


def merge_notes(
    base: bytes, ours: bytes, theirs: bytes, *, is_guess: bool = False, is_new: bool = False
) -> bytes | None:
    """Merge two versions of a note: front matter by key, the body by block.

    For `is_guess`, see `merge_versions`. With `is_new`, both sides created the note, such as
    today's daily note: the base is a guess too, but list items that are not similar are all kept.
    """
    versions = (base, ours, theirs)
    starts = [split_frontmatter(version).body for version in versions]
    heads = [version[:start] for version, start in zip(versions, starts, strict=True)]
    bodies = [version[start:] for version, start in zip(versions, starts, strict=True)]
    bodies = merge_ticks(*bodies)
    merge_body = merge_texts if is_guess else partial(_merge_bodies, is_new=is_new)
    head, body = _merge_heads(*heads), merge_body(*bodies)
    if head is None or body is None:
        return None
    merged = head + body
    # A rule at the start of the body must not become front matter.
    return merged if split_frontmatter(merged).body == len(head) else None


class _Fields:
    def __init__(self, head: bytes) -> None:
        from notekeep.markdown import proof
        from notekeep.markdown.fields.yaml_reader import Document

        self.head = head
        parts = split_frontmatter(head)
        if parts.kind not in ("yaml", "none"):
            raise UnreadableBlock("Only YAML is merged by key.")
        self.start, self.end = parts.start, parts.end
        self.text = head[parts.start : parts.end].decode()
        document = Document(self.text)
        self.shapes = proof.block_shape(document)
        self.spans = dict(self._find_spans(document))

    def _find_spans(self, document: Document) -> Iterator[tuple[str, tuple[int, int]]]:
        from notekeep.markdown.text_edit import line_start, next_line

        for entry in document.entries:
            start = line_start(self.text, entry.key.start_mark.index)
            if self.text[start : entry.key.start_mark.index].strip():
                raise UnreadableBlock("A key is not at the start of its line.")
            last = max(document.end(entry.value), entry.key.end_mark.index)
            yield entry.name, (start, next_line(self.text, last))

    def lines(self, key: str) -> str | None:
        """Return the lines of a key, or None if it is missing."""
        span = self.spans.get(key)
        return None if span is None else self.text[slice(*span)]

    def comments(self) -> list[str]:
        """Return all comments, including the text after a "#" in a value."""
        return re.findall(r"(?:^|(?<=[ \t]))#[^\r\n]*", self.text, re.MULTILINE)

    def with_lines(self, key: str, lines: str | None) -> _Fields:
        """Replace the lines of a key, append them, or delete them."""
        start, end = self.spans.get(key, (len(self.text), len(self.text)))
        before, new = self.text[:start], lines or ""
        if before and not before.endswith(("\n", "\r")) and new:
            before += "\n"
        text = f"{before}{new}{self.text[end:]}".encode()
        return _Fields(self.head[: self.start] + text + self.head[self.end :])


def _merge_heads(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    if (merged := changed_side(base, ours, theirs)) is not None:
        return merged
    try:
        return _merge_fields(_Fields(base), _Fields(ours), _Fields(theirs))
    except (NotekeepError, UnreadableBlock, UnicodeDecodeError):
        return merge_texts(base, ours, theirs)  # TOML, or invalid YAML


def _merge_fields(base: _Fields, ours: _Fields, theirs: _Fields) -> bytes | None:
    from notekeep.markdown import proof

    if not ours.spans or not theirs.spans:
        return None  # one side deleted the whole block
    merged, expected = ours, dict(ours.shapes)
    for key in [*base.spans, *theirs.spans]:
        old, mine, other = base.lines(key), merged.lines(key), theirs.lines(key)
        if other in (old, mine):
            continue
        if mine == old:
            merged = merged.with_lines(key, other)
            expected.pop(key, None) if other is None else expected.update({key: theirs.shapes[key]})
            continue
        value = _merge_values(key, base, merged, theirs)
        if value is None:
            return None
        merged = value
        expected[key] = merged.shapes[key]
    has_all = set(theirs.comments()) - set(base.comments()) <= set(merged.comments())
    is_complete = merged.shapes.keys() == expected.keys() and all(
        proof.same_words(merged.shapes[key], expected[key]) for key in expected
    )
    return merged.head if is_complete and has_all else None


def _merge_values(key: str, base: _Fields, ours: _Fields, theirs: _Fields) -> _Fields | None:
    """Merge a key that both sides changed; None if they differ."""
    from notekeep.markdown import proof
    from notekeep.markdown.fields import field_edit

    mine, other = ours.shapes.get(key), theirs.shapes.get(key)
    if mine is None or other is None:
        return None  # deleted by one side, changed by the other
    if proof.same_words(mine, other):
        return ours
    old = base.shapes.get(key, (proof.LIST, ()))
    if not mine[0] == other[0] == old[0] == proof.LIST:
        return _later_timestamp(key, ours, theirs)
    items = [[_item(one) for one in value[1]] for value in (old, mine, other)]
    if any(item is None for each in items for item in each):
        return None
    head = ours.head
    for item in items[2]:
        if item not in items[0] and item not in items[1]:
            head = field_edit.add_item(head, key, item)
    for item in items[0]:
        if item not in items[2] and item in items[1]:
            head = field_edit.remove_item(head, key, str(item))
    merged = _Fields(head)
    expected = [item for item in items[1] if item not in items[0] or item in items[2]]
    expected += [item for item in items[2] if item not in items[0] and item not in items[1]]
    shape = merged.shapes.get(key)
    if shape is None or shape[0] != proof.LIST:
        return merged if not expected else None
    return merged if [_item(one) for one in shape[1]] == expected else None


def _item(shape: tuple[object, ...]) -> str | None:
    """Return the text of a list item; None for a nested list."""
    return shape[1] if isinstance(shape[1], str) else None


_STAMPS: Final = frozenset(("updated", "modified", "lastmod", "date modified", "last modified"))
_STAMP: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?")


def _later_timestamp(key: str, ours: _Fields, theirs: _Fields) -> _Fields | None:
    """Resolve a modification time to the later one; None for other fields."""
    one, other = _item(ours.shapes[key]), _item(theirs.shapes[key])
    if key.casefold() not in _STAMPS or one is None or other is None:
        return None
    if len(one) != len(other) or not (_STAMP.fullmatch(one) and _STAMP.fullmatch(other)):
        return None
    return ours.with_lines(key, theirs.lines(key)) if other > one else ours


# The body in blocks: list items, table rows, headings, paragraphs, code


class _Block(NamedTuple):
    """The text of a block, and the line end and blank lines after it."""

    text: bytes
    gap: bytes


_FENCE: Final = re.compile(rb"[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+|>[ \t]?)*(`{3,}|~{3,}|\$\$|%%)")
_ITEM: Final = re.compile(
    rb"(?P<mark>[ \t]*(?:>[ \t]?)*(?:[-*+]|\d+[.)])[ \t]+)(?P<box>\[.\][ \t]+)?(?P<text>.*)",
    re.DOTALL,
)
_ALONE: Final = re.compile(
    rb"[ \t]*(?:#{1,6}[ \t]|\|)"  # heading, table row
    rb"|[ \t]{0,3}(?:-{3,}|\*{3,}|_{3,})[ \t]*\r?\n?\Z"  # rule
)
_DIGITS: Final = re.compile(rb"\d+")
_ALIKE = 0.5
"""Minimum share of equal words for two blocks to be versions of the same block."""
_MAX_PAIRS = 20_000


def _read_blocks(body: bytes) -> list[_Block]:
    found: list[list[bytes]] = []  # the lines of each block, including blank lines after it
    fence = b""
    is_open = False
    for line in split_lines(body):
        if fence:
            found[-1].append(line)
            if line.strip(b" \t\r\n>").startswith(fence) or line.rstrip().endswith(fence[:2] * 2):
                fence, is_open = b"", False
            continue
        is_blank = not line.strip()
        opened = _FENCE.match(line)
        starts = bool(_ITEM.match(line) or _ALONE.match(line))
        joins = found and (is_blank or (is_open and not starts))
        if joins:
            found[-1].append(line)
        else:
            found.append([line])
        if opened and line.count(opened[1]) == 1:
            fence = opened[1]
        is_open = not is_blank and not _ALONE.match(line)
    return [_split_gap(b"".join(lines)) for lines in found]


def _split_gap(text: bytes) -> _Block:
    bare = text.rstrip(b" \t\r\n")
    end = text.find(b"\n", len(bare))
    if end < 0:
        return _Block(text, b"")
    # Two spaces at the end of a line are a line break and stay with the text.
    end -= text[end - 1 : end] == b"\r"
    return _Block(text[:end], text[end:])


class _Side:
    def __init__(self, base: Sequence[_Block], blocks: Sequence[_Block]) -> None:
        pairs = _pair_blocks([one.text for one in base], [one.text for one in blocks])
        self.now: list[_Block | None] = [None] * len(base)  # None: deleted
        # the blocks added before each block of the base
        self.added: list[list[_Block]] = [[] for _ in range(len(base) + 1)]
        self.gaps: list[bytes] = [b""] * (len(base) + 1)  # the gap before the added blocks
        place, by_place = 0, {at: number for number, at in pairs.items()}
        for at, block in enumerate(blocks):
            number = by_place.get(at)
            if number is not None:
                self.now[number] = block
                place = number + 1
                continue
            if at and not self.added[place]:
                # The gap after a heading differs from the gap between list items.
                is_first_item = _ITEM.match(block.text) and not _ITEM.match(blocks[at - 1].text)
                self.gaps[place] = b"" if is_first_item else blocks[at - 1].gap
            self.added[place].append(block)


def _pair_blocks(base: Sequence[bytes], side: Sequence[bytes]) -> dict[int, int]:
    """Pair the blocks of the base with those of one side: equal blocks, then similar ones."""
    pairs = match_lines(base, side)
    found = dict(pairs)
    at = at_side = 0
    for number, place in [*sorted(pairs.items()), (len(base), len(side))]:
        rows, columns = range(at, number), range(at_side, place)
        if 0 < len(rows) * len(columns) <= _MAX_PAIRS:
            likeness = [[_likeness(base[row], side[column]) for column in columns] for row in rows]
            found |= {rows[i]: columns[k] for i, k in best_pairs(likeness)}
        at, at_side = number + 1, place + 1
    return found


def _likeness(one: bytes, other: bytes) -> float:
    """Return the similarity of two blocks from 0 to 1; 0 if they are unrelated."""
    item, other_item = _ITEM.fullmatch(one), _ITEM.fullmatch(other)
    if (item is None) != (other_item is None):
        return 0.0
    if item and other_item:
        one, other = item["text"], other_item["text"]
    if one == other:
        return 1.0
    words, others = one.split(), other.split()
    if 2 * min(len(words), len(others)) < _ALIKE * (len(words) + len(others)):
        return 0.0
    share = SequenceMatcher(None, words, others, autojunk=False).ratio()
    if share < _ALIKE and len(words) == len(others) == 1:
        share = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return share if share >= _ALIKE else 0.0


def _merge_bodies(base: bytes, ours: bytes, theirs: bytes, *, is_new: bool = False) -> bytes | None:
    merged = merge_texts(base, ours, theirs)
    if merged is not None:
        return merged
    blocks = _read_blocks(base)
    one, other = _Side(blocks, _read_blocks(ours)), _Side(blocks, _read_blocks(theirs))
    found: list[_Block] = []
    for number in range(len(blocks) + 1):
        added = _merge_added(blocks, one, other, number)
        if added is None or (is_new and not _may_join(one.added[number], other.added[number])):
            return None
        found += added
        if number == len(blocks):
            break
        mine, theirs_now = one.now[number], other.now[number]
        if mine is None or theirs_now is None:
            left = theirs_now or mine
            if left is not None and left.text != blocks[number].text:
                return None  # changed by one side, deleted by the other
            continue
        text = _merge_block(blocks[number].text, mine.text, theirs_now.text)
        if text is None:
            return None
        gap = changed_side(blocks[number].gap, mine.gap, theirs_now.gap)
        if gap is None:
            gap = max(mine.gap, theirs_now.gap, key=lambda blank: blank.count(b"\n"))
        found.append(_Block(text, gap))
    return _join(found, b"\r\n" if b"\r\n" in ours else b"\n")


def _merge_added(
    base: Sequence[_Block], one: _Side, other: _Side, place: int
) -> list[_Block] | None:
    """Return the blocks added at a place, ours first; None if both sides rewrote that place."""
    mine, theirs = one.added[place], other.added[place]
    if not mine or not theirs:
        return mine or theirs
    for number in (place - 1, place):
        if 0 <= number < len(base) and one.now[number] is None and other.now[number] is None:
            return mine if [b.text for b in mine] == [b.text for b in theirs] else None
    known = [block.text for block in mine]
    new = [block for block in theirs if block.text not in known]
    if new and len(mine[-1].gap) < len(other.gaps[place]):
        mine = [*mine[:-1], _Block(mine[-1].text, other.gaps[place])]
    return [*mine, *new]


def _may_join(ours: Sequence[_Block], theirs: Sequence[_Block]) -> bool:
    """Whether all new blocks are list items, and none of theirs is similar to one of ours."""
    new = [block.text for block in theirs if block not in ours]
    if not ours or not new:
        return True
    if not all(_ITEM.fullmatch(text) for text in (*new, *(block.text for block in ours))):
        return False
    return not any(_likeness(one.text, text) > 0 for one in ours for text in new)


def _merge_block(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    if (merged := changed_side(base, ours, theirs)) is not None:
        return merged
    items = [_ITEM.fullmatch(version) for version in (base, ours, theirs)]
    known = [item for item in items if item]
    if len(known) < len(items):
        return _merge_prose(base, ours, theirs)
    marks = [item["mark"] for item in known]
    # If both sides renumbered the list, use our number.
    is_renumbered = _DIGITS.sub(b"1", marks[1]) == _DIGITS.sub(b"1", marks[2])
    mark = marks[1] if is_renumbered else changed_side(*marks)
    box = changed_side(*(item["box"] or b"" for item in known))
    if mark is None or box is None:
        return None  # completed on one side, canceled on the other
    text = _merge_prose(*(item["text"] for item in known))
    return None if text is None else mark + box + text


def _merge_prose(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Merge a block by line, or by word unless it is code."""
    merged = merge_texts(base, ours, theirs)
    if merged is not None or any(_FENCE.match(version) for version in (base, ours, theirs)):
        return merged
    return merge_words(base, ours, theirs)


def _join(blocks: Sequence[_Block], eol: bytes) -> bytes:
    """Join blocks; insert a blank line between two that would become one block."""
    parts: list[bytes] = []
    for one, after in pairwise(blocks):
        gap = one.gap or eol
        if gap.count(b"\n") == 1 and len(_read_blocks(one.text + gap + after.text)) == 1:
            gap += eol
        parts += (one.text, gap)
    return b"".join([*parts, *blocks[-1]]) if blocks else b""
