"""Each of the 26 checks passes a good page and fails the same page with that one thing broken."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest

from notekeep.export.audit import Audit
from notekeep.export.check.site_check import check_export
from notekeep.export.pipeline import write_export
from tests.support.blog import plan_posts
from tests.support.built_page import read_page
from tests.support.page_checks import ALL_CHECKS, BuiltPost, find_teaser
from tests.support.sites import folder_with, make_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.export.plan import ExportPlan
    from notekeep.export.source import Options
    from notekeep.storage.history import History

NOTE = """\
---
type: post
date: 2026-03-04
tags: [garden, C++]
mood: unspeakable
---
# A page

First words.

%% more %%

Behind the teaser, `a  b` for $5 with $x_1$ and ==marked== words.[^1]

$$
y = 2
$$

```sh
echo x
```

- one
  - two

    ```
    nested
    ```
- [ ] open
- [>] moved
- [x] done

> [!tip] Title
> in it

| a | b |
|---|---|
| 1 | 2 |

```mermaid
A --> B
```

See [[Other]], [[Other#Part|its part]] and [[#Own]]. ![[p.png]]

---

## Own

[^1]: A note.
"""

PAGE = """\
<html><head><title>A page</title></head><body><article><h1>A page</h1>
<time datetime="2026-03-04T00:00:00+05:30">4 March</time>
<a href="/tags/garden/">garden</a> <a href="/tags/c/">C++</a>
<div class="e-content"><p>First words.</p>
<p>Behind the teaser, <code>a  b</code> for $5 with \\(x_1\\) and <mark>marked</mark>
words.<sup id="fnref:1"><a href="#fn:1">1</a></sup></p>
<p>$$ y = 2 $$</p>
<pre><code>echo x
</code></pre>
<ul><li>one<ul><li>two<pre>nested</pre></li></ul></li>
<li>☐ open</li><li>☑ moved</li><li>☑ done</li></ul>
<blockquote><p><strong>Title</strong></p><p>in it</p></blockquote>
<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>
<pre class="mermaid">A --&gt; B</pre>
<p>See <a href="/other/">Other</a>, <a href="/other/#part">its part</a> and
<a href="#own">Own</a>. <img src="/p.png" alt=""></p>
<hr><h2 id="own">Own</h2>
<ol><li id="fn:1">A note. <a href="#fnref:1">back</a></li></ol>
</div></article></body></html>
"""

BROKEN = {
    "C01": ("A page</h1>", "Another</h1>", "<title>A page", "<title>Another"),
    "C02": ("2026-03-04", "2026-03-03"),
    "C03": (">C++<", ">C<"),
    "C06": ('src="/p.png"', 'src="/gone.png"'),
    "C07": ("echo x", "echo  x"),
    "C08": ("nested</pre>", "Nested</pre>"),
    "C09": ("<code>a  b</code>", "a  b"),
    "C10": ("\\(x_1\\)", "(x_1)"),
    "C11": ("$$ y = 2 $$", "$$ y <em>=</em> 3 $$"),
    "C12": ("for $5", "for 5"),
    "C13": ('id="fnref:1"', 'id="elsewhere"'),
    "C14": ("<td>2</td>", "<td>3</td>"),
    "C15": ("<strong>Title</strong>", "[!tip]"),
    "C16": ('href="/other/"', 'href="/another/"'),
    "C17": ("#part", "#gone"),
    "C18": ('id="own"', 'id="other"'),
    "C19": ("First words.", "First words. unspeakable"),
    "C20": ("<li>one<ul><li>two", "<li>one</li><ul><li>two"),
    "C21": ("☑ done", "[x] done"),
    "C22": ("<mark>marked</mark>", "==marked=="),
    "C23": ('<pre class="mermaid">', "<pre>"),
    "C24": ('href="#own"', 'href="#gone"'),
    "C25": ("First words.", "First words [[Other]]."),
    "C26": ("<hr>", ""),
}


@pytest.fixture
def plan(tmp_path: Path) -> ExportPlan:
    root = tmp_path / "vault"
    root.mkdir()
    (root / "A page.md").write_text(NOTE)
    (root / "Other.md").write_text("# Other\n\nx\n\n## Part\n\ny")
    (root / "p.png").write_bytes(b"1")
    site = tmp_path / "site"
    site.mkdir()
    (site / "hugo.toml").write_text("")
    return plan_posts(make_source(root), ["A page.md", "Other.md"], target="hugo", site=site)


@pytest.fixture
def audit(plan: ExportPlan, tmp_path: Path) -> Audit:
    return Audit(make_source(tmp_path / "vault"), plan)


@pytest.fixture
def look(plan: ExportPlan, audit: Audit, tmp_path: Path) -> Callable[[str], BuiltPost]:
    built = tmp_path / "built"
    (built / "other").mkdir(parents=True)
    (built / "p.png").write_bytes(b"1")
    (built / "other" / "index.html").write_text('<h2 id="part">Part</h2>')
    (built / "a-page").mkdir()

    def make(html: str) -> BuiltPost:
        (built / "a-page" / "index.html").write_text(html)
        planned = next(one for one in plan.posts if one.post.slug == "a-page")
        return BuiltPost(
            planned,
            str(built),
            "a-page/index.html",
            read_page(html),
            {},
            {"Other.md": "other"},
            audit,
            {"a-page/index.html": html.encode()},
        )

    return make


CHECKS = {number: check for number, _, check in ALL_CHECKS}


def test_there_are_26_checks() -> None:
    assert list(CHECKS) == [f"C{number:02}" for number in range(1, 27)]


@pytest.mark.parametrize("number", [n for n in CHECKS if n != "C05"])
def test_a_good_page_passes(number: str, look: Callable[[str], BuiltPost]) -> None:
    assert CHECKS[number](look(PAGE)) == ""


@pytest.mark.parametrize("number", BROKEN)
def test_a_broken_page_fails_the_check_it_should(
    number: str, look: Callable[[str], BuiltPost]
) -> None:
    html = PAGE
    changes = BROKEN[number]
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in html
        html = html.replace(old, new)
    assert CHECKS[number](look(html))


@pytest.mark.parametrize(
    "number", [n for n in CHECKS if n not in {"C01", "C02", "C19", "C24", "C25"}]
)
def test_a_check_is_skipped_where_there_is_nothing_of_the_kind(
    number: str, tmp_path: Path, options: Options
) -> None:
    root = tmp_path / "v"
    root.mkdir()
    (root / "bare.md").write_text("---\ndraft: false\n---\nwords")
    made = plan_posts(make_source(root), ["bare.md"], options=options)
    html = "<article><h1>bare</h1><p>words</p></article>"
    bare = BuiltPost(
        made.posts[0],
        "",
        "",
        read_page(html),
        {},
        {},
        Audit(make_source(root), made),
        {},
    )
    assert CHECKS[number](bare) is None


def test_a_list_that_shows_a_draft_fails(look: Callable[[str], BuiltPost]) -> None:
    page = look(PAGE)
    page.lists["index.html"] = read_page('<a href="/posts/a-page/">A page</a>')
    assert CHECKS["C04"](page) == "index.html lists the draft"


def test_a_list_that_goes_on_behind_the_teaser_fails(look: Callable[[str], BuiltPost]) -> None:
    page = look(PAGE)
    assert CHECKS["C05"](page) is None
    page.lists["index.html"] = read_page("<p>A page</p><p>First words.</p>")
    assert CHECKS["C05"](page) == ""
    words = "Behind the teaser, a b for $5 with"
    page.lists["index.html"] = read_page(f"<p>A page</p><p>First words.</p><p>{words}</p>")
    assert CHECKS["C05"](page) == "a list shows text after the teaser"
    page.teasers = "feeds"  # a site whose lists show posts whole
    assert CHECKS["C05"](page) is None
    page.teasers = "themed"  # the theme shows some posts whole
    assert CHECKS["C05"](page) is None
    page.lists["tag.html"] = read_page("<p>A page</p><p>First words.</p>")
    assert CHECKS["C05"](page) == ""
    page.teasers = "feeds"
    feed = html.escape(f"<p>First <b>words</b>.</p><p>{words}</p>")
    page.lists["rss.xml"] = read_page(f"<title>A page</title><description>{feed}</description>")
    assert CHECKS["C05"](page) == "a list shows text after the teaser"
    page.teasers = "lists"
    del page.lists["index.html"]
    assert CHECKS["C05"](page) == "", "most feeds hold whole posts"


def test_a_formula_behind_the_teaser_is_no_list_that_goes_on(
    tmp_path: Path, options: Options
) -> None:
    text = "---\ntype: post\n---\nFirst words.\n\n%% more %%\n\n$x$\n\nThe rest.\n"
    folder_with(tmp_path, "a.md", text)
    draft = plan_posts(make_source(tmp_path), ["a.md"], options=options).posts[0].draft
    assert find_teaser(draft.passage.tree.root.children) == ("First words.", "The rest.")


def test_formulas_and_signs_hide_no_list_that_goes_on(look: Callable[[str], BuiltPost]) -> None:
    page = look(PAGE)
    whole = "<p>Behind the teaser, a b for $5 with \\(x_1\\) and marked words.</p>"
    page.lists["index.html"] = read_page(
        f"<p>if a &lt;b then</p><p>A page</p><p>First words.</p>{whole}<p>c > d</p>"
    )
    assert CHECKS["C05"](page) == "a list shows text after the teaser"


def test_a_check_finds_missing_pages_broken_links_and_private_text(
    history: History, tmp_path: Path
) -> None:
    root = folder_with(tmp_path / "notes", "a.md", "---\nmood: unspeakable\n---\n# A\n\nwords")
    folder_with(root, "b.md", "# B\n\nwords")
    source, site = make_source(root), tmp_path / "pages"
    made = plan_posts(source, ["a.md", "b.md"], target="html", site=site)
    audit = Audit(source, made)
    write_export(made, audit, history)
    names = ["page", "links and pictures", "nothing private"]
    report = check_export(made, audit)
    assert (report.ok, [result.name for result in report.results]) == (True, names * 2)
    page = (site / "a.html").read_text()
    (site / "a.html").write_text(page.replace("words", 'un<b>speakable</b> <img src="gone.png">'))
    (site / "b.html").unlink()
    report = check_export(made, audit)
    assert not report.ok
    assert [(result.post, result.problem) for result in report.failed] == [
        ("a.md", "gone.png is a broken link"),
        ("a.md", "a.html reveals the value of mood: in a.md, which is not exported"),
        ("b.md", "the site has no page for the post"),
    ]


def test_without_the_generator_nothing_is_checked(
    plan: ExportPlan,
    audit: Audit,
    history: History,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    write_export(plan, audit, history)
    report = check_export(plan, audit)
    assert "hugo is not installed" in report.message
    assert (report.built, report.ok, report.results) == (False, False, [])


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a<p>b", "ab"),
        ("<ul><li>a<li>b</ul>c", "abc"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</div>b", "ab"),
        ("<script>x</script>a<style>y</style>", "a"),
        ("&lt;b&gt; &amp; &#36;", "<b> & $"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "abc"),
    ],
)
def test_pages_are_read_as_browsers_read_them(html: str, text: str) -> None:
    assert read_page(html).text() == text


def test_elements_that_close_each_other_are_siblings() -> None:
    page = read_page("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>")
    depths = [sum(1 for up in li.above() if up.tag == "li") for li in page.find("li")]
    assert depths == [0, 0, 1, 0]
