"""Two versions of a note become one by what their lines mean; where they differ, both stay.

Each case of `MERGED` says what others do with it. Git, and nb with it, writes conflict markers
where the column says "conflict"; a test asks git. Obsidian Sync merges characters with
diff-match-patch, by its documentation, and never asks: the last column is what that library
answered when the table was written, the same as ours, in another order, or different.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.fields.yaml_reader import Document
from notekeep.markdown.note_merge import merge_logs, merge_notes, merge_versions
from notekeep.markdown.proof import block_shape

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "---\ntitle: Deep Work\nrating: 3\nstatus: reading\ntags: [work]\n---\n"
LIST = "# Day\n\n- [ ] bread\n- [ ] milk\n- [ ] eggs\n"
QUOTES = "## Quotes\n\n> Clarity about what matters.\n"
TABLE = "| day | km |\n|---|---|\n| Mon | 5 |\n| Tue | 6 |\n"

# name, base, ours, theirs, merged, git and nb, Obsidian Sync
MERGED = [
    # The four cases of every day.
    ("rating here, status there, on lines that touch", HEAD,
     HEAD.replace("3", "5"), HEAD.replace("reading", "finished"),
     HEAD.replace("3", "5").replace("reading", "finished"), "conflict", "same"),
    ("a tag added on each side", HEAD,
     HEAD.replace("[work]", "[work, focus]"), HEAD.replace("[work]", "[work, book]"),
     HEAD.replace("[work]", "[work, focus, book]"), "conflict", "differs"),
    ("two boxes ticked that touch", LIST,
     LIST.replace("[ ] bread", "[x] bread"), LIST.replace("[ ] milk", "[x] milk"),
     LIST.replace("[ ] bread", "[x] bread").replace("[ ] milk", "[x] milk"), "conflict", "same"),
    ("a quote appended on each side", QUOTES,
     QUOTES + "\n> One.\n", QUOTES + "\n> Two.\n",
     QUOTES + "\n> One.\n\n> Two.\n", "conflict", "order"),
    # Front matter.
    ("the same rating on both sides", HEAD, HEAD.replace("3", "5"), HEAD.replace("3", "5"),
     HEAD.replace("3", "5"), "clean", "same"),
    ("a field added on each side", HEAD,
     HEAD.replace("---\n", "---\npages: 300\n", 1), HEAD.replace("---\n", "---\nlang: en\n", 1),
     HEAD.replace("---\n", "---\npages: 300\n", 1).replace("]\n---", "]\nlang: en\n---"),
     "conflict", "order"),
    ("a field deleted here, the next changed there", HEAD,
     HEAD.replace("rating: 3\n", ""), HEAD.replace("reading", "dropped"),
     HEAD.replace("rating: 3\n", "").replace("reading", "dropped"), "conflict", "same"),
    ("a tag removed here, one added there", HEAD.replace("[work]", "[work, old]"),
     HEAD, HEAD.replace("[work]", "[work, old, new]"),
     HEAD.replace("[work]", "[work, new]"), "conflict", "same"),
    ("tags one a line, one added on each side", "---\ntags:\n  - a\n---\n",
     "---\ntags:\n  - a\n  - b\n---\n", "---\ntags:\n  - a\n  - c\n---\n",
     "---\ntags:\n  - a\n  - b\n  - c\n---\n", "conflict", "same"),
    ("tags written in brackets here and one a line there", "---\ntags:\n- a\nrating: 1\n---\n",
     "---\ntags: [a, b]\nrating: 1\n---\n", "---\ntags:\n- a\n- c\nrating: 1\n---\n",
     "---\ntags: [a, b, c]\nrating: 1\n---\n", "conflict", "differs"),
    ("a field here, the body there", HEAD + "Text.\n", HEAD.replace("3", "4") + "Text.\n",
     HEAD + "Text, longer.\n", HEAD.replace("3", "4") + "Text, longer.\n", "clean", "same"),
    ("two times of the last change", "---\nmodified: 2026-11-01T10:00\n---\nA\n\nB\n",
     "---\nmodified: 2026-11-03T10:00\n---\nA!\n\nB\n",
     "---\nmodified: 2026-11-02T10:00\n---\nA\n\nB!\n",
     "---\nmodified: 2026-11-03T10:00\n---\nA!\n\nB!\n", "conflict", "differs"),
    ("a comment in front matter stays", "---\n# mine\nrating: 3\nstatus: reading\n---\n",
     "---\n# mine\nrating: 4\nstatus: reading\n---\n",
     "---\n# mine\nrating: 3\nstatus: done\n---\n",
     "---\n# mine\nrating: 4\nstatus: done\n---\n", "conflict", "same"),
    ("a field with many lines there, another here", "---\na: 1\nb: 2\n---\n",
     "---\na: 2\nb: 2\n---\n", "---\na: 1\nb: |\n  one\n  two\n---\n",
     "---\na: 2\nb: |\n  one\n  two\n---\n", "conflict", "same"),
    # Tasks and lists.
    ("a box ticked here, its text changed there", LIST,
     LIST.replace("[ ] milk", "[x] milk"), LIST.replace("] milk", "] oat milk"),
     LIST.replace("[ ] milk", "[x] oat milk"), "conflict", "same"),
    ("an item added at the end of a list on each side", LIST,
     LIST + "- [ ] salt\n", LIST + "- [ ] oil\n", LIST + "- [ ] salt\n- [ ] oil\n",
     "conflict", "order"),
    ("an item deleted here, the next ticked there", LIST,
     LIST.replace("- [ ] milk\n", ""), LIST.replace("[ ] eggs", "[x] eggs"),
     LIST.replace("- [ ] milk\n", "").replace("[ ] eggs", "[x] eggs"), "conflict", "same"),
    ("an item added below one that was ticked", LIST,
     LIST.replace("[ ] eggs", "[x] eggs"), LIST + "- [ ] oil\n",
     LIST.replace("[ ] eggs", "[x] eggs") + "- [ ] oil\n", "conflict", "same"),
    ("neighbouring items reworded", "- buy red apples\n- call my mother\n",
     "- buy green apples\n- call my mother\n", "- buy red apples\n- call my father\n",
     "- buy green apples\n- call my father\n", "conflict", "same"),
    ("the same item added on both sides, and another", LIST,
     LIST + "- [ ] salt\n", LIST + "- [ ] salt\n- [ ] oil\n",
     LIST + "- [ ] salt\n- [ ] oil\n", "conflict", "differs"),
    ("a numbered list counted anew on both sides", "1. one\n2. two\n",
     "1. zero\n2. one\n3. two\n", "1. one\n2. two\n3. three\n",
     "1. zero\n2. one\n3. two\n3. three\n", "conflict", "same"),
    ("an item moved below another here, its neighbour ticked there",
     "- [ ] a\n- [ ] b\n- [ ] c\n", "- [ ] a\n  - [ ] b\n- [ ] c\n", "- [x] a\n- [ ] b\n- [ ] c\n",
     "- [x] a\n  - [ ] b\n- [ ] c\n", "conflict", "same"),
    ("a loose list that grew on both sides", "- a\n\n- b\n", "- a\n\n- b\n\n- c\n",
     "- a\n\n- b\n\n- d\n", "- a\n\n- b\n\n- c\n\n- d\n", "conflict", "same"),
    # Paragraphs and other blocks.
    ("two words of one paragraph", "The cat sat on the mat today.\n",
     "The dog sat on the mat today.\n", "The cat sat on the mat yesterday.\n",
     "The dog sat on the mat yesterday.\n", "conflict", "same"),
    ("a paragraph appended on each side", "First.\n", "First.\n\nOurs.\n", "First.\n\nTheirs.\n",
     "First.\n\nOurs.\n\nTheirs.\n", "conflict", "same"),
    ("a paragraph appended to a file without a last line end", "First.", "First.\n\nOurs.",
     "First.\n\nTheirs.", "First.\n\nOurs.\n\nTheirs.", "conflict", "same"),
    ("a paragraph deleted here, the next changed there", "One.\n\nTwo is long.\n",
     "Two is long.\n", "One.\n\nTwo is longer.\n", "Two is longer.\n", "conflict", "same"),
    ("sections with the same heading place", "# A\n\ntext\n", "# A\n\ntext\n\n## B\n\nb\n",
     "# A\n\ntext\n\n## C\n\nc\n", "# A\n\ntext\n\n## B\n\nb\n\n## C\n\nc\n", "conflict", "order"),
    ("a line in today's log on each side", "## Log\n", "## Log\n- 09:00 ran\n",
     "## Log\n- 09:10 read\n", "## Log\n- 09:00 ran\n- 09:10 read\n", "conflict", "order"),
    ("a heading changed here, the text below it there", "# Old\ntext of it\n",
     "# New\ntext of it\n", "# Old\ntext of that\n", "# New\ntext of that\n", "conflict", "same"),
    ("a row added to a table on each side", TABLE, TABLE + "| Wed | 7 |\n", TABLE + "| Thu | 8 |\n",
     TABLE + "| Wed | 7 |\n| Thu | 8 |\n", "conflict", "same"),
    ("rows of a table that touch", TABLE, TABLE.replace("5", "5.5"), TABLE.replace("6", "6.5"),
     TABLE.replace("5", "5.5").replace("6", "6.5"), "conflict", "same"),
    ("a paragraph written anew here, a task below it ticked there",
     "Some words here.\n- [ ] task\n", "Other text, all new.\n- [ ] task\n",
     "Some words here.\n- [x] task\n", "Other text, all new.\n- [x] task\n", "conflict", "same"),
    ("code below text that changed on the other side", "Text one.\n```\na = 1\n```\n",
     "Text two.\n```\na = 1\n```\n", "Text one.\n```\na = 2\n```\n",
     "Text two.\n```\na = 2\n```\n", "clean", "same"),
    ("Windows line ends here, a word there", "one\ntwo\nthree\n", "one\r\ntwo\r\nthree\r\n",
     "one\ntwo!\nthree\n", "one\r\ntwo!\r\nthree\r\n", "conflict", "differs"),
    ("bytes that are no UTF-8 stay as they are", "a \udcff b\n\nend\n", "a \udcff b!\n\nend\n",
     "a \udcff b\n\nend!\n", "a \udcff b!\n\nend!\n", "clean", "differs"),
]  # fmt: skip

CONFLICTS = [
    ("two ratings", HEAD, HEAD.replace("3", "4"), HEAD.replace("3", "5")),
    ("a field deleted here and changed there", HEAD, HEAD.replace("rating: 3\n", ""),
     HEAD.replace("3", "5")),
    ("one word written in two ways", "The cat sat.\n", "The dog sat.\n", "The cow sat.\n"),
    ("words that touch", "one two three\n", "one TWO three\n", "one two THREE\n"),
    ("an item deleted here and ticked there", LIST, LIST.replace("- [ ] milk\n", ""),
     LIST.replace("[ ] milk", "[x] milk")),
    ("a box ticked here and cancelled there", LIST, LIST.replace("[ ] milk", "[x] milk"),
     LIST.replace("[ ] milk", "[-] milk")),
    ("a paragraph that both wrote anew", "A few old words.\n\nEnd.\n", "Nothing like it.\n\nEnd.\n",
     "Something else entirely!\n\nEnd.\n"),
    ("lines of code that touch", "```\na = 1\nb = 1\n```\n", "```\na = 2\nb = 1\n```\n",
     "```\na = 1\nb = 2\n```\n"),
    ("front matter removed here and changed there", HEAD + "x\n", "x\n",
     HEAD.replace("3", "5") + "x\n"),
    ("private here, public there", "---\nprivate: false\npublish: false\n---\n",
     "---\nprivate: true\npublish: false\n---\n", "---\nprivate: no\npublish: true\n---\n"),
]  # fmt: skip


def encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("case", MERGED, ids=lambda case: case[0])
def test_changes_that_do_not_meet_become_one_text(case: tuple[str, ...]) -> None:
    base, ours, theirs, merged = map(encode, case[1:5])
    assert merge_versions("books/Note.md", base, ours, theirs) == merged


@pytest.mark.parametrize("case", CONFLICTS, ids=lambda case: case[0])
def test_changes_of_the_same_are_a_conflict(case: tuple[str, ...]) -> None:
    base, ours, theirs = map(encode, case[1:])
    assert merge_versions("Note.md", base, ours, theirs) is None
    assert merge_versions("Note.md", base, theirs, ours) is None


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
@pytest.mark.parametrize("case", MERGED, ids=lambda case: case[0])
def test_git_alone_does_what_the_table_says(case: tuple[str, ...], tmp_path: Path) -> None:
    for name, text in zip("obt", (case[2], case[1], case[3]), strict=True):
        (tmp_path / name).write_bytes(encode(text))
    git = shutil.which("git") or ""
    command = [git, "merge-file", "-p", *"obt"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (answer.returncode == 0) == (case[5] == "clean")


def test_a_note_that_both_sides_made_keeps_the_list_items_of_both() -> None:
    day = b"---\ndate: 2026-11-28\n---\n# 28 November\n\n## Log\n\n"
    ours, theirs = day + b"- 09:00 ran\n", day + b"- 10:10 read\n"
    path = "daily/2026-11-28.md"
    assert merge_versions(path, None, ours, theirs) == ours + b"- 10:10 read\n"
    assert merge_versions(path, None, day + b"One text.\n", day + b"Another text.\n") is None
    assert merge_versions(path, None, day + b"- [ ] call Ann\n", day + b"- [x] call Ann\n") is None


@pytest.mark.parametrize("ours", ["156", "1256", "1456", "56"])
@pytest.mark.parametrize("theirs", ["56", "156", "568"])
def test_what_both_sides_added_is_there_once(ours: str, theirs: str) -> None:
    def note(numbers: str) -> bytes:
        return "".join(f"> {number} words\n\n^id-{number}\n\n" for number in numbers).encode()

    merged = merge_versions("a.md", note("57"), note(f"{ours}7"), note(f"{theirs}7"))
    assert merged is not None
    assert merged.count(b"> 6 words") == 1


def test_a_log_is_a_set_of_lines() -> None:
    base = b"# Log\n\n- 2026-11-01 run: 5 km\n"
    ours = base + b"- 2026-11-02 run: 6 km -- long\n"
    theirs = base + b"- 2026-11-02 read: 10 page\n- 2026-11-03 read: 1 page"
    merged = ours + b"- 2026-11-02 read: 10 page\n- 2026-11-03 read: 1 page\n"
    assert merge_versions("habits/log/2026-11.phone.md", base, ours, theirs) == merged
    assert merge_versions("habits/log/2026-11.phone.md", None, ours, theirs) == merged
    assert merge_versions(".notekeep/imported/kindle.a.log", None, b"x 1\n", b"y 2\n") == (
        b"x 1\ny 2\n"
    )


def test_a_line_of_a_log_that_a_side_deleted_is_gone_and_its_remark_too() -> None:
    base = b"- 2026-11-01 run: 5 km\n  a remark\n- 2026-11-02 run: 5 km\n"
    ours = base + b"- 2026-11-03 run: 5 km\n"
    assert merge_logs(base, ours, b"- 2026-11-02 run: 5 km\n") == (
        b"- 2026-11-02 run: 5 km\n- 2026-11-03 run: 5 km\n"
    )
    assert merge_logs(base, b"- 2026-11-02 run: 5 km\n", ours) == (
        b"- 2026-11-02 run: 5 km\n- 2026-11-03 run: 5 km\n"
    )


def merged(base: str, ours: str, theirs: str, path: str = "Note.md") -> str | None:
    """Merge three versions of a file."""
    found = merge_versions(path, *(text.encode() for text in (base, ours, theirs)))
    return None if found is None else found.decode()


@pytest.mark.parametrize("key", ["updated", "modified", "lastmod"])
def test_of_two_stamps_the_later_one_stays_whichever_side_has_it(key: str) -> None:
    texts = [f"---\n{key}: 2026-0{month}-01\n---\nx\n" for month in (1, 2, 3)]
    assert merged(*texts) == texts[2]
    assert merged(texts[0], texts[2], texts[1]) == texts[2]


@pytest.mark.parametrize("key", ["finished", "date", "started"])
def test_of_two_other_dates_none_is_taken(key: str) -> None:
    assert merged(*(f"---\n{key}: 2026-0{month}-01\n---\nx\n" for month in (1, 2, 3))) is None


def test_a_tag_goes_that_one_side_removed_where_the_other_added_one() -> None:
    texts = [f"---\ntags: [{tags}]\n---\nx\n" for tags in ("a, b", "a, b, c", "a")]
    assert merged(*texts) == "---\ntags: [a, c]\n---\nx\n"


def test_line_ends_that_the_other_side_changed_are_changed() -> None:
    assert merged("a\n\nb\n", "A\n\nb\n", "a\r\n\r\nb\r\n") == "A\r\n\r\nb\r\n"


def test_a_log_keeps_its_line_ends_and_its_blank_lines() -> None:
    path = "habits/log/2026-11.laptop.md"
    base = "# Log\r\n\r\n- 2026-11-20 run: done\r\n"
    ours, theirs = f"{base}- 2026-11-21 run: done\r\n", base.replace("\r\n\r\n", "\r\n")
    assert merged(base, ours, f"{theirs}- 2026-11-22 run: done\r\n", path) == (
        f"{ours}- 2026-11-22 run: done\r\n"
    )


def test_two_paragraphs_that_come_together_stay_two() -> None:
    base = "# A\n\nThe first one.\n"
    ours, theirs = "# A\n\nThe first one.\nIn two lines.\n", f"{base}\nAnother one.\n"
    assert merged(base, ours, theirs) == f"{ours}\nAnother one.\n"
    added = merged("# A\n", "# A\nMine.", "# A\nTheirs.")
    assert added == "# A\nMine.\n\nTheirs."


def test_the_last_word_of_a_paragraph_is_the_same_when_words_follow_it() -> None:
    assert merged("one two three", "one two three four", "one TWO three") == "one TWO three four"


@pytest.mark.parametrize("path", ["map.canvas", "data.json", "drawing.svg", "photo.png"])
def test_files_that_are_not_lines_of_text_are_never_put_together(path: str) -> None:
    end = b"\0" if path.endswith(".png") else b""
    sides = [b"{\n1\n2\n3\n}" + end, b"{\n0\n2\n3\n}" + end, b"{\n1\n2\n4\n}" + end]
    assert merge_versions(path, *sides) is None
    assert merge_versions(path, sides[0], sides[0], sides[2]) == sides[2]


words = st.sampled_from(["alpha", "beta", "gamma", "delta", "one two three", "`x`", "^id"])
blocks = st.one_of(
    words.map(lambda text: f"- [ ] {text}\n"),
    words.map(lambda text: f"- {text}\n"),
    words.map(lambda text: f"  - {text}\n"),
    words.map(lambda text: f"{text}\n\n"),
    words.map(lambda text: f"# {text}\n"),
    words.map(lambda text: f"> {text}\n\n"),
    words.map(lambda text: f"```\n{text}\n```\n"),
    st.sampled_from(["\n", "| a | b |\n", "---\n", "```\n"]),
)
bodies = st.lists(blocks, max_size=8).map("".join)


T = TypeVar("T")


def edited(parts: list[T], new: st.SearchStrategy[T]) -> st.SearchStrategy[list[T]]:
    """Change a list as one hand does: at most one part in it, and one more somewhere."""
    places = st.integers(0, len(parts))
    return st.tuples(places, new, st.sampled_from(["keep", "change", "delete"]), places, new).map(
        lambda drawn: _edit(parts, *drawn)
    )


def _edit(parts: list[T], at: int, changed: T, how: str, to: int, added: T) -> list[T]:
    rest = {"keep": parts[at : at + 1], "change": [changed], "delete": []}[how]
    found = [*parts[:at], *rest, *parts[at + 1 :]]
    return [*found[:to], added, *found[to:]]


three_bodies = st.lists(blocks, min_size=4, max_size=8).flatmap(
    lambda base: st.tuples(st.just(base), edited(base, blocks), edited(base, blocks))
)


def test_a_merge_invents_no_line_and_loses_none_that_is_new() -> None:
    merges: list[bool] = []

    @given(three_bodies)
    def check(drawn: tuple[list[str], list[str], list[str]]) -> None:
        base, ours, theirs = map("".join, drawn)
        merged = merge_notes(*map(encode, (base, ours, theirs)))
        merges.append(merged is not None)
        if merged is None:
            return
        found = merged.decode().split()
        assert set(found) <= set(ours.split()) | set(theirs.split())
        assert (set(ours.split()) | set(theirs.split())) - set(base.split()) <= set(found)

    check()
    # About 88 % of such merges succeed; of 20 examples, seldom fewer than 12.
    assert sum(merges) > 0.4 * len(merges)


@given(bodies, bodies)
def test_what_only_one_side_changed_is_taken_as_it_is(base: str, ours: str) -> None:
    one, other = encode(base), encode(ours)
    assert merge_notes(one, other, one) == other
    assert merge_notes(one, one, other) == other
    assert merge_notes(one, other, other) == other


fields = st.dictionaries(
    st.sampled_from(["rating", "status", "tags", "author", "note"]),
    st.one_of(
        st.sampled_from(["1", "two", '"quoted # no comment"', "2026-11-28", ""]),
        st.lists(st.sampled_from(["a", "b", "c d", "'e'"]), max_size=3, unique=True).map(
            lambda items: f"[{', '.join(items)}]"
        ),
        st.lists(st.sampled_from(["a", "b", "c d"]), min_size=1, max_size=3, unique=True).map(
            lambda items: "".join(f"\n  - {item}" for item in items)
        ),
    ),
)


three_fields = st.tuples(fields, fields, fields).map(
    lambda drawn: (drawn[0], *({**drawn[0], **dict([*one.items()][:1])} for one in drawn[1:]))
)


def test_each_field_of_a_merge_is_what_one_side_says_or_a_list_of_both() -> None:
    merges: list[bool] = []

    @given(three_fields)
    def check(drawn: tuple[dict[str, str], ...]) -> None:
        texts = ["".join(f"{key}: {value}\n" for key, value in one.items()) for one in drawn]
        merged = merge_notes(*(f"---\n{text}---\nbody\n".encode() for text in texts))
        merges.append(merged is not None)
        if merged is None:
            return
        old, mine, other = (block_shape(Document(text)) for text in texts)
        found = block_shape(Document(merged.decode().split("---\n")[1]))
        for key in old.keys() | mine.keys() | other.keys():
            if other.get(key) == old.get(key):
                assert found.get(key) == mine.get(key)
            elif mine.get(key) == old.get(key):
                assert found.get(key) == other.get(key)
            elif key in found and found[key][0] == "list":
                items = {*mine[key][1], *other[key][1]}
                assert {text for _, text in found[key][1]} <= {text for _, text in items}

    check()
    assert sum(merges) > 0.6 * len(merges)


def test_random_edits_of_two_hands_lose_no_line() -> None:
    chance = random.Random(17)
    merges = 0
    for _ in range(300):
        base = [f"- [ ] task number {number} of the day\n" for number in range(12)]
        base[4:4] = ["\n", "A paragraph of some length.\n", "\n"]
        versions = []
        for hand in "AB":
            lines = list(base)
            for step in range(chance.randint(1, 3)):
                at = chance.randrange(len(lines) + 1)
                lines.insert(at, f"- [ ] new {hand}{step} {chance.random():.6f}\n")
            versions.append(lines)
        merged = merge_notes(*("".join(one).encode() for one in (base, *versions)))
        if merged is None:
            continue
        merges += 1
        wanted = {line for lines in versions for line in lines if line.strip()}
        assert wanted <= set(merged.decode().splitlines(keepends=True))
    assert merges > 290  # an item put right above the paragraph takes its line in


def test_a_long_list_of_equal_tasks_takes_no_time() -> None:
    base = b"- [ ] task\n" * 20_000
    ours, theirs = base + b"- [ ] one\n", base + b"- [ ] two\n"
    assert merge_notes(base, ours, theirs) == base + b"- [ ] one\n- [ ] two\n"
