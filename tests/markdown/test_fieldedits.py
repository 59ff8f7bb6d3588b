"""What each edit of front matter does to a file, as a manual."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent
from typing import TYPE_CHECKING, TypeAlias

import pytest

from notekeep.errors import Refused
from notekeep.markdown.fields import frontmatter
from notekeep.markdown.fields.field_edit import add_item, delete_key, remove_item, set_field
from notekeep.markdown.fields.field_values import BareText

if TYPE_CHECKING:
    from notekeep.markdown.fields.field_values import Value

Edit: TypeAlias = Callable[[bytes], bytes]


def note(block: str) -> bytes:
    return f"---\n{dedent(block)}---\nbody\n".encode()


def toml(block: str) -> bytes:
    return f"+++\n{dedent(block)}+++\nbody\n".encode()


ADDED = {
    "to a list of lines": ("tags:\n  - a\n", "tags:\n  - a\n  - new\n"),
    "to a list at the margin": ("tags:\n- a # one\nx: 1\n", "tags:\n- a # one\n- new\nx: 1\n"),
    "to a list in brackets": ("tags: [a, b] # two\n", "tags: [a, b, new] # two\n"),
    "to an empty list": ("tags: []\n", "tags: [new]\n"),
    "to brackets over lines": ("tags: [\n  a,\n  b\n]\n", "tags: [\n  a,\n  b,\n  new\n]\n"),
    "before a last comma": ("tags: [\n  a,\n  b,\n]\n", "tags: [\n  a,\n  b,\n  new,\n]\n"),
    "to nothing": ("tags: # none\nx: 1\n", "tags: # none\n  - new\nx: 1\n"),
    "to a null": ("tags: null # none\n", "tags: [new] # none\n"),
    "to empty text": ('tags: ""\n', "tags: [new]\n"),
    "to text with commas": ("tags: a, b # two\n", "tags: a, b, new # two\n"),
    "to text in quotes": ("tags: 'a, b'\n", "tags: 'a, b, new'\n"),
    "to one word": ("tags: a\n", "tags: a, new\n"),
    "to words": ("tags: a b\n", "tags: a b new\n"),
    "as a new key": ("x: 1\n", "x: 1\ntags:\n  - new\n"),
    "as a new key, as lists are set here": (
        "x:\n- 1\n\n# end\n",
        "x:\n- 1\n\n# end\ntags:\n- new\n",
    ),
    "as a new key where keys are set in": ("  x: 1\n", "  x: 1\n  tags:\n    - new\n"),
    "to a file of comments": ("# soon\n", "# soon\ntags:\n  - new\n"),
}


@pytest.mark.parametrize(("before", "after"), ADDED.values(), ids=ADDED)
def test_an_item_is_added(before: str, after: str) -> None:
    assert add_item(note(before), "tags", "new") == note(after)


def test_an_item_that_is_there_is_not_added_again() -> None:
    data = note("tags: [Habit, '#book']\nauthor: [James Clear]\n")
    assert add_item(data, "tags", "habit") is data
    assert add_item(data, "tags", "book") is data
    assert add_item(data, "author", "James Clear") is data
    assert add_item(data, "author", "james clear") != data, "only tags have no case"


def test_a_single_author_becomes_a_list_of_two() -> None:
    data = note("author: Clear, James # one\n")
    assert add_item(data, "author", "Ann") == note('author: ["Clear, James", Ann] # one\n')


def test_an_item_with_a_comma_turns_text_with_commas_into_a_list() -> None:
    assert add_item(note("aliases: a\n"), "aliases", "b, c") == note('aliases: [a, "b, c"]\n')


def test_front_matter_is_made_for_a_file_without_any() -> None:
    assert add_item(b"text\r\n", "tags", "a") == b"---\r\ntags:\r\n  - a\r\n---\r\ntext\r\n"
    assert set_field(b"\xef\xbb\xbf# T\n", "title", "x") == b"\xef\xbb\xbf---\ntitle: x\n---\n# T\n"


REMOVED = {
    "a line": ("tags:\n  - a\n  - b # b\n  # it\n  - c\n", "b", "tags:\n  - a\n  # it\n  - c\n"),
    "the last line": ("tags:\n- a\n", "a", "tags:\n"),
    "a first item": ("tags: [a, b, c]\n", "a", "tags: [b, c]\n"),
    "a middle item": ("tags: [a, b, c]\n", "b", "tags: [a, c]\n"),
    "a last item": ("tags: [a, b, c]\n", "c", "tags: [a, b]\n"),
    "an only item": ("tags: [ a ]\n", "a", "tags: []\n"),
    "an item in quotes": ("tags: ['a', \"b\"]\n", "b", "tags: ['a']\n"),
    "from brackets over lines": ("tags: [\n  a,\n  b,\n]\n", "a", "tags: [\n  b,\n]\n"),
    "from text with commas": ("tags: a, b, c\n", "b", "tags: a, c\n"),
    "the only word": ("tags: a # one\n", "a", "tags: # one\n"),
    "whatever its case": ("tags: [Habit, habit]\n", "HABIT", "tags: []\n"),
    "an item of several lines": ("tags:\n- >-\n  a\n  b\n- c\n", "a b", "tags:\n- c\n"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "item", "after"), REMOVED.values(), ids=REMOVED)
def test_an_item_is_removed(before: str, item: str, after: str) -> None:
    assert remove_item(note(before), "tags", item) == note(after)


def test_removing_what_is_not_there_changes_nothing() -> None:
    for data in (note("tags: [a]\n"), note("x: 1\n"), b"text\n"):
        assert remove_item(data, "tags", "b") is data


def test_a_comment_beside_an_item_in_brackets_is_not_lost() -> None:
    data = note("tags: [\n  a, # why a\n  b # why b\n]\n")
    with pytest.raises(Refused, match="comment"):
        remove_item(data, "tags", "a")


SET: dict[str, tuple[str, str, Value, str]] = {
    "a number": ("rating: 3 # so-so\n", "rating", 5, "rating: 5 # so-so\n"),
    "a number as it is typed": ("rating: 3\n", "rating", BareText("4.50"), "rating: 4.50\n"),
    "text in the quotes there are": ("title: 'a'\n", "title", "it's", "title: 'it''s'\n"),
    "text that needs quotes": ("title: a\n", "title", "a: b", 'title: "a: b"\n'),
    "text with quotes in it": ("title: a\n", "title", 'a "b" #c', "title: 'a \"b\" #c'\n"),
    "text that looks like a number": ("isbn: x\n", "isbn", "0735211299", 'isbn: "0735211299"\n'),
    "text that looks like a bool": ("x: a\n", "x", "yes", 'x: "yes"\n'),
    "text that looks like a time": ("x: a\n", "x", "12:30", 'x: "12:30"\n'),
    "a date": ("created: x\n", "created", "2026-11-24", "created: 2026-11-24\n"),
    "a bool": ("publish: no\n", "publish", True, "publish: true\n"),
    "a link": ("up:\n", "up", "[[Index]]", 'up: "[[Index]]"\n'),
    "nothing": ("title: a # b\n", "title", None, "title: # b\n"),
    "a value for a key without one": ("title:   \nx: 1\n", "title", "a", "title: a\nx: 1\n"),
    "a value before a comment": ("title: # soon\n", "title", "a", "title: a # soon\n"),
    "text over lines": ("a: one\n  two\nb: 1\n", "a", "three", "a: three\nb: 1\n"),
    "a block of text": ("a: |\n  one\n\n  two\n\nb: 1\n", "a", "x", "a: x\n\nb: 1\n"),
    "a placeholder": ("title: {{title}}\n", "title", "a", "title: a\n"),
    "text for a list": ("a: # why\n  - b\n  - c\nd: 1\n", "a", "x", "a: x # why\nd: 1\n"),
    "a list for text": ("a: b # why\n", "a", ["c", "d, e"], 'a: [c, "d, e"] # why\n'),
    "a list for nothing": ("a:\n", "a", ["b"], "a:\n  - b\n"),
    "a list in brackets": ("a: [b]\n", "a", ["c", 1, True], "a: [c, 1, true]\n"),
    "an empty list": ("a:\n- b\nc: 1\n", "a", [], "a: []\nc: 1\n"),
    "only the items that differ": (
        "a:\n  - b # first\n  - c\n  # between\n  - d\n  - e # last\n",
        "a",
        ["b", "x", "e"],
        "a:\n  - b # first\n  - x\n  # between\n  - e # last\n",
    ),
    "a new key": ("a: 1\n", "my key", ["x"], "a: 1\nmy key:\n  - x\n"),
    "a new key that needs quotes": ("a: 1\n", "k: x", 1, 'a: 1\n"k: x": 1\n'),
}


@pytest.mark.parametrize(("before", "key", "value", "after"), SET.values(), ids=SET)
def test_a_field_is_set(before: str, key: str, value: Value, after: str) -> None:
    assert set_field(note(before), key, value) == note(after)


def test_setting_what_is_there_changes_nothing() -> None:
    data = note("a: 'b'\nc: [1, \"d\"]\ne: 2026-11-24\n")
    values: dict[str, Value] = {"a": "b", "c": [1, "d"], "e": BareText("2026-11-24")}
    for key, value in values.items():
        assert set_field(data, key, value) is data


def test_a_mapping_is_not_replaced() -> None:
    with pytest.raises(Refused, match="nested values") as caught:
        set_field(note("a:\n  b: 1\n"), "a", "x")
    assert (caught.value.line, caught.value.column) == (3, 3)


def test_a_key_goes_with_its_lines_and_its_comment() -> None:
    before = "# about a\na: # why\n  - b\n\n  - c # last\n# about d\nd: 1\n"
    assert delete_key(note(before), "a") == note("# about a\n# about d\nd: 1\n")
    assert delete_key(note("a: 1\n"), "a") == note("")
    data = note("a: 1\n")
    assert delete_key(data, "b") is data


def test_an_anchor_that_is_needed_elsewhere_is_not_taken_away() -> None:
    data = note("a: &a [1]\nb: *a\n")
    edits: tuple[Edit, ...] = (lambda d: delete_key(d, "a"), lambda d: set_field(d, "a", "x"))
    for edit in edits:
        with pytest.raises(Refused) as caught:
            edit(data)
        assert caught.value.line == 2


TOML: dict[str, tuple[Edit, str]] = {
    "add": (lambda d: add_item(d, "tags", "b"), 'tags = ["a", "b"] # one\n'),
    "remove": (lambda d: remove_item(d, "tags", "a"), "tags = [] # one\n"),
    "set": (lambda d: set_field(d, "tags", ["x"]), 'tags = ["x"] # one\n'),
    "delete": (lambda d: delete_key(d, "tags"), ""),
}


@pytest.mark.parametrize(("edit", "line"), TOML.values(), ids=TOML)
def test_toml_is_edited_as_carefully(edit: Edit, line: str) -> None:
    rest = "date  =  2026-11-24  # kept\n\n[extra]\ny = 1\n"
    before = toml('tags = ["a"] # one\n' + rest)
    assert edit(before) == toml(line + rest)


def test_a_number_keeps_its_text_in_toml() -> None:
    assert set_field(toml("a = 1.1\n"), "a", BareText("1.10")) == toml("a = 1.10\n")
    assert set_field(toml("b = 1\n"), "a", BareText("4.50")) == toml("b = 1\na = 4.50\n")


def test_a_new_toml_key_goes_before_the_tables() -> None:
    new = set_field(toml("a = 1\n\n[extra]\ny = 1\n"), "rating", BareText("4.5"))
    assert new == toml("a = 1\nrating = 4.5\n\n[extra]\ny = 1\n")
    assert frontmatter.read_frontmatter(new).fields["rating"] == 4.5


def test_a_refusal_says_where_and_what_to_do() -> None:
    with pytest.raises(Refused) as caught:
        add_item(b"---\ntitle: x\nauthor: @me\n---\n", "tags", "a")
    assert (caught.value.line, caught.value.column) == (3, 9)
    assert caught.value.message == "Values that start with @ need quotes."
    assert caught.value.hint
