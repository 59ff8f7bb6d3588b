# ruff: noqa: RUF001 - letters of other scripts are what is tried
"""Attempts that combine: what is private within other syntax, in other scripts, and in odd places.

Texts and outcomes are as in `leaks.py`.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from tests.support.leaks import HUSH, Attempt
from tests.support.leaks_by_syntax import CONTAINERS, of

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENTS = {
    "a table": "| a | b |\n|---|---|\n| § | § |",
    "math": "$$\n§ = x^2\n$$",
    "a diagram": "```mermaid\ngraph TD\nA[§] --> B\n```",
    "HTML": "<details><summary>§</summary>\n\n§\n\n</details>",
    "tasks": "- [ ] §\n- [x] done § ^done",
    "nested lists": "1. a\n   - b\n     - §",
    "a definition": "[q]: https://e.org/§ '§'",
    "a footnote": "x[^§]\n\n[^§]: § and more",
    "an embed": "![[Other №#Part]] § ![§](https://e.org/a.png)",
    "code": "~~~python\nprint('§')\n~~~\n\n    § indented\n\n`§`",
    "callouts": "> [!tip]- §\n> > [!warning] §\n> > §",
    "tags and fields": "#§ [§:: §] (§:: §) §:: §",
}
HIDERS = {
    "a section": "## H #private\n\n{}",
    "private marks": "%% private %%\n\n{}\n\n%% /private %%",
    "an HTML comment": "<!--\n{}\n-->",
}


def contents() -> Iterator[Attempt]:
    """Every kind of block within every kind of private part, as it is, quoted and in a list."""
    found = product(HIDERS.items(), CONTENTS.items(), CONTAINERS.items())
    for (hider, text), (content, inside), (place, put) in found:
        if hider == "an HTML comment" and (place or "```" in inside or "~~~" in inside):
            continue
        files = {"Other №.md": "---\npublish: true\n---\nx\n\n## Part\n\npart\n"}
        yield Attempt(f"{content} in {hider}{place}", put(text.format(inside)), files=files)


def scripts() -> Iterator[Attempt]:
    """Private parts and names in other languages and scripts."""
    yield from of(
        "script",
        [
            "## 秘密の計画§ #private\n\n§について",
            "## Секрет § #private\n\nслова §",
            "## סוד § #private\n\nמילים §",
            "## سر § #private\n\nكلمات §",
            "> [!private] 秘密§\n> §",
            "## 見出し\u3000#private\n\n§",
            "## 見出し ＃private\n\n§",
            "> [!private]\u3000題\n> §",
            "> ［!note］ x\n\n> [!private]\n> §",
            "%%秘密§%%本文",
            "## Überschrift #private\n\nText §\n\nnoch §",
            "## H #private\n\n\U0001f512 §\n\n\U0001f511 §",
        ],
    )
    for name in (
        "日記§",
        "Дневник §",
        "Größe §",
        "ÅNGSTRÖM §",
        "diário § (2026)",
        "C++ §",
        "a & b §",
    ):
        files = {f"notes/{name}.md": "---\nprivate: true\n---\nx\n"}
        yield Attempt(f"[[{name}]]", f"See [[{name}]] and [[{name.upper()}]].", files=files)
        text = f"See [[{name}|my {name}]] and [{name}](<notes/{name}.md>)."
        yield Attempt(f"[[{name}|…]]", text, files=files)


def habits_and_series() -> Iterator[Attempt]:
    """Notes that come along by themselves: series, aliases, covers, habits, drafts."""
    secret = "---\nprivate: true\n{}\n---\n\nInside § it is dark.\n"
    head = "---\npublish: true\n{}\n---\n\nopenwater№\n"
    for field in ("series: S №\npart: 2", "series: S №", "aliases: [Case №]", "slug: case-№-§"):
        yield Attempt(
            f"mate with {field}",
            head.format("series: S №\npart: 1"),
            files={"Hush §.md": secret.format(field)},
            whole=True,
        )
    for key in ("aliases", "author", "rating", "mood_of", "up", "related", "source", "url", "id"):
        yield Attempt(f"field {key}", head.format(f"{key}: '§ and more of it'"), whole=True)
    for key in ("aliases", "related", "sources"):
        yield Attempt(
            f"list {key}", head.format(f"{key}: ['[[Hush §]]', '§']"), files=HUSH, whole=True
        )
    yield Attempt("nested key", head.format("a:\n  b: § deep\n  private: true"), whole=True)
    yield Attempt("key that is the secret", head.format("§: x"), whole=True)
    yield Attempt("comment of YAML", head.format("title: Case № # §"), whole=True)
    yield Attempt("comment line of YAML", head.format("# § why\ntitle: Case №"), whole=True)
    yield Attempt(
        "cover that is a private note", head.format("cover: '[[Hush §]]'"), files=HUSH, whole=True
    )
    toml = "+++\npublish = true\nmood_of = '§ and more'\n# §\n+++\n\nopenwater№\n"
    yield Attempt("TOML", toml, whole=True)
    json = '{"publish": true, "mood_of": "§ and more"}\nopenwater№\n'
    yield Attempt("JSON", json, whole=True)


def endings() -> Iterator[Attempt]:
    """Where a private part ends, when what follows could be read in two ways."""
    yield from of(
        "end",
        [
            "## H #private\n\n<h2>x</h2>\n\n§",
            "## H #private\n\n```\n## x\n```\n\n§",
            "## H #private\n\n> ## x\n\n§",
            "## H #private\n\n- ## x\n\n§",
            "## H #private\n\n#x\n\n§",
            "## H #private\n\n####### x\n\n§",
            "## H #private\n\n\\## x\n\n§",
            "## H #private\n\n    ## x\n\n§",
            "## H #private\n\n$$\n## x\n$$\n\n§",
            "## H #private\n\n<div>\n## x\n</div>\n\n§",
            "## H #private\n\n<!--\n## x\n-->\n\n§",
            "## H #private\n\n| a |\n|---|\n§",
            "## H #private\n\na\n\n* * *\n\n§",
            "## H #private\n\n[^1]: x\n    ## y\n\n§ [^1]",
            "## H #private\n\n[q]: /x\n---\n§",
            "> ## H #private\n> x\n§",
            "> [!private]\n> ```\n> x\n> ```\n> §",
            "> [!private]\n> - a\n>\n>   §",
            "> [!private]\n>a\n>\n>§",
            "- > [!private]\n  > a\n  >\n  > §",
            "%%private%%\n## x\n\n§\n%%/private%%",
            "%%private%%\n> x\n\n§\n%%/private%%",
            "%%private%% x <!-- y --> § %%/private%%",
            "%%private%%\n```\n%%/private%%\n```\n§\n%%/private%%",
        ],
    )


ATTEMPTS_COMBINED = [
    attempt for family in (contents, scripts, habits_and_series, endings) for attempt in family()
]
