"""Bases of Obsidian in exports: tables of public notes, with the fields that are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Refused
from notekeep.vault import Vault
from tests.support.sites import folder_with

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Export = Callable[..., tuple[list[str], list[str]]]

BOOKS = {
    "books/One.md": "tags: [book]\nrating: 4\nauthor: '[[Ann]]'\ndescription: A | *b*\n",
    "books/Two.md": "tags: [book]\nrating: 5\ntitle: Second book\nprice: 7\n",
    "books/Gone.md": "tags: [book]\npublish: false\n",
}
BLOCK = "```base\nfilters: file.hasTag('book')\nviews:\n{}\n```"
TABLE = [
    "| file name | rating |",
    "| --- | --- |",
    "| [Second book](second-book.md) | 5 |",
    "| One | 4 |",
]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """Export a note with a body; return the lines of the post and the warnings."""
    root = tmp_path / "notes"
    folder_with(root, ".notekeep/config.toml", '[export]\nfields = ["rating", "author"]\n')
    for path, fields in BOOKS.items():
        marked = fields if "publish" in fields else f"publish: true\n{fields}"
        folder_with(root, path, f"---\n{marked}---\n\nText.\n")
    folder_with(root, "Other.md", "---\npublish: true\n---\n\n[[Hub]]\n")

    def run(
        body: str,
        files: dict[str, str] | None = None,
        listed: Sequence[str] = ("Hub.md", "books/Two.md", "Other.md"),
    ) -> tuple[list[str], list[str]]:
        for path, text in {"Hub.md": f"{body}\n", **(files or {})}.items():
            folder_with(root, path, text)
        vault = Vault.open(root)
        vault.indexing.refresh()
        plan = vault.publishing.plan_export(listed, target="portable", site=str(tmp_path / "site"))
        assert plan.refused == {}
        vault.publishing.export(plan)
        text = (tmp_path / "site/hub.md").read_text()
        return text.strip().splitlines(), [*plan.warnings]

    return run


RATED = "- order: [file.name, rating]\n  sort: [{property: rating, direction: DESC}]"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (BLOCK.format(RATED), TABLE),
        (f"before\n{BLOCK.format(RATED)}\nafter", ["before", "", *TABLE, "", "after"]),
        ("![[Books.base]]", TABLE),
        ("before\n![[Books.base#rated]]\nafter", ["before", "", *TABLE, "", "after"]),
        ("> ![[Books.base]]", [f"> {line}" for line in TABLE]),
        (
            "- item\n  " + BLOCK.format(RATED).replace("\n", "\n  "),
            ["- item", "", *(f"  {line}" for line in TABLE)],
        ),
    ],
)
def test_base_becomes_a_table_of_public_notes(export: Export, body: str, lines: list[str]) -> None:
    named = RATED.replace("- ", "- name: Rated\n  ", 1)
    base = f"filters: file.hasTag('book')\nviews:\n{named}\n"
    assert export(body, {"Lists/Books.base": base}) == (lines, [])


def test_links_names_and_texts_in_cells(
    export: Export,
) -> None:
    view = "- order: [file.name, author, description]\n  summaries: {author: Filled}"
    lines, warnings = export(BLOCK.format(view))
    assert lines == [
        "| file name | author | description |",
        "| --- | --- | --- |",
        "| One | Ann | A \\| \\*b\\* |",
        "| [Second book](second-book.md) |  |  |",
        "|  | Filled: 1 |  |",
    ]
    assert warnings == ["Hub.md, line 1: There is no note 'Ann'. Kept the text of the link."]


def test_this_is_the_exported_note(export: Export) -> None:
    lines, _ = export("```base\nfilters: file.hasLink(this)\n```")
    assert lines == ["| file name |", "| --- |", "| [Other](other.md) |"]


def test_columns_that_are_not_exported_are_left_out_with_a_warning(
    export: Export,
) -> None:
    view = "- order: [file.name, price, formula.double]\n  groupBy: price"
    block = BLOCK.format(view).replace("views:", "formulas: {double: price * 2}\nviews:")
    lines, warnings = export(block)
    assert lines[0] == "| file name |"
    warning = "Hub.md, line 1: Base: Left out 'price', which is not an exported field."
    assert warnings == [f"{warning} And 1 more like it."]


@pytest.mark.parametrize(
    ("block", "warning"),
    [
        ("```base\nfilters: nonsense(1)\n```", "Hub.md, line 1: Base: Line 2: `nonsense(1)` is"),
        ("```base\nviews: [\n```", "Hub.md, line 1: Base: Line 3: YAML cannot read it"),
        ("![[Books.base#No]]", "Hub.md, line 1: Books.base: There is no view 'No'."),
        ("text ![[Books.base]] text", "Hub.md, line 1: Removed Books.base, which only works"),
        ("![[Missing.base]]", "Hub.md, line 1: Removed Missing.base, which only works"),
    ],
)
def test_base_that_cannot_be_drawn_is_removed_with_a_warning(
    export: Export, block: str, warning: str
) -> None:
    lines, warnings = export(f"{block}\n\nend", {"Books.base": ""})
    assert lines[-1] == "end"
    assert "|" not in "".join(lines)
    assert any(one.startswith(warning) for one in warnings), warnings


SECRETS = {
    "people/Hush.md": "---\nprivate: true\ntitle: Quiet\n---\n\nText.\n",
    "diary/File zebra.md": "---\npublish: true\ntitle: Row\ntags: [row, '[[Hush]]']\n"
    "author: '[[Hush]]'\ndescription: to [[Hush]]\nvalue: canary one\nindex: canary two\n"
    "salary: canary three\n---\n\nText.\n",
}
ROWS = "filters: file.hasTag('row')\n"


@pytest.mark.parametrize(
    "formula",
    [
        *("value", "value + ''", "index", "values", "list(value)", "['a'].map(values)"),
        *("[file.file].map(value['pa' + 'th'])", "file.file['prop' + 'erties']"),
        *("file.file['fol' + 'der']", "file.file['prop' + 'erties']['sal' + 'ary']"),
        *("note['sal' + 'ary']", "[1].map(salary)", "this['sal' + 'ary']", "file['pa' + 'th']"),
        *("file.basename", "file.file + ''", "file.file.asLink()", "[file.file].join()"),
        *("author + ''", "author.toString()", "author[0].upper()", "author.map(value.lower())"),
        *("author.map(value.replace('z', 'y'))", "author[0].reverse().reverse()", "author"),
        *(
            "description",
            "description.upper()",
            "file.tags",
            "tags.join('')",
            "author[0].split('')",
        ),
    ],
)
@pytest.mark.parametrize(
    "view", ["{order: [file.name, formula.f]}", "{order: [file.name], groupBy: formula.f}"]
)
def test_formula_shows_neither_private_names_nor_other_fields(
    export: Export, formula: str, view: str
) -> None:
    block = f'```base\n{ROWS}formulas: {{f: "{formula}"}}\nviews: [{view}]\n```'
    lines, _ = export(block, SECRETS)
    text = "".join(lines).casefold()
    assert "| row |" in text
    assert not [word for word in ("hush", "zebra", "diary", "canary") if word in text]


@pytest.mark.parametrize(
    ("column", "summary"),
    [
        ("file.name", "values.join('')"),
        ("file.file", "values.map(value + '')"),
        ("file.file", "values.map(value['pa' + 'th'])"),
        ("author", "values.flat().join('')"),
        ("file.name", "value"),
    ],
)
def test_summary_shows_neither_names_of_files_nor_of_private_notes(
    export: Export, column: str, summary: str
) -> None:
    view = f"{{order: [{column}], summaries: {{{column}: own}}}}"
    block = f'```base\n{ROWS}summaries: {{own: "{summary}"}}\nviews: [{view}]\n```'
    text = "".join(export(block, SECRETS)[0]).casefold()
    assert "| row |" in text or "a private note" in text
    assert not [word for word in ("hush", "zebra", "diary", "canary") if word in text]


@pytest.mark.parametrize("head", ["file.name", "file.basename", "file.file", "author", "tags"])
def test_head_of_a_group_shows_neither_names_of_files_nor_of_private_notes(
    export: Export, head: str
) -> None:
    block = f"```base\n{ROWS}views: [{{order: [file.name], groupBy: {head}}}]\n```"
    text = "".join(export(block, SECRETS)[0]).casefold()
    assert "| row |" in text
    assert not [word for word in ("hush", "zebra") if word in text]


def test_filter_finds_a_link_to_a_private_note(export: Export) -> None:
    block = "```base\nfilters: author.contains(link('Hush'))\nviews: [{order: [author]}]\n```"
    assert export(block, SECRETS)[0] == ["| author |", "| --- |", "| a private note |"]


def test_base_that_takes_too_long_has_no_table(export: Export) -> None:
    formula = "'x'.repeat(1000).repeat(1000).repeat(1000)"
    block = f'```base\nformulas: {{f: "{formula}"}}\nviews: [{{order: [formula.f]}}]\n```\n\nend'
    lines, warnings = export(block)
    assert lines == ["end"]
    assert warnings == ["Hub.md, line 1: Base: The view takes too long to calculate."]


@pytest.mark.parametrize("rest", ["", "\n\n%% a comment %%"])
def test_post_with_only_a_base_without_a_table_is_refused_with_the_reason(
    export: Export, rest: str
) -> None:
    with pytest.raises(Refused) as refusal:
        export(f"```base\nfilters: nonsense(1)\n```{rest}", listed=["Hub.md"])
    assert refusal.value.message == "Hub.md: The base has no table, and no other text is public."
    assert "Line 2: `nonsense(1)` is" in refusal.value.hint
